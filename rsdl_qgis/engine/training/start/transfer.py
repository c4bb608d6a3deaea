"""Transfers weights to a network with other bands, other classes or more parts, and reports what was kept.

Tensors of different shape are distinguished by how they differ:

* A layer that takes the image may have another number of bands. It is the first layer of the network, or of each place
  in ``into``, and every other layer that differs from n to m inputs like the first. (With as many bands in another
  order: every layer of n inputs before the first one of n outputs.)
* Positional embeddings of a ViT may have another number of patches; they are resized.
* A head is a layer that differs in its number of outputs only. It stays new.
* Any other difference means that the weights are of another network or width. They are refused or, with
  ``strict=False``, left out. A layer inside the network cannot be mistaken for a head: with another number of outputs
  the next layer would differ as well.

Parameters that the file lacks stay new, since files without a head are common; weights that only the file has are
unused. Both are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import isqrt

import torch
from torch import Tensor, nn

from ...cards.card import Band, Input
from ...errors import ModelError
from ...networks.layers.earth_bands import grouped
from ...networks.vit import resize_positions

LAYERS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.RNNBase)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)  # weights are (inputs, outputs, …)
POSITIONS = "pos_embedding"
COUNTER = "num_batches_tracked"  # of batch norm, missing in old files; not a weight
SHOWN = 4  # names in a sentence
OTHER_BANDS = "other_embed."  # of a network with layers for bands by their names: takes all others


@dataclass(frozen=True)
class Transfer:
    """The origin of each tensor. Names are the network's; names in ``unused`` are the file's.

    ``adapted``: to other bands or classes, or resized; ``new``: random. ``values``: how many parameters were kept,
    adapted and new. ``bands``: each band of the first layer, and the source of its weights.
    """

    kept: tuple[str, ...]
    adapted: tuple[str, ...]
    new: tuple[str, ...]
    unused: tuple[str, ...]
    values: Mapping[str, int]
    bands: tuple[tuple[str, str], ...] = ()

    @property
    def taken(self) -> int:
        """How many parameters came from the weights."""
        return self.values["kept"] + self.values["adapted"]

    def __str__(self) -> str:
        parts = [f"kept {len(self.kept)} tensors ({self.values['kept']:,} values)"]
        for label, names in (("adapted", self.adapted), ("new", self.new)):
            if names:
                parts.append(f"{label}: {_some(names)} ({self.values[label]:,} values)")
        parts += [f"not used: {_some(self.unused)}"] if self.unused else []
        moved = [f"{to} from {of}" for to, of in self.bands if to != of]
        parts += [f"bands: {', '.join(moved)}"] if moved else []
        return f"Weights {'; '.join(parts)}."


def take_over(
    network: nn.Module,
    state: Mapping[str, Tensor],
    source_inputs: Sequence[Input] = (),
    target_inputs: Sequence[Input] = (),
    source_classes: Sequence[str] = (),
    target_classes: Sequence[str] = (),
    into: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Transfer:
    """Load ``state`` into ``network`` (or a module of one) and report what was kept, adapted and new.

    ``source_inputs``, ``target_inputs``: inputs of the weights' training and of the network. Bands are matched by name
    and alias, date by date where dates are stacked as bands; other bands take the mean over the date's bands, and all
    are rescaled (see ``adapt_bands``). Without inputs, or without a common name, equally many bands are matched in
    order. A network on stacked dates needs both inputs to distinguish its dates.
    ``source_classes``, ``target_classes``: names in the order of the outputs (for Faster R-CNN the background first); a
    head of another number of classes keeps the common ones. A head of the same shape is kept, whatever its classes.
    ``into``: replacements of name prefixes, such as ``{"": "encoder."}``; the longest prefix counts, and names without
    one are unused. ``strict``: as above. A network with one encoder per sensor needs one call per encoder, each with
    that sensor's input: ``take_over(network.encoders["s2_0"], …)``.
    ModelError when weights do not fit, or none is the network's; the network is then unchanged.
    """
    places = {"": ""} if into is None else into
    own = network.state_dict()
    given, unused = _placed(state, places, own)
    if not given:
        raise ModelError(
            f"None of the weights is the network's: they are {_some(list(state))}, its own {_some(list(own))}.",
            "Choose weights of this network.",
        )
    layers = {name: layer for name, layer in network.named_modules() if isinstance(layer, (*LAYERS, *TRANSPOSED))}
    named = {name: module.band_groups for name, module in network.named_modules() if hasattr(module, "band_groups")}
    groups = next(iter(named.values()), None)
    outside = {name: layer for name, layer in layers.items() if not any(_is_in(name, part) for part in named)}
    image = _image_weights(given, own, outside, places.values())
    if groups is not None:
        beside = [n for n in image if takes_all(given[n], source_inputs) and takes_all(own[n], target_inputs)]
        others, of_bands = _with_bands(given, own, beside, source_inputs, target_inputs)
        image = [n for n in given if OTHER_BANDS in n and n.endswith("weight") and _alike(given[n], own[n], 1)]
        source_inputs, target_inputs = (other_bands(inputs, groups) for inputs in (source_inputs, target_inputs))
    changed, bands = _with_bands(given, own, image, source_inputs, target_inputs)
    if groups is not None:
        changed, bands = {**others, **changed}, {**of_bands, **bands}
    changed |= _with_positions(given, own)
    misfits = [name for name, value in given.items() if name not in changed and value.shape != own[name].shape]
    heads = _heads(misfits, given, own, layers)
    if strict and len(heads) < len(misfits):
        raise _refusal([name for name in misfits if name not in heads], given, own)
    for name, axis in heads.items():
        rows = adapt_classes(given[name], own[name], axis, source_classes, target_classes)
        changed |= {} if rows is None else {name: rows}
    kept = {name: value for name, value in given.items() if name not in changed and name not in misfits}
    network.load_state_dict({**own, **kept, **changed})
    return _transfer(own, kept, changed, unused, bands)


def takes_all(weight: Tensor, inputs: Sequence[Input]) -> bool:
    """Whether a weight (out, in, ...) is of a layer that takes all bands of all dates of some inputs."""
    return weight.shape[1] == sum(len(item.dates) * len(item.bands) for item in inputs) > 0


def _is_in(name: str, part: str) -> bool:
    """Whether a module is another one, or in it; '' has all."""
    return not part or name == part or name.startswith(f"{part}.")


def other_bands(inputs: Sequence[Input], groups: Mapping[str, Sequence[str]]) -> list[Input]:
    """The inputs with those bands alone that a network with layers for ``groups`` of named bands has no layer for."""
    other = set(grouped([band.name for item in inputs for band in item.bands], groups).other)
    numbers = count()
    kept = [[band for band in item.bands if next(numbers) in other] for item in inputs]
    return [Input(item.name, tuple(bands), item.dates) for item, bands in zip(inputs, kept) if bands]


def adapt_bands(weight: Tensor, origins: Sequence[tuple[int, ...]]) -> Tensor:
    """First-layer weights (out, n, ...) for other bands (out, m, ...).

    ``origins``: for each new band the indices of the old bands whose mean it takes. The result is multiplied by n / m
    to keep the scale of the response: the sum over the bands is unchanged where every old band is used equally often.
    """
    columns = [weight[:, list(origin)].mean(1) for origin in origins]
    return torch.stack(columns, 1) * (weight.shape[1] / len(origins))


@dataclass(frozen=True)
class Channel:
    """An input channel of a first layer: a band of an input at a date, counted from 0; None: unknown."""

    input: str = ""
    date: int = 0
    band: Band | None = None

    def title(self, number: int) -> str:
        return self.band.name if self.band else f"band {number + 1}"

    def names(self) -> set[str]:
        """The band's normalised names: B02, b2 and B-2 are one."""
        known = (self.band.name, *self.band.aliases) if self.band else ()
        return {re.sub(r"^b0(?=\d)", "b", re.sub(r"[^a-z0-9]", "", name.lower())) for name in known} - {""}


def channels_of(inputs: Sequence[Input], count: int) -> list[Channel]:
    """The input channels of a first layer: the bands of all dates stacked, or of one date; else unknown ones."""
    stacked = [Channel(item.name, date, b) for item in inputs for date in range(len(item.dates)) for b in item.bands]
    one_date = [Channel(item.name, 0, band) for item in inputs for band in item.bands]
    return next((known for known in (stacked, one_date) if len(known) == count), [Channel()] * count)


def match_channels(source: Sequence[Channel], target: Sequence[Channel]) -> list[tuple[int, ...]]:
    """For each target channel the source channels that it takes, as indices.

    That is the channel of the same band name and date (and input, if several have it), or all channels of the date. The
    source's last date stands for later ones. Where a channel is unknown: all source channels. Equally many channels
    without a common name are matched in order.
    """
    if not all(channel.band for channel in (*source, *target)):
        source, target = [Channel()] * len(source), [Channel()] * len(target)
    last = max(channel.date for channel in source)
    origins: list[tuple[int, ...]] = []
    by_name = False
    for channel in target:
        date = tuple(i for i, known in enumerate(source) if known.date == min(channel.date, last))
        hits = [i for i in date if source[i].names() & channel.names()]
        hits.sort(key=lambda i: source[i].input != channel.input)
        by_name |= bool(hits)
        origins.append((hits[0],) if hits else date)
    return origins if by_name or len(source) != len(target) else [(i,) for i in range(len(source))]


def adapt_classes(
    weight: Tensor, own: Tensor, axis: int, source_classes: Sequence[str], target_classes: Sequence[str]
) -> Tensor | None:
    """A head's ``own`` weights, with the old ``weight`` of classes of the same name; None: no common class.

    ``axis``: of the outputs; each class has one or several consecutive ones.
    """
    old = {name.strip().casefold(): i for i, name in enumerate(source_classes)}
    common = [(i, old[name]) for i, name in enumerate(n.strip().casefold() for n in target_classes) if name in old]
    each, rest = divmod(weight.shape[axis], max(len(source_classes), 1))
    if rest or not common or own.shape[axis] != each * len(target_classes):
        return None
    result = own.clone()
    for new, before in common:
        result.narrow(axis, new * each, each).copy_(weight.narrow(axis, before * each, each))
    return result


def _placed(
    state: Mapping[str, Tensor], places: Mapping[str, str], own: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], list[str]]:
    """The weights under the network's names, and the names of unused ones."""
    given: dict[str, Tensor] = {}
    unused = []
    for name, value in state.items():
        prefix = max((p for p in places if name.startswith(p)), key=len, default=None)
        place = None if prefix is None else places[prefix] + name[len(prefix) :]
        if place is None or place not in own:
            unused.append(name)
        elif place in given:
            raise ModelError(f"Two of the weights would become the network's {place}; one is {name}.")
        else:
            given[place] = value
    return given, unused


def _image_weights(
    given: Mapping[str, Tensor], own: Mapping[str, Tensor], layers: Mapping[str, nn.Module], places: Iterable[str]
) -> list[str]:
    """The weights (out, bands, ...) of the layers that take the image."""
    found = []
    for place in (member for whole in places for member in _members(whole, layers)):
        inside = {name: layer for name, layer in layers.items() if f"{name}.".startswith(place)}
        first = next((weight for item in list(inside.items())[:1] for weight in _weights_of(*item)), "")
        if first not in given or not _alike(given[first], own[first], 1):
            continue
        before, after = given[first].shape[1], own[first].shape[1]
        for name, layer in inside.items():
            found += [
                weight
                for weight in _weights_of(name, layer)
                if weight in given
                and _alike(given[weight], own[weight], 1)
                and (given[weight].shape[1], own[weight].shape[1]) == (before, after)
            ]
            if before == after == _outputs(layer):
                break
    return found


def _members(place: str, layers: Iterable[str]) -> list[str]:
    """The name prefixes of an ensemble's members, which each take the image, or the prefix itself."""
    own = re.compile(rf"{re.escape(place)}members\.\d+\.")
    return list(dict.fromkeys(found[0] for name in layers if (found := own.match(name)))) or [place]


def _weights_of(name: str, layer: nn.Module) -> list[str]:
    """The weights (out, in, ...) applied to a layer's input; none for a transposed or grouped convolution."""
    if isinstance(layer, nn.RNNBase):
        return [f"{name}.{key}" for key, _ in layer.named_parameters() if key.startswith("weight_ih_l0")]
    return [] if isinstance(layer, TRANSPOSED) or getattr(layer, "groups", 1) > 1 else [f"{name}.weight"]


def _outputs(layer: nn.Module) -> int:
    """The number of output channels or features of a layer."""
    if isinstance(layer, nn.RNNBase):
        return layer.hidden_size * (2 if layer.bidirectional else 1)
    return int(layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels)


def _alike(a: Tensor, b: Tensor, axis: int) -> bool:
    """Whether two shapes are equal except in one axis."""
    return a.ndim == b.ndim > axis and all(m == n for i, (m, n) in enumerate(zip(a.shape, b.shape)) if i != axis)


def _with_bands(
    given: Mapping[str, Tensor],
    own: Mapping[str, Tensor],
    weights: Sequence[str],
    source: Sequence[Input],
    target: Sequence[Input],
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The weights of the image's layers that other bands change, and the source of each band's weights."""
    changed, bands = {}, {}
    for name in weights:
        before, after = given[name].shape[1], own[name].shape[1]
        old, new = channels_of(source, before), channels_of(target, after)
        origins = match_channels(old, new)
        if origins != [(i,) for i in range(before)]:
            changed[name] = adapt_bands(given[name].float(), origins)
        for number, (channel, origin) in enumerate(zip(new, origins)):
            bands[channel.title(number)] = "the mean" if len(origin) > 1 else old[origin[0]].title(origin[0])
    return changed, bands


def _with_positions(given: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The positional embeddings (1, 1 + n * n, width) of another number of patches, resized."""
    changed = {}
    for name, value in given.items():
        if name.endswith(POSITIONS) and value.shape != own[name].shape and _alike(value, own[name], 1):
            changed[name] = resize_positions(value.float(), *[isqrt(own[name].shape[1] - 1)] * 2)
    return {name: value for name, value in changed.items() if value.shape == own[name].shape}


def _heads(
    misfits: Sequence[str], given: Mapping[str, Tensor], own: Mapping[str, Tensor], layers: Mapping[str, nn.Module]
) -> dict[str, int]:
    """The tensors among ``misfits`` that belong to heads, and the axis of the outputs in each."""
    heads = {}
    for name in misfits:
        owner, _, key = name.rpartition(".")
        axis = 1 if key == "weight" and isinstance(layers.get(owner), TRANSPOSED) else 0
        if owner in layers and _alike(given[name], own[name], axis):
            heads[name] = axis
    return heads


def _refusal(misfits: Sequence[str], given: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> ModelError:
    shapes = [f"{n} is {tuple(given[n].shape)} and should be {tuple(own[n].shape)}" for n in misfits]
    return ModelError(
        f"The weights are of another network, or of other widths: {_some(shapes, '; ')}.",
        "Choose weights of this network, and build it with the options that they were trained with.",
    )


def _transfer(
    own: Mapping[str, Tensor],
    kept: Mapping[str, Tensor],
    changed: Mapping[str, Tensor],
    unused: Sequence[str],
    bands: Mapping[str, str],
) -> Transfer:
    new = [name for name in own if not (name in kept or name in changed or name.endswith(COUNTER))]
    parts = {"kept": tuple(kept), "adapted": tuple(changed), "new": tuple(new)}
    values = {key: sum(own[name].numel() for name in part) for key, part in parts.items()}
    return Transfer(**parts, unused=tuple(unused), values=values, bands=tuple(bands.items()))


def _some(names: Sequence[str], separator: str = ", ") -> str:
    rest = len(names) - SHOWN
    return separator.join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
