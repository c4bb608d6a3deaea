"""What a TensorFlow Lite file has packed behind its network, as a zip: a card, and the names of its classes.

LiteRT passes over it. Of its members only these two are read.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...cards.archive import is_zip, opened_zip
from ...cards.card import CARD_FILE
from ...errors import ModelError
from ...files.text import one_line, shortened
from ..packed_card import packed_item, packed_text

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
        return Packed(packed_item(archive, path), _labels(archive, members))


def _labels(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> tuple[str, ...]:
    """The names of the classes, in a text that TensorFlow's metadata tools pack, a line each."""
    texts = [info for info in members if info.filename.lower().endswith(".txt")]
    if len(texts) != 1 or texts[0].file_size > LARGEST_LABELS:
        return ()
    return tuple(one_line(line).strip() for line in packed_text(archive, texts[0]).splitlines() if line.strip())
