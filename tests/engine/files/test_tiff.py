"""Tags of TIFF files, against what GDAL wrote, and files that are cut or none."""

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.files.tiff import read_tags

TAGS = (256, 257, 277, 42112)


@pytest.mark.parametrize(
    "options", [{}, {"bigtiff": "YES"}, {"endianness": "BIG"}, {"endianness": "BIG", "bigtiff": "YES"}]
)
def test_tags_are_those_that_were_written(tmp_path, options):
    path = tmp_path / "a.tif"
    place = {"crs": "EPSG:32634", "transform": rasterio.Affine(10, 0, 5e5, 0, -10, 4e6)}
    with rasterio.open(path, "w", "GTiff", 7, 5, 2, dtype="int16", **place, **options) as file:
        file.write(np.zeros((2, 5, 7), "int16"))
        file.set_band_description(2, "near infrared")
    tags = read_tags(path, TAGS)
    assert [tags[tag] for tag in TAGS[:3]] == [(7,), (5,), (2,)]
    assert b'sample="1" role="description">near infrared<' in tags[42112]
    assert read_tags(path, (256,)) == {256: (7,)}
    whole = path.read_bytes()
    for size in (0, 1, 3, 7, 9, 30):
        path.write_bytes(whole[:size])
        assert read_tags(path, TAGS) == {}
    for text in (b"PK\3\4" + whole, b"II*\0" + b"\xff" * 60, b"II+\0" + b"\xff" * 60):
        path.write_bytes(text)
        assert read_tags(path, TAGS) == {}
    assert read_tags(tmp_path / "nothing.tif", TAGS) == {}
