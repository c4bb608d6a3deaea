"""Label layers, each read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...errors import InputError, known
from ...raster.class_tables import check_not_rgb, class_colours, class_names
from ...raster.source import Layer
from ...vector.class_layers import PolygonClasses
from ...vector.label_features import Features, read_features
from ...vector.masks import Masks
from ...vector.vector_file import VectorFile
from .specs import LabelSpec


@dataclass(frozen=True)
class LabelLayer:
    """A label layer: ``features`` of a vector layer, or a ``raster``.

    ``names``: of class values; ``colors``: of class values or names; ``has_field``: whether a field gives the labels;
    ``versions``: the same features by the CRS to which QGIS has transformed them, read on demand; ``fills``: undeclared
    nodata values of the raster.
    """

    title: str
    path: str
    features: Features | None = None
    raster: Layer | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
    has_field: bool = True
    versions: Callable[[str | None], Features | None] = lambda crs: None
    fills: tuple[float, ...] = ()


def read_layer(spec: LabelSpec, kind: str, parts: bool = False) -> LabelLayer:
    """The label layer of a job's spec; its labels are of ``kind`` 'class', 'number' or 'text'.

    ``parts``: each polygon of a multipart feature is an object. InputError where the layer has no such labels.
    """
    title, chosen, colors = spec.title, spec.class_field, spec.colors
    if spec.vector is not None:
        if kind != "class" and not chosen:
            what = "numbers" if kind == "number" else "labels"
            raise InputError(f"No field of {title} is chosen.", f"Choose the one that holds the {what} (CLASS_FIELD).")
        given = spec.vector

        def read(layer: VectorFile) -> Features:
            return read_features(layer.path, chosen, layer.crs, kind=kind, place_field=spec.place_field, parts=parts)

        def version(crs: str | None) -> Features | None:
            found = given.near(crs)
            return None if found is given else read(found)

        names = spec.names or ({} if chosen else {1: title})
        return LabelLayer(title, given.path, read(given), None, names, colors, bool(chosen), version)
    raster = known(spec.raster)
    path, band = raster.path, known(raster.bands)[0]
    check_not_rgb(path, band, title)
    if kind == "number":
        return LabelLayer(title, path, None, raster, {}, {})
    table = {str(value): colour for value, colour in class_colours(path, band).items()}
    return LabelLayer(title, path, None, raster, {**class_names(path, band), **spec.names}, {**table, **colors})


class LayerCache:
    """Label layers, read and transformed to a CRS once each. ``kind``, ``parts``: see ``read_layer``."""

    def __init__(self, kind: str, parts: bool = False):
        self._kind, self._parts = kind, parts
        self._layers: dict[int, LabelLayer] = {}
        self._moved: dict[tuple[str, int, str | None], Features] = {}
        self._masks = Masks()

    def layer(self, spec: LabelSpec) -> LabelLayer:
        if id(spec) not in self._layers:
            self._layers[id(spec)] = read_layer(spec, self._kind, self._parts)
        return self._layers[id(spec)]

    def features(self, layer: LabelLayer, crs: str | None) -> Features:
        features = known(layer.features)
        key = (layer.path, id(features), crs)
        if key not in self._moved:
            self._moved[key] = (layer.versions(crs) or features).brought_to(crs)
        return self._moved[key]

    def mask(self, mask: VectorFile | None, crs: str | None) -> PolygonClasses | None:
        return self._masks.on(mask, crs)
