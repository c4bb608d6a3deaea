"""What a job asks for of its chips, and by what those that were cut before are known again."""

from __future__ import annotations

import os

import pytest

from rsdl_qgis.engine.chips.request import ChipsRequest
from rsdl_qgis.engine.errors import InputError

LABELS = {"path": "labels.shp|layername=x", "vector": True, "field": "class", "crs": "EPSG:4326", "names": {"1": "a"}}


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job whose files are always the same."""
    monkeypatch.chdir(tmp_path)
    for name in ("scene.tif", "labels.shp", "labels.dbf", "mask.gpkg", "copy.geojson"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, ns=(10**18, 10**18))
    inputs = {"image": [{"path": "scene.tif", "bands": [1, 2], "nodata": [0, None]}]}
    return {"task": "segmentation", "sources": [{"title": "Scene", "inputs": inputs}], "labels": [LABELS]}


def test_what_is_asked_for_is_read_once(job):
    request = ChipsRequest.of({**job, "mask": "mask.gpkg", "extent": [0, 0, 1, 2], "split": "places", "valid": 0.25})
    (source,), (labels,) = request.cut.sources, request.cut.labels
    assert request.given is None and (request.split.how, request.split.valid) == ("places", 0.25)
    assert source.title == "Scene" and source.layers["image"][0].nodata == (0, None)
    assert source.dates == {"image": ("",)}
    assert labels.vector.path == LABELS["path"] and labels.class_field == "class" and labels.names == {1: "a"}
    assert request.cut.mask.path == "mask.gpkg" and request.cut.extent == (0, 0, 1, 2)


def test_a_request_without_labels_has_none(job):
    request = ChipsRequest.of(job, labelled=False)
    assert request.cut.labels == () and request.cut.kind == "none" and request.key != ChipsRequest.of(job).key


def test_the_chips_of_an_older_version_are_known_again(job):
    masked = {"mask": "mask.gpkg", "mask_crs": "EPSG:4326", "extent": [0.0, 0.0, 1.0, 2.0]}
    asked = {"valid": 0.25, "unlabelled": "background", "background_name": "rest", "epochs": 3}
    assert ChipsRequest.of({**job, **masked, **asked}).key[:16] == "67828469c257d381"
    copied = {"labels": [{**LABELS, "path": "copy.geojson", "key": "k1"}], "mask": "mask.gpkg", "mask_key": "mk"}
    assert ChipsRequest.of({**job, **copied, "input_bands": {"image": ["a", "b"]}}).key[:16] == "6176b1c24549639d"


def test_files_that_changed_are_told_apart(job, tmp_path):
    before = ChipsRequest.of(job).key
    os.utime(tmp_path / "labels.dbf", ns=(1, 1))
    assert ChipsRequest.of(job).key != before


@pytest.mark.parametrize("path", [".", "/", ".."])
def test_a_mask_that_is_no_file_is_told(job, path):
    assert ChipsRequest.of({**job, "mask": path}).key != ChipsRequest.of(job).key


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sources": [{"inputs": {}}]}, "A source of the job has no raster"),
        ({"valid": 0.5, "test": 0.5}, "leave too little for training"),
        ({"chip_overlap": 200}, "Chips cannot overlap by 200 px"),
        ({"chips": 3}, "CHIPS cannot be 3"),
    ],
)
def test_what_cannot_be_is_told_before_any_work(job, given, words):
    with pytest.raises(InputError, match=words):
        ChipsRequest.of({**job, **given})
