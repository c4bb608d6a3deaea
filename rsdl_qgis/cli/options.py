"""Options of ``rsdl predict``: one for each argument that the jobs which predict take, from the table of arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import click

from ..engine.errors import RsdlError
from ..engine.job.arguments import OPERATIONS
from ..engine.job.layers import VECTOR
from ..engine.job.table import Argument, Table
from ..engine.tables.devices import NAMES
from ..engine.tables.kinds import Boolean, Bounds, Choice, Kind, ListOf, Number, Path, Whole, Wrong
from ..engine.tables.tasks import TASKS

PREDICTING = tuple(dict.fromkeys(task.operation for task in TASKS.values()))
OTHERWISE = ("model", "inputs", "layers", "output", "bands", "cut")  # said otherwise than by an option of its name
OF_COPIES = {f"{name}_{key}" for name in ("mask", "features") for key in VECTOR}  # said by QGIS of copies that it makes
HELP = {
    "extent": "Map only this rectangle: xmin,ymin,xmax,ymax.",
    "extent_crs": "Coordinate system of --extent, such as EPSG:4326; else the first raster's.",
    "mask": "Map only what lies in the polygons of this file.",
    "device": f"Processor that runs the network: {NAMES}.",
    "engine": "Library that runs the network, bf16 in bfloat16; auto: the fastest here, card: the model's own.",
    "threads": "CPU threads that the network may use; else one per core.",
    "resample": "Map with the pixel size that the model was trained at.",
    "tile_size": "Side length of tiles, in pixels; else by the model and the memory.",
    "overlap": "Overlap of neighbouring tiles, in pixels; else the model's.",
    "batch_size": "Tiles (of series: pixels) that the network runs at once.",
    "resampling": "How a raster is resampled to another grid.",
    "grid": "The raster whose grid the map has.",
    "normalize": "Bring later dates to the radiometry of the first.",
    "scheduler": "Dask scheduler whose workers run the network: its address, such as tcp://10.0.0.5:8786, or its file.",
    "probabilities": "Write the class probabilities to this GeoTIFF, too.",
    "uncertainty": "Write the uncertainty of the classes to this GeoTIFF, too: 0 (certain) to 1.",
    "uncertainty_measure": "Entropy of the probabilities, or 1 minus the margin between the two highest.",
    "passes": "Average over so many passes with dropout, where the network has some; needs PyTorch.",
    "domain": "Write the distance from the training data to this GeoTIFF, too: above 1 it is unusually large.",
    "tta": "Average over mirrored and turned images, 4 or 8 times the work.",
    "stac": "Write a STAC Item beside each result.",
    "polygons": "Write the classes as polygons to this file, too (.gpkg, .geojson, .shp, .fgb).",
    "simplify": "Simplify the borders of polygons by this many pixels; shared borders stay shared.",
    "min_area": "Take patches below this many m² into what lies around them, in the polygons.",
    "fill_holes": "Fill holes of polygons of no more than this many m².",
    "regularize": "Give outlines of polygons right angles, as buildings have.",
    "separate_objects": "Tell objects of these classes (names or values) apart in the polygons where they touch.",
    "neck": "Objects are divided where they are narrower than this share of the narrower part.",
    "layout": "What a raster is: a date, its bands variables, or a variable, its bands dates.",
    "dates": "Dates of the rasters: 2024-05-01,2024-05-17, … or 2024-05-01/P16D.",
    "scale": "Factor that brings stored numbers to the units of training.",
    "wrapped": "Which numbers of uint16 rasters are read as negative.",
    "confidence": "Least score of an object; else the model's.",
    "iou": "Overlap from which two boxes are one object; else the model's.",
    "suppression": "What is done with boxes that overlap.",
    "min_size": "Least size of an object, in metres.",
    "max_size": "Largest size of an object, in metres.",
    "features": "Classify the polygons, or squares around the points, of this file.",
    "size": "Side length of a cell, or of the square around a point, in pixels.",
    "raster": "Write the classes of the cells to this GeoTIFF, too.",
}

F = Callable[..., Any]


class WrongUsage(RsdlError):
    """The command line does not say what can be done."""

    status = 2


def predicting_options(command: F) -> F:
    """Gives a command an option for every argument of the jobs that predict."""
    for name, argument in reversed([*predicting_arguments().items()]):
        command = _option(name, argument)(command)
    return command


def predicting_arguments() -> Table:
    """The arguments of the jobs that predict which options say."""
    tables = {name: argument for operation in PREDICTING for name, argument in OPERATIONS[operation].items()}
    return {name: argument for name, argument in tables.items() if name not in OTHERWISE and name not in OF_COPIES}


def job_arguments(operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given by options, as arguments of a job. WrongUsage for what the operation does not take."""
    table, found = OPERATIONS[operation], {}
    for name, value in given.items():
        if value is None or value is False:
            continue
        if name not in table:
            does = ", ".join(task for task, line in TASKS.items() if name in OPERATIONS[line.operation])
            raise WrongUsage(f"{flag(name)} is not for this model.", f"It is for models of: {does}.")
        found[name] = of_kind(table[name].kind, value, flag(name))
    return found


def of_kind(kind: Kind, value: Any, where: str) -> Any:
    """The value of a kind that a text stands for, or true; WrongUsage where it stands for none."""
    try:
        return kind(_parsed(kind, value) if isinstance(value, str) else value, where)
    except Wrong as error:
        raise error.as_error(WrongUsage) from None


def flag(name: str) -> str:
    """The option that says an argument."""
    return f"--{name.replace('_', '-')}"


def _parsed(kind: Kind, text: str) -> Any:
    """A text as the plain value that a kind is asked about; as it is, where it is none."""
    if isinstance(kind, (ListOf, Bounds)):
        inner = kind.kind if isinstance(kind, ListOf) else Number()
        return [_parsed(inner, word) for word in re.split(r"[\s,;]+", text.strip()) if word]
    if isinstance(kind, (Whole, Number)):
        for number in (int, float):
            with suppress(ValueError):
                return number(text)
    return text


def _option(name: str, argument: Argument) -> Callable[[F], F]:
    kind = argument.kind
    if isinstance(kind, Boolean):
        return click.option(flag(name), name, is_flag=True, help=HELP[name])
    limits = f" {kind.wanted.capitalize()}." if isinstance(kind, (Whole, Number)) else ""
    default = "" if argument.default is None else f" Default: {argument.default}."
    words = click.Choice(tuple(kind.words)) if isinstance(kind, Choice) else None
    metavar = "FILE" if isinstance(kind, Path) else "NUMBER" if limits else "TEXT"
    return click.option(
        flag(name), name, type=words, metavar=None if words else metavar, help=f"{HELP[name]}{limits}{default}"
    )
