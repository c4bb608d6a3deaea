"""The job "threshold": thresholds, borders, nodata and memory of the counts."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.thresholds import index_map, job, otsu_map
from rsdl_qgis.engine.prediction.thresholds.job import run_threshold
from rsdl_qgis.engine.radiometry.otsu import otsu_threshold

RANDOM = np.random.default_rng(3)


class Told(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


def write(path, bands, names=(), nodata=None, dtype="float32"):
    array = np.asarray(bands, dtype)
    profile = {"driver": "GTiff", "count": len(array), "height": array.shape[1], "width": array.shape[2]}
    grid = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_600_000, 10, 10)}
    with rasterio.open(path, "w", **profile, **grid, dtype=dtype, nodata=nodata) as file:
        file.write(array)
        if names:
            file.descriptions = names
    return {"path": str(path)}


def read(path):
    with rasterio.open(path) as file:
        return file.read(1)


def two_groups(shape, share=0.4):
    upper = RANDOM.random(shape) < share
    return np.where(upper, 50.0, 20.0) + RANDOM.normal(0, 3, shape)


def test_the_threshold_is_otsus_of_all_values(tmp_path):
    values = two_groups((150, 170))
    image = write(tmp_path / "a.tif", [values])
    result = run_threshold({"after": image, "index": "band1", "output": str(tmp_path / "o.tif")}, Report())
    exact = otsu_threshold(values.astype(np.float32))
    np.testing.assert_array_equal(
        values > result["threshold"], values.astype(np.float32) > exact
    )  # the same cut, in the gap's middle
    np.testing.assert_array_equal(read(tmp_path / "o.tif"), values.astype(np.float32) > result["threshold"])
    assert result["bimodality"]["share"] == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("window", [None, 40])
def test_tiles_do_not_show(tmp_path, monkeypatch, window):
    slope = np.add.outer(np.arange(150) * 0.5, np.arange(130) * 0.3)
    image = write(tmp_path / "a.tif", [two_groups(slope.shape) + slope])
    maps = []
    for tile, block in ((32, 32), (1024, 1024)):
        monkeypatch.setattr(job, "TILE", tile)
        monkeypatch.setattr(otsu_map, "READ", block)
        asked = {"after": image, "index": "band1", "window": window, "output": str(tmp_path / f"{tile}.tif")}
        result = run_threshold(asked, Report())
        maps.append((result["threshold"], read(tmp_path / f"{tile}.tif")))
    assert maps[0][0] == maps[1][0]
    np.testing.assert_array_equal(maps[0][1], maps[1][1])


def test_local_thresholds_follow_the_ground(tmp_path):
    slope = np.broadcast_to(np.linspace(0, 200, 320), (320, 320))
    upper = RANDOM.random(slope.shape) < 0.5
    image = write(tmp_path / "a.tif", [np.where(upper, 60.0, 0.0) + slope + RANDOM.normal(0, 3, slope.shape)])
    shares = {}
    for window in (None, 32):
        asked = {"after": image, "index": "band1", "window": window, "output": str(tmp_path / "o.tif")}
        cells = run_threshold(asked, Report())["cells"]
        shares[window] = (read(tmp_path / "o.tif") == upper).mean()
    assert cells > 50
    assert shares[32] > 0.98 > 0.8 > shares[None]


def test_nodata_and_what_is_not_defined_stay_nodata(tmp_path):
    green, nir = two_groups((40, 50)), two_groups((40, 50)) + 5
    green[:5], nir[:, :4] = -9999, -9999
    green[20, 20] = nir[20, 20] = 0
    image = write(tmp_path / "a.tif", [green, nir], ("green", "nir"), nodata=-9999)
    asked = {"after": image, "index": "NDWI", "output": str(tmp_path / "o.tif"), "values": str(tmp_path / "v.tif")}
    result = run_threshold(asked, Report())
    missing = (green == -9999) | (nir == -9999)
    missing[20, 20] = True
    np.testing.assert_array_equal(read(tmp_path / "o.tif") == 255, missing)
    np.testing.assert_array_equal(np.isnan(read(tmp_path / "v.tif")), missing)
    assert sum(item["pixels"] for item in result["classes"]) == (~missing).sum()


def test_dates_of_other_grids_and_the_map_of_the_last(tmp_path):
    before = write(tmp_path / "b.tif", [np.full((30, 30), 0.6), np.full((30, 30), 0.2)], ("nir", "swir2"))
    burned = np.arange(60 * 60).reshape(60, 60) % 60 < 20
    after = tmp_path / "a.tif"
    bands = np.stack([np.where(burned, 0.2, 0.6), np.where(burned, 0.5, 0.2)]).astype("float32")
    with rasterio.open(after, "w", driver="GTiff", count=2, height=60, width=60, dtype="float32", crs="EPSG:32634",
                       transform=from_origin(500_000, 4_600_000, 5, 5)) as file:  # fmt: skip
        file.write(bands)
        file.descriptions = ("B08", "B12")
    asked = {"before": before, "after": {"path": str(after)}, "grid": "last", "output": str(tmp_path / "o.tif")}
    for index in ("dNBR", "RBR"):
        result = run_threshold({**asked, "index": index}, Report())
        np.testing.assert_array_equal(read(tmp_path / "o.tif"), burned)
        assert [item["name"] for item in result["classes"]] == ["not burned", "burned"]
    run_threshold({"after": {"path": str(after)}, "index": "NBR", "output": str(tmp_path / "o.tif")}, Report())
    np.testing.assert_array_equal(read(tmp_path / "o.tif"), burned)


def test_warns_where_there_is_one_group_or_hardly_a_second(tmp_path):
    one = write(tmp_path / "one.tif", [RANDOM.normal(0, 1, (100, 100))])
    few = np.zeros((100, 100))
    few[0, :50] = 100
    for image, words in ((one, "Ashman's D is"), (write(tmp_path / "few.tif", [few]), "only 0.5 %")):
        report = Told()
        run_threshold({"after": image, "index": "band1", "output": str(tmp_path / "o.tif")}, report)
        assert any(level == "warning" and words in text for level, text in report.said), report.said


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"index": "MNDWI"}, MismatchError, ["swir1", "green, nir"]),
        ({"index": "dNBR"}, InputError, ["two dates"]),
        ({"index": "nir", "threshold": 1, "window": 64}, InputError, ["THRESHOLD", "WINDOW"]),
        ({"index": "nir.real"}, InputError, ["more than bands"]),
        ({"index": "5"}, InputError, ["names no band"]),
        ({"index": "green"}, InputError, ["all of them are 7"]),
        ({"index": "nir", "color": "red"}, InputError, ["#b2182b"]),
    ],
)
def test_refuses_with_a_sentence(tmp_path, changes, error, words):
    image = write(tmp_path / "a.tif", [np.full((20, 20), 7.0), two_groups((20, 20))], ("green", "nir"))
    with pytest.raises(error) as caught:
        run_threshold({"after": image, "output": str(tmp_path / "o.tif"), **changes}, Report())
    assert all(word in str(caught.value) for word in words), caught.value
    assert not (tmp_path / "o.tif").exists()


def test_windows_cover_a_grid_once():
    from rsdl_qgis.engine.raster.grid import Grid

    seen = np.zeros((70, 45), int)
    for window in index_map.apart(Grid(None, from_origin(0, 0, 1, 1), 70, 45), 32):
        seen[window.row : window.row + window.height, window.col : window.col + window.width] += 1
    assert (seen == 1).all()
