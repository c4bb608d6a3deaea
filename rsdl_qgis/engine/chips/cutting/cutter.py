"""Cutting rasters and labels into a chip folder, window by window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import Input
from ...errors import InputError
from ...feedback import Report
from ...prediction.inputs import log_stored_values
from ...raster.grid import Window, pixel_boxes
from ...raster.source import RasterSource, valid_pixels
from ...tables.tasks import TASKS
from ...vector.class_layers import NOTHING
from ...vector.label_features import FeatureClasses, Features
from ..box_table import Box
from ..files import Arrays, Piece, make_folder, sample_of, write_piece, write_sample
from ..folder import Chip, ChipFolder, Source, sizes, write_chips
from .box_labels import ObjectsOn, shown
from .classes import Legend
from .labels import CONTRADICTED, UNSET, GridLabels
from .layers import LayerCache
from .notes import LARGEST_SCENE, Tally, log_cut
from .rasters import Scene, check_levels, check_resolutions, inputs_of, open_scenes, resolution_of, with_labels
from .request import CutRequest
from .survey import chip_size, divided, survey_layers
from .windows import Span, cells

Check = Callable[[Sequence[Input]], None]


def cut(request: CutRequest, folder: Path, report: Report, fits: Check | None = None) -> ChipFolder:
    """Cut the labelled parts of rasters into ``folder``: GeoTIFF chips, their labels, samples of the rasters.

    Windows are read one by one. ``fits`` is called with the inputs before, and raises where these do not fit what the
    chips are for. InputError before anything is written where rasters or labels cannot be used, and
    later where no labelled pixel is valid; OutputError where the folder cannot be written.
    """
    report.progress(0.0, "Checking the rasters and labels")
    labels_of = {"number": "number", "classes": "text"}.get(request.kind, "class")
    cache = LayerCache(labels_of, parts=request.kind == "boxes")
    scenes = with_labels(open_scenes(request), request, cache)
    inputs = inputs_of(scenes, request)
    if fits:
        fits(inputs)
    check_resolutions(scenes, report)
    check_levels(scenes, report)
    survey = survey_layers(scenes, request, cache, report)
    legend = survey.legend
    size = chip_size(survey, request)
    make_folder(folder, inputs, request)
    tally, chips, places, known, sides = Tally(), [], [], {}, []
    for i, (scene, boxes) in enumerate(zip(survey.scenes, survey.boxes)):
        cutter = Cutter(scene, request, legend, boxes, size, tally)
        with scene.open() as source, scene.open_labels(request, cache) as labels:
            for done, piece in cutter.pieces(source, labels):
                report.check()
                report.progress((i + done) / len(scenes), f"Cutting {scene.title}")
                if piece is None:
                    continue
                if scene.key not in known:
                    sample = sample_of(source)
                    for name, array in sample.items():
                        log_stored_values(scene.title, source.layers(name), array, report)
                    known[scene.key] = Source(scene.title, scene.grid.crs, write_sample(folder, scene.key, sample))
                chips.append(write_piece(folder, scene, piece, inputs, legend, request))
                places.append(piece.places)
                sides.append(max(piece.window.height, piece.window.width))
            cutter.count_features(labels)
    log_cut(tally, legend, request, report)
    _check_cut(chips, tally, legend, request)
    size, largest = sizes(sides) if TASKS[request.task].scenes else (size, 0)
    result = ChipFolder(
        path=folder,
        task=request.task,
        inputs=inputs,
        classes=tuple(item for item in legend.classes if item.value in tally.seen),
        chips=tuple(replace(chip, place=place) for chip, place in zip(chips, joined(places))),
        labels=request.kind,
        sources=known,
        resolution=resolution_of(scenes[0].grid),
        size=size,
        unit=request.unit,
        note={"cut": True},
        largest=largest,
    )
    write_chips(result)
    return result


class Cutter:
    """Cuts one scene into pieces."""

    def __init__(
        self,
        scene: Scene,
        request: CutRequest,
        legend: Legend,
        boxes: NDArray[np.int64] | None,
        size: int,
        tally: Tally,
    ):
        self._scene, self._request, self._legend = scene, request, legend
        self._boxes, self._size, self._tally = boxes, size, tally

    def pieces(self, source: RasterSource, labels: GridLabels) -> Iterator[tuple[float, Piece | None]]:
        """(fraction done, a piece or None where there is nothing to cut), in order."""
        ways = {"scenes": self._scenes, "objects": self._objects}
        yield from ways.get(TASKS[self._request.task].labels, self._windows)(source, labels)

    def count_features(self, labels: GridLabels) -> None:
        """Count the features without a pixel, after all pieces were cut."""
        if self._request.kind not in ("raster", "number"):
            return
        layers = [layer for layer in self._scene.labels if layer.features is not None]
        hit = labels.met(labels.grid.crop(labels.area).bounds)
        for layer, features, met, unseen in zip(layers, labels.features, hit, labels.unseen()):
            self._tally.count_features(layer, features.numbers[met], unseen)

    def _objects(self, source: RasterSource, labels: GridLabels) -> Iterator[tuple[float, Piece | None]]:
        """A piece for each window with an object; with a background also for windows without."""
        scene, request = self._scene, self._request
        objects = ObjectsOn(labels.features, scene.grid, self._legend, request.object_size) if labels.features else None
        found = cells(scene.grid, scene.area, self._boxes, self._size, request.overlap)
        for i, (rows, cols) in enumerate(found):
            window = Window(rows.start, cols.start, self._size, self._size)
            whole = objects.within(window) if objects else []
            wanted = whole or request.background is not None or not request.labelled
            yield (i + 1) / len(found), self._with_objects(window, whole, source, labels) if wanted else None

    def _with_objects(
        self, window: Window, whole: Sequence[Box], source: RasterSource, labels: GridLabels
    ) -> Piece | None:
        """The piece of a window; pixels outside the labelled area are invalid, as objects there may be unlabelled."""
        images, outside = source.read(window), labels.outside(window)
        for array in images.values():
            array.mask |= outside
        valid = valid_pixels(images)
        boxes = tuple(shown(whole, valid))
        certain = [box for box in boxes if not box.difficult]
        if not valid.any() or (self._request.labelled and self._request.background is None and not certain):
            return None
        self._tally.partial += len(whole) - len(certain)
        names = {box.name for box in boxes}
        self._tally.seen.update(item.value for item in self._legend.classes if item.name in names)
        return self._piece(window, images, boxes, labels)

    def _windows(self, source: RasterSource, labels: GridLabels) -> Iterator[tuple[float, Piece | None]]:
        scene, request = self._scene, self._request
        found = cells(scene.grid, scene.area, self._boxes, self._size, request.overlap)
        single = TASKS[request.task].series and not request.buffer and self._boxes is not None
        single &= all(features.kind == "points" for features in labels.features)
        for i, (rows, cols) in enumerate(found):
            window = Window(rows.start, cols.start, self._size, self._size)
            done, empty = (i + 1) / len(found), True
            for piece in self._labelled(window, rows, cols, source, labels, single):
                empty = False
                yield done, piece
            if empty:
                yield done, None

    def _labelled(
        self, window: Window, rows: Span, cols: Span, source: RasterSource, labels: GridLabels, single: bool
    ) -> Iterator[Piece]:
        """The piece of a window; of time series its labelled pixels, or a piece for each."""
        label = self._label(window, rows, cols, labels)
        if label is not None and not is_set(label).any():
            return
        images = source.read(window)
        valid = valid_dates(images) if TASKS[self._request.task].series else valid_pixels(images)
        if label is None:
            if valid.any():
                yield self._piece(window, images, "", labels)
            return
        wanted = is_set(label)
        self._tally.count_pixels(label, wanted, valid)
        wanted &= valid
        if not wanted.any():
            return
        label[~wanted] = np.nan if label.dtype.kind == "f" else UNSET
        if self._request.kind == "raster":
            self._tally.seen.update(map(int, np.unique(label[wanted])))
        if not TASKS[self._request.task].series:
            yield self._piece(window, images, label, labels)
            return
        for part in single_pixels(wanted) if single else [around(wanted)]:
            inner = Window(window.row + part[0].start, window.col + part[1].start, *(s.stop - s.start for s in part))
            some = {name: array[:, :, part[0], part[1]] for name, array in images.items()}
            yield self._piece(inner, some, label[part], labels)

    def _label(self, window: Window, rows: Span, cols: Span, labels: GridLabels) -> NDArray | None:
        """(h, w) class values or numbers; overlap that only fits windows into the raster is labelled in one of them."""
        if not self._request.labelled:
            return None
        label: NDArray
        if self._request.kind == "number":
            label, nothing = labels.numbers(window), np.nan
        else:
            label, nothing = labels.values(window, self._legend), UNSET
        label[: rows.low - rows.start], label[rows.high - rows.start :] = nothing, nothing
        label[:, : cols.low - cols.start], label[:, cols.high - cols.start :] = nothing, nothing
        contradicted = label == CONTRADICTED if self._request.kind == "raster" else np.zeros(label.shape, bool)
        self._tally.contradicted += int(contradicted.sum())
        label[contradicted] = nothing
        return label

    def _piece(
        self, window: Window, images: Arrays, label: NDArray | str | tuple[Box, ...], labels: GridLabels
    ) -> Piece:
        placed = any(any(features.places) for features in labels.features)
        met = labels.met(self._scene.grid.crop(window).bounds) if placed else []
        places = {features.places[i] for features, hit in zip(labels.features, met) for i in hit}
        name = f"{self._scene.key}_{window.row}_{window.col}"
        return Piece(name, window, images, label, frozenset(places - {""}))

    def _scenes(self, source: RasterSource, labels: GridLabels) -> Iterator[tuple[float, Piece | None]]:
        """A piece for each labelled polygon or point."""
        count, total = 0, sum(map(len, labels.features))
        for features, outlines in zip(labels.features, labels.outlines):
            for i, box in enumerate(pixel_boxes(labels.grid, outlines)):
                count += 1
                yield count / total, self._feature(features, i, box, source, labels)

    def _feature(
        self, features: Features, i: int, box: NDArray[np.int64], source: RasterSource, labels: GridLabels
    ) -> Piece | None:
        label: Any = features.labels[i]
        grid = self._scene.grid
        middle = Window(int(box[0] + box[2]) // 2, int(box[1] + box[3]) // 2, 1, 1)
        inside = 0 <= middle.row < grid.height and 0 <= middle.col < grid.width
        if label is None:
            return None
        if not inside or labels.outside(middle)[0, 0]:
            self._tally.apart[features.path, int(features.numbers[i])] = str(label)
            return None
        self._tally.taken.add((features.path, int(features.numbers[i])))
        if features.polygons:
            window = Window(int(box[0]), int(box[1]), int(box[2] - box[0]), int(box[3] - box[1]))
        else:
            half = self._size // 2
            window = Window(middle.row - half, middle.col - half, self._size, self._size)
        if max(window.height, window.width) > LARGEST_SCENE:
            self._tally.skipped += 1
            return None
        images = source.read(window)
        if features.polygons and self._request.only_inside:
            touched = self._request.all_touched
            held = FeatureClasses(features.only([i]), grid.crs, 0.0, touched).on(grid.crop(window)) != NOTHING
            if held.any():  # a polygon smaller than a pixel holds no centre
                for array in images.values():
                    array.mask |= ~held
        if not valid_pixels(images).any():
            self._tally.skipped += 1
            return None
        texts: list[Any] = divided(str(label)) if self._request.multilabel else [label]
        names = sorted({self._legend.name(text) for text in texts})
        if window.height == window.width == 1:
            self._tally.tiny[";".join(names)] += 1
        self._tally.seen.update(self._legend.values[text] for text in texts)
        place = frozenset({features.places[i]} - {""})
        name = f"{self._scene.key}_{features.numbers[i]:05d}_{window.row}_{window.col}"
        return Piece(name, window, images, ";".join(names), place)


def is_set(label: NDArray) -> NDArray[np.bool_]:
    """(h, w): where there is a label."""
    return np.isfinite(label) if label.dtype.kind == "f" else label != UNSET


def valid_dates(images: Arrays) -> NDArray[np.bool_]:
    """(h, w): where at least one date is valid in every band of every input."""
    valid = [~array.mask.any(axis=1) for array in images.values()]
    alike = len({len(dates) for dates in valid}) == 1
    if alike:
        return np.logical_and.reduce(valid).any(axis=0)
    return np.logical_and.reduce([dates.any(axis=0) for dates in valid])


def around(wanted: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The bounding window of the wanted pixels."""
    rows, cols = np.flatnonzero(wanted.any(1)), np.flatnonzero(wanted.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)


def single_pixels(wanted: NDArray[np.bool_]) -> list[tuple[slice, slice]]:
    """A window for each wanted pixel."""
    return [(slice(int(r), int(r) + 1), slice(int(c), int(c) + 1)) for r, c in zip(*np.nonzero(wanted))]


def joined(places: Sequence[frozenset[str]]) -> list[str]:
    """One place per chip: chips that share a place, directly or through other chips, get the same one."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for names in places:
        ordered = sorted(names)
        for name in ordered[1:]:
            low, high = sorted((find(ordered[0]), find(name)))
            root[high] = low
    return [find(min(names)) if names else "" for names in places]


def _check_cut(chips: Sequence[Chip], tally: Tally, legend: Legend, request: CutRequest) -> None:
    """InputError where there are no training data."""
    if not chips and not request.labelled:
        raise InputError("The rasters have no valid pixel where they are to be cut.", "Check their nodata value.")
    if not chips and (tally.hidden or tally.skipped):
        raise InputError(
            "All labelled pixels are nodata in the rasters.",
            "Check the nodata value of the rasters, or label elsewhere.",
        )
    if not chips and request.kind == "boxes":
        raise InputError(
            "No object lies on valid pixels of the rasters, inside the extent and mask.",
            "Check the coordinate system of the labels and the nodata value of the rasters, or choose another area.",
        )
    if not chips:
        raise InputError(
            "No pixel is labelled: the labels are smaller than a pixel, contradictory, or outside the extent and mask.",
            "Label more, choose another area, or let polygons label all pixels that they touch (ALL_TOUCHED).",
        )
    if request.kind in ("raster", "class") and len(tally.seen) < 2:
        name = next(item.name for item in legend.classes if item.value in tally.seen)
        nodata = [item.name for item in legend.classes if item.value not in tally.seen and tally.hidden[item.value]]
        why = f" All pixels of {', '.join(nodata)} are nodata in the rasters." if nodata else ""
        raise InputError(
            f"All labelled and valid pixels are of one class, '{name}', and training needs at least two.{why}",
            "Label another class too, or let unlabelled pixels be background (UNLABELLED=background).",
        )
