"""What a job writes: nothing that it reads, nothing twice, and only where it can be written.

Standard library only: QGIS's side asks the same of its parameters before a job is made.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

from ...paths import plugin_file, user_folder
from ..errors import OutputError, RsdlError
from ..files.locks import held
from ..files.names import ADDED, DATABASE, LONGEST, SHAPEFILE, family, files_of, layer_name, work_folder
from ..files.text import one_line
from . import ranks

Run = Callable[[Mapping[str, Any], Any], dict[str, Any]]

LAYERS = ("path", "mask", "features", "examples", "counterexamples", "labels", "chips", "pretrained", "sample")
PRODUCTS = ("product",)  # files, or folders in which other files may lie
READ = (*LAYERS, *PRODUCTS)  # arguments, at any depth, that name what is read
MOST_FILES = 5000  # of a product that are looked at
MODELS = ("model", "base_model", "teacher")  # folders in which other files may lie
SYSTEM_TABLES = ("gpkg_", "rtree_", "sqlite_", "layer_styles", "ogr_empty_table")  # beginnings of a GeoPackage's own
ALL_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
RASTER_TABLES = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('tiles', '2d-gridded-coverage')"


@dataclass(frozen=True)
class Writes:
    """The arguments of an operation that name the files, and the folders, that it writes."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


OPERATIONS: Mapping[str, Writes] = {
    "predict": Writes(("output", "probabilities", "uncertainty", "domain", "polygons")),
    "predict_series": Writes(("output", "probabilities", "uncertainty", "polygons")),
    "classify_scenes": Writes(("output", "raster")),
    "embed_image": Writes(("output",)),
    "find_similar": Writes(("output", "places")),
    "cluster_image": Writes(("output",)),
    "suggest_labels": Writes(("output",)),
    "detect": Writes(("output",)),
    "cloud_mask": Writes(("output", "polygons")),
    "threshold": Writes(("output", "polygons", "values")),
    "assess_map": Writes(("report", "table", "image_table")),
    "assess_scenes": Writes(("report", "table")),
    "assess_detections": Writes(("report", "table", "matches")),
    "draw_sample": Writes(("output",)),
    "estimate_area": Writes(("report", "table")),
    "compare_maps": Writes(("report", "table")),
    "train": Writes(("report",), ("output",)),
    "train_classifier": Writes(("report",), ("output",)),
    "distil": Writes(("report",), ("output",)),
    "pretrain": Writes(("report",), ("output",)),
    "export_chips": Writes((), ("output",)),
    "simplify_polygons": Writes(("output",)),
    "separate_objects": Writes(("output",)),
    "active_fire": Writes(("output", "polygons")),
    "repeat": Writes((), ("output",)),
    "import_model": Writes(("report",)),
    "fetch_model": Writes(),
    "fetch_manifests": Writes(),
    "describe_model": Writes(("report",)),
    "list_models": Writes(("report",)),
    "export_model": Writes(("output", "item", "report")),
    "describe": Writes(),
}


def writing(operation: str) -> Callable[[Run], Run]:
    """Makes a function an operation whose outputs are looked at before it begins, and held until it ends.

    Of several processes the first one does that, which alone writes.
    """

    def decorated(run: Run) -> Run:
        @wraps(run)
        def guarded(arguments: Mapping[str, Any], report: Any) -> dict[str, Any]:
            if not ranks.is_first():
                return run(arguments, report)
            files, folders = outputs_of(operation, arguments)
            check_outputs(files, folders, read_by(arguments))
            with held([*files, *folders]):
                return run(arguments, report)

        return guarded

    return decorated


def outputs_of(operation: str, arguments: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The files and the folders that a job writes."""
    writes = OPERATIONS.get(operation, Writes(("output",)))
    files, folders = (
        [arguments[name] for name in names if isinstance(arguments.get(name), str) and arguments[name]]
        for names in (writes.files, writes.folders)
    )
    return files, folders


def read_by(arguments: Mapping[str, Any]) -> list[str]:
    """The sources that a job reads; of a model's folder the files in it, for others may lie there too."""
    models = [file for text in _named(arguments, MODELS) for file in model_files(text)]
    return [*sources_of(arguments), *models]


def sources_of(arguments: Mapping[str, Any]) -> list[str]:
    """The sources that a job reads, but for its model; of a product's folder the files in it."""
    folders = [*_named(arguments, PRODUCTS), *filter(os.path.isdir, _named(arguments, ("path",)))]
    layers = [text for text in _named(arguments, LAYERS) if text not in folders]
    return [*layers, *(file for text in folders for file in _inside(text))]


def written_by(operation: str) -> tuple[str, ...]:
    """The arguments of an operation that name what it writes."""
    return (*OPERATIONS[operation].files, *OPERATIONS[operation].folders)


def model_files(model: str) -> list[str]:
    """The files of a model that is given by its path, or by the name of its folder."""
    folders = (Path(), user_folder() / "models", plugin_file("models"))
    found = next((str(folder / model) for folder in folders if os.path.exists(folder / model)), model)
    return _files(found)


def _inside(path: str) -> list[str]:
    """The files in a product's folder and the folders in it; the path itself where it is no folder."""
    if not os.path.isdir(path):
        return [path]
    found = (os.path.join(place, name) for place, _, names in os.walk(path) for name in sorted(names))
    return list(islice(found, MOST_FILES))


def _files(path: str) -> list[str]:
    """The files in a folder; the path itself where it is no folder, or one that cannot be looked into."""
    try:
        return [entry.path for entry in os.scandir(path) if entry.is_file()]
    except OSError:
        return [path]


@contextmanager
def kept(finished: Callable[[], Iterable[str | os.PathLike[str]]]) -> Iterator[None]:
    """Tells, where a job fails, which of its results are whole and stay."""
    try:
        yield
    except RsdlError as error:
        files = [str(file) for file in finished()]
        if files:
            stay = f"{', '.join(files)} {'is' if len(files) == 1 else 'are'} whole and stay{'s' * (len(files) == 1)}."
            error.hint = f"{error.hint} {stay}".strip()
        raise


def check_outputs(files: Sequence[str], folders: Sequence[str], read: Iterable[str]) -> None:
    """OutputError for the first output that cannot be written, is read, lies in what is read, or is another one too.

    ``read``: sources, as ``files.names.files_of`` takes them. Beside a folder there may be one that it is trained in.
    """
    for file in files:
        _check_there(file)
    for folder in folders:
        check_folder(folder)
    outputs = [_Output(file, _places(family(file)), False) for file in files]
    outputs += [_Output(folder, _places([folder, str(work_folder(folder))]), True) for folder in folders]
    for i, output in enumerate(outputs):
        for other in outputs[i + 1 :]:
            _check_apart(output, other)
    for source in dict.fromkeys(read):
        for file in files_of(source):
            parts = _places(family(file))
            for output in outputs:
                _check_unread(output, parts, os.path.isdir(file))
    for file in files:
        check_file(file)


def check_file(target: str | os.PathLike[str]) -> None:
    """OutputError where a file cannot be written, so far as can be seen before: its name, its folder, what is there."""
    path = _check_there(target)
    if path.suffix.lower() == ".gpkg":
        check_package(path)
    if path.suffix.lower() == SHAPEFILE[0] and not os.path.exists(path):
        strangers = [other for other in map(path.with_suffix, SHAPEFILE) if os.path.lexists(other)]
        if strangers:
            problem = f"{strangers[0]} belongs to another file than {path.name}, and would be replaced."
            raise OutputError(problem, "Choose another name for the output.")


def _check_there(target: str | os.PathLike[str]) -> Path:
    """The path. OutputError where what is there is no file that may be replaced."""
    path = check_name(target)
    _check_place(path)
    if path.suffix != ".shp" and path.suffix.lower() == ".shp":  # GDAL writes it in small letters, and finds no other
        raise OutputError(f"The ending of {path} has capitals.", "End the name of a Shapefile in .shp.")
    if os.path.isdir(path):
        raise OutputError(f"{path} is a folder.", "Choose a file name for the output.")
    if os.path.exists(path):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise OutputError(f"{path} is no file but a device or a pipe.", "Choose another name for the output.")
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path, os.W_OK):
            raise OutputError(f"{path} is there and may not be written to.", "Choose another name for the output.")
    return path


def check_folder(target: str | os.PathLike[str]) -> None:
    """OutputError where a folder cannot be written, so far as can be seen before."""
    path = check_name(target, 0)
    _check_place(path)
    if os.path.lexists(path) and not os.path.isdir(path):
        raise OutputError(f"{path} is a file.", "Choose a new or empty folder.")


def check_package(path: Path) -> None:
    """OutputError where a GeoPackage that is there holds more than the layer that would be replaced, or is in use."""
    used = [f"{path}{end}" for end in DATABASE if end != "-shm" and _size(f"{path}{end}")]
    if used:
        raise OutputError(
            f"{path} is open in another program, or was not closed ({Path(used[0]).name} lies beside it).",
            "Close it there, or choose another file.",
        )
    replaced = {layer_name(path)} - set(tables(path, rasters=True))
    others = [name for name in tables(path) if name not in replaced]
    if others:
        named = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
        problem = f"{path} holds other layers, which would be lost: {named}."
        raise OutputError(problem, "Choose a new file for the output.")


def tables(path: Path, *, rasters: bool = False) -> list[str]:
    """The layers and tables in a GeoPackage, without its own; [] where there is none. ``rasters``: these alone."""
    if not _size(path):
        return []
    import sqlite3  # not when QGIS starts
    from urllib.parse import quote

    try:
        with closing(sqlite3.connect(f"file:{quote(os.path.abspath(path))}?mode=ro", uri=True, timeout=1)) as database:
            rows = database.execute(RASTER_TABLES if rasters else ALL_TABLES).fetchall()
    except sqlite3.DatabaseError as error:
        if "lock" in str(error) or "busy" in str(error):
            problem = f"{path} is in use by another program."
            raise OutputError(problem, "Close it there, or choose another file.") from None
        return []
    return sorted(name for (name,) in rows if not name.lower().startswith(SYSTEM_TABLES))


@dataclass(frozen=True)
class _Place:
    """Where a path leads: its real path as its disk compares names, and which file is there, if there is one."""

    path: str
    real: str
    file: tuple[int, int] | None

    @classmethod
    def of(cls, path: str) -> _Place:
        real = os.path.realpath(path)
        return cls(path, _folded(real), _identity(real))

    def is_same(self, other: _Place) -> bool:
        return self.real == other.real or (self.file is not None and self.file == other.file)

    def lies_in(self, folder: _Place) -> bool:
        """Whether it is below a folder, by whatever way one gets there."""
        above = [str(parent) for parent in Path(self.real).parents]
        return folder.real in above or (folder.file is not None and folder.file in map(_identity, above))


@dataclass(frozen=True)
class _Output:
    """A file with what lies beside it as a part of it, or a folder with the one that it is trained in."""

    path: str
    places: tuple[_Place, ...]
    is_folder: bool


def _check_apart(one: _Output, other: _Output) -> None:
    """OutputError where two outputs are the same file, or one lies in the other."""
    if any(a.is_same(b) for a in one.places for b in other.places):
        raise OutputError(f"Two results would be written to {other.path}.", "Choose different outputs.")
    for inner, outer in ((one, other), (other, one)):
        if outer.is_folder and any(inner.places[0].lies_in(place) for place in outer.places):
            problem = f"{inner.path} lies in {outer.path}, which is written as a whole."
            raise OutputError(problem, "Choose different outputs.")


def _check_unread(output: _Output, parts: Sequence[_Place], in_folder: bool) -> None:
    """OutputError where an output is a file or folder that is read, has it in it, or lies in it."""
    whole = parts[0]
    if output.is_folder:
        for place in output.places:
            if whole.is_same(place) or whole.lies_in(place):
                problem = f"{whole.path} lies in {place.path}, which would be replaced, and is read."
                raise OutputError(problem, "Choose another output.")
    elif any(a.is_same(b) for a in output.places for b in parts):
        raise OutputError(f"{output.path} is one of the files to be read.", "Choose another output.")
    if in_folder and output.places[0].lies_in(whole):
        raise OutputError(f"{output.path} lies in {whole.path}, which is read.", "Choose another output.")


def _places(paths: Iterable[str]) -> tuple[_Place, ...]:
    return tuple(map(_Place.of, paths))


def _identity(path: str) -> tuple[int, int] | None:
    """What tells a file from all others, however it is called; None where there is none, or the disk does not say."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else None


def _folded(path: str) -> str:
    """A path as its disk compares names."""
    folder = path
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    other = folder.swapcase()
    is_folded = other != folder and _identity(other) is not None and _identity(other) == _identity(folder)
    return unicodedata.normalize("NFC", path).casefold() if is_folded else os.path.normcase(path)


def check_name(target: str | os.PathLike[str], added: int = ADDED) -> Path:
    """The path. OutputError for a name that no file can have; ``added``: bytes that others put behind it."""
    text = os.fspath(target)
    if one_line(text) != text:
        raise OutputError(f"{text!r} has a control character in it.", "Choose another name for the output.")
    path = Path(text)
    if path.name in ("", ".."):
        raise OutputError(f"'{text}' names no output of its own.", "Choose another one.")
    size = len(path.name.encode())
    if size + added > LONGEST:
        problem = f"The name {path.name[:40]}… is too long: {size} bytes, and {LONGEST - added} can be written."
        raise OutputError(problem, "Choose a shorter one.")
    return path


def _check_place(path: Path) -> None:
    """OutputError where nothing can be written beside a path."""
    if not os.path.isdir(path.parent):
        problem = f"There is no folder {path.parent} to write {path.name} to."
        raise OutputError(problem, "Make it, or choose another place for the output.")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"The folder {path.parent} cannot be written to.", "Choose another place for the output.")


def replaced(value: Any, names: Sequence[str], change: Callable[[str], str]) -> Any:
    """A value with the texts changed that are called one of the names, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: change(item) if name in names and isinstance(item, str) and item else replaced(item, names, change)
            for name, item in value.items()
        }
    return [replaced(item, names, change) for item in value] if isinstance(value, (list, tuple)) else value


def _named(value: Any, names: Sequence[str]) -> Iterator[str]:
    """The texts that are called one of the names, at any depth."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name in names and isinstance(item, str) and item:
                yield item
            yield from _named(item, names)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _named(item, names)


def _size(path: str | os.PathLike[str]) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
