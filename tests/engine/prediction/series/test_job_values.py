"""Jobs over series of rasters: prediction sees the values that training saw, however files store them."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.chips.scaling import settle_inputs
from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training.model import card_for, write_model
from rsdl_qgis.engine.training.samples.series import SeriesSamples

from .greatest import CLASSES, DATES, SERIES, Heard, classes, run


@pytest.fixture
def trained(tmp_path, make_raster):
    """A chip folder of one chip, its samples, and an LSTM with the scaling that training would give it."""

    def make(image, inputs=SERIES):
        labels = np.arange(image[0, 0].size).reshape(image[0, 0].shape) % 3 + 1
        make_raster(image.reshape(6, *labels.shape), "chip.tif", nodata=-1)
        make_raster(labels.astype("uint8")[None], "label.tif")
        chip = Chip("chip", {item.name: ("chip.tif",) for item in inputs}, "label.tif", "train")
        folder = ChipFolder(tmp_path, "time-series", inputs, CLASSES, (chip,), size=labels.shape[0])
        write_chips(folder)
        settled = settle_inputs(folder, folder.chips, report=Report())
        samples = SeriesSamples(folder, folder.chips, settled)
        torch.manual_seed(0)
        network = build_network("lstm", {i.name: i.shape for i in inputs}, 3, hidden=8).eval()
        card = card_for(
            network, name="it", title="It", architecture="lstm", inputs=settled, task="time-series", classes=CLASSES,
            options={"hidden": 8},
        )  # fmt: skip
        write_model(network, card, tmp_path / "it", lambda *_: "onnx")
        return samples, network

    return make


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_prediction_sees_what_training_saw(trained, by_date, cube, tmp_path, dtype):
    cube = cube.astype(dtype)
    cube[1, 1, 4:7, :9] = -1
    cube[:, 0, 18] = -1
    samples, network = trained(cube)
    with torch.inference_mode():
        whole = [torch.stack(values) for values in zip(*(inputs for inputs, _ in samples))]
        expected = network(*whole).softmax(1).numpy()
    result = run(tmp_path / "it", by_date(cube, nodata=-1), tmp_path, probabilities=str(tmp_path / "p.tif"))
    with rasterio.open(result["probabilities"]) as made:
        values = made.read()
    places = [tuple(map(int, name.split()[1].split(","))) for name in samples.names]
    assert len(places) == 19 * 30 and (values[:, 18] == -1).all()
    np.testing.assert_allclose(np.array([values[:, r, c] for r, c in places]), expected, atol=1e-5)


def test_a_series_kept_as_wrapped_whole_numbers_is_the_same_map(trained, by_date, by_variable, tmp_path):
    """What MODIS indices look like in unsigned layers: ten-thousandths, of which a few negative ones wrapped around."""
    values = np.random.default_rng(1).normal(0.5, 0.2, (3, 2, 20, 30)).round(4).clip(-0.05, 1).astype("float32")
    assert (values < 0).any()
    trained(values)
    plain = run(tmp_path / "it", by_date(values), tmp_path, probabilities=str(tmp_path / "a.tif"))
    numbers = np.rint(values * 10_000).astype("int16").view("uint16")
    layers, report = by_variable(numbers), Heard()
    given = {"layout": "variables", "probabilities": str(tmp_path / "b.tif")}
    with pytest.raises(MismatchError, match=r"trained on values around 0.5") as told:
        run(tmp_path / "it", layers, tmp_path, **given)
    assert told.value.hint.endswith("SCALE=0.0001.")
    packed = run(tmp_path / "it", layers, tmp_path, report, scale=1e-4, **given)
    with rasterio.open(plain["probabilities"]) as a, rasterio.open(packed["probabilities"]) as b:
        np.testing.assert_allclose(a.read(), b.read(), atol=1e-5)
    assert any("read as negative" in text for _, text in report.lines)
    wrong = run(tmp_path / "it", layers, tmp_path, scale=1e-4, wrapped="keep", **given)
    with rasterio.open(plain["probabilities"]) as a, rasterio.open(wrong["probabilities"]) as b:
        differ = np.abs(a.read() - b.read()).max(0) > 1e-3
    assert np.array_equal(differ, (values < 0).any((0, 1)))


def test_the_scale_that_the_file_states_is_used_and_scale_takes_its_place(trained, by_date, tmp_path):
    values = np.random.default_rng(1).uniform(0.1, 0.9, (3, 2, 20, 30)).round(3).astype("float32")

    def packed():
        layers = by_date(np.rint((values + 0.5) * 1000).astype("uint16"))
        for layer in layers:
            with rasterio.open(layer["path"], "r+") as file:
                file.scales, file.offsets = (0.001, 0.001), (-0.5, -0.5)
        return layers

    trained(values)
    plain = classes(run(tmp_path / "it", by_date(values), tmp_path)["output"])
    stated = classes(run(tmp_path / "it", packed(), tmp_path)["output"])
    assert (plain == stated).mean() > 0.995 and len(np.unique(plain)) > 1
    trained(np.rint((values + 0.5) * 1000).astype("float32"))  # a model of the bare numbers
    with pytest.raises(MismatchError, match="was trained on values around") as error:
        run(tmp_path / "it", packed(), tmp_path)
    assert error.value.hint.endswith("SCALE=1.")
    report = Heard()
    bare = classes(run(tmp_path / "it", packed(), tmp_path, report, scale=1.0)["output"])
    assert not any("files state" in text for _, text in report.lines) and len(np.unique(bare)) > 1


def test_wrapped_numbers_are_not_averaged_with_their_neighbours(greatest, make_raster, tmp_path):
    item = Input("modis", (Band("NDVI"),), DATES)
    first = np.full((1, 20, 30), 100, "uint16")
    moved = np.full((1, 20, 30), 200, "uint16")
    moved[:, :, 10:20] = 65_500
    low = np.full((1, 20, 30), 1, "uint16")
    away = {"transform": from_origin(500_004, 4_200_000, 10, 10)}
    layers = [{"path": str(make_raster(a, f"NDVI_{d}.tif", **p))}
              for a, d, p in zip((first, moved, low), DATES, ({}, away, {}))]  # fmt: skip
    made = classes(run(greatest(item), layers, tmp_path, scale=0.01)["output"])
    assert set(np.unique(made)) == {1, 2} and (made[:, 10:20] == 1).all() and (made[:, 1:10] == 2).all()


# How it is run.


def test_a_robust_stretch_is_that_of_the_rasters(with_card, greatest, by_date, cube, tmp_path):
    """Each band stretched to 0..1 by the series' own percentiles, dates together: factors do not matter."""
    item = Input("modis", (Band("NDVI"), Band("EVI")), DATES, scaling=Scaling("robust", 0, 100, pooled=True))
    model = greatest(item)
    runtime = open_runtime(with_card(task="time-series", inputs=(item,), classes=CLASSES), model, "cpu", 1)
    low, high = (f(cube, axis=(0, 2, 3)).reshape(2, 1, 1) for f in (np.min, np.max))
    pixels = np.moveaxis(((cube - low) / (high - low)).reshape(3, 2, -1), 2, 0).astype("float32")
    expected = runtime({"modis": pixels, "valid": np.ones((600, 3), bool)}).argmax(1).reshape(20, 30) + 1
    for factor in (1, 100):
        made = classes(run(model, by_date(cube * factor), tmp_path)["output"])
        assert (made == expected).mean() > 0.99
