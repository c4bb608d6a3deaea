"""The report of a training says what happened, for every task, and nothing that did not."""

from __future__ import annotations

import copy
import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.reports.sample_pictures import sample_pictures
from rsdl_qgis.engine.reports.text import duration, listed, plain
from rsdl_qgis.engine.reports.training import training_page

_spec = importlib.util.spec_from_file_location("made_up", Path(__file__).parents[1] / "training/made_up.py")
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

ODD = "<script>&\"'"
TASKS = {
    "segmentation": made_up.result,
    "valid": lambda: made_up.result(part="valid"),
    "change": lambda: made_up.result("change"),
    "scenes": lambda: made_up.result("classification"),
    "series": lambda: made_up.result("time-series"),
    "regression": made_up.regression,
    "labels": made_up.multi_label,
    "distillation": made_up.distillation,
}


def words(page: str) -> str:
    """What a person reads, spaces made plain."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    return re.sub(r"[\s\u202f]+", " ", text.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&"))


def tree(page: str) -> ET.Element:
    return ET.fromstring(re.sub(r"<meta[^>]*>", "", page.split("\n", 1)[1]))


def pictured(result: dict) -> dict:
    """The result with pictures of samples as large and as many as they get."""
    random = np.random.default_rng(0)
    classes = [Class(i, c["name"], c["color"]) for i, c in enumerate(result["data"]["classes"])]
    inputs = (Input("image", tuple(Band(name) for name in ("red", "green", "blue")), ("before", "after")),)

    def sample(title: str) -> dict:
        images = np.ma.MaskedArray(random.integers(0, 255, (2, 3, 256, 256), dtype=np.uint8))
        reference, given = random.integers(0, len(classes), (2, 256, 256)).astype(np.uint8)
        return {"title": title, **sample_pictures({"image": images}, inputs, reference, given, classes)}

    result["pictures"] = {name: [sample(f"{name} {i}") for i in range(6)] for name in ("worst", "best")}
    return result


@pytest.mark.parametrize("task", TASKS)
def test_a_page_is_whole_well_formed_and_loads_nothing(task):
    page = training_page(TASKS[task]())
    tree(page)
    assert "http" not in page and "url(" not in page and "<script" not in page
    assert "None" not in words(page) and "nan" not in words(page).split()
    for heading in (
        "Evaluation",
        "Training curves",
        "Training data",
        "Evaluation method",
    ):
        assert heading in page


@pytest.mark.parametrize("task", TASKS)
def test_everything_is_escaped(task):
    def odd(value):
        if isinstance(value, str):
            return value if value in ("train", "valid", "test", "") else ODD + value
        if isinstance(value, dict):
            return {name: odd(item) for name, item in value.items()}
        return [odd(item) for item in value] if isinstance(value, list) else value

    result = TASKS[task]()
    known = result["model"]["task"], result["metric"]["title"]
    result = odd(result)
    result["model"]["task"], result["metric"]["title"] = known
    page = training_page(result)
    assert "<script" not in page
    assert ODD in "".join(tree(page).itertext())


def test_metrics_come_with_their_intervals_and_what_they_are_compared_with():
    text = words(training_page(made_up.result()))
    assert "On the 50 test samples the mean IoU of the model is 0.813 (95 % interval 0.772 to 0.851)." in text
    assert "0.503 for “flood-s2 as it was”" in text
    assert text.index("0.813 mean IoU (0.772 to 0.851)") < text.index("0.911 overall accuracy (0.880 to 0.930)")
    assert "flood-s2 as it was 0.503 0.702 –" in text  # the row of the table


def test_the_main_metric_is_found_whatever_its_case():
    result = made_up.result()
    result["metric"]["title"] = "Mean IoU"
    result["comparison"][0]["figures"] = {"MEAN IOU": 0.503}
    assert "the mean IoU of the model is 0.813" in words(training_page(result))
    assert "0.503 for" in words(training_page(result))


def test_metrics_without_an_interval_or_a_value_are_said_to_have_none():
    result = made_up.result()
    result["evaluation"]["figures"] = {"mean IoU": [0.8, None, None], "kappa": [None, None, None]}
    text = words(training_page(result))
    assert "the mean IoU of the model is 0.800. For" in text and "– kappa" in text
    result["evaluation"]["figures"] = {"mean IoU": [float("nan")] * 3}
    assert "is –." in words(training_page(result))


def test_means_over_samples_are_in_the_table_and_explained():
    result = made_up.result()
    assert "Mean over samples" not in words(training_page(result))
    result["evaluation"]["figures"]["mean IoU, mean over samples"] = [0.777, 0.7, 0.8]
    page = training_page(result)
    assert words(page).count("0.777") == 1 and "the mean of each sample's own metric" in words(page)
    assert page.count('class="tile"') == 3


def test_the_best_epoch_is_marked_on_the_curve():
    page = training_page(made_up.result())
    score = made_up.result()["epochs"][14]["score"]
    assert f"{score:.3f} at 15" in page
    assert "Of 20 epochs, epoch 15 was the best and was kept: mean IoU 0.819 on the validation samples." in words(page)
    assert "took 10 min 28 s, 2.9 % of it waiting for data" in words(page)


def warned(**changes) -> str:
    result = made_up.result(part=changes.pop("part", "test"))
    for path, value in changes.items():
        first, second = path.split("_", 1)
        result[first][second] = value
    return " ".join(div.text for div in tree(training_page(result)).iter("div") if div.get("class") == "note")


def test_what_limits_the_metrics_is_said_and_only_then():
    assert warned() == ""
    assert "no test split" in warned(part="valid") and "optimistic" in warned(part="valid")
    assert "Only 12 samples" in warned(data_samples={"train": 100, "valid": 20, "test": 12})
    assert "more epochs" in warned(metric_best_epoch=20)
    assert "do not show that the model is better" in warned(evaluation_figures={"mean IoU": [0.52, 0.49, 0.56]})
    alone = warned(evaluation_figures={"mean IoU": [0.3, None, None]})
    assert "do not show that the model is better" in alone and "There are no confidence intervals" in alone
    assert "not show" not in warned(evaluation_figures={"mean IoU": [0.99, None, None]})
    classes = copy.deepcopy(made_up.result()["evaluation"]["classes"])
    classes[1]["support"] = 0
    assert "No sample of the evaluation has forest" in warned(evaluation_classes=classes)


def test_which_split_was_evaluated_is_said():
    assert "which were used for neither" in words(training_page(made_up.result()))
    text = words(training_page(made_up.result(part="valid")))
    assert "The metrics are of the same samples, so they are slightly optimistic" in text
    assert "which were used for neither" not in text and " Test " not in text


def test_the_probability_from_which_a_class_is_given_is_told():
    result = made_up.result()
    assert "from a probability of" not in words(training_page(result))
    result["evaluation"]["threshold"] = 0.35
    assert "from a probability of 0.35 on" in words(training_page(result))


def test_classes_have_metrics_a_matrix_and_their_share_of_each_part():
    result = made_up.result()
    text = words(training_page(result))
    support = f"{result['evaluation']['classes'][1]['support']:,}".replace(",", " ")
    assert f"forest {support} 0.800 0.760 to 0.830" in text
    assert "IoU: best threshold: B8 below 0.12" in text and text.count("0.432") == 3
    assert "Reference other forest water total" in text and "IoU of each class, with its 95 % interval" in text
    counts = [item["valid"] for item in result["data"]["classes"]]
    assert f"{100 * counts[2] / sum(counts):.1f} % ({counts[2]:,})".replace(",", " ") in text


def test_many_classes_get_a_list_of_what_was_mixed_up():
    names = [(f"c{i}", "#112233") for i in range(60)]
    result = made_up.result(classes=names)
    result["evaluation"]["confusion"][3][7] = 99_999
    page = training_page(result)
    assert "60 classes are too many for a matrix" in page and 'class="matrix' not in page
    assert "c3 c7 99 999" in words(page)
    assert len(page) < 200_000


def test_numbers_have_a_scatter_plot_and_a_unit_but_no_classes():
    page = training_page(made_up.regression())
    assert page.count("<circle") > 1900
    assert "3.41 m RMSE (3.10 to 3.80)" in words(page) and "0.710 R2" in words(page)
    assert "prediction (m)" in page and "Metrics of each class" not in page and 'class="matrix' not in page


def test_several_labels_have_average_precision_and_no_matrix():
    page = training_page(made_up.multi_label())
    assert "AP" in words(page).split() and 'class="matrix' not in page
    assert "ranked by the probability of the label" in page and "mAP" in page and "MAP" not in page
    assert "100 chips are not georeferenced" in words(page)


def test_what_was_taken_over_is_shown():
    text = words(training_page(made_up.result()))
    assert "Start: flood-s2." in text and "First convolution: 3 of 5 bands known." in text
    assert "loaded: 1 500 321 (77.2 %)" in text and "new: 440 010 (22.6 %)" in text
    assert "trained: 1 243 211 (64.0 %)" in text and "frozen: 700 000 (36.0 %)" in text
    result = made_up.result()
    result["start"] = dict.fromkeys(result["start"], 0) | {
        "title": "from scratch",
        "lines": [],
        "new": 50,
        "trained": 50,
    }
    text = words(training_page(result))
    assert "from scratch" in text and "trained: 50 (100.0 %)" in text and "loaded" not in text


def test_the_last_epoch_is_told_to_be_the_model_where_it_is():
    result = made_up.result(part="valid")
    result["settings"]["keep"], result["metric"]["best_epoch"] = "last", 20
    text = words(training_page(result))
    assert "The last of 20 epochs was kept" in text and "the last epoch was kept, regardless of its score" in text
    assert "optimistic" not in text and "with more epochs the model may improve" not in text


def test_a_student_is_shown_with_its_teacher():
    text = words(training_page(made_up.distillation()))
    assert "The student keeps 97.0 % of the teacher's mean IoU with 6.3 % of its parameters." in text
    assert "31.1 MB 2.0 MB 6.3 %" in text
    worthless = made_up.distillation()
    worthless["distillation"]["kept"] = None
    assert "there is no fraction of it to keep" in words(training_page(worthless))
    assert "118 ms 21.7 ms 18.3 %" in text and "Teacher and student" not in words(training_page(made_up.result()))


def test_settings_versions_and_hashes_are_there():
    text = words(training_page(made_up.result()))
    assert "learning rate 0.0005" in text and "loss cross_entropy, dice" in text and "patience –" in text
    assert "augmentation flips: yes; noise: 0.02" in text and "follow from the seed 7" in text
    assert "torch 2.13.0" in text and "9f" * 32 in text and "11 min 52 s in all" in text


def test_pictures_are_in_rows_with_captions_and_a_legend():
    result = pictured(made_up.result("change"))
    page = training_page(result)
    rows = [div for div in tree(page).iter("div") if div.get("class") == "sample"]
    assert len(rows) == 12 and rows[0].find("p").text == "worst 0"
    assert [c.text for c in rows[0].iter("figcaption")] == ["Before", "After", "Reference", "Prediction", "Errors"]
    assert [img.get("src") for img in rows[6].iter("img")][1] == result["pictures"]["best"][0]["image"]
    assert "errors: wrong" in page and "#cc1144" in page
    assert len(page) < 3_000_000


def test_a_picture_from_elsewhere_is_not_shown():
    result = made_up.result()
    result["pictures"]["worst"] = [{"title": "a", "image": "https://example.org/a.png"}]
    assert "example.org" not in training_page(result)


def test_a_large_training_is_a_small_page():
    result = made_up.result(sources=[made_up.source(f"scene {i}", 150, 150) for i in range(3)])
    result["epochs"] *= 50
    result["evaluation"]["scatter"] = {"reference": list(range(40_000)), "predicted": list(range(40_000))}
    assert len(training_page(result)) < 1_000_000


def test_a_training_of_one_epoch_has_no_curves():
    result = made_up.result()
    result["epochs"], result["metric"]["best_epoch"] = result["epochs"][:1], 1
    page = training_page(result)
    assert "Learning rate" not in page and "There was one epoch: mean IoU 0.819" in page


def test_texts_are_for_people():
    assert [duration(s) for s in (4.2, 200, 7500)] == ["4 s", "3 min 20 s", "2 h 5 min"]
    assert listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c" and listed([]) == ""
    assert plain(True) == "yes" and plain({"a_b": [1, 2.5]}) == "a b: 1, 2.5" and plain(()) == "–"
    assert len(plain("x" * 1000)) == 400
