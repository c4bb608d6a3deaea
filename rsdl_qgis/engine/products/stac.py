"""STAC Items: their assets are the bands. An Item is a file, or lies at an address, from where it is fetched once.

Bands and their scale are by the extensions eo and raster, of STAC 1.0 and 1.1 (github.com/stac-extensions). Where an
Item of a known collection states no scale, that of the agency's product counts.
"""

from __future__ import annotations

import json
import math
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ..dates import day_in
from ..errors import InputError
from ..files.text import shortened
from . import landsat, sentinel2
from .files import Files, last
from .product import Product, ProductBand, percent
from .quality import encoding_of, flags_of

LARGEST = 4_000_000  # bytes of an Item
TIMEOUT = 20.0  # seconds
FILL = 0.0
LARGEST_NUMBER = 1e15  # of scale, offset and nodata
ENDINGS = (".json", ".geojson")
MEMBER = re.compile(r"(?<=json)#(\d+)$", re.IGNORECASE)  # of an item collection, from 0
RASTERS = ("image/tiff", "image/jp2", "image/vnd.stac.geotiff", "image/x.geotiff")
NO_BANDS = ("thumbnail", "overview", "visual", "metadata")
SENSORS = (("sentinel-2", "sentinel-2"), ("landsat-8", "landsat-8"), ("landsat-9", "landsat-8"))
OLDER = ("landsat-4", "landsat-5", "landsat-7")
LEVELS = (("l2a", "L2A"), ("l1c", "L1C"), ("c2-l2", "L2"), ("c2l2", "L2"))  # in the names of collections
BASELINES = ("s2:processing_baseline", "sentinel:processing_baseline", "processing:version")
APPLIED = ("earthsearch:boa_offset_applied", "sentinel:boa_offset_applied")  # whatever offset the raster's bands have


class Numbers(NamedTuple):
    """What an Item's numbers stand for beside what its bands state. ``usual``: gain and offset of those that state no
    scale; ``applied``: an offset that they state is already in the numbers; ``note``: what there is to tell of it.
    """

    usual: tuple[float, float] | None = None
    applied: bool = False
    note: str = ""


def is_address(text: str) -> bool:
    """Whether a text is an address on the net."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def is_item(text: str) -> bool:
    """Whether a text is the path of an Item, or an address that is likely one."""
    if is_address(text):
        path = re.sub(r"^https?://[^/]*|[?#].*$", "", text.lower())
        return path.endswith(ENDINGS) or re.search(r"/items/[^/]+/?$", path) is not None
    path = MEMBER.sub("", text)
    if not path.lower().endswith(ENDINGS) or not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return re.search(rb'"assets"\s*:', file.read(LARGEST)) is not None
    except OSError:
        return False


def items_in(path: str) -> list[str]:
    """The texts of the Items of an item collection (a FeatureCollection) in a file, [] where it is none."""
    if MEMBER.search(path) or is_address(path) or not is_item(path):
        return []
    try:
        found = json.loads(_content(path))
    except (ValueError, RecursionError):
        return []
    features = found.get("features") if isinstance(found, dict) else None
    return [f"{path}#{i}" for i in range(len(features))] if isinstance(features, list) else []


def read_item(text: str) -> Product:
    """The bands of an Item. InputError where it cannot be read, or has none."""
    item = _item(text)
    told = item.get("properties")
    about: Mapping[str, Any] = told if isinstance(told, dict) else {}
    title = shortened(str(item.get("id") or last(text)))
    words = (item.get("collection"), about.get("platform"), about.get("constellation"))
    platform = " ".join(str(word or "") for word in words).lower().replace("_", "-")
    sensor = next((name for word, name in SENSORS if word in platform), "")
    sensor = sensor or ("landsat-5" if any(word in platform for word in OLDER) else "")
    level = next((name for word, name in LEVELS if word in platform), "")
    numbers = _numbers(title, sensor, level, about)
    offered: list[tuple[ProductBand, Rank]] = []
    quality: dict[str, tuple[Rank, str, str]] = {}  # by what it is: name and path
    for key, asset in item["assets"].items():
        if not isinstance(asset, dict) or not isinstance(asset.get("href"), str):
            continue
        path, name = _opened(asset["href"], text), last(asset["href"])
        if key not in NO_BANDS and _is_band(asset):
            bands = _bands(str(key), asset, path, numbers)
            offered += ((band, _rank(asset, len(bands))) for band in bands)
        elif flags_of({name: path}):
            found = (_rank(asset, 1), name, path)
            quality[encoding_of(name)] = min(found, quality.get(encoding_of(name), found))
    if not offered:
        raise InputError(f"The STAC Item {title} has no assets that are bands.", "Choose another Item.")
    date = day_in(str(about.get("datetime") or about.get("start_datetime") or ""))
    cloud = percent(str(about.get("eo:cloud_cover", "")))
    flags = flags_of({name: path for _, name, path in quality.values()})
    notes = (numbers.note,) if numbers.note else ()
    return Product(title, sensor, tuple(_best(offered)), level, date, flags, notes=notes, cloud=cloud)


def _numbers(title: str, sensor: str, level: str, about: Mapping[str, Any]) -> Numbers:
    """What the numbers of an Item of a sensor and level stand for, by its properties."""
    if sensor.startswith("landsat") and level == "L2":
        return Numbers(landsat.USUAL_SURFACE)
    if sensor != "sentinel-2" or not level:
        return Numbers()
    baseline = next((str(about[name]) for name in BASELINES if about.get(name)), "")
    gain, offset = sentinel2.usual_scale(baseline)
    if any(about.get(name) is True for name in APPLIED):
        return Numbers((gain, 0.0), True, f"{title}: its numbers have no offset any more, as the Item says.")
    return Numbers((gain, offset)) if baseline else Numbers()


Rank = tuple[int, bool, float]


def _rank(asset: Mapping[str, Any], bands: int) -> Rank:
    """Of several assets that hold the same, the one with the least: alone in its file, cloud-optimised, finest."""
    return bands, "cloud-optimized" not in str(asset.get("type")), _number(asset.get("gsd")) or math.inf


def _best(offered: list[tuple[ProductBand, Rank]]) -> list[ProductBand]:
    """Of the bands of each name those whose assets rank first."""
    best: dict[str, Rank] = {}
    for band, rank in offered:
        best[band.name] = min(rank, best.get(band.name, rank))
    return [band for band, rank in offered if rank == best[band.name]]


def _item(text: str) -> Mapping[str, Any]:
    try:
        item = json.loads(_fetched(text) if is_address(text) else _content(MEMBER.sub("", text)))
        if member := MEMBER.search(text):
            item = item["features"][int(member[1])]
    except (ValueError, RecursionError, TypeError, KeyError, IndexError):
        item = None
    if not isinstance(item, dict) or not isinstance(item.get("assets"), dict):
        raise InputError(f"{shortened(last(text))} is no STAC Item: it has no assets.", "Give an Item, no Collection.")
    return item


def _content(path: str) -> bytes:
    if os.path.getsize(path) > LARGEST:
        raise InputError(f"{path} has more than {LARGEST:,} bytes, and is no STAC Item.", "Choose another file.")
    return Files(last(path), {path: path}).text(path)


class _SameKind(urllib.request.HTTPRedirectHandler):
    """Follows a redirection to http and https alone: not to a file of this computer."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if not is_address(newurl):
            raise urllib.error.URLError(f"it leads to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@lru_cache(maxsize=8)
def _fetched(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": "rsdl_qgis", "Accept": "application/geo+json"})
    try:
        with urllib.request.build_opener(_SameKind).open(request, timeout=TIMEOUT) as answer:
            data: bytes = answer.read(LARGEST + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = str(getattr(error, "reason", "") or error) or type(error).__name__
        why = shortened(f"{getattr(error, 'code', '')} {reason}".strip())
        raise InputError(
            f"{shortened(address)} cannot be fetched: {why}.", "Check the address, the connection and the proxy."
        ) from None
    if len(data) > LARGEST:
        raise InputError(f"{shortened(address)} has more than {LARGEST:,} bytes, and is no STAC Item.", "")
    return data


def _is_band(asset: Mapping[str, Any]) -> bool:
    if any(word in _listed(asset, "roles") for word in NO_BANDS):
        return False
    kind = str(asset.get("type") or "").partition(";")[0]
    shown = _objects(asset, "eo:bands") or any(one.get("eo:common_name") for one in _objects(asset, "bands"))
    return bool(shown) and (kind in RASTERS or not kind)


def _bands(key: str, asset: Mapping[str, Any], path: str, numbers: Numbers) -> list[ProductBand]:
    """The bands of an asset, in the order of its file."""
    shown = _objects(asset, "eo:bands") or _objects(asset, "bands")
    raster = _objects(asset, "raster:bands") or _objects(asset, "bands")
    found = []
    for i, band in enumerate(shown):
        stored = raster[i] if i < len(raster) else {}
        name = str(band.get("name") or (key if len(shown) == 1 else f"{key} {i + 1}"))
        common = band.get("eo:common_name") or band.get("common_name") or ""
        centre = band.get("eo:center_wavelength") or band.get("center_wavelength")
        scale, offset = (
            _number(stored.get(word, stored.get(f"raster:{word}", asset.get(f"raster:{word}"))))
            for word in ("scale", "offset")
        )
        nodata = _number(stored.get("nodata", asset.get("nodata")))
        if not scale and numbers.usual and common and not str(common).startswith("lwir"):
            scale, offset = numbers.usual
            nodata = FILL if nodata is None else nodata
        if numbers.applied:
            offset = 0.0
        names = _names(key, str(common))
        found.append(
            ProductBand(shortened(name), path, i + 1, names, _number(centre), scale or None, offset or 0.0, nodata)
        )
    return found


def _listed(asset: Mapping[str, Any], name: str) -> list[Any]:
    value = asset.get(name)
    return value if isinstance(value, list) else []


def _objects(asset: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; what is none in it keeps its place."""
    return [one if isinstance(one, dict) else {} for one in _listed(asset, name)]


def _number(value: Any) -> float | None:
    """A number that is one, None for anything else."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER
    return float(value) if usable else None


def _names(key: str, common: str) -> tuple[str, ...]:
    """What a band shows: STAC's word for it, and ours."""
    ours = {"nir08": "", "swir16": "swir1", "swir22": "swir2", "rededge071": "rededge1"}
    return tuple(dict.fromkeys(word for word in (common, ours.get(common, ""), shortened(key)) if word))


def _opened(href: str, item: str) -> str:
    """What GDAL opens of an asset's address."""
    if is_address(href):
        return f"/vsicurl/{href}"
    for scheme, opener in (("s3://", "/vsis3/"), ("gs://", "/vsigs/")):
        if href.startswith(scheme):
            return opener + href[len(scheme) :]
    if href.startswith("file://") and not is_address(item):  # an Item on the net names no file of this computer
        return urllib.request.url2pathname(urllib.parse.urlsplit(href).path)
    if is_address(item):
        return f"/vsicurl/{_joined(item, href)}"
    return href if os.path.isabs(href) else os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(item)), href))


def _joined(address: str, href: str) -> str:
    """The address of what an Item at an address names relative to itself; never one of another kind."""
    try:
        found = urllib.parse.urljoin(address, href)
    except ValueError:
        found = ""
    return found if is_address(found) else address
