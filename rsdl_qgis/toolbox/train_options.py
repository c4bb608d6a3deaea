"""The parameters of training that are not layers: each declared once, with how it is read and what the job calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterString,
)

from ..engine.errors import RsdlError
from ..engine.job_arguments import AUGMENTED, DISTILLING
from . import parameters as shared
from .text import tr

SPLITS = ("auto", *DISTILLING["split"].kind.words)
WEIGHTS = (".pth", ".pt", ".safetensors")
LEAST_SHARE = 10.0  # per cent that must be left to train on
KEYS = {"SIZE": "object_size", "VALIDATION": "valid"}  # in the job, where not in small letters

Reader = Callable[[QgsProcessingAlgorithm, dict, str, QgsProcessingContext], Any]


def _whole(algorithm, parameters, name, context) -> int | None:
    return algorithm.parameterAsInt(parameters, name, context) if _is_set(algorithm, parameters, name) else None


def _real(algorithm, parameters, name, context) -> float | None:
    return algorithm.parameterAsDouble(parameters, name, context) if _is_set(algorithm, parameters, name) else None


def _above_zero(algorithm, parameters, name, context) -> float | None:
    return _real(algorithm, parameters, name, context) or None


def _is_set(algorithm, parameters, name) -> bool:
    """Whether there is a number: the person's, or the default."""
    return shared.is_given(parameters, name) or algorithm.parameterDefinition(name).defaultValue() is not None


def _word(algorithm, parameters, name, context) -> str:
    return algorithm.parameterAsEnumString(parameters, name, context)


def _yes(algorithm, parameters, name, context) -> bool:
    return algorithm.parameterAsBoolean(parameters, name, context)


def _share(algorithm, parameters, name, context) -> float:
    return round(algorithm.parameterAsDouble(parameters, name, context) / 100, 6)


def _json(algorithm, parameters, name, context) -> dict[str, Any]:
    return network_options(shared.text_of(algorithm, parameters, name, context))


def _text(algorithm, parameters, name, context) -> str | None:
    return shared.text_of(algorithm, parameters, name, context) or None


@dataclass(frozen=True)
class Option:
    """A parameter: how it is made and read, and its name in the job ('': its own in small letters)."""

    make: Callable[[], QgsProcessingParameterDefinition]
    read: Reader
    key: str = ""


def _number(name: str, label: str, text: str, advanced: bool = True) -> QgsProcessingParameterDefinition:
    """A number with the limits and the default that the job's argument has."""
    return shared.number_of(DISTILLING[KEYS.get(name, name.lower())], name, label, text, advanced)


OPTIONS: dict[str, Option] = {
    "UNLABELLED": Option(
        lambda: shared.choice(
            "UNLABELLED",
            tr("Ground without a label"),
            tr(
                "ignore: nothing is learned from ground that no label covers, right for sparse labels. background: it "
                "is a class of its own, right only where all of the rest was labelled; needed with one class alone. "
                "For objects: ignore cuts only chips that show one, background also chips that show none."
            ),
            DISTILLING["unlabelled"].kind.words,
            advanced=False,
        ),
        _word,
    ),
    "MULTILABEL": Option(
        lambda: shared.described(
            QgsProcessingParameterBoolean("MULTILABEL", tr("Several classes a scene"), False),
            tr("A scene may show several classes, or none of them. Default: each scene is of one class."),
        ),
        _yes,
    ),
    "SIDE": Option(
        lambda: _number(
            "SIDE",
            tr("Side of the pictures (pixels)"),
            tr(
                "What scenes are brought to before the network sees them, 1 to 4096 pixels a side: less is faster and "
                "shows less. Default: what the network is usually given, 224 for most."
            ),
        ),
        _whole,
    ),
    "CHIP_SIZE": Option(
        lambda: _number(
            "CHIP_SIZE",
            tr("Chip size (pixels)"),
            tr(
                "Side of the squares that rasters are cut into, of scenes: those around points, 16 to 4096 pixels. "
                "Default: from how much ground is labelled, at most 256."
            ),
        ),
        _whole,
    ),
    "CHIP_OVERLAP": Option(
        lambda: _number(
            "CHIP_OVERLAP",
            tr("Overlap of chips (pixels)"),
            tr("How far neighbouring chips overlap, 0 to half of CHIP_SIZE, in pixels. Default: 0."),
        ),
        _whole,
    ),
    "BUFFER": Option(
        lambda: _number(
            "BUFFER",
            tr("Width of lines and points (metres)"),
            tr(
                "Ground within this distance of a line or point has its label, in metres, 0 to 100000. Default: the "
                "pixels that it touches."
            ),
        ),
        _real,
    ),
    "ALL_TOUCHED": Option(
        lambda: shared.described(
            QgsProcessingParameterBoolean("ALL_TOUCHED", tr("Polygons label all pixels they touch"), False, True),
            tr(
                "Yes: a polygon labels every pixel that it touches, except those whose centre lies in another polygon. "
                "No: it labels only the pixels whose centre it holds. Choose yes for thin polygons, and for polygons "
                "about as small as a pixel. Default: no."
            ),
            advanced=True,
        ),
        _yes,
    ),
    "SIZE": Option(
        lambda: _number(
            "SIZE",
            tr("Size of objects that are points (metres)"),
            tr(
                "Side of the square around a point that is taken for its object, in metres, above 0 to 100000; needed "
                "where objects are labelled by points."
            ),
        ),
        _above_zero,
        KEYS["SIZE"],
    ),
    "SPLIT": Option(
        lambda: shared.choice(
            "SPLIT",
            tr("How data is divided"),
            tr(
                "What is kept apart from training, to choose and judge by. blocks: squares of ground with a gap, the "
                "honest way for a map; places: labelled places as a whole; files: whole rasters; chips: as the chip "
                "folder says; random: single chips, too kind a judge where they are alike. auto: blocks for layers; a "
                "chip folder as it says, or else as suits it."
            ),
            SPLITS,
        ),
        _word,
    ),
    "VALIDATION": Option(
        lambda: shared.real(
            "VALIDATION",
            tr("Share for validation (%)"),
            tr("Share of the data by which the best epoch is chosen, 1 to 90 per cent."),
            1,
            90,
            20,
        ),
        _share,
        KEYS["VALIDATION"],
    ),
    "TEST": Option(
        lambda: shared.real(
            "TEST",
            tr("Share for testing (%)"),
            tr(
                "Share of the data that nothing is chosen by and the model is judged on, 0 to 90 per cent. With 0 it "
                "is judged on the validation data, a little too kindly."
            ),
            0,
            90,
            0,
        ),
        _share,
        "test",
    ),
    "BLOCK_SIZE": Option(
        lambda: _number(
            "BLOCK_SIZE",
            tr("Block size (metres)"),
            tr(
                "Side of the squares of ground that are kept together by SPLIT=blocks, in metres, above 0. Wider than "
                "things look alike is best. Default: from the area."
            ),
        ),
        _above_zero,
    ),
    "PRETRAINED": Option(
        lambda: shared.described(
            shared.editable(
                QgsProcessingParameterString("PRETRAINED", tr("Published weights"), None, False, True),
                "weights",
                tr("none"),
            ),
            tr(
                "Start from published weights instead of a model: imagenet, the name of a network whose weights are "
                "published, such as resnet34, or a .pth, .pt or .safetensors file. They are fetched once. Bands may "
                "differ from theirs."
            ),
            advanced=True,
        ),
        _text,
    ),
    "OPTIONS": Option(
        lambda: shared.described(
            QgsProcessingParameterString("OPTIONS", tr("Options of the network (JSON)"), None, False, True),
            tr(
                'Options of the network as a JSON object, such as {"widths": [8, 16, 32, 64, 128]} for a narrow U-Net '
                'or {"encoder": "resnet18"} for unet-encoder; docs/networks.md lists them. {"coarsen": 2} lets any '
                'network that makes a map work at half the resolution, four times as fast; {"members": 5} makes five '
                "of a network of series answer together. Default: its usual form."
            ),
            advanced=True,
        ),
        _json,
    ),
    "EPOCHS": Option(
        lambda: _number(
            "EPOCHS",
            tr("Epochs"),
            tr(
                "How often all training data is gone through, 1 to 100000. The best epoch's model is kept. Default: 20 "
                "to 150, more where there is little data."
            ),
            advanced=False,
        ),
        _whole,
    ),
    "FREEZE": Option(
        lambda: shared.choice(
            "FREEZE",
            tr("Keep as in the start"),
            tr(
                "What keeps the weights that it starts with: nothing; encoder; backbone (all but the last layers); "
                "stages (the first ones, as many as FREEZE_STAGES says). With few labels, keeping more may be better. "
                "Needs a start: BASE_MODEL or PRETRAINED."
            ),
            DISTILLING["freeze"].kind.words,
        ),
        _word,
    ),
    "FREEZE_STAGES": Option(
        lambda: _number(
            "FREEZE_STAGES",
            tr("Stages to keep"),
            tr("With FREEZE=stages: how many stages of the network, from its input, keep their weights, 1 to 1000."),
        ),
        _whole,
    ),
    "LAYER_DECAY": Option(
        lambda: _number(
            "LAYER_DECAY",
            tr("Learning rate of deeper stages (factor)"),
            tr(
                "Each stage nearer to the input learns at this factor of the next one's rate, 0.01 to 1. Below 1 is "
                "gentle to weights that it starts with; 1: all alike."
            ),
        ),
        _real,
    ),
    "UNFREEZE_EVERY": Option(
        lambda: _number(
            "UNFREEZE_EVERY",
            tr("Epochs until the next stage learns"),
            tr(
                "Stages begin to learn one after another, from the output to the input, every so many epochs, 0 to "
                "100000. 0: all from the start."
            ),
        ),
        _whole,
    ),
    "LEARNING_RATE": Option(
        lambda: shared.real(
            "LEARNING_RATE",
            tr("Learning rate"),
            tr(
                "How far a step goes at its fastest, above 0, often 0.0001 to 0.01. It rises at first and then falls "
                "to the end. Default: 0.002 from scratch, 0.0005 from weights."
            ),
            0,
            100,
            None,
        ),
        _above_zero,
    ),
    "CLASS_WEIGHTS": Option(
        lambda: shared.choice(
            "CLASS_WEIGHTS",
            tr("Weights of classes"),
            tr("balanced: mistakes in rare classes count more in the loss. none: all pixels count alike."),
            DISTILLING["class_weights"].kind.words,
        ),
        _word,
    ),
    "SAMPLING": Option(
        lambda: shared.choice(
            "SAMPLING",
            tr("Sampling"),
            tr("even: each sample once an epoch. balanced: samples with rare classes are drawn more often."),
            DISTILLING["sampling"].kind.words,
        ),
        _word,
    ),
    "OPTIMIZER": Option(
        lambda: shared.choice(
            "OPTIMIZER",
            tr("Optimizer"),
            tr("adamw: good without tuning. sgd: with momentum 0.9; needs a larger learning rate."),
            DISTILLING["optimizer"].kind.words,
        ),
        _word,
    ),
    "WEIGHT_DECAY": Option(
        lambda: _number(
            "WEIGHT_DECAY",
            tr("Weight decay"),
            tr("How strongly weights are drawn to zero, 0 to 100. More is smoother."),
        ),
        _real,
    ),
    "ACCUMULATE": Option(
        lambda: _number(
            "ACCUMULATE",
            tr("Batches a step"),
            tr("Gradients of this many batches make one step, 1 to 10000: a large batch in little memory."),
        ),
        _whole,
    ),
    "AVERAGE": Option(
        lambda: _number(
            "AVERAGE",
            tr("Averaging of weights"),
            tr("Share of the running mean of the weights that a step keeps, 0 to 0.9999; 0: no mean is kept."),
        ),
        _real,
    ),
    "SHARPNESS": Option(
        lambda: _number(
            "SHARPNESS",
            tr("Sharpness-aware training"),
            tr(
                "How far from its weights the network is to be good as well, 0 to 100; 0: only there. Above 0, such as "
                "0.1, it can become better where few samples are labelled. Training then takes twice as long."
            ),
        ),
        _real,
    ),
    "CONSISTENCY": Option(
        lambda: _number(
            "CONSISTENCY",
            tr("Agreement of parts and whole chips"),
            tr(
                "How much the map of a part of a chip is to agree with that of the whole chip, 0 to 100; 0: it is not "
                "compared. Above 0, such as 3, maps depend less on where the tiles end in which a raster is predicted. "
                "Training then takes up to twice as long, and more memory, and needs chips of 48 or 96 pixels at least."
            ),
        ),
        _real,
    ),
    "PATIENCE": Option(
        lambda: _number(
            "PATIENCE",
            tr("Patience (epochs)"),
            tr("Stop after this many epochs without a better one, 0 to 100000. 0: go on to the end."),
        ),
        _whole,
    ),
    "KEEP": Option(
        lambda: shared.choice(
            "KEEP",
            tr("Which epoch is the model"),
            tr(
                "best: the one with the best score on the held-out samples. last: the last one, for few held-out "
                "samples, of which a good score is often luck; the learning rate has come down by then."
            ),
            DISTILLING["keep"].kind.words,
        ),
        _word,
    ),
    "PRECISION": Option(
        lambda: shared.choice(
            "PRECISION",
            tr("Precision"),
            tr("auto: mixed where it is faster; full: 32 bits; mixed: 16 bits where it does no harm."),
            DISTILLING["precision"].kind.words,
        ),
        _word,
    ),
    "AUGMENTATION": Option(
        lambda: shared.choice(
            "AUGMENTATION",
            tr("Augmentation"),
            tr(
                "How much samples are varied, so that little data goes further: none, light, standard or strong. They "
                "are flipped, turned, scaled, changed in brightness, and get noise. mosaic: as standard, and half of "
                "the pictures are put together of four, for maps and objects. parcels: as standard, and half of the "
                "pictures are shown as polygons show them, elongated and masked around, for scenes."
            ),
            ("standard", "none", "light", "strong", "mosaic", "parcels"),
        ),
        _word,
    ),
    "SCALING": Option(
        lambda: shared.choice(
            "SCALING",
            tr("Scaling of values"),
            tr(
                "standard: by mean and deviation of the training data; robust: by percentiles of each raster, where "
                "rasters differ in brightness; robust-dates: likewise, of each date alone, where dates differ in light "
                "or sensor; keep: as the start's model. auto: keep where the start takes the same input, else standard."
            ),
            DISTILLING["scaling"].kind.words,
        ),
        _word,
    ),
    "TEMPERATURE": Option(
        lambda: _number(
            "TEMPERATURE",
            tr("Temperature"),
            tr("Softens the teacher's answers, 0.1 to 100: above 1 the student hears more of what it thinks likely."),
        ),
        _real,
    ),
    "SEED": Option(
        lambda: _number(
            "SEED",
            tr("Seed"),
            tr("Whole number from 0 that all chance comes from: the same one gives the same model on a CPU."),
        ),
        _whole,
    ),
    "DEVICE": Option(shared.device, lambda *given: shared.text_of(*given) or "auto"),
    "THREADS": Option(shared.threads, _whole),
}


def declared(names: Iterable[str]) -> list[QgsProcessingParameterDefinition]:
    """The parameters of these names, in this order."""
    return [OPTIONS[name].make() for name in names]


def arguments(
    names: Iterable[str], algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext
) -> dict[str, Any]:
    """What was chosen for these names, as the job says it."""
    return {
        OPTIONS[name].key or name.lower(): OPTIONS[name].read(algorithm, parameters, name, context) for name in names
    }


def network(label: str, tasks: Sequence[str], default: str):
    """NETWORK: a line of the table of networks, of these tasks; ``default`` is the name of the usual one."""
    text = tr(
        "The network to train, by its name in the list: docs/networks.md tells their size and cost. Default: the "
        "start's, else {network}, which trains in minutes without a GPU on a small area."
    )
    parameter = QgsProcessingParameterString("NETWORK", label, None, False, True)
    return shared.described(
        shared.editable(parameter, "networks:" + ",".join(tasks), default), text.format(network=default)
    )


def loss(names: Sequence[str], sums: Sequence[str], default: str):
    """LOSS: one of ``names`` or a sum of some; ``sums`` are offered beside them."""
    text = tr("What training makes small: {names}, or a sum of some, such as {sum}. Default: {default}.")
    parameter = QgsProcessingParameterString("LOSS", tr("Loss"), None, False, True)
    return shared.described(
        shared.editable(parameter, "words:" + ",".join([*names, *sums]), default),
        text.format(names=", ".join(names), sum=(*sums, "+".join(names[:2]))[0], default=default),
        advanced=True,
    )


def batch_size(default: int):
    """BATCH_SIZE in samples."""
    return shared.whole(
        "BATCH_SIZE",
        tr("Batch size (samples)"),
        tr("Samples that are learned from at once, 1 to 65536. More needs more memory."),
        DISTILLING["batch_size"].kind.least,
        DISTILLING["batch_size"].kind.largest,
        default,
    )


def loss_names(text: str) -> list[str]:
    """The losses in 'cross_entropy+dice'."""
    return [word for word in re.split(r"[\s,;+]+", text.strip()) if word]


def network_options(text: str) -> dict[str, Any]:
    """The options in a JSON text; {} for an empty one; RsdlError where it is not an object."""
    if not text.strip():
        return {}
    try:
        options = json.loads(text)
    except ValueError as error:
        options, reason = None, str(error)
    else:
        reason = tr("it is no object")
    if not isinstance(options, dict):
        raise RsdlError(
            tr("OPTIONS is not JSON: {reason}.").format(reason=reason),
            tr("Write it such as {example}.").format(example='{"dropout": 0.1}'),
        )
    return options


def losses_problem(chosen: Sequence[str], known: Sequence[str]) -> str:
    """What is wrong with LOSS, in a sentence; '' if nothing."""
    for name in chosen:
        if name not in known:
            return tr("LOSS cannot be '{name}' here. Choose of {known}, or a sum such as {sum}.").format(
                name=name, known=", ".join(known), sum="+".join(known[:2])
            )
    return ""


def augmentation_problem(chosen: str, task: str) -> str:
    """What is wrong with AUGMENTATION, in a sentence; '' if nothing."""
    if task in AUGMENTED.get(chosen, (task,)):
        return ""
    text = tr("AUGMENTATION={name} is for {tasks}, and this is {task}. Choose another, such as standard.")
    return text.format(name=chosen, tasks=", ".join(AUGMENTED[chosen]), task=task)


def fitting_networks(tasks: Sequence[str]) -> list[str]:
    """The names of the networks for some tasks, task by task."""
    from ..engine.networks import NETWORKS

    return [name for task in tasks for name, line in NETWORKS.items() if line.task == task]


def is_fitting(name: str, tasks: Sequence[str]) -> bool:
    """Whether a network, by its name or an alias, is for one of some tasks."""
    from ..engine.networks import NETWORKS

    return name in NETWORKS and NETWORKS[name].task in tasks


def network_problem(name: str | None, options: Mapping[str, Any], tasks: Sequence[str]) -> str:
    """What is wrong with NETWORK and OPTIONS, in a sentence; '' if nothing."""
    from ..engine.networks import NETWORKS

    if not name:
        return ""
    if not is_fitting(name, tasks):
        text = tr("NETWORK cannot be '{name}' here. Choose one of {known}.")
        return text.format(name=name, known=", ".join(fitting_networks(tasks)))
    for option, allowed in NETWORKS[name].choices.items():
        if option in options and options[option] not in allowed:
            text = tr("OPTIONS: '{option}' of {network} cannot be {value}. Choose one of {known}.")
            return text.format(
                option=option, network=name, value=options[option], known=", ".join(str(item) for item in allowed)
            )
    return ""


def weights_problem(text: str | None) -> str:
    """What is wrong with PRETRAINED, in a sentence; '' if nothing. The worker knows the names of published ones."""
    if not text:
        return ""
    is_file = Path(text).suffix.lower() in WEIGHTS or "/" in text or "\\" in text
    if is_file and not Path(text).is_file():
        return tr("PRETRAINED: there is no file {path}. Choose a .pth, .pt or .safetensors file.").format(path=text)
    if is_file and Path(text).suffix.lower() not in WEIGHTS:
        return tr("PRETRAINED: {path} is no .pth, .pt or .safetensors file.").format(path=text)
    return ""


def shares_problem(valid: float, test: float) -> str:
    """What is wrong with VALIDATION and TEST (0 to 1), in a sentence; '' if nothing."""
    if 100 * (1 - valid - test) < LEAST_SHARE:
        return tr(
            "VALIDATION of {valid:g} % and TEST of {test:g} % leave less than {least:g} % to train on. Make them "
            "smaller."
        ).format(valid=100 * valid, test=100 * test, least=LEAST_SHARE)
    return ""


def chips_problem(size: int | None, overlap: int | None) -> str:
    """What is wrong with CHIP_SIZE and CHIP_OVERLAP, in a sentence; '' if nothing."""
    if overlap and not size:
        return tr("CHIP_OVERLAP needs CHIP_SIZE. Choose both, or leave both empty.")
    if size and overlap and 2 * overlap > size:
        return tr(
            "The overlap of {overlap} pixels is more than half of the chip size of {size}. Make it smaller."
        ).format(overlap=overlap, size=size)
    return ""
