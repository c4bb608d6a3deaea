"""Vector layers in a job: what QGIS shows of a layer is what the worker reads, wherever the file says otherwise."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osgeo import gdal, ogr
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate

from rsdl_qgis.toolbox import compat
from rsdl_qgis.toolbox.assess import base as assess_base
from rsdl_qgis.toolbox.predict import base as inference
from rsdl_qgis.toolbox.train import base as train
from rsdl_qgis.toolbox.train import exportchips
from rsdl_qgis.toolbox.worker import layers, vectors
from rsdl_qgis.toolbox.worker.client import temporary_folder

from ..vector_layers import (
    BALKANS,
    CELLS,
    DEGREES,
    KINDS,
    TOP,
    UTM,
    add,
    edited,
    filed,
    in_another_system,
    memory,
    merged,
    moved,
    reference,
    saved,
    square,
    system,
    write,
)

RUNNERS = (assess_base, exportchips, inference, train)  # modules that run a job
RAMP = np.add.outer(np.arange(40) * 5.0, np.arange(48))


class Seen(QgsProcessingException):
    """Ends an algorithm where its job would begin."""


@pytest.fixture
def jobs(monkeypatch):
    """The jobs that algorithms ask for, with what the vector files in them hold as long as these are there."""
    found = []

    def keep(job, feedback, folder=None):
        found.append(json.loads(json.dumps(job["arguments"])) | {"held": held(job["arguments"])})
        raise Seen("seen")

    for module in RUNNERS:
        monkeypatch.setattr(module, "run_job", keep)
    return found


def held(arguments):
    """What each vector layer of a job holds, by its argument: places in the raster's system, and values."""
    found = {}
    for name in ("predicted", "reference", "labels"):
        given = arguments.get(name) or []
        for spec in given if isinstance(given, list) else [given]:
            if not spec["path"].endswith(".tif"):
                found[name] = content(spec)
    for name in ("mask", "features"):
        if arguments.get(name):
            own = {"path": arguments[name], "crs": arguments[f"{name}_crs"]}
            found[name] = content([own, *arguments.get(f"{name}_versions", ())][-1])
    return found


def content(spec):
    path, _, rest = spec["path"].partition("|layername=")
    file = gdal.OpenEx(path, gdal.OF_VECTOR)
    layer = file.GetLayerByName(rest) if rest else file.GetLayer(0)
    name = spec.get("field") or spec.get("class_field")
    name = name[0] if isinstance(name, list) else name
    rows = []
    for feature in layer:
        shape = ogr.ForceToPolygon(feature.GetGeometryRef().Clone())
        places = sorted({(round(x, 1), round(y, 1)) for x, y, *_ in shape.GetGeometryRef(0).GetPoints()})
        rows.append((places, str(feature.GetField(name)) if name else ""))
    return spec["crs"], sorted(rows)


@pytest.fixture
def images(tmp_path, write_raster):
    """A raster for each way in which one is given."""

    def raster(name, bands, descriptions, **profile):
        return write_raster(tmp_path / f"{name}.tif", bands, descriptions=descriptions, **profile)

    s2 = [f"B{n}" for n in range(1, 9)] + ["B8A", "B9", "B11", "B12"]
    return {
        "bright": raster("bright", [RAMP, RAMP], ("red", "nir")),
        "height": raster("height", [RAMP, RAMP], ("surface", "ground")),
        "tones": raster("tones", [RAMP], ("tone",)),
        "markers": raster("markers", [RAMP] * 3, ("mark", "width", "height")),
        "grown": [raster(name, [RAMP], ("height",)) for name in ("before", "after")],
        "s2": raster("s2", [RAMP] * 12, s2),
        "dates": [raster(f"d 2016-{m}-13", [RAMP, RAMP], ("NDVI", "EVI")) for m in ("09", "10", "11")],
        "map": raster("map", [RAMP > 100], ("class",), kind=gdal.GDT_Byte),
    }


# The parameters of each algorithm with a layer and its field, and which options take the layer.
ALGORITHMS = {
    "semanticsegmentation": lambda i, v, f: {"INPUT": i["bright"], "MODEL": "bright", "MASK": v},
    "pixelregression": lambda i, v, f: {"INPUT": i["height"], "MODEL": "height", "MASK": v},
    "sceneclassification": lambda i, v, f: {"INPUT": i["tones"], "MODEL": "tones", "FEATURES": v, "MASK": v},
    "objectdetection": lambda i, v, f: {"INPUT": i["markers"], "MODEL": "markers", "MASK": v},
    "changedetection": lambda i, v, f: {**pair(i), "MODEL": "grown", "MASK": v},
    "floodmapping": lambda i, v, f: {"S2_AFTER": i["s2"], "MASK": v},
    "timeseriesclassification": lambda i, v, f: {"LAYERS": i["dates"], "MODEL": "peak", "MASK": v},
    "trainsegmentation": lambda i, v, f: {"RASTERS": [i["bright"]], **labels(v, f), "MASK": v},
    "trainsceneclassifier": lambda i, v, f: {"RASTERS": [i["bright"]], **labels(v, f)},
    "traindetector": lambda i, v, f: {"RASTERS": [i["bright"]], **labels(v, f)},
    "trainchangedetector": lambda i, v, f: {"BEFORE": [i["grown"][0]], "AFTER": [i["grown"][1]], **labels(v, f)},
    "traintimeseriesclassifier": lambda i, v, f: {"LAYERS": i["dates"], **labels(v, f)},
    "exportchips": lambda i, v, f: {"RASTERS": [i["bright"]], **labels(v, f), "PLACE_FIELD": f, "MASK": v},
    "distilmodel": lambda i, v, f: {"TEACHER": "bright", "IMAGES": [i["bright"]], **labels(v, f), "MASK": v},
    "assessmap": lambda i, v, f: {"PREDICTED": [i["map"]], "REFERENCE": [v], "REFERENCE_FIELD": f, "MASK": v},
    "assessscenes": lambda i, v, f: {
        "PREDICTED": memory(), "PREDICTED_FIELD": "kind", "REFERENCE": v, "REFERENCE_FIELD": f,
    },
    "assessdetections": lambda i, v, f: {
        "PREDICTED": memory(), "PREDICTED_FIELD": "kind", "REFERENCE": v, "REFERENCE_FIELD": f, "MASK": v,
    },
}  # fmt: skip


ENDINGS = {
    **dict.fromkeys(("sceneclassification", "objectdetection"), ".gpkg"),
    **dict.fromkeys(("semanticsegmentation", "pixelregression", "changedetection", "floodmapping"), ".tif"),
    "timeseriesclassification": ".tif",
}


def pair(images):
    return dict(zip(("BEFORE", "AFTER"), images["grown"]))


def labels(layer, field):
    return {"LABELS": [layer], "CLASS_FIELD": field, "UNLABELLED": "ignore"}


THOROUGH = ("exportchips", "assessmap", "semanticsegmentation", "sceneclassification")  # the others share the function
NAMED = ("labels", "reference")  # arguments with a field


@pytest.fixture
def job(run, jobs, images, project, tmp_path, known_models):
    """What the job of an algorithm holds, for a layer and its field."""

    def job(algorithm, layer, field):
        project.addMapLayer(layer, False)
        context = QgsProcessingContext()
        context.setProject(project)
        out = tmp_path / f"out{ENDINGS.get(algorithm, '')}"
        out = {} if algorithm.startswith("assess") else {"OUTPUT": str(out)}
        with pytest.raises(QgsProcessingException, match="seen"):
            run(algorithm, {**ALGORITHMS[algorithm](images, layer, field), **out}, QgsProcessingFeedback(), context)
        return {name: found for name, found in jobs[-1]["held"].items() if name != "predicted"}

    return job


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_layer_gives_the_job_of_its_saved_equivalent(job, project, tmp_path, algorithm):
    for kind in KINDS if algorithm in THOROUGH else (edited, merged, in_another_system):
        folder = tmp_path / kind.__name__
        folder.mkdir()
        layer, field = kind(folder, project)
        assert layer.featureCount() > 1
        equivalent, own = saved(layer, field, folder / "saved.gpkg"), job(algorithm, layer, field)
        crs, rows = content({"path": equivalent.source(), "crs": layers.wkt(system(UTM)), "field": "saved"})
        plain = [(places, "") for places, _ in rows]
        assert own, kind.__name__
        for name, found in own.items():
            assert found == (crs, rows if name in NAMED else sorted(plain)), (kind.__name__, name)
        if kind is edited:
            assert job(algorithm, equivalent, "saved") == own
            layer.rollBack()


def prepared(layer, *targets, **options):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return vectors.PreparedVector(layer, context, [system(name) for name in targets], **options)


def features_of(vector):
    """(number, {field: value}, WKT or None) of each feature of the file that a layer is written to."""
    with temporary_folder() as folder:
        spec = vector.spec(folder, QgsProcessingFeedback())
        assert spec["path"].startswith(str(folder))
        file = gdal.OpenEx(spec["path"], gdal.OF_VECTOR)
        layer = file.GetLayer(0)
        found = [
            (f.GetFID(), f.items(), f.GetGeometryRef().ExportToWkt() if f.GetGeometryRef() else None) for f in layer
        ]
        return found, layer.GetMetadata()


def test_a_file_serves_where_it_holds_the_same(qgis_app, project, tmp_path):
    layer = filed(tmp_path)
    with temporary_folder() as folder:
        for name in ("", "|layername=file"):
            layer = QgsVectorLayer(f"{tmp_path / 'file.gpkg'}{name}", "layer", "ogr")
            vector = prepared(layer, UTM, fields=["fid"], whole=True)
            assert not vector.is_copied and vector.field("fid") == "fid"
            spec = vector.spec(folder, QgsProcessingFeedback())
            assert spec == {"path": f"{tmp_path / 'file.gpkg'}{name}", "crs": layers.wkt(system(UTM))}
        assert list(folder.iterdir()) == []
    assert not prepared(layer).is_copied  # in its own system
    assert prepared(layer, DEGREES).is_copied
    assert prepared(QgsVectorLayer(f"{tmp_path / 'file.gpkg'}|subset=fid > 1", "layer", "ogr"), UTM).is_copied
    for name in ("a;b.gpkg", "a!b.gpkg"):  # which pyogrio divides
        assert prepared(filed(tmp_path, name=name), UTM).is_copied
    layer.startEditing()
    assert prepared(layer, UTM).is_copied
    layer.rollBack()
    shape = filed(tmp_path, name="file.shp")
    assert not prepared(shape, UTM).is_copied
    shape.setProviderEncoding("CP852")
    assert prepared(shape, UTM).is_copied


def test_features_keep_their_numbers_and_new_ones_get_others(qgis_app, project, tmp_path):
    layer = filed(tmp_path)
    layer.startEditing()
    layer.deleteFeature(2)
    layer.addFeatures(add(layer, CELLS[:2]))
    found, _ = features_of(prepared(layer, UTM, whole=True))
    assert sorted(number for number, _, _ in found) == [1, 3, 4, 5, 6]
    assert {number: values["kind"] for number, values, _ in found if number < 5} == {1: "a", 3: "a", 4: "b"}
    assert all(set(values) == {"kind"} for _, values, _ in found)  # 'fid' is the number
    layer.rollBack()


def test_values_of_every_kind_arrive(qgis_app):
    fields = "&field=".join(
        ["", "fid:integer", "Class é:string", "class É:string", "day:date", "sure:bool", "big:int8", "share:double",
         "texts:string[]", "numbers:integer[]", "blob:binary", "geom:string", "rsdl_fid:integer"]
    )  # fmt: skip
    layer = QgsVectorLayer(f"Polygon?crs={UTM}{fields}", "a / layer", "memory")
    rows = [
        [7, "é", "x", QDate(2020, 1, 2), True, 2**53 + 1, 0.5, ["a", "b"], [1, 2], None, "", 3],
        [7, "", "x", QDate(), False, -1, 1e300, [], [], None, "y", 3],
        [None] * 12,
    ]
    for row in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes([NULL if value is None else value for value in row])
        feature.setGeometry(square(0, 0))
        assert layer.dataProvider().addFeature(feature)
    vector = prepared(layer, UTM, whole=True)
    found, _ = features_of(vector)
    names = ["fid", "Class é", vector.field("class É"), "day", "sure", "big", "share", "texts", "numbers", "geom",
             "rsdl_fid"]  # fmt: skip
    assert all(list(values) == names for _, values, _ in found) and len(set(map(str.casefold, names))) == len(names)
    values = [tuple(values.values()) for _, values, _ in found]
    assert values[0] == (7, "é", "x", "2020/01/02", True, 2**53 + 1, 0.5, "a; b", "1; 2", "", 3)
    assert values[1][:3] == (7, "", "x") and values[1][3] is None and values[1][4:7] == (False, -1, 1e300)
    assert values[2] == (None,) * 11


@pytest.mark.parametrize(
    "shape",
    ["POLYGON Z((0 0 1,1 0 1,1 1 1,0 0 1))", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", None,
     "CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))", "POLYGON((0 0,1 1,1 0,0 1,0 0))", "MULTIPOLYGON EMPTY",
     "GEOMETRYCOLLECTION(POLYGON((0 0,1 0,1 1,0 0)),POINT(5 5))"],
)  # fmt: skip
def test_geometries_are_handed_over_as_they_are(qgis_app, tmp_path, shape):
    rows = [(shape, "x"), ("POLYGON((0 0,1 0,1 1,0 0))", "y")]
    layer = QgsVectorLayer(write(tmp_path / "shapes.gpkg", rows), "shapes", "ogr")
    layer.setSubsetString("fid > 0")
    found, _ = features_of(prepared(layer, UTM, whole=True))
    assert [values["kind"] for _, values, _ in found] == ["x", "y"]
    if shape is None:
        assert found[0][2] is None
        return
    own, expected = (ogr.CreateGeometryFromWkt(text) for text in (found[0][2], shape))
    assert own.GetLinearGeometry().Area() == pytest.approx(expected.GetLinearGeometry().Area(), rel=1e-3)
    assert own.GetGeometryCount() == expected.GetGeometryCount() and own.IsEmpty() == expected.IsEmpty()


@pytest.mark.parametrize("filtered", [False, True])
def test_a_layer_of_collections_has_the_system_of_its_file(qgis_app, tmp_path, filtered):
    """QGIS itself gives such a layer none."""
    shape = square(3, 4)
    file = ogr.GetDriverByName("GPKG").CreateDataSource(str(tmp_path / "all.gpkg"))
    layer = file.CreateLayer("all", reference(UTM), ogr.wkbGeometryCollection)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt(f"GEOMETRYCOLLECTION({shape.asWkt(9)})"))
    layer.CreateFeature(feature)
    feature = layer = file = None
    layer = QgsVectorLayer(str(tmp_path / "all.gpkg"), "all", "ogr")
    layer.setSubsetString("fid > 0" if filtered else "")
    assert vectors.systems([layer]) == [system(UTM)]
    with temporary_folder() as folder:
        spec = prepared(layer, UTM).spec(folder, QgsProcessingFeedback())
    assert QgsCoordinateReferenceSystem.fromWkt(spec["crs"]) == system(UTM)
    found, _ = features_of(prepared(layer, DEGREES))
    expected = QgsGeometry.fromWkt(square(3, 4, DEGREES).asWkt(12)).boundingBox()
    assert QgsGeometry.fromWkt(found[0][2]).boundingBox().toString(6) == expected.toString(6)


def test_a_copy_says_what_its_file_says(qgis_app, project, tmp_path):
    layer = filed(tmp_path)
    file = gdal.OpenEx(str(tmp_path / "file.gpkg"), gdal.OF_VECTOR | gdal.OF_UPDATE)
    file.GetLayer(0).SetMetadataItem("RSDL_FIELDS", "{}")
    file = None
    layer.setSubsetString("fid > 1")
    assert features_of(prepared(layer, UTM, whole=True))[1] == {"RSDL_FIELDS": "{}"}
    shape = filed(tmp_path, name="file.shp")
    assert features_of(prepared(shape, DEGREES, whole=True))[1] == {"RSDL_SHORT_NAMES": "yes"}


def test_a_layer_without_a_system_stays_without(qgis_app):
    layer = memory(crs="")
    with temporary_folder() as folder:
        assert prepared(layer, UTM, BALKANS).spec(folder, QgsProcessingFeedback())["crs"] is None


def test_writing_is_cancelled_and_fails_in_a_sentence(qgis_app, tmp_path):
    feedback, vector = QgsProcessingFeedback(), prepared(memory(), UTM)
    feedback.cancel()
    with temporary_folder() as folder, pytest.raises(QgsProcessingException, match="cancelled"):
        vector.spec(folder, feedback)
    gone = tmp_path / "gone"
    gone.mkdir()
    vector = prepared(memory(), UTM)
    (gone / "layer_0.gpkg").mkdir()
    with pytest.raises(QgsProcessingException, match="'layer' cannot be handed"):
        vector._writer(gone / "layer_0.gpkg", system(UTM))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30), st.sampled_from(["a", "b", "é"])), min_size=1),
    crs=st.sampled_from([UTM, DEGREES, BALKANS, "EPSG:32633", "EPSG:23030"]),
    gone=st.integers(0, 3),
    computed=st.booleans(),
)
def test_any_layer_lies_where_qgis_draws_it(qgis_app, project, cells, crs, gone, computed):
    layer = memory(cells, crs)
    if computed:
        layer.addExpressionField("\"kind\" || '!'", QgsField("shown", compat.TEXT_FIELD))
    if gone:
        layer.startEditing()
        layer.deleteFeatures([feature.id() for feature in layer.getFeatures()][gone:])
    field = "shown" if computed else "kind"
    expected = sorted(
        (round(moved(f.geometry(), layer.crs(), system(UTM)).centroid().asPoint().x(), 2), f[field])
        for f in layer.getFeatures()
    )
    found, _ = features_of(prepared(layer, UTM, fields=[field]))
    own = sorted((round(ogr.CreateGeometryFromWkt(w).Centroid().GetX(), 2), values[field]) for _, values, w in found)
    assert own == expected
    if gone:
        layer.rollBack()


def test_features_that_are_chosen(run, jobs, known_models, images, project, tmp_path):
    layer = memory()
    project.addMapLayer(layer)
    layer.selectByIds([1, 3])
    chosen = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    few = QgsProcessingFeatureSourceDefinition(layer.id(), False, 1)
    given = {"INPUT": images["tones"], "MODEL": "tones", "OUTPUT": str(tmp_path / "out.gpkg")}
    context = QgsProcessingContext()
    context.setProject(project)
    with pytest.raises(QgsProcessingException, match="seen"):
        run("sceneclassification", {**given, "FEATURES": chosen, "MASK": few}, QgsProcessingFeedback(), context)
    assert len(jobs[-1]["held"]["features"][1]) == 2 and len(jobs[-1]["held"]["mask"][1]) == 1


def test_rasters_in_two_systems_have_a_version_each(run, jobs, project, write_raster, tmp_path):
    images = [write_raster(tmp_path / "utm.tif", [RAMP])]
    images.append(write_raster(tmp_path / "next.tif", [RAMP], epsg=32633, transform=(1_000_000, 10, 0, TOP, 0, -10)))
    layer = memory(crs=BALKANS)
    parameters = {"RASTERS": images, **labels(layer, "kind"), "MASK": layer, "OUTPUT": str(tmp_path / "chips")}
    with pytest.raises(QgsProcessingException, match="seen"):
        run("exportchips", parameters, QgsProcessingFeedback())
    job = jobs[-1]
    systems = [layers.wkt(system(name)) for name in (UTM, "EPSG:32633")]
    for spec in (job["labels"][0], {"crs": job["mask_crs"], "versions": job["mask_versions"]}):
        assert [spec["crs"], *(version["crs"] for version in spec["versions"])] == systems
    paired = {**parameters, "LABELS": [layer, memory(crs=DEGREES)]}
    with pytest.raises(QgsProcessingException, match="seen"):
        run("exportchips", paired, QgsProcessingFeedback())
    assert [spec["crs"] for spec in jobs[-1]["labels"]] == systems  # each goes with its raster


def test_an_extent_lies_where_qgis_draws_it(run, jobs, known_models, images, project, tmp_path):
    corner = square(5, 5, BALKANS).boundingBox()
    text = f"{corner.xMinimum()},{corner.xMaximum()},{corner.yMinimum()},{corner.yMaximum()} [{BALKANS}]"
    given = {"INPUT": images["bright"], "MODEL": "bright", "EXTENT": text, "OUTPUT": str(tmp_path / "out.tif")}
    with pytest.raises(QgsProcessingException, match="seen"):
        run("semanticsegmentation", given, QgsProcessingFeedback())
    shape = QgsGeometry.fromRect(corner)
    expected = moved(shape, system(BALKANS), system(UTM)).boundingBox()
    assert jobs[-1]["extent_crs"] == layers.wkt(system(UTM))
    assert jobs[-1]["extent"] == pytest.approx([
        expected.xMinimum(), expected.yMinimum(), expected.xMaximum(), expected.yMaximum()
    ], abs=0.01)  # fmt: skip


def test_a_mask_without_polygons_is_refused(refusal, known_models, images, tmp_path):
    given = {"INPUT": images["bright"], "MODEL": "bright", "OUTPUT": str(tmp_path / "out.tif")}
    assert "'layer' has no polygons" in refusal("semanticsegmentation", {**given, "MASK": memory(())})
    assert "MASK" in refusal("semanticsegmentation", {**given, "MASK": str(tmp_path / "nothing.gpkg")})


def test_a_training_and_an_assessment_are_those_of_the_saved_equivalent(run, images, project, tmp_path):
    """Through the real worker."""
    layer, field = edited(tmp_path, project)
    layer.setCrs(system(UTM))
    equivalent = saved(layer, field, tmp_path / "saved.gpkg")
    options = {"OPTIONS": '{"widths": [4, 8]}', "EPOCHS": 1, "CHIP_SIZE": 16, "BLOCK_SIZE": 160, "TEST": 0, "SEED": 1}
    made = []
    for number, (truth, name) in enumerate(((layer, field), (equivalent, "saved"))):
        image = {"RASTERS": [images["bright"]], "NETWORK": "unet-light", **options}
        target = {"OUTPUT": str(tmp_path / f"model{number}")}
        results, _ = run("trainsegmentation", {**image, **labels(truth, name), **target})
        weights = (tmp_path / f"model{number}" / "weights.safetensors").read_bytes()
        made.append((weights[-1000:], results["MAIN_FIGURE"]))
    assert made[0] == made[1]
    sides = {"PREDICTED": [equivalent], "PREDICTED_FIELD": "saved", "REFERENCE": [layer], "REFERENCE_FIELD": field}
    figures, _ = run("assessmap", sides)
    assert figures["OVERALL_ACCURACY"] == figures["MEAN_IOU"] == 1
    layer.rollBack()
