"""Mosaics: the pixels of each scene in its order, as GDAL joins them, and a sentence where that cannot be."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from rasterio.merge import merge
from rasterio.warp import Resampling, reproject

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.products.quality import Quality
from rsdl_qgis.engine.products.table import is_product, read_product
from rsdl_qgis.engine.raster.delivered import scenes as mosaics
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from tests.engine.products import made

SIDE = 24  # pixels of a scene at 10 m
CLOUDY = {"20230601": 40, "20230715": 5, "20230801": 20}


def scene(folder, day, corner=(500_000, 4_200_000), crs="EPSG:32618", cloud=None, text=True):
    """A Sentinel-2 product with B04 at 10 m and B11 at 20 m, whose numbers are other ones in each scene and pixel."""
    safe = folder / f"S2A_MSIL2A_{day}T100000_N0509_R011_T18SVG_{day}T120000.SAFE"
    images = safe / "GRANULE" / "L2A" / "IMG_DATA"
    rng = np.random.default_rng(int(day) + int(corner[0]))
    for band, pixel in (("B04", 10), ("B11", 20)):
        numbers = rng.integers(1001, 9000, (SIDE * 10 // pixel,) * 2).astype("uint16")
        numbers[-3:, :2] = 0  # nodata
        made.write(images / f"R{pixel}m" / f"T18SVG_{day}T100000_{band}_{pixel}m.jp2", numbers, pixel, corner, crs)
    classes = np.full((SIDE // 2,) * 2, 4, "uint8")
    classes[:4, :5] = 9 if cloud is None else cloud
    made.write(images / "R20m" / f"T18SVG_{day}T100000_SCL_20m.jp2", classes, 20, corner, crs)
    about = made.metadata("L2A", "05.09", -1000, f"{day}T100000")
    share = f"<Cloud_Coverage_Assessment>{CLOUDY[day]}</Cloud_Coverage_Assessment>" if text else ""
    (safe / "MTD_MSIL2A.xml").write_text(about.replace("</Product_Info>", f"</Product_Info>{share}"))
    return safe


def whole(path, order, resampling="nearest", **more):
    layer = Layer(str(path), (1, 2), order=order, **more)
    with RasterSource({"s2": [layer]}, resampling=resampling) as source:
        return source.read(Window(0, 0, source.grid.height, source.grid.width))["s2"][0], source.grid, source


def by_gdal(safes, band):
    """The bands of products in one array, the first of them on top: GDAL's mosaic."""
    files = [next(safe.rglob(f"*_{band}_*.jp2")) for safe in safes]
    return merge([str(file) for file in files], nodata=0)[0][0]


CORNERS = {"20230601": (500_000, 4_200_000), "20230715": (500_160, 4_200_000), "20230801": (500_060, 4_199_900)}


@pytest.fixture
def folder(tmp_path):
    for day, corner in CORNERS.items():
        scene(tmp_path / "scenes", day, corner)
    return tmp_path / "scenes"


@pytest.mark.parametrize(
    ("order", "days"),
    [
        ("newest", ("20230801", "20230715", "20230601")),
        ("oldest", ("20230601", "20230715", "20230801")),
        ("clearest", ("20230715", "20230801", "20230601")),
    ],
)
def test_a_folder_of_scenes_is_gdals_mosaic_to_the_bit(folder, order, days, monkeypatch):
    monkeypatch.setattr(mosaics, "MOST_OPEN", 1)
    safes = [next(folder.glob(f"*_{day}T100000_*")) for day in days]
    read, grid, _ = whole(folder, order)
    red, infrared = by_gdal(safes, "B04"), by_gdal(safes, "B11").repeat(2, 0).repeat(2, 1)
    assert grid.bounds == (500_000, 4_199_660, 500_400, 4_200_000)
    valid = ~np.ma.getmaskarray(read).any(axis=0)
    # of a pixel in which a scene lacks one band, the next one gives both
    same = valid & (red > 0) & (infrared > 0)
    lacking = np.zeros(red.shape, bool)
    for safe in safes:
        a, b = by_gdal([safe], "B04"), by_gdal([safe], "B11").repeat(2, 0).repeat(2, 1)
        x, y = CORNERS[safe.name[11:19]]
        row, col = (4_200_000 - y) // 10, (x - 500_000) // 10
        lacking[row : row + SIDE, col : col + SIDE] |= (a > 0) != (b > 0)
    assert same.sum() > 900 and (same & ~lacking).sum() > 0.9 * same.sum()
    for found, numbers in zip(read.data, (red, infrared)):
        np.testing.assert_array_equal(found[same & ~lacking], numbers[same & ~lacking].astype("float32") - 1000)
    assert not valid[(red == 0) & (infrared == 0)].any()


def test_parts_are_those_of_the_whole(folder):
    read, _, _ = whole(folder, "newest", "bilinear")
    with RasterSource({"s2": [Layer(str(folder), (1, 2))]}) as source:
        for window in (Window(3, 5, 17, 20), Window(-4, 30, 40, 20)):
            part = source.read(window)["s2"][0]
            top, left = max(0, window.row), max(0, window.col)
            inside = read[:, top : window.row + window.height, left : window.col + window.width]
            rows, cols = top - window.row, left - window.col
            own = part[:, rows : rows + inside.shape[1], cols : cols + inside.shape[2]]
            np.testing.assert_array_equal(np.ma.getmaskarray(own), np.ma.getmaskarray(inside))
            np.testing.assert_array_equal(own.filled(0), inside.filled(0))


def test_what_a_scene_has_under_clouds_comes_from_the_next(tmp_path):
    new, old = (scene(tmp_path, day, cloud=cloud) for day, cloud in (("20230801", 9), ("20230601", 4)))
    read, _, _ = whole(f"{old};{new}", "newest", quality=Quality(("cloud",)))
    newer, older = (by_gdal([safe], "B04").astype("float32") - 1000 for safe in (new, old))
    np.testing.assert_array_equal(read.data[0][:8, :10], older[:8, :10])
    np.testing.assert_array_equal(read.data[0][8:16], newer[8:16])
    given, _, _ = whole(f"{old};{new}", "given")
    np.testing.assert_array_equal(given.data[0][:16], older[:16])


def test_zones_of_utm_are_joined_on_the_grid_of_the_first(tmp_path):
    """Beside the border of zones 18 and 17, at 78 degrees west."""
    one = scene(tmp_path, "20230801", (239_700, 4_200_000))
    x, y = rasterio.warp.transform("EPSG:32618", "EPSG:32617", [239_560], [4_200_020])
    other = scene(tmp_path, "20230601", (round(x[0], -1), round(y[0], -1)), "EPSG:32617")
    read, grid, source = whole(f"{one};{other}", "newest")
    assert grid.transform.a == 10 and "zone 18N" in grid.crs
    expected = np.zeros((grid.height, grid.width), "float32")
    with rasterio.open(next(other.rglob("*_B04_*"))) as file:
        numbers = file.read(1).astype("float32")
        reproject(
            numbers, expected, src_transform=file.transform, src_crs=file.crs, dst_transform=grid.transform,
            dst_crs=grid.crs, resampling=Resampling.nearest, tolerance=0.02,
        )  # fmt: skip
    own = source.grid
    col, row = round((239_700 - own.bounds[0]) / 10), round((own.bounds[3] - 4_200_000) / 10)
    red, infrared = by_gdal([one], "B04"), by_gdal([one], "B11").repeat(2, 0).repeat(2, 1)
    part = expected[row : row + SIDE, col : col + SIDE]
    np.copyto(part, red, where=(red > 0) & (infrared > 0))
    valid = ~np.ma.getmaskarray(read).any(axis=0)
    assert valid.sum() > 0.8 * SIDE * SIDE
    np.testing.assert_array_equal(read.data[0][valid], expected[valid] - 1000)


def test_an_item_collection_is_a_mosaic(tmp_path, folder):
    items = []
    for safe in sorted(folder.iterdir()):
        assets = {
            name: {
                "href": str(next(safe.rglob(f"*_{name}_*.jp2"))),
                "type": "image/jp2",
                "eo:bands": [{"name": name, "common_name": shown}],
                "raster:bands": [{"scale": 1e-4, "offset": -0.1, "nodata": 0}],
            }
            for name, shown in (("B04", "red"), ("B11", "swir16"))
        }
        day = read_product(str(safe)).date
        about = {"datetime": f"{day}T10:00:00Z", "eo:cloud_cover": CLOUDY[day.replace("-", "")]}
        items.append(
            {"type": "Feature", "id": safe.name, "collection": "sentinel-2-l2a", "properties": about, "assets": assets}
        )
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    assert is_product(str(path))
    for order in ("newest", "clearest"):
        read, _, _ = whole(path, order)
        expected, _, _ = whole(folder, order)
        np.testing.assert_array_equal(np.ma.getmaskarray(read), np.ma.getmaskarray(expected))
        np.testing.assert_allclose(read.filled(0), expected.filled(0), atol=1e-2)


def test_scenes_that_cannot_be_one_image_are_refused(tmp_path):
    safe = scene(tmp_path / "a", "20230801", text=False)
    landsat = made.landsat(tmp_path)
    with pytest.raises(InputError, match=r"not of one kind: S2A.* and LC08"):
        read_product(f"{safe};{landsat}")
    raster = made.write(tmp_path / "one.tif", np.ones((4, 4), "uint8"), 10)
    with pytest.raises(InputError, match="is one raster, and other parts are products"):
        read_product(f"{safe};{raster}")
    other = scene(tmp_path / "a", "20230601")
    with pytest.raises(InputError, match="do not say how cloudy it is"):
        whole(f"{other};{safe}", "clearest")
