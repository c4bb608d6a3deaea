"""A Keras network as the nodes of a graph: layer after layer, as soon as what it is called with is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ...errors import ModelError
from ...files.text import shortened
from ..builder import Builder, Value
from .config import Call, Plan, Ref, Spec, plan_of, refs_in

MOST_DEPTH = 20  # networks inside networks
MOST_CALLS = 50_000  # of layers
_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Layer:
    """A layer with its weights. ``version``: of Keras, 2 or 3; ``run``: nodes of a layer that is inside this one."""

    kind: str
    config: Mapping[str, Any]
    weights: Sequence[NDArray[Any]]
    version: int
    run: Callable[..., Any]
    module: str = ""

    @property
    def first(self) -> bool:
        """Whether images are (N, C, H, W)."""
        return self.config.get("data_format") == "channels_first"


# The graph, a layer, what it is called with -> what it gives
Build = Callable[..., "Value | Sequence[Value]"]


class Network:
    """``run(network, inputs)`` adds a network's nodes to the graph and gives its outputs.

    ``builds``: kind of a layer -> what makes its nodes; ``weights``: of each layer by its place.
    """

    def __init__(
        self,
        b: Builder,
        build: Callable[[Spec, tuple[str, ...]], Build],
        weights: Mapping[tuple[str, ...], Sequence[NDArray[Any]]],
        version: int,
    ):
        self._b, self._build, self._weights, self._version = b, build, weights, version
        self._calls = 0

    def run(self, network: Spec, inputs: Sequence[Value], place: tuple[str, ...] = ()) -> list[Value]:
        """The outputs of a network for its inputs; ModelError names a layer that cannot be built."""
        if len(place) > MOST_DEPTH:
            raise ModelError(f"The model has networks inside one another deeper than {MOST_DEPTH}.", _AGAIN)
        plan = plan_of(network)
        return self._functional(plan, inputs, place) if plan.outputs else self._sequential(plan, inputs, place)

    def _sequential(self, plan: Plan, inputs: Sequence[Value], place: tuple[str, ...]) -> list[Value]:
        values = list(inputs)
        for spec in plan.layers:
            if spec.kind != "InputLayer":
                values = self._called(spec, Call(values), place)
        return values

    def _functional(self, plan: Plan, inputs: Sequence[Value], place: tuple[str, ...]) -> list[Value]:
        if len(inputs) != len(plan.inputs):
            raise ModelError(f"A network takes {len(plan.inputs)} inputs, and is called with {len(inputs)}.", _AGAIN)
        known: dict[Ref, Value] = dict(zip(plan.inputs, inputs))
        shift = _shifts(plan)
        waiting = [(spec, i, call) for spec in plan.layers for i, call in enumerate(spec.calls)]
        while waiting:
            later = []
            for spec, i, call in waiting:
                if all(ref in known for ref in refs_in([call.args, call.kwargs])):
                    given = Call(_filled(call.args, known), _filled(call.kwargs, known))
                    for output, value in enumerate(self._called(spec, given, place)):
                        known[Ref(spec.name, i + shift[spec.name], output)] = value
                else:
                    later.append((spec, i, call))
            if len(later) == len(waiting):
                break  # what is left is not connected, or in a circle
            waiting = later
        missing = [ref.layer for ref in plan.outputs if ref not in known]
        if missing:
            text = f"The layers before '{shortened(missing[0])}' are not connected to the inputs, or form a circle."
            raise ModelError(text, _AGAIN)
        return [known[ref] for ref in plan.outputs]

    def _called(self, spec: Spec, call: Call, place: tuple[str, ...]) -> list[Value]:
        here = (*place, spec.name)
        inputs, kwargs = _flat(call.args), dict(call.kwargs)
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise ModelError(f"The network calls its layers more than {MOST_CALLS} times.", "Use a smaller one.")
        if spec.is_network:
            return self.run(spec, [value for value in inputs if isinstance(value, Value)], here)
        build = self._build(spec, here)
        layer = self._layer(spec, self._weights.get(here, ()), here)
        try:
            found = build(self._b, layer, *inputs, **kwargs)
        except ModelError as error:
            raise ModelError(
                f"Layer '{'/'.join(map(shortened, here))}' ({spec.kind}): {error.message}", error.hint
            ) from None
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:  # of the file
            text = f"Layer '{'/'.join(map(shortened, here))}' ({spec.kind}) has settings or inputs that do not fit"
            raise ModelError(f"{text}: {shortened(str(error))}.", _AGAIN) from None
        return [found] if isinstance(found, Value) else list(found)

    def _layer(self, spec: Spec, weights: Sequence[NDArray[Any]], place: tuple[str, ...]) -> Layer:
        def run(inner: Spec, given: Sequence[NDArray[Any]], *inputs: Value) -> Any:
            here = (*place, inner.name)
            return self._build(inner, here)(self._b, self._layer(inner, given, here), *inputs)

        return Layer(spec.kind, spec.config, weights, self._version, run, spec.module)


def _shifts(plan: Plan) -> dict[str, int]:
    """What is added to the number of a call in refs: Keras 2 counts the making of a network inside as its first."""
    highest: dict[str, int] = {}
    for ref in refs_in([plan.outputs, [[call.args, call.kwargs] for spec in plan.layers for call in spec.calls]]):
        highest[ref.layer] = max(highest.get(ref.layer, 0), ref.call)
    return {s.name: int(s.is_network and highest.get(s.name, 0) == len(s.calls) > 0) for s in plan.layers}


def _filled(value: Any, known: Mapping[Ref, Value]) -> Any:
    if isinstance(value, Ref):
        return known[value]
    if isinstance(value, dict):
        return {key: _filled(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(item, known) for item in value]
    return value


def _flat(args: Sequence[Any]) -> list[Any]:
    """The arguments of a call without the lists around them."""
    found: list[Any] = []
    for item in args:
        found += _flat(item) if isinstance(item, (list, tuple)) else [item]
    return found
