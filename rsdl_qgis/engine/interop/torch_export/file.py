"""A ``.pt2`` archive: its graph as JSON, its weights as plain numbers. Pickles in it are not opened."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.archive import is_zip, opened_zip
from ...errors import ModelError
from ...files.json import is_deeper, loaded
from ...files.text import shortened
from ..builder import LARGEST_WEIGHTS

DTYPES = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    12: "bool",
}
LARGEST_JSON = 64 << 20  # bytes
MOST_MEMBERS = 20_000
DEEPEST = 60
_AGAIN = "Get the model again."
_SAVE = "Save it with PyTorch 2.9 or later (torch.export.save), or export it to ONNX (torch.onnx.export)."


@dataclass(frozen=True)
class Exported:
    """``graph``: nodes, inputs, outputs and shapes as in the file; ``signature``: what its inputs are; ``weights`` by
    the names of parameters and buffers.
    """

    graph: Mapping[str, Any]
    signature: Mapping[str, Any]
    weights: Mapping[str, NDArray[Any]]


def read_exported(path: Path) -> Exported:
    """The contents of an archive; ModelError where it is none, too large, or keeps its weights in pickles."""
    if not is_zip(path):
        raise ModelError(f"{path.name} is no archive of torch.export.", _SAVE)
    with opened_zip(path) as archive:
        members = {info.filename.partition("/")[2]: info for info in archive.infolist()}
        if len(members) > MOST_MEMBERS or sum(info.file_size for info in members.values()) > LARGEST_WEIGHTS:
            raise ModelError(f"{path.name} unpacks to more than {LARGEST_WEIGHTS:,} bytes.", "Use a smaller model.")
        models = [name for name in members if re.fullmatch(r"models/[^/]+\.json", name)]
        if len(models) != 1:
            raise ModelError(f"{path.name} holds {len(models)} networks of torch.export in its present form.", _SAVE)
        module = _json(archive, members, models[0]).get("graph_module")
        weights: dict[str, NDArray[Any]] = {}
        for kind in ("weights", "constants"):
            name = next((n for n in members if re.fullmatch(rf"data/{kind}/[^/]+_config\.json", n)), None)
            config = _json(archive, members, name).get("config") if name else {}
            for key, entry in _pairs(config):
                weights[key] = _array(archive, members, f"data/{kind}/{entry.get('path_name')}", entry)
    if not isinstance(module, dict) or not all(isinstance(module.get(key), dict) for key in ("graph", "signature")):
        raise ModelError(f"{path.name} holds no graph.", _AGAIN)
    return Exported(module["graph"], module["signature"], weights)


def lengths(meta: Mapping[str, Any]) -> tuple[int | None, ...]:
    """The shape of a tensor's description; lengths that are free are None."""
    found = [size.get("as_int") for size in meta["sizes"]]
    if any(n is not None and not (isinstance(n, int) and 0 <= n <= 1 << 31) for n in found):
        raise ModelError(f"A tensor has the shape {found}.", _AGAIN)
    return tuple(found)


def _array(archive: zipfile.ZipFile, members: Mapping[str, Any], name: str, entry: Mapping[str, Any]) -> NDArray[Any]:
    meta = entry.get("tensor_meta")
    if entry.get("use_pickle") or name not in members or not isinstance(meta, dict):
        raise ModelError(f"The weights {shortened(name)} are a pickle, or missing, and are not read.", _SAVE)
    shape, dtype = lengths(meta), DTYPES.get(meta.get("dtype") or 0)
    strides = [size.get("as_int") for size in meta.get("strides") or []]
    whole = [math.prod(n or 0 for n in shape[i + 1 :]) for i in range(len(shape))]
    loose = any(a != b and n != 1 for a, b, n in zip(strides, whole, shape))
    if dtype is None or None in shape or loose or len(strides) != len(shape):
        raise ModelError(f"The weights {shortened(name)} are of a type or an order that is not supported.", _SAVE)
    if math.prod(n or 0 for n in shape) * np.dtype(dtype).itemsize != members[name].file_size:
        raise ModelError(f"The weights {shortened(name)} of {shape} have {members[name].file_size} bytes.", _AGAIN)
    values = np.frombuffer(archive.read(members[name]), dtype).reshape([n or 0 for n in shape])
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ModelError(f"The weights {shortened(name)} hold numbers that are not finite.", "Train the model again.")
    return values.astype(np.float32) if values.dtype.kind == "f" else values


def _json(archive: zipfile.ZipFile, members: Mapping[str, Any], name: str) -> dict[str, Any]:
    if members[name].file_size > LARGEST_JSON:
        raise ModelError(f"{name} has more than {LARGEST_JSON >> 20} MB.", _AGAIN)
    try:
        found = loaded(archive.read(members[name]).decode("utf-8"))
    except ValueError as error:
        raise ModelError(f"{name} cannot be read: {shortened(str(error))}.", _AGAIN) from None
    if not isinstance(found, dict) or is_deeper(found, DEEPEST):
        raise ModelError(f"{name} is not what torch.export writes.", _AGAIN)
    return found


def _pairs(config: Any) -> list[tuple[str, Mapping[str, Any]]]:
    return (
        [(key, entry) for key, entry in config.items() if isinstance(entry, dict)] if isinstance(config, dict) else []
    )
