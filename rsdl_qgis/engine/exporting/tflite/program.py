"""A network of the table as a program of ``torch.export``, for images with bands last, one at a time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...cards.card import WEIGHTS_FILE, ModelCard
from ...errors import ModelError
from ...networks import card_network
from ...networks.recurrent import ToFront, take
from ...runtime.onnx_export import example_inputs
from ...runtime.torch_engine import activation
from ...tables.tasks import task_of
from ..torchscript import is_single

LARGEST_SIDE = 2048  # pixels of a tile, which the file fixes
OUTPUTS = {"softmax": "probabilities", "sigmoid": "independent"}  # what the file gives, by the activation in it


def check_tflite(card: ModelCard, path: Path) -> None:
    """ModelError where there are no weights of a network of this plugin, or the tile is too large to be fixed."""
    from ..torchscript import check_weights

    check_weights(card, path, "TensorFlow Lite")
    if card.tiling.size > LARGEST_SIDE:
        text = f"'{card.name}' takes tiles of {card.tiling.size} px, and a TensorFlow Lite file has them inside."
        raise ModelError(text, "Export it as onnx.")


def write_program(card: ModelCard, path: Path, target: Path) -> ModelCard:
    """Export the network of the model folder at ``path`` to ``target`` (``.pt2``); the card of what was written.

    Images are (1, H, W, C), of several dates (1, T, H, W, C), of the size of the card's tiles; series are (1, T, C),
    and which dates count (1, T) numbers. Maps come as (1, H, W, classes). ModelError names what PyTorch cannot export.
    """
    from safetensors.torch import load_file

    network = card_network(card)
    network.load_state_dict(load_file(path / WEIGHTS_FILE))
    whole = _BandsLast(_convertible(network.float().eval()), card).eval()
    given = tuple(_bands_last(tensor, card) for tensor in example_inputs(card, 1, card.tiling.size).values())
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.export.save(torch.export.export(whole, given), str(target))
    except Exception as error:  # PyTorch's are of many classes
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
        raise ModelError(f"PyTorch cannot export '{card.name}': {first}.", "Export it as onnx.") from None
    tiling = replace(card.tiling, any_size=False, multiple=card.tiling.size)
    axes = "NCHW" if is_single(card) else card.axes
    output = "pixels" if task_of(card.task).boxes else OUTPUTS.get(card.activation, "")
    return replace(card, tiling=tiling, axes=axes, engine="onnx", output=output)


class _BandsLast(nn.Module):
    """The network and its activation, with images and maps as (N, …, H, W, C)."""

    def __init__(self, network: nn.Module, card: ModelCard):
        super().__init__()
        task = task_of(card.task)
        self.network, self.single, self.boxes, self.series = network, is_single(card), task.boxes, task.series
        self.activate = activation(card)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        output = self.network(*self._given(inputs))
        if self.boxes:
            boxes, logits = output
            return boxes, logits.sigmoid()
        made: Tensor = self.activate(output)
        return made.movedim(1, -1) if made.ndim == 4 else made

    def _given(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        if self.series:
            *series, valid = inputs
            return [*series, valid > 0.5]
        images = [image.movedim(-1, -3) for image in inputs]
        return [image[:, None] for image in images] if self.single else images


class _Cropped(nn.Module):
    """A transposed convolution whose padding is cut off its result, for LiteRT has those without padding alone."""

    def __init__(self, layer: nn.ConvTranspose2d):
        super().__init__()
        self.before = tuple(int(length) for length in layer.padding)
        self.missing = tuple(p - int(o) for p, o in zip(self.before, layer.output_padding))
        self.layer = layer
        layer.padding, layer.output_padding = (0, 0), (0, 0)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x)
        rows, columns = (length - after for length, after in zip(y.shape[2:], self.missing))
        return y[:, :, self.before[0] : rows, self.before[1] : columns]


class _ToFront(nn.Module):
    """``ToFront`` without a scatter, for TensorFlow Lite has none that takes places: it compares all pairs of dates."""

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        until = valid.int().cumsum(1)  # valid dates up to each
        places = torch.arange(valid.shape[1], device=x.device)
        dates = (until[:, None] <= places[:, None]).sum(2).clamp(max=valid.shape[1] - 1)
        count = valid.int().sum(1)
        front = take(torch.where(valid[..., None], x, torch.zeros_like(x)), dates)
        return torch.where((places < count[:, None])[..., None], front, torch.zeros_like(front)), count


def _convertible(network: nn.Module) -> nn.Module:
    """The network, with transposed convolutions and orders of dates that LiteRT has."""
    for module in list(network.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, nn.ConvTranspose2d) and any(layer.padding) and layer.output_padding <= layer.padding:
                setattr(module, name, _Cropped(layer))
            elif isinstance(layer, ToFront):
                setattr(module, name, _ToFront())
    return network


def _bands_last(tensor: Tensor, card: ModelCard) -> Tensor:
    """An example input of the network as the file takes it."""
    if task_of(card.task).series:
        return tensor.float()
    image = tensor.movedim(-3, -1)
    return (image[:, 0] if is_single(card) else image).contiguous()
