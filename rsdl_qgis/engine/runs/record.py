"""The run of a job: what it did, with what, by what and on what, as plain values.

``operation`` and ``arguments`` (those of the job, with the defaults that stood for what was not given), ``model``
(name, title, hashes of its files), ``inputs`` (see ``inputs``), ``libraries``, ``computer``, ``version`` of the plugin,
``time``, and what a job settled by itself, such as its ``engine``, its ``device`` and how rasters were ``cut``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ...paths import plugin_version
from ..errors import InputError
from ..files.json import parsed
from ..files.names import file_of, with_file
from ..job.arguments import OPERATIONS
from ..job.outputs import MODELS, READ, replaced, written_by
from . import FORMAT, RESULT, RUN
from .computer import computer, libraries
from .inputs import inputs_of
from .places import portable

Run = Mapping[str, Any]
ELSEWHERE = ("scheduler",)  # arguments that say who does the work, which changes nothing
PARTS = {"operation": str, "arguments": Mapping, "inputs": list, "libraries": Mapping, "computer": Mapping}
TELL = "Choose a raster or vector layer that one of the plugin's algorithms has written."


def run_of(operation: str, asked: Mapping[str, Any], **settled: Any) -> dict[str, Any]:
    """The run of a job that is about to work. ``settled``: ``model``, ``engine`` and the like, as it has them."""
    table = OPERATIONS[operation]
    given = {name: asked.get(name, argument.default) for name, argument in table.items() if name not in ELSEWHERE}
    arguments = {name: value for name, value in given.items() if value is not None}
    return {
        "format": FORMAT,
        "version": plugin_version(),
        "operation": operation,
        "arguments": replaced(replaced(arguments, (*READ, *MODELS), _placed), written_by(operation), _written),
        "inputs": inputs_of(arguments),
        **settled,
        "libraries": {**libraries(), **settled.get("libraries", {})},
        "computer": computer(),
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def noted(run: Run) -> dict[str, str]:
    """A run as metadata of a result."""
    return {RUN: json.dumps(run, ensure_ascii=False)}


def of_result(metadata: Mapping[str, str], name: str) -> dict[str, str]:
    """The metadata of one of a job's results, the one that the argument ``name`` names."""
    return {**metadata, RESULT: name} if RUN in metadata else dict(metadata)


def run_in(metadata: Mapping[str, str], path: str) -> dict[str, Any]:
    """The run in the metadata of a result, which may come from anywhere. InputError where there is none."""
    text = metadata.get(RUN)
    if not text:
        raise InputError(f"{path} does not say how it was made.", TELL)
    try:
        run = parsed(text)
    except ValueError:
        run = None
    if not isinstance(run, dict) or not all(isinstance(run.get(name), kind) for name, kind in PARTS.items()):
        raise InputError(f"What {path} says of how it was made is damaged.", TELL)
    if run.get("format") != FORMAT:
        raise InputError(f"{path} was made by another version of the plugin, whose runs are not read.", TELL)
    return run


def _written(path: str) -> str:
    """Where a result is written, as a run says it."""
    return portable(os.path.abspath(path))


def _placed(source: str) -> str:
    """A source that is a file's: its absolute path, as a run says it."""
    if source.lstrip().startswith("<"):
        return portable(source)
    file = file_of(source)
    return portable(source if file is None else with_file(source, file))
