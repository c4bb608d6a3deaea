"""A model as an archive, or its STAC item beside another file."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..cards.card import CARD_FILE, ONNX_FILE, WEIGHTS_FILE, ModelCard
from ..cards.model_file import sha256
from ..cards.names import as_model_name
from ..cards.onnx.external_data import external_files
from ..cards.stac_mlm import to_item

SAME_DATE = (1980, 1, 1, 0, 0, 0)  # the same model gives the same archive
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
SHA256 = "1220"  # before the digits, in a multihash
RECIPE = "recipe.json"
KINDS = {  # ending -> type of the file, of the artifact
    ".onnx": ("application/onnx", "onnx"),
    ".pt": ("application/octet-stream; application=pytorch", "torch.jit.save"),
    ".zip": ("application/zip", "zip"),
    ".tflite": ("application/vnd.tensorflow.tflite", "tflite"),
}
FRAMEWORKS = {"torch.jit.save": "PyTorch", "tflite": "TensorFlow"}  # of an artifact, where it is not ONNX


def write_archive(card: ModelCard, path: Path, target: Path) -> None:
    """Write the model at ``path`` as a ``.zip`` with its folder inside; the files are the model's own."""
    name = as_model_name(card.name)
    if path.is_dir():
        files = [path / file for file in (ONNX_FILE, WEIGHTS_FILE, RECIPE) if (path / file).is_file()]
        onnx, folder = path / ONNX_FILE, path
    else:
        files, onnx, folder = [path], path, path.parent
    members = {file: ONNX_FILE if file == onnx else file.name for file in files}
    if onnx.is_file():
        members |= {file: file.relative_to(folder).as_posix() for file in external_files(onnx)}
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry(f"{name}/{CARD_FILE}"), _card_text(card, path, members))
        for file, member in members.items():
            with archive.open(entry(f"{name}/{member}"), "w", force_zip64=True) as stream, file.open("rb") as source:
                while chunk := source.read(1 << 20):
                    stream.write(chunk)


def item_of(card: ModelCard, file: Path, name: str) -> dict[str, Any]:
    """The STAC MLM item of a model in a file that will be called ``name``, with its size and hash."""
    kind, artifact = KINDS[file.suffix.lower()]
    item = to_item(replace(card, sha256={}))
    item["stac_extensions"] = [*item["stac_extensions"], FILE_EXTENSION]
    item["properties"]["mlm:framework"] = FRAMEWORKS.get(artifact, "ONNX")
    item["assets"] = {
        "model": {
            "href": f"./{name}",
            "type": kind,
            "roles": ["mlm:model", "mlm:inference-runtime"],
            "mlm:artifact_type": artifact,
            "file:size": file.stat().st_size,
            "file:checksum": SHA256 + sha256(file),
        }
    }
    return item


def _card_text(card: ModelCard, path: Path, members: dict[Path, str]) -> bytes:
    if path.is_dir() and (path / CARD_FILE).is_file():
        return (path / CARD_FILE).read_bytes()
    stated = replace(card, sha256={member: sha256(file) for file, member in members.items() if "/" not in member})
    return json.dumps(to_item(stated), indent=1, ensure_ascii=False).encode()


def entry(name: str) -> zipfile.ZipInfo:
    """A member of an archive that is the same whenever it is written."""
    entry = zipfile.ZipInfo(name, SAME_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
