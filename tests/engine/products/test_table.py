"""Products of all families: their bands and reflectance, and a sentence for each way in which one can be broken."""

from __future__ import annotations

import dataclasses
import tarfile

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.products.matching import model_bands
from rsdl_qgis.engine.products.product import ProductBand
from rsdl_qgis.engine.products.quality import Quality
from rsdl_qgis.engine.products.table import is_product, product_at, read_product
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from rsdl_qgis.engine.tables.sensors import PLAIN, SCALED

from . import made

SIX = Input("s2", tuple(Band(name) for name in ("B2", "B3", "B4", "B8", "B11", "B12")), role="sentinel-2")


def values(path, names=("B2", "B3", "B4"), unit=PLAIN, resampling="nearest"):
    """(C, h, w) of the bands that a model with these Sentinel-2 names takes."""
    wanted = Input("s2", tuple(Band(name) for name in names), role="sentinel-2")
    bands = model_bands(wanted, read_product(str(path)))
    with RasterSource({"s2": [Layer(str(path), bands, unit=unit)]}, resampling=resampling) as source:
        read = source.read(Window(0, 0, source.grid.height, source.grid.width))["s2"][0]
    assert not np.ma.getmaskarray(read).any()
    return read.data


SENTINEL = [(level, baseline) for level in ("L1C", "L2A") for baseline in ("02.09", "05.10")]


def test_files_with_larger_pixels_than_the_sensor_has_are_told(tmp_path):
    product = made.sentinel2(tmp_path, "L2A")
    assert not any("missing" in note for note in read_product(str(product)).notes)
    next(product.rglob("*_B04_10m.jp2")).unlink()
    (note,) = [note for note in read_product(str(product)).notes if "missing" in note]
    assert note == "Of some bands the files with the sensor's own pixels are missing: B04 (60 m)."


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("level", "baseline"), SENTINEL)
def test_sentinel_2_of_both_levels_and_baselines_gives_the_same_numbers(tmp_path, level, baseline, zipped):
    product = made.sentinel2(tmp_path, level, baseline)
    found = values(made.zipped(product) if zipped else product, unit=SCALED)
    expected = np.stack([made.reflectance(band, 10) * 10_000 for band in ("B02", "B03", "B04")])
    np.testing.assert_array_equal(found, np.rint(expected))


@pytest.mark.parametrize(("collection", "level"), [(1, 1), (2, 1), (2, 2)])
def test_landsat_of_both_collections_and_levels_gives_the_same_reflectance(tmp_path, collection, level):
    product = made.landsat(tmp_path, collection, level)
    expected = np.stack([made.reflectance(band, 30) for band in made.LANDSAT])
    names = ("B2", "B3", "B4", "B8", "B11", "B12")  # as Sentinel-2 numbers them
    np.testing.assert_allclose(values(product, names), expected, atol=4e-5)
    archive = product.with_suffix(".tar")
    with tarfile.open(archive, "w") as file:
        for path in product.iterdir():
            file.add(path, path.name)
    np.testing.assert_array_equal(values(archive, names), values(product, names))


@pytest.mark.parametrize("make", [made.sentinel2, made.landsat])
def test_a_product_may_lie_deeper_in_folders_of_any_name(tmp_path, make):
    product = make(tmp_path / "Δορυφόρος 2023" / "as downloaded")
    plain = values(product)
    np.testing.assert_array_equal(values(product.parent), plain)
    for inside in ("", "some where/"):
        np.testing.assert_array_equal(values(made.zipped(product, inside)), plain)


def test_numbers_with_band_8_are_of_sentinel_2_though_nothing_else_says_so(tmp_path):
    panchromatic = ProductBand("B8", "b8.tif", names=("pan",))
    product = read_product(str(made.landsat(tmp_path)))
    product = dataclasses.replace(product, bands=(*product.bands, panchromatic))
    taken = [
        [product.bands[place - 1].name for place in model_bands(Input("image", tuple(map(Band, names))), product)]
        for names in (("B2", "B3", "B4", "B8"), ("B2", "B3", "B4", "B5"), ("B8",))
    ]
    assert taken == [["B2", "B3", "B4", "B5"], ["B2", "B3", "B4", "B5"], ["B8"]]


def test_bands_of_other_pixels_come_onto_the_finest_grid_of_those_that_are_taken(tmp_path):
    product = made.sentinel2(tmp_path)
    found = values(product, ("B4", "B12", "B1"))
    for band, array in zip((("B04", 10), ("B12", 20), ("B01", 60)), found):
        times = band[1] // 10
        np.testing.assert_allclose(array, np.kron(made.reflectance(*band), np.ones((times, times))), atol=1e-7)
    assert values(product, ("B5", "B12")).shape == (2, 12, 12)


def test_files_divided_by_semicolons_are_an_image_in_any_order(tmp_path):
    safe = made.sentinel2(tmp_path)
    files = [str(next(safe.rglob(f"*_{band}.jp2"))) for band in ("B12", "B04", "B03", "B02")]
    np.testing.assert_array_equal(values(";".join(files)), values(safe))
    again = made.sentinel2(tmp_path, baseline="05.10")  # processed again: the files' names do not tell of the offset
    files = [str(next(again.rglob(f"*_{band}.jp2"))) for band in ("B12", "B04", "B03", "B02")]
    np.testing.assert_array_equal(values(";".join(files)), values(safe))
    first, second = (made.write(tmp_path / name, np.full((4, 4), n, "uint8"), 10) for n, name in enumerate("ab"))
    plain = read_product(f"{first};{second}")
    assert model_bands(Input("image", (Band("vv"), Band("vh"))), plain) == (1, 2)  # no names: in their order


def test_the_date_in_names_of_the_agency_tells_of_an_offset(tmp_path):
    for day, offset in (("20160612T155522", 0), ("20230612T155522", 1000)):
        for band in ("B02", "B03", "B04", "B12"):
            numbers = np.rint(made.reflectance(band, 10) * 10_000 + offset).astype("uint16")
            made.write(tmp_path / day / f"T18SVG_{day}_{band}.jp2", numbers, 10)
    old, new = (values(tmp_path / day, unit=SCALED) for day in ("20160612T155522", "20230612T155522"))
    np.testing.assert_array_equal(old, new)
    assert "- 1000" in read_product(str(tmp_path / "20230612T155522")).notes[0]


def test_landsat_without_metadata_is_read_by_the_usual_gains_and_says_so(tmp_path):
    product = made.landsat(tmp_path, text=None)
    found = values(product)
    expected = np.stack([made.reflectance(band, 30) for band in ("B02", "B03", "B04")]) / 2  # sin 30°
    np.testing.assert_allclose(found, expected, atol=4e-5)
    assert "sun is not known" in read_product(str(product)).notes[0]


def test_planetscope_by_its_coefficients(tmp_path):
    import rasterio

    for name, scale in (("20230612_1_AnalyticMS.tif", 4e-5), ("20230612_1_AnalyticMS_SR.tif", 1e-4)):
        folder = tmp_path / name
        path = made.write(folder / name, np.full((4, 4), 1, "uint16"), 3)
        with rasterio.open(path, "w", **{**rasterio.open(path).profile, "count": 4}) as file:
            file.write(np.stack([np.full((4, 4), 1000 * n, "uint16") for n in (1, 2, 3, 4)]))
        parts = "".join(f"<reflectanceCoefficient>{scale}</reflectanceCoefficient>" for _ in range(4))
        (folder / "20230612_1_AnalyticMS_metadata.xml").write_text(f"<a>{parts}</a>")
        np.testing.assert_allclose(values(folder)[:, 0, 0], np.array([1, 2, 3]) * 1000 * scale, rtol=1e-5)


def test_what_is_one_raster_is_no_product(tmp_path):
    one = made.write(tmp_path / "a;b.tif", np.ones((4, 4), "uint8"), 10)
    (tmp_path / "empty").mkdir()
    for text in (str(one), "/vsicurl/https://x.org/a.tif", "https://x.org/a.tif", str(tmp_path / "empty"), "<VRT;/>"):
        assert not is_product(text) and product_at(text) is None


def _mixed(tmp_path):
    files = [made.write(tmp_path / f"T18SVG_{d}_{b}.jp2", np.ones((4, 4), "uint16"), 10)
             for d, b in (("20160612T155522", "B02"), ("20170612T155522", "B12"))]  # fmt: skip
    return ";".join(map(str, files))


def _doubled(tmp_path):
    safe = made.sentinel2(tmp_path)
    file = next(safe.rglob("*_B03.jp2"))
    (file.with_name("other_B03.jp2")).write_bytes(file.read_bytes())
    return safe


def _two(tmp_path):
    made.sentinel2(tmp_path)
    made.sentinel2(tmp_path, "L2A")
    return tmp_path


def _unknown(tmp_path):
    product = made.landsat(tmp_path)
    file = next(product.glob("*MTL.txt"))
    file.write_text(file.read_text().replace("LANDSAT_8", "LANDSAT_1"))
    return product


def _night(tmp_path):
    product = made.landsat(tmp_path)
    file = next(product.glob("*MTL.txt"))
    file.write_text(file.read_text().replace("SUN_ELEVATION = 30.0", "SUN_ELEVATION = -3"))
    return product


def _older_surface(tmp_path):
    product = made.landsat(tmp_path, 1)
    for file in product.glob("*_B?.TIF"):
        file.rename(file.with_name(file.name.replace("_B", "_sr_band").lower()))
    return product


def _another_day(tmp_path):
    safe = made.sentinel2(tmp_path)
    file = next(safe.rglob("*_B04.jp2"))
    file.rename(file.with_name(file.name.replace("20160612", "20160622")))
    return safe


def _two_tiles(tmp_path):
    safe = made.sentinel2(tmp_path)
    file = next(safe.rglob("*_B04.jp2"))
    other = safe / "GRANULE" / "L1_T18SVH_A1" / "IMG_DATA" / file.name.replace("T18SVG", "T18SVH")
    other.parent.mkdir(parents=True)
    other.write_bytes(file.read_bytes())
    return safe


def _broken_zip(tmp_path):
    path = tmp_path / "S2A_MSIL1C_x.zip"
    path.write_bytes(b"PK nothing")
    return path


ODD = {
    "no metadata": (lambda t: made.sentinel2(t, without=("metadata",)), "no MTD_MSIL1C.xml or MTD_MSIL2A.xml"),
    "broken metadata": (lambda t: made.sentinel2(t, text="<a"), "is not the metadata of a product"),
    "entities": (lambda t: made.sentinel2(t, text='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "a document type"),
    "no quantification": (lambda t: made.sentinel2(t, text="<a/>"), "QUANTIFICATION_VALUE in .* is not there"),
    "no offset": (lambda t: made.sentinel2(t, baseline="05.10", offset=0), "states no RADIO_ADD_OFFSET"),
    "no bands": (lambda t: made.sentinel2(t, without=made.BANDS), "has no images of bands"),
    "doubled": (_doubled, "has band B03 twice: "),
    "two tiles": (_two_tiles, "has band B04 twice: "),
    "a band of another day": (_another_day, "are of several dates: .* of 2016-06-12, .* of 2016-06-22"),
    "Collection 1, Level 2": (_older_surface, "surface reflectance of Collection 1"),
    "two levels": (_two, "scenes are not of one kind: .*L1C.* and .*L2A"),
    "several dates": (_mixed, "are of several dates: .* of 2016-06-12, .* of 2017-06-12"),
    "empty MTL": (lambda t: made.landsat(t, text=""), "has no lines of the form NAME = VALUE"),
    "MTL of no gains": (lambda t: made.landsat(t, text='SPACECRAFT_ID = "LANDSAT_8"'), "does not say SUN_ELEVATION"),
    "MTL of a fire": (lambda t: made.landsat(t, text="a = b"), "names no satellite .* has to be of Landsat 4 to 9"),
    "another satellite": (_unknown, "is of 'LANDSAT_1'"),
    "night": (_night, "below the horizon"),
    "no files": (lambda t: made.landsat(t, without=tuple(made.LANDSAT)), "none of the files of its bands"),
    "no archive": (_broken_zip, "cannot be opened as an archive"),
    "a file is missing": (lambda t: f"{made.landsat(t)};{t / 'b.tif'}", "There is no file .*b.tif"),
}


@pytest.mark.parametrize("case", ODD)
def test_a_sentence_for_each_odd_product(tmp_path, case):
    make, words = ODD[case]
    with pytest.raises(InputError, match=words):
        read_product(str(make(tmp_path)))


def test_a_band_that_is_missing_is_named(tmp_path):
    for product in (made.sentinel2(tmp_path, without=("B12",)), made.landsat(tmp_path, without=("B12",))):
        with pytest.raises(MismatchError, match=r"lacks B12 of the bands .* it has: "):
            model_bands(SIX, read_product(str(product)))


def test_files_that_do_not_lie_at_one_place_are_refused(tmp_path):
    made.write(tmp_path / "x_B04.tif", np.ones((4, 4), "uint16"), 10)
    import rasterio

    away = made.write(tmp_path / "x_B8A.tif", np.ones((4, 4), "uint16"), 10)
    with rasterio.open(away, "r+") as file:
        file.transform = rasterio.Affine(10, 0, 900_000, 0, -10, 4_200_000)
    with pytest.raises(InputError, match="does not lie where"):
        RasterSource({"s2": [Layer(str(tmp_path))]})


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((20480, 53248), {"cloud": True, "saturated": False, "shadow": False, "water": True}),
        ((2720, 2724), {"cloud": True, "saturated": True, "shadow": True, "water": False}),
    ],
)
def test_what_a_landsat_band_of_its_age_does_not_say_is_refused(tmp_path, numbers, words):
    """BQA of before the collections knows no saturation: asking for it was without effect."""
    product = made.landsat(tmp_path, 1, quality=np.resize(np.array(numbers, "uint16"), (8, 8)))
    for word, known in words.items():
        layer = Layer(str(product), (1,), quality=Quality((word,)))
        if known:
            with RasterSource({"l8": [layer]}) as source:
                source.read(Window(0, 0, 8, 8))
        else:
            with pytest.raises(InputError, match=f"does not say where {word} is"), RasterSource({"l8": [layer]}):
                pass
