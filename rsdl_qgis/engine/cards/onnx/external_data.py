"""The files beside an ONNX file that it keeps weights in. Standard library only.

A tensor may say where its values are (``external_data``, key ``location``): in a file of the model's folder, and
nowhere else, as a file from elsewhere must not read other files of this computer.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...errors import ModelError
from ...files.text import shortened
from .header import TooLarge, fields, read_bytes, strings

MOST_PARTS = 10_000_000  # of one message: this is not done where QGIS waits
MOST_FILES = 1000
INSIDE = {  # message -> field -> the message in it, of those that lead to tensors
    "model": {7: "graph", 25: "function"},
    "function": {7: "node"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}


def external_files(path: Path) -> list[Path]:
    """The files that an ONNX file keeps weights in; ModelError for one that lies outside its folder, or is missing."""
    return [_inside(path, location) for location in sorted(_locations(path))]


def _locations(path: Path) -> set[str]:
    found: set[str] = set()
    try:
        with path.open("rb") as stream:
            for start, end in _entries(stream, path.stat().st_size):
                key, value = strings(read_bytes(stream, start, end), 1, 2)
                if key == "location":
                    found.add(value)
                if len(found) > MOST_FILES:
                    raise TooLarge(f"it keeps its weights in more than {MOST_FILES} files")
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, IndexError):
        raise ModelError(f"{path} is not an ONNX file, or is damaged.") from None
    except TooLarge as error:
        raise ModelError(f"{path} cannot be used: {error}.") from None
    return found


def _entries(stream: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Where each ``external_data`` entry lies, of tensors wherever they are."""
    waiting = [("model", 0, size)]
    while waiting:
        kind, start, end = waiting.pop()
        if kind == "entry":
            yield start, end
            continue
        inside = INSIDE[kind]
        waiting += [
            (inside[number], first, last) for number, first, last in fields(stream, start, end, MOST_PARTS)
            if number in inside
        ]  # fmt: skip


def _inside(path: Path, location: str) -> Path:
    parts = location.replace("\\", "/").split("/")
    absolute = posixpath.isabs(location) or ntpath.isabs(location) or ntpath.splitdrive(location)[0] or ":" in location
    folder = path.parent
    if absolute or ".." in parts or "\0" in location or not location:
        raise _outside(path, location)
    file = folder / location
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise _outside(path, location)
        there = file.is_file()
    except (OSError, RuntimeError):  # a loop of links, a name that is too long
        there = False
    if not there:
        raise ModelError(
            f"{path.name} keeps weights in {shortened(location)}, which is not beside it.",
            f"Put that file into {folder}, or save the model with its weights inside.",
        )
    return file


def _outside(path: Path, location: str) -> ModelError:
    return ModelError(
        f"{path.name} wants to read weights from '{shortened(location)}', outside its own folder. That is not done.",
        "Put the weights beside the model, or save the model with its weights inside.",
    )
