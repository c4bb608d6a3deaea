"""The table of readers of other programs' networks, and what a reader gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from ..feedback import Report
from ..files.text import shortened

if TYPE_CHECKING:  # an environment that predicts only has no onnx, and imports ONNX files without it
    import onnx


@dataclass(frozen=True)
class Foreign:
    """A network of another program as ONNX, and what its file tells besides.

    ``model``: images come and go as (N, bands, H, W) float32, time series as (N, dates, bands), in the order of the
    file's inputs; the batch is free, and so are height and width where the network allows it. ``kind``: the program's
    name. ``layout``: the axes of images in the file, NHWC or NCHW, which the graph has turned already. ``size``: height
    and width in pixels that the file states, though the network may take others. ``classes``: names, where the file
    has any. ``notes``: sentences for the log. ``item``: a card, where the file has one inside.
    """

    model: onnx.ModelProto
    kind: str
    layout: str = "NHWC"
    size: tuple[int, int] | None = None
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    item: Mapping[str, Any] | None = None


READERS: Mapping[str, str] = {  # ending of a file -> module:function, from a path to a ``Foreign``
    ".h5": "keras.reader:read_keras",
    ".hdf5": "keras.reader:read_keras",
    ".keras": "keras.reader:read_keras",
    ".tflite": "tflite.reader:read_tflite",
    ".pt": "torchscript:read_torchscript",
    ".pt2": "torch_export.reader:read_torch_export",
    ".pth": "torchscript:read_torchscript",
    ".txt": "trees.lightgbm:read_lightgbm",
    ".json": "trees.xgboost:read_xgboost",
}
BEGINNINGS = {".txt": re.compile(rb"tree\s"), ".json": re.compile(rb'\s*\{\s*"learner"\s*:')}
SAVED_MODEL = "saved_model.pb"  # in its folder
SAVED_MODEL_READER = "saved_model.reader:read_saved_model"  # from a path and a report: another program reads it


def is_foreign_file(path: Path) -> bool:
    """Whether a file is, by its ending, one that a reader takes; of a text and of JSON its beginning counts too."""
    if path.name == SAVED_MODEL:
        return True
    if path.suffix.lower() in BEGINNINGS:
        with path.open("rb") as stream:
            return bool(BEGINNINGS[path.suffix.lower()].match(stream.read(100)))
    return path.suffix.lower() in READERS


def read_foreign(path: Path, report: Report | None = None) -> Foreign:
    """The network in a file, chosen by its ending; ModelError says what cannot be read, and why.

    ``report``: of what takes long, and can be cancelled.
    """
    is_saved_model = path.name == SAVED_MODEL
    place = SAVED_MODEL_READER if is_saved_model else READERS.get(path.suffix.lower())
    if place is None:
        raise ModelError(f"{path.name} is no model that can be read.", f"There are readers for {', '.join(READERS)}.")
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    module, _, function = place.partition(":")
    read: Callable[..., Foreign] = getattr(import_module(f".{module}", __package__), function)
    try:
        found = read(path, report or Report()) if is_saved_model else read(path)
    except (AttributeError, TypeError, KeyError, IndexError, ValueError, OverflowError, RecursionError) as error:
        text = (
            f"{path.name} is damaged, or of a form that is not known ({type(error).__name__}: {shortened(str(error))})."
        )
        raise ModelError(text, "Get the model again.") from error
    check(found.model)
    return found


def check(model: onnx.ModelProto) -> None:
    """ModelError where ONNX Runtime does not take a graph, whose shapes may not fit."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own for every cause
        text = (str(error).strip().splitlines() or ["?"])[0][:300].rstrip(".")
        raise ModelError(f"The network cannot be run: {text}.", "Get the model again.") from None
