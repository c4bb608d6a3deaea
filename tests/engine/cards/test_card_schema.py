"""Values that a card cannot have are refused by the key, whichever way the card comes."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from rsdl_qgis.engine.cards.stac_mlm import from_item, read_json, to_item
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.files.json import MOST_VALUES
from rsdl_qgis.engine.tables.kinds import DEEPEST

NAN, INF = float("nan"), float("inf")
SCALING = "rsdl:inputs.image.scaling."
CLASS = "mlm:output.0.classification:classes.0."
WRONG = [
    *[(f"rsdl:tiling.{k}", value) for k in ("size", "multiple", "memory") for value in (0, -1, "64", 1.5, True, None)],
    ("rsdl:tiling.overlap", -1), ("rsdl:tiling.overlap", 32), ("rsdl:tiling.size", 10**30), ("rsdl:tiling", [1]),
    ("rsdl:tiling.any_size", "yes"), ("rsdl:tiling.any_size", 1),
    *[(f"{CLASS}color_hint", value) for value in ("red", "F00", "FF0000FF", 5)],
    *[(f"{CLASS}value", value) for value in (-5, 100_000, 65_535, "b", "0", 0.0, False, None, 1)],
    *[(f"{CLASS}name", value) for value in ("", " ", "\0", None, 5, ["a"])],
    *[(f"{SCALING}divisor", value) for value in (0, -1, "255", None, INF, True)],
    *[(f"{SCALING}std", value) for value in ([[0, 0]], [[1]], [[1, -1]], [1, 1], "x", [[1, NAN]], [[1, 1]] * 3, None)],
    *[(f"{SCALING}mean", value) for value in ([[1]], [[1, 2, 3]], [["a", "b"]], [[1, INF]], 5)],
    *[(f"{SCALING}method", value) for value in ("evil", None, ["linear"])],
    (f"{SCALING}low", 99), (f"{SCALING}high", 101), (f"{SCALING}low", -1), (f"{SCALING}clip", [3, -1]),
    (f"{SCALING}clip", [1]), (f"{SCALING}pooled", 1), (f"{SCALING}decibel", "no"),
    *[("rsdl:inputs.image.dates", value) for value in ([], ["a", "a"], "image", [1], None)],
    ("rsdl:inputs.image.role", None), ("rsdl:inputs.image.aliases", {"red": "x"}), ("rsdl:inputs", [1]),
    *[("mlm:input", value) for value in ([], None, {}, [{"name": "a", "bands": []}], [{"name": "a", "bands": [5]}])],
    ("mlm:input", [{"name": "a", "bands": ["x"]}] * 2), ("mlm:output", {}), ("mlm:architecture", None),
    *[("rsdl:resolution", value) for value in ("ten", -10, 0, NAN, INF, True, [10])],
    *[("rsdl:resolution_tolerance", value) for value in (0.5, -1, NAN, "2", None)],
    *[("rsdl:temperature", value) for value in (NAN, 0, -1, 1000, "2", None)],
    *[("rsdl:threshold", value) for value in (NAN, -0.1, 1.5, "0.5", True)],
    ("rsdl:thresholds", [0.5]), ("rsdl:thresholds", [0.5, 2]), ("rsdl:background", 7), ("rsdl:background", "0"),
    ("rsdl:value_range", [5, 1]), ("rsdl:value_range", [1]), ("rsdl:value_range", [0, NAN]),
    ("rsdl:activation", "relu"), ("rsdl:axes", "NWHC"), ("rsdl:engine", "tensorrt"), ("rsdl:task", "cooking"),
    ("rsdl:half_precision", 1), ("rsdl:options", [1]), ("rsdl:provenance", "x"), ("rsdl:unit", 5),
    ("rsdl:sha256", ["x"]), ("rsdl:sha256", {"model.onnx": "short"}), ("rsdl:sha256", {"../x": "0" * 64}),
    *[("mlm:name", value) for value in ("../../victim", "/victim", "", ".", "..", ".x", "CON", "a\\b", ["a"], 5)],
    ("rsdl:name", "../x"), ("title", 5), ("title", ""), ("keywords", "abc"), ("keywords", [1]), ("description", ["x"]),
]  # fmt: skip


def changed(item, path, value):
    """The item with another value at a path of keys."""
    item = copy.deepcopy(json.loads(json.dumps(item)))
    holder = item["properties"]
    *above, last = path.split(".")
    for key in above:
        holder = holder[int(key) if key.isdigit() else key]
    holder[last] = value
    return item


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{path}={value!r}"[:70] for path, value in WRONG])
def test_a_wrong_value_is_refused_by_file_and_key(card, path, value):
    item = changed(to_item(card), path, value)
    with pytest.raises(ModelError) as caught:
        read_json(json.dumps(item), "here.json")
    said = caught.value.message
    assert "here.json" in said and path.split(".")[0] in said
    if ":" in path and isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**20:
        assert path.rpartition(".")[2] in said or "classification:classes" in said


@pytest.mark.parametrize("item", [None, [], 5, "text", {}, {"properties": None}, {"properties": []}])
def test_what_is_no_item_is_refused(item):
    with pytest.raises(ModelError):
        from_item(item)


def test_fixed_tiles_are_multiples(card):
    fixed = replace(card, tiling=replace(card.tiling, any_size=False, multiple=24))
    with pytest.raises(ModelError, match=r"multiple is 24, of which size \(32\) is no multiple"):
        from_item(to_item(fixed))


def test_tiles_without_an_overlap_get_one_that_they_have_room_for(card):
    for tiling, overlap in (({"size": 32}, 8), ({}, 32), ({"size": 512, "multiple": 512, "any_size": False}, 48)):
        assert from_item(changed(to_item(card), "rsdl:tiling", tiling)).tiling.overlap == overlap


@pytest.mark.parametrize("name", ["a\0b", "a\x0bb", "a\nb", "a\u202eb", "a\ud800b"])
def test_names_of_classes_are_cleaned_where_they_come_in(card, name):
    read = from_item(changed(to_item(card), f"{CLASS}name", name))
    assert read.classes[0].name == "a b"


def test_numbers_that_are_none_become_null_in_notes(card):
    item = changed(to_item(card), "rsdl:provenance", {"iou": NAN, "more": [INF, 1, "a\0"]})
    read = read_json(json.dumps(item), "x")
    assert read.provenance == {"iou": None, "more": [None, 1, "a "]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "not JSON"),
        ('{"properties": {"a": ' + "[" * (DEEPEST + 500) + "]" * (DEEPEST + 500) + "}}", "lacks|missing|in each other"),
        ("1" * 5000, "more than 400 digits"),
        ("[" + "1," * MOST_VALUES + "1]", f"more than {MOST_VALUES} values"),
        ("", "not JSON"),
    ],
)
def test_texts_that_would_take_long_are_refused(text, words):
    with pytest.raises(ModelError, match=words):
        read_json(text, "here")


def test_deep_notes_are_refused(card):
    item = changed(to_item(card), "rsdl:provenance", {"a": json.loads("[" * 50 + "]" * 50)})
    with pytest.raises(ModelError, match=f"at most {DEEPEST}"):
        from_item(item)
