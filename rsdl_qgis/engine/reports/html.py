"""Reports as pages: one self-contained HTML file of headings, tables, numbers and pictures.

Every function returns HTML and escapes its arguments; only ``page``, ``section``, ``beside`` and ``scrolling`` take
HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Union

STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #f4f5f7; color: #1d2530; line-height: 1.45;
  font: 15px/1.45 "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; }
main { max-width: 66em; margin: 0 auto; padding: 1.5em 2em 3em; background: #fff; }
h1 { font-size: 1.6em; line-height: 1.25; margin: 0.4em 0 0.2em; overflow-wrap: anywhere; }
h2 { font-size: 1.15em; margin: 2em 0 0.6em; padding-bottom: 0.25em; border-bottom: 1px solid #d8dde3; }
h3 { font-size: 1em; margin: 1.4em 0 0.4em; }
p { margin: 0.5em 0; }
ul { margin: 0.5em 0; padding-left: 1.3em; }
.subtitle, .small, caption { color: #596676; }
.small { font-size: 0.87em; }
.tile { display: inline-block; vertical-align: top; min-width: 7.6em; margin: 0.6em 0.5em 0 0; padding: 0.6em 0.8em;
  background: #eef3f8; border-radius: 6px; }
.tile b { display: block; font-size: 1.45em; font-weight: 600; white-space: nowrap; }
.tile span { color: #445262; font-size: 0.87em; }
.note { margin: 0.6em 0; padding: 0.5em 0.9em; background: #fff6e0; border-left: 4px solid #e0a400; }
.scrolling { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.93em; }
caption { text-align: left; padding-bottom: 0.4em; font-size: 0.93em; }
th, td { padding: 0.3em 0.7em; text-align: left; vertical-align: top; border-bottom: 1px solid #e3e7ec; }
th { font-weight: 600; vertical-align: bottom; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
td.text { min-width: 7em; max-width: 24em; overflow-wrap: anywhere; }
td.number { font-variant-numeric: tabular-nums; }
tr.sum td, tr.sum th { font-weight: 600; border-top: 2px solid #b6c0cb; }
table.matrix { border-collapse: separate; border-spacing: 2px; }
table.matrix td, table.matrix th { border: 0; text-align: center; vertical-align: middle; }
table.matrix th.row { text-align: right; min-width: 7em; max-width: 16em; overflow-wrap: anywhere; }
table.matrix th.column { max-width: 9em; vertical-align: bottom; overflow-wrap: anywhere; }
table.matrix th.axis { color: #596676; font-weight: 400; }
table.matrix td { min-width: 3.2em; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.matrix td small { display: block; opacity: 0.8; font-size: 0.8em; }
table.matrix td.total { color: #596676; }
table.wide { font-size: 0.78em; }
table.matrix.wide th, table.matrix.wide td { padding: 0.3em 0.2em; }
table.matrix.wide td { min-width: 1.9em; }
table.matrix.wide th.row { white-space: nowrap; max-width: none; }
table.matrix.wide th.column { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap;
  max-width: none; text-align: left; vertical-align: middle; }
dl { margin: 0; }
dt { font-weight: 600; margin-top: 0.5em; }
dd { margin: 0 0 0 1.2em; overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; vertical-align: middle; }
svg text { font: 12px "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; }
.beside { display: flex; flex-wrap: wrap; gap: 0.8em 1.6em; align-items: flex-start; }
figure { margin: 0.6em 0; break-inside: avoid; }
figcaption { margin-bottom: 0.3em; font-weight: 600; font-size: 0.93em; max-width: 34em; }
.legend { font-size: 0.87em; color: #445262; }
.legend span { display: inline-block; margin-right: 1.3em; }
.swatch { margin-right: 0.45em; }
td small.below { display: block; color: #596676; }
td.share { white-space: nowrap; font-size: 0.93em; }
td.share svg { max-width: none; }
td.share span { display: inline-block; min-width: 8.5em; margin-left: 0.5em; font-variant-numeric: tabular-nums; }
.sample { display: inline-block; margin: 0.5em 1.6em 0.9em 0; break-inside: avoid; }
.sample p { max-width: 46em; margin: 0 0 0.3em; font-size: 0.93em; }
.sample figure { display: inline-block; margin: 0 0.5em 0 0; vertical-align: top; }
.sample figcaption { margin: 0; font-weight: 400; font-size: 0.87em; color: #596676; }
.sample img { display: block; min-width: 120px; image-rendering: pixelated; outline: 1px solid #d8dde3; }
.sample.single { max-width: 178px; vertical-align: top; }
@media print {
  body { background: #fff; }
  main { padding: 0; }
  .sample img { min-width: 0; width: 118px; }
  .tile, table.matrix td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .sample, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .beside { break-before: avoid; }
}
"""
RIGHT, WRONG = (38, 110, 175), (205, 90, 45)  # colours of a matrix's diagonal and of the rest
Cell = Union[str, tuple[str, str]]  # of a table: a text, or a text with a small one below it
WIDE = 12  # classes from which a matrix shows counts without percentages


def page(title: str, subtitle: str, body: Iterable[str]) -> str:
    """A complete page; ``body`` is HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
        f'<p class="subtitle">{escape(subtitle)}</p>\n' + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def section(title: str, *body: str) -> str:
    """A section of a page with a heading; ``body`` is HTML."""
    return f"<h2>{escape(title)}</h2>\n" + "\n".join(body)


def subsection(title: str) -> str:
    """A heading within a section."""
    return f"<h3>{escape(title)}</h3>"


def paragraph(text: str, small: bool = False) -> str:
    """A paragraph of plain text."""
    kind = ' class="small"' if small else ""
    return f"<p{kind}>{escape(text)}</p>"


def note(text: str) -> str:
    """A highlighted note."""
    return f'<div class="note">{escape(text)}</div>'


def bullets(texts: Iterable[str]) -> str:
    """A bulleted list of sentences."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def tiles(metrics: Iterable[tuple[str, str]]) -> str:
    """The main metrics as tiles: (label, value) each."""
    return "".join(
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(label)}</span></div>' for label, value in metrics
    )


def facts(items: Mapping[str, str | Sequence[str]]) -> str:
    """A definition list: names, each with one text or several lines."""

    def lines(value: str | Sequence[str]) -> str:
        return "".join(f"<dd>{escape(line)}</dd>" for line in ([value] if isinstance(value, str) else value))

    return "<dl>" + "".join(f"<dt>{escape(name)}</dt>{lines(value)}" for name, value in items.items()) + "</dl>"


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]], texts: int = 1, sums: int = 0) -> str:
    """A table; the first ``texts`` columns are text, the others numbers; the last ``sums`` rows stand out."""
    rows = [list(row) for row in rows]

    def cells(tag: str, row: Sequence[Cell]) -> str:
        kinds = ["text"] * texts + ["number"] * (len(row) - texts)
        return "".join(f'<{tag} class="{kind}">{_cell(value)}</{tag}>' for kind, value in zip(kinds, row))

    body = [f"<tr>{cells('td', row)}</tr>" for row in rows[: len(rows) - sums]]
    body += [f'<tr class="sum">{cells("td", row)}</tr>' for row in rows[len(rows) - sums :]]
    return scrolling(f"<table><tr>{cells('th', header)}</tr>{''.join(body)}</table>")


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return escape(value)
    above, below = value
    return escape(above) + (f'<small class="below">{escape(below)}</small>' if below else "")


def matrix(names: Sequence[str], counts: Sequence[Sequence[int]], rows: str, columns: str) -> str:
    """A confusion matrix, shaded by each cell's proportion of its row; ``rows``, ``columns``: titles of the axes."""
    last = len(names) + 1
    head = f'<tr><td></td><th class="axis" colspan="{last}">{escape(columns)}</th></tr>'
    head += f'<tr><th class="axis row">{escape(rows)}</th>'
    head += "".join(f'<th class="column">{escape(name)}</th>' for name in names) + '<th class="axis">total</th></tr>'
    body = ""
    for i, (name, row) in enumerate(zip(names, counts)):
        total = sum(row)
        body += f'<tr><th class="row">{escape(name)}</th>'
        for j, count in enumerate(row):
            share = count / total if total else 0.0
            below = f"<small>{percent(share, 1)}</small>" if len(names) < WIDE and total else ""
            colours = shade(share, RIGHT if i == j else WRONG)
            body += f'<td style="{colours}" title="{percent(share, 2)}">{thousands(count)}{below}</td>'
        body += f'<td class="total">{thousands(total)}</td></tr>'
    sums = [sum(column) for column in zip(*counts)]
    body += '<tr><th class="axis row">total</th>'
    body += "".join(f'<td class="total">{thousands(s)}</td>' for s in [*sums, sum(sums)]) + "</tr>"
    kind = "matrix" if len(names) < WIDE else "matrix wide"
    return scrolling(f'<table class="{kind}">{head}{body}</table>')


def shares(names: Sequence[str], cells: Sequence[Sequence[tuple[float, str, str]]], rows: str, columns: str) -> str:
    """A matrix of shares of a whole, shaded by each cell's proportion of its row. ``cells``: (share, its text, a small
    text below) each; ``rows``, ``columns``: titles of the axes.
    """
    head = f'<tr><td></td><th class="axis" colspan="{len(names) + 1}">{escape(columns)}</th></tr>'
    head += f'<tr><th class="axis row">{escape(rows)}</th>'
    head += "".join(f'<th class="column">{escape(name)}</th>' for name in names) + '<th class="axis">total</th></tr>'
    body = ""
    for i, (name, row) in enumerate(zip(names, cells)):
        total = sum(share for share, _, _ in row)
        body += f'<tr><th class="row">{escape(name)}</th>'
        for j, (share, text, below) in enumerate(row):
            colours = shade(share / total if total else 0.0, RIGHT if i == j else WRONG)
            small = f"<small>{escape(below)}</small>" if len(names) < WIDE else ""
            body += f'<td style="{colours}">{escape(text)}{small}</td>'
        body += f'<td class="total">{100 * total:.2f}</td></tr>'
    sums = [sum(share for share, _, _ in column) for column in zip(*cells)]
    body += '<tr><th class="axis row">total</th>'
    body += "".join(f'<td class="total">{100 * s:.2f}</td>' for s in [*sums, sum(sums)]) + "</tr>"
    kind = "matrix" if len(names) < WIDE else "matrix wide"
    return scrolling(f'<table class="{kind}">{head}{body}</table>')


def beside(*parts: str) -> str:
    """Parts side by side where the page is wide enough; ``parts`` are HTML."""
    return f'<div class="beside">{"".join(parts)}</div>'


def sample(caption: str, pictures: Iterable[tuple[str, str]]) -> str:
    """A row of pictures of one sample: (title, data URI) each. Other addresses than data URIs are left out."""
    shown = [(title, uri) for title, uri in pictures if uri.startswith("data:image/")]
    single = len(shown) == 1  # without a title of its own
    row = "".join(
        f'<figure><img src="{escape(uri)}" alt="{escape(title)}"/>'
        + ("" if single else f"<figcaption>{escape(title)}</figcaption>")
        + "</figure>"
        for title, uri in shown
    )
    words = f"<p>{escape(caption)}</p>"
    if single:
        return f'<div class="sample single">{row}{words}</div>'
    return f'<div class="sample">{words}{row}</div>'


def scrolling(body: str) -> str:
    """A horizontally scrolling part, for content wider than the page; ``body`` is HTML."""
    return f'<div class="scrolling">{body}</div>'


def shade(share: float, colour: tuple[int, int, int]) -> str:
    """The style of a cell, from white at a proportion of 0 to the colour at 1, with readable text."""
    if share <= 0:
        return "color: #98a2ad"
    strength = 0.08 + 0.92 * min(share, 1.0)
    red, green, blue = (round(255 + (c - 255) * strength) for c in colour)
    dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
    return f"background: #{red:02x}{green:02x}{blue:02x}; color: {'#fff' if dark else '#1d2530'}"


def thousands(number: int) -> str:
    """1234567 as '1 234 567', with non-breaking spaces."""
    return f"{number:,}".replace(",", "\u202f")


def percent(share: float, digits: int = 2) -> str:
    """A proportion of 0..1 in percent."""
    return f"{100 * share:.{digits}f}\u202f%"


def decimal(value: float | None, digits: int = 4) -> str:
    """A number with so many decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def between(value: float | None, ends: Sequence[float | None], digits: int = 3) -> Cell:
    """A cell of a table: a number with its interval below, where it has one."""
    low, high = ends
    return decimal(value, digits), "" if low is None else f"{decimal(low, digits)} to {decimal(high, digits)}"
