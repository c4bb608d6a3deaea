"""Public data sets as chip folders: a table of name -> function(data, folder, **options) -> ChipFolder.

``data`` holds the data sets, each in a folder of its own, and ``folder`` is where the chip folder is written: text
files only, which refer to the data set's images where they lie. Options are plain values, as a recipe has them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rsdl_qgis.engine.chips.folder import ChipFolder
from rsdl_qgis.engine.errors import InputError

from .airport import airport_chips
from .buildings import buildings_chips
from .burned_area import burned_area_chips
from .forest import forest_chips
from .landsat_change import landsat_change_chips
from .matogrosso import matogrosso_chips
from .ombria import ombria_chips
from .s2_landcover import s2_landcover_chips
from .trees import trees_chips
from .ucmerced import ucmerced_chips

DATASETS: Mapping[str, Callable[..., ChipFolder]] = {
    "ombria": ombria_chips,
    "forest": forest_chips,
    "buildings": buildings_chips,
    "burned_area": burned_area_chips,
    "ucmerced": ucmerced_chips,
    "landsat_change": landsat_change_chips,
    "matogrosso": matogrosso_chips,
    "s2_landcover": s2_landcover_chips,
    "airport": airport_chips,
    "trees": trees_chips,
}


def make_chips(recipe: Mapping[str, Any], data: Path, folder: Path) -> ChipFolder:
    """The chip folder that a recipe's ``data`` (its ``dataset``, and the options of that) asks for.

    InputError for a data set or an option that there is not, or files that are missing.
    """
    options = dict(recipe)
    name = options.pop("dataset", None)
    if name not in DATASETS:
        raise InputError(f"There is no data set '{name}'.", f"Choose one of {', '.join(DATASETS)}.")
    known = list(inspect.signature(DATASETS[name]).parameters)[2:]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise InputError(f"The data set '{name}' has no option '{unknown[0]}'.", f"It has {', '.join(known)}.")
    folder.mkdir(parents=True, exist_ok=True)
    return DATASETS[name](data, folder, **options)
