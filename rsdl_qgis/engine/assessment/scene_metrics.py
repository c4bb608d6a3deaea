"""The metrics of predicted scenes against their references, overall and of each class, with their intervals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluation.bootstrap import DRAWS, FEWEST, LEVEL, Estimate, Places, Statistic, intervals, intervals_of_counts
from ..evaluation.confusion import class_rates
from ..evaluation.metric_intervals import OF_CLASS, OVERALL, Rates, named, rates_of
from ..evaluation.multilabel import average_precision, label_mean, set_rates
from ..feedback import Report
from ..files.csv import to_csv
from ..reports.html import thousands
from ..vector.attributes import Table, pieces
from .class_matching import Entry, Key, in_one_table, listed, match
from .scene_labels import NONE, SEPARATOR, Sets
from .scene_pairs import ABSENT, UNCLEAR, Paired

MOST_RANKED = 10_000  # features above which average precision has no interval
SHAPEFILE_NAME = 10  # letters that a Shapefile keeps of the name of a field
FIELDS = "RSDL_FIELDS"  # of a predicted layer's metadata: JSON, class -> field of its probability
SEVERAL = ("sample_f1", "micro_f1", "macro_f1", "mean_ap")
OF_SEVERAL = ("precision", "recall", "f1", "average_precision")
UNDEFINED = Estimate(None)


@dataclass(frozen=True)
class Counted:
    """The compared features, in groups with the same labels on both sides.

    ``given``, ``held``: (groups, classes), which labels the prediction and the reference have; ``counts`` (groups,).
    """

    classes: tuple[Entry, ...]
    given: NDArray[np.bool_]
    held: NDArray[np.bool_]
    counts: NDArray[np.int64]

    @property
    def hits(self) -> NDArray[np.int64]:
        return self.counts @ (self.given & self.held).astype(np.int64)

    @property
    def predicted(self) -> NDArray[np.int64]:
        return self.counts @ self.given.astype(np.int64)

    @property
    def reference(self) -> NDArray[np.int64]:
        return self.counts @ self.held.astype(np.int64)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """(classes, classes), rows: reference; of features of one class each."""
        table = np.zeros((len(self.classes), len(self.classes)), np.int64)
        np.add.at(table, (self.held.argmax(1), self.given.argmax(1)), self.counts)
        return table


@dataclass(frozen=True)
class Ranked:
    """What average precision needs: ``probabilities`` and ``held``, (features, labels); ``columns``: their classes."""

    probabilities: NDArray[np.float64]
    held: NDArray[np.bool_]
    columns: Sequence[int]


@dataclass(frozen=True)
class SceneAssessment:
    """The whole result. ``metrics``: overall; ``of_classes``: of each class; ``confusion``: None for several labels."""

    several: bool
    classes: tuple[Entry, ...]
    metrics: Mapping[str, Estimate]
    of_classes: Sequence[Mapping[str, Estimate]]
    counts: Mapping[str, Sequence[int]]
    confusion: NDArray[np.int64] | None
    features: int
    left_out: Mapping[str, int]
    how: str
    drawn: str
    notes: Sequence[str]

    def plain(self) -> dict[str, Any]:
        """As a job's result: plain values. Metrics of the other kind of prediction are None."""
        empty = dict.fromkeys((*OVERALL, *SEVERAL))
        return {
            "multilabel": self.several,
            "figures": {
                **empty,
                **{name: metric.value for name, metric in self.metrics.items()},
                "features": self.features,
                "left_out": sum(self.left_out.values()),
            },
            "intervals": {name: list(metric[1:]) for name, metric in self.metrics.items()},
            "classes": [
                {
                    "value": entry.value,
                    "name": entry.name,
                    "label": str(entry),
                    **{name: numbers[i] for name, numbers in self.counts.items()},
                    **{name: metric.value for name, metric in self.of_classes[i].items()},
                    "intervals": {name: list(metric[1:]) for name, metric in self.of_classes[i].items()},
                }
                for i, entry in enumerate(self.classes)
            ],
            "confusion": None if self.confusion is None else self.confusion.tolist(),
            "left_out": dict(self.left_out),
            "how": self.how,
            "drawn": self.drawn,
            "notes": list(self.notes),
        }


def assessed(paired: Paired, several: bool, table: Table, used: Iterable[str], report: Report) -> SceneAssessment:
    """The metrics of pairs. ``table``: the prediction's layer, whose fields with the names of the labels hold their
    probabilities, except the fields that are ``used`` otherwise. InputError where prediction and
    reference have no class in common.
    """
    report.progress(0.0, "Counting")
    counted, members = grouped(paired)
    fields = named_fields(table, counted.classes, used)
    notes = remarks(paired, counted, fields, several)
    ranked = None
    if several:
        ranked, lacks = probabilities_of(paired, counted, members, table, fields, report)
        notes += lacks
    report.progress(0.5, "Drawing bootstrap samples")
    sets, ranks = set_metrics(counted, several, report), ranked_metrics(ranked, len(counted.classes), report)
    overall, of_classes = {**sets.overall, **ranks.overall}, {**sets.of_classes, **ranks.of_classes}
    for text in notes:
        report.log("warning", text)
    own, of_each = (SEVERAL, OF_SEVERAL) if several else (OVERALL, OF_CLASS)
    return SceneAssessment(
        several=several,
        classes=counted.classes,
        metrics={name: overall[name] for name in own},
        of_classes=[{name: of_classes[name][i] for name in of_each} for i in range(len(counted.classes))],
        counts={name: getattr(counted, name).tolist() for name in ("reference", "predicted", "hits")},
        confusion=None if several else counted.confusion,
        features=int(counted.counts.sum()),
        left_out=left_out(paired),
        how=paired.how,
        drawn=drawn_text(int(counted.counts.sum()), ranked),
        notes=notes,
    )


def grouped(paired: Paired) -> tuple[Counted, NDArray[np.bool_]]:
    """The groups of features, and which labels each of the reference's sets has: (sets, classes)."""
    sides = paired.predicted_sets, paired.reference_sets
    own, partner = (codes[paired.compared] for codes in (paired.predicted, paired.reference))
    number = len(sides[1].labels)
    groups, counts = np.unique(own * number + partner, return_counts=True)
    codes = groups // number, groups % number
    seen = [[e for code in np.unique(c).tolist() for e in side.labels[code]] for side, c in zip(sides, codes)]
    keys = match(sides[0].entries, sides[1].entries)
    known = [{keys[entry] for entry in side.entries} for side in sides]
    if all(known) and not known[0] & known[1]:
        raise InputError(
            f"Prediction and reference have no class in common: {listed(seen[0])}, and {listed(seen[1])}.",
            "Choose the fields that hold the classes, with the same names or numbers.",
        )
    classes, place = in_one_table(keys, [*seen[0], *seen[1]])
    if not classes:
        raise InputError(
            "No feature that can be compared has a label on either side.", "Choose the fields that hold the labels."
        )
    given, held = (members(side, keys, place) for side in sides)
    return Counted(tuple(classes), given[codes[0]], held[codes[1]], counts), held


def members(sets: Sets, keys: Mapping[Entry, Key], place: Mapping[Key, int]) -> NDArray[np.bool_]:
    """(sets, classes): which labels each set has."""
    table = np.zeros((len(sets.labels), len(place)), bool)
    for row, labels in zip(table, sets.labels):
        row[[place[keys[label]] for label in labels if keys[label] in place]] = True
    return table


def named_fields(table: Table, classes: Sequence[Entry], used: Iterable[str]) -> dict[int, str]:
    """The field of each class, by the class's index: as the layer says, else the one that bears the class's name."""
    free = [name for name in table.fields if name not in set(used)]
    length = SHAPEFILE_NAME if table.is_shapefile else None
    fields = {_folded(field[:length]): field for field in reversed(free)}
    stated = json.loads(table.metadata.get(FIELDS, "{}"))
    fields |= {_folded(name[:length]): field for name, field in stated.items() if field in free}
    found = {i: _folded(str(entry.name or entry.value)[:length]) for i, entry in enumerate(classes)}
    return {i: fields[name] for i, name in found.items() if name in fields}


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def probabilities_of(
    paired: Paired,
    counted: Counted,
    members: NDArray[np.bool_],
    table: Table,
    fields: Mapping[int, str],
    report: Report,
) -> tuple[Ranked | None, list[str]]:
    """The probabilities of the labels that have a field of them, and notes for the reader."""
    present = [i for i in np.flatnonzero(counted.reference).tolist() if i in fields]
    number = int(counted.reference.astype(bool).sum())
    if not present:
        text = "The prediction has no fields with the probabilities of the labels: there is no average precision (AP)."
        return None, [text]
    compared = np.flatnonzero(paired.compared)
    values = np.empty((len(compared), len(present)))
    odd: list[int] = []
    for piece in pieces(table, [fields[i] for i in present]):
        report.check()
        report.progress(0.5 * piece.first / table.count, "Reading probabilities")
        start, end = np.searchsorted(compared, [piece.first, piece.first + len(piece)])
        rows = compared[start:end] - piece.first
        for k, i in enumerate(present):
            column = piece.values[fields[i]][rows]
            numbers = column.dtype.kind in "biuf"
            if not numbers or not ((column >= 0) & (column <= 1)).all():  # NaN, where there is none, is neither
                odd.append(k)
            else:
                values[start:end, k] = column
    kept = [k for k in range(len(present)) if k not in odd]
    columns = [present[k] for k in kept]
    notes = []
    if odd:
        names = ", ".join(f"'{fields[present[k]]}'" for k in sorted(set(odd)))
        notes.append(f"Not a probability of 0 to 1 for every feature, and left out of average precision: {names}.")
    if columns and len(columns) < number:
        notes.append(
            f"mAP is the mean over {len(columns)} of the {number} labels that the reference has: only these have a "
            "field of probabilities."
        )
    if not columns:
        return None, notes
    held = members[paired.reference[compared]][:, columns]
    return Ranked(values[:, kept], held, columns), notes


def set_metrics(counted: Counted, several: bool, report: Report) -> Rates:
    """The metrics that follow from the labels alone."""

    def of_one(weights: NDArray) -> dict[str, NDArray]:
        report.check()
        parts = (counted.given & counted.held, counted.held, counted.given)
        return named(class_rates(*(weights @ part.astype(np.float64) for part in parts)))

    def of_several(weights: NDArray) -> dict[str, NDArray]:
        report.check()
        return vars(set_rates(counted.given, counted.held, weights))

    statistic: Statistic = of_several if several else of_one
    once = statistic(counted.counts[None].astype(np.float64))
    return rates_of(once, intervals_of_counts(statistic, counted.counts))


def ranked_metrics(ranked: Ranked | None, classes: int, report: Report) -> Rates:
    """Average precision of each label and its mean; where there are no probabilities none."""
    of_classes = [UNDEFINED] * classes
    if ranked is None:
        return Rates({"mean_ap": UNDEFINED}, {"average_precision": of_classes})

    def of_ranks(weights: NDArray) -> dict[str, NDArray]:
        report.check()
        found = average_precision(ranked.probabilities, ranked.held, weights)
        return {"mean_ap": label_mean(found), "average_precision": found}

    count = len(ranked.held)
    once = of_ranks(np.ones((1, count)))
    ends: Mapping[str, NDArray] = {name: np.full((2, *values.shape[1:]), np.nan) for name, values in once.items()}
    if count <= MOST_RANKED:
        ends = intervals(of_ranks, Places(np.arange(count), count))
    rates = rates_of(once, ends)
    for i, metric in zip(ranked.columns, rates.of_classes["average_precision"]):
        of_classes[i] = metric
    return Rates(rates.overall, {"average_precision": of_classes})


def left_out(paired: Paired) -> dict[str, int]:
    """Features of the prediction that are left out of the metrics, by reason; each is counted once."""
    known = paired.predicted != NONE
    return {
        "unclassified": int((~known).sum()),
        "unmatched": int((known & (paired.reference == ABSENT)).sum()),
        "unlabelled": int((known & (paired.reference == NONE)).sum()),
        "unclear": int((known & (paired.reference == UNCLEAR)).sum()),
    }


def remarks(paired: Paired, counted: Counted, fields: Mapping[int, str], several: bool) -> list[str]:
    """Notes for the reader of the report."""
    out, count = left_out(paired), len(paired.predicted)
    reasons = {
        "unclassified": "have no class in the prediction",
        "unmatched": "have no feature of the reference",
        "unlabelled": "have no class in the reference",
        "unclear": "have several features of the reference, which contradict one another",
    }
    notes = [
        f"Left out, as they {reasons[name]}: {thousands(number)} of {thousands(count)} features."
        for name, number in out.items()
        if number
    ]
    if paired.unused:
        notes.append(f"Features of the reference that belong to none of the prediction: {thousands(paired.unused)}.")
    if paired.repeated:
        notes.append(
            f"Features of the prediction with the id of another one: {thousands(paired.repeated)}; each of them counts."
        )
    if not several and any(SEPARATOR in entry.name for entry in counted.classes):
        notes.append(
            f"Some classes hold '{SEPARATOR}'. If they are several labels, assess them as such: MULTILABEL=true."
        )
    foreign, missing = strangers(paired, counted, fields)
    unknown = int(counted.counts[counted.held[:, foreign].any(1)].sum())
    if unknown:
        notes.append(
            f"The prediction does not know, or never gives, these classes of the reference: "
            f"{listed(counted.classes[i] for i in foreign)}. Features that have them, and count as wrong: "
            f"{thousands(unknown)}."
        )
    if missing:
        notes.append(f"The reference has no features of: {listed(counted.classes[i] for i in missing)}.")
    if not several and int((counted.reference > 0).sum()) == 1:
        only = str(counted.classes[int(counted.reference.argmax())])
        notes.append(f"The reference has one class only ({only}): user's accuracy and kappa say little.")
    return notes


def strangers(paired: Paired, counted: Counted, fields: Mapping[int, str]) -> tuple[list[int], list[int]]:
    """Indices of the reference's classes that the prediction has neither given nor a field for, and of the
    prediction's that no feature of the reference has.
    """
    foreign = (counted.reference > 0) & (counted.predicted == 0)
    missing = (counted.reference == 0) & (counted.predicted > 0)
    return [i for i in np.flatnonzero(foreign).tolist() if i not in fields], np.flatnonzero(missing).tolist()


def drawn_text(count: int, ranked: Ranked | None) -> str:
    """How intervals were made, or why there are none."""
    if count < FEWEST:
        return f"No intervals: there are {count} features, and resampling them needs at least {FEWEST}."
    text = (
        f"{LEVEL} % intervals: percentiles of {DRAWS} draws of the {thousands(count)} features, with replacement. "
        "Neighbouring features are often alike; then the intervals are too narrow."
    )
    if ranked is not None and count > MOST_RANKED:
        text += f" None for average precision, as there are more than {thousands(MOST_RANKED)} features."
    return text


def scene_table(result: Mapping[str, Any]) -> str:
    """CSV: a row a class; its metrics with the ends of their intervals, and what it was predicted as."""
    names = OF_SEVERAL if result["multilabel"] else OF_CLASS
    classes, confusion = result["classes"], result["confusion"]
    header = ["value", "class", "reference", "predicted", "correct"]
    header += [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    header += [f"predicted as {item['label']}" for item in classes] if confusion else []
    rows = [
        [
            item["value"],
            item["name"] or item["label"],
            *(item[name] for name in ("reference", "predicted", "hits")),
            *(number for name in names for number in (item[name], *item["intervals"][name])),
            *(confusion[i] if confusion else []),
        ]
        for i, item in enumerate(classes)
    ]
    return to_csv(header, rows)
