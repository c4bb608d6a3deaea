"""What was counted when maps were compared with references, and the figures, remarks and tables of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .csv_text import to_csv
from .errors import InputError
from .legend import Entry, Key, match, shown
from .report import Report
from .training.metrics import MapScores, SceneScores, map_scores, mean_scores
from .webpage import thousands

SHOWN = 12  # classes or maps that a message lists
LEAST_AGREEMENT, MUCH_BETTER = 0.5, 0.25  # shares, for another reading of the numbers to be worth a note


@dataclass
class Image:
    """What was counted in one map.

    ``counts``: of (class in the map, class in the reference); ``labelled``: places of the area with a label;
    ``unmapped``: of these, without a class in the map; ``unlabelled``: with a class in the map and no label;
    ``unclear``: left out because polygons contradict each other; ``unknown``: because their class is not known;
    ``beyond``: points outside the map. ``notes``: what else the reader of the figures has to know.
    """

    title: str
    reference: str
    unit: str  # pixels or points
    grid: str
    counts: Counter[tuple[Entry, Entry]] = field(default_factory=Counter)
    labelled: int = 0
    mapped: int = 0
    unmapped: int = 0
    unlabelled: int = 0
    unclear: int = 0
    unknown: int = 0
    beyond: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def compared(self) -> int:
        return sum(self.counts.values())

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
    """Everything that was found: classes, the pooled matrix (rows: reference), figures, and those of each image."""

    classes: tuple[Entry, ...]
    confusion: NDArray[np.int64]
    scores: MapScores
    images: tuple[Image, ...]
    image_scores: tuple[MapScores | None, ...]
    means: SceneScores
    unit: str
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        images: Sequence[Image],
        known: tuple[Sequence[Entry], Sequence[Entry]],
        background: int | None,
        report: Report,
    ) -> Assessment:
        """From what was counted. InputError where there was nothing to compare, or no class in common."""
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
            raise no_common((seen[0], seen[1]), keys)
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
        return cls(classes, confusion, map_scores(confusion), tuple(images), tuple(scores), means, unit, tuple(notes))

    def plain(self) -> dict[str, Any]:
        """As a job's result: plain values."""
        scores = self.scores
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
            },
            "classes": [
                {"value": entry.value, "name": entry.name, "label": str(entry), **asdict(found)}
                for entry, found in zip(self.classes, scores.classes)
            ],
            "confusion": self.confusion.tolist(),
            "unit": self.unit,
            "notes": list(self.notes),
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


def in_one_table(keys: Mapping[Entry, Key], seen: Iterable[Entry]) -> tuple[list[Entry], dict[Key, int]]:
    """The classes that occur, as they are shown and in order, and the place of each key among them.

    ``keys``: of all entries that are known, as ``match`` gives them; ``seen``: the entries that occur.
    """
    members: dict[Key, list[Entry]] = {keys[entry]: [] for entry in seen}
    for entry, key in keys.items():
        if key in members:
            members[key].append(entry)
    order = sorted(((shown(key, entries), key) for key, entries in members.items()), key=in_order)
    return [entry for entry, _ in order], {key: i for i, (_, key) in enumerate(order)}


def in_order(item: tuple[Entry, Key]) -> tuple[bool, int, str]:
    """By value, then by name; classes without a value last."""
    entry = item[0]
    return entry.value is None, entry.value or 0, entry.name


def remarks(images: Sequence[Image], confusion: NDArray, classes: Sequence[Entry], unit: str) -> list[str]:
    """What the reader of the figures has to know."""
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
            "class and are left out of all figures. With UNMAPPED=background they count as background."
        )
    unclear = sum(i.unclear for i in images)
    if unclear:
        notes.append(
            f"{thousands(unclear)} {unit} are left out because polygons of different classes overlap there."
        )
    unknown = sum(i.unknown for i in images)
    if unknown:
        notes.append(f"{thousands(unknown)} {unit} are left out because their label has no class.")
    beyond = sum(i.beyond for i in images)
    if beyond:
        notes.append(f"{thousands(beyond)} points lie outside the map, and are left out.")
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
    """A note where map and reference agree far better if the map's numbers are read as other ones: by one higher or
    lower, or each as the reference's in the same place of the order.
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
    """CSV: a row a class of the reference; its figures, and what it was mapped as."""
    header = ["value", "class", "reference", "predicted", "correct"]
    header += ["users_accuracy", "producers_accuracy", "f1", "iou"]
    rows = [
        [entry.value, entry.name or str(entry), *asdict(found).values(), *row.tolist()]
        for entry, found, row in zip(result.classes, result.scores.classes, result.confusion)
    ]
    return to_csv([*header, *(f"mapped as {entry}" for entry in result.classes)], rows)


def image_table(result: Assessment) -> str:
    """CSV: a row a map, with its figures."""
    header = ["map", "reference", "compared", "unmapped"]
    figures = ["overall_accuracy", "kappa", "mean_iou", "fw_iou", "macro_f1"]
    rows = [[row.get(name) for name in header + figures] for row in result.plain()["per_image"]]
    return to_csv([*header, *figures], rows)


def no_common(known: tuple[Iterable[Entry], Iterable[Entry]], keys: Mapping[Entry, Key]) -> InputError:
    return InputError(
        f"Map and reference have no class in common: {listed(known[0])}, and {listed(known[1])}.",
        "Choose the band or field that holds the classes of each, with the same numbers or names.",
    )


def listed(entries: Iterable[Entry]) -> str:
    """'1 forest, 2 water'."""
    texts = list(dict.fromkeys(str(entry) for entry in entries))
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(f"'{text}'" for text in texts[:SHOWN]) + more
