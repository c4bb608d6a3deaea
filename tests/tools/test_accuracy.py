import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from tools.accuracy import accuracy, read_pair


def test_figures_by_hand():
    predicted = np.ma.masked_equal(np.array([[1, 1, 0, 255]]), 255)
    truth = np.ma.masked_equal(np.array([[1, 0, 0, 1]]), 255)
    found = accuracy(predicted, truth)
    assert found["Pixel accuracy"] == pytest.approx(2 / 3)
    assert found["IoU of flood"] == pytest.approx(1 / 2)
    assert found["Mean IoU"] == pytest.approx(1 / 2)
    assert found["Pixels compared"] == pytest.approx(3 / 4)


def test_truth_is_brought_onto_the_grid_of_the_map(tmp_path):
    truth = np.zeros((20, 20), np.uint8)
    truth[:, 10:] = 1
    write(tmp_path / "truth.tif", truth, from_origin(500_000, 4_000_200, 10, 10))
    write(tmp_path / "map.tif", truth[:10, 5:15], from_origin(500_050, 4_000_200, 10, 10))
    assert accuracy(*read_pair(tmp_path / "map.tif", tmp_path / "truth.tif"))["Pixel accuracy"] == 1


def write(path, values, transform):
    profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "nodata": 255, "crs": "EPSG:32634"}
    size = {"height": values.shape[0], "width": values.shape[1], "transform": transform}
    with rasterio.open(path, "w", **profile, **size) as target:
        target.write(values, 1)
