"""The configuration of a Keras network: its layers, and what each is called with, as Keras 2 and 3 spell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import ModelError
from ...files.text import shortened

NETWORKS = ("Functional", "Model", "Sequential")
MOST_LAYERS = 10_000
_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Ref:
    """What a call of a layer gave: the layer's name, the number of the call, and the number of its output."""

    layer: str
    call: int
    output: int


@dataclass(frozen=True)
class Call:
    """What a layer is called with: values, ``Ref`` among them, inside lists as in the file."""

    args: Sequence[Any]
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """A layer of the configuration."""

    kind: str
    name: str
    config: Mapping[str, Any]
    module: str = ""
    calls: tuple[Call, ...] = ()

    @property
    def is_network(self) -> bool:
        """Whether it is a network inside the network."""
        return self.kind in NETWORKS

    @property
    def trainable(self) -> bool:
        """Whether its weights were trained; it decides their order in a file."""
        return self.config.get("trainable") is not False


@dataclass(frozen=True)
class Plan:
    """The layers of a network; ``inputs``, ``outputs``: refs of a functional network, empty of a sequential one."""

    layers: tuple[Spec, ...]
    inputs: tuple[Ref, ...] = ()
    outputs: tuple[Ref, ...] = ()


def plan_of(network: Spec) -> Plan:
    """The plan of a network; ModelError where its configuration is none."""
    config: Any = network.config
    entries = config if isinstance(config, list) else config.get("layers")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_LAYERS:
        raise ModelError(f"The network '{shortened(network.name)}' lists no layers, or too many.", _AGAIN)
    layers = tuple(spec_of(entry) for entry in entries)
    if len({spec.name for spec in layers}) < len(layers):
        raise ModelError(f"The network '{shortened(network.name)}' has two layers of one name.", _AGAIN)
    if network.kind == "Sequential":
        return Plan(layers)
    names = {spec.name for spec in layers}
    ends = [tuple(_refs(config.get(key), names)) for key in ("input_layers", "output_layers")]
    if not all(ends):
        raise ModelError(f"The network '{shortened(network.name)}' does not say where it begins or ends.", _AGAIN)
    return Plan(tuple(_with_calls(spec, entry, names) for spec, entry in zip(layers, entries)), *ends)


def spec_of(entry: Any) -> Spec:
    """A layer without its calls; ModelError where it is none."""
    if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
        raise ModelError("The configuration of the network has a layer without a class.", _AGAIN)
    config = entry.get("config")
    if not isinstance(config, dict) and not (isinstance(config, list) and entry["class_name"] == "Sequential"):
        raise ModelError(f"The layer {shortened(entry['class_name'])} has no configuration.", _AGAIN)
    inner = config.get("name", "") if isinstance(config, dict) else ""
    name = entry.get("name") or inner or entry["class_name"].lower()
    return Spec(entry["class_name"], str(name), config, str(entry.get("module") or ""))  # type: ignore[arg-type]


def refs_in(value: Any) -> Iterator[Ref]:
    """All refs in the arguments of a call."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from refs_in(item)


def _with_calls(spec: Spec, entry: Mapping[str, Any], names: set[str]) -> Spec:
    nodes = entry.get("inbound_nodes") or []
    if not isinstance(nodes, list):
        raise ModelError(f"The calls of layer '{shortened(spec.name)}' are no list.", _AGAIN)
    calls = tuple(_call(node, names) for node in nodes)
    return Spec(spec.kind, spec.name, spec.config, spec.module, calls)


def _call(node: Any, names: set[str]) -> Call:
    if isinstance(node, dict):  # Keras 3
        return Call(_resolved(node.get("args") or [], names), _resolved(node.get("kwargs") or {}, names))
    if not isinstance(node, list) or not node:
        raise ModelError("A layer of the network is called in a form that is not known.", _AGAIN)
    items = [node] if isinstance(node[0], str) else node  # of one tensor without a list around it
    kwargs = items[0][3] if isinstance(items[0], list) and len(items[0]) > 3 else {}
    if not isinstance(kwargs, dict):
        kwargs = {}
    given = [_given(item, names) if isinstance(item, list) and len(item) > 2 else None for item in items]
    if None in given:
        raise ModelError("A layer of the network is called in a form that is not known.", _AGAIN)
    return Call([given if len(given) > 1 else given[0]], _resolved(kwargs, names))


def _given(item: Sequence[Any], names: set[str]) -> Any:
    """What Keras 2 writes of a tensor, or of a number in its place."""
    if item[0] == "_CONSTANT_VALUE":
        return item[2] if isinstance(item[2], (int, float)) else None
    return _history(item[:3], names)


def _resolved(value: Any, names: set[str]) -> Any:
    """Arguments of a call with the refs in them."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return _history((value.get("config") or {}).get("keras_history"), names)
        return {key: _resolved(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return _history(value, names) or [_resolved(item, names) for item in value]
    return value


def _history(value: Any, names: set[str]) -> Ref | None:
    """A ref as both versions write it, [layer, call, output]; None for anything else."""
    if not isinstance(value, (list, tuple)) or len(value) != 3 or not isinstance(value[0], str):
        return None
    whole = value[0] in names and all(isinstance(number, int) and number >= 0 for number in value[1:])
    return Ref(*value) if whole else None


def _refs(value: Any, names: set[str]) -> Iterator[Ref]:
    """The refs of inputs or outputs, which may be one, a list, or named."""
    if found := _history(value, names):
        yield found
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _refs(item, names)
