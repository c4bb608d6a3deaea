"""Numbers taken for nodata in a raster that declares none, though they look like classes or values.

==================  ===============================================================================================
in class rasters    -99, -128, -999, -9999, -32768, -99999, -999999, -2147483648; and the largest number, if it is
                    255, 9999, 32767, 65535, 2147483647 or 4294967295, there are two others at least, and these are
                    below half of it or counted up from 0 or 1: beside 0 alone 255 is the other class of a mask
in number rasters   -9999, -32768, -99999, -999999, -2147483648
in both             what is 1e20 or more, with either sign
==================  ===============================================================================================

A class that has a name, or that a vector layer has as well, is never nodata.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

LOW_NUMBERS = (-9999, -32_768, -99_999, -999_999, -(2**31))
LOW_CLASSES = (-99, -128, -999, *LOW_NUMBERS)
HIGH_CLASSES = (255, 9999, 32_767, 65_535, 2**31 - 1, 2**32 - 1)
HUGE = 1e20  # with either sign, in numbers with a fraction
LEAST_OTHERS = 2  # values besides a high one, for it to be nodata


def filling_classes(found: Iterable[float], known: Collection[object] = ()) -> tuple[float, ...]:
    """The values of a class raster that are taken for nodata; ``known``: classes that are not."""
    values = sorted(set(found))
    low = [value for value in values if abs(value) >= HUGE or (value in LOW_CLASSES and value not in known)]
    rest = [value for value in values if value not in low]
    if len(rest) <= LEAST_OTHERS or rest[-1] not in HIGH_CLASSES or rest[-1] in known:
        return tuple(low)
    counted = rest[0] in (0, 1) and rest[-2] - rest[0] == len(rest) - 2
    return (*low, rest[-1]) if counted or rest[-2] < rest[-1] // 2 else tuple(low)


def filling_numbers(found: Iterable[float]) -> tuple[float, ...]:
    """The values of a raster of numbers that are taken for nodata."""
    return tuple(sorted(value for value in set(found) if value in LOW_NUMBERS or abs(value) >= HUGE))
