"""The level of the reflectance of products goes with their chips, and from there into the card."""

from dataclasses import dataclass

import pytest

from rsdl_qgis.engine.chips.cutting.rasters import check_levels, inputs_of
from rsdl_qgis.engine.feedback import Report


@dataclass(frozen=True)
class Info:
    level: str
    count: int = 1
    bands: tuple = (1,)
    descriptions: tuple = ("red",)


@dataclass(frozen=True)
class Scene:
    infos: dict
    layers: dict
    dates: dict


@dataclass(frozen=True)
class Request:
    bands: dict
    dates: dict


def scene(*levels):
    return Scene({"s2": [Info(level) for level in levels]}, {"s2": ()}, {"s2": ["a", "b"][: len(levels)]})


@pytest.mark.parametrize(
    ("levels", "level", "warned"),
    [
        (["L2A", "L2"], "surface", False),
        (["L1C", "L1C"], "top of the atmosphere", False),
        (["L2A", "L1C"], "", True),
        (["L2A", ""], "", False),
        (["", ""], "", False),
    ],
)
def test_the_level_is_that_of_all_rasters(levels, level, warned):
    class Heard(Report):
        said = ""

        def log(self, kind, message):
            self.said += f"{kind}: {message}"

    heard = Heard()
    scenes = [scene(one) for one in levels]
    check_levels(scenes, heard)
    assert [item.level for item in inputs_of(scenes, Request({}, {}))] == [level]
    assert ("warning: The products have reflectance of different levels" in heard.said) == warned
