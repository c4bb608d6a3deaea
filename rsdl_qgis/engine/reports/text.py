"""Metrics, settings and counts of a training report as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..tables.metrics import metric_of
from . import charts
from . import html as web

COMMON = "#7f97b2"  # the colour of baselines
MOST_TEXT = 400  # most characters of a setting
SPLITS = {  # title, colour
    "train": ("training", charts.BLUE),
    "valid": ("validation", charts.ORANGE),
    "test": ("test", charts.PURPLE),
}


def found(metrics: Mapping[str, float | None], title: str) -> float | None:
    """A metric by its title, ignoring case; None where there is none."""
    value = next((v for known, v in metrics.items() if known.casefold() == title.casefold()), None)
    return value if value is not None and math.isfinite(value) else None


def triple(values: Sequence[float | None] | None) -> tuple[float | None, float | None, float | None]:
    """A metric and the ends of its interval, None where unknown."""
    known = [v if v is not None and math.isfinite(v) else None for v in values or ()]
    value, low, high = [*known, None, None, None][:3]
    return (value, low, high) if low is not None and high is not None else (value, None, None)


def cell(values: Sequence[float | None] | None, shown: Any = None, *about: str) -> web.Cell:
    """A cell with a metric and its interval below."""
    value, low, high = triple(values)
    text = shown(about[0], value, *about[1:]) if shown else number(value)
    return (text, interval(low, high))


def interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def number(value: float | None) -> str:
    """A number as text; a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else charts.significant(value)


def with_unit(title: str, value: float | None, unit: str) -> str:
    """A metric as text, with the unit of the numbers where it has that unit."""
    metric = metric_of(title)
    in_unit = unit and metric is not None and metric.form == "unit" and value is not None
    return f"{number(value)}\u202f{unit}" if in_unit else number(value)


def whole(value: float | None) -> str:
    return "–" if value is None else web.thousands(round(value))


def count_of(count: int | None, part: str, task: str) -> str:
    """'120 training samples'."""
    return f"{whole(count)} {SPLITS[part][0] if part in SPLITS else part} sample" + ("" if count == 1 else "s")


def plain(value: Any) -> str:
    """A setting as text."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        text = "; ".join(f"{str(name).replace('_', ' ')}: {plain(item)}" for name, item in value.items())
    elif isinstance(value, (list, tuple, set)):
        text = ", ".join(plain(item) for item in value)
    else:
        text = str(value)
    return (text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…") or "–"


def file_size(size: float) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def duration(seconds: float) -> str:
    """'2 h 5 min', '3 min 20 s', '4 s'."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def listed(texts: Sequence[str]) -> str:
    """'a, b and c'."""
    return " and ".join(part for part in (", ".join(texts[:-1]), *texts[-1:]) if part)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
