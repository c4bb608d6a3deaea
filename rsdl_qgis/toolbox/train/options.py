"""The parameters of training that are not layers: made from the job's arguments, and read as the job says them.

Kind, limits and default of each stand in ``engine.job.training``, what depends on the task in ``engine.tables.tasks``,
and the words in ``train_option_table``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterString,
)

from ...engine.errors import RsdlError
from ...engine.files.json import loaded
from ...engine.job.table import Argument
from ...engine.job.training import DISTILLING
from ...engine.tables.kinds import Boolean, Choice, Number, Whole
from ...engine.tables.tasks import Task
from .. import parameters as shared
from ..text import tr


@dataclass(frozen=True)
class Offer:
    """What an algorithm has to choose from.

    ``networks``: tasks of the table of networks, or "encoders"; ``network``: what is shown where none is chosen.
    ``losses``: their names; ``sums``: of some of them, offered as well; ``loss``: the default. ``defaults``: by the
    name of an option, where it is not that of the job's argument.
    """

    networks: tuple[str, ...] = ()
    network: str = ""
    losses: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    loss: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)


def of_every_task(task: Task) -> bool:
    """Every algorithm that trains has the option."""
    return True


@dataclass(frozen=True)
class Option:
    """One parameter: its words, and how it is shown.

    ``usual``: in words, what holds where nothing is given and the job's argument has no default. ``basic``: not among
    the advanced ones. ``shown``: whether the algorithm that trains for a task has it. ``key``: its name in the job,
    where it is not its own in small letters. ``words``: those to choose from, where the argument does not say them.
    ``percent``: a share, shown in per cent. ``make``, ``read``: where these do not follow from the argument's kind.
    """

    name: str
    label: str
    help: str
    usual: str = ""
    basic: bool = False
    shown: Callable[[Task], bool] = of_every_task
    key: str = ""
    words: tuple[str, ...] = ()
    percent: bool = False
    make: Callable[[Option, Offer], QgsProcessingParameterDefinition] | None = None
    read: Callable[[Option, QgsProcessingAlgorithm, dict, QgsProcessingContext], Any] | None = None

    @property
    def job_name(self) -> str:
        """What the job calls it."""
        return self.key or self.name.lower()

    @property
    def argument(self) -> Argument:
        """The argument of the job."""
        return DISTILLING[self.job_name]

    def parameter(self, offer: Offer) -> QgsProcessingParameterDefinition:
        """The parameter of an algorithm."""
        made = (self.make or _MAKE[self._kind])(self, offer)
        return made if made.help() else shared.described(made, self.text(self.usual))

    def value(self, algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> Any:
        """What was chosen, as the job says it; None for nothing."""
        return (self.read or _READ[self._kind])(self, algorithm, parameters, context)

    def text(self, default: str, limits: str = "") -> str:
        """The help: what it does, its range, its default."""
        usual = tr("Default: {default}.").format(default=default) if default else ""
        return " ".join(filter(None, (self.help, limits, usual)))

    @property
    def _kind(self) -> type:
        kind = Choice if self.words else type(self.argument.kind)
        return kind if kind in _MAKE else str


# How parameters are made, by the kind of the job's argument.


def _number(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    """A number with the limits and the default of the argument; where 0 itself cannot be, it stands for nothing."""
    kind, scale = option.argument.kind, 100 if option.percent else 1
    least, largest = kind.least * scale, kind.largest * scale
    default = offer.defaults.get(option.name, option.argument.default)
    default = default if default is None else default * scale
    limits = tr("Range: above {least}, at most {most}.") if _is_above(kind) else tr("Range: {least} to {most}.")
    usual = option.usual if default is None else _plain(default)
    text = option.text(usual, limits.format(least=_plain(least), most=_plain(largest)))
    make = shared.whole if isinstance(kind, Whole) else shared.real
    return make(option.name, option.label, text, least, largest, default, advanced=False)


def _is_above(kind: Whole | Number) -> bool:
    return isinstance(kind, Number) and kind.above


def _plain(number: float) -> str:
    return f"{number:.10g}"


def _choice(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    words = option.words or option.argument.kind.words
    return shared.choice(option.name, option.label, option.text(words[0]), words, advanced=False)


def _flag(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    default = bool(option.argument.default)
    parameter = QgsProcessingParameterBoolean(option.name, option.label, default, True)
    return shared.described(parameter, option.text(tr("yes") if default else tr("no")))


def _string(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    return QgsProcessingParameterString(option.name, option.label, None, False, True)


def network(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    """A line of the table of networks."""
    parameter = shared.editable(_string(option, offer), "networks:" + ",".join(offer.networks), offer.network)
    return shared.described(parameter, option.text(option.usual.format(network=offer.network)))


def loss(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    """One of the losses, or a sum of some."""
    choices = [*offer.losses, *offer.sums]
    parameter = shared.editable(_string(option, offer), "words:" + ",".join(choices), offer.loss)
    names = ", ".join(offer.losses)
    example = (*offer.sums, "+".join(offer.losses[:2]))[0]
    return shared.described(parameter, option.text(offer.loss).format(names=names, sum=example))


def weights(option: Option, offer: Offer) -> QgsProcessingParameterDefinition:
    """Published weights, or a file of them."""
    return shared.editable(_string(option, offer), "weights", option.usual)


# How they are read.


def _read_whole(option: Option, algorithm, parameters, context) -> int | None:
    given = _is_set(option, algorithm, parameters)
    return algorithm.parameterAsInt(parameters, option.name, context) if given else None


def _read_number(option: Option, algorithm, parameters, context) -> float | None:
    if not _is_set(option, algorithm, parameters):
        return None
    number = algorithm.parameterAsDouble(parameters, option.name, context)
    number = round(number / 100, 6) if option.percent else number
    return None if not number and _is_above(option.argument.kind) else number


def _is_set(option: Option, algorithm, parameters) -> bool:
    """Whether there is a number: the person's, or the default."""
    default = algorithm.parameterDefinition(option.name).defaultValue()
    return shared.is_given(parameters, option.name) or default is not None


def _read_word(option: Option, algorithm, parameters, context) -> str:
    return algorithm.parameterAsEnumString(parameters, option.name, context)


def _read_flag(option: Option, algorithm, parameters, context) -> bool:
    return algorithm.parameterAsBoolean(parameters, option.name, context)


def _read_text(option: Option, algorithm, parameters, context) -> str | None:
    return shared.text_of(algorithm, parameters, option.name, context) or option.argument.default


def read_losses(option: Option, algorithm, parameters, context) -> list[str] | None:
    """The losses in 'cross_entropy+dice'; None for none."""
    text = shared.text_of(algorithm, parameters, option.name, context)
    return [word for word in re.split(r"[\s,;+]+", text) if word] or None


def read_json(option: Option, algorithm, parameters, context) -> dict[str, Any]:
    """The object in a JSON text; {} for an empty one; RsdlError where it is none."""
    text = shared.text_of(algorithm, parameters, option.name, context)
    if not text:
        return {}
    try:
        value = loaded(text)
    except ValueError as error:
        value, reason = None, str(error)
    else:
        reason = tr("it is not a JSON object")
    if not isinstance(value, dict):
        raise RsdlError(
            tr("OPTIONS is not JSON: {reason}.").format(reason=reason),
            tr("Write it such as {example}.").format(example='{"dropout": 0.1}'),
        )
    return value


_MAKE = {Whole: _number, Number: _number, Choice: _choice, Boolean: _flag, str: _string}
_READ = {Whole: _read_whole, Number: _read_number, Choice: _read_word, Boolean: _read_flag, str: _read_text}
