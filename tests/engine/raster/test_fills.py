"""Which numbers stand for nothing where a raster does not say so."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.raster.fills import filling_classes, filling_numbers


@pytest.mark.parametrize(("found", "known", "expected"), [
    ((0, 255), (), ()),  # a mask
    ((1, 255), (), ()),
    ((0, 1, 255), (), (255,)),
    ((1, 2, 255), (), (255,)),
    ((11, 21, 95, 255), (), (255,)),
    ((*range(200), 255), (), (255,)),
    ((0, 128, 255), (), ()),  # grey levels
    ((0, 85, 170, 255), (), ()),
    ((1, 2, 255), (255,), ()),
    ((1, 2, 65_535), (), (65_535,)),
    ((1, 2, 4_294_967_295), (), (4_294_967_295,)),
    ((-9999, 1), (), (-9999,)),
    ((-32_768, -9999, 1, 2, 255), (), (-32_768, -9999, 255)),
    ((-1, 0, 1), (), ()),  # loss, none, gain
    ((-9999, 1, 2), (-9999,), ()),
    ((1, 2, 3.4e38), (), (3.4e38,)),
    ((), (), ()),
])  # fmt: skip
def test_classes(found, known, expected):
    assert filling_classes(found, known) == expected


def test_numbers():
    assert filling_numbers((-9999, -999, -1, 0.5, 255, 65_535, -3.4e38)) == (-3.4e38, -9999)
