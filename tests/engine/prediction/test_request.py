"""A prediction job's arguments become a request once; what is wrong with them is said in one sentence."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.job.arguments import OPERATIONS
from rsdl_qgis.engine.job.common import SHAPE
from rsdl_qgis.engine.prediction.request import (
    AskedLayer,
    AskedRaster,
    MapRequest,
    ObjectRequest,
    SceneRequest,
    SeriesRequest,
)
from rsdl_qgis.engine.vector.masks import PolygonMask
from rsdl_qgis.engine.vector.tracing.polygon_shape import PolygonShape
from rsdl_qgis.engine.vector.vector_file import VectorFile

REQUESTS = (MapRequest, ObjectRequest, SceneRequest, SeriesRequest)
LEAST = {"model": "m", "output": "o"}
LEAST_OF = {
    **{kind: {**LEAST, "inputs": {"image": [{"path": "a.tif"}]}} for kind in REQUESTS},
    SeriesRequest: {**LEAST, "layers": [{"path": "a.tif"}]},
}


@pytest.mark.parametrize("kind", REQUESTS)
def test_what_is_not_said_is_as_the_table_has_it(kind):
    request, table = kind.of(LEAST_OF[kind]), OPERATIONS[kind.operation]
    assert request.model == "m" and request.device == "auto" and request.resampling == "bilinear"
    for item in fields(kind):
        if item.name not in (*LEAST_OF[kind], "asked", "dates", "bands", "shape"):
            assert getattr(request, item.name) == table[item.name].default
    assert getattr(request, "shape", PolygonShape()) == PolygonShape()
    nothing = kind.of({**dict.fromkeys(table), **LEAST_OF[kind], "device": ""})
    assert nothing == request or (nothing.device, nothing.asked["device"]) == ("auto", "")


@pytest.mark.parametrize("kind", REQUESTS)
def test_every_argument_of_the_table_has_its_place(kind):
    held = {item.name for item in fields(kind)} - {"asked"}
    if "shape" in held:
        held = held - {"shape"} | set(SHAPE)
    assert held | {f"{v}_{key}" for v in held & {"mask", "features"} for key in ("crs", "versions", "key")} == set(
        OPERATIONS[kind.operation]
    )


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": None}, "does not say 'model'"),
        ({"tile_sise": 64}, "no argument 'tile_sise' of the job .*'tile_size'"),
        ({"tile_size": "64"}, "TILE_SIZE cannot be '64'.*whole number"),
        ({"extent": [1, 2]}, "EXTENT cannot be"),
        ({"grid": "middle"}, "first, last, finest"),
    ],
)
def test_what_is_missing_unknown_or_wrong_is_said(kind, changes, words):
    with pytest.raises(InputError, match=words):
        kind.of({**LEAST_OF[kind], **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layers": []}, "LAYERS has 0 members"),
        ({"layout": "cubes"}, "LAYOUT cannot be 'cubes'.*dates, variables"),
        ({"wrapped": "maybe"}, "WRAPPED cannot be 'maybe'"),
        ({"scale": 0.0}, "SCALE cannot be 0"),
    ],
)
def test_what_a_series_cannot_be_is_said(changes, words):
    with pytest.raises(InputError, match=words):
        SeriesRequest.of({**LEAST_OF[SeriesRequest], **changes})


def test_rasters_layers_and_vectors_are_typed():
    raster = {"path": "a.tif", "bands": [3, 1.0], "nodata": [0, None], "palette": True, "title": "A", "key": "k"}
    mask = {"mask": "m.gpkg", "mask_crs": "EPSG:4326", "mask_versions": [{"path": "n.gpkg", "crs": "EPSG:32634"}]}
    job = {**LEAST, "inputs": {"image": [raster]}, **mask, "extent": [0, 1, 2, 3], "features": "f.gpkg", "size": 7}
    request = SceneRequest.of(job)
    assert request.inputs == {"image": (AskedRaster("a.tif", (3, 1), (0, None), True),)}
    assert request.mask == PolygonMask(VectorFile("m.gpkg", "EPSG:4326", (("n.gpkg", "EPSG:32634"),)))
    assert request.features == VectorFile("f.gpkg") and request.extent == (0.0, 1.0, 2.0, 3.0)
    layer = {"path": "a.tif", "bands": [2], "nodata": 5, "name": "A", "descriptions": ["x"], "date": "2020-01-01"}
    series = SeriesRequest.of({**LEAST, "layers": [layer], "bands": [1, 2]})
    assert series.layers == (AskedLayer("a.tif", (2,), 5, "A", ("x",), "2020-01-01"),) and series.bands == (1, 2)


def test_what_was_asked_is_kept_as_it_came_for_the_record():
    job = {**LEAST_OF[MapRequest], "overlap": 0, "mask": None}
    request = MapRequest.of(job)
    assert request.asked == {name: value for name, value in job.items() if value is not None}
    assert request.overlap == 0 and request.mask is None
    with pytest.raises(FrozenInstanceError):
        request.model = "another"
