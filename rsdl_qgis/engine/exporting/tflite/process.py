"""LiteRT in a process of its own: a conversion, and a run over tiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...cards.card import ModelCard
from ...feedback import Report
from ...interop.elsewhere import Environment
from ...runtime.detector import own_layout
from ...runtime.detector_outputs import decoder_of
from ...runtime.network import Arrays
from ...tables.tasks import task_of
from ..agreement import Answers
from ..torchscript import is_single

PROGRAM, MADE = "program.pt2", "model.tflite"
PACKAGE = "rsdl_qgis.engine.exporting.tflite"
LITERT = Environment(
    "tflite",
    "RSDL_TFLITE",
    "LiteRT",
    "TensorFlow Lite is written by LiteRT, in an environment of its own, which is not there: 0.4 GB to download, "
    "1.7 GB on disk.",
    "Run 'Set up environment' with the step 'tflite', then export the model again; it can be removed then.",
    "Export it as onnx.",
)


def converted(folder: Path, precision: str, report: Report) -> Path:
    """The file made of the program in a folder. ModelError with what LiteRT says, Cancelled."""
    made = folder / MADE
    LITERT.run(f"{PACKAGE}.convert", [str(folder), precision], made, report, "cannot convert it")
    return made


def tflite_answers(card: ModelCard, file: Path, tiles: Sequence[Arrays], work: Path, report: Report) -> Answers:
    """What LiteRT gives for each tile with a file, as ``agreement.answers``; ``work``: an empty folder."""
    for number, arrays in enumerate(tiles):
        given = [_as_file(arrays[name], card) for name in card.tensors]
        np.savez(work / f"tile-{number}.npz", allow_pickle=False, **{f"input_{i}": a for i, a in enumerate(given)})
    LITERT.run(f"{PACKAGE}.run", [str(file), str(work)], work / "done.json", report, "cannot run the exported file")
    decode = decoder_of(card, own_layout(card))
    found: list[Any] = []
    for number, arrays in enumerate(tiles):
        with np.load(work / f"answer-{number}.npz") as answer:
            outputs = tuple(answer[f"output_{i}"] for i in range(len(answer)))
        if task_of(card.task).boxes:
            height, width = next(iter(arrays.values())).shape[-2:]
            found.append(decode(outputs, (height, width), 0.0))
        else:
            found.append(np.moveaxis(outputs[0], -1, 1) if outputs[0].ndim == 4 else outputs[0])
    return found


def _as_file(array: Any, card: ModelCard) -> Any:
    """An input of the network, (N, T, C, H, W) or of series, as the file takes it."""
    if task_of(card.task).series:
        return array.astype(np.float32)
    image = np.moveaxis(array, -3, -1)
    return np.ascontiguousarray(image[:, 0] if is_single(card) else image, np.float32)
