"""The card in a TensorFlow Lite file: packed behind the network, as its metadata tools pack labels."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from ...cards.card import CARD_FILE, ModelCard
from ...cards.stac_mlm import to_item
from ..archives import entry

LABELS_FILE = "labels.txt"


def add_card(path: Path, card: ModelCard) -> None:
    """Append the card and, where there are classes, their names, a line each: LiteRT passes over them."""
    with zipfile.ZipFile(path, "a") as archive:
        item = json.dumps(to_item(replace(card, sha256={})), indent=1, ensure_ascii=False)
        archive.writestr(entry(CARD_FILE), item.encode())
        if card.classes:
            archive.writestr(entry(LABELS_FILE), "".join(f"{c.name}\n" for c in card.classes).encode())
