"""Choices of engines are kept beside models, hold for what they were made for, and never make a model unusable."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rsdl_qgis.engine.runtime.choice import record
from rsdl_qgis.engine.runtime.choice.record import MOST, Choice, keep, kept, places

FAST = Choice("torch-bf16", "cpu", "torch 0.2 s a batch")


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"network")
    return folder


def test_a_choice_lies_beside_the_model_and_is_found_again(model, card):
    assert kept(model, card, "auto") is None
    assert keep(model, card, "auto", FAST) == model / "engine.json"
    assert kept(model, card, "auto") == kept(model, card, "AUTO") == FAST
    assert kept(model, card, "cpu") is None  # is another question
    assert [file.name for file in model.iterdir()] == ["engine.json", "model.onnx"] or len(list(model.iterdir())) == 2


def test_a_model_in_one_file_has_it_in_a_hidden_file(model, card):
    file = model / "model.onnx"
    assert keep(file, card, "auto", FAST) == model / ".model.onnx.engine.json"
    assert kept(file, card, "auto") == FAST


@pytest.mark.parametrize("what", ["_versions", "_processor", "available_cores", "file", "card"])
def test_it_ends_with_the_libraries_the_processor_and_the_model(model, card, monkeypatch, what):
    keep(model, card, "auto", FAST)
    if what == "file":
        (model / "model.onnx").write_bytes(b"another")
    elif what == "card":
        card = replace(card, sha256={"model.onnx": "0" * 64})
    else:
        other = {"_versions": {"onnxruntime": "0"}, "_processor": "another", "available_cores": 999}[what]
        monkeypatch.setattr(record, what, lambda: other)
    assert kept(model, card, "auto") is None


def test_two_computers_share_a_file(model, card, monkeypatch):
    keep(model, card, "auto", FAST)
    with monkeypatch.context() as other:
        other.setattr(record, "_processor", lambda: "another")
        keep(model, card, "auto", Choice("onnx", "cpu", "slow"))
        assert kept(model, card, "auto").engine == "onnx"
    assert kept(model, card, "auto") == FAST
    keep(model, card, "auto", Choice("torch", "cpu", "anew"))
    assert len(json.loads((model / "engine.json").read_text())["choices"]) == 2
    for n in range(2 * MOST):
        monkeypatch.setattr(record, "_processor", lambda n=n: f"number {n}")
        keep(model, card, "auto", FAST)
    assert len(json.loads((model / "engine.json").read_text())["choices"]) == MOST


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"choices": 3}', '{"choices": [3, null, {"for": 1}]}', "[" * 9999, "\xff", " " * 70_000],
)
def test_a_file_that_is_not_ours_is_no_choice_and_is_replaced(model, card, text):
    (model / "engine.json").write_text(text, encoding="latin-1")
    assert kept(model, card, "auto") is None
    assert keep(model, card, "auto", FAST)
    assert kept(model, card, "auto") == FAST


@pytest.mark.parametrize("changed", [{"engine": "evil"}, {"engine": 3}, {"device": "/dev/null"}, {"device": None}])
def test_only_engines_and_devices_that_there_are_count(model, card, changed):
    keep(model, card, "auto", FAST)
    value = json.loads((model / "engine.json").read_text())
    value["choices"][0].update(changed)
    (model / "engine.json").write_text(json.dumps(value))
    assert kept(model, card, "auto") is None


def test_where_the_model_cannot_be_written_it_is_kept_with_the_users_data(model, card, monkeypatch):
    (model / "engine.json").mkdir()  # nobody can write a file there, not even root
    place = keep(model, card, "auto", FAST)
    assert place == places(model)[1] and place.is_relative_to(model.parent / "home")
    assert kept(model, card, "auto") == FAST
    assert not list(model.glob("*.part"))


def test_where_nothing_can_be_written_there_is_no_choice_and_no_error(model, card, monkeypatch):
    (model / "engine.json").mkdir()
    (model.parent / "home").write_text("a file")
    assert keep(model, card, "auto", FAST) is None
    assert kept(model, card, "auto") is None
