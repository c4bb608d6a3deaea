"""The bands of a model in words: ``B2, B3, B4`` or ``red, green, blue``, in the order in which it takes them."""

from __future__ import annotations

import re

from ...errors import InputError
from ...files.json import parsed
from ...files.text import one_line, shortened
from ..card import Band
from ..card_schema import MOST_BANDS

SENTINEL = re.compile(r"B0?(\d)(A?)", re.IGNORECASE)  # bands whose names are written with a zero or without
NAMED = re.compile(r"(.+?)\s*(?:=|\((.+)\)$)\s*(.*)")  # 'B4 = red', 'B4 (red)'
LONGEST = 100_000  # characters
HINT = "Give the names in the network's order with commas between them, such as: B2, B3, B4, B8."


def bands_of(text: str) -> tuple[Band, ...]:
    """The bands, () for an empty text; InputError, which names BANDS, where a name is none."""
    text = text.strip()
    if len(text) > LONGEST:
        raise InputError(f"BANDS has {len(text)} characters.", HINT)
    if text.startswith("["):
        try:
            names = parsed(text)
        except ValueError:
            raise InputError("BANDS is no list in JSON.", HINT) from None
        names = [name.get("name") if isinstance(name, dict) else name for name in names]
    else:
        between = r"[,;\n]" if re.search(r"[,;\n]", text) else r"\s"
        names = [part.strip() for part in re.split(between, text)] if text else []
    for number, name in enumerate(names, 1):
        if not isinstance(name, str) or not one_line(name).strip() or len(name) > 255:
            raise InputError(f"BANDS: name {number} is {shortened(repr(name))}, which is none.", HINT)
    if len(names) > MOST_BANDS:
        raise InputError(f"BANDS names {len(names)} bands; {MOST_BANDS} at most can be used.", HINT)
    return tuple(band_of(one_line(name)) for name in names)


def band_of(name: str) -> Band:
    """A band by a name, as which 'B4' and 'B04' are the same; 'B4 (red)' and 'B4 = red' have another name."""
    found = NAMED.fullmatch(name)
    first, *others = [part.strip() for part in found.groups("") if part.strip()] if found else [name.strip()]
    twin = SENTINEL.fullmatch(first)
    if twin:
        digit, letter = twin.groups()
        other = f"B{digit}{letter}" if first[1] == "0" else f"B0{digit}" if not letter else ""
        others += [other] if other and other.lower() != first.lower() else []
    return Band(first, tuple(dict.fromkeys(others)))
