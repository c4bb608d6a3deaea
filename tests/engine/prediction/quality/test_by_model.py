"""The job "cloud_mask" by a network whose classes are clouds."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, Scaling
from rsdl_qgis.engine.cards.given.clouds import word_of, words_said
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.quality.mask import dilated, run_cloud_mask
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

NAMES = ("clear", "thick cloud", "thin cloud", "cloud shadow")
FOUND = np.random.default_rng(2).integers(0, 4, (12, 10)).repeat(5, 0).repeat(5, 1)  # the class of each pixel


class Bands(nn.Module):
    """The bands as logits of the classes."""

    def forward(self, image):
        return image[:, 0]


@pytest.fixture
def mask(tmp_path, make_raster, with_card):
    """A function that runs the job on an image whose class is known, with a model of classes of such names."""

    def run(names=NAMES, **arguments):
        classes = tuple(Class(i + 1, name, "#111111") for i, name in enumerate(names))
        inputs = (Input("image", tuple(Band(str(i)) for i in range(4)), scaling=Scaling(mean=((0.0,) * 4,))),)
        card = with_card(inputs=inputs, classes=classes, background=None)
        export_onnx(Bands(), card, tmp_path / "clouds.onnx")
        image = np.where(np.arange(4)[:, None, None] == FOUND, 5, 0).astype("float32")
        image[:, 3] = -1
        path = str(make_raster(image, nodata=-1))
        output = tmp_path / "out" / "mask.tif"
        output.parent.mkdir(exist_ok=True)
        job = {"model": str(tmp_path / "clouds.onnx"), "inputs": {"image": [{"path": path}]}, "tile_size": 32}
        result = run_cloud_mask({**job, "device": "cpu", "output": str(output), **arguments}, Report())
        assert not any(item.is_dir() for item in output.parent.iterdir())
        with rasterio.open(output) as file:
            return file.read(1), result

    return run


def with_nodata(values):
    expected = np.array(values)
    expected[3] = 255
    return expected


def test_classes_are_known_by_their_names(mask):
    found, result = mask()
    np.testing.assert_array_equal(found, with_nodata(FOUND))
    assert [item["name"] for item in result["classes"]] == ["clear", "cloud", "cirrus", "shadow"]
    assert result["model"] == "bright"


def test_words_that_are_asked_for_alone_are_mapped_and_grow(mask):
    found, _ = mask(words=["cloud"], grow=2)
    valid = np.arange(60)[:, None] != 3
    expected = dilated((FOUND == 1) & valid, 2).astype(int)
    np.testing.assert_array_equal(found, with_nodata(expected))


def test_classes_that_are_said_count(mask):
    found, _ = mask(("a", "b", "c", "d"), classes={"cloud": ["b", "3"], "water": ["D"]})
    np.testing.assert_array_equal(found, with_nodata(np.array([0, 1, 1, 5])[FOUND]))


@pytest.mark.parametrize(
    ("names", "arguments", "words"),
    [
        (("a", "b", "c", "d"), {}, "No class of model 'bright' is known to be cloud: it has a, b, c, d"),
        (NAMES, {"words": ["snow"]}, "known to be snow"),
        (NAMES, {"classes": {"cloud": ["fog"]}}, "has no class 'fog'"),
        (NAMES, {"classes": {"cloud": ["1", "clear"]}}, "names a class twice"),
        (NAMES, {"input": {"path": "x_SCL.tif"}}, "neither a quality band alone, nor a model"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(mask, names, arguments, words):
    with pytest.raises(InputError, match=words):
        mask(names, **arguments)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Cloud", "cloud"), ("cloud_shadow", "shadow"), ("Semi-transparent cloud", "cirrus"), ("no cloud", ""),
        ("cloud-free", ""), ("snow/ice", "snow"), ("water", "water"), ("rice", ""), ("thin cirrus", "cirrus"),
    ],
)  # fmt: skip
def test_names_of_classes_say_what_they_are(name, word):
    assert word_of(name) == word


def test_classes_are_said_in_a_text():
    assert words_said("cloud=thick cloud, 2; shadow = dark ;") == {"cloud": ["thick cloud", "2"], "shadow": ["dark"]}
    for wrong in ("cloud", "fog=1", "cloud="):
        with pytest.raises(InputError, match="does not say which classes"):
            words_said(wrong)


def test_a_model_of_another_task_is_refused(tmp_path, with_card):
    card = with_card(task="regression", classes=(), unit="m", background=None)
    export_onnx(Bands(), card, tmp_path / "heights.onnx")
    inputs = {"image": [{"path": "a.tif"}]}
    with pytest.raises(MismatchError, match="is for regression"):
        run_cloud_mask({"model": str(tmp_path / "heights.onnx"), "inputs": inputs, "output": "out.tif"}, Report())
