"""The uncertainty of maps and scenes, and test-time augmentation, through whole jobs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import rasterio
from torch import nn

from rsdl_qgis.engine.cards.card import Class, Scaling
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.evaluation.uncertainty import MEASURES
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

NAMES = ("dark", "middle", "bright")


class Ramp(nn.Module):
    """Logits that grow with the first band, so that probabilities are of all kinds."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def forward(self, image):
        band = image[:, 0, :1]
        slopes = band.new_tensor([-1.0, 0.3, 1.0][: self.classes] if self.classes == 3 else [-1.0, 1.0])
        return band * slopes.reshape(1, -1, 1, 1)


class Left(nn.Module):
    """Class 1 where the pixel on the left is bright: another one in an image that is mirrored."""

    def forward(self, image):
        band = nn.functional.pad(image[:, 0, :1], (1, 0, 0, 0))[..., :-1].sign()
        return band * band.new_tensor([-1.0, 1.0]).reshape(1, 2, 1, 1)


@pytest.fixture(scope="module")
def ramp(card, tmp_path_factory):
    def make(classes, network=None, **changes):
        folder = tmp_path_factory.mktemp("ramp")
        scaling = Scaling(mean=((100.0, 0.0),), std=((50.0, 1.0),))
        own = tuple(Class(i, name, "#111111") for i, name in enumerate(NAMES[:classes]))
        made = replace(card, inputs=(replace(card.inputs[0], scaling=scaling),), classes=own, **changes)
        path = folder / "ramp.onnx"
        export_onnx(network or Ramp(classes), made, path)
        return path

    return make


@pytest.fixture
def predict(make_raster, tmp_path, rng):
    values = rng.integers(1, 200, (2, 70, 90)).astype("uint8")
    values[0, :5, :7] = 0
    image = make_raster(values, nodata=0)

    def run(model, name="", **more):
        job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu", "tile_size": 32}
        files = {key: str(tmp_path / f"{name}{key}.tif") for key in ("output", "probabilities", "uncertainty")}
        return OPERATIONS["predict"]({**job, **files, **more}, Report())

    return run


def read(path):
    with rasterio.open(path) as file:
        return file.read(masked=True)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("measure", MEASURES)
def test_uncertainty_is_of_the_blended_probabilities(predict, ramp, classes, measure):
    result = predict(ramp(classes), uncertainty_measure=measure)
    likely, found = read(result["probabilities"]), read(result["uncertainty"])
    assert found.shape == (1, 70, 90) and found.dtype == np.float32
    assert found.mask[0, :5, :7].all() and found.mask.sum() == 35
    np.testing.assert_allclose(found[0].compressed(), MEASURES[measure](likely.data)[~found.mask[0]], atol=1e-6)
    assert found.min() < 0.5 < 0.9 < found.max()
    with rasterio.open(result["uncertainty"]) as file:
        assert file.descriptions == (measure,) and file.nodata == -1


def test_the_class_map_is_the_same_to_the_bit_with_and_without(predict, ramp, tmp_path):
    model = ramp(3)
    with_it = predict(model)
    without = predict(model, "plain_", uncertainty=None, probabilities=None)
    assert without["uncertainty"] is None and not (tmp_path / "plain_uncertainty.tif").exists()
    assert np.array_equal(read(with_it["output"]).data, read(without["output"]).data)


def test_numbers_and_classes_alone_have_no_uncertainty(predict, ramp, card, tmp_path):
    class Sole(nn.Module):
        def forward(self, image):
            return image[:, 0, :1]

    heights = tmp_path / "height.onnx"
    export_onnx(Sole(), replace(card, task="regression", classes=(), background=None, activation="identity"), heights)
    with pytest.raises(MismatchError, match="no uncertainty of its map"):
        predict(heights, probabilities=None)


def test_wrong_words_are_said(predict, ramp):
    with pytest.raises(InputError, match="entropy, margin"):
        predict(ramp(2), uncertainty_measure="variance")
    with pytest.raises(InputError, match="none, flips, turns, all"):
        predict(ramp(2), tta="spins")


@pytest.mark.parametrize("tta", ["flips", "turns", "all"])
def test_pixels_by_themselves_do_not_mind_how_they_lie(predict, ramp, tta):
    model = ramp(3)
    plain, found = predict(model), predict(model, tta, tta=tta)
    for name in ("output", "probabilities"):
        assert np.array_equal(read(plain[name]).data, read(found[name]).data)


def test_a_network_that_looks_left_looks_both_ways_when_mirrored(predict, ramp):
    model = ramp(2, Left())
    plain, both = read(predict(model)["probabilities"])[1], read(predict(model, "m", tta="flips")["probabilities"])[1]
    known = ~both.mask
    values = sorted({round(float(v), 3) for v in both.data[known]})
    assert len({round(float(v), 2) for v in plain.data[known]}) >= 2
    assert values[0] == pytest.approx(0.119, abs=2e-3) and values[-1] == pytest.approx(0.881, abs=2e-3)
    assert any(abs(v - 0.5) < 1e-3 for v in values)  # one side bright, the other dark


def scenes_model(card, tmp_path, several=False):
    class Mean(nn.Module):
        def forward(self, image):
            mean = image[:, 0, :1].mean((2, 3))
            return mean * mean.new_tensor([[-1.0, 0.2, 1.0]])

    path = tmp_path / "scenes.onnx"
    own = tuple(Class(i, name, "#111111") for i, name in enumerate(NAMES))
    activation = "sigmoid" if several else "softmax"
    thresholds = (0.5, 0.5, 0.5) if several else ()
    scaling = Scaling(mean=((100.0, 0.0),), std=((20.0, 1.0),))
    inputs = (replace(card.inputs[0], scaling=scaling),)
    export_onnx(
        Mean(),
        replace(
            card,
            task="classification",
            inputs=inputs,
            classes=own,
            activation=activation,
            thresholds=thresholds,
            background=None,
        ),
        path,
    )
    return path


@pytest.mark.parametrize("several", [False, True])
def test_scenes_have_both_measures_as_fields(card, make_raster, tmp_path, rng, several):
    image = make_raster(rng.integers(1, 200, (2, 64, 96)).astype("uint8"))
    job = {"model": str(scenes_model(card, tmp_path, several)), "inputs": {"image": [{"path": str(image)}]}}
    for tta in ("none", "all"):
        out = tmp_path / f"{tta}.gpkg"
        OPERATIONS["classify_scenes"]({**job, "device": "cpu", "output": str(out), "tta": tta}, Report())
        meta, _, _, values = pyogrio.raw.read(out)
        fields = dict(zip(meta["fields"], values))
        likely = np.stack([fields[name] for name in NAMES])
        assert list(fields)[:5] == ["class", "score", "valid", "entropy", "margin"]
        if several:
            each = -(likely * np.log2(likely) + (1 - likely) * np.log2(1 - likely))
            np.testing.assert_allclose(fields["entropy"], each.mean(0), atol=2e-5)
            np.testing.assert_allclose(fields["margin"], (1 - abs(2 * likely - 1)).max(0), atol=2e-5)
        else:
            for name, measure in MEASURES.items():
                np.testing.assert_allclose(fields[name], measure(likely), atol=2e-5)


def test_objects_and_series_have_no_augmentation():
    for operation in ("detect", "predict_series"):
        with pytest.raises(InputError, match="no argument 'tta'"):
            OPERATIONS[operation]({"model": "m", "output": "/tmp/o.gpkg", "tta": "flips"}, Report())
