"""A result as a STAC Item (1.1.0) with the extensions projection, processing, raster and classification.

It is derived from its images and, as the Machine Learning Model extension (MLM) recommends, from the Item of the model:
a link ``derived_from`` with its ``mlm:name``. https://github.com/radiantearth/stac-spec, https://stac-extensions.github.io
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..cards.card import CARD_FILE, Class, ModelCard
from ..cards.stac_mlm import class_item, mlm_name
from ..errors import OutputError
from ..files.names import ITEM
from ..job.outputs import outputs_of
from ..runs import RUN
from ..runs.places import here
from ..tables.tasks import task_of
from .facts import RASTERS, Facts, facts_of, image_dates

EXTENSIONS = {  # name -> version
    "projection": "v2.0.0",
    "processing": "v1.1.0",
    "raster": "v2.0.0",
    "classification": "v2.0.0",
}
TYPES = {
    ".tif": "image/tiff; application=geotiff",
    ".tiff": "image/tiff; application=geotiff",
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".json": "application/geo+json",
    ".fgb": "application/vnd.flatgeobuf",
    ".shp": "application/vnd.shp",
}
LEVEL = "L4"  # what a model makes of measurements


def write_items(operation: str, metadata: Mapping[str, str], card: ModelCard, model: Path) -> None:
    """Write an Item beside each result of a job that is done; OutputError where that cannot be.

    ``metadata``: those of its results; ``model``: the model's folder or file.
    """
    run = json.loads(metadata[RUN])
    files, _ = outputs_of(operation, {name: here(v) for name, v in run["arguments"].items() if isinstance(v, str)})
    for path in files:
        target = f"{path}{ITEM}"
        try:
            text = json.dumps(item_of(path, facts_of(path), run, card, model), indent=2, ensure_ascii=False)
            Path(target).write_text(text, encoding="utf-8")
        except OSError as error:
            problem = f"{target} cannot be written: {error.strerror or error}."
            raise OutputError(problem, "Free disk space, or choose another place for the output.") from None


def item_of(path: str, facts: Facts, run: Mapping[str, Any], card: ModelCard, model: Path) -> dict[str, Any]:
    """The Item of a result of a run."""
    is_raster = Path(path).suffix.lower() in RASTERS
    used = [name for name in EXTENSIONS if is_raster or name not in ("raster", "classification")]
    asset = _asset(path, facts, card)
    if "classification:classes" not in asset and "classification" in used:
        used.remove("classification")
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [f"https://stac-extensions.github.io/{n}/{EXTENSIONS[n]}/schema.json" for n in used],
        "id": Path(path).name,
        **_place(facts),
        "properties": {
            **_times(run, image_dates(run)),
            "created": _utc(run["time"]),
            "title": card.title,
            **_projection(facts),
            **_processing(run, card),
        },
        "links": [*_links(run, card, model)],
        "assets": {"data": asset},
    }


def _place(facts: Facts) -> dict[str, Any]:
    if facts.degrees is None:
        return {"geometry": None}
    west, south, east, north = facts.degrees
    if west <= east:
        return {"geometry": {"type": "Polygon", "coordinates": [_ring(*facts.degrees)]}, "bbox": [*facts.degrees]}
    halves = [[_ring(west, south, 180.0, north)], [_ring(-180.0, south, east, north)]]
    return {"geometry": {"type": "MultiPolygon", "coordinates": halves}, "bbox": [*facts.degrees]}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _times(run: Mapping[str, Any], dates: Sequence[str]) -> dict[str, Any]:
    """When the images were taken, so far as it is known; else when the result was made."""
    if not dates:
        return {"datetime": _utc(run["time"])}
    if len(dates) == 1:
        return {"datetime": f"{dates[0]}T00:00:00Z"}
    return {"datetime": None, "start_datetime": f"{dates[0]}T00:00:00Z", "end_datetime": f"{dates[-1]}T23:59:59Z"}


def _utc(time: str) -> str:
    return time.replace("+00:00", "Z")


def _projection(facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = {"proj:code": facts.code, "proj:wkt2": facts.wkt}
    if facts.bounds:
        found["proj:bbox"] = list(facts.bounds)
    if facts.shape:
        found |= {"proj:shape": list(facts.shape), "proj:transform": list(facts.transform)}
    return found


def _processing(run: Mapping[str, Any], card: ModelCard) -> dict[str, Any]:
    title = task_of(card.task).mlm.replace("-", " ")
    return {
        "processing:level": LEVEL,
        "processing:lineage": f"{title.capitalize()} by the model {card.name} ({card.title}), on {run['device']}.",
        "processing:expression": {
            "format": "rsdl-job",
            "expression": {"operation": run["operation"], "arguments": run["arguments"]},
        },
        "processing:software": {"rsdl_qgis": run["version"], **{n: str(v) for n, v in run["libraries"].items()}},
    }


def _links(run: Mapping[str, Any], card: ModelCard, model: Path) -> Iterable[dict[str, Any]]:
    card_file = model / CARD_FILE
    is_item = card_file.is_file()
    yield {
        "rel": "derived_from",
        "href": _href(card_file if is_item else model),
        "type": "application/geo+json" if is_item else "application/octet-stream",
        "title": card.title,
        "mlm:name": mlm_name(card.name),
    }
    for item in run["inputs"]:
        if not item.get("copy"):
            yield {"rel": "derived_from", "href": _href(Path(here(item["path"]))), "title": Path(item["path"]).name}


def _href(path: Path) -> str:
    with suppress(ValueError):
        return Path(os.path.abspath(path)).as_uri()
    return quote(path.as_posix())


def _asset(path: str, facts: Facts, card: ModelCard) -> dict[str, Any]:
    name = Path(path).name
    asset: dict[str, Any] = {
        "href": f"./{quote(name)}",
        "title": card.title,
        "type": TYPES.get(Path(path).suffix.lower(), "application/octet-stream"),
        "roles": ["data"],
    }
    if not facts.bands:
        return asset
    whole = len(facts.bands) == 1 and facts.bands[0][0] == "class"
    unit = {"unit": card.unit} if card.unit else {}
    asset["bands"] = [_band(*band, unit) for band in facts.bands]
    asset["raster:sampling"] = "area"
    if facts.resolution:
        asset["raster:spatial_resolution"] = facts.resolution
    if whole and card.classes:
        nodata = Class(int(card.nodata), "nodata", "#000000")
        asset["classification:classes"] = [*map(class_item, card.classes), {**class_item(nodata), "nodata": True}]
    return asset


def _band(name: str, dtype: str, nodata: float | None, unit: Mapping[str, str]) -> dict[str, Any]:
    known = {} if nodata is None else {"nodata": "nan" if nodata != nodata else nodata}
    return {"name": name, "data_type": dtype, **known, **unit}
