"""Initial weights for ReLUs: He, Zhang, Ren, Sun (ICCV 2015), doi:10.1109/ICCV.2015.123."""

from __future__ import annotations

from torch import nn


def keep_scale(network: nn.Module) -> None:
    """Draw the weights of each layer so that a ReLU behind it keeps the scale of its input; biases are 0.

    The last layer, which no ReLU follows, is left as torch made it: smaller.
    """
    layers = [module for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    for layer in layers[:-1]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
