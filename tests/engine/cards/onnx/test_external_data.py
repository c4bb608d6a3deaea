"""Weights beside an ONNX file are found wherever a tensor is, and taken from its own folder only."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.onnx.external_data import external_files
from rsdl_qgis.engine.cards.onnx.header import MOST_FIELDS, read_onnx_file
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.runtime.sessions import check_file


def tensor(location):
    made = numpy_helper.from_array(np.ones((1, 1, 1, 1), "float32"), "w")
    made.ClearField("raw_data")
    made.data_location = TensorProto.EXTERNAL
    made.external_data.add(key="location", value=location)
    made.external_data.add(key="length", value="4")
    return made


def graph_of(where, location):
    """A graph whose weights lie outside: as an initializer, in a node, in a node's graph, in a sparse tensor."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1, "h", "w"]) for name in "xy")
    weights, nodes, given = tensor(location), [helper.make_node("Conv", ["x", "w"], ["y"])], []
    if where == "initializer":
        given = [weights]
    elif where == "node":
        nodes.insert(0, helper.make_node("Constant", [], ["w"], value=weights))
    elif where == "list":
        nodes.insert(0, helper.make_node("Odd", [], ["w"], values=[weights]))
    elif where == "branch":
        branch = helper.make_graph([], "b", [], [y], [weights])
        nodes = [helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)]
    return helper.make_graph(nodes, "g", [x], [y], given)


def write(path, where, location):
    model = helper.make_model(graph_of(where, location), opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


EVERYWHERE = pytest.mark.parametrize("where", ["initializer", "node", "list", "branch"])


@EVERYWHERE
@pytest.mark.parametrize("location", ["w.data", "sub/any name.bin"])
def test_files_of_the_folder_are_found(tmp_path, where, location):
    (tmp_path / "sub").mkdir()
    (tmp_path / location).write_bytes(bytes(4))
    assert external_files(write(tmp_path / "m.onnx", where, location)) == [tmp_path / location]


@EVERYWHERE
@pytest.mark.parametrize(
    "location", ["../secret", "a/../../secret", "/etc/hostname", "C:\\secret", "\\\\host\\secret", "..\\secret", "link"]
)
def test_files_elsewhere_are_refused(tmp_path, where, location):
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    path = write(folder / "m.onnx", where, location)
    with pytest.raises(ModelError, match="outside its own folder"):
        external_files(path)


@pytest.mark.parametrize("location", ["missing.data", "*/_ORT_MEM_ADDR_/*", "x" * 5000, "folder"])
def test_files_that_are_missing_are_named(tmp_path, location):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelError, match="which is not beside it"):
        external_files(write(tmp_path / "m.onnx", "initializer", location))


def test_they_are_checked_before_a_model_is_opened(tmp_path, card):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "model").mkdir()
    path = write(tmp_path / "model" / "m.onnx", "initializer", "../secret")
    with pytest.raises(ModelError, match="outside its own folder"):
        check_file(path, card)


def field(number, data):
    """A field of a protocol buffer."""
    head, length = bytes([number << 3 | 2]), len(data)
    while length >= 0x80:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (field(7, field(1, b"") * (MOST_FIELDS + 1)), "more than 100000 parts"),
        (field(14, field(1, b"rsdl:card") + field(2, b" " * 5_000_000)), "bytes, more than 4200000"),
        (field(7, field(11, b"x" * 100_000)), "bytes, more than 65536"),
        (field(7, b"\x0a\xff\xff\xff\xff\x0f"), "damaged"),
        (b"\xff" * 30, "damaged"),
        (field(14, field(1, b"\xff\xfe")), "damaged"),
    ],
)
def test_headers_that_would_take_long_or_are_damaged_are_reported(tmp_path, content, words):
    (tmp_path / "m.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=words):
        read_onnx_file(tmp_path / "m.onnx")
