"""The request of a job's chips: an existing folder, or layers to cut, and how to split the chips."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..job.table import some
from ..job.training import DATA
from .cutting.request import CutRequest
from .splitting.splits import SplitRequest

RELATED = (  # arguments that change the chips
    *("task", "sources", "labels", "input_bands", "input_dates", "colors", "unlabelled", "background_name", "buffer"),
    *("all_touched", "multilabel", "only_inside", "extent", "extent_crs", "mask", "mask_crs", "mask_versions"),
    *("chip_size", "chip_overlap", "unit", "object_size"),
    *("split", "valid", "test", "block_size", "seed"),
)


@dataclass(frozen=True)
class ChipsRequest:
    """The chips of a job. ``given``: a folder of chips, or of images that can be read as chips; None: they are cut.

    ``key``: identifies cut chips: SHA-256 of the arguments and of the state of their files.
    """

    cut: CutRequest
    split: SplitRequest
    given: Path | None = None
    key: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, Any], labelled: bool = True) -> ChipsRequest:
        """The request in a job's arguments; ``labelled``: the chips have labels. InputError for invalid ones.

        A layer that was copied for the job has a ``key`` (a mask ``mask_key``), which is used instead of its path and
        state.
        """
        chips = some(DATA, ("chips",), arguments).get("chips")
        return cls(
            cut=CutRequest.of(arguments, labelled),
            split=SplitRequest.of(arguments),
            given=Path(chips) if chips else None,
            key=_key(arguments, labelled),
        )


def _key(arguments: Mapping[str, Any], labelled: bool) -> str:
    related = {name: _keyed(arguments[name]) for name in RELATED if arguments.get(name) is not None}
    if "mask_key" in arguments:
        related["mask"] = arguments["mask_key"]
    states = {path: _state(Path(path)) for path in _paths(related)}
    text = json.dumps([related, labelled, states], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _keyed(value: Any) -> Any:
    """Arguments without the paths of layers that have a key."""
    if isinstance(value, Mapping):
        return {name: _keyed(item) for name, item in value.items() if not (name == "path" and "key" in value)}
    return [_keyed(item) for item in value] if isinstance(value, (list, tuple)) else value


def _paths(related: Mapping[str, Any]) -> list[str]:
    """The files that layers are read from."""
    inputs = [source.get("inputs") or {} for source in related.get("sources") or ()]
    specs = [spec for item in inputs for given in item.values() for spec in given]
    specs += [*(related.get("labels") or ()), *([{"path": related["mask"]}] if related.get("mask") else ())]
    return sorted({str(spec["path"]).split("|")[0] for spec in specs if spec.get("path")})


def _state(path: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of a file and of its companion files; nothing for '.' and '/'."""
    if not path.name:
        return []
    whole = [path.with_name(path.name + ending) for ending in (".msk", ".ovr", "-wal")]
    parts = [path.with_suffix(ending) for ending in (".dbf", ".shx", ".prj", ".cpg", ".msk")]  # of .shp; a mask
    found = [(file.name, file.stat()) for file in dict.fromkeys([path, *whole, *parts]) if file.is_file()]
    return sorted((name, state.st_size, state.st_mtime_ns) for name, state in found)
