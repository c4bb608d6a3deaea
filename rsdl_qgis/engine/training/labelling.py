"""What the ground is labelled: layers of labels, the classes they tell, and both on the grid of a raster."""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import Class
from ..errors import InputError, known
from ..raster.burning import meeting
from ..raster.class_tables import check_no_picture, class_colours, class_names
from ..raster.features import FeatureClasses, FeatureNumbers, Features, read_features, widened
from ..raster.grid import Bounds, Grid, Window
from ..raster.label_fields import Label, folded, whole_number
from ..raster.labels import (
    BEYOND,
    NOTHING,
    UNCLEAR,
    UNKNOWN,
    PolygonClasses,
    RasterClasses,
    Vector,
    check_crs,
    read_vector,
)
from ..raster.number_raster import RasterNumbers
from ..raster.source import Layer
from ..raster.vector_file import VectorFile
from ..text import one_line
from .chips import MOST_CLASSES

UNSET, CONTRADICTED = -1, -2  # instead of a class: not labelled; labels of different classes lie on one another
LARGEST_VALUE = 65534  # of a class; uint16 with nodata 65535
SCANNED = 1024  # pixels a side of the windows in which the classes of a raster are looked for
SHOWN = 8  # classes that a message lists
BACKGROUND = "background"
BACKGROUND_COLOUR = "#d9d9d9"
COLOURS = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#bcbd22", "#17becf", "#393b79"),
    *("#e6ab02", "#66a61e", "#a6761d", "#e7298a", "#7570b3", "#1b9e77", "#d95f02", "#08519c", "#fb9a99", "#b2df8a"),
)


@dataclass(frozen=True)
class LabelLayer:
    """A layer of labels: ``features`` of a vector layer, or the ``raster`` they are in.

    ``names``: of class values; ``colors``: of class values or names; ``has_field``: whether a field gives the labels;
    ``versions``: the same features by the CRS that QGIS has brought them to, read when they are asked for; ``fills``:
    numbers of the raster that stand for nothing.
    """

    title: str
    path: str
    features: Features | None = None
    raster: Layer | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
    has_field: bool = True
    versions: Callable[[str | None], Features | None] = lambda crs: None
    fills: tuple[float, ...] = ()


@dataclass(frozen=True)
class Legend:
    """``classes``, and the value of the class that each label means. ``background``: of ground without a label.

    ``notes``: what of the labels was taken otherwise than they say.
    """

    classes: tuple[Class, ...]
    values: Mapping[Any, int]
    background: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def dtype(self) -> np.dtype:
        """Of a raster of the class values and its nodata."""
        return np.dtype(np.uint8 if self.classes[-1].value < 255 else np.uint16)

    @property
    def nodata(self) -> int:
        return int(np.iinfo(self.dtype).max)

    def name(self, label: Any) -> str:
        """The name of the class of a label."""
        value = self.values[label]
        return next(item.name for item in self.classes if item.value == value)


def read_layer(spec: Mapping[str, Any], kind: str, parts: bool = False) -> LabelLayer:
    """The layer that a job's label spec names; its labels are of ``kind`` 'class', 'number' or 'text'.

    A spec: ``path``, ``title``; of a vector layer ``vector`` true, ``field``, ``crs``, ``versions`` (see VectorFile),
    ``place_field``; of a raster ``bands`` (one), ``nodata``, ``names`` and ``colors`` of its values. ``parts``: each
    polygon of a feature counts by itself.
    """
    if not spec.get("path"):
        raise InputError("A label layer of the job has no path.", 'Each is an object with a "path".')
    path = spec["path"]
    title = one_line(str(spec.get("title") or Path(path.split("|")[0]).stem))
    colors = {str(key): str(colour) for key, colour in (spec.get("colors") or {}).items()}
    if spec.get("vector"):
        chosen = spec.get("field")
        if kind != "class" and not chosen:
            what = "numbers" if kind == "number" else "labels"
            raise InputError(f"No field of {title} is chosen.", f"Choose the one that holds the {what} (CLASS_FIELD).")
        given, place = VectorFile.of(spec), spec.get("place_field")

        def read(layer: VectorFile) -> Features:
            return read_features(layer.path, chosen, layer.crs, kind=kind, place_field=place, parts=parts)

        def version(crs: str | None) -> Features | None:
            found = given.near(crs)
            return None if found is given else read(found)

        features = read(given)
        names = {int(value): one_line(str(name)) for value, name in (spec.get("names") or {}).items()}
        names = names or ({} if chosen else {1: title})
        return LabelLayer(title, path, features, None, names, colors, bool(chosen), version)
    bands, nodata = tuple(spec.get("bands") or (1,)), spec.get("nodata")
    raster = Layer(path, bands[:1], tuple(nodata) if isinstance(nodata, list) else nodata)
    check_no_picture(path, bands[0], title)
    if kind == "number":
        return LabelLayer(title, path, None, raster, {}, {})
    own = {int(value): one_line(str(name)) for value, name in (spec.get("names") or {}).items()}
    table = {str(value): colour for value, colour in class_colours(path, bands[0]).items()}
    return LabelLayer(title, path, None, raster, {**class_names(path, bands[0]), **own}, {**table, **colors})


class Shelf:
    """Layers that were read and brought to a CRS, each once. ``kind``, ``parts``: see ``read_layer``."""

    def __init__(self, kind: str, parts: bool = False):
        self._kind, self._parts = kind, parts
        self._layers: dict[int, LabelLayer] = {}
        self._moved: dict[tuple[str, int, str | None], Features] = {}
        self._masks: dict[str, Vector] = {}

    def layer(self, spec: Mapping[str, Any]) -> LabelLayer:
        if id(spec) not in self._layers:
            self._layers[id(spec)] = read_layer(spec, self._kind, self._parts)
        return self._layers[id(spec)]

    def features(self, layer: LabelLayer, crs: str | None) -> Features:
        features = known(layer.features)
        key = (layer.path, id(features), crs)
        if key not in self._moved:
            self._moved[key] = (layer.versions(crs) or features).brought_to(crs)
        return self._moved[key]

    def mask(self, mask: VectorFile, crs: str | None) -> Vector:
        chosen = mask.near(crs)
        if chosen.path not in self._masks:
            self._masks[chosen.path] = read_vector(chosen.path, None, chosen.crs)
        return self._masks[chosen.path]


class Ground:
    """The labels of the ground that a raster shows. A context manager; for one thread at a time.

    ``grid``: the raster's. ``distance``: metres around lines and points. ``all_touched``: polygons also label pixels
    that they only touch. Labels outside ``area`` (a window of the grid) and outside the polygons of ``mask`` do not
    count.
    """

    def __init__(
        self,
        layers: Sequence[LabelLayer],
        grid: Grid,
        shelf: Shelf,
        *,
        numbers: bool = False,
        distance: float = 0.0,
        all_touched: bool = False,
        area: Window | None = None,
        mask: VectorFile | None = None,
    ):
        self.grid, self.area = grid, area or Window(0, 0, grid.height, grid.width)
        self._stack = ExitStack()
        self._drawn: list[Any] = []
        self.features: list[Features] = []  # of the vector layers, in the grid's CRS
        self.outlines: list[NDArray[np.float64]] = []  # of these, as far as they are drawn
        self.rasters: list[tuple[LabelLayer, Any]] = []  # RasterClasses, or RasterNumbers
        try:
            for layer in layers:
                if layer.raster is not None:
                    self._open(layer, RasterNumbers if numbers else RasterClasses)
                else:
                    features = shelf.features(layer, grid.crs)
                    kind: Any = FeatureNumbers if numbers else FeatureClasses
                    self._drawn.append(kind(features, grid.crs, distance, all_touched))
                    self.features.append(features)
                    lines = not features.polygons
                    self.outlines.append(widened(features.outlines, grid.crs, distance if lines else 0.0))
            self._mask = PolygonClasses(shelf.mask(mask, grid.crs), grid.crs) if mask else None
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _open(self, layer: LabelLayer, kind: Any) -> None:
        raster = self._stack.enter_context(kind(layer.raster, layer.fills))
        check_crs(layer.path, raster.grid.crs, "the raster", self.grid.crs)
        if raster.overlaps(self.grid):
            self._drawn.append(raster)
            self.rasters.append((layer, raster))

    @property
    def everywhere(self) -> bool:
        """Whether any pixel may be labelled, as in a raster of classes; else only those near features."""
        return bool(self.rasters)

    def found(self) -> Iterator[tuple[LabelLayer, Any, Counter[int]]]:
        """Of each class raster its layer, itself, and how often its values occur, window by window of the area."""
        area = self.area
        for row in range(area.row, area.row + area.height, SCANNED):
            for col in range(area.col, area.col + area.width, SCANNED):
                height, width = min(SCANNED, area.row + area.height - row), min(SCANNED, area.col + area.width - col)
                window = Window(row, col, height, width)
                inside = ~self.outside(window)
                for layer, raster in self.rasters:
                    codes, counts = np.unique(raster.on(self.grid.crop(window))[inside], return_counts=True)
                    yield layer, raster, Counter({int(c): int(n) for c, n in zip(codes, counts) if c > UNCLEAR})

    def undeclared(self, numbers: bool) -> Iterator[tuple[LabelLayer, Counter[Any]]]:
        """Of each raster that declares no nodata, how often its values occur; of numbers those that may be nodata."""
        if numbers:
            yield from ((layer, raster.fills_under(self.grid)) for layer, raster in self.rasters)
            return
        open_ones = {id(raster) for _, raster in self.rasters if not raster.declares_nodata}
        for layer, raster, counts in self.found() if open_ones else ():
            if id(raster) in open_ones:
                yield layer, counts
        yield from ((layer, raster.huge) for layer, raster in self.rasters if id(raster) in open_ones)

    def values(self, window: Window, legend: Legend) -> NDArray[np.int64]:
        """(h, w): the class values of a window's pixels, UNSET where there is none, or it is not known.

        CONTRADICTED where labels of different classes lie on one another: none of them holds.
        """
        grid = self.grid.crop(window)
        start = BEYOND if self.everywhere else NOTHING
        result: NDArray[np.int64] = np.full((window.height, window.width), start, np.int64)
        for drawn in self._drawn:
            values = _valued(drawn, drawn.on(grid), legend)
            differ = (result > UNCLEAR) & (values > UNCLEAR) & (result != values)
            unknown, unclear = ((result == code) | (values == code) for code in (UNKNOWN, UNCLEAR))
            result = np.maximum(result, values)
            result[differ | unclear] = UNCLEAR
            result[unknown] = UNKNOWN
        if legend.background is not None:
            result[result == NOTHING] = legend.background
        outside = self.outside(window)
        contradicted = (result == UNCLEAR) & ~outside
        result[(result <= UNCLEAR) | outside] = UNSET
        result[contradicted] = CONTRADICTED
        return result

    def numbers(self, window: Window) -> NDArray[np.float32]:
        """(h, w): the numbers of a window's pixels, NaN where they are not known."""
        grid = self.grid.crop(window)
        result: NDArray = np.full((window.height, window.width), np.nan)
        for drawn in self._drawn:
            result = np.where(np.isnan(result), drawn.on(grid), result)
        result[self.outside(window)] = np.nan
        return result.astype(np.float32)

    def outside(self, window: Window) -> NDArray[np.bool_]:
        """(h, w): what does not count."""
        area = self.area
        rows, cols = window.row + np.arange(window.height), window.col + np.arange(window.width)
        inside = ((rows >= area.row) & (rows < area.row + area.height))[:, None] & (
            (cols >= area.col) & (cols < area.col + area.width)
        )
        if self._mask is not None:
            inside &= self._mask.on(self.grid.crop(window)) != NOTHING
        return ~inside

    def met(self, bounds: Bounds) -> list[NDArray[np.int64]]:
        """Which features of each vector layer meet a rectangle."""
        return [meeting(outlines, bounds) for outlines in self.outlines]

    def unseen(self) -> list[NDArray[np.int64]]:
        """The numbers of the features of each vector layer that lie in the area, where all labels were drawn, and have
        no pixel of it."""
        grid = self.grid.crop(self.area)
        drawn = [item for item in self._drawn if isinstance(item, (FeatureClasses, FeatureNumbers))]
        return [item.unseen(grid) for item in drawn]


def _valued(drawn: Any, codes: NDArray[np.int64], legend: Legend) -> NDArray[np.int64]:
    """Class values for the codes above UNCLEAR."""
    known, index = np.unique(codes, return_inverse=True)
    labels = drawn.labels if isinstance(drawn, FeatureClasses) else None
    values = [
        code if code <= UNCLEAR else legend.values.get(int(code) if labels is None else labels[code], UNKNOWN)
        for code in known
    ]
    return np.array(values, np.int64)[index].reshape(codes.shape)


def legend_of(
    layers: Sequence[LabelLayer],
    values: Iterable[Label] = (),
    *,
    background: str | None = None,
    colors: Mapping[str, str] | None = None,
) -> Legend:
    """The classes of label layers; ``values``: those found in class rasters; ``colors``: before those of the layers.

    Whole numbers are the classes' values; texts are sorted and numbered from 1. ``background``: the name ('': as usual)
    of class 0, of ground without a label; a class with the value 0, or of that name, is the same. Raises InputError
    where numbers and texts do not go together, or there are too many classes.
    """
    labels: set[Any] = set(values)
    for layer in layers:
        labels |= {label for label in (layer.features.labels if layer.features else ()) if label is not None}
    names = {value: name for layer in reversed(layers) for value, name in layer.names.items() if name}
    numbered, notes = _numbered(labels, names)
    if numbered is None:  # names alone
        spelled: dict[str, str] = {}
        for text in sorted(map(str, labels)):
            spelled.setdefault(folded(text), text)
        if background is not None:
            spelled.pop(folded(background or BACKGROUND), None)
        order_of = {key: i for i, key in enumerate(sorted(spelled, key=lambda key: spelled[key].casefold()), start=1)}
        numbered = {label: order_of.get(folded(str(label)), 0) for label in labels}
        names = {value: spelled[key] for key, value in order_of.items()}
    else:
        names = {**_padded(numbered), **names}
    own = {value: str(value) for value in numbered.values()}
    used = set(numbered.values())
    if used and (min(used) < 0 or max(used) > LARGEST_VALUE):
        order = _renumbered(used, background is not None)
        names = {order[value]: names.get(value, str(value)) for value in used}
        own = {order[value]: str(value) for value in used}
        numbered = {label: order[value] for label, value in numbered.items()}
        used = set(order.values())
        notes += (_told(order),)
    if background is not None:
        names = {**names, 0: background or names.get(0) or BACKGROUND}
        used |= {0}
    if len(used) > MOST_CLASSES:
        raise InputError(
            f"The labels hold {len(used)} different values, so they tell no classes.",
            f"Choose a field or raster with at most {MOST_CLASSES} classes.",
        )
    told = [colors or {}, *(layer.colors for layer in layers)]
    classes = _classes(sorted(used), names, own, told, background is not None)
    return Legend(classes, numbered, 0 if background is not None else None, notes)


def legend_of_names(names: Collection[str]) -> Legend:
    """The classes of names, such as folders or annotations bear; names in digits are names all the same."""
    numbers = {number: name for name in names if (number := whole_number(name)) is not None}
    return legend_of([LabelLayer("", "", names=numbers)], names)


def check_classes(legend: Legend, layers: Sequence[LabelLayer]) -> None:
    """InputError where there are fewer than two classes."""
    if len(legend.classes) > 1:
        return
    fields = all(layer.has_field for layer in layers)
    raise InputError(
        f"All labels are of one class, '{legend.classes[0].name}', so there is nothing to tell it from."
        if legend.classes
        else "The labels tell no class.",
        "Let what is not labelled be background (UNLABELLED=background), or label another class too"
        + ("." if fields else " and choose the field that holds the classes (CLASS_FIELD)."),
    )


def single_features(layers: Sequence[LabelLayer]) -> list[tuple[str, str]]:
    """(label, what it has one of) for each label that just one feature has."""
    counts = Counter(label for layer in layers if layer.features for label in layer.features.labels)
    kind = next((layer.features.kind for layer in layers if layer.features), "")
    return sorted((str(label), kind[:-1]) for label, n in counts.items() if n == 1 and label is not None)


def palette(count: int) -> list[str]:
    """Colours that are told apart well, as '#rrggbb'."""
    more = (colorsys.hsv_to_rgb(i * 0.618034 % 1, 0.45 + 0.5 * (i % 3) / 2, 0.95 - 0.4 * (i % 2)) for i in range(count))
    return [*COLOURS, *("#" + bytes(round(255 * c) for c in colour).hex() for colour in more)][:count]


def _classes(
    values: Sequence[int],
    names: Mapping[int, str],
    keys: Mapping[int, str],
    colors: Sequence[Mapping[str, str]],
    background: bool,
) -> tuple[Class, ...]:
    """``keys``: the values that the layers know the classes by, as ``colors`` name them."""
    titles = [title_of(names.get(value, f"class {value}")) for value in values]
    repeated = {title for title, n in Counter(titles).items() if n > 1}
    titles = [f"{title} ({value})" if title in repeated else title for title, value in zip(titles, values)]
    own = iter(palette(len(values)))
    chosen = [BACKGROUND_COLOUR if background and value == 0 else next(own) for value in values]
    asked = [
        next((told[key] for told in colors for key in (known, name) if key in told), None)
        for known, name in (
            (keys.get(value, str(value)), names.get(value, title)) for value, title in zip(values, titles)
        )
    ]
    return tuple(
        Class(value, title, told or colour) for value, title, told, colour in zip(values, titles, asked, chosen)
    )


def title_of(name: str) -> str:
    """A name as that of a class: in a line, without what divides names in tables."""
    return " ".join(one_line(name).replace(";", ",").split())


Numbered = tuple[dict[Label, int] | None, tuple[str, ...]]


def _numbered(labels: Iterable[Any], names: Mapping[int, str]) -> Numbered:
    """The class values of labels that are numbers, in digits or by names that numbers have; None: all are names.

    With what is to be told of them.
    """
    numbers = {label: label if isinstance(label, int) else whole_number(str(label)) for label in labels}
    values = {label: number for label, number in numbers.items() if number is not None}
    texts = [str(label) for label, number in numbers.items() if number is None]
    counted = any(isinstance(label, int) for label in values)
    if not texts:
        alike = _alike(values)
        if alike and not counted:
            note = f"{alike} are different texts, so the classes are names, and are numbered anew."
            return None, (note,)
        return values, (f"{alike} are the same number, and so one class.",) if alike else ()
    if not counted:
        return None, ()
    by_name = {folded(name): value for value, name in names.items()}
    unknown = sorted(text for text in texts if folded(text) not in by_name)
    if unknown:
        raise InputError(
            f"Some labels are names, such as '{unknown[0]}', and others numbers, such as {next(iter(values))}.",
            "Choose fields of the same kind, or give the numbers names.",
        )
    return {**values, **{text: by_name[folded(text)] for text in texts}}, ()


def _alike(values: Mapping[Any, int]) -> str:
    """The first texts that are the same number, such as "'01' and '1'"; '' where there are none."""
    first: dict[int, str] = {}
    for label in sorted(map(str, (label for label in values if isinstance(label, str)))):
        other = first.setdefault(values[label], label)
        if other != label:
            return f"'{other}' and '{label}'"
    return ""


def _padded(numbered: Mapping[Any, int]) -> dict[int, str]:
    """Names for classes that are texts in digits of which some are not written as numbers are, such as '01'."""
    texts = {value: str(label) for label, value in numbered.items() if whole_number(str(label)) is not None}
    if any(isinstance(label, int) for label in numbered) or all(text == str(value) for value, text in texts.items()):
        return {}
    return texts


def _renumbered(used: Iterable[int], background: bool) -> dict[int, int]:
    """Values from 1 on, in order; that of the background stays 0."""
    kept = sorted(set(used) - ({0} if background else set()))
    return {**({0: 0} if background and 0 in set(used) else {}), **{value: i for i, value in enumerate(kept, start=1)}}


def _told(order: Mapping[int, int]) -> str:
    some = ", ".join(f"{old} is {new}" for old, new in list(order.items())[:SHOWN])
    more = f" and so on, {len(order)} in all" if len(order) > SHOWN else ""
    return (
        f"Class numbers are kept in 16 bits, from 0 to {LARGEST_VALUE}, and not all of these can be: the classes are "
        f"numbered anew, {some}{more}. Their names tell the numbers they had."
    )
