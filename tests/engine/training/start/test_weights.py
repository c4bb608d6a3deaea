"""Weights to start from: which published ones fit, and where a network's encoders are."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.training.start.weights import (
    encoders,
    model_weights,
    pretrained_weights,
    published_for,
    start_inputs,
)
from rsdl_qgis.paths import plugin_file

from ...networks.samples import build


@pytest.mark.parametrize(("network", "options", "name"), [
    ("unet-encoder", {"encoder": "resnet18"}, "resnet18"),
    ("resnet18", {}, "resnet18"),
    ("segnet", {}, "vgg16-bn"),
    ("vit-b32", {"size": 96}, "vit-b32"),
])  # fmt: skip
def test_the_published_weights_that_fit(network, options, name):
    with torch.device("meta"):
        assert published_for(build_network(network, {"image": (1, 5)}, 3, **options)) == name


def test_no_published_weights_fit():
    with pytest.raises(ModelError, match="no published weights for this network") as refused:
        published_for(build("unet", {"image": (1, 3)}))
    listed = refused.value.hint.removeprefix("Choose one of the networks ").split(", one with")[0].split(", ")
    assert "alexnet" in listed and set(listed) <= set(NETWORKS)


def test_an_encoder_sees_all_dates_or_its_own():
    inputs = (Input("s1", (Band("VV"),), ("before", "after")), Input("s2", (Band("B3"), Band("B4")), ("after",)))
    shapes = {item.name: item.shape for item in inputs}
    (whole,) = encoders(build("unet", shapes), inputs)
    assert (whole.root, whole.prefix, whole.inputs, whole.date, whole.dates) == ("encoder", "encoder.", inputs, 1, 2)
    apart = encoders(build("ombrianet", shapes), inputs)
    assert [e.root for e in apart] == ["encoders.s1_0", "encoders.s1_1", "encoders.s2_0"]
    assert [(e.inputs[0].dates, e.date, e.dates) for e in apart] == [
        (("before",), 0, 2), (("after",), 1, 2), (("after",), 0, 1)
    ]  # fmt: skip
    assert encoders(build("resnet18", shapes), inputs)[0].prefix == ""


def test_what_is_known_of_a_models_weights():
    weights = model_weights(str(plugin_file("models") / "flood-s2"))
    assert weights.classes == ("not flooded", "flooded") and len(weights.encoders) == 2
    assert weights.class_axes == {"decoder.head.weight": 1, "decoder.head.bias": 0}  # a transposed convolution


def test_a_file_is_read_for_the_network(tmp_path):
    network = build("unet-encoder", {"image": (1, 3)})
    torch.save({"state_dict": {"module.conv1.weight": torch.zeros(4, 3, 7, 7)}}, tmp_path / "own.pth")
    weights = pretrained_weights(str(tmp_path / "own.pth"), network, Report())
    assert weights.title == "the weights in own.pth" and list(weights.state) == ["encoder.conv1.weight"]
    with pytest.raises(ModelError, match="There are no published weights 'resnet19', and no such file"):
        pretrained_weights("resnet19", network, Report())


def test_published_weights_bring_their_scaling_to_the_inputs_that_they_can_stand_for():
    inputs = (
        Input("photo", (Band("1"), Band("2"), Band("3"))),
        Input("s2", (Band("B2"), Band("B3"), Band("B4"), Band("B8"))),
        Input("s1", (Band("VV"), Band("VH"))),
    )
    own = start_inputs("efficientnet-lite0", "efficientnet-lite0", {}, inputs)
    assert [item.name for item in own] == ["photo", "s2"]
    scaling = own[0].scaling
    assert scaling.divisor * scaling.mean[0][0] == pytest.approx(127)
    assert scaling.divisor * scaling.std[0][2] == pytest.approx(128)
    found = start_inputs(" ImageNet", "siamese-resnet-unet", {"encoder": "resnet18"}, inputs)
    assert found[0].scaling.mean == ((0.485, 0.456, 0.406),)
    assert start_inputs("folder/resnet18-f37072fd.pth", "resnet18", {}, inputs)
    assert start_inputs("own.pth", "resnet18", {}, inputs) == start_inputs(None, "resnet18", {}, inputs) == ()
