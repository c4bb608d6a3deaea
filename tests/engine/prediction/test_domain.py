"""The distance from the training data, through whole jobs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from torch import nn

from rsdl_qgis.engine.cards.card import Class, Scaling
from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.prediction.blocks import pieces
from rsdl_qgis.engine.radiometry.domain import BLOCK, Measure, distances, fitted, known_statistics
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

SHAPES = [(1, 2)]
SIDE = 224  # pixels of the raster: seven blocks


class Log(Report):
    def __init__(self):
        self.lines = []

    def log(self, level, message):
        self.lines.append((level, message))

    def of(self, words):
        return [(level, text) for level, text in self.lines if words in text]


class Answer(nn.Module):
    """Logits, or numbers, that go with the first band."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, image):
        return image[:, 0, :1] * image.new_tensor([1.0, -0.5, 0.2][: self.channels]).reshape(1, -1, 1, 1)


@pytest.fixture(scope="module")
def domain():
    rng = np.random.default_rng(4)
    train, valid = (
        np.concatenate([known_statistics([rng.normal(size=(1, 2, 64, 64)).astype("f4")], SHAPES) for _ in range(50)])
        for _ in "12"
    )
    return fitted(train, valid)


@pytest.fixture(scope="module")
def raster(make_raster_once):
    values = np.random.default_rng(7).normal(100, 20, (2, SIDE, SIDE))
    values[:, :BLOCK, :] += 200  # a strip of other values
    values[:, 150:, 190:] = -9
    return make_raster_once(values.astype("float32"), nodata=-9)


@pytest.fixture(scope="module")
def make_raster_once(tmp_path_factory):
    def make(values, nodata):
        path = tmp_path_factory.mktemp("domain") / "image.tif"
        grid = {"crs": "EPSG:32634", "transform": rasterio.transform.from_origin(0, 0, 10, 10)}
        size = {"count": len(values), "height": values.shape[1], "width": values.shape[2]}
        with rasterio.open(path, "w", driver="GTiff", dtype="float32", nodata=nodata, **size, **grid) as file:
            file.write(values)
        return path

    return make


@pytest.fixture(scope="module")
def model(card, domain, tmp_path_factory):
    def make(channels=2, task="segmentation", scaling=None, **changes):
        scaling = scaling or Scaling(mean=((100.0, 100.0),), std=((20.0, 20.0),))
        classes = tuple(Class(i, f"class {i}", "#111111") for i in range(channels)) if task == "segmentation" else ()
        made = replace(
            card,
            task=task,
            inputs=(replace(card.inputs[0], scaling=scaling),),
            classes=classes,
            background=None,
            activation="softmax" if classes else "identity",
            domain=domain,
        )
        path = tmp_path_factory.mktemp("model") / "answer.onnx"
        export_onnx(Answer(channels), replace(made, **changes), path)
        return path

    return make


@pytest.fixture
def predict(raster, tmp_path):
    def run(path, name="", report=None, **more):
        job = {"model": str(path), "inputs": {"image": [{"path": str(raster)}]}, "device": "cpu", "tile_size": 96}
        files = {key: str(tmp_path / f"{name}{key}.tif") for key in ("output", "domain")}
        return OPERATIONS["predict"]({**job, "overlap": 32, **files, **more}, report or Report())

    return run


def read(path):
    with rasterio.open(path) as file:
        return file.read(masked=True)


@pytest.mark.parametrize(("channels", "task"), [(2, "segmentation"), (3, "segmentation"), (1, "regression")])
def test_the_layer_is_the_distance_and_the_log_has_the_share(predict, model, domain, raster, channels, task):
    log = Log()
    made = model(channels, task)
    result = predict(made, report=log)
    found = read(result["domain"])
    assert found.shape == (1, SIDE, SIDE) and found.fill_value == -1
    values = read(raster).filled(100.0)
    whole = distances([((values - 100) / 20)[None].astype("f4")], SHAPES, Measure.of(domain))
    assert np.allclose(found[0, 8:24, 8:24], whole[8:24, 8:24], atol=1e-4)  # whole blocks of the first tile
    assert (found[0, : BLOCK // 2] > 1).all() and (found[0, 2 * BLOCK :] > 1).mean() < 0.1
    assert np.array_equal(found.mask[0], read(raster).mask[0])
    assert 0.1 < result["beyond"] < 0.3
    ((level, text),) = log.of("less like the training data")
    assert level == "warning" and text.startswith(f"{result['beyond']:.1%}")
    without = predict(made, "plain", domain=None)
    assert without["domain"] is None and without["beyond"] == result["beyond"]
    assert np.array_equal(read(without["output"]).data, read(result["output"]).data, equal_nan=True)


def test_blocks_of_a_large_job_give_the_same(predict, model, monkeypatch):
    made = model()
    whole = predict(made)
    monkeypatch.setattr(pieces, "BLOCK", 20_000)
    parts = predict(made, "parts")
    assert parts["beyond"] == whole["beyond"]
    for name in ("output", "domain"):
        assert np.array_equal(read(parts[name]).data, read(whole[name]).data)


def test_test_time_augmentation_does_not_change_it(predict, model):
    made = model()
    plain, turned = predict(made), predict(made, "turned", tta="all")
    assert np.array_equal(read(plain["domain"]).data, read(turned["domain"]).data)


@pytest.mark.parametrize(("flattest", "told"), [(0.1, True), (0.6, False), (None, False)])
def test_a_raster_that_is_flatter_than_those_of_training_is_told(predict, model, domain, raster, flattest, told):
    assert 0.1 < np.divide(*np.percentile(read(raster).compressed(), (1, 99))) < 0.6
    scaling = Scaling("robust", low=1.0, high=99.0, pooled=True)
    log = Log()
    predict(model(domain=replace(domain, flattest=flattest), scaling=scaling), report=log)
    assert bool(log.of("too much alike")) == told


def test_a_raster_like_the_training_data_is_no_warning(predict, model):
    log = Log()
    result = predict(model(), report=log, extent=[0, -1400, 1900, -500], extent_crs="EPSG:32634")
    ((level, text),) = log.of("less like the training data")
    assert level == "info" and result["beyond"] < 0.1, text


def test_a_card_without_a_domain_has_no_layer(predict, model):
    made = model(domain=None)
    with pytest.raises(MismatchError, match="does not say what its training data looked like"):
        predict(made)
    assert predict(made, domain=None)["beyond"] is None
