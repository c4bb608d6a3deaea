"""Landsat's bands by their names, or in order."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.cards.landsat import landsat_bands
from rsdl_qgis.engine.errors import InputError


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["B1", "B2", "B3", "B4", "B5", "B6", "B7"], ((1, 2, 3, 4, 5, 6, 7), True)),
        (["B7", "B6", "B5", "B4", "B3", "B2", "B1"], ((7, 6, 5, 4, 3, 2, 1), True)),
        (["B10", "B11", *(f"B{n}" for n in range(1, 10))], ((3, 4, 5, 6, 7, 8, 9), True)),
        (["coastal", "blue", "green", "red", "nir", "swir1", "swir2"], ((1, 2, 3, 4, 5, 6, 7), True)),
        (
            [f"LC08_L1TP_224078_20200904_20200917_02_T1_B{n}" for n in (2, 1, 3, 4, 5, 7, 6)],
            ((2, 1, 3, 4, 5, 7, 6), True),
        ),
        ([f"band {n}" for n in range(1, 12)], ((1, 2, 3, 4, 5, 6, 7), True)),
        ([""] * 7, ((1, 2, 3, 4, 5, 6, 7), False)),
        ([""] * 11, ((1, 2, 3, 4, 5, 6, 7), False)),
    ],
)
def test_by_name_or_in_order(texts, expected):
    assert landsat_bands(texts) == expected


def test_too_few():
    with pytest.raises(InputError, match=r"2 band\(s\) are given: B1, band 2"):
        landsat_bands(["B1", ""])
