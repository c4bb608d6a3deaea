"""Weights that a training can start from, with the encoders, inputs and classes of their network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...cards.card import WEIGHTS_FILE, Input
from ...cards.store import Store, unpack
from ...errors import ModelError
from ...feedback import Report
from ...networks import NETWORKS, build_network
from ...published.addresses import PUBLISHED
from ...published.card import of_bands
from ...runtime.published.files import published_line, read_weights
from ...runtime.published.weights import published_weights
from ...runtime.sessions import check_file
from ...tables.tasks import task_of
from .freezing import encoders_of, stages_of

IMAGENET = "imagenet"  # any published weights that fit the network's encoder


@dataclass(frozen=True)
class Encoder:
    """An encoder of a network: the name of its module, its inputs, and its date (counted from 0, of ``dates``)."""

    root: str
    inputs: tuple[Input, ...] = ()
    date: int = 0
    dates: int = 1

    @property
    def prefix(self) -> str:
        """The prefix of its parameters' names."""
        return f"{self.root}." if self.root else ""


@dataclass(frozen=True)
class Weights:
    """Weights by name. ``class_axes``: the axis of the outputs of tensors that depend on ``classes``."""

    title: str
    state: Mapping[str, Tensor]
    encoders: tuple[Encoder, ...]
    classes: tuple[str, ...] = ()
    class_axes: Mapping[str, int] = field(default_factory=dict)


def encoders(network: nn.Module, inputs: Sequence[Input]) -> tuple[Encoder, ...]:
    """A network's encoders: one for all inputs, or one per input and date."""
    roots = encoders_of(network)
    if len(roots) == 1:
        dates = max(len(item.dates) for item in inputs)
        return (Encoder(roots[0], tuple(inputs), dates - 1, dates),)
    views = [(item, number) for item in inputs for number in range(len(item.dates))]
    return tuple(
        Encoder(root, (replace(item, dates=(item.dates[number],)),), number, len(item.dates))
        for root, (item, number) in zip(roots, views)
    )


def model_weights(model: str) -> Weights:
    """The weights of an installed model, or of a model at a path. ModelError when it cannot be fine-tuned."""
    path, card = Store().find(model)
    if card.network not in NETWORKS:
        raise ModelError(
            f"'{card.name}' is of an unknown network, so it cannot be fine-tuned.",
            "Choose a model that was trained with this plugin.",
        )
    with _folder(path) as folder:
        if not (folder / WEIGHTS_FILE).is_file():
            raise ModelError(
                f"'{card.name}' has no {WEIGHTS_FILE}: it can be used, but not fine-tuned.",
                "Choose the folder or the .zip of a model that was trained with this plugin.",
            )
        check_file(folder / WEIGHTS_FILE, card)
        state = read_weights(folder / WEIGHTS_FILE)
    shapes, outputs = {item.name: item.shape for item in card.inputs}, len(card.classes) or 1
    network = outline(card.network, shapes, outputs, card.options)
    larger = outline(card.network, shapes, outputs + 1, card.options)
    if task_of(card.task).features:  # beside its encoder such a network may have layers that nothing was trained by
        state = {name: value for name, value in state.items() if name in network.state_dict()}
    return Weights(
        title=f"the model '{card.name}' ({NETWORKS[card.network].title})",
        state=state,
        encoders=encoders(network, card.inputs),
        classes=tuple(item.name for item in card.classes),
        class_axes=_differences(network, larger),
    )


def pretrained_weights(name: str, network: nn.Module, report: Report) -> Weights:
    """Published weights by name ("imagenet": that fit the network's encoder), or the weights in a file."""
    name = published_for(network) if name.strip().lower() == IMAGENET else name
    published = published_line(name)
    state = published_weights(name, report)
    if published is None:
        return _file_weights(Path(name).name, state, network)
    source, heads = _published_outline(published.network)
    title = f"the published weights '{Path(name).name}' ({NETWORKS[published.network].title})"
    return Weights(title, state, encoders(source, published.inputs), class_axes=heads)


def start_inputs(
    pretrained: str | None, name: str, options: Mapping[str, Any], inputs: Sequence[Input]
) -> tuple[Input, ...]:
    """The input of published weights, with its scaling, under the name of each of ``inputs`` that it can stand for.

    That is one with a band of the same name, or with as many bands. ``name``, ``options``: of the network to train. ()
    for no weights, and for a file of other weights.
    """
    if pretrained and pretrained.strip().lower() == IMAGENET:
        pretrained = published_for(outline(name, {"image": (NETWORKS[name].dates or 1, 3)}, 2, options))
    published = published_line(pretrained) if pretrained else None
    if published and published.by_name:
        (known,) = published.inputs
        kept = [replace(of_bands(known, item.bands), name=item.name) for item in inputs]
        return tuple(item for item in kept if item.bands)
    return tuple(
        replace(known, name=item.name)
        for known in (published.inputs if published else ())
        for item in inputs
        if len(item.bands) == len(known.bands)
        or any(band.matches(own.name) for band in known.bands for own in item.bands)
    )


def published_for(network: nn.Module) -> str:
    """The name of published weights that contain this network's encoder. ModelError when there are none."""
    wanted = dict(_encoder_parameters(network))
    pictures = {name: line for name, line in PUBLISHED.items() if not line.own}
    for name, published in pictures.items():
        state = dict(_published_outline(published.network)[0].named_parameters())
        if all(key in state and same_outputs(state[key], value) for key, value in wanted.items()):
            return name
    known = ", ".join(dict.fromkeys(line.network for line in pictures.values()))
    raise ModelError(
        "There are no published weights for this network.",
        f"Choose one of the networks {known}, one with such an encoder, or no published weights.",
    )


def outline(name: str, shapes: Mapping[str, tuple[int, int]], outputs: int, options: Mapping[str, Any]) -> nn.Module:
    """A network whose parameters have shapes, but no values (PyTorch's meta device)."""
    with torch.device("meta"):
        return build_network(name, shapes, outputs, **options)


def same_outputs(a: Tensor, b: Tensor) -> bool:
    """Whether two shapes are equal except in the number of inputs or positions."""
    return a.ndim == b.ndim and a.shape[:1] == b.shape[:1] and a.shape[2:] == b.shape[2:]


@lru_cache(None)
def _published_outline(network: str) -> tuple[nn.Module, dict[str, int]]:
    """A network with published weights, and its tensors that depend on the classes, with their axis."""
    smaller, larger = (outline(network, {"image": (1, 3)}, outputs, {}) for outputs in (2, 3))
    return smaller, _differences(smaller, larger)


def _differences(network: nn.Module, larger: nn.Module) -> dict[str, int]:
    """The tensors whose shapes differ between two networks, and the axis."""
    shapes = {name: value.shape for name, value in larger.state_dict().items()}
    return {
        name: next(axis for axis, (a, b) in enumerate(zip(value.shape, shapes[name])) if a != b)
        for name, value in network.state_dict().items()
        if value.shape != shapes[name]
    }


def _file_weights(title: str, state: Mapping[str, Tensor], network: nn.Module) -> Weights:
    """Weights in the user's own file: of the whole network or of an encoder, with any prefix."""
    own, roots = network.state_dict(), encoders_of(network)
    prefixes = {""} | {name[: i + 1] for name in state for i, letter in enumerate(name) if letter == "."}
    places = {"": "", **{root: f"{root}." for root in roots if root}}.values()

    def common(prefix: str, place: str) -> int:
        return sum(place + name[len(prefix) :] in own for name in state if name.startswith(prefix))

    # of equally good prefixes the shortest
    prefix, place = max(((p, q) for p in sorted(prefixes, key=len) for q in places), key=lambda pair: common(*pair))
    renamed = {place + name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
    return Weights(f"the weights in {title}", renamed, tuple(Encoder(root) for root in roots))


def _encoder_parameters(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The parameters of a network's encoders, by their names within the encoder."""
    roots, parameters = encoders_of(network), dict(network.named_parameters())
    for name in (name for stage in stages_of(network) if stage.part == "encoder" for name in stage.parameters):
        root = next(root for root in roots if name.startswith(root))
        yield name[len(root) + 1 :] if root else name, parameters[name]


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """The model's folder; a ``.zip`` is unpacked temporarily."""
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory() as work:
        yield unpack(path, Path(work))
