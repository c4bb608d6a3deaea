"""What a training job asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rsdl_qgis.engine.chips.folder import with_splits
from rsdl_qgis.engine.errors import InputError, ModelError
from rsdl_qgis.engine.training.loop.work_folder import fingerprint
from rsdl_qgis.engine.training.request import DistilRequest, TrainRequest

from .chip_folders import make_folder


def test_a_training_is_known_by_what_it_learns_from_and_how(tmp_path):
    chips = make_folder(tmp_path / "chips", counts=(2, 1, 0), side=8)
    asked = {"task": "segmentation", "output": str(tmp_path / "a"), "seed": 1}

    def known_by(chips=chips, **given):
        return fingerprint(TrainRequest.of({**asked, **given}), chips)

    same = known_by()
    told = {"title": "c", "background": "none", "resolution_tolerance": 4}
    assert same == known_by(output=str(tmp_path / "b"), threads=2, **told)
    assert same != known_by(seed=2)
    assert same != known_by(loss=["dice"])
    assert same != known_by(with_splits(chips, ["valid", "train", "train"]))
    assert same == known_by(replace(chips, path=tmp_path / "elsewhere"))


def test_a_training_that_an_older_version_began_is_known_again(tmp_path):
    chips = make_folder(tmp_path / "chips", counts=(2, 1, 0), side=8)
    asked = {"task": "segmentation", "output": str(tmp_path / "a"), "seed": 1, "threads": 2}
    cut = replace(chips, note={**chips.note, "request": "abc"})
    options = {"loss": ["dice"], "augmentation": {"gain": 0.2, "flips": False}, "options": {"widths": [4, 8]}}
    request = TrainRequest.of({**asked, **options, "epochs": 3, "title": "é"})
    assert fingerprint(TrainRequest.of(asked), chips)[:16] == "2b98603f3a06bf58"
    assert fingerprint(request, cut)[:16] == "9d772a70596cccd6"
    distilled = DistilRequest.of({**asked, "task": None, "teacher": "flood-s2", "temperature": 3.0, "labels": []})
    assert fingerprint(distilled.training, chips)[:16] == "a9e4882ef0b4919b"


def test_a_distillation_is_of_the_teachers_task(tmp_path):
    asked = {"output": str(tmp_path / "a"), "teacher": "flood-s2", "base_model": "flood-s2", "labels": []}
    request = DistilRequest.of(asked)
    assert (request.training.task, request.teacher.name, request.temperature) == ("segmentation", "flood-s2", 2.0)
    assert request.training.base_model is None and not request.training.data.cut.labelled
    labels = [{"path": "labels.tif"}]
    assert DistilRequest.of({**asked, "labels": labels}).training.data.cut.labels[0].title == "labels"
    with pytest.raises(InputError, match="TEACHER cannot be 3"):
        DistilRequest.of({**asked, "teacher": 3})


@pytest.mark.parametrize("task", ["regression", "classification", "detection"])
def test_a_background_is_of_maps_of_classes(tmp_path, task):
    with pytest.raises(InputError, match=f"BACKGROUND is for maps of classes, which {task} does not make"):
        TrainRequest.of({"task": task, "output": str(tmp_path / "a"), "background": "sea"})


@pytest.mark.parametrize(("asked", "batches", "epochs"), [(None, 6, 134), (None, 1, 150), (None, 500, 20), (7, 6, 7)])
def test_small_data_sets_are_gone_through_more_often(tmp_path, asked, batches, epochs):
    request = TrainRequest.of({"task": "segmentation", "output": str(tmp_path / "model"), "epochs": asked})
    assert request.epochs_of(batches) == epochs


@pytest.mark.parametrize("task", ["segmentation", "change", "regression", "classification", "time-series", "detection"])
def test_an_augmentation_that_would_spoil_the_labels_is_refused(tmp_path, task):
    fits = {"mosaic": task not in ("classification", "time-series"), "parcels": task == "classification"}
    for name, fitting in fits.items():
        asked = {"task": task, "output": str(tmp_path / "model")}
        for augmentation in (name, {name: 0.1}):
            if fitting:
                assert getattr(TrainRequest.of({**asked, "augmentation": augmentation}).augmentation, name) > 0
                continue
            with pytest.raises(InputError, match=f"'{name}' is for .*, and this is {task}.") as refused:
                TrainRequest.of({**asked, "augmentation": augmentation})
            assert "AUGMENTATION" in refused.value.hint


@pytest.mark.parametrize(("task", "size"), [("segmentation", 8), ("classification", 16), ("time-series", 64)])
def test_the_batch_size_is_the_tasks_unless_one_is_asked_for(tmp_path, task, size):
    job = {"task": task, "output": str(tmp_path / "model")}
    assert TrainRequest.of(job).batch_size == size
    assert TrainRequest.of({**job, "batch_size": 3}).batch_size == 3


@pytest.mark.parametrize(
    ("given", "decay"),
    [
        ({}, 1),
        ({"pretrained": "imagenet"}, 0.85),
        ({"pretrained": "imagenet", "layer_decay": 1}, 1),
        ({"pretrained": "imagenet", "method": "lora"}, 1),
        ({"layer_decay": 0.7}, 0.7),
    ],
)
def test_published_weights_are_changed_gently_by_default(tmp_path, given, decay):
    asked = {"task": "classification", "output": str(tmp_path / "a"), **given}
    assert TrainRequest.of(asked).layer_decay_used == decay


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"pretrained": "efficientnet-lit0"}, ModelError, "no published weights .* Did you mean efficientnet-lite0"),
        ({"pretrained": "nothing.pt"}, ModelError, "no published weights 'nothing.pt', and no such file. Choose"),
        (
            {"pretrained": "resnet18", "head_epochs": 3, "epochs": 3},
            InputError,
            "HEAD_EPOCHS=3 leaves none of 3 epochs",
        ),
        ({"pretrained": "resnet18", "method": "knn", "multilabel": True}, InputError, "METHOD=knn is for one class a"),
    ],
)
def test_a_start_that_cannot_be_is_told_before_the_chips_are_cut(tmp_path, given, error, words):
    with pytest.raises(error, match=words):
        TrainRequest.of({"task": "classification", "output": str(tmp_path / "a"), **given})


@pytest.mark.parametrize(
    "given",
    [
        {"pretrained": "ImageNet"},
        {"pretrained": "resnet18", "head_epochs": 3},
        {"pretrained": "resnet18", "head_epochs": 3, "epochs": 4},
        {"pretrained": "resnet18", "method": "linear", "multilabel": True},
    ],
)
def test_starts_that_can_be(tmp_path, given):
    TrainRequest.of({"task": "classification", "output": str(tmp_path / "a"), **given})
