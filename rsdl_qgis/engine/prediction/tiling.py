"""How a raster is cut for a network: tiles, their overlap, how many are a batch, and how many of these run at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..cards.card import ModelCard
from ..errors import InputError, MismatchError
from ..raster.tiles import tile_shape, tiles
from ..runtime.devices import available_cores, choose_device, named_device
from ..runtime.onnx_form import Form
from ..tables.devices import ON_CPU
from ..tables.tasks import task_of
from .request import PredictRequest

NETWORK_MEMORY = 440_000_000  # bytes that the network may need at a time, unless TILE_SIZE says otherwise
LARGEST_TILE = 1056  # pixels: larger ones gain little, and need more memory and longer to cancel
MAP_MEMORY = 390_000_000  # bytes of the network of a map, and of the map's rows that are not finished, together
LOWEST = 384  # pixels: tiles of wide rasters are the lower for these rows, but no lower than this
STREAMS = 2  # batches that run at once
FEWEST = 2 * STREAMS  # batches: where there are fewer, one stream with all cores ends sooner


@dataclass(frozen=True)
class Plan:
    """How the raster is cut: tile (height, width), least overlap in pixels, tiles in a batch, batches run at once.

    ``margin``: further pixels before and after a tile that the network takes, along both axes.
    """

    tile: tuple[int, int]
    overlap: int
    batch: int = 1
    streams: int = 1
    margin: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, said: Mapping[str, Any] | None) -> Plan | None:
        """How a job says that rasters are to be cut; None where it does not. InputError for what is no plan."""
        if said is None:
            return None
        margin = said.get("margin") or (0, 0)
        plan = cls(tuple(said["tile"]), said["overlap"], said["batch"], said["streams"], tuple(margin))
        if plan.overlap >= min(plan.tile):
            raise InputError(f"An overlap of {plan.overlap} px is no less than a tile.", "Leave 'cut' out of the job.")
        return plan

    def described(self) -> str:
        """'Tiles of 768 x 512 px, overlap 32, batch 1, 2 at once.'"""
        height, width = self.tile
        around = f" and {sum(self.margin)} px around them" if any(self.margin) else ""
        return (
            f"Tiles of {width} x {height} px{around}, overlap {self.overlap}, batch {self.batch}, "
            f"{self.streams} at once."
        )


def make_plan(height: int, width: int, card: ModelCard, request: PredictRequest, form: Form | None = None) -> Plan:
    """Tile, overlap and batch: as asked for, else the tile of those that fit the memory budget that cuts best.

    Large tiles go one by one, so that reading and writing overlap with running; small fixed ones in batches.
    Two batches run at once where that pays; their tiles are so much smaller that both fit into the budget. ``form``: of
    a network that takes tiles of one size only, or has an output smaller than its tile.
    """
    with suppress(InputError):  # an overlap may be too wide for tiles so small
        plan = _plan(height, width, card, request, STREAMS, form)
        batches = math.ceil(len(tiles(height, width, plan.tile, plan.overlap)) / plan.batch)
        if streams_for(batches, card.tiling.memory * math.prod(plan.tile) * plan.batch, request) > 1:
            return plan
    return _plan(height, width, card, request, 1, form)


def streams_for(batches: int, memory: int, request: PredictRequest) -> int:
    """How many batches run at once, of so many that need so many bytes each: two, or one where two do not pay.

    They share the cores: with few cores each, a network wastes less time waiting. One batch keeps a GPU busy.
    """
    threads = request.threads or available_cores()
    pays = batches >= FEWEST and threads >= STREAMS and STREAMS * memory <= NETWORK_MEMORY
    place = choose_device if request.scheduler is None else named_device  # workers may have a device that is not here
    return STREAMS if pays and place(request.device) in ON_CPU else 1


def _plan(height: int, width: int, card: ModelCard, request: PredictRequest, streams: int, form: Form | None) -> Plan:
    tiling, memory = card.tiling, NETWORK_MEMORY // streams
    asked, overlap = request.tile_size, request.overlap
    fixed = form.side if form and form.side else None if tiling.any_size else (tiling.size, tiling.size)
    if asked and fixed and fixed != (asked, asked):
        sides = f"{fixed[1]} px" if fixed[0] == fixed[1] else f"{fixed[1]} x {fixed[0]} px"
        problem = f"Model '{card.name}' takes tiles of {sides} only, not {asked}."
        raise MismatchError(problem, "Leave TILE_SIZE empty.")
    if asked and not fixed and asked % tiling.multiple:
        near = max(1, round(asked / tiling.multiple)) * tiling.multiple
        raise InputError(f"Tiles of {asked} px are not a multiple of {tiling.multiple}.", f"Use TILE_SIZE={near}.")
    margin = form.margin if form else (0, 0)
    if fixed:
        tile = fixed[0] - sum(margin), fixed[1] - sum(margin)
        overlap = min(tiling.overlap, min(tile) // 2) if overlap is None else overlap
    else:
        largest = asked or memory_tile(card, memory)
        overlap = min(tiling.overlap, largest // 4) if overlap is None else overlap
        tile = (asked, asked) if asked else _free_shape(height, width, largest, overlap, card, streams)
    if any(side < length and overlap > side // 2 for side, length in zip(tile, (height, width))):
        raise InputError(
            f"An overlap of {overlap} px is more than half of a {tile[1]} x {tile[0]} px tile.",
            "Use a smaller OVERLAP.",
        )
    fitting = memory // (tiling.memory * fixed[0] * fixed[1]) if fixed else 1
    batch = request.batch_size or max(1, min(16, fitting))
    return Plan(tile, overlap, batch, streams, margin)


def _free_shape(height: int, width: int, largest: int, overlap: int, card: ModelCard, streams: int) -> tuple[int, int]:
    """The tile of a network that takes any, up to a side; of maps so low that the network and the strip that is blended
    fit into one budget.
    """
    multiple, highest = card.tiling.multiple, largest
    if task_of(card.task).dense:
        largest = min(largest, memory_tile(card, MAP_MEMORY // streams))
        row = width * (4 * max(1, card.channels - 1) + 1)  # bytes: float32, and whether it is valid
        rows = MAP_MEMORY // (streams * card.tiling.memory * largest + row)
        highest = min(largest, max(LOWEST, 4 * overlap, rows) // multiple * multiple)
    shapes = [tile_shape(height, width, side, overlap, multiple) for side in (highest, largest)]
    return shapes[0][0], shapes[1][1]


def memory_tile(card: ModelCard, memory: int) -> int:
    """The side in pixels of the largest square tile whose network fits into so many bytes."""
    multiple = card.tiling.multiple
    side = math.isqrt(memory // card.tiling.memory) // multiple * multiple
    return max(multiple, min(side, LARGEST_TILE // multiple * multiple))
