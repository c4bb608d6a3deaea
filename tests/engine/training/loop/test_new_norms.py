"""Batch norm after few steps: a network from scratch evaluates as it was trained, a start keeps its statistics."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.loop.fit import Settings, fit
from rsdl_qgis.engine.training.loop.new_norms import new_norms, warmed

LEVELS = (100.0, 104.0)  # of the pictures of two classes, with a deviation of 1


class Levels:
    """Three batches an epoch of eight pictures, half of each class."""

    def __len__(self):
        return 3

    def epoch(self, number):
        for step in range(len(self)):
            torch.manual_seed(100 * number + step)
            labels = torch.arange(8) % 2
            yield [torch.tensor(LEVELS)[labels].view(8, 1, 1, 1) + torch.randn(8, 1, 4, 4)], labels


def network(momentum=0.01):
    torch.manual_seed(0)
    return nn.Sequential(nn.BatchNorm2d(1, momentum=momentum), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))


def trained(built, average):
    how = Settings(epochs=6, batch_size=8, learning_rate=0.1, average=average, precision="full")
    *_, last = fit(built, Levels(), F.cross_entropy, lambda _: 0.0, how, Report())
    return last.network


@pytest.mark.parametrize("average", [0, 0.99])
def test_after_eighteen_steps_a_new_network_evaluates_as_it_was_trained(average):
    """Half of the pictures are right where mean and variance are still half those of no pictures, 0 and 1."""
    evaluated = trained(network(), average)
    norm = evaluated[0]
    assert norm.running_mean.item() == pytest.approx(102, abs=1) and 3 < norm.running_var.item() < 8
    ((pictures,), labels), *_ = Levels().epoch(99)
    with torch.inference_mode():
        assert (evaluated(pictures).argmax(1) == labels).all()


def test_statistics_of_a_start_keep_their_pace():
    started = network(momentum=0.25)
    started[0].running_mean.fill_(50)
    assert new_norms(started).members == ()
    evaluated = trained(started, 0)
    assert evaluated[0].momentum == 0.25
    assert evaluated[0].running_mean.item() == pytest.approx(102 - 52 * 0.75**18, abs=1)


def test_the_pace_becomes_the_usual_one():
    built = network(momentum=0.1)
    norms, paces = new_norms(built), []
    for done in (0, 1, 9, 81, 1000):
        norms.at(done)
        paces.append(built[0].momentum)
    assert paces == pytest.approx([1, 0.9, 0.5, 0.1, 0.1])
    assert warmed(0.99, 0) == 0 and warmed(0.99, 9) == 0.5 and warmed(0.99, 10_000) == 0.99


def test_norms_without_statistics_or_with_their_plain_mean_are_left_alone():
    plain = nn.Sequential(nn.BatchNorm2d(1, track_running_stats=False), nn.BatchNorm2d(1, momentum=None))
    assert new_norms(plain).members == ()
