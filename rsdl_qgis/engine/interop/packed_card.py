"""The card that this plugin has packed into the file of another program, as a member of a zip."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from ..cards.card import CARD_FILE
from ..cards.model_file import LARGEST_CARD
from ..errors import ModelError
from ..files.json import parsed
from ..files.text import shortened

_AGAIN = "Get the model again."


def packed_item(archive: zipfile.ZipFile, path: Path) -> dict[str, Any] | None:
    """The card in the archive of the file at ``path``, None where there is none; ModelError for a damaged one."""
    cards = [info for info in archive.infolist() if PurePosixPath(info.filename).name == CARD_FILE]
    if not cards:
        return None
    if len(cards) > 1:
        raise ModelError(f"{path.name} holds {len(cards)} cards ({CARD_FILE}) beside its network.", _AGAIN)
    size = cards[0].file_size
    if size > LARGEST_CARD:
        raise ModelError(f"The card in {path.name} is of {size:,} bytes; at most {LARGEST_CARD:,} are read.", _AGAIN)
    try:
        item = parsed(packed_text(archive, cards[0]))
    except ValueError as error:
        raise ModelError(f"The card in {path.name} is not JSON: {shortened(str(error))}.", _AGAIN) from None
    if not isinstance(item, dict):
        raise ModelError(f"The card in {path.name} is no JSON object.", _AGAIN)
    return item


def packed_text(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """A member as a text of UTF-8, what is none replaced."""
    with archive.open(info) as member:
        return member.read(info.file_size).decode("utf-8", "replace")
