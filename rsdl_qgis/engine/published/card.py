"""Published weights as a model that gives features. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..cards.card import Band, Class, Input, ModelCard, Tiling
from ..cards.store import Store
from ..dates import months_of
from ..errors import MismatchError, ModelError
from ..tables.earth_bands import GROUPS, known_band, whole_groups
from .addresses import PUBLISHED, Published

SIDE = 224  # pixels a side of the pictures that they were trained on
NO_CLASS = (Class(0, "features", "#888888"),)  # a network has a last layer, of which nothing is used
GIVES = ("classification", "time-series")  # tasks of networks that give features
ENCODERS = tuple(name for name, line in PUBLISHED.items() if line.task in GIVES)
NAMED = tuple(name for name in ENCODERS if PUBLISHED[name].by_name)  # which take any of their bands, and dates
PATCH = 4  # side in pixels of Galileo's patches
SMALLEST, LARGEST = 16, 48  # sides in pixels of its images


@dataclass(frozen=True)
class Sight:
    """What weights of named bands have to know of images: the names of their bands, their dates, the side of a patch in
    pixels (None: as usual), metres of a pixel, latitude and longitude of the middle in degrees (None: not known).
    """

    bands: tuple[str, ...]
    dates: tuple[str, ...]
    side: int | None = None
    resolution: float | None = None
    place: tuple[float, float] | None = None


def is_published(model: str, store: Store | None = None) -> bool:
    """Whether published weights are meant: an installed model of their name goes first."""
    return model in ENCODERS and all(model != name for name, _, _ in (store or Store()).list())


def found_encoder(model: str, store: Store | None = None) -> tuple[Path, ModelCard]:
    """The path and card of what features are taken of: a model by name or path, or published weights by their name,
    which is also their path. ModelError where there is none.
    """
    if is_published(model, store):
        return Path(model), encoder_card(model)
    return (store or Store()).find(model, ENCODERS)


def encoder_card(name: str, sight: Sight | None = None) -> ModelCard:
    """The card of published weights by their name, one of ``ENCODERS``. ``sight``: of those of ``NAMED``, of what
    images; without it the card has all their bands. ModelError for another name, MismatchError for images without bands
    that the weights know.
    """
    if name not in ENCODERS:
        raise ModelError(
            f"There are no published weights '{name}' that give features.", f"There are {', '.join(ENCODERS)}."
        )
    line = PUBLISHED[name]
    side = SIDE if name not in NAMED else 1 if line.task == "time-series" else SMALLEST
    card = ModelCard(
        name,
        name,
        line.inputs,
        NO_CLASS,
        line.task,
        line.network,
        line.options,
        description=f"Published weights. {line.licence}",
        tiling=Tiling(size=side, overlap=0, multiple=1, any_size=False),
        engine="torch",
    )
    return card if sight is None else _seen(card, line, sight)


def whole_bands(name: str, bands: Iterable[str]) -> list[int]:
    """Which of the bands of an image (from 0), by their names, weights of ``NAMED`` take, in its order: those of groups
    that are whole.
    """
    known = {band.name for band in PUBLISHED[name].inputs[0].bands}
    groups = {group: own for group, own in GROUPS.items() if known >= set(own)}
    return sorted(place for places in whole_groups(list(bands), groups).values() for place in places)


def of_bands(known: Input, bands: Iterable[Band]) -> Input:
    """``known`` with those of ``bands`` that it has, by the names that networks of named bands go by."""
    places = {band.name: number for number, band in enumerate(known.bands)}
    found = [(band, places[known_band(band.name)]) for band in bands if known_band(band.name) in places]
    mean, std = (tuple(row[0][i] for _, i in found) for row in (known.scaling.mean, known.scaling.std))
    return replace(
        known, bands=tuple(band for band, _ in found), scaling=replace(known.scaling, mean=(mean,), std=(std,))
    )


def _seen(card: ModelCard, line: Published, sight: Sight) -> ModelCard:
    """A card of weights of named bands for some images."""
    names = [sight.bands[place] for place in whole_bands(card.name, sight.bands)]
    if not names:
        has = ", ".join(text or f"band {i}" for i, text in enumerate(sight.bands, 1))
        known = ", ".join(band.name for band in line.inputs[0].bands)
        raise MismatchError(
            f"'{card.name}' knows groups of bands by name ({known}), and the raster has none that is whole: {has}.",
            "Name its bands, such as B2, B3, B4 and B8, in the raster's properties, or choose other weights.",
        )
    item = replace(of_bands(line.inputs[0], map(Band, names)), dates=sight.dates)
    months = months_of(sight.dates)
    options: dict[str, Any] = {**card.options, "bands": names, **({"months": months} if months else {})}
    if line.task == "time-series":
        return replace(card, inputs=(item,), options={**options, **_place(sight)})
    usual = sight.side or card.tiling.size
    side = min(LARGEST, max(PATCH, round(usual / PATCH) * PATCH))
    pixel = {} if sight.resolution is None else {"resolution": sight.resolution * usual / side}
    options |= {"size": side, "patch": PATCH, **pixel}
    return replace(card, inputs=(item,), options=options, tiling=replace(card.tiling, size=side))


def _place(sight: Sight) -> Mapping[str, Any]:
    return {} if sight.place is None else {"latlon": list(sight.place)}
