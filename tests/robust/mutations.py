"""What may be wrong with a job: names lost or mistyped, values of other kinds, numbers and texts at the edge."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from rsdl_qgis.engine.job.layers import NUMBERED
from rsdl_qgis.engine.job.table import Object, Table
from rsdl_qgis.engine.tables.kinds import (
    Boolean,
    Bounds,
    Choice,
    Either,
    Kind,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Path,
    Plain,
    Text,
    Whole,
)

NUMBERS = (
    0, -0.0, 1, -1, 2, 3, 7, 8, 16, 31, 255, 256, 65_536, 2**31, -(2**31), 2**63, 10**30, 0.5, 0.999, 1e-9, 1e-320, 1.5,
    1e18, 1e308, -1e308, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
TEXTS = (
    "", " ", "a", "0", "1", "nan", "None", "auto", "segmentation", "image", "cpu", "cuda:0", "mps", ".", "..",
    "cuda:99",
    "EPSG:4326", "EPSG:99999999", "EPSG:32634", "+proj=longlat", "LOCAL_CS[\"x\"]", "\0", "a\nb", "\x1b[31m", "\ud800",
    "ü" * 300, "x" * 30_000, "{}", "[1, 2]", "%s%n", "../../etc", "no/such/folder/file.tif", "=1+1", "<b>&amp;", "é",
    "1;2", "balanced", "best", "none", "unet", "http://127.0.0.1:9/x.tif", "/vsicurl/http://127.0.0.1:9/x.tif",
    "/vsizip/none.zip/a.tif", "NETCDF:none.nc:a", "|layername=none", "a.tif", "a.gpkg", "a.csv", "a.html", "2020-01-01",
)  # fmt: skip


def deep(levels: int) -> Any:
    """Lists and objects inside one another."""
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def odd_values(paths: Sequence[str]) -> list[Any]:
    """Values that no argument, or only another one, may have; ``paths``: of files and folders that are there."""
    lists = [[], [[]], [None], ["a"], [1], [1, 2, 3], [0, 0, 1, 1], [1, 1, 0, 0], [float("nan")] * 4, [True]]
    objects = [{}, {"a": 1}, {"path": 1}, {"path": ""}, {"image": []}, {"0": "x"}, {"a": {}}, {"": ""}]
    return [*NUMBERS, *TEXTS, *paths, *lists, *objects, None, True, False, deep(8), deep(29), [0] * 2000]


def mutated(job: dict[str, Any], odd: Sequence[Any], chance: random.Random) -> dict[str, Any]:
    """A copy of a job in which one to three things are not as they were."""
    made = copy.deepcopy(job)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        inside = [place for place in places(made) if place[0] is not made]
        top = [(made, name) for name in made] if chance.random() < 0.08 or not inside else []
        holder, key = chance.choice(top or inside)
        _change(holder, key, inside, odd, chance)
    return made


def plausible(job: dict[str, Any], table: Table, paths: Sequence[str], chance: random.Random) -> dict[str, Any]:
    """A copy of a job in which one to four arguments are others of their kind, which may not go together."""
    made = copy.deepcopy(job)
    for name in chance.sample(sorted(table), min(chance.choice((1, 1, 2, 3, 4)), len(table))):
        holder, key, kind = made, name, table[name].kind
        while chance.random() < 0.8:
            value = holder.get(key) if isinstance(holder, dict) else holder[key]
            inner = _inner(value, kind, chance)
            if inner is None:
                break
            holder, key, kind = inner
        holder[key] = another(kind, paths, chance)
    return made


def _inner(value: Any, kind: Kind, chance: random.Random) -> tuple[Any, Any, Kind] | None:
    """Something inside of a value: what holds it, its name or number, and its kind."""
    if isinstance(kind, Object) and isinstance(value, dict):
        name = chance.choice(sorted(kind.table))
        return value, name, kind.table[name].kind
    if isinstance(kind, (ListOf, MapOf)) and value and isinstance(value, (list, dict)):
        return value, chance.choice(list(value) if isinstance(value, dict) else range(len(value))), kind.kind
    return None


def another(kind: Kind, paths: Sequence[str], chance: random.Random) -> Any:
    """A value that a kind takes."""
    if isinstance(kind, Nullable):
        return chance.choice((None, another(kind.kind, paths, chance)))
    if isinstance(kind, Either):
        return another(chance.choice(list(kind.kinds)), paths, chance)
    if isinstance(kind, Path):
        return chance.choice((*paths, *TEXTS[14:]))
    if isinstance(kind, Text):
        words = ("class", "other", "score", "bright", "dice", "resnet18", "lstm", "yolo-n", "fc-ef", "siamese-resnet50")
        return chance.choice((*TEXTS, *words))
    if isinstance(kind, Choice):
        return chance.choice(kind.words)
    if isinstance(kind, Boolean):
        return chance.random() < 0.5
    if isinstance(kind, Whole):
        found = chance.choice((kind.least, kind.largest, 1, 2, 3, 5, 8, 16, 17, 33, 64, 1000, chance.randint(0, 100)))
        return min(max(found, kind.least), kind.largest)
    if isinstance(kind, Number):
        ends = [kind.largest] if kind.above else [kind.least, kind.largest]
        found = chance.choice((*ends, 0.1, 0.5, 1.0, 3.7, 50.0, 255, 1e-6, chance.random()))
        return min(max(found, kind.least), kind.largest)
    if isinstance(kind, Bounds):
        x, y = chance.choice((0, 499_000, 500_100, 1e9, -1e300)), chance.choice((0, 4_199_500, -1e9, 1e300))
        return [x, y, x + chance.choice((0, 1e-9, 5, 300, 1e7)), y + chance.choice((0, 1e-9, 5, 300, 1e7))]
    if isinstance(kind, ListOf):
        return [another(kind.kind, paths, chance) for _ in range(max(kind.least, chance.choice((0, 1, 1, 2, 3, 4))))]
    if isinstance(kind, MapOf):
        names = ("0", "1", "7", "-3") if kind.names == NUMBERED else ("image", "B1", "0", "x", "")
        return {chance.choice(names): another(kind.kind, paths, chance) for _ in range(chance.choice((0, 1, 2)))}
    if isinstance(kind, Object):
        some = [name for name, item in kind.table.items() if item.required or chance.random() < 0.2]
        return {name: another(kind.table[name].kind, paths, chance) for name in some}
    if isinstance(kind, Plain):
        names = ("widths", "dropout", "depth", "coarsen", "stem", "x")
        return {chance.choice(names): chance.choice((1, 2, 0.5, [2, 4], [3], "a"))}
    return None


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(what holds it, its name or number) of every value inside of one."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, inner in items:
        yield value, key
        yield from places(inner)


def _change(
    holder: Any, key: Any, others: Sequence[tuple[Any, Any]], odd: Sequence[Any], chance: random.Random
) -> None:
    how = chance.random()
    if how < 0.12:
        del holder[key]
    elif how < 0.2 and isinstance(holder, dict):
        holder[_mistyped(str(key), chance)] = holder.pop(key)
    elif how < 0.25 and isinstance(holder, dict):
        holder[chance.choice(("extra", "Model", "x", "output_", "nodata", ""))] = chance.choice(odd)
    elif how < 0.33 and others:
        other, name = chance.choice(others)
        there = name in other if isinstance(other, dict) else name < len(other)
        holder[key] = copy.deepcopy(other[name]) if there else 0
    elif how < 0.4:
        holder[key] = chance.choice(([holder[key]], {"a": holder[key]}, str(holder[key]), [holder[key]] * 2))
    elif how < 0.6 and isinstance(holder[key], (int, float)):
        holder[key] = chance.choice(NUMBERS)
    elif how < 0.6 and isinstance(holder[key], str):
        holder[key] = chance.choice((*TEXTS, holder[key] + "x", holder[key].upper(), holder[key][:-1]))
    else:
        holder[key] = copy.deepcopy(chance.choice(odd))


def _mistyped(name: str, chance: random.Random) -> str:
    place = chance.randrange(len(name) + 1)
    shorter, longer = name[:place] + name[place + 1 :], f"{name[:place]}x{name[place:]}"
    return chance.choice((shorter, longer, name.upper(), name + " "))


def written(job: dict[str, Any], chance: random.Random) -> bytes:
    """A job as bytes: nearly always its JSON, now and then not quite."""
    data = json.dumps(job).encode()
    if chance.random() > 0.04:
        return data
    cut = chance.randrange(len(data))
    wrong = data[:cut] + b"\xff" + data[cut:]
    return chance.choice((b"", data[:cut], wrong, data + data, b"[" * 100_000, b"null", b"[]"))
