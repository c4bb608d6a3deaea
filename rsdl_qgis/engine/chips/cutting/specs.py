"""The layers of a job from which chips are cut: rasters and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...files.text import one_line
from ...products.quality import Quality
from ...raster.source import Layer
from ...tables.orders import NEWEST
from ...tables.sensors import SCALED
from ...vector.vector_file import VectorFile


@dataclass(frozen=True)
class SourceSpec:
    """Rasters of one area. ``layers``: of each input, one per date; ``dates``: their names in the job, '': none."""

    title: str
    layers: Mapping[str, tuple[Layer, ...]]
    dates: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> SourceSpec:
        """The rasters of a job's spec: ``title`` and ``inputs``. InputError where there is none."""
        layers = {name: tuple(map(_layer, specs)) for name, specs in (given.get("inputs") or {}).items()}
        if not layers or not all(layers.values()):
            raise InputError("A source of the job has no raster.", 'Each has "inputs", a list of layers an input.')
        dates = {name: tuple(str(spec.get("date") or "") for spec in specs) for name, specs in given["inputs"].items()}
        first = next(iter(layers.values()))[0]
        return cls(str(given.get("title") or Path(first.path).stem), layers, dates)


@dataclass(frozen=True)
class LabelSpec:
    """A label layer: features, or a ``raster``. ``class_field``: of the label; ``place_field``: of the place.

    ``names``: of class values; ``colors``: of class values or names.
    """

    title: str
    vector: VectorFile | None = None
    class_field: str | None = None
    place_field: str | None = None
    raster: Layer | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> LabelSpec:
        """The layer of a job's spec. InputError where it has no path.

        ``path``, ``title``; of a vector layer ``vector`` true, ``field``, ``crs``, ``versions`` (see VectorFile),
        ``place_field``; of a raster ``bands`` (one) and ``nodata``; of both ``names`` and ``colors`` of its values.
        """
        if not given.get("path"):
            raise InputError("A label layer of the job has no path.", 'Each is an object with a "path".')
        title = one_line(str(given.get("title") or Path(given["path"].split("|")[0]).stem))
        names = {int(value): one_line(str(name)) for value, name in (given.get("names") or {}).items()}
        colors = {str(key): str(colour) for key, colour in (given.get("colors") or {}).items()}
        if given.get("vector"):
            fields = given.get("field"), given.get("place_field")
            return cls(title, VectorFile.of(given), *fields, names=names, colors=colors)
        bands = tuple(given.get("bands") or (1,))
        return cls(title, raster=_layer({**given, "bands": bands[:1], "palette": False}), names=names, colors=colors)


def _layer(given: Mapping[str, Any]) -> Layer:
    bands, nodata = given.get("bands"), given.get("nodata")
    return Layer(
        given["path"],
        tuple(bands) if bands else None,
        tuple(nodata) if isinstance(nodata, list) else nodata,
        bool(given.get("palette")),
        unit=given.get("unit") or SCALED,
        quality=Quality.of(given.get("quality")),
        order=given.get("order") or NEWEST,
    )
