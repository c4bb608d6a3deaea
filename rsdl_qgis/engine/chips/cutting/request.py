"""The request of a job to cut rasters and labels into chips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import InputError
from ...job.table import some
from ...job.training import DATA
from ...tables.tasks import TASKS
from ...vector.vector_file import VectorFile
from .specs import LabelSpec, SourceSpec

USUAL_SIZE = 256
ARGUMENTS = (
    *("task", "sources", "labels", "unlabelled", "background_name", "buffer", "all_touched"),
    *("multilabel", "only_inside", "colors", "extent", "extent_crs", "mask", "chip_size", "chip_overlap", "split"),
    *("input_bands", "input_dates", "unit", "object_size"),
)


@dataclass(frozen=True)
class CutRequest:
    """How rasters and labels are cut into chips.

    ``sources``: rasters. ``labels``: one layer for all sources, one per source in their order, or several for all;
    ``labelled``: whether there are labels. ``background``: the name ('': the default) of the class of unlabelled
    pixels, None: they are ignored; for objects: not None: chips without objects are cut too. ``buffer``: metres around
    lines and points (None: half a pixel; the pixel). ``all_touched``: polygons label all pixels that they touch, not
    only those whose centre they contain. ``multilabel``: the field of a scene names several classes, separated by ; or
    ,. ``only_inside``: pixels of a scene outside its polygon are invalid. ``extent``, ``mask``: the labelled area.
    ``size``, ``overlap``: of chips, in pixels. ``separate``: chips must be small enough for a split by blocks.
    ``pixels``: a pixel is learnt by itself, so that chips may be smaller than networks take them. ``bands``, ``dates``:
    names per input. ``object_size``: side in metres of objects that are points.
    """

    task: str
    sources: tuple[SourceSpec, ...] = ()
    labels: tuple[LabelSpec, ...] = ()
    labelled: bool = True
    background: str | None = None
    buffer: float | None = None
    all_touched: bool = False
    multilabel: bool = False
    only_inside: bool = True
    colors: Mapping[str, str] = field(default_factory=dict)
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str | None = None
    mask: VectorFile | None = None
    size: int | None = None
    overlap: int = 0
    separate: bool = True
    pixels: bool = False
    bands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unit: str = ""
    object_size: float | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, Any], labelled: bool = True) -> CutRequest:
        """The request in a job's arguments. InputError for invalid ones."""
        given = some(DATA, ARGUMENTS, arguments)
        task, unlabelled = given["task"], given.get("unlabelled", DATA["unlabelled"].default)
        if unlabelled == "background" and not TASKS[task].has_background:
            problem = f"UNLABELLED cannot be background: {TASKS[task].labels} have none."
            raise InputError(problem, "Choose UNLABELLED=ignore.")
        size, overlap = given.get("chip_size"), given.get("chip_overlap", 0)
        if overlap > (size or USUAL_SIZE) // 2:
            most = (size or USUAL_SIZE) // 2
            raise InputError(f"Chips cannot overlap by {overlap} px.", f"Choose an overlap from 0 to {most} px.")
        return cls(
            task=task,
            sources=tuple(map(SourceSpec.of, given.get("sources", ()))),
            labels=tuple(map(LabelSpec.of, given.get("labels", ()))) if labelled else (),
            labelled=labelled,
            background=given.get("background_name", "") if unlabelled == "background" else None,
            buffer=given.get("buffer"),
            all_touched=given.get("all_touched", False),
            multilabel=given.get("multilabel", False) and TASKS[task].scenes,
            only_inside=given.get("only_inside", True),
            colors=given.get("colors", {}),
            extent=tuple(given["extent"]) if "extent" in given else None,
            extent_crs=given.get("extent_crs"),
            mask=VectorFile.argument(arguments, "mask"),
            size=size,
            overlap=overlap,
            separate=given.get("split", "blocks") == "blocks",
            bands=given.get("input_bands", {}),
            dates=given.get("input_dates", {}),
            unit=given.get("unit", ""),
            object_size=given.get("object_size"),
        )

    @property
    def kind(self) -> str:
        """The kind of labels, as ``labels`` of a chip folder."""
        if not self.labelled:
            return "none"
        return TASKS[self.task].chip_labels[-1 if self.multilabel else 0]
