"""Detectors of other programs: each layout, in an ONNX with known boxes, gives these; what is not clear is an error."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.runtime.detector import open_detector

SIDE = 64
CELLS = 8 * 8 + 4 * 4 + 2 * 2  # of YOLO at 64 px
BOXES = np.array([[4, 6, 24, 16], [30, 30, 50, 60], [40, 2, 44, 8]], float)
SCORES = np.array([0.9, 0.75, 0.5])
LABELS = np.array([1, 0, 2])
NAMES = {0: "plane", 1: "ship", 2: "car"}
DEEPNESS_NAMES = {str(label): name for label, name in NAMES.items()}
ULTRALYTICS = {"names": str(NAMES), "stride": "32", "imgsz": "[64, 64]", "task": "detect"}
TYPES = {np.dtype("float32"): TensorProto.FLOAT, np.dtype("int64"): TensorProto.INT64}


def write(path, outputs, metadata, shape=(1, 3, SIDE, SIDE), free=()):
    """An ONNX that gives these arrays by name, whatever the image; ``free``: outputs that do not state their shape."""
    nodes, values = [], []
    for name, array in outputs.items():
        nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name)))
        known = [None] * array.ndim if name in free else array.shape
        values.append(helper.make_tensor_value_info(name, TYPES[array.dtype], known))
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "detector", [image], values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()})
    onnx.save(model, path)
    return path


def centred(boxes):
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], 1)


def chances(labels=LABELS, scores=SCORES, classes=3):
    """(n, classes): the score in the column of the class, and a little in the others."""
    table = np.full((len(labels), classes), 0.05)
    table[np.arange(len(labels)), labels] = scores
    return table


def rows(columns, count=CELLS, seed=0):
    """The objects' rows among others without an object, (1, count, columns) float32."""
    table = np.zeros((count, columns.shape[1]))
    table[:, :4] = np.random.default_rng(seed).random((count, 4)) * SIDE
    table[:, 4:] = 0.01
    table[np.linspace(3, count - 2, len(columns)).astype(int)] = columns
    return table[None].astype("float32")


def objectness():
    return np.concatenate([centred(BOXES), np.full((3, 1), 0.8), chances(scores=SCORES / 0.8)], 1)


def final(labels=LABELS, boxes=BOXES):
    return np.concatenate([boxes, SCORES[:, None], labels[:, None]], 1)


def cells():
    return np.concatenate([centred(BOXES), chances()], 1)


def v6():
    return np.concatenate([centred(BOXES), np.ones((3, 1)), chances()], 1)


def floats(array):
    return array.astype("float32")


TORCHVISION = {"names": str({i + 1: name for i, name in NAMES.items()}), "stride": "32"}
LAYOUTS = {
    "v5, v7": ({"output": rows(objectness(), 3 * CELLS)}, ULTRALYTICS),
    "v6": ({"outputs": rows(v6())}, ULTRALYTICS),
    "v8, v9, v11": ({"output0": rows(cells()).transpose(0, 2, 1).copy()}, ULTRALYTICS),
    "v8, turned": ({"output0": rows(cells())}, ULTRALYTICS),
    "v10": ({"output0": rows(final(), 30)}, ULTRALYTICS),
    "suppression inside": ({"output0": rows(final(), 30)}, {**ULTRALYTICS, "args": "{'nms': True}"}),
    "torchvision": (
        {"boxes": floats(BOXES), "labels": LABELS + 1, "scores": floats(SCORES)},
        TORCHVISION,
    ),
    "torchvision, unnamed": (
        {"2774": floats(BOXES), "2775": floats(SCORES), "2776": LABELS + 1},
        TORCHVISION,
    ),
    "retinanet": (
        {"boxes": floats(BOXES[None]), "scores": floats(SCORES[None]), "labels": LABELS[None]},
        ULTRALYTICS,
    ),
    "boxes with scores": ({"boxes": floats(BOXES[None]), "scores": floats(chances()[None])}, ULTRALYTICS),
    "scores with boxes": ({"a": floats(chances()[None]), "b": floats(BOXES[None])}, ULTRALYTICS),
    "bare v8": ({"output0": rows(cells()).transpose(0, 2, 1).copy()}, {}),
    "bare v5": ({"output": rows(objectness(), 3 * CELLS)}, {}),
    "Deepness v5": (
        {"output": rows(objectness(), 3 * CELLS)},
        {"model_type": "Detector", "det_type": "YOLO_v5_or_v7_default", "class_names": DEEPNESS_NAMES},
    ),
    "Deepness v6, whose objectness says nothing": (
        {"output": rows(np.concatenate([centred(BOXES), np.full((3, 1), 0.1), chances()], 1))},
        {"model_type": "Detector", "det_type": "YOLO_v6", "class_names": DEEPNESS_NAMES},
    ),
    "Deepness Ultralytics": (
        {"output0": rows(cells()).transpose(0, 2, 1).copy()},
        {"model_type": "Detector", "det_type": "YOLO_Ultralytics", "class_names": DEEPNESS_NAMES},
    ),
}  # fmt: skip


def detect(path, lowest=0.3, count=1):
    card = read_card(path)
    detector = open_detector(card, path, "cpu", 1)
    images = {"image": np.zeros((count, 1, 3, SIDE, SIDE), "float32")}
    return card, [detector.decode(outputs, (SIDE, SIDE), lowest) for outputs in detector.run(images)]


def check(found, boxes=BOXES, labels=LABELS):
    order = np.argsort(-found.scores)
    assert np.allclose(found.scores[order], SCORES, atol=1e-5)
    assert np.array_equal(found.labels[order], labels)
    assert np.allclose(found.boxes[order], boxes, atol=1e-4)


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_every_layout_gives_its_boxes(tmp_path, name):
    outputs, metadata = LAYOUTS[name]
    card, (found,) = detect(write(tmp_path / "detector.onnx", outputs, metadata))
    check(found)
    assert card.task == "detection" and card.tiling.size == SIDE and card.inputs[0].scaling.divisor == 255
    names = list(NAMES.values()) if metadata else ["class 0", "class 1", "class 2"]
    assert [item.name for item in card.classes] == names


def normalised(outputs):
    """The same with boxes as parts of the image's sides."""
    made = {}
    for name, array in outputs.items():
        array = array.copy()
        if array.shape[-1] == 4 and array.dtype.kind == "f":
            array /= SIDE
        elif array.ndim == 3 and array.shape[1] < array.shape[2] and array.shape[1] != 30:
            array[:, :4] /= SIDE
        elif array.ndim == 3 and array.shape[2] > 4:
            array[:, :, :4] /= SIDE
        made[name] = array
    return made


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append(message)


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_boxes_from_0_to_1_are_reported_once_and_scaled(tmp_path, name):
    outputs, metadata = LAYOUTS[name]
    path = write(tmp_path / "detector.onnx", normalised(outputs), metadata)
    report = Log()
    detector = open_detector(read_card(path), path, "cpu", 1, report)
    for shape in ((SIDE, SIDE), (SIDE, 2 * SIDE)):  # the pixels of whatever tile is asked about
        (found,) = [detector.decode(o, shape, 0.3) for o in detector.run(image(SIDE))]
        check(found, BOXES * ([1, 1, 1, 1] if shape[1] == SIDE else [2, 1, 2, 1]))
    assert any("fractions of the tile's sides" in text for text in report.said)


def image(side, count=1):
    return {"image": np.zeros((count, 1, 3, side, side), "float32")}


def test_oriented_boxes_from_0_to_1(tmp_path):
    columns = np.concatenate([cells(), np.array([[0.5], [0.0], [-1.2]])], 1)
    columns[:, :4] /= SIDE
    table = rows(columns)
    table[0, :, :4] = np.where(table[0, :, :4] > 1, table[0, :, :4] / SIDE, table[0, :, :4])
    path = write(tmp_path / "d.onnx", {"output0": table.transpose(0, 2, 1).copy()}, {**ULTRALYTICS, "task": "obb"})
    _, (found,) = detect(path)
    order = np.argsort(-found.scores)
    assert np.allclose(found.corners[order].mean(1), centred(BOXES)[:, :2], atol=1e-4)
    assert np.allclose(found.boxes[order][1], BOXES[1], atol=1e-4)


def test_what_is_declared_of_boxes_counts(tmp_path):
    outputs, metadata = LAYOUTS["v8, v9, v11"]
    path = write(tmp_path / "d.onnx", normalised(outputs), {**metadata, "rsdl:output": "pixels"})
    _, (found,) = detect(path)
    assert np.allclose(np.sort(found.boxes.max(1)), np.sort(BOXES.max(1)) / SIDE, atol=1e-4)
    path = write(tmp_path / "d.onnx", outputs, {**metadata, "rsdl:output": "inches"})
    with pytest.raises(ModelError, match=r"'inches'.*pixels or normalised"):
        detect(path)


@pytest.mark.parametrize("described", [True, False])
def test_two_classes_of_a_detr_are_no_score_and_label(tmp_path, described):
    """(1, 300, 6): boxes from 0 to 1 and two scores, as wide as rows of a box, a score and a label."""
    table = np.zeros((1, 300, 6), "float32")
    table[0, :3, :4], table[0, :3, 4:] = centred(BOXES) / SIDE, chances(labels=LABELS % 2, classes=2)
    two = {**ULTRALYTICS, "names": "{0: 'plane', 1: 'ship'}"}
    metadata = {**two, "description": "Ultralytics RT-DETR-l model"} if described else two
    check(detect(write(tmp_path / "d.onnx", {"output0": table}, metadata))[1][0], labels=LABELS % 2)


@pytest.mark.parametrize("free", [False, True])
def test_boxes_and_scores_by_their_operators(tmp_path, free):
    """Boxes that end in Sigmoid are parts of the sides, whatever is seen; scores that end in a Gemm are logits."""
    path = tmp_path / "d.onnx"
    values = np.linspace(-3, 3, 40).reshape(1, 10, 4).astype("float32")
    given = {"a": values, "e": np.zeros((1, 10, 3), "float32"), "i": np.eye(3, dtype="float32")}
    nodes = [
        helper.make_node("Sigmoid", ["a"], ["boxes"]),
        helper.make_node("MatMul", ["e", "i"], ["scores"]) if free else helper.make_node("Sigmoid", ["e"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, SIDE, SIDE))],
        [helper.make_tensor_value_info("boxes", TensorProto.FLOAT, (1, 10, 4)),
         helper.make_tensor_value_info("scores", TensorProto.FLOAT, (1, 10, 3))],
        [numpy_helper.from_array(array, name) for name, array in given.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, ULTRALYTICS)
    onnx.save(model, path)
    _, (found,) = detect(path)
    assert np.allclose(found.boxes, SIDE / (1 + np.exp(-values[0])), atol=1e-3) and np.allclose(found.scores, 0.5)


FORMS = {
    "two at a time": {"shape": (2, 3, SIDE, SIDE)},
    "bands last": {"shape": (1, SIDE, SIDE, 3)},
    "any size": {"shape": ("n", 3, "h", "w")},
    "no batch": {"shape": (3, SIDE, SIDE)},
}


@pytest.mark.parametrize("form", list(FORMS))
def test_images_are_given_in_every_form(tmp_path, form):
    outputs, metadata = LAYOUTS["v8, v9, v11"]
    count = 2 if form == "two at a time" else 1
    outputs = {name: np.repeat(array, count, 0) for name, array in outputs.items()}
    path = write(tmp_path / "d.onnx", outputs, metadata, **FORMS[form])
    card = read_card(path)
    detector = open_detector(card, path, "cpu", 1)
    asked = 3 if form == "two at a time" else 1
    found = [detector.decode(o, (SIDE, SIDE), 0.3) for o in detector.run(image(SIDE, asked))]
    assert len(card.inputs[0].bands) == 3 and len(found) == asked
    for one in found:
        check(one)


def test_boxes_that_are_not_finite_are_found_whatever_their_score(tmp_path):
    table = rows(cells())
    table[0, :10, 5] = np.nan
    for outputs in ({"output0": table}, {"boxes": table[..., :4].copy(), "scores": table[..., 4:].copy()}):
        path = write(tmp_path / "d.onnx", outputs, ULTRALYTICS)
        detector = open_detector(read_card(path), path, "cpu", 1)
        finite = detector.finite(detector.run(image(SIDE))[0])
        assert finite.tolist() == [False] * 10 + [True] * (CELLS - 10)
    outputs, metadata = LAYOUTS["torchvision"]
    path = write(tmp_path / "d.onnx", outputs, metadata)
    detector = open_detector(read_card(path), path, "cpu", 1)
    assert detector.finite(detector.run(image(SIDE))[0]).tolist() == [True] * 3


@pytest.mark.parametrize("shape", [(1, 3, SIDE, SIDE), (3, SIDE, SIDE)])
def test_detectors_of_one_image_take_several_in_turn(tmp_path, shape):
    outputs, metadata = LAYOUTS["torchvision"]
    for found in detect(write(tmp_path / "d.onnx", outputs, metadata, shape), count=3)[1]:
        check(found)


def test_the_confidence_decides_what_is_found(tmp_path):
    for name in ("v5, v7", "v8, v9, v11", "v10", "torchvision", "boxes with scores"):
        outputs, metadata = LAYOUTS[name]
        _, (found,) = detect(write(tmp_path / "d.onnx", outputs, metadata), lowest=0.6)
        assert sorted(found.scores.round(4)) == [0.75, 0.9], name


@pytest.mark.parametrize("final_boxes", [False, True])
def test_oriented_boxes(tmp_path, final_boxes):
    angles = np.array([0.5, 0.0, -1.2])
    if final_boxes:
        outputs = rows(np.concatenate([final(boxes=centred(BOXES)), angles[:, None]], 1), 30)
    else:
        outputs = rows(np.concatenate([cells(), angles[:, None]], 1)).transpose(0, 2, 1).copy()
    _, (found,) = detect(write(tmp_path / "d.onnx", {"output0": outputs}, {**ULTRALYTICS, "task": "obb"}))
    order = np.argsort(-found.scores)
    corners = found.corners[order]
    assert np.allclose(corners.mean(1), centred(BOXES)[:, :2], atol=1e-4)
    side = corners[:, 1] - corners[:, 0]
    assert np.allclose(np.hypot(*side.T), centred(BOXES)[:, 2], atol=1e-4)
    assert np.allclose(np.hypot(*(corners[:, 2] - corners[:, 1]).T), centred(BOXES)[:, 3], atol=1e-4)
    assert np.allclose(np.arctan2(side[:, 1], side[:, 0]), angles, atol=1e-5)
    assert np.allclose(found.boxes[order][1], BOXES[1], atol=1e-4)  # the one that is not turned
    assert (found.boxes[order][0, 2:] - found.boxes[order][0, :2])[1] > 10 * np.cos(0.5)


@pytest.mark.parametrize("layout", ["cells", "objectness"])
def test_instance_masks(tmp_path, layout):
    prototypes = np.full((1, 2, 16, 16), -1.0, "float32")
    prototypes[0, 0, 2:4, 2:5] = 3  # 8..16 px down, 8..20 across: of the first object
    prototypes[0, 1, 8:, :] = 3  # the lower half, of the second, whose box ends at 60
    coefficients = np.array([[1.0, 0], [0, 1], [1, 1]])
    if layout == "cells":
        main = rows(np.concatenate([cells(), coefficients], 1)).transpose(0, 2, 1).copy()
    else:
        main = rows(np.concatenate([objectness(), coefficients], 1), 3 * CELLS)
    metadata = {**ULTRALYTICS, "task": "segment"}
    _, (found,) = detect(write(tmp_path / "d.onnx", {"output0": main, "output1": prototypes}, metadata))
    check(found)
    first, second, _ = found.drawn().masks[np.argsort(-found.scores)]
    assert (first.row, first.col, first.pixels.shape) == (6, 4, (10, 20))  # its box
    inside = np.zeros((10, 20), bool)
    inside[2:10, 4:16] = True  # 8..16 and 8..20
    assert (first.pixels & inside).sum() >= 0.95 * inside.sum() and (first.pixels & ~inside).mean() < 0.25
    assert (second.row, second.col) == (30, 30) and second.pixels[3:].all() and second.pixels.shape == (30, 20)


def test_what_a_detector_of_one_class_gives_is_recognised_by_its_cells(tmp_path):
    one = {**ULTRALYTICS, "names": "{0: 'plane'}"}
    raw = np.concatenate([centred(BOXES), np.full((3, 1), 1.0), SCORES[:, None]], 1)
    _, (found,) = detect(write(tmp_path / "d.onnx", {"output": rows(raw, 3 * CELLS)}, one))
    check(found, labels=[0, 0, 0])
    _, (found,) = detect(write(tmp_path / "d.onnx", {"output": rows(final(0 * LABELS), 300)}, one))
    check(found, labels=[0, 0, 0])


REFUSED = {
    "no classes": ({"output0": rows(final(), 30)}, {}, "may mean|does not say|neither a model card"),
    "other count": ({"output0": rows(cells())}, {**ULTRALYTICS, "names": "{0: 'a'}"}, "1 classes fits no layout"),
    "two ways": ({"output": rows(final(), 5000)}, {**ULTRALYTICS, "names": "{0: 'a'}"}, "may mean several things"),
    "pose": ({"output0": rows(cells())}, {**ULTRALYTICS, "task": "pose"}, "task 'pose'.*detect, segment, obb"),
    "no detector": ({"y": np.zeros((1, 10), "float32")}, ULTRALYTICS, "not the outputs of a detector"),
    "another size": ({"output0": rows(v6())}, {**ULTRALYTICS, "imgsz": "[640, 640]"}, "640 pixels.*64 x 64"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_not_clear_is_reported(tmp_path, name):
    outputs, metadata, words = REFUSED[name]
    with pytest.raises(ModelError, match=words):
        detect(write(tmp_path / "d.onnx", outputs, metadata))


def test_labels_that_have_no_name_are_reported(tmp_path):
    outputs, _ = LAYOUTS["torchvision"]
    with pytest.raises(ModelError, match=r"gives the label 3.*0 plane, 1 ship, 2 car.*begins with 1"):
        detect(write(tmp_path / "d.onnx", outputs, ULTRALYTICS))


def test_a_card_with_other_classes_is_refused(tmp_path):
    path = write(tmp_path / "model.onnx", LAYOUTS["boxes with scores"][0], {})
    card = ModelCard(
        "mine", "Mine", (Input("image", (Band("a"), Band("b"), Band("c")), scaling=Scaling()),),
        (Class(0, "a", "#000000"),), "detection", axes="NCHW",
    )  # fmt: skip
    with pytest.raises(ModelError, match="scores of 3 classes, its card names 1"):
        open_detector(card, path, "cpu", 1)


def test_deepness_keys_say_the_rest(tmp_path):
    outputs, metadata = LAYOUTS["Deepness v5"]
    keys = {**metadata, "det_conf": 0.4, "resolution": 30, "tile_size": SIDE, "tiles_overlap": 25}
    card = read_card(write(tmp_path / "d.onnx", outputs, keys))
    assert card.threshold == 0.4 and card.resolution == 0.3 and card.tiling.overlap == 16


def test_values_that_are_no_numbers_are_left_out(tmp_path):
    table = rows(cells())
    table[0, 3, 0] = np.nan
    _, (found,) = detect(write(tmp_path / "d.onnx", {"output0": table.transpose(0, 2, 1).copy()}, ULTRALYTICS))
    assert len(found) == 2


@pytest.mark.parametrize(("keys", "multiple", "side"), [
    ({"stride": "64.0", "imgsz": "640"}, 64, 640),
    ({"stride": "None", "imgsz": "None"}, 32, 640),
    ({"stride": "''", "imgsz": "[320, 320]"}, 32, 320),
    ({"stride": "", "imgsz": "unknown"}, 32, 640),
])  # fmt: skip
def test_sides_that_are_not_reported_are_the_usual_ones(tmp_path, keys, multiple, side):
    path = write(tmp_path / "m.onnx", {"o": rows(cells())}, {**ULTRALYTICS, **keys}, (1, 3, None, None))
    tiling = read_card(path).tiling
    assert (tiling.multiple, tiling.size, tiling.any_size) == (multiple, side, True)
