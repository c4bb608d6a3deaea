"""How a raster is cut for a network: tiles, their overlap, and how many are run at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .card import ModelCard
from .errors import InputError, MismatchError
from .raster.tiles import tile_shape

NETWORK_MEMORY = 350_000_000  # bytes that the network may need for one batch, unless TILE_SIZE says otherwise
LARGEST_TILE = 768  # pixels: beyond it little is gained, and memory and the wait for a cancel grow


@dataclass(frozen=True)
class Plan:
    """How the raster is cut: tile (height, width) and overlap in pixels, tiles in a batch."""

    tile: tuple[int, int]
    overlap: int
    batch: int = 1


def make_plan(height: int, width: int, card: ModelCard, arguments: Mapping[str, Any]) -> Plan:
    """Tile, overlap and batch: as asked for, else the largest tile whose network fits into the memory budget.

    Large tiles go one by one, so that reading and writing overlap with running; small fixed ones in batches.
    """
    tiling = card.tiling
    asked, overlap = arguments.get("tile_size"), arguments.get("overlap")
    if asked and not tiling.any_size and asked != tiling.size:
        problem = f"Model '{card.name}' takes tiles of {tiling.size} px only, not {asked}."
        raise MismatchError(problem, "Leave TILE_SIZE empty.")
    if asked and asked % tiling.multiple:
        near = max(1, round(asked / tiling.multiple)) * tiling.multiple
        raise InputError(f"Tiles of {asked} px are not a multiple of {tiling.multiple}.", f"Use TILE_SIZE={near}.")
    if not tiling.any_size:
        tile = (tiling.size, tiling.size)
        overlap = tiling.overlap if overlap is None else overlap
    else:
        largest = asked or memory_tile(card)
        overlap = min(tiling.overlap, largest // 4) if overlap is None else overlap
        tile = (asked, asked) if asked else tile_shape(height, width, largest, overlap, tiling.multiple)
    if any(side < length and overlap > side // 2 for side, length in zip(tile, (height, width))):
        raise InputError(
            f"An overlap of {overlap} px is more than half of a {tile[1]} x {tile[0]} px tile.",
            "Use a smaller OVERLAP.",
        )
    fitting = 1 if tiling.any_size else NETWORK_MEMORY // (tiling.memory * tile[0] * tile[1])
    batch = arguments.get("batch_size") or max(1, min(16, fitting))
    return Plan(tile, overlap, batch)


def memory_tile(card: ModelCard) -> int:
    """The side in pixels of the largest square tile whose network fits into the budget."""
    multiple = card.tiling.multiple
    side = math.isqrt(NETWORK_MEMORY // card.tiling.memory) // multiple * multiple
    return max(multiple, min(side, LARGEST_TILE // multiple * multiple))
