"""Maps and their references before they are compared: read, checked, and brought to one grid or to points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assessment import listed, no_common
from .errors import InputError
from .job_arguments import OPERATIONS, some
from .legend import Entry, match, renamed
from .raster.class_tables import check_no_picture, class_names
from .raster.grid import Grid
from .raster.labels import (
    NOTHING,
    Codes,
    PolygonClasses,
    RasterClasses,
    Vector,
    check_crs,
    field_names,
    read_vector,
    upright_grid,
)
from .raster.masks import Masks
from .raster.source import Layer, RasterSource
from .raster.vector_file import VectorFile
from .report import Report

DRAWN = 4_000_000  # pixels that polygons are compared on with polygons, unless PIXEL_SIZE says otherwise
MOST_DRAWN = 2**40


@dataclass(frozen=True)
class Options:
    """What is compared, and what ground without a class counts as."""

    unlabelled: bool = False  # ground without a label is background
    unmapped: bool = False  # ground without a class in the map is background
    background: int = 0
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str | None = None
    mask: VectorFile | None = None
    pixel_size: float | None = None

    @property
    def fills(self) -> bool:
        """Whether there is ground that counts as background."""
        return self.unlabelled or self.unmapped

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Options:
        names = ("unlabelled", "unmapped", "background", "extent", "extent_crs", "pixel_size")
        given = some(OPERATIONS["assess_map"], names, arguments)
        return cls(
            unlabelled=given.get("unlabelled") == "background",
            unmapped=given.get("unmapped") == "background",
            background=given.get("background", 0),
            extent=tuple(given["extent"]) if "extent" in given else None,
            extent_crs=given.get("extent_crs"),
            mask=VectorFile.argument(arguments, "mask"),
            pixel_size=given.get("pixel_size"),
        )


@dataclass(frozen=True)
class Pair:
    """A map and its reference, as the job gives them."""

    predicted: Mapping[str, Any]
    reference: Mapping[str, Any]

    @property
    def title(self) -> str:
        return title_of(self.predicted)


class Shelf:
    """Vector layers that were read, so that one that goes with many maps is read once."""

    def __init__(self) -> None:
        self._read: dict[tuple, Vector] = {}
        self._masks = Masks()

    def get(self, spec: Mapping[str, Any], crs: str | None = None) -> Vector:
        """The features of a layer, in the version that is in ``crs`` where there is one."""
        chosen = VectorFile.of(spec).near(crs)
        key = (chosen.path, spec.get("field"), chosen.crs)
        if key not in self._read:
            self._read[key] = read_labels({**spec, "path": chosen.path, "crs": chosen.crs})
        return self._read[key]

    def mask(self, mask: VectorFile | None, crs: str | None) -> PolygonClasses | None:
        """The polygons inside of which is compared; None: everywhere."""
        return self._masks.on(mask, crs)


@dataclass(frozen=True)
class Side:
    """Map or reference while it is counted: codes on a grid or at points, and the class that a code stands for."""

    classes: RasterClasses | PolygonClasses
    names: Mapping[int, str]
    background: int | None  # the class of ground without one

    def entry(self, code: int) -> Entry:
        if isinstance(self.classes, RasterClasses):
            return Entry(code, self.names.get(code, ""))
        labels = self.classes.labels
        return label_entry(labels[code], self.names) if code < len(labels) else Entry(self.background, "")

    def on(self, grid: Grid) -> Codes:
        """(h, w): codes at a grid's pixels."""
        return self._filled(self.classes.on(grid))

    def at(self, x: NDArray, y: NDArray, crs: str | None) -> Codes:
        """(n,): codes at points."""
        return self._filled(self.classes.at(x, y, crs))

    def _filled(self, codes: Codes) -> Codes:
        """Codes with the background's where there was nothing."""
        if self.background is None:
            return codes
        own = self.background if isinstance(self.classes, RasterClasses) else len(self.classes.labels)
        return np.where(codes == NOTHING, own, codes)


def paired(predicted: Sequence[Mapping[str, Any]], reference: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """Maps and references in order; a single one goes with all of the others. InputError where they do not match."""
    if not predicted or not reference:
        missing = "map" if not predicted else "reference"
        choose = "PREDICTED" if not predicted else "REFERENCE"
        raise InputError(f"There is no {missing} to compare.", f"Choose {choose}.")
    if not all(spec.get("path") for spec in (*predicted, *reference)):
        raise InputError("A layer of the job has no path.", 'Each is an object with a "path".')
    count = max(len(predicted), len(reference))
    if len(predicted) not in (1, count) or len(reference) not in (1, count):
        raise InputError(
            f"{len(predicted)} maps cannot be paired with {len(reference)} references.",
            "Give as many references as maps, in the same order, or one for all.",
        )
    maps = list(predicted) * (count if len(predicted) == 1 else 1)
    references = list(reference) * (count if len(reference) == 1 else 1)
    return [Pair(*both) for both in zip(maps, references)]


def read_labels(spec: Mapping[str, Any]) -> Vector:
    """A vector layer with its labels: from the field asked for, else from 'value' or 'class' if it has that."""
    chosen = spec.get("field")
    fields = field_names(spec["path"]) if not chosen else []
    names = None
    if not chosen:
        chosen = next((name for name in ("value", "class") if name in fields), None)
        names = "class" if chosen == "value" and "class" in fields else None
    return read_vector(spec["path"], chosen, spec.get("crs"), names)


def label_entry(label: Any, names: Mapping[int, str]) -> Entry:
    return Entry(label, names.get(label, "")) if isinstance(label, int) else Entry(None, label)


def title_of(spec: Mapping[str, Any]) -> str:
    return str(spec.get("title") or Path(str(spec["path"]).split("|")[0]).name)


def check(pairs: Sequence[Pair], options: Options, shelf: Shelf, report: Report) -> tuple[list[Entry], list[Entry]]:
    """The classes that maps and references are known to have. InputError for what cannot be compared, before any is."""
    known: tuple[list[Entry], list[Entry]] = ([], [])
    for i, pair in enumerate(pairs):
        report.check()
        report.progress(0.0, f"Checking {pair.title} ({i + 1} of {len(pairs)})")
        for spec in (pair.predicted, pair.reference):
            if not spec.get("vector") and (spec.get("bands") or [1])[0] == 1:  # another one was chosen
                check_no_picture(spec["path"], 1, title_of(spec))
        if not pair.reference.get("vector") and not pair.predicted.get("vector"):
            # both on one grid, as a prediction would take them: overlap, coordinate systems, extent
            with RasterSource(
                {"map": [layer_of(pair.predicted)], "reference": [layer_of(pair.reference)]},
                extent=options.extent,
                extent_crs=options.extent_crs,
            ):
                pass
        with open_pair(pair, options, shelf):
            pass
        for spec, background, entries in (
            (pair.predicted, options.unmapped, known[0]),
            (pair.reference, options.unlabelled, known[1]),
        ):
            entries += known_entries(spec, shelf)
            if background:
                entries.append(Entry(options.background))
    check_names(pairs, known, shelf)
    for spec in {spec["path"]: spec for pair in pairs for spec in (pair.predicted, pair.reference)}.values():
        if spec.get("vector") and (skipped := shelf.get(spec).skipped):
            report.log("warning", f"{title_of(spec)}: {skipped} features have no usable geometry; left out.")
    for one, other in renamed([*known[0], *known[1]]):
        report.log("warning", f"Class {one} is '{other.name}' in another layer; they are taken for the same class.")
    return known


def known_entries(spec: Mapping[str, Any], shelf: Shelf) -> list[Entry]:
    """The classes that a layer is known to have before its pixels are read."""
    if spec.get("vector"):
        vector = shelf.get(spec)
        labels = sorted({label for label in vector.labels if label is not None}, key=str)
        return [label_entry(label, vector.names) for label in labels]
    return [Entry(value, name) for value, name in raster_names(spec).items()]


def raster_names(spec: Mapping[str, Any]) -> dict[int, str]:
    """The names of a raster's values: the person's own before the file's."""
    own = {int(value): str(name) for value, name in (spec.get("names") or {}).items()}
    return {**class_names(spec["path"], (spec.get("bands") or [1])[0]), **own}


def check_names(pairs: Sequence[Pair], known: tuple[list[Entry], list[Entry]], shelf: Shelf) -> None:
    """InputError where labels are names that the other layers' numbers do not bear."""
    keys = match(*known)
    for mine, others, specs in (
        (known[0], known[1], [pair.reference for pair in pairs]),
        (known[1], known[0], [pair.predicted for pair in pairs]),
    ):
        theirs = {keys[entry] for entry in others}
        lost = [e for e in mine if e.value is None and isinstance(keys[e], str) and keys[e] not in theirs]
        vectors = all(spec.get("vector") for spec in specs)
        named = any(entry.name for entry in others)
        if lost and not vectors and not named:
            raise InputError(
                f"{listed(lost)} are names of classes, but {title_of(specs[0])} has numbers without names.",
                "Choose a field with those numbers, or give the raster's values names (in QGIS: paletted symbology).",
            )
        if vectors and mine and others and not {keys[entry] for entry in mine} & theirs:
            raise no_common(known, keys)


def layer_of(spec: Mapping[str, Any]) -> Layer:
    nodata, bands = spec.get("nodata"), tuple(spec.get("bands") or (1,))
    return Layer(spec["path"], bands, tuple(nodata) if isinstance(nodata, list) else nodata)


@dataclass
class OpenPair:
    """A pair ready to be counted: either ``grid`` is compared, or ``points`` (of the reference) are looked up."""

    predicted: Side
    reference: Side | None
    grid: Grid | None
    points: Vector | None
    mask: PolygonClasses | None
    stack: ExitStack

    def __enter__(self) -> OpenPair:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()


def open_pair(pair: Pair, options: Options, shelf: Shelf) -> OpenPair:
    """Opens both layers. InputError where they cannot be compared."""
    with ExitStack() as stack:
        maps, references = pair.predicted, pair.reference
        backgrounds = (
            options.background if options.unmapped else None,
            options.background if options.unlabelled else None,
        )
        rasters = [
            None
            if spec.get("vector")
            else stack.enter_context(RasterClasses(layer_of(spec), spec.get("fills", ())))
            for spec in (maps, references)
        ]
        first = rasters[0] or rasters[1]
        drawn = first.grid.crs if first else VectorFile.of(maps).crs
        vectors = [shelf.get(spec, drawn) if spec.get("vector") else None for spec in (maps, references)]
        if vectors[0] is not None and vectors[0].is_points:
            raise InputError(f"{title_of(maps)} has points.", "PREDICTED is a class raster or polygons.")
        for spec, vector, filled in zip((maps, references), vectors, (options.unmapped, options.unlabelled)):
            check_one_class(spec, vector, filled)
        home = first.grid.crs if first else vectors[0].crs if vectors[0] else None
        points = vectors[1] if vectors[1] is not None and vectors[1].is_points else None
        for spec, vector in zip((maps, references), vectors):
            if vector is not None:
                check_crs(title_of(spec), vector.crs, title_of(references if spec is maps else maps), home)
        sides: list[Side | None] = []
        for spec, raster, vector, background in zip((maps, references), rasters, vectors, backgrounds):
            if raster is not None:
                sides.append(Side(raster, raster_names(spec), background))
            elif vector is not None and not vector.is_points:
                sides.append(Side(PolygonClasses(vector, home), vector.names, background))
            else:
                sides.append(None)
        grid = None
        if first is not None:
            grid = first.grid
        elif points is None:
            grid = drawn_grid([s.classes for s in sides if s and isinstance(s.classes, PolygonClasses)], options)
        if grid is not None:
            if options.extent is not None:
                grid = grid.crop(grid.window(options.extent, options.extent_crs))
                if first is None and options.pixel_size is None:
                    factor = math.sqrt(DRAWN / (grid.height * grid.width))
                    grid = grid.scaled(factor, factor)
            check_overlap(pair, sides, grid)
        mask = shelf.mask(options.mask, home)
        predicted, reference = sides
        if predicted is None:
            raise InputError(f"{pair.title} has no polygons.", "PREDICTED is a class raster or polygons.")
        return OpenPair(predicted, reference, None if points else grid, points, mask, stack.pop_all())


def check_one_class(spec: Mapping[str, Any], vector: Vector | None, background: bool) -> None:
    """InputError where polygons are all of one class for want of a field, and what lies between them is nothing."""
    if vector is None or spec.get("field") or background or set(field_names(spec["path"])) & {"value", "class"}:
        return
    raise InputError(
        f"No field is chosen for {title_of(spec)}, so that all of it is one class.",
        "Choose the field that holds the classes (PREDICTED_FIELD, REFERENCE_FIELD)"
        + (
            "."
            if vector.is_points
            else ", or let the ground between the polygons count as background (UNMAPPED, UNLABELLED)."
        ),
    )


def check_overlap(pair: Pair, sides: Sequence[Side | None], grid: Grid) -> None:
    """InputError where polygons lie outside the grid."""
    xmin, ymin, xmax, ymax = grid.bounds
    for spec, side in zip((pair.predicted, pair.reference), sides):
        if side is None or not isinstance(side.classes, PolygonClasses):
            continue
        x0, y0, x1, y1 = side.classes.bounds
        if x0 > xmax or x1 < xmin or y0 > ymax or y1 < ymin:
            raise InputError(
                f"{title_of(spec)} does not overlap the area that is compared.",
                "Choose layers of the same place, and check the coordinate system of both.",
            )


def drawn_grid(polygons: Sequence[PolygonClasses], options: Options) -> Grid:
    """A grid around polygons, to compare them on."""
    bounds = np.array([p.bounds for p in polygons])
    (xmin, ymin), (xmax, ymax) = bounds[:, :2].min(0), bounds[:, 2:].max(0)
    size = options.pixel_size or math.sqrt((xmax - xmin) * (ymax - ymin) / DRAWN)
    if (xmax - xmin) * (ymax - ymin) / size**2 > MOST_DRAWN:
        raise InputError(f"Pixels of {size:g} are too small for the polygons.", "Choose a larger PIXEL_SIZE.")
    return upright_grid(polygons[0].crs, (float(xmin), float(ymin), float(xmax), float(ymax)), size)
