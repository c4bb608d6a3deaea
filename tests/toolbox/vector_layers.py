"""Vector layers of every kind that QGIS can show, and the same saved in a file, for tests."""

from __future__ import annotations

from osgeo import ogr, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)

from rsdl_qgis.toolbox import compat

LEFT, TOP = 500_000, 4_600_000
UTM, DEGREES, BALKANS = "EPSG:32634", "EPSG:4326", "EPSG:31276"
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
    layer.addExpressionField('upper("kind")', QgsField("Kind", compat.TEXT_FIELD))
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
    return QgsVectorLayer(write(path, rows, fields=("saved",)), "saved", "ogr")
