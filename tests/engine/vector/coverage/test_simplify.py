"""Layers of polygons that share their borders."""

import numpy as np
import pyogrio
import pytest
import shapely

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS


class Heard(Report):
    def __init__(self):
        self.warnings = []

    def log(self, level, message):
        self.warnings += [message] if level == "warning" else []


WAVES = [(50 + 3 * np.sin(y / 4), y) for y in range(101)]  # a border from the bottom to the top
LEFT = shapely.Polygon([(0, 0), *WAVES, (0, 100)])
RIGHT = shapely.Polygon([*WAVES, (100, 100), (100, 0)])


def simplified(tmp_path, shapes, crs="EPSG:32634", report=None, **given):
    source, output = tmp_path / "in.gpkg", tmp_path / "out.gpkg"
    names = np.array([f"n{i}" for i in range(len(shapes))], object)
    areas = np.array([shape.area * 2 for shape in shapes])
    pyogrio.raw.write(
        source, shapely.to_wkb(shapes), [names, areas], ["name", "area_m2"], geometry_type="Polygon", crs=crs
    )
    job = {"input": {"path": str(source), "vector": True}, "output": str(output), **given}
    count = OPERATIONS["simplify_polygons"](job, report or Report())["polygons"]
    _, _, wkb, columns = pyogrio.raw.read(output)
    assert len(wkb) == count
    return shapely.from_wkb(wkb), columns


def test_a_shared_border_is_simplified_once(tmp_path):
    found, (names, areas) = simplified(tmp_path, [LEFT, RIGHT], tolerance=4.0)
    assert list(names) == ["n0", "n1"] and shapely.get_num_coordinates(found).max() < 40
    assert shapely.coverage_is_valid(found) and shapely.area(found).sum() == pytest.approx(10_000)
    assert areas == pytest.approx(2 * shapely.area(found))  # as they were told of, twice as large


def test_small_polygons_go_where_they_share_most(tmp_path):
    small = shapely.box(100, 40, 104, 44)  # beside the right one
    smaller = shapely.box(104, 40, 106, 43)  # beside that alone
    right = shapely.union(RIGHT, shapely.box(100, 44, 104, 50))
    found, (names, _) = simplified(tmp_path, [LEFT, right, small, smaller], min_area=30.0)
    assert list(names) == ["n0", "n1"] and found[1].area == pytest.approx(right.area + small.area + smaller.area)


def test_polygons_that_overlap_are_told_of(tmp_path):
    report = Heard()
    simplified(tmp_path, [LEFT, shapely.box(40, 10, 60, 20)], report=report, tolerance=1.0)
    assert any("2 of 2 polygons overlap others" in text for text in report.warnings)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"simplify": 1.0}, "SIMPLIFY is for a class raster"),
        ({"min_area": 5.0, "crs": "EPSG:4326"}, "The layer is in degrees"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, given, words):
    with pytest.raises(InputError, match=words):
        simplified(tmp_path, [LEFT, RIGHT], **given)
