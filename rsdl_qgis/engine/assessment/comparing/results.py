"""How much better one map is than another: differences with their intervals, from blocks, points or a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...evaluation.area_estimates import Sample, Z
from ...evaluation.bootstrap import DRAWS, LEVEL, SEED, Places, Statistic, intervals, intervals_of_counts
from ...evaluation.confusion import class_rates
from ...evaluation.metric_intervals import OVERALL, named
from ...evaluation.paired import difference, holm, mcnemar, normal_p
from ...reports.html import thousands
from ..areas.sample import SamplePoints
from ..blocks import ENOUGH, FEWEST, LEVELS, STILL_GROWING, BlockTable, size_text
from ..class_matching import in_one_table, match, no_common
from .counts import AtPoints, Counted

CERTAIN = 0.05  # p-value below which maps differ
End = float | None
Triple = tuple[End, End, End]  # value, and the ends of its interval


@dataclass(frozen=True)
class Difference:
    """A map less the first one. ``metrics``: by name; ``p``: of the test that both are as often right, None where there
    is none; ``only_first``, ``only_this``: points that just one of the two has right, None for pixels.
    """

    metrics: dict[str, Triple]
    p: End = None
    only_first: int | None = None
    only_this: int | None = None

    @property
    def verdict(self) -> str:
        """'better', 'worse', 'undecided', or '' where nothing can be said.

        Of several tests on points a p-value, which is adjusted, may leave open what its interval alone would not.
        """
        _, low, high = self.metrics["overall_accuracy"]
        if low is None or high is None:
            return ""
        if low <= 0 <= high or (self.p is not None and self.p >= CERTAIN):
            return "undecided"
        return "better" if low > 0 else "worse"


@dataclass(frozen=True)
class Comparison:
    """The result: metrics of each map, differences of all but the first from it, and how they were made."""

    titles: tuple[str, ...]
    maps: tuple[dict[str, Triple], ...]
    differences: tuple[Difference, ...]
    compared: int
    unit: str
    text: str
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As a job's result: plain values. The figures are the second map's."""
        second = self.differences[0]
        value, low, high = second.metrics["overall_accuracy"]
        return {
            "figures": {"difference": value, "p_value": second.p, "compared": self.compared, "maps": len(self.titles)},
            "intervals": {"difference": [low, high]},
            "maps": [
                {"title": title, "metrics": {name: list(triple) for name, triple in found.items()}}
                for title, found in zip(self.titles, self.maps)
            ],
            "differences": [
                {
                    "title": title,
                    "against": self.titles[0],
                    "metrics": {name: list(triple) for name, triple in found.metrics.items()},
                    "p_value": found.p,
                    "only_first": found.only_first,
                    "only_this": found.only_this,
                    "verdict": found.verdict,
                }
                for title, found in zip(self.titles[1:], self.differences)
            ],
            "unit": self.unit,
            "drawn": self.text,
            "notes": list(self.notes),
        }


def of_blocks(counted: Counted, titles: Sequence[str]) -> Comparison:
    """Of pixels: a bootstrap of spatial blocks, the same ones for all maps in each draw."""
    images = counted.images
    entries = [entry for image in images for side in image.entries for entry in side.values()]
    keys = match(dict.fromkeys([*counted.known, *entries]))
    order, place = in_one_table(keys, dict.fromkeys(entries))
    where = {entry: place[key] for entry, key in keys.items() if key in place}
    tables = [BlockTable.of([image], where, len(order)) for image in images]
    blocks = paired_blocks(tables)
    counts = [stack.astype(np.float64) for stack in blocks.counts]
    count = len(counts[0])

    def rates(weights: NDArray, which: int) -> dict[str, NDArray]:
        return named(class_rates(*(weights @ counts[which][:, i] for i in range(3))))

    def draw(statistic: Statistic) -> dict[str, NDArray] | None:
        return intervals(statistic, Places(np.arange(count), count)) if count >= FEWEST else None

    maps, found = _metrics(len(images), rates, np.ones((1, count)), draw)
    lattice = images[0].lattice
    unit = "m" if lattice.grid.crs else "units"
    size = size_text(lattice.side(blocks.level), unit, lattice.pixels(blocks.level))
    text = (
        f"{LEVEL} % confidence intervals: percentiles of {DRAWS} bootstrap draws (seed {SEED}) of the {count} spatial "
        f"blocks of {size} that hold what was compared; each draw has the same blocks of all maps, so that a "
        "difference is not blurred by what is difficult for all of them. Errors of neighbouring pixels are "
        f"correlated, and a test of single pixels would find any difference certain; of up to {LEVELS} block sizes "
        "that with the largest standard error of the difference is taken."
        if count >= FEWEST
        else f"No intervals: what was compared lies in {count} block(s) of {size}, and resampling blocks needs at "
        f"least {FEWEST}."
    )
    notes = []
    if blocks.growing and count >= FEWEST:
        notes.append("Even the largest blocks are correlated, so that the intervals are still too narrow.")
    if counted.left_out:
        notes.append(
            f"{thousands(counted.left_out)} pixels with a reference are left out because not all maps have a class "
            "there."
        )
    differences = tuple(Difference(metrics) for metrics in found)
    return Comparison(tuple(titles), maps, differences, counted.compared, "pixels", text, tuple(notes))


@dataclass(frozen=True)
class PairedBlocks:
    """Blocks that are drawn of all maps alike: ``counts`` (blocks, 3, classes) of each map, as of ``BlockTable``.

    ``growing``: whether larger blocks, of which there are too few, would give wider intervals.
    """

    level: int
    counts: Sequence[NDArray[np.int64]]
    growing: bool = False

    @property
    def variance(self) -> float:
        """The largest of a difference's overall accuracy."""
        return max(difference_variance(self.counts[0], other) for other in self.counts[1:])


def paired_blocks(tables: Sequence[BlockTable]) -> PairedBlocks:
    """The blocks of the size with the most uncertain difference, where enough are left."""
    start = max(table.level for table in tables)
    sizes = [PairedBlocks(start, [table.blocks(start) for table in tables])]
    for level in range(start + 1, LEVELS):
        larger = PairedBlocks(level, [table.blocks(level) for table in tables])
        if len(larger.counts[0]) < ENOUGH:
            break
        sizes.append(larger)
    variances = [size.variance for size in sizes]
    best = int(np.argmax(variances))
    growing = 0 < best == len(sizes) - 1 and variances[best] > STILL_GROWING * variances[best - 1]
    return replace(sizes[best], growing=growing)


def difference_variance(first: NDArray, second: NDArray) -> float:
    """The variance of the difference of two overall accuracies from blocks (blocks, 3, classes), a ratio of sums."""
    gain = (second[:, 0].sum(1) - first[:, 0].sum(1)).astype(np.float64)
    held = first[:, 1].sum(1).astype(np.float64)
    if len(gain) < 2:
        return 0.0
    residuals = gain - gain.sum() / held.sum() * held
    return float(len(gain) / (len(gain) - 1) * np.square(residuals).sum() / held.sum() ** 2)


def of_points(found: AtPoints, titles: Sequence[str]) -> Comparison:
    """Of points that count alike: McNemar's test, and a bootstrap of points for the other metrics."""
    index, codes, classes = _codes(found)
    groups = Counter(map(tuple, codes.T.tolist()))
    rows, counts = np.array([*groups], np.int64), np.array([*groups.values()], np.int64)
    ones = np.eye(classes)

    def rates(weights: NDArray, which: int) -> dict[str, NDArray]:
        truth, own = ones[rows[:, 0]], ones[rows[:, which + 1]]
        return named(class_rates(weights @ (truth * own), weights @ truth, weights @ own))

    def draw(statistic: Statistic) -> dict[str, NDArray]:
        return intervals_of_counts(statistic, counts)

    maps, metrics = _metrics(len(titles), rates, counts[None].astype(np.float64), draw)
    right = codes[1:] == codes[0]
    differences = []
    for own, values in zip(right[1:], metrics):
        both, first, this = (int(n.sum()) for n in (right[0] & own, right[0] & ~own, ~right[0] & own))
        overall = {"overall_accuracy": difference(both, first, this, len(index) - both - first - this)}
        differences.append(Difference({**values, **overall}, mcnemar(first, this), first, this))
    text = (
        "The p-value is McNemar's (1947, doi:10.1007/BF02295996), the interval of a difference of overall accuracies "
        "Newcombe's (1998, method 10); other intervals are percentiles of "
        f"{DRAWS} bootstrap draws of the {thousands(len(index))} points. All take the points to be independent, each "
        "for as much ground as any other: points in clusters make them too narrow."
    )
    return _finished(titles, maps, differences, found, index, text)


def of_sample(found: AtPoints, points: SamplePoints, titles: Sequence[str]) -> Comparison:
    """Of a probability sample: each point counts for the ground it stands for, in its stratum."""
    index, codes, _ = _codes(found)
    left, strata = np.unique(points.stratum[index], return_inverse=True)
    kept = [points.strata[i] for i in left]
    sample = Sample(
        strata.ravel().astype(np.int64),
        points.ground[index],
        np.array([stratum.area for stratum in kept]),
        np.array([stratum.units for stratum in kept]),
    )
    right = (codes[1:] == codes[0]).astype(np.float64).T
    gains = right[:, 1:] - right[:, :1]
    maps = tuple({"overall_accuracy": _within(v, e, 0.0)} for v, e in zip(sample.totals(right), sample.errors(right)))
    differences = []
    for i, (value, error) in enumerate(zip(sample.totals(gains), sample.errors(gains))):
        sides = int((gains[:, i] < 0).sum()), int((gains[:, i] > 0).sum())
        p = None if np.isnan(error) else normal_p(float(value), float(error))
        differences.append(Difference({"overall_accuracy": _within(value, error, -1.0)}, p, *sides))
    text = (
        f"The reference is a {points.design or 'probability'} sample of {thousands(len(index))} points: accuracies and "
        "differences are of the area, with 95 % confidence intervals of 1.96 standard errors of the stratified "
        "estimator (Stehman 2014, doi:10.1080/01431161.2014.930207) for the difference of each point. The p-value is "
        "of the same standard error."
    )
    lost = points.total - sum(stratum.area for stratum in kept)
    notes = [f"Stratum {kept[i]} has one point alone: there are no intervals." for i in sample.single]
    if lost > 1e-6 * points.total:
        notes.append(f"{100 * lost / points.total:.3g} % of the area is in strata without a point that was compared.")
    return _finished(titles, maps, differences, found, index, text, notes)


def _finished(
    titles: Sequence[str],
    maps: tuple[dict[str, Triple], ...],
    differences: Sequence[Difference],
    found: AtPoints,
    index: NDArray,
    text: str,
    notes: Sequence[str] = (),
) -> Comparison:
    """With p-values adjusted where there are several, and a note of the points that were left out."""
    left = int(found.wanted.sum()) - len(index)
    told = [*notes]
    if left:
        told.append(f"{thousands(left)} points are left out because they have no answer, or a map has no class there.")
    values = [item.p for item in differences]
    if len(values) > 1 and None not in values:
        adjusted = holm([float(p) for p in values if p is not None])
        differences = [
            Difference(item.metrics, p, item.only_first, item.only_this) for item, p in zip(differences, adjusted)
        ]
        text += f" The p-values are adjusted for {len(values)} tests (Holm 1979)."
    return Comparison(tuple(titles), maps, tuple(differences), len(index), "points", text, tuple(told))


def _codes(found: AtPoints) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """The points that are compared; (1 + maps, points): class of the reference and of each map; how many classes."""
    index = found.complete()
    if not len(index):
        raise InputError(
            "There is no point where the reference and all maps have a class.",
            "Check that all layers cover the same place and hold classes there.",
        )
    sides = [[side[i] for i in index] for side in (found.reference, *found.maps)]
    tables = [list(dict.fromkeys(entry for entry in side if entry is not None)) for side in sides]
    keys = match(*tables)
    for table in tables[1:]:
        if not {keys[entry] for entry in table} & {keys[entry] for entry in tables[0]}:
            raise no_common((table, tables[0]))
    order, place = in_one_table(keys, dict.fromkeys(entry for table in tables for entry in table))
    codes = np.array([[place[keys[entry]] for entry in side if entry is not None] for side in sides], np.int64)
    return index, codes, len(order)


def _metrics(
    count: int,
    rates: Callable[[NDArray, int], dict[str, NDArray]],
    once: NDArray,
    draw: Callable[[Statistic], dict[str, NDArray] | None],
) -> tuple[tuple[dict[str, Triple], ...], list[dict[str, Triple]]]:
    """The metrics of each map, and the differences of the others from the first, with intervals of the same draws."""

    def statistic(weights: NDArray) -> dict[str, NDArray]:
        found = [rates(weights, i) for i in range(count)]
        own = {f"{i} {name}": found[i][name] for i in range(count) for name in OVERALL}
        less = {f"{i} less {name}": found[i][name] - found[0][name] for i in range(1, count) for name in OVERALL}
        return {**own, **less}

    values, ends = statistic(once), draw(statistic)

    def triple(key: str) -> Triple:
        low, high = (None, None) if ends is None else (_number(v) for v in ends[key])
        return _number(values[key][0]), low, high

    maps = tuple({name: triple(f"{i} {name}") for name in OVERALL} for i in range(count))
    return maps, [{name: triple(f"{i} less {name}") for name in OVERALL} for i in range(1, count)]


def _number(value: float) -> End:
    return None if np.isnan(value) else float(value)


def _within(value: float, error: float, least: float) -> Triple:
    """An estimate with its interval; without one where there is no error, or it is not known."""
    if np.isnan(error) or error <= 0:
        return float(value), None, None
    return float(value), max(least, float(value - Z * error)), min(1.0, float(value + Z * error))
