"""The classes that labels tell: their values, names and colours."""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...cards.card import Class
from ...errors import InputError
from ...files.text import one_line
from ...vector.label_fields import Label, folded, whole_number
from ..folder import MOST_CLASSES
from .layers import LabelLayer

LARGEST_VALUE = 65534  # of a class; uint16 with nodata 65535
SHOWN = 8  # classes that a message lists
BACKGROUND = "background"
BACKGROUND_COLOUR = "#d9d9d9"
COLOURS = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#bcbd22", "#17becf", "#393b79"),
    *("#e6ab02", "#66a61e", "#a6761d", "#e7298a", "#7570b3", "#1b9e77", "#d95f02", "#08519c", "#fb9a99", "#b2df8a"),
)


@dataclass(frozen=True)
class Legend:
    """``classes``, and the value of the class that each label means. ``background``: of ground without a label.

    ``notes``: what of the labels was taken otherwise than they say.
    """

    classes: tuple[Class, ...]
    values: Mapping[Any, int]
    background: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def dtype(self) -> np.dtype:
        """Of a raster of the class values and its nodata."""
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
    """The classes of label layers; ``values``: those found in class rasters; ``colors``: before those of the layers.

    Whole numbers are the classes' values; texts are sorted and numbered from 1. ``background``: the name ('': as usual)
    of class 0, of ground without a label; a class with the value 0, or of that name, is the same. Raises InputError
    where numbers and texts do not go together, or there are too many classes.
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
        notes += (_told(order),)
    if background is not None:
        names = {**names, 0: background or names.get(0) or BACKGROUND}
        used |= {0}
    if len(used) > MOST_CLASSES:
        raise InputError(
            f"The labels hold {len(used)} different values, so they tell no classes.",
            f"Choose a field or raster with at most {MOST_CLASSES} classes.",
        )
    told = [colors or {}, *(layer.colors for layer in layers)]
    classes = _classes(sorted(used), names, own, told, background is not None)
    return Legend(classes, numbered, 0 if background is not None else None, notes)


def legend_of_names(names: Collection[str]) -> Legend:
    """The classes of names, such as folders or annotations bear; names in digits are names all the same."""
    numbers = {number: name for name in names if (number := whole_number(name)) is not None}
    return legend_of([LabelLayer("", "", names=numbers)], names)


def check_classes(legend: Legend, layers: Sequence[LabelLayer]) -> None:
    """InputError where there are fewer than two classes."""
    if len(legend.classes) > 1:
        return
    fields = all(layer.has_field for layer in layers)
    raise InputError(
        f"All labels are of one class, '{legend.classes[0].name}', so there is nothing to tell it from."
        if legend.classes
        else "The labels tell no class.",
        "Let what is not labelled be background (UNLABELLED=background), or label another class too"
        + ("." if fields else " and choose the field that holds the classes (CLASS_FIELD)."),
    )


def single_features(layers: Sequence[LabelLayer]) -> list[tuple[str, str]]:
    """(label, what it has one of) for each label that just one feature has."""
    counts = Counter(label for layer in layers if layer.features for label in layer.features.labels)
    kind = next((layer.features.kind for layer in layers if layer.features), "")
    return sorted((str(label), kind[:-1]) for label, n in counts.items() if n == 1 and label is not None)


def palette(count: int) -> list[str]:
    """Colours that are told apart well, as '#rrggbb'."""
    more = (colorsys.hsv_to_rgb(i * 0.618034 % 1, 0.45 + 0.5 * (i % 3) / 2, 0.95 - 0.4 * (i % 2)) for i in range(count))
    return [*COLOURS, *("#" + bytes(round(255 * c) for c in colour).hex() for colour in more)][:count]


def _classes(
    values: Sequence[int],
    names: Mapping[int, str],
    keys: Mapping[int, str],
    colors: Sequence[Mapping[str, str]],
    background: bool,
) -> tuple[Class, ...]:
    """``keys``: the values that the layers know the classes by, as ``colors`` name them."""
    titles = [title_of(names.get(value, f"class {value}")) for value in values]
    repeated = {title for title, n in Counter(titles).items() if n > 1}
    titles = [f"{title} ({value})" if title in repeated else title for title, value in zip(titles, values)]
    own = iter(palette(len(values)))
    chosen = [BACKGROUND_COLOUR if background and value == 0 else next(own) for value in values]
    asked = [
        next((told[key] for told in colors for key in (known, name) if key in told), None)
        for known, name in (
            (keys.get(value, str(value)), names.get(value, title)) for value, title in zip(values, titles)
        )
    ]
    return tuple(
        Class(value, title, told or colour) for value, title, told, colour in zip(values, titles, asked, chosen)
    )


def title_of(name: str) -> str:
    """A name as that of a class: in a line, without what divides names in tables."""
    return " ".join(one_line(name).replace(";", ",").split())


Numbered = tuple[dict[Label, int] | None, tuple[str, ...]]


def _numbered(labels: Iterable[Any], names: Mapping[int, str]) -> Numbered:
    """The class values of labels that are numbers, in digits or by names that numbers have; None: all are names.

    With what is to be told of them.
    """
    numbers = {label: label if isinstance(label, int) else whole_number(str(label)) for label in labels}
    values = {label: number for label, number in numbers.items() if number is not None}
    texts = [str(label) for label, number in numbers.items() if number is None]
    counted = any(isinstance(label, int) for label in values)
    if not texts:
        alike = _alike(values)
        if alike and not counted:
            note = f"{alike} are different texts, so the classes are names, and are numbered anew."
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
    """The first texts that are the same number, such as "'01' and '1'"; '' where there are none."""
    first: dict[int, str] = {}
    for label in sorted(map(str, (label for label in values if isinstance(label, str)))):
        other = first.setdefault(values[label], label)
        if other != label:
            return f"'{other}' and '{label}'"
    return ""


def _padded(numbered: Mapping[Any, int]) -> dict[int, str]:
    """Names for classes that are texts in digits of which some are not written as numbers are, such as '01'."""
    texts = {value: str(label) for label, value in numbered.items() if whole_number(str(label)) is not None}
    if any(isinstance(label, int) for label in numbered) or all(text == str(value) for value, text in texts.items()):
        return {}
    return texts


def _renumbered(used: Iterable[int], background: bool) -> dict[int, int]:
    """Values from 1 on, in order; that of the background stays 0."""
    kept = sorted(set(used) - ({0} if background else set()))
    return {**({0: 0} if background and 0 in set(used) else {}), **{value: i for i, value in enumerate(kept, start=1)}}


def _told(order: Mapping[int, int]) -> str:
    some = ", ".join(f"{old} is {new}" for old, new in list(order.items())[:SHOWN])
    more = f" and so on, {len(order)} in all" if len(order) > SHOWN else ""
    return (
        f"Class numbers are kept in 16 bits, from 0 to {LARGEST_VALUE}, and not all of these can be: the classes are "
        f"numbered anew, {some}{more}. Their names tell the numbers they had."
    )
