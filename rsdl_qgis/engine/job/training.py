"""What trainings take, and the cutting of their chips. Standard library only."""

from __future__ import annotations

from ..tables.classifiers import CLASSIFIERS, SHARES
from ..tables.kinds import Boolean, Choice, Either, ListOf, MapOf, Number, Path, Plain, Text, Whole
from ..tables.tasks import TASKS
from .common import AREA, DEVICE, GROUND, MODEL, OUTPUT
from .layers import CUT_INPUTS, LABELLED
from .table import Argument, Object, Table

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
VIEWS = ("standard", "light", "strong")  # augmentations that views of an image are made by, the usual one first
VARIED: Table = {name: AUGMENTATION[name] for name in ("gain", "offset", "noise", "zoom", "flips")}
PRETRAINING: Table = {
    **OUTPUT,
    **{name: DATA[name] for name in ("chips", "sources", "input_bands", "input_dates", *AREA)},
    **{name: DATA[name] for name in ("chip_size", "chip_overlap", "split", "block_size", "seed")},
    "valid": Argument(Number(0, LARGEST_SHARE), default=0.1),
    "network": Argument(Text(), default="resnet18"),
    "options": LEARNING["options"],
    "epochs": LEARNING["epochs"],
    "batch_size": Argument(Whole(1, 65_536), default=64),
    "learning_rate": Argument(Number(0, 100, above=True), default=1e-3),
    "weight_decay": Argument(Number(0, 100), default=1e-4),
    "average": LEARNING["average"],
    "keep": Argument(Choice(("last", "best")), default="last"),
    "precision": LEARNING["precision"],
    "augmentation": Argument(Either((Choice(VIEWS), Object("an augmentation", VARIED))), default=VIEWS[0]),
    "scaling": Argument(Choice(("standard", "robust", "robust-dates")), default="standard"),
    "side": LEARNING["side"],
    **{name: LEARNING[name] for name in ("name", "title", "description", "keywords", "resolution_tolerance")},
    "report": LEARNING["report"],
    "resume": LEARNING["resume"],
    **DEVICE,
}
