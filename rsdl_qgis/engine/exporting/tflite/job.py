"""A model of this plugin's networks as one TensorFlow Lite file with its card inside."""

from __future__ import annotations

import shutil
from pathlib import Path

from ...cards.card import ModelCard
from ...feedback import Report
from .file import add_card
from .process import PROGRAM, converted
from .program import write_program


def write_tflite(card: ModelCard, path: Path, target: Path, precision: str, work: Path, report: Report) -> ModelCard:
    """Write the model folder at ``path`` to ``target``, with weights of a precision: float32, float16 or int8; the card
    of what was written. ModelError says what cannot be converted, Cancelled.
    """
    report.progress(0.2, "Converting by LiteRT")
    written = write_program(card, path, work / PROGRAM)
    shutil.copyfile(converted(work, precision, report), target)
    add_card(target, written)
    return written
