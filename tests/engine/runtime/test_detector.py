"""This plugin's detectors: both engines give the same detections; a batch is split where memory runs out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.boxes.suppression import nms
from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.layers.boxes import suppress
from rsdl_qgis.engine.runtime.detector import in_batches, open_detector
from rsdl_qgis.engine.runtime.network import OutOfMemory, shrinking
from rsdl_qgis.engine.training.model import write_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model folder of a small, random YOLO."""
    card = ModelCard(
        "small", "Small", (Input("image", (Band("a"), Band("b"), Band("c"))),),
        (Class(0, "car", "#ff0000"), Class(1, "ship", "#0000ff")), "detection", "yolo-n", activation="sigmoid",
        tiling=Tiling(size=64, overlap=16, multiple=32),
    )  # fmt: skip
    torch.manual_seed(1)
    network = build_network("yolo-n", {"image": (1, 3)}, 2)
    path = tmp_path_factory.mktemp("small")
    write_model(network, card, path, lambda *_: "onnx")
    return path


def images(count=2):
    return {"image": np.random.default_rng(0).normal(size=(count, 1, 3, 64, 96)).astype("float32")}


def test_both_engines_agree(folder, tmp_path):
    card = read_card(folder)
    (tmp_path / "weights.safetensors").write_bytes((folder / "weights.safetensors").read_bytes())
    for path in (folder, tmp_path):
        detector = open_detector(card, path, "cpu", 1)
        found = [detector.decode(outputs, (64, 96), 0.0) for outputs in detector.run(images())]
        assert [len(f) for f in found] == [8 * 12 + 4 * 6 + 2 * 3] * 2 and found[0].scores.min() > 0
        if path is folder:
            first = found
    for one, other in zip(first, found):
        assert np.allclose(one.boxes, other.boxes, atol=0.05) and np.allclose(one.scores, other.scores, atol=1e-3)


def test_suppression_is_that_of_training(folder):
    detector = open_detector(read_card(folder), folder, "cpu", 1)
    (outputs,) = detector.run(images(1))
    found = detector.decode(outputs, (64, 96), 0.0)
    chances = np.zeros((len(found), 2))
    chances[np.arange(len(found)), found.labels] = found.scores
    kept = suppress(torch.from_numpy(found.boxes), torch.from_numpy(chances), 0.2, 0.0, 10_000)
    ours = nms(found, 0.2)
    assert np.array_equal(ours.boxes, found.boxes[kept[:, 0].numpy()]) and len(ours) < len(found)


def test_a_batch_is_split_where_memory_runs_out():
    sizes = []

    def network(inputs):
        sizes.append(len(inputs["image"]))
        if sizes[-1] > 2:
            raise OutOfMemory("cuda has too little memory.")
        return [inputs["image"] * 2, inputs["image"] + 1]

    values = np.arange(5.0).reshape(5, 1, 1)
    run = shrinking(in_batches(network), lambda halves: [outputs for half in halves for outputs in half])
    result = run({"image": values})
    assert [float(double[0, 0, 0]) for double, _ in result] == [0, 2, 4, 6, 8] and max(sizes[1:]) < 5
    assert [other.shape for _, other in result] == [(1, 1, 1)] * 5
