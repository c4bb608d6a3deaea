"""Classes in a field of a vector layer: whole numbers, or cleaned texts; None where the field is empty."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..files.text import one_line

Label = int | str | None  # None: not known
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")  # as many digits as 64 bits hold


def class_labels(values: NDArray, path: str, field: str | None) -> list[Label]:
    """The classes in a field: whole numbers or text, None where it is empty. InputError for other numbers, and lists.

    Texts that differ in case or blanks only are one class, spelled as the first of them.
    """
    if values.dtype.kind in "bui":
        return [int(value) for value in values]
    if values.dtype.kind == "f":
        known = np.isfinite(values)
        odd = values[known][values[known] != np.rint(values[known])]
        if odd.size:
            raise InputError(
                f"The field '{field}' of {path} holds numbers such as {odd[0]:.6g}, so these are no classes.",
                "Choose a field of whole numbers or text.",
            )
        return [int(value) if ok else None for value, ok in zip(values, known)]
    rows = values.tolist()
    if any(isinstance(value, (list, np.ndarray)) for value in rows):
        raise InputError(f"The field '{field}' of {path} holds lists.", "Choose a field with one class a feature.")
    texts = [label_text(value) for value in rows]
    spelling: dict[str, str] = {}
    return [None if text is None else spelling.setdefault(folded(text), text) for text in texts]


def spellings(values: NDArray) -> list[tuple[str, ...]]:
    """The texts in a field that ``class_labels`` takes for one class, for each class of which there are several."""
    found: dict[str, dict[str, None]] = {}
    for value in values.tolist() if values.dtype.kind == "O" else ():
        text = label_text(value)
        if text is not None:
            found.setdefault(folded(text), {})[text] = None
    return [tuple(texts) for texts in found.values() if len(texts) > 1]


def label_text(value: Any) -> str | None:
    """A value of any field as the name of a class; None for none: null, not a number, no date, blank."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # numbers among which one is missing
    return " ".join(one_line(str(value)).split()) or None


def folded(text: str) -> str:
    """A name by which those that differ in case or blanks only are the same."""
    return " ".join(text.casefold().split())


def whole_number(text: str) -> int | None:
    """The number that a text is in digits; None for any other text."""
    return int(text) if WHOLE.fullmatch(text) else None
