"""4D U-Net: its convolution against plain loops, and that no dimension is lost on the way."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.unet4d import Convolution4D, UNet4D

INPUTS = {"s1": (2, 1), "s2": (2, 5), "dem": (2, 1)}
WIDTHS = (3, 4, 4)


def build(inputs=INPUTS):
    torch.manual_seed(0)
    return UNet4D(inputs, 2, WIDTHS)


def images(inputs=INPUTS):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(2, dates, bands, 8, 16, generator=generator) for dates, bands in inputs.values()]


def slow_convolution(x, weight):
    """x (C, S, T, H, W), weight (D, C, 3, 3, 3, 3), the last four over S, T, H, W -> (D, S, T, H, W)."""
    result = np.zeros((weight.shape[0], *x.shape[1:]))
    padded = np.pad(x, [(0, 0), *[(1, 1)] * 4])
    for offset in product(range(3), repeat=4):
        window = padded[(slice(None), *(slice(o, o + size) for o, size in zip(offset, x.shape[1:])))]
        result += np.einsum("dc,c...->d...", weight[(..., *offset)], window)
    return result


@pytest.mark.parametrize(("sensors", "dates"), [(3, 2), (2, 3), (1, 2), (2, 1), (1, 1)])
def test_the_convolution_is_the_one_in_four_dimensions(sensors, dates):
    torch.manual_seed(0)
    convolution = Convolution4D(2, 3, sensors, dates)
    stored = convolution.sum.weight.detach()  # (D, sensors' offsets * C, dates' offsets, 3, 3)
    weight = torch.zeros(3, 2, 3, 3, 3, 3)
    centre = (slice(None) if sensors > 1 else slice(1, 2), slice(None) if dates > 1 else slice(1, 2))
    weight[:, :, centre[0], centre[1]] = stored.unflatten(1, (-1, 2)).transpose(1, 2)
    x = torch.randn(2, 2, sensors, dates, 3, 4)
    with torch.inference_mode():
        got = convolution(x.transpose(1, 2).flatten(0, 1)).unflatten(0, (2, sensors)).transpose(1, 2)
    for n in range(2):
        assert np.abs(got[n].numpy() - slow_convolution(x[n].numpy(), weight.numpy())).max() < 1e-5


def test_sensors_and_dates_stay_apart_until_the_head():
    network = build()
    seen = []
    for level in (*network.down, *network.up):
        level.register_forward_hook(lambda _, given, out: seen.append(tuple(out.shape)))
    assert network(*images()).shape == (2, 2, 8, 16)
    assert seen == [
        (6, 3, 2, 8, 16),
        (6, 4, 2, 4, 8),
        (6, 4, 2, 2, 4),
        (6, 4, 2, 4, 8),
        (6, 3, 2, 8, 16),
    ]


def test_every_sensor_and_date_has_its_own_weight_in_the_map():
    network = build().eval()
    features = []
    network.up[0].register_forward_hook(lambda _, given, out: features.append(out))
    with torch.inference_mode():
        network.head.weight.zero_()
        weight = network.head.weight.view(2, 3, 3, 2)  # classes, sensors, channels, dates
        weight[1, 2, 1, 0], weight[1, 0, 1, 1] = 2, -1
        logits = network(*images())
        maps = features[0].unflatten(0, (2, 3))  # (N, S, channels, T, H, W)
        expected = 2 * maps[:, 2, 1, 0] - maps[:, 0, 1, 1] + network.head.bias[1]
    assert torch.allclose(logits[:, 1], expected, atol=1e-6) and expected.std() > 0


def test_every_sensor_is_projected_by_its_own_bands():
    network = build().eval()
    seen = []
    network.down[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        given = images()
        network(*given)
    maps = seen[0].unflatten(0, (2, 3))  # (N, S, channels, T, H, W)
    for sensor, (x, projection) in enumerate(zip(given, network.projections)):
        weight, bias = projection.weight.detach()[:, :, 0, 0, 0], projection.bias.detach()
        expected = torch.einsum("ntchw,dc->ndthw", x, weight) + bias[:, None, None, None]
        assert torch.allclose(maps[:, sensor], expected, atol=1e-5)


def test_sensors_with_different_numbers_of_dates_are_refused():
    with pytest.raises(ModelError, match=r"same number of dates.*'s1' has 2, 's2' has 3"):
        build({"s1": (2, 1), "s2": (3, 1)})
