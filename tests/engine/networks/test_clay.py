"""Clay against a second writing of its formulas, from a checkpoint of the published names and shapes."""

from __future__ import annotations

import math

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.clay import Clay, published_names
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.runtime.published.files import read_weights
from rsdl_qgis.engine.runtime.published.weights import published_weights
from rsdl_qgis.engine.training.start.named_bands import told
from rsdl_qgis.engine.training.start.start import network_to_build, start

BANDS = ("B2", "B4", "VV")
SMALL = {"width": 24, "layers": 2, "heads": 3}
WITHIN = "model.encoder."


def shapes_of(width, layers):
    """Names and shapes of the encoder as published."""
    generator = "patch_embedding.weight_generator."
    mixing = f"{generator}encoder.layers.0."
    shapes = {
        "cls_token": (1, 1, width), "transformer.norm.weight": (width,), "transformer.norm.bias": (width,),
        f"{generator}weight_tokens": (128, 128), f"{generator}bias_token": (1, 128),
        f"{mixing}self_attn.in_proj_weight": (384, 128), f"{mixing}self_attn.in_proj_bias": (384,),
    }  # fmt: skip
    dense = {
        "patch_embedding.fclayer.l1": (128, 128), "patch_embedding.fclayer.l2": (128, 128),
        f"{generator}fc_weight": (64 * width, 128), f"{generator}fc_bias": (width, 128),
        f"{mixing}self_attn.out_proj": (128, 128), f"{mixing}linear1": (2048, 128), f"{mixing}linear2": (128, 2048),
        f"{mixing}norm1": (128,), f"{mixing}norm2": (128,),
    }  # fmt: skip
    for i in range(layers):
        block = f"transformer.layers.{i}."
        shapes |= {f"{block}0.to_qkv.weight": (3 * width, width), f"{block}0.to_out.weight": (width, width)}
        dense |= {f"{block}0.norm": (width,), f"{block}1.net.0": (width,)}
        dense |= {f"{block}1.net.1": (4 * width, width), f"{block}1.net.3": (width, 4 * width)}
    for name, size in dense.items():
        shapes |= {f"{name}.weight": size, f"{name}.bias": size[:1]}
    return shapes


def file_of(width=24, layers=2):
    """The state of a checkpoint, with layers that only the training needs."""
    torch.manual_seed(3)
    state = {WITHIN + n: torch.randn(s) * (0.3 if len(s) > 1 else 0.5) for n, s in shapes_of(width, layers).items()}
    return {**state, "model.proj.weight": torch.randn(4, width), "model.decoder.mask_patch": torch.randn(8)}


def by_formula(state, images, waves, metres, told):
    """The tokens of the last layer, in double precision; torch's own transformer layer mixes the bands' tokens."""
    given = {name.removeprefix(WITHIN): value.double() for name, value in state.items()}

    def dense(x, name):
        return x @ given[f"{name}.weight"].T + given.get(f"{name}.bias", 0)

    def norm(x, name):
        return nn.functional.layer_norm(x, x.shape[-1:], given[f"{name}.weight"], given[f"{name}.bias"])

    def code(numbers, omega):
        return torch.tensor([[f(n * o) for f in (math.sin, math.cos) for o in omega] for n in numbers]).double()

    embedding = "patch_embedding."
    codes = code(waves, [10000 ** -(i / 63) for i in range(64)])
    gelu = nn.functional.gelu
    codes = codes + gelu(dense(gelu(dense(codes, f"{embedding}fclayer.l1")), f"{embedding}fclayer.l2"))
    generator = f"{embedding}weight_generator."
    layer = nn.TransformerEncoderLayer(128, 4, 2048, 0.0, "gelu").double()
    inner = f"{generator}encoder.layers.0."
    layer.load_state_dict({k.removeprefix(inner): v for k, v in given.items() if k.startswith(inner)}, strict=True)
    tokens = torch.cat([given[f"{generator}weight_tokens"], codes, given[f"{generator}bias_token"]])
    mixed = layer(tokens[:, None])[:, 0]
    width = given["cls_token"].shape[2]
    kernels = dense(mixed[128:-1] + codes, f"{generator}fc_weight").reshape(len(waves), width, 8, 8)
    patches = images.double().unfold(2, 8, 8).unfold(3, 8, 8)  # (N, bands, rows, columns, 8, 8)
    x = torch.einsum("nbyxij,bwij->nyxw", patches, kernels * 0.02) + dense(mixed[-1], f"{generator}fc_bias")
    rows, columns = x.shape[1:3]
    count = (width - 8) // 4
    omega = [metres / 10000 ** (2 * (i / (count - 1)) / (width - 8)) for i in range(count)]
    of_rows, of_columns = code(range(rows), omega), code(range(columns), omega)
    places = [[torch.cat([of_columns[j], of_rows[i], told]) for j in range(columns)] for i in range(rows)]
    x = (x + torch.stack([torch.stack(row) for row in places])).flatten(1, 2)
    x = torch.cat([given["cls_token"].expand(len(x), -1, -1), x], 1)
    for i in range(2):
        block = f"transformer.layers.{i}."
        parts = dense(norm(x, f"{block}0.norm"), f"{block}0.to_qkv").chunk(3, 2)
        q, k, v = (part.unflatten(2, (3, -1)).transpose(1, 2) for part in parts)
        weights = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
        x = x + dense((weights @ v).transpose(1, 2).flatten(2), f"{block}0.to_out")
        x = x + dense(gelu(dense(norm(x, f"{block}1.net.0"), f"{block}1.net.1")), f"{block}1.net.3")
    return norm(x, "transformer.norm")


def in_circle(*shares):
    return torch.tensor([f(2 * math.pi * s) for s in shares for f in (math.sin, math.cos)]).double()


@pytest.mark.parametrize(
    ("options", "metres", "told"),
    [
        ({}, 10, torch.zeros(8).double()),
        (
            {"date": "2020-07-15 18:30", "latlon": [-12.5, -55.7], "resolution": 0.5},
            0.5,
            in_circle(29 / 52, 18 / 24, -12.5 / 360, -55.7 / 360),
        ),
        ({"date": "2020-01-06"}, 10, torch.cat([in_circle(2 / 52), torch.zeros(6)])),
    ],
)
def test_a_file_computes_what_the_formulas_say(options, metres, told):
    torch.manual_seed(1)
    state, images = file_of(), torch.randn(2, 3, 16, 40)
    network = Clay({"image": (1, 3)}, 2, bands=BANDS, **SMALL, **options).eval()
    own, given = network.state_dict(), published_names(state)
    assert set(given) == {name for name in own if not name.startswith("head.")}
    network.load_state_dict({**own, **given})
    with torch.inference_mode():
        found = network.encoded(images)
        expected = by_formula(state, images, [0.493, 0.665, 3.5], metres, told)
        assert torch.equal(network(images[:, None]), network.head(found[:, 0]))
    assert (found - expected).abs().max() < 1e-5 and expected.std() > 0.3


def test_the_number_of_the_published_encoder():
    """265 tensors of 311,442,944 numbers are told of."""
    with torch.device("meta"):
        network = build_network("clay-large", {"image": (1, 10)}, 2)
    own = {name: value for name, value in network.state_dict().items() if not name.startswith("head.")}
    assert len(own) == 265 and sum(value.numel() for value in own.values()) == 311_442_944
    assert {n: v.shape for n, v in own.items()} == {
        name: torch.Size(shape)
        for name, shape in zip(published_names(shapes_of(1024, 24)), shapes_of(1024, 24).values(), strict=True)
    }


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """A checkpoint as it is downloaded, in the folder of weights."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path))
    path = tmp_path / "weights" / PUBLISHED["clay-v1.5"].file
    path.parent.mkdir()
    torch.save({"state_dict": file_of(), "epoch": 7, "hyper_parameters": {"model_size": "large"}}, path)
    return path


def test_a_training_starts_with_other_bands(checkpoint):
    """All of the file is loaded, whichever the bands are."""
    inputs = [Input("image", tuple(map(Band, ("B2", "B8", "B12"))))]
    name, options = network_to_build("clay-large", SMALL, None, "clay-v1.5")
    options = told(name, options, inputs, SMALL)
    assert options["bands"] == ["B2", "B8", "B12"]
    network = build_network(name, {"image": (1, 3)}, 2, **options)
    begun = start(network, inputs, (Class(0, "a", "#000000"), Class(1, "b", "#000000")), None, "clay-v1.5")
    assert begun.new == sum(p.numel() for p in network.head.parameters()) and not begun.adapted


def test_a_file_whose_hash_is_not_published_is_the_first_one(checkpoint):
    folder = checkpoint.parent
    assert set(published_weights("clay-v1.5", Report())) == set(published_names(read_weights(checkpoint)))
    assert checkpoint.name in folder.with_name("weights.sha256").read_text()
    torch.save({"state_dict": file_of(layers=1)}, checkpoint)
    with pytest.raises(ModelError, match="not that of the first one"):
        published_weights("clay-v1.5", Report())


def test_free_sizes_in_onnx(tmp_path):
    network = build_network("clay-large", {"image": (1, 3)}, 2, bands=list(BANDS), **SMALL).eval()
    network.load_state_dict({**network.state_dict(), **published_names(file_of())})
    classes = (Class(0, "a", "#000000"), Class(1, "b", "#000000"))
    tiling = Tiling(size=32, overlap=0, multiple=8)
    inputs = (Input("image", tuple(map(Band, BANDS))),)
    card = ModelCard("a", "A", inputs, classes, "classification", "clay-large", tiling=tiling)
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    for size in ((32, 32), (16, 40)):
        images = np.random.default_rng(0).normal(size=(1, 1, 3, *size)).astype(np.float32)
        (got,) = session.run(None, {"image": images})
        with torch.inference_mode():
            assert (torch.from_numpy(got) - network(torch.from_numpy(images)).softmax(1)).abs().max() < 1e-4


def test_options_that_do_not_fit():
    with pytest.raises(ModelError, match="width of 24 does not fit 5 heads"):
        Clay({"image": (1, 3)}, 2, width=24, heads=5)
    with pytest.raises(ModelError, match="'July' is no date"):
        Clay({"image": (1, 3)}, 2, date="July", **SMALL)
    with pytest.raises(ModelError, match="band 'fog' is not known"):
        Clay({"image": (1, 2)}, 2, bands=("red", "fog"), **SMALL)
