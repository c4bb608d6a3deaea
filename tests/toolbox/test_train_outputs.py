"""Where a trained model goes, what stays of a training that was stopped, training in a graphical model."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterField,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsProcessingUtils,
)

from .qgis_versions import without_step
from .training_data import image_of, layer_of


@pytest.fixture
def image(tmp_path, write_raster):
    return image_of(tmp_path, write_raster)


def test_names_of_models_are_unique(run, asked, image, home):
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "NAME": "My roofs"}
    folders = []
    for _ in range(2):
        run("trainsegmentation", parameters)
        folders.append((asked()["output"], asked()["title"]))
    assert folders == [
        (str(home / "models" / "My-roofs"), "My roofs"),
        (str(home / "models" / "My-roofs-2"), "My-roofs-2"),
    ]


def test_a_temporary_folder_as_models_give_it_is_none(run, asked, image, home):
    temporary = QgsProcessingUtils.generateTempFilename("OUTPUT")
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "OUTPUT": temporary}
    results, _ = run("trainsegmentation", parameters)
    assert results["OUTPUT"] == str(home / "models" / "fields-unet-light")


def stop(monkeypatch, how, feedback, tmp_path, image):
    monkeypatch.setenv("RSDL_STOP", how)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:trainsegmentation")
    folder = tmp_path / "out"
    folder.mkdir()
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "OUTPUT": str(folder / "model")}
    with pytest.raises(QgsProcessingException) as caught:
        algorithm.run(parameters, QgsProcessingContext(), feedback, catchExceptions=False)
    best = folder / "model.training" / "best"
    assert str(best) in str(caught.value) and "goes on" in str(caught.value)
    assert {path.name for path in folder.iterdir()} == {"model.training"}  # what was half written is gone
    assert {path.name for path in best.parent.iterdir()} == {"best"}
    return str(caught.value)


def test_cancelled_says_where_the_best_model_is(provider, asked, make_feedback, monkeypatch, tmp_path, image):
    text = stop(monkeypatch, "cancelled", make_feedback(cancel_at="epoch 2 of 4"), tmp_path, image)
    assert text.startswith("The job was cancelled.")


def test_killed_says_so_too(provider, asked, make_feedback, monkeypatch, tmp_path, image):
    text = stop(monkeypatch, "killed", make_feedback(), tmp_path, image)
    assert "killed" in text and "smaller batch or chip size" in text


def test_a_model_folder_may_be_replaced(run, asked, image, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "model.json").write_text("{}")
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "OUTPUT": str(tmp_path / "old")}
    run("trainsegmentation", parameters)
    assert asked()["output"] == str(tmp_path / "old")


def test_the_example_model_is_sound_and_its_steps_hang_together(provider):
    model = provider.algorithm("trainmapassess")
    assert model.displayName() == "Train, map and assess"
    assert model.validate() == (True, [])
    children = model.childAlgorithms()

    def source(child, name):
        (found,) = children[child].parameterSources()[name]
        return found.outputChildId(), found.outputName()

    assert source("map", "MODEL") == ("train", "MODEL")
    assert source("assess", "PREDICTED") == ("map", "OUTPUT")
    given = [p.name() for p in model.parameterDefinitions()]
    assert given[:6] == ["RASTER", "LABELS", "CLASS_FIELD", "UNLABELLED", "REFERENCE", "EPOCHS"]
    assert {"MAP", "REPORT", "TRAINING_REPORT"} == set(map(without_step, given[6:]))


def test_a_model_hands_its_inputs_on(provider, asked, image, home, feedback):
    """Training as a step: its folder is a temporary one, so the model goes to the person's models."""
    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("train", "test")
    for parameter in (
        QgsProcessingParameterRasterLayer("raster", "raster"),
        QgsProcessingParameterVectorLayer("labels", "labels"),
        QgsProcessingParameterField("field", "field", None, "labels"),
    ):
        model.addModelParameter(parameter, QgsProcessingModelParameter(parameter.name()))
    child = QgsProcessingModelChildAlgorithm("rsdl:trainsegmentation")
    child.setChildId("train")
    for name, given in (("RASTERS", "raster"), ("LABELS", "labels"), ("CLASS_FIELD", "field")):
        child.addParameterSources(name, [source.fromModelParameter(given)])
    model.addChildAlgorithm(child)
    parameters = {"raster": image, "labels": layer_of(), "field": "kind"}
    results, done = model.run(parameters, QgsProcessingContext(), feedback)
    assert done, feedback.text()
    job = asked()
    assert job["labels"][0]["field"] == "kind" and job["sources"][0]["inputs"]["image"][0]["path"] == image
    assert results["CHILD_RESULTS"]["train"]["MODEL"] == job["output"] == str(home / "models" / "fields-unet-light")
    assert job["report"] is None  # not among the outputs of the model
