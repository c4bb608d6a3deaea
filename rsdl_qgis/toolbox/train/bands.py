"""Which bands of a raster an input is trained on, and what each raster has of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qgis.core import QgsRasterLayer

from ...engine.cards.card import RGB, Band, Input, ModelCard, match_bands, palette_bands
from ...engine.errors import MismatchError, RsdlError
from ..predict.base import use_bands
from ..text import tr
from ..worker import layers
from ..worker.layers import RasterUse

LONGEST_NAME = 24  # letters of a band's description that is taken for a name


def taken_input(layer: QgsRasterLayer, numbers, dates: tuple[str, ...], start: ModelCard | None) -> Input:
    """The input to train on: that of the base model where the raster has its bands, else one of the raster's bands.

    A band without a description is called by its colour, so that all rasters give red where the first one does; a
    palette gives its colours.
    """
    if start is not None and fitting_bands(start.inputs[0], layer, numbers):
        known = start.inputs[0]
        return replace(known, dates=known.dates if len(known.dates) == len(dates) else dates)
    if layers.is_paletted(layer) and not numbers:
        return Input("image", tuple(Band(name) for name in RGB), dates)
    texts = _texts(layer)
    chosen = numbers or tuple(texts)
    names = [" ".join(texts.get(number, "").replace(";", ",").split()) for number in chosen]
    names = [name if 0 < len(name) <= LONGEST_NAME else f"band {number}" for name, number in zip(names, chosen)]
    if len(set(names)) < len(names):
        names = [f"band {number}" for number in chosen]
    return Input("image", tuple(Band(name) for name in names), dates)


def _texts(layer: QgsRasterLayer) -> dict[int, str]:
    """What each data band is called: its description, else its colour."""
    found = zip(layers.data_bands(layer), layers.colours(layer))
    return {number: text or colour for (number, text), colour in found}


def fitting_bands(item: Input, layer: QgsRasterLayer, numbers: Sequence[int] | None) -> bool:
    """Whether a raster has an input's bands: by description or colour, or as many that nothing speaks against."""
    texts = _texts(layer)
    if not numbers:
        if layers.is_paletted(layer) and palette_bands(item):
            return True
        try:
            match_bands(item, list(texts.values()), -1)
        except MismatchError:
            numbers = tuple(texts)
        else:
            return True
    described = dict(layers.data_bands(layer))
    pairs = [(described.get(number), band) for number, band in zip(numbers, item.bands)]
    return len(numbers) == len(item.bands) and all(not text or band.matches(text) for text, band in pairs)


def checked_use(name: str, layer: QgsRasterLayer, item: Input, numbers, first: QgsRasterLayer) -> RasterUse:
    """A raster with the bands that the first one gave the input; RsdlError where it has others."""
    try:
        return use_bands(name, layer, item, numbers, "BANDS")
    except MismatchError as error:
        if layer is first:
            raise
        raise RsdlError(
            tr("{name}: '{layer}' has other bands than '{first}'.").format(
                name=name, layer=layer.name(), first=first.name()
            ),
            tr("Choose rasters of the same bands, or the bands by number in BANDS. ({reason})").format(
                reason=error.message
            ),
        ) from None


def order_warnings(
    rasters: Sequence[QgsRasterLayer], item: Input, numbers: Sequence[int] | None, start: ModelCard | None
) -> tuple[str, ...]:
    """The warnings where a model's bands are taken in order, because nothing in the rasters says which is which."""
    if start is None or numbers or item.bands != start.inputs[0].bands:
        return ()
    unnamed, others = {}, {}
    for layer in rasters:
        texts = [text for _, text in layers.data_bands(layer)]
        try:
            match_bands(item, [text or colour for text, colour in zip(texts, layers.colours(layer))], -1)
        except MismatchError:
            (others if any(texts) else unnamed)[layer.name()] = None
    bands = ", ".join(band.name for band in item.bands)
    named = {
        tr(
            "The bands of {layers} have no names. They are taken in this order: {bands}, which is the order of "
            "the model '{model}'. If that is wrong, name the bands, or give their numbers in that order in BANDS."
        ): unnamed,
        tr(
            "The bands of {layers} have other names than those of the model '{model}'. They are taken in its order: "
            "{bands}. If that is wrong, give their numbers in that order in BANDS."
        ): others,
    }
    return tuple(
        text.format(layers=", ".join(f"'{name}'" for name in found), bands=bands, model=start.name)
        for text, found in named.items()
        if found
    )
