"""Pictures with boxes, of any of the ``box_formats``, taken as chip folders; the pictures stay where they are, and the
boxes are written as tables of this project's own (``box_files``).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...cards.card import Band, Input
from ...errors import InputError
from ...feedback import Report
from ...files.text import one_line
from ...vector.label_fields import folded
from ..box_table import LEAST_SEEN, Box, write_boxes
from ..cutting.classes import legend_of_names
from ..folder import Chip, ChipFolder, Source, write_chips
from .box_formats import FORMS, Annotated, Dirt
from .images import Picture, check_bands, folder_of, open_picture, placed_chip, reference_to

SMALLEST = 1.0  # pixels a side, of a box that is used
UNNAMED = "object"  # the class of boxes where none has a name


def import_boxes(root: Path, folder: Path, report: Report | None = None, form: str | None = None) -> ChipFolder:
    """The pictures below ``root`` with their boxes as a chip folder, whose own files are written to ``folder``.

    ``form``: one of ``FORMS``; None: the first that is found. InputError where no picture has annotations, or none has
    a box that can be used.
    """
    report, dirt = report or Report(), Dirt()
    if not root.is_dir():
        raise InputError(f"There is no folder {root}.", "Check that it was not moved or renamed.")
    if form is not None and form not in FORMS:
        raise InputError(f"There is no format '{form}'.", f"Choose one of {', '.join(FORMS)}.")
    for name in [form] if form else list(FORMS):
        found = list(FORMS[name](root, dirt, report))
        if found:
            made = write_annotated(found, folder, dirt, report, {"format": name})
            dirt.tell(report)
            return made
    raise InputError(
        f"{root} has no pictures with boxes.", f"It needs pictures, and annotations of the kind {' or '.join(FORMS)}."
    )


def write_annotated(
    found: Sequence[Annotated], folder: Path, dirt: Dirt, report: Report, note: Mapping[str, Any] | None = None
) -> ChipFolder:
    """Annotated pictures as a chip folder, its tables of boxes written; what cannot be used goes to ``dirt``."""
    folder = folder.resolve()
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    stems = Counter(item.path.stem for item in found)
    chips: list[Chip] = []
    sources: dict[str, Source] = {}
    pictures: list[Picture] = []
    names: set[str] = set()
    for item, boxes in zip(found, _named(found, dirt)):
        report.check()
        picture = open_picture(item.path)
        size = (picture.grid.width, picture.grid.height)
        if item.size not in (None, size):
            dirt.add("pictures of another size than their annotation says, left out", item.path.name)
            continue
        kept = list(usable(replace(item, boxes=tuple(boxes)), size, dirt))
        name = item.path.stem if stems[item.path.stem] == 1 else _long_name(item)
        label = f"labels/{name}.csv" if kept else ""
        if kept:
            write_boxes(folder / label, kept)
            names.update(box.name for box in kept)
        pictures.append(picture)
        chip = Chip(name, {"image": (reference_to(item.path, folder),)}, label, item.split)
        chips.append(placed_chip(chip, picture.grid, sources))
    if not names:
        raise InputError("No picture has a box that can be used.", "Check the annotations, and the names in them.")
    check_bands(pictures)
    inputs = (Input("image", tuple(Band(title) for title in pictures[0].bands)),)
    classes, grids = legend_of_names(names).classes, [picture.grid for picture in pictures]
    made = folder_of(folder, "detection", inputs, classes, chips, sources, grids, "boxes", ())
    made = replace(made, note={**(note or {}), "dirt": dict(dirt.counts)})
    write_chips(made)
    return made


def usable(item: Annotated, size: tuple[int, int], dirt: Dirt) -> Iterator[Box]:
    """The boxes of a picture of a width and height, in its pixels and cut to it, without those that cannot be used."""
    width, height = size
    across, down = (width, height) if item.relative else (1.0, 1.0)
    seen: set[Box] = set()
    for box in item.boxes:
        whole = replace(box, x1=box.x1 * across, y1=box.y1 * down, x2=box.x2 * across, y2=box.y2 * down)
        if not all(map(math.isfinite, (whole.x1, whole.y1, whole.x2, whole.y2))):
            dirt.add("boxes with a corner that is no number, left out", item.path.name)
            continue
        cut = replace(
            whole,
            x1=min(max(whole.x1, 0.0), width),
            y1=min(max(whole.y1, 0.0), height),
            x2=min(max(whole.x2, 0.0), width),
            y2=min(max(whole.y2, 0.0), height),
        )
        if min(whole.x2 - whole.x1, whole.y2 - whole.y1) < SMALLEST:
            dirt.add("boxes narrower than a pixel, left out", item.path.name)
        elif cut.area < LEAST_SEEN * whole.area:
            dirt.add("boxes that lie outside their picture, left out", item.path.name)
        elif cut in seen:
            dirt.add("boxes that are there twice, taken once", item.path.name)
        else:
            seen.add(cut)
            yield cut


def _named(found: Sequence[Annotated], dirt: Dirt) -> list[list[Box]]:
    """The boxes of each picture with their names made clean.

    One without a name is of the only class there is, but not judged by; with several classes it is left out, and
    where no box has a name all are of one.
    """
    plain = {name: _plain(name) for name in {box.name for item in found for box in item.boxes}}
    spelled: dict[str, str] = {}
    for name in sorted(plain.values()):
        spelled.setdefault(folded(name), name)
    plain = {name: spelled[folded(own)] for name, own in plain.items()}
    known = sorted({name for name in plain.values() if name})
    result: list[list[Box]] = []
    for item in found:
        own: list[Box] = []
        for box in item.boxes:
            name = plain[box.name]
            if name != box.name and name:
                dirt.add("names with stray characters, cleaned", f"{item.path.name} ('{box.name}')")
            if name or not known:
                own.append(replace(box, name=name or UNNAMED))
            elif len(known) == 1:
                dirt.add("boxes without a name, neither learned nor judged by", item.path.name)
                own.append(replace(box, name=known[0], difficult=True))
            else:
                dirt.add("boxes without a name, left out", item.path.name)
        result.append(own)
    return result


def _plain(name: str) -> str:
    """A name without what stands around it by mistake, and without what divides names in tables."""
    return " ".join(re.sub(r"^[\W_]+|[\W_]+$", "", one_line(name).replace(";", ",")).split())


def _long_name(item: Annotated) -> str:
    """The name of a picture that has its own in common with another: with its split and folder."""
    folder = re.sub(r"[^\w-]+", "-", item.path.parent.name)
    return "-".join(part for part in (item.split, folder, item.path.stem) if part)
