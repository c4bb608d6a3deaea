"""The table of training options: by subject, in the order in which a person decides, each with its words.

Kind, limits and defaults are those of the job's arguments (``engine.job.training``).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProcessingParameterDefinition

from ...engine.cards.card import ModelCard
from ...engine.job.training import AUGMENTATIONS, DISTILLING, USUAL_EPOCHS, USUAL_RATES
from ...engine.tables.tasks import Task
from .. import parameters as shared
from ..text import tr
from .fine_tuning import fine_tuning
from .options import Offer, Option, loss, network, read_json, read_losses

SPLITS = ("auto", *DISTILLING["split"].kind.words)


class Group(NamedTuple):
    """The options of one subject."""

    title: str
    options: list[Option]


def _data() -> list[Option]:
    return [
        Option(
            "SCALING",
            tr("Normalisation of values"),
            tr(
                "standard: by mean and standard deviation of the training data; robust: by percentiles of each raster, "
                "where rasters differ in brightness; robust-dates: likewise, of each date alone, where dates differ in "
                "light or sensor; keep: as the base model or the published weights. auto: keep where these take the "
                "same input and values are like theirs, else standard."
            ),
        ),
    ]


def _labels() -> list[Option]:
    return [
        Option(
            "UNLABELLED",
            tr("Unlabelled pixels"),
            tr(
                "ignore: pixels without a label are left out of the loss, right for sparse labels. background: they "
                "are a class of their own, right only where everything else was labelled, and needed where there is "
                "only one class. For object detection, ignore cuts only chips that show an object, background also "
                "chips that show none."
            ),
            basic=True,
            shown=lambda task: task.has_background,
        ),
        Option(
            "MULTILABEL",
            tr("Several classes per scene (multi-label)"),
            tr("Yes: a scene may show several classes, or none of them. No: each scene is of one class."),
            basic=True,
            shown=lambda task: task.scenes,
        ),
        Option(
            "BUFFER",
            tr("Buffer around lines and points (metres)"),
            tr("Pixels within this distance of a line or point get its label, in metres."),
            usual=tr("only the pixels that it touches"),
            shown=lambda task: task.dense or task.series,
        ),
        Option(
            "ALL_TOUCHED",
            tr("Polygons label all pixels they touch"),
            tr(
                "Yes: a polygon labels every pixel that it touches, except those whose centre lies in another polygon. "
                "No: it labels only the pixels whose centre it holds. Choose yes for thin polygons, and for polygons "
                "about as small as a pixel."
            ),
            shown=lambda task: task.dense or task.series,
        ),
        Option(
            "SIZE",
            tr("Size of point objects (metres)"),
            tr(
                "Side length of the square that stands for an object labelled by a point, in metres. Required for "
                "points."
            ),
            key="object_size",
            shown=lambda task: task.boxes,
        ),
    ]


def _chips() -> list[Option]:
    return [
        Option(
            "CHIP_SIZE",
            tr("Size (pixels)"),
            tr(
                "Side length of the square chips that rasters are cut into, or, for scenes, of the squares around "
                "points. Larger chips show more context and need more memory."
            ),
            usual=tr("from the area"),
            shown=lambda task: not task.series,
        ),
        Option(
            "CHIP_OVERLAP",
            tr("Overlap (pixels)"),
            tr("By how much neighbouring chips overlap, at most half of CHIP_SIZE. More overlap gives more chips."),
            usual="0",
            shown=lambda task: task.cropped,
        ),
        Option(
            "SIDE",
            tr("Size of images (pixels)"),
            tr(
                "Side length of the squares that scenes are resized to for the network. Smaller is faster and shows "
                "less detail."
            ),
            usual=tr("that of the network, 224 for most"),
            shown=lambda task: task.scenes,
        ),
    ]


def _split() -> list[Option]:
    return [
        Option(
            "SPLIT",
            tr("Method"),
            tr(
                "How data is split into training, validation and test. blocks: spatial blocks with a gap between them, "
                "the honest way for maps; places: labelled places as a whole (PLACE_FIELD); files: whole rasters; "
                "chips: as the chip folder says; random: single chips, whose metrics are too optimistic where "
                "neighbours look alike. auto: blocks for layers; a chip folder as it says, or else as suits it."
            ),
            words=SPLITS,
        ),
        Option(
            "VALIDATION",
            tr("Validation share (%)"),
            tr(
                "Share of the data that is held out for validation, by which the best epoch is chosen. A chip folder "
                "that has a validation split keeps its own."
            ),
            key="valid",
            percent=True,
        ),
        Option(
            "TEST",
            tr("Test share (%)"),
            tr(
                "Share of the data that is held out for the final evaluation, and by which nothing is chosen. With 0 "
                "the model is evaluated on the validation data, which is a little optimistic."
            ),
            percent=True,
        ),
        Option(
            "BLOCK_SIZE",
            tr("Block size (metres)"),
            tr(
                "Side length of the spatial blocks of SPLIT=blocks, in metres. Best larger than the distance over "
                "which things look alike (spatial autocorrelation)."
            ),
            usual=tr("from the area"),
        ),
    ]


def _network() -> list[Option]:
    fewest, most = USUAL_EPOCHS
    return [
        Option(
            "NETWORK",
            tr("Network"),
            tr("The network to train, by its name in the list; docs/networks.md has size, cost and paper of each."),
            usual=tr(
                "that of the base model or the published weights, else {network}, which trains in minutes without a "
                "GPU on a small area"
            ),
            basic=True,
            make=network,
        ),
        Option(
            "EPOCHS",
            tr("Epochs"),
            tr("Number of passes over the training data. Training from scratch needs more than fine-tuning."),
            usual=tr("{fewest} to {most}, more for little data").format(fewest=fewest, most=most),
            basic=True,
        ),
        Option(
            "OPTIONS",
            tr("Options (JSON)"),
            tr(
                'Options of the network as a JSON object, such as {"widths": [8, 16, 32, 64, 128]} for a narrow U-Net '
                'or {"encoder": "resnet18"} for unet-encoder; docs/networks.md lists them. {"coarsen": 2} lets a '
                'network that makes maps work at half the resolution, four times as fast; {"members": 5} makes an '
                "ensemble of five networks of time series."
            ),
            usual=tr("the network's usual form"),
            read=read_json,
        ),
    ]


def _optimisation() -> list[Option]:
    new, gentle = USUAL_RATES
    return [
        Option(
            "LEARNING_RATE",
            tr("Learning rate"),
            tr(
                "The peak learning rate, often 0.0001 to 0.01: the rate rises to it at first (warm-up), then falls "
                "along a cosine. Lower it if the loss jumps."
            ),
            usual=tr("{new} from scratch, {gentle} from weights").format(new=new, gentle=gentle),
        ),
        Option(
            "BATCH_SIZE",
            tr("Batch size (samples)"),
            tr(
                "Number of samples that the network processes at once. Larger batches are faster on a GPU and take "
                "more memory."
            ),
        ),
        Option(
            "SAMPLING",
            tr("Sampling"),
            tr("even: each sample once per epoch. balanced: samples with rare classes are drawn more often."),
            shown=lambda task: not task.numbers,
        ),
        Option(
            "ACCUMULATE",
            tr("Gradient accumulation (batches per step)"),
            tr(
                "Number of batches whose gradients are accumulated for one step: the effect of large batches in little "
                "memory."
            ),
        ),
        Option(
            "OPTIMIZER",
            tr("Optimiser"),
            tr("adamw: good without tuning. sgd: with momentum 0.9; needs a larger learning rate."),
        ),
        Option(
            "WEIGHT_DECAY",
            tr("Weight decay"),
            tr("How strongly weights are drawn to zero. Higher values regularise more, against overfitting."),
        ),
        Option(
            "AVERAGE",
            tr("EMA decay"),
            tr(
                "Decay per step of the exponential moving average (EMA) of the weights; the averaged weights are "
                "validated and kept. Closer to 1 averages over more steps; 0: no average."
            ),
        ),
        Option(
            "SHARPNESS",
            tr("SAM radius ρ"),
            tr(
                "Radius of sharpness-aware minimisation (Foret et al. 2021, arXiv:2010.01412): the gradient of a step "
                "is taken at the worst point within this distance of the weights. 0: off. Above 0, such as 0.1, it can "
                "help where few samples are labelled. Training then takes twice as long."
            ),
        ),
        Option(
            "PATIENCE",
            tr("Early stopping (patience in epochs)"),
            tr("Training stops after this many epochs without a better validation metric. 0: no early stopping."),
        ),
        Option(
            "KEEP",
            tr("Epoch to keep"),
            tr(
                "best: the model is that of the epoch with the best validation metric. last: that of the last epoch, "
                "for few validation samples, of which a good metric is often luck; the learning rate is low by then."
            ),
        ),
    ]


def _loss() -> list[Option]:
    return [
        Option(
            "LOSS",
            tr("Function"),
            tr("The loss function: {names}, or a sum of some, such as {sum}."),
            shown=lambda task: bool(task.losses),
            make=loss,
            read=read_losses,
        ),
        Option(
            "CLASS_WEIGHTS",
            tr("Class weights"),
            tr("balanced: mistakes in rare classes weigh more in the loss. none: all samples weigh alike."),
            shown=lambda task: bool(task.losses) and not task.numbers,
        ),
        Option(
            "CONSISTENCY",
            tr("Consistency regularisation (weight)"),
            tr(
                "Weight of a term of the loss by which the map of a crop of each chip has to agree with that of the "
                "whole chip (after Lai et al. 2021, arXiv:2106.14133). 0: off. Above 0, such as 3, maps depend less on "
                "where tiles end in prediction. Training then takes up to twice as long, needs more memory, and chips "
                "of 48 or 96 pixels at least."
            ),
            shown=lambda task: task.dense,
        ),
        Option(
            "TEMPERATURE",
            tr("Distillation temperature"),
            tr(
                "Softens the probabilities of teacher and student (Hinton et al. 2015, arXiv:1503.02531). Above 1 the "
                "student learns more from the classes that the teacher thinks less likely."
            ),
            shown=lambda task: False,
        ),
    ]


def _augmentation() -> list[Option]:
    return [
        Option(
            "AUGMENTATION",
            tr("Strength"),
            tr(
                "How much samples are varied at random, so that little data goes further: flips, quarter turns, scale, "
                "brightness and noise. none, light, standard or strong. mosaic: as standard, and half of the images "
                "are mosaics of four, for maps and objects. parcels: as standard, and half of the images are cut to "
                "elongated shapes and masked outside, as polygons do, for scenes."
            ),
            words=AUGMENTATIONS,
        ),
    ]


def _model() -> list[Option]:
    return [
        Option(
            "BACKGROUND",
            tr("Background class"),
            tr(
                "Name or value of the class that is background: it is in the map, but not among the polygons. none: no "
                "class is background. Unlike UNLABELLED it changes nothing in training."
            ),
            usual=tr("the class of value 0, if there is one"),
            shown=lambda task: task.labels == "classes",
        ),
        Option(
            "RESOLUTION_TOLERANCE",
            tr("Resolution tolerance (factor)"),
            tr(
                "Factor by which the pixel size of a raster may differ from that of the training data before a "
                "prediction is refused. Raise it for what looks alike at many resolutions."
            ),
            usual=tr("that of the base model, else {factor}").format(factor=f"{ModelCard.resolution_tolerance:g}"),
        ),
    ]


def _computing() -> list[Option]:
    return [
        Option(
            "PRECISION",
            tr("Numerical precision"),
            tr("full: 32 bits. mixed: 16 bits where they do no harm. auto: mixed where that is faster."),
        ),
        Option(
            "SEED",
            tr("Random seed"),
            tr(
                "Seed of all random numbers: the same one gives the same split, and on a CPU the same model. Change it "
                "to see how much of the result is chance."
            ),
        ),
        Option("DEVICE", "", "", make=lambda option, offer: shared.device()),
        Option("THREADS", "", "", make=lambda option, offer: shared.threads()),
    ]


@cache
def groups() -> dict[str, Group]:
    """The groups in the order of the dialog; their titles stand before the labels of advanced options.

    Made once: the language of QGIS is settled when it starts.
    """
    return {
        "data": Group(tr("Data"), _data()),
        "labels": Group(tr("Labels"), _labels()),
        "chips": Group(tr("Chips"), _chips()),
        "split": Group(tr("Split"), _split()),
        "network": Group(tr("Network"), _network()),
        "fine-tuning": Group(tr("Fine-tuning"), fine_tuning()),
        "optimisation": Group(tr("Optimisation"), _optimisation()),
        "loss": Group(tr("Loss"), _loss()),
        "augmentation": Group(tr("Augmentation"), _augmentation()),
        "model": Group(tr("Model"), _model()),
        "computing": Group(tr("Computing"), _computing()),
    }


def names_for(task: Task) -> tuple[str, ...]:
    """The options of the algorithm that trains for a task."""
    return tuple(option.name for group in groups().values() for option in group.options if option.shown(task))


def basic(group: str, names: Collection[str], offer: Offer) -> list[QgsProcessingParameterDefinition]:
    """The parameters of a group that are not advanced, of those with these names."""
    return [option.parameter(offer) for option in groups()[group].options if option.basic and option.name in names]


def advanced(names: Collection[str], offer: Offer) -> list[QgsProcessingParameterDefinition]:
    """The advanced parameters with these names, by group."""
    return [
        shared.advanced(group.title, option.parameter(offer))
        for group in groups().values()
        for option in group.options
        if option.name in names and not option.basic
    ]


def values(
    names: Collection[str], algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext
) -> dict[str, Any]:
    """What was chosen for these names, as the job says it."""
    options = (option for group in groups().values() for option in group.options if option.name in names)
    return {option.job_name: option.value(algorithm, parameters, context) for option in options}
