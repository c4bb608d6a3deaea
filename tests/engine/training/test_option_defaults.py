"""Defaults of a training are those of the table that QGIS's side reads, too."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.job import training as job_training
from rsdl_qgis.engine.training.distil import run_distil
from rsdl_qgis.engine.training.request import TrainRequest
from rsdl_qgis.engine.training.samples.augment import AUGMENTATIONS, Augmentation

MODELS = Path(__file__).parents[3] / "models"
OTHERWISE = ("augmentation", "batch_size")  # a name stands for one, the task has one


def test_a_request_of_which_nothing_is_said_has_the_defaults_of_the_table():
    requested = {f.name: f.default for f in fields(TrainRequest) if f.default is not MISSING}
    table = {name: item.default for name, item in job_training.TRAINING.items() if item.default is not None}
    names = table.keys() & requested.keys() - set(OTHERWISE)
    assert len(names) > 15
    assert {name: requested[name] for name in names} == {name: table[name] for name in names}


def test_augmentations_are_those_of_the_table():
    assert set(AUGMENTATIONS) == set(job_training.AUGMENTATIONS)
    assert AUGMENTATIONS[job_training.AUGMENTATIONS[0]] == Augmentation()


@pytest.mark.parametrize(("given", "size"), [({}, 8), ({"batch_size": 3}, 3)])
def test_the_batch_size_of_a_student_is_not_the_teachers_tasks(tmp_path, monkeypatch, given, size):
    found = {}

    def of(cls, arguments, *rest, **more):
        found.update(arguments)
        raise InputError("enough")

    monkeypatch.setattr(TrainRequest, "of", classmethod(of))
    job = {"teacher": str(MODELS / "scenes-ucmerced"), "output": str(tmp_path / "student"), **given}
    with pytest.raises(InputError, match="enough"):
        run_distil(job, Report())
    assert (found["task"], found["batch_size"]) == ("classification", size)
