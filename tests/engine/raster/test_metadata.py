"""What raster files say of themselves."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.metadata import read_metadata


def test_metadata_of_a_file_and_its_bands(raster_file):
    path = raster_file("a.tif", np.ones((2, 3, 4), "uint16"), names=("NDVI 2013-09-14",))
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (1e-4, 1.0), (-0.5, 0.0)
        file.update_tags(TIFFTAG_DATETIME="2020:01:05 00:00:00")
        file.update_tags(ns="IMAGERY", ACQUISITIONDATETIME="2013-09-14 10:00:00")
        file.update_tags(2, RANGEBEGINNINGDATE="2013-09-30")
    found = read_metadata(str(path))
    assert found.tags["TIFFTAG_DATETIME"] == "2020:01:05 00:00:00"
    assert found.tags["ACQUISITIONDATETIME"] == "2013-09-14 10:00:00"
    assert found.band_tags[1]["RANGEBEGINNINGDATE"] == "2013-09-30" and not found.band_tags[0]
    assert found.descriptions == ("NDVI 2013-09-14", "") and found.dtypes == ("uint16", "uint16")
    assert found.scales == (1e-4, 1.0) and found.offsets == (-0.5, 0.0)


def test_what_is_no_raster_is_refused(tmp_path):
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(InputError, match="cannot be opened as a raster"):
        read_metadata(str(tmp_path / "text.tif"))
