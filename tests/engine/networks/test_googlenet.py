"""GoogLeNet against torchvision's, with its auxiliary heads."""

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.networks.googlenet import GoogLeNet

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
MEAN, DEVIATION = (torch.tensor(v)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))


@pytest.fixture(scope="module")
def theirs():
    """torchvision's network, with running statistics that are not those of a new one, and dropout off."""
    torchvision = import_torchvision()
    torch.manual_seed(0)
    network = torchvision.models.googlenet(
        aux_logits=True, transform_input=False, init_weights=False, dropout=0.0, dropout_aux=0.0
    )
    network.load_state_dict(GoogLeNet(RGB, 1000).state_dict(), strict=True)
    for norm in layers(network, nn.BatchNorm2d):
        norm.running_mean.normal_(std=0.1)
        norm.running_var.uniform_(0.5, 1.5)
    return network.eval()


@pytest.fixture
def ours(theirs):
    network = GoogLeNet(RGB, 1000, dropout=0.0, auxiliary_dropout=0.0).eval()
    network.load_state_dict(theirs.state_dict(), strict=True)
    return network


def an_image(height, width):
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(height + width))


def test_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in GoogLeNet(RGB, 1000).parameters()) == 13_004_888


@pytest.mark.parametrize("size", [(32, 32), (33, 71), (224, 224)])
def test_output_is_torchvision_s(theirs, ours, size):
    with torch.no_grad():
        expected, logits = theirs(an_image(*size)), ours(an_image(*size)[:, None])
    assert (expected[0] - expected[1]).std() > 0.01
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=0)


def test_in_training_the_auxiliary_logits_are_torchvision_s(theirs, ours):
    state = {key: value.clone() for key, value in theirs.state_dict().items()}  # training moves the statistics
    with torch.no_grad():
        expected, logits = theirs.train()(an_image(96, 64)), ours.train()(an_image(96, 64)[:, None])
    theirs.eval().load_state_dict(state)
    assert len(logits) == 3
    for ours_, theirs_ in zip(logits, (expected.logits, expected.aux_logits1, expected.aux_logits2)):
        assert (theirs_[0] - theirs_[1]).std() > 0.01
        torch.testing.assert_close(ours_, theirs_, atol=1e-5, rtol=0)


def test_a_scaling_to_half_replaces_torchvision_s_own_of_the_input(theirs, ours):
    image = an_image(64, 64)
    theirs.transform_input = True  # as its published weights are used: the caller scales as for ImageNet
    with torch.no_grad():
        expected, logits = theirs((image - MEAN) / DEVIATION), ours(((image - 0.5) / 0.5)[:, None])
    theirs.transform_input = False
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=0)
    assert not torch.allclose(ours(((image - MEAN) / DEVIATION)[:, None]), expected, atol=1e-3)


def test_heads_show_in_training_alone_and_weigh_as_in_the_paper():
    network = GoogLeNet({"s1": (2, 1), "s2": (1, 3)}, 5, width=0.05)
    images = torch.rand(2, 2, 1, 32, 32), torch.rand(2, 1, 3, 32, 32)
    assert [logits.shape for logits in network(*images)] == [(2, 5)] * 3
    assert network.eval()(*images).shape == (2, 5)
    assert network.auxiliary_weight == 0.3


@pytest.mark.parametrize(("dropout", "auxiliary", "same"), [(0.5, 0.0, [False, True]), (0.0, 0.5, [True, False])])
def test_each_dropout_acts_on_its_own_heads(dropout, auxiliary, same):
    torch.manual_seed(0)
    network = GoogLeNet(RGB, 5, width=0.1, dropout=dropout, auxiliary_dropout=auxiliary)
    image = torch.rand(2, 1, 3, 32, 32)
    first, second = network(image), network(image)
    assert [torch.equal(first[i], second[i]) for i in (0, 1)] == same


def test_width_scales_every_layer():
    narrow, full = GoogLeNet(RGB, 1000, width=0.5), GoogLeNet(RGB, 1000)
    pairs = list(zip(layers(narrow, nn.Conv2d), layers(full, nn.Conv2d)))
    assert len(pairs) == 59
    assert all(2 * small.out_channels == large.out_channels for small, large in pairs)
    assert [layer.out_features for layer in layers(narrow, nn.Linear)] == [512, 1000, 512, 1000, 1000]


def layers(network, kind):
    return [layer for layer in network.modules() if isinstance(layer, kind)]
