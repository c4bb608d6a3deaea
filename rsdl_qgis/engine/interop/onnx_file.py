"""The metadata of an ONNX file, read without ONNX: standard library only, for the QGIS side.

An ONNX file is one protocol buffer message; ``metadata_props`` is its field 14 and the graph its field 7, which is
skipped by its length. Of the graph only the inputs' and outputs' names, types and shapes are read (fields 11 and 12);
``onnx_graph`` looks at the operators that an output comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import ModelError

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
    """The metadata, inputs and outputs of an ONNX file; ModelError when it is not one."""
    metadata: dict[str, str] = {}
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    weights: set[str] = set()
    producer = ""
    try:
        with open(path, "rb") as stream:
            for number, start, end in fields(stream, 0, Path(path).stat().st_size):
                if number == 14:
                    key, value = _strings(_bytes(stream, start, end), 1, 2)
                    metadata[key] = value
                elif number == 2:
                    producer = _bytes(stream, start, end).decode()
                elif number == 7:
                    for part, first, last in fields(stream, start, end):
                        if part in (11, 12):
                            tensor = _tensor(_bytes(stream, first, last))
                            (inputs if part == 11 else outputs).append(tensor)
                        elif part == 5:
                            weights.add(_initializer_name(stream, first, last))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, IndexError, UnicodeDecodeError):
        raise ModelError(f"{path} is not an ONNX file, or is damaged.") from None
    if not inputs and not outputs:
        raise ModelError(f"{path} is not an ONNX file: it has no inputs and outputs.")
    taken = tuple(t for t in inputs if t.name not in weights)
    return OnnxFile(metadata, taken, tuple(outputs), producer, str(path))


def _varint(stream: BinaryIO) -> int:
    value = shift = 0
    while True:
        byte = stream.read(1)
        if not byte or shift > 63:
            raise ValueError("truncated")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7


def fields(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(field number, first byte, end) of each field of a message; for numbers, first byte = end."""
    stream.seek(start)
    while stream.tell() < end:
        key = _varint(stream)
        number, kind = key >> 3, key & 7
        if kind == 2:
            length = _varint(stream)
            first = stream.tell()
            if first + length > end:
                raise ValueError("truncated")
            yield number, first, first + length
            stream.seek(first + length)
        elif kind == 0:
            _varint(stream)
            yield number, stream.tell(), stream.tell()
        elif kind in (1, 5):
            stream.seek(8 if kind == 1 else 4, 1)
        else:
            raise ValueError("not a protocol buffer")


def _bytes(stream: BinaryIO, start: int, end: int) -> bytes:
    here = stream.tell()
    stream.seek(start)
    data = stream.read(end - start)
    stream.seek(here)
    return data


def _parts(data: bytes) -> list[tuple[int, bytes | int]]:
    """Every field of a small message, with its bytes or its number."""
    from io import BytesIO

    stream = BytesIO(data)
    parts: list[tuple[int, bytes | int]] = []
    while stream.tell() < len(data):
        key = _varint(stream)
        if key & 7 == 2:
            length = _varint(stream)
            parts.append((key >> 3, stream.read(length)))
        elif key & 7 == 0:
            parts.append((key >> 3, _varint(stream)))
        else:
            raise ValueError("unexpected")
    return parts


def _strings(data: bytes, *numbers: int) -> list[str]:
    found = dict(_parts(data))
    values = (found.get(number, b"") for number in numbers)
    return [value.decode() if isinstance(value, bytes) else "" for value in values]


def _sub(data: bytes, number: int) -> list[bytes]:
    return [value for key, value in _parts(data) if key == number and isinstance(value, bytes)]


def _tensor(data: bytes) -> Tensor:
    (name,) = _strings(data, 1)
    shape: list[int | None] = []
    dtype, kind = "", "tensor"
    for value in _sub(data, 2):  # type
        kind = next((KINDS[key] for key, _ in _parts(value) if key in KINDS), kind)
        for tensor in _sub(value, 1):  # tensor_type
            dtype = next((DTYPES.get(n, "") for key, n in _parts(tensor) if key == 1 and isinstance(n, int)), dtype)
            for dims in _sub(tensor, 2):  # shape
                for dim in _sub(dims, 1):
                    sizes = [value for key, value in _parts(dim) if key == 1 and isinstance(value, int)]
                    shape.append(sizes[0] if sizes and 0 < sizes[0] < 1 << 31 else None)
    return Tensor(name, tuple(shape), dtype or "float32", kind)


def _initializer_name(stream: BinaryIO, start: int, end: int) -> str:
    here = stream.tell()
    names = [_bytes(stream, first, last) for number, first, last in fields(stream, start, end) if number == 8]
    stream.seek(here)
    return names[0].decode() if names else ""
