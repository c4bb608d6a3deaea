"""What a training job asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.chips import with_splits
from rsdl_qgis.engine.training.request import TrainRequest, fingerprint

from .chip_folders import make_folder


def test_a_training_is_known_by_what_it_learns_from_and_how(tmp_path):
    chips = make_folder(tmp_path / "chips", counts=(2, 1, 0), side=8)
    asked = {"task": "segmentation", "output": "a", "seed": 1}
    same = fingerprint(asked, chips)
    assert same == fingerprint({**asked, "output": "b", "threads": 2, "title": "c"}, chips)
    assert same != fingerprint({**asked, "seed": 2}, chips)
    assert same != fingerprint({**asked, "teacher": "big"}, chips)
    assert same != fingerprint(asked, with_splits(chips, ["valid", "train", "train"]))
    assert same == fingerprint(asked, replace(chips, path=tmp_path / "elsewhere"))


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
