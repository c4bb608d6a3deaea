"""What the quality bands of products mark, and what of it a job leaves out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..tables.quality import ENCODINGS, FILL, NAMES, WORDS, Test
from .files import last
from .product import Flag, Product

KNOWN = "SCL, QA_PIXEL, BQA, Fmask"


@dataclass(frozen=True)
class Quality:
    """Pixels that are not to be used: those that a quality band marks by ``words``, or that have one of the ``values``.

    ``path``: the quality band; '': the product's own.
    """

    words: tuple[str, ...] = ()
    path: str = ""
    values: tuple[int, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Quality | None:
        """As a job says it; None where nothing is left out."""
        if not given or not (given.get("words") or given.get("values")):
            return None
        return cls(tuple(given.get("words") or ()), given.get("path") or "", tuple(given.get("values") or ()))


def encoding_of(path: str) -> str:
    """The encoding of a quality band by its file's name, '' where that does not tell."""
    name = last(path).lower()
    return next((encoding for pattern, encoding in NAMES if re.search(pattern, name)), "")


def flags_of(files: Mapping[str, str]) -> dict[str, tuple[Flag, ...]]:
    """What quality bands mark, by words; ``files``: what GDAL opens, by names."""
    found: dict[str, list[Flag]] = {}
    for name, path in files.items():
        for word, tests in ENCODINGS.get(encoding_of(name), {}).items():
            found.setdefault(word, []).extend(Flag(path, test, word=word) for test in tests)
    return {word: tuple(flags) for word, flags in found.items()}


def flagged(quality: Quality, product: Product | None) -> tuple[Flag, ...]:
    """The pixels to leave out. InputError where no quality band says it."""
    if quality.values:
        if not quality.path:
            raise InputError(
                "Values of a quality band are given, and no quality band is.", "Give the raster that has the values."
            )
        values = Flag(quality.path, Test(values=quality.values))
        if not quality.words:
            return (values,)
    chosen = [flag for word in (*quality.words, FILL) for flag in flags_for(quality, product, word)]
    return (*chosen, *([values] if quality.values else []))


def flags_for(quality: Quality, product: Product | None, word: str) -> tuple[Flag, ...]:
    """The pixels that a word marks, or that were not measured. InputError where no quality band says it."""
    found = flags_of({quality.path: quality.path}) if quality.path else dict(product.flags) if product else {}
    where = last(quality.path) if quality.path else product.title if product else "The raster"
    if not found:
        if quality.path:
            problem = f"The name of {where} does not say which quality band it is ({KNOWN})."
            raise InputError(problem, "Give the numbers that are to be left out, or name it as in the product.")
        raise InputError(
            f"{where} has no quality band ({KNOWN}) that could say where {_listed(quality.words)} is.",
            "Give the quality band itself, or leave the choice of words empty.",
        )
    if word not in found and word != FILL:
        known = [one for one in WORDS if one in found]
        raise InputError(
            f"The quality band of {where} does not say where {word} is; it says where {_listed(known)} is.",
            "Choose among these.",
        )
    return found.get(word, ())


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + words[-1] if words else "nothing"
