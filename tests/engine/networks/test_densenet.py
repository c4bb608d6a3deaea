"""DenseNet against torchvision's: parameters, names old and new, outputs; and the stages other networks build on."""

from __future__ import annotations

import re

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.densenet import BLOCKS, DenseLayer, DenseNet, published_names

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
PARAMETERS = {121: 7_978_856, 169: 14_149_480, 201: 20_013_928}


def shapes(network):
    return {name: value.shape for name, value in network.state_dict().items()}


def photo(n=2, height=64, width=64):
    return torch.randn(n, 1, 3, height, width, generator=torch.Generator().manual_seed(1))


def small():
    return DenseNet(RGB, 5, growth=4, squeeze=2, blocks=(2, 3, 2, 1))


def reference():
    network = import_torchvision().models.DenseNet(4, (2, 3, 2, 1), 8, bn_size=2, num_classes=5)
    with torch.no_grad():
        network(photo(4)[:, 0])  # moves the batch-norm statistics away from their defaults
    return network.eval()


def old_names(state):
    """As torchvision's files have them: norm1 is norm.1, and batches are not counted."""
    return {
        re.sub(r"(denselayer\d+\.)(norm|conv)([12])\.", r"\1\2.\3.", name): value
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")
    }


@pytest.mark.parametrize("depth", list(BLOCKS))
def test_parameters_as_many_as_published(depth):
    with torch.device("meta"):
        network = DenseNet(RGB, 1000, depth)
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[depth]


@pytest.mark.parametrize("depth", list(BLOCKS))
def test_names_and_shapes_are_torchvisions(depth):
    models = import_torchvision().models
    with torch.device("meta"):
        assert shapes(DenseNet(RGB, 1000, depth)) == shapes(getattr(models, f"densenet{depth}")())


def test_published_files_load_after_their_names_are_brought_up_to_date():
    given = old_names(reference().state_dict())
    assert "features.denseblock2.denselayer3.conv.2.weight" in given
    network = small()
    with pytest.raises(RuntimeError, match=r"norm\.1"):
        network.load_state_dict(given)
    network.load_state_dict(published_names(given), strict=True)
    with torch.inference_mode():
        assert (network.eval()(photo()) - reference_output(given)).abs().max() < 1e-5


def reference_output(given):
    network = import_torchvision().models.DenseNet(4, (2, 3, 2, 1), 8, bn_size=2, num_classes=5)
    network.load_state_dict(published_names(given))
    return network.eval()(photo()[:, 0])


def test_names_up_to_date_already_stay():
    state = small().state_dict()
    assert list(published_names(state)) == list(state)


def test_equal_weights_give_torchvisions_output():
    given = import_torchvision().models.densenet121(num_classes=5)
    network = DenseNet(RGB, 5, 121)
    with torch.inference_mode():
        given(photo(4)[:, 0])
        network.load_state_dict(given.state_dict(), strict=True)
        expected = given.eval()(photo()[:, 0])
        assert (network.eval()(photo()) - expected).abs().max() < 1e-5
    assert expected.abs().max() > 0.1


def test_stages_are_what_follows_each_block_at_strides_2_to_32():
    given, network = reference(), small().eval()
    network.load_state_dict(given.state_dict())
    features, seen = given.features, []
    for relu in (features.relu0, *(features.get_submodule(f"transition{i}").relu for i in (1, 2, 3))):
        relu.register_forward_hook(lambda module, taken, out: seen.append(out.clone()))
    image = photo(1, 64, 96)[:, 0]
    with torch.inference_mode():
        seen_last = given.features(image).relu()
        maps = network.stages(image)
    widths = (8, 16, 8 + 12, 10 + 8, 9 + 4)
    assert network.stage_widths == widths
    assert [m.shape for m in maps] == [(1, w, 64 // s, 96 // s) for w, s in zip(widths, (2, 4, 8, 16, 32))]
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(maps, [*seen, seen_last]))


def test_a_layer_keeps_what_it_is_given_and_adds_to_it():
    x = torch.randn(2, 6, 5, 7)
    kept = x.clone()
    out = DenseLayer(6, 3, 2)(x)
    assert out.shape == (2, 9, 5, 7) and torch.equal(out[:, :6], kept) and torch.equal(x, kept)


def test_without_classes_it_is_a_body_whose_every_parameter_is_used():
    body = DenseNet(RGB, 0, growth=4, blocks=(1, 1, 1, 1))
    assert not any(name.startswith("classifier") for name in body.state_dict())
    pooled = body(photo())
    assert pooled.shape == (2, body.stage_widths[-1])
    pooled.square().sum().backward()
    assert all(p.grad is not None for p in body.parameters())


def test_every_date_and_band_is_seen_in_order():
    network = DenseNet({"s1": (2, 1), "s2": (1, 3)}, 2, growth=4, blocks=(1, 1, 1, 1)).eval()
    one = DenseNet({"all": (1, 5)}, 2, growth=4, blocks=(1, 1, 1, 1)).eval()
    one.load_state_dict(network.state_dict())
    x = torch.randn(1, 5, 40, 33)  # neither side a multiple of anything
    assert torch.equal(network(x[:, :2, None], x[:, None, 2:]), one(x[:, None]))
    for band in range(5):
        changed = x.clone()
        changed[:, band] *= 3
        assert not torch.equal(one(changed[:, None]), one(x[:, None]))


def test_there_is_no_such_depth():
    with pytest.raises(ModelError, match=r"DenseNet-100.*121, 169, 201"):
        DenseNet(RGB, 2, 100)
