"""What a job asks for when rasters and labels are to become chips."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError

USUAL_SIZE = 256
SMALLEST, LARGEST = 16, 4096  # pixels a side of a chip that may be asked for
UNLABELLED = ("ignore", "background")
TASKS = ("segmentation", "change", "regression", "classification", "time-series", "detection")
NO_BACKGROUND = {"regression": "numbers", "classification": "scenes"}


@dataclass(frozen=True)
class CutRequest:
    """How rasters and labels become chips.

    ``background``: the name ('': as usual) of the class of what is not labelled, None: it is ignored; of objects: not
    None means that chips without any are cut too. ``buffer``:
    metres around lines and points (None: half a pixel, the pixel). ``all_touched``: polygons label all pixels that they
    touch, not only those whose centre they hold. ``multilabel``: the field of a scene names several
    classes, divided by ; or ,. ``only_inside``: pixels of a scene outside its polygon are not valid. ``extent``,
    ``mask``: outside nothing is labelled. ``size``, ``overlap``: of chips in pixels. ``separate``: chips are to be
    small enough for a split by blocks. ``bands``, ``dates``: names, an input. ``object_size``: metres a side of
    objects that are points.
    """

    task: str
    labelled: bool = True
    background: str | None = None
    buffer: float | None = None
    all_touched: bool = False
    multilabel: bool = False
    only_inside: bool = True
    colors: Mapping[str, str] = field(default_factory=dict)
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str | None = None
    mask: str | None = None
    size: int | None = None
    overlap: int = 0
    separate: bool = True
    bands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unit: str = ""
    object_size: float | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, Any], labelled: bool = True) -> CutRequest:
        """The request in a job's arguments. InputError for what cannot be."""
        task, unlabelled = arguments.get("task"), arguments.get("unlabelled") or UNLABELLED[0]
        if task not in TASKS:
            raise InputError(f"There are no chips for the task '{task}'.", f"Choose one of {', '.join(TASKS)}.")
        if unlabelled not in UNLABELLED:
            raise InputError(f"UNLABELLED cannot be '{unlabelled}'.", f"Choose one of {', '.join(UNLABELLED)}.")
        if unlabelled == "background" and task in NO_BACKGROUND:
            problem = f"UNLABELLED cannot be background: {NO_BACKGROUND[task]} have none."
            raise InputError(problem, "Choose UNLABELLED=ignore.")
        object_size = arguments.get("object_size")
        if object_size is not None and not (math.isfinite(object_size) and object_size > 0):
            raise InputError(f"Objects of {object_size} m cannot be.", "Give their SIZE in metres, above 0.")
        buffer, size, overlap = (arguments.get(name) for name in ("buffer", "chip_size", "chip_overlap"))
        if buffer is not None and not (math.isfinite(buffer) and buffer >= 0):
            raise InputError(f"A buffer of {buffer} m cannot be.", "Give metres, 0 or more.")
        if size is not None and not SMALLEST <= size <= LARGEST:
            raise InputError(f"Chips of {size} px cannot be.", f"Choose a size from {SMALLEST} to {LARGEST} px.")
        if overlap is not None and not 0 <= overlap <= (size or USUAL_SIZE) // 2:
            most = (size or USUAL_SIZE) // 2
            raise InputError(f"Chips cannot overlap by {overlap} px.", f"Choose an overlap from 0 to {most} px.")
        return cls(
            task=task,
            labelled=labelled,
            background=(arguments.get("background_name") or "") if unlabelled == "background" else None,
            buffer=buffer,
            all_touched=bool(arguments.get("all_touched")),
            multilabel=bool(arguments.get("multilabel")) and task == "classification",
            only_inside=arguments.get("only_inside", True),
            colors=arguments.get("colors") or {},
            extent=tuple(arguments["extent"]) if arguments.get("extent") else None,
            extent_crs=arguments.get("extent_crs"),
            mask=arguments.get("mask"),
            size=size,
            overlap=overlap or 0,
            separate=(arguments.get("split") or "blocks") == "blocks",
            bands=arguments.get("input_bands") or {},
            dates=arguments.get("input_dates") or {},
            unit=arguments.get("unit") or "",
            object_size=object_size,
        )

    @property
    def kind(self) -> str:
        """Of the labels, as ``labels`` of a chip folder."""
        if not self.labelled:
            return "none"
        scenes = "classes" if self.multilabel else "class"
        return {"regression": "number", "detection": "boxes", "classification": scenes}.get(self.task, "raster")


def keyed(value: Any) -> Any:
    """Arguments without the paths of what has a key."""
    if isinstance(value, Mapping):
        return {name: keyed(item) for name, item in value.items() if not (name == "path" and "key" in value)}
    return [keyed(item) for item in value] if isinstance(value, (list, tuple)) else value
