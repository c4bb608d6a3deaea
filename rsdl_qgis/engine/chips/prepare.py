"""The chips of a training: an existing chip folder, an imported folder of images, or chips cut from layers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, OutputError
from ..feedback import Report
from ..files.names import hidden
from ..job.arguments import OPERATIONS
from ..job.outputs import writing
from ..job.table import some
from ..raster.geotiff import not_written
from ..tables.chip_formats import OURS
from ..tables.tasks import TASKS
from .cutting.cutter import Check, cut
from .exporting.export import check_format, export
from .folder import CHIPS_FILE, FILED, SAMPLES_FILE, SPLITS, Chip, ChipFolder, files_of, read_chips, write_chips
from .importing.boxes import import_boxes
from .importing.images import import_folder
from .request import ChipsRequest
from .splitting.splits import SplitNote, label_counts, split_chips

CUT = ".chips"  # folder of the chips that are exported in another format
FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini")


def prepare_chips(
    request: ChipsRequest, folder: Path, report: Report, fits: Check | None = None
) -> tuple[ChipFolder, SplitNote]:
    """The requested chips, each with its split.

    A given chip folder is not changed; otherwise layers are cut into ``folder``, where chips of the same request and
    files are reused. ``fits``: as of ``cut``. Raises InputError, OutputError.
    """
    if request.given:
        chips, note, _ = _taken(request, request.given, folder, report)
    else:
        stored = _stored(folder, request.key)
        if stored is not None:
            report.log("info", "The chips that were cut before are reused.")
            return stored
        with whole_folder(folder) as part:
            chips, note, _ = _cut(request, part, report, fits)
        chips = replace(chips, path=folder)
    for warning in note.warnings:
        report.log("warning", warning)
    return chips, note


@writing("export_chips")
def run_export_chips(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Make a chip folder from layers, or from a folder of images, whose files stay where they are.

    The arguments are the data arguments of the job "train", ``output``, the folder, and ``format``, one of
    ``CHIP_FORMATS``: in others than the chip folder, images are written too, and chips between the splits are left out.
    Result: ``output``, ``chips`` (their number), ``size``, ``split`` (a description), ``splits`` (chips per split),
    ``dropped``, and ``classes``: ``name``, ``value``, ``color`` and ``pixels`` (or scenes, objects), in all and per
    split.
    """
    if not arguments.get("output"):
        raise OutputError("The job does not say 'output', the folder of the chips.")
    labelled = bool(arguments.get("labels") or arguments.get("chips"))
    output, request = Path(arguments["output"]), ChipsRequest.of(arguments, labelled)
    form = some(OPERATIONS["export_chips"], ("format",), arguments).get("format", OURS)
    if not request.given:
        inputs = {name for source in request.cut.sources for name in source.layers}
        check_format(form, request.cut.task, request.cut.kind, len(inputs))
    _check_output(output)
    with whole_folder(output) as part:
        if form == OURS:
            chips, note, counts = _made(request, part, report)
            number = len(chips.chips)
        else:
            (part / CUT).mkdir()
            chips, note, counts = _made(request, part / CUT, report)
            number = export(chips, form, part, report)
            shutil.rmtree(part / CUT)
    for warning in note.warnings:
        report.log("warning", warning)
    splits = np.array([chip.split for chip in chips.chips])
    report.progress(1.0, "Done")
    return {
        "output": str(output),
        "chips": number,
        "size": chips.size,
        "split": note.text,
        "splits": {split: int((splits == split).sum()) for split in SPLITS},
        "dropped": note.dropped,
        "classes": [
            {
                "name": item.name,
                "value": item.value,
                "color": item.color,
                "pixels": int(column.sum()),
                **{split: int(column[splits == split].sum()) for split in SPLITS},
            }
            for item, column in zip(chips.classes, counts.T)
        ],
    }


def _made(request: ChipsRequest, folder: Path, report: Report) -> tuple[ChipFolder, SplitNote, NDArray]:
    """The chip folder, its split, and its label counts."""
    if not request.given:
        return _cut(request, folder, report)
    chips, note, counts = _taken(request, request.given, folder, report)
    chips = chips if chips.path == folder.resolve() else absolute(chips)
    chips = replace(chips, path=folder, note={**chips.note, **_plain(note), "cut": True})
    write_chips(chips)
    return chips, note, counts


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that replaces ``target`` on success, and is removed on failure."""
    if not target.parent.is_dir():
        raise OutputError(f"There is no folder {target.parent} to write {target.name} to.", "Make it first.")
    part, old = hidden(target, f"{os.getpid()}.part"), hidden(target, "old")
    try:
        try:
            if old.exists() and not target.exists():  # interrupted between the two renames below
                old.replace(target)
            for left in (part, old, hidden(target, "part")):
                shutil.rmtree(left, ignore_errors=True)
            part.mkdir()
        except OSError as error:
            raise not_written(target, error) from error
        yield part
        try:
            if target.exists():
                target.replace(old)
            part.replace(target)
        except OSError as error:
            if old.exists() and not target.exists():
                old.replace(target)
            raise not_written(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _check_output(output: Path) -> None:
    """OutputError where the folder contains anything else than exported chips."""
    if not output.is_dir() or not any(output.iterdir()):
        return
    try:
        ours = json.loads((output / CHIPS_FILE).read_text(encoding="utf-8")).get("note", {}).get("cut", False)
    except (OSError, ValueError, AttributeError):
        ours = False
    if not ours:
        raise OutputError(f"{output} is not empty, and not an exported chip folder.", "Choose a new or empty folder.")
    if strangers := sorted({entry.name for entry in output.iterdir()} - _own_names(output)):
        problem = f"{output} holds '{strangers[0]}' beside its chips, which replacing them would remove."
        raise OutputError(problem, "Move it away, or choose a new folder.")


def _own_names(output: Path) -> set[str]:
    """The names of exported files and folders in a chip folder, and of files that file managers make."""
    try:
        chips = read_chips(output)
    except InputError as error:
        problem = f"{output} cannot be replaced: {error.message}"
        raise OutputError(problem, "Choose a new folder, or remove it.") from None
    files = (*files_of(chips), *(source.sample for source in chips.sources.values() if source.sample))
    return {CHIPS_FILE, SAMPLES_FILE, "labels", "samples", *(Path(file).parts[0] for file in files), *FILE_MANAGERS}


def _taken(request: ChipsRequest, given: Path, folder: Path, report: Report) -> tuple[ChipFolder, SplitNote, NDArray]:
    """A chip folder, or a folder of images, its split, and its label counts.

    ``folder``: where tables of boxes are written, for images with boxes in another format.
    """
    report.progress(0.0, "Reading the chips")
    if (given / CHIPS_FILE).is_file():
        chips = read_chips(given)
    elif TASKS[request.cut.task].boxes:
        chips = import_boxes(given, folder, report)
    else:
        chips = import_folder(given, request.cut.task, report, request.cut.labelled)
    split = request.split
    if split.how == "chips" and not any(chip.split for chip in chips.chips):
        split = replace(split, how=None)
    counts = label_counts(chips)
    return (*split_chips(chips, split, counts), counts)


def _cut(
    request: ChipsRequest, folder: Path, report: Report, fits: Check | None = None
) -> tuple[ChipFolder, SplitNote, NDArray]:
    """The chips cut from layers, their split, and their label counts."""
    chips = cut(request.cut, folder, report, fits)
    report.progress(1.0, "Splitting the chips")
    split = request.split
    if split.how == "chips":
        raise InputError("Layers do not define a split of chips.", "Choose another SPLIT, such as blocks.")
    counts = label_counts(chips)
    chips, note = split_chips(chips, replace(split, how=split.how or "blocks"), counts)
    chips = replace(chips, note={**chips.note, **_plain(note), "request": request.key})
    write_chips(chips)
    return chips, note, counts


def _plain(note: SplitNote) -> dict[str, Any]:
    return {"split": note.text, "dropped": note.dropped, "warnings": list(note.warnings)}


def _stored(folder: Path, key: str) -> tuple[ChipFolder, SplitNote] | None:
    """The chips cut before for the same request; None where there are none."""
    try:
        chips = read_chips(folder)
    except InputError:
        return None
    if chips.note.get("request") != key:
        return None
    return chips, SplitNote(chips.note["split"], chips.note["dropped"], tuple(chips.note["warnings"]))


def absolute(folder: ChipFolder) -> ChipFolder:
    """The folder with absolute paths."""

    def moved(path: str) -> str:
        return str(folder.file(path).resolve()) if path else ""

    def placed(chip: Chip) -> Chip:
        images = {name: tuple(map(moved, files)) for name, files in chip.images.items()}
        label = moved(chip.label) if folder.labels in FILED else chip.label
        return replace(chip, images=images, label=label)

    sources = {name: replace(source, sample=moved(source.sample)) for name, source in folder.sources.items()}
    return replace(folder, chips=tuple(map(placed, folder.chips)), sources=sources)
