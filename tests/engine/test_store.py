"""Models are found, read, installed and removed."""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.store import Store, read_card, unpack


@pytest.fixture
def folder(tmp_path, card, model):
    made = tmp_path / "models" / "bright"
    made.mkdir(parents=True)
    (made / "model.json").write_text(json.dumps(card.to_json()))
    shutil.copyfile(model, made / "model.onnx")
    return made


@pytest.fixture
def archive(tmp_path, folder):
    path = tmp_path / "bright.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in folder.iterdir():
            made.write(file, f"bright/{file.name}")
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_model_is_read_from_folder_archive_and_onnx(folder, archive, model, card):
    assert read_card(folder) == read_card(archive) == read_card(model) == card


def test_find_by_name_and_by_path(folder, model, card):
    store = Store([folder.parent])
    assert store.find("bright") == (folder, card)
    assert store.find(str(model)) == (model, card)
    with pytest.raises(ModelError, match=r"no model 'dark'.*Installed: bright"):
        store.find("dark")


def test_a_model_that_is_being_written_is_not_there_yet(folder):
    folder.rename(folder.with_name(".bright.12.part"))
    assert Store([folder.parent]).list() == []


def test_install_and_remove(archive, home, card):
    path, installed = Store([]).install(archive)
    assert installed == card and path == home / "models" / "bright"
    store = Store([home / "models"])
    store.install(archive)  # again, over the first
    assert [name for name, _, _ in store.list()] == ["bright"]
    store.remove("bright")
    assert store.list() == []


def test_a_model_of_the_plugin_is_not_removed(folder, home):
    with pytest.raises(ModelError, match="not among your own"):
        Store([folder.parent]).remove("bright")
    assert folder.exists()


def test_an_archive_that_writes_outside_is_refused(tmp_path, card):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("m/model.json", json.dumps(card.to_json()))
        made.writestr("../../outside.txt", "x")
    with pytest.raises(ModelError, match="outside"):
        unpack(path, tmp_path / "into")
    assert not (tmp_path.parent / "outside.txt").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\x08\x07plain text"])
def test_damaged_files_are_told(tmp_path, content):
    for name in ("m.zip", "m.onnx"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ModelError, match=r"m\.(zip|onnx)"):
            read_card(path)
