"""DOFA against a second writing of its formulas, from a file of the published names and shapes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.dofa import DOFA, published_names
from rsdl_qgis.engine.networks.layers.wavelengths import wavelengths_of
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.training.start import weights as weights_module
from rsdl_qgis.engine.training.start.named_bands import told
from rsdl_qgis.engine.training.start.start import network_to_build, start
from rsdl_qgis.engine.training.start.transfer import take_over

BANDS = ("B4", "B3", "B8", "VV")
SMALL = {"size": 32, "width": 24, "layers": 2, "heads": 3, "mlp": 96}


def file_of(width=24, layers=2, places=4):
    """Names and shapes as published, with the tokens that only the training needs."""
    torch.manual_seed(3)
    generator = "patch_embed.weight_generator."
    mixing = f"{generator}transformer_encoder.layers.0."
    shapes = {
        "cls_token": (1, 1, width), "pos_embed": (1, 1 + places, width), "mask_token": (1, 1, width),
        "norm.weight": (width,), "norm.bias": (width,), "projector.weight": (8, width),
        "patch_embed.fclayer.w1.weight": (128, 128), "patch_embed.fclayer.w1.bias": (128,),
        "patch_embed.fclayer.w2.weight": (128, 128), "patch_embed.fclayer.w2.bias": (128,),
        f"{generator}weight_tokens": (128, 128), f"{generator}bias_token": (1, 128),
        f"{generator}fc_weight.weight": (256 * width, 128), f"{generator}fc_weight.bias": (256 * width,),
        f"{generator}fc_bias.weight": (width, 128), f"{generator}fc_bias.bias": (width,),
        f"{mixing}self_attn.in_proj_weight": (384, 128), f"{mixing}self_attn.in_proj_bias": (384,),
        f"{mixing}self_attn.out_proj.weight": (128, 128), f"{mixing}self_attn.out_proj.bias": (128,),
        f"{mixing}linear1.weight": (2048, 128), f"{mixing}linear1.bias": (2048,),
        f"{mixing}linear2.weight": (128, 2048), f"{mixing}linear2.bias": (128,),
    }  # fmt: skip
    shapes |= {f"{mixing}norm{n}.{kind}": (128,) for n in (1, 2) for kind in ("weight", "bias")}
    for i in range(layers):
        for part, size in {"attn.qkv": (3 * width, width), "attn.proj": (width, width), "mlp.fc1": (4 * width, width),
                           "mlp.fc2": (width, 4 * width), "norm1": (width,), "norm2": (width,)}.items():  # fmt: skip
            shapes[f"blocks.{i}.{part}.weight"], shapes[f"blocks.{i}.{part}.bias"] = size, size[:1]
    return {name: torch.randn(shape) * (0.3 if len(shape) > 1 else 0.5) for name, shape in shapes.items()}


def by_formula(state, images, waves):
    """The pooled features, in double precision; torch's own transformer layer mixes the tokens."""
    given = {name: value.double() for name, value in state.items()}
    generator = {k.split("weight_generator.")[1]: v for k, v in given.items() if "weight_generator" in k}
    wave = torch.tensor(waves, dtype=torch.float64) * 1000
    codes = torch.stack([
        torch.tensor([f(w / 10000 ** (i / 64)) for f in (math.sin, math.cos) for i in range(64)]) for w in wave.tolist()
    ]).double()  # fmt: skip
    w1, w2 = ((given[f"patch_embed.fclayer.{n}.weight"], given[f"patch_embed.fclayer.{n}.bias"]) for n in ("w1", "w2"))
    codes = codes + ((codes @ w1[0].T + w1[1]).relu() @ w2[0].T + w2[1]).relu()
    layer = nn.TransformerEncoderLayer(128, 4, 2048, 0.0, "gelu").double()
    layer.load_state_dict({k.split("layers.0.")[1]: v for k, v in generator.items() if "layers.0." in k}, strict=True)
    mixed = layer(torch.cat([generator["weight_tokens"], codes, generator["bias_token"]])[:, None])[:, 0]
    kernels = (mixed[128:-1] + codes) @ generator["fc_weight.weight"].T + generator["fc_weight.bias"]
    bias = mixed[-1] @ generator["fc_bias.weight"].T + generator["fc_bias.bias"]
    padded = nn.functional.pad(images.double(), (1, 1, 1, 1)).unfold(2, 16, 16).unfold(3, 16, 16)
    x = torch.einsum("nbyxij,bijw->nyxw", padded, kernels.reshape(len(waves), 16, 16, -1) * 0.01) + 0.01 * bias
    x = torch.cat([given["cls_token"].expand(len(x), -1, -1), x.flatten(1, 2)], 1) + given["pos_embed"]
    width = x.shape[2]

    def norm(x, name):
        return nn.functional.layer_norm(x, (width,), given[f"{name}.weight"], given[f"{name}.bias"], 1e-6)

    def dense(x, name):
        return x @ given[f"{name}.weight"].T + given[f"{name}.bias"]

    for i in range(2):
        parts = dense(norm(x, f"blocks.{i}.norm1"), f"blocks.{i}.attn.qkv").chunk(3, 2)
        q, k, v = (part.unflatten(2, (3, -1)).transpose(1, 2) for part in parts)
        weights = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).softmax(-1)
        x = x + dense((weights @ v).transpose(1, 2).flatten(2), f"blocks.{i}.attn.proj")
        hidden = nn.functional.gelu(dense(norm(x, f"blocks.{i}.norm2"), f"blocks.{i}.mlp.fc1"))
        x = x + dense(hidden, f"blocks.{i}.mlp.fc2")
    return nn.functional.layer_norm(x[:, 1:].mean(1), (width,), eps=1e-6)


def test_a_file_computes_what_the_formulas_say():
    state, images = file_of(), torch.randn(2, 4, 32, 32)
    network = DOFA({"image": (1, 4)}, 2, bands=BANDS, **SMALL).eval()
    own = network.state_dict()
    given = published_names(state)
    assert set(given) == {name for name in own if not name.startswith("heads.")}
    network.load_state_dict({**own, **given})
    seen = []
    network.heads.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        network(images[:, None])
        expected = by_formula(state, images, [0.665, 0.56, 0.842, 5.405])
    assert (seen[0] - expected).abs().max() < 1e-4 and expected.std() > 0.5


def test_dates_have_the_same_wavelengths_and_order_counts():
    network = DOFA({"s2": (2, 2), "s1": (1, 1)}, 2, bands=("B2", "B8", "VH"), **SMALL)
    one = DOFA({"all": (1, 5)}, 2, wavelengths=(0.49, 0.842, 0.49, 0.842, 5.405), **SMALL)
    assert torch.equal(network.conv_proj.waves, one.conv_proj.waves)


def test_wavelengths():
    three, two = {"image": (1, 3)}, {"image": (1, 2)}
    names = ("red", "B09_60m", "cirrus", "S1 VH")
    assert wavelengths_of(names, (), {"a": (2, 2), "b": (1, 2)}) == [0.665, 0.945, 0.665, 0.945, 1.375, 5.405]
    assert wavelengths_of((), (), three) == pytest.approx([0.44, 1.32, 2.2])
    with pytest.raises(ModelError, match=r"wavelength of the band 'fog' is not known.*wavelengths"):
        wavelengths_of(("red", "fog"), (), two)
    with pytest.raises(ModelError, match="2 bands, and 3 names"):
        wavelengths_of((), (0.4, 0.5, 0.6), two)


def test_a_training_starts_with_other_bands(monkeypatch):
    """All of the file is loaded, whichever the bands are."""
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published_names(file_of()))
    inputs = [Input("image", tuple(map(Band, ("B2", "B8", "B12"))))]
    name, options = network_to_build("dofa-b16", SMALL, None, "dofa-b16")
    options = told(name, options, inputs, SMALL)
    assert options["bands"] == ["B2", "B8", "B12"]
    network = build_network(name, {"image": (1, 3)}, 2, **options)
    begun = start(network, inputs, (Class(0, "a", "#000000"), Class(1, "b", "#000000")), None, "dofa-b16")
    assert begun.new == sum(p.numel() for p in network.heads.parameters()) and not begun.adapted


def test_it_is_an_encoder_that_is_told_of_the_bands(monkeypatch):
    """Of all dates of all inputs; its patches are normalised as what its own head is given."""
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published_names(file_of()))
    inputs = [
        Input("s2", tuple(map(Band, ("B2", "B8"))), ("2020-05-01", "2020-06-01")),
        Input("s1", (Band("VV"),), ("image",)),
    ]
    asked = {"encoder_options": SMALL, "widths": [4] * 5}
    name, options = network_to_build("unet-encoder", asked, None, "dofa-b16")
    options = told(name, options, inputs, asked)
    assert options["encoder"] == "dofa-b16" and options["encoder_options"] == {**SMALL, "bands": ["B2", "B8", "VV"]}
    network = build_network(name, {item.name: item.shape for item in inputs}, 2, **options)
    waves = wavelengths_of((), (0.49, 0.842, 0.49, 0.842, 5.405), {"image": (1, 5)})
    alone = DOFA({"image": (1, 5)}, 2, wavelengths=waves, **SMALL)
    assert torch.equal(network.encoder.conv_proj.waves, alone.conv_proj.waves)
    begun = start(network, inputs, (Class(0, "a", "#000000"), Class(1, "b", "#000000")), None, "dofa-b16")
    assert not begun.adapted and begun.loaded == sum(v.numel() for v in published_names(file_of()).values())
    alone.load_state_dict({**alone.state_dict(), **published_names(file_of())})
    images = torch.randn(1, 5, 32, 32)
    with torch.inference_mode():
        of_patches = alone.norm(alone.encoded(images)[:, 1:]).mT.unflatten(2, (2, 2))
        assert (network.encoder.stages(images)[3] - of_patches).abs().max() < 1e-5
        assert network(torch.randn(1, 2, 2, 64, 96), torch.randn(1, 1, 1, 64, 96)).shape == (1, 2, 64, 96)


def test_wavelengths_of_an_encoder_that_a_person_gives():
    inputs = [Input("image", (Band("fog"), Band("haze")))]
    asked = {"encoder": "dofa-b16", "encoder_options": {**SMALL, "wavelengths": [0.5, 0.6]}}
    options = told("unet-encoder", asked, inputs, asked)
    network = build_network("unet-encoder", {"image": (1, 2)}, 2, **options)
    alone = DOFA({"image": (1, 2)}, 2, wavelengths=(0.5, 0.6), **SMALL)
    assert torch.equal(network.encoder.conv_proj.waves, alone.conv_proj.waves)
    assert told("unet-encoder", {}, inputs) == {}  # a ResNet goes by no names


def test_what_stands_beside_it_is_matched_by_bands():
    """The skip of another model at full resolution takes the image, too; the encoder's first layer takes any bands."""
    old, new = (
        build_network("unet-encoder", {"image": (1, len(bands))}, 2, encoder="dofa-b16",
                      encoder_options={**SMALL, "bands": list(bands)}, widths=[4] * 5)
        for bands in (("B2", "B3", "B4"), ("B4", "B2"))
    )  # fmt: skip
    inputs = [[Input("image", tuple(map(Band, bands)))] for bands in (("B2", "B3", "B4"), ("B4", "B2"))]
    moved = take_over(new, old.state_dict(), *inputs)
    assert moved.adapted == ("skip.0.weight",) and not moved.new
    assert torch.allclose(new.skip[0].weight, old.skip[0].weight[:, [2, 0]] * 1.5)
    assert torch.equal(new.encoder.conv_proj.fclayer.w1.weight, old.encoder.conv_proj.fclayer.w1.weight)


def test_the_published_scaling_is_that_of_8_bit_pictures():
    (item,) = PUBLISHED["dofa-b16"].inputs
    assert [band.name for band in item.bands] == list(PUBLISHED["dofa-b16"].options["bands"])
    assert item.scaling.mean[0][0] == pytest.approx(114.1099739 / 255 * 3558)
    assert item.scaling.std[0][8] == pytest.approx(42.55886798 / 255 * 8160)
