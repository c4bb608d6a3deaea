"""VGG against torchvision's, and that the deepest learns without batch norm."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.vgg import VGG, vgg_features

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
PARAMETERS = {"vgg16": 138_357_544, "vgg19": 143_667_240, "vgg16-bn": 138_365_992, "vgg19-bn": 143_678_248}


def torchvision_s(name):
    """torchvision's network without weights."""
    network = getattr(import_torchvision().models, name.replace("-", "_"))
    with torch.device("meta"):
        return network(init_weights=False)


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(name):
    with torch.device("meta"):
        assert sum(p.numel() for p in build_network(name, RGB, 1000).parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_published_weights_fit_without_leftover(name):
    theirs = torchvision_s(name)
    with torch.device("meta"):
        ours = build_network(name, RGB, 1000)
    shapes = {key: value.shape for key, value in theirs.state_dict().items()}
    assert {key: value.shape for key, value in ours.state_dict().items()} == shapes


@pytest.mark.parametrize("name", PARAMETERS)
def test_convolutions_and_pooling_are_torchvision_s(name):
    torch.manual_seed(0)
    ours = build_network(name, RGB, 5, hidden=4).eval()  # a narrow head: the convolutions are a tenth of the network
    for norm in (layer for layer in ours.features if isinstance(layer, nn.BatchNorm2d)):
        norm.running_mean.normal_(std=0.1)
        norm.running_var.uniform_(0.5, 2)
    theirs = torchvision_s(name).eval()
    theirs.features.load_state_dict(ours.features.state_dict(), strict=True, assign=True)
    image = torch.randn(2, 3, 64, 96)  # 2x3 places before the pooling
    with torch.no_grad():
        expected = theirs.avgpool(theirs.features(image))
        features = ours.pool(ours.features(image))
    assert (expected[0] - expected[1]).std() > 0.01
    torch.testing.assert_close(features, expected, atol=1e-5, rtol=0)


def test_output_is_torchvision_s():
    torch.manual_seed(0)
    ours = VGG(RGB, 1000).eval()
    theirs = torchvision_s("vgg16").eval()
    theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)  # one copy of the weights
    image = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, logits = theirs(image), ours(image[:, None])
    assert expected.std() > 10 * ours.classifier[-1].bias.std()  # the image speaks, not the biases
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("depth", [16, 19])
def test_learns_from_first_weights_without_batch_norm(depth, training_seed, reached):
    torch.manual_seed(training_seed)
    network = VGG(RGB, 4, depth=depth, widths=(8, 8, 16, 16, 16), hidden=32, dropout=0.0)
    images, labels = torch.randn(4, 1, 3, 32, 32), torch.arange(4)
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    losses = []
    for _ in range(60):
        loss = cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] < 4
    assert reached("fall of the loss", losses[-1] / losses[0], below=0.1)


def test_an_unknown_depth_is_named():
    with pytest.raises(ModelError, match=r"no VGG of depth 17.*16, 19"):
        vgg_features(3, 17)


def test_dropout_acts_in_training_alone():
    torch.manual_seed(0)
    image = torch.rand(1, 1, 1, 32, 32)
    small = {"widths": (2, 3, 4, 5, 6), "hidden": 32}
    network = VGG({"image": (1, 1)}, 3, **small)
    assert not torch.equal(network(image), network(image))
    assert torch.equal(network.eval()(image), network(image))
    without = VGG({"image": (1, 1)}, 3, **small, dropout=0.0)
    assert torch.equal(without(image), without(image))
