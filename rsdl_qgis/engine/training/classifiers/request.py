"""The request of the job "train_classifier", checked before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import InputError
from ...job.table import some
from ...job.training import CLASSIFYING, DATA
from ...tables.classifiers import CLASSIFIERS
from ...tables.tasks import TASKS
from ..request import TrainRequest

OWN = ("method", "cost", "gamma", "trees", "leaf", "samples", "shares")
PARAMETERS = ("cost", "gamma", "trees", "leaf")
SHARED = (  # with the training of networks
    *("output", "task", "seed", "threads", "scaling", "name", "title", "description", "keywords"),
    *("resolution_tolerance", "background", "report"),
)


@dataclass(frozen=True)
class ClassifierRequest:
    """``training``: what the training of a network has, too. ``given``: parameters that are not to be chosen.

    ``samples``: most training pixels; ``shares``: of the classes among them.
    """

    training: TrainRequest
    method: str
    given: Mapping[str, float]
    samples: int
    shares: str

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> ClassifierRequest:
        """The request in a job's arguments. InputError or OutputError for the first that is missing or invalid."""
        own = {name: CLASSIFYING[name].default for name in OWN} | some(CLASSIFYING, OWN, arguments)
        unknown = sorted(name for name, value in arguments.items() if name not in CLASSIFYING and value is not None)
        if unknown:
            raise InputError(f"There is no argument '{unknown[0]}' of the job 'train_classifier'.")
        names = [name for name in arguments if name in (*SHARED, *DATA)]
        training = TrainRequest.of({name: arguments[name] for name in names})
        data = replace(training.data, cut=replace(training.data.cut, pixels=True))
        method = own["method"]
        _check(training.task, method, own)
        line = CLASSIFIERS[method]
        given = {name: own[name] for name in PARAMETERS if own[name] is not None}
        return cls(replace(training, data=data), method, given, own["samples"] or line.samples, own["shares"])


def _check(task: str, method: str, own: Mapping[str, Any]) -> None:
    """InputError for a task of other networks, and for what a method does not heed or cannot take."""
    if task not in FITTING:
        raise InputError(f"Classifiers are fitted for {' and '.join(FITTING)}, not for {task}.")
    line = CLASSIFIERS[method]
    for name in PARAMETERS:
        if own[name] is not None and name not in line.heeds:
            heed = ", ".join(key for key, other in CLASSIFIERS.items() if name in other.heeds)
            problem = f"{name.upper()} is given, and METHOD={method} has no such parameter."
            raise InputError(problem, f"Leave it empty, or choose {heed}.")
    if own["samples"] and own["samples"] > line.most:
        raise InputError(
            f"SAMPLES is {own['samples']:,}, and METHOD={method} takes {line.most:,} training pixels at most.",
            "Choose fewer: they are drawn at random from all that are labelled, by class.",
        )


FITTING = tuple(name for name in ("segmentation", "time-series") if name in TASKS)
