"""Other people's segmentation networks as whole jobs: every form gives the map, or a sentence that says why not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
import rasterio
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.errors import MismatchError, ModelError, RsdlError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime.sessions import open_runtime

from .foreign_networks import CONV, FLOAT, FORMS, HALF, KEYS, LOGITS, LONG, ONE, SAME, SOFT, TWO, form, write


class Listening(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))

    def text(self, level=None):
        return " ".join(message for of, message in self.said if level in (None, of))


@pytest.fixture
def scene(make_raster):
    """Blocks of 40 and 200 on 70 x 90 pixels, and where they are bright."""
    random = np.random.default_rng(3)
    image = np.where(random.random((8, 10)) > 0.5, 200, 40).repeat(10, 0).repeat(10, 1)[:70, :90].astype("uint8")
    return make_raster(image[None]), image > 127


def run(model, image, tmp_path, report=None, **arguments):
    job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    return run_predict({**job, "device": "cpu", "threads": 1, **arguments}, report or Report())


def read(path):
    with rasterio.open(path) as raster:
        return raster.read()


@pytest.mark.parametrize("name", list(FORMS))
@pytest.mark.parametrize("batch", [None, 3])
def test_every_form_gives_the_map(tmp_path, scene, name, batch):
    image, bright = scene
    report = Listening()
    result = run(write(tmp_path / "m.onnx", **FORMS[name]), image, tmp_path, report, batch_size=batch)
    assert np.array_equal(read(result["output"])[0], bright)
    assert [item["name"] for item in result["classes"]] == ["dark", "bright"]
    assert "is read as" in report.text("info") and not report.text("warning")


def chances(name, tmp_path, image, **changes):
    made = run(
        write(tmp_path / "m.onnx", **{**FORMS[name], **changes}), image, tmp_path,
        probabilities=str(tmp_path / "p.tif"),
    )  # fmt: skip
    return read(made["probabilities"]), read(made["output"])[0]


def test_values_that_whole_numbers_of_the_type_do_not_have_are_reported_once(tmp_path, scene):
    image, _ = scene
    nodes = [("Cast", ["x"], ["c"], {"to": FLOAT}), ("Conv", ["c", "w", "b"], ["y"])]
    report = Listening()
    run(write(tmp_path / "m.onnx", nodes, ("n", 2, 32, 32), taken=TensorProto.INT8), image, tmp_path, report)
    assert [level for level, text in report.said if "int8 numbers, -128 to 127" in text] == ["warning"]


@pytest.mark.parametrize("name", ["softmax", "softmax, moved", "percent", "log-softmax", "logits"])
def test_probabilities_are_those_of_the_softmax(tmp_path, make_raster, name):
    """Weights so small that logits lie between 0 and 1, and of one tile add up to 1."""
    values = np.full((1, 40, 70), 100, "uint8")
    values[0, :, 40:] = 178  # 0.7
    weak = np.array([0.0, 1.0], "float32").reshape(2, 1, 1, 1), np.array([0.3, 0.0], "float32")
    found, classes = chances(name, tmp_path, make_raster(values), weights=weak)
    x = values[0] / np.float32(255)
    expected = 1 / (1 + np.exp(0.3 - x))
    assert np.allclose(found[1], expected, atol=1e-4) and np.allclose(found.sum(0), 1, atol=1e-5)
    assert np.array_equal(classes, x > 0.3)


@pytest.mark.parametrize(("name", "activated"), [("one logit", False), ("one sigmoid", True)])
def test_one_channel_is_a_logit_or_a_probability_whatever_its_values(tmp_path, make_raster, name, activated):
    values = np.linspace(0, 255, 40 * 70).reshape(1, 40, 70).astype("uint8")
    weak = np.ones((1, 1, 1, 1), "float32"), np.full(1, -0.25, "float32")
    found, classes = chances(name, tmp_path, make_raster(values), weights=weak)
    logit = values[0] / np.float32(255) - 0.25  # -0.25 to 0.75: some tiles are all within 0 to 1
    assert np.allclose(found[1], 1 / (1 + np.exp(-logit)), atol=1e-5)
    assert np.array_equal(classes, found[1] > 0.5)


def test_probabilities_of_classes_by_themselves_stay_so(tmp_path, make_raster):
    """Three sigmoids: the likeliest class, and each probability as the network gives it."""
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    three = np.array([-4.0, 4.0, 1.0], "f4").reshape(3, 1, 1, 1), np.array([2.0, -2.0, -0.2], "f4")
    keys = {**KEYS, "class_names": ["a", "b", "c"]}
    changes = {"weights": three, "output": ("n", 3, 32, 32), "keys": keys}
    found, classes = chances("sigmoids", tmp_path, make_raster(values), **changes)
    expected = 1 / (1 + np.exp(-(values / np.float32(255) * three[0].reshape(3, 1, 1) + three[1].reshape(3, 1, 1))))
    assert np.allclose(found, expected, atol=1e-5) and np.array_equal(classes, expected.argmax(0))


def test_two_probabilities_by_themselves_give_the_likelier(tmp_path, make_raster):
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    both = np.array([1.0, 2.0], "f4").reshape(2, 1, 1, 1), np.array([1.0, 0.5], "f4")  # both above 0.5 everywhere
    found, classes = chances("sigmoids", tmp_path, make_raster(values), weights=both)
    expected = 1 / (1 + np.exp(-(values / np.float32(255) * both[0].reshape(2, 1, 1) + both[1].reshape(2, 1, 1))))
    assert np.allclose(found, expected, atol=1e-5) and np.array_equal(classes, expected[1] > expected[0])


@pytest.mark.parametrize("name", ["classes", "uint8 classes", "one hot"])
def test_a_network_of_classes_has_no_probabilities(tmp_path, scene, name):
    with pytest.raises(MismatchError, match=r"gives classes.*PROBABILITIES"):
        chances(name, tmp_path, scene[0])


def test_what_the_user_says_of_an_output_counts(tmp_path, make_raster):
    """A Deepness model without its activation that is said to give probabilities."""
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    weak = np.ones((1, 1, 1, 1), "float32"), np.zeros(1, "float32")
    for declared, expected in (("probabilities", values[0] > 127), ("logits", values[0] > 0)):
        _, classes = chances(
            "one logit", tmp_path, make_raster(values), weights=weak, keys={**KEYS, "rsdl:output": declared}
        )
        assert np.array_equal(classes, expected)
    with pytest.raises(ModelError, match="says that its output is 'odds'"):
        chances("one logit", tmp_path, make_raster(values), keys={**KEYS, "rsdl:output": "odds"})


def test_one_name_of_one_channel_is_what_it_finds(tmp_path):
    model = write(tmp_path / "m.onnx", **{**FORMS["one sigmoid"], "keys": {**KEYS, "class_names": {"0": "road"}}})
    assert [item.name for item in read_card(model).classes] == ["background", "road"]


def test_a_regressor_gives_numbers(tmp_path, make_raster):
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    for output, extra in ((("n", 1, 32, 32), []), (("n", 32, 32), [("Squeeze", ["u", "one"], ["y"])])):
        nodes = [CONV, *extra] if extra else [LOGITS]
        slope = np.full((1, 1, 1, 1), 255, "f4"), np.full(1, 7, "f4")
        model = write(
            tmp_path / "m.onnx", nodes, output, slope, keys={**KEYS, "model_type": "Regressor"}, one=np.array([1])
        )
        assert np.allclose(read(run(model, make_raster(values), tmp_path)["output"]), values + 7.0, atol=1e-3)


REFUSED = {
    "an odd size": (form(nodes=[LOGITS], output=("n", 2, 13, 13), weights=(np.ones((2, 1, 20, 20), "f4"), TWO[1])),
                    "maps of 13 x 13 px for tiles of 32 x 32 px"),
    "more classes": (form(nodes=[LOGITS], output=SAME, keys={**KEYS, "class_names": ["a", "b", "c"]}),
                     "names class 2"),
    "classes without names": ({**FORMS["classes"], "keys": {"model_type": "Segmentor"}}, "how many classes it has"),
    "names that are none": (form(nodes=[LOGITS], output=SAME, keys={**KEYS, "class_names": 7.5}),
                            "class_names is 7.5, and should be"),
    "softmax of one": (form(nodes=[CONV, SOFT], output=("n", 1, 32, 32), weights=ONE), "1 everywhere"),
    "size in words": (form(nodes=[LOGITS], output=SAME, keys={**KEYS, "tile_size": "large"}),
                      "tile_size is 'large', and should be a whole number"),
    "no deviation": (form(nodes=[LOGITS], output=SAME, keys={**KEYS, "standardization_std": [0]}),
                     r"standardization_std\[0\] is 0, and should be"),
    "resolution": (form(nodes=[LOGITS], output=SAME, keys={**KEYS, "resolution": -5}),
                   "resolution is -5, and should be"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_run_is_reported(tmp_path, scene, name):
    settings, words = REFUSED[name]
    with pytest.raises(ModelError, match=words) as found:
        run(write(tmp_path / "m.onnx", **settings), scene[0], tmp_path)
    assert "ONNXRuntime" not in str(found.value) and not (tmp_path / "map.tif").exists()


def broken(path, where, value, kind="logits"):
    """A segmentor that gives ``value`` where the image is ``where`` or more (of 0 to 1)."""
    nodes = [
        ("Conv", ["x", "w", "b"], ["u"]),
        ("GreaterOrEqual", ["x", "where"], ["hole"]),
        ("Where", ["hole", "bad", "u"], ["v"]),
        ("Softmax", ["v"], ["y"], {"axis": 1}) if kind == "softmax" else ("Identity", ["v"], ["y"]),
    ]
    return write(path, nodes, SAME, where=np.float32(where), bad=np.float32(value))


@pytest.mark.parametrize("kind", ["logits", "softmax"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_nodata(tmp_path, make_raster, value, kind):
    image = np.where(np.indices((70, 90)).sum(0) % 20 < 10, 200, 40).astype("uint8")
    image[30:50, 20:40] = 255
    report = Listening()
    result = run(
        broken(tmp_path / "m.onnx", 0.99, value, kind), make_raster(image[None]), tmp_path, report,
        probabilities=str(tmp_path / "p.tif"), polygons=str(tmp_path / "p.gpkg"),
    )  # fmt: skip
    made, hole = read(result["output"])[0], image == 255
    assert np.array_equal(made, np.where(hole, 255, image > 127))
    assert (read(result["probabilities"])[:, hole] == -1).all()
    assert sum(item["pixels"] for item in result["classes"]) == (~hole).sum()
    assert "no finite number for 400 valid pixels of 6,300" in report.text("warning")


def test_more_than_half_that_is_not_finite_fails_the_job(tmp_path, make_raster):
    image = np.full((1, 40, 60), 100, "uint8")
    image[0, :, 25:] = 255
    with pytest.raises(ModelError, match=r"no finite number for 1,400 valid pixels of 2,400.*DEVICE=cpu"):
        run(broken(tmp_path / "m.onnx", 0.99, np.nan), make_raster(image), tmp_path)
    assert not list(tmp_path.glob("map*"))


def test_half_precision_that_overflows_is_nodata(tmp_path, make_raster):
    image = np.full((1, 40, 60), 40, "uint8")
    image[0, 10:20, 10:20] = 250
    large = np.array([-6e4, 6e4], "f2").reshape(2, 1, 1, 1), np.array([0, 2e4], "f2")  # 7.9e4 is infinite in half
    model = write(tmp_path / "m.onnx", [LOGITS], SAME, large, taken=HALF, kind=HALF)
    made = read(run(model, make_raster(image), tmp_path)["output"])[0]
    assert (made[10:20, 10:20] == 255).all() and (made == 255).sum() == 100


ERRORS = [{"ir_version": 99}, {"opset": 99}, {"operator": "Nothing"}, {"cut": 40}, {"other": 1}]


@pytest.mark.parametrize("error", ERRORS)
def test_files_that_cannot_be_opened_are_reported_in_words(tmp_path, scene, error):
    path = write(tmp_path / "m.onnx", [LOGITS], SAME)
    model = onnx.load(path)
    if "ir_version" in error:
        model.ir_version = 99
    if "opset" in error:
        model.opset_import[0].version = 99
    if "operator" in error:
        model.graph.node[0].op_type = "Nothing"
    if "other" in error:  # weights of another shape
        model.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.ones((2, 3, 1, 1), "f4"), "w"))
    path.write_bytes(model.SerializeToString()[: -error["cut"] if "cut" in error else None])
    with pytest.raises(RsdlError) as found:
        run(path, scene[0], tmp_path)
    text = str(found.value)
    assert "ONNXRuntime" not in text and "::" not in text and "Status" not in text
    assert found.value.hint or "damaged" in text


def card_folder(path, model, **changes):
    """A model folder as a user writes it: an ONNX of another program, and a card."""
    card = ModelCard(
        "mine", "Mine", (Input("image", (Band("a"),), scaling=Scaling(divisor=255)),),
        (Class(0, "dark", "#000000"), Class(1, "bright", "#ffffff")), tiling=Tiling(size=32, overlap=8, multiple=32),
        axes="NCHW",
    )  # fmt: skip
    path.mkdir()
    model.rename(path / "model.onnx")
    (path / "model.json").write_text(json.dumps(to_item(replace(card, **changes))))
    return path


@pytest.mark.parametrize("name", ["logits", "any size", "valid", "bands last"])
def test_a_card_written_by_hand_takes_the_same_forms(tmp_path, scene, name):
    """Though it says that tiles may be of any size: the tensors know better."""
    image, bright = scene
    model = card_folder(tmp_path / "mine", write(tmp_path / "m.onnx", **{**FORMS[name], "keys": {}}))
    assert np.array_equal(read(run(model, image, tmp_path)["output"])[0], bright)
    if name != "any size":
        with pytest.raises(MismatchError, match="takes tiles of 32 px only, not 64"):
            run(model, image, tmp_path, tile_size=64)


def test_a_card_inside_does_not_make_probabilities_of_logits(tmp_path, make_raster):
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    weak = np.array([0.0, 1.0], "f4").reshape(2, 1, 1, 1), np.array([0.3, 0.0], "f4")
    folder = card_folder(tmp_path / "c", write(tmp_path / "m.onnx", [LOGITS], SAME, weak, keys={}))
    keys = {"rsdl:card": (folder / "model.json").read_text()}
    model = write(tmp_path / "m.onnx", [LOGITS], SAME, weak, keys=keys)
    made = run(model, make_raster(values), tmp_path, probabilities=str(tmp_path / "p.tif"))
    expected = 1 / (1 + np.exp(0.3 - values[0] / np.float32(255)))
    assert np.allclose(read(made["probabilities"])[1], expected, atol=1e-5)


def test_sigmoids_of_classes_that_exclude_each_other_have_a_sum_of_1(tmp_path, make_raster):
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    both = np.array([1.0, 2.0], "f4").reshape(2, 1, 1, 1), np.array([1.0, 0.5], "f4")
    model = write(tmp_path / "m.onnx", **{**FORMS["sigmoids"], "weights": both, "keys": {}})
    report = Listening()
    made = run(
        card_folder(tmp_path / "mine", model), make_raster(values), tmp_path, report,
        probabilities=str(tmp_path / "p.tif"),
    )  # fmt: skip
    p = 1 / (1 + np.exp(-(values / np.float32(255) * both[0].reshape(2, 1, 1) + both[1].reshape(2, 1, 1))))
    assert np.allclose(read(made["probabilities"]), p / p.sum(0), atol=1e-5)
    assert np.array_equal(read(made["output"])[0], p[1] > p[0]) and "a sum of 1" in report.text("info")


SCENES = {
    "logits": ([("Gemm", ["f", "w", "b"], ["y"])], ("n", 3)),
    "probabilities": ([("Gemm", ["f", "w", "b"], ["g"]), ("Softmax", ["g"], ["y"])], ("n", 3)),
    "four axes": ([("Gemm", ["f", "w", "b"], ["g"]), ("Unsqueeze", ["g", "ends"], ["y"])], ("n", 3, 1, 1)),
    "classes": ([("Gemm", ["f", "w", "b"], ["g"]), ("ArgMax", ["g"], ["y"], {"axis": 1, "keepdims": 0})], ("n",)),
}


@pytest.mark.parametrize("name", list(SCENES))
@pytest.mark.parametrize("several", [False, True])
def test_scenes_by_the_mean_of_their_pixels(tmp_path, name, several):
    nodes, output = SCENES[name]
    weights = np.array([[1.0, 2.0, -1.0]], "f4"), np.array([0.5, 0.0, 0.1], "f4")
    nodes = [("ReduceMean", ["x"], ["f"], {"axes": [2, 3], "keepdims": 0}), *nodes]
    kind = LONG if name == "classes" else FLOAT
    model = write(tmp_path / "m.onnx", nodes, output, weights, kind=kind, keys={}, ends=np.array([2, 3]))
    card = ModelCard(
        "scenes", "S", (Input("image", (Band("a"),)),), tuple(Class(i, c, "#000000") for i, c in enumerate("abc")),
        "classification", tiling=Tiling(size=32, any_size=False), axes="NCHW",
        activation="sigmoid" if several else "softmax",
    )  # fmt: skip
    images = np.random.default_rng(0).random((4, 1, 1, 32, 32)).astype("f4")
    logits = images.mean((3, 4))[:, 0] @ weights[0] + weights[1]
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    if name == "classes":
        expected = np.eye(3)[logits.argmax(1)]
    elif several and name != "probabilities":
        expected = 1 / (1 + np.exp(-logits))
    found = open_runtime(card, model, "cpu", 1)({"image": images})
    assert found.shape == (4, 3) and np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("stated", [True, False])
def test_series_with_or_without_which_dates_are_valid(tmp_path, stated):
    series = helper.make_tensor_value_info("x", FLOAT, ("n", 4, 2))
    valid = helper.make_tensor_value_info("valid", TensorProto.BOOL, ("n", 4))
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["m"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["m", "w"], ["y"]),
    ]
    weights = np.array([[1.0, -1.0, 0], [0, 2.0, 1.0]], "f4")
    graph = helper.make_graph(
        nodes, "g", [series, valid] if stated else [series], [helper.make_tensor_value_info("y", FLOAT, ("n", 3))],
        [numpy_helper.from_array(weights, "w")],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "s.onnx")
    card = ModelCard(
        "series", "S", (Input("modis", (Band("a"), Band("b")), tuple("1234")),),
        tuple(Class(i, c, "#000000") for i, c in enumerate("abc")), "time-series",
    )  # fmt: skip
    values = np.random.default_rng(0).random((5, 4, 2)).astype("f4")
    found = open_runtime(card, tmp_path / "s.onnx", "cpu", 1)({"modis": values, "valid": np.ones((5, 4), bool)})
    logits = values.mean(1) @ weights
    assert np.allclose(found, np.exp(logits) / np.exp(logits).sum(1, keepdims=True), atol=1e-5)
