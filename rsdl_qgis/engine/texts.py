"""Texts as any file can hold them. Standard library only."""

from __future__ import annotations

import unicodedata

UNWRITABLE = ("Cc", "Cs")  # control characters, and halves of letters: XML knows no way to write them


def printable(text: str) -> str:
    """A text, such as a class's name, with blanks for what cannot be written into XML and tables."""
    return "".join(" " if unicodedata.category(letter) in UNWRITABLE else letter for letter in text)
