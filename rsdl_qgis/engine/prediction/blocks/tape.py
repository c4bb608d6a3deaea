"""A block's pieces in a file: written one after the other, read back in that order, whole or not at all.

A line says whose it is; then, of each piece, the length of a JSON text, the text, and the bytes of the arrays it
names; a length of 0 and the CRC-32 of all that precedes it end the file. Nothing in it is ever run.
"""

from __future__ import annotations

import json
import os
import platform
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...errors import OutputError
from .pieces import Piece

FORM = "RSDL block 1"
LENGTH = 4  # bytes of a number
LARGEST_TEXT = 1 << 24  # bytes of a piece's JSON
CHUNK = 1 << 20
RUN = 512  # numbers of an array that are kept as one, if they are the same
KINDS = "biuf"  # of arrays


class Damaged(OutputError):
    """A file that is no block, of another job, or not whole."""


class Tape:
    """A block's file while it is written, beside ``path``, which it becomes when it is whole."""

    def __init__(self, path: Path, mark: str):
        self._path = path
        self._part = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}.part")
        self._checksum = 0
        self._file = self._part.open("wb")
        self._put(_first_line(mark))

    def write(self, piece: Piece) -> None:
        """The next piece."""
        arrays = {name: np.ascontiguousarray(value) for name, value in piece.items() if isinstance(value, np.ndarray)}
        head = {
            "plain": {name: value for name, value in piece.items() if name not in arrays},
            "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
        }
        text = json.dumps(head).encode()
        self._put(len(text).to_bytes(LENGTH, "little"))
        self._put(text)
        for array in arrays.values():
            for data in _packed(array):
                self._put(data.reshape(-1).view(np.uint8).data)

    def commit(self) -> None:
        """The file takes its name."""
        self._put(bytes(LENGTH))
        self._file.write(self._checksum.to_bytes(LENGTH, "little"))
        self._file.close()
        self._part.replace(self._path)

    def discard(self) -> None:
        """The file goes, unless it has its name."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _put(self, data: bytes | memoryview) -> None:
        self._checksum = zlib.crc32(data, self._checksum)
        self._file.write(data)


def pieces(path: Path, mark: str) -> Iterator[Piece]:
    """The pieces in a block's file. Damaged where it is not one of this ``mark``, or ends too soon; what comes back
    changed is seen by ``is_whole`` alone.
    """
    with path.open("rb") as file:
        if file.readline(len(_first_line(mark))) != _first_line(mark):
            raise Damaged(f"{path} is of another job.")
        while length := int.from_bytes(_exactly(file, LENGTH), "little"):
            if length > LARGEST_TEXT:
                raise Damaged(f"{path} is no block.")
            yield _piece(file, _exactly(file, length))


def is_whole(path: Path, mark: str) -> bool:
    """Whether a block's file is there, of this ``mark``, and as it was written."""
    first, checksum, last = _first_line(mark), 0, b""
    try:
        with path.open("rb") as file:
            if file.readline(len(first)) != first:
                return False
            checksum = zlib.crc32(first)
            while chunk := file.read(CHUNK):
                data = last + chunk
                last = data[-LENGTH:]
                checksum = zlib.crc32(memoryview(data)[: -len(last)], checksum)
    except OSError:
        return False
    return len(last) == LENGTH and checksum == int.from_bytes(last, "little")


def _first_line(mark: str) -> bytes:
    return f"{FORM} {mark}\n".encode()


def _packed(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """What is kept of an array, of truths bits: which of its runs have one value, these values, the others, the rest.

    So maps with large areas alike take little room, for much less time than compressing them would take.
    """
    if array.dtype.kind not in KINDS:
        raise TypeError(f"Arrays of {array.dtype} are not kept.")
    flat = np.packbits(array) if array.dtype.kind == "b" else array.reshape(-1)
    bits = flat.view(f"u{flat.itemsize}")
    whole = bits.size // RUN * RUN
    runs = bits[:whole].reshape(-1, RUN)
    alike = (runs == runs[:, :1]).all(1)
    yield np.packbits(alike)
    yield runs[alike, 0]
    yield runs[~alike] if alike.any() else runs
    yield bits[whole:]


def _piece(file: BinaryIO, text: bytes) -> dict[str, Any]:
    try:
        head = json.loads(text)
        piece: dict[str, Any] = dict(head["plain"])
        for name, dtype, shape in head["arrays"]:
            piece[name] = _unpacked(file, np.dtype(dtype), tuple(shape))
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{file.name} is no block: {error}.") from None
    return piece


def _unpacked(file: BinaryIO, dtype: np.dtype, shape: tuple[int, ...]) -> NDArray[Any]:
    if dtype.kind not in KINDS:
        raise Damaged(f"{file.name} holds an array of {dtype}.")
    size = int(np.prod(shape, dtype=np.int64))
    if dtype.kind == "b":
        found = _numbers(file, np.dtype(np.uint8), (size + 7) // 8)
        return np.unpackbits(found, count=size).view(bool).reshape(shape)
    return _numbers(file, np.dtype(f"u{dtype.itemsize}"), size).view(dtype).reshape(shape)


def _numbers(file: BinaryIO, dtype: np.dtype, size: int) -> NDArray[Any]:
    """So many numbers, of which runs were packed."""
    count = size // RUN
    alike = np.unpackbits(_read(file, np.dtype(np.uint8), (count + 7) // 8), count=count).view(bool)
    numbers = np.empty(size, dtype)
    runs = numbers[: count * RUN].reshape(-1, RUN)
    runs[alike] = _read(file, dtype, int(alike.sum()))[:, None]
    runs[~alike] = _read(file, dtype, int((~alike).sum()) * RUN).reshape(-1, RUN)
    numbers[count * RUN :] = _read(file, dtype, size - count * RUN)
    return numbers


def _read(file: BinaryIO, dtype: np.dtype, count: int) -> NDArray[Any]:
    return np.frombuffer(_exactly(file, count * dtype.itemsize), dtype)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise Damaged(f"{file.name} is cut off.")
    return data
