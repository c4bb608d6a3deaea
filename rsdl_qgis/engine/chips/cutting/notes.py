"""Messages on labels that are not used as training data, or are reinterpreted, by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...errors import known
from ...feedback import Report
from ...files.text import counted
from ...raster.class_tables import bands_of
from ...vector.label_features import Features
from ..box_table import LEAST_SEEN
from .classes import Legend, single_features
from .layers import LabelLayer
from .request import CutRequest

LARGEST_SCENE = 2048  # pixels a side
MOST_SHOWN = 12  # classes listed in a message


@dataclass
class Tally:
    """Counts of cutting, for the log. By class value: ``labelled`` pixels, and ``hidden`` ones, which are invalid; by
    layer: features that are ``drawn`` on pixels, and ``lost`` ones between them."""

    labelled: Counter[int] = field(default_factory=Counter)
    hidden: Counter[int] = field(default_factory=Counter)
    contradicted: int = 0  # pixels under labels of different classes
    partial: int = 0  # objects of which borders or nodata leave too little
    skipped: int = 0  # scenes without a valid pixel, or too large
    tiny: Counter[str] = field(default_factory=Counter)  # scenes of one pixel, by label
    apart: dict[tuple[str, int], str] = field(default_factory=dict)  # scenes with centre outside: label by feature
    taken: set[tuple[str, int]] = field(default_factory=set)  # scenes, by feature
    seen: set[int] = field(default_factory=set)  # class values
    layers: dict[int, LabelLayer] = field(default_factory=dict)
    drawn: dict[int, set[int]] = field(default_factory=dict)
    lost: dict[int, set[int]] = field(default_factory=dict)

    def count_pixels(self, label: NDArray, wanted: NDArray[np.bool_], valid: NDArray[np.bool_]) -> None:
        """Add labelled pixels, and the invalid ones of them; numbers count as one class, 0."""
        plain = np.zeros(label.shape, np.int64) if label.dtype.kind == "f" else label
        for counts, where in ((self.labelled, wanted), (self.hidden, wanted & ~valid)):
            counts.update(dict(zip(*(some.tolist() for some in np.unique(plain[where], return_counts=True)))))

    def count_features(self, layer: LabelLayer, met: NDArray[np.int64], unseen: NDArray[np.int64]) -> None:
        """Add the features of a layer on a raster, by number; ``unseen``: those without a pixel."""
        self.layers[id(layer)] = layer
        self.drawn.setdefault(id(layer), set()).update(set(met.tolist()) - set(unseen.tolist()))
        self.lost.setdefault(id(layer), set()).update(unseen.tolist())

    def between_pixels(self) -> list[tuple[LabelLayer, set[int]]]:
        """The features of each layer without a pixel of any raster."""
        found = [(layer, self.lost[key] - self.drawn[key]) for key, layer in self.layers.items()]
        return [(layer, numbers) for layer, numbers in found if numbers]


def by_class(features: Features, numbers: Collection[int], legend: Legend) -> str:
    """': tiny (49), a (2)', the number of features of each class; '' where there are no classes."""
    wanted = set(numbers)
    labels = (label for number, label in zip(features.numbers.tolist(), features.labels) if number in wanted)
    names = {item.value: item.name for item in legend.classes}
    counts = Counter(names.get(legend.values.get(label, -1), str(label)) for label in labels if label is not None)
    return f": {listed(counts)}" if counts and legend.classes else ""


def listed(counts: Mapping[str, int]) -> str:
    """'tiny (49), a (2)', the most frequent first."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(order) - MOST_SHOWN} more" if len(order) > MOST_SHOWN else ""
    return ", ".join(f"{name} ({n})" for name, n in order[:MOST_SHOWN]) + more


def log_layers(
    layers: Sequence[LabelLayer], met: Mapping[int, set[int]], legend: Legend, request: CutRequest, report: Report
) -> None:
    """Log which labels are not used or reinterpreted; ``met``: the features on rasters, by layer."""
    for note in legend.notes:
        report.log("warning", note)
    for layer in layers:
        features = layer.features
        if features is None:
            count = bands_of(layer.path)
            if count > 1:
                report.log("warning", f"{layer.title} has {count} bands; the labels are taken from the first.")
            continue
        if features.skipped:
            report.log("warning", f"{layer.title}: {features.skipped} features have no usable geometry; left out.")
        if features.partial:
            text = f"{features.partial} features hold more than {features.kind}, or are broken in part"
            report.log("warning", f"{layer.title}: {text}; what else is in them is left out.")
        for first, *others in features.spellings:
            written = ", ".join(f"'{other}'" for other in others)
            report.log("warning", f"{layer.title}: class '{first}' is also written {written}; taken as the same.")
        unknown = sum(label is None for label in features.labels)
        if unknown:
            report.log("warning", f"{layer.title}: {unknown} features have no label; what they cover is ignored.")
        outside = set(features.numbers.tolist()) - met.get(id(layer), set())
        if outside:
            of = by_class(features, outside, legend)
            text = f"{layer.title}: {len(outside)} of {len(features)} features lie outside the rasters{of}."
            report.log("warning", text)
    if request.kind in ("raster", "class"):
        _log_single_features(single_features(layers), report)


def _log_single_features(found: Sequence[tuple[str, str]], report: Report) -> None:
    if not found:
        return
    kind = found[0][1]
    classes = ", ".join(f"'{label}'" for label, _ in found[:MOST_SHOWN])
    more = f" and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
    if len(found) == 1:
        report.log("warning", f"Class {classes} has only one {kind}, so it may be in only one split.")
    else:
        text = f"Classes with only one {kind}, so that each may be in only one split: {classes}{more}."
        report.log("warning", text)


def log_fills(layer: LabelLayer, counts: Mapping[float, int], request: CutRequest, report: Report) -> None:
    """Log the values, with their pixels, that are taken as nodata of a raster that declares none."""
    text = f"{layer.title} declares no nodata. Taken as nodata: {listed({f'{v:.10g}': n for v, n in counts.items()})}."
    if request.kind == "raster":
        text += " Where it is a class, give it a name (in QGIS: paletted symbology), or declare another nodata value."
    report.log("warning", text)


def log_objects(layer: LabelLayer, small: Collection[int], legend: Legend, report: Report) -> None:
    """Log the objects, by number, that are smaller than a pixel."""
    if small and layer.features is not None:
        of = by_class(layer.features, small, legend)
        report.log("warning", f"{layer.title}: {len(small)} objects are smaller than a pixel{of}.")


def log_cut(tally: Tally, legend: Legend, request: CutRequest, report: Report) -> None:
    """Log which labels are not used after cutting."""
    for layer, numbers in tally.between_pixels():
        features = known(layer.features)
        of, total = by_class(features, numbers, legend), len(set(features.numbers.tolist()))
        why = (
            "hold no pixel's centre, all pixels that they touch belong to others"
            if request.all_touched
            else ("are smaller than a pixel or thin, hold no pixel's centre")
        )
        text = f"{layer.title}: {len(numbers)} of {total} polygons {why}, and so label nothing{of}."
        report.log("warning", text if request.all_touched else f"{text} With ALL_TOUCHED they label what they touch.")
    if tally.contradicted:
        text = f"{tally.contradicted} pixels lie under labels of different classes, and are left out."
        report.log("warning", text)
    if tally.hidden:
        hidden, labelled = tally.hidden.total(), tally.labelled.total()
        of = f": {listed(_named(tally.hidden, legend))}" if legend.classes else ""
        text = f"{hidden} labelled pixels ({hidden / labelled:.1%}) are nodata in the rasters; left out{of}."
        report.log("warning", text)
    lacking = [item.name for item in legend.classes if item.value not in tally.seen]
    if lacking:
        report.log("warning", f"No labelled and valid pixel is of {', '.join(lacking)}; left out.")
    if tally.partial:
        text = f"Borders and nodata leave less than {LEAST_SEEN:.0%} of {tally.partial} objects"
        report.log("info", f"{text} in a chip; there they are excluded from training and evaluation.")
    if tally.skipped:
        report.log("warning", f"{tally.skipped} scenes have no valid pixel or are larger than {LARGEST_SCENE} px.")
    apart = Counter(label for feature, label in tally.apart.items() if feature not in tally.taken)
    if apart:
        text = f"{counted(apart.total(), 'scene')} with the middle outside the rasters, the extent or the mask"
        report.log("warning", f"{text}; left out: {listed(apart)}.")
    if tally.tiny:
        report.log("warning", f"{counted(tally.tiny.total(), 'scene')} of a pixel or less: {listed(tally.tiny)}.")


def _named(counts: Mapping[int, int], legend: Legend) -> dict[str, int]:
    names = {item.value: item.name for item in legend.classes}
    return {names.get(value, str(value)): n for value, n in counts.items()}
