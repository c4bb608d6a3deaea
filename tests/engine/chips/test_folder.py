"""Chip folders: what is written is read again, and what is wrong in one is said."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import (
    CHIPS_FILE,
    IGNORE,
    SAMPLES_FILE,
    Chip,
    ChipFolder,
    Source,
    read_chips,
    with_splits,
    write_chips,
)
from rsdl_qgis.engine.errors import InputError

from ..training.layers import noise, raster

CLASSES = (Class(1, "dry; land", "#aa8844"), Class(7, "wet", "#0000ff"))


@pytest.fixture
def folder(tmp_path):
    """Two chips of two inputs: the first of two dates in one file, the second of a file a date, one of them missing."""
    values = noise((4, 6, 8), "uint16")
    label = np.full((1, 6, 8), 255, "uint8")
    label[0, :2], label[0, 2:4], label[0, 4] = 1, 7, 9  # 9 is no class
    for i in range(2):
        raster(tmp_path / f"a{i}.tif", values[:, ::-1] if i else values)
        raster(tmp_path / f"b{i}.tif", values[:1].astype("float32"))
        raster(tmp_path / f"label{i}.tif", label, nodata=255)
    inputs = (
        Input("s2", (Band("B4", ("red",)), Band("B8")), ("before", "after"), "sentinel-2"),
        Input("s1", (Band("VV"),), ("before", "after")),
    )
    chips = tuple(
        Chip(
            f"chip {i}",
            {"s2": (f"a{i}.tif",), "s1": ("", f"b{i}.tif")},
            f"label{i}.tif",
            ("train", "valid")[i],
            "scene",
            f"block, {i}",
            (0.1 + i, 2.0, 3.5, 1e7 / 3),
        )
        for i in range(2)
    )
    sample = {"s2": values.reshape(2, 2, 6, 8), "s1": np.stack([values[:1]] * 2)}
    masks = {f"{name}.mask": array > 100 for name, array in sample.items()}
    np.savez(tmp_path / "sample.npz", **sample, **masks)
    sources = {"scene": Source("Scene", "EPSG:32634", "sample.npz")}
    note = {"split": "by hand"}
    whole = ChipFolder(tmp_path, "change", inputs, CLASSES, chips, "raster", sources, 10.0, 6, "m", note, largest=9)
    write_chips(whole)
    return whole


def test_what_is_written_is_read_again(folder):
    assert read_chips(folder.path) == folder
    assert [chip.name for chip in folder.part("valid")] == ["chip 1"]


def test_images_come_with_their_validity_and_missing_dates_are_masked(folder):
    values = noise((4, 6, 8), "uint16")
    images = read_chips(folder.path).images(folder.chips[0])
    assert images["s2"].shape == (2, 2, 6, 8) and (images["s2"].data == values.reshape(2, 2, 6, 8)).all()
    assert images["s1"].mask[0].all() and not images["s1"].mask[1].any()
    assert (images["s1"].data[1, 0] == values[0]).all()


def test_labels_are_indexes_of_classes(folder):
    label = folder.label(folder.chips[0])
    assert label.dtype == np.uint8 and label[:, 0].tolist() == [0, 0, 1, 1, IGNORE, IGNORE]


def test_values_in_files_may_not_be_the_classes_own(folder):
    about = json.loads((folder.path / CHIPS_FILE).read_text())
    (folder.path / CHIPS_FILE).write_text(json.dumps({**about, "stored": [9, 1]}))
    again = read_chips(folder.path)
    assert again.label(again.chips[0])[:, 0].tolist() == [1, 1, IGNORE, IGNORE, 0, IGNORE]
    (folder.path / CHIPS_FILE).write_text(json.dumps({**about, "stored": [9]}))
    with pytest.raises(InputError, match="2 classes and 1 stored"):
        read_chips(folder.path)


def test_the_sample_of_a_source(folder):
    sample = read_chips(folder.path).sample("scene")
    assert sample["s2"].shape == (2, 2, 6, 8) and (sample["s2"].mask == (sample["s2"].data > 100)).all()
    assert folder.sample("another") is None


@pytest.mark.parametrize(("labels", "label", "expected"), [
    ("class", "wet", 1),
    ("classes", "wet; dry", [1, 1]),
    ("classes", "", [0, 0]),
])  # fmt: skip
def test_labels_of_scenes(folder, labels, label, expected):
    classes = (Class(1, "dry", "#aa8844"), Class(7, "wet", "#0000ff"))
    scene = Chip("x", folder.chips[0].images, label)
    whole = ChipFolder(folder.path, "classification", folder.inputs, classes, (scene,), labels)
    assert whole.label(scene).tolist() == expected
    with pytest.raises(InputError, match="of class 'ice'"):
        whole.label(Chip("x", {}, "ice"))


def test_numbers_are_not_known_where_they_are_nodata(folder):
    values = np.array([[[1.5, np.nan], [-9, 3]]], "float32")
    raster(folder.path / "n.tif", values, nodata=-9)
    whole = ChipFolder(folder.path, "regression", folder.inputs, (), folder.chips, "number")
    np.testing.assert_array_equal(whole.label(Chip("x", {}, "n.tif")), [[1.5, np.nan], [np.nan, 3]])


def test_splits_are_set(folder):
    assert [chip.split for chip in with_splits(folder, ["test", ""]).chips] == ["test", ""]


def test_a_folder_elsewhere_is_used_by_absolute_paths(folder, tmp_path):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    text = (folder.path / SAMPLES_FILE).read_text()
    for name in ("a0.tif", "a1.tif", "b0.tif", "b1.tif", "label0.tif", "label1.tif"):
        text = text.replace(name, str(folder.path / name))
    (moved / SAMPLES_FILE).write_text(text)
    (moved / CHIPS_FILE).write_text((folder.path / CHIPS_FILE).read_text())
    again = read_chips(moved)
    assert (again.images(again.chips[1])["s2"] == folder.images(folder.chips[1])["s2"]).all()


def changed(folder, file, old, new):
    path = folder.path / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(("file", "old", "new", "message"), [
    (CHIPS_FILE, '"labels": "raster"', '"labels": "clouds"', "labels 'clouds'"),
    (CHIPS_FILE, '"task"', '"tusk"', "is invalid"),
    (CHIPS_FILE, '"name": "s1"', '"name": "place"', "'place': it is a column|no column"),
    (SAMPLES_FILE, "valid", "later", "'later' is not a split"),
    (SAMPLES_FILE, "name,", "title,", "no column 'name'"),
    (SAMPLES_FILE, "a1.tif", "lost.tif", "lost.tif is not there"),
    (SAMPLES_FILE, "label1.tif", "", "Chip 'chip 1' has no label"),
])  # fmt: skip
def test_what_is_wrong_is_said(folder, file, old, new, message):
    changed(folder, file, old, new)
    with pytest.raises(InputError, match=message):
        read_chips(folder.path)


def test_a_folder_without_its_files_is_none(folder):
    (folder.path / SAMPLES_FILE).unlink()
    with pytest.raises(InputError, match=r"is not a chip folder: it has no samples\.csv"):
        read_chips(folder.path)


def test_dates_and_files_must_agree(folder):
    chip = Chip("x", {"s2": ("a0.tif", "a0.tif", "a0.tif"), "s1": ("", "")})
    with pytest.raises(InputError, match="3 files of 's2', and there are 2 dates"):
        folder.images(chip)
    chip = Chip("x", {"s2": ("a0.tif",), "s1": ("", "")})
    with pytest.raises(InputError, match="no date of 's1'"):
        folder.images(chip)
