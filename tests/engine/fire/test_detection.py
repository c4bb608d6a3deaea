"""The job "active_fire": layers and products in, maps out; borders of tiles, nodata, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pyogrio
import pytest
import rasterio
from shapely import box, to_wkb

from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.fire.context import Place
from rsdl_qgis.engine.fire.detection import run_active_fire
from rsdl_qgis.engine.fire.rules import RULES, Scene, beside
from rsdl_qgis.engine.tables.fire import METHODS
from tools.fires.scene import fire_scene

SIZE = 150
NUMBERS = range(1, 8)


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


@pytest.fixture(scope="module")
def burning():
    """A made-up scene with fires all over it, some at the borders of tiles."""
    return fire_scene(SIZE, np.random.default_rng(3), fires=60, cloudy=0)


def expected(scene, method, blank=None):
    """The mask of a method from the whole scene at once."""
    sine = math.sin(math.radians(scene.sun_elevation))
    apparent = {n: scene.bands[n] * 2e-5 - 0.1 for n in NUMBERS}
    full = (scene.bands[6] == 65_535) | (scene.bands[7] == 65_535)
    if blank is not None:
        apparent = {n: np.where(blank, np.nan, band) for n, band in apparent.items()}
        full &= ~blank
    corrected = {n: band / sine for n, band in apparent.items()}
    whole = Scene(apparent, corrected, full, Place(*full.shape))
    rules, least = METHODS[method]
    mask = (sum(RULES[rule](whole).astype(int) for rule in rules) >= least).astype(np.uint8)
    if blank is not None:
        mask[blank] = 255
    return mask


def numbers(scene):
    return np.stack([scene.bands[n] for n in NUMBERS])


@pytest.fixture
def product(tmp_path, burning, make_raster):
    """The scene as a product of Collection 2, without a file of saturated pixels."""
    folder = tmp_path / "LC08"
    folder.mkdir()
    for n in NUMBERS:
        make_raster(burning.bands[n][None], f"LC08/scene_B{n}.TIF")
    gains = [f"REFLECTANCE_MULT_BAND_{n} = 2.0000E-05\nREFLECTANCE_ADD_BAND_{n} = -0.100000" for n in NUMBERS]
    (folder / "scene_MTL.txt").write_text("\n".join([*gains, f"SUN_ELEVATION = {burning.sun_elevation}"]))
    return folder


def detected(tmp_path, report=None, **arguments):
    output = arguments.pop("output", str(tmp_path / "fire.tif"))
    return run_active_fire({"output": output, **arguments}, report or Report())


def read(path):
    with rasterio.open(path) as file:
        return file.read(1)


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("tile_size", [512, 64, 23])
def test_tiles_see_what_the_whole_scene_sees(product, burning, tmp_path, method, tile_size):
    result = detected(tmp_path, product=str(product), method=method, tile_size=tile_size)
    wanted = expected(burning, method)
    np.testing.assert_array_equal(read(result["output"]), wanted)
    assert wanted.sum() > 20
    assert [item["pixels"] for item in result["classes"]] == [(wanted == 0).sum(), wanted.sum()]


def test_the_extent_limits_the_map_and_not_the_background(product, burning, tmp_path):
    with rasterio.open(product / "scene_B1.TIF") as file:
        left, top = file.transform @ (40, 30)
        right, bottom = file.transform @ (110, 101)
    result = detected(tmp_path, product=str(product), extent=[left, bottom, right, top], tile_size=32)
    np.testing.assert_array_equal(read(result["output"]), expected(burning, "voting")[30:101, 40:110])
    with rasterio.open(result["output"]) as made:
        assert made.transform @ (0, 0) == (left, top)


def test_nodata_is_in_no_background_and_no_fire(product, burning, tmp_path, make_raster):
    blank = np.zeros((SIZE, SIZE), bool)
    blank[:40], blank[60:70, 50:90] = True, True
    blank[np.random.default_rng(0).random(blank.shape) < 0.05] = True
    for n in NUMBERS:
        band = burning.bands[n].copy()
        band[blank if n % 2 else np.zeros_like(blank)] = 0  # one band without a number is enough
        (product / f"scene_B{n}.TIF").unlink()  # GDAL would remove the MTL file with it
        make_raster(band[None], f"LC08/scene_B{n}.TIF")
    for method in METHODS:
        result = detected(tmp_path, product=str(product), method=method, tile_size=48)
        np.testing.assert_array_equal(read(result["output"]), expected(burning, method, blank))


def test_layers_of_digital_numbers(burning, tmp_path, make_raster):
    one = make_raster(numbers(burning))
    wanted = expected(burning, "voting")
    given = {"values": "dn", "sun_elevation": burning.sun_elevation}
    result = detected(tmp_path, layers=[{"path": str(one)}], **given)
    np.testing.assert_array_equal(read(result["output"]), wanted)
    files = [make_raster(burning.bands[n][None], f"x_B{n}.tif") for n in NUMBERS]
    result = detected(tmp_path, layers=[{"path": str(file)} for file in reversed(files)], **given)
    np.testing.assert_array_equal(read(result["output"]), wanted)
    turned = make_raster(numbers(burning)[::-1], "turned.tif")
    result = detected(tmp_path, layers=[{"path": str(turned), "bands": [7, 6, 5, 4, 3, 2, 1]}], **given)
    np.testing.assert_array_equal(read(result["output"]), wanted)
    named = make_raster(
        np.concatenate([burning.bands[10][None], numbers(burning)[::-1]]),
        "named.tif",
        descriptions=("B10", *(f"B{n}" for n in reversed(NUMBERS))),
    )
    result = detected(tmp_path, layers=[{"path": str(named)}], **given)
    np.testing.assert_array_equal(read(result["output"]), wanted)


@pytest.mark.parametrize("method", list(METHODS))
def test_layers_of_reflectance_with_the_height_of_the_sun(burning, tmp_path, make_raster, method):
    sine = math.sin(math.radians(burning.sun_elevation))
    path = make_raster((numbers(burning) * 2e-5 - 0.1) / sine)
    result = detected(tmp_path, layers=[{"path": str(path)}], method=method, sun_elevation=burning.sun_elevation)
    sat = make_raster(((burning.bands[6] == 65_535) | (burning.bands[7] == 65_535))[None].astype(np.uint8), "sat.tif")
    result = detected(
        tmp_path,
        layers=[{"path": str(path)}],
        method=method,
        sun_elevation=burning.sun_elevation,
        saturation={"path": str(sat)},
    )
    np.testing.assert_array_equal(read(result["output"]), expected(burning, method))


def test_without_the_height_of_the_sun_reflectance_is_as_it_is(burning, tmp_path, make_raster):
    values = numbers(burning) * 2e-5 - 0.1
    log = Log()
    result = detected(tmp_path, log, layers=[{"path": str(make_raster(values))}], method="schroeder")
    np.testing.assert_array_equal(read(result["output"]), expected(burning, "schroeder"))
    assert any("SUN_ELEVATION" in text for _, text in log.said)


def test_scale_of_the_file(burning, tmp_path, make_raster):
    path = make_raster(numbers(burning))
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (2e-5,) * 7, (-0.1,) * 7
    result = detected(tmp_path, layers=[{"path": str(path)}], method="schroeder")
    np.testing.assert_array_equal(read(result["output"]), expected(burning, "schroeder"))


def test_saturated_pixels_of_each_collection(product, burning, tmp_path, make_raster):
    """QA_RADSAT counts by its bits of bands 6 and 7, the BQA of Collection 1 by how many bands are saturated."""
    plain = read(detected(tmp_path, product=str(product), method="murphy")["output"])
    near = tuple(np.argwhere(beside(plain == 1) & (plain == 0))[0])
    metadata = product / "scene_MTL.txt"
    flags = np.zeros((SIZE, SIZE), np.uint16)
    for value, found in ((1 << 5, 1), (1 << 6, 1), (1 << 4, 0), (1 << 11, 0)):
        flags[near] = value
        make_raster(flags[None], "LC08/scene_QA_RADSAT.TIF")
        assert read(detected(tmp_path, product=str(product), method="murphy")["output"])[near] == found
    (product / "scene_QA_RADSAT.TIF").unlink()
    flags[:] = 2720
    text = metadata.read_text()
    for value, found in ((2724, 1), (2728, 1), (2720, 0)):
        flags[near] = value
        make_raster(flags[None], "LC08/scene_BQA.TIF")
        metadata.write_text(f"COLLECTION_NUMBER = 01\n{text}")
        assert read(detected(tmp_path, product=str(product), method="murphy")["output"])[near] == found
        metadata.write_text(text)  # before Collection 1 these bits are others
        assert read(detected(tmp_path, product=str(product), method="murphy")["output"])[near] == 0


def test_polygons_are_those_of_fires(product, burning, tmp_path):
    result = detected(tmp_path, product=str(product), polygons=str(tmp_path / "fire.gpkg"))
    info, _, _, fields = pyogrio.raw.read(result["polygons"])
    areas = fields[list(info["fields"]).index("area_m2")]
    assert areas.sum() == pytest.approx(result["classes"][1]["area_m2"], rel=2e-3)
    assert set(fields[list(info["fields"]).index("value")]) == {1}


def test_mask_and_metadata(product, burning, tmp_path):
    with rasterio.open(product / "scene_B1.TIF") as file:
        left, top = file.transform @ (20, 20)
        right, bottom = file.transform @ (90, 90)
        crs = file.crs.to_wkt()
    area = tmp_path / "area.gpkg"
    pyogrio.raw.write(area, np.array([to_wkb(box(left, bottom, right, top))]), [], [], geometry_type="Polygon", crs=crs)
    result = detected(tmp_path, product=str(product), mask=str(area))
    found = read(result["output"])
    outside = np.ones_like(found, bool)
    outside[20:90, 20:90] = False
    assert (found[outside] == 255).all()
    assert (found[~outside] != 255).all()
    with rasterio.open(result["output"]) as made:
        assert made.nodata == 255
        assert made.tags()["RSDL_METHOD"] == "voting"
        assert made.tags()["CLASS_1"] == "active fire"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["Neither layers nor a product"]),
        ({"layers": [{"path": "{dn}"}], "product": "{product}"}, ["Both layers and a product"]),
        ({"layers": [{"path": "{dn}"}]}, ["values up to", "'dn'"]),
        ({"layers": [{"path": "{dn}"}], "values": "dn"}, ["height of the sun", "SUN_ELEVATION"]),
        ({"layers": [{"path": "{ratio}"}], "values": "dn", "sun_elevation": 50}, ["no digital numbers", "reflectance"]),
        ({"layers": [{"path": "{dn}", "bands": [1, 2]}]}, ["2 band(s)", "7"]),
        ({"layers": [{"path": "{one}"}]}, ["Bands 1 to 7", "1 band(s)"]),
        ({"layers": [{"path": "{dn}"}], "method": "modis"}, ["METHOD", "voting"]),
        ({"layers": [{"path": "{dn}"}], "sun_elevation": 0}, ["SUN_ELEVATION"]),
        ({"product": "{product}/../nowhere"}, ["no folder"]),
    ],
)
def test_says_what_is_wrong(product, burning, tmp_path, make_raster, given, words):
    names = {
        "{dn}": str(make_raster(numbers(burning), "dn.tif")),
        "{ratio}": str(make_raster(numbers(burning) / 65_535, "ratio.tif")),
        "{one}": str(make_raster(numbers(burning)[:1], "one.tif")),
        "{product}": str(product),
    }

    def filled(value):
        if isinstance(value, str):
            for name, path in names.items():
                value = value.replace(name, path)
        return [{**item, "path": filled(item["path"])} for item in value] if isinstance(value, list) else value

    with pytest.raises(InputError) as failure:
        detected(tmp_path, **{name: filled(value) for name, value in given.items()})
    assert all(word in str(failure.value) for word in words), str(failure.value)
    assert not (tmp_path / "fire.tif").exists()


def test_no_file_of_the_product_is_replaced(product, tmp_path):
    before = (product / "scene_B7.TIF").read_bytes()
    with pytest.raises(OutputError, match="one of the files to be read"):
        detected(tmp_path, product=str(product), output=str(product / "scene_B7.TIF"))
    assert (product / "scene_B7.TIF").read_bytes() == before
    detected(tmp_path, product=str(product), output=str(product / "fire.tif"))  # beside them is a good place


def test_a_cancelled_job_leaves_nothing(product, tmp_path):
    class Impatient(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        detected(tmp_path, Impatient(), product=str(product), polygons=str(tmp_path / "fire.gpkg"))
    assert not [path for path in tmp_path.iterdir() if "fire" in path.name]


def test_a_scene_without_numbers(tmp_path, make_raster):
    log = Log()
    path = make_raster(np.full((7, 40, 50), np.nan, np.float32))
    result = detected(tmp_path, log, layers=[{"path": str(path)}])
    assert (read(result["output"]) == 255).all()
    assert any(level == "warning" for level, _ in log.said)
