"""The rasters of a job and a model: which layers and bands are its inputs, whether they fit, how they are scaled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from ..cards.card import Input, ModelCard, match_bands, palette_bands
from ..errors import MismatchError
from ..feedback import Report
from ..products.matching import model_bands, unit_of
from ..products.table import product_at
from ..radiometry.flatness import flatness
from ..radiometry.normalization import Normalization
from ..radiometry.scaling import Radiometry, radiometry
from ..radiometry.unlike import BLANK, blank_fraction, blank_text, finding_text, findings, scale_text
from ..raster.source import Layer, LayerInfo, RasterSource, inspect, valid_pixels
from ..tables.sensors import LEVELS, SURFACE
from .request import AskedRaster, ImageRequest, PredictRequest

FARTHEST_RESAMPLED = 4.0  # factor of pixel sizes beyond which a raster is not resampled


def layers_of(inputs: Mapping[str, Sequence[AskedRaster]], card: ModelCard) -> dict[str, list[Layer]]:
    """The layers of each of the card's inputs, one a date; MismatchError where they are not what the model takes."""
    layers = {}
    for item in card.inputs:
        given = inputs.get(item.name)
        dates = len(item.dates)
        if not given or len(given) != dates:
            raise MismatchError(
                f"Model '{card.name}' takes {dates} raster(s) of {item.role or item.name} ({', '.join(item.dates)}), "
                f"and {len(given or [])} were given.",
                "Give one raster a date.",
            )
        layers[item.name] = [_layer(g, item) for g in given]
    unknown = sorted(set(inputs) - {item.name for item in card.inputs})
    if unknown:
        raise MismatchError(f"Model '{card.name}' takes no input '{unknown[0]}'.")
    return layers


@contextmanager
def open_images(request: ImageRequest, card: ModelCard, report: Report) -> Iterator[RasterSource]:
    """A job's images on one grid; MismatchError where they are not what the model takes."""
    with open_source(layers_of(request.inputs, card), card, request) as source:
        check_resolution(source, card, report)
        yield source


def open_source(
    inputs: Mapping[str, Sequence[Layer]], card: ModelCard, request: PredictRequest, resampling: str | None = None
) -> RasterSource:
    """The layers on one grid, as a job asks for; ``resampling``: instead of the job's.

    MismatchError where they are to be resampled to a pixel size that the model does not know.
    """
    if request.resample and card.resolution is None:
        raise MismatchError(f"Model '{card.name}' knows no pixel size to resample to.", "Leave RESAMPLE off.")
    return RasterSource(
        inputs,
        resolution=card.resolution if request.resample else None,
        extent=request.extent,
        extent_crs=request.extent_crs,
        mask=request.mask,
        resampling=resampling or request.resampling,
        grid=request.grid,
    )


def check_resolution(source: RasterSource, card: ModelCard, report: Report) -> None:
    """MismatchError where the raster's pixels are too large or too small for the model."""
    if card.resolution is None:
        return
    if source.grid.crs is None:
        report.log(
            "warning",
            f"The raster has no coordinate system, so its pixel size is not known; the model was trained at "
            f"{card.resolution:g} m.",
        )
        return
    pixel = math.sqrt(math.prod(source.grid.resolution))
    factor = max(pixel / card.resolution, card.resolution / pixel)
    if factor > card.resolution_tolerance:
        resample = "Resample the raster to the model's resolution (RESAMPLE), or choose another model."
        too_far = f"RESAMPLE bridges no more than {FARTHEST_RESAMPLED:g}: choose another model, or another raster."
        raise MismatchError(
            f"The raster has pixels of {pixel:.3g} m, and model '{card.name}' was trained at {card.resolution:g} m "
            f"(it tolerates a factor of {card.resolution_tolerance:g}).",
            resample if factor <= FARTHEST_RESAMPLED else too_far,
        )


def chosen_normalization(request: PredictRequest, card: ModelCard) -> str | None:
    """How a job's later dates are normalised to the first, None for not; MismatchError where the model takes one."""
    if request.normalize == "none":
        return None
    if all(len(item.dates) < 2 for item in card.inputs):
        raise MismatchError(
            f"Model '{card.name}' takes images of one date, and normalisation is between two.",
            "Leave NORMALIZE at 'none'.",
        )
    return request.normalize


def sampled_scaling(
    source: RasterSource, card: ModelCard, report: Report, normalize: str | None = None
) -> dict[str, Radiometry]:
    """How each input is scaled, from a sample of the raster; MismatchError for values that do not suit the model.

    ``normalize``: how later dates are brought to the first one's radiometry; InputError where they cannot be.
    """
    sample = source.sample()
    if not valid_pixels(sample).any():
        report.log("warning", "No valid pixel was found in a sample of the rasters: the map may be all nodata.")
    scaling = {}
    for item in card.inputs:
        array = sample[item.name]
        log_level(item, card.name, source.layers(item.name), report)
        log_stored_values(item.role or item.name, source.layers(item.name), array, report)
        scaling[item.name] = radiometry(item, array, normalize)
        normalized = scaling[item.name].normalization
        if normalized:
            report.log("info", f"{item.role or item.name}: {normalization_text(normalized, item)}")
        if scaling[item.name].apart:
            bands = ", ".join(item.bands[i].name for i in scaling[item.name].apart)
            report.log(
                "warning",
                f"{item.role or item.name}: the values of its dates lie too far apart to be of one product ({bands}), "
                "so each date is stretched by itself, and changes show less. Give one product for all dates.",
            )
        if scaling[item.name].decibel:
            report.log("info", f"{item.role or item.name}: linear backscatter, converted to dB.")
        own = array[:1] if normalized else array  # dates whose values are compared with those of training
        largest = float(own.max()) if own.count() else 0.0
        if item.scaling.method == "linear" and item.scaling.divisor > 1 and largest > 1.05 * item.scaling.divisor:
            raise MismatchError(
                f"The raster holds values up to {largest:g}, and model '{card.name}' takes 0 to "
                f"{item.scaling.divisor:g}.",
                "Stretch the raster to that range first (Raster > Conversion > Translate, with -scale and Byte).",
            )
        infos = source.layers(item.name)
        in_order = all(info.notes for info in infos)  # as products have them
        for finding in findings(item, card.name, array, scaling[item.name](array.data), stated_by(infos), in_order):
            report.log("warning", finding_text(item, finding))
    log_flatness(card, list(scaling.values()), report)
    return scaling


def log_flatness(card: ModelCard, scales: Sequence[Radiometry], report: Report) -> None:
    """Warn of a raster whose pixels are more alike, before they are stretched, than those of any training image."""
    limit = card.domain.flattest if card.domain else None
    found = flatness(card.inputs, scales)
    if limit is not None and found is not None and found > limit:
        report.log(
            "warning",
            f"The pixels of the raster are too much alike: its dark ones have {found:.0%} of the value of its bright "
            f"ones in every band, and in the images that '{card.name}' was trained on {limit:.0%} at most. The model "
            "stretches each raster by its own values, so that one surface, such as desert or cloud all over, looks "
            "like a landscape to it: do not trust any of the map without a check. Give it a raster with other land "
            "around.",
        )


def stated_by(infos: Sequence[LayerInfo]) -> tuple[np.ndarray, np.ndarray]:
    """Scale and offset (T, C) that an input's files state for their numbers."""
    return np.array([info.scales for info in infos]), np.array([info.offsets for info in infos])


def log_level(item: Input, model: str, infos: Sequence[LayerInfo], report: Report) -> None:
    """Warn where the reflectance of a product is not of the kind that the model was trained on."""
    for given in dict.fromkeys(info.level for info in infos):
        kind = LEVELS.get(given, "")
        if item.level and kind and kind != item.level:
            report.log(
                "warning",
                f"{item.role or item.name}: the product has reflectance at the {kind} ({given}), and model '{model}' "
                f"was trained on reflectance at the {item.level}: its map may be wrong all over. Give a product "
                f"{'of Level 2 (L2A)' if item.level == SURFACE else 'of Level 1 (L1C)'}.",
            )


def log_stored_values(title: str, infos: Sequence[LayerInfo], array: np.ma.MaskedArray, report: Report) -> None:
    """Log how the stored numbers of files, one a date, are read, and warn of many zeros that may be nodata.

    ``array``: a sample (T, C, n, m); ``title``: what the user calls the input.
    """
    for info in infos:
        for text in info.notes or (scale_text(info),):
            if text:
                report.log("info", text)
    fraction = blank_fraction(array, infos)
    if fraction >= BLANK:
        report.log("warning", blank_text(title, fraction))


def normalization_text(found: Normalization, item: Input) -> str:
    """'after normalised to before (irmad, on 812 of 4000 sampled pixels): red × 1.2 - 3, …' for the log."""
    dates = []
    for t in range(1, len(item.dates)):
        maps = [
            f"{band.name} × {gain:.4g} {'-' if offset < 0 else '+'} {abs(offset):.4g}"
            for band, gain, offset in zip(item.bands, found.gain[t], found.offset[t])
        ]
        how = f"{found.method}, on {found.used[t]} of {found.pixels} sampled pixels"
        dates.append(f"{item.dates[t]} normalised to {item.dates[0]} ({how}): {', '.join(maps)}")
    return "; ".join(dates) + "."


def _layer(given: AskedRaster, item: Input) -> Layer:
    """A layer with the bands chosen, else those that the input's bands are found to be.

    A paletted raster is read as its colours where these are what the input takes; a product in the unit that it does.
    """
    path, bands, palette = given.path, given.bands, given.palette
    nodata = item.nodata if given.nodata is None else given.nodata
    product = product_at(path)
    if product is not None and bands is None:
        bands = model_bands(item, product)
    if bands is None:
        info = inspect(Layer(path))
        shown = palette_bands(item) if info.paletted else ()
        if shown:
            return Layer(path, shown, nodata, palette=True, quality=given.quality, order=given.order)
        found = match_bands(item, info.descriptions, info.count, info.colours)
        bands = tuple(info.bands[i - 1] for i in found)
    elif len(bands) != len(item.bands):
        needs = ", ".join(band.name for band in item.bands)
        raise MismatchError(
            f"{len(bands)} band(s) were chosen, and the model takes {len(item.bands)} of {item.role or item.name}.",
            f"Choose, in this order: {needs}.",
        )
    elif product is None and not palette and len(bands) > 1 and inspect(Layer(path)).paletted:
        raise MismatchError(
            f"The one band of {path} holds the numbers of a palette, and the model takes "
            f"{', '.join(band.name for band in item.bands)}.",
            "Choose no bands: the palette's colours are taken." if palette_bands(item) else "Convert it to RGB first.",
        )
    return Layer(path, bands, nodata, palette, unit=unit_of(item), quality=given.quality, order=given.order)
