"""Freezing: a network's stages from input to output, which are frozen in which epoch, and their learning rates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from ...errors import InputError, ModelError
from ...networks.stages import USUAL, Flow

PARTS = ("encoder", "decoder", "head")
WHOLE = ("nothing", "encoder", "backbone")  # what can be frozen by name; backbone: all but the head


@dataclass(frozen=True)
class Stage:
    """A stage of a network: the names of its parameters and modules; ``part`` is one of ``PARTS``."""

    name: str
    part: str
    parameters: tuple[str, ...]
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Freezing:
    """The frozen stages of each epoch: the first ``frozen`` of ``stages``, one less after every ``every`` epochs.

    ``every`` 0: the same in all epochs. ``trained``: the parameters that the network itself declares trainable. In the
    first ``head_epochs`` epochs the first ``body`` stages are frozen in any case.
    """

    network: nn.Module
    stages: tuple[Stage, ...]
    frozen: int
    every: int
    trained: frozenset[str]
    body: int = 0
    head_epochs: int = 0

    def at(self, epoch: int) -> tuple[Stage, ...]:
        """The frozen stages of an epoch, counted from 0."""
        count = max(0, self.frozen - (epoch // self.every if self.every else 0))
        return self.stages[: max(count, self.body) if epoch < self.head_epochs else count]

    def apply(self, epoch: int) -> None:
        """Set the network to training mode for an epoch.

        Frozen parameters get no gradients, and their modules are in evaluation mode: batch norm keeps its statistics,
        dropout is off.
        """
        frozen = self.at(epoch)
        names = {name for stage in frozen for name in stage.parameters}
        for name, parameter in self.network.named_parameters():
            parameter.requires_grad_(name in self.trained and name not in names)
        self.network.train()
        for module in (module for stage in frozen for module in stage.modules):
            self.network.get_submodule(module).eval()


def freezing(
    network: nn.Module,
    what: str | int,
    unfreeze_every: int = 0,
    head_epochs: int = 0,
    new_stages: Collection[str] = (),
) -> Freezing:
    """The plan to freeze "nothing", the "encoder", the "backbone" (all but the head), or a number of first stages.

    ``unfreeze_every``: gradual unfreezing, epochs after which one more stage is unfrozen, from output to input (Howard,
    Ruder, ACL 2018, doi:10.18653/v1/P18-1031); with "nothing" all but the head is frozen at first. ``head_epochs``:
    first epochs in which only the head is trained (Kumar et al., ICLR 2022, arXiv:2202.10054), together with
    ``new_stages``, the names of stages with random weights, and what comes after these. InputError for what cannot be
    frozen.
    """
    stages = stages_of(network) if what != "nothing" or unfreeze_every or head_epochs else ()
    first = "backbone" if what == "nothing" and unfreeze_every else what
    trained = frozenset(name for name, parameter in network.named_parameters() if parameter.requires_grad)
    body = next((i for i, stage in enumerate(stages) if stage.part == "head" or stage.name in new_stages), 0)
    return Freezing(network, stages, _count(stages, first), unfreeze_every, trained, body, head_epochs)


def freeze(network: nn.Module, what: str | int) -> None:
    """Freeze a part of a network, as in ``freezing``, and set the rest to training mode."""
    freezing(network, what).apply(0)


def counts(network: nn.Module) -> tuple[int, int]:
    """The numbers of trained and of frozen parameters of a network, as it is now."""
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    return trained, sum(p.numel() for p in network.parameters()) - trained


def parameter_groups(
    network: nn.Module,
    rate: float,
    weight_decay: float,
    layer_decay: float = 1.0,
    new_stages: Collection[str] = (),
) -> list[dict[str, Any]]:
    """A network's parameters as groups of an optimizer, with layer-wise learning rate decay.

    The head learns at ``rate``, each stage before it at ``layer_decay`` times the rate of the next; ``new_stages``, the
    names of stages with random weights, at the rate of the next. ``weight_decay`` applies to weights, not to biases and
    the parameters of norms.
    """
    parameters = dict(network.named_parameters())
    whole = (Stage("network", "head", tuple(parameters), ()),)
    stages = stages_of(network) if layer_decay != 1 else whole
    groups = []
    slowed = rate
    for depth, stage in enumerate(reversed(stages)):
        if depth and stage.name not in new_stages:
            slowed *= layer_decay
        own = [parameters[name] for name in stage.parameters]
        for decay, members in (
            (weight_decay, [p for p in own if p.ndim > 1]),
            (0.0, [p for p in own if p.ndim <= 1]),
        ):
            if members:
                groups.append({"params": members, "lr": slowed, "weight_decay": decay})
    return groups


def stages_of(network: nn.Module) -> tuple[Stage, ...]:
    """The stages of a network from input to output, as its ``flow`` defines them.

    The stages of the encoder come first, the head last; every parameter is in one stage. ModelError where the flow does
    not cover a parameter.
    """
    modules = dict(network.named_modules())
    rules = [(part, re.compile(rf"(?:{pattern})(?=\.|$)")) for part, pattern in _patterns(network)]
    rules.sort(key=lambda rule: PARTS.index(rule[0]))

    def place(name: str) -> tuple[int, int, str] | None:
        """(rule, stage of that rule, matched text) of a parameter or module."""
        for number in reversed(range(len(rules))):
            if found := rules[number][1].match(name):
                return number, _order(found, modules), found[0]
        return None

    members: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for name, _ in network.named_parameters():
        where = place(name)
        if where is None:
            problem = f"{type(network).__name__} does not define which stage '{name}' belongs to."
            raise ModelError(problem, "Freeze nothing, and use one rate for all layers.")
        members.setdefault(where[:2], []).append((name, where[2]))
    homes: dict[tuple[int, int], list[str]] = {}
    for name in modules:
        where = place(name)
        if where is not None and where[2] == name:
            homes.setdefault(where[:2], []).append(name)
    return tuple(
        Stage(held[0][1], rules[key[0]][0], tuple(name for name, _ in held), tuple(homes.get(key, ())))
        for key, held in sorted(members.items())
    )


def encoders_of(network: nn.Module) -> tuple[str, ...]:
    """The names of a network's encoder modules; ('',) where the encoder is not a module of its own."""
    patterns = _flow(network).encoder
    found = [name for name, _ in _parts(network) if any(re.fullmatch(pattern, name) for pattern in patterns)]
    return tuple(found) or ("",)


def _flow(module: nn.Module) -> Flow:
    return getattr(module, "flow", USUAL)


def _parts(network: nn.Module) -> Iterator[tuple[str, Flow]]:
    """The modules in a network that define their own flow."""
    for name, module in network.named_modules():
        if name and isinstance(getattr(module, "flow", None), Flow):
            yield name, _flow(module)


def _patterns(network: nn.Module) -> Iterator[tuple[str, str]]:
    """(part, regular expression) of the network's flow; modules with their own flow are replaced by its patterns."""
    for part in PARTS:
        for pattern in getattr(_flow(network), part):
            inner = next((flow for name, flow in _parts(network) if re.fullmatch(pattern, name)), None)
            if inner is None:
                yield part, pattern
            else:
                yield from (
                    (inner_part, rf"(?:{pattern})\.(?:{inner_pattern})")
                    for inner_part in PARTS
                    for inner_pattern in getattr(inner, inner_part)
                )


def _order(found: re.Match[str], modules: dict[str, nn.Module]) -> int:
    """The order of a stage within its rule: the number in its group."""
    if not found.re.groups or found[1] is None:
        return 0
    number, container = int(found[1]), modules.get(found.string[: found.start(1)].rstrip("."))
    if isinstance(container, nn.Sequential):
        number = sum(_halves(layer) for layer in list(container)[: number + 1])
    return -number if "last_first" in found.re.groupindex else number


def _halves(layer: nn.Module) -> bool:
    """Whether a new stage begins with a layer of a sequence: a pooling, or one that says so."""
    return "Pool" in type(layer).__name__ or bool(getattr(layer, "halves", False))


def _count(stages: tuple[Stage, ...], what: str | int) -> int:
    """The number of first stages to freeze."""
    parts = [stage.part for stage in stages]
    backbone = len(parts) - parts.count("head")
    by_name = {"nothing": 0, "encoder": parts.count("encoder"), "backbone": backbone}
    if isinstance(what, str):
        if what not in by_name:
            raise InputError(f"'{what}' cannot be frozen.", f"Choose one of {', '.join(WHOLE)}, or a number of stages.")
        return by_name[what]
    if not 0 <= what <= backbone:
        names = ", ".join(stage.name for stage in stages[:backbone])
        raise InputError(f"{what} stages cannot be frozen.", f"The network has {backbone} before its head: {names}.")
    return what
