"""The names of models. Standard library only.

Names come from cards, from files' stems and from users, and become folders: so they are letters, digits, ``-``, ``_``
and ``.``, from 1 to 64, and nothing that a file system takes for something else.
"""

from __future__ import annotations

import re
import unicodedata

from ..errors import ModelError
from ..files.text import one_line, shortened

LONGEST = 64
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³")}
_NAME = re.compile(rf"[\w-][\w.-]{{0,{LONGEST - 1}}}")
_PATHLIKE = re.compile(r"[/\\:]")


def is_model_name(name: str) -> bool:
    """Whether a model can be installed under this name."""
    return bool(_NAME.fullmatch(name)) and not name.endswith(".") and not is_device(name)


def is_device(name: str) -> bool:
    """Whether Windows takes this file name for a device: 'con', 'NUL.txt', …"""
    return name.partition(".")[0].rstrip(" ").casefold() in DEVICES


def check_model_name(name: str) -> str:
    """The name; ModelError where it is none."""
    if not is_model_name(name):
        raise ModelError(
            f"'{shortened(name)}' is not a model's name.",
            f"A name has 1 to {LONGEST} letters, digits, '-', '_' or '.', with no '.' first or last.",
        )
    return name


def as_model_name(text: str) -> str:
    """The name nearest to a file's stem or a title: 'model é (2)' becomes 'model-é-2'."""
    plain = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", text)).strip("-.")
    plain = plain[:LONGEST].rstrip("-.") or "model"
    return f"model-{plain}"[:LONGEST] if is_device(plain) else plain


def is_safe_title(name: str) -> bool:
    """Whether a card may call its model so: any text that is no path, is not hidden and has a name near to it."""
    plain = bool(name.strip()) and one_line(name) == name and not _PATHLIKE.search(name)
    return plain and not name.startswith(".") and not is_device(name)
