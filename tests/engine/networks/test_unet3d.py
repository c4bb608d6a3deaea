"""3D U-Net: its size, what lies along the third axis, and depths of any length."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.unet3d import UNet3D

WIDTHS = (2, 4, 4)


def small(inputs, **options):
    torch.manual_seed(0)
    return UNet3D(inputs, 2, **{"widths": WIDTHS, **options})


def images(inputs):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(2, dates, bands, 16, 8, generator=generator) for dates, bands in inputs.values()]


def test_its_size_is_the_papers():
    """The paper's 19,069,955, three bands and classes, leave out batch norm's scales and up-convolutions' biases."""
    with torch.device("meta"):
        network = UNet3D({"volume": (8, 3)}, 3)
    count = sum(p.numel() for p in network.parameters()) - 7 * 64 * 3  # 1x1x1 at the end instead of 8x1x1
    scales = sum(m.num_features for m in network.modules() if isinstance(m, torch.nn.BatchNorm3d))
    assert count - scales - sum(up.bias.numel() for up in network.raised) == 19_069_955


@pytest.mark.parametrize(("depth", "channels", "length"), [("dates", 7, 3), ("bands", 3, 7)])
def test_the_third_axis_is_the_dates_or_the_bands(depth, channels, length):
    inputs = {"s1": (3, 2), "s2": (3, 5)}
    network = small(inputs, depth=depth)
    seen = []
    network.down[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    s1, s2 = images(inputs)
    assert network(s1, s2).shape == (2, 2, 16, 8)
    assert seen[0].shape == (2, channels, length, 16, 8)
    date, band = 1, 4  # the third band of s2
    at = (band, date) if depth == "dates" else (date, band)
    assert torch.equal(seen[0][:, at[0], at[1]], s2[:, 1, 2])


@pytest.mark.parametrize(("dates", "lengths"), [(1, [1, 1, 1]), (2, [2, 1, 1]), (3, [3, 2, 1]), (5, [5, 3, 2])])
def test_pooling_keeps_the_last_date_of_an_odd_number(dates, lengths):
    inputs = {"image": (dates, 2)}
    network = small(inputs)
    out, given = {}, {}
    for i, level in enumerate(network.down):
        level.register_forward_pre_hook(lambda _, x, i=i: given.update({i: x[0]}))
        level.register_forward_hook(lambda _, x, y, i=i: out.update({i: y}))
    assert network(*images(inputs)).shape == (2, 2, 16, 8)
    assert [out[i].shape[2] for i in range(3)] == lengths
    for i in range(2):
        flat = torch.nn.functional.max_pool2d(out[i].flatten(1, 2), 2).unflatten(1, out[i].shape[1:3])
        pairs = [flat[:, :, start : start + 2].amax(2) for start in range(0, lengths[i], 2)]
        assert torch.equal(given[i + 1], torch.stack(pairs, 2))


def test_every_depth_has_its_own_weight_in_the_map():
    network = small({"image": (3, 2)}).eval()
    features = []
    network.head.register_forward_pre_hook(lambda _, given: features.append(given[0]))
    with torch.inference_mode():
        network.head.weight.zero_()
        network.head.weight[1, 2, 0] = 3  # class 1, channel 2, first date
        network.head.weight[1, 2, 2] = -1
        logits = network(*images({"image": (3, 2)}))
        expected = 3 * features[0][:, 2, 0] - features[0][:, 2, 2] + network.head.bias[1]
    assert torch.allclose(logits[:, 1], expected, atol=1e-6) and expected.std() > 0


def test_inputs_with_different_numbers_of_dates_are_refused():
    with pytest.raises(ModelError, match=r"same number of dates.*'s1' has 2, 's2' has 3.*'unet'"):
        small({"s1": (2, 1), "s2": (3, 1)})


def test_there_is_no_such_depth():
    with pytest.raises(ModelError, match=r"'time'.*dates, bands"):
        small({"s1": (2, 1)}, depth="time")
