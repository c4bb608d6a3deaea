"""The metadata of an ONNX file, read without ONNX: standard library only, for the QGIS side.

An ONNX file is one protocol buffer message; ``metadata_props`` is its field 14 and the graph its field 7, which is
skipped by its length. Of the graph only the inputs' and outputs' names, types and shapes are read (fields 11 and 12);
``graph`` reads the operators that an output comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...errors import ModelError

MOST_FIELDS = 100_000  # of a message: nodes, weights, …; QGIS waits while they are gone through
MOST_METADATA = 1000
LARGEST_METADATA = 4_200_000  # bytes of one entry: a card of the largest size, and its key
LARGEST_TENSOR = 65_536  # bytes that say the name and shape of one
LONGEST_AXIS = (1 << 31) - 1
BLOCK, LONGEST_HEAD = 1 << 14, 20  # bytes that are read at a time; that a field's number and length need
DTYPES = {  # of a tensor's elements, by their number in ONNX
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 16: "bfloat16",
}  # fmt: skip
KINDS = {1: "tensor", 4: "sequence", 5: "map", 8: "sparse tensor", 9: "optional"}  # of values, by their field


@dataclass(frozen=True)
class Tensor:
    """A graph input or output; a dimension without a fixed size is None. ``kind``: tensor, or what it is instead."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"
    kind: str = "tensor"

    @property
    def image(self) -> tuple[int | None, int | None, int | None] | None:
        """Bands, height and width of images (…, C, H, W), or (…, H, W, C) where it can only be that; None: neither."""
        if len(self.shape) not in (3, 4):
            return None
        first, second, last = self.shape[-3:]
        bands_last = last is not None and first == second and (first is None or last < first)
        return (last, first, second) if bands_last else (first, second, last)

    @property
    def whole_numbers(self) -> bool:
        """Whether its elements are integers or booleans."""
        return self.dtype.startswith(("int", "uint", "bool"))


@dataclass(frozen=True)
class OnnxFile:
    """What an ONNX file says of itself."""

    metadata: dict[str, str]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    producer: str = ""
    path: str = ""


def read_onnx_file(path: str | Path) -> OnnxFile:
    """The metadata, inputs and outputs of an ONNX file; ModelError when it is not one, or too much to be read."""
    metadata: dict[str, str] = {}
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    weights: list[tuple[int, int]] = []
    producer = ""
    try:
        with open(path, "rb") as stream:
            for number, start, end in fields(stream, 0, Path(path).stat().st_size):
                if number == 14 and len(metadata) < MOST_METADATA:
                    key, value = strings(read_bytes(stream, start, end, LARGEST_METADATA), 1, 2)
                    metadata[key] = value
                elif number == 2:
                    producer = read_bytes(stream, start, end).decode()
                elif number == 7:
                    for part, first, last in fields(stream, start, end):
                        if part in (11, 12):
                            tensor = _tensor(read_bytes(stream, first, last))
                            (inputs if part == 11 else outputs).append(tensor)
                        elif part == 5:
                            weights.append((first, last))
            # Files of old list their weights as inputs too.
            named = {_initializer_name(stream, *where) for where in weights} if len(inputs) > 1 else set()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, IndexError):
        raise ModelError(f"{path} is not an ONNX file, or is damaged.") from None
    except TooLarge as error:
        raise ModelError(f"{path} cannot be used: {error}.", "Export the model again, in a simpler form.") from None
    if not inputs or not outputs:
        missing = "inputs" if outputs else "outputs" if inputs else "inputs and outputs"
        raise ModelError(f"{path} is not an ONNX file, or is damaged: it has no {missing}.")
    taken = tuple(tensor for tensor in inputs if tensor.name not in named)
    return OnnxFile(metadata, taken, tuple(outputs), producer, str(path))


class TooLarge(Exception):
    """More of something than is read, for QGIS must not wait for it."""


def fields(stream: BinaryIO, start: int, end: int, most: int = MOST_FIELDS) -> Iterator[tuple[int, int, int]]:
    """(field number, first byte, end) of each field of a message; for numbers, first byte = end.

    ValueError or IndexError for what is no message, TooLarge for one of more fields than ``most``.
    """
    at, block, base = start, b"", start  # the block of the file from ``base`` on
    count = 0
    while at < end:
        count += 1
        if count > most:
            raise TooLarge(f"its network is of more than {most} parts")
        if at - base + LONGEST_HEAD > len(block) and base + len(block) < end:
            stream.seek(at)
            block, base = stream.read(min(BLOCK, end - at)), at
        key, place = varint(block, at - base)
        number, kind = key >> 3, key & 7
        first = base + place
        if kind == 2:
            length, place = varint(block, place)
            first = base + place
            at = first + length
            if at > end:
                raise ValueError("truncated")
            yield number, first, at
        elif kind == 0:
            at = base + varint(block, place)[1]
            yield number, at, at
        elif kind in (1, 5):
            at = first + (8 if kind == 1 else 4)
        else:
            raise ValueError("not a protocol buffer")


def varint(data: bytes, place: int) -> tuple[int, int]:
    """The number at a place of some bytes, and the place behind it; IndexError where they end."""
    byte = data[place]
    if byte < 0x80:
        return byte, place + 1
    value, shift = byte & 0x7F, 7
    while byte >= 0x80:
        place += 1
        byte = data[place]
        if shift > 63:
            raise ValueError("not a protocol buffer")
        value |= (byte & 0x7F) << shift
        shift += 7
    return value, place + 1


def read_bytes(stream: BinaryIO, start: int, end: int, most: int = LARGEST_TENSOR) -> bytes:
    if end - start > most:
        raise TooLarge(f"a part of its description is of {end - start} bytes, more than {most}")
    stream.seek(start)
    return stream.read(end - start)


def parts(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Every field of a small message: its number and its bytes, or the number that it is. ValueError for none."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
            yield key >> 3, value - (1 << 64) if value >> 63 else value
            continue
        if kind not in (1, 2, 5):
            raise ValueError("unexpected")
        length, at = varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
        if at + length > len(data):
            raise ValueError("truncated")
        yield key >> 3, data[at : at + length]
        at += length


def strings(data: bytes, *numbers: int) -> list[str]:
    found = dict(parts(data))
    values = (found.get(number, b"") for number in numbers)
    return [value.decode() if isinstance(value, bytes) else "" for value in values]


def _sub(data: bytes, number: int) -> list[bytes]:
    return [value for key, value in parts(data) if key == number and isinstance(value, bytes)]


def _tensor(data: bytes) -> Tensor:
    (name,) = strings(data, 1)
    shape: list[int | None] = []
    dtype, kind = "", "tensor"
    for value in _sub(data, 2):  # type
        kind = next((KINDS[key] for key, _ in parts(value) if key in KINDS), kind)
        for tensor in _sub(value, 1):  # tensor_type
            dtype = next((DTYPES.get(n, "") for key, n in parts(tensor) if key == 1 and isinstance(n, int)), dtype)
            for dims in _sub(tensor, 2):  # shape
                for dim in _sub(dims, 1):
                    sizes = [value for key, value in parts(dim) if key == 1 and isinstance(value, int)]
                    shape.append(sizes[0] if sizes and 0 < sizes[0] <= LONGEST_AXIS else None)
    return Tensor(name, tuple(shape), dtype or "float32", kind)


def _initializer_name(stream: BinaryIO, start: int, end: int) -> str:
    names = ((first, last) for number, first, last in fields(stream, start, end) if number == 8)
    where = next(names, None)
    return read_bytes(stream, *where).decode() if where else ""
