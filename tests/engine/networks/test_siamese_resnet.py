"""The two networks of one ResNet for two dates: one encoder, what joins the dates, what their order means."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.resnet import ResNet
from rsdl_qgis.engine.networks.siamese_resnet import SiameseResNet, SiameseResNetUNet

SENSORS = {"s1": (2, 1), "s2": (2, 3)}


def count(network):
    return sum(p.numel() for p in network.parameters())


def pairs(n=2, height=64, width=32):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(n, *shape, height, width, generator=generator) for shape in SENSORS.values()]


def swapped(inputs):
    return [x.flip(1) for x in inputs]


def scenes(classes=3):
    torch.manual_seed(0)
    return SiameseResNet(SENSORS, classes, depth=18, width=4).eval()


def maps(classes=3, encoder="resnet18"):
    torch.manual_seed(0)
    return SiameseResNetUNet(SENSORS, classes, encoder, width=4).eval()


def test_scenes_have_one_encoder_as_large_as_a_resnet():
    with torch.device("meta"):
        network = SiameseResNet({"image": (2, 3)}, 7)
        resnet = ResNet({"image": (1, 3)}, 1000, 50)
    body = count(resnet) - count(resnet.fc)
    assert count(network) == body + 3 * 2048 * 7 + 7
    assert set(network.encoder.state_dict()) == set(resnet.state_dict()) - {"fc.weight", "fc.bias"}


def test_each_scene_passes_through_the_same_encoder_with_its_sensors_joined():
    network, (s1, s2) = scenes(), pairs()
    before, after = (network.encoder(torch.cat([s1[:, d], s2[:, d]], 1)[:, None]) for d in (0, 1))
    expected = network.head(torch.cat([before, after, (before - after).abs()], 1))
    assert torch.allclose(network(s1, s2), expected, atol=1e-6)


def test_the_order_of_scenes_matters():
    network = scenes()
    assert not torch.allclose(network(*pairs()), network(*swapped(pairs())), atol=1e-3)


def test_batch_norm_sees_both_dates_as_one_batch():
    """Two dates that differ by brightness alone keep that difference in training; apart they would be made alike."""
    network = scenes()
    seen = []
    network.encoder.bn1.register_forward_hook(lambda module, given, out: seen.append(out))
    dark = pairs()
    for x in dark:
        x[:, 1] = x[:, 0] + 1
    network.train()(*dark)
    before, after = seen[0][::2], seen[0][1::2]
    assert len(seen) == 1 and (before - after).mean((0, 2, 3)).abs().max() > 0.1


@pytest.mark.parametrize("encoder", ["resnet18", "resnet50"])
def test_maps_are_as_large_as_the_images(encoder):
    network = maps(3, encoder)
    assert network(*pairs(1, 32, 96)).shape == (1, 3, 32, 96)
    skips = [d for d in network.narrow if isinstance(d, nn.Conv2d)]
    assert len(skips) == (4 if encoder == "resnet50" else 0)  # a bottleneck is wider than the decoder


def test_maps_have_one_encoder_as_large_as_a_resnet():
    with torch.device("meta"):
        network = SiameseResNetUNet({"image": (2, 3)}, 2)
        resnet = ResNet({"image": (1, 3)}, 1000, 34)
    assert count(network.encoder) == count(resnet) - count(resnet.fc)
    assert count(network) == count(network.encoder) + count(network.decoder)


def test_every_skip_is_the_absolute_difference_of_the_dates():
    network, (s1, s2) = maps(), pairs()
    taken = []
    network.decoder.register_forward_pre_hook(lambda module, given: taken.extend(given[0][0]))
    network(s1, s2)
    before, after = (network.encoder.stages(torch.cat([s1[:, d], s2[:, d]], 1)) for d in (0, 1))
    assert len(taken) == 5
    for skip, a, b in zip(taken, before, after):
        assert skip.abs().max() > 0 and torch.allclose(skip, (a - b).abs(), atol=1e-6)


def test_the_order_of_dates_does_not_matter_for_maps_and_no_change_is_one_answer():
    network = maps()
    assert torch.allclose(network(*pairs()), network(*swapped(pairs())), atol=1e-6)
    same = [x[:, :1].expand_as(x) for x in pairs()]
    other = [3 * x for x in same]
    assert torch.allclose(network(*same), network(*other), atol=1e-5)
    assert not torch.allclose(network(*same), network(*pairs()), atol=1e-3)


def test_maps_of_every_sensor():
    network = maps()
    for i in range(2):
        changed = pairs()
        changed[i][:, 1] += 1
        assert not torch.allclose(network(*changed), network(*pairs()), atol=1e-4)


def test_an_efficientnets_weights_load_into_the_encoder():
    network = SiameseResNetUNet({"image": (2, 3)}, 2, "efficientnet-lite0", 16)
    body = build_network("efficientnet-lite0", {"image": (1, 3)}, 5).state_dict()
    body = {f"encoder.{name}": value for name, value in body.items() if not name.startswith("classifier.")}
    missing, unexpected = network.load_state_dict(body, strict=False)
    assert not unexpected and not [name for name in missing if name.startswith("encoder.")]
    answer = network(torch.randn(2, 2, 3, 32, 64, generator=torch.Generator().manual_seed(1)))
    assert answer.shape == (2, 2, 32, 64)
    answer.square().mean().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_there_is_no_such_encoder():
    with pytest.raises(ModelError, match=r"'vgg16'.*resnet34, resnet18"):
        SiameseResNetUNet(SENSORS, 2, "vgg16")
