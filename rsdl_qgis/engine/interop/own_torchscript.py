"""TorchScript that this plugin exported: its card tells the inputs, of any number, and the outputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor

from ..cards.card import ModelCard
from ..cards.stac_mlm import from_item
from ..errors import ModelError
from ..files.text import shortened
from ..runtime.onnx_export import TRACED_SIDE, example_inputs, traced
from ..tables.tasks import task_of
from .foreign import Foreign

CLOSE = 1e-3
LARGEST = 1 << 26  # numbers of the images that it is tried with
_AGAIN = "Get the model again, or export it as onnx."


def as_onnx(network: torch.jit.ScriptModule, item: Mapping[str, Any], path: Path) -> Foreign:
    """The network of the file at ``path`` by the card in it; ModelError where it does not take what the card says."""
    card = from_item(item, f"The card in {path.name}")
    side = TRACED_SIDE if card.tiling.any_size else card.tiling.size
    size = 1 if task_of(card.task).series else side * side
    if 2 * size * sum(math.prod(i.shape) for i in card.inputs) > LARGEST:
        raise ModelError(f"The card in {path.name} asks for images that are too large to try.", _AGAIN)
    try:
        with torch.no_grad():
            model = traced(network, card, _given(card, 2, side))
            agrees = all(_agrees(model, network, _given(card, count, other)) for count, other in _sizes(card, side))
    except Exception as error:  # of any class
        first = shortened((str(error).strip().splitlines() or ["?"])[0].rstrip("."))
        raise ModelError(f"{path.name} does not run as the card in it says: {first}.", _AGAIN) from None
    if not agrees:
        raise ModelError(f"{path.name} cannot be written as ONNX here: the numbers differ.", _AGAIN)
    return Foreign(model, "TorchScript", "NCHW", item=item)


def _sizes(card: ModelCard, side: int) -> list[tuple[int, int]]:
    """(images, pixels of a side) to compare."""
    return [(1, side), (3, side + card.tiling.multiple if card.tiling.any_size else side)]


def _given(card: ModelCard, count: int, side: int) -> dict[str, Tensor]:
    """Example inputs; a network of one image takes it without its date."""
    inputs = example_inputs(card, count, side)
    return {name: image[:, 0] for name, image in inputs.items()} if card.axes == "NCHW" else inputs


def _agrees(model: onnx.ModelProto, network: torch.jit.ScriptModule, inputs: Mapping[str, Tensor]) -> bool:
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
    wanted = network(*inputs.values())
    wanted = [wanted] if isinstance(wanted, Tensor) else list(wanted)
    return len(found) == len(wanted) and all(
        a.shape == tuple(b.shape) and np.allclose(a, b.numpy(), rtol=CLOSE, atol=CLOSE) for a, b in zip(found, wanted)
    )
