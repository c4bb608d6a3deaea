"""The names of devices."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.tables.devices import DEVICES, is_device


@pytest.mark.parametrize("name", [*DEVICES, "cuda:12"])
def test_names_of_devices(name):
    assert is_device(name)


@pytest.mark.parametrize("name", ["", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cpu:0", " cpu"])
def test_other_texts(name):
    assert not is_device(name)
