"""One sweep over the table of networks: sizes, gradients, seeds, export, weights, learning; and what is special.

A line of the table is swept as soon as it is there, at the options in ``small.py``, else at its full width.
"""

from __future__ import annotations

import inspect
from importlib import import_module

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from .samples import build, handful, images, is_series, series, side, sizes, training_loss
from .small import ALIKE, LEARNS_BY_ITSELF, SMALL

INPUTS = {"one": {"image": (1, 3)}, "pair": {"s1": (2, 1)}, "sensors": {"s1": (2, 1), "s2": (2, 5)}}
MOST_STEPS = 400  # to learn a handful by heart
EVERY = pytest.mark.parametrize("name", list(NETWORKS))
DISTINCT = pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ALIKE])
LEARNS = pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ALIKE | LEARNS_BY_ITSELF])
FROM_IMAGES = pytest.mark.parametrize("name", [name for name in NETWORKS if not is_series(name)])
FROM_SERIES = pytest.mark.parametrize("name", [name for name in NETWORKS if is_series(name)])


def options_of(name):
    """The names of what a network's constructor can be given."""
    module, _, attribute = NETWORKS[name].target.partition(":")
    return inspect.signature(getattr(import_module(f"rsdl_qgis.engine.networks.{module}"), attribute)).parameters


def check_answer(name, answer, n, classes, height=0, width=0):
    """Shape and finite values of what a network gives in eval mode."""
    task = NETWORKS[name].task
    if task == "detection":
        boxes, logits = answer
        numbers = 5 if NETWORKS[name].oriented else 4
        assert boxes.shape == (n, logits.shape[1], numbers) and logits.shape == (n, boxes.shape[1], classes)
        assert boxes.shape[1] > 0 and torch.isfinite(boxes).all() and torch.isfinite(logits).all()
        return
    assert answer.shape == ((n, classes, height, width) if task in ("segmentation", "change") else (n, classes))
    assert torch.isfinite(answer).all()


@FROM_IMAGES
def test_any_bands_classes_and_sizes(name):
    """Bands and classes, which other layers take, change together; 3 bands are in the tests of single networks."""
    for (bands, classes), (options, height, width) in zip(((1, 7), (5, 2)), sizes(name)):
        inputs = {"image": (NETWORKS[name].dates or 1, bands)}
        network = build(name, inputs, classes, **options).eval()
        with torch.inference_mode():
            check_answer(name, network(*images(inputs, 2, height, width)), 2, classes, height, width)


@FROM_SERIES
@pytest.mark.parametrize(("dates", "bands", "classes"), [(1, 5, 2), (9, 1, 7), (23, 3, 2)])
def test_any_bands_classes_and_dates(name, dates, bands, classes):
    inputs = {"series": (dates, bands)}
    network = build(name, inputs, classes).eval()
    with torch.inference_mode():
        check_answer(name, network(*series(inputs, 3)), 3, classes)


@pytest.mark.parametrize("name", [name for name in NETWORKS if "dropout" in options_of(name)])
def test_dropout_acts_in_training_alone_and_as_much_as_asked(name):
    inputs, options, given, _ = handful(name)
    dropping, whole = (build(name, inputs, **options, dropout=share) for share in (0.5, 0.0))

    def twice(network):
        answers = [network(*given) for _ in range(2)]
        return [answer[0] if isinstance(answer, tuple) else answer for answer in answers]

    assert torch.equal(*twice(dropping.eval())) and not torch.equal(*twice(dropping.train()))
    assert torch.equal(*twice(whole.train()))
    whole.load_state_dict(dropping.state_dict())
    assert torch.equal(dropping.eval()(*given), whole.eval()(*given))


@EVERY
def test_gradients_seeds_and_eval(name):
    inputs, options, given, target = handful(name)
    network = build(name, inputs, **options).train()
    loss = training_loss(name, network, given, target)
    assert torch.isfinite(loss)
    loss.backward()
    gradients = {key: p.grad for key, p in network.named_parameters()}
    assert not [key for key, gradient in gradients.items() if gradient is None or not torch.isfinite(gradient).all()]
    if NETWORKS[name].task != "detection":  # whose parts for objects of other sizes get zeros
        assert not [key for key, gradient in gradients.items() if not gradient.any()]
    again, other = build(name, inputs, **options), build(name, inputs, seed=1, **options)
    assert all(torch.equal(a, b) for a, b in zip(build(name, inputs, **options).parameters(), again.parameters()))
    assert not all(torch.equal(a, b) for a, b in zip(again.parameters(), other.parameters()))
    network.eval()
    with torch.inference_mode():
        first, second, alone = network(*given), network(*given), network(*(x[1:2] for x in given))
    for a, b, c in zip(*((x,) if torch.is_tensor(x) else x for x in (first, second, alone))):
        assert torch.equal(a, b)
        assert torch.allclose(a[1:2], c, rtol=1e-3, atol=1e-4)  # what else is in the batch does not matter


@DISTINCT
def test_export_agrees_with_torch_at_any_batch_and_size(name, tmp_path):
    """Two inputs; the batch-norm statistics moved from their defaults; sizes other than the traced one."""
    line = NETWORKS[name]
    pixels, options = side(name, 64)
    dates = 9 if is_series(name) else line.dates or 2
    inputs = {"s1": (dates, 1), "s2": (dates, 2)}
    network = build(name, inputs, 3, **options)
    example = series(inputs, 4) if is_series(name) else images(inputs, 4, pixels, pixels)
    network.train()(*example)
    network.eval()
    path = tmp_path / "network.onnx"
    export_onnx(network, card_of(name, inputs, pixels), path, half_weights=False)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]
    assert names == ["s1", "s2", "valid"] if is_series(name) else ["s1", "s2"]
    for n, given in other_sizes(name, inputs, pixels):
        with torch.inference_mode():
            answer = network(*given)
        expected = [answer[0], answer[1].sigmoid()] if line.task == "detection" else [answer.softmax(1)]
        got = session.run(None, dict(zip(names, (x.numpy() for x in given))))
        for a, b in zip(got, expected):
            assert a.shape == b.shape and len(a) == n
            assert np.abs(a - b.numpy()).max() < 1e-4


def card_of(name, inputs, pixels):
    line = NETWORKS[name]
    return ModelCard(
        name=name,
        title=name,
        inputs=tuple(
            Input(key, tuple(Band(str(i)) for i in range(bands)), tuple(str(d) for d in range(dates)))
            for key, (dates, bands) in inputs.items()
        ),
        classes=tuple(Class(i, str(i), "#000000") for i in range(3)),
        task=line.task,
        network=name,
        tiling=Tiling(size=pixels, multiple=line.multiple, any_size=line.any_size),
    )


def other_sizes(name, inputs, pixels):
    """(batch, inputs) that were not traced."""
    if is_series(name):
        return [(1, series(inputs, 1)), (3, series(inputs, 3, dates=5, seed=2))]
    if not NETWORKS[name].any_size:
        return [(n, images(inputs, n, pixels, pixels)) for n in (1, 3)]
    return [(n, images(inputs, n, height, width)) for n, (_, height, width) in zip((1, 3), sizes(name))]


@DISTINCT
def test_weights_survive_safetensors_exactly(name, tmp_path):
    inputs, options, given, target = handful(name)
    network = build(name, inputs, **options).train()
    training_loss(name, network, given, target)  # moves the batch-norm statistics
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    again = build(name, inputs, seed=1, **options)
    again.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    state = again.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in network.state_dict().items())
    with torch.inference_mode():
        before, after = network.eval()(*given), again.eval()(*given)
    pairs = [(before, after)] if torch.is_tensor(before) else zip(before, after)
    assert all(torch.equal(a, b) for a, b in pairs)


@LEARNS
def test_it_learns_a_handful_by_heart(name, training_seed, reached):
    """The training loss falls by 90 % and stays there for three steps."""
    inputs, options, given, target = handful(name)
    network = build(name, inputs, seed=training_seed, **options).train()
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2, fused=True)
    losses = []
    while len(losses) < MOST_STEPS and not (len(losses) > 3 and max(losses[-3:]) <= 0.1 * losses[0]):
        loss = training_loss(name, network, given, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert reached("steps", len(losses), below=MOST_STEPS)


def test_what_is_small_is_in_the_table():
    assert SMALL.keys() | ALIKE | LEARNS_BY_ITSELF <= NETWORKS.keys()


def test_unet_has_the_papers_size():
    parameters = sum(p.numel() for p in build_network("unet", {"image": (1, 1)}, 2).parameters())
    assert 31.0e6 < parameters < 31.1e6  # Ronneberger et al. 2015: 31.0 million


def test_ombrianet_has_an_encoder_a_sensor_and_date_and_every_one_matters():
    network = build("ombrianet", INPUTS["sensors"]).eval()
    assert sorted(network.encoders) == ["s1_0", "s1_1", "s2_0", "s2_1"]
    given = images(INPUTS["sensors"])
    with torch.inference_mode():
        before = network(*given)
        for i, x in enumerate(given):
            for date in range(x.shape[1]):
                changed = [y.clone() for y in given]
                changed[i][:, date] += 1
                assert not torch.allclose(network(*changed), before)


def test_the_skips_carry_detail_past_the_bottleneck():
    """With the deepest features silenced a change of one pixel still shows, and only near it."""
    network = build("unet", INPUTS["one"]).eval()
    torch.nn.init.zeros_(network.decoder.up[0].weight)
    (image,) = images(INPUTS["one"])
    changed = image.clone()
    changed[..., 30, 30] += 5
    with torch.inference_mode():
        moved = (network(image) - network(changed)).abs().amax((0, 1))
    assert moved[30, 30] > 0 and moved[:20].max() == 0 and moved[:, 45:].max() == 0


def test_there_is_no_such_network():
    with pytest.raises(ModelError, match=r"'alexnat'.*unet, .*ombrianet"):
        build_network("alexnat", {"image": (1, 3)}, 2)


def test_the_number_of_dates_is_checked():
    with pytest.raises(ModelError, match=r"FC-EF takes 2 dates, and input 's1' has 3"):
        build_network("fc-ef", {"s1": (3, 1)}, 2)
