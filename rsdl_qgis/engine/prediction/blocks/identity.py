"""What a prediction has to have in common with one that was stopped, to resume it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ....paths import plugin_version
from ...cards.card import ModelCard
from ...files.names import files_of
from ...job.outputs import read_by
from ...runtime.choice.record import Choice
from ..request import PredictRequest

PATHS = ("path", "mask", "features")  # arguments that name what may be a copy, which has a key beside its path
SETTLED = ("scheduler", "engine", "device")  # arguments: who runs it, and two that are settled
LIBRARIES = ("numpy", "onnxruntime", "torch")  # whose numbers may differ from version to version

Files = Sequence[tuple[str, int, int]]


def mark_of(
    request: PredictRequest, card: ModelCard, engine: Choice, scales: Mapping[str, Any], cut: Any, blocks: Any
) -> str:
    """The SHA-256 of all that the blocks of a prediction depend on."""
    asked = words({name: value for name, value in request.asked.items() if name not in SETTLED})
    parts = {
        "version": plugin_version(),
        "libraries": libraries(),
        "operation": request.operation,
        "asked": asked,
        "files": read_files(asked),
        "model": [card.name, dict(card.sha256), card.domain],
        "engine": [engine.engine, engine.device],
        "scales": scales,
        "cut": cut,
        "blocks": [[block.start, block.stop] for block in blocks],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=_plain).encode()).hexdigest()


def libraries() -> dict[str, str]:
    """The versions of the libraries that run networks, of those that are there."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def words(value: Any) -> Any:
    """Arguments with the key of a copy in place of its path, which is another one each time."""
    if isinstance(value, Mapping):
        found = {name: words(item) for name, item in value.items()}
        for name in PATHS:
            key = found.get("key" if name == "path" else f"{name}_key")
            if key and name in found:
                found[name] = f"copy {key}"
        return found
    return [words(item) for item in value] if isinstance(value, (list, tuple)) else value


def read_files(arguments: Mapping[str, Any]) -> Files:
    """Path, size and time of change in ns of the files that arguments name, those of the model included."""
    found = []
    for source in dict.fromkeys(read_by(arguments)):
        for file in files_of(source):
            try:
                about = os.stat(file)
            except OSError:
                continue
            found.append((file, about.st_size, about.st_mtime_ns))
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)
