"""One sweep over the table of networks: shape, a backward pass, seeds, export; and what makes each what it is."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch

from rsdl_qgis.engine.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.interop.onnx_export import export_onnx
from rsdl_qgis.engine.networks import NETWORKS, build_network

SMALL = {"unet": {"widths": (4, 8, 8, 8, 8)}, "ombrianet": {"widths": (4, 8, 8, 8, 8), "stem": 2}}
INPUTS = {"one": {"image": (1, 3)}, "pair": {"s1": (2, 1)}, "sensors": {"s1": (2, 1), "s2": (2, 5)}}


def build(name, inputs, classes=2, seed=0):
    torch.manual_seed(seed)
    return build_network(name, INPUTS[inputs], classes, **SMALL[name])


def images(inputs, n=2, height=64, width=64):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(n, *shape, height, width, generator=generator) for shape in INPUTS[inputs].values()]


@pytest.mark.parametrize("name", list(NETWORKS))
@pytest.mark.parametrize("inputs", list(INPUTS))
@pytest.mark.parametrize("classes", [2, 7])
def test_shape_gradients_and_seed(name, inputs, classes):
    network = build(name, inputs, classes)
    logits = network(*images(inputs, height=NETWORKS[name].multiple, width=2 * NETWORKS[name].multiple))
    assert logits.shape == (2, classes, NETWORKS[name].multiple, 2 * NETWORKS[name].multiple)
    assert torch.isfinite(logits).all()
    logits.square().mean().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())
    again = build(name, inputs, classes)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters()))
    network.eval()
    with torch.inference_mode():
        assert torch.equal(network(*images(inputs)), network(*images(inputs)))


@pytest.mark.parametrize("name", list(NETWORKS))
@pytest.mark.parametrize("half", [False, True])
def test_export_agrees_with_torch_at_any_batch_and_size(name, half, tmp_path):
    network = build(name, "sensors", 3)
    network(*images("sensors"))  # moves the batch-norm statistics away from their defaults
    network.eval()
    card = ModelCard(
        name=name,
        title=name,
        inputs=tuple(
            Input(key, tuple(Band(str(i)) for i in range(bands)), tuple(str(d) for d in range(dates)))
            for key, (dates, bands) in INPUTS["sensors"].items()
        ),
        classes=tuple(Class(i, str(i), "#000000") for i in range(3)),
        network=name,
        tiling=Tiling(multiple=32),
    )
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=half)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    for n, height, width in ((1, 64, 64), (3, 32, 96)):
        given = images("sensors", n, height, width)
        with torch.inference_mode():
            expected = network(*given).softmax(1).numpy()
        (got,) = session.run(None, dict(zip(("s1", "s2"), (x.numpy() for x in given))))
        assert np.abs(got - expected).max() < (5e-3 if half else 1e-4)


def test_unet_has_the_papers_size():
    parameters = sum(p.numel() for p in build_network("unet", {"image": (1, 1)}, 2).parameters())
    assert 31.0e6 < parameters < 31.1e6  # Ronneberger et al. 2015: 31.0 million


def test_ombrianet_has_an_encoder_a_sensor_and_date_and_every_one_matters():
    network = build("ombrianet", "sensors").eval()
    assert sorted(network.encoders) == ["s1_0", "s1_1", "s2_0", "s2_1"]
    given = images("sensors")
    with torch.inference_mode():
        before = network(*given)
        for i, x in enumerate(given):
            for date in range(x.shape[1]):
                changed = [y.clone() for y in given]
                changed[i][:, date] += 1
                assert not torch.allclose(network(*changed), before)


def test_the_skips_carry_detail_past_the_bottleneck():
    """With the deepest features silenced a change of one pixel still shows, and only near it."""
    network = build("unet", "one").eval()
    torch.nn.init.zeros_(network.decoder.up[0].weight)
    image = images("one")[0]
    changed = image.clone()
    changed[..., 30, 30] += 5
    with torch.inference_mode():
        moved = (network(image) - network(changed)).abs().amax((0, 1))
    assert moved[30, 30] > 0 and moved[:20].max() == 0 and moved[:, 45:].max() == 0


def test_there_is_no_such_network():
    with pytest.raises(ModelError, match=r"'alexnat'.*unet, ombrianet"):
        build_network("alexnat", {"image": (1, 3)}, 2)
