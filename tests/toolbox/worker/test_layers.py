"""How layers reach the worker: paths as they are, what only QGIS knows of them, and copies of all the
rest.
"""

from __future__ import annotations

import shutil
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingException,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
)

from rsdl_qgis.toolbox.worker.layers import PreparedRaster, RasterUse, colours, data_bands, is_paletted, needs_extent

DATA = np.arange(12 * 10, dtype=float).reshape(12, 10)


@pytest.fixture
def spec(tmp_path, feedback):
    """What the job says of a layer."""
    folder = tmp_path / "job"
    folder.mkdir()

    def spec(layer, bands=(1,), extent=None, resolution=None, nodata=None, palette=False):
        assert layer.isValid()
        use = RasterUse("INPUT", layer, tuple(bands), palette=palette)
        return PreparedRaster(use, nodata).spec(folder, extent, resolution, feedback)

    return spec


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [DATA, DATA + 1000], descriptions=("B4", "B8: near infrared"))


def test_file_is_handed_over(spec, image):
    assert spec(QgsRasterLayer(image, "x"), (2, 1)) == {"path": image, "bands": [2, 1], "nodata": None}


def test_subdataset_archive_and_vrt_are_handed_over(spec, image, tmp_path):
    package = tmp_path / "p.gpkg"
    byte = gdal.Translate("", image, format="MEM", outputType=gdal.GDT_Byte, bandList=[1])
    gdal.GetDriverByName("GPKG").CreateCopy(str(package), byte, options=["RASTER_TABLE=first"]).FlushCache()
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(image, "image.tif")
    gdal.BuildVRT(str(tmp_path / "v.vrt"), [image]).FlushCache()
    paths = (f"GPKG:{package}:first", f"/vsizip/{tmp_path / 'z.zip'}/image.tif", str(tmp_path / "v.vrt"))
    for path in paths:
        assert spec(QgsRasterLayer(path, "x"))["path"] == path


def test_relative_path_becomes_absolute(spec, image, monkeypatch):
    monkeypatch.chdir(Path(image).parent)
    assert spec(QgsRasterLayer("image.tif", "x"))["path"] == image


def test_own_nodata_of_each_band(spec, image):
    layer = QgsRasterLayer(image, "x")
    layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(1007, 1007)])
    assert spec(layer, (2, 1))["nodata"] == [1007, None]


def test_nodata_range_is_honoured(spec, image):
    layer = QgsRasterLayer(image, "x")
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(20, 30)])
    result = spec(layer)
    values, nodata = gdal.Open(result["path"]).ReadAsArray(), result["nodata"][0]
    inside = (DATA >= 20) & (DATA <= 30)
    np.testing.assert_array_equal(values == nodata, inside)
    np.testing.assert_array_equal(values[~inside], DATA[~inside])


def test_a_nodata_value_for_the_run_is_added(spec, image, tmp_path, write_raster):
    layer = QgsRasterLayer(image, "x")
    assert spec(layer, (1, 2), nodata=0.0) == {"path": image, "bands": [1, 2], "nodata": [0.0, 0.0]}
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(7, 7)])  # both are, which only QGIS's reading can do
    result = spec(layer, nodata=9.0)
    values, known = gdal.Open(result["path"]).ReadAsArray(), result["nodata"][0]
    np.testing.assert_array_equal(values == known, (DATA == 7) | (DATA == 9))
    assert spec(layer, nodata=7.0) == {"path": image, "bands": [1], "nodata": [7.0]}


def test_the_nodata_of_a_run_is_found_in_numbers_of_32_bits(spec, tmp_path, write_raster):
    layer = QgsRasterLayer(write_raster(tmp_path / "f.tif", [DATA / 10], kind=gdal.GDT_Float32), "x")
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(5, 6)])
    result = spec(layer, nodata=0.1)
    values = gdal.Open(result["path"]).ReadAsArray()
    inside = (DATA == 1) | ((DATA >= 50) & (DATA <= 60))
    np.testing.assert_array_equal(values == np.float32(result["nodata"][0]), inside)


@pytest.fixture
def scaled(tmp_path, write_raster):
    """A raster that states a scale and an offset, with nodata 17: values 5 to 16.9."""
    path = write_raster(tmp_path / "scaled.tif", [DATA], kind=gdal.GDT_Int16, nodata=17)
    file = gdal.Open(path, gdal.GA_Update)
    file.GetRasterBand(1).SetScale(0.1)
    file.GetRasterBand(1).SetOffset(5)
    return path


def test_a_scaled_layer_is_handed_over_or_copied_as_its_values(spec, scaled):
    layer = QgsRasterLayer(scaled, "x")
    assert spec(layer, nodata=3.0) == {"path": scaled, "bands": [1], "nodata": [3.0]}
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(6, 6)])  # a value: the stored number is 10
    result = spec(layer, nodata=3.0)
    file = gdal.Open(result["path"])
    values = file.ReadAsArray()
    empty = np.isin(DATA, (3, 10, 17))
    assert result["nodata"] is None and file.GetRasterBand(1).GetScale() in (None, 1)
    np.testing.assert_array_equal(np.isnan(values), empty)
    np.testing.assert_array_equal(values[~empty], (DATA * 0.1 + 5).astype("float32")[~empty])


def test_what_the_worker_s_gdal_cannot_open_is_copied(spec, image, monkeypatch):
    assert spec(QgsRasterLayer(image, "x"))["path"] == image
    monkeypatch.setattr("rsdl_qgis.toolbox.worker.layers.FORMATS", frozenset({"VRT"}))
    copied = spec(QgsRasterLayer(image, "x"))["path"]
    assert copied != image
    np.testing.assert_array_equal(gdal.Open(copied).ReadAsArray(), DATA)


def test_a_virtual_raster_of_such_files_is_copied(spec, image, tmp_path, monkeypatch):
    gdal.BuildVRT(str(tmp_path / "v.vrt"), [image]).FlushCache()
    monkeypatch.setattr("rsdl_qgis.toolbox.worker.layers.FORMATS", frozenset({"VRT"}))
    assert spec(QgsRasterLayer(str(tmp_path / "v.vrt"), "x"))["path"] != str(tmp_path / "v.vrt")


def test_a_raster_placed_by_control_points_is_copied_as_it_is_shown(spec, image, tmp_path):
    corners = [(0, 0), (9, 0), (0, 11), (9, 11)]
    points = [gdal.GCP(500_000 + 10 * x, 4_600_000 - 10 * y, 0, x, y) for x, y in corners]
    placed = str(tmp_path / "points.tif")
    gdal.Translate(placed, image, GCPs=points, outputSRS="EPSG:32634", bandList=[1]).FlushCache()
    layer = QgsRasterLayer(placed, "x")
    result = spec(layer)
    assert result["path"] != placed
    assert gdal.Open(result["path"]).GetGeoTransform()[5] < 0


def test_a_palette_is_handed_over_and_copied_with_its_colours(spec, tmp_path, write_raster):
    path = write_raster(tmp_path / "p.tif", [DATA], kind=gdal.GDT_Byte)
    file = gdal.Open(path, gdal.GA_Update)
    table = gdal.ColorTable()
    for value in range(256):
        table.SetColorEntry(value, (value, 255 - value, 7, 255))
    file.GetRasterBand(1).SetColorTable(table)
    del file
    layer = QgsRasterLayer(path, "x")
    assert is_paletted(layer) and colours(layer) == [""]
    plain = {"path": path, "bands": [3, 1], "nodata": None, "palette": True}
    assert spec(layer, (3, 1), palette=True) == plain
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(20, 30)])
    result = spec(layer, (3, 1), palette=True)
    assert (result["bands"], result["palette"], len(result["nodata"])) == ([3, 1], True, 1)
    copied = gdal.Open(result["path"])
    assert copied.GetRasterBand(1).GetColorTable().GetColorEntry(40)[:3] == (40, 215, 7)


def test_ignored_nodata(spec, tmp_path, write_raster):
    layer = QgsRasterLayer(write_raster(tmp_path / "n.tif", [DATA], nodata=5), "x")
    layer.dataProvider().setUseSourceNoDataValue(1, False)
    file = gdal.Open(spec(layer)["path"])
    assert file.GetRasterBand(1).GetNoDataValue() is None
    np.testing.assert_array_equal(file.ReadAsArray(), DATA)


def test_crs_that_the_person_set(spec, tmp_path, write_raster):
    path = write_raster(tmp_path / "none.tif", [DATA], epsg=None, nodata=3)
    layer = QgsRasterLayer(path, "x")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32635"))
    file = gdal.Open(spec(layer)["path"])
    assert file.GetSpatialRef().GetAuthorityCode(None) == "32635"
    assert file.GetGeoTransform() == gdal.Open(path).GetGeoTransform()
    assert file.GetRasterBand(1).GetNoDataValue() == 3


def test_open_options_are_kept(spec, image):
    gdal.Open(image, gdal.GA_Update).BuildOverviews("AVERAGE", [2])
    layer = QgsRasterLayer(image + "|option:OVERVIEW_LEVEL=0", "x")
    file = gdal.Open(spec(layer)["path"])
    assert (file.RasterXSize, file.RasterYSize) == (5, 6)


def test_memory_file_is_copied(spec, image):
    """/vsimem/ belongs to this process; another cannot see it."""
    gdal.Translate("/vsimem/image.tif", image)
    layer = QgsRasterLayer("/vsimem/image.tif", "x")
    result = spec(layer, (2, 1), QgsRectangle(500_020, 4_599_900, 500_080, 4_599_960))
    file = gdal.Open(result["path"])
    assert result["bands"] == [1, 2]
    assert file.GetGeoTransform() == (500_020, 10, 0, 4_599_960, 0, -10)
    np.testing.assert_array_equal(file.ReadAsArray(), [DATA[4:10, 2:8] + 1000, DATA[4:10, 2:8]])
    assert [file.GetRasterBand(i).GetDescription() for i in (1, 2)] == ["B8: near infrared", "B4"]
    del layer
    gdal.Unlink("/vsimem/image.tif")


def test_virtual_raster_is_copied_over_many_blocks(spec, tmp_path, write_raster, monkeypatch):
    monkeypatch.setattr("rsdl_qgis.toolbox.worker.render.BLOCK", 7)
    gdal.Translate("/vsimem/large.tif", write_raster(tmp_path / "i.tif", [DATA], nodata=17))
    result = spec(QgsRasterLayer("/vsimem/large.tif", "x"))
    assert result["nodata"] == [17]
    np.testing.assert_array_equal(gdal.Open(result["path"]).ReadAsArray(), DATA)
    gdal.Unlink("/vsimem/large.tif")


def test_copy_can_be_cancelled(image, tmp_path, feedback):
    gdal.Translate("/vsimem/c.tif", image)
    prepared = PreparedRaster(RasterUse("INPUT", QgsRasterLayer("/vsimem/c.tif", "x"), (1,)))
    feedback.cancel()
    with pytest.raises(QgsProcessingException, match="cancelled"):
        prepared.spec(tmp_path, None, None, feedback)


def test_area_beside_the_layer(image, tmp_path, feedback):
    gdal.Translate("/vsimem/b.tif", image)
    prepared = PreparedRaster(RasterUse("INPUT", QgsRasterLayer("/vsimem/b.tif", "layer b"), (1,)))
    with pytest.raises(QgsProcessingException, match="does not touch the layer 'layer b'"):
        prepared.spec(tmp_path, QgsRectangle(0, 0, 10, 10), None, feedback)


def test_full_disk_is_said_before_copying(image, tmp_path, feedback, monkeypatch):
    gdal.Translate("/vsimem/f.tif", image)
    prepared = PreparedRaster(RasterUse("INPUT", QgsRasterLayer("/vsimem/f.tif", "x"), (1,)))
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(QgsProcessingException, match="more than is free"):
        prepared.spec(tmp_path, None, None, feedback)


@pytest.fixture(params=["exceptions", "none"])
def gdal_errors(request, monkeypatch):
    """GDAL raises exceptions or gives None, as QGIS's release will have it."""

    def quiet(call):
        def called(*given, **named):
            with suppress(RuntimeError):
                return call(*given, **named)

        return called

    if request.param == "none":  # they can be switched off only where nothing else has been switched on since
        monkeypatch.setattr(gdal, "OpenEx", quiet(gdal.OpenEx))
        monkeypatch.setattr(gdal.Driver, "Create", quiet(gdal.Driver.Create))


@pytest.mark.usefixtures("gdal_errors")
def test_a_copy_that_cannot_be_made_is_a_sentence(image, tmp_path, feedback):
    changed = QgsRasterLayer(image, "x")
    changed.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    memory = gdal.GetDriverByName("MEM").CreateCopy("", gdal.Open(image))
    gdal.GetDriverByName("GTiff").CreateCopy("/vsimem/m.tif", memory).FlushCache()
    folder = tmp_path / "job"
    (folder / "layer1.tif").mkdir(parents=True)
    prepared = [PreparedRaster(RasterUse("INPUT", layer, (1,))) for layer in (changed, QgsRasterLayer("/vsimem/m.tif"))]
    Path(image).unlink()
    for one, name in zip(prepared, ("layer1.vrt", "layer1.tif")):
        with pytest.raises(QgsProcessingException, match=rf"copy .*{name} cannot be created: "):
            one.spec(folder, None, None, feedback)
    gdal.Unlink("/vsimem/m.tif")


def test_bands_and_their_names(image, tmp_path, write_raster):
    assert data_bands(QgsRasterLayer(image, "x")) == [(1, "B4"), (2, "B8: near infrared")]
    rgba = write_raster(tmp_path / "rgba.tif", [DATA] * 4, kind=gdal.GDT_Byte, options=["ALPHA=YES", "PHOTOMETRIC=RGB"])
    assert [number for number, _ in data_bands(QgsRasterLayer(rgba, "x"))] == [1, 2, 3]


def test_only_web_maps_need_an_area(image):
    url = "type=xyz&url=http://127.0.0.1:9/{z}/{x}/{y}.png&zmin=0&zmax=14"
    assert needs_extent(QgsRasterLayer(url, "x", "wms"))
    assert not needs_extent(QgsRasterLayer(image, "x"))
