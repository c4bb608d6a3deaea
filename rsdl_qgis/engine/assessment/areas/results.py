"""Accuracy and area of a sample's classes: from points to figures, notes, a table and plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...evaluation.area_estimates import AreaEstimates, Figure, Sample, estimates
from ...files.csv import to_csv
from ...reports.html import thousands
from ...vector.label_fields import folded
from ..class_matching import SHOWN, Entry, in_one_table, match, no_common
from .sample import SamplePoints, Stratum

FEW = 10  # points of a class below which its interval is called rough
FEW_MISSED = 5  # points of a class that the map has as another one: likewise, of its area
UNMAPPED = Entry(None, "not mapped")  # the map's class at points where it has none


@dataclass(frozen=True)
class AreaResult:
    """The figures of a sample; ``mapped``: area of each class as the map has it, None where that is not known."""

    classes: tuple[Entry, ...]
    found: AreaEstimates
    sample: Sample
    strata: tuple[Stratum, ...]
    design: str
    mapped: tuple[float | None, ...]
    unanswered: int
    has_crs: bool
    notes: tuple[str, ...]

    @property
    def area(self) -> float:
        """Of all strata with an answer, m²."""
        return float(self.sample.areas.sum())

    @property
    def by_class(self) -> bool:
        """Whether the strata are the map's classes."""
        return any(area is not None for area in self.mapped)

    @classmethod
    def of(cls, points: SamplePoints, predicted: Sequence[Entry]) -> AreaResult:
        """InputError where there is no answer, or no class in common."""
        answered = np.array([label is not None for label in points.reference], bool)
        if not answered.any():
            raise InputError(
                "None of the sample's points has an answer.",
                "Fill in what is there at each point (field 'reference'), or choose the field with the answers.",
            )
        index = np.flatnonzero(answered)
        truth = [_entry(points.reference[i]) for i in index]
        guess = [predicted[i] for i in index]
        keys = match([entry for entry in dict.fromkeys(predicted) if entry != UNMAPPED], dict.fromkeys(truth))
        keys[UNMAPPED] = UNMAPPED.name
        if not {keys[e] for e in guess} & {keys[e] for e in truth}:
            raise no_common((dict.fromkeys(guess), dict.fromkeys(truth)))
        order, place = in_one_table(keys, dict.fromkeys([*guess, *truth]))
        codes = [np.array([place[keys[e]] for e in side], np.int64) for side in (guess, truth)]
        left, strata = np.unique(points.stratum[index], return_inverse=True)
        kept = tuple(points.strata[i] for i in left)
        sample = Sample(
            strata.ravel().astype(np.int64),
            points.ground[index],
            np.array([stratum.area for stratum in kept]),
            np.array([stratum.units for stratum in kept]),
        )
        mapped = _mapped(points, predicted, {keys[e]: i for e in keys if (i := place.get(keys[e], -1)) >= 0}, keys)
        result = cls(
            classes=tuple(order),
            found=estimates(sample, codes[0], codes[1], len(order)),
            sample=sample,
            strata=kept,
            design=points.design,
            mapped=tuple(mapped.get(i) for i in range(len(order))),
            unanswered=sum(stratum.drawn for stratum in points.strata) - len(index),
            has_crs=points.crs is not None,
            notes=(),
        )
        notes = [*_missing(points, result), *_doubts(result)]
        return cls(**{**result.__dict__, "notes": tuple(notes)})

    def areas(self) -> list[Figure]:
        """The area of each class, m²."""
        return [figure.times(self.area) for figure in self.found.areas]

    @property
    def drawn(self) -> str:
        """How the figures were made, in sentences."""
        about = (
            "strata that are the map's classes (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015)"
            if self.by_class
            else "strata that are not the map's classes (Stehman 2014, doi:10.1080/01431161.2014.930207)"
        )
        if len(self.strata) == 1 and not self.by_class:
            about = "a sample without strata"
        text = (
            f"95 % confidence intervals: 1.96 standard errors on either side of the estimate, for {about}, from "
            f"{thousands(len(self.sample.stratum))} points."
        )
        if self.design == "systematic":
            text += (
                " The points lie on a grid; the standard errors are those of a random sample of as many, which are "
                "mostly too large for a grid."
            )
        if not self.design:
            text += " The layer does not say how its points were drawn: all this holds if at random in each stratum."
        return text

    def plain(self) -> dict[str, Any]:
        """As a job's result: plain values."""
        found, overall = self.found, self.found.overall
        return {
            "figures": {
                "overall_accuracy": overall.value,
                "points": len(self.sample.stratum),
                "unanswered": self.unanswered,
                "area": self.area,
            },
            "intervals": {"overall_accuracy": [overall.low, overall.high]},
            "errors": {"overall_accuracy": overall.error},
            "classes": [
                {
                    "value": entry.value,
                    "name": entry.name,
                    "label": str(entry),
                    "predicted": int(found.counts[i].sum()),
                    "reference": int(found.counts[:, i].sum()),
                    "hits": int(found.counts[i, i]),
                    "mapped_area": self.mapped[i],
                    "users_accuracy": asdict(found.users[i]),
                    "producers_accuracy": asdict(found.producers[i]),
                    "share": asdict(found.areas[i]),
                    "area": asdict(area),
                }
                for i, (entry, area) in enumerate(zip(self.classes, self.areas()))
            ],
            "matrix": found.matrix.tolist(),
            "counts": found.counts.tolist(),
            "strata": [
                {
                    "label": str(stratum),
                    "area": stratum.area,
                    "pixels": int(stratum.units) if np.isfinite(stratum.units) else None,
                    "drawn": stratum.drawn,
                    "answered": int(answers),
                }
                for stratum, answers in zip(self.strata, self.sample.answers)
            ],
            "design": self.design,
            "by_class": self.by_class,
            "unit": "m²" if self.has_crs else "map units²",
            "drawn": self.drawn,
            "notes": list(self.notes),
        }


def _entry(label: Any) -> Entry:
    return Entry(label, "") if isinstance(label, int) else Entry(None, str(label))


def _mapped(points: SamplePoints, predicted: Sequence[Entry], place: dict[Any, int], keys: Any) -> dict[int, float]:
    """Area of each class in the map where the strata are its classes, by number or name; else none."""
    if points.design in ("simple", "systematic"):
        return {}
    pairs = set(zip(points.stratum.tolist(), predicted))
    if not all(_is_class(points.strata[s], entry) for s, entry in pairs):
        return {}
    return {place[keys[entry]]: points.strata[s].area for s, entry in pairs if keys[entry] in place}


def _is_class(stratum: Stratum, entry: Entry) -> bool:
    """Whether a stratum is a class of the map."""
    if stratum.label == entry.value:
        return True
    return bool(entry.name) and folded(entry.name) in (folded(str(stratum.label)), folded(stratum.name))


def _missing(points: SamplePoints, result: AreaResult) -> Iterator[str]:
    """What is not there, and what is assumed for it."""
    if points.strays:
        yield f"{points.strays} points without a stratum or a place were not drawn with the sample, and are left out."
    answers = np.bincount(
        points.stratum[[label is not None for label in points.reference]], minlength=len(points.strata)
    )
    gaps = [(s, s.drawn - int(n)) for s, n in zip(points.strata, answers) if n and s.drawn > n]
    if gaps:
        listed = ", ".join(f"{stratum}: {n} of {stratum.drawn}" for stratum, n in gaps[:SHOWN])
        yield (
            f"{sum(n for _, n in gaps)} points have no answer, or were removed ({listed}). The figures take them to "
            "be like the other points of their stratum; if they are the difficult ones, accuracy is less than stated."
        )
    empty = [str(stratum) for stratum, n in zip(points.strata, answers) if not n]
    gone = points.total - result.area
    if gone > 1e-6 * points.total:
        which = f" ({', '.join(empty[:SHOWN])})" if empty else ""
        yield (
            f"{100 * gone / points.total:.3g} % of the area is in strata without any answer{which}: all figures are of "
            "the rest."
        )


def _doubts(result: AreaResult) -> Iterator[str]:
    """Where figures have no interval, or a rough one, and why."""
    found = result.found
    for i in result.sample.single:
        yield (
            f"Stratum {result.strata[i]} has one answer alone, so that its variance is not known: there are no "
            "intervals. Answer another of its points, or join the stratum to a similar one."
        )
    if len(result.sample.single):
        return
    labels = [str(entry) for entry in result.classes]
    rows, columns, hits = found.counts.sum(1), found.counts.sum(0), np.diag(found.counts)
    for label, n, right in zip(labels, rows, hits):
        if n and right == n:
            yield (
                f"All {n} points that are mapped as {label} are right: its user's accuracy has no interval, which does "
                f"not mean that it is certain. A share of {100 * min(1.0, 3 / n):.2g} % of errors can well give none "
                "among so few points."
            )
    absent = [label for label, n, m in zip(labels, columns, rows) if not n and m]
    if absent:
        yield (
            f"No point was found to be {', '.join(absent[:SHOWN])}: the estimated area is 0, without an interval. A "
            "small area may well be missed by so few points."
        )
    unmapped = [label for label, n, m in zip(labels, columns, rows) if n and not m]
    if unmapped:
        yield f"No point is mapped as {', '.join(unmapped[:SHOWN])}, which has no user's accuracy."
    few = [f"{label} ({n})" for label, n in zip(labels, columns) if 0 < n < FEW]
    if few:
        yield (
            f"Fewer than {FEW} points were found to be: {', '.join(few[:SHOWN])}. Their intervals are rough, and may "
            "be too narrow."
        )
    missed = [f"{label} ({n - h})" for label, n, h in zip(labels, columns, hits) if n >= FEW and n - h < FEW_MISSED]
    if missed and len(labels) > 1:
        yield (
            f"Fewer than {FEW_MISSED} points of these classes were mapped as another one: {', '.join(missed[:SHOWN])}. "
            "What the map misses of a class is known from these points alone, so that the intervals of its area and "
            "producer's accuracy may be too narrow. More points in the large strata help."
        )


def area_table(result: AreaResult) -> str:
    """CSV: a row a class; its figures with standard error and ends of the interval, and how its area was mapped."""
    unit = "m2" if result.has_crs else "units2"
    figures = {
        "users_accuracy": result.found.users,
        "producers_accuracy": result.found.producers,
        "share": result.found.areas,
        f"area_{unit}": result.areas(),
    }
    header = ["value", "class", "points_reference", "points_predicted", "points_correct", f"mapped_{unit}"]
    header += [f"{name}{end}" for name in figures for end in ("", "_error", "_low", "_high")]
    counts: NDArray[np.int64] = result.found.counts
    rows = [
        [
            *(entry.value, entry.name or str(entry)),
            *(int(n) for n in (counts[:, i].sum(), counts[i].sum(), counts[i, i])),
            result.mapped[i],
            *(n for of in figures.values() for n in (of[i].value, of[i].error, of[i].low, of[i].high)),
            *result.found.matrix[:, i].tolist(),
        ]
        for i, entry in enumerate(result.classes)
    ]
    return to_csv([*header, *(f"share mapped as {entry}" for entry in result.classes)], rows)
