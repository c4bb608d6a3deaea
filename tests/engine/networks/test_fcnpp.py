"""FCN-PP: the pyramid by arithmetic, and how far it lets a pixel see."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rsdl_qgis.engine.networks.fcnpp import FCNPP, PyramidPooling


def settled(network, *x):
    """In eval mode, with the batch-norm statistics of ``x``: those of a new network let nothing through."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    network.train()(*x)
    return network.eval()


def means(x: Tensor, cells: int) -> Tensor:
    """Plain loops: the mean of each of cells x cells parts, which overlap where the size does not divide."""
    out = torch.zeros(*x.shape[:2], cells, cells)
    height, width = x.shape[2:]
    for i in range(cells):
        for j in range(cells):
            top, bottom = i * height // cells, math.ceil((i + 1) * height / cells)
            left, right = j * width // cells, math.ceil((j + 1) * width / cells)
            out[:, :, i, j] = x[:, :, top:bottom, left:right].mean((2, 3))
    return out


@pytest.mark.parametrize("size", [(1, 1), (6, 6), (7, 4)])
@torch.inference_mode()
def test_the_pyramid_puts_the_means_of_every_grid_beside_the_map(size):
    torch.manual_seed(0)
    pyramid, given = PyramidPooling(8, (1, 2, 3, 6)).eval(), []
    pyramid.mix.register_forward_hook(lambda _, args, __: given.append(args[0]))
    x = torch.randn(2, 8, *size)
    pyramid(x)

    parts = []
    for cells, branch in zip((1, 2, 3, 6), pyramid.branches):
        small = torch.einsum("oc,nchw->nohw", branch[1].weight[:, :, 0, 0], means(x, cells))
        parts.append(F.interpolate(small, size, mode="bilinear"))
    expected = torch.cat([x, torch.cat(parts, 1).relu() / math.sqrt(1 + 1e-5)], 1)
    torch.testing.assert_close(given[0], expected)


@torch.inference_mode()
def test_every_pixel_sees_the_whole_image():
    """A change in one corner moves the other one through the pyramid only."""
    torch.manual_seed(0)
    x = torch.randn(1, 2, 1, 128, 128)
    network = settled(FCNPP({"image": (2, 1)}, 2, widths=(4, 4, 8), cells=(1, 2)), x)
    changed = x.clone()
    changed[:, 1, :, :4, :4] += 100

    def moved() -> float:
        return float((network(x) - network(changed)).abs()[..., -8:, -8:].max())

    assert moved() > 1e-3
    network.pyramid.mix[0].weight[:, 8:] = 0
    assert moved() == 0


@torch.inference_mode()
def test_both_dates_of_each_sensor_matter():
    torch.manual_seed(0)
    network = FCNPP({"s1": (2, 1), "s2": (2, 2)}, 5, widths=(4, 4, 8)).eval()
    x = torch.randn(1, 2, 3, 16, 32)
    logits = network(x[:, :, :1], x[:, :, 1:])

    assert logits.shape == (1, 5, 16, 32)
    for date in (0, 1):
        for band in range(3):
            changed = x.clone()
            changed[:, date, band] += 1
            assert not torch.allclose(network(changed[:, :, :1], changed[:, :, 1:]), logits)


def test_it_trains_on_one_image():
    network = FCNPP({"image": (2, 1)}, 2, widths=(4, 4, 8))
    assert network(torch.randn(1, 2, 1, 16, 16)).isfinite().all()
