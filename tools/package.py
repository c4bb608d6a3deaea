"""Make what people install, in ``dist/``: ``python3 -m tools.package``.

``rsdl_qgis-<version>.zip`` for QGIS's plugin manager, with the default flood model inside;
``models/<name>.zip`` of every model, and ``models/manifest.json`` that lists them, with addresses relative to its own.
With ``--models-at ADDRESS`` the plugin has a manifest, too, and can fetch the models that are not in it from there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rsdl_qgis.engine.cards.manifest import MANIFEST_FILE
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.paths import plugin_version

from . import i18n

ROOT = Path(__file__).parent.parent
PLUGIN = "rsdl_qgis"
SHIPPED_MODELS = ("flood-s1s2",)
MODEL_FILES = ("model.json", "model.onnx", "weights.safetensors", "recipe.json")
LICENCE = "GPL-2.0-or-later"  # of the models, as of the rest
LARGEST = 20 * 1024**2  # bytes; the plugin repository refuses larger archives
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content gives the same archive


def main() -> None:
    parser = argparse.ArgumentParser(description="Make what people install, in dist/.")
    parser.add_argument("--models-at", default="", help="address of the folder to which dist/models is published")
    address = parser.parse_args().models_at
    i18n.compile_all()
    entries = make_models(ROOT / "dist" / "models")
    plugin = make_plugin(ROOT / "dist", manifest=shipped_manifest(entries, address) if address else b"")
    print(f"{plugin}  {plugin.stat().st_size / 1024**2:.1f} MB")
    for entry in entries:
        print(f"{ROOT / 'dist' / 'models' / str(entry['address'])}  {entry['size'] / 1024**2:.1f} MB")


def make_plugin(folder: Path, root: Path = ROOT, manifest: bytes = b"") -> Path:
    """The archive that QGIS installs; SystemExit if it is too large for the plugin repository.

    ``manifest``: of the models that it can fetch, if there are some.
    """
    path = folder / f"{PLUGIN}-{plugin_version()}.zip"
    write_archive(path, plugin_files(root))
    if manifest:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(_entry(f"{PLUGIN}/models/{MANIFEST_FILE}"), manifest)
    size = path.stat().st_size
    if size > LARGEST:
        path.unlink()
        raise SystemExit(f"The plugin's archive has {size:,} bytes, over {LARGEST:,}: ship a smaller model.")
    return path


def plugin_files(root: Path) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file): the package, and inside it what lies beside it in the repository."""
    for path in files_below(root / PLUGIN):
        yield f"{PLUGIN}/{path.relative_to(root / PLUGIN).as_posix()}", path
    beside = [root / name for name in ("metadata.txt", "LICENSE", "CHANGELOG.md")]
    beside += sorted((root / "i18n").glob("*.qm"))
    for model in SHIPPED_MODELS:
        beside += model_files(root / "models" / model)
    for path in beside:
        yield f"{PLUGIN}/{path.relative_to(root).as_posix()}", path


def make_models(folder: Path, root: Path = ROOT) -> list[dict[str, object]]:
    """An archive of every model, and the manifest of them all."""
    entries = []
    for model in sorted(path.parent for path in (root / "models").glob("*/model.json")):
        card = read_card(model)
        path = folder / f"{card.name}.zip"
        write_archive(path, ((f"{card.name}/{file.name}", file) for file in model_files(model)))
        content = path.read_bytes()
        entries.append(
            {
                "name": card.name,
                "title": card.title,
                "task": card.task,
                "version": plugin_version(),
                "address": path.name,  # beside the manifest
                "size": len(content),
                "licence": LICENCE,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST_FILE).write_text(json.dumps({"models": entries}, indent=2) + "\n", encoding="utf-8")
    return entries


def shipped_manifest(entries: list[dict[str, object]], address: str) -> bytes:
    """The manifest inside the plugin: of the models that are not in it, at ``address``."""
    others = [entry for entry in entries if entry["name"] not in SHIPPED_MODELS]
    placed = [{**entry, "address": f"{address.rstrip('/')}/{entry['address']}"} for entry in others]
    return (json.dumps({"models": placed}, indent=2) + "\n").encode()


def model_files(model: Path) -> list[Path]:
    """What a model consists of; SystemExit if there is no card."""
    if not (model / MODEL_FILES[0]).is_file():
        raise SystemExit(f"{model} holds no model.")
    return [model / name for name in MODEL_FILES if (model / name).is_file()]


def files_below(folder: Path) -> list[Path]:
    """The files of a folder, without what Python keeps for itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if "__pycache__" not in path.parts]


def write_archive(path: Path, files: Iterator[tuple[str, Path]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in files:
            archive.writestr(_entry(name), file.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


if __name__ == "__main__":
    main()
