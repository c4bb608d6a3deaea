"""Job bundles: a job runs elsewhere as it was saved, and what is wrong with a bundle is said before anything runs."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.__main__ import read_job
from rsdl_qgis.engine.bundles import JOB_FILE, MANIFEST, REQUIREMENTS, read, write
from rsdl_qgis.engine.bundles.read import Places, mapped, opened_bundle, placed
from rsdl_qgis.engine.bundles.write import Wishes, write_bundle
from rsdl_qgis.engine.errors import Cancelled, InputError, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS

VALUES = np.random.default_rng(0).integers(0, 255, (2, 60, 60)).astype("uint8")


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def image(data, make_raster):
    return Path(shutil.move(make_raster(VALUES), data / "image.tif"))


@pytest.fixture
def job(model, image, tmp_path):
    arguments = {
        "model": str(model),
        "inputs": {"image": [{"path": str(image)}]},
        "output": str(tmp_path / "here" / "map.tif"),
        "polygons": str(tmp_path / "temporary" / "x.gpkg"),
        "device": "cpu",
    }
    return {"version": "", "operation": "predict", "arguments": arguments}


@pytest.fixture
def bundle(tmp_path):
    """Writes a job as a bundle. What lies below 'temporary' is of the job alone."""

    def write(job, copies=False, **wishes):
        def is_own(path):
            return Path(path).is_relative_to(tmp_path / "temporary")

        write_bundle(job, tmp_path / "b.zip", Wishes(copies, is_own, is_own, **wishes), Report())
        return tmp_path / "b.zip"

    return write


def run(path, folder, *maps, report=None):
    """The map that a bundle gives in another folder."""
    folder.mkdir()
    with opened_bundle(path, Places(maps, str(folder)), report or Report(), lambda file: read_job([str(file)])) as job:
        result = OPERATIONS["predict"](job["arguments"], Report())
    with rasterio.open(result["output"]) as file:
        return file.read(1)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(path, change):
    """The bundle with other members."""
    found = members(path)
    change(found)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path


def test_it_runs_where_the_data_lies_elsewhere(job, bundle, data, tmp_path):
    path = bundle(job)
    data.rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"image\.tif, which is not on this computer") as caught:
        run(path, tmp_path / "a")
    assert f"--map {data}=" in caught.value.hint
    log = Log()
    found = run(path, tmp_path / "b", (str(data), str(tmp_path / "moved")), report=log)
    np.testing.assert_array_equal(found, VALUES[0] > 100)
    assert log.said == [] and (tmp_path / "b" / "polygons.gpkg").is_file()


def test_it_runs_where_there_is_neither_data_nor_model(job, bundle, data, model, tmp_path):
    inside = tmp_path / "bright.onnx"
    shutil.copyfile(model, inside)
    job["arguments"]["model"] = str(inside)
    path = bundle(job, copies=True)
    shutil.rmtree(data)
    inside.unlink()
    np.testing.assert_array_equal(run(path, tmp_path / "a"), VALUES[0] > 100)
    assert {"models/0/bright.onnx", "inputs/1/image.tif"} <= members(path).keys()


def test_what_it_was_unpacked_to_is_kept_and_used_again(job, bundle, data, tmp_path):
    path, kept, log = bundle(job, copies=True), tmp_path / "kept", Log()
    shutil.rmtree(data)
    (tmp_path / "out").mkdir()

    def opened():
        places = Places((), str(tmp_path / "out"))
        return opened_bundle(path, places, log, lambda file: read_job([str(file)]), kept)

    with opened() as first:
        pass
    stamps = {file: file.stat().st_mtime_ns for file in kept.rglob("*") if file.is_file()}
    with opened() as second:
        assert second == first and str(kept) in json.dumps(second)
        OPERATIONS["predict"](second["arguments"], Report())
    assert stamps == {file: file.stat().st_mtime_ns for file in kept.rglob("*") if file.is_file()}
    assert [file.name for file in tmp_path.iterdir() if "part" in file.name] == []
    repacked(path, lambda members: members.update({"bundle.json": members["bundle.json"] + b" "}))
    with pytest.raises(InputError, match=r"is not what b\.zip was unpacked to"), opened():
        pass


def test_the_same_job_gives_the_same_bundle(job, bundle):
    assert bundle(job, copies=True).read_bytes() == bundle(job, copies=True).read_bytes()


def test_only_what_is_the_models_is_packed_of_its_folder(job, bundle, tmp_path, model):
    folder = tmp_path / "m"
    (folder / "private").mkdir(parents=True)
    shutil.copyfile(model, folder / "model.onnx")
    (folder / "private" / "diary.txt").write_text("x")
    job["arguments"]["model"] = str(folder)
    assert [name for name in members(bundle(job)) if name.startswith("models/")] == ["models/0/m/model.onnx"]


def test_a_virtual_raster_is_packed_with_what_it_is_made_of(job, bundle, image, data, tmp_path):
    (data / "tiles").mkdir()
    image.rename(data / "tiles" / "a & b.tif")
    outer, inner = data / "outer.vrt", data / "tiles" / "inner.vrt"
    text = '<VRTDataset rasterXSize="60" rasterYSize="60"><SRS>EPSG:32634</SRS>'
    text += "<GeoTransform>500000, 10, 0, 4200000, 0, -10</GeoTransform>{bands}</VRTDataset>"
    band = '<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource><SourceFilename relativeToVRT="1">{name}'
    band += "</SourceFilename><SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
    for file, name in ((inner, "a &amp; b.tif"), (outer, "tiles/inner.vrt")):
        file.write_text(text.format(bands="".join(band.format(band=n, name=name) for n in (1, 2))))
    job["arguments"]["inputs"]["image"][0]["path"] = str(outer)
    copies, paths = bundle(job, copies=True), tmp_path / "paths.zip"
    copies.rename(tmp_path / "copies.zip")
    bundle(job).rename(paths)
    data.rename(tmp_path / "moved")
    found = run(tmp_path / "copies.zip", tmp_path / "a")
    np.testing.assert_array_equal(found, VALUES[0] > 100)
    found = run(paths, tmp_path / "b", (str(data), str(tmp_path / "moved")))  # virtual ones are packed, to be mapped
    np.testing.assert_array_equal(found, VALUES[0] > 100)


def test_what_lies_beside_a_raster_goes_with_it(job, bundle, image):
    for end in (".aux.xml", ".ovr", ".dat"):
        Path(f"{image}{end}").write_text("x")
    names = [Path(name).name for name in members(bundle(job, copies=True)) if name.startswith("inputs/")]
    assert sorted(names) == ["image.tif", "image.tif.aux.xml", "image.tif.ovr"]


def test_layers_in_files_are_packed_and_what_is_no_file_is_left(job, bundle, tmp_path, data):
    (data / "areas.gpkg").write_bytes(b"x")
    (data / "many.zip").write_bytes(b"x")
    texts = [f"{data}/areas.gpkg|layername=a", f"/vsizip/{data}/many.zip/a.tif", "/vsicurl/https://rsdl.example/a.tif"]
    job["arguments"]["mask"], other, remote = texts
    job["arguments"]["inputs"]["image"] = [{"path": other}, {"path": remote}]
    packed = json.loads(members(bundle(job, copies=True))[JOB_FILE])["arguments"]
    assert packed["mask"].startswith("${BUNDLE}/inputs/") and packed["mask"].endswith("/areas.gpkg|layername=a")
    first, second = (spec["path"] for spec in packed["inputs"]["image"])
    assert first.startswith("/vsizip/${BUNDLE}/inputs/") and first.endswith("/many.zip/a.tif")
    assert second == remote


def test_a_file_that_has_changed_is_told(job, bundle, image, tmp_path):
    path = bundle(job)
    with rasterio.open(image, "r+") as file:
        file.write(VALUES[::-1])
    log = Log()
    run(path, tmp_path / "a", report=log)
    ((level, message),) = log.said
    assert level == "warning" and "image.tif is not the file" in message


def test_other_versions_of_libraries_are_told(job, bundle, tmp_path):
    path = bundle(job, libraries={"python": "3.1", "numpy": "0.1+cpu", "no-such": "1"})
    assert (
        "numpy==0.1\n" in members(path)[REQUIREMENTS].decode() and "python" not in members(path)[REQUIREMENTS].decode()
    )
    log = Log()
    run(path, tmp_path / "a", report=log)
    ((level, message),) = log.said
    assert level == "warning" and "numpy" in message and "no-such" not in message


def test_cancelling_leaves_nothing(job, tmp_path, bundle):
    class Stopped(Report):
        def cancelled(self):
            return True

    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        write_bundle(job, tmp_path / "c.zip", Wishes(True, str.isspace, str.isspace), Stopped())
    assert sorted(tmp_path.iterdir()) == before


def test_a_model_that_is_not_there_is_named(job, bundle):
    job["arguments"]["model"] = "nowhere"
    with pytest.raises(ModelError, match="no model 'nowhere'"):
        bundle(job)


def test_a_name_that_not_every_system_has_is_refused(job, bundle, image):
    job["arguments"]["inputs"]["image"][0]["path"] = str(image.rename(image.with_name("a:b.tif")))
    with pytest.raises(InputError, match="cannot be packed") as caught:
        bundle(job, copies=True)
    assert "paths" in caught.value.hint


def test_files_that_not_every_disk_tells_apart_are_refused(job, bundle, data):
    for name in ("chips/a.tif", "chips/A.TIF"):
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).touch()
    job["arguments"]["mask"] = str(data / "chips")
    with pytest.raises(InputError, match="in one place"):
        bundle(job, copies=True)


def test_more_files_than_a_bundle_holds_are_refused(job, bundle, monkeypatch):
    monkeypatch.setattr(read, "CONTENT", replace(read.CONTENT, members=3))
    monkeypatch.setattr(write, "CONTENT", read.CONTENT)
    with pytest.raises(InputError, match="at most 3"):
        bundle(job, copies=True)


def changed(name, content):
    return lambda found: found.update({name: content})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(JOB_FILE, b'{"operation": "describe", "arguments": {}}'), "job.json is not what was packed"),
        (changed("models/0/bright.onnx", b"x"), "bright.onnx is not what was packed"),
        (changed("models/0/more.bin", b"x"), "more.bin is not what was packed"),
        (lambda found: found.pop("models/0/bright.onnx"), "bright.onnx is not what was packed"),
        (lambda found: found.pop(MANIFEST), "should hold one bundle.json"),
        (changed(MANIFEST, b"{}"), "bundle of format null"),
        (changed(MANIFEST, b'{"format": 1}'), "its list of files"),
        (changed(MANIFEST, b'{"format": 1, "files": {"a": 1}}'), "its list of files"),
        (changed(MANIFEST, b'{"format": 1, "files": {}}'), "is not what was packed"),
        (changed(MANIFEST, b"[]"), "no JSON object"),
        (changed(MANIFEST, b"{"), "not JSON"),
        (changed("../evil", b"x"), "outside the job bundle's folder"),
        (changed("/evil", b"x"), "outside the job bundle's folder"),
        (changed("inputs/con", b"x"), "no name for a file"),
        (changed("MODELS/0/bright.onnx", b"x"), "in one place"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said(job, bundle, tmp_path, change, words):
    path = repacked(bundle(job), change)
    with pytest.raises(InputError, match=words):
        run(path, tmp_path / "a")
    assert not list((tmp_path / "a").iterdir()) and not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"no zip"])
def test_what_is_no_bundle_is_said(tmp_path, content):
    if content is not None:
        (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"b\.zip"):
        run(tmp_path / "b.zip", tmp_path / "a")


@pytest.mark.parametrize(
    ("text", "maps", "found"),
    [
        ("/data/a.tif", [("/data", "/mnt/x")], "/mnt/x/a.tif"),
        ("/data/a.tif", [("/data/", "/mnt/x/")], "/mnt/x/a.tif"),
        ("/database/a.tif", [("/data", "/x")], "/database/a.tif"),
        ("/other/data/a.tif", [("/data", "/x")], "/other/data/a.tif"),
        ("/data/a.tif", [("/data/a", "/x"), ("/data", "/y"), ("/", "/z")], "/y/a.tif"),
        ("/vsizip//data/a.zip/b.tif", [("/data", "/x")], "/vsizip//x/a.zip/b.tif"),
        ('NETCDF:"/data/a.nc":v', [("/data", "/x")], 'NETCDF:"/x/a.nc":v'),
        ("HDF5:/data/a.h5://v", [("/data", "/x")], "HDF5:/x/a.h5://v"),
        ("/data/a.gpkg|layername=b", [("/data/a.gpkg", "/x.gpkg")], "/x.gpkg|layername=b"),
        ("C:\\Data\\a.tif", [("c:\\data", "/x")], "/x/a.tif"),
        ("C:/Data/a.tif", [("C:\\Data", "/x")], "/x/a.tif"),
        ("\\\\server\\share\\a.tif", [("\\\\server\\share", "/x")], "/x/a.tif"),
        ("/data/a\\b.tif", [("/data", "/x")], "/x/a\\b.tif"),
    ],
)
def test_beginnings_of_paths_are_mapped(text, maps, found):
    assert mapped(text, maps) == found


@pytest.mark.parametrize(
    ("output", "places", "found"),
    [
        ("/out/map.tif", Places(), "/out/map.tif"),
        ("/out/map.tif", Places([("/out", "/mnt")]), "/mnt/map.tif"),
        ("/out/map.tif", Places(output="x"), "x/map.tif"),
        ("C:\\out\\map.tif", Places(output="x"), "x/map.tif"),
        ("C:\\out\\map.tif", Places([("C:\\out", "/mnt")]), "/mnt/map.tif"),
        ("${OUTPUT}/output.tif", Places(), "output.tif"),
        ("${OUTPUT}/output.tif", Places(output="x"), "x/output.tif"),
    ],
)
def test_results_go_where_they_are_wanted(output, places, found):
    job = {"operation": "predict", "arguments": {"output": output, "model": "forest"}}
    assert placed(job, places)["arguments"] == {"output": found, "model": "forest"}


def test_a_result_on_another_systems_disk_is_refused():
    with pytest.raises(InputError, match="another system") as caught:
        placed({"operation": "predict", "arguments": {"output": "C:\\out\\map.tif"}}, Places())
    assert "--output" in caught.value.hint
