"""The classes that the features of a layer have: one each, or a set of labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..files.text import one_line
from ..vector.label_fields import class_labels
from .class_matching import Entry

SEPARATOR = ";"
MOST_LABELS = 1000  # different ones in a layer
NONE = -1  # in place of a code: the feature's class is not known
Codes = NDArray[np.int64]
Labels = tuple[Entry, ...]


@dataclass
class Sets:
    """The sets of labels that were met, each with a code; of one class a feature they have one label each.

    ``title``: where they are from, for the InputError that is raised where they are too many to be classes.
    """

    title: str
    labels: list[Labels] = field(default_factory=list)
    _codes: dict[Labels, int] = field(default_factory=dict)
    _entries: dict[int | str, Entry] = field(default_factory=dict)

    @property
    def entries(self) -> list[Entry]:
        """All labels, in the order in which they were met."""
        return list(self._entries.values())

    def code(self, labels: Iterable[int | str]) -> int:
        """The code of a set; labels that differ in case or blanks only are the same."""
        entries = {self._entry(label) for label in labels}
        key = tuple(sorted(entries, key=lambda entry: (entry.value is None, entry.value or 0, entry.name)))
        if key not in self._codes:
            self._codes[key] = len(self.labels)
            self.labels.append(key)
        return self._codes[key]

    def _entry(self, label: int | str) -> Entry:
        key = " ".join(label.casefold().split()) if isinstance(label, str) else label
        if key not in self._entries:
            if len(self._entries) == MOST_LABELS:
                raise InputError(
                    f"{self.title} holds more than {MOST_LABELS} different values, so these are no classes.",
                    "Choose a field with a class, or a few labels, for each feature.",
                )
            self._entries[key] = Entry(None, label) if isinstance(label, str) else Entry(label)
        return self._entries[key]


@dataclass(frozen=True)
class LabelFields:
    """The fields that hold the labels: one with a class, one with labels between semicolons, or one for each label.

    ``several``: labels a feature; ``score``: a field that is empty where nothing was predicted, for files in which a
    text without any label cannot be distinguished from none.
    """

    fields: tuple[str, ...]
    several: bool
    score: str = ""

    @property
    def needed(self) -> list[str]:
        """The fields that ``codes`` reads."""
        return [*self.fields, *([self.score] if self.score else [])]

    @classmethod
    def of(cls, given: Sequence[str], several: bool, parameter: str) -> LabelFields:
        """InputError for no fields, or several of one class; ``parameter``: the one that names them."""
        fields = tuple(dict.fromkeys(given))
        if not fields or not all(fields):
            raise InputError("No field of classes is chosen.", f"Choose the field that holds them ({parameter}).")
        if len(fields) > 1 and not several:
            raise InputError(
                f"{parameter} names {len(fields)} fields, and a feature of one class has it in one field.",
                "Name one field, or say that features have several labels (MULTILABEL).",
            )
        return cls(fields, several)

    def codes(self, values: Mapping[str, NDArray], path: str, sets: Sets) -> Codes:
        """(n,): the code of each feature's set of labels; NONE where a field is empty."""
        if len(self.fields) > 1:
            return self._marked(values, path, sets)
        column = values[self.fields[0]]
        known: dict[Any, int] = {}
        if self.several:
            for value in column.tolist():
                if value not in known:
                    known[value] = NONE if _is_null(value) else sets.code(_parted(value))
            codes = np.array([known[value] for value in column.tolist()], np.int64)
            if self.score:
                codes[(codes == NONE) & ~np.isnan(values[self.score].astype(np.float64))] = sets.code(())
            return codes
        labels = class_labels(column, path, self.fields[0])
        for label in labels:
            if label not in known:
                known[label] = NONE if label is None else sets.code([label])
        return np.array([known[label] for label in labels], np.int64)

    def _marked(self, values: Mapping[str, NDArray], path: str, sets: Sets) -> Codes:
        """As ``codes``, from fields that are 1 where the label holds, else 0."""
        table = np.stack([_marks(values[name], path, name) for name in self.fields], 1)
        known = (table >= 0).all(1)
        rows, which = np.unique(table[known], axis=0, return_inverse=True)
        found = [sets.code(name for name, mark in zip(self.fields, row) if mark) for row in rows.tolist()]
        codes = np.full(len(table), NONE, np.int64)
        codes[known] = np.array(found, np.int64)[which.ravel()]
        return codes


def _is_null(value: Any) -> bool:
    return value is None or value != value  # NaN, in a column of numbers


def _parted(value: Any) -> list[str]:
    """The labels in a text such as 'sea; ship'; a number is a label."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # numbers among which one is missing
    return [label for label in (part.strip() for part in one_line(str(value)).split(SEPARATOR)) if label]


def _marks(column: NDArray, path: str, name: str) -> NDArray[np.int8]:
    """1, 0, or -1 where it is not known. InputError for anything else."""
    known = np.isfinite(column) if column.dtype.kind in "biuf" else np.zeros(len(column), bool)
    if column.dtype.kind not in "biuf" and any(value is not None for value in column):
        raise InputError(
            f"The field '{name}' of {path} holds no numbers.",
            "Of several fields each is a label, 1 where it holds, else 0; or choose one field of labels between ';'.",
        )
    odd = column[known][(column[known] != 0) & (column[known] != 1)]
    if len(odd):
        raise InputError(
            f"The field '{name}' of {path} holds {odd[0]:g}.", "A field of a label holds 1 where it is so, else 0."
        )
    marks = np.full(len(column), -1, np.int8)
    marks[known] = column[known].astype(np.int8)
    return marks
