"""The classes of a model in words or from a file: ``0 water #419bdf, 1 trees #397d49``; a .qml, a .clr or a CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...files.csv import plain
from ...files.json import parsed
from ...files.text import one_line, shortened
from ...files.xml import Element, XMLError, parse_xml
from ...tables.class_colors import BACKGROUND_COLOR, class_colors
from ..card import Class
from ..card_schema import LARGEST_CLASS

FILES = (".qml", ".clr", ".csv", ".txt", ".tsv", ".json")
LARGEST_FILE = 4 << 20  # bytes
ENTRY = re.compile(
    r"(?:(\d{1,5})\s*[:=.)]?\s*)?(.*?)\s*[:=(]?\s*(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?:[0-9a-fA-F]{2})?)?\)?"
)
COLOUR = re.compile(r"#?([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")
TRIPLE = re.compile(r"\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})(?:\s*[, ].*)?")
COLUMNS = {  # of a table -> the names that it may have
    "value": ("value", "code", "id", "class_id", "label_id", "index", "number", "pixel"),
    "name": ("name", "class", "label", "class_name", "title", "description"),
    "color": ("color", "colour", "hex", "rgb", "color_hint"),
    "red": ("red", "r"),
    "green": ("green", "g"),
    "blue": ("blue", "b"),
}
LONGEST_ENTRY = 1100  # characters: a name has at most 1000
HINT = (
    "Give them in the network's order with commas between them, each with its value, name and colour, such as: "
    "0 water #419bdf, 1 trees #397d49. Or choose a .qml, .clr or .csv file."
)
Entry = tuple["int | None", str, str]  # value, name, colour


def classes_of(text: str) -> tuple[Class, ...]:
    """The classes in a text or the file that it names, () for an empty one; InputError, which names CLASSES.

    Where no values are given, they are 0, 1, 2, … in order; colours that are missing are chosen by ``class_colors``.
    """
    text = text.strip()
    if not text:
        return ()
    is_file = "\n" not in text and Path(text).suffix.lower() in FILES
    entries = list(_from_file(Path(text)) if is_file else _from_text(text))
    if not entries:
        raise InputError(f"CLASSES: no class is found in '{shortened(text)}'.", HINT)
    return _made(entries)


def beside_background(item: Class) -> tuple[Class, Class]:
    """Background, and the one class that a network finds, in another colour."""
    own = item.color if item.color != BACKGROUND_COLOR else ""
    _, colour = class_colors(("background", item.name), (BACKGROUND_COLOR, own))
    return Class(0, "background", BACKGROUND_COLOR), Class(item.value or 1, item.name, colour)


def coloured(named: Sequence[tuple[int, str]], stated: Sequence[str] = ()) -> tuple[Class, ...]:
    """The classes of (value, name); ``stated``: their colours, '' for one of ``class_colors``."""
    colours = class_colors([name for _, name in named], stated)
    return tuple(Class(value, name, colour) for (value, name), colour in zip(named, colours))


def _made(entries: Sequence[Entry]) -> tuple[Class, ...]:
    if len({value is None for value, _, _ in entries}) > 1:
        raise InputError("CLASSES: some classes have a value, and others none.", HINT)
    named = []
    for i, (value, name, _) in enumerate(entries):
        number = i if value is None else value
        if not 0 <= number <= LARGEST_CLASS:
            raise InputError(f"CLASSES: {number} cannot be the value of a class.", f"It is 0 to {LARGEST_CLASS}.")
        title = one_line(name).strip() or f"class {number}"
        named.append((number, title[:1000]))
    values = [value for value, _ in named]
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise InputError(f"CLASSES: two classes have the value {twice[0]}.", HINT)
    return coloured(named, [colour for _, _, colour in entries])


def _from_text(text: str) -> Iterator[Entry]:
    if text.startswith(("{", "[")):
        yield from _from_json(text)
        return
    for part in re.split(r"[;\n]" if re.search(r"[;\n]", text) else ",", text):
        if part.strip():
            found = ENTRY.fullmatch(part.strip()) if len(part) <= LONGEST_ENTRY else None
            value, name, colour = found.groups() if found else (None, part.strip(), None)
            yield (None if value is None else int(value), name.strip("\"' "), _stated_colour(colour))


def _from_json(text: str) -> Iterator[Entry]:
    try:
        value = parsed(text)
    except ValueError as error:
        raise InputError(f"CLASSES is no JSON: {error}.", HINT) from None
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in items:
        known = {str(k).lower(): v for k, v in item.items()} if isinstance(item, dict) else {"name": item}
        number = next((known[k] for k in COLUMNS["value"] if k in known), key)
        name = next((known[k] for k in COLUMNS["name"] if k in known), "")
        colour = _stated_colour(next((known[k] for k in COLUMNS["color"] if k in known), ""))
        if number is not None and not re.fullmatch(r"\d{1,5}", str(number)):
            raise InputError(f"CLASSES: {shortened(str(number))} is no value of a class.", HINT)
        yield (None if number is None else int(number), str(name), colour)


def _stated_colour(value: Any) -> str:
    """As ``colour_of``; InputError where something is stated that is no colour."""
    colour = colour_of(value)
    if value and not colour:
        said = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        problem = f"CLASSES: '{shortened(said)}' is no colour."
        raise InputError(problem, "Write it as #rrggbb, or as red, green and blue from 0 to 255.")
    return colour


def colour_of(value: Any) -> str:
    """'#rrggbb' from '#rgb', 'rrggbb', '65,155,223' or [65, 155, 223]; '' where it is no colour."""
    if isinstance(value, (list, tuple)):
        value = ",".join(map(str, value[:3]))
    text = str(value or "").strip()
    if re.fullmatch("#[0-9a-fA-F]{3}", text):
        text = "#" + "".join(letter * 2 for letter in text[1:])
    if found := COLOUR.fullmatch(text):
        return f"#{found[1].lower()}"
    found = TRIPLE.fullmatch(text)
    numbers = [int(number) for number in found.groups()] if found else []
    return "#" + "".join(f"{n:02x}" for n in numbers) if numbers and max(numbers) <= 255 else ""


def _from_file(path: Path) -> Iterator[Entry]:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"CLASSES: {path} cannot be read: {error.strerror or error}.", HINT) from None
    if len(data) > LARGEST_FILE:
        raise InputError(f"CLASSES: {path} is of more than {LARGEST_FILE} bytes.", HINT)
    if path.suffix.lower() == ".qml":
        return _from_style(data, path)
    text = data.decode("utf-8-sig", errors="replace")
    if path.suffix.lower() == ".json":
        return _from_json(text.strip())
    return _from_colour_map(text) if path.suffix.lower() in (".clr", ".txt") else _from_table(text)


def _from_style(data: bytes, path: Path) -> Iterator[Entry]:
    """The classes of a layer's style of QGIS: a palette, a pseudocolour ramp of exact values, or categories."""
    try:
        root = parse_xml(data)
    except XMLError as error:
        raise InputError(f"CLASSES: {path} is no style of QGIS: {shortened(str(error))}.", HINT) from None
    items = list(root.iter("paletteEntry")) or list(root.iter("item"))
    colours = _symbols(root)
    for item in items or list(root.iter("category")):
        value = item.get("value", "")
        if re.fullmatch(r"\d{1,5}(\.0+)?", value):
            colour = item.get("color") or colours.get(item.get("symbol", ""), "")
            yield int(float(value)), item.get("label", ""), colour_of(colour)


def _symbols(root: Element) -> Mapping[str, str]:
    """The colour of each symbol of a style by its name."""
    found = {}
    for symbol in root.iter("symbol"):
        options = [(o.get("k") or o.get("name"), o.get("v") or o.get("value")) for o in symbol.iter()]
        colour = next((value for key, value in options if key == "color" and value), "")
        found[symbol.get("name", "")] = colour
    return found


def _from_colour_map(text: str) -> Iterator[Entry]:
    """A .clr (value red green blue), or QGIS's export of a colour map (value,red,green,blue,alpha,label)."""
    for line in text.splitlines():
        parts = [part.strip() for part in (line.split(",") if "," in line else line.split())]
        if len(parts) < 4 or not all(re.fullmatch(r"\d{1,5}(\.0+)?", part) for part in parts[:4]):
            continue
        label = parts[4:]
        if label and re.fullmatch(r"\d{1,3}", label[0]):  # alpha
            label = label[1:]
        yield int(float(parts[0])), " ".join(label), _stated_colour([part.split(".")[0] for part in parts[1:4]])


def _from_table(text: str) -> Iterator[Entry]:
    """A CSV with a header of ``COLUMNS``, or of value, name and colour without one."""
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = [[plain(cell.strip()) for cell in row] for row in csv.reader(io.StringIO(text), dialect) if any(row)]
    header = [cell.lower() for cell in rows[0]] if rows else []
    places = {key: next((header.index(n) for n in names if n in header), -1) for key, names in COLUMNS.items()}
    if places["name"] < 0 and places["value"] < 0:
        places = {"value": 0, "name": 1, "color": 2, "red": -1, "green": -1, "blue": -1}
    else:
        rows = rows[1:]
    for row in rows:
        cell = {key: row[place] if 0 <= place < len(row) else "" for key, place in places.items()}
        parts = [cell[key] for key in ("red", "green", "blue")]
        colour = _stated_colour(cell["color"] or (parts if any(parts) else ""))
        number = cell["value"]
        if number and not re.fullmatch(r"\d{1,5}(\.0+)?", number):
            raise InputError(f"CLASSES: '{shortened(number)}' is no value of a class.", HINT)
        yield (int(float(number)) if number else None, cell["name"], colour)
