"""What is told of labels that do not become training data, and that it is told by class."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.errors import InputError

from ...training.layers import Log, box, noise, point, raster, source, vector
from .cut_chips import cut_up, put_together

BIG = [(box(0, 0, 20, 20), "a"), (box(40, 0, 60, 20), "b"), (box(0, 40, 20, 60), "a"), (box(40, 40, 60, 60), "b")]
TINY = [(box(30 + i + 0.6, 30.6, 30 + i + 0.9, 30.9), "tiny") for i in range(0, 8, 2)]


@pytest.fixture
def scene(tmp_path):
    return raster(tmp_path / "scene.tif", noise((2, 70, 90), "uint16"))


@pytest.fixture
def cutting(tmp_path, scene):
    """Cuts the scene with labels; the folder and what was said."""

    def run(shapes, task="segmentation", scene=scene, **arguments):
        log = Log()
        labels = shapes if isinstance(shapes, dict) else vector(tmp_path / "l.geojson", shapes)
        spec = source(scene, scene) if task == "change" else source(scene)
        return cut_up(tmp_path, [spec], [labels], task, log, **arguments), log.said

    return run


@pytest.mark.parametrize("task", ["segmentation", "change", "time-series"])
def test_polygons_between_pixels_are_told_by_class_and_label_what_they_touch_if_asked(cutting, task):
    arguments = {"chip_size": None} if task == "time-series" else {}
    folder, said = cutting(BIG + TINY, task, **arguments)
    expected = (
        "warning: l: 4 of 8 polygons are smaller than a pixel or thin, hold no pixel's centre, and so label nothing: "
        "tiny (4). With ALL_TOUCHED they label what they touch."
    )
    assert expected in said and "warning: No labelled and valid pixel is of tiny; left out." in said
    assert [item.name for item in folder.classes] == ["a", "b"]
    folder, said = cutting(BIG + TINY, task, all_touched=True, **arguments)
    assert [item.name for item in folder.classes] == ["a", "b", "tiny"] and not any("tiny" in text for text in said)
    if task == "segmentation":
        assert (put_together(folder, (70, 90))[30, 30:38:2] == 3).all()


def test_numbers_of_polygons_between_pixels(cutting):
    shapes = [(box(0, 0, 20, 20), 1.5), (box(30.6, 30.6, 30.9, 30.9), 7.5), (box(40, 40, 60, 60), None)]
    folder, said = cutting(shapes, "regression")
    assert np.isclose(put_together(folder, (70, 90))[30, 30], -1)
    assert any(text.startswith("warning: l: 1 of 3 polygons are smaller than a pixel") for text in said)
    folder, said = cutting(shapes, "regression", all_touched=True)
    assert put_together(folder, (70, 90))[30, 30] == 7.5 and not any("polygons" in text for text in said)


def test_under_others_a_touching_polygon_gains_nothing_and_is_told(cutting):
    _, said = cutting([*BIG, (box(3.6, 3.6, 3.9, 3.9), "c")], all_touched=True)
    assert any("all pixels that they touch belong to others, and so label nothing: c (1)." in text for text in said)


def test_what_lies_outside_and_on_one_another(cutting):
    outside = [(box(200, 0, 210, 9), "c"), (box(220, 0, 230, 9), "c"), (box(240, 0, 250, 9), "a")]
    _, said = cutting([*BIG, *outside, (box(0, 0, 4, 3), "b")])
    assert "warning: l: 3 of 8 features lie outside the rasters: c (2), a (1)." in said
    assert "warning: 12 pixels lie under labels of different classes, and are left out." in said


def test_what_lies_on_nodata(cutting, tmp_path):
    values = noise((1, 70, 90))
    values[:, :, 50:] = 0
    hole = raster(tmp_path / "hole.tif", values, nodata=0)
    _, said = cutting(BIG, scene=hole)
    assert "warning: 400 labelled pixels (25.0%) are nodata in the rasters; left out: b (400)." in said
    values[:, :, 40:] = 0
    hole = raster(tmp_path / "hole.tif", values, nodata=0)
    with pytest.raises(InputError, match=r"of one class, 'a'.*All pixels of b are nodata"):
        cutting(BIG, scene=hole)


def test_small_objects_and_scenes(cutting):
    _, said = cutting(BIG + TINY, "detection")
    assert "warning: l: 4 objects are smaller than a pixel: tiny (4)." in said
    apart = [(box(200, 0, 210, 9), "a"), (box(80, 0, 130, 9), "b")]
    _, said = cutting(BIG + TINY + apart, "classification")
    assert "warning: 4 scenes of a pixel or less: tiny (4)." in said
    assert any(t.startswith("warning: 2 scenes with the middle outside") and "a (1), b (1)" in t for t in said)


def test_spellings_and_many_single_ones(cutting):
    shapes = [(box(6 * i, 0, 6 * i + 5, 5), f"c{i:02}") for i in range(14)] + [(box(0, 40, 9, 49), "C00")]
    _, said = cutting(shapes)
    assert "warning: l: class 'c00' is also written 'C00'; taken as the same." in said
    single = [text for text in said if "only one polygon" in text]
    assert len(single) == 1 and single[0].endswith("'c11', 'c12' and 1 more.")


def class_raster(tmp_path, values, **profile):
    array = np.zeros((1, 70, 90), profile.pop("dtype", "uint8"))
    for i, value in enumerate(values):
        array[0, 10 * i : 10 * i + 10] = value
        rest = value
    array[0, 10 * len(values) :] = rest
    return raster(tmp_path / "classes.tif", array, **profile)


@pytest.mark.parametrize(("values", "dtype", "fills"), [
    ((1, 2, 255), "uint8", "255"),
    ((1, 2, -9999), "int16", "-9999"),
    ((1, 2, -9999), "float32", "-9999"),
    ((1, 2, -3.4e38), "float32", "-3.399999952e+38"),
    ((1, 2, 4_294_967_295), "uint32", "4294967295"),
    ((1, 2, 65_535), "uint16", "65535"),
])  # fmt: skip
@pytest.mark.parametrize("unlabelled", ["ignore", "background"])
def test_numbers_for_nothing_in_class_rasters(cutting, tmp_path, values, dtype, fills, unlabelled):
    folder, said = cutting(class_raster(tmp_path, values, dtype=dtype), unlabelled=unlabelled)
    names = ["class 1", "class 2"]
    assert [item.name for item in folder.classes] == (["background"] if unlabelled == "background" else []) + names
    found = put_together(folder, (70, 90))
    assert (found[:10] == 1).all() and (found[20:] == (0 if unlabelled == "background" else -1)).all()
    assert any(f"classes declares no nodata. Taken as nodata: {fills} (" in text for text in said)


def test_a_named_value_or_a_mask_of_two_is_classes(cutting, tmp_path):
    spec = class_raster(tmp_path, (1, 2, 255))
    folder, said = cutting({**spec, "names": {"255": "cloud"}})
    assert [item.name for item in folder.classes] == ["class 1", "class 2", "cloud"] and not said
    folder, said = cutting(class_raster(tmp_path, (0, 255)))
    assert [item.value for item in folder.classes] == [0, 255] and not said
    folder, said = cutting(class_raster(tmp_path, (1, 2, 255), nodata=0))
    assert [item.value for item in folder.classes] == [1, 2, 255] and not said


def test_numbers_for_nothing_in_rasters_of_numbers(cutting, tmp_path):
    spec = class_raster(tmp_path, (1.5, 2.5, -9999), dtype="float32")
    folder, said = cutting(spec, "regression")
    found = put_together(folder, (70, 90))
    assert (found[:10] == 1.5).all() and (found[20:] == -1).all()
    assert "warning: classes declares no nodata. Taken as nodata: -9999 (4500)." in said


@pytest.mark.parametrize("task", ["segmentation", "regression"])
def test_pictures_are_no_labels(cutting, tmp_path, task):
    colours = np.zeros((3, 70, 90), "uint8")
    colours[0, :30] = 255
    spec = raster(tmp_path / "classes.tif", colours, photometric="rgb")
    with pytest.raises(InputError, match="classes is an RGB image: its bands are red, green and blue"):
        cutting(spec, task)
    _, said = cutting(raster(tmp_path / "classes.tif", colours.repeat(2, 0)[:2], photometric="minisblack"))
    assert "warning: classes has 2 bands; the labels are taken from the first." in said


def test_points_on_the_ground_of_others(cutting):
    """Points and lines label as they do without ALL_TOUCHED."""
    shapes = [(point(5.5, 5.5), "a"), (point(30.5, 30.5), "b")]
    folders = [cutting(shapes, all_touched=touched)[0] for touched in (False, True)]
    found = [put_together(folder, (70, 90)) for folder in folders]
    assert (found[0] == found[1]).all() and (found[0] >= 0).sum() == 2
