"""List, describe and import models; diagnostics; set-up from the toolbox."""

from __future__ import annotations

import json
import shutil

import pytest
from qgis.core import QgsApplication, QgsNetworkAccessManager, QgsProcessingException, QgsSettings

from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.paths import plugin_file
from rsdl_qgis.toolbox.environment import without_secrets


def test_lists_installed_models(run, known_models):
    results, _ = run("listmodels", {})
    assert "flood-s1s2" in results["MODELS"].split("\n")
    assert results["COUNT"] == len(list(known_models.iterdir()))


def test_describes_a_model(run, known_models):
    results, _ = run("describemodel", {"MODEL": "flood-s2"})
    for word in ("sentinel-2", "B11, B8, B3", "before, after", "1 flooded"):
        assert word in results["DESCRIPTION"]
    assert json.loads(results["CARD"])["id"] == "flood-s2"


def test_tells_a_networks_options_and_a_plain_resolution(run):
    model = str(plugin_file("models") / "crops-matogrosso")
    text = run("describemodel", {"MODEL": model})[0]["DESCRIPTION"]
    assert "Resolution: 231.656 m" in text and "network: bilstm (hidden 64, every_date True, dropout 0.5)" in text
    assert "Decision threshold" not in text
    flood = str(plugin_file("models") / "flood-s2")
    labels = str(plugin_file("models") / "scenes-ucmerced-multilabel")
    assert "Decision threshold: airplane 0." in run("describemodel", {"MODEL": labels})[0]["DESCRIPTION"]
    assert "Decision threshold: 0.35" in run("describemodel", {"MODEL": flood})[0]["DESCRIPTION"]


def test_unknown_model_is_refused(refusal, known_models):
    assert "flood-s1s2" in refusal("describemodel", {"MODEL": "atlantis"})


def test_imports_an_archive(run, refusal, models, home, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "bright"), "zip", models / "bright")
    results, _ = run("importmodel", {"INPUT": archive})
    assert results["MODEL"] == "bright"
    assert (home / "models" / "bright" / "model.onnx").is_file()
    assert "bright" in run("listmodels", {})[0]["MODELS"].split("\n")
    (tmp_path / "no.zip").write_text("nothing")
    assert "not a zip archive" in refusal("importmodel", {"INPUT": str(tmp_path / "no.zip")})


def test_settings_folder_is_searched(run, models):
    from rsdl_qgis.toolbox import settings

    settings.save("", str(models), "cpu")
    assert "bright" in run("listmodels", {})[0]["MODELS"].split("\n")
    assert settings.default_device() == "cpu"


def test_diagnostics_tell_versions_and_run_a_network(run, known_models, worker_python, tmp_path):
    results, _ = run("diagnostics", {"OUTPUT": str(tmp_path / "report.txt")})
    text = (tmp_path / "report.txt").read_text()
    assert text.strip() == results["REPORT"].strip()
    python = without_secrets(worker_python)
    for word in ("QGIS 3.", "flood-s1s2", python, "onnxruntime", "cpu: ONNX Runtime ok", "cpu: PyTorch ok"):
        assert word in text


def test_diagnostics_without_an_environment(run, monkeypatch):
    monkeypatch.delenv("RSDL_PYTHON")
    assert "Set up environment" in run("diagnostics", {})[0]["REPORT"]


def test_diagnostics_leave_out_home_and_passwords(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "anna"))
    text = (
        f"models: {tmp_path}/anna/maps, {tmp_path}/annabel; /home/anna/x 'C:\\\\Users\\\\Anna\\\\y' https://anna:pw@h/"
    )
    found = without_secrets(text)
    assert "~/maps" in found and f"{tmp_path}/annabel" in found and "https://***@h/" in found
    assert "/home/…/x" in found and "Anna" not in found and "pw" not in found


def test_set_up_says_why_it_fails(run, refusal, tmp_path):
    assert "holds no .whl" in refusal("setupenvironment", {"WHEELS": str(tmp_path)})
    (tmp_path / "some-1.0-py3-none-any.whl").write_text("")
    assert "BUNDLE" in refusal("setupenvironment", {"WHEELS": str(tmp_path), "BUNDLE": str(tmp_path / "b")})
    assert "DEVICE" in refusal("setupenvironment", {"FLAVOUR": "rocm"})
    with pytest.raises(QgsProcessingException, match="not to be had"):
        run("setupenvironment", {"WHEELS": str(tmp_path)})


@pytest.fixture
def asked_setup(monkeypatch):
    """What the algorithm asks of ``setup``."""
    from rsdl_qgis.toolbox import environment

    calls = []

    def setup(report, step, device, **rest):
        calls.append({"step": step, "device": device, **rest})
        return "/python"

    monkeypatch.setattr(environment, "setup", setup)
    return calls


def test_set_up_by_default_and_with_what_is_given(run, asked_setup, tmp_path):
    assert run("setupenvironment", {})[0]["PYTHON"] == "/python"
    given = {"STEP": "train", "DEVICE": "cuda", "BUNDLE": str(tmp_path / "b"), "INDEX_URL": " https://x ", "ANEW": True}
    run("setupenvironment", given)
    run("setupenvironment", {"STEP": "tensorflow"})
    plain, chosen, converting = asked_setup
    assert converting["step"] == "tensorflow"
    assert (plain["step"], plain["device"], plain["anew"], plain["wheels"]) == ("predict", "auto", False, None)
    assert (chosen["step"], chosen["device"], chosen["anew"]) == ("train", "cuda", True)
    assert (chosen["bundle"], chosen["index_url"]) == (str(tmp_path / "b"), "https://x")


def test_models_saved_with_the_older_parameter_run(run, asked_setup, make_feedback):
    feedback = make_feedback()
    run("setupenvironment", {"FLAVOUR": "cpu"}, feedback)
    assert (asked_setup[0]["step"], asked_setup[0]["device"]) == ("train", "cpu")
    assert "have replaced FLAVOUR" in feedback.text()


def test_set_up_starts_with_the_step_that_there_is(provider, home):
    (home / "worker").mkdir()
    (home / "worker" / "rsdl.json").write_text('{"step": "train"}')
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:setupenvironment")
    assert algorithm.parameterDefinition("STEP").defaultValue() == "train"


def test_qgis_proxy_reaches_the_installer(run, asked_setup, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    settings = QgsSettings()
    values = {
        "proxyEnabled": True,
        "proxyType": "HttpProxy",
        "proxyHost": "proxy.example",
        "proxyPort": "3128",
        "proxyUser": "anna",
        "proxyPassword": "p w",
        "noProxyUrls": ["https://inside.example/x"],
    }
    for name, value in values.items():
        settings.setValue(f"proxy/{name}", value)
    try:
        run("setupenvironment", {})
    finally:
        settings.remove("proxy")
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()  # or web maps go on asking that proxy
    network = asked_setup[0]["network"]
    assert network["HTTPS_PROXY"] == network["http_proxy"] == "http://anna:p%20w@proxy.example:3128"
    assert network["NO_PROXY"] == "inside.example"
    run("setupenvironment", {})
    assert asked_setup[1]["network"] == {}


def test_a_training_is_refused_where_there_is_no_torch(refusal, home, monkeypatch):
    from rsdl_qgis.environment import folder
    from rsdl_qgis.toolbox import settings

    python = home / "worker" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("")
    folder.write_marker(home / "worker", "predict", "cpu", {})
    monkeypatch.delenv("RSDL_PYTHON")
    assert settings.worker_python().path == python
    with pytest.raises(RsdlError, match="'train' step") as caught:
        settings.training_python()
    assert "1.4 GB" in caught.value.hint


def test_set_up_can_be_cancelled(run, make_feedback, tmp_path, home):
    (tmp_path / "some-1.0-py3-none-any.whl").write_text("")
    feedback = make_feedback()
    feedback.cancel()
    with pytest.raises(QgsProcessingException, match="cancelled"):
        run("setupenvironment", {"WHEELS": str(tmp_path)}, feedback)
    assert not (home / "worker").exists()


def test_a_name_is_not_taken_unless_it_is_to_be_replaced(run, refusal, models, home, tmp_path, make_feedback):
    archive = shutil.make_archive(str(tmp_path / "bright"), "zip", models / "bright")
    run("importmodel", {"INPUT": archive})
    card = json.loads((models / "bright" / "model.json").read_text())
    card["properties"]["title"] = "Another"
    other = tmp_path / "other"
    shutil.copytree(models / "bright", other)
    (other / "model.json").write_text(json.dumps(card))
    archive = shutil.make_archive(str(other), "zip", other)
    assert "REPLACE" in refusal("importmodel", {"INPUT": archive})
    assert run("importmodel", {"INPUT": archive, "REPLACE": True})[0]["MODEL"] == "bright"
    assert "bright: Another" in run("describemodel", {"MODEL": "bright"})[0]["DESCRIPTION"]


def test_an_import_hides_a_shipped_model_and_says_so(run, refusal, home, tmp_path, make_feedback):
    shipped = plugin_file("models") / "forest"
    card = json.loads((shipped / "model.json").read_text(encoding="utf-8"))
    card["properties"]["title"] = "My forest"
    folder = tmp_path / "x"
    shutil.copytree(shipped, folder)
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    archive = shutil.make_archive(str(tmp_path / "x"), "zip", folder)
    assert "yours goes first" in refusal("importmodel", {"INPUT": archive})
    feedback = make_feedback()
    assert run("importmodel", {"INPUT": archive, "REPLACE": True}, feedback)[0]["MODEL"] == "forest"
    assert f"{shipped} stays where it is" in feedback.text()
    assert str(home / "models" / "forest") in run("describemodel", {"MODEL": "forest"})[0]["DESCRIPTION"]


def test_the_same_as_a_shipped_model_is_there_already(run, home, tmp_path, make_feedback):
    archive = shutil.make_archive(str(tmp_path / "x"), "zip", plugin_file("models") / "forest")
    feedback = make_feedback()
    assert run("importmodel", {"INPUT": archive}, feedback)[0]["MODEL"] == "forest"
    assert "already installed" in feedback.text() and not (home / "models" / "forest").exists()


def test_a_bad_model_is_a_line_everywhere(run, refusal, home, tmp_path, make_feedback, models):
    bad = home / "models" / "bad"
    bad.mkdir(parents=True)
    for content in (b'{"properties":{"mlm:name":"\xe9"}}', "{}".encode("utf-16"), b"[" * 100_000):
        (bad / "model.json").write_bytes(content)
        feedback = make_feedback()
        results, _ = run("listmodels", {}, feedback)
        assert "flood-s1s2" in results["MODELS"] and "bad" not in results["MODELS"].split("\n")
        assert len([text for kind, text in feedback.said if kind == "warning" and str(bad) in text]) == 1
        assert "bright" in run("describemodel", {"MODEL": str(models / "bright")})[0]["DESCRIPTION"]
        assert "bad" in refusal("describemodel", {"MODEL": "bad"})


def test_a_page_and_whether_it_fits_a_layer(run, refusal, known_models, write_raster, tmp_path):
    image = write_raster(tmp_path / "image.tif", [[[0, 150] * 10] * 20] * 2, descriptions=("red", "nir"))
    page = tmp_path / "page.html"
    results, _ = run("describemodel", {"MODEL": "bright", "LAYER": image, "REPORT": str(page)})
    assert results["FITS"] is True and "red = band 1" in results["REASONS"]
    told = json.loads(results["JSON"])
    assert told["fits"] is True and told["what_it_gives"]["Classes"] and told["limits"]
    assert "fits this layer" in page.read_text("utf-8") and "data:image/" in page.read_text("utf-8")
    other = write_raster(tmp_path / "other.tif", [[[0, 150] * 10] * 20] * 3)
    results, _ = run("describemodel", {"MODEL": "bright", "LAYER": other})
    assert results["FITS"] is False and "the raster has 3" in results["REASONS"]
    assert ".html" in refusal("describemodel", {"MODEL": "bright", "REPORT": str(tmp_path / "page.pdf")})


def test_the_list_is_a_page_and_json_too(run, known_models, tmp_path):
    page = tmp_path / "list.html"
    results, _ = run("listmodels", {"REPORT": str(page)})
    assert "bright" in [model["name"] for model in json.loads(results["JSON"])]
    assert page.is_file()


def test_a_model_is_described_without_an_environment(run, refusal, known_models, monkeypatch, tmp_path):
    monkeypatch.delenv("RSDL_PYTHON")
    results, _ = run("describemodel", {"MODEL": "bright"})
    assert "How good it is" in results["DESCRIPTION"] and json.loads(results["JSON"])["where_it_is_from"]
    assert "Set up environment" in refusal("describemodel", {"MODEL": "bright", "REPORT": str(tmp_path / "p.html")})
