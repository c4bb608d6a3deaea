"""What the job "active_fire" asks for, checked before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..job.arguments import OPERATIONS, checked
from ..prediction.request import AskedRaster
from ..raster.grid import Bounds
from ..tables.fire import METHODS
from ..vector.masks import PolygonMask
from ..vector.tracing.polygon_shape import PolygonShape

OPERATION = "active_fire"


@dataclass(frozen=True)
class FireRequest:
    """The job: ``layers``, whose bands in order are 1 to 7, or a Landsat ``product``.

    ``asked``: the arguments as they came. ``values``: what the layers' numbers are; ``sun_elevation``: degrees, None is
    not known. ``saturation``: a raster of which what is not 0 is saturated in band 6 or 7. ``nodata``: of a product's
    bands, besides 0.
    """

    asked: Mapping[str, Any]
    output: str
    polygons: str | None
    shape: PolygonShape
    method: str
    layers: tuple[AskedRaster, ...]
    product: str | None
    values: str
    sun_elevation: float | None
    saturation: AskedRaster | None
    nodata: float | None
    tile_size: int
    extent: Bounds | None
    extent_crs: str | None
    mask: PolygonMask | None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> FireRequest:
        """The request in a job's arguments. InputError for the first that is missing, unknown or invalid."""
        asked = checked(OPERATION, arguments)
        given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
        layers = tuple(map(AskedRaster.of, given["layers"] or ()))
        if bool(layers) == bool(given["product"]):
            problem = "Both layers and a product are given." if layers else "Neither layers nor a product are given."
            raise InputError(problem, "Give the bands as layers, or the folder of a Landsat product.")
        return cls(
            asked=asked,
            layers=layers,
            shape=PolygonShape.of(given),
            saturation=AskedRaster.of(given["saturation"]) if given["saturation"] else None,
            extent=None if given["extent"] is None else tuple(given["extent"]),
            mask=PolygonMask.of(given),
            **{
                name: given[name]
                for name in (
                    *("output", "polygons", "method", "product", "values", "sun_elevation", "nodata"),
                    *("tile_size", "extent_crs"),
                )
            },
        )

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the method asks."""
        return METHODS[self.method][0]

    @property
    def needed(self) -> int:
        """How many of the rules have to agree on a fire."""
        return METHODS[self.method][1]
