"""rsdl:pretrainencoder: what it asks of the engine and refuses, and an encoder from rasters to a training."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.cards.store import read_card

from ..training_data import chips_of

NOISE = np.random.default_rng(0).integers(1, 200, (3, 96, 128)).astype(float)


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", list(NOISE), descriptions=("blue", "nir", "red"))


@pytest.fixture
def chips(tmp_path):
    return chips_of(tmp_path)


def test_a_job_of_defaults(run, asked, image, home):
    results, _ = run("pretrainencoder", {"IMAGES": [image]})
    job = asked("pretrain")
    expected = {"network": "resnet18", "options": {}, "epochs": None, "batch_size": 64, "learning_rate": 0.001,
                "weight_decay": 0.0001, "valid": 0.1, "split": "blocks", "augmentation": "standard", "chips": None,
                "side": None, "resume": True}  # fmt: skip
    assert {name: job[name] for name in expected} == expected
    assert job["sources"][0]["inputs"]["image"][0]["bands"] == [1, 2, 3]
    assert job["input_bands"] == {"image": ["blue", "nir", "red"]} and "labels" not in job
    assert job["output"] == results["MODEL"] == str(home / "models" / "image-resnet18-encoder")


def test_bands_and_options(run, asked, image):
    given = {"BANDS": "3,1", "NETWORK": "mobilenet-v2", "OPTIONS": '{"width": 0.5}', "CHIP_SIZE": 32, "SIDE": 64}
    run("pretrainencoder", {"IMAGES": [image], **given, "AUGMENTATION": "strong", "VALIDATION": 20, "EPOCHS": 7})
    job = asked("pretrain")
    assert job["input_bands"] == {"image": ["red", "blue"]}
    expected = {"network": "mobilenet-v2", "options": {"width": 0.5}, "chip_size": 32, "side": 64, "valid": 0.2}
    expected |= {"augmentation": "strong", "epochs": 7}
    assert {name: job[name] for name in expected} == expected


def test_a_chip_folder_in_place_of_rasters(run, asked, chips, home):
    results, _ = run("pretrainencoder", {"CHIPS": chips})
    job = asked("pretrain")
    assert job["chips"] == chips and job["split"] is None and "sources" not in job
    assert results["MODEL"] == str(home / "models" / "chips-resnet18-encoder")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"IMAGES": []}, ["IMAGES", "CHIPS"]),
        ({"CHIPS": "CHIPS"}, ["IMAGES", "cannot be used with CHIPS"]),
        ({"CHIPS": "/no/such/folder", "IMAGES": []}, ["/no/such/folder"]),
        ({"NETWORK": "unet"}, ["'unet'", "resnet18"]),
        ({"NETWORK": "lenet5"}, ["'lenet5'", "resnet18"]),
        ({"OPTIONS": "4"}, ["OPTIONS"]),
        ({"BANDS": "1,9"}, ["BANDS", "9"]),
        ({"VALIDATION": 90, "CHIP_OVERLAP": 4}, ["CHIP_OVERLAP", "CHIP_SIZE"]),
        ({"SPLIT": "chips"}, ["SPLIT=chips"]),
        ({"OUTPUT": "/no/such/folder/model"}, ["/no/such/folder"]),
    ],
)
def test_refuses_with_a_sentence(refusal, asked, image, chips, changes, words):
    parameters = {name: chips if value == "CHIPS" else value for name, value in {"IMAGES": [image], **changes}.items()}
    text = refusal("pretrainencoder", parameters)
    assert all(word in text for word in words), text


def test_the_help_says_when_it_helps_and_when_not(provider):
    text = provider.algorithm("pretrainencoder").shortHelpString()
    assert "self-supervised" in text and "harm with more labels" in text and "PRETRAINED" in text


def test_from_rasters_to_an_encoder(run, image, home, tmp_path):
    small = {"OPTIONS": '{"width": 4}', "CHIP_SIZE": 16, "EPOCHS": 1, "BATCH_SIZE": 8, "DEVICE": "cpu", "THREADS": 1}
    report = str(tmp_path / "report.html")
    results, _ = run("pretrainencoder", {"IMAGES": [image], **small, "REPORT": report, "NAME": "mine"})
    card = read_card(home / "models" / "mine")
    assert (card.task, card.network, card.channels) == ("embedding", "resnet18", 32)
    assert [band.name for band in card.inputs[0].bands] == ["blue", "nir", "red"]
    assert results["BEST_EPOCH"] == 1 and results["MAIN_FIGURE"] > 0
    assert "without labels" in (tmp_path / "report.html").read_text(encoding="utf-8")
    features = str(tmp_path / "features.tif")
    found, _ = run("embedimage", {"INPUT": image, "MODEL": "mine", "SIZE": 32, "OUTPUT": features, "DEVICE": "cpu"})
    assert found["FEATURE_COUNT"] == 32 and found["PATCHES"] == 12
