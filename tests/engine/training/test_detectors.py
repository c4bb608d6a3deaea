"""Detectors through the job "train": they learn, resume as if never stopped, start from one another, and are judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
import torch
from rasterio.features import rasterize
from safetensors.torch import load_file
from shapely import Polygon

from rsdl_qgis.engine.boxes.detections import turned
from rsdl_qgis.engine.boxes.matching import match_boxes
from rsdl_qgis.engine.cards.card import WEIGHTS_FILE, Band, Class, Input
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.chips.box_table import Box, turned_corners, write_boxes
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, read_chips, write_chips
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.runtime.detector import open_detector
from rsdl_qgis.engine.training.distil import run_distil
from rsdl_qgis.engine.training.evaluate.box_samples import evaluate_boxes, quick_ap50, reference_boxes
from rsdl_qgis.engine.training.evaluate.detectors import median_boxes
from rsdl_qgis.engine.training.loop.detector import own_losses
from rsdl_qgis.engine.training.loop.fit import Settings, fit, given_loss
from rsdl_qgis.engine.training.samples.augment import AUGMENTATIONS
from rsdl_qgis.engine.training.samples.batches import Batches
from rsdl_qgis.engine.training.samples.chips import balanced_draws, class_counts, open_samples, settle_inputs
from rsdl_qgis.engine.training.samples.data import Data
from rsdl_qgis.engine.training.samples.objects import ObjectBatch
from rsdl_qgis.engine.training.train import run_train, sampling_counts

CLASSES = (Class(1, "dot", "#ff0000"), Class(4, "bar", "#00ff00"))
EPOCHS = 60  # of four pictures, which is a step each
TINY = {"network": "yolo-n", "options": {"width": 0.125, "depth": 0.1}}
RCNN = {"network": "faster-rcnn-small", "options": {"width": 16, "body_width": 8, "units": 32, "proposals": 32,
        "candidates": 32, "anchor_sizes": [8, 16, 32, 64, 128]}}  # fmt: skip


def make_folder(path, counts=(4, 2, 0), side=64, seed=0, objects=2, turn=False):
    """Pictures with bright squares ("dot") and lying rectangles ("bar"), every fourth one without any.

    ``turn``: by any angle.
    """
    (path / "labels").mkdir(parents=True)
    random, chips = np.random.default_rng(seed), []
    for split, count in zip(("train", "valid", "test"), counts):
        for number in range(count):
            name = f"{split}{number}"
            values, boxes = random.normal(60, 6, (3, side, side)), []
            for i in range(objects if number % 4 < 3 else 0):
                width, height = (14, 14) if i % 2 == 0 else (26, 10)
                x, y = random.integers(2, side - 28), random.integers(2, side // 2 - 15) + i % 2 * side // 2
                if turn:
                    places = np.array([[x + 13.0, y + 8.0]]), np.array([[width, height]]), random.uniform(0, 3, 1)
                    (quad,) = turned(*places)
                    values[:, rasterize([Polygon(quad)], (side, side)) > 0] += 120
                    boxes.append(Box(*quad.min(0), *quad.max(0), CLASSES[i % 2].name, False, turned_corners(quad)))
                    continue
                values[:, y : y + height, x : x + width] += 120
                boxes.append(Box(x, y, x + width, y + height, CLASSES[i % 2].name))
            image = f"{name}.tif"
            place = {"crs": "EPSG:32634", "transform": rasterio.Affine(1, 0, 1000 * len(chips), 0, -1, 9)}
            size = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8"}
            with rasterio.open(path / image, "w", **size, **place) as file:
                file.write(values.clip(0, 255).astype("uint8"))
            if boxes:
                write_boxes(path / "labels" / f"{name}.csv", boxes)
            chips.append(Chip(name, {"image": (image,)}, f"labels/{name}.csv" if boxes else "", split))
    bands = tuple(Band(name) for name in ("red", "green", "blue"))
    folder = ChipFolder(path, "detection", (Input("image", bands),), CLASSES, tuple(chips), "boxes", size=side)
    write_chips(folder)
    return folder


def arguments(tmp_path, counts=(4, 2, 0), turn=False, **given):
    if not (tmp_path / "chips").exists():
        make_folder(tmp_path / "chips", counts, turn=turn)
    usual = {"task": "detection", "chips": str(tmp_path / "chips"), "epochs": 1, "batch_size": 2, "threads": 1}
    return {**usual, **TINY, "output": str(tmp_path / "model"), **given}


@pytest.mark.parametrize("name", ["yolo-n", "yolo-n-obb"])
def test_four_pictures_are_learnt_by_heart(tmp_path, training_seed, reached, name):
    oriented = NETWORKS[name].oriented
    folder = read_chips(make_folder(tmp_path / "chips", (4, 1, 0), turn=oriented).path)
    inputs = settle_inputs(folder, folder.chips, report=Report())
    samples = open_samples(folder, folder.part("train"), inputs, "detection", None, 32, 1 << 20, oriented)
    torch.manual_seed(training_seed)
    network = build_network(name, {"image": (1, 3)}, 2, **TINY["options"])
    settings = Settings(epochs=EPOCHS, learning_rate=0.01, average=0.9, precision="full")
    batches = Batches(samples, 4, None, training_seed)
    *_, last = fit(network, batches, given_loss, lambda n: 0.0, settings, Report(), forward=own_losses)
    assert reached("AP50", quick_ap50(last.network, samples, 2), above=0.9)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with chips, a model that was trained on them, its report, and what the job gave back."""
    folder = tmp_path_factory.mktemp("detector")
    asked = arguments(folder, (5, 3, 4), epochs=2, report=str(folder / "report.html"), augmentation="mosaic")
    return folder, run_train(asked, Report())


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_an_oriented_detector_is_judged_and_exported_with_its_angles(tmp_path):
    """The job's figures are those of rotated IoU, and its ONNX file gives the boxes of its weights."""
    asked = arguments(tmp_path, (5, 3, 4), True, network="yolo-n-obb", augmentation="mosaic", epochs=2)
    report = tmp_path / "report.html"
    result = run_train({**asked, "report": str(report)}, Report())
    assert set(result["figures"]) == {"AP50", "AP50:95", "precision", "recall", "F1"}
    assert "IoU is that of turned boxes" in report.read_text(encoding="utf-8")
    card = read_card(tmp_path / "model")
    folder = read_chips(tmp_path / "chips")
    samples = open_samples(folder, folder.part("test"), card.inputs, "detection", None, 32, 0, True)
    images, objects = samples[0]
    with torch.no_grad():
        boxes, logits = trained_network(tmp_path / "model", card)(images[0][None])
    expected = turned(boxes[0, :, :2].numpy(), boxes[0, :, 2:4].numpy(), boxes[0, :, 4].numpy())
    for engine in ("onnx", "torch"):
        detector = open_detector(card, tmp_path / "model", "cpu", 1, engine=engine)
        (outputs,) = detector.run({"image": images[0][None].numpy()})
        found = detector.decode(outputs, (64, 64), 0.0)
        assert len(found) == 64 + 16 + 4 and found.corners is not None
        np.testing.assert_allclose(found.corners, expected, atol=0.05)
        np.testing.assert_allclose(found.scores, logits[0].sigmoid().max(1).values, atol=1e-3)
    assert np.abs(found.corners[:, 0, 1] - found.corners[:, 1, 1]).max() > 0.1  # they are turned
    true = reference_boxes(objects)
    upright = replace(true, scores=np.ones(len(true)), quads=None)
    assert match_boxes(replace(upright, quads=true.quads), true, 2).hit.all()
    assert not match_boxes(upright, true, 2).hit.all()


def trained_network(path, card):
    network = build_network(card.network, {"image": (1, 3)}, 2, **card.options)
    network.load_state_dict(load_file(path / WEIGHTS_FILE))
    return network.eval()


def test_a_detector_learns_with_sharpness_too(tmp_path):
    found = []
    for radius in (0.0, 0.1):
        output = tmp_path / f"{len(found)}"
        run_train(arguments(tmp_path, sharpness=radius, output=str(output)), Report())
        found.append(load_file(output / WEIGHTS_FILE))
    assert any(not torch.equal(found[0][name], found[1][name]) for name in found[0])
    assert all(bool(value.isfinite().all()) for value in found[1].values())


def test_a_detector_becomes_a_model_with_all_its_figures(trained):
    folder, result = trained
    card = read_card(folder / "model")
    assert (card.task, card.activation, [c.name for c in card.classes]) == ("detection", "sigmoid", ["dot", "bar"])
    assert 0 < card.threshold < 1 and card.tiling.size == 64 and card.tiling.multiple == 32
    assert set(result["figures"]) == {"AP50", "AP50:95", "precision", "recall", "F1"}
    note = card.provenance
    assert note["judged_on"] == "test" and note["samples"] == {"train": 5, "valid": 3, "test": 4}
    assert set(note["class_metrics"]["bar"]) >= {"class AP50", "class recall"}
    assert [name for name in note["compared_with"] if "usual size" in name]


def test_the_report_shows_curves_and_pictures_with_hits_misses_and_false_alarms(trained):
    page = (trained[0] / "report.html").read_text(encoding="utf-8")
    for text in ("Precision and recall", "false alarms", "hits", "misses", "AP50:95", "objects"):
        assert text in page
    assert page.count("data:image/jpeg") >= 2


@pytest.mark.parametrize("network", [TINY, RCNN])
def test_a_stopped_training_ends_as_if_it_had_not_been(tmp_path, network):
    folder = read_chips(make_folder(tmp_path / "chips", (5, 1, 0)).path)
    samples = open_samples(folder, folder.part("train"), folder.inputs, "detection", None, 32)
    batches = Batches(samples, 2, AUGMENTATIONS["mosaic"], 3, window=64)
    settings = Settings(epochs=3, batch_size=2, warm_up=0.5, seed=3)

    def ended(checkpoint, stop=9):
        torch.manual_seed(0)
        built = build_network(network["network"], {"image": (1, 3)}, 2, **network["options"])
        for epoch in fit(built, batches, given_loss, lambda n: 0.0, settings, Report(), checkpoint, forward=own_losses):
            if epoch.number == stop:
                break
        return epoch

    ended(tmp_path / "a.pt", stop=0)
    resumed, whole = ended(tmp_path / "a.pt"), ended(tmp_path / "b.pt")
    states = [epoch.network.state_dict() for epoch in (resumed, whole)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[1])
    assert [record["loss"] for record in resumed.history] == [record["loss"] for record in whole.history]


def test_fine_tuning_keeps_what_is_frozen_and_tells_what_the_start_was_worth(trained, tmp_path):
    folder, _ = trained
    base = str(folder / "model")
    run_train(arguments(folder, base_model=base, freeze="encoder", output=str(tmp_path / "tuned")), Report())
    before, after = (load_file(path / WEIGHTS_FILE) for path in (folder / "model", tmp_path / "tuned"))
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith("backbone.")} <= same
    assert any(name.startswith("heads.") for name in set(before) - same)
    assert "start (model)" in read_card(tmp_path / "tuned").provenance["compared_with"]


def test_pictures_without_objects_are_drawn_as_a_class_of_their_own(tmp_path):
    folder = read_chips(make_folder(tmp_path / "chips", (8, 1, 0)).path)
    samples = open_samples(folder, folder.part("train"), folder.inputs, "detection", None, 32)
    counts = class_counts(samples)
    assert counts.tolist() == [[1, 1]] * 3 + [[0, 0]] + [[1, 1]] * 3 + [[0, 0]]
    draws = balanced_draws(sampling_counts(counts, Data(folder, folder.inputs, {}, {})))
    assert draws[3] == draws[7] > draws[0] > 0 and draws.sum() == pytest.approx(8)


@pytest.mark.parametrize(("change", "message"), [
    ({"loss": ["dice"]}, "LOSS cannot be chosen"),
    ({"class_weights": "balanced"}, "CLASS_WEIGHTS cannot be chosen"),
    ({"task": "segmentation", "network": "unet"}, "not what segmentation is trained on.*traindetector"),
])  # fmt: skip
def test_what_detectors_do_not_have_is_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        run_train(arguments(tmp_path, **{"options": {}, **change}), Report())


def test_without_objects_there_is_nothing_to_learn(tmp_path):
    folder = make_folder(tmp_path / "chips", (3, 2, 0), objects=0)
    assert all(not chip.label for chip in folder.chips)
    with pytest.raises(InputError, match="no object in the training split"):
        run_train(arguments(tmp_path), Report())


def test_a_detector_is_no_teacher(trained, tmp_path):
    folder, _ = trained
    asked = {"teacher": str(folder / "model"), "chips": str(folder / "chips"), "output": str(tmp_path / "student")}
    with pytest.raises(MismatchError, match="finds objects"):
        run_distil(asked, Report())


def test_a_detector_that_sees_the_truth_is_perfect_and_the_rule_of_thumb_is_not(tmp_path):
    folder = read_chips(make_folder(tmp_path / "chips", (6, 4, 0)).path)
    samples = open_samples(folder, folder.part("valid"), folder.inputs, "detection", None, 32)
    truths = iter([reference_boxes(samples.label(i)) for i in range(len(samples))])

    def knowing(images):
        return [next(truths) for _ in images[0]]

    evaluation = evaluate_boxes(knowing, samples, CLASSES)
    assert evaluation.main == ("AP50", pytest.approx(1)) and np.isnan(evaluation.scores[3])
    plain = evaluation.plain()
    assert plain["figures"]["F1"][0] == 1 and plain["curves"][0]["recall"][-1] == 1
    assert [item["support"] for item in plain["classes"]] == [3, 3]

    train = open_samples(folder, folder.part("train"), folder.inputs, "detection", None, 32)
    data = Data(folder, folder.inputs, {"train": train}, {})
    rule = evaluate_boxes(median_boxes(data), samples, CLASSES)
    assert 0 <= rule.main[1] < 0.5


def test_the_losses_of_ignored_objects_are_none(tmp_path):
    folder = read_chips(make_folder(tmp_path / "chips", (2, 1, 0)).path)
    samples = open_samples(folder, folder.part("train"), folder.inputs, "detection", None, 32)
    images, objects = samples[0]
    batch = [torch.stack([image]) for image in images]
    network = build_network("yolo-n", {"image": (1, 3)}, 2, **TINY["options"]).train()
    marked = type(objects)(objects.boxes, objects.labels, torch.ones(len(objects), dtype=torch.bool))
    nothing = type(objects)(objects.boxes[:0], objects.labels[:0], objects.ignored[:0])
    values = [own_losses(network, batch, ObjectBatch((some,))).item() for some in (objects, marked, nothing)]
    assert values[1] == pytest.approx(values[2]) and values[0] != pytest.approx(values[1])
