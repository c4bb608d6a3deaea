"""The operations a job can ask for: a table of name -> function(arguments, report) -> result."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .feedback import Report
from .job.outputs import Run

PLACES: Mapping[str, str] = {  # operation -> module:function
    "predict": "prediction.maps:run_predict",
    "predict_series": "prediction.series.job:run_predict_series",
    "active_fire": "fire.detection:run_active_fire",
    "threshold": "prediction.thresholds.job:run_threshold",
    "cloud_mask": "prediction.quality.mask:run_cloud_mask",
    "simplify_polygons": "vector.tracing.job:run_simplify_polygons",
    "separate_objects": "vector.separating.job:run_separate_objects",
    "describe": "runtime.description:run_describe",
    "assess_map": "assessment.maps:run_assess",
    "assess_scenes": "assessment.scenes:run_assess_scenes",
    "assess_detections": "assessment.detections:run_assess_detections",
    "draw_sample": "assessment.areas.draw:run_draw_sample",
    "estimate_area": "assessment.areas.estimate:run_estimate_area",
    "compare_maps": "assessment.comparing.compare:run_compare_maps",
    "classify_scenes": "prediction.scenes.job:run_classify_scenes",
    "embed_image": "prediction.embedding.job:run_embed_image",
    "find_similar": "prediction.embedding.similar:run_find_similar",
    "cluster_image": "prediction.embedding.clusters:run_cluster_image",
    "suggest_labels": "prediction.embedding.suggest:run_suggest_labels",
    "detect": "prediction.objects:run_detect",
    "train": "training.train:run_train",
    "distil": "training.distil:run_distil",
    "pretrain": "training.pretraining.job:run_pretrain",
    "train_classifier": "training.classifiers.job:run_train_classifier",
    "import_model": "importing.job:run_import",
    "export_model": "exporting.job:run_export",
    "describe_model": "describing.job:run_describe_model",
    "list_models": "describing.job:run_list_models",
    "fetch_model": "fetching.job:run_fetch_model",
    "fetch_manifests": "fetching.job:run_fetch_manifests",
    "export_chips": "chips.prepare:run_export_chips",
}


def loaded_when_run(place: str) -> Run:
    """The operation at a place, whose modules are loaded when it is asked for: torch alone takes seconds."""

    def run(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
        module, _, function = place.partition(":")
        result: dict[str, Any] = getattr(import_module(f".{module}", __package__), function)(arguments, report)
        return result

    return run


def repeat(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """The operation "repeat", which may carry out any other one."""
    from .repeating.job import run_repeat

    return run_repeat(arguments, report, OPERATIONS)


OPERATIONS: Mapping[str, Run] = {**{name: loaded_when_run(place) for name, place in PLACES.items()}, "repeat": repeat}
