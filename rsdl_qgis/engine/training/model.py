"""A trained network written as a model: its card and its folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import torch
from safetensors.torch import save
from torch import Tensor, nn

from ..cards.card import CARD_FILE, ONNX_FILE, WEIGHTS_FILE, Class, Input, ModelCard, Tiling, usual_overlap
from ..cards.stac_mlm import to_item
from ..errors import ModelError, OutputError
from ..files.names import hidden
from ..networks import NETWORKS
from ..networks.checks import multiple_of
from ..raster.atomic_file import FULL
from ..runtime.engine_choice import fastest_engine
from ..runtime.onnx_export import export_onnx, half_suffices
from ..tables.tasks import TASKS, task_of
from .model_memory import memory_per_pixel

FILES = (ONNX_FILE, WEIGHTS_FILE, CARD_FILE)
SERIES_TILE = 64  # pixels per side of a tile of time series; each series is run by itself

Fastest = Callable[[nn.Module, Path, ModelCard], str]


def card_for(
    network: nn.Module,
    *,
    name: str,
    title: str,
    architecture: str,
    inputs: Sequence[Input],
    task: str,
    classes: Sequence[Class] = (),
    options: Mapping[str, Any] | None = None,
    size: int | None = None,
    activation: str = "",
    resolution: float | None = None,
    background: int | None = None,
    unit: str = "",
    value_range: tuple[float, float] | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> ModelCard:
    """The card of a trained network. The network is run once to measure the memory it needs.

    ``architecture``: the network's name in the table of networks; ``options``: what it was built with; ``size``: side
    of the training images in pixels (default: the table's); ``activation``: default: the task's; ``resolution``:
    metres per pixel; ``background``: value of the class that is not vectorised; ``value_range``: least and largest
    training value, in ``unit``.
    """
    options = json.loads(json.dumps(dict(options or {})))  # as JSON gives them back: lists, not tuples
    card = ModelCard(
        name=name,
        title=title,
        inputs=tuple(inputs),
        classes=tuple(classes),
        task=task,
        network=architecture,
        options=options,
        tiling=_tiling(network, architecture, options, size),
        resolution=resolution,
        activation=activation or task_of(task).activation,
        background=background,
        half_precision=not task_of(task).numbers,  # values may exceed its range, and need more than its 3 digits
        unit=unit,
        value_range=value_range,
        provenance=dict(provenance or {}),
    )
    return replace(card, tiling=replace(card.tiling, memory=memory_per_pixel(network, card)))


def write_model(
    network: nn.Module,
    card: ModelCard,
    folder: Path,
    fastest: Fastest = fastest_engine,
    half_weights: bool = True,
) -> ModelCard:
    """Write weights, ONNX and card as a model folder; returns the card with the files' hashes and the engine.

    ``fastest``: measures which engine runs the model fastest. Weights are stored in half precision where that suffices
    and ``half_weights`` is set, buffers and biases in single precision: batch-norm variances may exceed the range of
    half precision. The folder is
    written under another name and renamed when complete; other files in it stay. ModelError for weights that are not
    finite; OutputError where the folder cannot be written: the previous one is then kept.
    """
    weights = _weights(network, card, half_weights)
    with _beside(folder) as part:
        export_onnx(network, card, part / ONNX_FILE, half_weights)
        engine = fastest(network, part / ONNX_FILE, card)
        return _finish(part, replace(card, engine=engine), weights)


def write_weights(network: nn.Module, card: ModelCard, folder: Path) -> ModelCard:
    """Write weights and card only, as a model folder that PyTorch runs: fast, for the best model so far.

    Otherwise like ``write_model``.
    """
    weights = _weights(network, card)
    with _beside(folder) as part:
        return _finish(part, replace(card, engine="torch"), weights)


def write_onnx_model(model: onnx.ModelProto, card: ModelCard, folder: Path) -> ModelCard:
    """Write a model that is ONNX alone, and its card, as a model folder. Otherwise like ``write_model``."""
    with _beside(folder) as part:
        onnx.save(model, str(part / ONNX_FILE))
        return _finish(part, replace(card, engine="onnx"), None)


def _tiling(network: nn.Module, architecture: str, options: Mapping[str, Any], size: int | None) -> Tiling:
    """How rasters are tiled for a network of the table."""
    line = NETWORKS[architecture]
    if TASKS[line.task].series:
        return Tiling(size=SERIES_TILE, overlap=0, multiple=1)
    side = size or line.size
    multiple = multiple_of(network, line)
    if not line.any_size:
        side = multiple = int(options.get("size", line.size))
    task = TASKS[line.task]
    overlap = 0 if task.scenes else usual_overlap(side, line.any_size, task.boxes)
    return Tiling(size=side, overlap=overlap, multiple=multiple, any_size=line.any_size)


def _weights(network: nn.Module, card: ModelCard, half: bool = True) -> bytes:
    """The network's state as safetensors."""
    state = {name: value.detach().cpu() for name, value in network.state_dict().items()}
    invalid = [name for name, value in state.items() if not torch.isfinite(value).all()]
    if invalid:
        problem = f"Weights of '{card.name}' are not finite: {', '.join(invalid)}."
        raise ModelError(problem, "Train with a lower learning rate.")
    return save({name: (_rounded(value) if half else value).contiguous() for name, value in state.items()})


def _rounded(value: Tensor) -> Tensor:
    weights = value.is_floating_point() and value.ndim > 1
    return value.half() if weights and half_suffices(value.float().numpy()) else value


def _finish(part: Path, card: ModelCard, weights: bytes | None) -> ModelCard:
    """Write the weights, if there are any, and last the card with the hashes of what lies in the folder."""
    if weights is not None:
        (part / WEIGHTS_FILE).write_bytes(weights)
    files = [part / name for name in (ONNX_FILE, WEIGHTS_FILE) if (part / name).is_file()]
    card = replace(card, sha256={file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    text = json.dumps(to_item(card), indent=1, ensure_ascii=False)
    (part / CARD_FILE).write_text(text + "\n", encoding="utf-8")
    for file in (*files, part / CARD_FILE):
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())  # a network disk may report only now that it is full
    return card


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A temporary folder to write a model into; it then replaces ``folder`` and takes over its other files."""
    part, old = hidden(folder, f"{os.getpid()}.part"), hidden(folder, "old")
    try:
        if old.exists() and not folder.exists():  # interrupted between the two renames below
            old.rename(folder)
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        if folder.exists():
            shutil.copytree(folder, part, ignore=lambda place, _: FILES if Path(place) == folder else ())
        else:
            part.mkdir()
        yield part
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise _failure(folder, error) from error
    finally:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)


def _failure(folder: Path, error: OSError) -> OutputError:
    if error.errno in FULL:
        return OutputError(f"{folder} cannot be written: the disk is full.", "Free space or choose another disk.")
    reason = (error.strerror or str(error)).rstrip(".")
    return OutputError(f"{folder} cannot be written: {reason}.", "Close it in other programs, or choose another place.")
