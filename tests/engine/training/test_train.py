"""The job "train": every task to a model that runs, resumed as if never stopped, and refused before it starts."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from safetensors.torch import load_file

from rsdl_qgis.engine.cards.card import WEIGHTS_FILE, Band, Input
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.chips.cutting import cutter
from rsdl_qgis.engine.chips.folder import read_chips, write_chips
from rsdl_qgis.engine.errors import Cancelled, InputError, ModelError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.radiometry import domain
from rsdl_qgis.engine.reports import text as report_text
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training.request import TrainRequest
from rsdl_qgis.engine.training.start import weights
from rsdl_qgis.engine.training.train import check_start, run_train

from .chip_folders import CLASSES, make_folder
from .layers import box, noise, raster, source, vector
from .processes.several import FORKED

UNET = {"network": "unet", "options": {"widths": [4, 8]}}
NETWORKS = {
    "segmentation": UNET,
    "regression": UNET,
    "change": {"network": "fc-ef-res", "options": {"widths": [4, 4, 8, 8, 8]}},
    "classification": {"network": "lenet5"},
    "time-series": {"network": "lstm", "options": {"hidden": 8}},
}


class Heard(Report):
    """Keeps what is logged; cancels after so many calls of ``cancelled``."""

    def __init__(self, patience=10**9):
        self.lines, self.left, self.fractions = [], patience, []

    def log(self, level, message):
        self.lines.append((level, message))

    def progress(self, fraction, message=""):
        self.fractions.append(fraction)

    def cancelled(self):
        self.left -= 1
        return self.left < 0


def arguments(tmp_path, task="segmentation", labels=None, **given):
    if not (tmp_path / "chips").exists():
        make_folder(tmp_path / "chips", task, labels=labels, side=8 if task == "time-series" else 32)
    usual = {"task": task, "chips": str(tmp_path / "chips"), "epochs": 2, "batch_size": 4, "threads": 1}
    return {**usual, **NETWORKS[task], "output": str(tmp_path / "model"), **given}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A model to start from."""
    folder = tmp_path_factory.mktemp("base")
    run_train(arguments(folder), Report())
    return str(folder / "model")


@pytest.mark.parametrize(("task", "labels"), [*((task, None) for task in NETWORKS), ("classification", "classes")])
def test_every_task_ends_in_a_model_that_runs(tmp_path, monkeypatch, task, labels):
    monkeypatch.setattr(domain, "BLOCKS", 4)  # the chips have no more
    report = Heard()
    asked = arguments(tmp_path, task, labels, report=str(tmp_path / "report.html"), name="mine", title="My model")
    result = run_train(asked, report)
    card = read_card(tmp_path / "model")
    assert (result["model"], card.name, card.title, card.task) == ("mine", "mine", "My model", task)
    assert [c.name for c in card.classes] == ([] if task == "regression" else [c.name for c in CLASSES])
    runtime = open_runtime(card, tmp_path / "model", "cpu", 1)
    inputs = {}
    for name, axes in card.tensors.items():
        dates, bands = card.inputs[0].shape
        lengths = {"batch": 1, "time": dates, "bands": bands, "height": 32, "width": 32}
        shape = [lengths[axis] for axis in axes]
        inputs[name] = np.ones(shape, bool) if name == "valid" else np.zeros(shape, np.float32)
    output = runtime(inputs)
    assert output.shape[:2] == (1, card.channels) and np.isfinite(output).all()
    note = card.provenance
    assert note["samples"]["train"] and note["metrics"] and note["settings"]["seed"] == 0
    assert np.allclose(result["main"], note["metrics"][result["main_title"]][0])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    main = report_text.number(result["main"])
    assert "My model" in page and f"the {result['main_title']} of the model is {main}" in page
    assert list((tmp_path / "model" / "tensorboard").iterdir())
    assert list((tmp_path / "report.tensorboard").iterdir())
    assert ("<dt>Unlabelled</dt>" in page) == (task in ("segmentation", "change", "regression"))
    assert ("calibration" in note) == (task != "regression") == ("expected calibration error" in page)
    dense = task in ("segmentation", "change", "regression")
    assert (card.domain is not None) == dense == ("Domain of the training data" in page)
    assert ("beyond_domain" in note) == dense
    assert ("Uncertainty and errors" in page) == (task != "regression")
    assert not (tmp_path / "model.training").exists()
    assert report.fractions == sorted(report.fractions) and report.fractions[-1] == 1.0


def test_a_start_chooses_the_network_and_tells_it_bands_and_months(tmp_path):
    """The person's own file of published weights, of a network that wants to know."""
    file = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign", "presto", "default_model.pt")
    if not file.is_file():
        pytest.skip("needs the data sets (RSDL_DATA)")
    dates = ("2020-03-05", "2020-04-10", "2020-06-01")
    make_folder(tmp_path / "chips", "time-series", counts=(4, 2, 0), side=4, bands=4, dates=dates)
    report = Heard()
    asked = arguments(tmp_path, "time-series", epochs=1, pretrained=str(file), freeze="encoder")
    run_train({key: value for key, value in asked.items() if key not in ("network", "options")}, report)
    card = read_card(tmp_path / "model")
    assert card.network == "presto"
    assert card.options == {"bands": ["B1", "B2", "B3", "B4"], "months": [3, 4, 6]}
    assert "Started from the published weights 'default_model.pt' (Presto)" in "\n".join(
        text for _, text in report.lines
    )
    weights = load_file(tmp_path / "model" / "weights.safetensors")
    published = torch.load(file, map_location="cpu", weights_only=True)
    frozen = [name for name in weights if name in published]
    assert len(frozen) > 30
    assert not [name for name in frozen if not torch.allclose(weights[name].float(), published[name], atol=1e-3)]


def test_a_folder_of_images_is_trained_from_as_it_is(tmp_path):
    for name in ("dark", "bright"):
        (tmp_path / "scenes" / name).mkdir(parents=True)
    for chip in make_folder(tmp_path / "made", "classification", counts=(12, 0, 0), bands=3).chips:
        source = tmp_path / "made" / chip.images["image"][0]
        source.rename(tmp_path / "scenes" / chip.label / f"{chip.name}.tif")
    asked = arguments(tmp_path, "classification", chips=str(tmp_path / "scenes"), epochs=1)
    assert 0 <= run_train(asked, Report())["main"] <= 1


def test_training_learns_what_is_there_to_learn(tmp_path, training_seed, reached):
    make_folder(tmp_path / "chips", counts=(16, 6, 6))
    result = run_train(arguments(tmp_path, epochs=20, learning_rate=0.01, seed=training_seed), Report())
    assert reached("mean IoU", result["main"], above=0.9)
    card = read_card(tmp_path / "model")
    assert card.provenance["judged_on"] == "test" and card.threshold is not None
    others = card.provenance["compared_with"]
    assert any(name.startswith("largest class") for name in others)
    assert all(figures["mean IoU"] < result["main"] + 0.1 for figures in others.values())


def test_probabilities_are_calibrated_wherever_the_model_runs(tmp_path):
    """A third of the held-out labels are wrong: a network that saw clean ones is too sure of itself."""
    folder = make_folder(tmp_path / "chips", counts=(16, 8, 8))
    random = np.random.default_rng(0)
    for chip in folder.chips:
        if chip.split != "train":
            with rasterio.open(tmp_path / "chips" / chip.label, "r+") as file:
                values = file.read()
                file.write(np.where(random.random(values.shape) < 0.3, 7 - values, values))
    run_train(arguments(tmp_path, epochs=20, learning_rate=0.01), Report())
    card = read_card(tmp_path / "model")
    note = card.provenance["calibration"]
    assert card.temperature == note["temperature"] > 1.2
    assert note["calibration_error"] < note["calibration_error_before"]
    assert 0 <= note["auroc_of_errors"] <= 1 and 0 <= note["area_under_risk_coverage"] <= 1
    images = {"image": random.normal(size=(1, *card.inputs[0].shape, 32, 32)).astype(np.float32)}
    both = [
        open_runtime(replace(card, engine=name), tmp_path / "model", "cpu", 1)(images) for name in ("onnx", "torch")
    ]
    np.testing.assert_allclose(*both, atol=2e-3)


def test_the_same_seed_gives_the_same_weights_and_another_one_others(tmp_path):
    weights = []
    for number, seed in enumerate((3, 3, 4)):
        run_train(arguments(tmp_path, seed=seed, output=str(tmp_path / f"model{number}")), Report())
        weights.append(load_file(tmp_path / f"model{number}" / WEIGHTS_FILE))
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not all(torch.equal(weights[0][name], weights[2][name]) for name in weights[0])


class Killed(Report):
    """Ends the process in the third epoch, as the system does when memory runs out."""

    def log(self, level, message):
        if message.startswith("Epoch 3 of "):
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("consistency", [0.0, 1.0])
def test_a_training_that_is_killed_goes_on_and_ends_as_if_it_had_not_been(tmp_path, consistency):
    asked = arguments(tmp_path, epochs=5, consistency=consistency)
    worker = FORKED.Process(target=run_train, args=(asked, Killed()))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    assert (tmp_path / "model.training" / "checkpoint.pt").exists() and not (tmp_path / "model").exists()
    report = Heard()
    run_train(asked, report)
    assert any("resumes" in line for _, line in report.lines)
    run_train({**asked, "output": str(tmp_path / "whole")}, Report())
    resumed, whole = (load_file(tmp_path / name / WEIGHTS_FILE) for name in ("model", "whole"))
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def test_cancelling_leaves_the_best_model_so_far_ready_to_be_used(tmp_path):
    asked = arguments(tmp_path, epochs=50)
    with pytest.raises(Cancelled, match="best model so far") as caught:
        run_train(asked, Heard(patience=40))
    best = tmp_path / "model.training" / "best"
    assert list((tmp_path / "model.training" / "tensorboard").iterdir())  # it could be watched
    assert str(best) in caught.value.message
    assert not (tmp_path / "model").exists()
    card = read_card(best)
    output = open_runtime(card, best, "cpu", 1)({"image": np.zeros((1, 1, 2, 32, 32), np.float32)})
    assert np.isfinite(output).all()


def test_a_training_that_is_asked_for_otherwise_begins_anew(tmp_path):
    with pytest.raises(Cancelled):
        run_train(arguments(tmp_path, epochs=50), Heard(patience=40))
    best = load_file(tmp_path / "model.training" / "best" / WEIGHTS_FILE)
    report, aside = Heard(patience=40), tmp_path / "model.training" / "best-before"
    with pytest.raises(Cancelled):
        run_train(arguments(tmp_path, epochs=40, learning_rate=1e-4), report)
    (told,) = [line for level, line in report.lines if level == "warning"]
    assert "starts again" in told and str(aside) in told
    kept = load_file(aside / WEIGHTS_FILE)
    assert all(torch.equal(kept[name], best[name]) for name in best)
    run_train(arguments(tmp_path, epochs=2), Report())
    assert read_card(tmp_path / "model") and not aside.parent.exists()
    run_train(arguments(tmp_path, epochs=2, output=str(tmp_path / "other")), Report())
    a, b = (load_file(tmp_path / name / WEIGHTS_FILE) for name in ("model", "other"))
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_two_trainings_of_one_model_at_once_are_refused(tmp_path):
    class Second(Heard):
        """Asks for the same output while the first training is going on."""

        refused = ""

        def progress(self, fraction, message=""):
            if fraction > 0.2 and not self.refused:
                with pytest.raises(OutputError) as caught:
                    run_train(arguments(tmp_path, learning_rate=1e-4), Report())
                self.refused = str(caught.value)

    report = Second()
    run_train(arguments(tmp_path), report)
    assert "'model'" in report.refused and str(tmp_path / "model.training") in report.refused
    assert read_card(tmp_path / "model") and not (tmp_path / "model.training").exists()


def test_fine_tuning_starts_from_the_base_and_keeps_what_is_frozen(tmp_path, base):
    report = Heard()
    asked = arguments(tmp_path, base_model=base, freeze="encoder", output=str(tmp_path / "tuned"), epochs=1)
    result = run_train(asked, report)
    before, after = (load_file(Path(path, WEIGHTS_FILE)) for path in (base, tmp_path / "tuned"))
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith("encoder.")} <= same
    assert any(name not in same for name in before if name.startswith("decoder."))
    assert read_card(tmp_path / "tuned").inputs[0].scaling == read_card(base).inputs[0].scaling
    told = read_card(tmp_path / "tuned").provenance
    assert "start (model)" in told["compared_with"] and told["settings"]["base_model"] == "model"
    assert not [x for x in (tmp_path, Path(base).parent) if str(x) in json.dumps(told)]  # nothing of a person's folders
    assert result["model"] == "tuned"


def test_what_the_start_has_no_weights_of_cannot_be_kept(tmp_path):
    make_folder(tmp_path / "scenes", "classification")
    scenes = {"chips": str(tmp_path / "scenes"), "network": "resnet18", "options": {"width": 4}}
    run_train({**arguments(tmp_path, "classification"), **scenes, "epochs": 1}, Report())
    make_folder(tmp_path / "maps")
    start = {"base_model": str(tmp_path / "model"), "network": "unet-encoder", "options": {"widths": [4] * 5}}
    asked = {**arguments(tmp_path, chips=str(tmp_path / "maps"), output=str(tmp_path / "map")), **start, "epochs": 1}
    with pytest.raises(InputError, match=r"FREEZE=backbone would freeze up.4, .* with random weights.*FREEZE=encoder"):
        run_train({**asked, "freeze": "backbone"}, Report())
    run_train({**asked, "freeze": "encoder", "report": str(tmp_path / "report.html")}, Report())
    assert "base model is not compared, since its classes" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_transformer_of_scenes_starts_a_map(tmp_path):
    """Its encoder stays where it is frozen; the convolutions that make maps of it, which are new, learn."""
    make_folder(tmp_path / "scenes", "classification")
    small = {"size": 32, "width": 24, "layers": 2, "heads": 3, "mlp": 48}
    scenes = {"chips": str(tmp_path / "scenes"), "network": "vit-s16", "options": small}
    run_train({**arguments(tmp_path, "classification"), **scenes, "epochs": 1}, Report())
    make_folder(tmp_path / "maps")
    start = {"base_model": str(tmp_path / "model"), "network": "unet-encoder", "options": {"widths": [4] * 5}}
    asked = {**arguments(tmp_path, chips=str(tmp_path / "maps")), **start, "epochs": 2, "freeze": "encoder"}
    run_train({**asked, "output": str(tmp_path / "map")}, Report())
    before, after = (load_file(tmp_path / name / "weights.safetensors") for name in ("model", "map"))
    own = {name: value for name, value in before.items() if not name.startswith("heads.")}
    assert all(torch.equal(value, after[f"encoder.{name}"]) for name, value in own.items())
    assert {name for name in after if name.startswith("encoder.")} - {f"encoder.{name}" for name in own} == {
        name for name in after if name.startswith("encoder.pyramid.")
    }
    run_train({**asked, "freeze": "nothing", "method": "lora", "output": str(tmp_path / "lora")}, Report())
    assert read_card(tmp_path / "lora").options["encoder"] == "vit-s16"


@pytest.mark.parametrize(("bands", "compared"), [(("B1", "B2"), True), (("B2", "B1"), False), (("B1", "B3"), False)])
def test_the_start_is_compared_where_it_takes_the_same_bands(tmp_path, base, bands, compared):
    folder = make_folder(tmp_path / "chips")
    item = replace(folder.inputs[0], bands=tuple(map(Band, bands)))
    write_chips(replace(folder, inputs=(item,)))
    run_train(arguments(tmp_path, base_model=base, output=str(tmp_path / "tuned"), epochs=1), Report())
    assert ("start (model)" in read_card(tmp_path / "tuned").provenance["compared_with"]) == compared


@pytest.mark.parametrize(("background", "value"), [(None, 0), ("bright", 7), ("7", 7), ("none", None)])
def test_the_class_that_is_background_is_in_the_card(tmp_path, background, value):
    run_train(arguments(tmp_path, epochs=1, background=background), Report())
    assert read_card(tmp_path / "model").background == value


def test_a_model_bears_other_pixel_sizes_as_asked_for_or_as_its_start(tmp_path, base):
    tuned = arguments(tmp_path, base_model=base, output=str(tmp_path / "tuned"), epochs=1)
    run_train({**tuned, "resolution_tolerance": 4}, Report())
    again = {**tuned, "base_model": str(tmp_path / "tuned"), "output": str(tmp_path / "again")}
    run_train(again, Report())
    models = (base, tmp_path / "tuned", tmp_path / "again")
    assert [read_card(model).resolution_tolerance for model in models] == [2, 4, 4]


def test_a_report_after_the_last_epoch_tells_what_was_frozen(tmp_path, monkeypatch, base):
    tuned = {"base_model": base, "freeze": "encoder", "output": str(tmp_path / "tuned"), "epochs": 1}
    told = []
    monkeypatch.setattr("rsdl_qgis.engine.training.train.write_report", lambda about, *_: told.append(about["start"]))
    run_train(arguments(tmp_path, **tuned), Report())
    again = arguments(tmp_path, **{**tuned, "output": str(tmp_path / "again")})
    with monkeypatch.context() as broken:
        broken.setattr("rsdl_qgis.engine.training.train.evaluated", full)
        with pytest.raises(OSError, match="full"):
            run_train(again, Report())
    run_train(again, Report())
    first, second = told
    assert second == first and first["frozen"] > 0


def full(*_):
    raise OSError("full")


@pytest.mark.parametrize("option", ["coarsen", "stem"])
def test_chips_need_not_be_a_multiple_of_what_an_option_asks_for(tmp_path, option):
    run_train(arguments(tmp_path, epochs=1, options={"widths": [4, 8], option: 32}), Report())
    card = read_card(tmp_path / "model")
    assert card.options[option] == 32 and card.tiling.multiple == 64
    assert read_chips(tmp_path / "chips").size % 64  # so they were padded
    assert open_runtime(card, tmp_path / "model", "cpu", 1)({"image": np.zeros((1, 1, 2, 64, 64), np.float32)}).shape


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"task": "weather"}, InputError, "TASK cannot be 'weather'"),
        ({"epochs": 0}, InputError, "EPOCHS"),
        ({"epochs": "ten"}, InputError, "EPOCHS cannot be 'ten'"),
        ({"augmentation": {"gain": "much"}}, InputError, "gain cannot be 'much'"),
        ({"augmentation": {"gian": 1}}, InputError, "Did you mean 'gain'"),
        ({"report": "report.tif"}, OutputError, "does not end in .html"),
        ({"learning_rate": -1.0}, InputError, "LEARNING_RATE"),
        ({"sharpness": -0.1}, InputError, "SHARPNESS"),
        ({"network": "nonet"}, ModelError, "no network 'nonet'"),
        ({"network": "lenet5"}, ModelError, "not for segmentation"),
        ({"loss": ["huge"]}, InputError, "no loss 'huge'"),
        ({"loss": ["huber"]}, InputError, "huber"),
        ({"freeze": "all"}, InputError, "FREEZE"),
        ({"freeze": "encoder"}, InputError, "start"),
        ({"keep": "last", "patience": 3}, InputError, "PATIENCE=3 waits for a better epoch"),
        ({"freeze_stages": 2}, InputError, "FREEZE_STAGES=2 is for FREEZE=stages"),
        ({"loss": ["dice"], "class_weights": "balanced"}, InputError, "CLASS_WEIGHTS=balanced does nothing"),
        ({"base_model": "nothing-such"}, ModelError, "no model 'nothing-such'"),
        ({"augmentation": "wild"}, InputError, "AUGMENTATION"),
        ({"augmentation": {"twist": 1}}, InputError, "twist"),
        ({"chips": "nowhere"}, InputError, "nowhere"),
        ({"resolution_tolerance": 0.5}, InputError, "RESOLUTION_TOLERANCE cannot be 0.5"),
        ({"background": "sea"}, InputError, r"no class 'sea' to be the background .* There are dark, bright; 'none'"),
        ({"output": "/nowhere/model"}, OutputError, "/nowhere"),
        ({"task": "regression"}, InputError, "regression"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_trained(tmp_path, given, error, text):
    with pytest.raises(error, match=text):
        run_train({**arguments(tmp_path), **given}, Report())
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "model.training").exists()


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"base_model": "base", "network": "unetpp"}, ModelError, "nothing in common with the model"),
        ({"pretrained": "imagenet"}, ModelError, "no published weights for this network"),
        ({"pretrained": "own.pth"}, ModelError, "nothing in common with the weights in own.pth"),
        (
            {"base_model": "scenes", "network": "unet-encoder", "options": {}, "freeze": "backbone"},
            InputError,
            "FREEZE=backbone would freeze .* with random weights",
        ),
    ],
)
def test_a_start_that_does_not_fit_is_refused_before_chips_are_cut(tmp_path, monkeypatch, base, given, error, text):
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    if given.get("base_model") == "scenes":
        run_train(arguments(scenes, "classification", network="resnet18", options={"width": 8}, epochs=1), Report())
    torch.save({"weight": torch.zeros(3)}, tmp_path / "own.pth")
    places = {"base": base, "scenes": str(scenes / "model"), "own.pth": str(tmp_path / "own.pth")}
    given = {name: places.get(value, value) if isinstance(value, str) else value for name, value in given.items()}
    layers = {
        "sources": [source(raster(tmp_path / "image.tif", noise((3, 64, 64))))],
        "labels": [vector(tmp_path / "labels.geojson", [(box(0, 0, 32, 64), "a"), (box(32, 0, 64, 64), "b")])],
    }
    job = {"task": "segmentation", **layers, "chip_size": 16, "output": str(tmp_path / "model"), **UNET, **given}
    cut = []
    monkeypatch.setattr(cutter, "survey_layers", lambda *given: cut.append(1))
    with pytest.raises(error, match=text):
        run_train(job, Report())
    assert not cut


def test_the_check_of_a_start_logs_nothing(tmp_path, monkeypatch):
    published = build_network("resnet18", {"image": (1, 3)}, 1000).state_dict()

    def fetched(name, report):
        report.log("info", name)
        return published

    monkeypatch.setattr(weights, "published_weights", fetched)
    request = TrainRequest.of(arguments(tmp_path, "classification", network="resnet18", pretrained="imagenet"))
    bands, heard = tuple(Band(name) for name in ("red", "green", "blue")), Heard()
    check_start(request, "resnet18", {}, heard, (Input("image", bands, ("image",)),))
    assert not heard.lines  # it is logged when the training starts


def test_an_output_that_is_something_else_is_left_alone(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="no model"):
        run_train(arguments(tmp_path), Report())
    assert (tmp_path / "model" / "thesis.txt").read_text() == "mine"


def test_a_folder_of_somebody_else_is_not_taken_to_work_in(tmp_path):
    (tmp_path / "model.training").mkdir()
    (tmp_path / "model.training" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="with other content"):
        run_train(arguments(tmp_path), Report())
    assert (tmp_path / "model.training" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("counts", [(1, 0, 0), (0, 4, 0)])
def test_too_few_chips_are_told(tmp_path, counts):
    make_folder(tmp_path / "chips", counts=counts)
    with pytest.raises(InputError, match="chips"):
        run_train(arguments(tmp_path, split="chips"), Report())


def test_fewer_samples_than_a_batch_make_a_smaller_batch(tmp_path):
    make_folder(tmp_path / "chips", counts=(3, 2, 0))
    report = Heard()
    run_train(arguments(tmp_path, batch_size=64), report)
    assert any("3 training samples" in line for _, line in report.lines)
