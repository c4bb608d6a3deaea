"""The domain of the training split, and the limit by the validation split."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Scaling
from rsdl_qgis.engine.cards.card_schema import check_card
from rsdl_qgis.engine.cards.stac_mlm import from_item, to_item
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.evaluate import domain

from ..made_samples import INPUTS, Given


def split(count, seed, shift=0.0):
    images = np.random.default_rng(seed).normal(shift, 1, (count, 1, 2, 64, 64))
    return Given(images, np.zeros((count, 64, 64), np.uint8))


@pytest.fixture(scope="module")
def data():
    parts = {"train": split(40, 1), "valid": split(30, 2), "test": split(10, 3, shift=4.0)}
    return SimpleNamespace(parts=parts, held_out="test")


@pytest.fixture
def own(card):
    return replace(card, inputs=INPUTS)


def test_it_is_fitted_on_two_splits_and_judges_the_third(own, data):
    made = domain.with_domain(own, data, Report())
    assert made.domain is not None and len(made.domain.mean) == 7
    assert domain.share_beyond(made, data.parts["valid"], Report()) == pytest.approx(0.01, abs=0.01)
    assert domain.share_beyond(made, data.parts["test"], Report()) == 1
    assert domain.share_beyond(own, data.parts["test"], Report()) is None
    assert from_item(to_item(made)).domain == made.domain


def test_tasks_without_maps_and_few_data_have_none(own, data, monkeypatch):
    assert domain.with_domain(replace(own, task="classification"), data, Report()).domain is None
    few = SimpleNamespace(parts={**data.parts, "valid": split(3, 5)})
    assert domain.with_domain(own, few, Report()).domain is None


def test_a_part_of_many_samples_is_looked_at(own, data, monkeypatch):
    monkeypatch.setattr(domain, "MOST", 5)
    assert len(domain.seen(data.parts["train"], own, Report())) == 5 * 4


def test_the_flattest_image_of_training_is_kept(own, data):
    """Only of a model that stretches each image by its own percentiles."""

    class Chips(Given):
        def scales(self, index):
            low = np.full((1, 2), 10.0 + index)
            return [SimpleNamespace(offset=low, gain=1 / (100.0 - low), normalization=None)]

    images = data.parts["train"].images
    parts = {**data.parts, "train": Chips(images, data.parts["train"].labels)}
    given = SimpleNamespace(parts=parts, held_out="test")
    stretched = replace(own, inputs=(replace(INPUTS[0], scaling=Scaling("robust")),))
    made = domain.with_domain(stretched, given, Report())
    assert made.domain.flattest == pytest.approx(0.49)
    assert from_item(to_item(made)).domain == made.domain
    assert domain.with_domain(own, given, Report()).domain.flattest is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mean": (0.0,) * 6}, "domain.mean has 6"),
        ({"components": ((1.0,) * 7, (1.0,) * 6), "variances": (1.0, 1.0)}, "domain.components has 6"),
        ({"variances": (1.0,)}, "domain.variances has 1"),
    ],
)
def test_a_card_whose_domain_is_of_other_inputs_is_refused(own, data, change, words):
    made = domain.with_domain(own, data, Report())
    with pytest.raises(ModelError, match=words):
        check_card(replace(made, domain=replace(made.domain, **change)), "The card")
    check_card(replace(made, axes="NCHW"), "The card")
    with pytest.raises(ModelError, match="is of images, which this model does not take"):
        check_card(replace(made, axes="NC"), "The card")
    broken = to_item(made)
    broken["properties"]["rsdl:domain"]["std"] = 0
    with pytest.raises(ModelError, match=r"rsdl:domain\.std"):
        from_item(broken)
