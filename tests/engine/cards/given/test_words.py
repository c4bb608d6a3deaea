"""Bands and classes as a person writes them, or as files have them."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.cards.card import Band, Class
from rsdl_qgis.engine.cards.given.bands import bands_of
from rsdl_qgis.engine.cards.given.classes import classes_of
from rsdl_qgis.engine.errors import InputError

WATER, TREES = Class(0, "water", "#419bdf"), Class(1, "trees", "#397d49")


@pytest.mark.parametrize("text", ["B2, B03;B8A", "B2 B03 B8A", '["B2", {"name": "B03"}, "B8A"]', "B2\nB03\nB8A"])
def test_bands(text):
    assert bands_of(text) == (Band("B2", ("B02",)), Band("B03", ("B3",)), Band("B8A"))


def test_other_names_of_bands():
    assert bands_of("B4 (red), nir = B8, Band 3") == (Band("B4", ("red", "B04")), Band("nir", ("B8",)), Band("Band 3"))
    assert bands_of("") == ()


@pytest.mark.parametrize("text", ["a,,b", "[1, 2]", "[", "x" * 200_000, ", ".join(["b"] * 5000)])
def test_what_are_no_bands(text):
    with pytest.raises(InputError, match="BANDS"):
        bands_of(text)


QML = """<qgis><pipe><rasterrenderer type="paletted"><colorPalette>
<paletteEntry value="0" color="#419bdf" label="water" alpha="255"/>
<paletteEntry value="1" color="#397d49" label="trees" alpha="255"/></colorPalette></rasterrenderer></pipe></qgis>"""
CATEGORIES = """<qgis><renderer-v2 attr="class"><categories><category value="0" label="water" symbol="0"/>
<category value="1" label="trees" symbol="1"/></categories><symbols>
<symbol name="0"><layer><Option><Option name="color" value="65,155,223,255"/></Option></layer></symbol>
<symbol name="1"><layer><prop k="color" v="57,125,73,255,rgb:0.2,0.4,0.3,1"/></layer></symbol></symbols>
</renderer-v2></qgis>"""


@pytest.mark.parametrize(
    "text",
    [
        "0 water #419bdf, 1 trees #397d49",
        "0: water (#419bdf); 1: trees (#397d49)",
        "0=water:#419bdf\n1=trees:#397d49",
        "water #419bdf, trees #397D49",
        '{"0": {"name": "water", "color": "#419bdf"}, "1": {"name": "trees", "color": [57, 125, 73]}}',
        '[{"value": 0, "name": "water", "color": "419bdf"}, {"value": 1, "label": "trees", "hex": "#397d49"}]',
    ],
)
def test_classes_in_words(text):
    assert classes_of(text) == (WATER, TREES)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.qml", QML),
        ("b.qml", CATEGORIES),
        ("c.clr", "0 65 155 223 255 water\n1 57 125 73 255 trees\n"),
        ("c.txt", "# QGIS Generated Color Map Export File\n0,65,155,223,255,water\n1,57,125,73,255,trees"),
        ("d.csv", "value,name,color\n0,water,#419bdf\n1,trees,#397d49\n"),
        ("e.csv", "code;label;red;green;blue\n0;water;65;155;223\n1;trees;57;125;73\n"),
        ("f.csv", "0,water,#419bdf\n1,trees,#397d49\n"),
        ("g.json", '{"0": {"name": "water", "color": "#419bdf"}, "1": {"name": "trees", "color": "#397d49"}}'),
    ],
)  # fmt: skip
def test_classes_in_files(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert classes_of(str(tmp_path / name)) == (WATER, TREES)


def test_names_alone_have_values_in_order_and_colours():
    found = classes_of("road, roof, tree")
    assert [(item.value, item.name) for item in found] == [(0, "road"), (1, "roof"), (2, "tree")]
    assert len({item.color for item in found}) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 a, 0 b", "two classes have the value 0"),
        ("0 a, b", "others none"),
        ("70000 a", "no class|cannot be|70000"),
        ("/nowhere/x.qml", "cannot be read"),
        ("{", "JSON"),
        ('{"x": "a"}', "no value"),
    ],
)
def test_what_are_no_classes(text, said):
    with pytest.raises(InputError, match=said) as caught:
        classes_of(text)
    assert "CLASSES" in str(caught.value)


def test_a_style_with_entities_is_refused(tmp_path):
    (tmp_path / "a.qml").write_text('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><qgis>&e;</qgis>')
    with pytest.raises(InputError, match="no style of QGIS"):
        classes_of(str(tmp_path / "a.qml"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "value,name,color\n0,water,nocolour\n"),
        ("a.csv", "value,name,red,green,blue\n0,water,1,2,300\n"),
        ("a.clr", "0 0 300 255 255 water\n"),
        ("", '[{"name": "water", "color": "nocolour"}]'),
    ],
)
def test_what_is_no_colour_is_told(tmp_path, name, text):
    if name:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=r"CLASSES: '.*(nocolour|300).*' is no colour") as caught:
        classes_of(str(tmp_path / name) if name else text)
    assert "#rrggbb" in caught.value.hint
