"""Colours of classes: as readers of maps expect, all different, and those that are stated stay."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.tables.class_colors import BACKGROUND_COLOR, COLORS, class_colors, usual_color

WORLD_COVER = (
    *("Tree cover", "Shrubland", "Grassland", "Cropland", "Built-up", "Bare / sparse vegetation", "Snow and ice"),
    *("Permanent water bodies", "Herbaceous wetland", "Mangroves", "Moss and lichen"),
)
EURO_SAT = (
    *("AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial", "Pasture", "PermanentCrop"),
    *("Residential", "River", "SeaLake"),
)


def rgb(color):
    return bytes.fromhex(color[1:])


def test_land_cover_has_the_colours_that_readers_expect():
    found = dict(zip(WORLD_COVER, class_colors(WORLD_COVER)))
    for name, place in {"Tree cover": 1, "Grassland": 1, "Permanent water bodies": 2, "Built-up": 0}.items():
        assert max(rgb(found[name])) == rgb(found[name])[place]
    assert min(rgb(found["Snow and ice"])) > 200
    assert found["Moss and lichen"] in COLORS


@pytest.mark.parametrize("names", [WORLD_COVER, EURO_SAT, [f"class {i}" for i in range(254)], ["water"] * 40])
def test_no_two_classes_have_the_same_colour(names):
    found = class_colors(names)
    assert len(set(found)) == len(found) == len(names)
    assert all(len(rgb(color)) == 3 for color in found)


def test_as_many_classes_as_a_card_may_have_get_colours():
    assert len(set(class_colors([f"lake {i}" for i in range(65_535)]))) == 65_535


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("SeaLake", "water"),
        ("RIVERS", "water"),
        ("burned forest", "burn"),
        ("herbaceous wetland", "marsh"),
        ("flooded_fields", "flood"),
        ("Built-up", "building"),
        ("cloud shadow", "shadow"),
    ],
)
def test_a_name_is_read_by_its_words(name, like):
    assert usual_color(name) == usual_color(like) != ""


@pytest.mark.parametrize("name", ["forest loss", "destroyed building", "5", "", "νερό"])
def test_what_changes_or_is_not_known_has_no_usual_colour(name):
    assert usual_color(name) == ""


@pytest.mark.parametrize("name", ["no water", "Non-forest", "not burned", "unburned", "background", "other"])
def test_what_a_map_does_not_look_for_is_grey(name):
    assert usual_color(name) == BACKGROUND_COLOR


@pytest.mark.parametrize("name", ["cloud", "snow", "no data", "water", "a"])
def test_a_colour_is_far_from_those_in_use(name):
    background, other = class_colors(["background", name])
    assert background == BACKGROUND_COLOR
    assert sum((a - b) ** 2 for a, b in zip(rgb(background), rgb(other))) >= 60**2


def test_stated_colours_stay_and_are_not_given_again():
    assert class_colors(["a", "b", "c"], ["", COLORS[0].upper(), ""]) == [COLORS[1], COLORS[0].upper(), COLORS[2]]
    water = usual_color("water")
    first, second = class_colors(["land", "water"], [water, ""])
    assert first == water != second
