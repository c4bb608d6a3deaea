"""The request of the job "cloud_mask", checked before any work starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...cards.given.clouds import classes_of_words
from ...cards.store import opened
from ...errors import InputError, MismatchError
from ...job.arguments import OPERATIONS, checked
from ...job.common import AREA, OF_MASKS
from ...products.collection import check_one
from ...products.files import last
from ...products.product import Flag
from ...products.quality import Quality, flags_for, flags_of
from ...products.table import product_at
from ...raster.grid import Bounds
from ...tables.quality import FILL, WORDS, Test
from ...vector.masks import PolygonMask
from ...vector.tracing.polygon_shape import PolygonShape
from ..request import MapFiles, MapRequest

OPERATION = "cloud_mask"
USUAL = ("cloud", "cirrus", "shadow")  # words, where the band knows them


@dataclass(frozen=True)
class CloudMaskRequest:
    """What is marked, and by which pixels. ``flags``: of each word in the order of ``WORDS``; ``fill``: where nothing
    was measured; ``grow``: pixels by which clouds and shadows are wider; ``model``: the map whose classes are marked
    instead, which is made before.
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
    model: MapRequest | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> CloudMaskRequest:
        """The request in a job's arguments. InputError for the first that is missing, unknown or invalid."""
        asked = checked(OPERATION, arguments)
        given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
        by_model = bool(given["model"] and given["inputs"])
        if by_model == bool(given["input"]) or bool(given["model"]) != bool(given["inputs"]):
            raise InputError(
                "The job names neither a quality band alone, nor a model with its rasters.",
                'Give "input", or "model" and "inputs".',
            )
        about = cls._of_model(asked, given) if by_model else cls._of_band(given)
        return cls(
            asked=asked,
            grow=given["grow"],
            files=MapFiles(given["output"], None, given["polygons"], shape=PolygonShape.of(given)),
            extent=None if given["extent"] is None else tuple(given["extent"]),
            extent_crs=given["extent_crs"],
            mask=PolygonMask.of(given),
            **about,
        )

    @staticmethod
    def _of_band(given: Mapping[str, Any]) -> dict[str, Any]:
        """What is marked by a quality band."""
        path = given["input"]["path"]
        product = product_at(path)
        check_one(product)
        own = flags_of({path: path}) if product is None else product.flags
        words = tuple(given["words"] or ()) or tuple(word for word in USUAL if word in own) or USUAL
        quality = Quality(words, path if product is None else "")
        return {
            "title": product.title if product is not None else last(path),
            "flags": {word: flags_for(quality, product, word) for word in WORDS if word in words},
            "fill": own.get(FILL, ()),
            "nodata": given["input"].get("nodata"),
        }

    @staticmethod
    def _of_model(asked: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """What is marked by the classes of a model's map, a file in a folder beside the result that goes again."""
        with opened(given["model"]) as (_, card):
            if card.task != "segmentation":
                problem = f"Model '{card.name}' is for {card.task}, and a cloud mask is of a segmentation's classes."
                raise MismatchError(problem, "Choose another model.")
            values = classes_of_words(card, given["words"] or (), given["classes"])
        path = Path(given["output"])
        classes = str(path.with_name(f".{path.stem}-{os.getpid()}") / "classes.tif")
        kept = (*OF_MASKS, "model", "inputs", *(name for name in AREA if not name.startswith("mask")))
        model = {name: asked[name] for name in kept if asked.get(name) is not None}
        return {
            "title": last(given["model"]),
            "flags": {word: (Flag(classes, Test(values=found), word=word),) for word, found in values.items()},
            "fill": (),
            "nodata": None,
            "model": MapRequest.of({**model, "output": classes}),
        }
