"""Which band of a raster is red, near infrared and so on."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.cards.spectral import found_bands, sensor_of
from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.tables.indices import INDICES, parsed

SENTINEL = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"]
LANDSAT = ["SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7", "ST_B10"]


@pytest.mark.parametrize(
    ("descriptions", "sensor", "names", "found"),
    [
        (SENTINEL, "auto", ("green", "red", "nir", "swir1", "swir2"), (3, 4, 8, 12, 13)),
        (LANDSAT, "auto", ("green", "red", "nir", "swir1", "swir2"), (3, 4, 5, 6, 7)),
        (["B1", "B2", "B3", "B4", "B5", "B7"], "landsat-5", ("green", "nir", "swir2"), (2, 4, 6)),
        (["Near Infrared", "Red", "SWIR 1"], "auto", ("nir", "red", "swir1"), (1, 2, 3)),
        (["Band 8A: narrow NIR", "Band 8: NIR", "Band 12: SWIR 2"], "auto", ("nir", "swir2"), (2, 3)),
        (["", "", ""], "auto", ("band3", "band_1"), (3, 1)),
        (["Sigma0_VV_db", "Sigma0_VH_db"], "auto", ("VH",), (2,)),
    ],
)
def test_finds_bands(descriptions, sensor, names, found):
    assert found_bands(names, descriptions, sensor) == found


@pytest.mark.parametrize(
    ("descriptions", "name", "words"),
    [
        (["B3", "B5"], "nir", ["nir", "B3, B5", "SENSOR"]),  # near infrared of Landsat 8, or red edge of Sentinel-2
        ([*SENTINEL[:8], "B12"], "swir1", ["swir1", "sentinel-2"]),
        (["", "red"], "B8", ["B8", "band 1, red"]),
        (["red"], "band2", ["band 2", "1"]),
    ],
)
def test_says_which_band_is_missing(descriptions, name, words):
    with pytest.raises(MismatchError) as caught:
        found_bands((name,), descriptions)
    assert all(word in str(caught.value) for word in words)


def test_numbers_alone_may_not_tell_the_sensor():
    assert sensor_of(["B3", "B4", "B5"]) == ""


@pytest.mark.parametrize("name", INDICES)
def test_every_index_can_be_read(name):
    expression, index = parsed(name), INDICES[name]
    assert set(expression.of("before")) == (set(expression.of("after")) if name[0] == "d" or name == "RBR" else set())
    assert set(expression.of("after")) <= {"blue", "green", "red", "rededge", "nir", "swir1", "swir2"}
    assert index.title
    assert index.source
    assert len(set(index.classes)) == 2
