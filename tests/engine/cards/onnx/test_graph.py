"""What an output is, from the operators before it."""

from __future__ import annotations

import math
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.onnx.graph import head_of
from rsdl_qgis.engine.cards.onnx.header import read_onnx_file

FLOAT = TensorProto.FLOAT
NUMBERS = {"zero": 0.0, "one": 1.0, "two": 2.0, "hundred": 100.0, "small": 1e-7, "large": 1 - 1e-7}


def write(path, *nodes):
    """A file of nodes (operator, inputs, outputs, attributes) from 'x' to 'y'."""
    made = [helper.make_node(*node[:3], **(node[3] if len(node) > 3 else {})) for node in nodes]
    graph = helper.make_graph(
        made,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, ("n", 2, "h", "w"))],
        [helper.make_tensor_value_info("y", FLOAT, ("n", 2, "h", "w"))],
        [
            *(numpy_helper.from_array(np.float32(value), name) for name, value in NUMBERS.items()),
            numpy_helper.from_array(np.ones((2, 2, 1, 1), "float32"), "w"),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


CONV, SOFT = ("Conv", ["x", "w"], ["c"]), ("Softmax", ["c"], ["s"], {"axis": 1})
SIGMOID = ("Sigmoid", ["c"], ["s"])
CASES = {
    "conv": ([("Conv", ["x", "w"], ["y"])], "free", None, math.inf),
    "added up": ([CONV, ("Add", ["c", "c"], ["y"])], "free", None, math.inf),
    "softmax": ([CONV, ("Softmax", ["c"], ["y"], {"axis": 1})], "bounded", 1, 1),
    "moved": ([CONV, SOFT, ("Transpose", ["s"], ["t"]), ("Cast", ["t"], ["u"], {"to": FLOAT}),
               ("Resize", ["u", "", "", "w"], ["y"])], "bounded", 1, 1),
    "clipped for logarithms": ([CONV, SOFT, ("Clip", ["s", "small", "large"], ["y"])], "bounded", 1, 1),
    "clipped logits": ([CONV, ("Clip", ["c", "zero", "one"], ["y"])], "bounded", None, 1),
    "two networks": ([CONV, SOFT, ("Softmax", ["x"], ["t"], {"axis": 1}), ("Mean", ["s", "t"], ["y"])],
                     "bounded", 1, 1),
    "two networks, summed": ([CONV, SOFT, ("Softmax", ["x"], ["t"], {"axis": 1}), ("Add", ["s", "t"], ["u"]),
                              ("Div", ["u", "two"], ["y"])], "bounded", 1, 1),
    "percent": ([CONV, SOFT, ("Mul", ["s", "hundred"], ["y"])], "bounded", 100, 100),
    "a part": ([CONV, SOFT, ("Slice", ["s", "one", "two", "one"], ["y"])], "bounded", None, 1),
    "with its complement": ([CONV, SIGMOID, ("Sub", ["one", "s"], ["t"]), ("Concat", ["t", "s"], ["y"], {"axis": 1})],
                            "bounded", None, 1),
    "log-softmax": ([CONV, ("LogSoftmax", ["c"], ["y"], {"axis": 1})], "logarithm", 1, math.inf),
    "log of softmax": ([CONV, SOFT, ("Log", ["s"], ["y"])], "logarithm", 1, math.inf),
    "exp of log-softmax": ([CONV, ("LogSoftmax", ["c"], ["l"], {"axis": 1}), ("Exp", ["l"], ["y"])], "bounded", 1, 1),
    "quantised": ([CONV, SOFT, ("QuantizeLinear", ["s", "small", "z"], ["q"]),
                   ("DequantizeLinear", ["q", "small", "z"], ["y"])], "bounded", 1, 1),
    "quantised operator": ([("QLinearConv", ["x"], ["c"]), ("QLinearSigmoid", ["c"], ["q"]),
                            ("DequantizeLinear", ["q", "small", "z"], ["y"])], "bounded", None, 1),
    "quantised logits": ([("QLinearConv", ["x"], ["c"]), ("DequantizeLinear", ["c", "small", "z"], ["y"])],
                         "free", None, math.inf),
    "argmax": ([CONV, ("ArgMax", ["c"], ["a"], {"axis": 1}), ("Cast", ["a"], ["y"], {"to": FLOAT})],
               "decided", None, math.inf),
    "rounded": ([CONV, SIGMOID, ("Round", ["s"], ["y"])], "decided", None, math.inf),
    "rounded logits": ([CONV, ("Round", ["c"], ["y"])], "free", None, math.inf),
    "nothing known": ([("Mystery", ["x"], ["y"], {"domain": "mine"})], "unknown", None, math.inf),
    "as it came": ([("Identity", ["x"], ["y"])], "unknown", None, math.inf),
    "in circles": ([("Add", ["y", "y"], ["z"]), ("Identity", ["z"], ["y"])], "unknown", None, math.inf),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_the_operators_tell_what_an_output_is(tmp_path, name):
    nodes, kind, total, high = CASES[name]
    found = head_of(write(tmp_path / "m.onnx", *nodes), "y")
    assert (found.kind, found.high) == (kind, high)
    assert found.total == (None if total is None else pytest.approx(total))


def test_a_graph_of_many_ways_is_followed_once(tmp_path):
    nodes = [("Softmax", ["x"], ["n0"])]
    nodes += [("Mean", [f"n{i}", f"n{i}"], [f"n{i + 1}"]) for i in range(100)]
    path = write(tmp_path / "m.onnx", *nodes, ("Identity", ["n100"], ["y"]))
    started = time.perf_counter()
    assert head_of(path, "y").total == pytest.approx(1) and time.perf_counter() - started < 1


def test_a_damaged_file_tells_nothing(tmp_path):
    path = write(tmp_path / "m.onnx", CONV, ("Softmax", ["c"], ["y"]))
    path.write_bytes(path.read_bytes()[:-30])
    assert head_of(path, "y").kind == "unknown" and head_of(tmp_path / "none.onnx", "y").kind == "unknown"


def test_a_number_without_an_end_is_given_up_at_once(tmp_path):
    node = b"\xff" * 99_000 + b"\x01"
    graph = b"\x0a" + b"\xb9\x85\x06" + node
    path = tmp_path / "m.onnx"
    path.write_bytes(b"\x3a" + b"\xbd\x85\x06" + graph)
    started = time.perf_counter()
    assert len(node) == 99_001 and len(graph) == 99_005
    assert head_of(path, "y").kind == "unknown" and time.perf_counter() - started < 0.3


def test_types_and_kinds_are_read(tmp_path):
    path = tmp_path / "m.onnx"
    sequence = helper.make_tensor_sequence_value_info("y", FLOAT, None)
    graph = helper.make_graph(
        [helper.make_node("SequenceConstruct", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, (1, "h", "w", 3))],
        [sequence, helper.make_tensor_value_info("z", TensorProto.INT64, ())],
    )
    onnx.save(helper.make_model(graph), path)
    file = read_onnx_file(path)
    assert (file.inputs[0].dtype, file.inputs[0].image) == ("uint8", (3, None, None))
    assert [tensor.kind for tensor in file.outputs] == ["sequence", "tensor"] and file.outputs[1].whole_numbers
