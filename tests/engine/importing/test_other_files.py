"""Esri's definitions and packages, and files that are refused: nothing of them is run or written elsewhere."""

from __future__ import annotations

import json
import pickle
import zipfile

import pytest

from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import ModelError, RsdlError
from rsdl_qgis.engine.importing.job import run_import
from tests.engine.runtime.foreign_networks import FORMS, write
from tests.engine.runtime.test_foreign_networks import Listening

EMD = {
    "Framework": "PyTorch", "ModelConfiguration": "_UNet", "ModelType": "ImageClassification",
    "ModelFile": ".\\net.onnx", "InferenceFunction": "spy.py", "ImageHeight": 32, "ImageWidth": 32,
    "ExtractBands": [1], "BandNames": ["blue", "green"], "CellSize": 0.5,
    "Classes": [{"Value": 1, "Name": "soil", "Color": [1, 2, 3]}, {"Value": 4, "Name": "roof", "Color": [255, 0, 0]}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def definition(tmp_path):
    """A folder with a definition, its network, and Python that leaves a trace where it is run."""
    folder = tmp_path / "esri"
    folder.mkdir()
    write(folder / "net.onnx", **{**FORMS["logits"], "keys": {}})
    (folder / "spy.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (folder / "roofs.emd").write_text(json.dumps(EMD))
    return folder


@pytest.mark.parametrize("kind", ["file", "folder", "package"])
def test_a_definition_tells_bands_classes_task_and_pixel_size(tmp_path, definition, kind):
    chosen = {"file": definition / "roofs.emd", "folder": definition, "package": tmp_path / "roofs.dlpk"}[kind]
    if kind == "package":
        with zipfile.ZipFile(chosen, "w") as package:
            for file in definition.iterdir():
                package.write(file, file.name)
    with pytest.raises(ModelError, match="SCALING"):
        run_import({"input": str(chosen)}, Listening())
    report = Listening()
    made = run_import({"input": str(chosen), "scaling": "/255"}, report)
    card = Store().find(made["model"])[1]
    assert (made["model"], card.task, card.resolution, card.tiling.size) == ("roofs", "segmentation", 0.5, 32)
    assert [band.name for band in card.inputs[0].bands] == ["green"]
    assert [(c.value, c.name, c.color) for c in card.classes] == [(1, "soil", "#010203"), (4, "roof", "#ff0000")]
    assert "spy.py" in report.text("warning") and not (tmp_path / "ran").exists()


@pytest.mark.parametrize("place", ["..\\net.onnx", "../net.onnx", "C:\\net.onnx", "/etc/hostname"])
def test_a_network_outside_the_definitions_folder_is_not_read(tmp_path, definition, place):
    (definition / "roofs.emd").write_text(json.dumps({**EMD, "ModelFile": place}))
    with pytest.raises(ModelError, match="outside its own folder"):
        run_import({"input": str(definition), "scaling": "/255"}, Listening())


def test_a_definition_without_a_network_that_runs_says_why(definition):
    (definition / "net.onnx").rename(definition / "net.bin")
    (definition / "roofs.emd").write_text(json.dumps({**EMD, "ModelFile": "net.bin"}))
    with pytest.raises(ModelError, match=r"'net.bin' \(PyTorch\), which cannot be run here.*ONNX"):
        run_import({"input": str(definition)}, Listening())


class Spy:
    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("ending", ["pkl", "joblib"])
def test_pickles_are_refused_and_not_opened(tmp_path, ending):
    file = tmp_path / f"m.{ending}"
    file.write_bytes(pickle.dumps(Spy(tmp_path / "ran")))
    with pytest.raises(ModelError, match=r"a pickle, which runs code.*ONNX"):
        run_import({"input": str(file)}, Listening())
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["../evil.onnx", "x/../../evil.onnx", "C:/evil.onnx"])
def test_archives_that_lead_out_are_refused(tmp_path, definition, name):
    archive = tmp_path / "m.dlpk"
    with zipfile.ZipFile(archive, "w") as package:
        package.write(definition / "net.onnx", name)
        package.write(definition / "roofs.emd", "roofs.emd")
    with pytest.raises(ModelError, match="outside the model's folder"):
        run_import({"input": str(archive), "scaling": "/255"}, Listening())
    assert not list(tmp_path.rglob("evil.onnx")) and not own_folder().exists()


ODD = [b"", b"[]", b"{", b'{"Classes": 3, "ExtractBands": "x", "ModelFile": 4}', b"[" * 9999]


@pytest.mark.parametrize("content", ODD)
def test_odd_definitions_give_a_sentence(tmp_path, content):
    (tmp_path / "m.emd").write_bytes(content)
    with pytest.raises(RsdlError):
        run_import({"input": str(tmp_path / "m.emd")}, Listening())


def test_what_is_no_model_gives_a_sentence(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.doc").write_text("x")
    for name, said in (("empty", "holds no model"), ("a.doc", "is not read"), ("none.onnx", "There is no file")):
        with pytest.raises(ModelError, match=said):
            run_import({"input": str(tmp_path / name)}, Listening())


def test_a_path_in_quotes_as_windows_copies_it(definition):
    given = {"scaling": "none", "activation": "softmax"}
    assert run_import({"input": f'"{definition / "roofs.emd"}"', **given}, Listening())["model"] == "roofs"
