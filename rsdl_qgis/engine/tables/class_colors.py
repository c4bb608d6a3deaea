"""Colours for classes that come without: those that readers of maps expect by the names, else well distinguishable.

Standard library only.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator, Sequence
from itertools import chain, count

BACKGROUND_COLOR = "#d9d9d9"
COLORS = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#bcbd22", "#17becf", "#393b79"),
    *("#e6ab02", "#66a61e", "#a6761d", "#e7298a", "#7570b3", "#1b9e77", "#d95f02", "#08519c", "#fb9a99", "#b2df8a"),
)
BACKGROUND = {"background", "none", "nothing", "other", "others", "unclassified", "unlabeled", "unlabelled", "void"}
CHANGING = {  # with one of these a name does not mean the land cover that it mentions
    *("loss", "gain", "change", "changed", "new", "former", "lost", "damage", "damaged", "destroyed"),
}
DENYING = {"no", "non", "not", "without", "unburned", "unburnt", "unflooded"}  # as the first word
USUAL = {  # what a name mentions, the first one first: "burned forest" is burned, "herbaceous wetland" is wetland
    "#ff4500": ("fire", "flame", "hotspot"),
    "#7f1d1d": ("burn", "burned", "burnt", "burning"),
    "#6baed6": ("flood", "flooded", "flooding", "inundated"),
    "#33334d": ("shadow", "shade"),
    "#f7f7f7": ("cloud", "clouds", "cloudy"),
    "#d6ecf5": ("snow", "ice", "glacier"),
    "#0f9b8e": ("mangrove",),
    "#5fa39a": ("wetland", "marsh", "swamp", "bog"),
    "#1f6fb4": ("water", "sea", "ocean", "lake", "river", "pond", "reservoir", "canal"),
    "#636363": ("road", "highway", "street", "railway", "runway", "freeway", "parking", "pavement", "impervious"),
    "#d7301f": ("building", "built", "builtup", "urban", "residential", "house", "roof", "settlement", "industrial"),
    "#f0c14b": ("crop", "cropland", "agriculture", "agricultural", "farmland", "arable", "cultivated"),
    "#c8ad7f": ("bare", "barren", "bareland", "soil", "sand", "beach", "desert", "rock"),
    "#a8813c": ("shrub", "shrubland", "bush", "scrub", "scrubland", "chaparral"),
    "#1b7837": ("forest", "tree", "wood", "woodland", "canopy"),
    "#a6d96a": ("grass", "grassland", "pasture", "meadow", "herbaceous", "rangeland", "vegetation", "plants"),
}
HUES = 200  # colours that are made of hues
NEAR = 60.0  # distance in RGB (0 to 255) below which colours are hard to tell apart


def class_colors(names: Sequence[str], stated: Sequence[str] = ()) -> list[str]:
    """A colour '#rrggbb' for each class, all different. ``stated``: colours that classes come with, '' for none."""
    found = list(stated) or [""] * len(names)
    used = {color.lower() for color in found if color}
    shades = {color: _shades(color) for color in ("", BACKGROUND_COLOR, *USUAL)}
    for i, name in enumerate(names):
        if not found[i]:
            found[i] = next((color for color in shades[usual_color(name)] if _is_new(color, used)), "")
            used |= {found[i]} - {""}
    others = _others(used)
    return [color or next(others) for color in found]


def usual_color(name: str) -> str:
    """The usual colour of what a class's name mentions, '' where there is none."""
    words = [word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)]
    if (len(words) == 1 and words[0] in BACKGROUND) or DENYING.intersection(words[:1]):
        return BACKGROUND_COLOR
    if CHANGING.intersection(words):
        return ""
    known = {*words, *(word[:-1] for word in words if word.endswith("s"))}
    return next((color for color, mentioned in USUAL.items() if known.intersection(mentioned)), "")


def _shades(color: str) -> Iterator[str]:
    """A colour, a lighter one and a darker one; nothing for ''."""
    if not color:
        return
    hue, light, full = colorsys.rgb_to_hls(*(value / 255 for value in _rgb(color)))
    yield color
    for changed in (light + 0.45 * (1 - light), 0.6 * light):
        yield _text(colorsys.hls_to_rgb(hue, changed, full))


def _others(used: set[str]) -> Iterator[str]:
    """Colours far from the used ones, then any others."""
    yield from (color for color in COLORS if _is_new(color, used))
    known = {*used, *COLORS}
    turned = (
        _text(colorsys.hsv_to_rgb(i * 0.618034 % 1, 0.45 + 0.25 * (i % 3), 0.95 - 0.4 * (i % 2))) for i in range(HUES)
    )
    scattered = (f"#{i * 0x9E3779 % (1 << 24):06x}" for i in count())  # all of them, each once
    for color in chain(turned, scattered):
        if color not in known:
            known.add(color)
            yield color


def _is_new(color: str, used: set[str]) -> bool:
    """Whether a colour can be told apart from the used ones."""
    own = _rgb(color)
    return all(sum((a - b) ** 2 for a, b in zip(own, _rgb(other))) >= NEAR**2 for other in used)


def _rgb(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color[1:7]))


def _text(rgb: Sequence[float]) -> str:
    return "#" + bytes(round(255 * value) for value in rgb).hex()
