"""The model that features are taken of: one that is there, or published weights by their name."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ...cards.card import ModelCard
from ...cards.store import opened
from ...dates import date_of, day_in, month_in, typed_dates, whole_series
from ...errors import InputError
from ...feedback import Report
from ...products.table import product_at
from ...published.card import NAMED, Sight, encoder_card, is_published
from ...raster.grid import Grid, apply, project
from ...raster.metadata import read_metadata
from ...raster.source import Layer, inspect_with_grid
from ..request import AskedRaster, EmbedRequest

UNKNOWN = "image"  # the name of the one date of an image whose date is not known


@contextmanager
def opened_encoder(request: EmbedRequest, report: Report) -> Iterator[tuple[Path, ModelCard]]:
    """The path and card of a job's model, as ``cards.store.opened``; or of published weights by their name, where no
    model has it. These are fetched, and lie in a folder that goes. ModelError where they cannot be had, MismatchError
    where they know none of the rasters' bands.
    """
    if not is_published(request.model):
        with opened(request.model) as found:
            yield found
        return
    from ...runtime.published.model import write_encoder  # loads torch

    card = encoder_card(request.model, sight_of(request, report) if request.model in NAMED else None)
    if request.model in NAMED:
        report.log("info", f"Bands that '{card.name}' knows: {', '.join(band.name for band in card.inputs[0].bands)}.")
    with tempfile.TemporaryDirectory(prefix="rsdl-model-") as folder:
        yield write_encoder(card, Path(folder), report)


def sight_of(request: EmbedRequest, report: Report) -> Sight:
    """What weights of named bands have to know of a job's rasters, one a date; the first one counts for the rest.

    InputError where the rasters are not in the order of their dates.
    """
    rasters = next(iter(request.inputs.values()))
    first = rasters[0]
    info, grid = inspect_with_grid(Layer(first.path, first.bands))
    pixel = math.sqrt(math.prod(grid.resolution)) if grid.crs else None
    dates = dates_of(rasters, request.dates)
    if not dates:
        report.log("warning", "The dates of the rasters are not known: their months count from January. Give DATES.")
        dates = (UNKNOWN,) if len(rasters) == 1 else tuple(f"date {i}" for i in range(1, len(rasters) + 1))
    elif sorted(dates) != [*dates]:
        text = f"The rasters are not in the order of their dates: {', '.join(dates)}."
        raise InputError(text, "Give the earliest first.")
    return Sight(info.descriptions, dates, request.size, pixel, _middle(grid))


def dates_of(rasters: tuple[AskedRaster, ...], typed: str) -> tuple[str, ...]:
    """The dates of rasters: as typed, else those that names, products or metadata say; () where they do not."""
    names = [Path(raster.path).name for raster in rasters]
    products = [product_at(raster.path) for raster in rasters]
    tags = [read_metadata(raster.path).tags if product is None else {} for raster, product in zip(rasters, products)]
    kinds = [
        ["" if product is None else product.date for product in products],
        [day_in(name) for name in names],
        [date_of(tag) for tag in tags],
        [month_in(name) for name in names],
    ]
    dates = typed_dates(typed, len(rasters)) or whole_series(kinds)
    return dates if all(dates) else ()


def _middle(grid: Grid) -> tuple[float, float] | None:
    """Latitude and longitude of a grid's middle in degrees; None where they are not known."""
    if grid.crs is None:
        return None
    x, y = (np.array([value]) for value in apply(grid.transform, grid.width / 2, grid.height / 2))
    (lon,), (lat,) = project(x, y, grid.crs, "EPSG:4326")
    return (float(lat), float(lon)) if np.isfinite([lat, lon]).all() else None
