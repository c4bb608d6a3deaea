"""Classes in fields of every type: what is one, and what is none."""

from __future__ import annotations

import datetime

import numpy as np
import pyogrio
import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.vector.label_features import read_features
from rsdl_qgis.engine.vector.label_fields import class_labels, label_text, spellings

POINT = b"\x01\x01\x00\x00\x00" + np.array([1.0, 2.0]).tobytes()
LARGE = 2**53 + 1


@pytest.mark.parametrize(("values", "expected"), [
    (np.array(["a", "", "  ", None, " b "], object), ["a", None, None, None, "b"]),
    (np.array([1.0, np.nan, 2.0]), [1, None, 2]),
    (np.array([True, False]), [1, 0]),
    (np.array(["2020-01-02", "NaT"], "datetime64[D]"), ["2020-01-02", None]),
    (np.array(["2020-01-02T10:00", "NaT"], "datetime64[ms]"), ["2020-01-02 10:00:00", None]),
    (np.array([datetime.time(10, 0), None], object), ["10:00:00", None]),
    (np.array(["x\ny", "z\x00\x1b!", "\u202eabc"], object), ["x y", "z !", "abc"]),
    (np.array(["Oak", "oak ", "OAK"], object), ["Oak", "Oak", "Oak"]),
])  # fmt: skip
def test_classes(values, expected):
    assert class_labels(values, "l.gpkg", "class") == expected


@pytest.mark.parametrize(("values", "message"), [
    (np.array([1.5, 2.0]), "numbers such as 1.5"),
    (np.array([["a", "b"], ["c"], None], object), "holds lists"),
])  # fmt: skip
def test_what_tells_no_classes(values, message):
    with pytest.raises(InputError, match=message):
        class_labels(values, "l.gpkg", "class")


def test_texts_and_spellings():
    given = (None, float("nan"), 2.0, 2.5, "", "a")
    assert [label_text(value) for value in given] == [None, None, "2", "2.5", None, "a"]
    values = np.array(["Oak", "oak", None, "pine", "oak ", " pine"], object)
    assert spellings(values) == [("Oak", "oak")] and spellings(np.array([1, 1])) == []


@pytest.fixture
def layer(tmp_path):
    """A GeoPackage of points with a field of values."""

    def write(values, **options):
        path = tmp_path / "l.gpkg"
        geometry = np.array([POINT] * len(values), object)
        about = {"driver": "GPKG", "geometry_type": "Point", "crs": "EPSG:32634", **options}
        pyogrio.raw.write(path, geometry, [values], ["class"], **about)
        return str(path)

    return write


def test_the_features_own_number_is_a_field(layer):
    features = read_features(layer(np.array(["a", "b", "c"], object)), "fid")
    assert features.labels == [1, 2, 3]
    with pytest.raises(InputError, match="no field 'kind'"):
        read_features(features.path, "kind")


def test_large_whole_numbers_beside_empty_ones_are_exact(layer):
    path = layer(np.array([LARGE, 5, 0]), field_mask=[np.array([False, False, True])])
    assert read_features(path, "class").labels == [str(LARGE), "5", None]
    assert read_features(path, "class", kind="number").labels == [float(LARGE), 5.0, None]


@pytest.mark.parametrize(("values", "expected"), [
    (np.array(["2020-01-02", "NaT"], "datetime64[D]"), ["2020-01-02", None]),
    (np.array(["sea;ship", ""], object), ["sea;ship", ""]),
    (np.array([2.0, np.nan]), ["2", None]),
])  # fmt: skip
def test_texts_of_several_labels(layer, values, expected):
    assert read_features(layer(values), "class", kind="text").labels == expected
