import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest

from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.paths import plugin_version
from tools import i18n, package

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    i18n.compile_all()
    path = package.make_plugin(tmp_path_factory.mktemp("dist"))
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_everything_lies_in_one_folder_named_like_the_plugin(archive):
    assert {name.split("/")[0] for name in archive.namelist()} == {"rsdl_qgis"}
    assert archive.filename.endswith(f"rsdl_qgis-{plugin_version()}.zip")


@pytest.mark.parametrize(
    "name",
    [
        "metadata.txt",
        "LICENSE",
        "__init__.py",
        "plugin.py",
        "engine/__main__.py",
        "requirements/predict-cpu.txt",
        "requirements/uv.txt",
        "icons/rsdl.svg",
        "i18n/rsdl_qgis_el.qm",
        "models/flood-s1s2/model.json",
        "models/flood-s1s2/model.onnx",
    ],
)
def test_what_the_plugin_needs_is_inside(archive, name):
    assert f"rsdl_qgis/{name}" in archive.namelist()


def test_what_it_does_not_need_is_not(archive):
    names = archive.namelist()
    assert not [n for n in names if re.search(r"(^|/)(conf)?tests?([_/.]|$)", n.lower()) or n.endswith((".pyc", ".ts"))]
    assert {name.split("/")[2] for name in names if name.startswith("rsdl_qgis/models/")} == {"flood-s1s2"}


def test_the_installed_plugin_finds_its_files(archive, tmp_path, monkeypatch):
    archive.extractall(tmp_path)
    monkeypatch.setattr("rsdl_qgis.paths.PACKAGE", tmp_path / "rsdl_qgis")
    from rsdl_qgis.paths import plugin_file

    assert plugin_file("metadata.txt").is_relative_to(tmp_path)
    assert read_card(plugin_file("models") / "flood-s1s2").name == "flood-s1s2"


def test_an_archive_too_large_for_the_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "LARGEST", 1000)
    with pytest.raises(SystemExit, match="ship a smaller model"):
        package.make_plugin(tmp_path)
    assert not list(tmp_path.iterdir())


def test_every_model_becomes_an_archive_that_can_be_installed(tmp_path):
    entries = package.make_models(tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text()) == {"models": entries}
    models = {path.parent.name for path in ROOT.glob("models/*/model.json")}
    assert {entry["name"] for entry in entries} == models
    for entry in entries:
        content = (tmp_path / entry["address"]).read_bytes()
        assert entry["size"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        card = read_card(tmp_path / entry["address"])
        assert (card.name, card.title, card.task) == (entry["name"], entry["title"], entry["task"])


def test_the_same_content_gives_the_same_archive(tmp_path):
    first, second = (package.make_plugin(tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second
