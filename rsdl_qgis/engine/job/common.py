"""What several operations take: kinds, limits and defaults of their arguments. Standard library only."""

from __future__ import annotations

import re

from ..tables.devices import ENGINES
from ..tables.kinds import Boolean, Bounds, Choice, ListOf, MapOf, Number, Path, Text, TextThat, Whole
from .class_values import is_shares
from .layers import LABELLED, VECTOR, vector
from .table import Argument, Object, Table

MODEL = Path("the name of a model, or the path of its folder, .zip or .onnx")
LONGEST_GIVEN = 1_000_000  # characters that say a model's bands, classes or scaling

COLOUR = TextThat(lambda text: re.fullmatch("#[0-9a-fA-F]{6}", text) is not None, "a colour such as #b2182b")


def is_scheduler(text: str) -> bool:
    """Whether a text can be where a Dask scheduler listens, or the file that it has written for its workers."""
    return re.fullmatch(r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d+", text) is not None or text.endswith(".json")


OUTPUT_NUMBER, ALL_OUTPUTS = Whole(0, 999), "all"  # of a network

OF_MASKS = ("device", "threads", "engine", "resample", "tile_size", "overlap", "batch_size")  # by a model

# What several operations take.

AREA: Table = {"extent": Argument(Bounds()), "extent_crs": Argument(Text()), **vector("mask")}
DEVICE: Table = {
    "device": Argument(Text(), default="auto"),  # see tables.devices.NAMES
    "threads": Argument(Whole(1, 256)),
}
CUT: Table = {  # see prediction.tiling.Plan
    "tile": Argument(ListOf(Whole(1, 8192), 2, 2), required=True),
    "overlap": Argument(Whole(0, 4096), required=True),
    "batch": Argument(Whole(1, 1_000_000), required=True),
    "streams": Argument(Whole(1, 64), required=True),
    "margin": Argument(ListOf(Whole(0, 4096), 2, 2)),
}
RUNNING: Table = {
    "model": Argument(MODEL, required=True),
    **AREA,
    **DEVICE,
    "engine": Argument(Choice(ENGINES), default="auto"),
    "resample": Argument(Boolean(), default=False),
    "tile_size": Argument(Whole(1, 8192)),
    "overlap": Argument(Whole(0, 4096)),
    "batch_size": Argument(Whole(1, 65_536)),
    "resampling": Argument(Choice(("bilinear", "nearest", "cubic")), default="bilinear"),
    "grid": Argument(Choice(("first", "last", "finest")), default="first"),
    "normalize": Argument(Choice(("none", "moments", "irmad")), default="none"),
    "scheduler": Argument(TextThat(is_scheduler, "the address of a Dask scheduler, such as tcp://10.0.0.5:8786")),
    "cut": Argument(Object("how rasters are cut", CUT)),  # as a run says, to make it again
    "stac": Argument(Boolean(), default=False),
}
PATCHES: Table = {
    "size": Argument(Whole(1, 100_000)),  # pixels of a patch
    "stride": Argument(Whole(1, 100_000)),  # default: the patch
    "dates": Argument(Text()),  # of the rasters, for encoders that take them
}
OUTPUT: Table = {"output": Argument(Path(), required=True)}
SHAPE: Table = {  # of polygons of a class map, see vector.tracing.polygon_shape
    "simplify": Argument(Number(0, 10), default=0.0),  # pixels
    "min_area": Argument(Number(0, 1e12), default=0.0),  # m²
    "fill_holes": Argument(Number(0, 1e12), default=0.0),  # m²
    "regularize": Argument(Boolean(), default=False),
}
NECK = Argument(Number(0, 1), default=0.7)  # see vector.separating.joining
OBJECTS_OF_MAPS: Table = {"separate_objects": Argument(ListOf(Text(), 1)), "neck": NECK}  # names or values of classes
MEASURES = ("entropy", "margin")  # of how uncertain probabilities are
MAPS: Table = {
    "probabilities": Argument(Path()),
    "uncertainty": Argument(Path()),
    "uncertainty_measure": Argument(Choice(MEASURES), default=MEASURES[0]),
    "polygons": Argument(Path()),
    **SHAPE,
    **OBJECTS_OF_MAPS,
}
DOMAIN: Table = {"domain": Argument(Path())}
VARIANTS = ("none", "flips", "turns", "all")  # in which each image is seen
AUGMENTED_TEST: Table = {
    "tta": Argument(Choice(VARIANTS), default=VARIANTS[0]),
    "passes": Argument(Whole(1, 1000), default=1),  # with dropout, where there are several
}
MATCHES = ("mean", "nearest")  # of examples
STORAGES = ("float32", "uint8")  # of features in a raster
PLACE: Table = {"old": Argument(Path(), required=True), "new": Argument(Path(), required=True)}
CHANGED = ("refuse", "run")  # what to do where what a run read is not what it was
REPORT: Table = {"report": Argument(Path()), "table": Argument(Path())}
GROUND = Choice(("ignore", "background"))
CERTAINTY = Choice(("auto", "uncertainty", "confidence", "probabilities"))  # what a raster beside a map says

# Samples for accuracy and area.

DESIGNS = ("stratified", "simple", "systematic")
ALLOCATIONS = ("proportional", "equal", "neyman")
ACCURACIES = TextThat(is_shares, "a number from 0 to 1, or such numbers of classes as in '1: 0.7, 2: 0.9'")
SAMPLING: Table = {
    "map": Argument(Object("a map", LABELLED), required=True),
    "strata": Argument(Object("strata", LABELLED)),  # default: the map's classes
    "design": Argument(Choice(DESIGNS), default=DESIGNS[0]),
    "allocation": Argument(Choice(ALLOCATIONS), default=ALLOCATIONS[0]),
    "size": Argument(Whole(2, 1_000_000)),  # default: from the standard error
    "standard_error": Argument(Number(1e-4, 0.5), default=0.02),  # of overall accuracy
    "expected": Argument(ACCURACIES, default="0.85"),  # user's accuracy of each class
    "minimum": Argument(Whole(2, 100_000)),  # of a stratum; default: 50, or an equal share of fewer
    "seed": Argument(Whole(0, 2**31 - 1), default=0),
}
SAMPLE: Table = {**VECTOR, "fields": Argument(MapOf(Text()))}  # what each field of the sample is called
