"""How the polygons of a class map are to be shaped."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...raster.grid import Grid


@dataclass(frozen=True)
class PolygonShape:
    """What is asked for. ``simplify``: tolerance in pixels; ``min_area``: m², smaller patches are taken into the class
    they share most of their border with; ``fill_holes``: m², holes of no more are filled; ``regularize``: right angles.
    """

    simplify: float = 0.0
    min_area: float = 0.0
    fill_holes: float = 0.0
    regularize: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> PolygonShape:
        """From a job's arguments."""
        return cls(**{item.name: given[item.name] for item in fields(cls)})

    def sieves(self, grid: Grid) -> bool:
        """Whether patches change their class."""
        return self.least(grid) > 1 or self.holes(grid) > 0

    def least(self, grid: Grid) -> int:
        """The pixels of the smallest patch that stays."""
        return max(1, math.ceil(self.min_area / math.prod(grid.resolution) - 1e-6))

    def holes(self, grid: Grid) -> int:
        """The pixels of the largest hole that is filled."""
        return math.floor(self.fill_holes / math.prod(grid.resolution) + 1e-6)
