"""Whether a model fits a raster: its bands, pixel size, coordinate system and values, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..cards.card import Input, ModelCard, Scaling, match_bands
from ..errors import RsdlError
from ..feedback import Report
from ..prediction.inputs import check_resolution, layers_of, sampled_scaling
from ..prediction.request import AskedRaster
from ..raster.source import Layer, LayerInfo, RasterSource, inspect
from ..tables.tasks import task_of


@dataclass(frozen=True)
class Finding:
    """``aspect``: what was looked at; ``fits``: None where it is to be known, and no hindrance; ``text``: why."""

    aspect: str
    fits: bool | None
    text: str


@dataclass(frozen=True)
class Fit:
    """Whether a raster fits an input of a model, and why."""

    role: str
    findings: tuple[Finding, ...]

    @property
    def fits(self) -> bool:
        return all(finding.fits is not False for finding in self.findings)


def fits_of(card: ModelCard, raster: AskedRaster) -> list[Fit]:
    """What fits, and what does not, of a raster as each input of the model; RsdlError where it cannot be opened."""
    info = inspect(Layer(raster.path))
    found = _series if task_of(card.task).series else _image
    return [Fit(item.role or item.name, tuple(found(card, item, raster, info))) for item in card.inputs]


def answer_text(card: ModelCard, fits: list[Fit]) -> str:
    """The answer in a sentence."""
    good = [fit for fit in fits if fit.fits]
    if not good:
        first = next(finding.text for finding in fits[0].findings if finding.fits is False)
        return f"'{card.name}' does not fit this layer. {first}"
    places = [f"{item.role or item.name} {date}" for item in card.inputs for date in item.dates]
    if len(places) == 1:
        return f"'{card.name}' fits this layer."
    if task_of(card.task).series:
        return f"'{card.name}' fits this layer, as a part of a series of {len(card.inputs[0].dates)} dates."
    more = f"The model takes {len(places)} layers: {', '.join(places)}."
    return f"'{card.name}' fits this layer as {' or '.join(fit.role for fit in good)}. {more}"


class _Heard(Report):
    """Keeps warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def log(self, level: str, message: str) -> None:
        if level == "warning":
            self.warnings.append(message)


def _image(card: ModelCard, item: Input, raster: AskedRaster, info: LayerInfo) -> Iterator[Finding]:
    one = _of_one_date(card, item)
    try:
        layers = layers_of({item.name: [raster]}, one)
    except RsdlError as error:
        yield Finding("Bands", False, str(error))
        return
    bands = layers[item.name][0].bands
    numbers = ", ".join(f"{band.name} = band {n}" for band, n in zip(item.bands, bands or ()))
    named = all(band.matches(text) for band, text in zip(item.bands, _texts(info, bands)))
    yield Finding("Bands", True if named else None, numbers if named else f"{numbers}, by their order: check that.")
    with RasterSource(layers) as source:
        yield from _grid(one, source)
        yield from _values(one, source)


def _grid(card: ModelCard, source: RasterSource) -> Iterator[Finding]:
    if source.grid.crs is None:
        yield Finding("Coordinate system", None, "The layer has none, so its pixel size in metres is not known.")
        return
    yield Finding("Coordinate system", True, "The layer has one.")
    row, col = source.grid.resolution
    size = f"{(row * col) ** 0.5:.4g} m"
    if card.resolution is None:
        yield Finding("Pixel size", None, f"{size}; the model does not say which it is for.")
        return
    try:
        check_resolution(source, card, Report())
    except RsdlError as error:
        yield Finding("Pixel size", False, str(error))
    else:
        yield Finding("Pixel size", True, f"{size}; the model was trained at {card.resolution:g} m.")


def _values(card: ModelCard, source: RasterSource) -> Iterator[Finding]:
    heard = _Heard()
    try:
        sampled_scaling(source, card, heard)
    except RsdlError as error:
        yield Finding("Values", False, str(error))
        return
    for text in heard.warnings:
        yield Finding("Values", None, text)
    if not heard.warnings:
        yield Finding("Values", True, "They are like those of the model's training, as far as it says.")


def _series(card: ModelCard, item: Input, raster: AskedRaster, info: LayerInfo) -> Iterator[Finding]:
    """A layer is one date with all bands, or one variable with all dates."""
    dates, bands = len(item.dates), len(item.bands)
    names = ", ".join(band.name for band in item.bands)
    try:
        match_bands(item, info.descriptions, info.count, info.colours)
    except RsdlError:
        usable = info.count >= 2
        text = f"It has {info.count} band(s); as one variable ({names}) of all dates it would have about {dates}."
        yield Finding("Bands", None if usable else False, text)
    else:
        yield Finding("Bands", True, f"It can be one of {dates} dates, with {bands} band(s): {names}.")
    with RasterSource({item.name: [Layer(raster.path)]}) as source:
        yield from _grid(card, source)


def _of_one_date(card: ModelCard, item: Input) -> ModelCard:
    """The card with that input alone, of its last date."""
    scaling: Scaling = replace(item.scaling, mean=item.scaling.mean[-1:], std=item.scaling.std[-1:])
    return replace(card, inputs=(replace(item, dates=item.dates[-1:], scaling=scaling),))


def _texts(info: LayerInfo, bands: tuple[int, ...] | None) -> list[str]:
    """What the bands are called, or show."""
    places = {number: i for i, number in enumerate(info.bands)}
    found = [places.get(number, 0) for number in bands or ()]
    return [info.descriptions[i] or info.colours[i] for i in found]
