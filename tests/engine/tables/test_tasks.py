"""Each line of the table of tasks is whole, and names what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rsdl_qgis.engine import jobs
from rsdl_qgis.engine.cards.card import ACTIVATIONS
from rsdl_qgis.engine.chips.folder import LABELS
from rsdl_qgis.engine.job.training import AUGMENTED
from rsdl_qgis.engine.networks import NETWORKS
from rsdl_qgis.engine.prediction.maps import COLLECTORS
from rsdl_qgis.engine.tables.tasks import ALL_TASKS, TASKS, task_of
from rsdl_qgis.engine.training.loop.losses import LOSSES
from rsdl_qgis.engine.training.request import KINDS

EVERY = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
TEXTS = ("makes", "counted", "network", "mlm", "operation", "algorithm", "trainer")


@EVERY
def test_a_line_is_whole(task):
    assert all(getattr(task, name) for name in TEXTS)
    assert task.operation in jobs.OPERATIONS and task.activation in ACTIVATIONS
    assert (task.operation == "predict") == (task in [ALL_TASKS[name] for name in COLLECTORS])
    assert sum((task.dense, task.boxes, task.scenes, task.series)) == 1


@EVERY
def test_its_networks_are_in_the_table(task):
    assert set(task.networks) <= {line.task for line in NETWORKS.values()}
    assert NETWORKS[task.network].task == task.networks[0]


@EVERY
def test_its_labels_are_those_of_chips(task):
    assert set(task.chip_labels) <= set(LABELS) and {KINDS[label] for label in task.chip_labels} == set(task.kinds)


@EVERY
def test_its_losses_are_for_its_labels(task):
    for name, kind in task.kinds.items():
        assert kind.metric and {LOSSES[loss].kind for loss in kind.losses} <= {name}
        assert set(kind.default) <= set(kind.losses) and bool(kind.default) == bool(kind.losses)


def test_every_loss_and_every_network_is_of_some_task():
    assert {loss for task in TASKS.values() for loss in task.losses} == set(LOSSES) - {"distillation"}
    assert {group for task in TASKS.values() for group in task.networks} == {line.task for line in NETWORKS.values()}


def test_augmentations_for_some_tasks():
    assert AUGMENTED["parcels"] == ("classification",)
    assert AUGMENTED["mosaic"] == ("segmentation", "change", "regression", "detection")


@pytest.mark.parametrize("changes", [{"labels": "smells"}, {"rasters": "films"}, {"kinds": {}}, {"networks": ()}])
def test_a_line_that_lacks_something_is_refused(changes):
    with pytest.raises(ValueError, match="not complete"):
        replace(TASKS["segmentation"], **changes)


def test_models_of_other_programs_may_be_for_another_task():
    other = task_of("image-captioning")
    assert not other.outputs and not (other.dense or other.boxes or other.scenes or other.series or other.numbers)
    assert task_of("change") is TASKS["change"]
