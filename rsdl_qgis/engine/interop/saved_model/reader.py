"""A folder that TensorFlow's ``saved_model.save`` or Keras' ``export`` wrote, as ONNX."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from ...errors import ModelError
from ...feedback import Report
from ..builder import LARGEST_WEIGHTS, Builder, Shape, Value
from ..foreign import Foreign
from ..images import Images
from .contents import check_contents
from .process import converted
from .resizing import with_resizing

CLOSE = 1e-3  # of what TensorFlow gave, and at least of 1
REAL = {TensorProto.DOUBLE, TensorProto.FLOAT16}
PLAIN = {*REAL, TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT8, TensorProto.UINT16, TensorProto.INT16}
PLAIN |= {TensorProto.INT32, TensorProto.INT64}


def read_saved_model(path: Path, report: Report) -> Foreign:
    """The network of the SavedModel whose ``saved_model.pb`` is given; ModelError says what cannot be read, or
    that TensorFlow is missing.
    """
    check_contents(path)
    weights = sum(file.stat().st_size for file in (path.parent / "variables").glob("variables.data-*"))
    if weights > LARGEST_WEIGHTS:
        raise ModelError(f"The SavedModel has more than {LARGEST_WEIGHTS:,} bytes of weights.", "Use a smaller model.")
    with tempfile.TemporaryDirectory(prefix="rsdl-tensorflow-") as name:
        made = Path(name)
        converted(path.parent, made, report)
        facts = json.loads((made / "facts.json").read_text(encoding="utf-8"))
        model = as_images(with_resizing(onnx.load(str(made / "model.onnx"))), facts)
        for i in range(facts["probes"]):
            with np.load(made / f"probe-{i}.npz") as probe:
                _compare(model, facts, dict(probe))
    report.log("info", f"Its function {facts['function']} was converted by TensorFlow {facts['tensorflow']}.")
    return Foreign(model, "TensorFlow", "NCHW" if facts["bands_first"] else "NHWC")


def as_images(model: onnx.ModelProto, facts: dict[str, Any]) -> onnx.ModelProto:
    """The graph with images as this plugin gives them, float32 and bands first, and outputs by TensorFlow's names."""
    b = Builder()
    shapes: list[Shape] = [tuple(item["shape"]) for item in facts["inputs"]]
    images = Images(b, shapes, facts["bands_first"])
    given = []
    for item, shape, wanted in zip(facts["inputs"], shapes, model.graph.input):
        value = images.take(item["name"], shape)
        dtype = wanted.type.tensor_type.elem_type
        if dtype not in PLAIN:
            raise ModelError(f"The network takes {TensorProto.DataType.Name(dtype)}, not numbers.")
        given.append(value if dtype == TensorProto.FLOAT else b.add("Cast", value, to=dtype))
    for output, told in zip(model.graph.output, facts["outputs"]):
        _told_rank(output.type.tensor_type, told["rank"])
    outputs = [_plain(b, value) for value in b.graft(model, given)]
    return b.model([(told["name"], images.give(value)) for told, value in zip(facts["outputs"], outputs)])


def _told_rank(kind: Any, rank: int) -> None:
    """A shape of free lengths for a tensor whose shape the graph does not tell."""
    if not kind.HasField("shape"):
        kind.shape.SetInParent()
        for _ in range(rank):
            kind.shape.dim.add()


def _plain(b: Builder, value: Value) -> Value:
    """An output in float32, where it is of another real type."""
    return (
        b.add("Cast", value, to=TensorProto.FLOAT)
        if value.dtype in (TensorProto.DOUBLE, TensorProto.FLOAT16)
        else value
    )


def _compare(model: onnx.ModelProto, facts: dict[str, Any], probe: dict[str, Any]) -> None:
    """ModelError where the graph does not give what TensorFlow gave."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = {}
    for i, item in enumerate(session.get_inputs()):
        array = probe[f"input_{i}"].astype(np.float32)
        given[item.name] = _turned(array, len(item.shape), facts["bands_first"])
    found = session.run(None, given)
    for i, result in enumerate(found):
        wanted = _turned(probe[f"output_{i}"], result.ndim, facts["bands_first"])
        off = np.abs(result.astype(float) - wanted) / np.maximum(1.0, np.abs(wanted))
        if not (off < CLOSE).mean() > 0.999:  # a class or a rank may fall on the other side
            raise ModelError(
                f"The network gives other numbers as ONNX than in TensorFlow (by up to {np.nanmax(off):.2g}).",
                "Export it to ONNX where it was trained, and compare the two there.",
            )


def _turned(array: Any, rank: int, bands_first: bool) -> Any:
    """An array as TensorFlow has it, with bands first; of single pixels (N, bands) images of one pixel."""
    if array.ndim == 2 and rank == 4:
        return array[:, :, None, None]
    return array if array.ndim < 4 or bands_first else np.moveaxis(array, -1, -3)
