import numpy as np
import pytest
import rasterio
from rasterio.vrt import WarpedVRT

from tools.scene.__main__ import write_scene
from tools.scene.landscape import make_landscape
from tools.scene.sensors import sentinel2, sigma0, speckled

SIZE = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene")
    write_scene(folder, SIZE, seed=1)
    return folder


def read(path):
    with rasterio.open(path) as source:
        return source.read(masked=True)


def test_the_same_seed_gives_the_same_scene(folder, tmp_path):
    write_scene(tmp_path, SIZE, seed=1)
    for path in folder.glob("*.tif"):
        np.testing.assert_array_equal(read(path), read(tmp_path / path.name))


def test_another_seed_gives_another_scene(folder, tmp_path):
    write_scene(tmp_path, SIZE, seed=2)
    assert (read(folder / "truth.tif") != read(tmp_path / "truth.tif")).any()


def test_files_are_like_sentinel_products(folder):
    with rasterio.open(folder / "s2_after.tif") as s2, rasterio.open(folder / "s1_after.tif") as s1:
        assert s2.descriptions == ("B2", "B3", "B4", "B8", "B11", "B12")
        assert (s2.dtypes[0], s2.nodata, s2.res) == ("uint16", 0, (10, 10))
        assert s1.descriptions == ("VV",)
        assert s1.dtypes[0] == "float32"
        assert np.isnan(s1.nodata)
        assert s1.transform != s2.transform


@pytest.mark.parametrize("name", ["s1_before", "s1_after", "s2_before", "s2_after"])
def test_every_image_has_a_nodata_border(folder, name):
    valid = ~read(folder / f"{name}.tif").mask.all(0)
    assert 0.7 < valid.mean() < 1


def test_flood_is_new_water_on_land():
    land = make_landscape(SIZE, np.random.default_rng(3), flooded=0.3)
    assert not (land.flood & land.permanent_water).any()
    assert land.permanent_water.any()
    assert land.flood[~land.permanent_water].mean() == pytest.approx(0.3, abs=0.01)


def test_flood_darkens_radar_and_infrared(folder):
    """What a network goes by is there: between the dates flooded land changes, dry land does not."""
    truth = read(folder / "truth.tif")[0]
    with rasterio.open(folder / "truth.tif") as grid:
        where = {"crs": grid.crs, "transform": grid.transform, "width": grid.width, "height": grid.height}
    change = {}
    for name, band in (("s1", 1), ("s2", 4)):
        dates = []
        for date in ("before", "after"):
            with rasterio.open(folder / f"{name}_{date}.tif") as source, WarpedVRT(source, **where) as warped:
                dates.append(warped.read(band, masked=True).astype(float))
        change[name] = dates[1] - dates[0]
    flooded, dry = (truth == 1).filled(False), (truth == 0).filled(False)
    assert change["s1"][flooded].mean() < -4  # dB
    assert abs(change["s1"][dry].mean()) < 2
    assert np.ma.median(change["s2"][flooded]) < -800  # reflectance x 10,000
    assert abs(np.ma.median(change["s2"][dry])) < 500


def test_clouds_hide_the_flood_from_the_optical_sensor_only():
    land = make_landscape(SIZE, np.random.default_rng(5))
    rng = np.random.default_rng(6)
    image, hidden = sentinel2(land, rng, after=True, cloudiness=0.2)
    assert 0.05 < hidden.mean() < 0.6
    clear, none = sentinel2(land, np.random.default_rng(6), after=True, cloudiness=0)
    assert not none.any()
    assert image[0].max() > 6000
    assert np.percentile(clear[0], 99) < 3000


def test_speckle_has_the_spread_of_few_looks_and_keeps_the_mean():
    power = np.full((300, 300), 0.1, np.float32)
    measured = 10 ** (speckled(power, np.random.default_rng(0)) / 10)
    assert measured.mean() == pytest.approx(0.1, rel=0.06)  # and the noise floor
    assert 0.1 < measured.std() / measured.mean() < 0.5


def test_water_is_darker_than_land_in_radar():
    land = make_landscape(SIZE, np.random.default_rng(7))
    level = 10 * np.log10(sigma0(land, np.random.default_rng(8), after=False))
    assert level[land.permanent_water].mean() < level[~land.permanent_water].mean() - 4
