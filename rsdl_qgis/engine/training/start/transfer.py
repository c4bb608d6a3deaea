"""Takes weights over into a network with other bands, other classes or more parts, and says what became of them.

What differs is told apart by shape:

* A layer that takes the image may take another number of bands. That is the first layer of the network, or of each
  place that ``into`` names, and every other one that differs from n to m inputs exactly as that one does. (With as
  many bands in another order: every layer of n inputs before the first one of n outputs.)
* Positional embeddings of a ViT may be of another number of patches; they are resized.
* A head is a layer that differs in the number of its outputs alone. It is made new.
* Anything else that differs says that the weights are of another network, or of another width. They are refused, or,
  with ``strict=False``, left out. A layer inside the network cannot be mistaken for a head: with another number of
  outputs the layer behind it would differ as well.

Weights that the network has and the file has not are made new, for a file without its head is common; those that only
the file has are unused. Both are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

import torch
from torch import Tensor, nn

from ...cards.card import Band, Input
from ...errors import ModelError
from ...networks.vit import resize_positions

LAYERS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.RNNBase)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)  # weights are (inputs, outputs, …)
POSITIONS = "pos_embedding"
COUNTER = "num_batches_tracked"  # batch norm's, which old files lack; no weight
SHOWN = 4  # names in a sentence


@dataclass(frozen=True)
class Transfer:
    """What became of each tensor. Names are the network's, only those of ``unused`` the weights' own.

    ``adapted``: fitted to other bands or classes, or resized; ``new``: as the network was made. ``values``: how many
    numbers were kept, adapted and new. ``bands``: each band of the first layer, and what its weights come from.
    """

    kept: tuple[str, ...]
    adapted: tuple[str, ...]
    new: tuple[str, ...]
    unused: tuple[str, ...]
    values: Mapping[str, int]
    bands: tuple[tuple[str, str], ...] = ()

    @property
    def taken(self) -> int:
        """How many numbers came from the weights."""
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
    """Put ``state`` into ``network`` (or a part of one) and say what was kept, adapted and made new.

    ``source_inputs``, ``target_inputs``: what the weights were trained on and what the network will take. Bands are
    matched by their names and aliases, date by date where dates are stacked as bands; the others take the mean over
    the date's bands, and all are rescaled (see ``adapt_bands``). Without inputs, or a name in common, as many bands are
    taken in order. A network on stacked dates needs both to tell its dates apart.
    ``source_classes``, ``target_classes``: names in the order of the outputs (for Faster R-CNN the background first); a
    head of another number of classes keeps those that both have. A head of the same shape is kept, whatever its classes
    are called.
    ``into``: where names that begin with a prefix go, as ``{"": "encoder."}``; the longest prefix counts, and names
    that begin with none are unused. ``strict``: as above. A network with one encoder a sensor takes one call an
    encoder, each with that sensor's input: ``take_over(network.encoders["s2_0"], …)``.
    ModelError when weights do not fit, or none is the network's; the network is then as it was.
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
    image = _image_weights(given, own, layers, places.values())
    changed, bands = _with_bands(given, own, image, source_inputs, target_inputs)
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


def adapt_bands(weight: Tensor, origins: Sequence[tuple[int, ...]]) -> Tensor:
    """First-layer weights (out, n, ...) for other bands (out, m, ...).

    ``origins``: for each new band the old ones (from 0) whose mean it takes. All are then multiplied by n / m, so that
    the response keeps its scale: their sum over the bands stays as it was, exactly when every old band is taken equally
    often.
    """
    columns = [weight[:, list(origin)].mean(1) for origin in origins]
    return torch.stack(columns, 1) * (weight.shape[1] / len(origins))


@dataclass(frozen=True)
class Channel:
    """What one channel of a first layer takes: a band of an input at a date, counted from 0; None: not known."""

    input: str = ""
    date: int = 0
    band: Band | None = None

    def title(self, number: int) -> str:
        return self.band.name if self.band else f"band {number + 1}"

    def names(self) -> set[str]:
        """The band's names, spelt alike: B02, b2 and B-2 are one."""
        known = (self.band.name, *self.band.aliases) if self.band else ()
        return {re.sub(r"^b0(?=\d)", "b", re.sub(r"[^a-z0-9]", "", name.lower())) for name in known} - {""}


def channels_of(inputs: Sequence[Input], count: int) -> list[Channel]:
    """What a first layer of ``count`` channels takes: the bands of all dates stacked, or of one date; else unknown."""
    stacked = [Channel(item.name, date, b) for item in inputs for date in range(len(item.dates)) for b in item.bands]
    one_date = [Channel(item.name, 0, band) for item in inputs for band in item.bands]
    return next((known for known in (stacked, one_date) if len(known) == count), [Channel()] * count)


def match_channels(source: Sequence[Channel], target: Sequence[Channel]) -> list[tuple[int, ...]]:
    """For each target channel the source's of that band name at the same date (of the same input, if several have it).

    Where there is none all source channels of the date. The source's last date stands for later ones. Where not all
    channels are known, all source channels each. As many channels without a name in common are matched in order.
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
    """A head's ``own`` weights, with those of the old ``weight`` where a class has the same name; None: none has.

    ``axis``: that of the outputs, one or several a class, those of one class side by side.
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
    """The weights under the network's names, and the names of those that it has no place for."""
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
    """The places of an ensemble's members, which take the image each, or the place itself."""
    own = re.compile(rf"{re.escape(place)}members\.\d+\.")
    return list(dict.fromkeys(found[0] for name in layers if (found := own.match(name)))) or [place]


def _weights_of(name: str, layer: nn.Module) -> list[str]:
    """The weights (out, in, ...) that a layer's input meets; none for a transposed or a grouped convolution."""
    if isinstance(layer, nn.RNNBase):
        return [f"{name}.{key}" for key, _ in layer.named_parameters() if key.startswith("weight_ih_l0")]
    return [] if isinstance(layer, TRANSPOSED) or getattr(layer, "groups", 1) > 1 else [f"{name}.weight"]


def _outputs(layer: nn.Module) -> int:
    """How many channels or features a layer gives."""
    if isinstance(layer, nn.RNNBase):
        return layer.hidden_size * (2 if layer.bidirectional else 1)
    return int(layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels)


def _alike(a: Tensor, b: Tensor, axis: int) -> bool:
    """Whether two shapes differ in that axis alone, or not at all."""
    return a.ndim == b.ndim > axis and all(m == n for i, (m, n) in enumerate(zip(a.shape, b.shape)) if i != axis)


def _with_bands(
    given: Mapping[str, Tensor],
    own: Mapping[str, Tensor],
    weights: Sequence[str],
    source: Sequence[Input],
    target: Sequence[Input],
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The weights that meet the image, where other bands change them, and what each band's come from."""
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
    """The positional embeddings (1, 1 + n * n, width) that are of another number of patches, resized."""
    changed = {}
    for name, value in given.items():
        if name.endswith(POSITIONS) and value.shape != own[name].shape and _alike(value, own[name], 1):
            changed[name] = resize_positions(value.float(), isqrt(own[name].shape[1] - 1))
    return {name: value for name, value in changed.items() if value.shape == own[name].shape}


def _heads(
    misfits: Sequence[str], given: Mapping[str, Tensor], own: Mapping[str, Tensor], layers: Mapping[str, nn.Module]
) -> dict[str, int]:
    """Of the tensors that do not fit those of heads, and the axis of the outputs in each."""
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
