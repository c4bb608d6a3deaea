"""The export: every task's inputs and outputs, sizes free or fixed, what is rounded and what is not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.cards.stac_mlm import from_item
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

CLASSES = tuple(Class(i, str(i), "#000000") for i in range(3))


def card_for(task, dates=1, **tiling) -> ModelCard:
    image = Input("image", (Band("a"), Band("b")), tuple(map(str, range(dates))))
    settings = {"size": 32, "overlap": 8, "multiple": 8, **tiling}
    return ModelCard("it", "It", (image,), CLASSES, task, "none", tiling=Tiling(**settings))


class Pixels(nn.Module):
    """Logits of each pixel: a weighted sum of all bands of all dates."""

    def __init__(self, dates=1):
        super().__init__()
        self.conv = nn.Conv2d(2 * dates, 3, 3, padding=1)

    def forward(self, image):
        return self.conv(image.flatten(1, 2))


class Scene(Pixels):
    def forward(self, image):
        return super().forward(image).mean((2, 3))


class Series(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(2, 3)

    def forward(self, series, valid):
        valid = valid.unsqueeze(2)
        return self.head((series * valid).sum(1) / valid.sum(1).clamp(min=1))


class Boxes(Pixels):
    """A box a pixel: its place, one pixel large."""

    def forward(self, image):
        logits = super().forward(image).flatten(2).transpose(1, 2)
        width = image.shape[4]
        place = torch.arange(image.shape[3] * width, device=image.device)
        corner = torch.stack([place % width, place // width], 1).float()
        return torch.cat([corner, corner + 1], 1).expand(len(image), -1, -1), logits


def export(network, card, folder, **options):
    """The file, opened; with what it gives for inputs by name."""
    path = folder / "it.onnx"
    torch.manual_seed(0)
    export_onnx(network, card, path, **options)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session, lambda **inputs: session.run(None, {k: v.numpy() for k, v in inputs.items()})


@pytest.mark.parametrize(
    ("task", "dates", "network"),
    [("segmentation", 1, Pixels()), ("change", 2, Pixels(2)), ("classification", 1, Scene())],
)
def test_images_become_probabilities_at_any_batch_and_size(task, dates, network, tmp_path):
    session, run = export(network, card_for(task, dates), tmp_path, half_weights=False)
    assert [x.name for x in session.get_inputs()] == ["image"]
    assert session.get_inputs()[0].shape == ["batch", dates, 2, "height", "width"]
    for n, height, width in ((1, 8, 24), (3, 40, 16)):
        image = torch.randn(n, dates, 2, height, width)
        (got,) = run(image=image)
        assert np.allclose(got, network(image).softmax(1).detach().numpy(), atol=1e-5)
    assert [x.name for x in session.get_outputs()] == ["probabilities"]


class Numbers(nn.Module):
    """One number a pixel, its weights beyond the range of half precision on either side."""

    def __init__(self):
        super().__init__()
        self.large, self.small = nn.Conv2d(2, 300, 1), nn.Conv2d(300, 1, 1)
        nn.init.uniform_(self.large.weight, -1e6, 1e6)
        nn.init.uniform_(self.small.weight, -1e-7, 1e-7)

    def forward(self, image):
        return self.small(self.large(image.flatten(1, 2)))


def test_numbers_come_as_they_are_and_precisely(tmp_path):
    network = Numbers()
    card = replace(card_for("regression"), classes=(), activation="identity", unit="m")
    session, run = export(network, card, tmp_path)
    assert [x.name for x in session.get_outputs()] == ["values"]
    image = torch.randn(2, 1, 2, 16, 24)
    (got,) = run(image=image)
    with torch.inference_mode():
        expected = network(image).numpy()
    assert got.shape == (2, 1, 16, 24) and np.ptp(expected) > 1
    assert np.allclose(got, expected, atol=1e-4 * np.abs(expected).max())


def test_several_labels_are_decided_each_alone(tmp_path):
    network = Scene()
    _, run = export(network, replace(card_for("classification"), activation="sigmoid"), tmp_path)
    image = torch.randn(4, 1, 2, 16, 16)
    (got,) = run(image=image)
    assert np.allclose(got, network(image).sigmoid().detach().numpy(), atol=1e-3)
    assert np.ptp(got.sum(1)) > 0.01


def test_a_series_comes_with_which_dates_are_valid(tmp_path):
    network = Series()
    session, run = export(network, card_for("time-series", 5), tmp_path)
    assert [x.name for x in session.get_inputs()] == ["image", "valid"]
    assert [x.shape for x in session.get_inputs()] == [["batch", "dates", 2], ["batch", "dates"]]
    series, valid = torch.randn(4, 9, 2), torch.rand(4, 9) > 0.3
    (got,) = run(image=series, valid=valid)
    assert np.allclose(got, network(series, valid).softmax(1).detach().numpy(), atol=1e-5)


def test_detection_gives_boxes_and_scores(tmp_path):
    network = Boxes()
    session, run = export(network, card_for("detection"), tmp_path, half_weights=False)
    assert [x.name for x in session.get_outputs()] == ["boxes", "scores"]
    image = torch.randn(2, 1, 2, 16, 24)
    boxes, scores = run(image=image)
    expected, logits = network(image)
    assert np.array_equal(boxes, expected.numpy()) and boxes.shape == (2, 16 * 24, 4)
    assert np.allclose(scores, logits.sigmoid().detach().numpy(), atol=1e-5)


def test_a_card_of_one_size_makes_a_file_of_one_size(tmp_path):
    session, run = export(Scene(), card_for("classification", any_size=False, multiple=5), tmp_path)
    assert session.get_inputs()[0].shape == ["batch", 1, 2, 32, 32]
    with pytest.raises(Exception, match="Got: 40 Expected: 32"):
        run(image=torch.zeros(1, 1, 2, 40, 32))


def test_contradictions_are_refused(tmp_path):
    card = card_for("classification")
    vit = ModelCard(card.name, card.title, card.inputs, CLASSES, card.task, "vit-small", tiling=card.tiling)
    with pytest.raises(ModelError, match=r"any tile size, but ViT, small takes the size it was built for") as caught:
        export_onnx(Scene(), vit, tmp_path / "it.onnx")
    assert "any_size false" in caught.value.hint
    with pytest.raises(ModelError, match=r"activation 'tanh'"):
        export_onnx(Scene(), replace(card, activation="tanh"), tmp_path / "it.onnx")
    with pytest.raises(ModelError, match=r"model for super-resolution; ONNX is written for segmentation, change"):
        export_onnx(Scene(), card_for("super-resolution"), tmp_path / "it.onnx")
    assert not list(tmp_path.iterdir())


class Norms(nn.Module):
    """Batch norm after a convolution: in a Sequential, as attributes, twice with the same weights, and not alone."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 20, 3, padding=1), nn.BatchNorm2d(20))
        self.conv, self.bn = nn.Conv2d(20, 20, 3, padding=1, bias=False), nn.BatchNorm2d(20)
        self.shared, self.last = nn.Conv2d(20, 3, 1), nn.BatchNorm2d(3)

    def forward(self, image):
        x = self.stem(image.flatten(1, 2))
        x = self.bn(self.conv(x)) + self.bn(self.conv(x.relu()))
        y = self.shared(x)
        return y + self.last(y)  # others read y too: it may not be folded


def test_batch_norm_is_folded_where_nothing_else_reads_the_convolution(tmp_path):
    network = Norms()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, -1, 1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    _, run = export(network, card_for("segmentation"), tmp_path, half_weights=False)
    assert network.training and all(torch.equal(before[k], v) for k, v in network.state_dict().items())
    image = torch.randn(2, 1, 2, 16, 16)
    (got,) = run(image=image)
    assert np.allclose(got, network.eval()(image).softmax(1).detach().numpy(), atol=1e-5)
    graph = onnx.load(tmp_path / "it.onnx").graph
    assert sum(node.op_type == "BatchNormalization" for node in graph.node) == 1
    large = [w for w in graph.initializer if np.prod(w.dims) == 20 * 20 * 9]
    assert len(large) == 1  # the shared convolution is in the file once


class Coordinates(nn.Module):
    """A convolution, and a table of coordinates that half precision would round."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(2, 300, 3, padding=1), nn.BatchNorm2d(300)
        self.head = nn.Conv2d(300, 3, 1)
        self.register_buffer("place", torch.linspace(0, 4097.3, 32 * 32).reshape(32, 32))

    def forward(self, image):
        return self.head(self.norm(self.conv(image.flatten(1, 2)).relu())) + self.place


def test_only_weights_are_rounded(tmp_path):
    network = Coordinates()
    network.norm.running_var.fill_(1e6)  # beyond half precision
    _, run = export(network, card_for("segmentation", any_size=False), tmp_path)
    graph = onnx.load(tmp_path / "it.onnx").graph
    halves = {w.name: numpy_helper.to_array(w) for w in graph.initializer if w.data_type == onnx.TensorProto.FLOAT16}
    assert sorted(values.shape for values in halves.values()) == [(3, 300, 1, 1), (300, 2, 3, 3)]
    (got,) = run(image=torch.randn(1, 1, 2, 32, 32))
    assert np.isfinite(got).all()
    whole = [numpy_helper.to_array(w) for w in graph.initializer if w.data_type == onnx.TensorProto.FLOAT]
    assert any(np.array_equal(values, network.place.numpy()) for values in whole)


def test_the_card_is_inside(tmp_path):
    card = card_for("detection")
    written = replace(card, engine="torch", sha256={"model.onnx": "of another file"})
    session, _ = export(Boxes(), written, tmp_path)
    inside = session.get_modelmeta().custom_metadata_map["rsdl:card"]
    assert from_item(json.loads(inside)) == card  # the file alone runs in ONNX Runtime, and has no hash


@pytest.mark.parametrize(("name", "undone"), [("softmax", np.log), ("sigmoid", lambda p: np.log(p / (1 - p)))])
def test_the_temperature_is_inside(tmp_path, name, undone):
    """Other programs that run the file alone get calibrated probabilities, too."""
    image, network = torch.randn(1, 1, 2, 32, 32), Pixels()
    card = replace(card_for("segmentation"), activation=name)
    (plain,), (warm,) = (export(network, replace(card, temperature=t), tmp_path)[1](image=image) for t in (1.0, 2.5))
    logits, cooled = undone(plain), undone(warm)
    if name == "softmax":  # up to a number that all classes share
        logits, cooled = logits - logits[:, :1], cooled - cooled[:, :1]
    np.testing.assert_allclose(cooled, logits / 2.5, atol=1e-4)
