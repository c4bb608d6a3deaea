"""Make what people install, in ``dist/``: ``python3 -m tools.package``.

``rsdl_qgis-<version>.zip`` for QGIS's plugin manager, with the default flood model inside;
``models/<name>.zip`` of every model, and ``models/manifest.json`` that lists them.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.paths import plugin_version

from . import i18n

ROOT = Path(__file__).parent.parent
PLUGIN = "rsdl_qgis"
SHIPPED_MODELS = ("flood-s1s2",)
MODEL_FILES = ("model.json", "model.onnx", "weights.safetensors", "recipe.json")
LARGEST = 20 * 1024**2  # bytes; the plugin repository refuses larger archives
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content gives the same archive


def main() -> None:
    i18n.compile_all()
    plugin = make_plugin(ROOT / "dist")
    print(f"{plugin}  {plugin.stat().st_size / 1024**2:.1f} MB")
    for entry in make_models(ROOT / "dist" / "models"):
        print(f"{ROOT / 'dist' / 'models' / entry['file']}  {entry['size'] / 1024**2:.1f} MB")


def make_plugin(folder: Path, root: Path = ROOT) -> Path:
    """The archive that QGIS installs; SystemExit if it is too large for the plugin repository."""
    path = folder / f"{PLUGIN}-{plugin_version()}.zip"
    write_archive(path, plugin_files(root))
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
                "file": path.name,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"models": entries}, indent=2) + "\n", encoding="utf-8")
    return entries


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
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    main()
