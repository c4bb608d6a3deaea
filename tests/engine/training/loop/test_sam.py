"""Sharpness-aware steps: gradients from up the hill, at the weights as they were."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from rsdl_qgis.engine.cards.card import WEIGHTS_FILE
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.loop import fit as fit_module
from rsdl_qgis.engine.training.loop.fit import Settings, fit
from rsdl_qgis.engine.training.loop.sam import perturbed
from rsdl_qgis.engine.training.train import run_train

from ..chip_folders import make_folder
from ..test_train import arguments

HOW = Settings(
    epochs=1, optimizer="sgd", learning_rate=0.1, momentum=0.0, weight_decay=0.0, warm_up=0.0, clip_norm=0.0,
    average=0.0, precision="full",
)  # fmt: skip


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))


def loss_of(net, seed=0):
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(seed))
    return (net(x) - x.sum(1, keepdim=True)).square().mean()


def weights(net):
    return [weight.detach().clone() for weight in net.parameters()]


@pytest.mark.parametrize("scale", [1.0, 1024.0])
def test_in_the_block_the_weights_lie_up_the_gradient_and_after_it_where_they_were(scale):
    net, other = network(), network()
    loss_of(other).backward()
    direction = torch.cat([weight.grad.flatten() for weight in other.parameters()])
    before, low = weights(net), loss_of(net)
    with perturbed(net, low * scale, 0.1):
        moved = torch.cat([(new - old).flatten() for new, old in zip(weights(net), before)])
        assert loss_of(net) > low
    torch.testing.assert_close(moved, 0.1 * direction / direction.norm(), rtol=0, atol=1e-6)
    assert all(torch.equal(new, old) for new, old in zip(weights(net), before))
    assert all(weight.grad is None for weight in net.parameters())


def test_gradients_that_were_gathered_stay_and_those_of_the_block_join_them():
    net, far = network(), network()
    loss_of(net, 1).backward()
    gathered = [weight.grad.clone() for weight in net.parameters()]
    with perturbed(net, loss_of(net), 0.1):
        far.load_state_dict(net.state_dict())
        loss_of(net).backward()
    loss_of(far).backward()
    for weight, old, there in zip(net.parameters(), gathered, far.parameters()):
        torch.testing.assert_close(weight.grad, old + there.grad)


def test_frozen_weights_do_not_move():
    net = network()
    net[0].requires_grad_(False)
    first, last = net[0].weight.clone(), net[3].weight.clone()
    with perturbed(net, loss_of(net), 0.1):
        assert torch.equal(net[0].weight, first) and not torch.equal(net[3].weight, last)


@pytest.mark.parametrize("momentum", [0.1, None])
def test_running_statistics_are_after_the_block_what_they_were(momentum):
    net = network()
    net[1].momentum = momentum
    low = loss_of(net)
    before = {name: value.clone() for name, value in net[1].named_buffers()}
    with perturbed(net, low, 0.1):
        net(torch.full((8, 3), torch.inf))
        assert not net[1].running_mean.isfinite().all()
    assert all(torch.equal(value, before[name]) for name, value in net[1].named_buffers())


@pytest.mark.parametrize("factor", [0.0, torch.inf, torch.nan])
def test_where_there_is_no_gradient_the_weights_stay(factor):
    net = network()
    before = weights(net)
    with perturbed(net, loss_of(net) * factor, 0.1):
        assert all(torch.equal(new, old) for new, old in zip(weights(net), before))


def test_after_a_failure_the_weights_are_what_they_were():
    net = network()
    before = weights(net)
    with pytest.raises(RuntimeError, match="memory"), perturbed(net, loss_of(net), 0.1):
        raise RuntimeError("memory")
    assert all(torch.equal(new, old) for new, old in zip(weights(net), before))


class Points:
    """Batches of two numbers to be met."""

    def __init__(self, *targets):
        self.targets = targets

    def __len__(self):
        return len(self.targets)

    def epoch(self, number):
        return ((([torch.ones(1)]), torch.tensor([target])) for target in self.targets)


class Bowl(nn.Module):
    """Two weights in a bowl that is steeper along the second; what it gives is the height."""

    def __init__(self):
        super().__init__()
        self.at = nn.Parameter(torch.tensor([1.0, 1.0]))

    def forward(self, x):
        return x * (self.at.square() * torch.tensor([1.0, 3.0])).sum()


def end_of(how, *targets):
    net = Bowl()
    list(fit(net, Points(*targets), lambda out, label: (out * label).mean(), lambda _: 0.0, how, Report()))
    return net.at.detach()


def gradient(at, factor=1.0):
    return factor * torch.tensor([2.0, 6.0]) * at


def by_hand(radius, *targets):
    """Where one step of all targets together leads, each from its own climb."""
    at, total = torch.ones(2), torch.zeros(2)
    for target in targets:
        up = gradient(at, target)
        total += gradient(at + radius * up / up.norm(), target)
    return at - 0.1 * total / len(targets)


def test_a_step_goes_along_the_gradient_from_up_the_hill():
    torch.testing.assert_close(end_of(replace(HOW, sharpness=0.5), 1.0), by_hand(0.5, 1.0))
    torch.testing.assert_close(end_of(HOW, 1.0), by_hand(0.0, 1.0))


def test_batches_of_one_step_climb_each_by_itself():
    how = replace(HOW, sharpness=0.5, accumulate=2)
    torch.testing.assert_close(end_of(how, 1.0, 0.3), by_hand(0.5, 1.0, 0.3))


def test_the_loss_that_is_told_is_that_of_the_weights_themselves():
    net = Bowl()
    seen = list(
        fit(net, Points(1.0), lambda out, label: out.mean(), lambda _: 0.0, replace(HOW, sharpness=0.5), Report())
    )
    assert seen[0].loss == pytest.approx(4.0)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_scaled_gradients_lead_to_the_same_place(monkeypatch, accumulate):
    how = replace(HOW, sharpness=0.5, accumulate=accumulate)
    plain = end_of(how, 1.0, 0.3)
    monkeypatch.setattr(fit_module, "mixed_precision", lambda settings: torch.float16)
    monkeypatch.setattr(fit_module.TrainingState, "autocast", lambda self: contextlib.nullcontext())  # the scaler alone
    torch.testing.assert_close(end_of(how, 1.0, 0.3), plain)


class Noisy(nn.Module):
    """A network with dropout and batch norm that notes what dropout left."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.drop, self.norm, self.last = nn.Dropout(0.5), nn.BatchNorm1d(40), nn.Linear(40, 1)
        self.left = []

    def forward(self, x):
        x = self.drop(x.expand(8, 40))
        if self.training:
            self.left.append(x != 0)
        return self.last(self.norm(x)).mean(0)


def trained(how, **arguments):
    """The epochs of a training of a noisy network, and the network."""
    net = Noisy()
    data, loss = Points(1.0, 0.5), lambda out, label: (out - label).square().mean()
    return fit(net, data, loss, lambda _: 0.0, how, Report(), **arguments), net


def test_both_gradients_are_of_one_draw_and_each_batch_has_its_own():
    epochs, net = trained(replace(HOW, sharpness=0.5))
    list(epochs)
    first, again, second, last = net.left
    assert torch.equal(first, again) and torch.equal(second, last) and not torch.equal(first, second)


def test_a_training_that_was_stopped_goes_on_as_if_it_was_not(tmp_path):
    how = replace(HOW, epochs=4, sharpness=0.5, average=0.5, keep="last")
    expected = list(trained(how)[0])[-1].best_state
    next(epochs := trained(how, checkpoint=tmp_path / "state")[0])
    epochs.close()
    again = list(trained(how, checkpoint=tmp_path / "state")[0])
    other = list(trained(replace(how, sharpness=0.0))[0])[-1].best_state
    assert len(again) == 3 and all(torch.equal(again[-1].best_state[name], expected[name]) for name in expected)
    assert not torch.equal(other["last.weight"], expected["last.weight"])


@pytest.mark.parametrize("task", ["segmentation", "time-series"])
def test_a_training_takes_it_into_account(tmp_path, task):
    make_folder(tmp_path / "chips", task, side=8 if task == "time-series" else 32)
    found = []
    for radius in (0.0, 0.1, 0.1):
        output = tmp_path / f"{len(found)}"
        run_train(arguments(tmp_path, task, sharpness=radius, output=str(output), epochs=1), Report())
        found.append(load_file(output / WEIGHTS_FILE))
    without, some, again = found
    assert any(not torch.equal(without[name], some[name]) for name in some)
    assert all(torch.equal(again[name], some[name]) for name in some)
    assert read_card(tmp_path / "1").provenance["settings"]["sharpness"] == 0.1
