"""Folders of images, as other programs and data sets write them, read as chip folders; files stay where they are.

==============  ==================================================================================================
images, masks   a folder of images and one of masks; a mask has its image's name, with any extension
classes         a folder of images per class, all in one folder
change          folders A and B (before, after) and label, of files of the same names
no labels       images side by side, where none are needed
==============  ==================================================================================================

Each may lie in folders train, valid (val) and test, or be divided into such folders inside.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...cards.card import Band, Class, Input
from ...errors import InputError
from ...feedback import Report
from ...raster.grid import Grid
from ...raster.source import Layer, RasterSource
from ...tables.tasks import TASKS
from ..class_list import read_classes
from ..cutting.classes import legend_of_names
from ..folder import Chip, ChipFolder, Source, sizes
from .mask_classes import check_numbers, mask_classes

ENDINGS = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".jp2")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")  # whose three bands are red, green and blue
FOLDERS = {  # what the folders of data sets are called
    "train": ("train", "training"),
    "valid": ("valid", "val", "validation"),
    "test": ("test", "testing"),
    "images": ("images", "image", "imgs", "img", "jpegimages"),
    "masks": ("masks", "mask", "labels", "label", "annotations", "gt"),
    "before": ("a", "before", "pre", "t1", "time1"),
    "after": ("b", "after", "post", "t2", "time2"),
}
SPLIT_FOLDERS = ("train", "valid", "test")
LAYOUTS = (
    "It needs folders 'images' and 'masks' with files of the same names, a folder of images for each class, "
    "or folders 'A', 'B' and 'label'."
)


@dataclass(frozen=True)
class Files:
    """Where the files of one split are: for each input the folder of each date, and the folder of the masks."""

    images: Mapping[str, Mapping[str, Path]]
    masks: Path
    split: str = ""


@dataclass(frozen=True)
class Picture:
    """An image file that was opened once: its grid, and how its bands are described."""

    path: Path
    grid: Grid
    bands: tuple[str, ...]


def import_images(
    parts: Sequence[Files],
    task: str,
    *,
    folder: Path,
    report: Report | None = None,
) -> ChipFolder:
    """Images of any number of inputs and dates with their masks, as a chip folder; nothing is written or copied.

    The classes are the values that occur in the masks, named by a ``class_list`` in ``folder``; beside classes counted
    up from 0, 255 is unlabelled. For a regression masks hold numbers. ``folder``: what paths are relative to. Raises
    InputError where no image has a mask of its name, or image and mask differ in size.
    """
    report, folder = report or Report(), folder.resolve()
    chips: list[Chip] = []
    sources: dict[str, Source] = {}
    opened: dict[str, list[Picture]] = {name: [] for name in parts[0].images}
    masks: list[Path] = []
    for part in parts:
        taken = {chip.name for chip in chips}
        _log_without_mask(part, report)
        for stem, images, mask in _matched(part):
            report.check()
            pictures = {name: [open_picture(path) for path in dates] for name, dates in images.items()}
            _check_sizes([picture for several in pictures.values() for picture in several], mask)
            for key, several in pictures.items():
                opened[key] += several
            masks.append(mask)
            name = f"{part.split}-{stem}" if stem in taken else stem
            files = {key: tuple(reference_to(path, folder) for path in dates) for key, dates in images.items()}
            grid = next(iter(pictures.values()))[0].grid
            chips.append(placed_chip(Chip(name, files, reference_to(mask, folder), part.split), grid, sources))
    if not chips:
        problem = "No image has a mask of the same name."
        raise InputError(problem, "Name each mask like its image; the extension may differ.")
    for several in opened.values():
        check_bands(several)
    inputs = tuple(
        Input(name, tuple(Band(title) for title in several[0].bands), tuple(parts[0].images[name]))
        for name, several in opened.items()
    )
    grids = [picture.grid for picture in next(iter(opened.values()))]
    if TASKS[task].numbers:
        check_numbers(masks, report)
        return folder_of(folder, task, inputs, (), chips, sources, grids, "number", ())
    classes, stored = mask_classes(masks, task, report, read_classes(folder))
    return folder_of(folder, task, inputs, classes, chips, sources, grids, "raster", stored)


def import_class_folders(root: Path, report: Report | None = None) -> ChipFolder:
    """Scenes: a folder of images for each class, inside ``root`` or its folders train, valid and test.

    Raises InputError where there are fewer than two classes, or images differ in their number of bands.
    """
    report, folder = report or Report(), root.resolve()
    rows = [
        (split, path, own.name)
        for split, part in _parts(root).items()
        for own in sorted(part.iterdir())
        if own.is_dir()
        for path in images_in(own).values()
    ]
    if not rows:
        problem = f"{root} has no images in folders of their classes."
        raise InputError(problem, "Put the images of each class in a folder of its name.")
    known = sorted({own for _, _, own in rows})
    legend = legend_of_names(known)
    if len(known) < 2:
        raise InputError(f"{root} has one folder of images only, '{known[0]}'.", "Scenes need two classes or more.")
    scenes = [(split, path, legend.name(own), (split, own)) for split, path, own in rows]
    return _single_images(scenes, "classification", folder, legend.classes, "class", report)


def import_unlabelled(root: Path, task: str, report: Report | None = None) -> ChipFolder:
    """Images without labels, side by side in ``root`` or its folders train, valid and test.

    Raises InputError where there is none, or they differ in their number of bands.
    """
    report, folder = report or Report(), root.resolve()
    rows = [(split, path) for split, part in _parts(root).items() for path in images_in(part).values()]
    if not rows:
        raise InputError(f"{root} has no images.", f"They end in {', '.join(ENDINGS)}.")
    return _single_images([(split, path, "", (split,)) for split, path in rows], task, folder, (), "none", report)


def _single_images(
    rows: Sequence[tuple[str, Path, str, Sequence[str]]],
    task: str,
    folder: Path,
    classes: tuple[Class, ...],
    labels: str,
    report: Report,
) -> ChipFolder:
    """Images of one date as a chip folder: of each the split, the file, the label, and what stands before its name
    where two have the same. InputError where they differ in their number of bands.
    """
    clashing = len({path.stem for _, path, _, _ in rows}) < len(rows)
    chips: list[Chip] = []
    sources: dict[str, Source] = {}
    opened: list[Picture] = []
    for split, path, label, before in rows:
        report.check()
        picture = open_picture(path)
        opened.append(picture)
        name = "-".join(filter(None, (*before, path.stem))) if clashing else path.stem
        chip = Chip(name, {"image": (reference_to(path, folder),)}, label, split)
        chips.append(placed_chip(chip, picture.grid, sources))
    check_bands(opened)
    inputs = (Input("image", tuple(Band(name) for name in opened[0].bands)),)
    return folder_of(folder, task, inputs, classes, chips, sources, [item.grid for item in opened], labels, ())


def import_folder(root: Path, task: str, report: Report | None = None, labelled: bool = True) -> ChipFolder:
    """The images of a folder as a chip folder, whichever of the layouts it has. InputError where it has none.

    ``labelled``: labels are needed; else images that lie side by side have none.
    """
    if not root.is_dir():
        raise InputError(f"There is no folder {root}.", "Check that it was not moved or renamed.")
    if not labelled and any(images_in(part) for part in _parts(root).values()):
        return import_unlabelled(root, task, report)
    if TASKS[task].scenes:
        return import_class_folders(root, report)
    splits = splits_in(root)
    found = {split: _files(path) for split, path in _parts(root).items()}
    parts = [replace(files, split=split) for split, files in found.items() if files is not None]
    if len(parts) < len(found):
        raise InputError(f"{root} is no chip folder, and no folder of images that can be read as one.", LAYOUTS)
    parts = parts if splits else _divided(parts[0])
    return import_images(parts, task, folder=root, report=report)


def _files(root: Path) -> Files | None:
    """The folders of images and masks in a folder; None where there are none."""
    inside = {path.name.lower(): path for path in root.iterdir() if path.is_dir()}
    found = {role: next((inside[n] for n in names if n in inside), None) for role, names in FOLDERS.items()}
    before, after, images, masks = (found[role] for role in ("before", "after", "images", "masks"))
    if masks and before and after:
        return Files({"image": {"before": before, "after": after}}, masks)
    return Files({"image": {"image": images}}, masks) if masks and images else None


def _divided(files: Files) -> list[Files]:
    """The files of each split where the folders are divided into such folders inside; else as they are."""
    folders = [folder for dates in files.images.values() for folder in dates.values()]
    inside = {folder: splits_in(folder) for folder in (*folders, files.masks)}
    shared = [split for split in SPLIT_FOLDERS if all(split in found for found in inside.values())]
    if not shared:
        return [files]
    return [
        Files(
            {name: {date: inside[path][split] for date, path in dates.items()} for name, dates in files.images.items()},
            inside[files.masks][split],
            split,
        )
        for split in shared
    ]


def splits_in(root: Path) -> dict[str, Path]:
    """The folders inside that have the names of splits; none where there is none for training."""
    inside = {path.name.lower(): path for path in root.iterdir() if path.is_dir()}
    found = {split: inside[name] for split in SPLIT_FOLDERS for name in FOLDERS[split] if name in inside}
    return found if "train" in found else {}


def _parts(root: Path) -> dict[str, Path]:
    """The folder of each split; the folder itself, of no split, where it is not divided."""
    return splits_in(root) or {"": root}


def images_in(folder: Path) -> dict[str, Path]:
    """The image files of a folder by name without extension, sorted."""
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Check its name.")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDINGS or not path.is_file() or path.name.startswith("."):
            continue
        if path.stem in found:
            raise InputError(f"{found[path.stem]} and {path} have the same name.", "Remove one of them.")
        found[path.stem] = path
    return found


def _matched(part: Files) -> Iterator[tuple[str, dict[str, tuple[Path, ...]], Path]]:
    """(name, files of each input's dates, mask) of each mask that has an image of every date."""
    masks = images_in(part.masks)
    files = {name: [images_in(path) for path in dates.values()] for name, dates in part.images.items()}
    for stem in sorted(set.intersection(set(masks), *(set(dates) for several in files.values() for dates in several))):
        yield stem, {name: tuple(dates[stem] for dates in several) for name, several in files.items()}, masks[stem]


def _log_without_mask(part: Files, report: Report) -> None:
    """Log how many images have no mask and are left out."""
    folders = [folder for dates in part.images.values() for folder in dates.values()]
    alone = sorted({stem for folder in folders for stem in images_in(folder)} - set(images_in(part.masks)))
    if alone:
        report.log("warning", f"{len(alone)} images have no mask and are left out, such as '{alone[0]}'.")


def open_picture(path: Path) -> Picture:
    """Read an image's grid and band names; three unnamed bands of a picture format are red, green and blue."""
    with RasterSource({"image": [Layer(str(path))]}) as source:
        info = source.layers("image")[0]
        names = tuple(" ".join(text.replace(";", ",").split()) for text in info.descriptions)
        if not all(names) or len(set(names)) < len(names):
            numbers = tuple(f"band {number}" for number in info.bands)
            names = ("red", "green", "blue") if path.suffix.lower() in PICTURES and len(names) == 3 else numbers
        return Picture(path, source.grid, names)


def _check_sizes(pictures: Sequence[Picture], mask: Path) -> None:
    """InputError where the files of a chip are not of one size."""
    first = pictures[0]
    for other in (*pictures[1:], open_picture(mask)):
        if (other.grid.height, other.grid.width) != (first.grid.height, first.grid.width):
            raise InputError(
                f"{other.path} is {other.grid.width} x {other.grid.height} pixels and {first.path} "
                f"{first.grid.width} x {first.grid.height}.",
                "Images and masks must be of one size.",
            )


def check_bands(pictures: Sequence[Picture]) -> None:
    """InputError where images differ in their number of bands."""
    first = pictures[0]
    for other in pictures:
        if len(other.bands) != len(first.bands):
            raise InputError(
                f"{other.path} has {len(other.bands)} band(s) and {first.path} {len(first.bands)}.",
                "All images must have the same bands.",
            )


def folder_of(
    folder: Path,
    task: str,
    inputs: tuple[Input, ...],
    classes: tuple[Class, ...],
    chips: Sequence[Chip],
    sources: Mapping[str, Source],
    grids: Sequence[Grid],
    labels: str,
    stored: tuple[int, ...],
) -> ChipFolder:
    """The chip folder of imported chips; its resolution and sizes come from ``grids``, one per image."""
    placed = next((grid for grid in grids if grid.crs), None)
    size, largest = sizes([max(grid.height, grid.width) for grid in grids])
    return ChipFolder(
        path=folder,
        task=task,
        inputs=inputs,
        classes=classes,
        chips=tuple(chips),
        labels=labels,
        sources=sources,
        resolution=math.sqrt(math.prod(placed.resolution)) if placed else None,
        size=size,
        stored=stored,
        largest=largest,
    )


def placed_chip(chip: Chip, grid: Grid, sources: dict[str, Source]) -> Chip:
    """The chip with its geographic bounds, where its image is georeferenced; it is then a source of its own."""
    if not grid.crs:
        return chip
    sources[chip.name] = Source(chip.name, grid.crs)
    return replace(chip, source=chip.name, bounds=grid.bounds)


def reference_to(path: Path, folder: Path) -> str:
    """The path of a file: relative to the folder if it lies in it."""
    path = path.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
