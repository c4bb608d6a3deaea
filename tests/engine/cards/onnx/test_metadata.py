"""ONNX files read without ONNX, and Deepness models as ours; contradictions are refused."""

from __future__ import annotations

import json
import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.onnx.header import Tensor, read_onnx_file
from rsdl_qgis.engine.cards.onnx.keys import as_number, names_of, value_of
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict

KEYS = {
    "model_type": "Segmentor",
    "class_names": {"0": "ground", "1": "roof"},
    "resolution": 1000,
    "tile_size": 64,
    "tiles_overlap": 10,
    "standardization_mean": [0.5, 0.0, 0.0],
    "standardization_std": [0.1, 1.0, 1.0],
}


def write(path, keys, shape=("batch", 3, 64, 64), classes=2):
    """A segmentor: channel 0 (or 0 and its negative) as logits, with metadata."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, (shape[0], classes, *shape[2:]))
    weights = np.zeros((classes, 3, 1, 1), "float32")
    weights[0, 0] = -1 if classes > 1 else 1
    weights[-1, 0] = 1
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"])], "g", [x], [y], [numpy_helper.from_array(weights, "w")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {k: json.dumps(v) if not isinstance(v, str) else v for k, v in keys.items()})
    onnx.save(model, path)
    return path


def test_metadata_and_tensors_are_read(tmp_path):
    found = read_onnx_file(write(tmp_path / "m.onnx", KEYS))
    assert found.inputs == (Tensor("x", (None, 3, 64, 64)),) and found.outputs == (Tensor("y", (None, 2, 64, 64)),)
    assert found.metadata["model_type"] == "Segmentor" and json.loads(found.metadata["tile_size"]) == 64


def test_a_deepness_model_says_what_it_is(tmp_path):
    card = read_card(write(tmp_path / "roofs.onnx", KEYS))
    assert [c.name for c in card.classes] == ["ground", "roof"]
    assert card.resolution == 10 and card.tiling.size == 64 and card.tiling.overlap == 6 and not card.tiling.any_size
    scaling = card.inputs[0].scaling
    assert scaling.divisor == 255 and scaling.mean == ((0.5, 0.0, 0.0),)


@pytest.mark.parametrize(("shape", "tile", "overlap"), [
    (("batch", 3, 64, 64), 64, 6),  # 3/32 of a fixed tile
    (("batch", 3, "h", "w"), 64, 16),
    (("batch", 3, "h", "w"), 512, 32),  # tiles of any size are chosen to share more than that
])  # fmt: skip
def test_a_deepness_model_that_states_no_overlap_has_the_usual_one(tmp_path, shape, tile, overlap):
    keys = {**{key: value for key, value in KEYS.items() if key != "tiles_overlap"}, "tile_size": tile}
    assert read_card(write(tmp_path / "roofs.onnx", keys, shape)).tiling.overlap == overlap


@pytest.mark.parametrize("classes", [1, 2])
def test_a_deepness_model_makes_a_map(tmp_path, make_raster, classes):
    model = write(tmp_path / "roofs.onnx", KEYS, classes=classes)
    image = np.random.default_rng(0).integers(0, 255, (3, 100, 150)).astype("uint8")
    path = make_raster(image)
    job = {"model": str(model), "inputs": {"image": [{"path": str(path)}]}, "output": str(tmp_path / "map.tif")}
    result = run_predict(job | {"device": "cpu", "threads": 1}, Report())
    import rasterio

    with rasterio.open(result["output"]) as made:
        assert np.array_equal(made.read(1), image[0] / 255 > 0.5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tile_size": 128}, "tiles are 128 pixels.*64 x 64"),
        ({"class_names": {"0": "a", "5": "b"}}, "names class 5"),
        ({"standardization_mean": [0.5]}, r"takes 3 band\(s\)"),
        ({"model_type": "Captioner"}, "type Captioner"),
        ({"model_type": "Detector"}, "not the outputs of a detector"),
    ],
)
def test_keys_that_contradict_the_tensors_are_refused(tmp_path, changes, words):
    with pytest.raises(ModelError, match=words):
        read_card(write(tmp_path / "m.onnx", KEYS | changes))


def test_an_onnx_without_a_card_is_refused(tmp_path):
    with pytest.raises(ModelError, match="neither a model card nor the Deepness keys"):
        read_card(write(tmp_path / "m.onnx", {}))


@pytest.mark.parametrize("value", ["{1, 2}", "b'a'", "1j", "[[[1, 2, 3]]]"])
def test_a_mean_that_is_no_number_is_refused_in_a_sentence(tmp_path, value):
    with pytest.raises(ModelError, match="cannot be used: standardization_mean"):
        read_card(write(tmp_path / "m.onnx", {**KEYS, "standardization_mean": value}))


@pytest.mark.parametrize("value", ["'0.5'", "0.5", "[0.5, '0.5', 0.5]"])
def test_a_mean_may_be_written_as_text_or_once(tmp_path, value):
    card = read_card(write(tmp_path / "m.onnx", {**KEYS, "standardization_mean": value}))
    assert card.inputs[0].scaling.mean == ((0.5, 0.5, 0.5),)


@pytest.mark.parametrize(("text", "names"), [
    ("{'a': 0, 'b': 1}", {"0": "a", "1": "b"}),
    ("{'a': 0.0, 'b': '1'}", {"0": "a", "1": "b"}),
    ("{'a': 0, 'b': 0}", {"a": 0, "b": 0}),  # and is refused
    ("a, b", {"0": "a", "1": "b"}),
    ("None", {}),
])  # fmt: skip
def test_names_of_classes_by_their_number(text, names):
    assert {key: str(name) for key, name in names_of(value_of(text)).items()} == {k: str(v) for k, v in names.items()}


@pytest.mark.parametrize("text", ["'" + "\\'" * 200_000, "9_9" * 100_000, "(" * 200_000, "'" * 400_001])
def test_a_hostile_value_is_read_at_once(text):
    began = time.perf_counter()
    assert value_of(text) == text
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("text", ['"1e-4"', "1E-4", "'0.0001'", '".0001"', "'0.00010000000000000000'"])
def test_a_number_may_be_written_as_text(text):
    assert as_number(value_of(text)) == 1e-4


@pytest.mark.parametrize("text", ["1.2.3", "e5", ".", "1e", "0x10", "\u0661"])
def test_other_texts_are_no_numbers(text):
    assert as_number(text) == text


@pytest.mark.parametrize("text", ['{"0": "a", "1": ', "{0: 'a'", "['a', "])
def test_names_that_are_cut_short_are_refused(tmp_path, text):
    with pytest.raises(ModelError, match="cannot be used: class_names is "):
        read_card(write(tmp_path / "m.onnx", {**KEYS, "class_names": text}))


@pytest.mark.parametrize("text", ["Segmentor ", "SEGMENTOR", '"segmentation"', "Segmentor\n"])
def test_the_type_may_be_written_otherwise(tmp_path, text):
    assert read_card(write(tmp_path / "m.onnx", {**KEYS, "model_type": text})).task == "segmentation"
