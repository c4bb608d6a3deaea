"""What the numbers of quality bands say of a pixel: its words, by the encodings that products have.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WORDS = ("cloud", "cirrus", "shadow", "snow", "water", "saturated")
CLASSES = {  # of cloud masks, from 0: name and colour
    "clear": "#e8e8e8",
    "cloud": "#d73027",
    "cirrus": "#fc8d59",
    "shadow": "#542788",
    "snow": "#67e0e6",
    "water": "#2b83ba",
    "saturated": "#fee090",
}
GROWING = ("cloud", "cirrus", "shadow")  # whose borders quality bands draw too narrow
FILL = "fill"  # nothing was measured: always left out
LARGEST = 65_535  # number of a quality band


@dataclass(frozen=True)
class Test:
    """Marks a number that is one of ``values``, or of whose ``bits`` one field (first bit, how many) has at least some
    value; ``least`` and ``most``: the numbers that it is for.
    """

    values: tuple[int, ...] = ()
    bits: tuple[tuple[int, int, int], ...] = ()
    least: int = 0
    most: int = LARGEST


SET = 1
MEDIUM, HIGH = 2, 3  # confidence of two bits
BEFORE_COLLECTIONS = 8192  # Landsat's BQA: numbers of Collection 1 are smaller, those before are larger

Encoding = Mapping[str, tuple[Test, ...]]


def _bit(*numbers: int) -> tuple[Test, ...]:
    return (Test(bits=tuple((number, 1, SET) for number in numbers)),)


def _values(*numbers: int) -> tuple[Test, ...]:
    return (Test(values=numbers),)


def _bqa(collection: tuple[int, int, int] | None, before: tuple[int, int, int] | None) -> tuple[Test, ...]:
    tests = []
    if collection is not None:
        tests.append(Test(bits=(collection,), most=BEFORE_COLLECTIONS - 1))
    if before is not None:
        tests.append(Test(bits=(before,), least=BEFORE_COLLECTIONS))
    return tuple(tests)


ENCODINGS: Mapping[str, Encoding] = {
    # Sentinel-2 L2A, scene classification (ESA, Level-2A Algorithm Theoretical Basis Document)
    "scl": {
        FILL: _values(0), "cloud": _values(8, 9), "cirrus": _values(10), "shadow": _values(3), "snow": _values(11),
        "water": _values(6), "saturated": _values(1),
    },
    # Landsat Collection 2 (USGS LSDS-1619); cloud with what is dilated
    "qa_pixel": {
        FILL: _bit(0), "cloud": _bit(1, 3), "cirrus": _bit(2), "shadow": _bit(4), "snow": _bit(5), "water": _bit(7),
    },
    "qa_radsat": {"saturated": _bit(0, 1, 2, 3, 4, 5, 6, 8)},
    # Landsat-8 Collection 1 (USGS LSDS-1873), and products before: medium confidence and more is cloud there
    "bqa": {
        FILL: _values(1), "cloud": _bqa((4, 1, SET), (14, 2, MEDIUM)), "cirrus": _bqa((11, 2, HIGH), (12, 2, HIGH)),
        "shadow": _bqa((7, 2, HIGH), None), "snow": _bqa((9, 2, HIGH), (10, 2, HIGH)),
        "water": _bqa(None, (4, 2, HIGH)), "saturated": _bqa((2, 2, SET), None),
    },
    # Fmask 3 and 4 (Zhu, Woodcock 2012, doi:10.1016/j.rse.2011.10.028), classes
    "fmask": {
        FILL: _values(255), "cloud": _values(4), "shadow": _values(2), "snow": _values(3), "water": _values(1),
    },
    # Fmask of the Harmonized Landsat Sentinel-2 products, version 2: bits; cloud with what is next to it
    "hls": {
        FILL: _values(255), "cloud": _bit(1, 2), "cirrus": _bit(0), "shadow": _bit(3), "snow": _bit(4),
        "water": _bit(5),
    },
}  # fmt: skip
NAMES = (  # what a file is called by, as a pattern in small letters, and its encoding
    (r"(^|[_.])scl($|[_.])", "scl"),
    (r"qa_pixel|pixel_qa", "qa_pixel"),
    (r"qa_radsat|radsat_qa", "qa_radsat"),
    (r"(^|[_.])bqa($|[_.])", "bqa"),
    (r"(^|[_.])hls\..*fmask", "hls"),
    (r"fmask", "fmask"),
)
UDM2 = {"cloud": 6, "shadow": 3, "snow": 2}  # bands of Planet's usable data mask that are 1 where it is so
