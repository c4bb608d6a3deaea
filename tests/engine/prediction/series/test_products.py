"""Series of products: dates and bands by their metadata, reflectance in the model's unit, clouds as missing dates."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.errors import InputError, MismatchError

from ...products import made
from .greatest import DATES, Heard, classes, run

RED_NIR = (Band("B4"), Band("B8"))
SIDE = 24
TURNS = np.arange(SIDE * SIDE).reshape(SIDE, SIDE) // 7 % 3  # the date that is brightest in each pixel


def products(folder, dates=DATES, **changes):
    """Products of the dates, each brighter by 500 (of reflectance x 10,000) where it is its turn, latest first."""
    found = []
    for turn, date in reversed(list(enumerate(dates))):
        bright = np.where(turn == TURNS, 500, 0)
        own = {name: value[turn] for name, value in changes.items()}
        path = made.sentinel2(
            folder, "L2A", ("02.09", "05.10", "04.00")[turn], day=date.replace("-", ""), brighter={"B08": bright}, **own
        )
        found.append({"path": str(path)})
    return found


def card_input(**changes):
    return Input("s2", RED_NIR, DATES, role="sentinel-2", **changes)


@pytest.mark.parametrize("divisor", [1.0, 10_000.0])
def test_products_are_dates_whatever_their_order_and_baseline(greatest, tmp_path, divisor):
    report = Heard()
    model = greatest(card_input(scaling=Scaling("linear", divisor=divisor)))
    result = run(model, products(tmp_path), tmp_path, report)
    assert np.array_equal(classes(result["output"]), TURNS + 1) and not report.warnings()


def test_reflectance_comes_in_the_unit_of_the_model(greatest, tmp_path):
    # 500 of 10,000 is 0.05 for a model that was trained on reflectance: its mean tells.
    mean = ((0.13, 0.17),) * 3
    scaling = Scaling("linear", mean=mean, std=((0.02, 0.02),) * 3)
    report = Heard()
    result = run(greatest(card_input(scaling=scaling)), products(tmp_path), tmp_path, report)
    assert np.array_equal(classes(result["output"]), TURNS + 1) and not report.warnings()


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_date_may_be_a_mosaic_in_the_order_that_is_asked_for(greatest, tmp_path, order):
    first, *others = reversed(products(tmp_path))
    dark = made.sentinel2(tmp_path, "L2A", day="20000101", brighter={"B08": -500})
    mosaic = {"path": f"{first['path']};{dark}", "date": DATES[0], "order": order}
    run(greatest(card_input()), [mosaic, *others], tmp_path)
    found = classes(tmp_path / "map.tif")
    assert (found[TURNS == 0] == 1).all() == (order == "newest") and (found[TURNS == 1] == 2).all()


def test_what_the_quality_band_marks_is_a_missing_date(greatest, tmp_path):
    cloud = np.zeros((3, 12, 12), "uint8")
    cloud[1, :6] = 9
    cloud[:, 11] = 9  # no clear date
    layers = products(tmp_path, scl=np.where(cloud == 9, cloud, 4).astype("uint8"))
    result = run(greatest(card_input()), [{**one, "quality": {"words": ["cloud"]}} for one in layers], tmp_path)
    expected = np.where((TURNS == 1) & (np.arange(SIDE) < 12)[:, None], 1, TURNS + 1)
    expected[22:] = 255
    assert np.array_equal(classes(result["output"])[12:], expected[12:])
    hidden = classes(result["output"])[:12]
    assert not (hidden == 2).any() and np.array_equal(hidden[TURNS[:12] != 1], expected[:12][TURNS[:12] != 1])


def test_bands_of_another_sensor_are_found_by_what_they_show(greatest, tmp_path):
    first = made.landsat(tmp_path)  # of 2016-06-12
    item = Input("s2", RED_NIR, ("2016-05-01", "2016-06-12", "2016-07-20"), role="sentinel-2")
    days = ("20160501", "20160720")
    others = [made.sentinel2(tmp_path, day=day, brighter={"B08": -1000}) for day in days]
    layers = [{"path": str(path)} for path in (first, *others)]
    result = run(greatest(item), layers, tmp_path)
    assert (classes(result["output"]) == 2).all()


@pytest.mark.parametrize(
    ("change", "given", "kind", "words"),
    [
        ({"without": [(), ("B04",), ()]}, {}, MismatchError, "lacks B4"),
        ({}, {"layout": "variables"}, MismatchError, "a product is of one date"),
        ({"without": [(), (), ("metadata",)]}, {}, InputError, "has no MTD_MSIL1C.xml or MTD_MSIL2A.xml"),
        ({"quality": True}, {}, InputError, "has no quality band"),
    ],
)
def test_odd_products_are_refused_with_a_sentence(greatest, tmp_path, change, given, kind, words):
    quality = {"quality": {"words": ["cloud"]}} if change.pop("quality", False) else {}
    layers = [{**one, **quality} for one in products(tmp_path, **change)]
    with pytest.raises(kind, match=words):
        run(greatest(card_input()), layers, tmp_path, **given)
