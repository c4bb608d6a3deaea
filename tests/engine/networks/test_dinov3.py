"""DINOv3 against a second writing of its formulas, from a file of the published names and shapes."""

from __future__ import annotations

import math

import onnxruntime
import pytest
import torch
from torch.nn import functional as F

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.dinov3 import DINOv3, published_names
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.runtime.published.weights import published_weights
from rsdl_qgis.engine.training.start.freezing import stages_of

SMALL = {"width": 24, "layers": 2, "heads": 3}


def image(height, width):
    return torch.randn(2, 1, 3, height, width, generator=torch.Generator().manual_seed(1))


def file_of(width=24, layers=2, heads=3):
    """Names and shapes as published."""
    torch.manual_seed(3)
    shapes = {
        "cls_token": (1, 1, width), "storage_tokens": (1, 4, width), "mask_token": (1, width),
        "patch_embed.proj.weight": (width, 3, 16, 16), "patch_embed.proj.bias": (width,),
        "norm.weight": (width,), "norm.bias": (width,), "local_cls_norm.weight": (width,),
    }  # fmt: skip
    for i in range(layers):
        for part, size in {"attn.qkv": (3 * width, width), "attn.proj": (width, width), "mlp.fc1": (4 * width, width),
                           "mlp.fc2": (width, 4 * width), "norm1": (width,), "norm2": (width,)}.items():  # fmt: skip
            shapes[f"blocks.{i}.{part}.weight"], shapes[f"blocks.{i}.{part}.bias"] = size, size[:1]
        shapes |= {f"blocks.{i}.ls{n}.gamma": (width,) for n in (1, 2)}
    state = {name: torch.randn(shape) * 0.4 for name, shape in shapes.items()}
    mask = torch.cat([torch.ones(width), torch.full((width,), float("nan")), torch.ones(width)])
    state |= {f"blocks.{i}.attn.qkv.bias_mask": mask for i in range(layers)}
    depth = width // heads // 4
    return state | {"rope_embed.periods": torch.tensor([1.05 * 100 ** (i / (2 * depth)) for i in range(depth)])}


def by_formula(state, images, heads=3):
    """The tokens of the last layer, in double precision; each pair of numbers is turned as a complex one."""
    given = {name: value.double() for name, value in state.items()}
    patches = F.conv2d(images.double(), given["patch_embed.proj.weight"], given["patch_embed.proj.bias"], 16)
    rows, columns = patches.shape[2:]
    x = torch.cat([given["cls_token"].expand(len(images), -1, -1), given["storage_tokens"].expand(len(images), -1, -1),
                   patches.flatten(2).mT], 1)  # fmt: skip
    angles = torch.tensor([
        [2 * math.pi * place / period for place in ((2 * i + 1) / rows - 1, (2 * j + 1) / columns - 1)
         for period in given["rope_embed.periods"].tolist()]
        for i in range(rows) for j in range(columns)
    ], dtype=torch.float64)  # fmt: skip
    turn = torch.polar(torch.ones_like(angles), angles)

    def turned(part):
        half = part.shape[-1] // 2
        moved = torch.complex(part[:, :, 5:, :half], part[:, :, 5:, half:]) * turn
        return torch.cat([part[:, :, :5], torch.cat([moved.real, moved.imag], 3)], 2)

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], given[f"{name}.weight"], given[f"{name}.bias"], 1e-5)

    for i in range(2):
        block = f"blocks.{i}."
        bias = given[f"{block}attn.qkv.bias"].clone()
        bias[len(bias) // 3 : 2 * len(bias) // 3] = 0
        joined = norm(x, f"{block}norm1") @ given[f"{block}attn.qkv.weight"].mT + bias
        q, k, v = (part.unflatten(2, (heads, -1)).transpose(1, 2) for part in joined.chunk(3, 2))
        weights = (turned(q) @ turned(k).mT / q.shape[-1] ** 0.5).softmax(-1)
        y = (weights @ v).transpose(1, 2).flatten(2) @ given[f"{block}attn.proj.weight"].mT
        x = x + (y + given[f"{block}attn.proj.bias"]) * given[f"{block}ls1.gamma"]
        y = F.gelu(norm(x, f"{block}norm2") @ given[f"{block}mlp.fc1.weight"].mT + given[f"{block}mlp.fc1.bias"])
        y = y @ given[f"{block}mlp.fc2.weight"].mT + given[f"{block}mlp.fc2.bias"]
        x = x + y * given[f"{block}ls2.gamma"]
    return norm(x, "norm")


@pytest.mark.parametrize("size", [(48, 80), (64, 32)])
def test_a_file_computes_what_the_formulas_say(size):
    state = file_of()
    network = DINOv3({"image": (1, 3)}, 2, **SMALL).eval()
    given = published_names(state)
    assert set(given) == {name for name in network.state_dict() if not name.startswith("head.")}
    network.load_state_dict({**network.state_dict(), **given})
    with torch.inference_mode():
        found = network.encoded(image(*size)[:, 0])
        expected = by_formula(state, image(*size)[:, 0])
    assert (found - expected).abs().max() < 1e-4 and expected.std() > 0.1


def test_the_numbers_of_the_variants():
    """303,129,600 are told of ViT-L without the biases of keys, which are 0."""
    for variant, count in (("s16", 21_601_152), ("l16", 303_129_600 + 24 * 1024)):
        with torch.device("meta"):
            network = DINOv3({"image": (1, 3)}, 1, variant)
        own = sum(p.numel() for n, p in network.named_parameters() if not n.startswith("head."))
        assert own + network.norm.weight.numel() == count  # with the token of masked patches


@pytest.mark.parametrize("task", ["classification", "segmentation"])
def test_free_sizes_in_onnx(tmp_path, task):
    dense = task == "segmentation"
    options = {"encoder": "dinov3-s16", "encoder_options": SMALL, "widths": [4] * 5} if dense else SMALL
    name = "unet-encoder" if dense else "dinov3-s16"
    network = build_network(name, {"image": (1, 3)}, 2, **options).eval()
    (network.encoder if dense else network).load_state_dict(published_names(file_of()), strict=False)
    classes = (Class(0, "a", "#000000"), Class(1, "b", "#000000"))
    tiling = Tiling(size=64, overlap=0, multiple=32 if dense else 16)
    card = ModelCard("a", "A", (Input("image", tuple(map(Band, "rgb"))),), classes, task, name, tiling=tiling)
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    for size in ((64, 64), (32, 96), *([] if dense else [(48, 16)])):
        (got,) = session.run(None, {"image": image(*size).numpy()})
        with torch.inference_mode():
            assert (torch.from_numpy(got) - network(image(*size)).softmax(1)).abs().max() < 1e-4


def test_its_stages():
    network = build_network("unet-encoder", {"image": (1, 3)}, 2, encoder="dinov3-s16", encoder_options=SMALL)
    parts = {stage.name: stage.part for stage in stages_of(network)}
    assert parts["encoder.blocks.1"] == "encoder" and parts["encoder.pyramid"] == "decoder"


def test_a_file_that_is_given_after_a_registration(tmp_path):
    with pytest.raises(ModelError, match=r"dinov3_vitl16_pretrain_sat493m-eadcf0ff.pth is given after a registration"):
        published_weights("dinov3-sat-l16", Report(), folder=tmp_path)


def test_numbers_that_do_not_fit_each_other():
    with pytest.raises(ModelError, match="width of 24 cannot be divided among 4 heads"):
        DINOv3({"image": (1, 3)}, 2, width=24, heads=4)
