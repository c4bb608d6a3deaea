"""LeNet-5: its size, its activation, and what is left for C5."""

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.lenet import LeNet5, ScaledTanh


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_parameters_of_each_layer():
    network = LeNet5({"image": (1, 1)}, 10)
    layers = [parameters(layer) for layer in (*network.features, *network.classifier) if parameters(layer)]
    assert layers == [156, 2416, 48120, 10164, 850]
    assert sum(layers) == 61_706


def test_activation_maps_one_to_itself_and_saturates_as_in_the_paper():
    values = ScaledTanh()(torch.tensor([-100.0, -1.0, 0.0, 1.0, 100.0]))
    assert torch.allclose(values, torch.tensor([-1.7159, -1.0, 0.0, 1.0, 1.7159]), atol=1e-4)


@pytest.mark.parametrize("size", [16, 28, 32, 33, 64])
def test_c5_covers_what_is_left_of_any_size(size):
    network = LeNet5({"s1": (2, 1), "s2": (1, 3)}, 7, size=size, widths=(2, 3, 4, 5))
    images = torch.rand(2, 2, 1, size, size), torch.rand(2, 1, 3, size, size)
    assert network.features(torch.cat([x.flatten(1, 2) for x in images], 1)).shape == (2, 4, 1, 1)
    assert network(*images).shape == (2, 7)


def test_every_input_and_date_counts():
    torch.manual_seed(0)
    network = LeNet5({"s1": (2, 1), "s2": (1, 3)}, 7).eval()
    images = [torch.rand(1, 2, 1, 32, 32), torch.rand(1, 1, 3, 32, 32)]
    for changed, date in ((0, 0), (0, 1), (1, 0)):
        others = [x.clone() for x in images]
        others[changed][:, date] += 1
        assert not torch.allclose(network(*images), network(*others))


def test_too_small_a_size_is_named():
    with pytest.raises(ModelError, match=r"at least 16 pixels.*size is 15"):
        LeNet5({"image": (1, 1)}, 10, size=15)
