"""The table of tasks: one line each, read by the worker and by QGIS. Standard library only.

What depends on the task is asked of its line (``task_of(card.task).dense``); no other module compares the names of
tasks. A task is added by a line here, the collector of its outputs and an algorithm of the toolbox that trains and one
that predicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .metrics import METRICS

Axes = tuple[str, ...]

CLASS_MAP: Mapping[str, Axes] = {"probabilities": ("batch", "class", "height", "width")}
FEATURES: Mapping[str, Axes] = {"values": ("batch", "channel")}  # of a whole image
NUMBER_MAP: Mapping[str, Axes] = {"values": ("batch", "channel", "height", "width")}
ONE_CLASS: Mapping[str, Axes] = {"probabilities": ("batch", "class")}  # of a whole image, or of a series
BOXES: Mapping[str, Axes] = {"boxes": ("batch", "box", "corner"), "scores": ("batch", "box", "class")}

CHIP_LABELS: Mapping[str, tuple[str, ...]] = {  # what is labelled -> ``labels`` of a chip folder, the usual one first
    "classes": ("raster",),
    "numbers": ("number",),
    "scenes": ("class", "classes"),
    "objects": ("boxes",),
}
RASTERS = ("rasters", "pairs", "series")  # single images, an image before and one after, series of dates


@dataclass(frozen=True)
class Kind:
    """How a network is trained on one kind of labels.

    ``metric``: title of the one by which the best epoch is chosen; ``losses``: those to choose from, empty where the
    networks have their own; ``default``: those that are summed by default.
    """

    metric: str
    losses: tuple[str, ...] = ()
    default: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What the models of a task take and give, and what handles them.

    ``makes``, ``counted``: what a model makes, and what its samples consist of, as reports say it. ``rasters``: how
    images are given, one of ``RASTERS``. ``labels``: what is labelled, a key of ``CHIP_LABELS``. ``kinds``: kind of
    labels (classes, labels, numbers, boxes) -> how networks are trained on them, the usual kind first. ``outputs``:
    name of each array that networks give -> its axes. ``networks``: groups of the table of networks that can be
    trained for the task, its own first; ``network``: the default. ``activation``: of the networks' output, unless the
    labels need another. ``mlm``: the term of the STAC MLM extension. ``operation``: of the worker's jobs, the one that
    predicts. ``algorithm``, ``trainer``: ids of the algorithms that predict and that train. ``batch_size``: samples a
    training step, by default. ``two_classes``: names of two classes that are 0 and 1 and have none. ``finer``: whether
    maps have smaller pixels than the images.
    """

    makes: str
    counted: str
    labels: str
    kinds: Mapping[str, Kind]
    outputs: Mapping[str, Axes]
    networks: tuple[str, ...]
    network: str
    mlm: str
    operation: str
    algorithm: str
    trainer: str
    rasters: str = "rasters"
    activation: str = "softmax"
    batch_size: int = 8
    two_classes: tuple[str, str] = ("background", "object")
    finer: bool = False

    def __post_init__(self) -> None:
        if self.labels not in CHIP_LABELS or self.rasters not in RASTERS or not self.kinds or not self.networks:
            raise ValueError(f"A line of the table of tasks is not complete: {self}.")

    @property
    def dense(self) -> bool:
        """Whether models make maps: a class or a number for each pixel of an image."""
        return any("height" in axes for axes in self.outputs.values())

    @property
    def numbers(self) -> bool:
        """Whether models give numbers, and have no classes."""
        return "values" in self.outputs

    @property
    def boxes(self) -> bool:
        """Whether models give boxes around objects."""
        return "boxes" in self.outputs

    @property
    def scenes(self) -> bool:
        """Whether models give one answer for a whole image."""
        return self.labels == "scenes"

    @property
    def features(self) -> bool:
        """Whether models give features (an embedding) of a whole image."""
        return self.outputs == FEATURES

    @property
    def series(self) -> bool:
        """Whether models take the series of single pixels, not images."""
        return self.rasters == "series"

    @property
    def cropped(self) -> bool:
        """Whether images are cropped at random to one size in training."""
        return self.dense or self.boxes

    @property
    def has_background(self) -> bool:
        """Whether what is not labelled can be trained on as background."""
        return self.labels in ("classes", "objects")

    @property
    def dates(self) -> tuple[str, ...]:
        """The usual names of the dates of an input, where the task has such."""
        return ("before", "after") if self.rasters == "pairs" else ()

    @property
    def chip_labels(self) -> tuple[str, ...]:
        """What chips to train on may have as ``labels``, the usual ones first."""
        return CHIP_LABELS[self.labels]

    @property
    def losses(self) -> tuple[str, ...]:
        """All losses to choose from, whatever the kind of labels."""
        return tuple(name for kind in self.kinds.values() for name in kind.losses)

    @property
    def loss(self) -> tuple[str, ...]:
        """The losses that are summed by default for the usual kind of labels."""
        return next(iter(self.kinds.values())).default


_PIXELS = Kind(METRICS["mean_iou"].title, ("cross_entropy", "focal", "dice", "lovasz"), ("cross_entropy", "dice"))
_ONE_CLASS = Kind(METRICS["macro_f1"].title, ("cross_entropy", "focal"), ("cross_entropy",))

TASKS: Mapping[str, Task] = {
    "segmentation": Task(
        makes="class maps",
        counted="pixels",
        labels="classes",
        kinds={"classes": _PIXELS},
        outputs=CLASS_MAP,
        networks=("segmentation",),
        network="unet-light",
        mlm="semantic-segmentation",
        operation="predict",
        algorithm="semanticsegmentation",
        trainer="trainsegmentation",
    ),
    "change": Task(
        makes="maps of change",
        counted="pixels",
        labels="classes",
        kinds={"classes": _PIXELS},
        outputs=CLASS_MAP,
        networks=("change", "segmentation"),
        network="fc-siam-conc",
        mlm="semantic-segmentation",  # MLM has no term for change
        operation="predict",
        algorithm="changedetection",
        trainer="trainchangedetector",
        rasters="pairs",
        two_classes=("unchanged", "changed"),
    ),
    "regression": Task(
        makes="maps of numbers",
        counted="pixels",
        labels="numbers",
        kinds={"numbers": Kind(METRICS["r2"].title, ("huber", "mse"), ("huber",))},
        outputs=NUMBER_MAP,
        networks=("segmentation",),
        network="unet-light",
        mlm="regression",
        operation="predict",
        algorithm="pixelregression",
        trainer="trainregression",
        activation="identity",
    ),
    "classification": Task(
        makes="classes of pictures",
        counted="pictures",
        labels="scenes",
        kinds={"classes": _ONE_CLASS, "labels": Kind(METRICS["mean_f1"].title, ("bce",), ("bce",))},
        outputs=ONE_CLASS,
        networks=("classification",),
        network="resnet18",
        mlm="scene-classification",
        operation="classify_scenes",
        algorithm="sceneclassification",
        trainer="trainsceneclassifier",
        batch_size=16,
    ),
    "time-series": Task(
        makes="classes of time series",
        counted="series",
        labels="classes",
        kinds={"classes": _ONE_CLASS},
        outputs=ONE_CLASS,
        networks=("time-series",),
        network="lstm",
        mlm="classification",
        operation="predict_series",
        algorithm="timeseriesclassification",
        trainer="traintimeseriesclassifier",
        rasters="series",
        batch_size=64,
    ),
    "detection": Task(
        makes="objects in boxes",
        counted="objects",
        labels="objects",
        kinds={"boxes": Kind(METRICS["ap50"].title)},
        outputs=BOXES,
        networks=("detection",),
        network="yolo-n",
        mlm="object-detection",
        operation="detect",
        algorithm="objectdetection",
        trainer="traindetector",
        activation="sigmoid",
    ),
}
IMPORTED: Mapping[str, Task] = {  # of models from elsewhere: none is trained here by labels
    "super-resolution": replace(
        TASKS["regression"],
        makes="finer images",
        mlm="super-resolution",
        algorithm="superresolution",
        trainer="",
        finer=True,
    ),
    "embedding": replace(
        TASKS["classification"],
        makes="features of pictures",
        outputs=FEATURES,
        mlm="similarity-search",
        operation="embed_image",
        algorithm="embedimage",
        trainer="",
        activation="identity",
    ),
}
ALL_TASKS: Mapping[str, Task] = {**TASKS, **IMPORTED}
UNKNOWN = replace(TASKS["segmentation"], outputs={}, operation="", algorithm="", trainer="")


def task_of(name: str) -> Task:
    """The line of a task; of a task that is not in the table, which models of other programs may have, one whose
    models give nothing that is known."""
    return ALL_TASKS.get(name, UNKNOWN)
