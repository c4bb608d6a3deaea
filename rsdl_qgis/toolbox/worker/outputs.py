"""What an algorithm's parameters write and read, as files: looked at before a job is made of them.

A layer counts by its own source, whatever the worker is given in its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsProcessingUtils,
    QgsProject,
    QgsProperty,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVirtualLayerDefinition,
)
from qgis.PyQt.QtCore import QUrl

from ...engine.errors import RsdlError
from ...engine.files.names import DATABASES, files_of
from ...engine.job.outputs import check_name, check_outputs, model_files
from .. import settings
from ..parameters import fixed_path, is_null
from ..text import tr
from .vectors import layer_of

LAYERS = (
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
)
MODELS = ("models", "bases")  # kinds of texts that name a model, see parameters.editable


def outputs_problem(algorithm, parameters: dict, context: QgsProcessingContext) -> str:
    """What is wrong with where results are to be written, in a sentence; '' if nothing."""
    files, folders = written(algorithm, parameters, context)
    if not files and not folders:
        return ""
    try:
        check_outputs(files, folders, list(read(algorithm, parameters, context)))
    except RsdlError as error:
        return str(error)
    return _loaded_problem(files, context)


def names_problem(algorithm, parameters: dict, context: QgsProcessingContext) -> str:
    """A sentence for a name that no file or folder can have; '' otherwise. To be asked first: others fail on such."""
    files, folders = written(algorithm, parameters, context)
    try:
        for file in files:
            check_name(file)
        for folder in folders:
            check_name(folder, 0)
    except RsdlError as error:
        return str(error)
    return ""


def written(algorithm, parameters: dict, context: QgsProcessingContext) -> tuple[list[str], list[str]]:
    """The files and the folders that are named for results; temporary ones are not."""
    files, folders = [], []
    for definition in algorithm.destinationParameterDefinitions():
        value = parameters.get(definition.name())
        if is_null(value):
            continue
        if isinstance(value, QgsProcessingOutputLayerDefinition):
            value = value.sink
        path = fixed_path(_evaluated(value, context))
        if path:
            (folders if isinstance(definition, QgsProcessingParameterFolderDestination) else files).append(path)
    return files, folders


def read(algorithm, parameters: dict, context: QgsProcessingContext) -> Iterator[str]:
    """The sources of what is given: of layers, files, folders and models."""
    for definition in algorithm.parameterDefinitions():
        value = parameters.get(definition.name())
        if definition.isDestination() or is_null(value):
            continue
        kind = str((definition.metadata().get("widget_wrapper") or {}).get("choices", "")).partition(":")[0]
        if isinstance(definition, LAYERS):
            for layer in _layers(value, context):
                yield from sources_of(layer) if isinstance(layer, QgsMapLayer) else [layer]
        elif isinstance(definition, QgsProcessingParameterFile) or kind == "weights":
            yield algorithm.parameterAsString(parameters, definition.name(), context).strip()
        elif kind in MODELS:
            yield from _model(algorithm.parameterAsString(parameters, definition.name(), context).strip())


def sources_of(layer: QgsMapLayer, seen: frozenset[str] = frozenset()) -> list[str]:
    """The source of a layer, the file in it, and those of the layers that it is made of or joined with."""
    if layer.id() in seen:
        return []
    seen |= {layer.id()}
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    found = [text for text in (layer.source(), parts.get("path")) if isinstance(text, str) and text]
    others: list[QgsMapLayer | None] = []
    if isinstance(layer, QgsVectorLayer) and layer.isValid():
        others += [join.joinLayer() for join in layer.vectorJoins()]
        needed = [item.layerId() for item in layer.dataProvider().dependencies()]  # of a virtual layer
        others += [QgsProject.instance().mapLayer(identifier) for identifier in needed]
    if layer.providerType() == "virtual":
        definition = QgsVirtualLayerDefinition.fromUrl(QUrl.fromEncoded(layer.source().encode()))
        found += [source.source() for source in definition.sourceLayers()]
    for other in others:
        found += sources_of(other, seen) if other is not None else []
    return [text for text in found if text]


def _evaluated(value: Any, context: QgsProcessingContext) -> Any:
    """A value that may be one that the person's data defines."""
    if isinstance(value, QgsProperty):
        return value.valueAsString(context.expressionContext(), "")[0]
    return value


def _layers(value: Any, context: QgsProcessingContext) -> Iterator[QgsMapLayer | str]:
    """The layers in the value of a parameter; those that are not in the project as the texts that name them."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _layers(item, context)
        return
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source
    value = _evaluated(value, context)
    if isinstance(value, QgsMapLayer):
        yield value
    elif isinstance(value, str) and value:
        layer = QgsProcessingUtils.mapLayerFromString(value, context, False)
        yield layer if layer is not None else value
        yield value


def _model(name: str) -> list[str]:
    """The files of a model that is given by name or path."""
    if not name:
        return []
    try:
        return model_files(str(settings.store().find(name)[0]))
    except (RsdlError, OSError, ValueError):
        return model_files(name)


def _loaded_problem(files: list[str], context: QgsProcessingContext) -> str:
    """A sentence where a file is open in the project in a way that it cannot be replaced; '' otherwise."""
    there = [file for file in files if os.path.exists(file)]
    project = context.project() or QgsProject.instance()
    for layer in project.mapLayers().values() if there else ():
        editable = isinstance(layer, QgsVectorLayer) and layer.isEditable()
        for file in there:
            if not editable and os.path.splitext(file)[1].lower() not in DATABASES:
                continue
            if any(os.path.samefile(file, used) for source in sources_of(layer) for used in files_of(source)):
                return tr(
                    "{path} is open in the project as the layer '{layer}' and cannot be replaced. Remove the layer "
                    "first, or choose another file."
                ).format(path=file, layer=layer.name())
    return ""


def unopened_problem(algorithm, parameters: dict, context: QgsProcessingContext) -> str:
    """A sentence for the first layer that is given and cannot be opened, or is of another kind; '' otherwise."""
    kinds = {
        QgsProcessingParameterRasterLayer: (algorithm.parameterAsRasterLayer, tr("a raster layer")),
        QgsProcessingParameterVectorLayer: (partial(layer_of, algorithm), tr("a vector layer")),
    }
    for definition in algorithm.parameterDefinitions():
        name, value = definition.name(), parameters.get(definition.name())
        if isinstance(definition, QgsProcessingParameterMultipleLayers) and not is_null(value):
            for layer in algorithm.parameterAsLayerList(parameters, name, context) or []:
                if layer is not None and not isinstance(layer, (QgsRasterLayer, QgsVectorLayer)):
                    text = tr("{name}: '{layer}' is neither a raster nor a vector layer.")
                    return text.format(name=name, layer=layer.name())
        if type(definition) not in kinds or is_null(value) or value == "":
            continue
        opened, kind = kinds[type(definition)]
        layer = opened(parameters, name, context)
        if layer is None or not layer.isValid():
            shown = value.name() if isinstance(value, QgsMapLayer) else value
            return tr("{name}: '{value}' is not {kind} that QGIS can open.").format(name=name, value=shown, kind=kind)
    return ""
