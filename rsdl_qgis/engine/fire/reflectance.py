"""Rasters as the reflectances that the rules take: which bands are which, and what their numbers stand for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..cards.landsat import landsat_bands
from ..errors import InputError
from ..feedback import Report
from ..prediction.request import AskedRaster
from ..products.landsat_level1 import read_product
from ..raster.grid import Window
from ..raster.source import Layer, RasterSource, inspect
from ..tables.fire import BANDS, GAIN, OFFSET, SUN_CORRECTED
from .context import Flags, Place
from .request import FireRequest
from .rules import MARGIN, Scene

FILL = 0  # a digital number that stands for no data
FULL = 65_535  # the digital number of what is saturated
SATURATION = "saturation"  # the name of that input
MOST = 10.0  # reflectance: what is above is none; the brightest fires have about 2
LEAST = 2.0  # digital numbers: where none is above, they are none


@dataclass(frozen=True)
class Bands:
    """The inputs of a job, and how their numbers become reflectance.

    ``inputs``: as ``RasterSource`` takes them; ``order``: the input and the place in it (from 0) of bands 1 to 7.
    ``gains``: of digital numbers (see ``products.landsat_level1``), empty where the numbers are reflectance; ``sine``:
    of the sun's elevation, None where it is not known. ``bits``: of the saturation's numbers, those that count.
    """

    inputs: Mapping[str, Sequence[Layer]]
    order: Sequence[tuple[str, int]]
    gains: Sequence[tuple[float, float]] = ()
    sine: float | None = None
    bits: int = 0
    notes: tuple[str, ...] = ()
    files: Sequence[str] = field(default_factory=tuple)  # what is read

    def scene(self, source: RasterSource, window: Window, margin: int = MARGIN) -> Scene:
        """A window of the source with so many pixels around it."""
        wide = Window(window.row - margin, window.col - margin, window.height + 2 * margin, window.width + 2 * margin)
        read = source.read(wide)
        stored = {n: read[name][0, place] for n, (name, place) in zip(BANDS, self.order)}
        valid = ~np.logical_or.reduce([np.ma.getmaskarray(band) for band in stored.values()])
        if self.gains:
            valid &= np.logical_and.reduce([band.data != FILL for band in stored.values()])
        saturated = self._saturated(read, stored) & valid
        own = {n: np.where(valid, band.data, np.nan).astype(np.float64, copy=False) for n, band in stored.items()}
        apparent, corrected = self._reflectances(own)
        place = Place(source.grid.height, source.grid.width, wide.row, wide.col)
        return Scene(apparent, corrected, saturated, place, margin)

    def _reflectances(self, own: dict[int, np.ndarray]) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
        """Without and with the correction for the sun; the same where its height is not known."""
        if self.gains:
            own = {n: own[n] * multiplied + added for n, (multiplied, added) in zip(BANDS, self.gains)}
            return own, own if self.sine is None else {n: band / self.sine for n, band in own.items()}
        return own if self.sine is None else {n: band * self.sine for n, band in own.items()}, own

    def _saturated(self, read: Mapping[str, np.ma.MaskedArray], stored: Mapping[int, np.ma.MaskedArray]) -> Flags:
        found = np.zeros(stored[7].shape, bool)
        if SATURATION in read:
            flags = read[SATURATION][0, 0]
            told = flags.data.astype(np.int64) & self.bits if self.bits else flags.data
            found |= (told != 0) & ~np.ma.getmaskarray(flags)
        if self.gains:
            found |= (stored[6].data == FULL) | (stored[7].data == FULL)
        return found


def bands_of(request: FireRequest) -> Bands:
    """The bands that a job asks for. InputError where they cannot be used, or the sun's height is needed."""
    return _of_product(request) if request.product else _of_layers(request)


def check_values(source: RasterSource, bands: Bands, report: Report) -> None:
    """InputError where a sample of the rasters holds no numbers of the kind that they are said to have."""
    sample = source.sample()
    found = [float(sample[name][0, place].max()) for name, place in bands.order if sample[name][0, place].count()]
    if not found:
        report.log("warning", "No valid pixel was found in a sample of the rasters: the map may be all nodata.")
        return
    largest = max(found)
    if bands.gains and largest <= LEAST:
        raise InputError(
            f"The rasters hold values up to {largest:g}, which are no digital numbers.",
            "Choose 'reflectance' as what the values are (VALUES).",
        )
    if not bands.gains and largest > MOST:
        raise InputError(
            f"The rasters hold values up to {largest:g}; reflectance lies between 0 and about 2.",
            "Choose 'dn' (VALUES) for digital numbers of Level 1, with SUN_ELEVATION; else give the file its scale, "
            "such as 0.0001.",
        )


def _of_product(request: FireRequest) -> Bands:
    product = read_product(Path(str(request.product)), list(BANDS))
    files = {f"B{number}": str(path) for number, path in product.bands.items()}
    inputs = {name: [Layer(path, (1,), request.nodata, stored=True)] for name, path in files.items()}
    if product.quality is not None:
        inputs[SATURATION] = [Layer(str(product.quality), (1,), stored=True)]
    told = f"Sun elevation {product.sun_elevation:g}°; saturated pixels " + (
        "by their digital numbers alone." if product.quality is None else f"by {product.quality.name}."
    )
    return Bands(
        inputs,
        [(name, 0) for name in files],
        [product.gains[number] for number in BANDS],
        math.sin(math.radians(product.sun_elevation)),
        product.saturated,
        (*(text for text in product.facts.values() if text), told),
        [str(product.metadata), *files.values()],
    )


def _of_layers(request: FireRequest) -> Bands:
    chosen, notes = _chosen(request.layers)
    is_dn, sun = request.values == "dn", request.sun_elevation
    corrected = [rule for rule in request.rules if rule in SUN_CORRECTED]
    if is_dn and sun is None and corrected:
        raise InputError(
            f"The height of the sun is not known, and {' and '.join(corrected)} take reflectance corrected for it.",
            "Give SUN_ELEVATION in degrees, as in the scene's MTL.txt.",
        )
    if not is_dn and sun is None and len(corrected) < len(request.rules):
        notes = (*notes, "SUN_ELEVATION is not given: schroeder takes the reflectance as it is.")
    inputs, order = _grouped(chosen)
    if request.saturation is not None:
        saturation = request.saturation
        inputs[SATURATION] = [Layer(saturation.path, (saturation.bands or (1,))[:1], saturation.nodata, stored=True)]
    sine = None if sun is None else math.sin(math.radians(sun))
    return Bands(inputs, order, [(GAIN, OFFSET)] * len(BANDS) if is_dn else (), sine, notes=notes)


def _chosen(asked: Sequence[AskedRaster]) -> tuple[list[tuple[AskedRaster, int]], tuple[str, ...]]:
    """Bands 1 to 7, each by its raster and its place in that, from 1; and what is to be told."""
    if any(raster.bands is None for raster in asked):
        return _by_name(asked)
    given = [(raster, band) for raster in asked for band in raster.bands or ()]
    if len(given) != len(BANDS):
        raise InputError(
            f"{len(given)} band(s) are given, and there have to be 7.", "Give bands 1 to 7, in that order."
        )
    return given, ()


def _by_name(asked: Sequence[AskedRaster]) -> tuple[list[tuple[AskedRaster, int]], tuple[str, ...]]:
    """Bands by their descriptions, a file of one band by its name too; else the first seven in order."""
    texts: list[str] = []
    places: list[tuple[AskedRaster, int]] = []
    for raster in asked:
        info = inspect(Layer(raster.path, raster.bands))
        name = Path(raster.path).stem if info.count == 1 else ""
        texts += [text or name for text in info.descriptions]
        places += [(raster, band) for band in info.bands]
    numbers, named = landsat_bands(texts)
    note = () if named else ("No band names: the first seven bands are taken for Landsat's bands 1 to 7.",)
    return [places[number - 1] for number in numbers], note


def _grouped(chosen: Sequence[tuple[AskedRaster, int]]) -> tuple[dict[str, list[Layer]], list[tuple[str, int]]]:
    """The inputs of a source, one a raster, and the place in them of each of the bands."""
    rasters = list(dict.fromkeys(raster for raster, _ in chosen))
    names = {raster: f"raster {i + 1}" for i, raster in enumerate(rasters)}
    bands = {raster: tuple(band for one, band in chosen if one == raster) for raster in rasters}
    inputs = {names[r]: [Layer(r.path, bands[r], _nodata(r, bands[r]))] for r in rasters}
    return inputs, [(names[raster], bands[raster].index(band)) for raster, band in chosen]


def _nodata(raster: AskedRaster, bands: Sequence[int]) -> float | tuple[float | None, ...] | None:
    """The nodata of some of a raster's bands, where it has one for each of those given."""
    if not isinstance(raster.nodata, tuple) or raster.bands is None:
        return raster.nodata
    return tuple(raster.nodata[raster.bands.index(band)] for band in bands)
