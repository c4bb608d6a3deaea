"""Starting weights of a training: none, those of a base model, or published ones.

Weights are transferred from encoder to encoder, wherever these lie in their networks: from a scene classifier to a
U-Net, or from a network with one encoder per date to one that stacks the dates. Other weights are transferred where
names and shapes agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from ...cards.card import Class, Input, ModelCard
from ...errors import InputError, ModelError
from ...feedback import Report
from ...networks import NETWORKS, check_options, option_names
from ...runtime.published.files import published_line
from .freezing import stages_of
from .transfer import Channel, Transfer, adapt_classes, take_over
from .weights import Encoder, Weights, encoders, model_weights, outline, pretrained_weights, same_outputs

LEAST = 0.02  # fraction of the encoders' parameters that must come from the weights
SHOWN = 6  # names listed in a line


@dataclass(frozen=True)
class Started:
    """The starting weights of a network: a description in ``lines``, and numbers of parameters by origin."""

    lines: tuple[str, ...]
    loaded: int = 0
    adapted: int = 0  # to other bands or classes, or resized
    new: int = 0  # random
    new_stages: tuple[str, ...] = ()  # stages without any parameter from the weights


def start(
    network: nn.Module,
    inputs: Sequence[Input],
    classes: Sequence[Class],
    base_model: str | None,
    pretrained: str | None,
    report: Report | None = None,
) -> Started:
    """Load the weights of ``base_model`` or ``pretrained`` into a new network and describe what was loaded.

    ``base_model``: an installed model, or its folder. ``pretrained``: a name of ``PUBLISHED``, "imagenet", or a
    ``.pth`` or ``.safetensors`` file. ModelError where there are no such weights or they do not fit the network;
    InputError where both are given.
    """
    weights = starting_weights(network, base_model, pretrained, report or Report())
    if weights is None:
        count = sum(parameter.numel() for parameter in network.parameters())
        return Started((f"Started from scratch: {count:,} new parameters.",), new=count)
    started = start_with(weights, network, inputs, [item.name for item in classes])
    scaling = scaling_line(weights, inputs) if pretrained else ""
    return replace(started, lines=(*started.lines, scaling) if scaling else started.lines)


def outlined_start(
    name: str,
    options: Mapping[str, Any],
    inputs: Sequence[Input],
    base_model: str | None,
    pretrained: str | None,
    report: Report,
) -> tuple[nn.Module, Started]:
    """A network without values, and its start as far as it is known before the classes are. ModelError as of ``start``.

    What is published is fetched, so that what cannot be fetched is refused here, too.
    """
    network = outline(name, {item.name: item.shape for item in inputs}, 2, options)
    weights = starting_weights(network, base_model, pretrained, report)
    if weights is None:
        return network, Started(())
    state = {key: value.to("meta") for key, value in weights.state.items()}
    return network, start_with(replace(weights, state=state), network, inputs, ())


def starting_weights(
    network: nn.Module, base_model: str | None, pretrained: str | None, report: Report
) -> Weights | None:
    """The weights of ``base_model`` or ``pretrained``, or None. Errors as of ``start``."""
    if base_model and pretrained:
        raise InputError("A training starts from a model or from published weights, not from both.", "Choose one.")
    if base_model:
        return model_weights(base_model)
    return pretrained_weights(pretrained, network, report) if pretrained else None


def scaling_line(weights: Weights, inputs: Sequence[Input]) -> str:
    """Which inputs have the scaling that the weights were trained with; '' where that is not known."""
    known = {_scales(item) for encoder in weights.encoders for item in encoder.inputs}
    if not known:
        return ""
    own = [item.name for item in inputs if any(_scales(item) & of for of in known)]
    measured = [item.name for item in inputs if item.name not in own]
    said = [f"{', '.join(own)} as in the weights' own training"] if own else []
    said += [f"{', '.join(measured)} by the training chips"] if measured else []
    return f"Scaling: {'; '.join(said)}."


def _scales(item: Input) -> frozenset[tuple[float, float, float]]:
    """(divisor, mean, standard deviation) of each date and band of an input, to seven digits."""
    scaling = item.scaling
    pairs = zip((x for row in scaling.mean for x in row), (x for row in scaling.std for x in row))
    return frozenset((scaling.divisor, float(f"{mean:.7g}"), float(f"{std:.7g}")) for mean, std in pairs)


def network_to_build(
    network: str | None, options: Mapping[str, Any], base: ModelCard | None, pretrained: str | None = None
) -> tuple[str, dict[str, Any]]:
    """The name and options of the network to build, given its base model or published weights.

    ``network``: default: the base model's, with its options; of published weights those with which it computes as in
    their training. Another network inherits the options that both have, and takes the base network as its encoder where
    possible. What ``options`` has goes first. ModelError for an unknown network or option, or an ensemble of
    another size than the base model.
    """
    name, chosen = _chosen_network(network, options, base, pretrained)
    check_options(name, chosen)
    members = chosen.get("members", 1)
    if base and (before := base.options.get("members", 1)) != members:
        problem = f"'{base.name}' has {before} member(s), and {members} are asked for."
        raise ModelError(problem, "Leave members out of OPTIONS, or start from scratch.")
    return name, chosen


def options_line(pretrained: str | None, options: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Which of a network's ``options`` were taken from published weights, and not ``asked`` for; '' for none."""
    published = published_line(pretrained) if pretrained else None
    inner = options.get("encoder_options", {}) if "encoder_options" not in asked else {}
    built = {**inner, **{key: value for key, value in options.items() if key not in asked}}
    taken = {key: value for key, value in (published.options if published else {}).items() if built.get(key) == value}
    return f"Options of the weights: {', '.join(f'{key}={value}' for key, value in taken.items())}." if taken else ""


def _chosen_network(
    network: str | None, options: Mapping[str, Any], base: ModelCard | None, pretrained: str | None
) -> tuple[str, dict[str, Any]]:
    published = published_line(pretrained) if pretrained else None
    before = base.network if base else published.network if published else ""
    stated = dict(base.options if base else published.options if published else {})
    name = network or (before if base else "")
    if name not in NETWORKS:
        known = f"Choose one of the networks {', '.join(NETWORKS)}."
        if base and not network:
            raise ModelError(f"'{base.name}' is of an unknown network.", known)
        raise ModelError(f"There is no network '{name}'.", known)
    if before not in NETWORKS:
        return name, dict(options)
    if name == before:
        return name, {**stated, **options}
    shared = {**NETWORKS[before].options, **stated}
    if before in NETWORKS[name].choices.get("encoder", ()):
        shared |= {"encoder": before, "encoder_options": stated}
    own = option_names(name) - set(NETWORKS[name].options)
    return name, {**{key: value for key, value in shared.items() if key in own}, **options}


def start_with(weights: Weights, network: nn.Module, inputs: Sequence[Input], classes: Sequence[str]) -> Started:
    """Load weights into a network as far as they fit. ModelError when too few do."""
    pairs = [(target, best_source(weights.encoders, target)) for target in encoders(network, inputs)]
    moved = list(_moved(weights, network, pairs))
    heads = _take_classes(weights, network, classes)
    same = tuple(weights.classes) == tuple(classes)
    loaded = {name for part in moved for name in part.kept} | set(heads if same else ())
    adapted = {name for part in moved for name in part.adapted} | set(() if same else heads)
    _check(weights, network, pairs, loaded | adapted)
    sizes = {name: parameter.numel() for name, parameter in network.named_parameters()}
    counts = [sum(sizes.get(name, 0) for name in names) for names in (loaded, adapted)]
    new = sum(sizes.values()) - sum(counts)
    lines = [
        f"Started from {weights.title}: {counts[0]:,} parameters loaded, {counts[1]:,} adapted to other bands or "
        f"classes, {new:,} new."
    ]
    if len(pairs) > 1 or len(weights.encoders) > 1:
        lines += [f"Encoder {target.root} from {source.root}." for target, source in pairs]
    bands = sorted({f"{to} from {of}" for part in moved for to, of in part.bands if to != of})
    lines += [f"Bands: {_some(bands)}."] if bands else []
    before = {_plain(name) for name in weights.classes}
    lines += [f"Classes kept: {_some([name for name in classes if _plain(name) in before])}."] if heads else []
    stages, taken = stages_of(network), loaded | adapted
    fresh = [stage.name for stage in stages if not taken >= set(stage.parameters)]
    lines += [f"New, wholly or in part: {_some(fresh)}."] if fresh else []
    wholly = tuple(stage.name for stage in stages if taken.isdisjoint(stage.parameters))
    return Started(tuple(lines), loaded=counts[0], adapted=counts[1], new=new, new_stages=wholly)


def best_source(sources: Sequence[Encoder], target: Encoder) -> Encoder:
    """The source encoder with the most similar input: most common bands, then input name, date name, date position.

    Of equal ones that of the last date.
    """

    def likeness(source: Encoder) -> tuple[float, ...]:
        bands = len(_bands(source) & _bands(target))
        names = bool(_names(source) & _names(target))
        date = bool(_last_dates(source) & _last_dates(target))
        place = (source.date, source.dates) == (target.date, target.dates)
        return bands, names, date, place, source.date

    return max(sources, key=likeness)


def _moved(weights: Weights, network: nn.Module, pairs: Sequence[tuple[Encoder, Encoder]]) -> Iterator[Transfer]:
    """Load the weights of the encoders, then the others that do not depend on the classes."""
    state = {name: value for name, value in weights.state.items() if name not in weights.class_axes}
    if len(pairs) == 1 and pairs[0][0].root == pairs[0][1].root:  # layers beside the encoder may take the image too
        target, source = (replace(encoder, root="") for encoder in pairs[0])
        yield from _taken(network, target, state, source)
        return
    for target, source in pairs:
        yield from _taken(network, target, state, source)
    outside = tuple(source.prefix for source in weights.encoders)
    rest = {name: value for name, value in state.items() if not name.startswith(outside)}
    yield from _taken(network, Encoder(""), rest, Encoder(""))


def _taken(network: nn.Module, target: Encoder, state: Mapping[str, Any], source: Encoder) -> Iterator[Transfer]:
    """Load a source encoder's weights into a target, where any name agrees; names are then the network's."""
    part = network.get_submodule(target.root)
    names = [name[len(source.prefix) :] for name in state if name.startswith(source.prefix)]
    if set(names).isdisjoint(part.state_dict()):
        return
    moved = take_over(part, state, source.inputs, target.inputs, into={source.prefix: ""}, strict=False)
    kept, adapted = (tuple(target.prefix + name for name in names) for names in (moved.kept, moved.adapted))
    yield replace(moved, kept=kept, adapted=adapted)


@torch.no_grad()
def _take_classes(weights: Weights, network: nn.Module, classes: Sequence[str]) -> list[str]:
    """Load the head's weights of classes with the same name, or all for numbers; the changed tensors' names."""
    own, changed = network.state_dict(), []
    for name, axis in weights.class_axes.items():
        value, place = weights.state.get(name), own.get(name)
        if value is None or place is None or value.select(axis, 0).shape != place.select(axis, 0).shape:
            continue
        numbers = not weights.classes and not classes and value.shape == place.shape
        rows = value if numbers else adapt_classes(value, place, axis, weights.classes, classes)
        if rows is not None:
            place.copy_(rows)
            changed.append(name)
    return changed


def _check(weights: Weights, network: nn.Module, pairs: Sequence[tuple[Encoder, Encoder]], taken: set[str]) -> None:
    """ModelError when the weights are of an encoder of other widths, or too few fit the network.

    Layers of an encoder of other widths can fit by chance. A layer that differs in its inputs alone stays new: it may
    be the first one after a time series of another length.
    """
    names = [name for stage in stages_of(network) if stage.part == "encoder" for name in stage.parameters]
    own = {name: network.get_parameter(name) for name in names}
    for target, source in pairs:
        for name, value in weights.state.items():
            place = target.prefix + name[len(source.prefix) :] if name.startswith(source.prefix) else ""
            if place in own and place not in taken and not same_outputs(value, own[place]):
                raise ModelError(
                    f"The network's encoder has other widths than that of {weights.title}: {place} is "
                    f"{tuple(own[place].shape)}, and there {tuple(value.shape)}.",
                    "Choose that network with its options, or start from scratch.",
                )
    share = sum(p.numel() for name, p in own.items() if name in taken) / sum(p.numel() for p in own.values())
    if share < LEAST:
        but = f" but {share:.2%} of the encoder" if share else ""
        raise ModelError(
            f"The network has nothing in common with {weights.title}{but}.",
            "Choose that network with its options, one that has its encoder, or start from scratch.",
        )


def _bands(encoder: Encoder) -> set[str]:
    return {name for item in encoder.inputs for band in item.bands for name in Channel(item.name, 0, band).names()}


def _names(encoder: Encoder) -> set[str]:
    return {name for item in encoder.inputs for name in (item.name, item.role)} - {""}


def _last_dates(encoder: Encoder) -> set[str]:
    return {item.dates[-1] for item in encoder.inputs}


def _plain(name: str) -> str:
    return name.strip().casefold()


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
