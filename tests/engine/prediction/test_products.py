"""Maps straight from products as they were delivered are those of a stack made by hand. Needs RSDL_DATA."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.prediction.thresholds.job import run_threshold

DATA = Path(os.environ.get("RSDL_DATA", "")) / "products"
pytestmark = pytest.mark.skipif(not (DATA / "README.md").is_file(), reason="needs the products in RSDL_DATA")
SENTINEL = DATA / "sentinel2_l1c"
LANDSAT = DATA / "landsat8_l1"
EXTENT = [444000, 4170000, 446000, 4172000]  # a part of the Sentinel-2 files, on the grid of all of them


def band(path):
    with rasterio.open(path) as file:
        return file.read(1), file.profile


def stack(target, paths, names, scale=(1.0, 0.0), fine=None):
    """The files as bands of one GeoTIFF with descriptions, scale and offset; on the grid of the file ``fine``, by
    repeating the pixels of others.
    """
    _, profile = band(fine or paths[0])
    grid: Affine = profile["transform"]
    rows, cols = np.arange(profile["height"]), np.arange(profile["width"])
    arrays = []
    for path in paths:
        array, own = band(path)
        x, y = grid.c + (cols + 0.5) * grid.a, grid.f + (rows + 0.5) * grid.e
        col, row = (np.floor(v).astype(int) for v in ((x - own["transform"].c) / own["transform"].a,
                                                       (y - own["transform"].f) / own["transform"].e))  # fmt: skip
        inside = (row < own["height"])[:, None] & (col < own["width"])
        part = array[np.ix_(row.clip(0, own["height"] - 1), col.clip(0, own["width"] - 1))]
        arrays.append(np.where(inside, part, 0))
    with rasterio.open(target, "w", **{**profile, "driver": "GTiff", "count": len(paths), "nodata": 0}) as file:
        file.write(np.stack(arrays))
        file.descriptions = names
        file.scales, file.offsets = [scale[0]] * len(paths), [scale[1]] * len(paths)
    return target


def mapped(run, name, arguments):
    folder = arguments.pop("folder")
    files = {key: str(folder / f"{name}_{key}.tif") for key in arguments.pop("files")}
    run({**arguments, **files}, Report())
    found = []
    for file in files.values():
        with rasterio.open(file) as raster:
            found.append(raster.read())
    return found


def both(tmp_path, run, product, made, key, **arguments):
    """The files of a job on a product, and on a stack made by hand."""
    given = {"folder": tmp_path, **arguments}
    spec = key({"path": str(product)}), key({"path": str(made)})
    return [mapped(run, name, {**given, **one}) for name, one in zip(("product", "stack"), spec)]


NUMBERED = ("B2", "B3", "B4", "B8", "B12")


@pytest.mark.parametrize("sensor", ["sentinel-2", "landsat"])
def test_burned_area(tmp_path, sensor):
    if sensor == "landsat":
        product, scale, more = LANDSAT, (0.2, -1000.0), {}  # 2e-5 and -0.1, of reflectance × 10,000
        made = stack(tmp_path / "made.tif", [LANDSAT / f"l8_B{n}.tif" for n in (2, 3, 4, 5, 7)], NUMBERED, scale)
    else:
        product, more = SENTINEL, {"extent": EXTENT, "resampling": "nearest"}
        paths = [SENTINEL / f"s2_{name}.jp2" for name in ("B02", "B03", "B04", "B08", "B12")]
        made = stack(tmp_path / "made.tif", paths, NUMBERED, fine=paths[0])
    arguments = {"model": "burned-area-after", "files": ("output", "probabilities"), **more}
    found, expected = both(tmp_path, run_predict, product, made, lambda one: {"inputs": {"s2": [one]}}, **arguments)
    for one, other in zip(found, expected):
        np.testing.assert_array_equal(one, other)
    assert len(np.unique(found[0][found[0] != 255])) == 2


def test_forest_in_true_colour(tmp_path):
    paths = [SENTINEL / f"s2_{name}.jp2" for name in ("B04", "B03", "B02")]
    made = stack(tmp_path / "made.tif", paths, ("red", "green", "blue"), (float(f"{0.0255 / 0.3558:.12g}"), 0.0))
    arguments = {"model": "forest", "files": ("output", "probabilities"), "extent": EXTENT}
    found, expected = both(tmp_path, run_predict, SENTINEL, made, lambda one: {"inputs": {"image": [one]}}, **arguments)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_allclose(found[1], expected[1], atol=1e-4)  # brighter than 255 is 255


def test_burn_ratio_without_clouds(tmp_path):
    quality, _ = band(LANDSAT / "l8_BQA.tif")
    cloud = quality >> 14 >= 2
    made = stack(
        tmp_path / "made.tif", [LANDSAT / "l8_B5.tif", LANDSAT / "l8_B7.tif"], ("nir", "swir2"), (0.2, -1000.0)
    )
    arguments = {"index": "NBR", "threshold": 0.3, "files": ("output", "values")}
    (found, ratio), (expected, whole) = (
        mapped(run_threshold, name, {**arguments, "folder": tmp_path, "after": spec})
        for name, spec in (
            ("product", {"path": str(LANDSAT), "quality": {"words": ["cloud"]}}),
            ("stack", {"path": str(made)}),
        )
    )
    assert 0.1 < cloud.mean() < 0.2
    np.testing.assert_array_equal(found[0] == 255, cloud)
    np.testing.assert_array_equal(found[0][~cloud], expected[0][~cloud])
    np.testing.assert_array_equal(ratio[0][~cloud], whole[0][~cloud])
