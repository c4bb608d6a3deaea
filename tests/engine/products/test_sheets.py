"""Images of all bands each as one: found by their headers, joined as GDAL does, and told from files of bands."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.warp import reproject, transform_bounds

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.products.table import read_product
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource

LEFT, TOP, ZONE = 500_000, 4_500_000, "EPSG:32633"
NAMES = ("blue", "red", "nir")


def ground(rows, cols):
    """(3, h, w): values of pixels of 10 m from the common corner on, smooth."""
    wave = 2000 + 900 * np.sin(cols / 31) * np.cos(rows / 23)
    return np.stack([wave * 0.4, wave * 0.3 + 9, wave * 1.6]).round()


def write(path, place, size, names=NAMES, dtype="uint16", nodata=None):
    """A sheet from so many (rows, columns) of 10 m on; where there is nodata, its last columns are none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = ground(*np.mgrid[place[0] : place[0] + size[0], place[1] : place[1] + size[1]]).astype(dtype)
    if nodata is not None:
        values[:, :, -7:] = nodata
    about = {"crs": ZONE, "transform": from_origin(LEFT + 10 * place[1], TOP - 10 * place[0], 10, 10)}
    with rasterio.open(path, "w", "GTiff", size[1], size[0], 3, dtype=dtype, nodata=nodata, **about) as file:
        file.write(values)
        file.descriptions = names
    return path


@pytest.fixture
def folder(tmp_path):
    """Three sheets of other sizes, types and nodata that overlap."""
    write(tmp_path / "sheets" / "a.tif", (0, 0), (60, 80), nodata=0)
    write(tmp_path / "sheets" / "b.tif", (0, 60), (90, 70), dtype="float32", nodata=-9999)
    write(tmp_path / "sheets" / "c.tif", (50, 10), (70, 64))
    return tmp_path / "sheets"


def whole(text, bands=(1, 2, 3), **more):
    with RasterSource({"x": [Layer(str(text), bands, **more)]}) as source:
        return source.read(Window(0, 0, source.grid.height, source.grid.width))["x"][0], source.grid


def test_a_folder_of_images_is_one_without_seams(folder):
    product = read_product(str(folder))
    assert product.descriptions == NAMES and [one.title for _, one in product.scenes] == ["a.tif", "b.tif", "c.tif"]
    for text in (folder, ";".join(str(path) for path in sorted(folder.iterdir()))):
        read, grid = whole(text)
        assert grid.bounds == (LEFT, TOP - 1200, LEFT + 1300, TOP)
        known = ~np.ma.getmaskarray(read)[0]
        np.testing.assert_array_equal(read.data[:, known], ground(*np.mgrid[0:120, 0:130])[:, known])
    expected = np.zeros((120, 130), bool)
    expected[:60, :73] = expected[:90, 60:123] = expected[50:, 10:74] = True  # what is nodata in one is another's
    np.testing.assert_array_equal(known, expected)


def test_an_image_of_another_zone_is_brought_to_the_first(folder):
    left, bottom, right, top = transform_bounds(ZONE, "EPSG:32634", LEFT + 400, TOP - 1500, LEFT + 1200, TOP - 500)
    size = int((top - bottom) // 10), int((right - left) // 10)
    place = from_origin(round(left), round(top), 10, 10)
    values = np.zeros((3, *size), "float32")
    source = ground(*np.mgrid[0:300, 0:300]).astype("float32")
    away = from_origin(LEFT, TOP, 10, 10)
    reproject(source, values, src_transform=away, src_crs=ZONE, dst_transform=place, dst_crs="EPSG:32634",
              resampling=Resampling.cubic)  # fmt: skip
    about = {"crs": "EPSG:32634", "transform": place, "nodata": 0}
    with rasterio.open(folder / "d.tif", "w", "GTiff", size[1], size[0], 3, dtype="float32", **about) as file:
        file.write(values)
        file.descriptions = NAMES
    read, _ = whole(folder)
    known = ~np.ma.getmaskarray(read)[0]
    expected = ground(*np.mgrid[0 : known.shape[0], 0 : known.shape[1]])
    assert known[125:140, 60:100].all()
    np.testing.assert_allclose(read.data[:, known], expected[:, known], atol=60)  # a pixel's step is up to 46


def test_dates_in_names_are_the_order_where_there_are_some(tmp_path):
    for day, value in (("20230102", 1), ("20230304", 2)):
        path = tmp_path / f"ortho_{day}.tif"
        write(path, (0, 0), (8, 9))
        with rasterio.open(path, "r+") as file:
            file.write(np.full((3, 8, 9), value, "uint16"))
    for order, value in (("newest", 2), ("oldest", 1)):
        assert (whole(tmp_path, order=order)[0] == value).all()
    with pytest.raises(InputError, match="do not say how cloudy"):
        whole(tmp_path, order="clearest")


def test_true_colour_and_alpha_are_known_by_the_header(tmp_path):
    for name in ("a", "b"):
        about = {"crs": ZONE, "transform": from_origin(LEFT, TOP, 10, 10), "photometric": "RGB", "alpha": "YES"}
        with rasterio.open(tmp_path / f"{name}.tif", "w", "GTiff", 8, 8, 4, dtype="uint8", **about) as file:
            file.write(np.stack([np.full((8, 8), value, "uint8") for value in (9, 8, 7, 255)]))
    product = read_product(str(tmp_path))
    assert product.descriptions == ("red", "green", "blue")
    assert [int(band[0, 0]) for band in whole(tmp_path, unit="true colour")[0]] == [9, 8, 7]


def test_files_of_one_band_are_bands(tmp_path):
    for name in ("red", "nir"):
        about = {"crs": ZONE, "transform": from_origin(LEFT, TOP, 10, 10)}
        with rasterio.open(tmp_path / f"{name}.tif", "w", "GTiff", 8, 8, 1, dtype="uint8", **about) as file:
            file.write(np.full((1, 8, 8), len(name), "uint8"))
    product = read_product(str(tmp_path))
    assert not product.scenes and product.descriptions == ("nir", "red")
    assert [int(band[0, 0]) for band in whole(tmp_path, (1, 2), unit="true colour")[0]] == [3, 3]


def test_images_without_a_common_band_are_refused(tmp_path):
    write(tmp_path / "a.tif", (0, 0), (8, 9))
    write(tmp_path / "b.tif", (0, 0), (8, 9), names=("x", "y", "z"))
    with pytest.raises(InputError, match="no band that all of them have"):
        read_product(str(tmp_path))
