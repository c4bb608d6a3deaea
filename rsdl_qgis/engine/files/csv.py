"""Tables as CSV whose texts no spreadsheet takes for formulas: names that come from files are data.

A text that begins as a formula gets an apostrophe before it, which spreadsheets show as text; numbers stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # also one that has its apostrophe already, to be read as it was
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV; None is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(guarded, header))
    writer.writerows(map(guarded, row) for row in rows)
    return stream.getvalue()


def guarded(value: Any) -> Any:
    """A cell as it is written."""
    if value is None:
        return ""
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def plain(text: str) -> str:
    """The text of a cell that was written ``guarded``."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
