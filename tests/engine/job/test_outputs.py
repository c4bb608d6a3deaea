"""No output is anything that is read, nor another output, nor where it cannot be written."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from rsdl_qgis.engine import jobs
from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.job.outputs import OPERATIONS, check_outputs, outputs_of, read_by, writing


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with files to be read, the current one, and the home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a.tif", "a.shp", "a.dbf", "a.gpkg", "a.geojson", "table.dbf", "sub/b.tif", "chips/images/1.tif"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "link.tif").symlink_to("a.tif")
    (tmp_path / "folder").symlink_to("sub")
    os.link(tmp_path / "a.tif", tmp_path / "hard.tif")
    text = '<VRTDataset><SourceFilename relativeToVRT="1">sub/b.tif</SourceFilename></VRTDataset>'
    (tmp_path / "v.vrt").write_text(text)
    return tmp_path


def refused(files=(), folders=(), read=()):
    with pytest.raises(OutputError) as caught:
        check_outputs([str(file) for file in files], [str(folder) for folder in folders], [str(path) for path in read])
    return str(caught.value)


@pytest.mark.parametrize(
    ("output", "read"),
    [
        ("a.tif", "a.tif"),
        ("./a.tif", "{here}/a.tif"),
        ("sub/../a.tif", "{here}/a.tif"),
        ("{here}/a.tif", "~/a.tif"),
        ("link.tif", "a.tif"),
        ("a.tif", "link.tif"),
        ("hard.tif", "a.tif"),
        ("folder/b.tif", "sub/b.tif"),
        ("a.gpkg", "a.gpkg|layername=x|subset=y > 1"),
        ("a.gpkg", "GPKG:{here}/a.gpkg:x"),
        ("a.shp", "a.dbf"),
        ("table.shp", "table.dbf"),
        ("sub/b.tif", "v.vrt"),
    ],
)
def test_an_output_that_is_read_is_refused_by_the_real_path(here, output, read):
    output, read = (text.replace("{here}", str(here)) for text in (output, read))
    assert "is one of the files to be read" in refused([output], read=[read])
    check_outputs([str(here / "new.tif")], [], [read])


def test_a_folder_that_has_what_is_read_in_it_or_is_it_is_refused(here):
    for folder, read in (("sub", "sub/b.tif"), ("folder", "sub/b.tif"), ("chips", "chips"), ("chips", "chips/images")):
        assert "which would be replaced, and is read" in refused(folders=[folder], read=[read])
    (here / "m.training" / "best").mkdir(parents=True)
    assert "which would be replaced" in refused(folders=["m"], read=["m.training/best"])
    check_outputs([], ["new"], ["sub/b.tif", "chips"])


def test_an_output_in_a_folder_that_is_read_is_refused(here):
    assert "lies in" in refused(["chips/report.html"], read=["chips"])
    assert "lies in" in refused(folders=["chips/model"], read=["chips"])


def test_two_outputs_are_two_files_and_apart(here):
    for files in (("o.tif", "o.tif"), ("o.tif", "./o.tif"), ("sub/o.tif", "folder/o.tif"), ("a.tif", "hard.tif")):
        assert "Two results" in refused(files)
    assert "is written as a whole" in refused(["sub/report.html"], ["sub"])
    assert "is written as a whole" in refused(folders=["sub", "sub/inner"])
    check_outputs(["o.tif", "o.gpkg", "o.shp", "p.tif"], ["new"], [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("n" * 244 + ".tif", "too long: 248 bytes, and 245"),
        ("ö" * 122 + ".tif", "too long"),
        ("a\nb.tif", "control character"),
        ("a\ud800b.tif", "control character"),
        ("..", "names no output"),
        ("/", "names no output"),
        ("a\x01b.gpkg", "control character"),
        ("a.Shp", "has capitals"),
        ("nowhere/o.tif", "There is no folder nowhere"),
        ("sub", "is a folder"),
        ("pipe.tif", "is no file but a device or a pipe"),
        ("/dev/null", "is no file but a device or a pipe"),
        ("kept.tif", "may not be written to"),
    ],
)
def test_what_cannot_be_written_is_said_before(here, name, words):
    os.mkfifo(here / "pipe.tif")
    (here / "kept.tif").touch()
    (here / "kept.tif").chmod(stat.S_IRUSR)
    assert words in refused([name])
    check_outputs(["n" * 241 + ".tif"], ["m" * 255], [])


def test_a_folder_cannot_take_the_place_of_a_file(here):
    assert "is a file" in refused(folders=["a.tif"])
    assert "names no output" in refused(folders=["."])


def package(path: Path, *tables: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for table in ("gpkg_contents", "rtree_x_geom", "layer_styles", *tables):
            database.execute(f'CREATE TABLE "{table}" (id INTEGER)')
        database.commit()


def test_a_package_is_replaced_only_where_it_has_no_other_layer(here):
    package(here / "mine.gpkg", "mine", "precious")
    assert "holds other layers, which would be lost: precious" in refused(["mine.gpkg"])
    package(here / "project.gpkg", "qgis_projects")
    assert "qgis_projects" in refused(["project.gpkg"])
    package(here / "raster.gpkg", "raster")
    with closing(sqlite3.connect(here / "raster.gpkg")) as database, database:
        database.execute("DROP TABLE gpkg_contents")
        database.execute("CREATE TABLE gpkg_contents (table_name, data_type)")
        database.execute("INSERT INTO gpkg_contents VALUES ('raster', 'tiles')")
    assert "holds other layers, which would be lost: raster" in refused(["raster.gpkg"])
    package(here / "o%20;o.gpkg", "o%20;o")
    (here / "text.gpkg").write_text("no package")
    check_outputs(["o%20;o.gpkg", "text.gpkg"], [], [])


@pytest.mark.parametrize("other", [".prj", ".dbf"])
def test_a_shapefile_takes_nothing_of_another_file_of_its_name(tmp_path, other):
    """The .prj may be that of a raster, the .dbf a table."""
    (tmp_path / f"map{other}").write_text("mine")
    with pytest.raises(OutputError, match=rf"map\{other} belongs to another file than map\.shp"):
        check_outputs([str(tmp_path / "map.shp")], [], [])
    (tmp_path / "map.shp").touch()
    check_outputs([str(tmp_path / "map.shp")], [], [])


def test_a_package_that_is_in_use_is_not_replaced(here):
    package(here / "o.gpkg", "o")
    (here / "o.gpkg-wal").write_text("not in the file yet")
    assert "open in another program" in refused(["o.gpkg"])
    (here / "o.gpkg-wal").write_text("")
    check_outputs(["o.gpkg"], [], [])


def test_every_operation_says_what_it_writes():
    assert set(OPERATIONS) == set(jobs.OPERATIONS)
    for name, writes in OPERATIONS.items():
        arguments = {argument: f"/x/{argument}.tif" for argument in (*writes.files, *writes.folders)}
        with pytest.raises(OutputError, match="There is no folder"):
            jobs.OPERATIONS[name](arguments, None) if arguments else check_outputs(["/x/o.tif"], [], [])


def test_what_a_job_reads_is_found_at_any_depth(here, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(here))
    model = here / "models" / "mine"
    model.mkdir(parents=True)
    (model / "model.json").touch()
    job = {
        "inputs": {"image": [{"path": "a.tif"}]},
        "predicted": [{"path": "a.shp", "title": "a.gpkg"}],
        "mask": "a.gpkg|layername=x",
        "model": "mine",
        "chips": None,
        "epochs": 3,
    }
    assert read_by(job) == ["a.tif", "a.shp", "a.gpkg|layername=x", str(model / "model.json")]
    assert outputs_of("train", {"output": "m", "report": 3}) == ([], ["m"])
    for read, folder in (({"base_model": str(model)}, model), ({"teacher": "mine"}, here / "models")):
        assert "which would be replaced" in refused(folders=[folder], read=read_by(read))
    check_outputs([str(model / "map.tif")], [], read_by(job))  # a file that is not the model's


def test_an_operation_begins_only_with_outputs_of_its_own(here):
    ran = []
    operation = writing("predict")(lambda arguments, report: ran.append(arguments) or {"pid": os.getpid()})
    with pytest.raises(OutputError, match="one of the files to be read"):
        operation({"output": "o.tif", "polygons": "a.gpkg", "mask": "./a.gpkg"}, None)
    assert not ran and operation({"output": "o.tif", "mask": "a.gpkg"}, None) and len(ran) == 1
    assert json.dumps(sorted(path.name for path in here.iterdir())).count("lock") == 0
