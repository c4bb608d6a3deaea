"""The points of a sample as they come back from a person, with what their fields say of the design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...vector.class_layers import field_names, read_table
from ...vector.label_fields import Label, class_labels, label_text
from ...vector.point_index import middles
from ..class_matching import Entry
from .fields import NAMES, NEEDED, REFERENCE
from .request import SampleLayer

SAME = 1e-6  # relative: two areas that differ by less are one

NOT_DRAWN = (
    "An area and its interval need points that were drawn at random with a known chance. Points or polygons that "
    "somebody chose, such as training data, are where it was easy to look, and say nothing of the rest. Draw points "
    "with 'Draw assessment sample' (rsdl:drawassessmentsample)."
)


@dataclass(frozen=True)
class Stratum:
    """``units``: pixels, infinite where that is not known; ``drawn``: points, at least those in the layer."""

    label: Label
    name: str
    area: float
    units: float
    drawn: int

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.label, self.name) if part not in (None, ""))


@dataclass(frozen=True)
class SamplePoints:
    """(n,) points: place, stratum (an index of ``strata``), ground, class of the map, and what was found there.

    ``design``: '' where the layer does not say; ``total``: the area of all strata, those included of which no point is
    left; ``strays``: points that were added by hand.
    """

    places: NDArray[np.float64]
    crs: str | None
    stratum: NDArray[np.int64]
    ground: NDArray[np.float64]
    predicted: Sequence[Entry] | None
    reference: Sequence[Label]
    strata: tuple[Stratum, ...]
    design: str
    total: float
    strays: int = 0

    def __len__(self) -> int:
        return len(self.stratum)


def why_no_sample(layer: SampleLayer) -> str:
    """Why a layer is no sample from which areas can be estimated; '' if it is one."""
    fields = field_names(layer.file.path)
    missing = [layer.field(name) for name in NEEDED if layer.field(name) not in fields]
    if not missing:
        return ""
    listed = " and ".join(f"'{name}'" for name in missing)
    return f"{layer.title} is no probability sample that says how it was drawn: it has no field {listed}."


def read_sample(layer: SampleLayer) -> SamplePoints:
    """The points. InputError where they are no sample, or contradict one another."""
    path = layer.file.path
    if text := why_no_sample(layer):
        raise InputError(text, NOT_DRAWN)
    fields = set(field_names(path))
    if layer.field(REFERENCE) not in fields:
        raise InputError(
            f"{layer.title} has no field '{layer.field(REFERENCE)}' with what was found at the points.",
            "Choose the field with the answers in REFERENCE_FIELD.",
        )
    names = {name: layer.field(name) for name in NAMES if layer.field(name) in fields}
    meta, wkb, columns = read_table(path, list(dict.fromkeys(names.values())), "the points of a sample")
    table = {name: columns[own] for name, own in names.items()}
    strata = class_labels(table["stratum"], path, names["stratum"])
    placed = np.isfinite(places := middles(wkb)).all(1)
    kept = np.array([label is not None for label in strata], bool) & placed if len(strata) else placed
    if not kept.any():
        raise InputError(f"{layer.title} has no point with a stratum.", "Choose the layer that was drawn.")
    index = np.flatnonzero(kept)
    table = {name: values[index] for name, values in table.items()}
    labels = [strata[i] for i in index]
    check_once(table, layer)
    found = strata_of(labels, table, layer)
    order = {stratum.label: i for i, stratum in enumerate(found)}
    areas = sum(stratum.area for stratum in found)
    ground = numbers(table, "pixel_m2", len(index))
    if not (np.isfinite(ground) & (ground > 0)).all():
        ground = np.ones(len(index))
    answers = class_labels(table[REFERENCE], path, names[REFERENCE])
    return SamplePoints(
        places=places[index],
        crs=layer.file.crs or meta["crs"],
        stratum=np.array([order[label] for label in labels], np.int64),
        ground=ground,
        predicted=entries_of(table, path, names),
        reference=answers,
        strata=found,
        design=design_of(table),
        total=max(areas, float(np.nanmax(numbers(table, "total_m2", len(index), areas)))),
        strays=int((~kept).sum()),
    )


def numbers(table: dict[str, NDArray], name: str, count: int, missing: float = np.nan) -> NDArray[np.float64]:
    """(n,): a field of numbers; ``missing`` in place of what is empty, or of the whole field."""
    values = table.get(name)
    if values is None:
        return np.full(count, missing)
    try:
        found = np.array([np.nan if value is None else value for value in values.tolist()], np.float64)
    except (TypeError, ValueError):
        raise InputError(f"The field '{name}' of the sample holds no numbers.", "Choose another field.") from None
    return np.where(np.isnan(found), missing, found)


def check_once(table: dict[str, NDArray], layer: SampleLayer) -> None:
    """InputError where a point is there twice, as after a merge of layers."""
    ids = numbers(table, "id", 0)
    known = ids[np.isfinite(ids)]
    values, counts = np.unique(known, return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"Point {values[counts > 1][0]:g} of {layer.title} is there {counts.max()} times.",
            "Remove the copies: each point that was drawn counts once.",
        )


def strata_of(labels: Sequence[Label], table: dict[str, NDArray], layer: SampleLayer) -> tuple[Stratum, ...]:
    """The strata in order. InputError where points of one say different things of it."""
    count = len(labels)
    areas, units, drawn = (numbers(table, name, count) for name in ("stratum_m2", "stratum_px", "stratum_n"))
    texts = (
        [label_text(value) or "" for value in table["strat_name"].tolist()] if "strat_name" in table else [""] * count
    )
    keys = np.array([str(label) for label in labels], object)
    found = []
    for label in sorted(set(labels), key=lambda value: (isinstance(value, str), value)):
        own = np.flatnonzero(keys == str(label))
        area = areas[own]
        if not (np.isfinite(area) & (area > 0)).all() or np.ptp(area) > SAME * area.max():
            raise InputError(
                f"The points of stratum {label} of {layer.title} do not agree on its area "
                f"('{layer.field('stratum_m2')}').",
                "It has to be the same number above 0 at each of them: the area of the whole stratum.",
            )
        number = units[own][np.isfinite(units[own])]
        asked = drawn[own][np.isfinite(drawn[own])]
        found.append(
            Stratum(
                label,
                next((texts[i] for i in own if texts[i]), ""),
                float(area[0]),
                float(max(number.max(), len(own))) if len(number) else np.inf,
                int(max(asked.max(), len(own))) if len(asked) else len(own),
            )
        )
    return tuple(found)


def entries_of(table: dict[str, NDArray], path: str, names: dict[str, str]) -> list[Entry] | None:
    """The class of the map at each point, as it was when they were drawn; None where the layer does not say."""
    if "map_class" not in table:
        return None
    labels = class_labels(table["map_class"], path, names["map_class"])
    if any(label is None for label in labels):
        return None
    texts: list[Any] = table["map_name"].tolist() if "map_name" in table else [None] * len(labels)
    return [
        Entry(label, label_text(text) or "") if isinstance(label, int) else Entry(None, str(label))
        for label, text in zip(labels, texts)
    ]


def design_of(table: dict[str, NDArray]) -> str:
    """How the points were drawn; '' where the layer does not say."""
    found = {text for value in table["design"].tolist() if (text := label_text(value))} if "design" in table else set()
    if len(found) > 1:
        raise InputError(
            f"The points were drawn in different ways: {', '.join(sorted(found))}.",
            "Estimate from one sample at a time: two samples in one layer have other chances than either says.",
        )
    seeds = numbers(table, "seed", 0)
    if len(np.unique(seeds[np.isfinite(seeds)])) > 1:
        raise InputError(
            "The points are from samples with different seeds.",
            "Estimate from one sample at a time: two samples in one layer have other chances than either says.",
        )
    return next(iter(found), "")
