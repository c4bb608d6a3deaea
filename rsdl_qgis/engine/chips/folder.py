"""A chip folder: labelled chips of rasters, self-contained for training and exchange.

``chips.json`` describes the chips; ``samples.csv`` has one row per chip: ``name``, ``split`` (train, valid, test, or
empty), one column per input (one file with the bands of all dates in order, or a file per date separated by ``;``,
empty where the date is missing), ``label``, ``source``, ``place`` and ``bounds``. Paths are relative to the folder, or
absolute. The kind of ``label`` is given by ``labels`` of ``chips.json``:

========  =============================================================================================
raster    a raster of class values; nodata, and values of no class, are unlabelled
class     the name of the chip's class
classes   the names of all classes of the chip, separated by ``;`` (multi-label); empty: none
number    a raster of numbers (regression); unknown: nodata, fill values (``raster/fills.py``), not finite
boxes     a table of objects (``box_table``): corners in pixels of the chip, class; empty: no object
none      no label (images for distillation)
========  =============================================================================================
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Band, Class, Input
from ..errors import InputError
from ..files.csv import guarded, plain
from ..raster.fills import HUGE, LOW_NUMBERS
from ..raster.grid import Window
from ..raster.source import Layer, RasterSource
from .box_table import read_boxes

CHIPS_FILE, SAMPLES_FILE = "chips.json", "samples.csv"
VERSION = 1
SPLITS = ("train", "valid", "test")
LABELS = ("raster", "class", "classes", "number", "boxes", "none")
FILED = ("raster", "number", "boxes")  # labels that are files
COLUMNS = ("name", "split", "label", "source", "place", "bounds")  # besides those of the inputs
IGNORE = 255  # class index of unlabelled pixels
MOST_CLASSES = 254
LARGE = 95  # percentile of the sides that counts as the largest


@dataclass(frozen=True)
class Chip:
    """One chip. ``images``: for each input one file, or a file per date ('' where the date is missing).

    ``source``: the raster it was cut from, whose chips share a radiometric scaling; '': the chip is its own.
    ``place``: the unit of spatial splits and of the bootstrap; '': the chip is a place of its own.
    ``bounds``: xmin, ymin, xmax, ymax in the CRS of the source.
    """

    name: str
    images: Mapping[str, tuple[str, ...]]
    label: str = ""
    split: str = ""
    source: str = ""
    place: str = ""
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Source:
    """A raster that chips were cut from. ``sample``: an .npz of ``RasterSource.sample()``, values and masks."""

    title: str = ""
    crs: str | None = None
    sample: str = ""


@dataclass(frozen=True)
class ChipFolder:
    """The content of a chip folder. ``inputs`` have no scaling yet; ``classes`` are empty for regression.

    ``size``: side of the chips in pixels; ``largest``: of the largest, where they differ (see ``sizes``; 0: unknown);
    ``resolution``: metres per pixel; ``unit``: of the numbers of a regression. ``stored``: the value of each class in
    label rasters, where it is not the class's own (masks of 0 and 255).
    """

    path: Path
    task: str
    inputs: tuple[Input, ...]
    classes: tuple[Class, ...]
    chips: tuple[Chip, ...]
    labels: str = "raster"
    sources: Mapping[str, Source] = field(default_factory=dict)
    resolution: float | None = None
    size: int = 256
    unit: str = ""
    note: Mapping[str, Any] = field(default_factory=dict)
    stored: tuple[int, ...] = ()
    largest: int = 0

    def part(self, split: str) -> tuple[Chip, ...]:
        """The chips of a split."""
        return tuple(chip for chip in self.chips if chip.split == split)

    def file(self, path: str) -> Path:
        """The absolute path of a file of the folder."""
        return self.path / path

    def images(self, chip: Chip) -> dict[str, np.ma.MaskedArray]:
        """(T, C, H, W) per input, with a full mask of invalid pixels; a missing date is masked."""
        return {item.name: self._image(chip, item) for item in self.inputs}

    def label(self, chip: Chip) -> NDArray:
        """The label of a chip.

        ``raster``: (H, W) uint8 indices into ``classes``, IGNORE where unlabelled; ``class``: () int64; ``classes``:
        (classes,) float32 of 0 and 1; ``number``: (H, W) float32, NaN where unknown; ``boxes``: (n, 6) float64 of x1,
        y1, x2, y2, index into ``classes``, and 1 for difficult objects.
        """
        if self.labels == "boxes":
            found = read_boxes(self.file(chip.label)) if chip.label else []
            rows = [(b.x1, b.y1, b.x2, b.y2, self._index(b.name, chip), b.difficult) for b in found]
            return np.array(rows, np.float64).reshape(-1, 6)
        if self.labels == "class":
            return np.array(self._index(chip.label, chip), np.int64)
        if self.labels == "classes":
            names = [name.strip() for name in chip.label.split(";") if name.strip()]
            label = np.zeros(len(self.classes), np.float32)
            label[[self._index(name, chip) for name in names]] = 1
            return label
        with RasterSource({"label": [Layer(str(self.file(chip.label)), (1,))]}) as source:
            values = source.read(Window(0, 0, source.grid.height, source.grid.width))["label"][0, 0]
            nodata = source.layers("label")[0].nodata[0]
        if self.labels == "number":
            numbers = values.astype(np.float32).filled(np.nan)
            if nodata is None:
                numbers[np.isin(numbers, LOW_NUMBERS) | (np.abs(numbers) >= HUGE)] = np.nan
            return numbers
        label = np.full(values.shape, IGNORE, np.uint8)
        stored = self.stored or tuple(item.value for item in self.classes)
        for index, value in enumerate(stored):
            label[(values.data == value) & ~np.ma.getmaskarray(values)] = index
        return label

    def corners(self, chip: Chip) -> NDArray[np.float64]:
        """(n, 4, 2): x and y in pixels of the corners in turn of a chip's objects, in the order of its label.

        Those of the smallest rectangle around each, of any angle; labels are ``boxes``.
        """
        found = read_boxes(self.file(chip.label)) if chip.label else []
        rows = [b.corners or (b.x1, b.y1, b.x2, b.y1, b.x2, b.y2, b.x1, b.y2) for b in found]
        return np.array(rows, np.float64).reshape(-1, 4, 2)

    def sample(self, source: str) -> dict[str, np.ma.MaskedArray] | None:
        """The sample of a source's pixels, (T, C, n, m) per input; None where there is none."""
        known = self.sources.get(source)
        if known is None or not known.sample:
            return None
        with np.load(self.file(known.sample)) as stored:
            return {i.name: np.ma.MaskedArray(stored[i.name], stored[f"{i.name}.mask"]) for i in self.inputs}

    def _image(self, chip: Chip, item: Input) -> np.ma.MaskedArray:
        files, (dates, bands) = chip.images[item.name], item.shape
        if len(files) not in (1, dates):
            raise InputError(
                f"Chip '{chip.name}' has {len(files)} files of '{item.name}', and there are {dates} dates.",
                f"Give one file with the bands of all dates, or {dates} separated by ';' in {SAMPLES_FILE}.",
            )
        stacked = len(files) == 1 < dates
        parts = [self._read(path, dates * bands if stacked else bands) if path else None for path in files]
        shapes = {part.shape for part in parts if part is not None}
        if len(shapes) != 1:
            problem = "no date" if not shapes else "dates of different sizes"
            raise InputError(f"Chip '{chip.name}' has {problem} of '{item.name}'.", "Leave it out.")
        shape, dtype = shapes.pop(), np.result_type(*(p.dtype for p in parts if p is not None))
        missing: np.ma.MaskedArray = np.ma.MaskedArray(np.zeros(shape, dtype), np.ones(shape, bool))
        whole = np.ma.concatenate([missing if part is None else part.astype(dtype) for part in parts])
        return whole.reshape(dates, bands, *shape[1:])

    def _read(self, path: str, count: int) -> np.ma.MaskedArray:
        with RasterSource({"image": [Layer(str(self.file(path)), tuple(range(1, count + 1)))]}) as source:
            return source.read(Window(0, 0, source.grid.height, source.grid.width))["image"][0]

    def _index(self, name: str, chip: Chip) -> int:
        for index, item in enumerate(self.classes):
            if item.name == name:
                return index
        known = ", ".join(item.name for item in self.classes)
        raise InputError(f"Chip '{chip.name}' is of class '{name}', which {CHIPS_FILE} does not name: {known}.")


def sizes(sides: Sequence[int]) -> tuple[int, int]:
    """``size`` and ``largest`` of a folder, from its chips' sides in pixels: the median and the LARGE-th percentile."""
    return int(np.median(sides)), math.ceil(np.percentile(sides, LARGE))


def read_chips(path: str | Path) -> ChipFolder:
    """The chip folder at ``path``. InputError where something is missing or invalid."""
    path = Path(path)
    for name in (CHIPS_FILE, SAMPLES_FILE):
        if not (path / name).is_file():
            raise InputError(f"{path} is not a chip folder: it has no {name}.", "Make one with 'Export chips'.")
    try:
        about = json.loads((path / CHIPS_FILE).read_text(encoding="utf-8"))
        inputs = tuple(_input(item) for item in about["inputs"])
        folder = ChipFolder(
            path=path,
            task=about["task"],
            inputs=inputs,
            classes=tuple(Class(int(c["value"]), str(c["name"]), c["color"]) for c in about.get("classes", ())),
            chips=tuple(_rows(path / SAMPLES_FILE, inputs)),
            labels=about.get("labels", "raster"),
            sources={name: Source(**source) for name, source in about.get("sources", {}).items()},
            resolution=about.get("resolution"),
            size=int(about.get("size", 256)),
            unit=about.get("unit", ""),
            note=about.get("note", {}),
            stored=tuple(int(value) for value in about.get("stored", ())),
            largest=int(about.get("largest", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path / CHIPS_FILE} is invalid: {error!r}.", "Export the chips again.") from None
    _check(folder)
    return folder


def write_chips(folder: ChipFolder) -> None:
    """Write ``chips.json`` and ``samples.csv``, but no rasters. OSError where that fails."""
    about = {
        "version": VERSION,
        "task": folder.task,
        "labels": folder.labels,
        "inputs": [_plain(item) for item in folder.inputs],
        "classes": [asdict(item) for item in folder.classes],
        "resolution": folder.resolution,
        "size": folder.size,
        "largest": folder.largest,
        "unit": folder.unit,
        "stored": list(folder.stored),
        "sources": {name: asdict(source) for name, source in folder.sources.items()},
        "note": dict(folder.note),
    }
    names = [item.name for item in folder.inputs]
    with (folder.path / SAMPLES_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS[:2], *names, *COLUMNS[2:]])
        writer.writeheader()
        for chip in folder.chips:
            bounds = " ".join(repr(float(value)) for value in chip.bounds or ())
            images = {name: ";".join(chip.images[name]) for name in names}
            row = {"name": chip.name, "split": chip.split, "label": chip.label, "source": chip.source}
            cells = {**row, **images, "place": chip.place}
            writer.writerow({**{name: guarded(text) for name, text in cells.items()}, "bounds": bounds})
    text = json.dumps(about, indent=1, ensure_ascii=False)
    (folder.path / CHIPS_FILE).write_text(text + "\n", encoding="utf-8")  # last, as it marks a complete folder


def with_splits(folder: ChipFolder, splits: Sequence[str]) -> ChipFolder:
    """The folder with each chip's split."""
    return replace(folder, chips=tuple(replace(chip, split=split) for chip, split in zip(folder.chips, splits)))


def _check(folder: ChipFolder) -> None:
    if folder.labels not in LABELS:
        raise InputError(f"{CHIPS_FILE} has labels '{folder.labels}'.", f"There are {', '.join(LABELS)}.")
    if not folder.chips:
        raise InputError(f"{folder.path / SAMPLES_FILE} has no chips.")
    if not folder.inputs:
        raise InputError(f"{folder.path / CHIPS_FILE} names no inputs.")
    reserved = sorted({item.name for item in folder.inputs} & set(COLUMNS))
    if reserved:
        raise InputError(f"An input cannot be called '{reserved[0]}': it is a column of {SAMPLES_FILE}.")
    if folder.stored and len(folder.stored) != len(folder.classes):
        raise InputError(f"{CHIPS_FILE} has {len(folder.classes)} classes and {len(folder.stored)} stored values.")
    if len(folder.classes) > MOST_CLASSES:
        raise InputError(f"{len(folder.classes)} classes are too many.", f"At most {MOST_CLASSES} can be trained.")
    strange = next((item for item in folder.classes if not re.fullmatch("#[0-9a-fA-F]{6}", item.color)), None)
    if strange:
        raise InputError(f"'{strange.color}' of class '{strange.name}' is not a colour.", "Write it as '#rrggbb'.")
    odd = sorted({chip.split for chip in folder.chips} - {*SPLITS, ""})
    if odd:
        raise InputError(f"'{odd[0]}' is not a split.", f"{SAMPLES_FILE} has {', '.join(SPLITS)} or nothing there.")
    bare = next((chip.name for chip in folder.chips if not chip.label), None)
    if bare is not None and folder.labels in ("raster", "number", "class"):
        raise InputError(f"Chip '{bare}' has no label.", f"Give it one in {SAMPLES_FILE}, or leave it out.")
    lost = next((path for path in files_of(folder) if not folder.file(path).is_file()), None)
    if lost is not None:
        raise InputError(f"{folder.file(lost)} is not there.", "Keep a chip folder's files together.")


def files_of(folder: ChipFolder) -> Iterator[str]:
    """The files of all chips."""
    for chip in folder.chips:
        yield from (path for files in chip.images.values() for path in files if path)
        if folder.labels in FILED and chip.label:
            yield chip.label


def _rows(path: Path, inputs: Sequence[Input]) -> list[Chip]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        missing = [name for name in ("name", *(item.name for item in inputs)) if name not in columns]
        if missing:
            raise InputError(f"{path} has no column '{missing[0]}'.", f"Its columns: {', '.join(columns)}.")
        return [_chip({name: plain(row[name] or "") for name in columns}, inputs) for row in reader]


def _chip(row: Mapping[str, str], inputs: Sequence[Input]) -> Chip:
    images = {item.name: tuple((row[item.name] or "").split(";")) for item in inputs}
    bounds = tuple(float(value) for value in (row.get("bounds") or "").split())
    texts = {name: row.get(name) or "" for name in ("name", "label", "split", "source", "place")}
    return Chip(images=images, bounds=bounds if len(bounds) == 4 else None, **texts)


def _plain(item: Input) -> dict[str, Any]:
    bands = [{"name": band.name, "aliases": list(band.aliases)} for band in item.bands]
    level = {"level": item.level} if item.level else {}
    return {"name": item.name, "role": item.role, "dates": list(item.dates), "bands": bands, **level}


def _input(item: Mapping[str, Any]) -> Input:
    bands = tuple(
        Band(b, ()) if isinstance(b, str) else Band(b["name"], tuple(b.get("aliases", ()))) for b in item["bands"]
    )
    dates, level = tuple(item.get("dates", ("image",))), item.get("level", "")
    return Input(item["name"], bands, dates, item.get("role", ""), level=level)
