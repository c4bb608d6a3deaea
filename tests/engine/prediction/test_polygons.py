"""The polygons of a map with the mean probability of their class."""

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.features import geometry_mask
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, Scaling
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.vector import class_probabilities


class Bands(nn.Module):
    """The bands as logits of the classes."""

    def forward(self, image):
        return image[:, 0]


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(4)
    coarse = rng.normal(0, 1, (3, 15, 20)).repeat(6, 1).repeat(6, 2)
    return (coarse + rng.normal(0, 0.5, coarse.shape)).astype("float32")


@pytest.fixture(params=[3, 2])
def job(request, images, make_raster, tmp_path, with_card):
    """A job of three classes, or of two of which the map has the second's probability alone."""
    count = request.param
    bands = tuple(Band(name) for name in "abc"[:count])
    named = tuple(Class(i + 1, name, "#111111") for i, name in enumerate("abc"[:count]))
    scaling = Scaling(mean=(tuple([0.0] * count),))
    card = with_card(inputs=(Input("image", bands, scaling=scaling),), classes=named, background=None)
    export_onnx(Bands(), card, tmp_path / "bands.onnx")
    image = images[:count].copy()
    image[:, 40:44, 50:55] = -9999
    return {
        "model": str(tmp_path / "bands.onnx"),
        "inputs": {"image": [{"path": str(make_raster(image, nodata=-9999))}]},
        "output": str(tmp_path / "map.tif"),
        "polygons": str(tmp_path / "p.gpkg"),
        "device": "cpu",
        "tile_size": 32,
    }


@pytest.mark.parametrize("shape", [{}, {"min_area": 1500.0, "fill_holes": 3000.0}])
@pytest.mark.parametrize("held", [None, 0])
def test_polygons_have_the_mean_probability_of_their_class(job, tmp_path, monkeypatch, shape, held):
    if held is not None:
        monkeypatch.setattr(class_probabilities, "HELD", held)  # probabilities wait in files
    run_predict({**job, **shape, "probabilities": str(tmp_path / "of_all.tif")}, Report())
    alone = {**job, **shape, "polygons": str(tmp_path / "alone.gpkg"), "output": str(tmp_path / "alone.tif")}
    run_predict(alone, Report())
    with rasterio.open(tmp_path / "of_all.tif") as raster:
        probabilities, place = raster.read(masked=True).filled(np.nan), raster.transform
    made = [pyogrio.raw.read(tmp_path / name)[2:] for name in ("p.gpkg", "alone.gpkg")]
    assert np.array_equal(made[0][1][-1], made[1][1][-1])
    geometries, (_, values, *_, means) = made[0]
    assert len(values) > 5
    for geometry, value, mean in zip(shapely.from_wkb(geometries), values, means):
        inside = geometry_mask([geometry], probabilities.shape[1:], place, invert=True)
        assert mean == pytest.approx(np.nanmean(probabilities[value - 1][inside]), abs=2e-6)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == []


def test_what_simplifying_does_to_outlines_changes_no_mean(job, tmp_path):
    run_predict({**job, "min_area": 1500.0}, Report())
    plain = pyogrio.raw.read(tmp_path / "p.gpkg")[3]
    run_predict({**job, "min_area": 1500.0, "simplify": 1.5}, Report())
    assert sorted(pyogrio.raw.read(tmp_path / "p.gpkg")[3][-1]) == pytest.approx(sorted(plain[-1]))
