"""The memory format of weights."""

from __future__ import annotations

from torch import channels_last as CHANNELS_LAST
from torch import nn

NARROWEST = 16  # input channels of a strided 1 x 1 convolution in channels-last order: a vector of AVX-512


def channels_last(network: nn.Module) -> nn.Module:
    """The network with the weights of its 2D convolutions in channels-last order, which CPUs and GPUs run faster.

    3D convolutions keep their order: ``network.to(memory_format=torch.channels_last)`` refuses them. All layers keep it
    where a strided 1 x 1 convolution has few input channels: in channels-last order oneDNN writes its gradient beyond
    the end of its memory (PyTorch 2.13, AVX-512, several threads), and the process crashes.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))]
    if not any(map(_is_narrow, layers)):
        for layer in layers:
            layer.to(memory_format=CHANNELS_LAST)
    return network


def _is_narrow(layer: nn.Conv2d | nn.ConvTranspose2d) -> bool:
    """Whether a layer is a strided 1 x 1 convolution of few input channels."""
    few = layer.in_channels // layer.groups < NARROWEST
    return few and max(layer.kernel_size) == 1 and max(layer.stride) > 1
