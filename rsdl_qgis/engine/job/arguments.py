"""The arguments of every operation: what has to be said, of which kind, within which limits, and what stands for it.

One table for both sides: the worker checks jobs by it, and QGIS's parameters take their limits and defaults from it.
``None`` is the same as not given. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InputError
from ..tables.axes import AXES
from ..tables.chip_formats import CHIP_FORMATS, OURS
from ..tables.exports import EXPORT_FORMATS
from ..tables.fire import METHODS, VALUES
from ..tables.kinds import LONGEST_PATH, Boolean, Choice, Either, ListOf, MapOf, Number, Path, Text, Whole
from ..tables.quality import WORDS
from ..tables.sensors import AUTO, SENSORS
from ..tables.tasks import ALL_TASKS
from .common import (
    ALL_OUTPUTS,
    AREA,
    AUGMENTED_TEST,
    CERTAINTY,
    CHANGED,
    COLOUR,
    DEVICE,
    DOMAIN,
    GROUND,
    LONGEST_GIVEN,
    MAPS,
    MATCHES,
    MODEL,
    NECK,
    OF_MASKS,
    OUTPUT,
    OUTPUT_NUMBER,
    PATCHES,
    PLACE,
    REPORT,
    RUNNING,
    SAMPLE,
    SAMPLING,
    SHAPE,
    STORAGES,
)
from .layers import (
    INPUTS,
    LABELLED,
    LARGEST_BAND,
    LAYOUTS,
    NODATA,
    OBJECTS,
    OTHER_SCENES,
    QUALITY_SOURCE,
    RASTER,
    SCENES,
    SERIES_RASTER,
    WRAPPED,
    vector,
)
from .table import Argument, Object, Table, taken
from .training import CLASSIFYING, DATA, DISTILLING, PRETRAINING, TRAINING

OPERATIONS: Mapping[str, Table] = {
    "predict": {**OUTPUT, **RUNNING, **AUGMENTED_TEST, "inputs": Argument(INPUTS, required=True), **MAPS, **DOMAIN},
    "predict_series": {
        **OUTPUT,
        **RUNNING,
        "layers": Argument(ListOf(Object("a raster", SERIES_RASTER), 1), required=True),
        **MAPS,
        "layout": Argument(Choice(LAYOUTS), default="dates"),
        "dates": Argument(Text()),
        "bands": Argument(ListOf(Whole(1, LARGEST_BAND))),
        "batch_size": Argument(Whole(1, 1_000_000)),  # series, which are small
        "scale": Argument(Number(1e-8, 1e6)),
        "wrapped": Argument(Choice(WRAPPED), default="auto"),
    },
    "detect": {
        **OUTPUT,
        **RUNNING,
        "inputs": Argument(INPUTS, required=True),
        "confidence": Argument(Number(0, 1)),
        "iou": Argument(Number(0, 1)),
        "suppression": Argument(Choice(("nms", "soft", "union")), default="nms"),
        "min_size": Argument(Number(0, 1e6)),
        "max_size": Argument(Number(0, 1e6)),
    },
    "classify_scenes": {
        **OUTPUT,
        **RUNNING,
        **AUGMENTED_TEST,
        "inputs": Argument(INPUTS, required=True),
        **vector("features"),
        "size": Argument(Whole(1, 100_000)),
        "raster": Argument(Path()),
    },
    "embed_image": {
        **OUTPUT,  # a raster, or with features a vector file
        **RUNNING,
        "engine": Argument(Choice(("card", "torch")), default="card"),  # classifiers are always run by PyTorch
        "inputs": Argument(INPUTS, required=True),
        **vector("features"),
        **PATCHES,
        "storage": Argument(Choice(STORAGES), default=STORAGES[0]),
    },
    "find_similar": {
        **OUTPUT,
        "places": Argument(Path()),
        "input": Argument(Object("a raster", RASTER), required=True),
        "model": Argument(MODEL),  # whose features of the raster are searched; default: the raster's own bands
        **PATCHES,
        **DEVICE,
        "resample": RUNNING["resample"],
        "batch_size": RUNNING["batch_size"],
        **vector("examples"),
        "examples": Argument(Path(), required=True),
        **vector("counterexamples"),
        "match": Argument(Choice(MATCHES), default=MATCHES[0]),
        "number": Argument(Whole(1, 100_000), default=20),
        "distance": Argument(Number(0, 1e7)),  # metres; default: three pixels
        "least": Argument(Number(-1, 1), default=0.0),  # similarity
        "with_examples": Argument(Boolean(), default=False),
        **AREA,
    },
    "cluster_image": {
        **OUTPUT,
        "input": Argument(Object("a raster", RASTER), required=True),
        "clusters": Argument(Whole(2, 254), default=8),
        "samples": Argument(Whole(100, 1_000_000), default=50_000),
        "seed": Argument(Whole(0, 2**31 - 1), default=0),
        "standardize": Argument(Boolean(), default=True),
        **AREA,
    },
    "suggest_labels": {
        **OUTPUT,
        **RUNNING,
        **AUGMENTED_TEST,
        "inputs": Argument(INPUTS, required=True),
        "uncertainty_measure": MAPS["uncertainty_measure"],
        **vector("labels"),
        "number": Argument(Whole(1, 10_000), default=20),
        "distance": Argument(Number(0, 1e7)),  # metres; default: 32 pixels
    },
    "threshold": {
        **OUTPUT,
        "before": Argument(Object("a raster", RASTER)),
        "after": Argument(Object("a raster", RASTER), required=True),
        "index": Argument(Text(), required=True),
        "sensor": Argument(Choice((AUTO, *SENSORS)), default=AUTO),
        "threshold": Argument(Number()),  # default: Otsu's
        "window": Argument(Whole(32, 4096)),
        "side": Argument(Choice(("auto", "above", "below")), default="auto"),
        "class_name": Argument(Text()),
        "color": Argument(COLOUR),
        **AREA,
        "resampling": RUNNING["resampling"],
        "grid": RUNNING["grid"],
        "polygons": Argument(Path()),
        **SHAPE,
        "values": Argument(Path()),
    },
    "cloud_mask": {
        **OUTPUT,
        "input": Argument(Object("a product or a quality band", QUALITY_SOURCE)),  # or a model and its inputs
        **{name: argument for name, argument in RUNNING.items() if name in OF_MASKS},
        "model": Argument(MODEL),
        "inputs": Argument(INPUTS),
        "classes": Argument(MapOf(ListOf(Text(), 1), Choice(WORDS))),  # of the model; default: by their names
        "words": Argument(ListOf(Choice(WORDS))),  # default: cloud, cirrus and shadow, where the band knows them
        "grow": Argument(Whole(0, 50), default=0),  # pixels
        **AREA,
        "polygons": Argument(Path()),
        **SHAPE,
    },
    "assess_map": {
        "predicted": Argument(ListOf(Object("a map", LABELLED), 1), required=True),
        "reference": Argument(ListOf(Object("a reference", LABELLED), 1), required=True),
        "unlabelled": Argument(GROUND, default="ignore"),
        "unmapped": Argument(GROUND, default="ignore"),
        "background": Argument(Whole(-(2**31), 2**31 - 1), default=0),
        "pixel_size": Argument(Number(1e-9, 1e9)),
        "certainty": Argument(ListOf(Object("the certainty of a map", RASTER), 1)),
        "certainty_kind": Argument(CERTAINTY, default="auto"),
        **AREA,
        **REPORT,
        "image_table": Argument(Path()),
    },
    "assess_scenes": {
        "predicted": Argument(Object("classified scenes", SCENES), required=True),
        "reference": Argument(Object("a reference", OTHER_SCENES)),
        "multilabel": Argument(Boolean(), default=False),
        **REPORT,
    },
    "assess_detections": {
        "predicted": Argument(Object("detected objects", OBJECTS), required=True),
        "reference": Argument(Object("true objects", OBJECTS), required=True),
        "confidence": Argument(Number(0, 1), default=0.0),
        **AREA,
        **REPORT,
        "matches": Argument(Path()),
    },
    "draw_sample": {**OUTPUT, **SAMPLING, **AREA},
    "estimate_area": {
        "sample": Argument(Object("a sample", SAMPLE), required=True),
        "map": Argument(Object("a map", LABELLED)),  # default: the classes that the sample has of the map
        **REPORT,
    },
    "compare_maps": {
        "predicted": Argument(ListOf(Object("a map", LABELLED), 2), required=True),
        "reference": Argument(Object("a reference", LABELLED), required=True),
        "unlabelled": Argument(GROUND, default="ignore"),
        "unmapped": Argument(GROUND, default="ignore"),
        "background": Argument(Whole(-(2**31), 2**31 - 1), default=0),
        **AREA,
        **REPORT,
    },
    "simplify_polygons": {
        **OUTPUT,
        "input": Argument(Object("a class raster, or a layer of polygons", LABELLED), required=True),
        "background": Argument(Whole(0, 65_534)),  # the value that is not drawn
        "tolerance": Argument(Number(0, 1e6), default=0.0),  # of polygons, in units of their coordinate system
        **SHAPE,
    },
    "separate_objects": {
        **OUTPUT,
        "input": Argument(Object("a class raster", LABELLED), required=True),
        "background": Argument(Whole(0, 65_534)),  # the value of what is no object
        "probabilities": Argument(Object("a raster", RASTER)),
        "neck": NECK,
        **{name: SHAPE[name] for name in ("min_area", "simplify", "regularize")},
    },
    "export_chips": {**OUTPUT, **DATA, "format": Argument(Choice(tuple(CHIP_FORMATS)), default=OURS)},
    "active_fire": {
        **OUTPUT,
        "polygons": Argument(Path()),
        **SHAPE,
        "method": Argument(Choice(tuple(METHODS)), default="voting"),
        "layers": Argument(ListOf(Object("a raster", RASTER), 1)),  # whose bands, in order, are 1 to 7
        "product": Argument(Path("the path of the folder of a Landsat product, or of its MTL.txt")),
        "values": Argument(Choice(VALUES), default=VALUES[0]),
        "sun_elevation": Argument(Number(0, 90, above=True)),
        "saturation": Argument(Object("a raster", RASTER)),
        "nodata": Argument(NODATA),  # of the product's bands, besides 0
        "tile_size": Argument(Whole(16, 2048), default=512),
        **AREA,
    },
    "repeat": {
        **OUTPUT,  # a folder
        "path": Argument(Path("the path of a result, or of a layer in it"), required=True),
        "places": Argument(ListOf(Object("a place that is another one here", PLACE))),
        "changed": Argument(Choice(CHANGED), default=CHANGED[0]),
        "device": Argument(Text()),  # default: the one that made it
    },
    "import_model": {
        "input": Argument(Path("the path of a model's file or folder, or its address"), required=True),
        "sample": Argument(Path()),
        "task": Argument(Choice(tuple(ALL_TASKS))),
        "network": Argument(Text(64)),  # of weights that come without theirs
        "bands": Argument(Text(LONGEST_GIVEN)),
        "classes": Argument(Text(LONGEST_GIVEN)),
        "scaling": Argument(Text(LONGEST_GIVEN)),
        "resolution": Argument(Number(1e-6, 1e7)),
        "tile_size": Argument(Whole(8, 8192)),
        "output_index": Argument(Either((OUTPUT_NUMBER, Choice((ALL_OUTPUTS,))))),  # all: a model for each
        "activation": Argument(Choice(("none", "softmax", "sigmoid", "log-softmax"))),
        "layout": Argument(Choice(AXES)),
        "nodata": Argument(NODATA),
        "name": Argument(Text(64)),
        "replace": Argument(Boolean(), default=False),
        "folders": Argument(ListOf(Text(LONGEST_PATH))),  # of models, besides the usual ones
        "report": Argument(Path()),
    },
    "fetch_model": {
        "name": Argument(Text(64), required=True),
        "manifests": Argument(ListOf(Text(LONGEST_PATH)), required=True),
        "replace": Argument(Boolean(), default=False),
        "folders": Argument(ListOf(Text(LONGEST_PATH))),
    },
    "fetch_manifests": {"manifests": Argument(ListOf(Text(LONGEST_PATH)), required=True)},
    "describe_model": {
        "model": Argument(MODEL, required=True),
        "layer": Argument(Object("a raster", RASTER)),  # which it may fit
        "report": Argument(Path()),
    },
    "list_models": {"folders": Argument(ListOf(Text(LONGEST_PATH))), "report": Argument(Path())},
    "export_model": {
        **OUTPUT,
        "model": Argument(MODEL, required=True),
        "format": Argument(Choice(tuple(EXPORT_FORMATS)), default="zip"),
        "layers": Argument(ListOf(Object("a raster", RASTER), 1)),  # to compare on: one a date of each input, in order
        "tiles": Argument(Whole(1, 256), default=8),
        "name": Argument(Text(64)),
        "item": Argument(Path()),
        "report": Argument(Path()),
    },
    "train": TRAINING,
    "distil": DISTILLING,
    "pretrain": PRETRAINING,
    "train_classifier": CLASSIFYING,
    "describe": {},
}


def checked(operation: str, given: Any) -> dict[str, Any]:
    """The arguments of a job, of the kinds that its operation takes. InputError for the first that cannot be."""
    if not isinstance(given, Mapping):
        raise InputError("The arguments of the job are no object.", 'They are {"name": value, …}.')
    return taken(OPERATIONS[operation], given, what=f"the job '{operation}'")
