"""Models and layers for jobs over series of rasters."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from .greatest import ALL, CLASSES, DATES, Greatest


@pytest.fixture
def greatest(with_card, tmp_path):
    """A model of these inputs that tells the date of the greatest value."""

    def write(*inputs, name="greatest", **changes):
        inputs = inputs or (Input("modis", (Band("NDVI"), Band("EVI")), DATES),)
        card = with_card(
            name=name, task="time-series", inputs=inputs, classes=CLASSES, background=None, resolution=None, **changes
        )
        export_onnx(Greatest(), card, tmp_path / f"{name}.onnx")
        return tmp_path / f"{name}.onnx"

    return write


@pytest.fixture
def cube():
    """(3 dates, 2 variables, 20, 30) of whole numbers from 1 to 99, all different where it counts."""
    return np.random.default_rng(0).integers(1, 100, (3, 2, 20, 30)).astype("int16")


@pytest.fixture
def by_date(make_raster):
    """Layers of a job, one a date, with both variables."""

    def make(cube, dates=DATES, names=ALL, **profile):
        return [
            {"path": str(make_raster(image, f"scene_{date}.tif", tuple(names), **profile))}
            for image, date in zip(cube, dates)
        ]

    return make


@pytest.fixture
def by_variable(make_raster):
    """Layers of a job, one a variable, with all dates."""

    def make(cube, dates=DATES, **profile):
        return [
            {"path": str(make_raster(cube[:, v], f"{name}.tif", tuple(f"{name}_{d}" for d in dates), **profile))}
            for v, name in enumerate(ALL)
        ]

    return make
