"""Vector files whose paths QGIS, or SQLite below it, takes for something else: opened by a link with a plain name.

QGIS reads what follows a '|' as options of the layer, and SQLite '%20' as a blank.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingAlgorithm, QgsProcessingUtils

MISREAD = re.compile(r"\||%[0-9A-Fa-f]{2}")
VECTORS = (".gpkg", ".sqlite", ".shp", ".geojson", ".json", ".fgb", ".kml", ".gml")


def readable(value: Any) -> Any:
    """The value of a parameter, with a path that would be misread replaced by one that is not; of a list, each."""
    if isinstance(value, (list, tuple)):
        return [readable(item) for item in value]
    if not (isinstance(value, str) and MISREAD.search(value) and os.path.isfile(value)):
        return value
    return _linked(Path(value).absolute()) if Path(value).suffix.lower() in VECTORS else value


def inputs_readable(algorithm: QgsProcessingAlgorithm, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an algorithm, what it reads readable; paths that it writes stay."""
    written = {item.name() for item in algorithm.parameterDefinitions() if item.isDestination()}
    return {name: value if name in written else readable(value) for name, value in parameters.items()}


def _linked(file: Path) -> str:
    """A link to a file, and to those of its name beside it (of a shapefile), among the temporary files of QGIS."""
    import hashlib  # not when QGIS starts

    digest = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    folder = Path(QgsProcessingUtils.tempFolder()) / f"rsdl-{digest}"
    folder.mkdir(exist_ok=True)
    stem = MISREAD.sub("_", file.stem)
    for own in file.parent.glob("*"):
        if own.is_file() and (own == file or own.stem == file.stem):
            _link(own, folder / f"{stem}{own.suffix}")
    return str(folder / f"{stem}{file.suffix}")


def _link(file: Path, link: Path) -> None:
    """Makes a link, or a copy where there are none; one that is there already is renewed."""
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(file)
    except (OSError, NotImplementedError):
        shutil.copy2(file, link)
