"""The weights of each layer in the order in which Keras lists them: by path in a ``.keras``, by order in a ``.h5``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from ...errors import ModelError
from ...files.text import shortened
from .config import Spec, plan_of
from .files import Budget, KerasFile, child

Slots = Callable[[Spec], Sequence[tuple[str, bool]]]  # of a layer: path in a tree and whether it is trained, of each
Weights = dict[tuple[str, ...], list[NDArray[Any]]]  # names of the networks around a layer and its own -> its weights
MOST_ATTRIBUTES = 1000


def read_weights(file: KerasFile, network: Spec, slots: Slots) -> Weights:
    """The weights of all layers, in networks inside the network too; ModelError where some are missing."""
    budget = Budget()
    if file.tree:
        return dict(_of_tree(file.weights, network, slots, (), budget))
    return dict(_of_list(file.weights, network, slots, budget))


def _of_tree(
    group: Any, network: Spec, slots: Slots, place: tuple[str, ...], budget: Budget
) -> Iterator[tuple[tuple[str, ...], list[NDArray[Any]]]]:
    inside = child(group, "layers") or child(group, "_layer_checkpoint_dependencies")
    counts: dict[str, int] = {}
    for spec in plan_of(network).layers:
        stem = _snake_case(spec.kind if spec.kind != "Model" else "Functional")
        name = f"{stem}_{counts[stem]}" if stem in counts else stem
        counts[stem] = counts.get(stem, 0) + 1
        here = (*place, spec.name)
        found = child(inside, name) if inside is not None else None
        if found is None and inside is not None:
            found = child(inside, spec.name)
        if spec.is_network:
            yield from _of_tree(found, spec, slots, here, budget)
        else:
            paths = [path for path, _ in slots(spec)]
            yield here, [budget.array(_first(found, path), f"{spec.name}/{path}") for path in paths]


def _first(group: Any, path: str) -> Any:
    """What lies at a path, which Keras 2 may begin with a line."""
    found = child(group, path)
    return found if found is not None else child(group, f"_{path}")


def _of_list(
    group: Any, network: Spec, slots: Slots, budget: Budget
) -> Iterator[tuple[tuple[str, ...], list[NDArray[Any]]]]:
    for spec in plan_of(network).layers:
        expected = list(_expected(spec, slots, (spec.name,)))
        ordered = sorted(range(len(expected)), key=lambda i: not expected[i][2])  # trained ones first
        found = list(_listed(group, spec.name, budget))
        if len(found) != len(expected):
            text = f"The layer '{shortened(spec.name)}' ({spec.kind}) has {len(found)} weights, and takes"
            raise ModelError(f"{text} {len(expected)}.", "Get the model again.")
        arrays = dict(zip(ordered, found))
        places: Weights = {place: [] for place in _places(spec, (spec.name,))}
        for i, (place, _, _) in enumerate(expected):
            places[place].append(arrays[i])
        yield from places.items()


def _expected(spec: Spec, slots: Slots, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """Place, path and whether it is trained, of each weight below a layer."""
    if not spec.is_network:
        yield from ((place, path, trained and spec.trainable) for path, trained in slots(spec))
        return
    for inner in plan_of(spec).layers:
        yield from _expected(inner, slots, (*place, inner.name))


def _places(spec: Spec, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not spec.is_network:
        yield place
        return
    for inner in plan_of(spec).layers:
        yield from _places(inner, (*place, inner.name))


def _listed(group: Any, name: str, budget: Budget) -> Iterator[NDArray[Any]]:
    """The arrays of a layer, in the order of the names that its group lists."""
    found = child(group, name)
    for weight in _attribute(found, "weight_names") if found is not None else ():
        text = weight.decode("utf-8", "replace") if isinstance(weight, bytes) else str(weight)
        yield budget.array(child(found, text), text)


def _attribute(group: Any, name: str) -> list[Any]:
    """A list of names, which Keras cuts in parts where it is long."""
    if name in group.attrs:
        return list(group.attrs[name])
    parts: list[Any] = []
    for i in range(MOST_ATTRIBUTES):
        if f"{name}{i}" not in group.attrs:
            break
        parts += list(group.attrs[f"{name}{i}"])
    return parts


def _snake_case(name: str) -> str:
    """Keras' own: 'Conv2D' → 'conv2d', 'BatchNormalization' → 'batch_normalization'."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
