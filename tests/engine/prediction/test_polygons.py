"""The polygons of a map with the mean probability of their class."""

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.features import geometry_mask
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, Scaling
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.vector.probabilities import rows as class_probabilities


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


@pytest.fixture
def crowns(make_raster, tmp_path, with_card):
    """A job of a map with two crowns that touch, and two fields that do."""
    rows, columns = np.mgrid[:50, :120]
    discs = [(rows - 25) ** 2 + (columns - column) ** 2 < 14**2 for column in (20, 45)]
    fields = [(rows - 25) ** 2 + (columns - column) ** 2 < 14**2 for column in (76, 101)]
    sure = np.where(discs[0], 2.0, np.where(discs[1], 4.0, 0))
    image = np.stack([np.ones(rows.shape), sure, np.where(fields[0] | fields[1], 3.0, 0)]).astype("float32")
    inputs = (Input("image", tuple(Band(name) for name in "abc"), scaling=Scaling(mean=((0.0,) * 3,))),)
    classes = (Class(0, "other", "#111111"), Class(5, "crown", "#222222"), Class(7, "field", "#333333"))
    export_onnx(Bands(), with_card(inputs=inputs, classes=classes, background=0), tmp_path / "crowns.onnx")
    return {
        "model": str(tmp_path / "crowns.onnx"),
        "inputs": {"image": [{"path": str(make_raster(image))}]},
        "output": str(tmp_path / "map.tif"),
        "polygons": str(tmp_path / "p.gpkg"),
        "device": "cpu",
        "tile_size": 32,
    }


@pytest.mark.parametrize("shape", [{}, {"simplify": 1.0}, {"min_area": 500.0}])
def test_objects_of_chosen_classes_are_told_apart(crowns, tmp_path, shape):
    result = run_predict({**crowns, **shape, "separate_objects": ["Crown"], "neck": 0.8}, Report())
    meta, _, wkb, columns = pyogrio.raw.read(result["polygons"])
    fields = dict(zip(meta["fields"], columns))
    assert sorted(fields["class"]) == ["crown", "crown", "field"] and sorted(fields["id"]) == [1, 2, 3]
    means = sorted(fields["prob"])
    softmax = [
        np.exp(2) / (1 + np.e + np.exp(2)),
        np.exp(3) / (1 + np.e + np.exp(3)),
        np.exp(4) / (1 + np.e + np.exp(4)),
    ]
    assert means == pytest.approx(softmax, abs=0.01)
    assert shapely.is_valid(shapely.from_wkb(wkb)).all()
    assert not any(path.name.startswith("tmp") for path in tmp_path.iterdir())
    run_predict({**crowns, **shape}, Report())
    assert sorted(pyogrio.raw.read(result["polygons"])[3][0]) == ["crown", "field"]
    run_predict({**crowns, "separate_objects": ["crown", "7"]}, Report())
    assert sorted(pyogrio.raw.read(result["polygons"])[3][1]) == ["crown", "crown", "field", "field"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"separate_objects": ["other"]}, "no class 'other' that is drawn"),
        ({"separate_objects": ["crown"], "polygons": None}, "POLYGONS is empty"),
    ],
)
def test_objects_that_are_not_drawn_are_told_of(crowns, changes, words):
    with pytest.raises(InputError, match=words):
        run_predict({**crowns, **changes}, Report())
