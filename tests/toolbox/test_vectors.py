"""Vector layers in a job: what QGIS shows of a layer is what the worker reads, wherever the file says otherwise."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osgeo import gdal, ogr, osr
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QDate

from rsdl_qgis.toolbox import assess, assess_detections, assess_scenes, chips, compat, inference, train, vectors
from rsdl_qgis.toolbox.worker import temporary_folder

RUNNERS = (assess, assess_detections, assess_scenes, chips, inference, train)  # modules that run a job
LEFT, TOP = 500_000, 4_600_000
UTM, DEGREES, BALKANS = "EPSG:32634", "EPSG:4326", "EPSG:31276"
RAMP = np.add.outer(np.arange(40) * 5.0, np.arange(48))
CELLS = ((0, 0, "a"), (16, 0, "b"), (0, 20, "a"), (16, 20, "b"))  # column, row, class


def system(name):
    return QgsCoordinateReferenceSystem(name)


def square(col, row, crs=UTM, side=12):
    """A polygon around pixels of the image, in a coordinate system as QGIS brings it there."""
    x, y = LEFT + 10 * col, TOP - 10 * row
    shape = QgsGeometry.fromRect(QgsRectangle(x, y - 10 * side, x + 10 * side, y))
    return moved(shape, system(UTM), system(crs))


def moved(shape, source, target):
    shape.transform(QgsCoordinateTransform(source, target, QgsProject.instance().transformContext()))
    return shape


def add(layer, cells, fields=("kind",), crs=UTM):
    features = []
    for col, row, name in cells:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(square(col, row, crs))
        for field in fields:
            feature.setAttribute(field, name)
        features.append(feature)
    return features


def memory(cells=CELLS, crs=UTM, fields="field=kind:string"):
    layer = QgsVectorLayer(f"Polygon?crs={crs}&{fields}", "layer", "memory")
    assert layer.dataProvider().addFeatures(add(layer, cells, crs=crs))[0]
    return layer


def reference(name):
    if not name:
        return None
    known = osr.SpatialReference()
    known.SetFromUserInput(name)
    known.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return known


def write(path, rows, crs=UTM, fields=("kind",), options=()):
    """A file of (geometry or WKT, values); returns its path."""
    driver = {"gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile"}[path.suffix[1:]]
    file = ogr.GetDriverByName(driver).CreateDataSource(str(path))
    layer = file.CreateLayer(path.stem, reference(crs), ogr.wkbUnknown if driver == "GPKG" else ogr.wkbPolygon, options)
    for name in fields:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    for shape, *values in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        text = shape if isinstance(shape, str) or shape is None else shape.asWkt(9)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(text) if text else None)
        for name, value in zip(fields, values):
            feature.SetField(name, value)
        layer.CreateFeature(feature)
    file = None
    return str(path)


def filed(folder, cells=CELLS, crs=UTM, name="file.gpkg", said=""):
    """A layer of a file in a coordinate system; ``said``: the one that the file tells, where it is another."""
    rows = [(square(col, row, crs), kind) for col, row, kind in cells]
    layer = QgsVectorLayer(write(folder / name, rows, said if said is None else said or crs), "layer", "ogr")
    assert layer.isValid()
    return layer


def edited(folder, project):
    layer = filed(folder, CELLS[:3])
    layer.startEditing()
    first, second, third = layer.getFeatures()
    layer.changeAttributeValue(first.id(), layer.fields().lookupField("kind"), "c")
    layer.changeGeometry(second.id(), square(30, 5))
    layer.deleteFeature(third.id())
    layer.addFeatures(add(layer, CELLS[3:]))
    return layer, "kind"


def joined(folder, project):
    table = QgsVectorLayer("NoGeometry?field=code:string&field=name:string", "t", "memory")
    for row in (("a", "forest"), ("b", "water")):
        feature = QgsFeature(table.fields())
        feature.setAttributes(list(row))
        table.dataProvider().addFeature(feature)
    project.addMapLayer(table)
    layer, join = filed(folder), QgsVectorLayerJoinInfo()
    join.setJoinLayer(table)
    join.setJoinFieldName("code")
    join.setTargetFieldName("kind")
    assert layer.addJoin(join)
    return layer, "t_name"


def virtual(folder, project):
    layer = filed(folder)
    layer.addExpressionField("upper(\"kind\") || ' é'", QgsField("a new kind", compat.TEXT_FIELD))
    return layer, "a new kind"


def filtered(folder, project):
    layer = filed(folder)
    assert layer.setSubsetString("\"kind\" = 'a' OR fid = 2")
    return layer, "kind"


def merged(folder, project):
    """What 'Merge vector layers' makes of two GeoPackages: the numbers of features come twice."""
    layer = memory((), fields="field=fid:integer&field=kind:string")
    features = add(layer, CELLS)
    for number, feature in zip((1, 2, 1, 2), features):
        feature.setAttribute("fid", number)
    assert layer.dataProvider().addFeatures(features)[0]
    return layer, "kind"


def numbered(folder, project):
    return merged(folder, project)[0], "fid"


def alike(folder, project):
    """Two fields that differ in nothing but upper and lower case."""
    layer = memory()
    layer.addExpressionField("upper(\"kind\")", QgsField("Kind", compat.TEXT_FIELD))
    return layer, "Kind"


def overridden(folder, project):
    layer = filed(folder, said="EPSG:32633")
    layer.setCrs(system(UTM))
    return layer, "kind"


def unsaid(folder, project):
    layer = filed(folder, said=None)
    layer.setCrs(system(UTM))
    return layer, "kind"


def in_another_system(folder, project):
    return memory(crs=BALKANS), "kind"


def a_file_in_another_system(folder, project):
    return filed(folder, crs=DEGREES, name="file.geojson"), "kind"


def a_shapefile(folder, project):
    layer = filed(folder, name="file.shp")
    assert layer.setSubsetString("\"kind\" = 'b' OR FID = 0")
    return layer, "kind"


KINDS = (
    edited, joined, virtual, filtered, merged, numbered, alike, overridden, unsaid, in_another_system,
    a_file_in_another_system, a_shapefile,
)  # fmt: skip


def saved(layer, field, path):
    """A file of what QGIS shows of a layer, in the coordinate system of the rasters, opened again."""
    target = system(UTM)
    rows = []
    for feature in layer.getFeatures():
        value = feature[field]
        rows.append((moved(feature.geometry(), layer.crs(), target), str(value)))
    return QgsVectorLayer(write(path, rows, fields=("saved",)), "saved", "ogr"), "saved"


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
    """Of each vector layer of a job: where it is said to lie, its shapes to a centimetre, and the values of its field."""
    given = {name: arguments[name] for name in ("predicted", "reference", "labels") if name in arguments}
    specs = [
        spec for value in given.values() for spec in (value if isinstance(value, list) else [value]) if drawn(spec)
    ]
    for name in ("mask", "features"):
        if arguments.get(name):
            own = {"path": arguments[name], "crs": arguments[f"{name}_crs"]}
            specs.append([own, *arguments.get(f"{name}_versions", ())][-1])  # the one in the raster's system
    return [content(spec) for spec in specs]


def drawn(spec):
    return spec.get("path") and not str(spec["path"]).endswith(".tif")


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


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_layer_gives_the_job_of_its_saved_equivalent(
    run, known_models, jobs, images, project, tmp_path, feedback, algorithm
):
    out = {} if algorithm.startswith("assess") else {"OUTPUT": str(tmp_path / f"out{ENDINGS.get(algorithm, '')}")}

    def job(layer, field):
        project.addMapLayer(layer, False)
        context = QgsProcessingContext()
        context.setProject(project)
        parameters = {**ALGORITHMS[algorithm](images, layer, field), **out}
        with pytest.raises(QgsProcessingException, match="seen"):
            run(algorithm, parameters, feedback, context)
        return jobs[-1]

    for kind in KINDS:
        folder = tmp_path / kind.__name__
        folder.mkdir()
        layer, field = kind(folder, project)
        count = layer.featureCount()
        assert count > 1
        own, other = job(layer, field), job(*saved(layer, field, folder / "saved.gpkg"))
        assert own["held"] == other["held"], kind.__name__
        assert len(own["held"][-1][1]) == count
        if layer.isEditable():
            layer.rollBack()
