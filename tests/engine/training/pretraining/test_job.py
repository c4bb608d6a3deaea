"""The job "pretrain": an encoder from chips without labels, what takes its features, and what starts from it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import rasterio
import torch
from safetensors.torch import load_file

from rsdl_qgis.engine import jobs
from rsdl_qgis.engine.cards.card import WEIGHTS_FILE
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.chips.folder import files_of
from rsdl_qgis.engine.errors import Cancelled, InputError, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import card_network
from rsdl_qgis.engine.runtime.features import feature_count, open_features
from rsdl_qgis.engine.training import train
from rsdl_qgis.engine.training.pretraining.job import even, run_pretrain
from rsdl_qgis.engine.training.train import run_train

from ..chip_folders import make_folder
from ..layers import box, raster, vector
from ..test_train import Heard

NETWORK = {"network": "resnet18", "options": {"width": 4}}
QUICK = {**NETWORK, "epochs": 3, "batch_size": 4, "threads": 1, "device": "cpu"}
FEATURES = 32


def asked(folder, **given):
    return {"chips": str(folder / "chips"), "output": str(folder / "model"), **QUICK, **given}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with chips that have no labels, the model of them, its report, and what was said."""
    folder, heard = tmp_path_factory.mktemp("pretrained"), Heard()
    make_folder(folder / "chips", counts=(13, 4, 0), labels="none")
    result = run_pretrain(asked(folder, report=str(folder / "report.html"), keep="best"), heard)
    return folder, result, heard.lines


class Stopping(Heard):
    """Cancels after the first epoch."""

    def cancelled(self):
        return any(line.startswith("Epoch ") for _, line in self.lines)


def weights(model):
    return load_file(model / WEIGHTS_FILE)


def same(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_it_becomes_a_model_of_features_that_tells_how_it_was_made(made):
    folder, result, lines = made
    card = read_card(folder / "model")
    assert (card.task, card.network, card.options, card.classes) == ("embedding", "resnet18", {"width": 4}, ())
    assert result["features"] == card.channels == len(card.values) == FEATURES
    assert [band.name for band in card.inputs[0].bands] == ["B1", "B2"] and card.inputs[0].scaling.mean
    assert card.tiling.size == 32 and card.resolution == 10
    note = card.provenance
    assert note["labels"] == "none were used" and note["samples"] == {"train": 13, "valid": 4}
    settings = {name: note["settings"][name] for name in ("seed", "epochs", "batch_size", "keep")}
    assert settings == {"seed": 0, "epochs": 3, "batch_size": 4, "keep": "best"}
    found = note["losses"]["valid"]
    assert found["loss"] == pytest.approx(25 * found["invariance"] + 25 * found["variance"] + found["covariance"], 1e-3)
    assert result["main"] == found["loss"] and 1 <= result["best_epoch"] == note["best_epoch"] <= 3
    assert not any(name.startswith(("expander", "fc", "encoder")) for name in weights(folder / "model"))
    assert "Labels are not used" in lines[0][1]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "without labels" in page and "Training curves" in page and "Covariance" in page
    assert not (folder / "model.training").exists()


@pytest.mark.parametrize("engine", ["onnx", "torch", "card"])
def test_every_engine_gives_the_features_of_its_weights(made, engine):
    folder = made[0] / "model"
    card = read_card(folder)
    images = np.random.default_rng(0).normal(size=(5, 1, 2, 32, 32)).astype("float32")
    found = open_features(card, folder, "cpu", 1, engine=engine)({"image": images})
    assert found.shape == (5, FEATURES) and feature_count(card, folder) == FEATURES
    assert np.unique(found.round(3), axis=0).shape[0] == 5 and found.std(0).max() > 1e-3
    network = card_network(card)
    network.load_state_dict(weights(folder))
    network.eval()
    with torch.inference_mode():
        maps = network.stages(torch.from_numpy(images[:, 0]))[-1].mean((2, 3))
    np.testing.assert_allclose(found, maps.numpy(), atol=1e-4)


def test_the_same_for_a_seed_and_labels_are_not_looked_at(made, tmp_path):
    make_folder(tmp_path / "chips", counts=(13, 4, 0), labels="raster")
    run_pretrain(asked(tmp_path, keep="best"), Report())
    first = weights(made[0] / "model")
    assert same(first, weights(tmp_path / "model"))
    run_pretrain(asked(tmp_path, keep="best", seed=1), Report())
    assert not same(first, weights(tmp_path / "model"))


def test_images_side_by_side_are_enough(tmp_path):
    chips = make_folder(tmp_path / "chips", counts=(17, 0, 0), labels="none")
    (tmp_path / "images").mkdir()
    for path in files_of(chips):
        shutil.copy(chips.file(path), tmp_path / "images")
    result = run_pretrain(asked(tmp_path, chips=str(tmp_path / "images"), epochs=1, valid=0.2), Report())
    assert result["epochs"] == 1 and read_card(tmp_path / "model").channels == FEATURES


def test_one_that_was_stopped_goes_on_to_the_same(made, tmp_path):
    make_folder(tmp_path / "chips", counts=(13, 4, 0), labels="none")
    with pytest.raises(Cancelled, match="best model so far"):
        run_pretrain(asked(tmp_path, keep="best"), Stopping())
    best = read_card(tmp_path / "model.training" / "best")
    assert best.channels == FEATURES and feature_count(best, tmp_path / "model.training" / "best") == FEATURES
    heard = Heard()
    run_pretrain(asked(tmp_path, keep="best"), heard)
    assert any("resumes" in line for _, line in heard.lines)
    assert not any("Epoch 1 of" in line for _, line in heard.lines)
    assert same(weights(made[0] / "model"), weights(tmp_path / "model"))


def test_the_last_epoch_is_kept_by_default(made, tmp_path):
    make_folder(tmp_path / "chips", counts=(13, 4, 0), labels="none")
    result = run_pretrain(asked(tmp_path, epochs=2), Report())
    assert result["best_epoch"] == result["epochs"] == 2


def begun(made, tmp_path, task, **given):
    """A training that starts from the encoder, and what it said."""
    make_folder(tmp_path / "chips", task, counts=(6, 3, 0))
    heard = Heard()
    base = {"base_model": str(made[0] / "model"), "task": task, "chips": str(tmp_path / "chips")}
    usual = {"epochs": 1, "batch_size": 3, "threads": 1, "device": "cpu", "output": str(tmp_path / "trained")}
    run_train({**base, **usual, **given}, heard)
    return tmp_path / "trained", [line for _, line in heard.lines]


def test_a_map_starts_from_it_and_its_frozen_encoder_is_that_of_the_model(made, tmp_path):
    given = {"options": {"widths": [4] * 5}, "freeze": "encoder", "average": 0}
    model, lines = begun(made, tmp_path, "segmentation", **given)
    card = read_card(model)
    assert card.network == "unet-encoder" and card.options["encoder"] == "resnet18"
    assert card.options["encoder_options"] == {"width": 4}
    assert card.inputs[0].scaling == read_card(made[0] / "model").inputs[0].scaling
    before, after = weights(made[0] / "model"), weights(model)
    for name, value in before.items():  # weights are stored in half precision there
        torch.testing.assert_close(after[f"encoder.{name}"].to(value), value, atol=1e-3, rtol=1e-3)
    (line,) = [line for line in lines if line.startswith("Started from the model 'model' (ResNet-18)")]
    count = sum(value.numel() for name, value in before.items() if "running" not in name and "num_b" not in name)
    assert f"{count:,} parameters loaded" in line


@pytest.mark.parametrize("given", [{}, {"method": "linear"}, {"method": "knn"}])
def test_a_classifier_of_scenes_starts_from_it(made, tmp_path, given):
    model, lines = begun(made, tmp_path, "classification", **given)
    card = read_card(model)
    assert card.network == "resnet18" and len(card.classes) == 2 and card.options["width"] == 4
    assert any("parameters loaded, 0 adapted" in line for line in lines)


def test_a_map_of_numbers_starts_from_it_without_units(made, tmp_path, monkeypatch):
    folded = []
    fold = train.fold
    monkeypatch.setattr(train, "fold", lambda *args, **named: (folded.append(args[1:]), fold(*args, **named)))
    given = {"network": "unet-encoder", "options": {"widths": [4] * 5}}
    begun(made, tmp_path, "regression", **given)
    assert folded and not any(folded)  # its outputs are no numbers in units, which would be turned back


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A raster of 160 x 128 pixels with two bands; the layer of a job."""
    values = np.random.default_rng(0).integers(1, 200, (2, 160, 128)).astype("uint8")
    return raster(tmp_path_factory.mktemp("scene") / "scene.tif", values, names=("B1", "B2"))


def test_rasters_are_cut_and_their_features_mapped(made, tmp_path, scene):
    cut = {"sources": [{"title": "scene", "inputs": {"image": [scene]}}], "chips": None, "chip_size": 16}
    run_pretrain(asked(tmp_path, **cut, valid=0.2, epochs=1), Report())
    assert 40 < sum(read_card(tmp_path / "model").provenance["samples"].values()) < 80
    job = {"model": str(tmp_path / "model"), "inputs": {"image": [scene]}, "output": str(tmp_path / "features.tif")}
    jobs.OPERATIONS["embed_image"]({**job, "size": 32, "threads": 1, "device": "cpu"}, Report())
    with rasterio.open(tmp_path / "features.tif") as file:
        found = file.read()
    assert found.shape == (FEATURES, 5, 4) and np.isfinite(found).all() and found.std((1, 2)).max() > 1e-3


def test_similar_places_are_found_by_it(made, tmp_path, scene):
    example = vector(tmp_path / "example.geojson", [(box(0, 0, 32, 32), {})])["path"]
    job = {"model": str(made[0] / "model"), "input": scene, "size": 32, "examples": example, "threads": 1}
    job |= {"examples_crs": "EPSG:32634", "output": str(tmp_path / "likeness.tif"), "device": "cpu"}
    jobs.OPERATIONS["find_similar"](job, Report())
    with rasterio.open(tmp_path / "likeness.tif") as file:
        likeness = file.read(1)
    assert np.isfinite(likeness).all() and np.unravel_index(likeness.argmax(), likeness.shape) == (0, 0)


@pytest.mark.parametrize(("form", "ending"), [("zip", ".zip"), ("onnx", ".onnx"), ("torchscript", ".pt")])
def test_it_is_exported_and_the_same(made, tmp_path, form, ending):
    job = {"model": str(made[0] / "model"), "format": form, "output": str(tmp_path / f"net{ending}"), "tiles": 2}
    result = jobs.OPERATIONS["export_model"]({**job, "report": str(tmp_path / "report.html")}, Report())
    assert (tmp_path / f"net{ending}").stat().st_size > 1000 and result["largest"] < 1e-4


def test_it_is_described_and_listed(made, tmp_path, scene):
    job = {"model": str(made[0] / "model"), "layer": scene, "report": str(tmp_path / "report.html")}
    result = jobs.OPERATIONS["describe_model"](job, Report())
    assert result["fits"]
    about = result["sheet"]
    assert about["what_it_gives"]["Features"] == str(FEATURES)
    assert about["where_it_is_from"]["Labels"] == "none were used" and "VICReg" in about["where_it_is_from"]["Method"]
    page = tmp_path / "models.html"
    listed = jobs.OPERATIONS["list_models"]({"folders": [str(made[0])], "report": str(page)}, Report())
    assert listed["count"] >= 1 and ">embedding<" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"chips": None}, InputError, "no images to train on"),
        ({"network": "lenet5"}, ModelError, r"LeNet-5 is a network for classification that cannot be the encoder"),
        ({"network": "yolo-n"}, ModelError, "YOLO, nano is a network for detection"),
        ({"network": "unet"}, ModelError, "U-Net is a network for segmentation"),
        ({"network": "resnet19"}, ModelError, "There is no network 'resnet19'"),
        ({"options": {"widths": [4]}}, ModelError, "no option 'widths'"),
        ({"augmentation": "none"}, InputError, "AUGMENTATION cannot be 'none'"),
        (
            {"augmentation": {"gain": 0, "offset": 0, "noise": 0, "zoom": 1, "flips": False}},
            InputError,
            "two views of an image would be the same",
        ),
        ({"split": "random", "valid": 0}, InputError, "0 validation chips, and at least 2"),
        ({"batch_size": 1}, InputError, "BATCH_SIZE"),
        ({"side": 8}, InputError, "does not take images of 8 px"),
        ({"labels": []}, InputError, "There is no argument"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, given, error, text):
    make_folder(tmp_path / "chips", counts=(10, 2, 0), labels="none")
    with pytest.raises(error, match=text):
        run_pretrain({**asked(tmp_path), **given}, Report())
    assert not (tmp_path / "model").exists() and not (tmp_path / "model.training").exists()


def test_too_few_chips_are_refused(tmp_path):
    make_folder(tmp_path / "chips", counts=(4, 2, 0), labels="none")
    with pytest.raises(InputError, match="There are 4 training chips, and at least 8 are needed"):
        run_pretrain(asked(tmp_path), Report())


@pytest.mark.parametrize(("count", "most", "size"), [(13, 4, 4), (9, 4, 3), (8, 4, 4), (130, 128, 65), (2, 64, 2)])
def test_batches_are_of_about_the_same_size(count, most, size):
    assert even(count, most) == size
