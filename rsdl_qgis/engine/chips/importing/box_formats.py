"""Annotation formats of bounding boxes.

========  ======================================================================================================
coco      a ``.json`` with ``images``, ``annotations`` and ``categories``: Lin et al. (ECCV 2014)
voc       an ``.xml`` per image: Pascal VOC, Everingham et al. (IJCV 2010), doi:10.1007/s11263-009-0275-4; splits by
          ``ImageSets/Main/train.txt`` and others
dota      a ``.txt`` per image: eight corner coordinates, class, difficulty: Xia et al. (CVPR 2018),
          doi:10.1109/CVPR.2018.00418
yolo      a ``.txt`` per image: class number, centre, width and height (or corners) as fractions of the image's
========  ======================================================================================================

Outlines and corners give boxes that may be turned, too (``Box.corners``, here the outline itself, of any number of
points). Images and annotations lie anywhere below a folder; a parent folder named train, valid (val) or test, or a
COCO file of such a name, gives the split. What cannot be used is left out, counted and logged (``Problems``).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...feedback import Report
from ...files.xml import XMLError, parse_xml
from ..box_table import Box
from .images import ENDINGS, FOLDERS, SPLIT_FOLDERS

NAMES = {".txt": ("classes.txt", "obj.names", "names.txt"), ".yaml": ("data.yaml", "data.yml", "dataset.yaml")}
DOTA = re.compile(r"((?:[-+]?[\d.]+(?:[eE][-+]?\d+)?\s+){8})(\S*[^\W\d_]\S*)\s+([012])")
HEADER = ("imagesource", "gsd")  # lines that DOTA's files begin with


@dataclass
class Problems:
    """Problems with annotations: how often each occurs, and where first."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, where: str, count: int = 1) -> None:
        if count > 0:
            self.counts[what] += count
            self.first.setdefault(what, where)

    def log(self, report: Report) -> None:
        for what, count in self.counts.items():
            report.log("warning", f"{what}: {count}, the first in {self.first[what]}.")


@dataclass(frozen=True)
class Annotated:
    """An image and its boxes, in pixels, or ``relative``: as fractions of its width and height.

    ``size``: width and height according to the annotation; None: not stated.
    """

    path: Path
    boxes: tuple[Box, ...]
    split: str = ""
    size: tuple[int, int] | None = None
    relative: bool = False


def read_coco(root: Path, problems: Problems, report: Report) -> Iterator[Annotated]:
    """The images of COCO files; boxes of unknown categories have no name."""
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
                problems.add("annotations without a box, left out", file.name)
            else:
                boxes.setdefault(one.get("image_id"), []).append(box)
        split = _split_of(file, root)
        for image in about["images"]:
            picture = _coco_picture(file, str(image.get("file_name") or ""), split, pictures)
            own = tuple(boxes.pop(image.get("id"), ()))
            if picture is None:
                problems.add("missing images, left out", f"{file.name} ({image.get('file_name')})")
                continue
            size = (int(image.get("width") or 0), int(image.get("height") or 0))
            yield Annotated(picture, own, split or _split_of(picture, root), size if all(size) else None)
        problems.add("boxes of images that the file does not name, left out", file.name, sum(map(len, boxes.values())))


def read_voc(root: Path, problems: Problems, report: Report) -> Iterator[Annotated]:
    """The images of Pascal VOC files, by the file's name or the name in it."""
    pictures, listed = _pictures(root), _image_sets(root)
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
            problems.add("annotations without an image, left out", file.name)
            continue
        size = tuple(_whole(tree.findtext(f"size/{side}")) for side in ("width", "height"))
        boxes: list[Box] = []
        for item in tree.iter("object"):
            x1, y1, x2, y2 = (_number(item.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax"))
            difficult = _whole(item.findtext("difficult")) > 0
            boxes.append(Box(x1, y1, x2, y2, item.findtext("name") or "", difficult))
        split = split or listed.get(path.stem, "")
        yield Annotated(path, tuple(boxes), split, (size[0], size[1]) if all(size) else None)


def read_dota(root: Path, problems: Problems, report: Report) -> Iterator[Annotated]:
    """The images of DOTA's text files."""
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
            problems.add("lines that are no object, left out", file.name, not found)
            problems.add("lines without a line break between them, separated", file.name, len(found) - 1)
            for numbers, name, difficult in found:
                values = [_number(value) for value in numbers.split()]
                xs, ys = values[::2], values[1::2]
                boxes.append(Box(min(xs), min(ys), max(xs), max(ys), name, difficult != "0", tuple(values)))
        yield Annotated(path, tuple(boxes), _split_of(path, root))


def read_yolo(root: Path, problems: Problems, report: Report) -> Iterator[Annotated]:
    """The images of YOLO's text files; images without a text file have no objects."""
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
                problems.add("lines that are no object, left out", file.name, bool(line.strip()))
                continue
            number = int(values[0])
            outline = tuple(values[1:]) if _is_outline(values[1:]) else ()
            boxes.append(Box(*_yolo_corners(values[1:]), names.get(number, f"class {number}"), corners=outline))
        yield Annotated(path, tuple(boxes), _split_of(path, root), relative=True)


def yolo_names(root: Path) -> dict[int, str]:
    """The names of the class numbers, from a file with one name per line or the ``names`` of a YAML file."""
    for name in NAMES[".txt"]:
        for file in sorted(root.rglob(name)):
            lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
            return dict(enumerate(line.strip() for line in lines if line.strip()))
    for name in NAMES[".yaml"]:
        for file in sorted(root.rglob(name)):
            return _yaml_names(file.read_text(encoding="utf-8-sig", errors="replace"))
    return {}


Reader = Callable[[Path, Problems, Report], Iterator[Annotated]]
FORMATS: Mapping[str, Reader] = {"coco": read_coco, "voc": read_voc, "dota": read_dota, "yolo": read_yolo}


def _pictures(root: Path) -> dict[tuple[str, str], Path]:
    """The images below a folder, by split and name without extension."""
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    return {(_split_of(path, root), path.stem): path for path in files if not path.name.startswith(".")}


def _image_sets(root: Path) -> dict[str, str]:
    """The split of each image, by name, that a list of Pascal VOC names."""
    found: dict[str, str] = {}
    for split in SPLIT_FOLDERS:
        for file in sorted(root.rglob("ImageSets/Main/*.txt")):
            if file.stem.lower() in FOLDERS[split]:
                text = file.read_text(encoding="utf-8-sig", errors="replace")
                found.update({line.split()[0]: split for line in text.splitlines() if line.strip()})
    return found


def _texts(root: Path, pictures: Mapping[tuple[str, str], Path]) -> Iterator[tuple[Path, Path, str]]:
    """(file, image, text) of each text file with the name of an image."""
    for file in sorted(root.rglob("*.txt")):
        path = pictures.get((_split_of(file, root), file.stem))
        if path is not None:
            yield file, path, file.read_text(encoding="utf-8-sig", errors="replace")


def _split_of(path: Path, root: Path) -> str:
    """The split named by the innermost parent folder, or by a COCO file; '': none."""
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
    return Box(x, y, x + width, y + height, name, bool(annotation.get("iscrowd")), _coco_outline(annotation))


def _coco_outline(annotation: Mapping[str, Any]) -> tuple[float, ...]:
    """The points of an annotation's polygons; none of a mask."""
    parts = annotation.get("segmentation")
    if not isinstance(parts, list) or not all(isinstance(part, list) for part in parts):
        return ()
    values = tuple(_number(value) for part in parts for value in part)
    return values if _is_outline(values) and all(map(math.isfinite, values)) else ()


def _coco_picture(file: Path, name: str, split: str, pictures: Mapping[tuple[str, str], Path]) -> Path | None:
    """The image that a COCO file names: beside it, or of that name in a folder of its split, or in any folder."""
    if name and (file.parent / name).is_file():
        return file.parent / name
    splits = (split, "", *SPLIT_FOLDERS)
    return next((pictures[one, Path(name).stem] for one in splits if (one, Path(name).stem) in pictures), None)


def _yolo_corners(values: Sequence[float]) -> tuple[float, float, float, float]:
    """The corners of a box from centre and size, or the bounding box of three or more points."""
    if _is_outline(values):
        xs, ys = values[::2], values[1::2]
        return min(xs), min(ys), max(xs), max(ys)
    x, y, width, height = values[:4]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _is_outline(values: Sequence[float]) -> bool:
    return len(values) >= 6 and len(values) % 2 == 0


def _yaml_names(text: str) -> dict[int, str]:
    """The names in a YAML file: a list in one line, a list with a name per line, or numbers with names."""
    start = re.search(r"^names\s*:(.*)$", text, re.MULTILINE)
    if not start:
        return {}
    line = start.group(1).split("#")[0].strip()
    if line.startswith("["):
        line = text[start.start(1) :].partition("]")[0]
        return dict(enumerate(_unquoted(part.strip()) for part in line.strip(" [").split(",") if part.strip()))
    result: dict[int, str] = {}
    for row in text[start.end() :].splitlines()[1:]:
        item = re.match(r"\s*(?:-|(\d+)\s*:)\s*(.+?)\s*$", row)
        if not item:
            break
        result[int(item.group(1) or len(result))] = _unquoted(item.group(2))
    return result


def _unquoted(text: str) -> str:
    """A YAML string without its quotes; in single ones a quote is doubled."""
    if len(text) > 1 and text.startswith("'") and text.endswith("'"):
        return text[1:-1].replace("''", "'")
    return text.strip("'\"")


def _number(value: Any) -> float:
    """The number; NaN where it is not one."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _whole(text: str | None) -> int:
    """The integer; 0 where it is not one."""
    value = _number(text)
    return int(value) if math.isfinite(value) else 0
