"""The operations a job can ask for: a table of name -> function(arguments, report) -> result."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .assessment.detections import run_assess_detections
from .assessment.maps import run_assess
from .assessment.scenes import run_assess_scenes
from .feedback import Report
from .job.outputs import Run
from .prediction.maps import run_predict
from .prediction.objects import run_detect
from .prediction.scenes.job import run_classify_scenes
from .prediction.series.job import run_predict_series
from .runtime.description import run_describe


def run_training(operation: str) -> Run:
    """An operation of training, whose modules load torch: only when it is asked for."""

    def run(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
        module, _, function = TRAINING[operation].partition(":")
        result: dict[str, Any] = getattr(import_module(f".{module}", __package__), function)(arguments, report)
        return result

    return run


TRAINING = {
    "train": "training.train:run_train",
    "distil": "training.distil:run_distil",
    "export_chips": "chips.prepare:run_export_chips",
}
OPERATIONS: Mapping[str, Run] = {
    "predict": run_predict,
    "predict_series": run_predict_series,
    "describe": run_describe,
    "assess_map": run_assess,
    "assess_scenes": run_assess_scenes,
    "assess_detections": run_assess_detections,
    "classify_scenes": run_classify_scenes,
    "detect": run_detect,
    **{name: run_training(name) for name in TRAINING},
}
