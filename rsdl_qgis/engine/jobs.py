"""The operations a job can ask for: a table of name -> function(arguments, report) -> result."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .assess import run_assess
from .assess_detections import run_assess_detections
from .assess_scenes import run_assess_scenes
from .classify_scenes import run_classify_scenes
from .describe import run_describe
from .detect import run_detect
from .outputs import Run
from .predict_maps import run_predict
from .report import Report
from .series import run_predict_series


def run_training(operation: str) -> Run:
    """An operation of training, whose modules load torch: only when it is asked for."""

    def run(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
        module, _, function = TRAINING[operation].partition(":")
        result: dict[str, Any] = getattr(import_module(f".training.{module}", __package__), function)(arguments, report)
        return result

    return run


TRAINING = {"train": "run:run_train", "distil": "distil:run_distil", "export_chips": "export:run_export_chips"}
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
