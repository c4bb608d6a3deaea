"""A model's page and sheet, and whether it fits a layer, with the reason."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rsdl_qgis.engine.cards.model_file import read_card
from rsdl_qgis.engine.cards.sheet import sheet, sheet_dict, sheet_lines
from rsdl_qgis.engine.describing.fit import answer_text, fits_of
from rsdl_qgis.engine.describing.job import run_describe_model, run_list_models
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.request import AskedRaster
from rsdl_qgis.paths import plugin_file
from tests.engine.runtime.foreign_networks import FORMS, write

NAMES = ("red", "nir")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def image(make_raster, rng):
    return make_raster(rng.uniform(0, 200, (2, 40, 40)).astype("float32"), descriptions=NAMES)


def described(model, **given):
    return run_describe_model({"model": str(model), **given}, Report())


def reason(found, aspect):
    return next(row for row in found["reasons"] if row["aspect"] == aspect)


def test_a_model_that_fits(model, image, tmp_path):
    page = tmp_path / "page.html"
    found = described(model, layer={"path": str(image)}, report=str(page))
    assert found["fits"] is True and found["answer"] == "'bright' fits this layer."
    assert reason(found, "Bands")["reason"] == "red = band 1, nir = band 2"
    assert reason(found, "Pixel size")["fits"] and "10 m" in reason(found, "Pixel size")["reason"]
    text = page.read_text("utf-8")
    assert "middle of the layer" in text and text.count("data:image/") == 2 and "no accuracy" in text


@pytest.mark.parametrize(
    ("changes", "aspect", "fits", "said"),
    [
        ({"array": np.ones((3, 8, 8), "f4")}, "Bands", False, "needs 2 band.*the raster has 3"),
        ({"array": np.ones((2, 8, 8), "f4")}, "Bands", None, "by their order: check"),
        ({"transform": (60, 0, 5e5, 0, -60, 4.2e6)}, "Pixel size", False, "pixels of 60 m.*trained at 10 m"),
        ({"crs": None}, "Coordinate system", None, "has none"),
    ],
)
def test_what_does_not_fit_is_said(model, make_raster, rng, changes, aspect, fits, said):
    from affine import Affine

    array = changes.pop("array", None)
    names = NAMES if array is None else ()
    array = rng.uniform(0, 200, (2, 40, 40)).astype("float32") if array is None else array
    if "transform" in changes:
        changes["transform"] = Affine(*changes["transform"])
    found = described(model, layer={"path": str(make_raster(array, descriptions=names, **changes))})
    row = reason(found, aspect)
    assert row["fits"] is fits and re.search(said, row["reason"])
    assert found["fits"] is (fits is not False)


def test_values_that_do_not_fit(model, image, tmp_path, with_card):
    scaled = replace(with_card().inputs[0].scaling, divisor=20.0, mean=())
    card = with_card(inputs=(replace(with_card().inputs[0], scaling=scaled),))
    (fit,) = fits_of(card, AskedRaster(str(image)))
    assert not fit.fits and "takes 0 to 20" in answer_text(card, [fit])


def test_a_model_of_several_layers_says_which_this_is(make_raster, rng):
    card = read_card(plugin_file("models") / "flood-s1s2")
    image = make_raster(rng.uniform(200, 3000, (3, 64, 64)).astype("uint16"), descriptions=("B11", "B8", "B3"))
    radar, optical = fits_of(card, AskedRaster(str(image)))
    assert not radar.fits and optical.fits
    text = answer_text(card, [radar, optical])
    assert "fits this layer as sentinel-2." in text and "takes 4 layers: sentinel-1 before" in text


@pytest.mark.parametrize("bands", [2, 23])
def test_a_series_takes_a_date_or_a_variable(make_raster, rng, bands):
    card = read_card(plugin_file("models") / "crops-matogrosso")
    names = ("NDVI", "EVI") if bands == 2 else ()
    place = {"crs": None}
    image = make_raster(rng.uniform(0, 1, (bands, 8, 8)).astype("f4"), descriptions=names, **place)
    (fit,) = fits_of(card, AskedRaster(str(image)))
    assert fit.fits and "a series of 23 dates" in answer_text(card, [fit])


def test_a_shipped_model_tells_how_good_it_is_and_its_limits():
    card = read_card(plugin_file("models") / "flood-s1s2")
    rows = dict(sheet(card)["How good it is"])
    assert rows["mean IoU"] == "0.769 (0.677 to 0.831)" and rows["Measured on"] == "validation split"
    assert rows["mean IoU of: largest class (not flooded)"] == "0.312"
    assert any("validation data" in text for text in sheet_dict(card)["limits"])
    assert "OMBRIA" in "\n".join(sheet_lines(card, ("Where it is from",)))
    assert sheet_dict(card)["where_it_is_from"]["Licence"] == "not stated by its files"


def test_a_foreign_model_has_a_page_and_its_own_picture_goes_first(tmp_path):
    bare = write(tmp_path / "m.onnx", **{**FORMS["logits"], "keys": {}})
    made = run_import({"input": str(bare), "scaling": "/255", "classes": "dark, bright"}, Report())
    page = tmp_path / "page.html"
    described(made["path"], report=str(page))
    assert "made-up values" in page.read_text("utf-8")
    Path(made["path"], "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    described(made["path"], report=str(page))
    assert "made-up values" not in page.read_text("utf-8") and "A result" in page.read_text("utf-8")


def test_the_list_has_every_model_and_what_cannot_be_used(tmp_path):
    broken = tmp_path / "home" / "models" / "broken"
    broken.mkdir(parents=True)
    (broken / "model.json").write_text("{")
    found = run_list_models({"report": str(tmp_path / "list.html")}, Report())
    text = (tmp_path / "list.html").read_text("utf-8")
    assert found["count"] >= 14 and "0.677 to 0.831" in text and "23 dates" in text and "broken" in text
