"""The counts of maps compared with references, and the metrics, notes and tables that follow from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluation.confusion import MapScores, SceneScores, map_scores, mean_scores
from ..evaluation.error_detection import ErrorDetection
from ..evaluation.metric_intervals import OF_CLASS, OVERALL
from ..feedback import Report
from ..files.csv import to_csv
from ..reports.html import thousands
from .areas.of_maps import NO_AREAS, Areas
from .blocks import BlockCounts, Lattice, MapIntervals, intervals_of
from .certainty.counts import UncertaintyCounts, detection_of
from .class_matching import SHOWN, Entry, in_one_table, match, no_common

LEAST_AGREEMENT, MUCH_BETTER = 0.5, 0.25  # fractions that agree, for a note on another numbering of the classes


@dataclass
class Image:
    """The counts of one map.

    ``counts``: of (class in the map, class in the reference); ``blocks``: the same of each block of ``lattice``, by
    codes, which have the classes of ``entries``; ``labelled``: places of the area with a label;
    ``unmapped``: of these, without a class in the map; ``unlabelled``: with a class in the map and no label;
    ``unclear``: left out because polygons contradict each other; ``unknown``: because their class is not known;
    ``beyond``: points outside the map; ``uncertain``: its uncertainty by measure, ``blind``: compared places where that
    is not known. ``notes``: what else the reader of the metrics has to know.
    """

    title: str
    reference: str
    unit: str  # pixels or points
    grid: str
    lattice: Lattice
    counts: Counter[tuple[Entry, Entry]] = field(default_factory=Counter)
    blocks: BlockCounts = field(default_factory=BlockCounts)
    entries: tuple[Mapping[int, Entry], Mapping[int, Entry]] = ({}, {})
    labelled: int = 0
    mapped: int = 0
    unmapped: int = 0
    unlabelled: int = 0
    unclear: int = 0
    unknown: int = 0
    beyond: int = 0
    blind: int = 0
    uncertain: Mapping[str, UncertaintyCounts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def compared(self) -> int:
        return sum(self.counts.values())

    def fill(self, blocks: BlockCounts, predicted: Callable[[int], Entry], reference: Callable[[int], Entry]) -> None:
        """Take over the counts; ``predicted``, ``reference``: the class of a code of each side."""
        rows = blocks.rows()
        sides = ((predicted, rows[:, 2]), (reference, rows[:, 3]))
        entries = [{code: entry(code) for code in np.unique(codes).tolist()} for entry, codes in sides]
        self.blocks, self.entries = blocks, (entries[0], entries[1])
        pairs, which = np.unique(rows[:, 2:4], axis=0, return_inverse=True)
        counts = np.zeros(len(pairs), np.int64)
        np.add.at(counts, which.ravel(), rows[:, 4])
        for (p, r), n in zip(pairs.tolist(), counts.tolist()):
            self.counts[entries[0][p], entries[1][r]] += n

    def why_nothing(self) -> str:
        if self.unclear or self.unknown:
            return "the polygons contradict each other wherever they could be compared, or their class is not known"
        if not self.labelled:
            return f"the reference has no labels inside the map ({self.grid})"
        if not self.mapped:
            return "the map has no class anywhere in the area"
        return "the map has no class where the reference has labels"


@dataclass(frozen=True)
class Assessment:
    """The whole result: classes, the pooled confusion matrix (rows: reference), metrics, and the counts of each map."""

    classes: tuple[Entry, ...]
    confusion: NDArray[np.int64]
    scores: MapScores
    images: tuple[Image, ...]
    image_scores: tuple[MapScores | None, ...]
    means: SceneScores
    unit: str
    intervals: MapIntervals
    notes: tuple[str, ...]
    detection: Mapping[str, ErrorDetection]
    areas: Areas = NO_AREAS

    @classmethod
    def of(
        cls,
        images: Sequence[Image],
        known: tuple[Sequence[Entry], Sequence[Entry]],
        background: int | None,
        report: Report,
    ) -> Assessment:
        """From the counts of maps. InputError where there was nothing to compare, or no class in common."""
        filled = [image for image in images if image.compared]
        if not filled:
            raise InputError(
                f"There is nothing to compare: {images[0].why_nothing()}.",
                "Check that both layers cover the same place and hold classes there.",
            )
        seen = [list(dict.fromkeys(pair[side] for image in filled for pair in image.counts)) for side in (0, 1)]
        predicted, reference = [*known[0], *seen[0]], [*known[1], *seen[1]]
        keys = match(predicted, reference)
        if not {keys[e] for e in predicted} & {keys[e] for e in reference}:
            raise no_common((seen[0], seen[1]))
        order, place = in_one_table(keys, [*seen[0], *seen[1]])
        tables = [np.zeros((len(order), len(order)), np.int64) for _ in images]
        for table, image in zip(tables, images):
            for (p, r), n in image.counts.items():
                table[place[keys[r]], place[keys[p]]] += n
        classes = tuple(Entry(e.value, "background") if not e.name and e.value == background else e for e in order)
        confusion = np.sum(tables, axis=0)
        scores = [map_scores(table) if image.compared else None for table, image in zip(tables, images)]
        units = {image.unit for image in filled}
        unit = units.pop() if len(units) == 1 else "pixels and points"
        notes = remarks(images, confusion, classes, unit)
        for text in notes:
            report.log("warning", text)
        means = mean_scores(s.scene for s in scores if s is not None)
        report.progress(1.0, "Drawing bootstrap samples")
        sure = intervals_of(images, {entry: place[key] for entry, key in keys.items() if key in place}, len(order))
        report.check()
        return cls(
            classes=classes,
            confusion=confusion,
            scores=map_scores(confusion),
            images=tuple(images),
            image_scores=tuple(scores),
            means=means,
            unit=unit,
            intervals=sure,
            notes=tuple(notes),
            detection=detection_of(filled, keys),
        )

    def plain(self) -> dict[str, Any]:
        """As a job's result: plain values."""
        scores, first = self.scores, next(iter(self.detection.values()), None)
        return {
            "figures": {
                "overall_accuracy": scores.overall_accuracy,
                "kappa": scores.kappa,
                "mean_iou": scores.mean_iou,
                "fw_iou": scores.frequency_weighted_iou,
                "macro_f1": scores.macro_f1,
                "pixels": scores.pixels,
                "images": sum(s is not None for s in self.image_scores),
                "image_accuracy": self.means.pixel_accuracy,
                "image_mean_iou": self.means.mean_iou,
                "image_fw_iou": self.means.frequency_weighted_iou,
                "auroc_of_errors": first.auroc if first else None,
                "area_under_risk_coverage": first.area if first else None,
            },
            "intervals": {name: list(self.intervals.rates.overall[name][1:]) for name in OVERALL},
            "classes": [
                {
                    "value": entry.value,
                    "name": entry.name,
                    "label": str(entry),
                    **asdict(found),
                    "intervals": {name: list(self.intervals.rates.of_classes[name][i][1:]) for name in OF_CLASS},
                }
                for i, (entry, found) in enumerate(zip(self.classes, scores.classes))
            ],
            "confusion": self.confusion.tolist(),
            "unit": self.unit,
            "blocks": {
                "count": self.intervals.count,
                "side": self.intervals.side,
                "unit": self.intervals.unit,
                "pixels": list(self.intervals.pixels) if self.intervals.pixels else None,
            },
            "drawn": self.intervals.text,
            "notes": list(self.notes),
            "errors": {measure: found.plain() for measure, found in self.detection.items()},
            "areas": None if self.areas.result is None else self.areas.result.plain(),
            "no_areas": self.areas.why,
            "left_out": {
                "unmapped": sum(image.unmapped for image in self.images),
                "unlabelled": sum(image.unlabelled for image in self.images),
                "unclear": sum(image.unclear + image.unknown for image in self.images),
            },
            "per_image": [
                {
                    "map": image.title,
                    "reference": image.reference,
                    "grid": image.grid,
                    "compared": image.compared,
                    "unmapped": image.unmapped,
                    **(
                        {}
                        if found is None
                        else {
                            "overall_accuracy": found.overall_accuracy,
                            "kappa": found.kappa,
                            "mean_iou": found.mean_iou,
                            "fw_iou": found.frequency_weighted_iou,
                            "macro_f1": found.macro_f1,
                        }
                    ),
                }
                for image, found in zip(self.images, self.image_scores)
            ],
        }


def remarks(images: Sequence[Image], confusion: NDArray, classes: Sequence[Entry], unit: str) -> list[str]:
    """Notes for the reader of the report."""
    notes = []
    empty = [image for image in images if not image.compared]
    if empty:
        names = ", ".join(image.title for image in empty[:SHOWN])
        notes.append(
            f"{len(empty)} of {len(images)} maps had nothing to compare and are left out: {names} "
            f"({empty[0].why_nothing()})."
        )
    unmapped, labelled = sum(i.unmapped for i in images), sum(i.labelled for i in images)
    if unmapped:
        notes.append(
            f"{thousands(unmapped)} labelled {unit} ({100 * unmapped / labelled:.1f} %) lie where the map has no "
            "class and are left out of all metrics. With UNMAPPED=background they count as background."
        )
    unclear = sum(i.unclear for i in images)
    if unclear:
        notes.append(f"{thousands(unclear)} {unit} are left out because polygons of different classes overlap there.")
    unknown = sum(i.unknown for i in images)
    if unknown:
        notes.append(f"{thousands(unknown)} {unit} are left out because their label has no class.")
    beyond = sum(i.beyond for i in images)
    if beyond:
        notes.append(f"{thousands(beyond)} points lie outside the map, and are left out.")
    blind = sum(i.blind for i in images)
    if blind:
        notes.append(
            f"{thousands(blind)} of the compared {unit} have no certainty, and are left out of the AUROC of errors and "
            "the risk-coverage curve."
        )
    notes += dict.fromkeys(note for image in images for note in image.notes)
    notes += other_numbers(confusion, classes)
    present = [str(entry) for entry, row in zip(classes, confusion) if row.sum()]
    if len(present) == 1:
        notes.append(
            f"The reference has one class only ({present[0]}): how much of the map is wrong elsewhere is not known, "
            "and user's accuracy and kappa say little."
        )
    empty_rows = (confusion.sum(1) == 0) & (confusion.sum(0) > 0)
    missing = [str(entry) for entry, lacks in zip(classes, empty_rows) if lacks]
    if missing:
        notes.append(f"The reference has no {unit} of: {', '.join(missing[:SHOWN])}.")
    return notes


def other_numbers(confusion: NDArray, classes: Sequence[Entry]) -> list[str]:
    """A note where map and reference agree far better with another numbering of the map's classes: by one higher or
    lower, or each as the reference's class of the same rank.
    """
    values = [entry.value for entry in classes]
    total = confusion.sum()
    if None in values or not total:
        return []
    rows, columns = (np.flatnonzero(confusion.sum(axis)) for axis in (1, 0))
    place = {value: i for i, value in enumerate(values)}
    readings = {
        f"{abs(by)} were {'added to' if by > 0 else 'taken from'} the map's numbers": [
            (place[values[c] + by], c) for c in columns if values[c] + by in place
        ]
        for by in (1, -1)
    }
    if len(rows) == len(columns):
        readings["the map's numbers, in order, meant the reference's"] = list(zip(rows, columns))
    agree = {text: sum(confusion[r, c] for r, c in pairs) / total for text, pairs in readings.items()}
    best = max(agree, key=lambda text: agree[text])
    plain = np.trace(confusion) / total
    if agree[best] < max(LEAST_AGREEMENT, plain + MUCH_BETTER):
        return []
    return [
        f"If {best}, {100 * agree[best]:.0f} % would agree in place of {100 * plain:.0f} %: map and reference may "
        "number their classes differently. Give their values the same numbers, or names."
    ]


def class_table(result: Assessment) -> str:
    """CSV: a row a class of the reference; its metrics with the ends of their intervals, the blocks that these are
    from, its area where the reference is a sample, and what it was mapped as.
    """
    header = ["value", "class", "reference", "predicted", "correct"]
    header += [f"{name}{end}" for name in OF_CLASS for end in ("", "_low", "_high")]
    sure = result.intervals
    columns, lines = sure.pixels or (None, None)
    of_areas, areas = area_columns(result.areas)
    blocks = {"blocks": sure.count, f"block_side_{sure.unit}": sure.side, "block_columns": columns, "block_rows": lines}
    rows = [
        [
            *(entry.value, entry.name or str(entry), found.reference, found.predicted, found.hits),
            *(n for name in OF_CLASS for n in (getattr(found, name), *sure.rates.of_classes[name][i][1:])),
            *blocks.values(),
            *areas.get(str(entry), [None] * len(of_areas)),
            *row.tolist(),
        ]
        for i, (entry, found, row) in enumerate(zip(result.classes, result.scores.classes, result.confusion))
    ]
    return to_csv([*header, *blocks, *of_areas, *(f"mapped as {entry}" for entry in result.classes)], rows)


def area_columns(areas: Areas) -> tuple[list[str], dict[str, list[float | None]]]:
    """Further columns of a table of classes: the area of each by its label; none where areas are not known."""
    if areas.result is None:
        return [], {}
    unit = "m2" if areas.result.has_crs else "units2"
    found = zip(areas.result.classes, areas.result.areas())
    return [f"area_{unit}{end}" for end in ("", "_low", "_high")], {
        str(entry): [area.value, area.low, area.high] for entry, area in found
    }


def image_table(result: Assessment) -> str:
    """CSV: a row a map, with its metrics."""
    header = ["map", "reference", "compared", "unmapped"]
    metrics = ["overall_accuracy", "kappa", "mean_iou", "fw_iou", "macro_f1"]
    rows = [[row.get(name) for name in header + metrics] for row in result.plain()["per_image"]]
    return to_csv([*header, *metrics], rows)
