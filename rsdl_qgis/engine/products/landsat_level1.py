"""Landsat-8 and -9 Level-1 products as they are delivered: a folder of files, told of by its ``MTL.txt``.

Collection 1 and 2 and the products before them spell their metadata differently; this reads all three. Standard
library only.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from .files import is_archive

LARGEST = 4_000_000  # bytes of an MTL file; real ones have 10 to 20 kB
ENDING = "mtl.txt"
SPACECRAFT = ("LANDSAT_8", "LANDSAT_9")
LEVEL_2 = "LEVEL2"  # beginning of the groups that tell of surface reflectance
RASTERS = r"\.(tif|tiff|jp2|img|vrt)"
BIT = {6: 1 << 5, 7: 1 << 6}  # of a band in QA_RADSAT
SATURATED_BQA = 0b1100  # bits 2 and 3 of Collection 1's BQA: how many bands are saturated, of whichever
Groups = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class LandsatProduct:
    """A Level-1 product.

    ``gains``: of each band, what a digital number is multiplied by, and what is added, for reflectance at the top of
    the atmosphere without the sun's height. ``sun_elevation``: degrees. ``quality``: the file that says where bands 6
    and 7 are saturated (``saturated``: its bits), None where there is none.
    """

    metadata: Path
    bands: Mapping[int, Path]
    gains: Mapping[int, tuple[float, float]]
    sun_elevation: float
    quality: Path | None = None
    saturated: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


def read_product(path: str | os.PathLike[str], numbers: Sequence[int]) -> LandsatProduct:
    """The product in a folder, or that an MTL file tells of, with the bands of these numbers.

    InputError where there is no MTL file or more than one, where it is of another satellite or level, where the sun was
    below the horizon, and for the first band whose file or gain is missing.
    """
    metadata = _metadata_file(Path(path))
    groups = read_groups(metadata)
    _check_kind(metadata, groups)
    files = _rasters(metadata.parent)
    quality, saturated = _quality(groups, files)
    return LandsatProduct(
        metadata,
        {number: _band_file(metadata, groups, files, number) for number in numbers},
        {number: _gain(metadata, groups, number) for number in numbers},
        sun_elevation(metadata, groups),
        quality,
        saturated,
        {name: value(groups, name) or "" for name in ("SPACECRAFT_ID", "LANDSAT_PRODUCT_ID", "DATE_ACQUIRED")},
    )


def read_groups(path: Path) -> dict[str, dict[str, str]]:
    """The values of an MTL file by group and name. InputError where it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} has {path.stat().st_size} bytes and is no MTL file.", "Choose another product.")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the file.") from error
    return groups_of(text, path)


def groups_of(text: str, path: Path) -> dict[str, dict[str, str]]:
    """The values in the text of an MTL file; ``path``: of the file, for the message where it is none."""
    groups: dict[str, dict[str, str]] = {}
    inside = [""]
    for line in text.splitlines():
        name, equals, given = (part.strip() for part in line.partition("="))
        if not equals:
            continue
        if name == "GROUP":
            inside.append(given)
        elif name == "END_GROUP":
            inside = inside[:-1] or [""]
        else:
            groups.setdefault(inside[-1], {}).setdefault(name, given.strip('"'))
    if not groups:
        raise InputError(f"{path} has no lines of the form NAME = VALUE.", "Choose the product's own MTL.txt.")
    return groups


def value(groups: Groups, name: str) -> str | None:
    """The value of a name: in a product of Level 1 or in what Level 2 repeats of it, never that of Level 2."""
    found = (group[name] for title, group in groups.items() if name in group and not title.startswith(LEVEL_2))
    return next(found, None)


def _metadata_file(path: Path) -> Path:
    if path.is_file():
        if is_archive(str(path)):
            raise InputError(f"{path.name} is an archive.", "Unpack it, and choose the folder.")
        return path
    if not path.is_dir():
        raise InputError(f"There is no folder {path}.", "Choose the folder of a Landsat-8 or -9 product.")
    found = sorted(one for one in path.iterdir() if one.name.lower().endswith(ENDING))
    if not found:
        raise InputError(
            f"There is no MTL.txt in {path}, which has the gains and the height of the sun.",
            "Unpack the whole product, or give its bands as layers, with SUN_ELEVATION.",
        )
    if len(found) > 1:
        names = ", ".join(one.name for one in found[:4])
        raise InputError(f"{path} has {len(found)} MTL files: {names}.", "Choose one of these files.")
    return found[0]


def _check_kind(metadata: Path, groups: Groups) -> None:
    spacecraft = value(groups, "SPACECRAFT_ID")
    if spacecraft is not None and spacecraft.upper() not in SPACECRAFT:
        problem = f"{metadata.name} is of {spacecraft}; the thresholds are for the bands of Landsat-8 and -9."
        raise InputError(problem, "Choose a product of one of these.")
    contents = groups.get("PRODUCT_CONTENTS", {})
    level = contents.get("PROCESSING_LEVEL") or value(groups, "DATA_TYPE") or ""
    if level.upper().startswith("L2"):
        raise InputError(
            f"{metadata.name} is of Level 2 ({level}), surface reflectance; the thresholds are for reflectance at the "
            "top of the atmosphere.",
            "Choose the Level-1 product (L1TP) of the same scene.",
        )


def _rasters(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if re.search(RASTERS + "$", one.name, re.IGNORECASE))


def _band_file(metadata: Path, groups: Groups, files: Sequence[Path], number: int) -> Path:
    named = value(groups, f"FILE_NAME_BAND_{number}")
    found = _named(files, named) or _ending(files, f"b0?{number}")
    if found is None:
        told = f" ({named})" if named else ""
        raise InputError(
            f"The file of band {number}{told} is not beside {metadata}.",
            "Unpack the product again, with all its bands.",
        )
    return found


def _named(files: Sequence[Path], name: str | None) -> Path | None:
    """The file of a name as the metadata spell it, of which only the last part counts."""
    wanted = re.split(r"[/\\]", name or "")[-1].lower()
    return next((one for one in files if one.name.lower() == wanted), None)


def _ending(files: Sequence[Path], pattern: str) -> Path | None:
    """The only file whose name ends so; None where there is none, or several."""
    found = [one for one in files if re.search(rf"(^|_){pattern}{RASTERS}$", one.name, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


def _quality(groups: Groups, files: Sequence[Path]) -> tuple[Path | None, int]:
    """The file that says where bands 6 and 7 are saturated, and its bits; products before Collection 1 have none."""
    found = _named(files, value(groups, "FILE_NAME_QUALITY_L1_RADIOMETRIC_SATURATION")) or _ending(files, "qa_radsat")
    if found is not None:
        return found, BIT[6] | BIT[7]
    if (value(groups, "COLLECTION_NUMBER") or "").lstrip("0") != "1":
        return None, 0
    found = _named(files, value(groups, "FILE_NAME_BAND_QUALITY")) or _ending(files, "bqa")
    return found, SATURATED_BQA if found else 0


def _gain(metadata: Path, groups: Groups, number: int) -> tuple[float, float]:
    multiplied, added = (
        number_of(metadata, groups, f"REFLECTANCE_{what}_BAND_{number}", -10, 10) for what in ("MULT", "ADD")
    )
    if multiplied <= 0:
        raise InputError(f"REFLECTANCE_MULT_BAND_{number} of {metadata} is {multiplied:g}.", "Check the file.")
    return multiplied, added


def sun_elevation(metadata: Path, groups: Groups) -> float:
    """Degrees. InputError where it is not stated, or it was night."""
    elevation = number_of(metadata, groups, "SUN_ELEVATION", -90, 90)
    if elevation <= 0:
        raise InputError(
            f"The sun was {-elevation:g} degrees below the horizon ({metadata.name}): at night nothing is reflected.",
            "Choose a scene of the day.",
        )
    return elevation


def number_of(metadata: Path, groups: Groups, name: str, least: float, largest: float, surface: bool = False) -> float:
    """A number of Level 1, or of what Level 2 alone has (``surface``). InputError where it is none."""
    given = next((group[name] for group in groups.values() if name in group), None) if surface else value(groups, name)
    if given is None:
        raise InputError(f"{metadata} does not say {name}.", "Choose the MTL.txt of a Level-1 product.")
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not least <= number <= largest:
        raise InputError(f"{name} of {metadata} is '{given[:40]}', and has to be a number.", "Check the file.")
    return number
