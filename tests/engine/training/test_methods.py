"""Fine-tuning by LoRA and of the last layer alone, through the job."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.errors import Cancelled, InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.neighbours import Neighbours
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training.at_once import set_prototypes
from rsdl_qgis.engine.training.samples.features import Features, LastLayer, last_layer, write_features
from rsdl_qgis.engine.training.start.weights import model_weights
from rsdl_qgis.engine.training.train import run_train, warn_random

from .chip_folders import make_folder
from .test_train import Heard, arguments, read_card


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A model of scenes, of which others start, and the folder of its chips."""
    folder = tmp_path_factory.mktemp("base")
    make_folder(folder / "chips", "classification", counts=(8, 4, 4))
    run_train(arguments(folder, "classification"), Report())
    return folder


def asked(base, tmp_path, **given):
    usual = {"chips": str(base / "chips"), "base_model": str(base / "model"), "output": str(tmp_path / "model")}
    return arguments(base, "classification", **{**usual, **given})


def test_lora_leaves_a_model_as_any_other(base, tmp_path):
    report = Heard()
    run_train(asked(base, tmp_path, method="lora", lora_rank=1, average=0, learning_rate=0.05), report)
    line = next(text for _, text in report.lines if "LoRA of rank 1" in text)
    card = read_card(tmp_path / "model")
    before, after = model_weights(str(base / "model")).state, model_weights(str(tmp_path / "model")).state
    assert list(before) == list(after) and line in card.provenance["start"]
    norms = [name for name in after if "bn" in name and name.endswith(("weight", "bias"))]
    assert all(torch.equal(before[name], after[name]) for name in norms)
    changed = [name for name in after if name.endswith("weight") and not torch.equal(before[name], after[name])]
    ranks = {torch.linalg.matrix_rank((after[n] - before[n]).float().flatten(1), rtol=0.05).item() for n in changed}
    assert len(changed) > 2 and min(ranks) == 1


def test_the_last_layer_alone_is_trained_on_features_computed_once(base, tmp_path):
    given = {"method": "linear", "epochs": 30, "learning_rate": 0.1, "average": 0}
    result = run_train(asked(base, tmp_path, **given), Report())
    before, after = model_weights(str(base / "model")).state, model_weights(str(tmp_path / "model")).state
    changed = {name for name in after if not torch.equal(before[name], after[name])}
    assert {name.rpartition(".")[0] for name in changed} == {"classifier.2"}
    assert result["epochs"] == 30
    card = read_card(tmp_path / "model")
    assert card.provenance["settings"]["method"] == "linear"


@pytest.mark.parametrize("method", ["prototype", "knn"])
def test_classifiers_that_take_no_steps(base, tmp_path, method):
    """The model runs alike in ONNX and PyTorch, and decides by the features of the training samples."""
    result = run_train(asked(base, tmp_path, method=method, neighbours=3), Report())
    assert result["epochs"] == 1 and result["main"] > 0.9
    folder = tmp_path / "model"
    card = read_card(folder)
    before, after = model_weights(str(base / "model")).state, model_weights(str(folder)).state
    same = [name for name in before if name in after and not name.startswith("classifier.2")]
    assert same and all(torch.equal(before[name], after[name]) for name in same)
    if method == "knn":
        assert card.options["neighbours"] == 3 and len(after["classifier.2.kept"]) == card.options["examples"]
    images = np.random.default_rng(0).normal(size=(4, *card.inputs[0].shape, 32, 32)).astype("float32")
    found = [open_runtime(card, folder, "cpu", 1, engine=engine)({"image": images}) for engine in ("onnx", "torch")]
    np.testing.assert_allclose(found[0], found[1], atol=1e-3)
    np.testing.assert_allclose(found[0].sum(1), 1, atol=1e-4)


def test_a_prototype_is_the_nearest_mean():
    torch.manual_seed(0)
    features, labels = torch.randn(30, 8) * torch.arange(1, 9) + 5, torch.arange(30) % 3
    layer = torch.nn.Linear(8, 3)
    set_prototypes(layer, features, labels, ["a", "b", "c"])
    scaled = (features - features.mean(0)) / features.std(0, unbiased=False)
    centres = torch.stack([scaled[labels == i].mean(0) for i in range(3)])
    logits = layer(features)
    squares = torch.cdist(scaled, centres) ** 2 / 8**0.5
    assert torch.allclose(logits - logits[:, :1], squares[:, :1] - squares, atol=1e-4)
    with pytest.raises(InputError, match="no sample of 'd'"):
        set_prototypes(torch.nn.Linear(8, 4), features, labels, ["a", "b", "c", "d"])


def test_the_most_similar_examples_vote():
    head = Neighbours(2, 2, 4, 3)
    examples = torch.tensor([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.1], [0.9, 0.0]])
    head.keep(torch.zeros(2), torch.ones(2), examples, torch.tensor([0, 0, 1, 1]))
    shares = head(torch.tensor([[3.0, 0.0], [-2.0, 0.0]])).softmax(1)
    likeness = torch.nn.functional.normalize(examples, dim=1) @ torch.tensor([1.0, 0.0])
    weights = (likeness[[0, 1, 3]] / 0.07).softmax(0)
    assert torch.allclose(shares[0, 0], weights[:2].sum(), atol=2e-3) and shares[1, 1] > 0.99


class Made:
    """Samples of random images, with a label each."""

    def __init__(self, count):
        self.images, self.names = torch.randn(count, 1, 2, 32, 32), [str(i) for i in range(count)]
        self.places = self.names

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return [self.images[index]], self.label(index)

    def label(self, index):
        return torch.tensor(index % 3)


def test_kept_features_are_those_of_the_images(tmp_path):
    samples, file = Made(7), tmp_path / "train.npy"
    network = build_network("resnet18", {"image": (1, 2)}, 3).eval()
    write_features(file, network, samples, 4, "cpu", Report())
    features, layer = Features(file, samples), LastLayer(network)
    assert len(features) == 7 and features.places == samples.places
    for index in range(7):
        images, label = samples[index]
        (kept,), known = features[index]
        with torch.inference_mode():
            assert torch.allclose(layer(kept), network(images[0][None])[0], rtol=1e-5, atol=1e-5)
        assert kept.shape == (512,) and torch.equal(label, known)
    written = file.stat().st_mtime_ns
    write_features(file, None, samples, 4, "cpu", Report())
    assert file.stat().st_mtime_ns == written


def test_a_stopped_training_of_the_last_layer_goes_on(base, tmp_path):
    given = {"method": "linear", "epochs": 40, "average": 0}
    with pytest.raises(Cancelled):
        run_train(asked(base, tmp_path, **given), Heard(patience=60))
    kept = tmp_path / "model.training" / "features"
    assert sorted(file.name for file in kept.iterdir()) == ["train.npy", "valid.npy"]
    stamp = (kept / "train.npy").stat().st_mtime_ns
    report = Heard()
    run_train(asked(base, tmp_path, **given), report)
    assert any("resumes" in text for _, text in report.lines) and stamp
    whole = tmp_path / "whole"
    run_train(asked(base, tmp_path, **{**given, "output": str(whole)}), Report())
    a, b = model_weights(str(tmp_path / "model")).state, model_weights(str(whole)).state
    assert all(torch.equal(a[name], b[name]) for name in b)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"method": "linear", "base_model": None}, "METHOD=linear needs pretrained weights"),
        ({"method": "lora", "base_model": None}, "METHOD=lora needs pretrained weights"),
        ({"head_epochs": 3, "base_model": None}, "HEAD_EPOCHS=3 needs pretrained weights"),
        ({"method": "linear", "freeze": "backbone"}, "FREEZE does nothing"),
        ({"method": "prototype", "head_epochs": 2}, "METHOD=prototype trains the last layer alone"),
        ({"method": "knn", "base_model": None}, "METHOD=knn needs pretrained weights"),
        ({"options": {"examples": 3}}, "OPTIONS has examples"),
        ({"method": "linear", "head_epochs": 1}, "HEAD_EPOCHS does nothing"),
    ],
)
def test_what_does_not_go_together_is_refused(base, tmp_path, given, words):
    with pytest.raises(InputError, match=words):
        run_train(asked(base, tmp_path, **given), Report())


def test_dense_networks_have_no_last_layer_for_it(tmp_path):
    make_folder(tmp_path / "chips")
    with pytest.raises(InputError, match="scenes and time series"):
        run_train(arguments(tmp_path, method="linear", base_model="flood-s2"), Report())
    with pytest.raises(InputError, match="does not end in one"):
        last_layer(build_network("unet", {"image": (1, 3)}, 2, widths=[4, 8]))


@pytest.mark.parametrize(
    ("method", "new", "said"),
    [
        ("linear", ("encoder.other_channel", "head"), True),
        ("prototype", ("encoder.other_channel", "head"), True),
        ("linear", ("head",), False),
        ("finetune", ("encoder.other_channel", "head"), False),
    ],
)
def test_random_weights_that_are_not_trained_are_told(method, new, said):
    network = build_network("presto", {"image": (2, 2)}, 3, bands=("B2", "EVI"))
    report = Heard()
    warn_random(SimpleNamespace(method=method), network, SimpleNamespace(new_stages=new), report)
    assert report.lines == (
        [("warning", f"METHOD={method} leaves encoder.other_channel with random weights: the start has none for it, as "
          "for bands that it does not know. METHOD=finetune trains it.")] if said else []
    )  # fmt: skip
