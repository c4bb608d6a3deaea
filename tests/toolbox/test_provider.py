"""The provider: what it lists, how it is described, and that it loads no heavy library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsProcessingModelAlgorithm, QgsProcessingParameterNumber

from rsdl_qgis.engine.job.arguments import OPERATIONS
from rsdl_qgis.engine.tables.tasks import TASKS

ROOT = Path(__file__).parents[2]
PERCENT = ("TEST",)
NAMES = {
    "semanticsegmentation",
    "pixelregression",
    "sceneclassification",
    "objectdetection",
    "changedetection",
    "floodmapping",
    "burnedarea",
    "timeseriesclassification",
    "activefire",
    "otsuthreshold",
    "cloudmask",
    "simplifypolygons",
    "separateobjects",
    "trainsegmentation",
    "trainregression",
    "trainsceneclassifier",
    "traindetector",
    "trainchangedetector",
    "traintimeseriesclassifier",
    "svmclassification",
    "distilmodel",
    "exportchips",
    "assessmap",
    "assessscenes",
    "assessdetections",
    "drawassessmentsample",
    "estimatearea",
    "comparemaps",
    "repeatrun",
    "listmodels",
    "describemodel",
    "importmodel",
    "exportmodel",
    "fetchmodel",
    "superresolution",
    "setupenvironment",
    "diagnostics",
    "floodpolygons",
    "trainmapassess",
}


def test_lists_its_algorithms(provider):
    assert {algorithm.name() for algorithm in provider.algorithms()} == NAMES


@pytest.mark.parametrize("name", TASKS)
def test_each_task_has_an_algorithm_that_predicts_and_one_that_trains(name, provider):
    task = TASKS[name]
    predicts, trains = provider.algorithm(task.algorithm), provider.algorithm(task.trainer)
    assert (predicts.TASK, predicts.groupId()) == (name, "predict")
    assert (trains.TASK, trains.groupId()) == (name, "train")
    assert task.batch_size == trains.parameterDefinition("BATCH_SIZE").defaultValue()
    assert task.network in trains.parameterDefinition("NETWORK").help()
    loss, consistency = trains.parameterDefinition("LOSS"), trains.parameterDefinition("CONSISTENCY")
    assert f"{'+'.join(task.loss)}." in loss.help() if task.losses else loss is None
    assert (consistency is not None) == task.dense


def test_every_parameter_is_explained(provider):
    for algorithm in provider.algorithms():
        assert algorithm.shortHelpString()
        assert algorithm.displayName()
        if isinstance(algorithm, QgsProcessingModelAlgorithm):
            continue
        for parameter in algorithm.parameterDefinitions():
            assert len(parameter.help()) > 20, (algorithm.id(), parameter.name())


def test_every_algorithm_that_reads_rasters_takes_a_nodata_value(provider):
    reading = ("predict", "train")
    without = {"assessscenes", "assessdetections", "repeatrun"}  # of features; what is repeated had its own
    for algorithm in provider.algorithms():
        if isinstance(algorithm, QgsProcessingModelAlgorithm):
            continue
        wanted = algorithm.groupId() in (*reading, "assess")
        if wanted and algorithm.name() not in without:
            parameter = algorithm.parameterDefinition("NODATA")
            assert parameter is not None, algorithm.id()
            assert parameter.defaultValue() is None and "stored" in parameter.help()


INPUTS = {"INPUT", "MODEL", "BEFORE", "AFTER", "PREDICTED", "REFERENCE", "SAMPLE", "TEACHER", "RASTER", "LABELS"} | {
    "LAYERS"
}


def test_only_inputs_are_required(provider):
    from rsdl_qgis.toolbox import compat

    for algorithm in provider.algorithms():
        required = {
            p.name()
            for p in algorithm.parameterDefinitions()
            if not p.flags() & compat.OPTIONAL and p.defaultValue() is None and not p.isDestination()
        }
        assert required <= INPUTS, algorithm.id()


def test_a_number_that_a_parameter_takes_is_taken_by_the_job(provider):
    """0 may stand for nothing given; per cent are brought to parts."""
    for algorithm in provider.algorithms():
        table = OPERATIONS.get(getattr(algorithm, "OPERATION", ""), {})
        for parameter in algorithm.parameterDefinitions():
            kind = getattr(table.get(parameter.name().lower()), "kind", None)
            if isinstance(parameter, QgsProcessingParameterNumber) and kind and parameter.name() not in PERCENT:
                named = algorithm.id(), parameter.name()
                assert parameter.maximum() <= kind.largest, named
                assert parameter.minimum() >= kind.least or parameter.minimum() == 0, named


def test_models_find_their_steps_after_a_refresh(provider):
    provider.refreshAlgorithms()
    model = provider.algorithm("floodpolygons")
    assert {"S2_AFTER", "MIN_AREA", "filter:FLOOD_POLYGONS"} <= {p.name() for p in model.parameterDefinitions()}


@pytest.mark.parametrize("module", ["torch", "onnxruntime", "rasterio", "numpy"])
def test_loads_no_heavy_library(module):
    code = f"""
import sys
from qgis.core import QgsApplication
before = {module!r} in sys.modules
sys.path.insert(0, {str(ROOT)!r})
application = QgsApplication([], False)
application.initQgis()
from rsdl_qgis.plugin import Plugin
plugin = Plugin(None)
plugin.initProcessing()
assert len(QgsApplication.processingRegistry().providerById("rsdl").algorithms()) == {len(NAMES)}
assert before or {module!r} not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
