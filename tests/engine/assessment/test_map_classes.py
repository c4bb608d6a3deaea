"""Which classes of maps and references are the same, and what names they have."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError

from .test_maps import Listening, compare, raster, square, vector, write_features


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def named(path, names):
    with rasterio.open(path, "r+") as file:
        file.update_tags(**{f"CLASS_{value}": name for value, name in names.items()})
    return path


def test_classes_match_by_name_where_values_differ(make_raster, rng):
    predicted = rng.integers(0, 3, (1, 20, 20)).astype("uint8")
    table = np.array([2, 0, 1], "uint8")  # water forest town -> their numbers in the reference
    first = named(make_raster(predicted, "p.tif"), {0: "water", 1: "forest", 2: "town"})
    second = named(make_raster(table[predicted], "r.tif"), {0: "Forest", 1: "Town", 2: "Water"})
    result = compare(first, second)
    assert result["figures"]["overall_accuracy"] == 1
    assert [c["label"] for c in result["classes"]] == ["0 water", "1 forest", "2 town"]


def test_classes_match_by_value_where_names_are_but_other_words(make_raster):
    values = np.arange(4).reshape(1, 2, 2).astype("uint8")
    first = named(make_raster(values, "p.tif"), {0: "other", 1: "forest"})
    second = named(make_raster(values, "r.tif"), {0: "background", 1: "forest"})
    report = Listening()
    assert compare(first, second, report)["figures"]["overall_accuracy"] == 1
    assert any("'background'" in text and "same class" in text for text in report.said)


def test_names_in_a_field_find_the_rasters_values(make_raster, tmp_path):
    values = np.zeros((1, 20, 20), "uint8")
    values[0, :, 10:] = 1
    features = [("Polygon", square(0, 0, 10, 5), {"c": "dry"}), ("Polygon", square(10, 0, 10, 5), {"c": " Flooded "})]
    features.append(("Polygon", square(10, 10, 10, 5), {"c": "ice"}))
    reference = vector(write_features(tmp_path / "r.geojson", features), "c")
    plain = make_raster(values, "p.tif")
    with pytest.raises(InputError, match="'Flooded', 'dry', 'ice' are names"):
        compare(plain, reference)
    own = compare(raster(plain, names={"0": "dry", "1": "flooded"}), reference)  # the user's own names
    result = compare(named(plain, {0: "dry", 1: "flooded"}), reference)
    assert own["confusion"] == result["confusion"] == [[50, 0, 0], [0, 50, 0], [0, 50, 0]]
    assert [c["label"] for c in result["classes"]] == ["0 dry", "1 flooded", "ice"]


def test_category_names_of_other_programs_are_known(make_raster, tmp_path):
    path = make_raster(np.ones((1, 5, 5), "uint8"), "p.tif")
    names = "<Category>dry</Category><Category>wet &amp; cold</Category>"
    xml = f'<PAMDataset><PAMRasterBand band="1"><CategoryNames>{names}</CategoryNames></PAMRasterBand></PAMDataset>'
    (tmp_path / "p.tif.aux.xml").write_text(xml)
    features = [("Polygon", square(0, 0, 5, 5), {"c": "wet & cold"})]
    result = compare(path, vector(write_features(tmp_path / "r.geojson", features), "c"))
    assert result["figures"]["overall_accuracy"] == 1


def test_our_own_polygons_need_no_field(make_raster, tmp_path):
    features = [("Polygon", square(0, 0, 5, 5), {"class": "wet", "value": 1, "area_m2": 2500.5})]
    features.append(("Polygon", square(5, 0, 5, 5), {"class": "dry", "value": 0, "area_m2": 2500.5}))
    path = make_raster(np.ones((1, 10, 10), "uint8"), "p.tif")
    result = compare(path, vector(write_features(tmp_path / "r.geojson", features)))
    assert [c["label"] for c in result["classes"]] == ["0 dry", "1 wet"]
