"""SAVE_JOB: an algorithm saves its job instead of running it, and the job gives elsewhere what it would have given."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingContext,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

from .training_data import image_of, layer_of

ROOT = Path(__file__).parents[2]
VALUES = np.add.outer(np.arange(40) * 4.0, np.arange(50))  # 0..205


@pytest.fixture
def image(tmp_path, write_raster):
    (tmp_path / "data").mkdir()
    return write_raster(tmp_path / "data" / "image.tif", [VALUES, VALUES * 0], descriptions=("red", "nir"))


@pytest.fixture
def rsdl(worker_python, tmp_path):
    """Runs a bundle with the command line, in a folder of its own; the result's lines."""

    def rsdl(bundle, *arguments):
        folder = tmp_path / "elsewhere"
        folder.mkdir(exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [worker_python, "-m", "rsdl_qgis.cli", "run", str(bundle), *arguments],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return folder, done.stdout, done.stderr

    return rsdl


def job_in(bundle):
    with zipfile.ZipFile(bundle) as archive:
        return json.loads(archive.read("job.json")), set(archive.namelist())


def test_every_algorithm_that_makes_a_job_can_save_it(provider):
    names = {a.name() for a in provider.algorithms() if a.parameterDefinition("SAVE_JOB")}
    groups = ("predict", "train", "assess")
    repeats = {"repeatrun"}  # which takes its job from a result
    assert names == {a.name() for a in provider.algorithms() if a.groupId() in groups} - repeats
    for name in names:
        file, inputs = (provider.algorithm(name).parameterDefinition(n) for n in ("SAVE_JOB", "SAVE_INPUTS"))
        assert file.flags() & file.FlagOptional and not file.createByDefault()
        assert inputs.options() == ["paths", "copies"]


def test_a_saved_job_gives_the_same_elsewhere(run, known_models, image, tmp_path, rsdl, read_raster, feedback):
    parameters = {"INPUT": image, "MODEL": "bright", "EXTENT": "500100,500400,4599700,4599900 [EPSG:32634]"}
    results, _ = run("semanticsegmentation", {**parameters, "OUTPUT": str(tmp_path / "here.tif")})
    bundle = tmp_path / "job.zip"
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    saving = {"OUTPUT": QgsProcessing.TEMPORARY_OUTPUT, "POLYGONS": QgsProcessing.TEMPORARY_OUTPUT}
    saved, _ = run("semanticsegmentation", {**parameters, **saving, "SAVE_JOB": str(bundle)}, feedback, context)
    assert saved == {"SAVE_JOB": str(bundle)} and "rsdl run job.zip" in feedback.text()
    assert not context.layersToLoadOnCompletion()
    job, names = job_in(bundle)
    assert {"models/0/bright/model.json", "models/0/bright/model.onnx", "requirements.txt"} <= names
    assert job["arguments"]["output"] == "${OUTPUT}/output.tif"
    assert job["arguments"]["inputs"]["image"][0]["path"] == image
    with zipfile.ZipFile(bundle) as archive:
        assert "onnxruntime==" in archive.read("requirements.txt").decode()
    (tmp_path / "data").rename(tmp_path / "moved")
    folder, said, log = rsdl(bundle, "--map", f"{tmp_path / 'data'}={tmp_path / 'moved'}")
    np.testing.assert_array_equal(read_raster(folder / "output.tif"), read_raster(results["OUTPUT"]))
    assert (folder / "polygons.gpkg").is_file() and "output: output.tif" in said and "Warning" not in log


def test_what_qgis_copied_and_data_go_with_it(run, known_models, image, tmp_path, rsdl, read_raster):
    mask = QgsVectorLayer("Polygon?crs=EPSG:32634", "mask", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(500_100, 4_599_600, 500_200, 4_600_000)))
    mask.dataProvider().addFeature(feature)
    parameters = {"INPUT": image, "MODEL": "bright", "MASK": mask}
    results, _ = run("semanticsegmentation", {**parameters, "OUTPUT": str(tmp_path / "here.tif")})
    bundle, there = tmp_path / "job.zip", tmp_path / "out" / "there.tif"
    there.parent.mkdir()
    run(
        "semanticsegmentation",
        {**parameters, "OUTPUT": str(there), "SAVE_JOB": str(bundle), "SAVE_INPUTS": "copies"},
    )
    assert list(there.parent.iterdir()) == []
    Path(image).unlink()
    rsdl(bundle)  # the result goes where the job says
    np.testing.assert_array_equal(read_raster(there), read_raster(results["OUTPUT"]))


def test_a_job_is_saved_where_there_is_no_worker(run, known_models, image, tmp_path, monkeypatch, refusal):
    monkeypatch.setenv("RSDL_PYTHON", str(tmp_path / "nowhere"))
    parameters = {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "map.tif")}
    assert "nowhere" in refusal("semanticsegmentation", parameters)
    results, _ = run("semanticsegmentation", {**parameters, "SAVE_JOB": str(tmp_path / "job.zip")})
    assert json.loads(json.dumps(results)) == {"SAVE_JOB": str(tmp_path / "job.zip")}


@pytest.mark.parametrize(("name", "words"), [("job.json", "has to end in .zip"), ("no/job.zip", "does not exist")])
def test_where_it_cannot_be_saved_is_said(refusal, known_models, image, tmp_path, name, words):
    parameters = {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "map.tif")}
    assert words in refusal("semanticsegmentation", {**parameters, "SAVE_JOB": str(tmp_path / name)})


def test_a_training_is_saved_with_its_labels(run, tmp_path, write_raster, home, models):
    image = image_of(tmp_path, write_raster)
    bundle = tmp_path / "job.zip"
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "NAME": "fields"}
    results, _ = run("trainsegmentation", {**parameters, "SAVE_JOB": str(bundle)})
    job, names = job_in(bundle)
    assert results == {"SAVE_JOB": str(bundle)} and not (home / "models").exists()
    assert (job["operation"], job["arguments"]["output"]) == ("train", "${OUTPUT}/fields")
    (label,) = job["arguments"]["labels"]
    assert label["path"].replace("${BUNDLE}/", "") in names


def test_a_base_model_goes_with_it(run, tmp_path, write_raster, monkeypatch):
    image = image_of(tmp_path, write_raster)
    bundle = tmp_path / "job.zip"
    base = {"BASE_MODEL": "forest", "SAVE_JOB": str(bundle)}
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", **base})
    job, names = job_in(bundle)
    assert job["arguments"]["base_model"] == "${BUNDLE}/models/0/forest"
    assert {"models/0/forest/model.json", "models/0/forest/weights.safetensors"} <= names


def test_an_assessment_and_chips_are_saved(run, tmp_path, write_raster, rsdl):
    maps = [write_raster(tmp_path / f"{name}.tif", [level < VALUES]) for name, level in (("a", 100), ("b", 120))]
    report = QgsProcessing.TEMPORARY_OUTPUT
    parameters = {"PREDICTED": [maps[0]], "REFERENCE": [maps[1]], "REPORT": report}
    here, _ = run("assessmap", parameters)
    run("assessmap", {**parameters, "SAVE_JOB": str(tmp_path / "assess.zip"), "SAVE_INPUTS": "copies"})
    folder, said, _ = rsdl(tmp_path / "assess.zip")
    assert f"figures.overall_accuracy: {here['OVERALL_ACCURACY']:.6g}" in said.splitlines()
    assert (folder / "report.html").is_file()
    image = image_of(tmp_path, write_raster)
    chips = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "CHIP_SIZE": 32, "VALIDATION": 0}
    run("exportchips", {**chips, "OUTPUT": QgsProcessing.TEMPORARY_OUTPUT, "SAVE_JOB": str(tmp_path / "chips.zip")})
    folder, _, _ = rsdl(tmp_path / "chips.zip")
    assert list(folder.glob("*/chips.json"))
