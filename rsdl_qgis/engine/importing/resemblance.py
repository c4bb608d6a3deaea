"""Which network of the table weights by name belong to: by the names of tensors, else by their shapes in order.

What a network was built with (bands, classes, widths) is solved for: lengths of tensors are linear in these numbers.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ModelError
from ..networks import NETWORKS, Network
from ..networks import __name__ as networks_package
from ..networks.table import constructor
from ..tables.tasks import task_of
from ..training.start.weights import outline

LINEAR = ("width", "widths", "hidden", "dense", "units", "body_width", "features", "growth", "kernel")  # options
COUNTS = {"widths": range(2, 8), "layers": range(1, 9), "blocks": range(1, 9)}  # options that make a network longer
SIZES = (*range(32, 257, 32), 28, 384, 448, 512)  # pixels, of networks of one size
COUNTED = "num_batches_tracked"  # of batch norm: not needed, and not always kept
FACTOR = 3  # by which a number is changed to see what follows it
FIRST_BANDS, FIRST_OUTPUTS = 3, 2  # of the networks that are compared
TRIED = 3  # networks by their names, whose longer and shorter forms are tried
DEEPEST = 4  # parts of a name that may be before a network's own
LARGEST = 1 << 14  # number
MOST_STEPS = 8
SHOWN = 3

Shapes = Mapping[str, tuple[int, ...]]


@lru_cache(1024)
def _shapes(network: str, options: str, bands: int, outputs: int, dates: int) -> Shapes:
    made = outline(network, {"image": (dates, bands)}, outputs, json.loads(options))
    return {k: tuple(v.shape) for k, v in made.state_dict().items() if not k.endswith(COUNTED)}


@dataclass(frozen=True)
class Built:
    """What a network of the table is built with."""

    network: str
    options: Mapping[str, Any] = field(default_factory=dict)
    bands: int = FIRST_BANDS
    outputs: int = FIRST_OUTPUTS
    dates: int = 1

    def shapes(self) -> Shapes:
        """The shapes of its tensors by name."""
        return _shapes(self.network, json.dumps(self.options, default=list), self.bands, self.outputs, self.dates)

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for two whose tensors cannot tell them apart, and whose lines of the table are of one class."""
        return NETWORKS[self.network].target, self.bands, self.outputs, self.dates


@dataclass(frozen=True)
class Found:
    """A network that weights belong to. ``state``: the weights by the network's names; ``by_name``: whether these were
    the file's; ``unused``: tensors of the file that are not part of it.
    """

    built: Built
    state: dict[str, Tensor]
    by_name: bool
    unused: tuple[str, ...] = ()


def recognised(state: Mapping[str, Tensor], where: str, asked: str | None = None, size: int | None = None) -> Found:
    """The network that weights belong to. ``asked``: its name in the table; ``size``: of its images, where it takes one
    size. ModelError says which one they resemble and by how much, or which several fit.
    """
    given = {k: v for k, v in state.items() if not k.endswith(COUNTED)}
    views = _views(given)
    closest = sorted((_compared(built, views) for built in _variants(asked)), key=lambda c: -c.share)
    longer = [c for first in closest[:TRIED] for c in _lengthened(first, views)] if closest[0].share < 1 else []
    closest = sorted([*closest, *longer], key=lambda c: -c.share)
    named = [c for c in closest if c.share == 1] or [c for c in closest if c.complete]
    fits = [found for c in named if (found := _solved(c, views[c.prefix], size)) is not None]
    by_name = bool(fits)
    if not named:
        fits = list(_by_order(given, asked, size))
    one = {built.key: (built, pairs) for built, pairs in reversed(fits)}
    if not one:
        raise _no_match(where, closest[0], views, asked, bool(named))
    if len(one) > 1:
        names = ", ".join(sorted(built.network for built, _ in one.values()))
        text = f"The weights in {where} fit several networks: {names}."
        raise ModelError(text, "Choose in NETWORK the one that they were trained with.")
    built, pairs = next(iter(one.values()))
    used = set(pairs.values())
    unused = tuple(name for name in given if name not in used)
    return Found(built, {own: state[name] for own, name in pairs.items()}, by_name, unused)


# -- by names


@dataclass(frozen=True)
class _Comparison:
    """``share``: of all names, those that network and file have; ``complete``: whether the file has all of it."""

    built: Built
    shapes: Shapes
    prefix: str
    share: float
    complete: bool


@dataclass(frozen=True)
class _View:
    """The tensors below a prefix: their names without it -> with it, and their shapes."""

    names: Mapping[str, str]
    shapes: Shapes


def _views(state: Mapping[str, Tensor]) -> dict[str, _View]:
    """What of the weights may be a network: all, or what lies below a part of their names."""
    prefixes = {""}
    for name in state:
        parts = name.split(".")[:-1][:DEEPEST]
        prefixes |= {".".join(parts[: i + 1]) + "." for i in range(len(parts))}
    views = {}
    for prefix in sorted(prefixes, key=lambda text: (len(text), text)):
        inside = {name[len(prefix) :]: name for name in state if name.startswith(prefix)}
        views[prefix] = _View(inside, {short: tuple(state[name].shape) for short, name in inside.items()})
    return views


def _variants(asked: str | None) -> Iterator[Built]:
    if asked:
        constructor(asked)  # refuses a name that is none
    for name in (asked,) if asked else NETWORKS:
        line = NETWORKS[name]
        keys = list(line.choices)
        for values in product(*line.choices.values()):
            yield Built(name, dict(zip(keys, values)), dates=_dates(line))


def _dates(line: Network) -> int:
    return line.dates or (line.size if task_of(line.task).series else 1)


def _compared(built: Built, views: Mapping[str, _View]) -> _Comparison:
    """The network and the part of the weights that has most of its names."""
    shapes = built.shapes()
    own = shapes.keys()
    best = (-1.0, 0.0, "")
    for prefix, view in views.items():
        if len(view.names) < best[0] * len(own):
            continue
        names = _own_names(built, view.names)
        common = len(own & names.keys())
        share = common / len(own | names.keys())
        best = max(best, (share, common / len(own), prefix), key=lambda item: item[:2])
    return _Comparison(built, shapes, best[2], best[0], best[1] == 1)


def _own_names(built: Built, names: Mapping[str, str]) -> Mapping[str, str]:
    """Names as torchvision publishes them replaced by those of the network here, where they differ."""
    module = import_module(f"{networks_package}.{NETWORKS[built.network].target.partition(':')[0]}")
    rename = getattr(module, "published_names", None)
    return dict(rename(names)) if rename else names


def _lengthened(comparison: _Comparison, views: Mapping[str, _View]) -> Iterator[_Comparison]:
    """Longer and shorter forms of a network."""
    for built in _longer(comparison.built):
        yield _compared(built, views)


def _longer(built: Built) -> Iterator[Built]:
    declared = inspect.signature(constructor(built.network)).parameters
    line = NETWORKS[built.network]
    for name, counts in COUNTS.items():
        if name not in declared or declared[name].default is None:
            continue
        usual = line.options.get(name, declared[name].default)
        length = usual if isinstance(usual, int) else len(usual)
        for count in counts:
            if count == length:
                continue
            value = count if isinstance(usual, int) else [usual[0] * 2**i for i in range(count)]
            made = Built(built.network, {**built.options, name: value}, dates=built.dates)
            if _can_be(made):
                yield made


def _can_be(built: Built) -> bool:
    try:
        built.shapes()
    except ModelError:
        return False
    return True


# -- by shapes in order


def _by_order(
    state: Mapping[str, Tensor], asked: str | None, size: int | None
) -> Iterator[tuple[Built, dict[str, str]]]:
    """Networks with as many tensors, of the same forms in the same order."""
    target = [tuple(value.shape) for value in state.values()]
    for first in _variants(asked):
        for built in (first, *_longer(first)):
            shapes = built.shapes()
            if len(shapes) == len(target) and all(map(_alike, shapes.values(), target)):
                solved = _fitted(built, dict(zip(shapes, target)), size)
                if solved is not None:
                    yield solved, dict(zip(shapes, state))


def _alike(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two tensors differ at most in their channels."""
    return len(a) == len(b) and tuple(a[2:]) == tuple(b[2:])


# -- numbers


def _solved(c: _Comparison, view: _View, size: int | None) -> tuple[Built, dict[str, str]] | None:
    names = _own_names(c.built, view.names)
    target = {own: view.shapes[short] for own, short in _own_names(c.built, {k: k for k in view.names}).items()}
    built = _fitted(c.built, {name: target[name] for name in c.shapes}, size)
    return (built, {name: names[name] for name in c.shapes}) if built else None


def _fitted(built: Built, target: Shapes, size: int | None) -> Built | None:
    """The network whose tensors have the target's shapes, None where there is none."""
    line = NETWORKS[built.network]
    declared = inspect.signature(constructor(built.network)).parameters
    if line.any_size or "size" not in declared:
        return _with_numbers(built, target)
    for side in (size,) if size else (line.size, *SIZES):
        if side % line.multiple == 0:
            sized = _with_numbers(Built(built.network, {**built.options, "size": side}, dates=built.dates), target)
            if sized is not None:
                return sized
    return None


def _with_numbers(built: Built, target: Shapes) -> Built | None:
    """The network with bands, outputs and widths for which its tensors have the target's shapes.

    Least squares, again from where they led: some lengths are products of two numbers.
    """
    for _ in range(MOST_STEPS):
        if not _can_be(built):
            return None
        shapes = built.shapes()
        if not all(len(shapes[name]) == len(target[name]) for name in shapes):
            return None
        wanted = _lengths({name: target[name] for name in shapes}) - _lengths(shapes)
        if not wanted.any():
            return built
        moved = _moved(built, wanted)
        if moved is None:
            return None
        built = moved
    return None


def _moved(built: Built, wanted: NDArray) -> Built | None:
    """The network whose numbers change lengths about as is wanted, None where they change nothing."""
    places, start = _numbers_of(built)
    first = _lengths(built.shapes())
    slopes = np.zeros((len(first), len(start)))
    for i, number in enumerate(start):
        other = _replaced(built, places, [*start[:i], number * FACTOR, *start[i + 1 :]])
        changed = _lengths(other.shapes()) if _can_be(other) else first
        if len(changed) == len(first):
            slopes[:, i] = (changed - first) / (number * (FACTOR - 1))
    step = np.linalg.lstsq(slopes, wanted, rcond=None)[0]
    found = [min(max(1, round(float(number + by))), LARGEST) for number, by in zip(start, step)]
    return _replaced(built, places, found) if found != start else None


def _numbers_of(built: Built) -> tuple[list[tuple[str, int | None]], list[int]]:
    """What of a network is a number that its shapes tell: (name, place in a list), and the first value of each."""
    declared = inspect.signature(constructor(built.network)).parameters
    line = NETWORKS[built.network]
    places: list[tuple[str, int | None]] = [("bands", None), ("outputs", None)]
    start = [built.bands, built.outputs]
    if task_of(line.task).series:
        places, start = [*places, ("dates", None)], [*start, built.dates]
    for name in LINEAR:
        if name not in declared:
            continue
        value = built.options.get(name, line.options.get(name, declared[name].default))
        if isinstance(value, int):
            places, start = [*places, (name, None)], [*start, value]
        elif isinstance(value, (list, tuple)):
            places, start = [*places, *((name, i) for i in range(len(value)))], [*start, *value]
    return places, start


def _replaced(built: Built, places: Sequence[tuple[str, int | None]], numbers: Sequence[int]) -> Built:
    own = {"bands": built.bands, "outputs": built.outputs, "dates": built.dates}
    options: dict[str, Any] = dict(built.options)
    for (name, place), number in zip(places, numbers):
        if name in own:
            own[name] = number
        elif place is None:
            options[name] = number
        else:
            options[name] = [number] if place == 0 else [*options[name], number]
    changed = {k: v for k, v in options.items() if k in built.options or v != _usual(built.network, k)}
    return Built(built.network, changed, **own)


def _usual(network: str, option: str) -> Any:
    """The value that a line of the table has without the option, as JSON has it."""
    declared = inspect.signature(constructor(network)).parameters
    value = NETWORKS[network].options.get(option, declared[option].default)
    return list(value) if isinstance(value, tuple) else value


def _lengths(shapes: Shapes) -> NDArray:
    return np.array([length for shape in shapes.values() for length in shape], np.float64)


# -- what is told


def _no_match(where: str, c: _Comparison, views: Mapping[str, _View], asked: str | None, named: bool) -> ModelError:
    """Which network the weights resemble, by how much, and what to do."""
    title = f"{NETWORKS[c.built.network].title} ({c.built.network})"
    view = views[c.prefix]
    names = _own_names(c.built, {k: k for k in view.names})
    hint = "Export the network to ONNX where it was trained (torch.onnx.export)."
    if named:
        odd = [n for n in c.shapes if len(c.shapes[n]) != len(view.shapes[names[n]])] or list(c.shapes)
        shown = ", ".join(f"{n} {view.shapes[names[n]]}" for n in odd[:SHOWN])
        text = f"The weights in {where} have the names of {title}, but not its shapes: {shown}."
        return ModelError(text, hint)
    common = c.shapes.keys() & names.keys()
    missing = [name for name in c.shapes if name not in common]
    text = f"The weights in {where} are of no network that is known here"
    if asked:
        text = f"The weights in {where} are not those of the network in NETWORK"
    if not common:
        return ModelError(f"{text}: no name is that of a tensor of {title if asked else 'one of them'}.", hint)
    text += f". They resemble {title}: {len(common)} of its {len(c.shapes)} tensors are there"
    text += f", and not {', '.join(missing[:SHOWN])}" if missing else ""
    more = len(names) - len(common)
    text += f"; {more} others are in the file" if more else ""
    if len(common) > len(c.shapes) / 2:
        hint = f"A training can start from them: choose {c.built.network} and the file as its weights. {hint}"
    return ModelError(f"{text}.", hint)
