"""The job "detect": the objects in a raster, as polygons of a vector layer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from .card import ModelCard
from .detector import open_detector
from .errors import MismatchError
from .inputs import check_resolution, layers_of, made_ready, open_source
from .outputs import writing
from .plan import make_plan
from .predict import load_tile, predict
from .provenance import provenance
from .raster.tiles import tiles
from .raster.vector_sink import driver_of
from .report import Report
from .runtime import network_form
from .store import opened
from .task_table import task_of
from .tasks.detection import DetectionCollector, Settings


@writing("detect")
def run_detect(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Find the objects in a raster; what was made, and how many objects each class has.

    Arguments as of "predict", with ``confidence``, ``iou``, ``suppression`` (nms, soft, union), ``min_size`` and
    ``max_size`` (metres); see ``tasks.detection.Settings``. ``output`` is a vector file.
    """
    started = time.perf_counter()
    output, model, given = (arguments[name] for name in ("output", "model", "inputs"))
    with ExitStack() as stack:
        path, card = stack.enter_context(opened(model))
        if task_of(card.task).operation != "detect":
            raise MismatchError(f"Model '{card.name}' is for {card.task}, and this finds objects.")
        settings = Settings.of(arguments, card)
        driver_of(output)
        inputs = layers_of(given, card)
        source = stack.enter_context(open_source(inputs, card, arguments))
        check_resolution(source, card, report)
        form = network_form(card, path, arguments.get("device"))
        plan = make_plan(source.grid.height, source.grid.width, card, arguments, form)
        report.log("info", plan.told())
        report.log("info", told(settings, card))
        scaling, detector = made_ready(source, card, path, arguments, report, open_detector, plan.streams)
        note = provenance("detect", card, arguments, scaling, vars(plan))
        windows = tiles(source.grid.height, source.grid.width, plan.tile, plan.overlap)
        decode, finite = detector.decode, detector.finite
        collector = DetectionCollector(
            card, source.grid, output, settings, decode, plan.overlap, report, note, finite
        )
        try:
            load = partial(load_tile, source, scaling)
            seconds = predict(windows, load, detector.run, collector, plan.batch, report, streams=plan.streams)
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    total = time.perf_counter() - started
    if not result["objects"]:
        report.log("warning", "No object was found.")
    report.log("info", f"{result['objects']} objects; {seconds.told(total)}")
    cost = {"seconds": round(total, 2), "tiles": seconds.tiles_run, "timing": vars(seconds)}
    return {**result, "model": card.name, "confidence": settings.confidence, **cost}


def told(settings: Settings, card: ModelCard) -> str:
    """What counts as an object, for the log."""
    return (
        f"Objects of {', '.join(item.name for item in card.classes[:10])}{' …' if len(card.classes) > 10 else ''} "
        f"from a confidence of {settings.confidence:g}; suppression {settings.suppression} at IoU {settings.iou:g}."
    )
