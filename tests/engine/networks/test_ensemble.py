"""Several networks as one."""

from __future__ import annotations

import io
import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional as F

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import NETWORKS, TIME_SERIES, build_network, option_names
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training.loop.fit import with_auxiliary
from rsdl_qgis.engine.training.model import card_for, write_model
from rsdl_qgis.engine.training.start.freezing import freezing, stages_of
from rsdl_qgis.engine.training.start.start import start_with
from rsdl_qgis.engine.training.start.weights import Weights, encoders

INPUTS = {"image": (9, 2)}


def build(name="bilstm", members=3, **options):
    torch.manual_seed(0)
    return build_network(name, INPUTS, 4, members=members, **options)


def series(n=6):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(n, 9, 2, generator=generator), torch.rand(n, 9, generator=generator) > 0.2


@pytest.mark.parametrize("name", TIME_SERIES)
def test_the_mean_of_its_members_answers(name):
    network, given = build(name).eval(), series()
    with torch.no_grad():
        each = [member(*given) for member in network.members]
        torch.testing.assert_close(network(*given), sum(each) / 3)
    assert len(each) == 3 and not torch.allclose(each[0], each[1])
    alone = build(name, members=1)
    assert not hasattr(alone, "members")
    count = sum(p.numel() for p in alone.parameters())
    assert sum(p.numel() for p in network.parameters()) == 3 * count


def test_each_member_learns_by_a_loss_of_its_own():
    network, given, labels = build(dropout=0.0).train(), series(), torch.tensor([0, 1, 2, 3, 0, 1])
    output = network(*given)
    assert isinstance(output, tuple) and len(output) == 3
    with_auxiliary(F.cross_entropy, output, labels, network.auxiliary_weight).backward()
    found = [p.grad.clone() for p in network.members[2].parameters()]
    network.zero_grad()
    F.cross_entropy(network.members[2](*given), labels).backward()
    for gradient, parameter in zip(found, network.members[2].parameters()):
        torch.testing.assert_close(gradient, parameter.grad)


def test_the_stages_of_all_members_are_frozen_together():
    network = build()
    assert [(stage.part, len(stage.parameters)) for stage in stages_of(network)] == [("encoder", 24), ("head", 6)]
    freezing(network, "encoder").apply(0)
    trained = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    assert trained == {f"members.{i}.head.{kind}" for i in range(3) for kind in ("weight", "bias")}


def test_it_runs_as_onnx():
    network, (x, valid), file = build(hidden=5).eval(), series(1), io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (x, valid), file, input_names=["x", "valid"], dynamo=False)
        expected = network(x, valid).numpy()
    session = onnxruntime.InferenceSession(file.getvalue())
    (found,) = session.run(None, {"x": x.numpy(), "valid": valid.numpy()})
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("members", [0, -1, 1.5, True, "2"])
def test_a_number_that_is_none(members):
    with pytest.raises(ModelError, match=r"cannot have .* members\. Give a whole number"):
        build(members=members)


def test_only_networks_of_series_have_it():
    assert {name for name in NETWORKS if "members" in option_names(name)} == set(TIME_SERIES)
    with pytest.raises(ModelError, match="no option 'members'"):
        build_network("lenet5", {"image": (1, 3)}, 2, members=2)


def test_a_training_that_goes_on_from_one_keeps_its_members_apart():
    before, after = build(), build()
    with torch.no_grad():
        for i, member in enumerate(before.members):
            for parameter in member.parameters():
                parameter.fill_(i + 1)
    image = Input("image", (Band("NDVI"), Band("EVI")), tuple(f"2020-0{i}-01" for i in range(1, 10)))
    names = ("a", "b", "c", "d")
    axes = {name: 0 for name in before.state_dict() if ".head." in name}
    weights = Weights("it", before.state_dict(), encoders(before, [image]), names, axes)
    started = start_with(weights, after, [image], names)
    assert started.new == 0
    held = [{v for p in member.parameters() for v in p.detach().unique().tolist()} for member in after.members]
    assert held == [{1}, {2}, {3}]


@pytest.mark.parametrize("classes", [3, 4])  # as many as bands, and not
def test_all_members_take_bands_in_another_order(classes):
    names, dates = tuple("abcd"[:classes]), tuple(f"2020-0{i}-01" for i in range(1, 10))
    told, asked = (Input("image", tuple(map(Band, bands)), dates) for bands in ("RGN", "NGR"))
    shapes = {"image": (9, 3)}
    before, after = (build_network("lstm", shapes, classes, members=3, dropout=0.0).eval() for _ in range(2))
    axes = {name: 0 for name in before.state_dict() if ".head." in name}
    start_with(Weights("it", before.state_dict(), encoders(before, [told]), names, axes), after, [asked], names)
    x, valid = torch.randn(2, 9, 3), torch.ones(2, 9, dtype=torch.bool)
    with torch.no_grad():
        torch.testing.assert_close(after(x.flip(2), valid), before(x, valid))


def test_the_model_that_is_written_answers_as_it_does(tmp_path):
    network, (x, valid) = build(hidden=5).eval(), series(7)
    image = Input("image", (Band("NDVI"), Band("EVI")), tuple(f"2020-0{i}-01" for i in range(1, 10)))
    classes = tuple(Class(i, f"class {i}", "#336699") for i in range(4))
    card = card_for(
        network, name="five", title="Five", architecture="bilstm", task="time-series", inputs=[image], classes=classes,
        resolution=10.0, options={"members": 3, "hidden": 5},
    )  # fmt: skip
    card = write_model(network, card, tmp_path / "five")
    runtime = open_runtime(card, tmp_path / "five", "cpu", 1)
    with torch.no_grad():
        expected = network(x, valid).softmax(1).numpy()
    np.testing.assert_allclose(runtime({"image": x.numpy(), "valid": valid.numpy()}), expected, atol=2e-3)


@pytest.mark.parametrize("name", TIME_SERIES)
def test_its_stages_are_those_of_a_member(name):
    alone, together = stages_of(build(name, members=1)), stages_of(build(name))
    assert [(stage.part, 3 * len(stage.parameters)) for stage in alone] == [
        (stage.part, len(stage.parameters)) for stage in together
    ]
