"""ResNet against torchvision's: parameters, names, outputs; and the stages other networks build on."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.resnet import DEPTHS, ResNet

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
PARAMETERS = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}


def shapes(network):
    return {name: value.shape for name, value in network.state_dict().items()}


def photo(n=2, height=64, width=64):
    return torch.randn(n, 1, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("depth", list(DEPTHS))
def test_parameters_as_many_as_published(depth):
    with torch.device("meta"):
        network = ResNet(RGB, 1000, depth)
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[depth]


@pytest.mark.parametrize("depth", list(DEPTHS))
def test_names_and_shapes_are_torchvisions(depth):
    models = import_torchvision().models
    with torch.device("meta"):
        assert shapes(ResNet(RGB, 1000, depth)) == shapes(getattr(models, f"resnet{depth}")())


@pytest.mark.parametrize("depth", [18, 50])
def test_equal_weights_give_torchvisions_output(depth):
    reference = getattr(import_torchvision().models, f"resnet{depth}")(num_classes=5)
    network = ResNet(RGB, 5, depth)
    with torch.inference_mode():
        reference(photo(4)[:, 0])  # moves the batch-norm statistics away from their defaults
        network.load_state_dict(reference.state_dict(), strict=True)
        expected = reference.eval()(photo()[:, 0])
        assert (network.eval()(photo()) - expected).abs().max() < 1e-5
    assert expected.abs().max() > 0.1


@pytest.mark.parametrize(("depth", "widths"), [(18, (8, 8, 16, 32, 64)), (50, (8, 32, 64, 128, 256))])
def test_stages_are_the_groups_maps_at_strides_2_to_32(depth, widths):
    network = ResNet(RGB, 2, depth, width=8).eval()
    seen = []
    for group in (network.layer1, network.layer2, network.layer3, network.layer4):
        group.register_forward_hook(lambda module, given, out: seen.append(out.clone()))
    maps = network.stages(photo(1, 64, 96)[:, 0])
    assert network.stage_widths == widths
    assert [m.shape for m in maps] == [(1, w, 64 // s, 96 // s) for w, s in zip(widths, (2, 4, 8, 16, 32))]
    assert all(torch.equal(a, b) for a, b in zip(maps[1:], seen))
    assert torch.equal(maps[0], network.bn1(network.conv1(photo(1, 64, 96)[:, 0])).relu())


def test_without_classes_it_is_a_body_whose_every_parameter_is_used():
    whole, body = ResNet(RGB, 2, 18, 8), ResNet(RGB, 0, 18, 8)
    assert set(whole.state_dict()) - set(body.state_dict()) == {"fc.weight", "fc.bias"}
    pooled = body(photo())
    assert pooled.shape == (2, body.stage_widths[-1])
    pooled.square().sum().backward()
    assert all(p.grad is not None for p in body.parameters())
    body.eval()
    assert torch.allclose(body(photo()), body.stages(photo()[:, 0])[-1].mean((2, 3)))


def test_every_date_and_band_is_seen_in_order():
    network = ResNet({"s1": (2, 1), "s2": (1, 3)}, 2, 18, 4).eval()
    one = ResNet({"all": (1, 5)}, 2, 18, 4).eval()
    one.load_state_dict(network.state_dict())
    x = torch.randn(1, 5, 40, 33)  # neither side a multiple of anything
    assert torch.equal(network(x[:, :2, None], x[:, None, 2:]), one(x[:, None]))
    for band in range(5):
        changed = x.clone()
        changed[:, band] += 1
        assert not torch.allclose(one(changed[:, None]), one(x[:, None]))


def test_there_is_no_such_depth():
    with pytest.raises(ModelError, match=r"ResNet-20.*18, 34, 50"):
        ResNet(RGB, 2, 20)
