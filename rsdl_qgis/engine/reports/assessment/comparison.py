"""The report of several maps compared on one reference, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...tables.metrics import METRICS, explained
from .. import charts
from .. import html as web
from ..provenance import LayerFacts, files, making

MOST_TILES = 3  # differences that are shown large
Plain = Mapping[str, Any]


@dataclass(frozen=True)
class CompareFacts:
    """The compared layers."""

    maps: Sequence[LayerFacts]
    reference: LayerFacts


def comparison_page(result: Plain, facts: CompareFacts) -> str:
    """The page; ``result``: of the job."""
    title = f"Comparison of {len(result['maps'])} maps"
    return web.page(title, f"against {facts.reference.title}", sections(result, facts))


def sections(result: Plain, facts: CompareFacts) -> Iterator[str]:
    """The page's sections."""
    unit = result["unit"]
    first = result["maps"][0]["title"]
    tiles = [(f"{unit} compared", web.thousands(result["figures"]["compared"]))]
    for item in result["differences"][:MOST_TILES]:
        value, low, high = item["metrics"]["overall_accuracy"]
        between = "no interval" if low is None else f"{signed(low)} to {signed(high)}"
        tiles.append(
            (f"overall accuracy of {item['title']} less {first}, percentage points ({between})", signed(value))
        )
    yield web.tiles(tiles)
    yield web.bullets(verdict(item) for item in result["differences"])
    yield from (web.note(text) for text in result["notes"])
    yield web.section("Difference from the first map", difference_bars(result), difference_rows(result))
    yield web.section("Maps", map_rows(result))
    yield web.section("How sure it is", web.paragraph(result["drawn"]))
    yield web.section("What the metrics mean", web.facts(explained(tuple(result["maps"][0]["metrics"]))))
    made: dict[str, str | Sequence[str]] = {"Maps": files(facts.maps), "Reference": str(facts.reference)}
    yield web.section("How it was made", web.facts(made | making()))


def verdict(item: Plain) -> str:
    """Whether a map is better, in a sentence."""
    value, low, high = item["metrics"]["overall_accuracy"]
    if not item["verdict"]:
        return f"Whether {item['title']} is better than {item['against']} cannot be told: there is no interval."
    words = {
        "better": "is better than",
        "worse": "is worse than",
        "undecided": "is not shown to be better or worse than",
    }[item["verdict"]]
    p = "" if item["p_value"] is None else f", p {p_text(item['p_value'])}"
    return (
        f"{item['title']} {words} {item['against']}: {signed(value)} percentage points of overall accuracy "
        f"(95 % interval {signed(low)} to {signed(high)}{p})."
    )


def difference_bars(result: Plain) -> str:
    """The differences of overall accuracy with their intervals."""
    bars = []
    for item in result["differences"]:
        value, low, high = (None if v is None else 100 * v for v in item["metrics"]["overall_accuracy"])
        color = {"better": charts.BLUE, "worse": charts.ORANGE}.get(item["verdict"], charts.GREY)
        bars.append(charts.Bar(item["title"], value or 0.0, signed((value or 0.0) / 100), low, high, color))
    return charts.bar_chart(bars)


def difference_rows(result: Plain) -> str:
    """The table of differences."""
    names = list(result["maps"][0]["metrics"])
    has_points = result["differences"][0]["only_first"] is not None
    header = ["Map", *(METRICS[name].heading for name in names)]
    header += ["p-value", "Right in this map alone", "Right in the first alone"] if has_points else []
    rows: list[list[web.Cell]] = []
    for item in result["differences"]:
        row: list[web.Cell] = [item["title"], *(difference_cell(name, item["metrics"][name]) for name in names)]
        if has_points:
            p = "–" if item["p_value"] is None else p_text(item["p_value"]).removeprefix("= ")
            row += [p, web.thousands(item["only_this"]), web.thousands(item["only_first"])]
        rows.append(row)
    words = web.paragraph("Above 0 the map is better than the first one; accuracies in percentage points.", small=True)
    return words + web.table(header, rows)


def map_rows(result: Plain) -> str:
    """The table of maps."""
    names = list(result["maps"][0]["metrics"])
    header = ["Map", *(METRICS[name].heading for name in names)]
    rows = [[item["title"], *(map_cell(name, item["metrics"][name]) for name in names)] for item in result["maps"]]
    return web.table(header, rows)


def difference_cell(name: str, triple: Sequence[float | None]) -> web.Cell:
    value, low, high = triple
    shown = signed if METRICS[name].form == "percent" else signed_number
    return shown(value), "" if low is None else f"{shown(low)} to {shown(high)}"


def map_cell(name: str, triple: Sequence[float | None]) -> web.Cell:
    value, low, high = triple
    if METRICS[name].form != "percent":
        return web.between(value, (low, high))
    if value is None:
        return "–"
    return web.percent(value), "" if low is None or high is None else f"{web.percent(low)} to {web.percent(high)}"


def signed(value: float | None) -> str:
    """A difference of shares in percentage points: '+1.25'."""
    return "–" if value is None else f"{100 * value:+.2f}".replace("-", "−")


def signed_number(value: float | None) -> str:
    """A difference: '+0.0125'."""
    return "–" if value is None else f"{value:+.4f}".replace("-", "−")


def p_text(value: float) -> str:
    """A p-value with its sign: '= 0.012', '< 0.001'."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
