"""What a TensorFlow Lite file has packed behind its network, as a zip: a card, and the names of its classes.

LiteRT passes over it. Of its members only these two are read.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ...cards.archive import is_zip, opened_zip
from ...cards.card import CARD_FILE
from ...cards.model_file import LARGEST_CARD
from ...errors import ModelError
from ...files.json import parsed
from ...files.text import one_line, shortened

LARGEST_LABELS = 1 << 20  # bytes
MOST_MEMBERS = 100
PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth")  # which run code when they are opened
BEGINNING = re.compile(rb"PK\x03\x04.{22}\x0a\x00.." + re.escape(CARD_FILE.encode()), re.DOTALL)  # of a packed card
_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Packed:
    """``item``: the card, None where there is none; ``labels``: () where there are none."""

    item: dict[str, Any] | None = None
    labels: tuple[str, ...] = ()


def read_packed(path: Path) -> Packed:
    """What lies behind a network. ModelError where it is cut off, leads outside, or is none that this plugin made."""
    if not is_zip(path):
        if BEGINNING.search(path.read_bytes()):
            raise ModelError(f"{path.name} is cut off: the card behind its network is not complete.", _AGAIN)
        return Packed()
    with opened_zip(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise ModelError(f"{path.name} holds {len(members)} files behind its network.", _AGAIN)
        for info in members:
            if info.filename.lower().endswith(PICKLES):
                text = f"{path.name} holds {shortened(info.filename)}, a pickle, which runs code when it is opened."
                raise ModelError(text, "Export the model again without it.")
        return Packed(_item(archive, members, path), _labels(archive, members))


def _item(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> dict[str, Any] | None:
    cards = [info for info in members if PurePosixPath(info.filename).name == CARD_FILE]
    if not cards:
        return None
    if len(cards) > 1:
        raise ModelError(f"{path.name} holds {len(cards)} cards ({CARD_FILE}) behind its network.", _AGAIN)
    size = cards[0].file_size
    if size > LARGEST_CARD:
        raise ModelError(f"The card in {path.name} is of {size:,} bytes; at most {LARGEST_CARD:,} are read.", _AGAIN)
    try:
        item = parsed(_text(archive, cards[0]))
    except ValueError as error:
        raise ModelError(f"The card in {path.name} is not JSON: {shortened(str(error))}.", _AGAIN) from None
    if not isinstance(item, dict):
        raise ModelError(f"The card in {path.name} is no JSON object.", _AGAIN)
    return item


def _labels(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> tuple[str, ...]:
    """The names of the classes, in a text that TensorFlow's metadata tools pack, a line each."""
    texts = [info for info in members if info.filename.lower().endswith(".txt")]
    if len(texts) != 1 or texts[0].file_size > LARGEST_LABELS:
        return ()
    return tuple(one_line(line).strip() for line in _text(archive, texts[0]).splitlines() if line.strip())


def _text(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    with archive.open(info) as member:
        return member.read(info.file_size).decode("utf-8", "replace")
