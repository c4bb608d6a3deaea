"""Samples of a training as a network takes them."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.request import TrainRequest
from rsdl_qgis.engine.training.samples.data import open_data

from ..chip_folders import make_folder


@pytest.fixture
def sides(tmp_path):
    """The side of the pictures for a network, and what it is told to be."""
    folder = make_folder(tmp_path / "chips", "classification", bands=3)

    def sides(network, side=None):
        asked = {"task": "classification", "output": str(tmp_path / "model"), "network": network, "side": side}
        data = open_data(folder, TrainRequest.of(asked), network, {}, (), Report())
        assert {tuple(data.parts[part][0][0][0].shape[-2:]) for part in data.parts} == {(data.side, data.side)}
        return data.side

    return sides


def test_scenes_are_brought_to_the_networks_usual_side_or_to_that_asked_for(sides):
    assert sides("lenet5") == 32 and sides("resnet18") == 224 and sides("resnet18", 96) == 96


@pytest.mark.parametrize(
    ("network", "side", "words"),
    [
        ("lenet5", 64, "LeNet-5 takes images of 32 px, not 64. Leave SIDE empty."),
        ("resnet18", 16, "ResNet-18 does not take images of 16 px. Choose a SIDE from 32 on."),
    ],
)
def test_a_side_that_the_network_does_not_take_is_refused(sides, network, side, words):
    with pytest.raises(InputError) as refused:
        sides(network, side)
    assert f"{refused.value.message} {refused.value.hint}" == words
