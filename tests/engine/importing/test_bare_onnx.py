"""A bare ONNX file: what is asked for, what is guessed and told, and that the map is right."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import rasterio
from onnx import helper, numpy_helper

from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import ModelError, RsdlError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.foreign_networks import CONV, FLOAT, FORMS, FREE, LOGITS, SAME, TWO, write
from tests.engine.runtime.test_foreign_networks import Listening


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def scene(make_raster):
    """Blocks of 40 and 200 on 70 x 90 pixels, and where they are bright."""
    random = np.random.default_rng(3)
    image = np.where(random.random((8, 10)) > 0.5, 200, 40).repeat(10, 0).repeat(10, 1)[:70, :90].astype("uint8")
    return make_raster(image[None]), image > 127


def bare(path, name, **changes):
    return write(path, **{**FORMS[name], "keys": {}, **changes})


def mapped(model, image, tmp_path):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    return run_predict({**job, "device": "cpu", "threads": 1}, Listening())


def read(path):
    with rasterio.open(path) as raster:
        return raster.read()


TOLD = {"scaling": "/255", "classes": "dark #000000, bright #ffff00", "task": "segmentation"}
BARE = [name for name in FORMS if not name.startswith(("names", "standard", "features first", "bytes"))]


@pytest.mark.parametrize("name", BARE)
def test_every_form_gives_the_map_with_what_a_person_says(tmp_path, scene, name):
    image, bright = scene
    report = Listening()
    made = run_import({"input": str(bare(tmp_path / "m 1.onnx", name)), **TOLD}, report)
    assert made["model"] == "m-1" and made["path"] == str(own_folder() / "m-1")
    result = mapped("m-1", image, tmp_path)
    assert np.array_equal(read(result["output"])[0], bright)
    assert [(c["name"], c["color"]) for c in result["classes"]] == [("dark", "#000000"), ("bright", "#ffff00")]
    assert "Scaling of image: divide 255 (given (SCALING))" in report.text("info") and "For a tile of" in made["tile"]


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("logits", {}, r"does not say how a raster's values are scaled.*SCALING.*first guess: /255"),
        ("one logit", {"scaling": "none"}, r"may mean several things.*TASK.*first guess: segmentation"),
        ("classes", {"scaling": "none"}, r"ArgMax\), and does not say how many.*CLASSES"),
        ("logits", {"scaling": "/255", "bands": "red, green"}, r"BANDS names 2 band\(s\), but.*\(\?, 1, 32, 32\)"),
        ("logits", {"scaling": "/255", "tile_size": 64}, r"TILE_SIZE is 64, but.*32 x 32"),
        ("logits", {"scaling": "/255", "classes": "a, b, c"}, r"CLASSES names 3, but 'm' gives 2"),
        ("logits", {"scaling": "/255", "layout": "CHW"}, r"LAYOUT is CHW, but.*4 axes"),
        ("logits", {"scaling": "/255", "output_index": 3}, r"OUTPUT_INDEX is 3; 'm' gives 0 y \(\?, 2, 32, 32\)"),
        ("softmax", {"scaling": "/255", "activation": "sigmoid"}, r"ACTIVATION is sigmoid, but 'm' ends in Softmax"),
        ("classes", {"scaling": "/255", "classes": "a, b", "activation": "softmax"}, r"but 'm' ends in ArgMax"),
        ("logits", {"scaling": "/255 | mean 1,2,3 std 1,2,3"}, r"3 numbers, and the input 1 band"),
        ("logits", {"scaling": "/255", "task": "regression", "classes": "a, b"}, r"CLASSES are given.*regression"),
        ("logits", {"scaling": "/255", "task": "regression", "activation": "sigmoid"}, r"ACTIVATION.*regression"),
        ("logits", {"scaling": "/255", "task": "classification"}, r"TASK is class.*a map: .*32, 32"),
        ("logits", {"scaling": "/255", "task": "detection"}, r"TASK is detection.*a map: .*32, 32"),
        ("logits", {"scaling": "/255", "task": "change"}, r"change, but 'm' takes one image.*TASK=segmentation"),
        ("logits", {"scaling": "/255", "task": "time-series"}, r"time-series, but 'm' takes images, not series"),
        ("logits", {"scaling": "/255", "bands": "red, green, blue", "shape": ("n", 4, "h", "w")}, r"names 3 .*takes 4"),
        ("logits", {"scaling": "magic"}, r"SCALING: 'magic' is no step"),
        ("logits", {"scaling": "/255", "name": "../x"}, r"'../x' is not a model's name"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_asked_for_and_what_contradicts_is_told(tmp_path, name, given, said):
    shape = {"shape": given["shape"]} if "shape" in given else {}
    said_of = {key: value for key, value in given.items() if key != "shape"}
    with pytest.raises(RsdlError, match=said):
        run_import({"input": str(bare(tmp_path / "m.onnx", name, **shape)), **said_of}, Listening())
    assert not list(own_folder().glob("*")) if own_folder().exists() else True


def test_one_class_and_its_background_have_different_colours(tmp_path):
    file = bare(tmp_path / "m.onnx", "one logit")
    run_import({"input": str(file), "scaling": "/255", "classes": "cloud", "task": "segmentation"}, Listening())
    (background, cloud) = Store().find("m")[1].classes
    assert (background.value, cloud.value, cloud.name) == (0, 1, "cloud") and background.color != cloud.color


def test_shares_of_classes_are_of_the_layer_and_not_of_what_is_around_it(tmp_path, make_raster):
    image = np.full((1, 20, 20), 200, "uint8")
    image[:, :, :5] = 40  # a quarter is dark; the tile is of 32 x 32 px
    given = {"input": str(bare(tmp_path / "m.onnx", "logits")), **TOLD, "report": str(tmp_path / "page.html")}
    made = run_import({**given, "sample": str(make_raster(image))}, Listening())
    assert "bright 75%, dark 25%" in made["tile"]
    run_import({**given, "replace": True, "sample": str(make_raster(image[:, :, 5:]))}, Listening())
    page = (tmp_path / "page.html").read_text("utf-8")
    assert '<p class="legend">' in page and "bright</span>" in page and "dark</span>" not in page


def test_what_is_guessed_is_told(tmp_path, home):
    report = Listening()
    made = run_import({"input": str(bare(tmp_path / "m.onnx", "logits")), "scaling": "/255"}, report)
    told = report.text("warning")
    for word in ("TASK", "BANDS", "CLASSES", "RESOLUTION"):
        assert word in told
    card = Store().find(made["model"])[1]
    assert [(c.value, c.name) for c in card.classes] == [(0, "class 0"), (1, "class 1")]
    assert card.provenance["imported"]["given"] == ["scaling"]


def test_what_is_guessed_is_marked_on_the_page_and_in_the_log(tmp_path):
    page = tmp_path / "page.html"
    given = {"input": str(bare(tmp_path / "m.onnx", "logits")), "scaling": "/255", "report": str(page)}
    report = Listening()
    run_import(given, report)
    for line in ("Task: segmentation (guessed).", "Bands of image: ", "Classes: ", "Layout: NCHW (guessed)."):
        assert line in report.text("info")
    assert "Tiles: 32 px only (its tensors)." in report.text("info")
    assert "Pixel size: not known ()." not in report.text("info") and page.read_text().count("guessed") >= 4


@pytest.mark.parametrize(
    ("values", "guess"),
    [
        (
            np.full((1, 40, 40), 3000, "uint16"),
            r"/10000, for reflectance \(SAMPLE, uint16, has values from 3000 to 3000",
        ),
        (np.full((1, 40, 40), 60000, "uint16"), "/65535"),
        (np.full((1, 40, 40), 90, "uint8"), "/255"),
        (np.full((1, 40, 40), 0.3, "float32"), "none"),
        (np.full((1, 40, 40), -12.5, "float32"), "none"),
    ],
    ids=["reflectance", "16 bits", "8 bits", "0 to 1", "dB"],
)
def test_the_scaling_is_guessed_by_the_layer_to_try_it_on(tmp_path, make_raster, values, guess):
    file = str(bare(tmp_path / "m.onnx", "logits"))
    with pytest.raises(ModelError, match=f"SCALING.*first guess: {guess}"):
        run_import({"input": file, "sample": str(make_raster(values))}, Listening())


@pytest.mark.parametrize("shape", [(1, 4, 256, 256), ("n", 4, "h", "w")])
def test_a_layout_that_makes_strips_of_square_images_is_refused(tmp_path, shape):
    nodes, output = [LOGITS], (shape[0], 2, *shape[2:])
    weights = np.ones((2, 4, 1, 1), "f4"), np.zeros(2, "f4")
    given = {"input": str(write(tmp_path / "m.onnx", nodes, output, weights, shape, keys={})), "scaling": "/255"}
    with pytest.raises(
        ModelError, match=r"LAYOUT is NHWC.*4, .*as NHWC that is .* bands of .* x 4 px, while NCHW"
    ) as told:
        run_import({**given, "layout": "NHWC"}, Listening())
    assert "Leave LAYOUT empty, or give NCHW" in told.value.hint
    assert run_import({**given, "layout": "NCHW"}, Listening())["model"] == "m"


def test_activation_none_takes_numbers_as_they_are(tmp_path, make_raster):
    """One channel without an activation: its numbers are logits, unless they are said to be probabilities."""
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    weak = np.ones((1, 1, 1, 1), "float32"), np.zeros(1, "float32")
    file = str(bare(tmp_path / "m.onnx", "one logit", weights=weak))
    for activation, expected in (("none", values[0] > 127), ("sigmoid", values[0] > 0)):
        run_import({"input": file, **TOLD, "activation": activation, "replace": True}, Listening())
        made = mapped("m", make_raster(values), tmp_path)
        assert np.array_equal(read(made["output"])[0], expected)


def test_an_operator_that_does_not_tell_is_asked_for(tmp_path):
    nodes = [CONV, ("Abs", ["u"], ["v"]), ("Erf", ["v"], ["y"])]
    file = str(write(tmp_path / "m.onnx", nodes, SAME, keys={}))
    with pytest.raises(ModelError, match=r"ends in Erf.*ACTIVATION.*softmax \(a first guess\)"):
        run_import({"input": file, **TOLD}, Listening())
    assert run_import({"input": file, **TOLD, "activation": "none"}, Listening())["model"] == "m"


@pytest.mark.parametrize(("index", "flipped"), [(0, False), (1, True)])
def test_one_of_several_outputs(tmp_path, scene, index, flipped):
    image, bright = scene
    file = str(bare(tmp_path / "m.onnx", "two outputs"))
    run_import({"input": file, **TOLD, "output_index": index}, Listening())
    assert np.array_equal(read(mapped("m", image, tmp_path)["output"])[0], bright != flipped)


def test_a_regression_of_several_numbers(tmp_path, make_raster):
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 50)).astype("uint8")
    three = np.array([1.0, 2.0, -1.0], "f4").reshape(3, 1, 1, 1), np.array([0.0, 0.5, 1.0], "f4")
    file = str(write(tmp_path / "m.onnx", [LOGITS], ("n", 3, 32, 32), weights=three, keys={}))
    run_import({"input": file, "scaling": "/255", "task": "regression"}, Listening())
    result = mapped("m", make_raster(values), tmp_path)
    x = values[0] / np.float32(255)
    assert np.allclose(read(result["output"]), [x, 2 * x + 0.5, 1 - x], atol=1e-5)
    assert list(result["statistics"]["bands"]) == ["value 1", "value 2", "value 3"]
    assert result["statistics"]["bands"]["value 3"]["maximum"] == pytest.approx(1 - x.min(), abs=1e-5)
    with rasterio.open(result["output"]) as file:
        assert file.descriptions == ("value 1", "value 2", "value 3")


@pytest.mark.parametrize("nodata", [None, (20, 30)])
def test_super_resolution_gives_a_finer_raster(tmp_path, make_raster, nodata):
    values = np.random.default_rng(0).integers(1, 255, (1, 70, 50)).astype("uint8")
    if nodata:
        values[(0, *nodata)] = 0
    node = ("Resize", ["x", "", "scales"], ["y"], {"mode": "nearest"})
    file = write(tmp_path / "m.onnx", [node], ("n", 1, 64, 64), keys={}, scales=np.array([1, 1, 2, 2], "f4"))
    with pytest.raises(ModelError, match=r"TASK.*super-resolution"):
        run_import({"input": str(file), "scaling": "/255"}, Listening())
    given = {"input": str(file), "scaling": "/255", "task": "super-resolution", "nodata": 0}
    made = run_import(given, Listening())
    assert "64" not in made["tile"] and "For a tile of 32 x 32 px" in made["tile"]
    result = mapped("m", make_raster(values), tmp_path)
    with rasterio.open(result["output"]) as raster:
        assert raster.shape == (140, 100) and raster.res == (5, 5) and raster.bounds[:2] == (500_000, 4_199_300)
        found = raster.read(1)
    fine = (values[0] / np.float32(255)).repeat(2, 0).repeat(2, 1)
    lost = np.isnan(found)
    assert np.array_equal(lost, (values[0] == 0).repeat(2, 0).repeat(2, 1))
    assert np.allclose(found[~lost], fine[~lost], atol=1e-6)


def test_nodata_of_the_model_counts_for_its_rasters(tmp_path, make_raster):
    values = np.full((1, 40, 50), 200, "uint8")
    values[0, 5:9] = 0
    run_import({"input": str(bare(tmp_path / "m.onnx", "logits")), **TOLD, "nodata": 0}, Listening())
    found = read(mapped("m", make_raster(values), tmp_path)["output"])[0]
    assert (found[5:9] == 255).all() and (np.delete(found, slice(5, 9), 0) == 1).all()


def test_a_layer_to_try_it_on_and_its_picture(tmp_path, scene, make_raster):
    image, bright = scene
    page = tmp_path / "page.html"
    given = {"input": str(bare(tmp_path / "m.onnx", "logits")), **TOLD, "sample": str(image), "report": str(page)}
    made = run_import(given, Listening())
    share = bright[19:51, 29:61].mean()
    assert f"bright {share:.0%}" in made["tile"]
    text = page.read_text()
    assert text.count("data:image/") == 2 and "given (SCALING)" in text and "#ffff00" in text
    flat = make_raster(np.full((1, 60, 60), 7, "uint8"), "flat.tif")
    report = Listening()
    run_import({**given, "sample": str(flat), "replace": True}, report)
    assert "check SCALING and BANDS" in report.text("warning")


def test_half_precision_quantised_and_external_weights(tmp_path, scene):
    """QDQ: the weights as int8 with a scale; external data: in a file beside."""
    image, bright = scene
    nodes = [("DequantizeLinear", ["q", "s", "z"], ["w"]), LOGITS]
    constants = {"q": np.array([-100, 100], "i1").reshape(2, 1, 1, 1), "s": np.float32(0.4), "z": np.int8(0)}
    made = helper.make_model(
        helper.make_graph(
            [helper.make_node(*node[:3]) for node in nodes],
            "g",
            [helper.make_tensor_value_info("x", FLOAT, FREE)],
            [helper.make_tensor_value_info("y", FLOAT, ("n", 2, "h", "w"))],
            [numpy_helper.from_array(np.asarray(v), k) for k, v in {**constants, "b": TWO[1]}.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    folder = tmp_path / "out"
    folder.mkdir()
    onnx.save(made, folder / "m.onnx", save_as_external_data=True, size_threshold=0, location="m.data")
    run_import({"input": str(folder), **TOLD}, Listening())
    assert (own_folder() / "m" / "m.data").is_file() or (own_folder() / "out" / "m.data").is_file()
    name = next(own_folder().iterdir()).name
    assert np.array_equal(read(mapped(name, image, tmp_path)["output"])[0], bright)


@pytest.mark.parametrize("shape", [FREE, ("n", 1, 32, 32)])
def test_a_map_with_its_channels_last_of_an_image_with_its_bands_first(tmp_path, scene, shape):
    image, bright = scene
    turned = ("Transpose", ["u"], ["y"], {"perm": [0, 2, 3, 1]})
    file = write(tmp_path / "m.onnx", [CONV, turned], ("n", *shape[2:], 2), shape=shape, keys={})
    run_import({"input": str(file), **TOLD}, Listening())
    assert np.array_equal(read(mapped("m", image, tmp_path)["output"])[0], bright)
