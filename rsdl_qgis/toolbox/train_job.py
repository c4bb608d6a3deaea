"""Rasters and labels in a job: made ready on the main thread, said on any."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsMapLayer,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)

from . import compat, layers
from . import parameters as shared
from .assess import renderer_names, vector_path
from .layers import PreparedRaster, RasterUse
from .render import is_image
from .train_checks import value_text
from .train_data import Images


def legend(layer: QgsMapLayer, field: str) -> tuple[dict[str, str], dict[str, str]]:
    """(names, colours) of the classes by their value, as the layer's symbology tells them; names of numbers only."""
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
    """A raster of the job, ready to be said on any thread."""

    raster: PreparedRaster
    about: Mapping[str, Any]
    extent: QgsRectangle | None
    key: str

    def plain(self, folder: Path, resolution: float | None, steps) -> dict[str, Any]:
        spec = self.raster.spec(folder, self.extent, resolution, steps)
        copied = {"key": self.key} if Path(spec["path"]).parent == folder else {}
        return {**self.about, **spec, **copied}


class PreparedData:
    """Rasters and labels made ready on the main thread, so that ``arguments`` may be called on another.

    What QGIS copies for the worker has another path each time; its ``key`` is the same as long as the layer is.
    """

    def __init__(self, algorithm, parameters, context, feedback, images: Images, labels: Sequence[QgsMapLayer]):
        def piece(use: RasterUse, **about) -> _Piece:
            box = algorithm.parameterAsExtent(parameters, "EXTENT", context, use.layer.crs())
            extent = None if box.isNull() else box
            return _Piece(PreparedRaster(use), {"title": use.layer.name(), **about}, extent, _raster_key(use, extent))

        self._images = images
        self._sources = [
            (
                title,
                {
                    name: [piece(use, date=when) for use, when in zip(uses, images.dates[name])]
                    for name, uses in inputs.items()
                },
            )
            for title, inputs in images.sources
        ]
        field = shared.text_of(algorithm, parameters, "CLASS_FIELD", context)
        place = shared.text_of(algorithm, parameters, "PLACE_FIELD", context)
        self._labels, self._colours = [], {}
        for layer in labels:
            names, colours = legend(layer, field)
            about = {"names": names, "colors": colours}
            self._colours |= {**colours, **{names[value]: c for value, c in colours.items() if value in names}}
            if isinstance(layer, QgsRasterLayer):
                self._labels.append(piece(RasterUse("LABELS", layer, (1,)), **about))
            else:
                self._labels.append({**_vector_spec(layer, field, place, context, feedback), **about})
        self._area = _area(algorithm, parameters, context, feedback)

    @property
    def copies(self) -> int:
        """How many rasters have to be copied."""
        return sum(piece.raster.is_copied for piece in self._pieces())

    def _pieces(self) -> list[_Piece]:
        images = [piece for _, inputs in self._sources for pieces in inputs.values() for piece in pieces]
        return images + [label for label in self._labels if isinstance(label, _Piece)]

    def arguments(self, folder: Path, steps) -> dict[str, Any]:
        """The job's arguments; what has to be copied is copied into ``folder``, a step each."""
        copied = 0

        def plain(piece: _Piece, resolution: float | None) -> dict[str, Any]:
            nonlocal copied
            spec = piece.plain(folder, resolution, steps)
            copied += piece.raster.is_copied
            steps.setCurrentStep(copied)
            return spec

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
            "labels": [plain(item, None) if isinstance(item, _Piece) else item for item in self._labels],
            "colors": self._colours,
            **self._area,
        }


def _area(algorithm, parameters, context, feedback) -> dict[str, Any]:
    extent = algorithm.parameterAsExtent(parameters, "EXTENT", context)
    crs = algorithm.parameterAsExtentCrs(parameters, "EXTENT", context)
    mask = shared.mask_path(algorithm, parameters, context, feedback)
    area = {
        "extent": None if extent.isNull() else shared.bounds(extent),
        "extent_crs": layers.wkt(crs),
        "mask": mask,
    }
    if mask and shared.is_temporary(mask.split("|")[0]):
        area["mask_key"] = _vector_key(algorithm.parameterAsVectorLayer(parameters, "MASK", context))
    return area


def _vector_spec(layer: QgsVectorLayer, field: str, place: str, context, feedback) -> dict[str, Any]:
    path, inner = vector_path(layer, context, feedback)
    spec = {
        "title": layer.name(),
        "path": f"{path}|layername={inner}" if inner else path,
        "vector": True,
        "field": field or None,
        "place_field": place or None,
        "crs": layers.wkt(layer.crs()),
    }
    return {**spec, "key": _vector_key(layer, field, place)} if shared.is_temporary(path) else spec


def _vector_key(layer: QgsVectorLayer, *fields: str) -> str:
    """A text that is another where the features, or what the fields say of them, are."""
    import hashlib

    digest = hashlib.sha256((layers.wkt(layer.crs()) or "").encode())
    used = [index for index in map(layer.fields().lookupField, fields) if index >= 0]
    for feature in layer.getFeatures(QgsFeatureRequest().setSubsetOfAttributes(used)):
        digest.update(bytes(feature.geometry().asWkb()))
        digest.update(repr([value_text(feature.attribute(index)) for index in used]).encode())
    return digest.hexdigest()


def _raster_key(use: RasterUse, extent: QgsRectangle | None) -> str:
    """A text that is another where the layer is read otherwise."""
    import hashlib

    provider = use.layer.dataProvider()
    nodata = [] if is_image(provider) else [
        (item.min(), item.max()) for band in use.bands for item in provider.userNoDataValues(band)
    ]  # fmt: skip
    parts = (use.layer.source(), use.layer.crs().toWkt(compat.WKT), use.bands, nodata)
    where = shared.bounds(extent) if extent is not None else None
    return hashlib.sha256(repr((*parts, where)).encode()).hexdigest()
