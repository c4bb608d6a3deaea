"""Swin V2 against torchvision's: names, shapes, outputs at sizes that need padding and shifts; free sizes in ONNX."""

from __future__ import annotations

import onnxruntime
import pytest
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.swin import SwinV2, published_names
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.training.start.freezing import stages_of

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
SMALL = {"width": 12, "layers": (2, 2, 4, 2), "heads": (1, 2, 4, 4), "window": 4}
SIZES = [(128, 128), (64, 32), (72, 104), (33, 50), (160, 64)]


def photo(height, width):
    return torch.randn(2, 1, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def pair():
    """torchvision's and ours with the same weights; biases and scales are not those of the start."""
    module = import_torchvision().models.swin_transformer
    torch.manual_seed(0)
    theirs = module.SwinTransformer(
        [4, 4], 12, list(SMALL["layers"]), list(SMALL["heads"]), [4, 4], num_classes=5,
        block=module.SwinTransformerBlockV2, downsample_layer=module.PatchMergingV2,
    ).eval()  # fmt: skip
    for name, parameter in theirs.named_parameters():
        if parameter.ndim == 1:
            nn.init.normal_(parameter, 1.0 if "norm" in name and "weight" in name else 0.0, 0.3)
        elif "cpb_mlp" in name or "qkv" in name:
            nn.init.normal_(parameter, 0.0, 0.5)
        elif "logit_scale" in name:
            nn.init.uniform_(parameter, 1.0, 6.0)  # the largest are cut off
    ours = SwinV2(RGB, 5, **SMALL).eval()
    ours.load_state_dict(published_names(theirs.state_dict()), strict=True)
    return ours, theirs


@pytest.mark.parametrize("size", SIZES)
def test_equal_weights_give_torchvisions_output(pair, size):
    ours, theirs = pair
    with torch.inference_mode():
        expected = theirs(photo(*size)[:, 0])
        assert (ours(photo(*size)) - expected).abs().max() < 1e-4
    assert expected.std() > 0.1


@pytest.mark.parametrize("variant", ["t", "b"])
def test_names_and_shapes_are_torchvisions(variant):
    with torch.device("meta"):
        ours = SwinV2(RGB, 1000, variant).state_dict()
        theirs = published_names(getattr(import_torchvision().models, f"swin_v2_{variant}")().state_dict())
    assert {name: value.shape for name, value in ours.items()} == {name: v.shape for name, v in theirs.items()}


def test_names_within_a_network_of_satlas(pair):
    state = pair[1].state_dict()
    within = {f"backbone.backbone.{name}": value for name, value in state.items()}
    assert list(published_names(within)) == list(published_names(state))


@pytest.mark.parametrize("task", ["classification", "segmentation"])
def test_free_sizes_in_onnx(tmp_path, pair, task):
    dense = task == "segmentation"
    options = {"encoder": "swin-v2-t", "encoder_options": SMALL, "widths": [4] * 5} if dense else SMALL
    name = "unet-encoder" if dense else "swin-v2-t"
    network = build_network(name, RGB, 5, **options).eval()
    part = network.encoder if dense else network
    part.load_state_dict(pair[0].state_dict(), strict=False)
    classes = tuple(Class(i, f"c{i}", "#000000") for i in range(5))
    tiling = Tiling(size=64, overlap=0, multiple=32 if dense else 1)
    card = ModelCard("a", "A", (Input("image", tuple(map(Band, "rgb"))),), classes, task, name, tiling=tiling)
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    for size in ((64, 64), (128, 160), (32, 96), *([] if dense else [(50, 71)])):
        (got,) = session.run(None, {"image": photo(*size).numpy()})
        with torch.inference_mode():
            assert (torch.from_numpy(got) - network(photo(*size)).softmax(1)).abs().max() < 1e-4


def test_its_stages():
    found = [stage.part for stage in stages_of(SwinV2(RGB, 2, **SMALL))]
    assert found == ["encoder"] * 5 + ["head"]  # four, and the last norm
    body = build_network("unet-encoder", RGB, 2, encoder="swin-v2-t", encoder_options=SMALL, widths=[4] * 5)
    assert {s.name: s.part for s in stages_of(body)}["encoder.pyramid"] == "decoder"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variant": "l"}, "no Swin V2 'l'.*t, b"),
        ({"heads": (5, 6, 12, 24)}, "width of 96 cannot be divided among 5 heads"),
        ({"layers": (2, 2)}, "has 4 stages"),
        ({"window": 1}, "at least 2 patches"),
    ],
)
def test_numbers_that_do_not_fit_each_other(options, words):
    with pytest.raises(ModelError, match=words):
        SwinV2(RGB, 2, **options)
