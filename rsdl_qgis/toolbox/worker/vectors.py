"""Vector layers as the worker reads them: what QGIS shows of them, where it shows it.

A layer is more than its file: edits that are not saved, joined and virtual fields, filters, a coordinate system that
was set, the project's datum transformations. So it is written to a GeoPackage of the job, in the coordinate system of
the rasters that it goes with; its own file serves where that would hold the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsGeometryCollection,
    QgsMapLayer,
    QgsMultiCurve,
    QgsMultiPoint,
    QgsMultiSurface,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from .. import compat
from .. import parameters as shared
from ..text import tr
from . import layers

Spec = dict[str, Any]  # {"path", "crs"}, and "versions" of the same in other coordinate systems: a layer in a job
PARTS = {"path", "layerName", "layerId"}  # of a layer's source that a path in a job can say
MISREAD = set("|!;")  # signs of a path that the worker takes for others
SHAPEFILE = "ESRI Shapefile"
SHORT_NAMES = "RSDL_SHORT_NAMES"  # said by the copy of a shapefile, whose fields have shortened names
CHECKED = 1000  # features between two looks at whether the job is cancelled
BETWEEN = "; "  # the values of a list
SINGLE_KIND = (QgsMultiPoint, QgsMultiCurve, QgsMultiSurface)  # of collections


class PreparedVector:
    """A layer made ready on the main thread, so that ``spec`` may be called on another.

    ``targets``: the coordinate systems in which it is wanted, the first one first; none: its own. ``fields``: the ones
    that are wanted; ``whole``: and all others too. ``given``: the parameter's value, which may choose features.
    """

    def __init__(
        self,
        layer: QgsVectorLayer,
        context: QgsProcessingContext,
        targets: Sequence[QgsCoordinateReferenceSystem] = (),
        fields: Iterable[str] = (),
        *,
        whole: bool = False,
        given: Any = None,
    ):
        self._name, self._transforms = layer.name(), context.transformContext()
        known = crs_of(layer)
        self._unknown = known if known != layer.crs() else None  # to QGIS, which then moves nothing itself
        self._targets = [crs for crs in targets if crs.isValid() and known.isValid()] or [known]
        self._fields = _Fields(layer, [name for name in fields if name], whole)
        self._chosen = _request(given, layer, context)
        path = None if self._chosen or self._fields.names else _same_file(layer)
        if path and shared.is_temporary(path.split("|")[0]):
            path = None  # which has another path each time: a copy has a key
        self._paths = [path if crs == known else None for crs in self._targets]
        self._source = None
        if self.is_copied:
            self._source, self._kind = QgsVectorLayerFeatureSource(layer), _geometry_kind(layer)
            self._count, self._numbers = max(layer.featureCount(), 1), _Numbers(layer)
            self._metadata = _metadata(layer) if whole else {}

    @property
    def is_copied(self) -> bool:
        """Whether files have to be written for the worker."""
        return None in self._paths

    def field(self, name: str) -> str | None:
        """What a field is called in the file; None for no field."""
        return self._fields.names.get(name, name) or None

    def spec(self, folder: Path, feedback: QgsProcessingFeedback) -> Spec:
        """The layer in a job, to be asked once; what is no file of its own is written into ``folder``.

        QgsProcessingException where it cannot be written, or the job is cancelled.
        """
        files, count = [], len(self._targets)
        for i, (crs, path) in enumerate(zip(self._targets, self._paths)):
            done = (i / count, 1 / count)
            made = {"path": path} if path else self._written(crs, folder, feedback, done)
            files.append({**made, "crs": layers.wkt(crs)})
        self._source = None  # which holds the layer's data
        return {**files[0], **({"versions": files[1:]} if files[1:] else {})}

    def _written(self, crs: QgsCoordinateReferenceSystem, folder: Path, feedback, part: tuple[float, float]) -> Spec:
        """The layer in ``crs`` in a GeoPackage, and a key that is another where the features are.

        ``part``: what is done before, and how much of all this is, for the progress.
        """
        import hashlib  # not when QGIS starts

        stem = re.sub(r"\W+", "_", self._name).strip("_")[:40] or "layer"
        path = folder / f"{stem}_{len(list(folder.iterdir()))}.gpkg"
        digest = hashlib.sha256((layers.wkt(crs) or "").encode())
        writer = self._writer(path, crs)
        for i, feature in enumerate(self._features(crs)):
            if i % CHECKED == 0:
                feedback.setProgress(100 * (part[0] + part[1] * min(i / self._count, 1)))
                if feedback.isCanceled():
                    raise QgsProcessingException(tr("The job was cancelled."))
            if not writer.addFeature(feature):
                raise self._failure(writer)
            digest.update(bytes(feature.geometry().asWkb()))
            digest.update(repr(feature.attributes()[1:]).encode())
        if not writer.flushBuffer():
            raise self._failure(writer)
        del writer  # which closes the file
        if self._metadata:
            _say(path, self._metadata)
        return {"path": str(path), "key": digest.hexdigest()}

    def _writer(self, path: Path, crs: QgsCoordinateReferenceSystem) -> QgsVectorFileWriter:
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName, options.fileEncoding = "GPKG", path.stem, "UTF-8"
        number, geometry = self._fields.own
        options.layerOptions = [f"FID={number}", f"GEOMETRY_NAME={geometry}", "SPATIAL_INDEX=NO"]
        writer = QgsVectorFileWriter.create(str(path), self._fields.written, self._kind, crs, self._transforms, options)
        if writer.errorMessage():
            raise self._failure(writer)
        return writer

    def _features(self, crs: QgsCoordinateReferenceSystem) -> Iterator[QgsFeature]:
        """The features as they are written: their number, then the fields; one that cannot be moved has no geometry."""
        request = QgsFeatureRequest(self._chosen) if self._chosen else QgsFeatureRequest()
        move = None
        if self._unknown is None:
            request.setDestinationCrs(crs, self._transforms)
        elif self._unknown != crs:
            move = QgsCoordinateTransform(self._unknown, crs, self._transforms)
        request.setSubsetOfAttributes(self._fields.indexes)
        number = self._numbers.start()
        for feature in self._source.getFeatures(request):
            moved = QgsFeature(self._fields.written)
            moved.setAttributes([number(feature.id()), *self._fields.values(feature)])
            moved.setGeometry(_moved(_drawn(feature.geometry()), move))
            yield moved

    def _failure(self, writer: QgsVectorFileWriter) -> QgsProcessingException:
        text = tr("'{layer}' cannot be handed to the worker: {reason}")
        return QgsProcessingException(text.format(layer=self._name, reason=writer.errorMessage()))


class _Fields:
    """The fields of a layer that are written: ``indexes`` in the layer, ``names`` of those that are called otherwise
    in the file, ``own`` names of the file's feature numbers and geometries, which no field has.
    """

    def __init__(self, layer: QgsVectorLayer, wanted: Sequence[str], whole: bool):
        fields = layer.fields()
        numbers = set(layer.primaryKeyAttributes()) if layer.providerType() == "ogr" else set()  # as the file has them
        asked = {fields.lookupField(name) for name in wanted}
        unwritten = numbers | {i for i in range(fields.count()) if _number_of(fields.field(i)) == compat.BINARY_FIELD}
        self.indexes = [i for i in range(fields.count()) if i in asked or (whole and i not in unwritten)]
        taken = {name.casefold() for name in fields.names()} | {""}
        self.own = tuple(_free(name, taken) for name in ("rsdl_fid", "rsdl_geom"))
        types = {i: _type_of(fields.field(i)) for i in self.indexes}
        self._texts = [types[i] is None for i in self.indexes]
        self.written = QgsFields()
        self.written.append(QgsField(self.own[0], compat.WHOLE_FIELD))
        used, self.names = {*map(str.casefold, self.own), ""}, {}
        for i in self.indexes:
            name = _free(fields.field(i).name(), used)
            if name != fields.field(i).name():
                self.names[fields.field(i).name()] = name
            self.written.append(QgsField(name, compat.TEXT_FIELD if types[i] is None else types[i]))

    def values(self, feature: QgsFeature) -> list[Any]:
        found = feature.attributes()
        return [_text(found[i]) if text else found[i] for i, text in zip(self.indexes, self._texts)]


class _Numbers:
    """The numbers that features have in the file: their own, so that they are known again; the next free one for a
    feature that is not saved yet, or whose number another has.
    """

    def __init__(self, layer: QgsVectorLayer):
        self._next = max([*layer.allFeatureIds(), -1]) + 1

    def start(self):
        """A function that gives each feature of a pass its number, from its id."""
        seen, following = set(), self._next

        def number(own: int) -> int:
            nonlocal following
            if own < 0 or own in seen:
                own, following = following, following + 1
            seen.add(own)
            return own

        return number


def extent(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict,
    context: QgsProcessingContext,
    targets: Sequence[QgsCoordinateReferenceSystem],
) -> Spec:
    """EXTENT in a job, brought by QGIS to the coordinate system of the rasters, where these have one in common."""
    box = algorithm.parameterAsExtent(parameters, "EXTENT", context)
    crs = algorithm.parameterAsExtentCrs(parameters, "EXTENT", context)
    if not box.isNull() and crs.isValid() and len(targets) == 1 and crs != targets[0]:
        with suppress(QgsCsException):  # the worker tells of an extent that cannot be there
            moved = QgsCoordinateTransform(crs, targets[0], context.transformContext()).transformBoundingBox(box)
            box, crs = (moved, targets[0]) if moved.isFinite() else (box, crs)
    return {"extent": None if box.isNull() else shared.bounds(box), "extent_crs": layers.wkt(crs)}


def arguments(name: str, prepared: PreparedVector | None, folder: Path, feedback: QgsProcessingFeedback) -> Spec:
    """A layer, or none, that is an argument of the job by itself: 'mask' with 'mask_crs' and the like."""
    if prepared is None:
        return {name: None}
    spec = prepared.spec(folder, feedback)
    return {name: spec.pop("path"), **{f"{name}_{key}": value for key, value in spec.items()}}


def copied(*prepared: PreparedVector | None) -> int:
    """How many of some layers have to be written for the worker."""
    return sum(item is not None and item.is_copied for item in prepared)


def systems(found: Iterable[QgsMapLayer]) -> list[QgsCoordinateReferenceSystem]:
    """The coordinate systems of some layers, each once, in order."""
    return distinct(map(crs_of, found))


def crs_of(layer: QgsMapLayer) -> QgsCoordinateReferenceSystem:
    """A layer's coordinate system; its file's where QGIS gives it none, as it does to one of geometry collections."""
    known = layer.crs()
    if known.isValid() or not isinstance(layer, QgsVectorLayer) or layer.isSpatial() or layer.dataProvider() is None:
        return known
    return layer.dataProvider().crs()


def distinct(found: Iterable[QgsCoordinateReferenceSystem]) -> list[QgsCoordinateReferenceSystem]:
    """Those that are valid, each once, in order."""
    known: list[QgsCoordinateReferenceSystem] = []
    for crs in found:
        if crs.isValid() and crs not in known:
            known.append(crs)
    return known


def are_same(first: QgsVectorLayer, second: QgsVectorLayer) -> bool:
    """Whether two layers are one, or show the same file as it is."""
    if first.id() == second.id():
        return True
    file = _same_file(first)
    return file is not None and file == _same_file(second)


def layer_of(
    algorithm: QgsProcessingAlgorithm, parameters: dict, name: str, context: QgsProcessingContext
) -> QgsVectorLayer | None:
    """The vector layer given for a parameter, of which it may choose features; None where none is, or it is none."""
    given = parameters.get(name)
    if isinstance(given, QgsProcessingFeatureSourceDefinition):
        given, _ = given.source.value(context.expressionContext())
        parameters = {**parameters, name: given}
    return algorithm.parameterAsVectorLayer(parameters, name, context)


def mask(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict,
    context: QgsProcessingContext,
    targets: Sequence[QgsCoordinateReferenceSystem],
) -> PreparedVector | None:
    """MASK made ready in some coordinate systems; None where none is given."""
    if not shared.is_given(parameters, "MASK"):
        return None
    layer = layer_of(algorithm, parameters, "MASK", context)
    if layer is None:
        raise QgsProcessingException(mask_problem(algorithm, parameters, context))
    return PreparedVector(layer, context, targets, given=parameters["MASK"])


def mask_problem(algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> str:
    """What is wrong with MASK, in a sentence; '' if nothing."""
    if not shared.is_given(parameters, "MASK"):
        return ""
    layer = layer_of(algorithm, parameters, "MASK", context)
    if layer is None or not layer.isValid():
        text = tr("{name}: '{value}' is not {kind} that QGIS can open.")
        return text.format(name="MASK", value=parameters["MASK"], kind=tr("a vector layer"))
    if not chosen_have_geometry(algorithm, parameters, "MASK", context):
        return tr("MASK: '{layer}' has no polygons. Draw some, or choose another layer.").format(layer=layer.name())
    return ""


def chosen_have_geometry(
    algorithm: QgsProcessingAlgorithm, parameters: dict, name: str, context: QgsProcessingContext
) -> bool:
    """Whether any of the features that are given for a parameter, all of a layer or some, has a geometry."""
    layer = layer_of(algorithm, parameters, name, context)
    return layer is not None and has_geometry(layer, _request(parameters[name], layer, context))


def has_geometry(layer: QgsVectorLayer, request: QgsFeatureRequest | None = None) -> bool:
    """Whether any feature of a layer has a geometry with a place in it."""
    request = QgsFeatureRequest(request) if request else QgsFeatureRequest().setNoAttributes()
    return any(not feature.geometry().isEmpty() for feature in layer.getFeatures(request))


def _request(given: Any, layer: QgsVectorLayer, context: QgsProcessingContext) -> QgsFeatureRequest | None:
    """The features that a parameter's value chooses: the selected ones, some, or by a filter; None for all."""
    if not isinstance(given, QgsProcessingFeatureSourceDefinition):
        return None
    request, limit, text = QgsFeatureRequest(), given.featureLimit, getattr(given, "filterExpression", "")
    ids = set(layer.selectedFeatureIds()) if given.selectedFeaturesOnly else None
    if text:  # from QGIS 3.32 on
        filtered = QgsFeatureRequest().setNoAttributes().setExpressionContext(context.expressionContext())
        fits = {feature.id() for feature in layer.getFeatures(filtered.setFilterExpression(text))}
        ids = fits if ids is None else ids & fits
    if ids is not None:
        request.setFilterFids(list(ids))
    if limit > 0:
        request.setLimit(limit)
    return request if ids is not None or limit > 0 else None


def _same_file(layer: QgsVectorLayer) -> str | None:
    """The file that holds just what a layer shows, as a job names it; None where none does."""
    provider, fields = layer.dataProvider(), layer.fields()
    if layer.providerType() != "ogr" or layer.isEditable() or layer.subsetString() or crs_of(layer) != provider.crs():
        return None
    if any(fields.fieldOrigin(i) != compat.OF_PROVIDER for i in range(fields.count())):
        return None
    if layer.storageType() == SHAPEFILE and provider.encoding() != _encoding(layer.source()):
        return None
    parts = {
        key: value
        for key, value in QgsProviderRegistry.instance().decodeUri("ogr", layer.source()).items()
        if not shared.is_null(value) and value not in ("", [], {})
    }
    path, inner = parts.get("path", ""), parts.get("layerName", "")
    if set(parts) - PARTS or not MISREAD.isdisjoint(path + inner) or not Path(path).is_file():
        return None
    if Path(path).suffix.lower().lstrip(".") not in shared.VECTOR_FORMATS:
        return None
    if inner:
        return f"{path}|layername={inner}"
    return f"{path}|layerid={parts['layerId']}" if "layerId" in parts else path


def _encoding(source: str) -> str:
    """How the texts of a file are kept, by what it says itself."""
    opened = QgsVectorLayer(source, "", "ogr")  # kept, since its provider goes with it
    return opened.dataProvider().encoding()


def _drawn(geometry: QgsGeometry) -> QgsGeometry:
    """A collection with its curves as lines, which the worker does not draw in there."""
    shape = geometry.constGet()
    if isinstance(shape, QgsGeometryCollection) and not isinstance(shape, SINGLE_KIND) and shape.hasCurvedSegments():
        return QgsGeometry(shape.segmentize())
    return geometry


def _moved(geometry: QgsGeometry, move: QgsCoordinateTransform | None) -> QgsGeometry:
    """A geometry by a transformation, none where it cannot be there."""
    if move is None or geometry.isNull():
        return geometry
    with suppress(QgsCsException):
        geometry.transform(move)
        return geometry
    return QgsGeometry()


def _number_of(field: QgsField) -> int:
    return compat.integer(field.type())


def _type_of(field: QgsField):
    """The type a field has in the file; None for those that are kept as text."""
    number = _number_of(field)
    if number in compat.UNSIGNED_FIELDS:
        return compat.WHOLE_FIELD
    return field.type() if number in compat.PLAIN_FIELDS else None


def _geometry_kind(layer: QgsVectorLayer):
    """A layer with geometries may have any kind of them; one without is a table."""
    return compat.ANY_GEOMETRY if layer.isSpatial() else layer.wkbType()


def _metadata(layer: QgsVectorLayer) -> dict[str, str]:
    """What a layer's file says of it, such as which field holds the probability of which class."""
    if layer.providerType() != "ogr":
        return {}
    if layer.storageType() == SHAPEFILE:
        return {SHORT_NAMES: "yes"}
    from osgeo import gdal

    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    try:
        file = gdal.OpenEx(parts.get("path") or "", gdal.OF_VECTOR | gdal.OF_READONLY)
        found = file.GetLayerByName(parts["layerName"]) if parts.get("layerName") else file.GetLayer(0)
        return dict(found.GetMetadata())
    except (RuntimeError, AttributeError):  # with and without GDAL's exceptions: the file or the layer is not there
        return {}


def _say(path: Path, metadata: dict[str, str]) -> None:
    """Give the layer of a GeoPackage its metadata."""
    from osgeo import gdal

    file = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    file.GetLayer(0).SetMetadata(metadata)


def _free(name: str, taken: set[str]) -> str:
    """A name that is not taken in any case, which it is from then on."""
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free.casefold())
    return free


def _text(value: Any) -> Any:
    """A value that a GeoPackage has no type for, as text; nothing stays nothing."""
    if shared.is_null(value):
        return None
    return BETWEEN.join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)
