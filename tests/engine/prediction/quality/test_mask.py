"""The job "cloud_mask" on made-up products."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.quality.mask import dilated, run_cloud_mask
from rsdl_qgis.engine.tables.quality import CLASSES
from tests.engine.products import made

SCL = np.full((12, 12), 4, "uint8")
SCL[0, 0], SCL[5, 5], SCL[0, 11], SCL[11, 0], SCL[11, 11] = 0, 9, 3, 10, 6
VALUES = {name: value for value, name in enumerate(CLASSES)}


def mask(tmp_path, **arguments):
    output = str(tmp_path / "mask.tif")
    result = run_cloud_mask({**arguments, "output": output}, Report())
    with rasterio.open(output) as file:
        return file.read(1), result


@pytest.mark.parametrize("alone", [False, True])
def test_the_classes_of_a_product_and_of_its_band_alone(tmp_path, alone):
    product = made.sentinel2(tmp_path, "L2A", scl=SCL)
    path = str(next(product.rglob("*_SCL_20m.jp2")) if alone else product)
    found, result = mask(tmp_path, input={"path": path})
    expected = np.zeros_like(SCL)
    expected[0, 0], expected[5, 5], expected[0, 11], expected[11, 0] = (
        255,
        *(VALUES[w] for w in ("cloud", "shadow", "cirrus")),
    )
    np.testing.assert_array_equal(found, expected)
    assert {item["name"]: item["pixels"] for item in result["classes"]} == {
        "clear": 140,
        "cloud": 1,
        "cirrus": 1,
        "shadow": 1,
    }
    water, _ = mask(tmp_path, input={"path": path}, words=["water"])
    assert (water == VALUES["water"]).sum() == 1 and water[11, 11] == VALUES["water"]


def test_clouds_grow_and_water_does_not(tmp_path):
    path = str(made.sentinel2(tmp_path, "L2A", scl=SCL))
    extent = [500_120, 4_199_760, 500_240, 4_200_000]  # from column 6 on: the cloud lies just beyond
    found, _ = mask(tmp_path, input={"path": path}, words=["cloud", "water"], grow=2, extent=extent)
    rows, cols = np.mgrid[:12, 6:12]
    expected = np.where((rows - 5) ** 2 + (cols - 5) ** 2 <= 4, VALUES["cloud"], 0)
    expected[11, 5] = VALUES["water"]
    np.testing.assert_array_equal(found, expected)


def test_dilation_is_by_a_disk():
    random = np.random.default_rng(0).random((20, 30)) > 0.98
    rows, cols = np.mgrid[:20, :30]
    expected = np.zeros_like(random)
    for row, col in zip(*np.nonzero(random)):
        expected |= (rows - row) ** 2 + (cols - col) ** 2 <= 9
    np.testing.assert_array_equal(dilated(random, 3), expected)


def test_a_sentence_where_there_is_no_quality_band(tmp_path):
    with pytest.raises(InputError, match="has no quality band"):
        mask(tmp_path, input={"path": str(made.sentinel2(tmp_path))})
    with pytest.raises(InputError, match="does not say where saturated is"):
        mask(
            tmp_path,
            input={"path": str(made.landsat(tmp_path, quality=np.ones((8, 8), "uint16")))},
            words=["saturated"],
        )
