"""The report of areas and accuracies that were estimated from a sample, as a page and as sections of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...tables.metrics import METRICS, explained
from .. import charts
from .. import html as web
from ..provenance import LayerFacts, making

MOST_MATRIX = 40  # most classes of a drawn matrix
Plain = Mapping[str, Any]


@dataclass(frozen=True)
class AreaFacts:
    """The layers: the sample, and the map where it was looked up at the points."""

    sample: LayerFacts
    map: LayerFacts | None = None


def area_page(result: Plain, facts: AreaFacts) -> str:
    """The page; ``result``: of the job."""
    title = f"Accuracy and area of {facts.map.title or 'the map'}" if facts.map else "Accuracy and area of the map"
    return web.page(title, f"from the sample {facts.sample.title}", sections(result, facts))


def sections(result: Plain, facts: AreaFacts) -> Iterator[str]:
    """The page's sections."""
    figures, (low, high) = result["figures"], result["intervals"]["overall_accuracy"]
    heading = METRICS["overall_accuracy"].heading
    label = f"{heading} ({web.percent(low)} to {web.percent(high)})" if low is not None else heading
    unit = area_unit(result)
    yield web.tiles(
        [
            (label, web.percent(figures["overall_accuracy"])),
            (f"{unit.name} in all", unit.text(figures["area"])),
            ("points with an answer", web.thousands(figures["points"])),
            ("without one", web.thousands(figures["unanswered"])),
        ]
    )
    yield web.paragraph(result["drawn"], small=True)
    yield from (web.note(text) for text in result["notes"])
    yield from area_sections(result)
    yield web.section("Strata", strata_rows(result, unit))
    names = ("overall_accuracy", "users_accuracy", "producers_accuracy")
    yield web.section("What the metrics mean", web.facts(explained(names)))
    made: dict[str, str | Sequence[str]] = {"Sample": str(facts.sample)}
    if facts.map:
        made["Map"] = str(facts.map)
    made["Design"] = result["design"] or "not known"
    yield web.section("How it was made", web.facts(made | making()))


def area_sections(result: Plain) -> Iterator[str]:
    """Areas, accuracies of classes and the error matrix: for this page, and for that of an assessment."""
    unit = area_unit(result)
    yield web.section("Area of each class", area_bars(result, unit), area_rows(result, unit))
    yield web.section("Accuracy of each class", accuracy_rows(result))
    names = [item["label"] for item in result["classes"]]
    if len(names) > MOST_MATRIX:
        text = f"{len(names)} classes are too many to draw; the table (CSV) has them all."
        yield web.section("Error matrix", web.paragraph(text))
        return
    caption = web.paragraph(
        "Each row is a class of the map, each column one of the reference, in % of the area; below, the points.",
        small=True,
    )
    yield web.section("Error matrix in shares of the area", caption, share_matrix(names, result))


@dataclass(frozen=True)
class AreaUnit:
    """The unit in which areas are readable; ``size`` in m² or squared map units."""

    name: str
    size: float

    def text(self, area: float | None) -> str:
        """An area in this unit, without its name."""
        if area is None:
            return "–"
        value = area / self.size
        return web.thousands(round(value)) if value >= 1000 else charts.significant(value)


def area_unit(result: Plain) -> AreaUnit:
    """Of an area in all: m², ha or km²; squared map units where there is no coordinate system."""
    area = result["figures"]["area"]
    if result["unit"] != "m²":
        return AreaUnit(result["unit"], 1.0)
    if area < 1e5:
        return AreaUnit("m²", 1.0)
    return AreaUnit("ha", 1e4) if area < 1e11 else AreaUnit("km²", 1e6)


def area_bars(result: Plain, unit: AreaUnit) -> str:
    """The areas with their intervals as bars."""
    bars = []
    for item in result["classes"][:MOST_MATRIX]:
        area = item["area"]
        low, high = (None if area[end] is None else area[end] / unit.size for end in ("low", "high"))
        text = f"{unit.text(area['value'])} {unit.name}"
        bars.append(charts.Bar(item["label"], area["value"] / unit.size, text, low, high, charts.BLUE))
    return charts.bar_chart(bars)


def area_rows(result: Plain, unit: AreaUnit) -> str:
    """The table of areas."""
    is_known = result["by_class"]
    header = ["Class", f"Area ({unit.name})", f"± ({unit.name})", "Interval", "% of the area"]
    header += [f"Mapped ({unit.name})"] if is_known else []
    rows: list[list[web.Cell]] = []
    for item in result["classes"]:
        area, share = item["area"], item["share"]
        half = None if area["error"] is None else 1.96 * area["error"]
        ends = "–" if area["low"] is None else f"{unit.text(area['low'])} to {unit.text(area['high'])}"
        row: list[web.Cell] = [item["label"], unit.text(area["value"]), unit.text(half), ends]
        row.append(web.percent(share["value"]))
        rows.append([*row, unit.text(item["mapped_area"])] if is_known else row)
    words = web.paragraph(
        "Estimated from the reference at the points, and so free of the map's errors"
        + ("; 'mapped' is what counting the map's pixels gives." if is_known else "."),
        small=True,
    )
    return words + web.table(header, rows)


def accuracy_rows(result: Plain) -> str:
    """The table of user's and producer's accuracies."""
    header = ["Class", "Points (map)", "Points (reference)", "Correct"]
    header += [METRICS[name].heading for name in ("users_accuracy", "producers_accuracy")]
    rows: list[list[web.Cell]] = [
        [
            item["label"],
            *(web.thousands(item[name]) for name in ("predicted", "reference", "hits")),
            *(within(item[name]) for name in ("users_accuracy", "producers_accuracy")),
        ]
        for item in result["classes"]
    ]
    return web.table(header, rows)


def within(figure: Plain) -> web.Cell:
    """A share with its interval below."""
    if figure["value"] is None:
        return "–"
    if figure["low"] is None:
        return web.percent(figure["value"], 1), "no interval"
    return web.percent(figure["value"], 1), f"{web.percent(figure['low'], 1)} to {web.percent(figure['high'], 1)}"


def share_matrix(names: Sequence[str], result: Plain) -> str:
    """The matrix of shares, shaded by each cell's share of its row."""
    shares, counts = result["matrix"], result["counts"]
    cells = [[(share, f"{100 * share:.2f}", web.thousands(n)) for share, n in zip(*row)] for row in zip(shares, counts)]
    return web.shares(names, cells, "Map", "Reference")


def strata_rows(result: Plain, unit: AreaUnit) -> str:
    """The table of strata."""
    header = ["Stratum", f"Area ({unit.name})", "Pixels", "Points drawn", "With an answer"]
    rows = [
        [
            item["label"],
            unit.text(item["area"]),
            "–" if item["pixels"] is None else web.thousands(item["pixels"]),
            *(web.thousands(item[name]) for name in ("drawn", "answered")),
        ]
        for item in result["strata"]
    ]
    return web.table(header, rows)
