"""The operations a job can ask for: a table of name -> function(arguments, report) -> result."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from ..paths import plugin_version
from .assess import run_assess
from .assess_detections import run_assess_detections
from .assess_scenes import run_assess_scenes
from .classify_scenes import run_classify_scenes
from .detect import run_detect
from .errors import MismatchError
from .inputs import check_resolution, layers_of, made_ready, open_source
from .outputs import writing
from .plan import make_plan
from .predict import load_tile, predict
from .provenance import provenance
from .raster.tiles import tiles
from .report import Report
from .runtime import devices, network_form, open_runtime
from .series import run_predict_series
from .store import Store, opened
from .tasks import regression, segmentation

COLLECTORS: dict[str, tuple[Any, Any]] = {  # task whose networks give a map -> its outputs, what collects it
    "segmentation": (segmentation.Outputs, segmentation.SegmentationCollector),
    "change": (segmentation.Outputs, segmentation.SegmentationCollector),
    "regression": (regression.Outputs, regression.RegressionCollector),
}
LIBRARIES = ("numpy", "rasterio", "pyogrio", "shapely", "onnxruntime", "torch", "safetensors")


@writing("predict")
def run_predict(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map a raster with a model; the arguments of DESIGN section 2, what was made, and its pixels or statistics."""
    started = time.perf_counter()
    _, model, given = (arguments[name] for name in ("output", "model", "inputs"))
    with ExitStack() as stack:
        path, card = stack.enter_context(opened(model))
        if card.task not in COLLECTORS:
            raise MismatchError(f"Model '{card.name}' is for {card.task}, and this makes a map.")
        outputs_of, collector_of = COLLECTORS[card.task]
        outputs = outputs_of.of(arguments, card)
        inputs = layers_of(given, card)
        source = stack.enter_context(open_source(inputs, card, arguments))
        check_resolution(source, card, report)
        form = network_form(card, path, arguments.get("device"))
        segmentation.check_probabilities(outputs, card, form)
        plan = make_plan(source.grid.height, source.grid.width, card, arguments, form)
        report.log("info", plan.told())
        scaling, runtime = made_ready(source, card, path, arguments, report, open_runtime, plan.streams)
        note = provenance("predict", card, arguments, scaling, vars(plan))
        windows = tiles(source.grid.height, source.grid.width, plan.tile, plan.overlap)
        collector = collector_of(card, source.grid, outputs, plan.tile, plan.overlap, report, note)
        try:
            load = partial(load_tile, source, scaling, margin=plan.margin)
            seconds = predict(windows, load, runtime, collector, plan.batch, report, streams=plan.streams)
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    total = time.perf_counter() - started
    report.log("info", seconds.told(total))
    cost = {"seconds": round(total, 2), "tiles": seconds.tiles_run, "timing": vars(seconds)}
    return {**result, "model": card.name, **cost}


def run_describe(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Versions, devices, models, and whether a tiny network runs: what a bug report needs."""
    with tempfile.TemporaryDirectory(prefix="rsdl-check-") as folder:
        check = tiny_network(Path(folder))
    return {
        "version": plugin_version(),
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "devices": devices(),
        "models": {name: str(path) for name, path, _ in Store().list()},
        "network_check": check,
    }


def run_training(operation: str) -> Callable[[Mapping[str, Any], Report], dict[str, Any]]:
    """An operation of training, whose modules load torch: only when it is asked for."""

    def run(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
        module, _, function = TRAINING[operation].partition(":")
        result: dict[str, Any] = getattr(import_module(f".training.{module}", __package__), function)(arguments, report)
        return result

    return run


TRAINING = {"train": "run:run_train", "distil": "distil:run_distil", "export_chips": "export:run_export_chips"}
OPERATIONS: dict[str, Callable[[Mapping[str, Any], Report], dict[str, Any]]] = {
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


def tiny_network(folder: Path) -> str:
    """'ok', or what went wrong when a tiny network was built, exported and run."""
    try:
        import onnx
        import onnxruntime
        from onnx import TensorProto, helper

        value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 4, 4]) for name in ("x", "y")]
        graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "check", value[:1], value[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, folder / "check.onnx")
        session = onnxruntime.InferenceSession(folder / "check.onnx", providers=["CPUExecutionProvider"])
        image = np.linspace(-1, 1, 16, dtype=np.float32).reshape(1, 1, 4, 4)
        (result,) = session.run(None, {"x": image})
        return "ok" if np.array_equal(result, np.maximum(image, 0)) else "the network's answer is wrong"
    except Exception as error:  # whatever is wrong with the environment is what this is to report
        return f"{type(error).__name__}: {error}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
