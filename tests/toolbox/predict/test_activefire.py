"""rsdl:activefire: layers and products from QGIS to a styled map, and what is refused before work starts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsProject, QgsRasterLayer

NUMBERS = range(1, 8)
LAND, FIRE = (0.10, 0.09, 0.10, 0.12, 0.25, 0.22, 0.15), (0.10, 0.09, 0.10, 0.12, 0.20, 0.50, 0.90)
SINE = 0.5  # of the sun at 30 degrees
SIZE = 40
BURNING = np.zeros((SIZE, SIZE), bool)
BURNING[10:12, 20:23] = True


def reflectances():
    return [np.where(BURNING, fire, land) for land, fire in zip(LAND, FIRE)]


def numbers():
    """Digital numbers of reflectance that is still to be corrected for a sun at 30 degrees."""
    return [np.rint((band * SINE + 0.1) / 2e-5) for band in reflectances()]


@pytest.fixture
def stack(tmp_path, write_raster):
    return write_raster(tmp_path / "stack.tif", reflectances(), descriptions=[f"B{n}" for n in NUMBERS])


@pytest.fixture
def product(tmp_path, write_raster):
    folder = tmp_path / "LC08"
    folder.mkdir()
    for n, band in zip(NUMBERS, numbers()):
        write_raster(folder / f"LC08_X_B{n}.TIF", [band], kind=gdal.GDT_UInt16)
    gains = [f"REFLECTANCE_MULT_BAND_{n} = 2.0000E-05\nREFLECTANCE_ADD_BAND_{n} = -0.100000" for n in NUMBERS]
    (folder / "LC08_X_MTL.txt").write_text("\n".join([*gains, "SUN_ELEVATION = 30.0", 'SPACECRAFT_ID = "LANDSAT_9"']))
    return folder


@pytest.mark.parametrize("method", ["schroeder", "murphy", "kumar-roy", "intersection", "voting"])
def test_one_raster(run, stack, tmp_path, read_raster, method):
    results, _ = run("activefire", {"INPUT": stack, "METHOD": method, "OUTPUT": str(tmp_path / "fire.tif")})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), BURNING)
    assert results["FIRE_PIXELS"] == BURNING.sum()
    assert results["FIRE_AREA"] == pytest.approx(BURNING.sum() * 100, rel=2e-3)


def test_a_product_by_its_folder_or_its_metadata(run, product, tmp_path, read_raster):
    for given in (product, product / "LC08_X_MTL.txt"):
        results, _ = run("activefire", {"PRODUCT": str(given), "OUTPUT": str(tmp_path / "fire.tif")})
        np.testing.assert_array_equal(read_raster(results["OUTPUT"]), BURNING)


def test_bands_in_files_in_any_order(run, product, tmp_path, read_raster):
    """Their names say which they are; in digital numbers, with the height of the sun."""
    files = [str(product / f"LC08_X_B{n}.TIF") for n in (3, 7, 1, 2, 6, 4, 5)]
    given = {"INPUT": files, "VALUES": "dn", "SUN_ELEVATION": 30, "OUTPUT": str(tmp_path / "fire.tif")}
    results, _ = run("activefire", given)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), BURNING)


def test_bands_by_name_by_number_and_in_order(run, tmp_path, write_raster, read_raster, make_feedback):
    turned = reflectances()[::-1]
    named = write_raster(tmp_path / "a.tif", turned, descriptions=[f"B{n}" for n in reversed(NUMBERS)])
    plain = write_raster(tmp_path / "b.tif", turned)
    ordered = write_raster(tmp_path / "c.tif", [*reflectances(), BURNING * 0, BURNING * 0])
    for path, extra, warned in ((named, {}, False), (plain, {"BANDS": "7,6,5,4,3,2,1"}, False), (ordered, {}, True)):
        feedback = make_feedback()
        results, _ = run("activefire", {"INPUT": path, **extra, "OUTPUT": str(tmp_path / "fire.tif")}, feedback)
        np.testing.assert_array_equal(read_raster(results["OUTPUT"]), BURNING)
        assert any(level == "warning" and "first seven" in text for level, text in feedback.said) == warned


def test_extent_nodata_sun_and_saturated_pixels(run, tmp_path, write_raster, read_raster):
    bands = reflectances()
    bands[2][12, 17] = -9
    path = write_raster(tmp_path / "stack.tif", bands)
    beside, alone = (9, 20), (16, 25)
    flags = np.zeros((SIZE, SIZE))
    flags[beside] = flags[alone] = 1
    given = {
        "INPUT": path,
        "METHOD": "murphy",
        "NODATA": -9,
        "SATURATION": write_raster(tmp_path / "saturated.tif", [flags]),
        "EXTENT": "500150,500300,4599800,4599950 [EPSG:32634]",  # rows 5 to 20, columns 15 to 30
        "OUTPUT": str(tmp_path / "fire.tif"),
    }
    results, _ = run("activefire", given)
    expected = BURNING.astype(int)
    expected[beside], expected[12, 17] = 1, 255
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), expected[5:20, 15:30])
    low = {
        **given,
        "METHOD": "schroeder",
        "SUN_ELEVATION": 5,
    }  # without the correction there is little left of the fire
    results, _ = run("activefire", low)
    assert not (read_raster(results["OUTPUT"]) == 1).any()


def test_mask_polygons(run, stack, tmp_path, read_raster):
    area = tmp_path / "area.geojson"
    ring = [[500200, 4599900], [500220, 4599900], [500220, 4599800], [500200, 4599800], [500200, 4599900]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    area.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [shape]}))
    results, _ = run("activefire", {"INPUT": stack, "MASK": str(area), "OUTPUT": str(tmp_path / "fire.tif")})
    expected = np.full((SIZE, SIZE), 255)
    expected[10:20, 20:22] = BURNING[10:20, 20:22]
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), expected)


def test_nodata_of_a_product(run, product, tmp_path, read_raster):
    value = float(numbers()[0][0, 0])  # of band 1, which is the same all over
    results, _ = run("activefire", {"PRODUCT": str(product), "NODATA": value, "OUTPUT": str(tmp_path / "fire.tif")})
    assert (read_raster(results["OUTPUT"]) == 255).all()


def test_fires_are_drawn_and_the_rest_is_not(run, stack, tmp_path):
    given = {"INPUT": stack, "OUTPUT": str(tmp_path / "fire.tif"), "POLYGONS": str(tmp_path / "fire.gpkg")}
    run("activefire", given)
    layer = QgsRasterLayer(given["OUTPUT"])
    shown = layer.renderer().classes()
    assert [(item.value, item.label, item.color.name()) for item in shown] == [(1, "active fire", "#e31a1c")]
    file = gdal.OpenEx(given["POLYGONS"])
    assert [feature["class"] for feature in file.GetLayer(0)] == ["active fire"]


def test_layers_of_the_project_as_they_are_shown(run, product, tmp_path, read_raster):
    """A layer that the person renamed is still known by its file."""
    added = [QgsRasterLayer(str(product / f"LC08_X_B{n}.TIF"), f"layer {n}") for n in NUMBERS]
    for layer in added:
        QgsProject.instance().addMapLayer(layer)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    given = {
        "INPUT": [layer.id() for layer in reversed(added)],
        "VALUES": "dn",
        "SUN_ELEVATION": 30,
        "OUTPUT": str(tmp_path / "fire.tif"),
    }
    results, _ = run("activefire", given, None, context)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), BURNING)
    QgsProject.instance().clear()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["Neither PRODUCT nor INPUT"]),
        ({"INPUT": "{stack}", "PRODUCT": "{product}"}, ["both given"]),
        ({"PRODUCT": "{product}/nowhere"}, ["no folder"]),
        ({"INPUT": "{stack}", "VALUES": "dn"}, ["SUN_ELEVATION is empty"]),
        ({"INPUT": "{stack}", "BANDS": "1,2"}, ["2 band(s)", "7"]),
        ({"INPUT": "{stack}", "BANDS": "1,2,3,4,5,6,9"}, ["band 9", "7 band(s)"]),
        ({"INPUT": "{stack}", "BANDS": "B1"}, ["'B1'", "numbers"]),
        ({"INPUT": "{one}"}, ["Bands 1 to 7", "1 band(s)"]),
        ({"INPUT": "{stack}", "SATURATION": "{product}/nothing.tif"}, ["SATURATION"]),
        ({"PRODUCT": "{product}", "OUTPUT": "{product}/LC08_X_B7.TIF"}, ["read"]),
    ],
)
def test_refuses_with_a_sentence(refusal, stack, product, tmp_path, given, words):
    names = {"{stack}": stack, "{product}": str(product), "{one}": str(product / "LC08_X_B1.TIF")}
    chosen = {"OUTPUT": str(tmp_path / "fire.tif"), **given}
    for name, path in names.items():
        chosen = {key: value.replace(name, path) for key, value in chosen.items()}
    text = refusal("activefire", chosen)
    assert all(word in text for word in words), text


def test_values_that_are_no_reflectance(run, product, tmp_path):
    from qgis.core import QgsProcessingException

    files = [str(product / f"LC08_X_B{n}.TIF") for n in NUMBERS]
    with pytest.raises(QgsProcessingException, match=r"values up to .*'dn'"):
        run("activefire", {"INPUT": files, "OUTPUT": str(tmp_path / "fire.tif")})
