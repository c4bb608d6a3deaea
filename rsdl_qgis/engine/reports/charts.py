"""Charts for pages: bars, lines, proportions and points as inline SVG, and their legends.

Every function returns HTML and escapes its arguments. Colours are '#rrggbb'.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .html import percent, scrolling, thousands

BLUE, ORANGE, PURPLE, GREY = "#3b76b5", "#e08a1e", "#8e4585", "#b6bfca"
INK, QUIET, LINE = "#1d2530", "#596676", "#d8dde3"
LETTER = 7.2  # largest width of a letter of the page's small font, in px
SHARE = 60  # length of a table's bar for a proportion of 1, in px
MOST_POINTS = 2000  # most points of a scatter plot


@dataclass(frozen=True)
class Bar:
    """A number as a bar, with an interval from ``low`` to ``high`` drawn on it. ``text``: the number as text."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    color: str = GREY


@dataclass(frozen=True)
class Curve:
    """A line of a chart through points (x: ``across``, y: ``up``)."""

    label: str
    across: Sequence[float]
    up: Sequence[float]
    color: str = BLUE


def bar_chart(bars: Sequence[Bar], ends: tuple[float, float] | None = None) -> str:
    """Horizontal bars with a common scale. ``ends``: of the scale; None: from 0 to the longest bar."""
    values = [v for bar in bars for v in (bar.value, bar.low, bar.high) if v is not None]
    low, high = ends or (min(0.0, *values), max(0.0, *values))
    high = high if high > low else low + 1
    left = min(max(LETTER * max(len(bar.label) for bar in bars), 60), 300) + 12
    wide, row, height = 360, 26, 26 * len(bars) + 26

    def x(value: float) -> float:
        return left + wide * (min(max(value, low), high) - low) / (high - low)

    parts = [
        f'<line x1="{x(tick):.1f}" y1="2" x2="{x(tick):.1f}" y2="{height - 22}" stroke="{LINE}"/>'
        + text(x(tick), height - 8, f"{tick:g}", "middle", QUIET)
        for tick in ticks(low, high)
    ]
    for i, bar in enumerate(bars):
        middle = row * i + 14
        start, end = sorted((x(0.0), x(bar.value)))
        parts.append(text(left - 8, middle + 4, shortened(bar.label, left - 12), "end"))
        parts.append(
            f'<rect x="{start:.1f}" y="{middle - 8}" width="{max(end - start, 1):.1f}" height="16" '
            f'fill="{escape(bar.color)}"><title>{escape(bar.label)}: {escape(bar.text)}</title></rect>'
        )
        if bar.low is not None and bar.high is not None:
            a, b = x(bar.low), x(bar.high)
            whisker = f"M{a:.1f} {middle}H{b:.1f}M{a:.1f} {middle - 4}v8M{b:.1f} {middle - 4}v8"
            parts += [
                f'<path d="{whisker}" stroke="{color}" stroke-width="{width}" fill="none"/>'
                for color, width in (("#fff", 3.5), (INK, 1.5))  # with a white outline, visible on any colour
            ]
        parts.append(text(left + wide + 10, middle + 4, bar.text))
    width = left + wide + 20 + LETTER * max(len(bar.text) for bar in bars)
    return scrolling(svg(width, height, "".join(parts), "Bars: " + "; ".join(f"{b.label} {b.text}" for b in bars)))


def line_chart(
    title: str,
    values: Sequence[float | None],
    marked: int | None = None,
    axis: str = "epoch",
    color: str = BLUE,
    size: tuple[int, int] = (320, 220),
) -> str:
    """A line over 1, 2, …; None and not finite values leave gaps. ``marked``: the index of a highlighted value."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if high <= low:
        low, high = low - abs(low or 1.0) / 2, high + abs(high or 1.0) / 2
    marks = ticks(low, high)
    low, high = min(low, marks[0]), max(high, marks[-1])
    labels = [f"{mark:g}" for mark in marks]
    left, right = LETTER * max(map(len, labels)) + 14, size[0] - 14
    top, bottom = 12, size[1] - 36
    last = max(len(values), 2)

    def x(number: float) -> float:
        return left + (right - left) * (number - 1) / (last - 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    parts = [
        f'<line x1="{left:.1f}" y1="{y(mark):.1f}" x2="{right}" y2="{y(mark):.1f}" stroke="{LINE}"/>'
        + text(left - 6, y(mark) + 4, label, "end", QUIET)
        for mark, label in zip(marks, labels)
    ]
    parts.append(f'<line x1="{left:.1f}" y1="{bottom}" x2="{right}" y2="{bottom}" stroke="{QUIET}"/>')
    whole = sorted({max(1, round(mark)) for mark in ticks(1, last)})
    parts += [text(x(mark), bottom + 16, str(mark), "middle", QUIET) for mark in whole if mark <= last]
    parts.append(text((left + right) / 2, size[1] - 4, axis, "middle", QUIET))
    points = [(x(i + 1), y(v)) if v is not None and math.isfinite(v) else None for i, v in enumerate(values)]
    line = f'fill="none" stroke="{color}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    parts.append(f'<path d="{_path(points)}" {line}/>')
    value = values[marked] if marked is not None and 0 <= marked < len(values) else None
    if marked is not None and value is not None and math.isfinite(value):
        cx, cy = x(marked + 1), y(value)
        side = "end" if cx > (left + right) / 2 else "start"
        beside = cx - 6 if side == "end" else cx + 6
        parts.append(
            f'<line x1="{cx:.1f}" y1="{top}" x2="{cx:.1f}" y2="{bottom}" stroke="{INK}" stroke-dasharray="3 3"/>'
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4.5" fill="{color}" stroke="#fff" stroke-width="1.5"/>'
            + text(beside, bottom - 8, f"{significant(value)} at {marked + 1}", side, halo=True)
        )
    return titled(title, svg(size[0], size[1], "".join(parts), title))


def share_bar(parts: Sequence[tuple[str, float, str]], width: int = 640) -> str:
    """A stacked bar of the parts of a whole, (label, number, colour) each, with a legend of numbers and percentages."""
    total = sum(number for _, number, _ in parts)
    if not total:
        return ""
    at, drawn = 0.0, []
    for label, number, color in parts:
        wide = width * number / total
        drawn.append(
            f'<rect x="{at:.1f}" y="0" width="{wide:.1f}" height="20" fill="{escape(color)}">'
            f"<title>{escape(label)}</title></rect>"
        )
        at += wide
    known = [
        (f"{label}: {thousands(round(number))} ({percent(number / total, 1)})", color)
        for label, number, color in parts
        if number
    ]
    return svg(width, 20, "".join(drawn), "; ".join(label for label, _ in known)) + legend(known)


def scatter_chart(across: Sequence[float], up: Sequence[float], titles: tuple[str, str], size: int = 380) -> str:
    """A scatter plot of two quantities of one unit, with the 1:1 line; of many points an even sample."""
    pairs = [(a, b) for a, b in zip(across, up) if math.isfinite(a) and math.isfinite(b)]
    pairs = pairs[:: -(-len(pairs) // MOST_POINTS) or 1]
    if not pairs:
        return ""
    low, high = min(map(min, pairs)), max(map(max, pairs))
    marks = ticks(low, high if high > low else low + 1)
    low, high = min(low, marks[0]), max(high, marks[-1])
    labels = [f"{mark:g}" for mark in marks]
    left, top, right, bottom = LETTER * max(map(len, labels)) + 32, 8, size - 10, size - 42
    scale = (high - low) or 1.0

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / scale

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / scale

    parts = [
        f'<path d="M{left:.1f} {y(mark):.1f}H{right}M{x(mark):.1f} {top}V{bottom}" stroke="{LINE}"/>'
        + text(left - 6, y(mark) + 4, label, "end", QUIET)
        + text(x(mark), bottom + 16, label, "middle", QUIET)
        for mark, label in zip(marks, labels)
    ]
    points = "".join(f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="2.4"/>' for a, b in pairs)
    equal = f"M{x(low):.1f} {y(low):.1f}L{x(high):.1f} {y(high):.1f}"
    parts.append(f'<g fill="{BLUE}" fill-opacity="0.3">{points}</g>')
    parts.append(f'<path d="{equal}" stroke="{INK}" stroke-dasharray="5 4"/>')
    parts.append(text((left + right) / 2, size - 8, titles[0], "middle", QUIET))
    middle = (top + bottom) / 2
    parts.append(f'<g transform="rotate(-90 12 {middle})">{text(12, middle, titles[1], "middle", QUIET)}</g>')
    return svg(size, size, "".join(parts), f"{titles[1]} over {titles[0]}")


def curve_chart(curves: Sequence[Curve], titles: tuple[str, str], size: int = 340) -> str:
    """Curves of two quantities of 0..1; ``titles``: of the x and y axes."""
    left, top, right, bottom = 44, 8, size - 10, size - 42

    def point(across: float, up: float) -> tuple[float, float]:
        return left + (right - left) * across, bottom - (bottom - top) * up

    parts = []
    for mark in ticks(0, 1):
        x, y = point(mark, mark)
        parts.append(f'<path d="M{left} {y:.1f}H{right}M{x:.1f} {top}V{bottom}" stroke="{LINE}"/>')
        parts.append(text(left - 6, y + 4, f"{mark:g}", "end", QUIET))
        parts.append(text(x, bottom + 16, f"{mark:g}", "middle", QUIET))
    for curve in curves:
        line = _path([point(a, b) for a, b in zip(curve.across, curve.up)])
        parts.append(f'<path d="{line}" fill="none" stroke="{escape(curve.color)}" stroke-width="2" ')
        parts.append(f'stroke-linecap="round" stroke-linejoin="round"><title>{escape(curve.label)}</title></path>')
    parts.append(text((left + right) / 2, size - 8, titles[0], "middle", QUIET))
    middle = (top + bottom) / 2
    parts.append(f'<g transform="rotate(-90 12 {middle})">{text(12, middle, titles[1], "middle", QUIET)}</g>')
    return svg(size, size, "".join(parts), f"{titles[1]} over {titles[0]}")


def legend(items: Sequence[tuple[str, str]]) -> str:
    """What colours stand for: (label, colour) each."""
    return f'<p class="legend">{"".join(f"<span>{swatch(color)}{escape(label)}</span>" for label, color in items)}</p>'


def swatch(color: str) -> str:
    """A small square of a colour."""
    square = f'<rect x="0.5" y="0.5" width="11" height="11" fill="{escape(color)}" stroke="#8a94a0"/>'
    return f'<svg class="swatch" width="12" height="12">{square}</svg>'


def share_table(
    header: Sequence[str], rows: Sequence[tuple[tuple[str, str], Sequence[tuple[float, str]]]], colors: Sequence[str]
) -> str:
    """A table of shares as bars. A row: its label and colour, then a share of 0..1 and a text for each other column;
    ``colors``: of the columns' bars."""
    head = "".join(f"<th>{escape(title)}</th>" for title in header)
    body = ""
    for (label, color), shares in rows:
        cells = "".join(_share(share, bar, words) for (share, words), bar in zip(shares, colors))
        body += f'<tr><td class="text">{swatch(color)}{escape(label)}</td>{cells}</tr>'
    return scrolling(f"<table><tr>{head}</tr>{body}</table>")


def titled(title: str, chart: str) -> str:
    """A chart with its title above; ``chart`` is HTML."""
    return f"<figure><figcaption>{escape(title)}</figcaption>{chart}</figure>"


def svg(width: float, height: float, body: str, label: str) -> str:
    """A drawing of a size in pixels; ``body`` is SVG, ``label`` a description for screen readers."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg {size} role="img" aria-label="{escape(label)}">{body}</svg>'


def text(x: float, y: float, words: str, anchor: str = "start", color: str = INK, halo: bool = False) -> str:
    """Text in a drawing; ``halo``: outlined in white, to be readable on lines."""
    around = ' stroke="#fff" stroke-width="4" paint-order="stroke"' if halo else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}"{around}>{escape(words)}</text>'


def ticks(low: float, high: float) -> list[float]:
    """Round numbers, two to seven of them, from about ``low`` to about ``high``."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [round(i * step, 12) for i in range(first, last + 1)]


def significant(value: float) -> str:
    """A number with three or four significant digits."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = 2 - math.floor(math.log10(abs(value)))
    text = f"{value:.{min(max(digits, 0), 3)}f}" if abs(value) >= 0.01 else f"{value:.3g}"
    return text.replace("-", "−")


def shortened(words: str, width: float) -> str:
    """Text, truncated to a width in pixels."""
    most = round(width / LETTER)
    return words if len(words) <= most else words[: most - 1] + "…"


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """A path through points, broken where one is missing."""
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        steps.append(f"{pen}{point[0]:.1f} {point[1]:.1f}" + ("h0" if pen == "M" else ""))  # a lone point is a dot
        pen = "L"
    return "".join(steps)


def _share(share: float, color: str, words: str) -> str:
    bar = f'<rect y="2" width="{SHARE * min(max(share, 0.0), 1.0):.1f}" height="10" fill="{escape(color)}"/>'
    track = f'<rect y="2" width="{SHARE}" height="10" fill="{LINE}" fill-opacity="0.5"/>'
    return f'<td class="share"><svg width="{SHARE}" height="14">{track}{bar}</svg><span>{escape(words)}</span></td>'
