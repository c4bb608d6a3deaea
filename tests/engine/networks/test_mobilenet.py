"""MobileNetV2 and V3 against torchvision's: its state dicts load and give its outputs; the maps others build on."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network, mobilenet_v2
from rsdl_qgis.engine.networks.mobilenet_v3 import MobileNetV3
from rsdl_qgis.engine.training.start.freezing import stages_of

from .torchvision_shim import import_torchvision

RGB = {"image": (1, 3)}
NAMES = {
    "mobilenet-v2": "mobilenet_v2",
    "mobilenet-v3-large": "mobilenet_v3_large",
    "mobilenet-v3-small": "mobilenet_v3_small",
}
WIDTHS = {
    "mobilenet-v2": (16, 24, 32, 96, 1280),
    "mobilenet-v3-large": (16, 24, 40, 112, 960),
    "mobilenet-v3-small": (16, 16, 24, 48, 576),
}
EVERY = pytest.mark.parametrize("name", list(NAMES))


@EVERY
@pytest.mark.parametrize("width", [1.0, 0.5])
def test_torchvisions_weights_give_its_output(name, width):
    torch.manual_seed(0)
    theirs = getattr(import_torchvision().models, NAMES[name])(num_classes=7, width_mult=width)
    image = torch.randn(2, 3, 64, 96)
    theirs.train()(image)  # moves the statistics
    state = mobilenet_v2.published_names(theirs.state_dict())
    ours = build_network(name, RGB, 7, width=width)
    ours.load_state_dict(state)
    with torch.inference_mode():
        assert torch.allclose(ours.eval()(image[:, None]), theirs.eval()(image), atol=1e-5)


@EVERY
def test_stages_lie_at_strides_2_to_32(name):
    with torch.device("meta"):
        body = build_network(name, RGB, 5)
        maps = body.stages(torch.empty(2, 3, 64, 96))
    assert body.stage_widths == WIDTHS[name]
    assert [tuple(x.shape) for x in maps] == [
        (2, width, 64 // stride, 96 // stride) for width, stride in zip(WIDTHS[name], (2, 4, 8, 16, 32))
    ]
    assert [stage.part for stage in stages_of(body)] == ["encoder"] * 5 + ["head"]


def test_there_is_no_such_variant():
    with pytest.raises(ModelError, match=r"MobileNetV3 'medium'.*large, small"):
        MobileNetV3(RGB, 2, "medium")
