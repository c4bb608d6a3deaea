"""Deepness' conventions, each as an ONNX with known answers, imported and run."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.cards.store import Store, own_folder, read_card
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.exporting.job import run_export
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.prediction.object_settings import Settings
from rsdl_qgis.engine.prediction.request import ObjectRequest
from tests.engine.runtime.foreign_networks import BYTE, CONV, FLOAT, FORMS, KEYS, LOGITS, ONE, SAME, TWO, write
from tests.engine.runtime.test_foreign_networks import Listening


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(0, 255, (1, 70, 50)).astype("uint8")


def imported(path, **given):
    report = Listening()
    made = run_import({"input": str(path), **given}, report)
    return made["model"], report


def mapped(model, image, tmp_path, name="map.tif", **more):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / name), **more}
    result = run_predict({**job, "device": "cpu", "threads": 1}, Listening())
    with rasterio.open(result["output"]) as raster:
        return raster.read(), result


@pytest.mark.parametrize("kind", [json.dumps, str])
def test_keys_as_json_or_as_python_writes_them_need_nothing_more(tmp_path, values, make_raster, kind):
    keys = {**KEYS, "tiles_size": 32, "resolution": 1000, "seg_thresh": 0.5}
    del keys["tile_size"]
    file = write(tmp_path / "m.onnx", **{**FORMS["logits"], "keys": {key: kind(value) for key, value in keys.items()}})
    model, report = imported(file)
    card = Store().find(model)[1]
    assert card.resolution == 10 and card.tiling.size == 32 and card.tiling.overlap == 8
    assert not report.text("warning") and (own_folder() / "m" / "model.json").is_file()
    found, _ = mapped(model, make_raster(values), tmp_path)
    assert np.array_equal(found[0], values[0] > 127)


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_seg_thresh_of_one_channel(tmp_path, values, make_raster, threshold):
    weak = np.ones((1, 1, 1, 1), "float32"), np.zeros(1, "float32")
    nodes = [("Conv", ["x", "w", "b"], ["u"]), ("Clip", ["u", "low", "high"], ["y"])]
    limits = {"low": np.float32(0), "high": np.float32(1)}
    keys = {**KEYS, "seg_thresh": threshold}
    model, _ = imported(write(tmp_path / "m.onnx", nodes, ("n", 1, 32, 32), weak, keys=keys, **limits))
    found, _ = mapped(model, make_raster(values), tmp_path)
    assert np.array_equal(found[0], values[0] / np.float32(255) >= np.float32(threshold))


@pytest.mark.parametrize("count", [1, 2])
def test_numbers_of_an_operator_that_does_not_tell_are_taken_as_probabilities(tmp_path, values, make_raster, count):
    """As Deepness takes all: a logistic function of its own making, in one channel or two."""
    nodes = [CONV, ("Sigmoid", ["u"], ["s"]), ("Pow", ["s", "two"], ["p"]), ("Sqrt", ["p"], ["y"])]
    weights = ONE if count == 1 else TWO
    file = write(tmp_path / "m.onnx", nodes, ("n", count, 32, 32), weights, keys=KEYS, two=np.float32(2))
    found, _ = mapped(imported(file)[0], make_raster(values), tmp_path)
    assert np.array_equal(found[0], values[0] > 127)


def test_a_network_of_bytes_is_tried_with_bytes(tmp_path, values, make_raster):
    """Of a file whose keys standardise too: what is made up to try it is within the range of its numbers."""
    nodes = [("Cast", ["x"], ["c"], {"to": FLOAT}), ("Div", ["c", "d"], ["e"]), ("Conv", ["e", "w", "b"], ["y"])]
    keys = {**KEYS, "standardization_mean": [0.4], "standardization_std": [0.2]}
    file = write(tmp_path / "m.onnx", nodes, SAME, taken=BYTE, keys=keys, d=np.float32(255))
    model, report = imported(file)
    assert not report.text("warning")
    assert np.array_equal(mapped(model, make_raster(values), tmp_path)[0][0], values[0] > 127)


def ramps(x):
    """A channel that rises with the image, one that falls, and one that is the same everywhere."""
    return np.stack([x, 1 - x, np.full_like(x, 0.55)])


def softmax(x, classes=3):
    logits = np.stack([10 - 30 * x, np.zeros_like(x), 30 * x - 20])[:classes]
    return np.exp(logits) / np.exp(logits).sum(0)


RAMPS = np.array([1.0, -1.0, 0.0], "f4").reshape(3, 1, 1, 1), np.array([0.0, 1.0, 0.55], "f4")
SLOPES = np.array([-30.0, 0.0, 30.0], "f4").reshape(3, 1, 1, 1), np.array([10.0, 0.0, -20.0], "f4")
CLIP = ("Clip", ["u", "low", "high"], ["y"])
SOFT = ("Softmax", ["u"], ["y"], {"axis": 1})


@pytest.mark.parametrize("threshold", [0.2, 0.6])
@pytest.mark.parametrize(
    ("last", "weights", "given"),
    [
        (CLIP, RAMPS, ramps),
        (CLIP, (RAMPS[0][1:], RAMPS[1][1:]), lambda x: ramps(x)[1:]),
        (SOFT, SLOPES, softmax),
        (SOFT, (SLOPES[0][:2], SLOPES[1][:2]), lambda x: softmax(x, 2)),
    ],
)
def test_seg_thresh_of_several_channels(tmp_path, values, make_raster, last, weights, given, threshold):
    """What is below it is taken for 0, then the largest channel counts: the first where all are below."""
    count = len(weights[1])
    keys = {**KEYS, "class_names": {str(i): f"c{i}" for i in range(count)}, "seg_thresh": threshold}
    some = {"low": np.float32(0), "high": np.float32(1)} if last is CLIP else {}
    file = write(tmp_path / "m.onnx", [CONV, last], ("n", count, 32, 32), weights, keys=keys, **some)
    model, report = imported(file)
    likely = given(values[0] / np.float32(255))
    expected = np.where(likely >= np.float32(threshold), likely, 0).argmax(0)
    assert np.array_equal(expected, likely.argmax(0)) == (threshold == 0.2)
    clear = np.abs(likely - threshold).min(0) > 1e-4
    clear &= np.diff(np.sort(likely, 0)[-2:], axis=0)[0] > 1e-4
    found, _ = mapped(model, make_raster(values), tmp_path)
    assert clear.mean() > 0.9 and np.array_equal(found[0][clear], expected[clear])
    assert not report.text("warning")


def test_seg_thresh_of_several_classes_leaves_and_comes_in_again(tmp_path):
    keys = {**KEYS, "class_names": {"0": "a", "1": "b", "2": "c"}, "seg_thresh": 0.6}
    model, _ = imported(write(tmp_path / "m.onnx", [CONV, SOFT], ("n", 3, 32, 32), SLOPES, keys=keys))
    run_export({"model": model, "format": "deepness", "output": str(tmp_path / "out.onnx")}, Listening())
    again, _ = imported(tmp_path / "out.onnx", name="again")
    assert Store().find(again)[1].thresholds == Store().find(model)[1].thresholds == (0.6, 0.6, 0.6)


def test_seg_thresh_of_logits_is_told_not_to_count(tmp_path, values, make_raster):
    keys = {**KEYS, "class_names": {"0": "a", "1": "b", "2": "c"}, "seg_thresh": 0.9}
    model, report = imported(write(tmp_path / "m.onnx", [LOGITS], ("n", 3, 32, 32), SLOPES, keys=keys))
    assert "seg_thresh is not used" in report.text("warning")
    found, _ = mapped(model, make_raster(values), tmp_path)
    assert np.array_equal(found[0], softmax(values[0] / np.float32(255)).argmax(0))


@pytest.mark.parametrize(("scaling", "factor"), [(None, 1), (2.5, 2.5)])
def test_reg_output_scaling(tmp_path, values, make_raster, scaling, factor):
    keys = {"model_type": "Regressor", "tile_size": 32, **({"reg_output_scaling": scaling} if scaling else {})}
    weak = np.ones((1, 1, 1, 1), "float32"), np.zeros(1, "float32")
    model, _ = imported(write(tmp_path / "m.onnx", [LOGITS], ("n", 1, 32, 32), weak, keys=keys))
    found, _ = mapped(model, make_raster(values), tmp_path)
    assert np.allclose(found[0], values[0] / 255 * factor, atol=1e-5)


def test_a_regressor_of_several_bands_with_names(tmp_path, values, make_raster):
    three = np.array([1.0, 2.0, -1.0], "f4").reshape(3, 1, 1, 1), np.array([0.0, 0.5, 1.0], "f4")
    keys = {"model_type": "Regressor", "class_names": {"0": "height", "1": "cover", "2": "age"}}
    model, _ = imported(write(tmp_path / "m.onnx", [LOGITS], ("n", 3, 32, 32), three, keys=keys))
    found, result = mapped(model, make_raster(values), tmp_path)
    x = values[0] / np.float32(255)
    assert np.allclose(found, [x, 2 * x + 0.5, 1 - x], atol=1e-5)
    assert list(result["statistics"]["bands"]) == ["height", "cover", "age"]


HEADS = [{"0": "dark", "1": "bright"}, {"0": "low", "1": "middle", "2": "high"}]


@pytest.mark.parametrize(("index", "names"), [(None, ["dark", "bright"]), (1, ["low", "middle", "high"])])
def test_names_as_a_list_one_for_each_head(tmp_path, values, make_raster, index, names):
    three = np.array([-30.0, 0.0, 30.0], "f4").reshape(3, 1, 1, 1), np.array([10.0, 0.0, -20.0], "f4")
    nodes = [LOGITS, ("Conv", ["x", "v", "c"], ["z"])]
    keys = {**KEYS, "class_names": HEADS}
    file = write(tmp_path / "m.onnx", nodes, SAME, keys=keys, more=[("z", FLOAT, ("n", 3, 32, 32))], v=three[0],
                 c=three[1])  # fmt: skip
    model, _ = imported(file, **({} if index is None else {"output_index": index}))
    assert [item.name for item in Store().find(model)[1].classes] == names
    found, _ = mapped(model, make_raster(values), tmp_path)
    x = values[0] / np.float32(255)
    expected = (x > 0.5) if index is None else np.where(x > 2 / 3, 2, np.where(x > 1 / 3, 1, 0))
    near = np.abs(x[..., None] - [1 / 3, 1 / 2, 2 / 3]).min(-1) < 0.01
    assert np.array_equal(found[0][~near], expected[~near])
    more = [("z", FLOAT, ("n", 3, 32, 32))]
    keys = {**KEYS, "class_names": HEADS[:1]}
    other = write(tmp_path / "o.onnx", nodes, SAME, keys=keys, more=more, v=three[0], c=three[1])
    with pytest.raises(ModelError, match="names the classes of 1 outputs, and has 2"):
        imported(other)


@pytest.mark.parametrize("kind", ["Superresolution", "superresolution", "Super Resolution", "super_resolution"])
def test_superresolution(tmp_path, values, make_raster, kind):
    node = ("Resize", ["x", "", "scales"], ["y"], {"mode": "nearest"})
    keys = {"model_type": kind, "tile_size": 32, "reg_output_scaling": 255}
    file = write(tmp_path / "m.onnx", [node], ("n", 1, 96, 96), keys=keys, scales=np.array([1, 1, 3, 3], "f4"))
    model, _ = imported(file)
    found, result = mapped(model, make_raster(values), tmp_path)
    assert np.allclose(found[0], values[0].repeat(3, 0).repeat(3, 1), atol=1e-3)
    with rasterio.open(result["output"]) as raster:
        assert raster.res == (10 / 3, 10 / 3)


def test_standardisation_after_255_a_number_a_band(tmp_path, make_raster):
    random = np.random.default_rng(1)
    values = random.integers(0, 255, (3, 40, 40)).astype("uint8")
    mean, std = [0.2, 0.4, 0.6], [0.5, 0.25, 0.2]
    w = np.array([1.0, 2.0, 3.0], "f4").reshape(1, 3, 1, 1), np.zeros(1, "f4")
    keys = {"model_type": "Regressor", "standardization_mean": mean, "standardization_std": std}
    model, _ = imported(write(tmp_path / "m.onnx", [LOGITS], ("n", 1, 32, 32), w, ("n", 3, 32, 32), keys=keys))
    found, _ = mapped(model, make_raster(values), tmp_path)
    scaled = (values / 255 - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    assert np.allclose(found[0], (scaled * [[[1]], [[2]], [[3]]]).sum(0), atol=1e-4)


def test_detection_thresholds(tmp_path):
    keys = {"model_type": "Detector", "det_type": "YOLO_Ultralytics", "class_names": {"0": "car"}, "det_conf": 0.6,
            "det_iou_thresh": 0.35, "tile_size": 32}  # fmt: skip
    nodes = [("GlobalAveragePool", ["x"], ["g"]), ("Mul", ["g", "boxes"], ["y"])]
    boxes = np.ones((1, 5, 84), "f4")
    file = write(tmp_path / "m.onnx", [nodes[0], ("Reshape", ["g", "one"], ["r"]), ("Mul", ["r", "boxes"], ["y"])],
                 (1, 5, 84), keys=keys, shape=(1, 1, 32, 32), boxes=boxes, one=np.array([1, 1, 1]))  # fmt: skip
    model, report = imported(file)
    card = Store().find(model)[1]
    assert card.threshold == 0.6 and card.iou == 0.35 and card == read_card(own_folder() / model)
    request = ObjectRequest.of({"model": model, "output": "x.gpkg", "inputs": {"image": [{"path": "x.tif"}]}})
    settings = Settings.of(request, card)
    assert (settings.confidence, settings.iou) == (0.6, 0.35) and "boxes from a confidence of 0.6" in report.text()


def test_a_model_of_another_type_is_refused_with_what_can_be_used(tmp_path):
    file = write(tmp_path / "m.onnx", [CONV, ("Sigmoid", ["u"], ["y"])], SAME, keys={"model_type": "Captioner"})
    with pytest.raises(ModelError, match=r"of type Captioner.*Segmentor, Regressor.*Recognition"):
        imported(file)


def test_what_a_person_gives_goes_before_the_keys(tmp_path, values, make_raster):
    file = write(tmp_path / "m.onnx", [CONV, ("Sigmoid", ["u"], ["y"])], ("n", 1, 32, 32), ONE, keys=KEYS)
    model, _ = imported(file, classes="0 soil #112233, 7 snow #ffffff", bands="red", resolution=9, name="my-snow")
    card = Store().find("my-snow")[1]
    assert model == "my-snow" and card.resolution == 9 and card.inputs[0].bands[0].name == "red"
    found, _ = mapped(model, make_raster(values), tmp_path)
    assert np.array_equal(found[0], np.where(values[0] > 127, 7, 0))
