"""Rasters and labels as a job takes them: prepared on the main thread, written as arguments on any."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleSymbolRenderer,
)

from .. import compat
from .. import parameters as shared
from ..products import product_text
from ..worker import vectors
from ..worker.layers import PreparedRaster, RasterUse, renderer_names
from ..worker.render import is_image
from .checks import value_text
from .data import Images


def legend(layer: QgsMapLayer, field: str) -> tuple[dict[str, str], dict[str, str]]:
    """(names, colours) of the classes by their value, of the layer's symbology; names of numbers only."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsSingleSymbolRenderer) and not field:
        return {}, {"1": renderer.symbol().color().name()}
    if isinstance(renderer, QgsPalettedRasterRenderer):
        entries = renderer.classes()
        return renderer_names(layer), {value_text(float(item.value)): item.color.name() for item in entries}
    if not isinstance(renderer, QgsCategorizedSymbolRenderer) or renderer.classAttribute().strip('"') != field:
        return {}, {}
    names, colours = {}, {}
    for category in renderer.categories():
        values = category.value() if isinstance(category.value(), list) else [category.value()]
        for value in filter(None, (value_text(value) for value in values)):
            colours[value] = category.symbol().color().name()
            label = category.label().strip()
            if label and label != value and len(values) == 1 and re.fullmatch("-?[0-9]{1,18}", value):
                names[value] = label
    return names, colours


@dataclass(frozen=True)
class _Piece:
    """A raster of the job, ready to be written as an argument on any thread."""

    raster: PreparedRaster
    about: Mapping[str, Any]
    extent: QgsRectangle | None
    key: str

    def plain(self, folder: Path, resolution: float | None, steps) -> dict[str, Any]:
        spec = self.raster.spec(folder, self.extent, resolution, steps)
        copied = {"key": self.key} if Path(spec["path"]).parent == folder else {}
        return {**self.about, **spec, **copied}


@dataclass(frozen=True)
class _Features:
    """A vector layer of labels, ready to be written as an argument on any thread."""

    vector: vectors.PreparedVector
    about: Mapping[str, Any]

    def plain(self, folder: Path, steps) -> dict[str, Any]:
        return {**self.vector.spec(folder, steps), **self.about}


class PreparedData:
    """Rasters and labels made ready on the main thread, so that ``arguments`` may be called on another.

    What QGIS copies for the worker has another path each time; its ``key`` is the same as long as the layer is.
    """

    def __init__(self, algorithm, parameters, context, feedback, images: Images, labels: Sequence[QgsMapLayer]):
        def piece(use: RasterUse, nodata: float | None = None, **about) -> _Piece:
            box = algorithm.parameterAsExtent(parameters, "EXTENT", context, use.layer.crs())
            extent = None if box.isNull() else box
            key = _raster_key(use, extent, nodata)
            return _Piece(PreparedRaster(use, nodata), {"title": use.layer.name(), **about}, extent, key)

        self._images = images
        nodata = shared.nodata_of(algorithm, parameters, context)
        self._sources = [
            (
                title,
                {
                    name: [
                        piece(use, nodata, date=when, **_reading(images, name, use))
                        for use, when in zip(uses, images.dates[name])
                    ]
                    for name, uses in inputs.items()
                },
            )
            for title, inputs in images.sources
        ]
        field = shared.text_of(algorithm, parameters, "CLASS_FIELD", context)
        place = shared.text_of(algorithm, parameters, "PLACE_FIELD", context)
        self._labels, self._colours = [], {}
        systems = _systems(images, labels)
        for layer, wanted in zip(labels, systems):
            names, colours = legend(layer, field)
            about = {"names": names, "colors": colours}
            self._colours |= {**colours, **{names[value]: c for value, c in colours.items() if value in names}}
            if isinstance(layer, QgsRasterLayer):
                self._labels.append(piece(RasterUse("LABELS", layer, (1,)), **about))
            else:
                self._labels.append(_features(layer, field, place, context, wanted, about))
        everywhere = vectors.systems(images.layers())
        self._area = vectors.extent(algorithm, parameters, context, everywhere)
        self._mask = vectors.mask(algorithm, parameters, context, everywhere)

    @property
    def copies(self) -> int:
        """How many layers have to be copied."""
        drawn = [label.vector for label in self._labels if isinstance(label, _Features)]
        given = [*(piece.raster for piece in self._pieces()), *drawn, *([self._mask] if self._mask else [])]
        return sum(item.is_copied for item in given)

    def _pieces(self) -> list[_Piece]:
        images = [piece for _, inputs in self._sources for pieces in inputs.values() for piece in pieces]
        return images + [label for label in self._labels if isinstance(label, _Piece)]

    def arguments(self, folder: Path, steps) -> dict[str, Any]:
        """The job's arguments; what has to be copied is copied into ``folder``, a step each."""
        copied = 0

        def plain(piece: _Piece, resolution: float | None) -> dict[str, Any]:
            spec = piece.plain(folder, resolution, steps)
            passed(piece.raster)
            return spec

        def passed(item: PreparedRaster | vectors.PreparedVector) -> None:
            nonlocal copied
            copied += item.is_copied
            steps.setCurrentStep(copied)

        def label(item: _Piece | _Features) -> dict[str, Any]:
            if isinstance(item, _Piece):
                return plain(item, None)
            spec = item.plain(folder, steps)
            passed(item.vector)
            return spec

        area = {**self._area, **vectors.arguments("mask", self._mask, folder, steps)}
        if self._mask:
            passed(self._mask)
        drawn = self._images.resolution
        return {
            "sources": [
                {
                    "title": title,
                    "inputs": {name: [plain(piece, drawn) for piece in pieces] for name, pieces in inputs.items()},
                }
                for title, inputs in self._sources
            ],
            "input_bands": {name: list(bands) for name, bands in self._images.bands.items()},
            "input_dates": {name: list(dates) for name, dates in self._images.dates.items()},
            "labels": [label(item) for item in self._labels],
            "colors": self._colours,
            **area,
        }


def _reading(images: Images, name: str, use: RasterUse) -> dict[str, Any]:
    """What a raster's spec says of the unit of a product, and of the pixels that are left out."""
    unit = {"unit": images.units[name]} if product_text(use.layer) else {}
    return {**unit, **images.reading.get(use.layer.id(), {})}


def _systems(images: Images, labels: Sequence[QgsMapLayer]) -> list[list[QgsCoordinateReferenceSystem]]:
    """For each label layer the coordinate systems that it is read in: of the rasters that it goes with."""
    rasters = [vectors.systems(use.layer for uses in inputs.values() for use in uses) for _, inputs in images.sources]
    if 1 < len(labels) == len(rasters):
        return rasters
    return [vectors.systems(images.layers())] * len(labels)


def _features(layer, field, place, context, systems, about) -> _Features:
    vector = vectors.PreparedVector(layer, context, systems, (field, place))
    arguments = {
        "title": layer.name(),
        "vector": True,
        "field": vector.field(field),
        "place_field": vector.field(place),
        **about,
    }
    return _Features(vector, arguments)


def _raster_key(use: RasterUse, extent: QgsRectangle | None, nodata: float | None) -> str:
    """A text that is another where the layer is read otherwise."""
    import hashlib

    provider = use.layer.dataProvider()
    declared = [] if is_image(provider) else [
        (item.min(), item.max()) for band in use.bands for item in provider.userNoDataValues(band)
    ]  # fmt: skip
    parts = (use.layer.source(), use.layer.crs().toWkt(compat.WKT), use.bands, declared, nodata)
    where = shared.bounds(extent) if extent is not None else None
    return hashlib.sha256(repr((*parts, where)).encode()).hexdigest()
