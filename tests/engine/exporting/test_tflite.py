"""Export to TensorFlow Lite: what needs no LiteRT, and with it (``make test-tflite``) every shipped model."""

from __future__ import annotations

import os

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import WEIGHTS_FILE
from rsdl_qgis.engine.cards.model_file import read_card
from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.exporting.agreement import answers, compared
from rsdl_qgis.engine.exporting.job import run_export
from rsdl_qgis.engine.exporting.tflite.file import add_card
from rsdl_qgis.engine.exporting.tiles import tiles_of
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.interop.tflite.reader import read_tflite
from rsdl_qgis.paths import plugin_file
from tests.engine.interop.tflite_files import Tensor, write

SHIPPED = sorted(path.parent.name for path in plugin_file("models").glob(f"*/{WEIGHTS_FILE}"))
needs_litert = pytest.mark.skipif("RSDL_TFLITE" not in os.environ, reason="make test-tflite")


def exported(name, tmp_path, format_="tflite"):
    output = tmp_path / "net.tflite"
    job = {"model": str(plugin_file("models") / name), "format": format_, "output": str(output), "tiles": 1}
    return run_export(job, Report()), output


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("rsdl_qgis.engine.importing.job.default_folders", lambda extra=(): [own_folder()])


def test_without_litert_it_says_how_large_its_environment_is(tmp_path, monkeypatch):
    monkeypatch.delenv("RSDL_TFLITE", raising=False)
    with pytest.raises(ModelError, match=r"GB on disk.*step 'tflite'"):
        exported("forest", tmp_path)
    assert not (tmp_path / "net.tflite").exists()


def test_the_card_behind_a_network_is_read_again(tmp_path):
    tensors = [Tensor("a", (1, 4, 4, 3)), Tensor("k", (3,), values=np.ones(3)), Tensor("c", (1, 4, 4, 3))]
    file = write(tmp_path / "a.tflite", tensors, [("ADD", (0, 1), (2,), {})], (0,), (2,))
    card = read_card(plugin_file("models") / "forest")
    add_card(file, card)
    found = read_tflite(file)
    assert found.item is not None and found.item["properties"]["mlm:name"] == card.name
    assert found.classes == tuple(c.name for c in card.classes)


def test_an_array_is_broadcast_and_maxima_are_padded_with_the_lowest(tmp_path):
    tensors = [
        Tensor("a", (1, 1, 4, 3)),
        Tensor("to", (4,), "int32", values=[1, 2, 4, 3]),
        Tensor("b", (1, 2, 4, 3)),
        Tensor("low", (1,), values=[-np.inf]),
        Tensor("c", (1, 2, 4, 3)),
    ]
    steps = [("BROADCAST_TO", (0, 1), (2,), {}), ("MAXIMUM", (2, 3), (4,), {})]
    model = read_tflite(write(tmp_path / "a.tflite", tensors, steps, (0,), (4,))).model
    assert {node.op_type for node in model.graph.node} >= {"Expand", "Max"}


@needs_litert
@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_returns(tmp_path, name):
    made, file = exported(name, tmp_path)
    assert made["same"] > 0.999 and made["largest"] < 1e-3
    found = run_import({"input": str(file)}, Report())
    path, card = Store([own_folder()]).find(found["model"])
    original = read_card(plugin_file("models") / name)
    assert (card.classes, card.threshold, card.inputs) == (original.classes, original.threshold, original.inputs)
    source = plugin_file("models") / name
    tiles = tiles_of(original, source, (), 1, Report()).arrays
    expected, given = answers(original, source, tiles, Report(), "torch"), answers(card, path, tiles, Report())
    same = compared(original, expected, given, original.tiling.size)
    assert same.share > 0.999 and same.largest < 1e-3


@needs_litert
@pytest.mark.parametrize("format_", ["tflite-fp16", "tflite-int8"])
def test_weights_in_a_lower_precision(tmp_path, format_):
    made, file = exported("forest", tmp_path, format_)
    assert made["name"] == f"forest{format_[6:]}" and 0 < made["largest"] < 0.3 and made["same"] > 0.9
    assert run_import({"input": str(file)}, Report())["model"] == made["name"]
