"""Features written one by one: all of them, of every type, in every format, or nothing."""

from __future__ import annotations

import struct

import numpy as np
import pyogrio
import pytest

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.vector import writer
from rsdl_qgis.engine.vector.polygons import DRIVERS
from rsdl_qgis.engine.vector.scene_features import Field
from rsdl_qgis.engine.vector.writer import VectorSink, unique_names

FIELDS = (
    Field("class", "object"), Field("score", "float64"), Field("whole", "int32"), Field("big", "int64"),
    Field("yes", "bool"), Field("day", "datetime64[D]"), Field("time", "datetime64[ms]"),
)  # fmt: skip
DAY, TIME = np.datetime64("2020-01-02"), np.datetime64("2020-01-02T03:04:05.000")
FULL = ("sea", 0.5, 3, 2**40, True, DAY, TIME)
NONE = (None, np.nan, np.nan, None, None, np.datetime64("NaT", "ms"), None)


def square(x):
    ring = [(x, 0.0), (x + 1, 0.0), (x + 1, 1.0), (x, 1.0), (x, 0.0)]
    return struct.pack("<BIII10d", 1, 3, 1, 5, *np.ravel(ring))


@pytest.mark.parametrize("crs", ["EPSG:32634", None])
@pytest.mark.parametrize("ending", list(DRIVERS))
def test_types_missing_values_and_null_geometries_in_every_format(tmp_path, monkeypatch, ending, crs):
    monkeypatch.setattr(writer, "BATCH", 2)
    path = tmp_path / f"out{ending}"
    sink = VectorSink(path, crs, "MultiPolygon", FIELDS)
    for i in range(5):
        sink.write(None if i == 3 else square(i), NONE if i == 1 else FULL)
    assert sink.close() == path
    meta, _, wkb, columns = pyogrio.raw.read(path)
    values = dict(zip(meta["fields"], columns))
    assert [value is None for value in wkb] == [False, False, False, True, False]
    assert [text or None for text in values["class"]] == ["sea", None, "sea", "sea", "sea"]
    for name, wanted in (("score", 0.5), ("whole", 3), ("big", 2**40), ("yes", 1)):
        assert np.isnan(float(values[name][1])) or ending == ".shp", name
        assert [float(values[name][i]) for i in (0, 2, 3, 4)] == [wanted] * 4
    assert str(values["day"][0])[:10] in ("2020-01-02", "2020/01/02")
    left = {file.suffix for file in tmp_path.iterdir()}
    assert left == {ending} or (ending == ".shp" and left <= {".shp", ".dbf", ".shx", ".prj", ".cpg"})


def test_nothing_to_write_is_an_empty_layer_with_its_fields(tmp_path):
    path = VectorSink(tmp_path / "out.gpkg", "EPSG:32634", "Polygon", FIELDS[:2], {"RSDL_MODEL": "x"}).close()
    info = pyogrio.read_info(path)
    assert info["features"] == 0 and list(info["fields"]) == ["class", "score"]
    assert info["layer_metadata"]["RSDL_MODEL"] == "x"
    assert struct.unpack(">I", path.read_bytes()[60:64]) == (10200,)  # GeoPackage 1.2: older QGIS knows it wholly


def test_large_geometries_are_written_sooner(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "BYTES", 200)
    sink = VectorSink(tmp_path / "out.gpkg", None, "Polygon", FIELDS[:1])
    for i in range(50):
        sink.write(square(i), ("a",))
        assert len(sink._waiting) <= 2
    sink.close()
    assert pyogrio.read_info(tmp_path / "out.gpkg")["features"] == 50


def test_an_aborted_sink_leaves_an_older_file(tmp_path):
    path = tmp_path / "out.geojson"
    path.write_text("old")
    sink = VectorSink(path, None, "Polygon", FIELDS[:1])
    sink.write(square(0), ("a",))
    sink._flush()
    sink.abort()
    assert path.read_text() == "old" and [file.name for file in tmp_path.iterdir()] == ["out.geojson"]


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(OutputError, match="no known vector ending"):
        VectorSink(tmp_path / "out.dxf", None, "Polygon", ())


@pytest.mark.parametrize(
    ("ending", "wanted", "names"),
    [
        (".gpkg", ["class", "Class", "fid", "geom", "a"], ["class", "Class_1", "fid_1", "geom_1", "a"]),
        (".shp", ["sparse_residential", "sparse_resort", "fid"], ["sparse_res", "sparse_r_1", "fid_1"]),
        (".shp", ["θάλασσα"], ["θάλασ"]),
    ],
)
def test_names_differ_and_are_as_short_as_has_to_be(ending, wanted, names):
    assert unique_names(wanted, f"out{ending}") == names
