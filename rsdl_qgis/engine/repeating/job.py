"""The job "repeat": a result is made again from the run that it carries, and compared with what was made then."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ...paths import plugin_version
from ..bundles.read import mapped
from ..errors import InputError, OutputError
from ..feedback import Portion, Report
from ..files.text import shortened
from ..job.arguments import OPERATIONS, checked
from ..job.outputs import OPERATIONS as OPERATES
from ..job.outputs import READ, Run, replaced, writing, written_by
from ..raster.metadata import gdal_version
from ..runs.computer import computer, libraries
from ..runs.places import here
from ..runs.record import ELSEWHERE, TELL
from .check import looked_for
from .compare import compared
from .results import is_of_run, run_of_result

DONE = 0.9  # of the progress: then what was made is compared
COMPARED = (".tif", ".tiff", ".gpkg", ".geojson", ".json", ".shp", ".fgb")  # endings of rasters and layers


def run_repeat(arguments: Mapping[str, Any], report: Report, operations: Mapping[str, Run]) -> dict[str, Any]:
    """Make a result again, by the ordinary operation; ``operations``: all that there are.

    The results of the run are written to the folder ``output`` under their names. ``compared``: of each, whether it is
    the same, and what differs. ``differences``: what else was different then: versions, computer, device.
    """
    return writing("repeat")(partial(_repeated, operations=operations))(arguments, report)


def _repeated(arguments: Mapping[str, Any], report: Report, operations: Mapping[str, Run]) -> dict[str, Any]:
    path = arguments["path"]
    run, result = run_of_result(path)
    operation = run["operation"]
    if operation not in operations or OPERATES[operation].folders or result not in OPERATES[operation].files:
        raise InputError(f"{path} was made by '{shortened(operation)}', which cannot be repeated here.", TELL)
    place = partial(_place, [(item["old"], item["new"]) for item in arguments.get("places") or ()])
    asked, changed = looked_for(run, place, arguments.get("changed") != "run", report)
    asked = replaced(asked, READ, place)
    folder = _folder(arguments["output"])
    named = [name for name in written_by(operation) if isinstance(asked.get(name), str)]
    before = {name: place(asked[name]) for name in named}
    made = _outputs(before, folder)
    asked = {name: value for name, value in asked.items() if name not in ELSEWHERE}
    job = checked(operation, {**asked, **_settled(run, arguments.get("device")), **made})
    report.log("info", f"Made with version {run.get('version')} at {run.get('time')}: '{operation}'.")
    operations[operation](job, Portion(report, 0.0, DONE))
    differences = unlike(run, job.get("device"))
    for text in differences:
        report.log("info", text)
    pairs = {name: _original(name, result, path, before[name]) for name in named if _is_compared(made[name])}
    found = [
        _compared(name, original, made[name], Portion(report, DONE, 1.0))
        for name, original in pairs.items()
        if original
    ]
    for item in found:
        report.log("info" if item["identical"] else "warning", f"{Path(item['made']).name}: {item['text']}.")
    return {
        "output": str(folder),
        "made": made[result],
        "identical": all(item["identical"] for item in found),
        "compared": found,
        "differences": differences,
        "changed": changed,
    }


def unlike(run: Mapping[str, Any], device: Any = None) -> list[str]:
    """What differs between now and when a run was made, in sentences."""
    now = {**libraries(), "gdal": gdal_version()}
    texts = _apart("version of the plugin", run.get("version"), plugin_version())
    for name in sorted({*run["libraries"], *now}):
        texts += _apart(name, run["libraries"].get(name), now.get(name))
    for name, value in computer().items():
        texts += _apart(name, run["computer"].get(name), value)
    return texts + (_apart("device", run.get("device"), device) if run.get("device") and device else [])


def _apart(what: str, then: Any, now: Any) -> list[str]:
    return [] if then == now else [f"Another {what}: {_said(now)} now, {_said(then)} then."]


def _said(value: Any) -> str:
    return "none" if value in (None, "") else shortened(str(value))


def _place(maps: Sequence[tuple[str, str]], source: str) -> str:
    return mapped(here(source), maps)


def _settled(run: Mapping[str, Any], device: str | None) -> dict[str, Any]:
    """Arguments for what the run settled by itself, so far as its operation takes them."""
    found = {"engine": run.get("engine"), "device": device or run.get("device"), "cut": run.get("cut")}
    if not isinstance(found["cut"], dict) or "tile" not in found["cut"]:
        found.pop("cut")
    return {name: value for name, value in found.items() if name in OPERATIONS[run["operation"]] and value is not None}


def _folder(output: str) -> Path:
    folder = Path(os.path.abspath(output))
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        problem = f"The folder {folder} cannot be made: {error.strerror or error}."
        raise OutputError(problem, "Choose another folder.") from None
    return folder


def _outputs(before: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Where the results of a run go: into the folder, under their names; with the argument's name where two are one."""
    names = {name: Path(path.replace("\\", "/")).name for name, path in before.items()}
    used = [*names.values()]
    return {name: str(folder / (file if used.count(file) == 1 else f"{name}-{file}")) for name, file in names.items()}


def _is_compared(path: str) -> bool:
    return Path(path).suffix.lower() in COMPARED and os.path.exists(path)


def _original(name: str, result: str, given: str, path: str) -> str | None:
    """The result of the run that is to be compared; None where it is not there any more, or is of another run."""
    if name == result:
        return given
    beside = os.path.join(os.path.dirname(given.partition("|")[0]), os.path.basename(path))
    return next((file for file in (path, beside) if os.path.exists(file) and is_of_run(given, file)), None)


def _compared(name: str, original: str, made: str, report: Report) -> dict[str, Any]:
    found = compared(original, made, report)
    return {
        "result": name,
        "original": original,
        "made": made,
        "identical": found.identical,
        "differing": found.share,
        "largest": found.largest,
        "text": found.described(),
    }
