"""The classes of labels: their values, names and colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...cards.card import Class
from ...cards.given.classes import colour_of
from ...errors import InputError
from ...files.text import one_line
from ...tables.class_colors import BACKGROUND_COLOR, class_colors
from ...vector.label_fields import Label, folded, whole_number
from ..folder import MOST_CLASSES
from .layers import LabelLayer

LARGEST_VALUE = 65534  # of a class; uint16 with nodata 65535
SHOWN = 8  # classes listed in a message
BACKGROUND = "background"


@dataclass(frozen=True)
class Legend:
    """``classes``, and the class value of each label. ``background``: class value of unlabelled pixels.

    ``notes``: messages on labels that were interpreted or renumbered.
    """

    classes: tuple[Class, ...]
    values: Mapping[Any, int]
    background: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def dtype(self) -> np.dtype:
        """The data type of a raster of the class values and nodata."""
        return np.dtype(np.uint8 if self.classes[-1].value < 255 else np.uint16)

    @property
    def nodata(self) -> int:
        return int(np.iinfo(self.dtype).max)

    def name(self, label: Any) -> str:
        """The name of the class of a label."""
        value = self.values[label]
        return next(item.name for item in self.classes if item.value == value)


def legend_of(
    layers: Sequence[LabelLayer],
    values: Iterable[Label] = (),
    *,
    background: str | None = None,
    colors: Mapping[str, str] | None = None,
) -> Legend:
    """The classes of label layers; ``values``: found in class rasters; ``colors``: take precedence over the layers'.

    Integers are the classes' values; texts are sorted and numbered from 1. ``background``: the name ('': the default)
    of class 0, for unlabelled pixels; a class of the value 0, or of that name, is the same. InputError where numbers
    and texts are mixed, or there are too many classes.
    """
    labels: set[Any] = set(values)
    for layer in layers:
        labels |= {label for label in (layer.features.labels if layer.features else ()) if label is not None}
    names = {value: name for layer in reversed(layers) for value, name in layer.names.items() if name}
    numbered, notes = _numbered(labels, names)
    if numbered is None:  # names alone
        spelled: dict[str, str] = {}
        for text in sorted(map(str, labels)):
            spelled.setdefault(folded(text), text)
        if background is not None:
            spelled.pop(folded(background or BACKGROUND), None)
        order_of = {key: i for i, key in enumerate(sorted(spelled, key=lambda key: spelled[key].casefold()), start=1)}
        numbered = {label: order_of.get(folded(str(label)), 0) for label in labels}
        names = {value: spelled[key] for key, value in order_of.items()}
    else:
        names = {**_padded(numbered), **names}
    own = {value: str(value) for value in numbered.values()}
    used = set(numbered.values())
    if used and (min(used) < 0 or max(used) > LARGEST_VALUE):
        order = _renumbered(used, background is not None)
        names = {order[value]: names.get(value, str(value)) for value in used}
        own = {order[value]: str(value) for value in used}
        numbered = {label: order[value] for label, value in numbered.items()}
        used = set(order.values())
        notes += (_renumbering_note(order),)
    if background is not None:
        names = {**names, 0: background or names.get(0) or BACKGROUND}
        used |= {0}
    if len(used) > MOST_CLASSES:
        raise InputError(
            f"The labels have {len(used)} different values, so they are not classes.",
            f"Choose a field or raster with at most {MOST_CLASSES} classes.",
        )
    palettes = [colors or {}, *(layer.colors for layer in layers)]
    classes = _classes(sorted(used), names, own, palettes, background is not None)
    return Legend(classes, numbered, 0 if background is not None else None, notes)


def legend_of_names(names: Collection[str]) -> Legend:
    """The classes of names, such as those of folders or annotations; names in digits count as names."""
    numbers = {number: name for name in names if (number := whole_number(name)) is not None}
    return legend_of([LabelLayer("", "", names=numbers)], names)


def check_classes(legend: Legend, layers: Sequence[LabelLayer]) -> None:
    """InputError where there are fewer than two classes."""
    if len(legend.classes) > 1:
        return
    fields = all(layer.has_field for layer in layers)
    raise InputError(
        f"All labels are of one class, '{legend.classes[0].name}', and training needs at least two."
        if legend.classes
        else "The labels have no class.",
        "Let unlabelled pixels be background (UNLABELLED=background), or label another class too"
        + ("." if fields else " and choose the field that holds the classes (CLASS_FIELD)."),
    )


def single_features(layers: Sequence[LabelLayer]) -> list[tuple[str, str]]:
    """(label, kind of feature) for each label of a single feature."""
    counts = Counter(label for layer in layers if layer.features for label in layer.features.labels)
    kind = next((layer.features.kind for layer in layers if layer.features), "")
    return sorted((str(label), kind[:-1]) for label, n in counts.items() if n == 1 and label is not None)


def _classes(
    values: Sequence[int],
    names: Mapping[int, str],
    keys: Mapping[int, str],
    colors: Sequence[Mapping[str, str]],
    background: bool,
) -> tuple[Class, ...]:
    """The classes of values. ``keys``: the layers' own class values, as used in ``colors``."""
    titles = [title_of(names.get(value, f"class {value}")) for value in values]
    repeated = {title for title, n in Counter(titles).items() if n > 1}
    titles = [f"{title} ({value})" if title in repeated else title for title, value in zip(titles, values)]
    stated = [
        colour_of(next((table[key] for table in colors for key in (known, name) if key in table), ""))
        for known, name in (
            (keys.get(value, str(value)), names.get(value, title)) for value, title in zip(values, titles)
        )
    ]
    if background and 0 in values:
        stated[values.index(0)] = stated[values.index(0)] or BACKGROUND_COLOR
    chosen = class_colors(titles, stated)
    return tuple(Class(value, title, colour) for value, title, colour in zip(values, titles, chosen))


def title_of(name: str) -> str:
    """A class name: in one line, without the separator of names in tables."""
    return " ".join(one_line(name).replace(";", ",").split())


Numbered = tuple[dict[Label, int] | None, tuple[str, ...]]


def _numbered(labels: Iterable[Any], names: Mapping[int, str]) -> Numbered:
    """The class values of labels that are numbers, digits, or names of numbers; None: all are names. With notes."""
    numbers = {label: label if isinstance(label, int) else whole_number(str(label)) for label in labels}
    values = {label: number for label, number in numbers.items() if number is not None}
    texts = [str(label) for label, number in numbers.items() if number is None]
    counted = any(isinstance(label, int) for label in values)
    if not texts:
        alike = _alike(values)
        if alike and not counted:
            note = f"{alike} are different texts, so the classes are names, and are renumbered."
            return None, (note,)
        return values, (f"{alike} are the same number, and so one class.",) if alike else ()
    if not counted:
        return None, ()
    by_name = {folded(name): value for value, name in names.items()}
    unknown = sorted(text for text in texts if folded(text) not in by_name)
    if unknown:
        raise InputError(
            f"Some labels are names, such as '{unknown[0]}', and others numbers, such as {next(iter(values))}.",
            "Choose fields of the same kind, or give the numbers names.",
        )
    return {**values, **{text: by_name[folded(text)] for text in texts}}, ()


def _alike(values: Mapping[Any, int]) -> str:
    """The first texts of the same number, such as "'01' and '1'"; '' where there are none."""
    first: dict[int, str] = {}
    for label in sorted(map(str, (label for label in values if isinstance(label, str)))):
        other = first.setdefault(values[label], label)
        if other != label:
            return f"'{other}' and '{label}'"
    return ""


def _padded(numbered: Mapping[Any, int]) -> dict[int, str]:
    """Names for classes that are texts of digits, where some have leading zeros, such as '01'."""
    texts = {value: str(label) for label, value in numbered.items() if whole_number(str(label)) is not None}
    if any(isinstance(label, int) for label in numbered) or all(text == str(value) for value, text in texts.items()):
        return {}
    return texts


def _renumbered(used: Iterable[int], background: bool) -> dict[int, int]:
    """New values from 1 on, in order; the background stays 0."""
    kept = sorted(set(used) - ({0} if background else set()))
    return {**({0: 0} if background and 0 in set(used) else {}), **{value: i for i, value in enumerate(kept, start=1)}}


def _renumbering_note(order: Mapping[int, int]) -> str:
    some = ", ".join(f"{old} is {new}" for old, new in list(order.items())[:SHOWN])
    more = f" and so on, {len(order)} in all" if len(order) > SHOWN else ""
    return (
        f"Class values are stored in 16 bits, from 0 to {LARGEST_VALUE}, and some of these are outside: the classes "
        f"are renumbered, {some}{more}. Their names are their former values."
    )
