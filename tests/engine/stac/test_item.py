"""STAC Items beside results: valid, complete, and linked to the model and the images."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.stac.facts import facts_of
from rsdl_qgis.engine.stac.item import item_of

ITEMS = {"output": "map.tif", "probabilities": "p.tif", "uncertainty": "u.tif", "polygons": "areas.gpkg"}
# Of each extension: its fields, as the specification has them. No other field may begin with its prefix.
FIELDS = {
    "proj": {"code", "wkt2", "projjson", "geometry", "bbox", "centroid", "shape", "transform"},
    "processing": {"expression", "lineage", "level", "facility", "software"},
    "raster": {"sampling", "bits_per_sample", "spatial_resolution", "scale", "offset", "histogram"},
    "classification": {"classes", "bitfields"},
}
CLASS = {"value": int, "name": str, "description": str, "color_hint": str, "title": str, "nodata": bool}
DTYPES = {"uint8", "uint16", "float32", "float64"}


@pytest.fixture
def predict(model, make_raster, tmp_path, rng):
    def run(name="scene_2021-05-04.tif", files=ITEMS, **profile):
        image = make_raster(rng.integers(0, 255, (2, 60, 80)).astype("uint8"), name, **profile)
        job = {key: str(tmp_path / file) for key, file in files.items()}
        inputs = {"image": [{"path": str(image)}]}
        OPERATIONS["predict"]({"model": str(model), "inputs": inputs, "device": "cpu", "stac": True, **job}, Report())
        return {key: json.loads(Path(f"{path}.stac.json").read_text()) for key, path in job.items()}

    return run


def fields(value):
    """All names of fields at any depth, but in what is free by the specification."""
    for name, item in value.items() if isinstance(value, dict) else ():
        yield name
        if name not in ("processing:expression", "processing:software"):
            yield from fields(item)
    for item in value if isinstance(value, list) else ():
        yield from fields(item)


def check(item):
    """An Item against the core's schema, which pystac holds, and the extensions' requirements."""
    pystac = pytest.importorskip("pystac")
    found = pystac.Item.from_dict(item)
    validator = pytest.importorskip("pystac.validation").RegisteredValidator.get_validator()
    validator.validate_core(item, found.STAC_OBJECT_TYPE, "1.1.0")
    stated = {re.search(r"io/(\w+)/v", text)[1] for text in item["stac_extensions"]}
    used = {name.split(":")[0] for name in fields({k: v for k, v in item.items() if k != "links"}) if ":" in name}
    assert {"projection" if name == "proj" else name for name in used} == stated
    for prefix in used:
        own = {n.split(":")[1] for n in fields(item) if n.startswith(f"{prefix}:")}
        assert own <= FIELDS[prefix], own
    properties, asset = item["properties"], item["assets"]["data"]
    assert properties["proj:code"] is None or re.fullmatch(r"[A-Z]+:\w+", properties["proj:code"])
    assert len(properties.get("proj:bbox", [0] * 4)) == 4
    assert all(isinstance(value, str) for value in properties["processing:software"].values())
    assert set(properties["processing:expression"]) == {"format", "expression"}
    for band in asset.get("bands", ()):
        assert band["data_type"] in DTYPES and (isinstance(band["nodata"], (int, float)) or band["nodata"] == "nan")
    for entry in asset.get("classification:classes", ()):
        assert {"value", "name"} <= set(entry) <= set(CLASS)
        assert all(isinstance(value, CLASS[name]) for name, value in entry.items())
        assert re.fullmatch(r"[0-9A-F]{6}", entry["color_hint"]) and re.fullmatch(r"[0-9A-Za-z_-]+", entry["name"])
    return found


def test_every_result_has_a_valid_item(predict):
    items = predict()
    for key, item in items.items():
        assert check(item).id == ITEMS[key]
    item = items["output"]
    assert item["properties"]["datetime"] == "2021-05-04T00:00:00Z"
    assert item["properties"]["proj:code"] == "EPSG:32634" and item["properties"]["proj:shape"] == [60, 80]
    assert item["properties"]["proj:transform"] == [10, 0, 500_000, 0, -10, 4_200_000]
    asset = item["assets"]["data"]
    assert asset["href"] == "./map.tif" and asset["raster:spatial_resolution"] == pytest.approx(10)
    assert [(c["value"], c["name"]) for c in asset["classification:classes"]] == [
        (0, "dark"),
        (1, "bright"),
        (255, "nodata"),
    ]
    assert [b["name"] for b in items["probabilities"]["assets"]["data"]["bands"]] == ["dark", "bright"]
    assert items["uncertainty"]["assets"]["data"]["bands"][0]["name"] == "entropy"
    assert items["polygons"]["assets"]["data"]["type"] == "application/geopackage+sqlite3"


def test_the_check_finds_what_is_wrong(predict):
    item = predict()["output"]
    for part, name, value in ((item, "geometry", "somewhere"), (item["assets"]["data"], "roles", "data")):
        kept, part[name] = part[name], value
        with pytest.raises(Exception, match=r"(?i)validation failed|is not valid|invalid|schema"):
            check(item)
        part[name] = kept
    item["properties"]["processing:model"] = "unknown"
    with pytest.raises(AssertionError):
        check(item)


def test_it_is_derived_from_the_model_and_the_images(predict, model, tmp_path):
    links = predict()["output"]["links"]
    assert links[0]["rel"] == "derived_from" and links[0]["mlm:name"] == "bright"
    assert links[0]["href"] == model.as_uri()
    assert [link["href"] for link in links[1:]] == [(tmp_path / "scene_2021-05-04.tif").as_uri()]


def test_where_it_lies_in_degrees(predict):
    west, south, east, north = predict()["output"]["bbox"]
    assert west == pytest.approx(21.0, abs=1e-6) and 0.008 < east - west < 0.01  # 80 pixels of 10 m at 38 N
    assert 37.9 < south < north < 38.0


def test_without_a_coordinate_system_there_is_no_place(predict):
    item = predict(crs=None)["output"]
    assert item["geometry"] is None and "bbox" not in item and item["properties"]["proj:code"] is None
    check(item)


def test_over_the_antimeridian_it_is_two_halves(tmp_path):
    path = tmp_path / "map.tif"
    transform = from_origin(550_000, 8_000_000, 1000, 1000)  # the east of UTM zone 60
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=9, width=90, dtype="uint8", crs="EPSG:32660", transform=transform
    ) as file:
        file.write(np.zeros((1, 9, 90), "uint8"))
    west, _, east, _ = facts_of(str(path)).degrees
    assert 175 < west < 180 and -180 < east < -175


def test_a_run_without_dates_has_the_time_of_the_result(predict):
    item = predict("scene.tif")["output"]
    assert item["properties"]["datetime"] == item["properties"]["created"]
    check(item)


def test_none_is_written_unless_asked_for_and_old_ones_go(predict, model, tmp_path):
    predict()
    job = {"model": str(model), "inputs": {"image": [{"path": str(tmp_path / "scene_2021-05-04.tif")}]}}
    OPERATIONS["predict"]({**job, "device": "cpu", "output": str(tmp_path / "map.tif")}, Report())
    assert not (tmp_path / "map.tif.stac.json").exists() and (tmp_path / "p.tif.stac.json").exists()


def test_one_that_cannot_be_written_is_said(predict, tmp_path):
    (tmp_path / "areas.gpkg.stac.json").mkdir()
    with pytest.raises(OutputError):
        predict()


def test_items_of_regression_and_of_names_with_spaces(predict, card, model, tmp_path):
    item = predict(files={"output": "my map.tif"})["output"]
    assert item["assets"]["data"]["href"] == "./my%20map.tif" and item["id"] == "my map.tif"
    run = {"time": "2021-01-01T00:00:00+00:00", "inputs": [], "device": "cpu", "operation": "predict"}
    run |= {"arguments": {}, "version": "1", "libraries": {}}
    again = item_of(str(tmp_path / "my map.tif"), facts_of(str(tmp_path / "my map.tif")), run, card, Path("m.onnx"))
    check(again)
