"""The layers of a series as observations: for each date, the layer and band of each variable that a model takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...cards.card import Band, Input, ModelCard, match_bands
from ...dates import date_in, date_of, day_in, file_date, month_in, typed_dates, whole_series
from ...errors import InputError, MismatchError
from ...products.matching import model_bands, unit_of
from ...products.product import Product
from ...products.quality import Quality
from ...products.table import product_at
from ...raster.metadata import Metadata, read_metadata
from ...tables.kinds import shown
from ...tables.orders import NEWEST
from ..request import AskedLayer

Cell = tuple[int, int]  # number of a layer, from 0, and of a band in its file, from 1


@dataclass(frozen=True)
class SeriesLayer:
    """A layer of a series. ``bands``: the ones to use; ``texts``: the name of each; ``nodata``: the user's, of each;
    ``date``: of the layer, where the user has set it or a product states it; ``quality``: pixels that are left out of
    it; ``unit``: that the values of a product are brought to, '' for a raster; ``order``: of the scenes of a mosaic.
    """

    path: str
    name: str
    bands: tuple[int, ...]
    texts: tuple[str, ...]
    nodata: tuple[float | None, ...]
    date: str
    metadata: Metadata
    quality: Quality | None = None
    unit: str = ""
    order: str = NEWEST

    @classmethod
    def of(cls, given: AskedLayer, card: ModelCard, by_number: bool = False) -> SeriesLayer:
        """A layer of a job; InputError where it cannot be opened. ``by_number``: bands of a product are not found by
        the names of the card's.
        """
        product = product_at(given.path)
        if product is not None:
            wanted = Input("series", tuple(variables(card)), role=card.inputs[0].role)
            if given.bands is None and not by_number:
                names = tuple(band.name for band in wanted.bands)
                given = replace(given, bands=model_bands(wanted, product), descriptions=given.descriptions or names)
            given = replace(given, name=given.name or product.title, date=given.date or product.date)
        path, metadata = given.path, read_metadata(given.path) if product is None else _values_of(product)
        count = len(metadata.dtypes)
        bands = given.bands or tuple(range(1, count + 1))
        wrong = [band for band in bands if not 1 <= band <= count]
        if wrong:
            problem = f"{path} has no band {wrong[0]}: it has {count} band(s)."
            raise InputError(problem, f"Choose bands between 1 and {count}.")
        nodata = given.nodata if isinstance(given.nodata, tuple) else (given.nodata,) * len(bands)
        texts = given.descriptions or tuple(metadata.descriptions[band - 1] for band in bands)
        for what, values in (("descriptions", texts), ("nodata", nodata)):
            if len(values) != len(bands):
                problem = f"{path} is given {len(values)} {what} for {len(bands)} band(s)."
                raise InputError(problem, "Give one for each of its bands.")
        date, unit = date_given(given.date), "" if product is None else unit_of(card.inputs[0])
        name = given.name or Path(path).stem
        return cls(path, name, bands, texts, nodata, date, metadata, given.quality, unit, given.order)

    def only(self, bands: Sequence[int]) -> SeriesLayer:
        """The layer with these of its bands, in this order."""
        missing = [band for band in bands if band not in self.bands]
        if missing:
            raise MismatchError(
                f"BANDS names band {missing[0]}, but '{self.name}' has {len(self.bands)} band(s).",
                f"Choose from {', '.join(map(str, self.bands))}.",
            )
        places = [self.bands.index(band) for band in bands]
        texts, nodata = tuple(self.texts[i] for i in places), tuple(self.nodata[i] for i in places)
        return replace(self, bands=tuple(bands), texts=texts, nodata=nodata)

    def text(self, band: int) -> str:
        """What a band is called; a layer's only band, if it is called nothing, as the layer."""
        return self.texts[self.bands.index(band)] or (self.name if len(self.bands) == 1 else "")


def _values_of(product: Product) -> Metadata:
    """Of a product, whose numbers are brought to a model's unit as they are read."""
    count = len(product.bands)
    numbers = ("float32",) * count, (1.0,) * count, (0.0,) * count
    return Metadata({}, ({},) * count, product.descriptions, *numbers)


def date_given(text: str) -> str:
    """The date of a layer as a job says it, '' for none; InputError for what is none."""
    found = date_in(text)
    if text and not found:
        raise InputError(f"The date of a layer cannot be {shown(text)}.", "Write dates as 2013-09-14.")
    return found


@dataclass(frozen=True)
class Observation:
    """One date: ``cells`` of the variables in the card's order; ``date`` is '' where it is not known."""

    date: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Series:
    """The layers of a job as observations, in order of time where all dates are known. ``warnings``: what was
    assumed."""

    layers: tuple[SeriesLayer, ...]
    observations: tuple[Observation, ...]
    warnings: tuple[str, ...] = ()

    @property
    def dates(self) -> tuple[str, ...]:
        """The dates; () where they are not all known."""
        found = tuple(item.date for item in self.observations)
        return found if all(found) else ()


def variables(card: ModelCard) -> list[Band]:
    """The bands of all of a card's inputs, in order: what each date has to hold."""
    return [band for item in card.inputs for band in item.bands]


def read_series(
    given: Sequence[AskedLayer], layout: str, card: ModelCard, dates: str = "", bands: Sequence[int] = ()
) -> Series:
    """The observations in a job's layers.

    ``layout``: 'dates' (a layer is a date, its bands are variables; layers of one date are put together) or 'variables'
    (a layer is a variable, its bands are dates). ``dates``: as the user types them, of the layers or of the bands.
    ``bands``: of each layer, by number, for the card's variables or for the dates; none: all. MismatchError where they
    are not what the model takes, InputError where a layer or a date cannot be used.
    """
    layers = [SeriesLayer.of(item, card, bool(bands)) for item in given]
    if layout == "variables":
        _refuse_products(layers)
        return _of_variables([layer.only(bands) for layer in layers] if bands else layers, card, dates)
    return _of_dates(layers, card, dates, bands)


# A layer is a date.


def _of_dates(layers: Sequence[SeriesLayer], card: ModelCard, typed: str, bands: Sequence[int]) -> Series:
    dates, warnings = _dates_of_layers(layers, typed)
    known = all(dates)
    groups: dict[str, list[int]] = {}
    for number, date in enumerate(dates):
        groups.setdefault(date if known else str(number), []).append(number)
    observations, by_order = [], []
    for key in sorted(groups) if known else groups:
        cells, in_order = _cells(layers, groups[key], card, bands)
        observations.append(Observation(key if known else "", cells))
        by_order += [layers[groups[key][0]].name] if in_order else []
    if by_order:
        warnings.append(_order_warning(by_order, card))
    return Series(tuple(layers), tuple(observations), tuple(warnings))


def _dates_of_layers(layers: Sequence[SeriesLayer], typed: str) -> tuple[tuple[str, ...], list[str]]:
    """The date of each layer, '' where it is not known; and warnings."""
    kinds = [
        [layer.date for layer in layers],
        [day_in(layer.name) for layer in layers],
        [day_in(Path(layer.path).name) for layer in layers],
        [next(filter(None, map(day_in, layer.texts)), "") for layer in layers],
        [date_of(layer.metadata.tags) or date_of(*_band_tags(layer, layer.bands[0])) for layer in layers],
        [month_in(layer.name) for layer in layers],
        [month_in(Path(layer.path).name) for layer in layers],
        [next(filter(None, map(month_in, layer.texts)), "") for layer in layers],
    ]
    dates = typed_dates(typed, len(layers)) or whole_series(kinds)
    if all(dates):
        return dates, []
    made = whole_series([*kinds, [file_date(layer.metadata.tags) for layer in layers]])
    if all(made):
        return made, [_file_dates([layer.name for layer, old, new in zip(layers, dates, made) if old != new])]
    return dates, [_without_date(layers, dates)]


def _cells(
    layers: Sequence[SeriesLayer], group: Sequence[int], card: ModelCard, bands: Sequence[int]
) -> tuple[tuple[Cell, ...], bool]:
    """The cells of the layers of one date, and whether they were taken in order though a name speaks against it."""
    wanted = variables(card)
    pool = [(number, band) for number in group for band in layers[number].bands]
    if bands:
        if len(bands) != len(wanted):
            raise MismatchError(
                f"BANDS names {len(bands)} band(s), but the model takes {len(wanted)}: {_names(wanted)}.",
                "Choose them in that order.",
            )
        if len(group) > 1:
            raise MismatchError(_same_date(layers, group), "Leave BANDS empty, or give one layer for each date.")
        return tuple((group[0], band) for band in layers[group[0]].only(bands).bands), False
    texts = [layers[number].text(band) for number, band in pool]
    named = [list(dict.fromkeys(n for (n, _), t in zip(pool, texts) if band.matches(t))) for band in wanted]
    twice = next((numbers for numbers in named if len(numbers) > 1), None)
    if twice or (len(group) > 1 and len(pool) != len(wanted)):
        hint = "Make one raster of them first (Raster > Miscellaneous > Merge), or give other dates in DATES."
        raise MismatchError(_same_date(layers, twice or group), hint)
    every = Input("series", tuple(wanted), role="each date")
    try:
        return tuple(pool[i - 1] for i in match_bands(every, texts, -1)), False
    except MismatchError:
        if found := _by_distinct_words(wanted, texts):
            return tuple(pool[i] for i in found), False
        return tuple(pool[i - 1] for i in match_bands(every, texts, len(pool))), len(wanted) > 1


def _same_date(layers: Sequence[SeriesLayer], group: Sequence[int]) -> str:
    return f"{' and '.join(repr(layers[number].name) for number in group[:2])} are of the same date."


# A layer is a variable.


def _refuse_products(layers: Sequence[SeriesLayer]) -> None:
    named = [layer.name for layer in layers if layer.unit]
    if named:
        problem = f"{quoted(named)}: a product is of one date, and with LAYOUT=variables bands are dates."
        raise MismatchError(problem, "Choose LAYOUT=dates.")


def _of_variables(layers: Sequence[SeriesLayer], card: ModelCard, typed: str) -> Series:
    wanted = variables(card)
    chosen, warnings = _chosen(layers, wanted, card)
    dates = [_dates_of_bands(layers[number], typed) for number in chosen]
    known = all(all(found) for found in dates)
    counts = [len(layers[number].bands) for number in chosen]
    if not known and len(set(counts)) > 1:
        raise MismatchError(
            "The layers have different numbers of dates: "
            + ", ".join(f"'{layers[n].name}' has {count}" for n, count in zip(chosen, counts))
            + ", and the dates of their bands are not known.",
            "Give layers with a band for every date, or with dates in the names of their bands.",
        )
    if not known:
        cells = zip(*([(number, band) for band in layers[number].bands] for number in chosen))
        nameless = [layers[n].name for n, found in zip(chosen, dates) if not all(found)]
        warnings.append(f"The dates of the bands of {quoted(nameless)} are not known; they are taken in order.")
        return Series(tuple(layers), tuple(Observation("", tuple(row)) for row in cells), tuple(warnings))
    tables = [dict(zip(found, layers[number].bands)) for found, number in zip(dates, chosen)]
    common = sorted(set(tables[0]).intersection(*tables[1:]))
    lost = sorted(set().union(*tables) - set(common))
    if not common:
        problem = "The layers of the variables have no date in common."
        raise MismatchError(problem, "Give layers of the same dates, or their right dates in DATES.")
    if lost:
        warnings.append(f"Not all variables have {', '.join(lost)}: what is there of these dates is left out.")
    observations = [
        Observation(date, tuple((number, table[date]) for number, table in zip(chosen, tables))) for date in common
    ]
    return Series(tuple(layers), tuple(observations), tuple(warnings))


def _dates_of_bands(layer: SeriesLayer, typed: str) -> tuple[str, ...]:
    """The date of each band; '' where it is not known. InputError where two bands are of one date."""
    count = len(layer.bands)
    dates = typed_dates(typed, count) or whole_series(
        [
            [day_in(text) for text in layer.texts],
            [date_of(*_band_tags(layer, band)) for band in layer.bands],
            [month_in(text) for text in layer.texts],
        ]
    )
    twice = next((date for date, times in Counter(dates).items() if date and times > 1), None)
    if twice and all(dates):
        raise InputError(f"Two bands of '{layer.name}' are of {twice}.", "Choose one of them in BANDS.")
    return dates


def _chosen(layers: Sequence[SeriesLayer], wanted: Sequence[Band], card: ModelCard) -> tuple[list[int], list[str]]:
    """Which layer is which variable: by name, else in order; and warnings."""
    texts = [" ".join([*dict.fromkeys(layer.texts), layer.name]) for layer in layers]
    for matches in (_by_band_name, _by_distinct_words):
        found = matches(wanted, texts)
        if found:
            spare = [layer.name for number, layer in enumerate(layers) if number not in found]
            return found, [f"Not used, as the model does not take them: {quoted(spare)}."] if spare else []
    if len(layers) != len(wanted):
        raise MismatchError(
            f"Model '{card.name}' takes {len(wanted)} variable(s) ({_names(wanted)}), and {len(layers)} layer(s) were "
            f"given: {quoted([layer.name for layer in layers])}.",
            "With LAYOUT=variables give one layer for each variable; where each layer is a date, use LAYOUT=dates.",
        )
    order = list(range(len(layers)))
    return order, [_order_warning([layer.name for layer in layers], card)] if len(order) > 1 else []


def _by_band_name(wanted: Sequence[Band], texts: Sequence[str]) -> list[int]:
    """The one text that names each band; [] where there is not just one for each."""
    hits = [[i for i, text in enumerate(texts) if band.matches(text)] for band in wanted]
    return _assigned(hits)


def _by_distinct_words(wanted: Sequence[Band], texts: Sequence[str]) -> list[int]:
    """As ``_by_band_name``, by the words in which the bands' names differ: 'Sinop NDVI 2014' names 'NDVI 2017'."""
    words = [_words(band.name) for band in wanted]
    common = set.intersection(*words)
    own = [found - common - set().union(*(other for other in words if other is not found)) for found in words]
    return _assigned([[i for i, text in enumerate(texts) if found & _words(text)] for found in own])


def _assigned(hits: Sequence[Sequence[int]]) -> list[int]:
    if any(len(found) != 1 for found in hits) or len({found[0] for found in hits}) < len(hits):
        return []
    return [found[0] for found in hits]


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[^a-z0-9]+", text.lower()) if word and not word.isdigit()}


# Sentences.


def _band_tags(layer: SeriesLayer, band: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return layer.metadata.band_tags[band - 1], layer.metadata.tags


def _without_date(layers: Sequence[SeriesLayer], dates: Sequence[str]) -> str:
    nameless = [layer.name for layer, date in zip(layers, dates) if not date]
    return f"The dates of {quoted(nameless)} are not known, so the layers are taken in the order given."


def _file_dates(names: Sequence[str]) -> str:
    return (
        f"The dates of {quoted(names)} are those on which the files were made, since no other dates are known. If the "
        "images are of other dates, give these in DATES."
    )


def _order_warning(names: Sequence[str], card: ModelCard) -> str:
    return (
        f"{quoted(names)}: the names do not say which variable is which, so they are taken in the order of model "
        f"'{card.name}': {_names(variables(card))}."
    )


def _names(bands: Sequence[Band]) -> str:
    return ", ".join(band.name for band in bands)


def quoted(names: Sequence[str]) -> str:
    """Names in a sentence, four of them at most."""
    shown = ", ".join(f"'{name}'" for name in names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
