"""The provider: what it lists, how it is described, and that it loads no heavy library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
)

from rsdl_qgis.engine.job.arguments import OPERATIONS
from rsdl_qgis.engine.tables.tasks import TASKS
from rsdl_qgis.toolbox.parameters import in_words

ROOT = Path(__file__).parents[2]
PERCENT = ("TEST",)
NAMES = {
    "semanticsegmentation",
    "pixelregression",
    "sceneclassification",
    "embedimage",
    "findsimilar",
    "clusterimage",
    "suggestlabels",
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
    "pretrainencoder",
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


def test_choices_are_given_as_words_or_as_numbers(provider):
    """As the help of qgis_process lists them, and as models keep them: text, whole numbers, and several."""
    context, tried = QgsProcessingContext(), 0
    for algorithm in provider.algorithms():
        for choice in algorithm.parameterDefinitions():
            if isinstance(algorithm, QgsProcessingModelAlgorithm) or not isinstance(choice, QgsProcessingParameterEnum):
                continue
            name, words = choice.name(), choice.options()
            for number, word in enumerate(words):
                for given in (number, str(number), float(number), word):
                    told = {name: given}
                    assert choice.checkValueIsAcceptable(in_words(algorithm, told)[name], context), (name, given)
                    if choice.allowMultiple():
                        assert algorithm.parameterAsEnumStrings(told, name, context) == [word]
                    else:
                        assert algorithm.parameterAsEnumString(told, name, context) == word, (algorithm.id(), name)
                        assert algorithm.parameterAsString(told, name, context) == word, (algorithm.id(), name)
                    tried += 1
            if choice.allowMultiple():
                for several in ([0, words[1]], "0,1", f"{words[0]},1"):
                    assert algorithm.parameterAsEnumStrings({name: several}, name, context) == words[:2]
            for wrong in (len(words), str(len(words)), -1, True, "no such word"):
                changed = in_words(algorithm, {name: wrong})[name]
                assert not choice.checkValueIsAcceptable(changed, context), (name, wrong)
    assert tried


def test_numbers_of_choices_pass_the_check(provider):
    algorithm, context = provider.algorithm("setupenvironment"), QgsProcessingContext()
    words = algorithm.parameterDefinition("STEP").options()
    assert algorithm.checkParameterValues({"STEP": "0"}, context) == algorithm.checkParameterValues(
        {"STEP": words[0]}, context
    )
    sound, text = algorithm.checkParameterValues({"STEP": str(len(words))}, context)
    assert not sound
    assert "STEP" in text


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


INPUTS = {
    "EXAMPLES",
    "INPUT",
    "MODEL",
    "BEFORE",
    "AFTER",
    "PREDICTED",
    "REFERENCE",
    "SAMPLE",
    "TEACHER",
    "RASTER",
    "LABELS",
} | {"LAYERS"}


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


def test_loads_no_heavy_library():
    code = f"""
import sys
from qgis.core import QgsApplication
sys.path.insert(0, {str(ROOT)!r})
application = QgsApplication([], False)
application.initQgis()
before = set(sys.modules)
from rsdl_qgis.plugin import Plugin
plugin = Plugin(None)
plugin.initProcessing()
assert len(QgsApplication.processingRegistry().providerById("rsdl").algorithms()) == {len(NAMES)}
loaded = {{"torch", "onnxruntime", "rasterio", "numpy"}} & (set(sys.modules) - before)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", code], check=True)
