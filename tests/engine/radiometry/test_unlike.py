"""Values that are unlike those of training, and what would make them so; pixels that are 0 in all bands."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.radiometry.unlike import blank_fraction, findings, scale_text
from rsdl_qgis.engine.raster.source import LayerInfo

MEAN, STD = (800.0, 1100.0, 1400.0, 2600.0, 2100.0), (400.0, 500.0, 750.0, 700.0, 900.0)
BANDS = tuple(Band(name) for name in ("B2", "B3", "B4", "B8", "B12"))
REFLECTANCE = Input("s2", BANDS, role="sentinel-2", scaling=Scaling(mean=(MEAN,), std=(STD,)))


def scene(seed=0, spread=0.6, dates=1):
    """Reflectances in ten-thousandths: (T, 5, 60, 60), dark pixels among them."""
    random = np.random.default_rng(seed)
    shape = np.array(MEAN)[:, None, None], np.array(STD)[:, None, None]
    return np.ma.MaskedArray(
        (shape[0] + spread * shape[1] * random.normal(size=(dates, 5, 60, 60))).clip(50, None).round()
    )


def said(item, values, **given):
    return [finding.text + " " + finding.remedy for finding in findings(item, "fires", values, **given)]


def test_what_is_like_training_is_not_reported():
    assert said(REFLECTANCE, scene()) == []
    assert said(REFLECTANCE, scene(spread=0.1)) == []
    dark = scene() - 600 + 0
    assert said(REFLECTANCE, np.ma.maximum(dark, 20)) == []
    plain = Input("s2", BANDS, scaling=Scaling())
    assert said(plain, scene() * 1e6) == []
    assert said(REFLECTANCE, np.ma.masked_all((1, 5, 9, 9))) == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda a: (a / 4000 * 255).clip(0, 255).round(), "8-bit image"),
        (lambda a: a / 10_000, "multiplied by 10000"),
        (lambda a: a * 10, "multiplied by 0.1"),
        (lambda a: a + 1000, "subtract 1000"),
        (lambda a: a - 1000, "add 1000"),
        (lambda a: a[:, ::-1], "B12 as B2, B8 as B3, B3 as B8 and B2 as B12"),
    ],
)
def test_the_usual_causes_are_named(change, text):
    found = said(REFLECTANCE, change(scene()))
    assert len(found) == 1 and text in found[0]


def test_bands_of_a_product_are_in_order():
    (found,) = said(REFLECTANCE, scene()[:, ::-1], in_order=True)
    assert "another order" not in found and "top of the atmosphere" in found
    (found,) = said(REFLECTANCE, scene() / 10_000, in_order=True)
    assert "multiplied by 10000" in found


def test_every_band_is_looked_at():
    values = scene()
    values[:, 2] = 0
    (found,) = said(REFLECTANCE, values)
    assert found.startswith("The values of B4 go from 0 to 0, and model 'fires' was trained on values around 1400")
    values = scene()
    values[:, 4] *= 100
    (found,) = said(REFLECTANCE, values)
    assert found.startswith("The values of B12 go") and "multiplied by 0.01" in found


def test_every_date_is_looked_at():
    pair = Input("s2", BANDS, ("before", "after"), "sentinel-2", Scaling(mean=(MEAN, MEAN), std=(STD, STD)))
    both = scene(dates=2)
    assert said(pair, both) == []
    both[1] += 1000
    assert "pixels of after are about 1000" in said(pair, both)[0]
    both = scene(dates=2)
    both[0] = (both[0] / 20).clip(0, 255).round()
    assert "8-bit image" in said(pair, both)[0]


def test_the_offset_is_sentinel_2s_alone():
    other = Input("image", tuple(Band(f"band {i}") for i in range(5)), scaling=REFLECTANCE.scaling)
    assert not any("Sentinel-2" in text for text in said(other, scene() + 1000))
    pooled = Input("s2", BANDS, ("before", "after"), "sentinel-2", Scaling("robust", pooled=True))
    both = scene(dates=2)
    assert said(pooled, both) == []
    both[1] += 1000
    assert "darkest pixels of after are about 1000 in every band, those of before are not" in said(pooled, both)[0]


def test_a_model_of_stored_numbers_is_recognised_from_the_files_scale():
    stated = np.full((1, 5), 1e-4), np.full((1, 5), -0.1)
    (found,) = findings(REFLECTANCE, "fires", scene() * 1e-4 - 0.1, stated=stated)
    assert found.stored and "without the scale and offset that the file states" in found.remedy
    assert findings(REFLECTANCE, "fires", scene(), stated=stated) == []


@pytest.mark.parametrize(("low", "high", "reported"), [(0, 1, True), (0, 100, False), (0, 255, False)])
def test_a_model_of_bytes_is_given_next_to_nothing(low, high, reported):
    item = Input("image", (Band("red"),), scaling=Scaling(divisor=255.0))
    values = np.ma.MaskedArray(np.random.default_rng(0).uniform(low, high, (1, 1, 40, 40)))
    assert any("takes 0 to 255" in text for text in said(item, values)) == reported


def test_pixels_that_are_zero_in_all_bands_are_counted_by_date():
    values = np.ma.MaskedArray(np.ones((2, 3, 10, 10), "uint8"), np.zeros((2, 3, 10, 10), bool))
    assert blank_fraction(values) == 0
    values[1, :, :5] = 0
    values[0, :2] = 0  # not in all bands
    assert blank_fraction(values) == 0.5
    values[1, 0, :5] = np.ma.masked
    assert blank_fraction(values) == 0


def test_a_stored_zero_is_found_behind_an_offset():
    about = {"descriptions": ("", ""), "dtypes": ("float32",) * 2, "nodata": (None,) * 2, "resolution": (10, 10)}
    info = LayerInfo("a.tif", (1, 2), **about, crs=None, scales=(0.1, 0.1), offsets=(5.0, 5.0))
    values = np.ma.MaskedArray(np.full((1, 2, 4, 4), 5.0, "float32"), False)
    assert blank_fraction(values, [info]) == 1 and blank_fraction(values) == 0
    assert scale_text(info) == "a.tif: stored numbers × 0.1 + 5 are its values, as the file states."
