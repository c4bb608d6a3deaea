"""A web map gives the same result as the file behind it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import suppress
from urllib.request import urlopen

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import Qgis, QgsRasterLayer

ZOOM, COLUMN, ROW, TILES = 14, 9300, 6100, 3
HALF = 20037508.342789244
PIXEL = 2 * HALF / 256 / 2**ZOOM
LEFT, TOP = COLUMN * 256 * PIXEL - HALF, HALF - ROW * 256 * PIXEL


def picture() -> np.ndarray:
    """Random patches of 8 px: red, green, blue."""
    random = np.random.default_rng(7)
    return random.integers(0, 256, (3, TILES * 32, TILES * 32), np.uint8).repeat(8, 1).repeat(8, 2)


@pytest.fixture
def file(tmp_path, write_raster):
    place = (LEFT, PIXEL, 0, TOP, 0, -PIXEL)
    names = ("Red", "Green", "Blue")
    return write_raster(
        tmp_path / "behind.tif", picture(), kind=gdal.GDT_Byte, transform=place, epsg=3857, descriptions=names
    )


@pytest.fixture
def url(tmp_path):
    """A server of the picture's tiles, in a process of its own: QGIS waits for it while holding Python's
    lock.
    """
    for column in range(TILES):
        for row in range(TILES):
            tile = picture()[:, row * 256 : row * 256 + 256, column * 256 : column * 256 + 256]
            memory = gdal.GetDriverByName("MEM").Create("", 256, 256, 3)
            memory.WriteArray(tile)
            path = tmp_path / "tiles" / str(ZOOM) / str(COLUMN + column) / f"{ROW + row}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            gdal.GetDriverByName("PNG").CreateCopy(str(path), memory)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "http.server",
            str(port),
            "--bind",
            "127.0.0.1",
            "--directory",
            str(tmp_path / "tiles"),
        ],
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        with suppress(OSError):
            urlopen(f"http://127.0.0.1:{port}/").close()
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


def inside_patches(values) -> np.ndarray:
    """Where all pixels around are the same: QGIS 3.44 itself draws a tile up to a pixel larger than it is."""
    same = np.zeros(values.shape, bool)
    inner = values[1:-1, 1:-1]
    rows, columns = inner.shape
    around = [values[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    same[1:-1, 1:-1] = np.all([part == inner for part in around], axis=0)
    return same


def test_same_map_as_the_file(run, known_models, file, url, tmp_path, read_raster, feedback):
    source = f"type=xyz&url={url}/{{z}}/{{x}}/{{y}}.png&zmin={ZOOM}&zmax={ZOOM}"
    layer = QgsRasterLayer(source, "tiles", "wms")
    first, last = 100 * PIXEL, 650 * PIXEL  # over all tiles, aligned to pixels
    area = f"{LEFT + first},{LEFT + last},{TOP - last},{TOP - first} [EPSG:3857]"
    maps = []
    for name, raster in (("file", file), ("web", layer)):
        results, _ = run(
            "semanticsegmentation",
            {"INPUT": raster, "MODEL": "web", "EXTENT": area, "OUTPUT": str(tmp_path / f"{name}.tif")},
            feedback,
        )
        maps.append(read_raster(results["OUTPUT"]))
    expected = picture()[0, 100:650, 100:650] > 100
    np.testing.assert_array_equal(maps[0], expected)
    drawn = np.ones_like(expected) if Qgis.QGIS_VERSION_INT < 34400 else inside_patches(expected)
    np.testing.assert_array_equal(maps[1][drawn], expected[drawn])


def test_an_area_is_asked_for(refusal, known_models, tmp_path):
    layer = QgsRasterLayer("type=xyz&url=http://127.0.0.1:9/{z}/{x}/{y}.png&zmin=0&zmax=14", "tiles", "wms")
    text = refusal("semanticsegmentation", {"INPUT": layer, "MODEL": "web", "OUTPUT": str(tmp_path / "o.tif")})
    assert "'tiles'" in text
    assert "EXTENT" in text
