"""What was chosen is kept in a file beside the model, else among the user's data; it never stands in a job's way.

A choice holds for the model's files, the versions of the engines, the computer's processor and the device asked for;
with others it is not found, and made anew. Several computers may share a model and its file.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from ....paths import user_folder
from ...cards.card import ModelCard
from ...cards.model_file import file_hashes
from ...files.json import parsed
from ...files.text import shortened
from ...runs.computer import processor as _processor
from ...tables.devices import ENGINES, is_device
from ..devices import available_cores

FILE = "engine.json"
LARGEST = 1 << 16  # bytes of such a file
LONGEST = 400  # characters of a sentence
MOST = 20  # choices in a file, the newest
LIBRARIES = re.compile(r"onnxruntime(-.+)?|torch|openvino")
State = Mapping[str, Any]  # what a choice holds for


@dataclass(frozen=True)
class Choice:
    """An engine and its device, and what they were chosen for: a clause with the figures."""

    engine: str
    device: str
    why: str


def state_of(card: ModelCard, path: Path, device: str) -> dict[str, Any]:
    """What a choice of an engine holds for. ``device``: as asked for."""
    return {
        "device": device.lower(),
        "model": file_hashes(card, path),
        "libraries": _versions(),
        "processor": f"{platform.system()} {platform.machine()} {_processor()}, {available_cores()} cores",
    }


def kept(path: Path, card: ModelCard, device: str) -> Choice | None:
    """The choice that was made on a computer like this; None where there is none, or its file cannot be used."""
    for place in places(path):
        choices = _read(place)
        if choices:
            state = state_of(card, path, device)
            for item in choices:
                choice = _choice(item, state)
                if choice is not None:
                    return choice
    return None


def keep(path: Path, card: ModelCard, device: str, choice: Choice) -> Path | None:
    """Keep a choice; the file, or None where no place takes it, which is no error."""
    state = state_of(card, path, device)
    for place in places(path):
        others = [item for item in _read(place) if not (isinstance(item, dict) and item.get("for") == state)]
        item = {"engine": choice.engine, "device": choice.device, "why": choice.why, "for": state}
        with suppress(OSError):
            _write(place, {"choices": [item, *others][:MOST]})
            return place
    return None


def places(path: Path) -> tuple[Path, Path]:
    """Where choices of a model are kept: inside its folder, or beside its file; else in the user's folder."""
    path = Path(os.path.abspath(path))
    beside = path / FILE if path.is_dir() else path.with_name(f".{path.name}.{FILE}")
    name = hashlib.sha256(str(path).encode(errors="surrogatepass")).hexdigest()[:16]
    return beside, user_folder() / "engines" / f"{name}.json"


def _read(place: Path) -> list[Any]:
    """The choices in a file, none where it is not ours."""
    with suppress(OSError, ValueError):
        with place.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        value = parsed(data.decode("utf-8")) if len(data) <= LARGEST else None
        choices = value.get("choices") if isinstance(value, dict) else None
        return choices if isinstance(choices, list) else []
    return []


def _choice(item: Any, state: State) -> Choice | None:
    """One choice of a file, if it is sound and holds for the state."""
    if not isinstance(item, dict) or item.get("for") != state:
        return None
    engine, device, why = (str(item.get(key)) for key in ("engine", "device", "why"))
    return Choice(engine, device, shortened(why, LONGEST)) if engine in ENGINES[2:] and is_device(device) else None


def _write(place: Path, value: Mapping[str, Any]) -> None:
    """Write a file as a whole."""
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    if place.parent.name == "engines":
        place.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
        part.replace(place)
    finally:
        with suppress(OSError):
            part.unlink()


def _versions() -> dict[str, str]:
    """The libraries that run networks."""
    found = {str(item.metadata["Name"]).lower(): item.version for item in metadata.distributions()}
    return {name: version for name, version in sorted(found.items()) if LIBRARIES.fullmatch(name)}
