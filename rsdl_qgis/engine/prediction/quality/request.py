"""The request of the job "cloud_mask", checked before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...job.arguments import OPERATIONS, checked
from ...products.collection import check_one
from ...products.files import last
from ...products.product import Flag
from ...products.quality import Quality, flags_for, flags_of
from ...products.table import product_at
from ...raster.grid import Bounds
from ...tables.quality import FILL, WORDS
from ...vector.masks import PolygonMask
from ...vector.tracing.polygon_shape import PolygonShape
from ..request import MapFiles

OPERATION = "cloud_mask"
USUAL = ("cloud", "cirrus", "shadow")  # words, where the band knows them


@dataclass(frozen=True)
class CloudMaskRequest:
    """What is marked, and by which pixels. ``flags``: of each word in the order of ``WORDS``; ``fill``: where nothing
    was measured; ``grow``: pixels by which clouds and shadows are wider.
    """

    asked: Mapping[str, Any]
    title: str
    flags: Mapping[str, tuple[Flag, ...]]
    fill: tuple[Flag, ...]
    grow: int
    nodata: float | None
    files: MapFiles
    extent: Bounds | None
    extent_crs: str | None
    mask: PolygonMask | None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> CloudMaskRequest:
        """The request in a job's arguments. InputError for the first that is missing, unknown or invalid."""
        asked = checked(OPERATION, arguments)
        given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
        path = given["input"]["path"]
        product = product_at(path)
        check_one(product)
        own = flags_of({path: path}) if product is None else product.flags
        words = tuple(given["words"] or ()) or tuple(word for word in USUAL if word in own) or USUAL
        quality = Quality(words, path if product is None else "")
        return cls(
            asked=asked,
            title=product.title if product is not None else last(path),
            flags={word: flags_for(quality, product, word) for word in WORDS if word in words},
            fill=own.get(FILL, ()),
            grow=given["grow"],
            nodata=given["input"].get("nodata"),
            files=MapFiles(given["output"], None, given["polygons"], shape=PolygonShape.of(given)),
            extent=None if given["extent"] is None else tuple(given["extent"]),
            extent_crs=given["extent_crs"],
            mask=PolygonMask.of(given),
        )
