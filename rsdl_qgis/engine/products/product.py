"""A product: its bands, what their numbers stand for, and what its quality bands mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InputError
from ..tables.quality import Test
from .backscatter import Calibration


@dataclass(frozen=True)
class ProductBand:
    """A band of a product. ``path``: what GDAL opens, and ``number`` the band in it.

    ``names``: what the band shows (``red``); ``wavelength``: its centre in micrometres. ``gain`` and ``offset``: by
    which a stored number becomes reflectance, 0 to about 1; None where it is not known to be one, and the numbers are
    what the file says. ``nodata``: a stored number that is none. ``calibration``: of a radar image in its own geometry.
    """

    name: str
    path: str
    number: int = 1
    names: tuple[str, ...] = ()
    wavelength: float | None = None
    gain: float | None = None
    offset: float = 0.0
    nodata: float | None = None
    calibration: Calibration | None = None

    @property
    def description(self) -> str:
        """'B04 red', as bands of rasters are described."""
        return " ".join(dict.fromkeys((self.name, *self.names)))


@dataclass(frozen=True)
class Flag:
    """The pixels of a quality band for which a ``test`` holds; ``word``: what that says of them."""

    path: str
    test: Test
    number: int = 1
    word: str = ""


@dataclass(frozen=True)
class Product:
    """A product as it is delivered. ``sensor``: a key of ``tables.sensors.SENSORS``, or '' where it is not known.

    ``flags``: of each word (``cloud``) the pixels that it marks. ``saturation``: the reflectance that true-colour
    images of the product show as 255. ``notes``: what there is to tell of it. ``cloud``: the part of it under clouds in
    percent, as its metadata say. ``scenes``: of a mosaic, the text that names each scene, and the scene.
    """

    title: str
    sensor: str
    bands: tuple[ProductBand, ...]
    level: str = ""
    date: str = ""
    flags: Mapping[str, tuple[Flag, ...]] = field(default_factory=dict)
    saturation: float = 0.3558
    notes: tuple[str, ...] = ()
    cloud: float | None = None
    scenes: tuple[tuple[str, Product], ...] = ()

    @property
    def descriptions(self) -> tuple[str, ...]:
        return tuple(band.description for band in self.bands)

    def chosen(self, numbers: Sequence[int] | None) -> tuple[ProductBand, ...]:
        """The bands of these numbers, from 1, in their order; None: all. InputError where there is no such band."""
        if numbers is None:
            return self.bands
        wrong = next((number for number in numbers if not 1 <= number <= len(self.bands)), None)
        if wrong is not None:
            raise InputError(
                f"{self.title} has no band {wrong}: it has {len(self.bands)}.",
                f"Choose bands between 1 and {len(self.bands)}.",
            )
        return tuple(self.bands[number - 1] for number in numbers)


def once(title: str, found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Paths by the names of bands. InputError where a band is there twice."""
    paths: dict[str, str] = {}
    for name, path in found:
        if name in paths:
            raise InputError(
                f"{title} has band {name} twice: {_last(paths[name])} and {_last(path)}.",
                "Leave one of the files out, or give the files of one image, divided by ';'.",
            )
        paths[name] = path
    return paths


def one_date(title: str, dates: Mapping[str, str]) -> str:
    """The date that files (by their names) have, '' where none is known. InputError where they differ."""
    known = {date: name for name, date in dates.items() if date}
    if len(known) > 1:
        (first, one), (second, other) = sorted(known.items())[:2]
        raise InputError(
            f"The files of {title} are of several dates: {_last(one)} of {first}, {_last(other)} of {second}.",
            "Give the files of one date; a product for each date where several are needed.",
        )
    return next(iter(known), "")


def percent(text: str | None) -> float | None:
    """A percentage of metadata; None where there is none."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number <= 100 else None


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
