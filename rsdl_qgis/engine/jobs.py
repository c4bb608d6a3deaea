"""The operations a job can ask for: a table of name -> function(arguments, report) -> result."""

from __future__ import annotations

import json
import math
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timezone
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from ..paths import plugin_version
from .assess import run_assess
from .card import Input, ModelCard, match_bands
from .errors import InputError, MismatchError, OutputError
from .predict import Plan, predict
from .raster.source import Layer, RasterSource, inspect, valid_pixels
from .raster.tiles import tile_shape
from .report import Report
from .runtime import devices, open_runtime
from .scaling import Radiometry, radiometry
from .store import Store, unpack
from .tasks import regression, segmentation

NETWORK_MEMORY = 350_000_000  # bytes that the network may need for one batch, unless TILE_SIZE says otherwise
LARGEST_TILE = 768  # pixels: beyond it little is gained, and memory and the wait for a cancel grow
COLLECTORS: dict[str, tuple[Any, Any]] = {  # task whose networks give a map -> its outputs, what collects it
    "segmentation": (segmentation.Outputs, segmentation.SegmentationCollector),
    "change": (segmentation.Outputs, segmentation.SegmentationCollector),
    "regression": (regression.Outputs, regression.RegressionCollector),
}
LIBRARIES = ("numpy", "rasterio", "pyogrio", "onnxruntime", "torch", "safetensors")


def run_predict(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map a raster with a model; the arguments of DESIGN section 2, what was made, and its pixels or statistics."""
    started = time.perf_counter()
    _, model, given = (arguments[name] for name in ("output", "model", "inputs"))  # KeyError: the job lacks it
    with ExitStack() as stack:
        path, card = Store().find(model)
        if path.suffix.lower() == ".zip":
            path = unpack(path, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsdl-model-"))))
        if card.task not in COLLECTORS:
            raise MismatchError(f"Model '{card.name}' is for {card.task}, and this makes a map.")
        outputs_of, collector_of = COLLECTORS[card.task]
        outputs = outputs_of.of(arguments, card)
        inputs = layers_of(given, card)
        check_outputs(outputs.paths, inputs)
        source = stack.enter_context(
            RasterSource(
                inputs,
                resolution=card.resolution if arguments.get("resample") else None,
                extent=arguments.get("extent"),
                extent_crs=arguments.get("extent_crs"),
                mask=arguments.get("mask"),
            )
        )
        check_resolution(source, card, report)
        plan = make_plan(source.grid.height, source.grid.width, card, arguments)
        report.log("info", f"Tiles of {plan.tile[1]} x {plan.tile[0]} px, overlap {plan.overlap}, batch {plan.batch}.")
        report.progress(0.0, "Sampling the rasters")
        device, threads = arguments.get("device") or "auto", arguments.get("threads")
        with ThreadPoolExecutor(1, "open") as pool:  # the network loads while the rasters are sampled
            opened = pool.submit(open_runtime, card, path, device, threads, report)
            scaling = sampled_scaling(source, card, report)
            runtime = opened.result()
        note = provenance(card, arguments, scaling, plan)
        collector = collector_of(card, source.grid, outputs, plan.tile, plan.overlap, report, note)
        try:
            seconds = predict(source, scaling, card, runtime, collector, plan, report)
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    total = time.perf_counter() - started
    report.log(
        "info",
        f"{seconds.tiles_run} tiles in {total:.1f} s (read {seconds.read:.1f}, run {seconds.run:.1f}, "
        f"write {seconds.write:.1f} s, overlapping).",
    )
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
    "describe": run_describe,
    "assess_map": run_assess,
    **{name: run_training(name) for name in TRAINING},
}


def layers_of(inputs: Mapping[str, Any], card: ModelCard) -> dict[str, list[Layer]]:
    """The layers of each of the card's inputs, one a date; MismatchError where they are not what the model takes."""
    layers = {}
    for item in card.inputs:
        given = inputs.get(item.name)
        dates = len(item.dates)
        if not given or len(given) != dates:
            raise MismatchError(
                f"Model '{card.name}' takes {dates} raster(s) of {item.role or item.name} ({', '.join(item.dates)}), "
                f"and {len(given or [])} were given.",
                "Give one raster a date.",
            )
        layers[item.name] = [_layer(g, item) for g in given]
    unknown = sorted(set(inputs) - {item.name for item in card.inputs})
    if unknown:
        raise MismatchError(f"Model '{card.name}' takes no input '{unknown[0]}'.")
    return layers


def check_outputs(outputs: Sequence[str], inputs: Mapping[str, list[Layer]]) -> None:
    """OutputError for a folder that is not there, or an output that is one of the inputs."""
    sources = {Path(layer.path).resolve() for layers in inputs.values() for layer in layers}
    targets = [Path(path) for path in outputs]
    for target in targets:
        if not target.parent.is_dir():
            raise OutputError(f"There is no folder {target.parent} to write {target.name} to.", "Make it first.")
        if target.resolve() in sources:
            raise OutputError(f"{target} is one of the rasters to be read.", "Choose another output.")
    if len({target.resolve() for target in targets}) < len(targets):
        raise OutputError("Two results would be written to the same file.", "Choose different outputs.")


def check_resolution(source: RasterSource, card: ModelCard, report: Report) -> None:
    """MismatchError where the raster's pixels are too large or too small for the model."""
    if card.resolution is None:
        return
    if source.grid.crs is None:
        report.log(
            "warning",
            f"The raster has no coordinate system, so its pixel size is not known; the model was trained at "
            f"{card.resolution:g} m.",
        )
        return
    pixel = math.sqrt(math.prod(source.grid.resolution))
    factor = max(pixel / card.resolution, card.resolution / pixel)
    if factor > card.resolution_tolerance:
        raise MismatchError(
            f"The raster has pixels of {pixel:.3g} m, and model '{card.name}' was trained at {card.resolution:g} m "
            f"(it tolerates a factor of {card.resolution_tolerance:g}).",
            "Resample the raster to the model's resolution (RESAMPLE), or choose another model.",
        )


def sampled_scaling(source: RasterSource, card: ModelCard, report: Report) -> dict[str, Radiometry]:
    """How each input is scaled, from a sample of the raster; MismatchError for values the model cannot mean."""
    sample = source.sample()
    if not valid_pixels(sample).any():
        report.log("warning", "No valid pixel was found in a sample of the rasters: the map may be all nodata.")
    scaling = {}
    for item in card.inputs:
        array = sample[item.name]
        scaling[item.name] = radiometry(item, array)
        if scaling[item.name].apart:
            bands = ", ".join(item.bands[i].name for i in scaling[item.name].apart)
            report.log(
                "warning",
                f"{item.role or item.name}: the values of its dates lie too far apart to be of one product ({bands}), "
                "so each date is stretched alone, and less is seen of what changed. Give one product for all dates.",
            )
        if scaling[item.name].decibel:
            report.log("info", f"{item.role or item.name}: linear backscatter, converted to dB.")
        largest = float(array.max()) if array.count() else 0.0
        if item.scaling.method == "linear" and item.scaling.divisor > 1 and largest > 1.05 * item.scaling.divisor:
            raise MismatchError(
                f"The raster holds values up to {largest:g}, and model '{card.name}' takes 0 to "
                f"{item.scaling.divisor:g}.",
                "Stretch the raster to that range first (Raster > Conversion > Translate, with -scale and Byte).",
            )
    return scaling


def make_plan(height: int, width: int, card: ModelCard, arguments: Mapping[str, Any]) -> Plan:
    """Tile, overlap and batch: as asked for, else the largest tile whose network fits into the memory budget.

    Large tiles go one by one, so that reading and writing overlap with running; small fixed ones in batches.
    """
    tiling = card.tiling
    asked, overlap = arguments.get("tile_size"), arguments.get("overlap")
    if asked and not tiling.any_size and asked != tiling.size:
        problem = f"Model '{card.name}' takes tiles of {tiling.size} px only, not {asked}."
        raise MismatchError(problem, "Leave TILE_SIZE empty.")
    if asked and asked % tiling.multiple:
        near = max(1, round(asked / tiling.multiple)) * tiling.multiple
        raise InputError(f"Tiles of {asked} px are not a multiple of {tiling.multiple}.", f"Use TILE_SIZE={near}.")
    if not tiling.any_size:
        tile = (tiling.size, tiling.size)
        overlap = tiling.overlap if overlap is None else overlap
    else:
        largest = asked or memory_tile(card)
        overlap = min(tiling.overlap, largest // 4) if overlap is None else overlap
        tile = (asked, asked) if asked else tile_shape(height, width, largest, overlap, tiling.multiple)
    if any(side < length and overlap > side // 2 for side, length in zip(tile, (height, width))):
        raise InputError(
            f"An overlap of {overlap} px is more than half of a {tile[1]} x {tile[0]} px tile.",
            "Use a smaller OVERLAP.",
        )
    fitting = 1 if tiling.any_size else NETWORK_MEMORY // (tiling.memory * tile[0] * tile[1])
    batch = arguments.get("batch_size") or max(1, min(16, fitting))
    return Plan(tile, overlap, batch)


def memory_tile(card: ModelCard) -> int:
    """The side in pixels of the largest square tile whose network fits into the budget."""
    multiple = card.tiling.multiple
    side = math.isqrt(NETWORK_MEMORY // card.tiling.memory) // multiple * multiple
    return max(multiple, min(side, LARGEST_TILE // multiple * multiple))


def provenance(
    card: ModelCard, arguments: Mapping[str, Any], scaling: Mapping[str, Radiometry], plan: Plan
) -> dict[str, str]:
    """What is written into every output's metadata: how it was made."""
    stretch = {
        name: {"offset": np.round(r.offset, 4).tolist(), "gain": np.round(r.gain, 8).tolist(), "decibel": r.decibel}
        for name, r in scaling.items()
    }
    return {
        "RSDL_VERSION": plugin_version(),
        "RSDL_MODEL": card.name,
        "RSDL_MODEL_SHA256": json.dumps(dict(card.sha256)),
        "RSDL_JOB": json.dumps({"operation": "predict", "arguments": dict(arguments)}),
        "RSDL_SCALING": json.dumps(stretch),
        "RSDL_TILING": json.dumps({"tile": plan.tile, "overlap": plan.overlap, "batch": plan.batch}),
        "RSDL_TIME": datetime.now(timezone.utc).isoformat(timespec="seconds"),
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


def _layer(given: Mapping[str, Any], item: Input) -> Layer:
    """A layer with the bands chosen, else those that the input's bands are found to be."""
    nodata = given.get("nodata")
    nodata = tuple(nodata) if isinstance(nodata, list) else nodata
    bands = given.get("bands")
    if bands is None:
        info = inspect(Layer(given["path"]))
        bands = [info.bands[i - 1] for i in match_bands(item, info.descriptions, info.count)]
    elif len(bands) != len(item.bands):
        needs = ", ".join(band.name for band in item.bands)
        raise MismatchError(
            f"{len(bands)} band(s) were chosen, and the model takes {len(item.bands)} of {item.role or item.name}.",
            f"Choose, in this order: {needs}.",
        )
    return Layer(given["path"], tuple(bands), nodata)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
