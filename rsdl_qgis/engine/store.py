"""Finds, reads, installs and removes models. Standard library only.

A model is a folder with a card (``model.json``) and weights; it can travel as a ``.zip`` of that folder, or as one
``.onnx`` that carries the card, or the Deepness keys, inside.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..paths import plugin_file, user_folder
from .card import CARD_FILE, ModelCard, read_json
from .errors import ModelError
from .interop.deepness import deepness_card, has_deepness_keys
from .interop.detector_files import detector_card, has_ultralytics_keys, looks_like_a_detector
from .interop.onnx_file import read_onnx_file

if TYPE_CHECKING:  # QGIS imports this module when it starts, and opens an archive only when asked to
    import zipfile

CARD_KEY = "rsdl:card"


def read_card(path: str | Path) -> ModelCard:
    """The card of a model folder, ``.zip`` or ``.onnx``; ModelError says what is missing."""
    path = Path(path)
    if not path.exists():
        raise ModelError(f"There is no model at {path}.")
    if path.is_dir():
        card = path / CARD_FILE
        if not card.is_file():
            raise ModelError(f"{path} is not a model folder: it has no {CARD_FILE}.")
        return read_json(card.read_text(encoding="utf-8"), str(card))
    if path.suffix.lower() == ".zip":
        with _archive(path) as archive:
            return read_json(archive.read(_card_member(archive, path)).decode("utf-8"), str(path))
    if path.suffix.lower() == ".onnx":
        file = read_onnx_file(path)
        if CARD_KEY in file.metadata:
            return read_json(file.metadata[CARD_KEY], str(path))
        if has_deepness_keys(file.metadata):
            return deepness_card(path.stem, file)
        if has_ultralytics_keys(file.metadata) or looks_like_a_detector(file):
            return detector_card(path.stem, file)
        raise ModelError(
            f"{path.name} carries neither a model card nor the Deepness keys, so its bands and classes are unknown.",
            "Export it with this plugin, or with Deepness metadata.",
        )
    raise ModelError(f"{path} is no model: choose a model folder, a .zip of one, or an .onnx file.")


def default_folders(extra: Sequence[str] = ()) -> list[Path]:
    """Where models are looked for: the settings' folders, the user's, the plugin's own."""
    return [*(Path(folder) for folder in extra if folder), user_folder() / "models", plugin_file("models")]


class Store:
    """The models in some folders. A name found twice is the first folder's."""

    def __init__(self, folders: Sequence[str | Path] | None = None):
        self.folders = [Path(folder) for folder in folders] if folders is not None else default_folders()

    def list(self) -> list[tuple[str, Path, ModelCard]]:
        """(name, path, card) of every model that can be read, by name."""
        found: dict[str, tuple[str, Path, ModelCard]] = {}
        for path in self._candidates():
            try:
                card = read_card(path)
            except ModelError:
                continue
            found.setdefault(card.name, (card.name, path, card))
        return [found[name] for name in sorted(found)]

    def find(self, model: str) -> tuple[Path, ModelCard]:
        """A model by the name it is installed under, or by path; ModelError lists the names there are."""
        for folder in self.folders:
            path = folder / model
            if model and path.parent == folder and path.is_dir():
                return path, read_card(path)
        models = self.list()
        for name, path, card in models:
            if name == model:
                return path, card
        if Path(model).suffix.lower() in (".onnx", ".zip") or Path(model).is_dir():
            return Path(model), read_card(model)
        names = ", ".join(name for name, _, _ in models) or "none"
        raise ModelError(f"There is no model '{model}'.", f"Installed: {names}. Or give the path of a model.")

    def install(self, archive: str | Path) -> tuple[Path, ModelCard]:
        """Unpack a model ``.zip`` (or copy an ``.onnx``) into the user's folder; an older one of that name goes."""
        import tempfile

        archive = Path(archive)
        card = read_card(archive)
        folder = user_folder() / "models"
        folder.mkdir(parents=True, exist_ok=True)
        if archive.suffix.lower() == ".onnx":
            target = folder / f"{card.name}.onnx"
            shutil.copyfile(archive, target)
            return target, card
        with tempfile.TemporaryDirectory(dir=folder, prefix=".install-") as work:
            source = unpack(archive, Path(work))
            target = folder / card.name
            shutil.rmtree(target, ignore_errors=True)
            source.rename(target)
        return target, card

    def remove(self, name: str) -> None:
        """Delete a model of the user's folder; ModelError for one that lies elsewhere."""
        path, _ = self.find(name)
        if path.parent != user_folder() / "models":
            raise ModelError(f"Model '{name}' lies in {path.parent}, not among your own models, so it stays.")
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _candidates(self) -> Iterator[Path]:
        for folder in self.folders:
            if folder.is_dir():
                models = (p for p in folder.iterdir() if (p / CARD_FILE).is_file() or p.suffix == ".onnx")
                yield from sorted(p for p in models if not p.name.startswith("."))  # those are being written


@contextmanager
def opened(model: str) -> Iterator[tuple[Path, ModelCard]]:
    """The path and card of an installed model, or of one at a path; a ``.zip`` is unpacked for the while."""
    import tempfile

    path, card = Store().find(model)
    if path.suffix.lower() != ".zip":
        yield path, card
        return
    with tempfile.TemporaryDirectory(prefix="rsdl-model-") as folder:
        yield unpack(path, Path(folder)), card


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a model ``.zip`` into ``folder``; the model folder in it.

    ModelError for a member that would land elsewhere.
    """
    with _archive(archive) as opened:
        card = _card_member(opened, archive)
        root = folder.resolve()
        for member in opened.namelist():
            if not (root / member).resolve().is_relative_to(root):
                raise ModelError(f"{archive} holds {member}, which would be written outside the model's folder.")
        opened.extractall(folder)
    return folder / Path(card).parent


def _archive(path: Path) -> zipfile.ZipFile:
    import zipfile

    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise ModelError(f"{path} is not a zip archive, or is damaged.") from None


def _card_member(archive: zipfile.ZipFile, path: Path) -> str:
    members = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == CARD_FILE]
    if len(members) != 1:
        raise ModelError(f"{path} should hold one {CARD_FILE}, and holds {len(members)}.")
    return members[0]
