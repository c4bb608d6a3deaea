"""The baselines and the algorithms of fire as steps of graphical models, written to a .model3 file and read again."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
)

from .qgis_versions import result_of

SIDE = 64
MARKED = np.zeros((SIDE, SIDE), bool)
MARKED[20:24, 30:34] = True  # few enough for a fire, enough for a threshold
RANDOM = np.random.default_rng(0)
FIRE_BANDS = tuple(f"B{n}" for n in range(1, 8))
LAND, FIRE = (0.10, 0.09, 0.10, 0.12, 0.25, 0.22, 0.15), (0.10, 0.09, 0.10, 0.12, 0.20, 0.50, 0.90)
BLOCKS = np.add.outer(np.arange(160) // 16, np.arange(160) // 16) % 2


def images(spectra, where=MARKED, spread=0.0):
    """Bands of one spectrum, and of the second ``where`` it says."""
    return [np.where(where, b, a) + RANDOM.normal(0, spread, where.shape) for a, b in zip(*spectra)]


def model_of(path, inputs, steps):
    """A model through its file. ``steps``: {name: (algorithm, parameters)}, where '@x' is the input x, and '@step:OUT'
    what a step gave; the OUTPUT of each is the model's.
    """
    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("baselines", "tests")
    for name in inputs:
        model.addModelParameter(QgsProcessingParameterRasterLayer(name, name), QgsProcessingModelParameter(name))
    for name, (algorithm, parameters) in steps.items():
        child = QgsProcessingModelChildAlgorithm(algorithm)
        child.setChildId(name)
        for key, value in parameters.items():
            step, _, output = str(value).lstrip("@").partition(":")
            if not str(value).startswith("@"):
                given = source.fromStaticValue(value)
            elif output:
                given = source.fromChildOutput(step, output)
            else:
                given = source.fromModelParameter(step)
            child.addParameterSources(key, [given])
        made = QgsProcessingModelOutput(name, name)
        made.setChildId(name)
        made.setChildOutputName("OUTPUT")
        child.setModelOutputs({name: made})
        model.addChildAlgorithm(child)
    assert model.toFile(str(path))
    read = QgsProcessingModelAlgorithm()
    assert read.fromFile(str(path))
    return read


@pytest.fixture
def run_model(provider, tmp_path, feedback):
    """Runs steps; the file that the OUTPUT of each gives, by step."""

    def run(inputs, steps):
        model = model_of(tmp_path / "steps.model3", inputs, steps)
        files = {f"{name}:{name}": str(tmp_path / name) for name in steps}
        files = {key: path + ("" if key.startswith("fit") else ".tif") for key, path in files.items()}
        results, done = model.run({**inputs, **files}, QgsProcessingContext(), feedback, {}, False)
        assert done, feedback.text()
        return {name: result_of(results, f"{name}:{name}") for name in steps}

    return run


def test_a_threshold_and_a_burned_area(run_model, tmp_path, write_raster, read_raster):
    green, black = (400, 600, 500, 2800, 1300), (350, 420, 450, 900, 2300)
    names = ("B2", "B3", "B4", "B8", "B12")
    before = write_raster(tmp_path / "before.tif", images((green, green), spread=20), descriptions=names)
    after = write_raster(tmp_path / "after.tif", images((green, black), spread=20), descriptions=names)
    dates = {"BEFORE": "@before", "SENSOR": "sentinel-2"}
    steps = {
        "otsu": ("rsdl:otsuthreshold", {**dates, "INPUT": "@after", "INDEX": "dNBR"}),
        "burned": ("rsdl:burnedarea", {"BEFORE": "@before", "AFTER": "@after", "METHOD": "otsu"}),
    }
    made = run_model({"before": before, "after": after}, steps)
    for path in made.values():
        np.testing.assert_array_equal(read_raster(path), MARKED)


def test_active_fire(run_model, tmp_path, write_raster, read_raster):
    image = write_raster(tmp_path / "scene.tif", images((LAND, FIRE)), descriptions=FIRE_BANDS)
    made = run_model({"scene": image}, {"fire": ("rsdl:activefire", {"INPUT": "@scene", "METHOD": "murphy"})})
    np.testing.assert_array_equal(read_raster(made["fire"]), MARKED)


def test_a_classifier_that_the_next_step_maps_with(run_model, tmp_path, write_raster, read_raster):
    image = write_raster(tmp_path / "image.tif", images(((10, 50), (60, 20)), BLOCKS == 1, 3), descriptions=("a", "b"))
    labels = write_raster(tmp_path / "labels.tif", [BLOCKS])
    fit = {"LAYERS": "@image", "LABELS": "@labels", "METHOD": "random-forest", "TREES": 10, "LEAF": 2, "SAMPLES": 500}
    steps = {
        "fit": ("rsdl:svmclassification", fit),
        "map": ("rsdl:semanticsegmentation", {"INPUT": "@image", "MODEL": "@fit:MODEL"}),
    }
    made = run_model({"image": image, "labels": labels}, steps)
    assert (read_raster(made["map"]) == BLOCKS).mean() > 0.99
