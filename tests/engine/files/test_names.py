"""Names of files beside outputs, of layers, and what is in the source of a layer."""

from __future__ import annotations

import os

import pytest

from rsdl_qgis.engine.files.names import (
    LONGEST,
    family,
    files_of,
    hidden,
    layer_name,
    with_file,
    with_sources,
    work_folder,
)


@pytest.mark.parametrize("name", ["o.tif", "with blank.gpkg", "森.shp"])
def test_what_lies_beside_a_usual_name_has_it(tmp_path, name):
    assert hidden(tmp_path / name, "1.part") == tmp_path / f".{name}.1.part"


@pytest.mark.parametrize("name", ["a;b.shp", "a!b.gpkg", "a|b?c#d.tif", "n" * 245 + ".tif", "é" * 120 + ".tif"])
def test_what_lies_beside_an_odd_or_long_name_has_one_that_can_be_written(tmp_path, name):
    path = hidden(tmp_path / name, "4194304.scratch.part.gpkg-journal")
    path.touch()
    assert not set(path.name) & set(";!|?#") and len(path.name.encode()) < LONGEST
    assert path != hidden(tmp_path / (name[:-5] + "x" + name[-4:]), "4194304.scratch.part.gpkg-journal")


def test_the_work_folder_of_a_long_name_can_be_made(tmp_path):
    assert work_folder(tmp_path / "model") == tmp_path / "model.training"
    folder = work_folder(tmp_path / ("m" * 255))
    folder.mkdir()
    assert folder != work_folder(tmp_path / ("m" * 254 + "n"))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("flood.gpkg", "flood"),
        ("a b.gpkg", "a b"),
        ("森.gpkg", "森"),
        ("gpkg_flood.gpkg", "layer_gpkg_flood"),
        ("GPKGflood.gpkg", "layer_GPKGflood"),
        ("sqlite_a.gpkg", "layer_sqlite_a"),
        ("rtree_a_geom.gpkg", "layer_rtree_a_geom"),
        ("layer_styles.gpkg", "layer_layer_styles"),
        ("[a].gpkg", "layer_[a]"),
        ("-.gpkg", "layer_-"),
    ],
)
def test_a_layer_has_the_files_name_unless_that_is_kept_for_other_things(file, name):
    assert layer_name(f"/x/{file}") == name


def test_the_file_in_a_source_is_found_however_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a.gpkg", "b|layername=x.gpkg", "c.zip", "d;e.shp", "x.nc"):
        (tmp_path / name).touch()
    file = str(tmp_path / "a.gpkg")
    assert all(files_of(source) == [file] for source in (file, "a.gpkg", "./a.gpkg", "~/a.gpkg"))
    assert files_of(f"{file}|layername=x|subset=y") == files_of(f"GPKG:{file}:table") == [file]
    assert files_of(str(tmp_path / "b|layername=x.gpkg")) == [str(tmp_path / "b|layername=x.gpkg")]
    assert files_of(f"/vsizip/{tmp_path}/c.zip/in/x.tif") == [str(tmp_path / "c.zip")]
    assert files_of(f'NETCDF:"{tmp_path}/x.nc":band') == [str(tmp_path / "x.nc")]
    for source in (f"GTIFF_DIR:1:{tmp_path}/x.nc", f'HDF5:"{tmp_path}/x.nc"://a/b'):
        assert files_of(source) == [str(tmp_path / "x.nc")]
    assert files_of("d;e.shp|layerid=0") == [str(tmp_path / "d;e.shp")]
    for source in ("dbname='x' host=y", "nothing.tif", "a\0b", "https://x.y/z", "/vsicurl/https://x.y/z", ""):
        assert files_of(source) == []


def test_a_virtual_raster_is_made_of_files_too(tmp_path):
    (tmp_path / "a.tif").touch()
    (tmp_path / "b.tif").touch()
    text = "<VRTDataset><VRTRasterBand><SourceFilename {}>{}</SourceFilename></VRTRasterBand></VRTDataset>"
    (tmp_path / "inner.vrt").write_text(text.format('relativeToVRT="1"', "a.tif"))
    (tmp_path / "outer.vrt").write_text(text.format('relativeToVRT="0"', tmp_path / "inner.vrt"))
    (tmp_path / "self.vrt").write_text(text.format('relativeToVRT="1"', "self.vrt"))
    (tmp_path / "bad.vrt").write_text("<VRT")
    found = [os.path.basename(file) for file in files_of(str(tmp_path / "outer.vrt"))]
    assert found == ["outer.vrt", "inner.vrt", "a.tif"]
    assert files_of(text.format("", tmp_path / "b.tif")) == [str(tmp_path / "b.tif")]
    assert len(files_of(str(tmp_path / "self.vrt"))) == len(files_of(str(tmp_path / "bad.vrt"))) == 1


def test_what_lies_beside_a_file_as_a_part_of_it():
    assert {"/x/a.dbf", "/x/a.shx"} <= set(family("/x/a.shp"))
    assert "/x/a.gpkg-wal" in family("/x/a.gpkg") and "/x/a.tif.aux.xml" in family("/x/a.tif")


@pytest.mark.parametrize(
    "source", ["{}", "{}|layername=a", 'NETCDF:"{}":v', "GPKG:{}:table", "/vsizip/{}/inner/a.tif", "HDF5:{}://a"]
)
def test_the_file_in_a_source_is_replaced(tmp_path, source):
    (tmp_path / "a").touch()
    assert with_file(source.format(tmp_path / "a"), "/other/b") == source.format("/other/b")


@pytest.mark.parametrize("source", ["/vsicurl/https://rsdl.example/a.tif", "nowhere.tif", "PG:dbname=x"])
def test_a_source_without_a_file_stays(source):
    assert with_file(source, "/other/b") == source


def test_the_sources_of_a_virtual_raster_are_changed(tmp_path):
    text = "<V><SourceFilename relativeToVRT='1'>a &amp; b.tif</SourceFilename><SrcDataSource>c</SrcDataSource></V>"
    found = []
    changed = with_sources(text, "/v", lambda source: (found.append(source), "x<y")[1])
    assert found == [os.path.join("/v", "a & b.tif"), "c"]
    assert changed == text.replace("'1'>a &amp; b.tif", "'0'>x&lt;y").replace(">c<", ">x&lt;y<")
