"""The classes of masks (label images beside images): which there are, and whether they can be distinguished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...cards.card import Class
from ...errors import InputError
from ...feedback import Report
from ...raster.class_tables import class_colours, same_everywhere
from ...raster.fills import filling_classes, filling_numbers
from ...raster.grid import Window
from ...raster.source import Layer, RasterSource
from ...tables.tasks import TASKS
from ..cutting.classes import LARGEST_VALUE, legend_of
from ..cutting.layers import LabelLayer
from ..folder import IGNORE

LOSSY = (".jpg", ".jpeg")
MANY = 6  # values, from which on masks may hold noise around two of them
DARK, LIGHT = 64, 191  # of 8 bits: noise around black is below the one, around white above the other
MIDDLE_SHARE = 0.1  # of the pixels, at most, lie between, where the rest is noise around black and white
WHITE = (255, 65_535)  # what two classes of 8 and 16 bits are often written as
PNG = "Save the masks without loss, as PNG or TIFF, with one number for each class."


def mask_classes(
    masks: Sequence[Path],
    task: str,
    report: Report,
    listed: Sequence[Class] = (),
) -> tuple[tuple[Class, ...], tuple[int, ...]]:
    """The classes of masks, and their values in the masks where these are not the classes' own.

    All values that occur are classes, except usual nodata values, or, where ``listed`` classes name all others, those
    of them that occur. InputError where masks are colour images, or do not
    distinguish classes.
    """
    counts = _counts(masks, report)
    values = sorted(counts)
    own_classes = tuple(item for item in listed if item.value in counts)
    if len(own_classes) > 1 and {*values} - {item.value for item in own_classes} <= {*WHITE}:
        return own_classes, ()
    _check_noise(masks, counts)
    fills = filling_classes(values)
    if fills:
        report.log("warning", f"{', '.join(map(str, fills))} in the masks is taken as unlabelled.")
        values = [value for value in values if value not in fills]
    if len(values) < 2:
        raise InputError(
            f"The masks in {masks[0].parent} have {len(values)} value(s) besides those to ignore.",
            "Masks need a value for each of two classes or more.",
        )
    renumbered = IGNORE in values or values[0] < 0 or values[-1] > LARGEST_VALUE
    own = dict(enumerate(values)) if renumbered else {value: value for value in values}
    titles: dict[int, str] = {}
    rest = None
    if len(own) == 2 and values[0] == 0:
        titles = dict(zip(sorted(own), TASKS[task].two_classes))
        rest = titles[0]
    elif renumbered:
        titles = {value: f"class {stored}" for value, stored in own.items()}
        numbers = ", ".join(f"{stored} is {value}" for value, stored in own.items())
        report.log("warning", f"The values of the masks are renumbered as classes: {numbers}.")
    colours = class_colours(str(masks[0])) if len(values) > 2 else {}
    layer = LabelLayer("", "", names=titles, colors={str(v): colours[s] for v, s in own.items() if s in colours})
    classes = legend_of([layer], own, background=rest).classes
    return classes, tuple(own.values()) if renumbered else ()


def check_numbers(masks: Sequence[Path], report: Report) -> None:
    """InputError where masks of numbers are colour images; logs undeclared nodata values that they hold."""
    counts: Counter[float] = Counter()
    for i, mask in enumerate(masks):
        report.check()
        report.progress(i / len(masks), "Reading the masks")
        values = _read(mask)
        some, times = np.unique(values.compressed(), return_counts=True)
        fills = filling_numbers(some.tolist())
        counts.update({v: n for v, n in zip(some.tolist(), times.tolist()) if v in fills})
    if counts:
        numbers = ", ".join(f"{value:.10g} ({n} pixels)" for value, n in counts.items())
        report.log("warning", f"The masks in {masks[0].parent} hold {numbers}, which is taken as nodata.")


def _counts(masks: Sequence[Path], report: Report) -> Counter[int]:
    """How many pixels of all masks have each value.

    InputError where masks are colour images, hold real numbers, or do not agree on the value of a class.
    """
    found: Counter[int] = Counter()
    two: dict[int, Path] = {}  # the first mask of 0 and one other value, by that
    most = 0  # values in a mask
    for i, mask in enumerate(masks):
        report.check()
        report.progress(i / len(masks), "Reading the masks")
        some, times = np.unique(_read(mask).compressed(), return_counts=True)
        if (some != np.rint(some)).any() or len(found) > IGNORE:
            raise InputError(f"{mask} holds numbers, so it is no mask of classes.", "Choose masks of whole numbers.")
        found.update({int(value): int(n) for value, n in zip(some, times)})
        if len(some) == 2 and some[0] == 0:
            two.setdefault(int(some[1]), mask)
        most = max(most, len(some))
    if len(two) > 1 and most == 2 and any(value in two for value in WHITE):
        (one, first), (other, second) = sorted(two.items())[:2]
        raise InputError(
            f"{first} holds 0 and {one}, and {second} 0 and {other}: which of them are one class is not clear.",
            "Give all masks the same numbers.",
        )
    return found


def _read(mask: Path) -> np.ma.MaskedArray:
    """(h, w) values of a mask of one band, or of equal bands. InputError for a colour image."""
    with RasterSource({"mask": [Layer(str(mask))]}) as source:
        bands = source.read(Window(0, 0, source.grid.height, source.grid.width))["mask"][0]
    if not same_everywhere(bands.data):
        raise InputError(
            f"The classes in {mask} are colours of {len(bands)} bands.",
            "Make masks of one band, with a number for each class.",
        )
    return bands[0]


def _check_noise(masks: Sequence[Path], counts: Mapping[int, int]) -> None:
    """InputError where values lie scattered around few others, as JPEG and smoothing leave them."""
    values = sorted(counts)
    near = [value for value, following in zip(values, values[1:]) if following == value + 1]
    lossy = any(mask.suffix.lower() in LOSSY for mask in masks) and len(values) > 2 and near
    bright = [value for value in values if value > LIGHT]
    middle = sum(n for value, n in counts.items() if DARK <= value <= LIGHT)
    scattered = len(values) >= MANY and len(bright) > 2 and values[0] < DARK and values[-1] <= 255
    if lossy or (scattered and middle <= MIDDLE_SHARE * sum(counts.values())):
        raise InputError(
            f"The masks in {masks[0].parent} hold {len(values)} values, such as {', '.join(map(str, values[:3]))} and "
            f"{values[-1]}, scattered around fewer classes, as JPEG or smoothing leaves them.",
            PNG,
        )
