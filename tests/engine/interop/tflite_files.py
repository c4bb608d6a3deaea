"""TensorFlow Lite files written by the flatbuffers package, which ONNX Runtime brings."""

from __future__ import annotations

from dataclasses import dataclass

import flatbuffers
import numpy as np

from rsdl_qgis.engine.interop.tflite.file import DTYPES
from rsdl_qgis.engine.interop.tflite.names import OPERATORS

NUMBERS = {name: number for number, name in OPERATORS.items()}
TYPES = {name: number for number, name in DTYPES.items()}


@dataclass
class Tensor:
    """A tensor to write; ``values``: of a constant; ``scale``, ``zero``: of a quantised one, along ``axis``."""

    name: str
    shape: tuple
    dtype: str = "float32"
    values: object = None
    scale: object = None
    zero: object = 0
    axis: int = 0


def write(path, tensors, operators, inputs, outputs, behind=False):
    """``operators``: (name, inputs, outputs, {field of options: (kind, value)}); ``behind``: constants lie behind."""
    made, constants = _file(tensors, operators, inputs, outputs, 2 if behind else 0)
    if behind:
        made, constants = _file(tensors, operators, inputs, outputs, len(made))
    path.write_bytes(made + constants)
    return path


def _file(tensors, operators, inputs, outputs, start):
    """The flatbuffer, and the constants behind it, from byte ``start`` of the file on; 0: they are inside."""
    constants = b""
    b = flatbuffers.Builder(1 << 12)
    buffers = [_table(b, {})]
    made = []
    for tensor in tensors:
        buffer = 0
        if tensor.values is not None:
            data = np.ascontiguousarray(tensor.values, tensor.dtype).tobytes()
            buffer = len(buffers)
            if start:
                fields = {1: ("Uint64", start + len(constants)), 2: ("Uint64", len(data))}
                constants += data
            else:
                fields = {0: ("offset", b.CreateByteVector(data))}
            buffers.append(_table(b, fields))
        shape, name = _vector(b, "Int32", tensor.shape), b.CreateString(tensor.name)
        fields = {0: ("offset", shape), 1: ("Int8", TYPES[tensor.dtype]), 2: ("Uint32", buffer), 3: ("offset", name)}
        if tensor.scale is not None:
            scale, zero = (np.atleast_1d(v) for v in (tensor.scale, tensor.zero))
            parts = {2: ("offset", _vector(b, "Float32", scale)), 3: ("offset", _vector(b, "Int64", zero))}
            fields[4] = ("offset", _table(b, {**parts, 6: ("Int32", tensor.axis)}))
        made.append(_table(b, fields))
    names = list(dict.fromkeys(name for name, *_ in operators))
    codes = [_table(b, {0: ("Int8", min(NUMBERS.get(n, 32), 127)), 3: ("Int32", NUMBERS.get(n, 32))}) for n in names]
    steps = []
    for name, takes, gives, options in operators:
        parts = {k: ("offset", _vector(b, "Int32", v)) if t == "ints" else (t, v) for k, (t, v) in options.items()}
        ends = {i: ("offset", _vector(b, "Int32", v)) for i, v in ((1, takes), (2, gives))}
        steps.append(_table(b, {0: ("Uint32", names.index(name)), **ends, 4: ("offset", _table(b, parts))}))
    graph = {
        0: _offsets(b, made),
        1: _vector(b, "Int32", inputs),
        2: _vector(b, "Int32", outputs),
        3: _offsets(b, steps),
    }
    graph = _table(b, {k: ("offset", v) for k, v in graph.items()})
    model = {1: _offsets(b, codes), 2: _offsets(b, [graph]), 4: _offsets(b, buffers)}
    b.Finish(_table(b, {0: ("Uint32", 3), **{k: ("offset", v) for k, v in model.items()}}), b"TFL3")
    return bytes(b.Output()), constants


def _table(b, fields):
    b.StartObject(max(fields, default=0) + 1)
    for slot, (kind, value) in fields.items():
        if kind == "offset":
            b.PrependUOffsetTRelativeSlot(slot, value, 0)
        else:
            getattr(b, f"Prepend{kind}Slot")(slot, value, None)
    return b.EndObject()


def _vector(b, kind, values):
    values = list(values)
    b.StartVector(8 if kind.endswith("64") else 4, len(values), 8 if kind.endswith("64") else 4)
    for value in reversed(values):
        getattr(b, f"Prepend{kind}")(float(value) if kind == "Float32" else int(value))
    return b.EndVector()


def _offsets(b, values):
    b.StartVector(4, len(values), 4)
    for value in reversed(values):
        b.PrependUOffsetTRelative(value)
    return b.EndVector()
