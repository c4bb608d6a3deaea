"""The requests of the assessment jobs, read once from their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..job.arguments import OPERATIONS
from ..job.common import AREA
from ..job.table import some
from ..raster.grid import Bounds
from ..raster.layer import Layer
from ..vector.vector_file import VectorFile
from .certainty.layers import AUTO, CertaintyLayer

BACKGROUND = "background"  # what an area without a class counts as, where it is not ignored


@dataclass(frozen=True)
class Area:
    """The area that is assessed: a rectangle in a CRS, and polygons; None: no limit."""

    extent: Bounds | None = None
    extent_crs: str | None = None
    mask: VectorFile | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.extent is not None or self.mask is not None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Area:
        """The area in a job's arguments. InputError for an extent that is none."""
        given = some(AREA, ("extent", "extent_crs"), arguments)
        extent = tuple(given["extent"]) if "extent" in given else None
        return cls(extent, given.get("extent_crs"), VectorFile.argument(arguments, "mask"))


@dataclass(frozen=True)
class MapLayer:
    """A map or a reference of classes, raster or vector.

    ``nodata``: of a raster, besides what it declares; ``names``: of its values, as the user gives them;
    ``class_field``: of a vector; ``fills``: values of a raster that stand for nothing, and how often they were met.
    """

    file: VectorFile
    title: str
    is_vector: bool = False
    class_field: str | None = None
    band: int = 1
    nodata: Any = None
    names: Mapping[int, str] = field(default_factory=dict)
    fills: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> MapLayer:
        """InputError where it has no path."""
        if not spec.get("path"):
            raise InputError("A layer of the job has no path.", 'Each is an object with a "path".')
        return cls(
            file=VectorFile.of(spec),
            title=title_of(spec),
            is_vector=bool(spec.get("vector")),
            class_field=spec.get("field"),
            band=(spec.get("bands") or [1])[0],
            nodata=spec.get("nodata"),
            names={int(value): str(name) for value, name in (spec.get("names") or {}).items()},
        )

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def raster(self) -> Layer:
        """The band with the classes."""
        return Layer(self.path, (self.band,), tuple(self.nodata) if isinstance(self.nodata, list) else self.nodata)


@dataclass(frozen=True)
class Pair:
    """A map, its reference, and how certain the map is, where that is asked for."""

    predicted: MapLayer
    reference: MapLayer
    certainty: CertaintyLayer | None = None

    @property
    def title(self) -> str:
        return self.predicted.title


@dataclass(frozen=True)
class MapRequest:
    """Maps and their references, in pairs, and what counts.

    ``unlabelled``, ``unmapped``: whether what has no class in the reference, in the map, is of class ``background``;
    ``pixel_size``: of polygons that are compared with polygons, in map units; ``certainty``: of each map, or none.
    """

    predicted: tuple[MapLayer, ...]
    reference: tuple[MapLayer, ...]
    area: Area = Area()
    unlabelled: bool = False
    unmapped: bool = False
    background: int = 0
    pixel_size: float | None = None
    certainty: tuple[CertaintyLayer, ...] = ()

    @property
    def fills(self) -> bool:
        """Whether there is anything that counts as background."""
        return self.unlabelled or self.unmapped

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> MapRequest:
        """The request in a job's arguments. InputError for what cannot be."""
        sides = [arguments.get(name) or [] for name in ("predicted", "reference")]
        for found, missing, choose in zip(sides, ("map", "reference"), ("PREDICTED", "REFERENCE")):
            if not found:
                raise InputError(f"There is no {missing} to compare.", f"Choose {choose}.")
        predicted, reference = (tuple(map(MapLayer.of, found)) for found in sides)
        names = ("unlabelled", "unmapped", "background", "pixel_size")
        given = some(OPERATIONS["assess_map"], names, arguments)
        rules = {name: given.pop(name, "") == BACKGROUND for name in ("unlabelled", "unmapped")}
        kind = some(OPERATIONS["assess_map"], ("certainty_kind",), arguments).get("certainty_kind", AUTO)
        certain = tuple(CertaintyLayer.of(spec, title_of(spec), kind) for spec in arguments.get("certainty") or ())
        return cls(predicted, reference, Area.of(arguments), **rules, **given, certainty=certain)

    @property
    def pairs(self) -> list[Pair]:
        """Maps and references in order; a single one goes with all others. InputError where they do not match."""
        predicted, reference = self.predicted, self.reference
        count = max(len(predicted), len(reference))
        if len(predicted) not in (1, count) or len(reference) not in (1, count):
            raise InputError(
                f"{len(predicted)} maps cannot be paired with {len(reference)} references.",
                "Give as many references as maps, in the same order, or one for all.",
            )
        certain = self.certainty or (None,) * len(predicted)
        if len(certain) != len(predicted):
            raise InputError(
                f"{len(predicted)} maps cannot be paired with {len(certain)} layers of certainty.",
                "Give CERTAINTY as many layers as there are maps, in the same order, or none.",
            )
        sides = (list(layers) * (count if len(layers) == 1 else 1) for layers in (predicted, reference, certain))
        return [Pair(*found) for found in zip(*sides)]


@dataclass(frozen=True)
class ScenesLayer:
    """A layer of classified features: ``fields`` of its classes or labels, ``join`` of ids; '' where there is none."""

    path: str = ""
    title: str = ""
    crs: str | None = None
    fields: tuple[str, ...] = ()
    join: str = ""

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> ScenesLayer:
        path, given = spec.get("path") or "", spec.get("field") or ()
        fields = (given,) if isinstance(given, str) else tuple(given)
        return cls(path, title_of(spec) if path else "", spec.get("crs"), fields, spec.get("join") or "")


@dataclass(frozen=True)
class ScenesRequest:
    """Predicted scenes and their reference, whose path is '' where it is a field of the predicted layer."""

    predicted: ScenesLayer
    reference: ScenesLayer
    multilabel: bool = False

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> ScenesRequest:
        """The request in a job's arguments. InputError where there is no prediction."""
        predicted, reference = (ScenesLayer.of(arguments.get(name) or {}) for name in ("predicted", "reference"))
        if not predicted.path:
            raise InputError("There is no prediction to compare.", "Choose PREDICTED.")
        return cls(predicted, reference, bool(arguments.get("multilabel")))


@dataclass(frozen=True)
class DetectionsLayer:
    """A layer of objects, and its fields of classes, of scores, and of what does not count; '' where none is named."""

    path: str
    title: str
    crs: str | None = None
    class_field: str = ""
    score_field: str = ""
    ignore_field: str = ""

    @classmethod
    def of(cls, spec: Mapping[str, Any], option: str) -> DetectionsLayer:
        """InputError where there is none; ``option``: the parameter that names it."""
        if not spec.get("path"):
            raise InputError(f"There is no {option.lower()} layer.", f"Choose {option}.")
        fields = {name: spec.get(name) or "" for name in ("class_field", "score_field", "ignore_field")}
        return cls(spec["path"], title_of(spec), spec.get("crs"), **fields)


@dataclass(frozen=True)
class DetectionsRequest:
    """Detections and reference objects; ``confidence``: threshold for precision, recall, F1 and the layer."""

    predicted: DetectionsLayer
    reference: DetectionsLayer
    area: Area = Area()
    confidence: float = 0.0
    matches: str = ""  # the layer of matches that is written

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> DetectionsRequest:
        """The request in a job's arguments. InputError for what cannot be."""
        confidence = float(arguments.get("confidence") or 0.0)
        if not 0 <= confidence <= 1:
            raise InputError(f"CONFIDENCE is {confidence:g}.", "Give a number from 0 to 1.")
        predicted, reference = (
            DetectionsLayer.of(arguments.get(name) or {}, name.upper()) for name in ("predicted", "reference")
        )
        return cls(predicted, reference, Area.of(arguments), confidence, arguments.get("matches") or "")


def title_of(spec: Mapping[str, Any]) -> str:
    """The title that a layer of a job has, else the name of its file."""
    return str(spec.get("title") or Path(str(spec["path"]).split("|")[0]).name)
