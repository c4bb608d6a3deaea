"""The options of training: shown by subject, with limits and defaults of the job's arguments, read as the job says."""

from __future__ import annotations

from itertools import groupby

import pytest
from qgis.core import QgsProcessingParameterBoolean, QgsProcessingParameterEnum, QgsProcessingParameterNumber

from rsdl_qgis.engine.job.arguments import OPERATIONS
from rsdl_qgis.engine.job.training import AUGMENTATIONS, DISTILLING
from rsdl_qgis.engine.tables.tasks import TASKS
from rsdl_qgis.toolbox import compat
from rsdl_qgis.toolbox.train import option_table

from ..training_data import chips_of, image_of, layer_of

TRAINING = [task.trainer for task in TASKS.values()]
ALGORITHMS = [*TRAINING, "distilmodel", "pretrainencoder", "exportchips"]
PERCENT = ("VALIDATION", "TEST")
KEYS = {"SIZE": "object_size", "VALIDATION": "valid"}
OF_ALL = ("EPOCHS", "LEARNING_RATE", "PATIENCE", "KEEP", "SEED", "RESOLUTION_TOLERANCE", "AUGMENTATION", "SPLIT")


@pytest.fixture
def image(tmp_path, write_raster):
    return image_of(tmp_path, write_raster)


@pytest.fixture
def chips(tmp_path):
    return chips_of(tmp_path)


def is_advanced(parameter):
    return bool(parameter.flags() & compat.ADVANCED)


def test_what_a_beginner_needs_comes_first(provider):
    parameters = provider.algorithm("trainsegmentation").parameterDefinitions()
    basic = [parameter.name() for parameter in parameters if not is_advanced(parameter)]
    assert basic == [
        *("RASTERS", "LABELS", "CLASS_FIELD", "UNLABELLED", "CHIPS", "EXTENT", "BASE_MODEL", "NETWORK", "EPOCHS"),
        *("NAME", "OUTPUT", "REPORT"),
    ]


@pytest.mark.parametrize("name", [*TRAINING, "distilmodel", "pretrainencoder"])
def test_the_rest_is_advanced_and_by_subject(provider, name):
    parameters = provider.algorithm(name).parameterDefinitions()
    advanced = [parameter for parameter in parameters if is_advanced(parameter)]
    assert len(parameters) - len(advanced) <= 13
    groups = [group for group, _ in groupby(parameter.description().split(" · ")[0] for parameter in advanced)]
    assert len(groups) == len(set(groups)) and groups[:1] == ["Data"] and groups[-1] == "Computing"
    assert all(parameter.description().count(" · ") == 1 for parameter in advanced)
    assert not any(" · " in parameter.description() for parameter in parameters if not is_advanced(parameter))


def usual(algorithm, job, parameter):
    """The default that a parameter has to have."""
    if parameter.name() == "BATCH_SIZE" and job is OPERATIONS["train"]:
        return TASKS[algorithm.TASK].batch_size
    default = job[KEYS.get(parameter.name(), parameter.name().lower())].default
    return 100 * default if parameter.name() in PERCENT else default


@pytest.mark.parametrize("name", ALGORITHMS)
def test_limits_and_defaults_are_those_of_the_job(provider, name):
    algorithm = provider.algorithm(name)
    job = OPERATIONS[getattr(algorithm, "OPERATION", "export_chips")]
    seen = set()
    for parameter in algorithm.parameterDefinitions():
        kind = getattr(job.get(KEYS.get(parameter.name(), parameter.name().lower())), "kind", None)
        if isinstance(parameter, QgsProcessingParameterNumber) and parameter.name() != "NODATA":
            scale = 100 if parameter.name() in PERCENT else 1
            assert (parameter.minimum(), parameter.maximum()) == (kind.least * scale, kind.largest * scale)
            assert parameter.defaultValue() == usual(algorithm, job, parameter), parameter.name()
        elif isinstance(parameter, QgsProcessingParameterEnum) and hasattr(kind, "words"):
            words = list(kind.words)
            assert parameter.options() == (["auto", *words] if parameter.name() in ("SPLIT", "TASK") else words)
            assert parameter.defaultValue() == (usual(algorithm, job, parameter) or "auto")
        elif isinstance(parameter, QgsProcessingParameterBoolean):
            assert bool(parameter.defaultValue()) is bool(usual(algorithm, job, parameter))
        else:
            continue
        seen.add(parameter.name())
    assert seen >= {"SPLIT", "VALIDATION", "SEED"} and ("TEST" in seen) == ("test" in job)


def test_the_help_says_range_and_default(provider):
    def ending(algorithm, name):
        return provider.algorithm(algorithm).parameterDefinition(name).help()

    assert ending("trainsegmentation", "AVERAGE").endswith("Range: 0 to 0.9999. Default: 0.99.")
    assert ending("trainsegmentation", "BLOCK_SIZE").endswith(
        "Range: above 0, at most 10000000. Default: from the area."
    )
    assert ending("trainsegmentation", "EPOCHS").endswith("Default: 20 to 150, more for little data.")
    assert ending("trainsegmentation", "LEARNING_RATE").endswith("Default: 0.002 from scratch, 0.0005 from weights.")
    assert ending("trainsegmentation", "RESOLUTION_TOLERANCE").endswith("Default: that of the base model, else 2.")
    assert ending("trainsegmentation", "VALIDATION").endswith("Range: 0 to 90. Default: 20.")
    assert ending("trainsegmentation", "FREEZE").endswith(
        "Default: nothing. Values: nothing, encoder, backbone, stages."
    )
    assert ending("trainsceneclassifier", "BATCH_SIZE").endswith("Range: 1 to 65536. Default: 16.")
    assert ending("distilmodel", "BATCH_SIZE").endswith("Default: 8.")
    assert ending("exportchips", "ALL_TOUCHED").endswith("Default: no.")
    assert ending("trainregression", "LOSS").endswith(
        "huber, mse, or a sum of some, such as huber+mse. Default: huber."
    )
    assert "Default: the usual one of the task." in ending("distilmodel", "NETWORK")


def test_every_option_of_the_table_is_shown_somewhere(provider):
    shown = {p.name() for name in ALGORITHMS for p in provider.algorithm(name).parameterDefinitions()}
    for group in option_table.groups().values():
        assert group.title
        for option in group.options:
            assert option.name in shown and option.job_name in DISTILLING, option.name
    augmentation = provider.algorithm("trainregression").parameterDefinition("AUGMENTATION")
    assert tuple(augmentation.options()) == AUGMENTATIONS


@pytest.mark.parametrize(
    ("name", "tasks"),
    [
        ("CONSISTENCY", {"segmentation", "regression", "change"}),
        ("BACKGROUND", {"segmentation", "change", "time-series"}),
        ("CLASS_WEIGHTS", {"segmentation", "change", "time-series", "classification"}),
        ("SAMPLING", {"segmentation", "change", "time-series", "classification", "detection"}),
        ("UNLABELLED", {"segmentation", "change", "time-series", "detection"}),
        ("MULTILABEL", {"classification"}),
        ("SIDE", {"classification"}),
        ("SIZE", {"detection"}),
        ("LOSS", set(TASKS) - {"detection"}),
        ("CHIP_SIZE", set(TASKS) - {"time-series"}),
        ("CHIP_OVERLAP", set(TASKS) - {"time-series", "classification"}),
        ("BUFFER", set(TASKS) - {"classification", "detection"}),
        ("TEMPERATURE", set()),
        *((name, set(TASKS)) for name in OF_ALL),
    ],
)
def test_an_option_is_shown_for_the_tasks_that_it_is_for(provider, name, tasks):
    shown = {
        task for task, line in TASKS.items() if provider.algorithm(line.trainer).parameterDefinition(name) is not None
    }
    assert shown == tasks


@pytest.mark.parametrize("name", ["trainsegmentation", "distilmodel"])
def test_what_is_left_empty_is_left_to_the_engine(run, asked, known_models, image, name):
    data = {"IMAGES": [image], "TEACHER": "bright"}
    if name == "trainsegmentation":
        data = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind"}
    operation = "train" if name == "trainsegmentation" else "distil"
    run(name, data)
    job = asked(operation)
    assert job["background"] is job["resolution_tolerance"] is job["epochs"] is job["learning_rate"] is None
    run(name, {**data, "BACKGROUND": "sea", "RESOLUTION_TOLERANCE": 4, "LEARNING_RATE": 0, "BLOCK_SIZE": 0})
    job = asked(operation)
    assert (job["background"], job["resolution_tolerance"]) == ("sea", 4)
    assert job["learning_rate"] is job["block_size"] is None  # 0 stands for nothing given


def test_defaults_reach_the_engine_by_task(run, asked, chips):
    for task in TASKS.values():
        run(task.trainer, {"CHIPS": chips})
        assert asked()["batch_size"] == task.batch_size
