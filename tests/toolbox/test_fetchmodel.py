"""rsdl:fetchmodel, and models that are not downloaded in the chooser and the options."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest
from qgis.core import QgsNetworkAccessManager, QgsSettings

from rsdl_qgis.engine.cards.store import own_folder
from rsdl_qgis.toolbox import settings
from rsdl_qgis.toolbox.network import proxy_variables
from rsdl_qgis.toolbox.worker import client


@pytest.fixture
def zoo(models, tmp_path):
    """A folder with a manifest of one model, in the settings."""
    folder = tmp_path / "zoo"
    archive = shutil.make_archive(str(folder / "bright"), "zip", models / "bright")
    with open(archive, "rb") as file:
        data = file.read()
    entry = {"name": "bright", "title": "Bright", "task": "segmentation", "address": "bright.zip",
             "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "licence": "CC0"}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({"models": [entry]}))
    settings.save("", "", "cpu", str(folder))
    return folder


def test_a_model_is_offered_downloaded_and_then_installed(run, refusal, zoo, make_feedback):
    from rsdl_qgis.gui.chooser import fetchable_models, installed_models, offered

    assert [name for name, _ in fetchable_models("segmentation")] == ["bright"]
    assert "not downloaded" in dict(offered("fetchable", ""))["bright"] and not fetchable_models("detection")
    feedback = make_feedback()
    assert run("fetchmodel", {}, feedback)[0]["COUNT"] == 1 and "licence: CC0" in feedback.text()
    assert "(0.1 MB, licence" in feedback.text()
    assert run("fetchmodel", {"MODEL": "bright"})[0] == {"MODEL": "bright", "COUNT": 1}
    assert (own_folder() / "bright" / "model.onnx").is_file()
    assert not fetchable_models() and "bright" in dict(installed_models())
    assert "No manifest has a model 'atlantis'" in refusal("fetchmodel", {"MODEL": "atlantis"})


def test_without_a_list_it_says_where_to_add_one(refusal):
    assert "manifest" in refusal("fetchmodel", {"MODEL": "bright"})


def test_choosing_a_model_that_is_not_there_offers_to_download_it(run, zoo, monkeypatch):
    from rsdl_qgis.gui import chooser
    from rsdl_qgis.toolbox import parameters as shared

    asked = []
    monkeypatch.setattr(
        chooser, "offer_download", lambda name: (asked.append(name), run("fetchmodel", {"MODEL": name}))
    )
    parameter = shared.model("Model", "", tasks="segmentation")
    wrapper = chooser._ChoiceWrapper(parameter, None, choices="models:segmentation")
    combo = wrapper._combo
    index = combo.findData("bright")
    assert "not downloaded" in combo.itemText(index)
    combo.setCurrentIndex(index)
    combo.activated.emit(index)
    assert asked == ["bright"] and combo.itemText(index) == "bright - Bright" and wrapper.value() == "bright"
    combo.activated.emit(index)
    assert asked == ["bright"]


def test_the_options_keep_manifests(qgis_app):
    from rsdl_qgis.gui.options import OptionsPage

    page = OptionsPage()
    page.manifests.setPlainText("https://models.example/zoo\n\n/data/zoo ")
    page.apply()
    assert settings.own_manifests() == ["https://models.example/zoo", "/data/zoo"]
    assert OptionsPage().manifests.toPlainText() == "https://models.example/zoo\n/data/zoo"


def test_the_proxy_of_qgis_reaches_the_job(run, zoo, monkeypatch):
    given = []
    start = client._start
    monkeypatch.setattr(client, "_start", lambda *args: given.append(args[2]) or start(*args))
    keys = {"proxyEnabled": True, "proxyType": "HttpProxy", "proxyHost": "proxy.example", "proxyPort": "3128"}
    try:
        for name, value in keys.items():
            QgsSettings().setValue(f"proxy/{name}", value)
        run("fetchmodel", {"MODEL": "bright"})
        assert given[0]["HTTPS_PROXY"] == proxy_variables()["HTTPS_PROXY"] == "http://proxy.example:3128"
    finally:
        QgsSettings().remove("proxy")
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
