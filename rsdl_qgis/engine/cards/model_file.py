"""Reads a model from a folder, a ``.zip`` or an ``.onnx``, and checks that it is whole. Standard library only.

A model folder holds ``model.json``, or a ``model.onnx`` that carries the card or another program's keys.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import ModelError
from ..files.json import parsed
from .archive import FOREIGN_MODEL, opened_archive
from .card import CARD_FILE, CARD_KEY, ONNX_FILE, WEIGHTS_FILE, ModelCard
from .foreign_item import is_foreign
from .names import as_model_name
from .onnx.deepness import deepness_card, has_deepness_keys
from .onnx.detectors import detector_card, has_ultralytics_keys, looks_like_a_detector
from .onnx.external_data import external_files
from .onnx.header import OnnxFile, read_onnx_file
from .stac_mlm import from_item, read_json, to_item

ARCHIVES = (".zip", ".dlpk")  # endings
LARGEST_CARD = 4 << 20  # bytes, wherever it comes from
LARGEST_HEADER = 64 << 20  # bytes of the header of a safetensors file
CHUNK = 1 << 20
_AGAIN = "Get the model again."


def read_card(path: str | Path) -> ModelCard:
    """The card of a model folder, ``.zip`` or ``.onnx``; ModelError says what is missing, or names what is wrong."""
    path = Path(path)
    try:
        return _read_card(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.") from None


def is_model_file(path: Path) -> bool:
    """Whether a path has the ending of a model in one file."""
    return path.suffix.lower() in (".onnx", ".zip")


def carries_card(path: Path) -> bool:
    """Whether a file carries one of our cards; ModelError for an archive or an ONNX file that cannot be read."""
    if path.suffix.lower() in ARCHIVES:
        with opened_archive(path, FOREIGN_MODEL) as archive:
            return archive.is_marked and not is_foreign(_parsed(archive.marked(LARGEST_CARD)))
    return path.suffix.lower() == ".onnx" and CARD_KEY in read_onnx_file(path).metadata


def check_model(folder: Path, card: ModelCard) -> None:
    """ModelError unless a model folder is whole: its network's files are there, can be opened and are the card's."""
    files = [folder / name for name in (ONNX_FILE, WEIGHTS_FILE) if (folder / name).is_file()]
    if not files:
        raise ModelError(f"'{card.name}' has no network: neither {ONNX_FILE} nor {WEIGHTS_FILE} is there.")
    for file in files:
        stated = card.sha256.get(file.name)
        if stated and sha256(file) != stated.lower():
            raise ModelError(f"{file.name} of '{card.name}' is damaged: its SHA-256 is not the card's.", _AGAIN)
    if (folder / ONNX_FILE).is_file():
        read_onnx_file(folder / ONNX_FILE)
        external_files(folder / ONNX_FILE)
    if (folder / WEIGHTS_FILE).is_file():
        with (folder / WEIGHTS_FILE).open("rb") as stream:
            _check_safetensors(stream, folder / WEIGHTS_FILE)


def sha256(path: Path) -> str:
    """The SHA-256 of a file of any size, as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def file_hashes(card: ModelCard, path: Path) -> dict[str, str]:
    """SHA-256 of each file of a model's network, as the card states it, else by reading it."""
    files = [path / ONNX_FILE, path / WEIGHTS_FILE] if path.is_dir() else [path]
    found = [file for file in files if file.is_file()]
    for file in [file for file in found if file.suffix.lower() == ".onnx"]:
        with suppress(ModelError):
            found += external_files(file)
    return {file.name: card.sha256.get(file.name) or sha256(file) for file in found}


def _read_card(path: Path) -> ModelCard:
    if not path.exists():
        raise ModelError(f"There is no model at {path}.")
    if path.is_dir():
        card = path / CARD_FILE
        if card.is_file():
            return _from_text(_limited(card), card)
        if (path / ONNX_FILE).is_file():
            return onnx_card(path / ONNX_FILE, path.name)
        raise ModelError(f"{path} is not a model folder: it has no {CARD_FILE}.")
    if is_model_file(path) and not path.is_file():  # a pipe would be waited for
        raise ModelError(f"{path} is not a file.")
    if path.suffix.lower() == ".zip":
        with opened_archive(path) as archive:
            return _from_text(archive.marked(LARGEST_CARD), path)
    if path.suffix.lower() == ".onnx":
        return onnx_card(path, path.stem)
    raise ModelError(f"{path} is no model: choose a model folder, a .zip of one, or an .onnx file.")


def onnx_card(path: Path, stem: str, index: int | None = None, file: OnnxFile | None = None) -> ModelCard:
    """The card that an ONNX file carries, or that follows from other programs' keys in it; ``index``: of the output
    that counts, where there are several; ``file``: what it says of itself, where that was changed.
    """
    file, name = file or read_onnx_file(path), as_model_name(stem)
    if CARD_KEY in file.metadata:
        return read_json(file.metadata[CARD_KEY], str(path))
    if has_deepness_keys(file.metadata):
        card = deepness_card(name, file, index)
    elif has_ultralytics_keys(file.metadata) or looks_like_a_detector(file):
        card = detector_card(name, file)
    else:
        raise ModelError(
            f"{path.name} carries neither a model card nor the Deepness keys, so its bands and classes are unknown.",
            "Import it (rsdl:importmodel), and say what it takes and gives.",
        )
    return from_item(to_item(card), f"What {path} says of itself")


def _limited(path: Path) -> bytes:
    """The bytes of a card's file; ModelError for more than a card has."""
    with path.open("rb") as stream:
        data = stream.read(LARGEST_CARD + 1)
    if len(data) > LARGEST_CARD:
        raise ModelError(f"{path} is of more than {LARGEST_CARD} bytes, which is no model card.")
    return data


def _from_text(data: bytes, path: Path) -> ModelCard:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ModelError(f"The model card in {path} is not text in UTF-8.", "Save it as UTF-8.") from None
    return read_json(text, str(path))


def _parsed(data: bytes) -> object:
    """The value of a JSON text; None where it is none, of which reading the card says more."""
    try:
        return parsed(data.decode("utf-8-sig"))
    except ValueError:
        return None


def _check_safetensors(stream: BinaryIO, path: Path) -> None:
    """ModelError where a safetensors file does not hold the tensors that its header describes."""
    size = path.stat().st_size
    length = int.from_bytes(stream.read(8), "little")
    try:
        if length > LARGEST_HEADER or length + 8 > size:
            raise ValueError("its header is cut off")
        header = json.loads(stream.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        if 8 + length + max(ends, default=0) != size:
            raise ValueError("it is not as long as its header says")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise ModelError(f"{path.name} is no safetensors file, or is damaged: {error}.", _AGAIN) from None
