"""Text from a file that is shown to people or written into another file. Standard library only.

A name in a card or a label field is data: it may hold what XML forbids, what ends a line, what turns the order of
letters round, or halves of characters that no file can be written with.
"""

from __future__ import annotations

import re

UNPRINTABLE = (  # control characters, ends of lines and paragraphs, turns of direction, surrogates, non-characters
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
)
_IN_A_LINE = re.compile(f"[{UNPRINTABLE}\t\n]+")
_IN_LINES = re.compile(f"[{UNPRINTABLE}]+")


def translatable(text: str) -> str:
    """The text as it is: marks a literal that QGIS's side shows translated (``tools/i18n.py`` collects it)."""
    return text


def one_line(text: str) -> str:
    """The text with a blank for what cannot be printed in a line; text that can be is left as it is."""
    return _IN_A_LINE.sub(" ", text).strip() if _IN_A_LINE.search(text) else text


def lines(text: str) -> str:
    """As ``one_line``, with ends of lines and tabs kept."""
    return _IN_LINES.sub(" ", text.replace("\r\n", "\n"))


def counted(number: int, noun: str, ending: str = "s") -> str:
    """'1 patch', '2 patches': a number and its noun."""
    return f"{number} {noun}{'' if number == 1 else ending}"


def shortened(text: str, longest: int = 80) -> str:
    """The text in a line of at most so many characters."""
    line = one_line(text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
