"""FC-EF, FC-Siam-conc, FC-Siam-diff and FC-EF-Res: their sizes, and how each joins the dates."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rsdl_qgis.engine.networks.fcsiam import FCEF, FCEFRes, FCSiamConc, FCSiamDiff, Residual

SMALL = {"widths": (4, 4, 8, 8)}
NETWORKS = {FCEF: SMALL, FCSiamConc: SMALL, FCSiamDiff: SMALL, FCEFRes: {"widths": (4, 4, 8, 8, 8)}}


def build(network, inputs=None, classes=2):
    torch.manual_seed(0)
    return network(inputs or {"image": (2, 3)}, classes, **NETWORKS[network]).eval()


def pair(n=2, channels=3, side=32, seed=0):
    return torch.randn(n, 2, channels, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("network", "parameters"),
    [(FCEF, 1_350_578), (FCSiamConc, 1_545_986), (FCSiamDiff, 1_350_146), (FCEFRes, 1_103_874)],
)
def test_has_the_published_number_of_parameters(network, parameters):
    assert sum(p.numel() for p in network({"image": (2, 3)}, 2).parameters()) == parameters


@torch.inference_mode()
def test_swapping_the_dates_changes_nothing_where_the_skips_are_differences():
    x = pair()

    torch.testing.assert_close(build(FCSiamDiff)(x), build(FCSiamDiff)(x.flip(1)), rtol=0, atol=1e-6)
    for other in (FCEF, FCSiamConc, FCEFRes):
        assert (build(other)(x) - build(other)(x.flip(1))).abs().max() > 1e-3


@torch.inference_mode()
def test_two_equal_dates_give_one_answer_whatever_they_show():
    """All that FC-Siam-diff's decoder sees is differences, and both dates went through the same weights."""
    network = build(FCSiamDiff)
    once, again = (pair(seed=seed)[:, :1].expand(-1, 2, -1, -1, -1) for seed in (0, 1))

    assert torch.equal(network(once), network(again))
    assert not torch.allclose(network(once), network(pair()))


@pytest.mark.parametrize("network", [FCSiamConc, FCSiamDiff])
@torch.inference_mode()
def test_one_encoder_sees_each_date_once(network):
    network, seen, x = build(network, {"s1": (2, 1), "s2": (2, 2)}), [], pair()
    network.encoder.register_forward_hook(lambda _, args, __: seen.append(args[0]))
    network(x[:, :, :1], x[:, :, 1:])

    assert len(seen) == 2 and torch.equal(seen[0], x[:, 0]) and torch.equal(seen[1], x[:, 1])
    assert [name for name, _ in network.named_children()] == ["encoder", "decoder"]


@torch.inference_mode()
def test_conc_joins_the_skips_of_both_dates_and_goes_on_from_the_seconds_deepest():
    network, x, given = build(FCSiamConc), pair(), []
    network.decoder.register_forward_hook(lambda _, args, __: given.extend(args))
    network(x)
    before, after = (network.encoder(x[:, date]) for date in (0, 1))

    assert torch.equal(given[0], after[-1])
    assert all(torch.equal(skip, torch.cat([a, b], 1)) for skip, a, b in zip(given[1], before, after))


@pytest.mark.parametrize("network", NETWORKS)
@torch.inference_mode()
def test_the_first_skip_carries_detail_past_all_pooling(network):
    """With the last up-sampling silenced, a change of one pixel shows still, and only near it."""
    network = build(network)
    for parameter in network.get_submodule("up.0" if isinstance(network, FCEFRes) else "decoder.up.0").parameters():
        nn.init.zeros_(parameter)
    x = pair(1)
    changed = x.clone()
    changed[:, 1, :, 10, 12] += 5
    moved = (network(x) - network(changed)).abs().amax((0, 1))

    assert moved[10, 12] > 0 and moved[:, 12:].count_nonzero() > 0
    moved[6:15, 8:17] = 0
    assert moved.max() == 0


@torch.inference_mode()
def test_each_level_sees_the_maxima_of_the_one_before():
    encoder, x = build(FCEF).encoder, pair().flatten(1, 2)
    *maps, deepest = encoder(x)

    assert len(maps) == 4
    pooled = [F.max_pool2d(features, 2) for features in maps]
    assert all(torch.equal(level(given), out) for level, given, out in zip(encoder.levels, (x, *pooled), maps))
    assert torch.equal(deepest, pooled[-1])


@pytest.mark.parametrize("network", NETWORKS)
@torch.inference_mode()
def test_every_skip_and_every_enlarged_map_reaches_the_answer(network):
    network, x = build(network), pair()
    for module in network.modules():  # the statistics of a new network's batch norm let nothing through
        module.training, module.momentum = isinstance(module, nn.BatchNorm2d), 1.0
    network(x)
    logits = network.eval()(x)
    parts = "up", "levels"
    if not isinstance(network, FCEFRes):
        parts = "decoder.up", "encoder.levels"
    ups, levels = map(network.get_submodule, parts)

    assert len(ups) == len(levels) == 4
    for module in (*ups, *levels):
        hook = module.register_forward_hook(lambda _, __, out: 2 * out)
        assert (network(x) - logits).abs().max() > 1e-2
        hook.remove()


def test_channels_are_dropped_after_each_convolution_in_training_only():
    network, x = build(FCEF), pair()
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    dropouts = [module.p for module in network.modules() if isinstance(module, nn.Dropout2d)]
    assert dropouts == [0.2] * (len(convolutions) - 1) and len(dropouts) == 19

    assert torch.equal(network(x), network(x))
    for module in network.modules():
        module.training = isinstance(module, nn.Dropout2d)
    assert not torch.allclose(network(x), network(x))


@torch.inference_mode()
def test_a_halving_block_pools_both_ways():
    torch.manual_seed(0)
    block, x = Residual(3, 5, halve=True).eval(), torch.randn(1, 3, 6, 4)
    pooled: Tensor = x.unflatten(2, (3, 2)).unflatten(4, (2, 2)).amax((3, 5))
    short = block.shortcut(x).unflatten(2, (3, 2)).unflatten(4, (2, 2)).amax((3, 5))

    torch.testing.assert_close(block(x), (block.convs(pooled) + short).relu())
