"""What files are called: those of a layer's source, and those that a job has beside its outputs meanwhile.

Standard library only: QGIS asks the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

LONGEST = 255  # bytes of a file's name that usual disks take
OWN = 180  # bytes of an output's name in what lies beside it: GDAL and the process add theirs
WORK = ".training"  # of the folder beside a model in which it is trained
BLOCKS = ".prediction"  # of the folder beside a result in which finished blocks of it are kept
METADATA = ".run.json"  # of the file beside a result whose format takes no metadata
ITEM = ".stac.json"  # of the STAC Item beside a result
SIDECARS = (".aux.xml", ".ovr", ".msk", METADATA, ITEM)  # of rasters and layers, behind the whole name
ADDED = max(map(len, SIDECARS))  # what is put behind the name of a finished file
SHAPEFILE = (".shp", ".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".idm", ".ind", ".qpj")
DATABASE = ("-wal", "-shm", "-journal")  # of SQLite, behind the whole name
DATABASES = (".gpkg", ".sqlite", ".db")
RESERVED = ("gpkg", "sqlite", "rtree", "ogr_", "idx_", "layer_styles", "qgis_projects")  # beginnings of tables
DIVIDER = ";"  # of the files of a product
LARGEST_VRT = 1 << 26  # bytes of a virtual raster that is looked into
_RELATIVE = re.compile(r"""relative[tT]oVRT\s*=\s*["']1""")
_VRT_SOURCE = re.compile(r"<(?:SourceFilename|SourceDataset|SrcDataSource)\b([^>]*)>([^<]+)<")


def hidden(target: str | os.PathLike[str], end: str) -> Path:
    """'.<name>.<end>' beside a file or folder: a name that any disk and library takes, another for each name."""
    target = Path(os.path.abspath(target))
    return target.with_name(f".{_plain(target.name)}.{end}")


def work_folder(output: str | os.PathLike[str]) -> Path:
    """Where chips, checkpoint and the best model so far lie while the model ``output`` is trained."""
    return _beside(output, WORK)


def blocks_folder(output: str | os.PathLike[str]) -> Path:
    """Where finished blocks lie while ``output`` is predicted."""
    return _beside(output, BLOCKS)


def layer_name(path: str | os.PathLike[str]) -> str:
    """The table of a GeoPackage that has a file's name, or one like it that is not kept for other things."""
    stem = re.sub(r"[\x00-\x1f\x7f]", "_", Path(path).stem)
    usual = re.match(r"\w", stem) and not stem.lower().startswith(RESERVED)
    return stem if usual else f"layer_{stem}"


def family(path: str) -> list[str]:
    """A file and what may lie beside it as a part of it: masks, overviews, a shapefile's tables, a database's log."""
    stem, ending = os.path.splitext(path)
    names = [path, *(path + end for end in SIDECARS)]
    if ending.lower() in SHAPEFILE:
        names += [stem + end for end in SHAPEFILE]
    if ending.lower() in DATABASES:
        names += [path + end for end in DATABASE]
    return names


def files_of(source: str) -> list[str]:
    """The files and folders that are there of what a layer's source names, virtual rasters with what they are made of.

    ``source``: a path, or one as QGIS and GDAL write them: 'file|layername=x', 'GPKG:file:table', '/vsizip/file/x'.
    """
    found: dict[str, None] = {}
    waiting = divided(source)
    while waiting:
        text = waiting.pop()
        if text.lstrip().startswith("<"):
            waiting += _vrt_sources(text, "")
            continue
        file = file_of(text)
        if file is None or file in found:
            continue
        found[file] = None
        if os.path.splitext(file)[1].lower() == ".vrt" and os.path.isfile(file):
            waiting += _vrt_sources(_text_of(file), os.path.dirname(file))
    return list(found)


def divided(source: str) -> list[str]:
    """The sources in a text that names several files, divided by ';', as products may; else the text alone."""
    if DIVIDER not in source or source.lstrip().startswith("<") or _named_in(source) is not None:
        return [source]
    return [part.strip().strip('"') for part in source.split(DIVIDER) if part.strip()]


def file_of(source: str) -> str | None:
    """The file or folder that a source names, None where there is none."""
    text = _named_in(source)
    return None if text is None else os.path.abspath(text)


def with_file(source: str, file: str) -> str:
    """A source with another file in place of the one that it names; as it is where it names none that is there."""
    text = _named_in(source)
    if text is None:
        return source
    whole = source if text in source else os.path.expanduser(source)
    return whole.replace(text, file, 1)


def with_sources(virtual: str, folder: str, change: Callable[[str], str]) -> str:
    """The text of a virtual raster or layer that lies in a folder, with its sources changed; none is relative then."""
    from html import escape, unescape  # not when QGIS starts

    def changed(found: re.Match[str]) -> str:
        attributes, name = found[1], unescape(found[2]).strip()
        place = os.path.join(folder, name) if _RELATIVE.search(attributes) else name
        absolute = re.sub(_RELATIVE, lambda relative: relative[0][:-1] + "0", attributes)
        return found[0].replace(f"{attributes}>{found[2]}<", f"{absolute}>{escape(change(place), quote=False)}<")

    return _VRT_SOURCE.sub(changed, virtual)


def _named_in(source: str) -> str | None:
    """What of a source names a file or folder that is there, as a path; None where nothing does."""
    return next(filter(_is_there, _candidates(source)), None)


def _candidates(source: str) -> Iterator[str]:
    """What may be the file in a source, the likeliest first."""
    text = source
    while text:
        yield text
        if text.startswith("~"):
            yield os.path.expanduser(text)
        text = text.rpartition("|")[0]
    inner = re.sub(r"^(?:/vsi\w+/)+|^\w+:(?=.)", "", source.split("|")[0])
    if inner == source:
        return
    inner = inner.replace('"', "")
    starts = [inner[match.end() :] for match in re.finditer(r"^|:", inner)]  # after 'DRIVER:', or 'DRIVER:1:'
    for start in starts:
        yield start
        while ":" in start:  # 'file:table'
            start = start.rpartition(":")[0]
            yield start
    yield from (str(above) for above in Path(inner).parents if _is_file(above))  # of what lies in an archive


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_there(path: str) -> bool:
    try:
        return bool(path) and os.path.lexists(path)
    except ValueError:  # no text that can be a path
        return False


def _text_of(file: str) -> str:
    try:
        if os.path.getsize(file) > LARGEST_VRT:
            return ""
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _vrt_sources(text: str, folder: str) -> list[str]:
    """The sources in a virtual raster or layer that lies in a folder."""
    from html import unescape  # not when QGIS starts

    sources = []
    for attributes, name in _VRT_SOURCE.findall(text):
        relative = _RELATIVE.search(attributes)
        sources.append(os.path.join(folder, unescape(name).strip()) if relative else unescape(name).strip())
    return sources


def _beside(output: str | os.PathLike[str], end: str) -> Path:
    output = Path(os.path.abspath(output))
    return output.with_name(_shortened(output.name, LONGEST - len(end)) + end)


def _plain(name: str) -> str:
    """A name without what libraries take for more than a name, shortened; names that differ stay different."""
    plain = re.sub(r"[^\w. +-]", "_", name)
    if plain == name and len(name.encode()) <= OWN:
        return name
    return _marked(plain, name, OWN)


def _shortened(name: str, longest: int) -> str:
    return name if len(name.encode(errors="surrogatepass")) <= longest else _marked(name, name, longest)


def _marked(text: str, name: str, longest: int) -> str:
    """A text of at most so many bytes, with a mark at its end that is another for each name."""
    import hashlib  # not when QGIS starts

    mark = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{text.encode(errors='surrogatepass')[: longest - len(mark) - 1].decode(errors='ignore')}-{mark}"
