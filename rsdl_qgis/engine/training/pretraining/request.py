"""The request of the job "pretrain", checked before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...chips.request import ChipsRequest
from ...errors import InputError, ModelError
from ...job.table import taken
from ...job.training import PRETRAINING
from ...networks import ENCODERS, NETWORKS
from ..request import TrainRequest
from ..samples.augment import Augmentation
from .views import VIEWS

TASK = "classification"  # of the networks
CUT_AS = "segmentation"  # how layers become chips: by windows


@dataclass(frozen=True)
class PretrainRequest:
    """The request of the job "pretrain". ``training``: as of a training of a scene classifier, without labels.

    ``views``: how two views of an image differ.
    """

    training: TrainRequest
    views: Augmentation

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> PretrainRequest:
        """The request in a job's arguments. InputError, ModelError or OutputError for invalid ones."""
        given = taken(PRETRAINING, arguments, what="the job 'pretrain'")
        usual = {name: item.default for name, item in PRETRAINING.items() if item.default is not None}
        given = {**usual, **given}
        _check_network(given["network"])
        if not given.get("chips") and not given.get("sources"):
            raise InputError("There are no images to train on.", "Give rasters (IMAGES), or a chip folder (CHIPS).")
        if given["batch_size"] < 2:
            problem = "BATCH_SIZE=1: the loss compares the images of a batch with one another."
            raise InputError(problem, "Choose at least 2, better 32 or more.")
        views = _views(given["augmentation"])
        changes = {name: value for name, value in asdict(views).items() if name in ("gain", "offset", "noise", "zoom")}
        training = TrainRequest.of(
            {**given, "task": TASK, "augmentation": {**changes, "flips": views.flips}}, labelled=False
        )
        if not given.get("chips"):
            training = replace(training, data=ChipsRequest.of({**given, "task": CUT_AS}, labelled=False))
        return cls(training, views)


def _check_network(name: str) -> None:
    if name not in NETWORKS:
        raise ModelError(f"There is no network '{name}'.", f"Choose one of {', '.join(ENCODERS)}.")
    if name not in ENCODERS:
        line = NETWORKS[name]
        problem = f"{line.title} is a network for {line.task} that cannot be the encoder of another network."
        raise ModelError(problem, f"Choose one of {', '.join(ENCODERS)}.")


def _views(given: Any) -> Augmentation:
    """InputError where two views of an image would be the same."""
    views = VIEWS[given] if isinstance(given, str) else replace(VIEWS["standard"], **given)
    if not views.flips and views.zoom == 1 and not any((views.gain, views.offset, views.noise)):
        problem = "AUGMENTATION changes nothing, so that two views of an image would be the same."
        raise InputError(problem, f"Choose one of {', '.join(VIEWS)}.")
    return views
