"""STAC Items: their assets are the bands. An Item is a file, or lies at an address, from where it is fetched once.

Bands and their scale are by the extensions eo and raster, of STAC 1.0 and 1.1 (github.com/stac-extensions).
"""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ..dates import day_in
from ..errors import InputError
from ..files.text import shortened
from .files import Files, last
from .product import Product, ProductBand, percent
from .quality import flags_of

LARGEST = 4_000_000  # bytes of an Item
TIMEOUT = 20.0  # seconds
LARGEST_NUMBER = 1e15  # of scale, offset and nodata
ENDINGS = (".json", ".geojson")
MEMBER = re.compile(r"(?<=json)#(\d+)$", re.IGNORECASE)  # of an item collection, from 0
RASTERS = ("image/tiff", "image/jp2", "image/vnd.stac.geotiff", "image/x.geotiff")
NO_BANDS = ("thumbnail", "overview", "visual", "metadata")
SENSORS = (("sentinel-2", "sentinel-2"), ("landsat-8", "landsat-8"), ("landsat-9", "landsat-8"))
OLDER = ("landsat-4", "landsat-5", "landsat-7")


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
    bands: list[ProductBand] = []
    quality: dict[str, str] = {}
    for key, asset in item["assets"].items():
        if not isinstance(asset, dict) or not isinstance(asset.get("href"), str):
            continue
        path = _opened(asset["href"], text)
        if _is_band(asset):
            bands += _bands(str(key), asset, path)
        elif flags_of({last(asset["href"]): path}):
            quality[last(asset["href"])] = path
    if not bands:
        raise InputError(f"The STAC Item {title} has no assets that are bands.", "Choose another Item.")
    words = (item.get("collection"), about.get("platform"), about.get("constellation"))
    platform = " ".join(str(word or "") for word in words).lower()
    sensor = next((name for word, name in SENSORS if word in platform), "")
    sensor = sensor or ("landsat-5" if any(word in platform for word in OLDER) else "")
    date = day_in(str(about.get("datetime") or about.get("start_datetime") or ""))
    level = "L2A" if "l2a" in platform else ""
    cloud = percent(str(about.get("eo:cloud_cover", "")))
    return Product(title, sensor, tuple(bands), level, date, flags_of(quality), cloud=cloud)


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


def _bands(key: str, asset: Mapping[str, Any], path: str) -> list[ProductBand]:
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
