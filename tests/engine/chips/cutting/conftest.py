"""A raster to cut."""

from __future__ import annotations

import pytest

from ...training.layers import noise, raster


@pytest.fixture
def scene(tmp_path):
    """A raster of 70 x 90 pixels, 2 bands; its values."""
    values = noise((2, 70, 90), "uint16")
    return raster(tmp_path / "scene.tif", values), values
