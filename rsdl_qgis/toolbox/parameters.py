"""The parameters that algorithms share, each declared once with label and help, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
    QgsProcessingUtils,
    QgsRectangle,
)

from ..engine.errors import RsdlError
from ..engine.job.common import RUNNING, is_scheduler
from ..engine.job.table import Argument
from ..engine.tables.devices import NAMES, is_device
from ..engine.tables.kinds import Whole
from . import compat, settings
from .text import tr

VECTOR_FORMATS = ("gpkg", "geojson", "shp", "fgb")


def described(parameter: QgsProcessingParameterDefinition, text: str, advanced: bool = False):
    """The parameter with its help text, and among the advanced ones if asked."""
    parameter.setHelp(text)
    if advanced:
        parameter.setFlags(parameter.flags() | compat.ADVANCED)
    return parameter


def advanced(group: str, parameter: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    """The parameter among the advanced ones, its group before its label: the dialog has one list of them all."""
    parameter.setDescription(f"{group} · {parameter.description()}")
    parameter.setFlags(parameter.flags() | compat.ADVANCED)
    return parameter


def editable(parameter: QgsProcessingParameterString, choices: str, empty: str = ""):
    """The string parameter with a list to choose from, in which anything else can be typed (see
    gui.chooser). ``empty``: what is shown where nothing is chosen.
    """
    wrapper = {"class": "rsdl_qgis.gui.chooser.EditableChoice", "choices": choices}
    parameter.setMetadata({"widget_wrapper": {**wrapper, "empty": empty} if empty else wrapper})
    return parameter


def model(
    label: str, text: str, tasks: str = "segmentation", name: str = "MODEL", empty: str = "", kind: str = "models"
):
    """MODEL, or another name: an installed model of these tasks ('' = all), or a path.

    ``empty``: what is shown where none is chosen; ``kind``: 'models', or 'bases', which are folders.
    """
    parameter = QgsProcessingParameterString(name, label, None, False, True)
    return described(editable(parameter, f"{kind}:{tasks}", empty), text)


def choice(name: str, label: str, text: str, choices: Sequence[str], advanced: bool = True):
    """One of some words, kept as such; the first is the default. Its help lists them: they are what scripts give."""
    # name, label, options, several, default, optional, static strings
    parameter = QgsProcessingParameterEnum(name, label, list(choices), False, choices[0], False, True)
    values = tr("Values: {values}.").format(values=", ".join(choices))
    return described(parameter, f"{text} {values}", advanced)


def in_words(algorithm, parameters: dict) -> dict:
    """The parameters with the words of choices that are given as numbers, which the help of qgis_process lists.

    A value that is one of the words itself stays, so that a word like '2' is never taken for a place in the list.
    A number that no choice has stays too: QGIS refuses it.
    """
    changed = dict(parameters)
    for definition in algorithm.parameterDefinitions():
        value = parameters.get(definition.name())
        if isinstance(definition, QgsProcessingParameterEnum) and not is_null(value):
            changed[definition.name()] = _as_words(value, definition.options(), definition.allowMultiple())
    return changed


def _as_words(value, words: Sequence[str], several: bool):
    if not several:
        return _as_word(value, words)
    if isinstance(value, str):
        return ",".join(_as_word(item, words) for item in value.split(","))
    return [_as_word(item, words) for item in (value if isinstance(value, (list, tuple)) else [value])]


def _as_word(value, words: Sequence[str]):
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if text in words:
        return text
    return words[int(text)] if text.isdecimal() and int(text) < len(words) else value


def whole(name: str, label: str, text: str, least: int, most: int, default: int | None, advanced: bool = True):
    """A whole number; optional where it has no default."""
    parameter = QgsProcessingParameterNumber(name, label, compat.INTEGER, default, default is None, least, most)
    return described(parameter, text, advanced)


def real(name: str, label: str, text: str, least: float, most: float, default: float | None, advanced: bool = True):
    """A number; optional where it has no default."""
    parameter = QgsProcessingParameterNumber(name, label, compat.DOUBLE, default, default is None, least, most)
    return described(parameter, text, advanced)


def number_of(argument: Argument, name: str, label: str, text: str, advanced: bool = True):
    """A number with the limits and the default of an argument of the job."""
    make = whole if isinstance(argument.kind, Whole) else real
    return make(name, label, text, argument.kind.least, argument.kind.largest, argument.default, advanced)


def several_layers(name: str, label: str, kind: int, text: str, optional: bool = True):
    """Several layers of a kind."""
    return described(QgsProcessingParameterMultipleLayers(name, label, kind, None, optional), text)


def is_null(value: Any) -> bool:
    """Whether a value is none: models give a null, which is not None, for what was left empty."""
    return value is None or (hasattr(value, "isNull") and value.isNull())


def is_given(parameters: dict, name: str) -> bool:
    """Whether there is a value that is not empty."""
    value = parameters.get(name)
    return bool(value) if isinstance(value, (str, list, tuple)) else not is_null(value)


def layer_list(
    algorithm: QgsProcessingAlgorithm, parameters: dict, name: str, context: QgsProcessingContext
) -> list[QgsMapLayer]:
    """The layers given for a parameter, in order; RsdlError where one is none."""
    if not is_given(parameters, name):
        return []
    given = parameters[name]
    found = algorithm.parameterAsLayerList(parameters, name, context) or []
    sound = [layer for layer in found if layer is not None and layer.isValid()]
    listed = given if isinstance(given, (list, tuple)) else [given]
    if not sound or len(sound) < len([item for item in listed if item not in (None, "")]):
        raise RsdlError(
            tr("{name}: '{value}' is not a layer that QGIS can open.").format(
                name=name, value=", ".join(str(item) for item in listed)
            ),
            tr("Choose a raster or vector layer."),
        )
    return sound


def extent(label: str = "", text: str = ""):
    """EXTENT: the area to map, or what ``label`` and ``text`` say."""
    return described(
        QgsProcessingParameterExtent("EXTENT", label or tr("Area to map"), None, True),
        text
        or tr(
            "Only this rectangle is mapped. Default: the whole raster. Required for layers without an extent of their "
            "own, such as web maps."
        ),
    )


def mask(label: str = "", text: str = ""):
    """MASK: polygons outside which nothing is mapped, or what ``label`` and ``text`` say."""
    return described(
        QgsProcessingParameterVectorLayer("MASK", label or tr("Mask polygons"), [compat.POLYGONS], None, True),
        text
        or tr(
            "Pixels whose centre lies outside these polygons become nodata. Any coordinate system. Default: no mask."
        ),
    )


def device():
    """DEVICE: the processor that runs the network."""
    return described(
        editable(QgsProcessingParameterString("DEVICE", tr("Device"), settings.default_device()), "devices"),
        tr(
            "Processor that runs the network: auto (a GPU if there is one, else the CPU), cpu, cuda (the first NVIDIA "
            "GPU), cuda:N (NVIDIA GPU number N, from 0), mps (Apple GPU), or another that the installed ONNX Runtime "
            "is made for: openvino, openvino:gpu, openvino:npu (Intel), directml:N (any GPU, Windows), coreml (Apple), "
            "rocm:N or migraphx:N (AMD). Default: the one in the plugin's settings."
        ),
        advanced=True,
    )


def _whole_number(name: str, label: str, text: str, least: int, most: int):
    return described(
        QgsProcessingParameterNumber(name, label, compat.INTEGER, None, True, least, most),
        text,
        advanced=True,
    )


def tile_size():
    """TILE_SIZE in pixels."""
    return _whole_number(
        "TILE_SIZE",
        tr("Tile size (pixels)"),
        tr(
            "Side length of the square tiles that the network processes, 32 to 8192 pixels. Larger tiles give the "
            "network more context and take more memory. Default: chosen from the model and the available memory. Make "
            "it smaller if memory runs out."
        ),
        32,
        8192,
    )


def overlap():
    """OVERLAP in pixels."""
    return number_of(
        RUNNING["overlap"],
        "OVERLAP",
        tr("Tile overlap (pixels)"),
        tr(
            "Least width by which neighbouring tiles overlap and are blended, from 0 to half of the tile size, in "
            "pixels. Default: the model's. Make it larger if seams between tiles are visible."
        ),
    )


def batch_size():
    """BATCH_SIZE in tiles."""
    return _whole_number(
        "BATCH_SIZE",
        tr("Batch size (tiles)"),
        tr(
            "Number of tiles that the network processes at once, 1 to 1024. Larger batches are faster on a GPU and "
            "take more memory. Default: 1."
        ),
        1,
        1024,
    )


def threads():
    """THREADS of the CPU."""
    return number_of(
        RUNNING["threads"],
        "THREADS",
        tr("CPU threads"),
        tr(
            "Number of CPU threads that the network may use, 1 to 256. Default: one per core. Choose fewer to keep the "
            "computer responsive."
        ),
    )


def engine():
    """ENGINE: the library that runs the network, and its precision."""
    parameter = choice(
        "ENGINE",
        tr("Inference engine"),
        tr(
            "Library that runs the network. auto: the fastest on this computer, which the first long job finds out for "
            "each model, else the one that the model's card names. card: the one that the card names. onnx is ONNX "
            "Runtime and torch is PyTorch; -bf16 is in bfloat16 precision. Engines differ slightly in their "
            "probabilities: choose one to repeat a map exactly. Default: auto."
        ),
        RUNNING["engine"].kind.words,
    )
    parameter.setFlags(parameter.flags() | compat.OPTIONAL)  # models that were made before it was there stay sound
    return parameter


def scheduler():
    """SCHEDULER: of the cluster that runs the network."""
    return described(
        QgsProcessingParameterString("SCHEDULER", tr("Dask scheduler"), None, False, True),
        tr(
            "Address of a Dask scheduler, such as tcp://10.0.0.5:8786, whose workers run the network, or the path of "
            "its scheduler file (.json). The workers need this plugin's package in the same version, and see the "
            "rasters, the model and the folder of the result at the same paths. Default: this computer runs the "
            "network."
        ),
        advanced=True,
    )


def resample():
    """RESAMPLE: to the model's resolution."""
    return described(
        QgsProcessingParameterBoolean("RESAMPLE", tr("Resample to the model's resolution"), False),
        tr(
            "Yes: the map has the pixel size, in metres, that the model was trained at. Needed where the raster's "
            "pixels are much larger or smaller. Default: no, the map has the pixels of the (first) raster."
        ),
        advanced=True,
    )


def resampling():
    """RESAMPLING: how a raster is resampled to another grid."""
    return choice(
        "RESAMPLING",
        tr("Resampling"),
        tr(
            "How a raster is resampled to another grid: bilinear and cubic interpolate, and average the pixels of a "
            "much finer raster; nearest keeps values unchanged, as classes and indices need. Pixels already on the "
            "grid are not changed, and paletted rasters are always resampled by nearest. Default: bilinear."
        ),
        RUNNING["resampling"].kind.words,
    )


def nodata(text: str = ""):
    """NODATA: a stored value that is nodata although the files do not declare it."""
    parameter = QgsProcessingParameterNumber("NODATA", tr("Nodata value"), compat.DOUBLE, None, True)
    return described(
        parameter,
        text
        or tr(
            "A stored value to treat as nodata, such as 0 for black borders, in addition to the nodata values that the "
            "rasters declare. A pixel with this value in any band becomes nodata. Any number. Default: only the "
            "declared nodata."
        ),
        advanced=True,
    )


def nodata_of(algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> float | None:
    """NODATA as given, or None."""
    return algorithm.parameterAsDouble(parameters, "NODATA", context) if is_given(parameters, "NODATA") else None


def bands() -> QgsProcessingParameterDefinition:
    """BANDS: those of INPUT that a model takes."""
    return described(
        QgsProcessingParameterBand("BANDS", tr("Bands"), None, "INPUT", True, True),
        tr("Band numbers, from 1, in the order in which the model takes them. Default: matched by band descriptions."),
        advanced=True,
    )


def running() -> list[QgsProcessingParameterDefinition]:
    """The parameters of how a network is run, the same in every algorithm that runs one: what is mapped, then how."""
    area = [extent(), mask(), nodata(), resample()]
    return [*area, tile_size(), overlap(), batch_size(), device(), engine(), threads(), scheduler()]


def class_raster(label: str):
    """OUTPUT: the class raster."""
    return described(
        QgsProcessingParameterRasterDestination("OUTPUT", label),
        tr(
            "GeoTIFF (.tif) with one class per pixel, with class names and colours; nodata is 255. An existing file is "
            "overwritten."
        ),
    )


def probabilities():
    """PROBABILITIES: a raster with one band per class."""
    return described(
        QgsProcessingParameterRasterDestination("PROBABILITIES", tr("Class probabilities"), None, True, False),
        tr("GeoTIFF (.tif) with one band per class, the class's probability from 0 to 1. Only created if requested."),
    )


def polygons():
    """POLYGONS: the classes as a vector layer."""
    return described(
        QgsProcessingParameterVectorDestination("POLYGONS", tr("Class polygons"), compat.POLYGONS, None, True, False),
        tr(
            "The classes as polygons with name, value, area and perimeter in metres, compactness and, of models that "
            "give probabilities, the mean probability of their class (.gpkg, .geojson, .shp or .fgb). An "
            "existing file is overwritten, unless it is a GeoPackage with other layers. Only created if requested."
        ),
    )


def bounds(rectangle: QgsRectangle) -> list[float]:
    """xmin, ymin, xmax, ymax."""
    return [rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum()]


def number(algorithm: QgsProcessingAlgorithm, parameters: dict, name: str, context: QgsProcessingContext) -> int | None:
    """The whole number given for an optional parameter, or None."""
    if not is_given(parameters, name):
        return None
    return algorithm.parameterAsInt(parameters, name, context)


def text_of(algorithm: QgsProcessingAlgorithm, parameters: dict, name: str, context: QgsProcessingContext) -> str:
    """The text of a parameter without blanks around it; '' for none."""
    if is_null(parameters.get(name)):
        return ""
    return algorithm.parameterAsString(parameters, name, context).strip()


def band_numbers(text: str) -> tuple[int, ...] | None:
    """Band numbers in '11, 8, 3'; None for an empty text; ValueError says what is wrong."""
    words = [word for word in re.split(r"[\s,;]+", (text or "").strip()) if word]
    if not words:
        return None
    if not all(word.isdecimal() and int(word) > 0 for word in words):
        raise ValueError(
            tr(
                "'{text}' is not a list of band numbers. Give numbers from 1, separated by commas, such as 11,8,3."
            ).format(text=text)
        )
    return tuple(int(word) for word in words)


def chosen_bands(
    algorithm: QgsProcessingAlgorithm, parameters: dict, name: str, context: QgsProcessingContext
) -> tuple[int, ...] | None:
    """The bands given for a parameter of such, None for none; a text of them may have commas, as others of bands do."""
    if not is_given(parameters, name):
        return None
    value = parameters[name]
    if isinstance(value, str):
        parameters = {**parameters, name: value.replace(",", ";")}
    return tuple(algorithm.parameterAsInts(parameters, name, context))


def running_problem(algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> str:
    """What is wrong with the parameters of ``running()``, in a sentence; '' if nothing."""
    text = device_problem(algorithm, parameters, context)
    if text:
        return text
    size = number(algorithm, parameters, "TILE_SIZE", context)
    shared = number(algorithm, parameters, "OVERLAP", context)
    if size and shared and shared * 2 > size:
        return tr(
            "The overlap of {overlap} pixels is more than half of the tile size of {size}. Make it smaller."
        ).format(overlap=shared, size=size)
    address = text_of(algorithm, parameters, "SCHEDULER", context)
    if address and not is_scheduler(address):
        return tr(
            "'{address}' is not the address of a Dask scheduler. Give one such as tcp://10.0.0.5:8786, or the path of "
            "a scheduler file (.json)."
        ).format(address=address)
    return ""


def device_problem(algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> str:
    """What is wrong with DEVICE, in a sentence; '' if nothing."""
    device_name = text_of(algorithm, parameters, "DEVICE", context)
    if device_name and not is_device(device_name):
        return tr("'{device}' is not a device. Choose one of {names}, where N is the number of a GPU.").format(
            device=device_name, names=NAMES
        )
    return ""


def is_temporary(path: str) -> bool:
    """Whether QGIS will remove what is at a path by itself; '' is no path yet, which counts as one."""
    return not path or Path(path).absolute().is_relative_to(Path(QgsProcessingUtils.tempFolder()).absolute())


def fixed_path(value: Any) -> str:
    """The file that an output's value names; '' for a temporary one, none, or one not known yet."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.staticValue()
    return value if isinstance(value, str) and value != QgsProcessing.TEMPORARY_OUTPUT else ""


def output_problem(path: str, formats: tuple[str, ...]) -> str:
    """What is wrong with the path of an output file, in a sentence; '' if nothing."""
    if not path:
        return ""
    if path.startswith(("ogr:", "postgis:", "memory:")) or "://" in path:
        return tr("The result cannot be written to {path}. Choose a file ({formats}).").format(
            path=path, formats=", ".join("." + name for name in formats)
        )
    if Path(path).suffix.lower().lstrip(".") not in formats:
        return tr("The file name {path} has to end in {formats}.").format(
            path=path, formats=", ".join("." + name for name in formats)
        )
    parent = Path(path).absolute().parent
    if not parent.is_dir():
        return tr("The folder {folder} for the result does not exist. Create it, or choose another.").format(
            folder=parent
        )
    return ""
