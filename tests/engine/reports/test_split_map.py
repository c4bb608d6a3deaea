"""The map of a split: where chips are, of what part, at what scale."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from rsdl_qgis.engine.reports import split_map as sm

COLORS = {name: color for name, (_, color) in sm.PARTS.items()}
WKT = 'PROJCRS["WGS 84 / UTM zone 34N",BASEGEOGCRS["WGS 84"],ID["EPSG",32634]]'


def chips(*places, size=100.0, split="train"):
    return [{"name": str(p), "bounds": [p[0], p[1], p[0] + size, p[1] + size], "split": split} for p in places]


def source(*items, title="Scene", crs="EPSG:32634"):
    return {"title": title, "crs": crs, "chips": [chip for item in items for chip in item]}


def boxes(html: str, color: str) -> list[tuple[float, ...]]:
    """x, y, width, height of the rectangles of a colour, in tenths of a pixel."""
    root = ET.fromstring(f"<div>{html}</div>")
    paths = [path.get("d") for path in root.iter("path") if path.get("fill") == color]
    return [tuple(map(float, box)) for d in paths for box in re.findall(r"M(-?\d+) (-?\d+)h(\d+)v(\d+)h-\d+z", d)]


def test_chips_are_drawn_where_they_are_in_the_colour_of_their_part():
    x, y = 500_000, 4_200_000
    html = sm.split_map(
        [source(chips((x, y), (x + 100, y)), chips((x, y + 300), split="valid"), chips((x + 200, y), split=""))]
    )
    (west, east), (north,), (left_out,) = (boxes(html, COLORS[part]) for part in ("train", "valid", "dropped"))
    assert west[0] == north[0] < east[0] < left_out[0]
    assert north[1] < west[1] == east[1] == left_out[1]  # north is up
    assert west[2] == west[3] == east[0] - west[0]  # neighbours touch
    assert west[1] - north[1] == pytest.approx(3 * west[3], abs=2)
    words = "".join(ET.fromstring(f"<div>{html}</div>").itertext())
    assert all(part in words for part in ("training", "validation", "left out")) and "test" not in words
    assert "Scene: 4 chips, EPSG:32634" in words


def test_the_scale_is_that_of_the_ground():
    places = [(500_000 + 1000 * i, 4_200_000) for i in range(10)]
    html = sm.split_map([source(chips(*places, size=1000))])
    length, px = re.search(r"v6h([\d.]+)v-6.*?<text[^>]*>([\d.]+ \w+)<", html).group(2, 1)
    chip = boxes(html, COLORS["train"])[0][2] / sm.FINE
    assert length.endswith(" km") and float(px) / float(length[:-3]) == pytest.approx(chip, rel=0.02)


def test_degrees_are_drawn_as_wide_as_they_are_on_the_ground():
    html = sm.split_map([source(chips(*((20.0 + i, 60.0) for i in range(8)), size=1.0), crs="EPSG:4326")])
    box = boxes(html, COLORS["train"])[0]
    assert box[2] / box[3] == pytest.approx(0.5, abs=0.02)  # cos 60.5° is 0.49


@pytest.mark.parametrize("crs", [None, "nonsense", "x" * 80])
def test_without_a_coordinate_system_there_is_a_map_without_a_scale(crs):
    html = sm.split_map([source(chips((0, 0), (100, 100)), crs=crs)])
    assert len(boxes(html, COLORS["train"])) == 2 and "scale unknown" in html


def test_chips_without_a_place_get_a_sentence():
    lost = [{"name": str(i), "bounds": None, "split": part} for i, part in enumerate(["train"] * 3 + ["test", ""])]
    html = sm.split_map([source(lost)])
    assert "<svg" not in html and "5 chips are not georeferenced" in html
    assert "3 training" in html and "1 test" in html and "1 left out" in html


def test_points_can_be_seen_and_one_chip_does_not_fill_the_page():
    places = [(500_000 + 5000.0 * i, 4_200_000.0) for i in range(50)]
    assert {box[2] for box in boxes(sm.split_map([source(chips(*places, size=10))]), COLORS["train"])} == {30}
    assert boxes(sm.split_map([source(chips(places[0]))]), COLORS["train"])[0][2] <= sm.LARGEST * sm.FINE


def test_many_sources_of_a_system_share_a_map():
    many = [source(chips((500_000 + 200 * i, 4_200_000)), title=f"s{i}") for i in range(20)]
    assert sm.split_map(many[:3]).count("<figure>") == 3
    html = sm.split_map([*many, source(chips((700_000, 5_000_000)), title="other", crs="EPSG:32633")])
    assert html.count("<figure>") == 2 and "20 images: 20 chips, EPSG:32634" in html and "other: 1 chips" in html
    systems = [source(chips((0, 0)), crs=f"EPSG:{32601 + i}") for i in range(9)]
    html = sm.split_map(systems)
    assert html.count("<figure>") == sm.MOST_MAPS and "3 chips in other coordinate systems" in html


def test_very_many_chips_stay_a_small_map_with_the_parts_where_they_are():
    places = [(500_000 + 100 * i, 4_200_000 + 100 * j) for i in range(150) for j in range(150)]
    items = chips(*places)
    for i, chip in enumerate(items):
        chip["split"] = "train" if i // 150 < 75 else "valid" if i // 150 < 90 else ""
    html = sm.split_map([source(items)])
    assert len(html) < 60_000 and "22\u202f500 chips" in html and "each square" in html
    train, valid, left_out = (boxes(html, COLORS[part]) for part in ("train", "valid", "dropped"))
    ends = [max(x + w for x, _, w, _ in found) for found in (train, valid)]
    assert ends[0] == pytest.approx(min(x for x, *_ in valid), abs=2) and ends[1] < max(x for x, *_ in left_out) + 100
    area = [sum(w * h for _, _, w, h in found) for found in (train, valid)]
    assert area[0] / area[1] == pytest.approx(5, rel=0.1)


def test_systems_have_short_names():
    assert sm.crs_name(WKT) == "WGS 84 / UTM zone 34N (EPSG:32634)"
    assert sm.crs_name('LOCAL_CS["mine"]') == "mine"
    assert sm.crs_name("EPSG:4326") == "EPSG:4326" and sm.crs_name(None) == "no coordinate system"


def test_names_are_escaped():
    html = sm.split_map([source(chips((0, 0)), title="<b>&", crs='X["<i>"]')])
    assert "<b>" not in html and "<i>" not in html
    ET.fromstring(f"<div>{html}</div>")
