"""Made-up scenes with fires: physics, repeatability, and products that the job "active_fire" reads."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.fire.detection import run_active_fire
from tools.fires.__main__ import NAME, write_product
from tools.fires.emission import emitted, front, ignite, numbers, planck
from tools.fires.scene import fire_scene
from tools.fires.spectra import BANDS


def test_planck_peaks_where_wien_says_and_sums_to_stefan_and_boltzmann():
    wavelengths = np.linspace(0.2, 300, 300_000)
    for kelvin in (300.0, 1000.0):
        radiance = planck(wavelengths, kelvin)
        assert wavelengths[radiance.argmax()] == pytest.approx(2897.77 / kelvin, rel=2e-3)
        total = np.pi * radiance.sum() * (wavelengths[1] - wavelengths[0])
        assert total == pytest.approx(5.670374e-8 * kelvin**4, rel=0.01)


def test_flames_shine_in_band_7_and_not_in_the_visible():
    emission = {band: float(emitted(band, 1000.0)) for band in (2, 4, 5, 6, 7)}
    assert 100 < emission[7] < 150
    assert emission[7] > 5 * emission[6] > 50 * emission[5] > 1000 * emission[4]
    assert emitted(7, 1200.0) > emission[7] > emitted(7, 600.0)


def test_fires_have_one_to_thirty_pixels_that_touch():
    rng = np.random.default_rng(0)
    for count in (1, 7, 30):
        found = front(np.array([20, 20]), 40, count, rng)
        assert len(set(found)) == count
        assert all(min(max(abs(r - a), abs(c - b)) for a, b in found[:i]) == 1 for i, (r, c) in enumerate(found) if i)
    fraction, kelvin, starts = ignite(200, rng, 30)
    assert 0 < (fraction > 0).sum() <= 30 * len(starts)
    assert fraction.max() <= 0.3
    assert (kelvin[fraction > 0] > 500).all()


def test_numbers_of_band_7_come_round():
    rng = np.random.default_rng(0)
    assert numbers(7, np.array([[2.0]]), rng)[0, 0] == 65_535
    assert numbers(7, np.array([[4.0]]), rng)[0, 0] < 10_000
    assert numbers(6, np.array([[4.0]]), rng)[0, 0] == 65_535


def test_same_seed_same_scene():
    one, same, other = (fire_scene(64, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all((one.bands[band] == same.bands[band]).all() for band in BANDS)
    assert (one.bands[4] != other.bands[4]).any()


def test_a_product_is_read_and_its_fires_are_found(tmp_path):
    scene = fire_scene(200, np.random.default_rng(0), fires=30, cloudy=0)
    write_product(tmp_path, scene)
    result = run_active_fire({"product": str(tmp_path), "output": str(tmp_path / "fire.tif")}, Report())
    with rasterio.open(result["output"]) as file:
        found = file.read(1) == 1
    with rasterio.open(tmp_path / f"{NAME}_QA_RADSAT.TIF") as file:
        assert ((file.read(1) > 0) == scene.saturated).all()
    near = scene.fraction > 0
    assert found.sum() > 20
    assert (found & near).sum() > 0.95 * found.sum()
