"""STAC Items as catalogues give them: one file a band, and the same reflectance whatever the Item leaves out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rsdl_qgis.engine.products.table import read_product
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from rsdl_qgis.engine.tables.sensors import PLAIN
from tests.engine.products import made

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
STATED = {"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": -0.1}]}


def asset(href, name, common="red", kind=COG, **more):
    return {"href": href, "type": kind, "roles": ["data"], "eo:bands": [{"name": name, "common_name": common}], **more}


def write(folder, assets, collection="sentinel-2-l2a", platform="sentinel-2b", **properties):
    """The path of an Item."""
    about = {"datetime": "2023-08-01T10:00:31Z", "platform": platform, **properties}
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "S2", "collection": collection}
    path = folder / "item.json"
    path.write_text(json.dumps({**item, "properties": about, "geometry": None, "assets": assets}))
    return str(path)


def red(path, number=3000):
    """Reflectance of the only band of an Item whose file holds a number."""
    product = read_product(path)
    (band,) = product.bands
    made.write(made.Path(path).parent / "red.tif", np.full((4, 4), number, "uint16"), 10)
    with RasterSource({"s2": [Layer(path, (1,), unit=PLAIN)]}) as source:
        (found,) = set(source.read(Window(0, 0, 4, 4))["s2"].ravel().tolist())
    return product, band, round(found, 6)


@pytest.mark.parametrize(("stated", "properties", "expected"), [
    (STATED, {}, 0.2),
    ({}, {"s2:processing_baseline": "05.10"}, 0.2),
    ({}, {"processing:version": "05.11"}, 0.2),
    ({}, {"s2:processing_baseline": "02.14"}, 0.3),
    (STATED, {"s2:processing_baseline": "05.10", "earthsearch:boa_offset_applied": False}, 0.2),
    (STATED, {"s2:processing_baseline": "05.10", "earthsearch:boa_offset_applied": True}, 0.3),
    ({}, {"s2:processing_baseline": "05.10", "earthsearch:boa_offset_applied": True}, 0.3),
    ({}, {}, 3000.0),  # nothing says what it stands for
])  # fmt: skip
def test_reflectance_of_sentinel_2_by_what_the_item_says(tmp_path, stated, properties, expected):
    product, _, found = red(write(tmp_path, {"red": asset("red.tif", "B04", **stated)}, **properties))
    assert found == expected and product.level == "L2A"
    assert bool(product.notes) == properties.get("earthsearch:boa_offset_applied", False)


@pytest.mark.parametrize(("collection", "platform"), [("landsat-c2-l2", "landsat-9"), ("landsat-c2l2-sr", "LANDSAT_8")])
def test_surface_reflectance_of_landsat_without_a_scale(tmp_path, collection, platform):
    path = write(tmp_path, {"red": asset("red.tif", "OLI_B4")}, collection, platform)
    product, _, found = red(path, 10_000)
    assert (product.sensor, product.level, found) == ("landsat-8", "L2", 0.075)
    path = write(tmp_path, {"heat": asset("red.tif", "B10", "lwir11")}, collection, platform)
    assert read_product(path).bands[0].gain is None


def test_of_several_files_of_a_band_one_is_taken(tmp_path):
    """As Earth Search, the Planetary Computer and the Copernicus Data Space have them."""
    copies = asset("s3://sentinel-s2-l2a/B04.jp2", "red", kind="image/jp2", gsd=10, **STATED)
    scl = {"href": "SCL.tif", "type": COG}
    older = {"href": "s3://sentinel-s2-l2a/SCL.jp2", "type": "image/jp2"}
    path = write(tmp_path, {"red-jp2": copies, "red": asset("red.tif", "red", **STATED), "scl-jp2": older, "scl": scl})
    product, band, _ = red(path)
    assert band.path.endswith("red.tif")
    assert {flag.path for flags in product.flags.values() for flag in flags} == {str(tmp_path / "SCL.tif")}
    picture = {**asset("tci.tif", "B04"), "eo:bands": [{"name": b, "common_name": "red"} for b in ("B04", "B03")]}
    path = write(tmp_path, {"visual": picture, "B04": asset("red.tif", "B04", gsd=10)}, processing_baseline="02.12")
    assert red(path)[1].path.endswith("red.tif")
    sizes = {f"B04_{gsd}m": asset(f"{gsd}.jp2", "B04", kind="image/jp2", gsd=gsd) for gsd in (60, 20)}
    path = write(tmp_path, {**sizes, "B04_10m": asset("red.tif", "B04", kind="image/jp2", gsd=10)})
    assert red(path)[1].path.endswith("red.tif")


@pytest.mark.parametrize("address", [False, True])
def test_addresses_of_files_with_letters_of_any_kind(tmp_path, address):
    folder = tmp_path / "Δορυφόρος 2023"
    folder.mkdir()
    href = (folder / "red.tif").as_uri() if address else "./red.tif"
    _, band, found = red(write(folder, {"red": asset(href, "B04", **STATED)}))
    assert (band.path, found) == (str(folder / "red.tif"), 0.2)
