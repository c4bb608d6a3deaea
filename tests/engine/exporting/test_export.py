"""What leaves comes in again: every shipped model and every task, to the bit in single precision; else as it says."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import rasterio
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import CARD_FILE, CARD_KEY, Input, ModelCard, Scaling, Tiling, channel_bands
from rsdl_qgis.engine.cards.model_file import read_card
from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import InputError, MismatchError, ModelError, OutputError
from rsdl_qgis.engine.exporting.agreement import answers, compared
from rsdl_qgis.engine.exporting.job import run_export
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.runtime.sessions import open_network
from rsdl_qgis.paths import plugin_file
from tests.engine.runtime.foreign_networks import FORMS, write
from tests.engine.runtime.test_foreign_networks import Listening
from tests.engine.test_shipped import made_up

SHIPPED = sorted(path.parent.name for path in plugin_file("models").glob("*/model.json"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """No model is installed, the plugin's own ones neither."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("rsdl_qgis.engine.importing.job.default_folders", lambda extra=(): [own_folder()])


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Tiles of 64 pixels."""
    for module in ("exporting.tiles", "importing.check"):
        monkeypatch.setattr(f"rsdl_qgis.engine.{module}.LARGEST", 64)


@pytest.fixture
def export(tmp_path):
    def export(model, format_, listener=None, **given):
        ending = {"zip": ".zip", "torchscript": ".pt"}.get(format_, ".onnx")
        output = tmp_path / "out" / f"net{ending}"
        output.parent.mkdir(exist_ok=True)
        job = {"model": str(model), "format": format_, "output": str(output), "tiles": 1, **given}
        return SimpleNamespace(**run_export(job, listener or Report()), file=output)

    return export


def given_by(card, path, arrays):
    return open_network(card, path, "cpu", 1, Report(), engine="onnx").run(arrays)


def imported(path, **given):
    made = run_import({"input": str(path), **given}, Report())
    return Store([own_folder()]).find(made["model"])


@pytest.mark.parametrize("format_", ["zip", "onnx"])
@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_returns_to_the_bit(export, name, format_):
    source = plugin_file("models") / name
    made = export(source, format_)
    assert made.identical and made.same == 1 and made.largest == 0
    path, card = imported(made.file)
    assert path.parent == own_folder()
    original = read_card(source)
    arrays = {key: array[:1] for key, array in made_up(original).items()}
    for expected, found in zip(given_by(original, source, arrays), given_by(card, path, arrays)):
        assert np.array_equal(expected, found)
    assert replace(card, sha256={}, provenance={}) == replace(original, sha256={}, provenance={}, engine=card.engine)


class Doubled(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(2, 1, 3, padding=1)

    def forward(self, image):
        return self.layer(image[:, 0])


@pytest.fixture
def numbers(tmp_path):
    """A regression of two bands, whose values are divided by 200."""
    torch.manual_seed(0)
    scaling = Scaling(divisor=200.0, mean=((0.25, 0.5),), std=((0.1, 0.2),))
    tiling = Tiling(size=32, overlap=8, multiple=8)
    card = ModelCard("height", "Height", (Input("image", channel_bands(2), scaling=scaling),), (), "regression",
                     tiling=tiling, activation="identity", unit="m", resolution=10.0)  # fmt: skip
    export_onnx(Doubled(), card, tmp_path / "height.onnx", half_weights=False)
    return tmp_path / "height.onnx"


def mapped(model, image, tmp_path):
    job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    with rasterio.open(
        run_predict({**job, "device": "cpu", "threads": 1, "tile_size": 32}, Report())["output"]
    ) as file:
        return file.read()


@pytest.mark.parametrize("format_", ["zip", "onnx", "deepness"])
def test_a_regression_returns(export, numbers, make_raster, rng, tmp_path, format_):
    """For Deepness by its keys alone: scaled after a division by 255."""
    image = make_raster(rng.integers(0, 200, (2, 40, 50)).astype("uint8"))
    made = export(numbers, format_, layers=[{"path": str(image)}])
    file = made.file
    if format_ == "deepness":
        file = bare_of_card(file)
        assert read_card(file).resolution == 10 and read_card(file).task == "regression"
    path, _ = imported(file)
    expected, found = mapped(numbers, image, tmp_path), mapped(path, image, tmp_path)
    assert np.array_equal(expected, found) if format_ != "deepness" else np.allclose(expected, found, atol=1e-5)


def test_linear_steps_of_a_scaling_go_to_deepness(export, tmp_path):
    """0.02 * value - 0.22, as a mean and a deviation after a division by 255."""
    steps = "* 2 | - 3 | + 1 | /100 | range 0 2 | mean 0.1 std 0.5"
    file = write(tmp_path / "m.onnx", **{**FORMS["logits"], "keys": {}})
    path, card = imported(file, scaling=steps, classes="dark, bright", task="segmentation")
    assert "scaling" in card.provenance["imported"]["given"]
    keys = {p.key: p.value for p in onnx.load(str(export(path, "deepness").file)).metadata_props}
    assert json.loads(keys["standardization_mean"]) == pytest.approx([0.22 / 0.02 / 255])
    assert json.loads(keys["standardization_std"]) == pytest.approx([1 / 0.02 / 255])
    path, _ = imported(file, scaling="log1p", classes="dark, bright", task="segmentation", replace=True)
    with pytest.raises(ModelError, match="a formula that Deepness does not know"):
        export(path, "deepness")
    tiny = "* 1e-200 | * 1e-200"
    path, _ = imported(file, scaling=tiny, classes="dark, bright", task="segmentation", replace=True)
    with pytest.raises(ModelError, match="makes all values of a band the same"):
        export(path, "deepness")


def bare_of_card(file):
    """The file with its Deepness keys alone."""
    model = onnx.load(str(file))
    kept = {p.key: p.value for p in model.metadata_props if p.key != CARD_KEY}
    onnx.helper.set_model_props(model, kept)
    onnx.save(model, str(file))
    return file


@pytest.mark.parametrize("name", ["logits", "softmax", "one logit", "classes"])
def test_a_foreign_network_returns(export, make_raster, rng, tmp_path, name):
    """Also one whose outputs are not as this plugin's own are: what is asked about it is asked once."""
    file = write(tmp_path / "m.onnx", **{**FORMS[name], "keys": {}})
    said = {"scaling": "/255", "classes": "dark #000000, bright #ffff00", "task": "segmentation"}
    path, _ = imported(file, **said)
    image = make_raster(rng.integers(0, 255, (1, 40, 50)).astype("uint8"))
    expected = mapped(path, image, tmp_path)
    assert expected.any() and not expected.all()
    for format_ in ("onnx", "zip"):
        again, card = imported(export(path, format_).file, replace=True)
        assert [c.name for c in card.classes] == ["dark", "bright"]
        assert np.array_equal(mapped(again, image, tmp_path), expected)


def test_super_resolution_returns(export, make_raster, rng, tmp_path):
    node = ("Resize", ["x", "", "scales"], ["y"], {"mode": "nearest"})
    scales = np.array([1, 1, 2, 2], "f4")
    file = write(tmp_path / "m.onnx", [node], ("n", 1, 64, 64), keys={}, scales=scales)
    path, _ = imported(file, scaling="/255", task="super-resolution")
    image = make_raster(rng.integers(1, 255, (1, 70, 50)).astype("uint8"))
    expected = mapped(path, image, tmp_path)
    assert expected.shape == (1, 140, 100)
    assert np.array_equal(mapped(imported(export(path, "onnx").file, replace=True)[0], image, tmp_path), expected)


@pytest.fixture
def burned(make_raster, rng):
    """Five bands such as the shipped model takes: (its folder, the raster)."""
    coarse = rng.uniform(0, 0.6, (5, 36, 36)).repeat(8, 1).repeat(8, 2).astype("float32")
    return plugin_file("models") / "burned-area-after", make_raster(coarse)


@pytest.mark.parametrize(("format_", "largest"), [("onnx-fp16", 0.02), ("onnx-int8", 0.5)])
def test_a_lower_precision_says_how_far_it_agrees(export, burned, tmp_path, format_, largest):
    source, image = burned
    report, page = Listening(), tmp_path / "report.html"
    full = export(source, "onnx").size
    made = export(source, format_, report, layers=[{"path": str(image)}], tiles=2, report=str(page))
    assert not made.identical and 0 < made.largest < largest and 0.5 < made.same <= 1
    assert made.size < (0.6 if format_ == "onnx-fp16" else 0.4) * full
    path, card = imported(made.file)
    assert card.name == f"burned-area-after{format_[4:]}"
    assert card.provenance["exported"]["model"] == "burned-area-after"
    arrays = {"s2": np.random.default_rng(1).normal(size=(1, 1, 5, 64, 64)).astype("f4")}
    original = read_card(source)
    agreed = compared(original, given_by(original, source, arrays), given_by(card, path, arrays), 64)
    assert agreed.share > 0.8 and not agreed.identical
    text = page.read_text("utf-8")
    assert f"{made.largest:.3g}" in text and "image/png" in text and "layers given" in text
    assert "made-up" not in report.text("warning")


def test_whole_numbers_are_calibrated_on_other_tiles_than_they_are_compared_on(export, burned):
    source, image = burned
    report = Listening()
    export(source, "onnx-int8", report, layers=[{"path": str(image)}], tiles=2)
    assert "2 of 4 tiles" in report.text() and "calibrated on the others" in report.text()


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_torchscript_returns_with_its_item(export, tmp_path):
    source = plugin_file("models") / "forest"
    made = export(source, "torchscript", item=str(tmp_path / "out" / "forest.json"))
    assert made.same == 1 and made.largest < 1e-5
    network = torch.jit.load(str(made.file))
    assert network(torch.zeros(1, 3, 64, 64)).shape == (1, 2, 64, 64)
    path, card = imported(tmp_path / "out" / "forest.json")
    original = read_card(source)
    assert card.classes == original.classes and card.threshold == original.threshold
    arrays = {"image": np.random.default_rng(0).normal(size=(1, 1, 3, 64, 64)).astype("f4")}
    expected = network(torch.from_numpy(arrays["image"][:, 0])).detach().numpy()
    assert np.allclose(given_by(card, path, arrays)[0], expected, atol=1e-4)


@pytest.mark.parametrize("name", ["flood-s1s2", "change-landsat", "crops-matogrosso", "planes", "scenes-ucmerced"])
def test_torchscript_returns_by_the_card_inside(export, name):
    source = plugin_file("models") / name
    path, card = imported(export(source, "torchscript").file)
    original = read_card(source)
    assert card.name == name
    assert (card.classes, card.threshold, card.inputs) == (original.classes, original.threshold, original.inputs)
    tile = {key: array[:1] for key, array in made_up(original).items()}
    expected, found = answers(original, source, [tile], Report(), "torch"), answers(card, path, [tile], Report())
    same = compared(original, expected, found, original.tiling.size)
    assert same.share > 0.999 and same.largest < 1e-4


def test_torchscript_with_the_card_of_another_is_refused(export, tmp_path):
    file = export(plugin_file("models") / "flood-s1", "torchscript").file
    other = tmp_path / "other.pt"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for info in source.infolist():
            is_card = info.filename.endswith(CARD_FILE)
            card = plugin_file("models") / "flood-s2" / CARD_FILE
            target.writestr(info, card.read_bytes() if is_card else source.read(info))
    with pytest.raises(ModelError, match=r"other\.pt does not run as the card in it says"):
        imported(other)
    assert not list(own_folder().glob("*"))


def test_a_detector_for_deepness_returns_by_its_keys(export, rng):
    source = plugin_file("models") / "planes"
    made = export(source, "deepness")
    assert made.same == 1 and made.largest < 1e-4
    keys = {p.key: json.loads(p.value) for p in onnx.load(str(made.file)).metadata_props if p.key != CARD_KEY}
    assert keys["model_type"] == "Detector" and keys["det_type"] == "YOLO_Ultralytics"
    assert keys["det_conf"] == 0.43 and keys["class_names"] == {"0": read_card(source).classes[0].name}
    card = read_card(bare_of_card(made.file))
    assert card.task == "detection" and card.threshold == 0.43 and card.inputs[0].shape == (1, 3)
    expected = np.array(read_card(source).inputs[0].scaling.mean[0]) / read_card(source).inputs[0].scaling.divisor
    assert len(expected) == 3 and card.inputs[0].scaling.divisor == 255


def test_an_item_names_the_file_and_its_hash(export, tmp_path, numbers):
    made = export(numbers, "onnx", item=str(tmp_path / "out" / "net.json"))
    item = json.loads((tmp_path / "out" / "net.json").read_text("utf-8"))
    asset = item["assets"]["model"]
    assert asset["href"] == "./net.onnx" and asset["file:size"] == made.size
    (tmp_path / "out" / "net.onnx").write_bytes(made.file.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="SHA-256"):
        run_import({"input": str(tmp_path / "out" / "net.json")}, Report())


@pytest.mark.parametrize(
    ("model", "format_", "given", "error", "said"),
    [
        ("flood-s1s2", "deepness", {}, ModelError, "takes 4 images, and Deepness gives a model one"),
        ("flood-s2-after", "deepness", {}, ModelError, "percentiles.*divides all values by 255"),
        ("scenes-ucmerced", "deepness", {}, ModelError, "a model for classification"),
        ("forest", "onnx-int8", {}, InputError, "calibrated on tiles of a raster.*LAYERS"),
        ("flood-s2", "onnx", {"layers": [{"path": "x.tif"}]}, InputError, "takes 2 layer.*before, sentinel-2 after"),
        ("forest", "onnx", {"output": "net.zip"}, OutputError, "does not end in .onnx"),
        ("forest", "zip", {"name": "woods"}, InputError, "keeps its name"),
        ("forest", "onnx", {"item": "net.json"}, OutputError, "not beside"),
        ("forest", "onnx", {"name": "../x"}, ModelError, "is not a model's name"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_said_before_and_nothing_is_written(
    export, tmp_path, model, format_, given, error, said
):
    with pytest.raises(error, match=said):
        export(plugin_file("models") / model, format_, **given)
    assert not list((tmp_path / "out").iterdir())


def test_torchscript_needs_weights_of_torch(export, numbers):
    with pytest.raises(ModelError, match=r"no weights of PyTorch.*Export it as onnx"):
        export(numbers, "torchscript")


def test_made_up_tiles_are_told(export, numbers):
    report = Listening()
    made = export(numbers, "onnx-fp16", report)
    assert "made-up values" in made.tiles and "made-up values" in report.text("warning")


def test_layers_that_do_not_fit_are_refused(export, numbers, make_raster, rng):
    with pytest.raises(MismatchError, match="needs 2 band"):
        export(numbers, "onnx", layers=[{"path": str(make_raster(rng.random((3, 32, 32)).astype("f4")))}])


def test_a_detector_in_whole_numbers_keeps_its_coordinates(export, make_raster, rng):
    image = rng.integers(0, 255, (3, 16, 16)).repeat(8, 1).repeat(8, 2).astype("uint8")
    layers = [{"path": str(make_raster(image, descriptions=("red", "green", "blue")))}]
    assert export(plugin_file("models") / "planes", "onnx-int8", layers=layers).same > 0.9
