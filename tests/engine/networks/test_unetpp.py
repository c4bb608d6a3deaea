"""U-Net++: which node sees which, the heads, its size."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.unetpp import UNetPlusPlus

WIDTHS = (4, 6, 8, 10)


def small(**options):
    torch.manual_seed(0)
    return UNetPlusPlus({"image": (1, 3)}, 2, widths=WIDTHS, **options)


def image(n=2):
    return torch.randn(n, 1, 3, 32, 16, generator=torch.Generator().manual_seed(1))


def test_its_size_is_the_papers():
    with torch.device("meta"):
        network = build_network("unetpp", {"image": (1, 3)}, 2)
    count = sum(p.numel() for p in network.parameters())
    assert count == 9_045_858
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert count - sum(norm.num_features for norm in norms) == 9_042_210  # biases instead: the paper's 9.04 million


def test_every_node_receives_exactly_its_predecessors_and_the_raised_one_below():
    """Each node and each upsampling is replaced by one that notes what it was given and gives a value of its own."""
    network = small()
    value = {(i, j): 1.0 + 10 * i + j for i in range(4) for j in range(4 - i)}
    given = {}

    def node(i, j):
        def forward(x):
            given[i, j] = x
            return torch.full((x.shape[0], WIDTHS[i], *x.shape[2:]), value[i, j])

        return forward

    def raise_for(i, j):
        def forward(x):
            assert (x == value[i + 1, j - 1]).all()
            return torch.full((x.shape[0], WIDTHS[i], 2 * x.shape[2], 2 * x.shape[3]), -value[i + 1, j - 1])

        return forward

    for i, j in value:
        network.nodes[f"{i}_{j}"].forward = node(i, j)
        if j:
            network.up[f"{i}_{j}"].forward = raise_for(i, j)
    network(image())
    assert set(given) == set(value)
    for (i, j), x in given.items():
        assert x.shape[2:] == (32 // 2**i, 16 // 2**i)
        if j:
            sources = [value[i, k] for k in range(j)] + [-value[i + 1, j - 1]]
            assert x[0, :, 0, 0].tolist() == [source for source in sources for _ in range(WIDTHS[i])]
        elif i:
            assert (x == value[i - 1, 0]).all() and x.shape[1] == WIDTHS[i - 1]


def test_deep_supervision_trains_every_head_and_evaluates_their_mean():
    network = small(deep_supervision=True)
    logits, *others = network(image())
    assert network.auxiliary_weight == 1 and [x.shape for x in others] == [logits.shape] * 2 == [(2, 2, 32, 16)] * 2
    network.eval()
    with torch.inference_mode():
        finest = network._finest(image()[:, 0])
        heads = [head(x) for head, x in zip(network.heads, finest[1:])]
        assert torch.allclose(network(image()), sum(heads) / 3, atol=1e-6)
        assert not torch.allclose(heads[0], heads[2], atol=1e-3)


def test_in_training_the_last_head_comes_first():
    network = small(deep_supervision=True)
    for i, head in enumerate(network.heads):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.constant_(head.bias, i + 1.0)  # the head of X(0, i + 1)
    assert [float(x.detach().mean()) for x in network(image())] == pytest.approx([3, 1, 2])


def test_without_deep_supervision_there_is_one_head_on_the_last_node():
    network = small()
    assert len(network.heads) == 1 and isinstance(network(image()), torch.Tensor)
    network.eval()
    with torch.inference_mode():
        assert torch.equal(network(image()), network.heads[0](network._finest(image()[:, 0])[-1]))


def test_the_change_network_sees_both_dates():
    network = build_network("unetpp-change", {"s1": (2, 1), "s2": (2, 3)}, 2, widths=WIDTHS).eval()
    dates = [torch.randn(1, 2, bands, 16, 16, generator=torch.Generator().manual_seed(2)) for bands in (1, 3)]
    with torch.inference_mode():
        before = network(*dates)
        for x in dates:
            for date in range(2):
                x[:, date] += 1
                after = network(*dates)
                assert not torch.allclose(after, before, atol=1e-4)
                before = after
