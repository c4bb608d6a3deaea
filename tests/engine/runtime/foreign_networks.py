"""Networks of other people's makes for tests: one ONNX a form in which a segmentation network may give its map."""

from __future__ import annotations

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

KEYS = {"model_type": "Segmentor", "class_names": {"0": "dark", "1": "bright"}, "tile_size": 32, "tiles_overlap": 25}
FLOAT, HALF, BYTE, INT, LONG = (
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.UINT8,
    TensorProto.INT32,
    TensorProto.INT64,
)
TWO = np.array([-40.0, 40.0], "float32").reshape(2, 1, 1, 1), np.array([20.0, -20.0], "float32")  # bright above 0.5
ONE = TWO[0][1:], TWO[1][1:]
CONV = ("Conv", ["x", "w", "b"], ["u"])
FREE = ("n", 1, "h", "w")


def write(
    path, nodes, output, weights=TWO, shape=("n", 1, 32, 32), kind=FLOAT, taken=FLOAT, keys=KEYS, more=(), **some
):
    """An ONNX of one band; ``nodes``: (operator, inputs, outputs, attributes); ``output``: the shape of 'y'."""
    made = [helper.make_node(*node[:3], **(node[3] if len(node) > 3 else {})) for node in nodes]
    constants = {"w": weights[0], "b": weights[1], **some}
    graph = helper.make_graph(
        made,
        "g",
        [helper.make_tensor_value_info("x", taken, shape)],
        [helper.make_tensor_value_info("y", kind, output), *(helper.make_tensor_value_info(*item) for item in more)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {k: v if isinstance(v, str) else json.dumps(v) for k, v in keys.items()})
    onnx.save(model, path)
    return path


def form(**settings):
    """What ``write`` is given."""
    return settings


SOFT = ("Softmax", ["u"], ["y"], {"axis": 1})
LAST = {"perm": [0, 2, 3, 1]}
FIRST = {"perm": [0, 3, 1, 2]}
SAME = ("n", 2, 32, 32)
CENTRE = np.zeros((2, 1, 5, 5), "float32")
CENTRE[0, 0, 2, 2], CENTRE[1, 0, 2, 2] = -40, 40
EVEN = np.zeros((2, 1, 4, 4), "float32")
EVEN[0, 0, 1, 1], EVEN[1, 0, 1, 1] = -40, 40
ARG = ("ArgMax", ["u"], ["y"], {"axis": 1, "keepdims": 1})
ARG3 = ("ArgMax", ["u"], ["y"], {"axis": 1, "keepdims": 0})
LOGITS = ("Conv", ["x", "w", "b"], ["y"])
FORMS = {
    "logits": form(nodes=[LOGITS], output=SAME),
    "any size": form(nodes=[LOGITS], output=("n", 2, "h", "w"), shape=FREE),
    "nothing told": form(nodes=[LOGITS], output=(None, None, None, None), shape=(None, 1, None, None)),
    "no shape": form(nodes=[LOGITS], output=None, shape=FREE),
    "softmax": form(nodes=[CONV, SOFT], output=SAME),
    "softmax, moved": form(
        nodes=[CONV, ("Transpose", ["u"], ["v"], LAST), ("Softmax", ["v"], ["s"], {"axis": 3}),
               ("Transpose", ["s"], ["y"], FIRST)],
        output=SAME,
    ),
    "softmax, clipped": form(
        nodes=[CONV, ("Softmax", ["u"], ["s"], {"axis": 1}), ("Clip", ["s", "low", "high"], ["y"])], output=SAME,
        low=np.float32(1e-6), high=np.float32(1 - 1e-6),
    ),
    "percent": form(
        nodes=[CONV, ("Softmax", ["u"], ["s"], {"axis": 1}), ("Mul", ["s", "hundred"], ["y"])], output=SAME,
        hundred=np.float32(100),
    ),
    "log-softmax": form(nodes=[CONV, ("LogSoftmax", ["u"], ["y"], {"axis": 1})], output=SAME),
    "sigmoids": form(nodes=[CONV, ("Sigmoid", ["u"], ["y"])], output=SAME),
    "one logit": form(nodes=[LOGITS], output=("n", 1, 32, 32), weights=ONE),
    "one sigmoid": form(nodes=[CONV, ("Sigmoid", ["u"], ["y"])], output=("n", 1, 32, 32), weights=ONE),
    "one sigmoid, no channel": form(
        nodes=[CONV, ("Sigmoid", ["u"], ["s"]), ("Squeeze", ["s", "one"], ["y"])], output=("n", 32, 32), weights=ONE,
        one=np.array([1]),
    ),
    "the bright one of two": form(
        nodes=[CONV, ("Softmax", ["u"], ["s"], {"axis": 1}), ("Slice", ["s", "one", "two", "one"], ["y"])],
        output=("n", 1, 32, 32), one=np.array([1]), two=np.array([2]),
    ),
    "bands last": form(
        nodes=[("Transpose", ["x"], ["t"], FIRST), ("Conv", ["t", "w", "b"], ["u"]), ("Transpose", ["u"], ["y"], LAST)],
        output=("n", 32, 32, 2), shape=("n", 32, 32, 1),
    ),
    "bands last, any size": form(
        nodes=[("Transpose", ["x"], ["t"], FIRST), ("Conv", ["t", "w", "b"], ["u"]), ("Transpose", ["u"], ["y"], LAST)],
        output=("n", "h", "w", 2), shape=("n", "h", "w", 1),
    ),
    "classes": form(nodes=[CONV, ARG], output=("n", 1, 32, 32), kind=LONG),
    "classes, no channel": form(nodes=[CONV, ARG3], output=("n", 32, 32), kind=LONG),
    "classes, any size": form(nodes=[CONV, ARG3], output=("n", "h", "w"), kind=LONG, shape=FREE),
    "int32 classes": form(
        nodes=[CONV, ("ArgMax", ["u"], ["a"], {"axis": 1}), ("Cast", ["a"], ["y"], {"to": INT})],
        output=("n", 1, 32, 32), kind=INT,
    ),
    "uint8 classes": form(
        nodes=[CONV, ("ArgMax", ["u"], ["a"], {"axis": 1, "keepdims": 0}), ("Cast", ["a"], ["y"], {"to": BYTE})],
        output=("n", 32, 32), kind=BYTE,
    ),
    "float classes": form(
        nodes=[CONV, ("ArgMax", ["u"], ["a"], {"axis": 1}), ("Cast", ["a"], ["y"], {"to": FLOAT})],
        output=("n", 1, 32, 32),
    ),
    "true or false": form(
        nodes=[CONV, ("Greater", ["u", "zero"], ["y"])], output=("n", 1, 32, 32), kind=TensorProto.BOOL, weights=ONE,
        zero=np.float32(0),
    ),
    "one hot": form(
        nodes=[CONV, ("Greater", ["u", "zero"], ["g"]), ("Cast", ["g"], ["y"], {"to": BYTE})], output=SAME, kind=BYTE,
        zero=np.float32(0),
    ),
    "half precision": form(
        nodes=[LOGITS], output=SAME, kind=HALF, taken=HALF, weights=(TWO[0].astype("f2"), TWO[1].astype("f2")),
    ),
    "four at a time": form(nodes=[LOGITS], output=(4, 2, 32, 32), shape=(4, 1, 32, 32)),
    "one at a time": form(nodes=[LOGITS], output=(1, 2, 32, 32), shape=(1, 1, 32, 32)),
    "no batch": form(
        nodes=[("Unsqueeze", ["x", "zero"], ["t"]), ("Conv", ["t", "w", "b"], ["u"]),
               ("Squeeze", ["u", "zero"], ["y"])],
        output=(2, 32, 32), shape=(1, 32, 32), zero=np.array([0]),
    ),
    "an output without batch": form(
        nodes=[CONV, ("Squeeze", ["u", "zero"], ["y"])], output=(2, 32, 32), shape=(1, 1, 32, 32), zero=np.array([0]),
    ),
    "valid": form(nodes=[LOGITS], output=("n", 2, 28, 28), weights=(CENTRE, TWO[1])),
    "valid, even": form(nodes=[LOGITS], output=("n", 2, 29, 29), weights=(EVEN, TWO[1])),
    "valid, any size": form(nodes=[LOGITS], output=("n", 2, "H", "W"), shape=FREE, weights=(CENTRE, TWO[1])),
    "valid, classes": form(
        nodes=[("Conv", ["x", "w", "b"], ["u"]), ARG3], output=("n", 28, 28), kind=LONG, weights=(CENTRE, TWO[1]),
    ),
    "half the size": form(
        nodes=[("AveragePool", ["x"], ["p"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
               ("Conv", ["p", "w", "b"], ["y"])],
        output=("n", 2, 16, 16),
    ),
    "half the size, any": form(
        nodes=[("AveragePool", ["x"], ["p"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
               ("Conv", ["p", "w", "b"], ["y"])],
        output=("n", 2, "H", "W"), shape=FREE,
    ),
    "half the size, classes": form(
        nodes=[("AveragePool", ["x"], ["p"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
               ("Conv", ["p", "w", "b"], ["u"]), ARG3],
        output=("n", 16, 16), kind=LONG,
    ),
    "twice the size": form(
        nodes=[CONV, ("Resize", ["u", "", "scales"], ["y"], {"mode": "nearest"})], output=("n", 2, 64, 64),
        scales=np.array([1, 1, 2, 2], "float32"),
    ),
    "larger": form(
        nodes=[CONV, ("Pad", ["u", "pads"], ["y"])], output=("n", 2, 36, 36),
        pads=np.array([0, 0, 2, 2, 0, 0, 2, 2]),
    ),
    "bytes taken": form(
        nodes=[("Cast", ["x"], ["c"], {"to": FLOAT}), ("Div", ["c", "d"], ["e"]), ("Conv", ["e", "w", "b"], ["y"])],
        output=SAME, taken=BYTE, d=np.float32(255),
    ),
    "two outputs": form(
        nodes=[LOGITS, ("Neg", ["y"], ["z"])], output=SAME, more=[("z", FLOAT, SAME)],
    ),
    "features first": form(
        nodes=[("Concat", ["x", "x", "x"], ["y"], {"axis": 1}), ("Conv", ["x", "w", "b"], ["z"])],
        output=("n", 3, 32, 32), more=[("z", FLOAT, SAME)],
    ),
    "a small output first": form(
        nodes=[("GlobalAveragePool", ["v"], ["y"]), ("Conv", ["x", "w", "b"], ["v"])][::-1],
        output=("n", 2, 1, 1), more=[("v", FLOAT, SAME)],
    ),
    "names as a list": form(nodes=[LOGITS], output=SAME, keys={**KEYS, "class_names": ["dark", "bright"]}),
    "names as Python writes them": form(
        nodes=[LOGITS], output=SAME, keys={**KEYS, "class_names": "{0: 'dark', 1: 'bright'}"},
    ),
    "names with numbers": form(nodes=[LOGITS], output=SAME, keys={**KEYS, "class_names": {"dark": 0, "bright": 1}}),
    "standardised": form(
        nodes=[LOGITS], output=SAME, weights=(TWO[0] / 2, np.zeros(2, "f4")),
        keys={**KEYS, "standardization_mean": 0.5, "standardization_std": "[0.5]"},
    ),
}  # fmt: skip
