"""Writes a SavedModel as ONNX: run as a process by TensorFlow's Python, ``python -m … FOLDER TARGET MEMORY``.

``TARGET`` gets ``model.onnx``, ``facts.json`` and ``probe-N.npz``: what the network gave TensorFlow; or ``error.json``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import tensorflow as tf
import tf2onnx.convert
import tf2onnx.tfonnx  # which has all operations that are known
from onnx.helper import make_opsetid
from tensorflow.core.protobuf import saved_model_pb2
from tf2onnx.handler import tf_op

from ...errors import ModelError, RsdlError
from .assembly import frozen
from .signatures import Tensor, chosen

OPSET = 17
DOMAIN = "tensorflow"  # of operations that the worker writes as others
SERVE = "serve"
SIDES = ((64, 96), (128, 160), (224, 224), (256, 256))  # height and width that a network of any size is tried with
TRIED = 2  # of them, of a network of any size
DATES = 6


def main(folder: Path, target: Path) -> None:
    """Write the network, what it takes and gives, and what it gives for some images."""
    meta = _meta_graph(folder)
    call = chosen(meta)
    network = frozen(meta, call, folder, known_operations())
    inputs = [tensor for tensor in network.inputs if tensor.dtype != tf.resource]
    model, _ = tf2onnx.convert.from_graph_def(
        network.graph.as_graph_def(),
        input_names=[tensor.name for tensor in inputs],
        output_names=[tensor.name for tensor in network.outputs],
        opset=OPSET,
        custom_op_handlers={"ScaleAndTranslate": (_scale_and_translate, [])},
        extra_opset=[make_opsetid(DOMAIN, 1)],
    )
    probes = _probed(network, call.inputs)
    for i, arrays in enumerate(probes):
        np.savez(target / f"probe-{i}.npz", allow_pickle=False, **arrays)
    facts = {
        "function": call.title,
        "inputs": [{"name": t.name, "shape": t.shape} for t in call.inputs],
        "outputs": [{"name": t.name, "rank": probes[0][f"output_{i}"].ndim} for i, t in enumerate(call.outputs)],
        "bands_first": all(bands_first(t.shape) for t in call.inputs),
        "probes": len(probes),
        "tensorflow": tf.__version__,
    }
    (target / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    (target / "model.onnx").write_bytes(model.SerializeToString())


def _meta_graph(folder: Path) -> Any:
    """The graph for serving."""
    saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    graphs = sorted(saved.meta_graphs, key=lambda meta: set(meta.meta_info_def.tags) != {SERVE})
    if not graphs:
        raise ModelError("The SavedModel holds no graph.", "Get the model again.")
    return graphs[0]


def known_operations() -> set[str]:
    """The operations that tf2onnx can write."""
    by_domain = tf_op.get_opsets().values()
    return {name for opsets in by_domain for opset in opsets for name in opset}


def _scale_and_translate(graph: Any, node: Any, name: str, args: Sequence[Any]) -> None:
    """Keeps an operation that ONNX has not as one of our domain; its name has its settings."""
    kernel = node.get_attr_value("kernel_type", b"lanczos3")
    kernel = kernel.decode() if isinstance(kernel, bytes) else kernel
    kind = "antialias" if node.get_attr_value("antialias", 1) else "plain"
    shapes, dtypes = node.output_shapes, node.output_dtypes
    graph.remove_node(node.name)
    graph.make_node(
        f"ScaleAndTranslate_{kernel}_{kind}",
        node.input,
        name=node.name,
        outputs=node.output,
        shapes=shapes,
        dtypes=dtypes,
        domain=DOMAIN,
    )


def _probed(network: Any, inputs: Sequence[Tensor]) -> list[dict[str, Any]]:
    """Inputs and outputs of the network for made-up values, in two sizes where it takes any."""
    rng = np.random.default_rng(0)
    found: list[dict[str, Any]] = []
    problem = ""
    for sides in SIDES:
        arrays = [rng.random(_filled(t, sides)).astype(t.dtype.as_numpy_dtype) for t in inputs]
        try:
            results = network(*(tf.constant(array) for array in arrays))
        except Exception as error:  # of any class: another size may do
            problem = problem or str(error).strip().splitlines()[0][:300]
            continue
        results = results if isinstance(results, (list, tuple)) else [results]
        named = {f"input_{i}": array for i, array in enumerate(arrays)}
        found.append(named | {f"output_{i}": np.asarray(result) for i, result in enumerate(results)})
        if len(found) == TRIED or all(None not in (t.shape or ()) for t in inputs):
            break
    if not found:
        raise ModelError(f"The network cannot be run: {problem}.", "Export it again, with the shape of its images.")
    return found


def _filled(tensor: Tensor, sides: tuple[int, int]) -> tuple[int, ...]:
    """A shape with lengths for those that are free."""
    shape = list(tensor.shape or ())
    bands = -3 if bands_first(tensor.shape) else -1
    if shape[bands] is None or len(shape) > 5:
        raise ModelError("The SavedModel does not tell how many bands its network takes.", "Export it as ONNX.")
    space = sides if len(shape) >= 4 else ()
    usual = [2, *([DATES] if len(shape) in (3, 5) else ()), *((0, *space) if bands == -3 else (*space, 0))]
    return tuple(u if length is None else length for length, u in zip(shape, usual, strict=True))


def bands_first(shape: Sequence[int | None] | None) -> bool:
    """Whether images have their bands before rows and columns: those are free, and the bands are not."""
    return shape is not None and len(shape) >= 4 and shape[-1] is None and shape[-3] is not None


def bounded(memory: int) -> None:
    """No more memory than ``memory`` bytes, and no file of more than 4 GB, where the system can be told so."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    source, place = Path(sys.argv[1]), Path(sys.argv[2])
    bounded(int(sys.argv[3]))
    try:
        main(source, place)
    except Exception as error:  # TensorFlow's are of many classes
        known = error if isinstance(error, RsdlError) else None
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")
        said = {"message": known.message if known else first, "hint": known.hint if known else "", "known": bool(known)}
        (place / "error.json").write_text(json.dumps(said), encoding="utf-8")
        sys.exit(1)
