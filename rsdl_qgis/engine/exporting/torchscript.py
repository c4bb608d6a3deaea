"""A network of the table as TorchScript: traced, with its activation and its card inside."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..cards.card import CARD_FILE, WEIGHTS_FILE, ModelCard
from ..cards.stac_mlm import to_item
from ..errors import ModelError
from ..networks import NETWORKS, card_network
from ..runtime.detector import own_layout
from ..runtime.detector_outputs import decoder_of
from ..runtime.network import Arrays
from ..runtime.onnx_export import example_inputs
from ..runtime.torch_engine import activation
from ..tables.tasks import task_of
from .agreement import Answers

TRACED_SIDE = 64  # pixels: as ONNX is


def check_weights(card: ModelCard, path: Path, made: str = "TorchScript") -> None:
    """ModelError where there are no weights of a network of this plugin; ``made``: the format that needs them."""
    if card.network not in NETWORKS or not (path / WEIGHTS_FILE).is_file():
        text = f"'{card.name}' has no weights of PyTorch ({WEIGHTS_FILE}), from which {made} is made."
        raise ModelError(text, "Export it as onnx.")


class _Whole(nn.Module):
    """The network and its activation. An image of one date comes as (N, C, H, W)."""

    def __init__(self, network: nn.Module, card: ModelCard, single: bool):
        super().__init__()
        self.network, self.single, self.boxes = network, single, task_of(card.task).boxes
        self.activate = activation(card)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        given = [image[:, None] for image in inputs] if self.single else list(inputs)
        output = self.network(*given)
        if self.boxes:
            boxes, logits = output
            return boxes, logits.sigmoid()
        made: Tensor = self.activate(output)
        return made


def write_torchscript(card: ModelCard, path: Path, target: Path) -> ModelCard:
    """Trace the network of the model folder at ``path`` to ``target``, with the card in it, which is returned.

    A model of one image takes (N, C, H, W), others what they take in ONNX, in that order.
    """
    from safetensors.torch import load_file

    check_weights(card, path)
    network = card_network(card)
    network.load_state_dict(load_file(path / WEIGHTS_FILE))
    single = is_single(card)
    whole = _Whole(network.float().eval(), card, single).eval()
    side = TRACED_SIDE if card.tiling.any_size else card.tiling.size
    inputs = tuple(example_inputs(card, 2, side).values())
    given = tuple(image[:, 0] for image in inputs) if single else inputs
    written = replace(card, axes="NCHW") if single else card
    item = json.dumps(to_item(replace(written, sha256={}, engine="onnx")), ensure_ascii=False)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer's notes on constant shapes, and that there is a newer format
        traced = torch.jit.trace(whole, given, check_trace=False)
        torch.jit.save(traced, str(target), _extra_files={CARD_FILE: item.encode()})
    return written


def is_single(card: ModelCard) -> bool:
    """Whether a model takes one image of one date."""
    return len(card.inputs) == 1 and len(card.inputs[0].dates) == 1 and not task_of(card.task).series


def torchscript_answers(card: ModelCard, target: Path, tiles: Sequence[Arrays]) -> Answers:
    """What the file gives for each tile, as ``agreement.answers``."""
    single = is_single(card)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is a newer format
        network = torch.jit.load(str(target))
    decode = decoder_of(card, own_layout(card))
    found: list[Any] = []
    for arrays in tiles:
        given = [torch.from_numpy(arrays[name]) for name in card.tensors]
        with torch.no_grad():
            output = network(*(tensor[:, 0] if single else tensor for tensor in given))
        if isinstance(output, Tensor):
            found.append(output.numpy())
        else:
            height, width = given[0].shape[-2:]
            found.append(decode(tuple(part.numpy() for part in output), (height, width), 0.0))
    return found
