"""AlexNet against torchvision's."""

import pytest
import torch

from rsdl_qgis.engine.networks.alexnet import AlexNet

from .torchvision_shim import import_torchvision


@pytest.fixture(scope="module")
def published():
    """torchvision's network with our first weights, whose logits tell images apart, and ours."""
    torchvision = import_torchvision()
    torch.manual_seed(0)
    ours = AlexNet({"image": (1, 3)}, 1000).eval()
    with torch.device("meta"):
        theirs = torchvision.models.alexnet().eval()
    theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)  # one copy of the weights
    return theirs, ours


def test_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in AlexNet({"image": (1, 3)}, 1000).parameters()) == 61_100_840


def test_published_weights_fit_without_leftover(published):
    theirs, ours = published
    ours.load_state_dict(theirs.state_dict(), strict=True)


@pytest.mark.parametrize("size", [(63, 63), (64, 127), (224, 224)])  # 1x1, 1x3 and 6x6 places before the pooling
def test_output_is_torchvision_s(published, size):
    theirs, ours = published
    image = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, logits = theirs(image), ours(image[:, None])
    assert (expected[0] - expected[1]).std() > 0.01  # far above the tolerance
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=0)


def test_dropout_acts_in_training_alone():
    torch.manual_seed(0)
    image = torch.rand(1, 1, 1, 63, 63)
    small = {"widths": (2, 3, 4, 5, 6), "hidden": 32}
    network = AlexNet({"image": (1, 1)}, 3, **small, dropout=0.5)
    assert not torch.equal(network(image), network(image))
    assert torch.equal(network.eval()(image), network(image))
    without = AlexNet({"image": (1, 1)}, 3, **small, dropout=0.0)
    assert torch.equal(without(image), without(image))


def test_dates_and_inputs_are_stacked_as_bands():
    torch.manual_seed(0)
    network = AlexNet({"s1": (2, 1), "s2": (1, 3)}, 4, widths=(2, 3, 4, 5, 6), hidden=7).eval()
    s1, s2 = torch.rand(2, 2, 1, 63, 63), torch.rand(2, 1, 3, 63, 63)
    stacked = AlexNet({"all": (1, 5)}, 4, widths=(2, 3, 4, 5, 6), hidden=7).eval()
    stacked.load_state_dict(network.state_dict())
    together = torch.cat([s1[:, 0], s1[:, 1], s2[:, 0]], 1)
    assert torch.equal(network(s1, s2), stacked(together[:, None]))
