"""EfficientNet-Lite against its authors' outputs: parameters, names, padding, and the stages others build on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.networks.efficientnet import EfficientNetLite, published_names
from rsdl_qgis.engine.networks.layers.inverted_residual import SameConv2d
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.training.start.freezing import stages_of
from rsdl_qgis.paths import user_folder

RGB = {"image": (1, 3)}
GOLDEN = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign", "efficientnet-lite0", "golden.npz")
PARAMETERS = {"lite0": 4_652_008, "lite1": 5_416_680, "lite2": 6_092_072}
PARTS = ("expand_conv", "bn0", "depthwise_conv", "bn1", "project_conv", "bn2")


def old_names(state):
    """As the published files have them."""
    last = max(int(name.split(".")[1]) for name in state if name.startswith("features."))
    given = {}
    for name, value in state.items():
        top, number, *rest = name.split(".")
        if top == "classifier":
            place = f"_fc.{rest[-1]}"
        elif number in ("0", str(last)):
            first = number == "0"
            names = ("_conv_stem", "_bn0") if first else ("_conv_head", "_bn1")
            place = f"{names[int(rest[0])]}.{rest[1]}"
        else:
            _, layer, kind, key = rest
            shift = 0 if f"features.{number}.block.2.0.weight" in state else 1
            place = f"_blocks.{int(number) - 1}._{PARTS[2 * (int(layer) + shift) + int(kind)]}.{key}"
        given[place] = value
    return given


def photo(n=2, height=64, width=96):
    return torch.randn(n, 1, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("variant", list(PARAMETERS))
def test_parameters_as_many_as_the_authors(variant):
    with torch.device("meta"):
        network = build_network(f"efficientnet-{variant}", RGB, 1000)
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[variant]


def test_old_names_are_brought_up_to_date_and_new_ones_stay():
    state = EfficientNetLite(RGB, 5, width=0.25).state_dict()
    old = old_names(state)
    assert {"_blocks.0._bn1.weight", "_blocks.15._project_conv.weight", "_conv_head.weight", "_fc.bias"} < set(old)
    assert "_blocks.0._expand_conv.weight" not in old
    for given in (old, state):
        renamed = published_names(given)
        assert list(renamed) == list(state) and all(torch.equal(renamed[name], state[name]) for name in state)


@pytest.mark.parametrize(("kernel", "before", "after"), [(3, 0, 1), (5, 1, 2)])
def test_padding_is_tensorflows(kernel, before, after):
    conv = SameConv2d(2, 3, kernel, 2, bias=False)
    x = torch.randn(1, 2, 8, 6)
    padded = F.pad(x, (before, after, before, after))
    assert torch.equal(conv(x), F.conv2d(padded, conv.weight, stride=2)) and conv(x).shape == (1, 3, 4, 3)


def test_published_weights_give_the_authors_outputs():
    """Where both lie on this computer: the weights as PRETRAINED has fetched them, and the outputs."""
    file = user_folder() / "weights" / PUBLISHED["efficientnet-lite0"].file
    if not GOLDEN.is_file() or not file.is_file():
        pytest.skip("needs the golden outputs, and the weights: train with PRETRAINED=efficientnet-lite0 once")
    network = EfficientNetLite(RGB, 1000).eval()
    network.load_state_dict(published_names(torch.load(file, weights_only=True)))
    golden = np.load(GOLDEN)
    (item,) = PUBLISHED["efficientnet-lite0"].inputs
    values = golden["images"].astype(np.float32) / item.scaling.divisor
    scaled = ((values - item.scaling.mean[0]) / item.scaling.std[0]).astype(np.float32)
    images = torch.from_numpy(scaled).permute(0, 3, 1, 2)
    with torch.inference_mode():
        pooled = network.stages(images)[-1].mean((2, 3)).numpy()
        logits = network(images[:, None]).numpy()
    assert np.abs(pooled - golden["pooled"]).max() < 1e-4
    assert np.abs(logits - golden["logits"]).max() < 1e-4


def test_stages_lie_at_strides_2_to_32():
    network = EfficientNetLite(RGB, 5, width=0.5).eval()
    with torch.inference_mode():
        maps = network.stages(photo()[:, 0])
    assert [tuple(x.shape) for x in maps] == [
        (2, w, 64 // s, 96 // s) for w, s in zip(network.stage_widths, (2, 4, 8, 16, 32))
    ]
    assert network.stage_widths == (8, 16, 24, 56, 640)
    whole = EfficientNetLite(RGB, 0)
    assert whole.stage_widths == (16, 24, 40, 112, 1280)


def test_without_classes_it_is_a_body_whose_every_parameter_is_used():
    body = EfficientNetLite(RGB, 0, width=0.25)
    pooled = body(photo())
    assert pooled.shape == (2, body.stage_widths[-1])
    pooled.square().sum().backward()
    assert all(p.grad is not None for p in body.parameters())


def test_freezing_goes_by_resolution():
    stages = stages_of(EfficientNetLite(RGB, 5, width=0.25))
    assert [stage.part for stage in stages] == ["encoder"] * 5 + ["head"]
    assert [stage.parameters[0].split(".")[1] for stage in stages[:5]] == ["0", "2", "4", "6", "12"]


def test_there_is_no_such_variant_or_size():
    with pytest.raises(ModelError, match=r"EfficientNet 'b0'.*lite0, lite1, lite2"):
        EfficientNetLite(RGB, 2, "b0")
    network = build_network("efficientnet-lite0", RGB, 2, width=0.25)
    with pytest.raises(ModelError, match=f"multiples of {NETWORKS['efficientnet-lite0'].multiple}"):
        network(photo(1, 40, 64))
