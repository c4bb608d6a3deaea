"""U-Net with a classification network as encoder: all of it used, under its own names, detail kept."""

from __future__ import annotations

import re

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import SEGMENTATION, build_network
from rsdl_qgis.engine.networks.unet_encoder import EncoderUNet

WIDTHS = (4, 4, 6, 6, 8)
SMALL = {
    "resnet": {"width": 4},
    "vgg": {"widths": WIDTHS},
    "densenet": {"growth": 4, "blocks": (1, 1, 1, 1)},
    "efficientnet": {"width": 0.25},
    "mobilenet": {"width": 0.25},
}
ENCODERS = (
    "resnet34",
    "resnet50",
    "vgg16",
    "vgg19-bn",
    "densenet121",
    "efficientnet-lite0",
    "mobilenet-v2",
    "mobilenet-v3-small",
)


def options(encoder):
    return SMALL[re.match("[a-z]+", encoder)[0]]


def small(encoder, inputs=None, classes=2):
    torch.manual_seed(0)
    return EncoderUNet(inputs or {"image": (1, 3)}, classes, encoder, options(encoder), WIDTHS)


def image(n=2, height=32, width=64):
    return torch.randn(n, 1, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_parameter_is_used(encoder):
    network = small(encoder)
    network(image()).square().mean().backward()
    assert not [name for name, p in network.named_parameters() if p.grad is None or not p.grad.isfinite().all()]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_classification_networks_weights_load_under_the_prefix(encoder):
    classifier = build_network(encoder, {"image": (1, 3)}, 5, **options(encoder))
    network = small(encoder)
    state = {f"encoder.{name}": value for name, value in classifier.state_dict().items()}
    missing, unexpected = network.load_state_dict(state, strict=False)
    assert not [name for name in missing if name.startswith("encoder.")]
    assert {name.split(".")[1] for name in unexpected} == {"fc" if "resnet" in encoder else "classifier"}
    with torch.inference_mode():
        ours, theirs = (m.eval().stages(image()[:, 0]) for m in (network.encoder, classifier))
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs))
    shapes = [tuple(x.shape) for x in ours]
    assert shapes == [(2, w, 32 // s, 64 // s) for w, s in zip(network.encoder.stage_widths, (2, 4, 8, 16, 32))]


@pytest.mark.parametrize("encoder", ["resnet34", "vgg16", "densenet121"])
def test_each_stage_is_a_skip_at_its_own_resolution(encoder):
    network = small(encoder).eval()
    seen = []
    for level in network.levels:
        level.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.inference_mode():
        network(image())
        skips = [network.skip(image()[:, 0]), *network.encoder.stages(image()[:, 0])[:-1]]
    for given, skip in zip(reversed(seen), skips):
        assert torch.equal(given[:, : skip.shape[1]], skip)


def test_detail_passes_the_encoder_by():
    """With all that comes from below silenced, a change of one pixel still shows, and only near it."""
    network = small("resnet34").eval()
    changed = image(1)
    changed[..., 15, 30] += 5
    with torch.inference_mode():
        network.up[0].weight.zero_()
        moved = (network(image(1)) - network(changed)).abs().amax((0, 1))
    assert moved[15, 30] > 0 and moved[:10].max() == 0 and moved[:, 36:].max() == 0


def test_dates_and_inputs_are_stacked_as_bands():
    inputs = {"s1": (2, 1), "s2": (3, 4)}
    network = small("resnet34", inputs, 7).eval()
    given = [torch.randn(1, *shape, 32, 32, generator=torch.Generator().manual_seed(2)) for shape in inputs.values()]
    assert network.encoder.conv1.weight.shape[1] == 14
    with torch.inference_mode():
        before = network(*given)
        given[1][:, 2] += 1
        assert before.shape == (1, 7, 32, 32) and not torch.allclose(network(*given), before, atol=1e-4)


@pytest.mark.parametrize("encoder", SEGMENTATION["unet-encoder"].choices["encoder"])
def test_every_choice_of_the_table_can_be_built(encoder):
    with torch.inference_mode():
        assert small(encoder, classes=1).eval()(image(1)).shape == (1, 1, 32, 64)


def test_there_is_no_such_encoder():
    with pytest.raises(ModelError, match=r"'alexnet'.*resnet34"):
        EncoderUNet({"image": (1, 3)}, 2, "alexnet")
