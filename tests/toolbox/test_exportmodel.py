"""rsdl:exportmodel: the files that it writes, what it says about them, and what it refuses beforehand."""

from __future__ import annotations

import json

import pytest

from rsdl_qgis.engine.cards.store import read_card


@pytest.fixture
def image(write_raster, tmp_path):
    return write_raster(tmp_path / "image.tif", [[[0, 150] * 20] * 40] * 2, descriptions=("red", "nir"))


def test_exports_compares_and_describes(run, known_models, image, tmp_path, make_feedback):
    feedback = make_feedback()
    files = {"OUTPUT": "net.onnx", "ITEM": "net.json", "REPORT": "report.html"}
    files = {name: str(tmp_path / file) for name, file in files.items()}
    given = {"MODEL": "bright", "FORMAT": "onnx", "LAYERS": [image], "TILES": 2, "NAME": "brighter", **files}
    results, _ = run("exportmodel", given, feedback)
    assert results["IDENTICAL"] and results["SAME"] == 1 and results["LARGEST"] == 0
    assert results["MODEL_NAME"] == "brighter" == read_card(tmp_path / "net.onnx").name
    assert json.loads((tmp_path / "net.json").read_text())["assets"]["model"]["href"] == "./net.onnx"
    assert "of the layers given" in (tmp_path / "report.html").read_text("utf-8")
    assert "to the bit" in feedback.text()


def test_a_temporary_file_ends_as_its_format(run, known_models):
    results, _ = run("exportmodel", {"MODEL": "bright", "FORMAT": "onnx-fp16", "OUTPUT": "TEMPORARY_OUTPUT"})
    assert results["OUTPUT"].endswith(".onnx") and read_card(results["OUTPUT"]).name == "bright-fp16"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"FORMAT": "onnx-int8", "OUTPUT": "TEMPORARY_OUTPUT"}, "LAYERS"),
        ({"FORMAT": "onnx"}, ".onnx"),
        ({"MODEL": "atlantis"}, "atlantis"),
        ({"NAME": "../x"}, "not a model's name"),
        ({"LAYERS": ["image", "image"]}, "takes 1 layers"),
    ],
)
def test_what_cannot_be_is_refused_before_the_job(refusal, known_models, image, tmp_path, given, said):
    given = {**given, **({"LAYERS": [image] * len(given["LAYERS"])} if "LAYERS" in given else {})}
    given = {"MODEL": "bright", "FORMAT": "zip", "OUTPUT": str(tmp_path / "net.zip"), **given}
    assert said in refusal("exportmodel", given)
    assert not (tmp_path / "net.zip").exists()
