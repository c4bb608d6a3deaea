"""A program in TorchScript as the arithmetic that it does for images of one size, without loops and dictionaries."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from ..errors import ModelError
from .torch_export.reader import read_torch_export


def tensors(output: Any) -> list[Tensor]:
    """The tensors in what a network gives: one, or some in lists and dictionaries."""
    if isinstance(output, Tensor):
        return [output]
    items = output.values() if isinstance(output, dict) else output if isinstance(output, (list, tuple)) else ()
    return [tensor for item in items for tensor in tensors(item)]


class _Only(nn.Module):
    __constants__ = ("key",)

    def __init__(self, network: Any, key: str):
        super().__init__()
        self.network, self.key = network, key

    def forward(self, image: Tensor) -> Tensor:
        found: Tensor = self.network(image)[self.key]
        return found


def only(network: Any, key: str) -> Any:
    """A network in TorchScript that gives one entry of the dictionary of another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is a newer format
        try:
            return torch.jit.script(_Only(network, key)).eval()
        except RuntimeError:  # of a dictionary that is none of texts and tensors
            return network


def unrolled(network: Any, bands: int, side: int) -> onnx.ModelProto | None:
    """A network in TorchScript as ONNX for one image (1, bands, side, side); None where that cannot be.

    Its gradients are asked for, so that PyTorch does not take its joined functions for inference.
    """
    image = torch.zeros(1, bands, side, side)
    try:
        with tempfile.TemporaryDirectory(prefix="rsdl-import-") as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of formats that change
            with torch.enable_grad():
                graph = make_fx(lambda x: tuple(tensors(network(x))))(image)
            program = torch.export.export(graph, (image,))
            torch.export.save(program, Path(folder, "network.pt2"))
            return read_torch_export(Path(folder, "network.pt2")).model
    except ModelError:
        return None
    except Exception:  # of any class: its program depends on its values, or calls what is not known
        return None
