"""The evaluation of a trained network: one way for all kinds of labels."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.evaluation.results import Evaluation
from rsdl_qgis.engine.training.evaluate import models as judge
from rsdl_qgis.engine.training.evaluate.models import KINDS, SHOWN, example_pictures
from rsdl_qgis.engine.training.request import KINDS as OF_LABELS

from .. import made_samples as made
from .test_samples import evaluated


def test_every_kind_of_labels_can_be_evaluated():
    assert set(KINDS) == set(OF_LABELS.values())


class Held:
    """Data whose test split are maps, or series."""

    held_out, kind = "test", "classes"

    def __init__(self, samples):
        self.parts = {"test": samples}


@pytest.fixture
def drawn(monkeypatch):
    """The indices of the samples of which examples are made; each is said to be 'seen'."""
    found = []

    class Kind:
        @staticmethod
        def example(index, run, data, card):
            found.append(index)
            return ("seen" if index % 2 else ""), {"image": f"data:{index}"}

    monkeypatch.setattr(judge, "KINDS", {"classes": Kind})
    return found


def test_examples_are_the_worst_and_the_best_samples_with_their_own_metric(drawn):
    samples = made.maps(sizes=((12, 10),) * 10)
    evaluation: Evaluation = evaluated("maps", samples=samples)
    pictures = example_pictures(evaluation, None, Held(samples), None)
    order = sorted(range(10), key=lambda i: evaluation.scores[i])
    assert drawn == [*order[:SHOWN], *order[: -SHOWN - 1 : -1]]
    worst = order[0]
    title = f"sample {worst}: mean IoU {evaluation.scores[worst]:.3f}" + ("; seen" if worst % 2 else "")
    assert pictures["worst"][0] == {"title": title, "image": f"data:{worst}"}


def test_one_sample_alone_is_the_worst(drawn):
    samples = made.maps(sizes=((12, 10),))
    pictures = example_pictures(evaluated("maps", samples=samples), None, Held(samples), None)
    assert len(pictures["worst"]) == 1 and pictures["best"] == []


def test_series_are_no_pictures(drawn):
    samples = made.scenes()
    samples.images = samples.images[..., 0, 0]
    assert example_pictures(evaluated("scenes"), None, Held(samples), None) == {} and not drawn
