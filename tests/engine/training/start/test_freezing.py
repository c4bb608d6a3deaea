"""The stages of every network, and what is frozen when: against the order in which data really passes."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.errors import InputError, ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.training.start.freezing import (
    PARTS,
    counts,
    encoders_of,
    freeze,
    freezing,
    parameter_groups,
    stages_of,
)

from ...networks.samples import build, handful

EVERY = pytest.mark.parametrize("name", list(NETWORKS))


def two_dates(name, classes=2):
    return build(name, {"image": (2, NETWORKS[name].bands)}, classes)


@EVERY
def test_every_parameter_is_in_one_stage_and_the_head_alone_depends_on_the_classes(name):
    network, larger = two_dates(name), two_dates(name, 3)
    stages = stages_of(network)
    listed = [parameter for stage in stages for parameter in stage.parameters]
    assert sorted(listed) == sorted(dict(network.named_parameters()))
    assert [PARTS.index(stage.part) for stage in stages] == sorted(PARTS.index(stage.part) for stage in stages)
    assert len({stage.name for stage in stages}) == len(stages)
    shapes = {key: p.shape for key, p in larger.named_parameters()}
    changed = {key for key, p in network.named_parameters() if p.shape != shapes[key]}
    heads = {p for stage in stages if stage.part == "head" for p in stage.parameters}
    assert changed and changed <= heads
    encoder = [stage for stage in stages if stage.part == "encoder"]
    assert encoder and (len(encoder) > 1 or NETWORKS[name].task == "time-series")
    if NETWORKS[name].task in ("classification", "time-series"):
        beside = {"decoder"} if any("other_" in parameter for parameter in listed) else set()  # see ``Presto``
        assert {stage.part for stage in stages} == {"encoder", "head"} | beside


@EVERY
def test_stages_stand_in_the_order_in_which_data_passes(name):
    inputs, options, given, _ = handful(name)
    network = build(name, inputs, **options).eval()
    first = {}

    def reach(name):
        first.setdefault(name, len(first))

    for module_name, module in network.named_modules():
        module.register_forward_pre_hook(lambda *_, n=module_name: reach(n))
    with torch.inference_mode():
        network(*given)
    reached = []
    for stage in stages_of(network):
        if stage.parameters[0].rpartition(".")[2].startswith("other_") or "other_" in stage.name:
            continue  # beside the encoder's first stage; last, as no published weights have it
        owners = {parameter.rpartition(".")[0] for parameter in stage.parameters} & first.keys()
        reached.append(max((first[owner] for owner in owners), default=len(first)))  # a head of training alone
    assert reached == sorted(reached)


@EVERY
def test_what_is_frozen_does_not_move_and_the_rest_does(name):
    inputs, options, given, target = handful(name)
    network = build(name, inputs, **options)
    freeze(network, "encoder")
    before = {key: value.clone() for key, value in network.state_dict().items()}
    encoder = {p for stage in stages_of(network) if stage.part == "encoder" for p in stage.parameters}
    rest = dict(network.named_parameters()).keys() - encoder
    owners = {key.rpartition(".")[0] for key in rest}
    answer = network.loss(given, target) if NETWORKS[name].task == "detection" else network(*given)
    values = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, tuple) else [answer]
    sum(value.square().mean() for value in values).backward()
    torch.optim.SGD(network.parameters(), 0.1, weight_decay=0.1).step()
    for key, value in network.state_dict().items():
        if key.rpartition(".")[0] not in owners:  # batch norm's statistics, where its weights are frozen
            assert torch.equal(value, before[key]), key
        elif key in rest and NETWORKS[name].task != "detection":
            assert not torch.equal(value, before[key]), key
    assert all(network.get_parameter(key).grad is None for key in encoder)
    assert sum(counts(network)) == sum(p.numel() for p in network.parameters())
    assert counts(network)[1] == sum(network.get_parameter(key).numel() for key in encoder)


def test_what_a_network_freezes_itself_stays_frozen():
    network = build("faster-rcnn-small", {"image": (1, 3)}, frozen_norm=True)
    norms = [key for key, p in network.named_parameters() if not p.requires_grad]
    plan = freezing(network, "backbone", unfreeze_every=1)
    for epoch in range(9):
        plan.apply(epoch)
        assert not any(network.get_parameter(key).requires_grad for key in norms)
    assert counts(network)[1] == sum(network.get_parameter(key).numel() for key in norms)


def unet():
    return build_network("unet", {"image": (1, 2)}, 2, widths=(4, 8), dropout=0.5)


def trained_stages(network):
    return [s.name for s in stages_of(network) if all(network.get_parameter(p).requires_grad for p in s.parameters)]


def test_stages_thaw_one_by_one_from_the_head_down():
    network = unet()
    names = [stage.name for stage in stages_of(network)]
    assert names == ["encoder.levels.0", "encoder.levels.1", "decoder.up.0", "decoder.head"]
    plan = freezing(network, "nothing", unfreeze_every=2)
    seen = []
    for epoch in (0, 1, 2, 4, 6, 99, 3):  # the last one as after a resume
        plan.apply(epoch)
        seen.append(trained_stages(network))
    assert seen == [names[3:], names[3:], names[2:], names[1:], names, names, names[2:]]
    plan = freezing(unet(), "encoder", unfreeze_every=3)
    assert [len(plan.at(epoch)) for epoch in (0, 2, 3, 6)] == [2, 2, 1, 0]


@pytest.mark.parametrize(("what", "left"), [("nothing", 4), ("encoder", 2), ("backbone", 1), (0, 4), (1, 3), (3, 1)])
def test_parts_and_numbers_of_stages(what, left):
    network = unet()
    freeze(network, what)
    assert len(trained_stages(network)) == left
    assert network.encoder.levels[0].training == (left == 4) and network.encoder.levels[0][1].training == (left == 4)
    assert network.decoder.head.training


def test_what_cannot_be_frozen():
    with pytest.raises(InputError, match=r"4 stages cannot be frozen.*has 3 before its head: encoder\.levels\.0, "):
        freeze(unet(), 4)
    with pytest.raises(InputError, match=r"'decoder' cannot be frozen\. Choose one of nothing, encoder, backbone"):
        freeze(unet(), "decoder")
    with pytest.raises(ModelError, match=r"Sequential does not define which stage '0\.weight' belongs to"):
        freeze(torch.nn.Sequential(torch.nn.Linear(1, 1)), "encoder")


def test_deeper_layers_get_lower_rates_and_biases_and_norms_no_decay():
    network = unet()
    names = {id(p): key for key, p in network.named_parameters()}
    groups = parameter_groups(network, 0.1, 0.01, layer_decay=0.5)
    of = {names[id(p)]: (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    assert sorted(of) == sorted(names.values())
    assert of["decoder.head.weight"] == (0.1, 0.01) and of["decoder.head.bias"] == (0.1, 0)
    assert of["decoder.up.0.weight"] == (0.05, 0.01) and of["decoder.levels.0.1.weight"] == (0.05, 0)
    assert of["encoder.levels.1.0.weight"] == (0.025, 0.01) and of["encoder.levels.0.0.weight"] == (0.0125, 0.01)
    plain = parameter_groups(network, 0.1, 0.01)
    decoder = [stage.name for stage in stages_of(network) if stage.part == "decoder"]
    new = parameter_groups(network, 0.1, 0.01, 0.5, decoder)
    rates = {names[id(p)]: group["lr"] for group in new for p in group["params"]}
    assert rates["decoder.up.0.weight"] == 0.1 and rates["encoder.levels.1.0.weight"] == 0.05
    assert {group["lr"] for group in plain} == {0.1} and len(plain) == 2


def test_where_encoders_lie():
    assert encoders_of(two_dates("unet-encoder")) == ("encoder",) and encoders_of(two_dates("resnet18")) == ("",)
    assert encoders_of(two_dates("ombrianet")) == ("encoders.image_0", "encoders.image_1")
    assert encoders_of(two_dates("faster-rcnn-small")) == ("backbone.body",)


def test_all_encoders_of_a_network_lie_in_the_same_stages():
    stages = stages_of(build("ombrianet", {"s1": (2, 1), "s2": (1, 3)}))
    first = {p.split(".")[1] for p in stages[0].parameters}
    assert first == {"s1_0", "s1_1", "s2_0"} and stages[0].parameters[0].endswith("stem.weight")


def test_the_head_alone_is_trained_at_first():
    network = two_dates("unet-encoder")
    plan = freezing(network, "nothing", head_epochs=2)
    assert {stage.part for stage in plan.at(1)} == {"encoder", "decoder"} and plan.at(2) == ()
    decoder = [stage.name for stage in stages_of(network) if stage.part == "decoder"]
    plan = freezing(network, 1, head_epochs=1, new_stages=decoder)
    assert {stage.part for stage in plan.at(0)} == {"encoder"} and len(plan.at(0)) > 1 and len(plan.at(1)) == 1
    plan.apply(0)
    learns = {name.partition(".")[0] for name, parameter in network.named_parameters() if parameter.requires_grad}
    assert "head" in learns and "encoder" not in learns
