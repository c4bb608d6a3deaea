"""Bands by colour interpretation and palette, scales, orientation and nodata, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer, QgsRasterRange

RED = np.add.outer(np.arange(40) * 4.0, np.arange(50))  # 0..205; the model 'web' calls more than 100 bright
PLANES = {"red": RED, "green": RED * 0 + 7, "blue": RED * 0 + 200, "other": RED * 0 + 250}
KINDS = {"red": gdal.GCI_RedBand, "green": gdal.GCI_GreenBand, "blue": gdal.GCI_BlueBand, "other": gdal.GCI_Undefined}


@pytest.fixture
def shown(tmp_path, write_raster):
    """A raster whose bands are known by their colour interpretation alone."""

    def shown(*names):
        path = write_raster(tmp_path / f"{'-'.join(names)}.tif", [PLANES[name] for name in names], kind=gdal.GDT_Byte)
        file = gdal.Open(path, gdal.GA_Update)
        for number, name in enumerate(names, 1):
            file.GetRasterBand(number).SetColorInterpretation(KINDS[name])
        return path

    return shown


@pytest.fixture
def mapped(run, known_models, tmp_path, read_raster):
    """The map that the model 'web' makes."""

    def mapped(layer, feedback=None, **given):
        out = str(tmp_path / "out.tif")
        results, _ = run("semanticsegmentation", {"INPUT": layer, "MODEL": "web", "OUTPUT": out, **given}, feedback)
        return read_raster(results["OUTPUT"])

    return mapped


@pytest.mark.parametrize(
    "names", [("blue", "green", "red"), ("red", "green", "blue", "other"), ("other", "green", "blue", "red")]
)
def test_what_a_band_shows_decides_before_its_place(mapped, shown, names, feedback):
    np.testing.assert_array_equal(mapped(shown(*names), feedback), RED > 100)
    assert "other names" not in feedback.text()


def test_a_palette_gives_its_colours_and_its_numbers_are_refused(mapped, refusal, tmp_path, write_raster, known_models):
    path = write_raster(tmp_path / "palette.tif", [255 - RED], kind=gdal.GDT_Byte)
    file = gdal.Open(path, gdal.GA_Update)
    table = gdal.ColorTable()
    for value in range(256):
        table.SetColorEntry(value, (255 - value, 9, 9, 255))
    file.GetRasterBand(1).SetColorTable(table)
    del file
    np.testing.assert_array_equal(mapped(path), RED > 100)
    given = {"INPUT": path, "MODEL": "web", "BANDS": [1, 1, 1], "OUTPUT": str(tmp_path / "no.tif")}
    assert "holds palette indices" in refusal("semanticsegmentation", given)


def test_a_scaled_layer_gives_one_map_read_directly_and_copied(mapped, tmp_path, write_raster):
    planes = [PLANES[name] * 10 for name in ("red", "green", "blue")]
    path = write_raster(tmp_path / "scaled.tif", planes, kind=gdal.GDT_Int16, descriptions=("Red", "Green", "Blue"))
    file = gdal.Open(path, gdal.GA_Update)
    for number in (1, 2, 3):
        file.GetRasterBand(number).SetScale(0.1)
    del file
    direct = mapped(QgsRasterLayer(path, "direct"))
    np.testing.assert_array_equal(direct, RED > 100)
    copied = QgsRasterLayer(path, "copied")
    copied.dataProvider().setUserNoDataValue(1, [QgsRasterRange(3, 3), QgsRasterRange(5, 5)])
    expected = np.where(np.isin(RED, (3, 5)), 255, direct)
    np.testing.assert_array_equal(mapped(copied), expected)
    np.testing.assert_array_equal(mapped(copied, NODATA=1010), np.where(RED == 101, 255, expected))
    np.testing.assert_array_equal(mapped(path, NODATA=1010), np.where(RED == 101, 255, direct))


def test_a_south_up_raster_is_mapped_north_up(mapped, tmp_path, write_raster):
    planes = [PLANES[name][::-1] for name in ("red", "green", "blue")]
    path = write_raster(tmp_path / "s.tif", planes, descriptions=("Red", "Green", "Blue"))
    file = gdal.Open(path, gdal.GA_Update)
    left, x, _, top, _, y = file.GetGeoTransform()
    file.SetGeoTransform((left, x, 0, top + y * 40, 0, -y))
    del file
    np.testing.assert_array_equal(mapped(path), RED > 100)
    assert gdal.Open(str(tmp_path / "out.tif")).GetGeoTransform() == (left, x, 0, top, 0, y)


def test_a_black_border_is_told_of_and_taken_out(mapped, shown, tmp_path, make_feedback):
    path = shown("red", "green", "blue")
    file = gdal.Open(path, gdal.GA_Update)
    for number in (1, 2, 3):
        file.GetRasterBand(number).WriteArray(np.zeros((40, 20), "uint8"), 30, 0)
    del file
    border, silent = make_feedback(), make_feedback()
    mapped(path, border)
    assert "40% of the pixels that count as valid are 0 in all bands" in border.text() and "NODATA=0" in border.text()
    made = mapped(path, silent, NODATA=0)
    assert (made[:, 30:] == 255).all() and "are 0 in all bands" not in silent.text()
    np.testing.assert_array_equal(made[1:, :30], (RED > 100)[1:, :30])


def test_bands_as_a_text(mapped, refusal, shown, tmp_path):
    """However they are parted, and what is no band is told as the parameter's."""
    path = shown("other", "green", "blue", "red")
    for text in ("4,2,3", "4;2;3", " 4, 2, 3 "):
        np.testing.assert_array_equal(mapped(path, BANDS=text), RED > 100)
    given = {"INPUT": path, "MODEL": "web", "OUTPUT": str(tmp_path / "no.tif")}
    for text, number in (("0;1;2", 0), ("-1;1;2", -1), ("red;1;2", 0)):
        assert f"BANDS names band {number}" in refusal("semanticsegmentation", {**given, "BANDS": text})
