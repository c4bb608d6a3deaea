"""The job "cluster_image": k-means of made-up features."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.prediction.embedding import pixels
from rsdl_qgis.engine.prediction.embedding.clusters import k_means, nearest

CENTRES = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], "float32")


@pytest.fixture(scope="module")
def kinds():
    return np.random.default_rng(0).choice(4, (30, 40), p=[0.4, 0.3, 0.2, 0.1])


@pytest.fixture
def raster(make_raster, kinds):
    noise = np.random.default_rng(1).normal(0, 0.3, (30, 40, 3))
    values = ((CENTRES[kinds] + noise) * [1, 1000, 1]).astype("float32").transpose(2, 0, 1)
    values[:, :, 0] = -9999
    return str(make_raster(values, nodata=-9999))


@pytest.fixture
def cluster(tmp_path, raster):
    def cluster(**arguments):
        job = {"input": {"path": raster}, "output": str(tmp_path / "c.tif"), **arguments}
        result = OPERATIONS["cluster_image"](job, Report())
        with rasterio.open(result["output"]) as file:
            return result, file.read(1), file

    return cluster


def test_kinds_are_clusters(cluster, kinds, monkeypatch):
    monkeypatch.setattr(pixels, "BUDGET", 4 * 7 * 3)  # strips of a few pixels
    result, found, file = cluster(clusters=4)
    assert file.dtypes[0] == "uint8" and file.nodata == 255 and (found[:, 0] == 255).all()
    assert {(kind, number) for kind, number in zip(kinds[:, 1:].ravel(), found[:, 1:].ravel())} == {
        (kind, kind + 1)
        for kind in range(4)  # the largest first
    }
    assert [item["pixels"] for item in result["classes"]] == [int((kinds[:, 1:] == kind).sum()) for kind in range(4)]
    assert np.array_equal(cluster(clusters=4)[1], found)


def test_without_standardizing_the_band_of_large_numbers_decides(cluster, kinds):
    _, found, _ = cluster(clusters=2, standardize=False)
    assert {(kind == 2, number) for kind, number in zip(kinds[:, 1:].ravel(), found[:, 1:].ravel())} == {
        (False, 1),
        (True, 2),
    }


def test_k_means_settles_where_each_centre_is_the_mean_of_its_rows():
    values = np.random.default_rng(2).normal(size=(500, 5)).astype("float32")
    centres, inertia = k_means(values, 6, np.random.default_rng(0))
    numbers, squares = nearest(values, centres)
    assert squares.sum() == pytest.approx(inertia, rel=1e-3)
    for number in range(6):
        np.testing.assert_allclose(values[numbers == number].mean(0), centres[number], atol=0.1)


def test_what_cannot_be(cluster, raster):
    with rasterio.open(raster, "r+") as file:
        file.write(np.ones((3, 30, 40), "float32"))
    with pytest.raises(InputError, match=r"fewer than 3 different.*fewer CLUSTERS, or more SAMPLES"):
        cluster(clusters=3)
