"""What maps and references hold that is not compared: numbers that stand for nothing, polygons without a pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..raster.fills import filling_classes
from ..reports.html import thousands
from ..vector.class_layers import PolygonClasses, RasterClasses
from .class_matching import SHOWN
from .map_counts import Image
from .map_pairs import OpenPair, label_entry
from .requests import MapLayer, Pair

SIDES = ("predicted", "reference")


def without_fills(pairs: Sequence[Pair], images: Sequence[Image]) -> list[Pair]:
    """The pairs with ``fills``, the values of their rasters that stand for nothing though no nodata is declared.

    ``images``: what was counted of each pair; ``fills`` has how often each was met. A pair without any is as it was.
    """
    found = [[_values(image, side) for image in images] for side in range(len(SIDES))]
    known = {entry.value for image in images for both in image.counts for entry in both if entry.name}
    for name, values in zip(SIDES, found):
        known |= {v for pair, some in zip(pairs, values) if getattr(pair, name).is_vector for v in some}
    filled = list(pairs)
    for name, values in zip(SIDES, found):
        bare = [_is_bare(getattr(pair, name)) for pair in pairs]
        fills = set(filling_classes([v for some, is_bare in zip(values, bare) if is_bare for v in some], known))
        for i, (some, is_bare) in enumerate(zip(values, bare)):
            own = {value: some[value] for value in sorted(fills & set(some))}
            if is_bare and own:
                filled[i] = replace(filled[i], **{name: replace(getattr(filled[i], name), fills=own)})
    return filled


def notes_of(opened: OpenPair, pair: Pair) -> list[str]:
    """Of a pair that was compared: which polygons label nothing, and numbers that no class can have."""
    notes = []
    for side, layer in ((opened.predicted, pair.predicted), (opened.reference, pair.reference)):
        if side is None:
            continue
        if isinstance(side.classes, RasterClasses):
            if layer.fills:
                listed = ", ".join(f"{value} ({thousands(n)} places)" for value, n in layer.fills.items())
                notes.append(
                    f"{layer.title} declares no nodata. Taken for it, and left out: {listed}. Where it is a class, "
                    "give it a name (in QGIS: paletted symbology), or declare another nodata value."
                )
            if side.classes.huge:
                value = next(iter(side.classes.huge))
                notes.append(f"{layer.title} declares no nodata; numbers such as {value:.6g} are taken for it.")
        elif opened.points is None:
            notes += _between_pixels(layer, side.classes, side.names, opened)
    return notes


def _between_pixels(
    layer: MapLayer, polygons: PolygonClasses, names: Mapping[int, str], opened: OpenPair
) -> Iterator[str]:
    """A note of the polygons that hold no pixel's centre."""
    labels = polygons.unseen_labels(opened.grid)
    counts = Counter("no class" if label is None else str(label_entry(label, names)) for label in labels)
    if counts:
        listed = ", ".join(f"{name} ({thousands(n)})" for name, n in counts.most_common(SHOWN))
        yield f"{layer.title}: {len(labels)} polygons hold no pixel's centre, and so are not compared: {listed}."


def _values(image: Image, side: int) -> Counter[Any]:
    """How often each value occurs on a side."""
    counts: Counter[Any] = Counter()
    for both, n in image.counts.items():
        counts[both[side].value] += n
    del counts[None]
    return counts


def _is_bare(layer: MapLayer) -> bool:
    """Whether a layer is a raster that declares no nodata."""
    if layer.is_vector:
        return False
    with RasterClasses(layer.raster) as raster:
        return not raster.declares_nodata
