"""Whether the model and the files of a run are here, and as they were."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..cards.model_file import file_hashes
from ..cards.store import Store, opened
from ..errors import InputError, ModelError
from ..feedback import Report
from ..files.text import shortened
from ..job.outputs import MODELS, replaced
from ..runs.inputs import known_by
from ..runs.places import lacks_secret

MOST = 8  # files that a message names
ELSEWHERE = "Say in PLACES where they are now: the beginning of the old path, '=' and that of the new one."


@dataclass
class Findings:
    """What is ``missing`` and what has ``changed``, in sentences."""

    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def looked_for(
    run: Mapping[str, Any], place: Callable[[str], str], refuse: bool, report: Report
) -> tuple[dict[str, Any], list[str]]:
    """The arguments of a run with its model as it is found here, and what has changed since.

    ``place``: a path here. InputError for what is missing, and for what has changed where that is to be refused.
    """
    findings = Findings()
    arguments = replaced(run["arguments"], MODELS, lambda model: _model(run, place(model), findings, report))
    for item in run["inputs"]:
        if isinstance(item, dict) and isinstance(item.get("path"), str):
            _look_at(item, place(item["path"]), findings, report)
    if findings.missing:
        raise InputError(_some(findings.missing), ELSEWHERE)
    if findings.changed and refuse:
        raise InputError(_some(findings.changed), "With CHANGED=run it is made again nevertheless, and compared.")
    for text in findings.changed:
        report.log("warning", text)
    return arguments, findings.changed


def _model(run: Mapping[str, Any], asked: str, findings: Findings, report: Report) -> str:
    """The model of a run by path or name: where it was, else an installed one with the same files."""
    said = run.get("model")
    stated = said.get("sha256") if isinstance(said, dict) else None
    name = shortened(str(said.get("name", asked))) if isinstance(said, dict) else asked
    try:
        with opened(asked) as (path, card):
            if not isinstance(stated, dict) or file_hashes(card, path) == stated:
                return asked
        findings.changed.append(f"Model '{name}' has other weights than the one that made the result.")
        return asked
    except ModelError:
        for _, path, card in Store().list():
            if isinstance(stated, dict) and file_hashes(card, path) == stated:
                report.log("info", f"Model '{name}' is not at {asked} any more; the same one is {path}.")
                return str(path)
    findings.missing.append(f"The model '{name}' is not here: there is no {asked}.")
    return asked


def _look_at(item: Mapping[str, Any], path: str, findings: Findings, report: Report) -> None:
    """Compare a file with what a run says of it."""
    if lacks_secret(path):
        report.log("warning", f"{path}: passwords and tokens are not kept with results, so it may not open.")
    if not os.path.lexists(path):
        if item.get("copy"):
            findings.missing.append(
                f"The run read {path}, which QGIS had made of a layer for it alone: save that layer, in the coordinate "
                "system of the rasters, as a file."
            )
        else:
            findings.missing.append(f"{path} is not there.")
        return
    try:
        facts = known_by(path)
    except OSError as error:
        findings.missing.append(f"{path} cannot be read: {error.strerror or error}.")
        return
    if any(item.get(name) not in (None, facts.get(name)) for name in ("size", "ends_sha256")):
        findings.changed.append(f"{path} is not what it was: {_told(item, facts)}.")
    elif item.get("modified") not in (None, facts.get("modified")):
        changed = facts.get("modified")
        text = f"{path} has another time of change, {changed}; its size, beginning and end are the same."
        report.log("info", text)


def _told(item: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    if item.get("size") != facts.get("size"):
        return f"it has {facts.get('size')} bytes, and had {item.get('size')}"
    return f"its content has changed ({facts.get('modified')}; it was of {item.get('modified')})"


def _some(texts: Sequence[str]) -> str:
    more = [f"And {len(texts) - MOST} more."] if len(texts) > MOST else []
    return " ".join([*texts[:MOST], *more])
