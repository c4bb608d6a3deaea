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
    "dofa": {"size": 32, "width": 24, "layers": 2, "heads": 3, "mlp": 48},
    "clay": {"width": 24, "layers": 2, "heads": 3},
    "terramind": {"width": 24, "layers": 2, "heads": 3},
    "dinov": {"width": 24, "layers": 2, "heads": 3},
    "swin": {"width": 8, "layers": (1, 2, 1, 1), "heads": (1, 2, 2, 4), "window": 4},
    "vit": {"size": 48, "width": 24, "layers": 2, "heads": 3, "mlp": 48},
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
    "vit-s16",
    "swin-v2-t",
    "dinov3-s16",
    "dofa-b16",
    "clay-large",
    "terramind-b16",
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
    assert not [name for name in missing if name.startswith("encoder.") and ".pyramid." not in name]
    heads = {
        "resnet": {"fc"},
        "vit": {"heads"},
        "dinov": {"head"},
        "dofa": {"heads"},
        "clay": {"head"},
        "terramind": {"head"},
        "swin": {"norm", "head"},
    }
    assert {name.split(".")[1] for name in unexpected} == heads.get(re.match("[a-z]+", encoder)[0], {"classifier"})
    with torch.inference_mode():
        ours = network.eval().encoder.stages(image()[:, 0])
        if not encoder.startswith(
            ("vit", "swin", "dinov", "dofa", "clay", "terramind")
        ):  # whose classifiers have no pyramid
            theirs = classifier.eval().stages(image()[:, 0])
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


@pytest.mark.parametrize("encoder", ENCODERS)
def test_an_encoder_alone_gives_the_features_that_its_last_map_has(encoder):
    """Of every one as many as its deepest stage has channels, without a parameter of a last layer."""
    given = options(encoder)
    side = given.get("size", 32)
    torch.manual_seed(0)
    body = build_network(encoder, {"image": (1, 3)}, 0, **given).eval()
    with torch.inference_mode():
        found = body(torch.randn(2, 1, 3, side, side))
    assert found.shape == (2, body.stage_widths[-1]) and not torch.allclose(found[0], found[1])
    assert not [name for name, _ in body.named_parameters() if name.startswith(("head", "fc", "classifier"))]


def test_there_is_no_such_encoder():
    with pytest.raises(ModelError, match=r"'alexnet'.*resnet34"):
        EncoderUNet({"image": (1, 3)}, 2, "alexnet")


def vit(**options):
    torch.manual_seed(0)
    given = {"encoder": "vit-s16", "encoder_options": {**SMALL["vit"], **options}, "widths": WIDTHS}
    return build_network("unet-encoder", {"image": (1, 3)}, 2, **given)


def test_the_map_of_a_transformer_is_that_of_its_last_layer():
    """At its own size its pyramid starts from the tokens that its classifier would see."""
    network, tokens, given = vit().eval(), [], []
    body = network.encoder
    body.encoder.register_forward_hook(lambda _, inputs, output: tokens.append(output))
    body.pyramid.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    picture = image(2, 48, 48)[:, 0]
    with torch.inference_mode():
        maps = body.stages(picture)
        plain = body.encoder(torch.cat([body.class_token.expand(2, -1, -1), body.conv_proj(picture).flatten(2).mT], 1),
                             body.encoder.pos_embedding)  # fmt: skip
    assert torch.allclose(tokens[0], plain, atol=1e-5)
    assert torch.equal(given[0].flatten(2).mT, tokens[0][:, 1:]) and torch.equal(maps[3], given[0])


def test_a_transformer_takes_tiles_of_any_size_in_onnx_too(tmp_path):
    import onnxruntime

    from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
    from rsdl_qgis.engine.runtime.onnx_export import export_onnx

    network = vit().eval()
    with torch.no_grad():
        network.encoder.encoder.pos_embedding.mul_(50)  # so that they count
    classes = (Class(0, "a", "#000000"), Class(1, "b", "#000000"))
    item = Input("image", tuple(map(Band, "rgb")))
    card = ModelCard("a", "A", (item,), classes, network="unet-encoder", tiling=Tiling(size=64, overlap=0, multiple=32))
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    for height, width in ((64, 64), (32, 96), (160, 32)):
        given = image(1, height, width)
        (got,) = session.run(None, {"image": given.numpy()})
        with torch.inference_mode():
            assert (torch.from_numpy(got) - network(given).softmax(1)).abs().max() < 1e-4


def test_a_frozen_transformer_leaves_its_pyramid_to_be_trained():
    from rsdl_qgis.engine.training.start.freezing import freeze, parameter_groups, stages_of

    network = vit()
    stages = {stage.name: stage.part for stage in stages_of(network)}
    assert stages["encoder.pyramid"] == "decoder"
    layers = [name for name in stages if "encoder_layer_" in name]
    assert len(layers) == 2 and all(stages[name] == "encoder" for name in layers)
    freeze(network, "encoder")
    trained = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    assert not any("encoder_layer" in name or "conv_proj" in name for name in trained)
    assert any(name.startswith("encoder.pyramid.") for name in trained)
    fresh = vit()
    rate_of = {id(p): group["lr"] for group in parameter_groups(fresh, 1.0, 0.0, 0.5) for p in group["params"]}
    rates = {name: rate_of[id(parameter)] for name, parameter in fresh.named_parameters()}
    places = ("conv_proj", "encoder.layers.encoder_layer_0.ln_1", "encoder.layers.encoder_layer_1.ln_1", "encoder.ln")
    first, second, third, last = (rates[f"encoder.{name}.weight"] for name in places)
    assert first * 2 == second and second * 2 == third and third * 2 == last < rates["head.weight"] == 1


def test_the_features_of_a_transformer_are_its_own_and_not_its_pyramids():
    from rsdl_qgis.engine.runtime.features import encoder_layers, pooled_maps

    network = vit().eval()
    found = pooled_maps(network, encoder_layers(network))(image(2, 32, 32))
    with torch.inference_mode():
        deepest = network.encoder.stages(image(2, 32, 32)[:, 0])[3]
    assert torch.allclose(found, deepest.mean((2, 3)), atol=1e-5)


def test_patches_that_have_no_pyramid():
    with pytest.raises(ModelError, match="patches of 12 px has no maps at strides 2 to 32"):
        vit(patch=12)
