"""The provenance of a report: files, versions and time."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

from ...paths import plugin_version

LIBRARIES = ("numpy", "rasterio", "pyogrio")
MOST_FILES = 20


@dataclass(frozen=True)
class LayerFacts:
    """An input layer: ``band`` of a raster, None for a vector layer, of which ``fields`` were read."""

    path: str
    title: str = ""
    band: int | None = None
    fields: Sequence[str] = ()

    def __str__(self) -> str:
        """The layer's file, its size and date, and the band or fields."""
        file = Path(self.path.split("|")[0])
        text = self.path
        if self.title and self.title not in (file.name, file.stem):
            text = f"{self.title}: {text}"
        if file.is_file():
            facts = file.stat()
            changed = datetime.fromtimestamp(facts.st_mtime, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
            text += f" ({size(facts.st_size)}, {changed})"
        if self.band is not None:
            return text + f", band {self.band}"
        return text + (f", field {', '.join(self.fields)}" if self.fields else "")


def making() -> dict[str, str]:
    """Software versions and time."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return {
        "Made with": f"RSDL {plugin_version()}, Python {platform.python_version()}, {versions}",
        "Time": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def files(layers: Sequence[LayerFacts]) -> list[str]:
    """The layers, a line each, ``MOST_FILES`` at most."""
    more = [f"… {len(layers)} in all"] if len(layers) > MOST_FILES else []
    return [str(layer) for layer in layers[:MOST_FILES]] + more


def size(number: int) -> str:
    """A number of bytes as text: '1.2 MB'."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} bytes"
