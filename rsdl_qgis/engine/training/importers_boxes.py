"""Pictures with boxes as other programs and data sets have them, taken as chip folders; the pictures stay where they
are, and the boxes are written as tables of this project's own (``box_files``).

========  ======================================================================================================
coco      a ``.json`` with ``images``, ``annotations`` and ``categories``: Lin et al. (ECCV 2014)
voc       a ``.xml`` a picture: Pascal VOC, Everingham et al. (IJCV 2010), doi:10.1007/s11263-009-0275-4
dota      a ``.txt`` a picture: eight corner coordinates, class, difficulty: Xia et al. (CVPR 2018)
yolo      a ``.txt`` a picture: class number, middle, width and height (or corners) as parts of the picture's
========  ======================================================================================================

Pictures and annotations lie anywhere below a folder; a folder called train, valid (val) or test on the way, or a COCO
file of such a name, is the split. What cannot be used is left out, counted and told: ``Dirt``.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..card import Band, Input
from ..errors import InputError
from ..raster.label_fields import folded
from ..report import Report
from ..text import one_line
from ..xml_text import XMLError, parse_xml
from .box_files import LEAST_SEEN, Box, write_boxes
from .chips import Chip, ChipFolder, Source, write_chips
from .importers import (
    ENDINGS,
    FOLDERS,
    SPLIT_FOLDERS,
    Picture,
    check_bands,
    folder_of,
    open_picture,
    placed_chip,
    reference_to,
)
from .label_classes import legend_of_names

SMALLEST = 1.0  # pixels a side, of a box that is used
UNNAMED = "object"  # the class of boxes where none has a name
NAMES = {".txt": ("classes.txt", "obj.names", "names.txt"), ".yaml": ("data.yaml", "data.yml", "dataset.yaml")}
DOTA = re.compile(r"((?:[-+]?[\d.]+(?:[eE][-+]?\d+)?\s+){8})(\S*[^\W\d_]\S*)\s+([012])")
HEADER = ("imagesource", "gsd")  # lines that DOTA's files begin with


@dataclass
class Dirt:
    """What was met that is not as it should be: how often, by its name, and where first."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, where: str, count: int = 1) -> None:
        if count > 0:
            self.counts[what] += count
            self.first.setdefault(what, where)

    def tell(self, report: Report) -> None:
        for what, count in self.counts.items():
            report.log("warning", f"{what}: {count}, the first in {self.first[what]}.")


@dataclass(frozen=True)
class Annotated:
    """A picture and its boxes, in its pixels, or where ``relative`` as parts of its width and height.

    ``size``: its width and height as the annotation says; None: it does not.
    """

    path: Path
    boxes: tuple[Box, ...]
    split: str = ""
    size: tuple[int, int] | None = None
    relative: bool = False


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


def read_coco(root: Path, dirt: Dirt, report: Report) -> Iterator[Annotated]:
    """The pictures of COCO files; one of a category that the file does not name has no name."""
    pictures = _pictures(root)
    for file in sorted(root.rglob("*.json")):
        report.check()
        about = _coco(file)
        if about is None:
            continue
        names = {item.get("id"): str(item.get("name") or "") for item in about.get("categories") or ()}
        boxes: dict[Any, list[Box]] = {}
        for one in about["annotations"]:
            box = _coco_box(one, names)
            if box is None:
                dirt.add("annotations without a box, left out", file.name)
            else:
                boxes.setdefault(one.get("image_id"), []).append(box)
        split = _split_of(file, root)
        for image in about["images"]:
            picture = _coco_picture(file, str(image.get("file_name") or ""), split, pictures)
            own = tuple(boxes.pop(image.get("id"), ()))
            if picture is None:
                dirt.add("pictures that are not there, left out", f"{file.name} ({image.get('file_name')})")
                continue
            size = (int(image.get("width") or 0), int(image.get("height") or 0))
            yield Annotated(picture, own, split or _split_of(picture, root), size if all(size) else None)
        dirt.add("boxes of pictures that the file does not name, left out", file.name, sum(map(len, boxes.values())))


def read_voc(root: Path, dirt: Dirt, report: Report) -> Iterator[Annotated]:
    """The pictures of Pascal VOC files, each of the file's name or the name in it."""
    pictures = _pictures(root)
    for file in sorted(root.rglob("*.xml")):
        report.check()
        try:
            tree = parse_xml(file.read_bytes())
        except (XMLError, OSError):
            continue  # not one of ours: .aux.xml and the like
        if tree.tag != "annotation":
            continue
        split = _split_of(file, root)
        stems = (file.stem, Path(tree.findtext("filename") or "").stem)
        path = next((pictures[split, stem] for stem in stems if (split, stem) in pictures), None)
        if path is None:
            dirt.add("annotations without a picture, left out", file.name)
            continue
        size = tuple(_whole(tree.findtext(f"size/{side}")) for side in ("width", "height"))
        boxes: list[Box] = []
        for item in tree.iter("object"):
            x1, y1, x2, y2 = (_number(item.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax"))
            difficult = _whole(item.findtext("difficult")) > 0
            boxes.append(Box(x1, y1, x2, y2, item.findtext("name") or "", difficult))
        yield Annotated(path, tuple(boxes), split, (size[0], size[1]) if all(size) else None)


def read_dota(root: Path, dirt: Dirt, report: Report) -> Iterator[Annotated]:
    """The pictures of DOTA's text files; of an object that is not parallel to them the rectangle around it."""
    pictures = _pictures(root)
    texts = list(_texts(root, pictures))
    if not any(DOTA.search(text) for _, _, text in texts):
        return
    for file, path, text in texts:
        report.check()
        boxes: list[Box] = []
        for line in text.splitlines():
            if not line.strip() or line.lower().startswith(HEADER):
                continue
            found = DOTA.findall(line)
            dirt.add("lines that are no object, left out", file.name, not found)
            dirt.add("lines that run into the next one, divided", file.name, len(found) - 1)
            for numbers, name, difficult in found:
                values = [_number(value) for value in numbers.split()]
                xs, ys = values[::2], values[1::2]
                boxes.append(Box(min(xs), min(ys), max(xs), max(ys), name, difficult != "0"))
        yield Annotated(path, tuple(boxes), _split_of(path, root))


def read_yolo(root: Path, dirt: Dirt, report: Report) -> Iterator[Annotated]:
    """The pictures of YOLO's text files, and as pictures without objects those that have none."""
    pictures = _pictures(root)
    texts = {path: (file, text) for file, path, text in _texts(root, pictures)}
    if not texts:
        return
    names = yolo_names(root)
    for path in pictures.values():
        report.check()
        file, text = texts.get(path, (path, ""))
        boxes: list[Box] = []
        for line in text.splitlines():
            values = [_number(value) for value in line.split()]
            if len(values) < 5 or not values[0].is_integer():
                dirt.add("lines that are no object, left out", file.name, bool(line.strip()))
                continue
            number = int(values[0])
            boxes.append(Box(*_yolo_corners(values[1:]), names.get(number, f"class {number}")))
        yield Annotated(path, tuple(boxes), _split_of(path, root), relative=True)


def yolo_names(root: Path) -> dict[int, str]:
    """The names of the class numbers, of a file of one name a line, or of the ``names`` of a YAML file."""
    for name in NAMES[".txt"]:
        for file in sorted(root.rglob(name)):
            lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
            return dict(enumerate(line.strip() for line in lines if line.strip()))
    for name in NAMES[".yaml"]:
        for file in sorted(root.rglob(name)):
            return _yaml_names(file.read_text(encoding="utf-8-sig", errors="replace"))
    return {}


Reader = Callable[[Path, Dirt, Report], Iterator[Annotated]]
FORMS: Mapping[str, Reader] = {"coco": read_coco, "voc": read_voc, "dota": read_dota, "yolo": read_yolo}


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


def _pictures(root: Path) -> dict[tuple[str, str], Path]:
    """The pictures below a folder, by split and name without ending."""
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    return {(_split_of(path, root), path.stem): path for path in files if not path.name.startswith(".")}


def _texts(root: Path, pictures: Mapping[tuple[str, str], Path]) -> Iterator[tuple[Path, Path, str]]:
    """(file, picture, text) of each text file that has the name of a picture."""
    for file in sorted(root.rglob("*.txt")):
        path = pictures.get((_split_of(file, root), file.stem))
        if path is not None:
            yield file, path, file.read_text(encoding="utf-8-sig", errors="replace")


def _split_of(path: Path, root: Path) -> str:
    """The split that a folder on the way, the last one, is called after, or a COCO file; '': none."""
    relative = path.relative_to(root)
    words = [part.lower() for part in relative.parts[:-1]]
    words += re.split(r"[^a-z]+", relative.stem.lower()) if path.suffix == ".json" else []
    found = [split for word in words for split in SPLIT_FOLDERS if word in FOLDERS[split]]
    return found[-1] if found else ""


def _coco(file: Path) -> dict[str, Any] | None:
    try:
        about = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        return None
    lists = isinstance(about, dict) and all(isinstance(about.get(name), list) for name in ("images", "annotations"))
    return about if lists else None


def _coco_box(annotation: Mapping[str, Any], names: Mapping[Any, str]) -> Box | None:
    given = annotation.get("bbox")
    if not isinstance(given, (list, tuple)) or len(given) != 4:
        return None
    x, y, width, height = map(_number, given)
    name = names.get(annotation.get("category_id"), "")
    return Box(x, y, x + width, y + height, name, bool(annotation.get("iscrowd")))


def _coco_picture(file: Path, name: str, split: str, pictures: Mapping[tuple[str, str], Path]) -> Path | None:
    """The picture that a COCO file names: beside it, or one of that name in a folder of its split, or in any."""
    if name and (file.parent / name).is_file():
        return file.parent / name
    splits = (split, "", *SPLIT_FOLDERS)
    return next((pictures[one, Path(name).stem] for one in splits if (one, Path(name).stem) in pictures), None)


def _yolo_corners(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Of middle and size, or of three corners or more the rectangle around them."""
    if len(values) >= 6 and len(values) % 2 == 0:
        xs, ys = values[::2], values[1::2]
        return min(xs), min(ys), max(xs), max(ys)
    x, y, width, height = values[:4]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _yaml_names(text: str) -> dict[int, str]:
    """The names in a YAML file: a list in one line, a list of a line each, or numbers with names."""
    start = re.search(r"^names\s*:(.*)$", text, re.MULTILINE)
    if not start:
        return {}
    line = start.group(1).split("#")[0].strip()
    if line.startswith("["):
        line = text[start.start(1) :].partition("]")[0]
        return dict(enumerate(part.strip(" \n'\"") for part in line.strip(" [").split(",") if part.strip()))
    result: dict[int, str] = {}
    for row in text[start.end() :].splitlines()[1:]:
        item = re.match(r"\s*(?:-|(\d+)\s*:)\s*(.+?)\s*$", row)
        if not item:
            break
        result[int(item.group(1) or len(result))] = item.group(2).strip("'\"")
    return result


def _number(value: Any) -> float:
    """The number; NaN where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _whole(text: str | None) -> int:
    """The whole number; 0 where it is none."""
    value = _number(text)
    return int(value) if math.isfinite(value) else 0
