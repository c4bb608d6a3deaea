"""ViT against torchvision's: parameters, names old and new, outputs; and positions for another size by arithmetic."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.vit import SelfAttention, ViT, published_names, resize_positions

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
PARAMETERS = {"b16": 86_567_656, "b32": 88_224_232}
TINY = {"size": 24, "patch": 8, "width": 16, "layers": 2, "heads": 4, "mlp": 20}


def shapes(network):
    return {name: value.shape for name, value in network.state_dict().items()}


def photo(size, n=2):
    return torch.randn(n, 1, 3, size, size, generator=torch.Generator().manual_seed(1))


def reference():
    """torchvision's with the numbers of TINY; its head starts from zeros, so it gets weights here."""
    network = import_torchvision().models.VisionTransformer(24, 8, 2, 4, 16, 20, num_classes=5).eval()
    nn.init.normal_(network.heads.head.weight)
    return network


@pytest.mark.parametrize("variant", ["b16", "b32"])
def test_parameters_as_many_as_published(variant):
    with torch.device("meta"):
        network = ViT(RGB, 1000, variant)
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[variant]


@pytest.mark.parametrize("variant", ["b16", "b32"])
def test_names_and_shapes_are_torchvisions(variant):
    models = import_torchvision().models
    with torch.device("meta"):
        assert shapes(ViT(RGB, 1000, variant)) == shapes(getattr(models, f"vit_b_{variant[1:]}")())


def test_published_files_load_after_their_names_are_brought_up_to_date():
    given = reference()
    old = {
        k.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): v
        for k, v in given.state_dict().items()
    }
    assert "encoder.layers.encoder_layer_1.mlp.linear_2.bias" in old
    network = ViT(RGB, 5, **TINY).eval()
    with pytest.raises(RuntimeError, match="linear_1"):
        network.load_state_dict(old)
    network.load_state_dict(published_names(old), strict=True)
    with torch.inference_mode():
        assert (network(photo(24)) - given(photo(24)[:, 0])).abs().max() < 1e-5


def test_names_up_to_date_already_stay():
    state = ViT(RGB, 5, **TINY).state_dict()
    assert list(published_names(state)) == list(state)


def test_equal_weights_give_torchvisions_output_at_224_px():
    given = import_torchvision().models.vit_b_32(num_classes=5).eval()
    nn.init.normal_(given.heads.head.weight, std=0.1)
    with torch.device("meta"):
        network = ViT(RGB, 5, "b32").eval()
    network.load_state_dict(given.state_dict(), strict=True, assign=True)
    with torch.inference_mode():
        expected = given(photo(224, 1)[:, 0])
        assert (network(photo(224, 1)) - expected).abs().max() < 1e-5
    assert expected.abs().max() > 0.1


def test_attention_is_multi_head_attention():
    given = nn.MultiheadAttention(12, 3, batch_first=True)
    nn.init.normal_(given.in_proj_bias)
    ours = SelfAttention(12, 3)
    ours.load_state_dict(given.state_dict(), strict=True)
    x = torch.randn(2, 7, 12)
    assert torch.allclose(ours(x), given(x, x, x)[0], atol=1e-6)


def test_dropout_works_in_training_only():
    network = ViT(RGB, 5, dropout=0.5, **TINY)
    assert not torch.equal(network(photo(24)), network(photo(24)))
    network.eval()
    assert torch.equal(network(photo(24)), network(photo(24)))


def test_positions_of_the_same_size_stay():
    positions = torch.randn(1, 1 + 9, 4)
    assert torch.equal(resize_positions(positions, 3, 3), positions)


@pytest.mark.parametrize("side", [24, 17, 6])
def test_a_ramp_of_positions_stays_a_ramp_between_the_patches_centres(side):
    """Of 12 patches a side: channel 0 holds the centre's row as a share of the image, channel 1 its column."""
    token, steps = torch.tensor([7.0, -3.0]), (torch.arange(12) + 0.5) / 12
    ramps = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), 2).flatten(0, 1)
    after = resize_positions(torch.cat([token[None], ramps])[None], side, side)
    assert after.shape == (1, 1 + side * side, 2)
    assert torch.equal(after[0, 0], token)
    rows, columns = after[0, 1:].unflatten(0, (side, side)).unbind(2)
    centres = (torch.arange(side) + 0.5) / side
    inside = (centres - 0.5).abs() < 0.5 - 2 / min(side, 12)  # further out the kernel meets the border
    assert inside.sum() >= 2
    assert torch.allclose(rows[inside], centres[inside, None].expand(-1, side), atol=1e-5)
    assert torch.allclose(columns[:, inside], centres[inside].expand(side, -1), atol=1e-5)


@pytest.mark.parametrize("size", [(3, 14), (9, 5), (31, 7)])
def test_positions_are_resized_as_torch_does_with_smoothing(size):
    positions = torch.randn(1, 1 + 49, 4, generator=torch.Generator().manual_seed(0))
    grid = positions[:, 1:].transpose(1, 2).unflatten(2, (7, 7))
    expected = torch.nn.functional.interpolate(grid, size, mode="bicubic", antialias=True)
    assert torch.allclose(resize_positions(positions, *size)[:, 1:], expected.flatten(2).transpose(1, 2), atol=1e-5)


def test_positions_that_are_no_square():
    with pytest.raises(ModelError, match="7 positions"):
        resize_positions(torch.zeros(1, 8, 4), 3, 3)


def test_weights_of_one_size_serve_another():
    state = ViT(RGB, 5, **TINY).state_dict()
    state["encoder.pos_embedding"] = resize_positions(state["encoder.pos_embedding"], 5, 5)
    larger = ViT(RGB, 5, **{**TINY, "size": 40})
    larger.load_state_dict(state, strict=True)
    assert larger(photo(40)).shape == (2, 5)


def test_an_image_of_another_size_is_refused():
    with pytest.raises(ModelError, match=r"24 x 24 px, and one has 72 x 8"):  # as many patches, elsewhere
        ViT(RGB, 5, **TINY)(torch.zeros(1, 1, 3, 8, 72))


def test_numbers_that_do_not_fit_each_other():
    with pytest.raises(ModelError, match=r"'b8'.*b16, b32, small"):
        ViT(RGB, 5, "b8")
    with pytest.raises(ModelError, match="60 px cannot be cut into patches of 8 px"):
        ViT(RGB, 5, size=60)
    with pytest.raises(ModelError, match="192 cannot be divided among 5 heads"):
        ViT(RGB, 5, heads=5)


def test_every_date_and_band_is_seen_in_order():
    network = ViT({"s1": (2, 1), "s2": (1, 3)}, 2, **TINY).eval()
    one = ViT({"all": (1, 5)}, 2, **TINY).eval()
    one.load_state_dict(network.state_dict())
    x = torch.randn(1, 5, 24, 24)
    assert torch.equal(network(x[:, :2, None], x[:, None, 2:]), one(x[:, None]))
    for band in range(5):
        changed = x.clone()
        changed[:, band] += 1
        assert not torch.equal(one(changed[:, None]), one(x[:, None]))
