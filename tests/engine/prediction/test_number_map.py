"""Numbers a pixel: the identity gives the raster back, a linear or trained network the truth; nodata stays nodata."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.errors import MismatchError, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.prediction.number_map import Statistics
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.training.model import card_for, write_weights
from rsdl_qgis.engine.training.train import run_train

BANDS = (Band("red"), Band("nir"))
CARD = ModelCard(
    "height", "Height", (Input("image", BANDS),), (), "regression", "linear", unit="m", activation="identity",
    tiling=Tiling(size=32, overlap=8, multiple=1, memory=64),
)  # fmt: skip


class Linear(nn.Module):
    """A weighted sum of the bands, and a constant; scales are undone before, so that they are those of raw values."""

    def __init__(self, weights, constant=0.0):
        super().__init__()
        self.conv = nn.Conv2d(len(weights), 1, 1)
        self.conv.weight.data = torch.tensor(weights).reshape(1, -1, 1, 1)
        self.conv.bias.data.fill_(constant)

    def forward(self, image):
        return self.conv(image[:, 0])


class Listening(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))

    def warnings(self):
        return [message for level, message in self.said if level == "warning"]


@pytest.fixture
def make_model(tmp_path):
    def make(network, card=CARD, name="model.onnx"):
        export_onnx(network, card, tmp_path / name, half_weights=False)
        return tmp_path / name

    return make


@pytest.fixture
def field(make_raster):
    """Two bands of real numbers on 70 x 90 pixels, with nodata, NaN and infinity in one band or the other."""
    values = np.random.default_rng(4).normal(50, 30, (2, 70, 90)).astype("float32")
    values[0, :6], values[1, 20, 10:30], values[0, 40, 40] = -9999, np.nan, np.inf
    valid = np.isfinite(values).all(0) & (values != -9999).all(0)
    return values, valid, make_raster(values, nodata=-9999)


def predict(model, image, tmp_path, report=None, **arguments):
    job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    return run_predict({**job, "device": "cpu", "threads": 1, **arguments}, report or Report())


def numbers(result):
    with rasterio.open(result["output"]) as made:
        return made.read(1)


@pytest.mark.parametrize("tile_size", [None, 24])
def test_the_identity_gives_the_raster_back(field, make_model, tmp_path, tile_size):
    values, valid, path = field
    made = numbers(predict(make_model(Linear([1.0, 0.0])), path, tmp_path, tile_size=tile_size))
    assert np.array_equal(np.isfinite(made), valid) and made.dtype == np.float32
    assert np.array_equal(made[valid], values[0][valid])


def test_a_linear_network_recovers_the_truth_whatever_the_scaling(field, make_model, tmp_path):
    """0.3 red - 2 nir + 7 of the raw values, learnt of scaled ones; far from 0..1, and negative."""
    values, valid, path = field
    scaling = Scaling(mean=((48.0, 55.0),), std=((20.0, 40.0),))
    card = replace(CARD, inputs=(Input("image", BANDS, scaling=scaling),))
    network = Linear([0.3 * 20, -2.0 * 40], 0.3 * 48 - 2 * 55 + 7)
    made = numbers(predict(make_model(network, card), path, tmp_path))
    truth = 0.3 * values[0] - 2 * values[1] + 7
    assert truth[valid].min() < -50 and np.abs(truth[valid]).max() > 100
    assert np.allclose(made[valid], truth[valid], atol=1e-3)


def test_tiles_and_the_whole_are_the_same(field, make_model, tmp_path):
    _, _, path = field
    model = make_model(Linear([0.7, 1.3], -4.0))
    whole = numbers(predict(model, path, tmp_path, tile_size=96))
    for tile_size, overlap in ((16, 0), (32, 8), (40, 20)):
        tiles = numbers(predict(model, path, tmp_path, tile_size=tile_size, overlap=overlap, batch_size=3))
        assert np.array_equal(tiles, whole, equal_nan=True)


def test_where_tiles_differ_they_are_blended(make_raster, make_model, tmp_path):
    """A network whose numbers depend on the tile's own place: no step at the seam is as large as the difference."""

    class Place(nn.Module):
        def forward(self, image):
            return image[:, 0, :1] * 0 + torch.cumsum(torch.ones_like(image[:, 0, :1]), 3)

    path = make_raster(np.ones((2, 16, 64), "float32"))
    made = numbers(predict(make_model(Place()), path, tmp_path, tile_size=32, overlap=16))
    assert np.abs(np.diff(made, axis=1)).max() < 4 < made.max() - made.min()


def test_the_file_says_what_its_numbers_are(field, make_model, tmp_path):
    values, valid, path = field
    result = predict(make_model(Linear([1.0, 0.0])), path, tmp_path)
    with rasterio.open(result["output"]) as made, rasterio.open(path) as source:
        assert made.transform == source.transform and made.crs == source.crs
        assert math.isnan(made.nodata) and made.units == ("m",) and made.descriptions == ("Height",)
        tags, of_band = made.tags(), made.tags(1)
    assert tags["RSDL_MODEL"] == "height" and json.loads(tags["RSDL_RUN"])["arguments"]["device"] == "cpu"
    truth = values[0][valid].astype(float)
    expected = {"minimum": truth.min(), "maximum": truth.max(), "mean": truth.mean(), "stddev": truth.std()}
    assert result["unit"] == "m" and result["statistics"]["pixels"] == valid.sum()
    for name, value in expected.items():
        assert result["statistics"][name] == pytest.approx(value)
        assert float(of_band[f"STATISTICS_{name.upper()}"]) == pytest.approx(value)


def test_the_file_tells_the_range_of_training_where_the_card_does(field, make_model, tmp_path):
    ranged = replace(CARD, value_range=(-3.5, 120.0))
    reported = []
    for card in (ranged, CARD):
        with rasterio.open(predict(make_model(Linear([1.0, 0.0]), card), field[2], tmp_path)["output"]) as made:
            reported.append(made.tags().get("RSDL_VALUE_RANGE"))
    assert json.loads(reported[0]) == [-3.5, 120.0] and reported[1] is None


def test_statistics_do_not_depend_on_how_the_numbers_come():
    values = np.random.default_rng(0).normal(1e6, 1, 1000).astype("float32")
    statistics = Statistics()
    for part in np.split(values, [1, 1, 300, 777]):
        statistics.add(part)
    assert statistics.values()["stddev"] == pytest.approx(values.astype(float).std(), rel=1e-6)
    assert statistics.values()["mean"] == pytest.approx(values.astype(float).mean(), rel=1e-12)
    assert Statistics().values() == {}


def test_an_all_nodata_raster_gives_an_all_nodata_map(make_raster, make_model, tmp_path):
    path = make_raster(np.zeros((2, 20, 20), "uint8"), nodata=0)
    result = predict(make_model(Linear([1.0, 0.0])), path, tmp_path)
    assert np.isnan(numbers(result)).all() and result["statistics"] == {"pixels": 0}


def test_numbers_that_are_none_become_nodata_and_are_reported(field, make_model, tmp_path):
    class Root(nn.Module):
        def forward(self, image):
            return (image[:, 0, :1] - 50).log()

    values, valid, path = field
    report = Listening()
    made = numbers(predict(make_model(Root()), path, tmp_path, report))
    assert np.array_equal(np.isfinite(made), valid & (values[0] > 50))
    assert any("no finite number" in text for text in report.warnings())
    report = Listening()
    predict(make_model(Linear([1.0, 0.0])), path, tmp_path, report)
    assert not report.warnings()


@pytest.mark.parametrize(("trained_on", "reported"), [((-100.0, 200.0), False), ((40.0, 60.0), True), (None, False)])
def test_numbers_far_beyond_those_trained_on_are_reported_and_kept(field, make_model, tmp_path, trained_on, reported):
    values, valid, path = field
    report = Listening()
    card = replace(CARD, value_range=trained_on)
    made = numbers(predict(make_model(Linear([1.0, 0.0]), card), path, tmp_path, report))
    assert np.array_equal(made[valid], values[0][valid])
    assert any("trained on 40 to 60" in text for text in report.warnings()) == reported


@pytest.mark.parametrize("name", ["probabilities", "polygons"])
def test_there_are_no_probabilities_or_polygons_of_numbers(field, make_model, tmp_path, name):
    with pytest.raises(MismatchError, match=f"gives numbers and no classes.*Leave {name.upper()} empty"):
        predict(make_model(Linear([1.0, 0.0])), field[2], tmp_path, **{name: str(tmp_path / "other.tif")})
    assert not (tmp_path / "map.tif").exists()


def test_a_failure_leaves_nothing(field, make_model, tmp_path):
    class Stopping(Report):
        def cancelled(self):
            return True

    with pytest.raises(Exception, match="cancelled"):
        predict(make_model(Linear([1.0, 0.0])), field[2], tmp_path, Stopping())
    assert {path.name for path in tmp_path.iterdir()} == {"image.tif", "model.onnx"}


def test_the_best_model_so_far_makes_a_map(field, tmp_path):
    """Weights and card alone, as training leaves them, through torch."""
    torch.manual_seed(0)
    network = build_network("unet", {"image": (1, 2)}, 1, widths=(4, 8)).eval()
    card = card_for(network, name="so-far", title="So far", architecture="unet", inputs=CARD.inputs, task="regression",
                    options={"widths": (4, 8)}, size=32)  # fmt: skip
    write_weights(network, card, tmp_path / "best")
    values, valid, path = field
    report = Listening()
    made = numbers(predict(tmp_path / "best", path, tmp_path, report, tile_size=96))
    assert any("PyTorch" in text for _, text in report.said)
    image = np.zeros((1, 1, 2, 96, 96), "float32")
    image[0, 0, :, :70, :90] = np.where(valid, values, 0)
    with torch.inference_mode():
        expected = network(torch.from_numpy(image)).numpy()[0, 0, :70, :90]
    assert np.allclose(made[valid], expected[valid], rtol=1e-2, atol=1e-2 * np.abs(expected).max())


def landscape(random, side):
    """Reflectances of red and near infrared (2, side, side), each the sum of four waves of 20 pixels and more."""
    place = np.indices((side, side)).reshape(2, -1)
    directions, phases = random.uniform(-0.2, 0.2, (2, 4, 2)), random.uniform(0, 2 * np.pi, (2, 4, 1))
    waves = np.sin(directions @ place + phases).sum(1)  # (bands, waves, pixels) -> (bands, pixels)
    return (3000 + 500 * waves).reshape(2, side, side).astype("float32")


def biomass(ground):
    """The truth (1, side, side) of a landscape: a smooth function of both bands that is not linear."""
    red, nir = ground[:, None] / 1000
    return 40 * (nir - red) / (nir + red) + 2 * red + 100


@pytest.fixture
def trained(make_raster, tmp_path, training_seed):
    """A model of biomass, by the job "train" from 24 chips of made-up ground, a quarter of them held out."""
    random, chips = np.random.default_rng(0), []
    (tmp_path / "chips").mkdir()
    for number in range(24):
        ground, name = landscape(random, 32), f"c{number}"
        image, label = make_raster(ground, f"{name}.tif"), make_raster(biomass(ground), f"{name} truth.tif")
        split = "train" if number % 4 else "valid"
        chips.append(Chip(name, {"image": (str(image),)}, str(label), split, place=name))
    inputs = (Input("image", BANDS),)
    write_chips(ChipFolder(tmp_path / "chips", "regression", inputs, (), tuple(chips), "number", size=32, unit="t"))
    job = {"task": "regression", "chips": str(tmp_path / "chips"), "output": str(tmp_path / "model"), "threads": 1}
    network = {"network": "unet", "options": {"widths": [16, 16]}, "loss": ["mse"], "augmentation": "none"}
    how = {"epochs": 40, "batch_size": 4, "learning_rate": 0.01, "seed": training_seed}
    run_train({**job, **network, **how}, Report())
    return tmp_path / "model"


def test_a_trained_network_recovers_the_truth_on_ground_it_has_not_seen(trained, make_raster, tmp_path, reached):
    ground = landscape(np.random.default_rng(1), 96)
    truth = biomass(ground)[0]
    made = numbers(predict(trained, make_raster(ground), tmp_path, tile_size=64))
    error = float(np.sqrt(np.mean((made - truth) ** 2)))
    assert reached("error in shares of the range", error / np.ptp(truth), below=0.02)
    assert 0.02 * np.ptp(truth) < 0.2 * truth.std()  # a map of the mean alone has an error of the deviation


def test_numbers_more_than_half_of_which_are_not_finite_fail_the_job(field, make_model, tmp_path):
    class Root(nn.Module):
        def forward(self, image):
            return (image[:, 0, :1] - 50).sqrt()

    values, valid, path = field
    report = Listening()
    some = predict(make_model(Root()), path, tmp_path, report) if (values[0][valid] > 50).mean() > 0.5 else None
    lost = (valid & (values[0] < 50)).sum()
    if some:
        assert f"no finite number for {lost:,} valid pixels of {valid.sum():,}" in " ".join(report.warnings())
    with pytest.raises(ModelError, match=f"of {valid.sum():,}"):
        predict(make_model(Linear([float("nan"), 0.0])), path, tmp_path)
