"""SavedModels without TensorFlow: a graph's names of operations, and a program in the place of TensorFlow's Python.

That program gives what the conversion of a small network writes: a mean of three bands at half the size, antialiased.
"""

from __future__ import annotations

import json
import stat
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PROGRAM = """\
#!{python}
import shutil, sys, time
from pathlib import Path
folder, target = map(Path, sys.argv[-3:-1])
if (folder / "hang").exists():
    time.sleep(60)
for file in (folder / "prepared").iterdir():
    shutil.copyfile(file, target / file.name.replace(".bin", ".onnx"))
print("the last line")
sys.exit(not (target / "facts.json").is_file())
"""


def message(*fields):
    """A protocol buffer of (number, bytes)."""
    return b"".join(bytes([number << 3 | 2]) + _length(len(data)) + data for number, data in fields)


def _length(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _length(value >> 7)


def write_graph(folder, *operations, functions=()):
    """A folder whose saved_model.pb calls these operations: in the graph, and in a function."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [(1, message((1, b"node"), (2, name.encode()))) for name in operations]
    function = message(*((3, message((1, b"node"), (2, name.encode()))) for name in functions))
    graph = message(*nodes, (2, message((1, function))))
    (folder / "saved_model.pb").write_bytes(message((2, message((2, graph)))))
    return folder / "saved_model.pb"


def stand_in(path):
    """A program that does as TensorFlow's Python with our module would."""
    path.write_text(PROGRAM.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def resizing(kernel="triangle", kind="antialias", channels=3):
    """(N, H, W, C) at half the size, as the converter gives ScaleAndTranslate."""
    sizes = [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", "h", "w", channels])]
    result = [helper.make_tensor_value_info("smaller", TensorProto.FLOAT, ["n", None, None, channels])]
    names = {"half": np.int64([2]), "scale": np.float32([0.5, 0.5]), "zeros": np.float32([0, 0])}
    nodes = [
        helper.make_node("Shape", ["image"], ["sides"], start=1, end=3),
        helper.make_node("Div", ["sides", "half"], ["size64"]),
        helper.make_node("Cast", ["size64"], ["size"], to=TensorProto.INT32),
        helper.make_node(
            f"ScaleAndTranslate_{kernel}_{kind}", ["image", "size", "scale", "zeros"], ["smaller"], domain="tensorflow"
        ),
    ]
    weights = [numpy_helper.from_array(array, name) for name, array in names.items()]
    graph = helper.make_graph(nodes, "resizing", sizes, result, weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("tensorflow", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def halved(image):
    """What a triangle of twice the width makes of (N, H, W, C), H and W even: 1 3 3 1, divided by what is inside."""
    for axis in (1, 2):
        x = np.moveaxis(np.asarray(image, np.float64), axis, 0)
        ones, padded = np.pad(np.ones(len(x)), 1), np.pad(x, [(1, 1), *[(0, 0)] * (x.ndim - 1)])
        weights, places = (0.25, 0.75, 0.75, 0.25), [slice(i, i + len(x), 2) for i in range(4)]
        total = sum(w * ones[place] for w, place in zip(weights, places))
        mean = sum(w * padded[place] for w, place in zip(weights, places)) / total.reshape(-1, *[1] * (x.ndim - 1))
        image = np.moveaxis(mean, 0, axis)
    return image


def write_prepared(folder, off=0.0, **changes):
    """What the conversion of ``resizing`` writes; ``off``: by how much TensorFlow's numbers differ."""
    write_graph(folder, "Conv2D", "SaveV2", "RestoreV2", "ShardedFilename", functions=["ScaleAndTranslate"])
    prepared = folder / "prepared"
    prepared.mkdir()
    onnx.save(resizing(), str(prepared / "model.bin"))
    image = np.random.default_rng(0).random((2, 8, 12, 3)).astype("float32")
    np.savez(prepared / "probe-0.npz", input_0=image, output_0=(halved(image) + off).astype("float32"))
    facts = {"function": "serving_default", "inputs": [{"name": "picture", "shape": [None, None, None, 3]}]}
    facts |= {"outputs": [{"name": "half", "rank": 4}], "bands_first": False, "probes": 1, "tensorflow": "2.21.0"}
    (prepared / "facts.json").write_text(json.dumps(facts | changes))
    return folder / "saved_model.pb"
