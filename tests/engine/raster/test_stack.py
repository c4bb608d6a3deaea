"""A product as one layer: quality bands, what is told of it, and addresses read in parts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.products.quality import Quality
from rsdl_qgis.engine.products.table import read_product
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource, inspect
from tests.engine.products import made


def masked(layer):
    """(h, w): what is not valid in the first band."""
    with RasterSource({"image": [layer]}) as source:
        read = source.read(Window(0, 0, source.grid.height, source.grid.width))["image"][0, 0]
    return np.ma.getmaskarray(read)


def scene_classes():
    """Cloud shadow, cloud, thin cirrus and water in the corners, vegetation else; 12 x 12 pixels of 20 m."""
    classes = np.full((12, 12), 4, "uint8")
    classes[:2, :2], classes[:2, -2:], classes[-2:, :2], classes[-2:, -2:] = 3, 9, 10, 6
    return classes


@pytest.mark.parametrize(
    ("words", "classes"),
    [((), ()), (("cloud",), (9,)), (("cloud", "shadow"), (3, 9)), (("cirrus",), (10,)), (("water",), (6,))],
)
def test_what_the_scene_classification_marks_is_not_valid(tmp_path, words, classes):
    product = made.sentinel2(tmp_path, "L2A", scl=scene_classes())
    quality = Quality(words) if words else None
    found = masked(Layer(str(product), (4,), quality=quality))
    expected = np.kron(np.isin(scene_classes(), classes), np.ones((2, 2), bool))
    np.testing.assert_array_equal(found, expected)


QA_PIXEL = {"cloud": 1 << 3, "cirrus": 1 << 2, "shadow": 1 << 4, "snow": 1 << 5, "water": 1 << 7, "": 1 << 6, "fill": 1}
BQA_1 = {"cloud": 2800, "shadow": 2976, "snow": 3744, "cirrus": 6816, "saturated": 2724, "": 2720, "fill": 1}


@pytest.mark.parametrize("word", ["cloud", "cirrus", "shadow", "snow", "water", "saturated"])
@pytest.mark.parametrize(("collection", "numbers"), [(2, QA_PIXEL), (1, BQA_1)])
def test_bits_of_landsat(tmp_path, collection, numbers, word):
    if word not in numbers:
        return
    quality = np.full((8, 8), numbers[""], "uint16")
    for i, number in enumerate(numbers.values()):
        quality[i, i] = number
    product = made.landsat(tmp_path, collection, quality=quality)
    found = masked(Layer(str(product), (2,), quality=Quality((word,))))
    np.testing.assert_array_equal(found, (quality == numbers[word]) | (quality == numbers["fill"]))


def test_bqa_before_the_collections_by_its_numbers(tmp_path):
    quality = np.full((8, 8), 0b0101_0000_0000_0000, "uint16")  # cirrus and cloud unlikely
    quality[0, 0], quality[1, 1], quality[2, 2] = 0b1001 << 12, 0b1101 << 12, 0b0111 << 12  # cloud, cloud, cirrus
    product = made.landsat(tmp_path, 1, quality=quality)
    clouds, cirrus = (masked(Layer(str(product), (2,), quality=Quality((w,)))) for w in ("cloud", "cirrus"))
    assert list(zip(*np.nonzero(clouds))) == [(0, 0), (1, 1)]
    assert list(zip(*np.nonzero(cirrus))) == [(2, 2)]


def test_any_raster_with_values_masks_any_other_and_what_it_does_not_cover(tmp_path):
    image = made.write(tmp_path / "image.tif", np.ones((8, 8), "uint8"), 10)
    classes = made.write(tmp_path / "classes.tif", np.arange(16, dtype="int16").reshape(4, 4), 10)
    found = masked(Layer(str(image), quality=Quality(path=str(classes), values=(5, 6))))
    expected = np.ones((8, 8), bool)
    expected[:4, :4] = np.isin(np.arange(16).reshape(4, 4), (5, 6))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (Quality(("cloud",)), "has no quality band"),
        (Quality(("saturated",), "QA_PIXEL.tif"), "does not say where saturated is; it says where cloud, cirrus"),
        (Quality(("cloud",), "classes.tif"), "name of classes.tif does not say which quality band"),
        (Quality(values=(1,)), "Values of a quality band are given, and no quality band is"),
    ],
)
def test_a_sentence_where_no_quality_band_says_it(tmp_path, quality, words):
    image = made.write(tmp_path / "image.tif", np.ones((8, 8), "uint8"), 10)
    with pytest.raises(InputError, match=words):
        inspect(Layer(str(image), quality=quality))


def test_a_sample_of_a_product_is_that_of_a_stack_of_its_bands(tmp_path):
    product = made.sentinel2(tmp_path)
    stack = str(tmp_path / "stack.tif")
    paths = [band.path for band in read_product(str(product)).bands if band.name in ("B02", "B03", "B04")]
    with rasterio.open(paths[0]) as first:
        profile = {**first.profile, "count": 3}
    with rasterio.open(stack, "w", **profile) as file:
        for i, path in enumerate(paths, 1):
            with rasterio.open(path) as band:
                file.write(band.read(1), i)
    layers = Layer(str(product), (2, 3, 4)), Layer(stack)
    found = [RasterSource({"a": [layer]}).sample(pixels=100)["a"] for layer in layers]
    np.testing.assert_array_equal(*found)
    assert found[0].shape[-1] < 24
    for extent in ([500_050, 4_199_900, 500_150, 4_199_990],):
        parts = [RasterSource({"a": [layer]}, extent=extent, resolution=20) for layer in layers]
        read = [part.read(Window(0, 0, part.grid.height, part.grid.width))["a"] for part in parts]
        np.testing.assert_array_equal(*read)


class Server:
    """Another process that serves a folder: rasterio holds Python's lock while it opens a file."""

    def __init__(self, folder):
        command = [sys.executable, str(Path(__file__).with_name("ranges.py")), str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def close(self) -> int:
        """Ends it; how many bytes it has sent."""
        self.process.terminate()
        sent = sum(map(int, self.process.stdout.read().split()))
        self.process.wait()
        self.process.stdout.close()
        return sent


@pytest.fixture
def server(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Server(tmp_path)
    yield server
    if server.process.poll() is None:
        server.close()


def item(scale=0.0001, offset=-0.1):
    """A STAC Item of a Sentinel-2 scene with two bands, and a scene classification."""
    bands = {"red": "B04", "nir": "B08"}
    stored = [{"scale": scale, "offset": offset, "nodata": 0}]
    assets = {
        common: {
            "href": f"./{name}.tif",
            "type": "image/tiff; application=geotiff",
            "eo:bands": [{"name": name, "common_name": common}],
            "raster:bands": stored,
        }
        for common, name in bands.items()
    }
    assets["scl"] = {"href": "SCL.tif", "type": "image/tiff", "roles": ["data"]}
    properties = {"datetime": "2023-06-12T10:00:00Z", "platform": "sentinel-2a"}
    return {"type": "Feature", "id": "S2A", "collection": "sentinel-2-l2a", "properties": properties, "assets": assets}


def test_an_item_at_an_address_is_read_in_parts(tmp_path, server):
    side = 2048
    numbers = np.random.default_rng(0).integers(1001, 9000, (side, side), "uint16")
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "tiled": True, "blockxsize": 256}
    place = rasterio.Affine(10, 0, 500_000, 0, -10, 4_200_000)
    for name in ("B04", "B08"):
        path = tmp_path / f"{name}.tif"
        with rasterio.open(
            path, "w", **profile, blockysize=256, dtype="uint16", crs="EPSG:32618", transform=place
        ) as file:
            file.write(numbers, 1)
    made.write(tmp_path / "SCL.tif", np.full((side // 2, side // 2), 9, "uint8"), 20)
    (tmp_path / "item.json").write_text(json.dumps(item()))
    address = f"{server.address}/item.json"
    for text in (address, str(tmp_path / "item.json")):
        product = read_product(text)
        assert (product.sensor, product.date, product.level) == ("sentinel-2", "2023-06-12", "L2A")
        assert set(product.flags) >= {"cloud", "shadow"}
        with RasterSource({"image": [Layer(text)]}) as source:
            found = source.read(Window(0, 0, 64, 64))["image"][0, 0]
        np.testing.assert_allclose(found, numbers[:64, :64] - 1000.0)
    assert masked(Layer(str(tmp_path / "item.json"), (1,), quality=Quality(("cloud",)))).all()
    assert 0 < server.close() < numbers.nbytes / 4


@pytest.mark.parametrize(("text", "words"), [("{}", "no STAC Item"), ('{"assets": {}}', "no assets that are bands")])
def test_an_item_without_bands(tmp_path, server, text, words):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(InputError, match=words):
        read_product(f"{server.address}/other.json")
    with pytest.raises(InputError, match=r"cannot be fetched: .*404"):
        read_product(f"{server.address}/nothing.json")
