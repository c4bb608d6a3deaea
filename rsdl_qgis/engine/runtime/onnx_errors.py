"""ONNX Runtime's errors as sentences. Its own messages go to standard error, for the report."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from ..errors import ModelError

TOO_NEW = "Update the worker's environment (RSDL > Environment > Set up environment), or export the model with a lower"
OPENING = (  # pattern in ONNX Runtime's message -> a sentence, what to do
    (
        r"Unsupported model IR version: (\d+)",
        "it is written in version {0} of the ONNX format, which is newer than this ONNX Runtime",
        f"{TOO_NEW} version of ONNX.",
    ),
    (
        r"[Oo]pset (\d+) is under development|Unsupported.*opset.*?(\d+)|ONNX opset version (\d+)",
        "its operator set (opset {0}) is newer than this ONNX Runtime",
        f"{TOO_NEW} opset.",
    ),
    (
        r"No Op registered for (\S+)|Fatal error: (\S+) is not a registered|"
        r"Could not find an implementation for (\S+?)\(",
        "its operator {0} is not known to this ONNX Runtime",
        "Export the model with the operators of ONNX alone, or with another opset.",
    ),
    (
        r"[Ee]xternal [Dd]ata|external_data|External data path",
        "its weights lie in another file, which is missing, too short or outside the model's folder",
        "Put that file beside the .onnx, or export the model as one file.",
    ),
    (
        r"INVALID_PROTOBUF|Protobuf parsing failed|NO_SUCHFILE",
        "the file is damaged",
        "Get the file again.",
    ),
    (
        r"[Tt]ype Error|Type parameter|ShapeInference|INVALID_GRAPH|not a valid model|initializer",
        "its graph contradicts itself",
        "Export the model again, and check it with onnx.checker.",
    ),
)
RUNNING = (
    (
        r"Got invalid dimensions for input: (\S+)|INVALID_ARGUMENT",
        "it does not take arrays of this size",
        "Give the TILE_SIZE and BATCH_SIZE that it was made for.",
    ),
    (
        r"while running (\w+) node",
        "its operator {0} could not be run on a tile",
        "Give the TILE_SIZE that it was made for, or export it again.",
    ),
)


def opening_error(name: str, error: Exception) -> ModelError:
    """The error for a file that ONNX Runtime cannot open."""
    why, hint = _explained(error, OPENING, "this ONNX Runtime cannot use it", "Export the model again.")
    return ModelError(f"{name} cannot be opened: {why}.", hint)


def running_error(name: str, error: Exception) -> ModelError:
    """The error for a network that fails on a tile."""
    why, hint = _explained(error, RUNNING, "it could not be run on a tile", "Give the TILE_SIZE that it was made for.")
    return ModelError(f"'{name}' failed: {why}.", hint)


def _explained(error: Exception, table: Sequence[tuple[str, str, str]], why: str, hint: str) -> tuple[str, str]:
    text = str(error)
    print(text, file=sys.stderr)
    for pattern, sentence, remedy in table:
        found = re.search(pattern, text)
        if found:
            words = [word for word in found.groups() if word] or [""]
            return sentence.format(*words), remedy
    return why, hint
