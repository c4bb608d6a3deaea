"""The arguments of every operation: what has to be said, of which kind, within which limits, and what stands for it.

One table for both sides: the worker checks jobs by it, and QGIS's parameters take their limits and defaults from it.
``None`` is the same as not given. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import InputError
from ..tables.axes import AXES
from ..tables.chip_formats import CHIP_FORMATS, OURS
from ..tables.classifiers import CLASSIFIERS, SHARES
from ..tables.devices import ENGINES
from ..tables.exports import EXPORT_FORMATS
from ..tables.fire import METHODS, VALUES
from ..tables.kinds import (
    LONGEST_PATH,
    Boolean,
    Bounds,
    Choice,
    Either,
    ListOf,
    MapOf,
    Number,
    Path,
    Plain,
    Text,
    TextThat,
    Whole,
)
from ..tables.quality import WORDS
from ..tables.sensors import AUTO, SENSORS
from ..tables.tasks import ALL_TASKS, TASKS
from .class_values import is_shares
from .layers import (
    CUT_INPUTS,
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
    VECTOR,
    WRAPPED,
    vector,
)
from .table import Argument, Object, Table, taken

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

# Training.

LARGEST_SHARE = 0.9  # of all data, that may be kept from training
USUAL_EPOCHS = (20, 150)  # fewest and most by default
USUAL_RATES = (2e-3, 5e-4)  # learning rates by default: from scratch, from weights
USUAL_LAYER_DECAY = 0.85  # layer-wise learning rate decay by default where published weights are fine-tuned
STRENGTH = Either((Number(0, 100), MapOf(Number(0, 100))))
AUGMENTATION: Table = {
    "gain": Argument(STRENGTH),
    "offset": Argument(STRENGTH),
    "noise": Argument(STRENGTH),
    "zoom": Argument(Number(1, 16)),
    "drop": Argument(Number(0, 1)),
    "drop_dates": Argument(Number(0, 1)),
    "mosaic": Argument(Number(0, 1)),
    "parcels": Argument(Number(0, 1)),
    "flips": Argument(Boolean()),
}
AUGMENTATIONS = ("standard", "none", "light", "strong", "mosaic", "parcels")  # by name, the usual one first
AUGMENTED = {  # augmentation -> tasks whose labels bear it; others are for all
    "mosaic": tuple(name for name, task in TASKS.items() if task.cropped),
    "parcels": tuple(name for name, task in TASKS.items() if task.scenes),
}
SOURCE: Table = {"title": Argument(Text()), "inputs": Argument(CUT_INPUTS, required=True)}
DATA: Table = {
    "task": Argument(Choice(tuple(TASKS)), required=True),
    "chips": Argument(Path("the path of a folder of chips or of images")),
    "sources": Argument(ListOf(Object("rasters of one place", SOURCE))),
    "labels": Argument(ListOf(Object("labels", LABELLED))),
    "input_bands": Argument(MapOf(ListOf(Text()))),
    "input_dates": Argument(MapOf(ListOf(Text()))),
    "colors": Argument(MapOf(Text())),
    **AREA,
    "unlabelled": Argument(GROUND, default="ignore"),
    "background_name": Argument(Text()),
    "multilabel": Argument(Boolean(), default=False),
    "only_inside": Argument(Boolean(), default=True),
    "all_touched": Argument(Boolean(), default=False),
    "unit": Argument(Text()),
    "buffer": Argument(Number(0, 100_000)),
    "object_size": Argument(Number(0, 100_000, above=True)),
    "chip_size": Argument(Whole(16, 4096)),
    "chip_overlap": Argument(Whole(0, 2048)),
    "split": Argument(Choice(("blocks", "places", "files", "chips", "random"))),
    "valid": Argument(Number(0, LARGEST_SHARE), default=0.2),
    "test": Argument(Number(0, LARGEST_SHARE), default=0.0),
    "block_size": Argument(Number(0, 10_000_000, above=True)),
    "seed": Argument(Whole(0, 2**31 - 1), default=0),
}
LEARNING: Table = {
    "network": Argument(Text()),
    "options": Argument(Plain("an object of options")),
    "base_model": Argument(MODEL),
    "pretrained": Argument(Text()),
    "method": Argument(Choice(("finetune", "lora", "linear", "prototype", "knn")), default="finetune"),
    "neighbours": Argument(Whole(1, 1000), default=5),  # of METHOD=knn
    "lora_rank": Argument(Whole(1, 1024), default=8),
    "lora_alpha": Argument(Number(0, 10_000, above=True), default=16.0),
    "freeze": Argument(Choice(("nothing", "encoder", "backbone", "stages")), default="nothing"),
    "freeze_stages": Argument(Whole(1, 1000), default=1),
    "layer_decay": Argument(Number(0.01, 1)),  # default: by the start
    "unfreeze_every": Argument(Whole(0, 100_000), default=0),
    "head_epochs": Argument(Whole(0, 100_000), default=0),
    "epochs": Argument(Whole(1, 100_000)),
    "batch_size": Argument(Whole(1, 65_536)),  # default: the task's
    "learning_rate": Argument(Number(0, 100, above=True)),
    "weight_decay": Argument(Number(0, 100), default=0.01),
    "optimizer": Argument(Choice(("adamw", "sgd")), default="adamw"),
    "loss": Argument(ListOf(Text())),
    "class_weights": Argument(Choice(("none", "balanced")), default="none"),
    "sampling": Argument(Choice(("even", "balanced")), default="even"),
    "accumulate": Argument(Whole(1, 10_000), default=1),
    "average": Argument(Number(0, 0.9999), default=0.99),
    "sharpness": Argument(Number(0, 100), default=0.0),
    "consistency": Argument(Number(0, 100), default=0.0),
    "patience": Argument(Whole(0, 100_000), default=0),
    "keep": Argument(Choice(("best", "last")), default="best"),
    "precision": Argument(Choice(("auto", "full", "mixed")), default="auto"),
    "augmentation": Argument(
        Either((Choice(AUGMENTATIONS), Object("an augmentation", AUGMENTATION))), default=AUGMENTATIONS[0]
    ),
    "scaling": Argument(Choice(("auto", "standard", "robust", "robust-dates", "keep")), default="auto"),
    "side": Argument(Whole(1, 4096)),
    "name": Argument(Text()),
    "title": Argument(Text()),
    "description": Argument(Text()),
    "keywords": Argument(ListOf(Text())),
    "resolution_tolerance": Argument(Number(1, 1000)),  # not given: the base model's, else 2
    "background": Argument(Text()),  # name or value of the class that is not drawn as polygons, or none; else value 0
    "report": Argument(Path()),
    "resume": Argument(Boolean(), default=True),
}
TRAINING: Table = {**OUTPUT, **DATA, **LEARNING, **DEVICE}
CLASSIFYING: Table = {
    **OUTPUT,
    **DATA,
    "method": Argument(Choice(tuple(CLASSIFIERS)), default="svm-rbf"),
    "cost": Argument(Number(1e-6, 1e6)),
    "gamma": Argument(Number(1e-6, 1e6)),
    "trees": Argument(Whole(1, 5000)),
    "leaf": Argument(Whole(1, 100_000)),
    "samples": Argument(Whole(100, 1_000_000)),
    "shares": Argument(Choice(SHARES), default=SHARES[0]),
    **{
        name: LEARNING[name]
        for name in (
            "scaling",
            "name",
            "title",
            "description",
            "keywords",
            "resolution_tolerance",
            "background",
            "report",
        )
    },
    "threads": DEVICE["threads"],
}
DISTILLING: Table = {
    **TRAINING,
    "task": Argument(Choice(tuple(TASKS))),  # the teacher's
    "batch_size": Argument(Whole(1, 65_536), default=8),  # whatever the teacher's task
    "teacher": Argument(MODEL, required=True),
    "temperature": Argument(Number(0.1, 100), default=2.0),
}

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
    "train_classifier": CLASSIFYING,
    "describe": {},
}


def checked(operation: str, given: Any) -> dict[str, Any]:
    """The arguments of a job, of the kinds that its operation takes. InputError for the first that cannot be."""
    if not isinstance(given, Mapping):
        raise InputError("The arguments of the job are no object.", 'They are {"name": value, …}.')
    return taken(OPERATIONS[operation], given, what=f"the job '{operation}'")


def some(table: Table, names: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Those arguments of a table that a part of a job is about, where they are given. InputError as of ``checked``."""
    about = list(names)
    return taken({name: table[name] for name in about}, {name: given.get(name) for name in about})
