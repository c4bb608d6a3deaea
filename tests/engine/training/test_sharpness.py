"""Sharpness-aware steps: gradients from up the hill, at the weights as they were."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.report import Report
from rsdl_qgis.engine.training.fit import Settings, fit
from rsdl_qgis.engine.training.sharpness import climbed

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
    with climbed(net, low * scale, 0.1):
        moved = torch.cat([(new - old).flatten() for new, old in zip(weights(net), before)])
        assert loss_of(net) > low
    torch.testing.assert_close(moved, 0.1 * direction / direction.norm(), rtol=0, atol=1e-6)
    assert all(torch.equal(new, old) for new, old in zip(weights(net), before))
    assert all(weight.grad is None for weight in net.parameters())


def test_gradients_that_were_gathered_stay_and_those_of_the_block_join_them():
    net, far = network(), network()
    loss_of(net, 1).backward()
    gathered = [weight.grad.clone() for weight in net.parameters()]
    with climbed(net, loss_of(net), 0.1):
        far.load_state_dict(net.state_dict())
        loss_of(net).backward()
    loss_of(far).backward()
    for weight, old, there in zip(net.parameters(), gathered, far.parameters()):
        torch.testing.assert_close(weight.grad, old + there.grad)


def test_frozen_weights_do_not_move():
    net = network()
    net[0].requires_grad_(False)
    first, last = net[0].weight.clone(), net[3].weight.clone()
    with climbed(net, loss_of(net), 0.1):
        assert torch.equal(net[0].weight, first) and not torch.equal(net[3].weight, last)


def test_running_statistics_do_not_move_in_the_block():
    net = network()
    low = loss_of(net)
    mean = net[1].running_mean.clone()
    with climbed(net, low, 0.1):
        loss_of(net, 5)
    assert torch.equal(net[1].running_mean, mean)
    loss_of(net, 5)
    assert not torch.equal(net[1].running_mean, mean)


@pytest.mark.parametrize("factor", [0.0, torch.inf, torch.nan])
def test_where_there_is_no_gradient_the_weights_stay(factor):
    net = network()
    before = weights(net)
    with climbed(net, loss_of(net) * factor, 0.1):
        assert all(torch.equal(new, old) for new, old in zip(weights(net), before))


def test_after_a_failure_the_weights_are_what_they_were():
    net = network()
    before = weights(net)
    with pytest.raises(RuntimeError, match="memory"), climbed(net, loss_of(net), 0.1):
        raise RuntimeError("memory")
    assert all(torch.equal(new, old) for new, old in zip(weights(net), before)) and net[1].momentum == 0.1


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


def test_an_average_and_a_checkpoint_go_with_it(tmp_path):
    how = replace(HOW, epochs=4, sharpness=0.5, average=0.5)
    whole, halves = Bowl(), Bowl()
    told = (Points(1.0, 0.5), lambda out, label: (out * label).mean(), lambda _: 0.0, how, Report())
    expected = list(fit(whole, *told))[-1].best_state
    for number, _ in enumerate(fit(halves, *told, checkpoint=tmp_path / "state")):
        if number == 1:
            break
    again = list(fit(copy.deepcopy(Bowl()), *told, checkpoint=tmp_path / "state"))
    assert len(again) == 2 and all(torch.equal(again[-1].best_state[name], expected[name]) for name in expected)
