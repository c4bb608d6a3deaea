"""Monte-Carlo dropout, through whole jobs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
import torch

from rsdl_qgis.engine.cards.card import Scaling
from rsdl_qgis.engine.errors import InputError, MismatchError, TrainStepMissing
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime import dropout
from rsdl_qgis.engine.runtime.torch_engine import dropouts
from rsdl_qgis.engine.training.model import card_for, write_model


@pytest.fixture(scope="module")
def model(card, tmp_path_factory):
    """A folder with an untrained U-Net of so much dropout."""

    def make(share):
        torch.manual_seed(2)
        inputs = (replace(card.inputs[0], scaling=Scaling(mean=((100.0, 100.0),), std=((50.0, 50.0),))),)
        options = {"widths": [4, 8], "dropout": share}
        network = build_network("unet", {i.name: i.shape for i in inputs}, 2, **options).eval()
        with torch.no_grad():
            list(network.parameters())[-2].mul_(200)  # of the last convolution: clear probabilities without training
        made = card_for(
            network,
            name="dropping",
            title="dropping",
            architecture="unet",
            inputs=inputs,
            task="segmentation",
            classes=card.classes[:2],
            options=options,
            size=32,
        )
        folder = tmp_path_factory.mktemp("dropping")
        write_model(network, made, folder / "dropping", fastest=lambda *_: "onnx")
        return folder / "dropping"

    return make


@pytest.fixture(scope="module")
def dropping(model):
    return model(0.4)


@pytest.fixture
def predict(make_raster, tmp_path, rng):
    image = make_raster(rng.integers(1, 200, (2, 60, 90)).astype("uint8"))

    def run(path, name="", **more):
        files = {key: str(tmp_path / f"{name}{key}.tif") for key in ("output", "probabilities", "uncertainty")}
        job = {"model": str(path), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu", "tile_size": 64}
        return OPERATIONS["predict"]({**job, **files, **more}, Report())

    return run


def read(path):
    with rasterio.open(path) as file:
        return file.read()


def test_passes_are_averaged_and_the_same_job_gives_the_same(predict, dropping):
    once, many, again, more = (
        read(predict(dropping, name, passes=passes)["probabilities"])
        for name, passes in (("one", 1), ("a", 8), ("b", 8), ("c", 40))
    )
    assert np.array_equal(many, again)
    assert np.abs(many - once).max() > 0.01 and np.abs(many - more).max() > 0.001
    np.testing.assert_allclose(many.sum(0), 1, atol=1e-5)


def test_the_mean_is_that_of_single_passes(predict, dropping, monkeypatch):
    """Of probabilities, not of logits, and by one dropout a pass: pass 0 of one and of two passes is the same."""
    found = []

    def seeded(seed):
        found.append(seed)
        return torch.default_generator.manual_seed(seed)

    monkeypatch.setattr(torch, "manual_seed", seeded)
    two = read(predict(dropping, "two", passes=2, tta="none")["probabilities"])
    assert found and found == [0, 1] * (len(found) // 2)
    monkeypatch.setattr(torch, "manual_seed", lambda seed: torch.default_generator.manual_seed(0))
    first = read(predict(dropping, "first", passes=2)["probabilities"])
    monkeypatch.setattr(torch, "manual_seed", lambda seed: torch.default_generator.manual_seed(1))
    second = read(predict(dropping, "second", passes=2)["probabilities"])
    np.testing.assert_allclose(two, (first + second) / 2, atol=1e-5)


def test_it_goes_with_test_time_augmentation(predict, dropping):
    plain, turned = (read(predict(dropping, t, passes=3, tta=t)["probabilities"]) for t in ("none", "flips"))
    assert np.abs(plain - turned).max() > 1e-3


def test_what_has_no_dropout_is_refused_before_work(predict, model, dropping, monkeypatch, tmp_path):
    with pytest.raises(MismatchError, match="has no dropout, so that all 5 passes would be the same"):
        predict(model(0.0), passes=5)
    with pytest.raises(MismatchError, match="ENGINE=onnx does not have"):
        predict(dropping, passes=5, engine="onnx")
    with pytest.raises(MismatchError, match="an ONNX has no dropout"):
        predict(dropping / "model.onnx", passes=5)
    with pytest.raises(InputError, match="PASSES"):
        predict(dropping, passes=0)
    monkeypatch.setattr(dropout, "has_torch", lambda: False)
    with pytest.raises(TrainStepMissing, match="with PyTorch"):
        predict(dropping, passes=5)
    assert not list(tmp_path.glob("output*"))


def test_dropouts_of_a_network():
    shapes = {"image": (1, 2)}
    assert not dropouts(build_network("unet", shapes, 2, widths=[4, 8]))
    assert dropouts(build_network("unet", shapes, 2, widths=[4, 8], dropout=0.2))
