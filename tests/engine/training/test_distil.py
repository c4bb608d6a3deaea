"""The job "distil": a student learns what a teacher says, with labels to compare by and without."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import torch
from safetensors.torch import load_file

from rsdl_qgis.engine.cards.card import WEIGHTS_FILE, Band
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.chips.folder import CHIPS_FILE, files_of, write_chips
from rsdl_qgis.engine.errors import Cancelled, InputError, MismatchError, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.distil import run_distil
from rsdl_qgis.engine.training.train import run_train

from ..cards.onnx.test_metadata import KEYS
from ..cards.onnx.test_metadata import write as write_deepness
from .chip_folders import make_folder
from .test_train import Heard, arguments

STUDENT = {"network": "unet", "options": {"widths": [2, 4]}, "threads": 1, "batch_size": 4, "learning_rate": 0.02}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory, training_seed):
    folder = tmp_path_factory.mktemp("teacher")
    make_folder(folder / "chips", counts=(16, 6, 0))
    result = run_train(arguments(folder, epochs=20, learning_rate=0.01, seed=training_seed), Report())
    assert result["main"] > 0.9
    return str(folder / "model")


def asked(tmp_path, teacher, **given):
    paths = {"chips": str(tmp_path / "images"), "output": str(tmp_path / "student")}
    return {"teacher": teacher, **paths, "epochs": 20, **STUDENT, **given}


@pytest.mark.parametrize("labels", ["none", "raster"])
def test_a_student_learns_what_the_teacher_says(tmp_path, teacher, labels, training_seed, reached):
    make_folder(tmp_path / "images", counts=(12, 4, 4), labels=labels, seed=5)
    given = asked(tmp_path, teacher, report=str(tmp_path / "report.html"), seed=training_seed)
    result = run_distil(given, Report())
    both = result["distillation"]
    assert both["student"]["parameters"] < both["teacher"]["parameters"]
    assert both["student"]["bytes"] > 0 and both["student"]["milliseconds"] > 0
    if labels == "none":
        assert both["teacher"]["figures"]["mean IoU"] > 0.999  # it is what the student is judged by
    assert both["kept"] == pytest.approx(result["main"] / both["teacher"]["figures"]["mean IoU"])
    assert reached("kept", both["kept"], above=0.8)
    card = read_card(tmp_path / "student")
    assert card.inputs[0].scaling == read_card(teacher).inputs[0].scaling
    assert card.provenance["teacher"]["name"] == "model"
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Teacher and student" in page and "<dt>Unlabelled</dt>" not in page


def test_images_side_by_side_need_no_labels(tmp_path, teacher):
    chips = make_folder(tmp_path / "chips", counts=(9, 0, 0), labels="none", seed=5)
    (tmp_path / "images").mkdir()
    for path in files_of(chips):
        shutil.copy(chips.file(path), tmp_path / "images")
    result = run_distil(asked(tmp_path, teacher, epochs=1, valid=0.3), Report())
    assert result["distillation"]["teacher"]["figures"]["mean IoU"] > 0.999


def test_the_order_of_the_labels_classes_does_not_matter(tmp_path, teacher, reached):
    make_folder(tmp_path / "images", counts=(8, 4, 0), seed=5)
    file = tmp_path / "images" / CHIPS_FILE
    about = json.loads(file.read_text())
    about["classes"].reverse()
    file.write_text(json.dumps(about))
    both = run_distil(asked(tmp_path, teacher, epochs=1), Heard())["distillation"]
    assert reached("mean IoU", both["teacher"]["figures"]["mean IoU"], above=0.9)


def test_a_student_of_other_images_does_not_learn_what_was_said_of_those_before(tmp_path, teacher):
    make_folder(tmp_path / "images", counts=(8, 4, 0), labels="none", seed=1)
    with pytest.raises(Cancelled):
        run_distil(asked(tmp_path, teacher, epochs=50), Heard(patience=60))
    assert any((tmp_path / "student.training" / "answers" / "train").iterdir())
    make_folder(tmp_path / "others", counts=(8, 4, 0), labels="none", seed=2)
    others = {"chips": str(tmp_path / "others"), "epochs": 2}
    run_distil(asked(tmp_path, teacher, **others), Report())
    run_distil(asked(tmp_path, teacher, **others, output=str(tmp_path / "fresh")), Report())
    student, fresh = (load_file(tmp_path / name / WEIGHTS_FILE) for name in ("student", "fresh"))
    assert all(torch.equal(student[name], fresh[name]) for name in fresh)


def test_a_student_of_numbers(tmp_path, training_seed, reached):
    make_folder(tmp_path / "chips", "regression", counts=(12, 4, 0))
    how = {"epochs": 30, "batch_size": 2, "learning_rate": 0.01, "seed": training_seed}
    run_train({**arguments(tmp_path, "regression"), **how}, Report())
    make_folder(tmp_path / "images", "regression", labels="none", counts=(12, 4, 0), seed=3)
    both = run_distil(asked(tmp_path, str(tmp_path / "model"), **how), Report())["distillation"]
    assert reached("R2", both["student"]["figures"]["R2"], above=0.5)


@pytest.mark.parametrize("labels", ["none", "raster"])
def test_a_teacher_from_elsewhere_that_gives_one_probability_a_pixel(tmp_path, labels, training_seed, reached):
    model, keys = tmp_path / "roofs.onnx", {**KEYS, "tile_size": 32, "class_names": {"0": "dark", "1": "bright"}}
    write_deepness(model, keys, ("batch", 3, 32, 32), classes=1)
    make_folder(tmp_path / "images", counts=(12, 4, 0), labels=labels, bands=3)
    result = run_distil(asked(tmp_path, str(model), seed=training_seed), Report())
    assert reached("mean IoU", result["main"], above=0.9)
    assert result["distillation"]["student"]["figures"]["mean IoU"] == result["main"]
    card = read_card(tmp_path / "student")
    assert card.activation == "softmax" and [item.name for item in card.classes] == ["dark", "bright"]


@pytest.mark.parametrize(
    ("folder", "given", "error", "text"),
    [
        ({}, {"teacher": "nobody"}, ModelError, "nobody"),
        ({}, {"temperature": 1000}, InputError, "TEMPERATURE"),
        ({"bands": 3}, {}, MismatchError, "3 band"),
        ({"counts": (1, 0, 0), "labels": "none"}, {}, InputError, "chips"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, teacher, folder, given, error, text):
    make_folder(tmp_path / "images", **{"counts": (4, 2, 0), **folder})
    with pytest.raises(error, match=text):
        run_distil({**asked(tmp_path, teacher), **given}, Report())
    assert not (tmp_path / "student").exists() and not (tmp_path / "student.training").exists()


@pytest.mark.parametrize(
    ("bands", "levels", "told"),
    [
        ([Band("B1"), Band("B2")], [], ""),
        ([Band("band 1", ("Resize (B1)",)), Band("band 2", ("B2 of 2",))], [], ""),
        ([Band("band 1"), Band("band 2")], ["warning"], "band 1, band 2"),
        ([Band("B2"), Band("B1")], None, "B2, B1"),
        ([Band("band 1", ("B2",)), Band("band 2", ("B1",))], None, "band 1, band 2"),
    ],
)
def test_bands_are_the_teachers_by_name_or_told_of(tmp_path, teacher, bands, levels, told):
    folder = make_folder(tmp_path / "images", counts=(8, 4, 0), labels="none")
    item = replace(folder.inputs[0], name="picture", bands=tuple(bands))
    chips = [replace(chip, images={"picture": chip.images["image"]}) for chip in folder.chips]
    write_chips(replace(folder, inputs=(item,), chips=tuple(chips)))
    report = Heard()
    if levels is None:
        with pytest.raises(MismatchError, match=told):
            run_distil(asked(tmp_path, teacher, epochs=1), report)
        return
    run_distil(asked(tmp_path, teacher, epochs=1), report)
    assert [level for level, line in report.lines if "bands" in line] == levels
    mine, its = (read_card(path).inputs[0] for path in (tmp_path / "student", teacher))
    assert (mine.bands, mine.dates, mine.scaling) == (its.bands, its.dates, its.scaling)


def test_labels_of_a_raster_are_the_teachers_classes_by_value(tmp_path, teacher, reached):
    make_folder(tmp_path / "images", counts=(8, 4, 0), seed=5)
    file = tmp_path / "images" / CHIPS_FILE
    file.write_text(file.read_text().replace('"dark"', '"class 0"').replace('"bright"', '"class 7"'))
    both = run_distil(asked(tmp_path, teacher, epochs=1), Heard())["distillation"]
    assert reached("mean IoU", both["teacher"]["figures"]["mean IoU"], above=0.9)
    assert read_card(tmp_path / "student").classes == read_card(teacher).classes


def test_a_teacher_that_says_one_class_everywhere_is_told_of(tmp_path, teacher):
    folder = make_folder(tmp_path / "images", counts=(4, 2, 0), labels="none")
    for chip in folder.chips:
        with rasterio.open(folder.file(chip.images["image"][0]), "r+") as image:
            image.write(np.full((2, 32, 32), 100, "uint8"))
    with pytest.raises(InputError, match="The teacher 'model' predicts 'dark' everywhere"):
        run_distil(asked(tmp_path, teacher), Report())


def test_labels_of_other_classes_are_refused(tmp_path, teacher):
    make_folder(tmp_path / "images", counts=(4, 2, 0))
    file = tmp_path / "images" / CHIPS_FILE
    file.write_text(file.read_text().replace("bright", "shiny"))
    with pytest.raises(MismatchError, match="shiny"):
        run_distil(asked(tmp_path, teacher), Report())
