"""Which band of a raster is red, near infrared and so on: by its description. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import MismatchError
from ..tables.sensors import AUTO, COMMON, SENSORS
from .card import Band

BACKSCATTER = Band("VV", ("VH", "HH", "HV"))  # of radar, by its polarisation


def found_bands(names: Sequence[str], descriptions: Sequence[str | None], sensor: str = AUTO) -> tuple[int, ...]:
    """The places (from 1) of the bands of an expression. MismatchError for the first that is not there.

    ``names``: ``band3``, a common name (``COMMON``), or what the bands are described by. ``sensor``: whose band numbers
    the descriptions have, a key of ``SENSORS``; auto: told from them.
    """
    return tuple(_found(name, descriptions, sensor) for name in names)


def sensor_of(descriptions: Sequence[str | None]) -> str:
    """The sensor whose band numbers the descriptions have; '' where they do not tell."""
    numbers = {number for text in descriptions for number in band_numbers(text)}
    if numbers & {"8a", "12"} or ({"8", "11"} <= numbers and "10" not in numbers):
        return "sentinel-2"
    surface = any("sr_b6" in (text or "").lower() for text in descriptions)  # of earlier Landsats, B6 is thermal
    return "landsat-8" if surface or (numbers & {"9", "10"} and numbers & {"5", "6"}) else ""


def _found(name: str, descriptions: Sequence[str | None], sensor: str) -> int:
    numbered = re.fullmatch(r"band_?(\d{1,5})", name.lower())
    if numbered:
        place = int(numbered.group(1))
        if 1 <= place <= len(descriptions):
            return place
        raise MismatchError(f"There is no band {place}: the raster has {len(descriptions)}.", "Choose another one.")
    if name.lower() not in COMMON:
        hits = [i for i, text in enumerate(descriptions, 1) if Band(name).matches(text)]
        exact = [i for i in hits if (descriptions[i - 1] or "").strip().lower() == name.lower()]
        if hits:
            return (exact or hits)[0]
        raise _missing(name, descriptions, "")
    return _shown(name.lower(), descriptions, sensor)


def _shown(name: str, descriptions: Sequence[str | None], sensor: str) -> int:
    """The place of a common band: by its name, else by its number."""
    own = sensor_of(descriptions) if sensor == AUTO else sensor
    number = SENSORS.get(own, {}).get(name, "")
    by_number = [i for i, text in enumerate(descriptions, 1) if number and number in band_numbers(text)]
    if sensor != AUTO and by_number:
        return by_number[0]
    by_name = [i for i, text in enumerate(descriptions, 1) if Band(name, COMMON[name]).matches(text)]
    both = [i for i in by_name if i in by_number]
    if both or by_name or by_number:
        return (both or by_name or by_number)[0]
    told = f" (bands numbered as of {own})" if own else ""
    raise _missing(name, descriptions, told)


def band_numbers(text: str | None) -> set[str]:
    """The band numbers in a description: 'B08' -> {'8'}, 'SR_B5' -> {'5'}, 'Band 3' -> {'3'}."""
    found = re.findall(r"(?:^|[^a-z0-9])(?:b|band[ _]?)0*(\d{1,2}a?)(?![a-z0-9])", (text or "").lower())
    return set(found)


def _missing(name: str, descriptions: Sequence[str | None], told: str) -> MismatchError:
    has = ", ".join(text or f"band {i}" for i, text in enumerate(descriptions, 1)) or "none"
    hint = "Choose the SENSOR whose band numbers these are, or write the index as an expression, such as band1."
    return MismatchError(f"No band is called {name}{told}: there are {has}.", hint)
