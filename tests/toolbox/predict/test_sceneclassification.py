"""rsdl:sceneclassification, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import (
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

TONES = np.where(np.arange(50) >= 24, 150.0, 50.0) * np.ones((40, 1))  # light from column 24 on
WET = np.where(np.arange(40) >= 16, 150.0, 50.0)[:, None] * np.ones(50)


def square(col, row, side):
    """A polygon around pixels of the image."""
    left, top = 500_000 + 10 * col, 4_600_000 - 10 * row
    return QgsGeometry.fromRect(QgsRectangle(left, top - 10 * side, left + 10 * side, top))


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [TONES], descriptions=["tone"])


@pytest.fixture
def parcels():
    """A layer of three parcels in memory: on dark, on light, and off the image."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32634&field=name:string&field=class:integer", "parcels", "memory")
    for name, (geometry, number) in {
        "a": (square(2, 2, 10), 5), "b": (square(30, 20, 8), 6), "c": (square(300, 2, 9), 7),
    }.items():  # fmt: skip
        feature = QgsFeature(layer.fields())
        feature.setAttributes([name, number])
        feature.setGeometry(geometry)
        assert layer.dataProvider().addFeature(feature)
    return layer


def rows(path, *fields):
    layer = QgsVectorLayer(str(path), "result", "ogr")
    assert layer.isValid()
    return [tuple(feature[name] or None for name in fields) for feature in layer.getFeatures()]


def test_a_grid(run, known_models, image, tmp_path, read_raster):
    parameters = {"INPUT": image, "MODEL": "tones", "OUTPUT": str(tmp_path / "o.gpkg")}
    results, _ = run("sceneclassification", {**parameters, "RASTER": str(tmp_path / "o.tif"), "BATCH_SIZE": 3})
    layer = QgsVectorLayer(results["OUTPUT"], "o", "ogr")
    assert results["SCENES"] == layer.featureCount() == 5 * 7 and results["UNCLASSIFIED"] == 0
    assert layer.fields().names() == ["fid", "class", "score", "valid", "entropy", "margin", "dark_area", "light"]
    assert layer.crs().authid() == "EPSG:32634" and results["MODEL_NAME"] == "tones"
    for feature in layer.getFeatures():
        light = feature.geometry().boundingBox().xMinimum() >= 500_240
        assert feature["class"] == ("light" if light else "dark area")  # also of the two columns that are left over
    np.testing.assert_array_equal(read_raster(results["RASTER"]), TONES > 100)


def test_a_larger_size_and_an_extent(run, known_models, image, tmp_path):
    extent = "500000,500400,4599600,4600000 [EPSG:32634]"
    results, _ = run(
        "sceneclassification",
        {"INPUT": image, "MODEL": "tones", "SIZE": 20, "EXTENT": extent, "OUTPUT": str(tmp_path / "o.gpkg")},
    )
    assert [name for (name,) in rows(results["OUTPUT"], "class")] == ["dark area", "light"] * 2


def test_polygons_keep_their_attributes(run, known_models, image, parcels, tmp_path, feedback):
    parameters = {"INPUT": image, "MODEL": "tones", "FEATURES": parcels, "OUTPUT": str(tmp_path / "o.gpkg")}
    results, _ = run("sceneclassification", parameters, feedback)
    found = rows(results["OUTPUT"], "name", "class_1", "class")
    assert found == [("a", 5, "dark area"), ("b", 6, "light"), ("c", 7, None)]
    assert (results["SCENES"], results["UNCLASSIFIED"]) == (2, 1)
    assert "1 of 3 features lie outside" in feedback.text() and "class: class_1" in feedback.text()


def test_selected_and_filtered_features(run, known_models, image, parcels, tmp_path):
    parameters = {"INPUT": image, "MODEL": "tones", "OUTPUT": str(tmp_path / "o.gpkg")}
    project = QgsProject()
    project.addMapLayer(parcels, False)
    context = QgsProcessingContext()
    context.setProject(project)
    parcels.selectByExpression("\"name\" = 'b'")
    chosen = QgsProcessingFeatureSourceDefinition(parcels.id(), True)
    results, _ = run("sceneclassification", {**parameters, "FEATURES": chosen}, context=context)
    assert rows(results["OUTPUT"], "name", "class") == [("b", "light")]
    parcels.removeSelection()
    parcels.setSubsetString("\"name\" = 'a'")
    results, _ = run("sceneclassification", {**parameters, "FEATURES": parcels})
    assert rows(results["OUTPUT"], "name", "class") == [("a", "dark area")]


def test_a_layer_of_a_file_filtered_and_in_another_crs(run, known_models, image, parcels, tmp_path):
    import processing

    path = str(tmp_path / "p.gpkg")
    processing.run("native:reprojectlayer", {"INPUT": parcels, "TARGET_CRS": "EPSG:4326", "OUTPUT": path})
    parameters = {"INPUT": image, "MODEL": "tones", "OUTPUT": str(tmp_path / "o.gpkg")}
    results, _ = run("sceneclassification", {**parameters, "FEATURES": path})
    assert [name for (name,) in rows(results["OUTPUT"], "class")] == ["dark area", "light", None]
    assert QgsVectorLayer(results["OUTPUT"], "o", "ogr").crs().authid() == "EPSG:4326"
    layer = QgsVectorLayer(path, "p", "ogr")
    layer.setSubsetString("\"name\" = 'b'")
    results, _ = run("sceneclassification", {**parameters, "FEATURES": layer})
    assert rows(results["OUTPUT"], "name", "class") == [("b", "light")]


def test_points_become_squares(run, known_models, image, tmp_path):
    layer = QgsVectorLayer("Point?crs=EPSG:32634&field=name:string", "places", "memory")
    for name, x in (("a", 500_105), ("b", 500_355)):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([name])
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, 4_599_795)))
        layer.dataProvider().addFeature(feature)
    parameters = {"INPUT": image, "MODEL": "tones", "FEATURES": layer, "OUTPUT": str(tmp_path / "o.geojson")}
    results, _ = run("sceneclassification", {**parameters, "SIZE": 9})
    assert rows(results["OUTPUT"], "name", "class") == [("a", "dark area"), ("b", "light")]
    (first, *_) = QgsVectorLayer(results["OUTPUT"], "o", "ogr").getFeatures()
    assert first.geometry().boundingBox().toString(0) == QgsRectangle(500060, 4599750, 500150, 4599840).toString(0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"MODEL": "bright"}, ["'bright' is for segmentation", "'Semantic segmentation'"]),
        ({"MODEL": "nothing"}, ["no model 'nothing'", "tones"]),
        ({"BANDS": [7]}, ["band 7"]),
        ({"OUTPUT": "out.tif"}, [".gpkg"]),
        ({"RASTER": "out.gpkg"}, [".tif"]),
        ({"DEVICE": "gpu"}, ["gpu", "cuda:N"]),
        ({"SCHEDULER": "10.0.0.5"}, ["'10.0.0.5'", "tcp://10.0.0.5:8786"]),
        ({"SIZE": 0}, ["SIZE"]),
        ({"FEATURES": "/no/such.gpkg"}, ["FEATURES"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, image, tmp_path, changes, words):
    text = refusal(
        "sceneclassification", {"INPUT": image, "MODEL": "tones", "OUTPUT": str(tmp_path / "o.gpkg"), **changes}
    )
    assert all(word in text for word in words), text


def test_lines_and_a_raster_of_several_labels_are_refused(refusal, known_models, tmp_path, write_raster, image):
    lines = QgsVectorLayer("LineString?crs=EPSG:32634", "roads", "memory")
    feature = QgsFeature(lines.fields())
    feature.setGeometry(QgsGeometry.fromPolylineXY([QgsPointXY(500_000, 4_600_000), QgsPointXY(500_100, 4_599_900)]))
    lines.dataProvider().addFeature(feature)
    output = {"OUTPUT": str(tmp_path / "o.gpkg")}
    assert "'roads'" in refusal("sceneclassification", {"INPUT": image, "MODEL": "tones", "FEATURES": lines, **output})
    two = write_raster(tmp_path / "two.tif", [TONES, WET], descriptions=["warm", "wet"])
    text = refusal("sceneclassification", {"INPUT": two, "RASTER": str(tmp_path / "o.tif"), **output})
    assert "several labels" in text and "RASTER" in text


def test_other_algorithms_say_which_one_takes_a_model_of_scenes(refusal, known_models, image, tmp_path):
    text = refusal("semanticsegmentation", {"INPUT": image, "MODEL": "tones", "OUTPUT": str(tmp_path / "o.tif")})
    assert "'Scene classification'" in text


@pytest.fixture
def shown(run, known_models, feedback):
    """Runs with outputs that are to be loaded; the layers as QGIS shows them."""

    def shown(parameters, **files):
        project = QgsProject()
        context = QgsProcessingContext()
        context.setProject(project)
        outputs = {name: QgsProcessingOutputLayerDefinition(path, project) for name, path in files.items()}
        results, _ = run("sceneclassification", {**parameters, **outputs}, context=context)
        details, layers = context.layersToLoadOnCompletion(), {}
        for name in files:
            kind = QgsRasterLayer if name == "RASTER" else QgsVectorLayer
            layer = kind(results[name], details[results[name]].name)
            details[results[name]].postProcessor().postProcessLayer(layer, context, feedback)
            layers[name] = layer
        return layers

    return shown


def colours(layer):
    """The symbol and label of each feature."""
    from qgis.core import QgsRenderContext

    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.expressionContext().appendScopes([])
    renderer.startRender(context, layer.fields())
    found = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        context.expressionContext().setFields(layer.fields())
        symbol = renderer.symbolForFeature(feature, context)
        found.append(symbol.symbolLayer(0).fillColor().name() if symbol else None)
    renderer.stopRender(context)
    return found


def texts(layer):
    settings = layer.labeling().settings()
    assert layer.labelsEnabled() and settings.isExpression
    expression = QgsExpression(settings.fieldName)
    assert not expression.hasParserError(), expression.parserErrorString()
    made = []
    for feature in layer.getFeatures():
        context = QgsExpressionContext()
        context.setFeature(feature)
        context.setFields(layer.fields())
        made.append(expression.evaluate(context))
    return made


def test_scenes_are_coloured_by_class_and_labelled(shown, image, parcels, tmp_path):
    parameters = {"INPUT": image, "MODEL": "tones", "FEATURES": parcels}
    layers = shown(parameters, OUTPUT=str(tmp_path / "o.gpkg"), RASTER=str(tmp_path / "o.tif"))
    scenes = layers["OUTPUT"]
    assert scenes.name() == "Test tones"
    assert [c.label() for c in scenes.renderer().categories()] == ["dark area", "light", "no class"]
    assert colours(scenes)[:2] == ["#999999", "#1f78b4"]
    assert scenes.renderer().categories()[2].symbol().symbolLayer(0).strokeColor().name() == "#888888"
    assert texts(scenes)[:2] == ["dark area\n100 %", "light\n100 %"] and not texts(scenes)[2]
    assert [c.label for c in layers["RASTER"].renderer().classes()] == ["dark area", "light"]


def test_several_labels_are_coloured_by_the_likeliest(shown, tmp_path, write_raster):
    image = write_raster(tmp_path / "two.tif", [TONES, WET + 0.5], descriptions=["warm", "wet"])
    scenes = shown({"INPUT": image, "SIZE": 8}, OUTPUT=str(tmp_path / "o.gpkg"))["OUTPUT"]
    found = dict(zip([feature["class"] for feature in scenes.getFeatures()], zip(colours(scenes), texts(scenes))))
    assert {"", "warm", "wet"} < set(found) and len(found) == 4
    assert found["warm"] == ("#999999", "warm\n100 %") and found["wet"][0] == "#1f78b4" and not found[""][1]


def test_in_a_model_and_in_batch(run, known_models, image, parcels, tmp_path):
    """A step of a model whose result the next one takes; and two runs of one instance, as batch does."""
    from qgis.core import (
        QgsProcessingFeedback,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
    )

    model = QgsProcessingModelAlgorithm("scenes", "tests")
    first = QgsProcessingModelChildAlgorithm("rsdl:sceneclassification")
    first.setChildId("scenes")
    fixed = QgsProcessingModelChildParameterSource.fromStaticValue
    for name, value in {"INPUT": image, "MODEL": "tones", "FEATURES": parcels, "SIZE": None}.items():
        first.addParameterSources(name, [fixed(value)])
    second = QgsProcessingModelChildAlgorithm("native:extractbyattribute")
    second.setChildId("light")
    second.addParameterSources("INPUT", [QgsProcessingModelChildParameterSource.fromChildOutput("scenes", "OUTPUT")])
    for name, value in {"FIELD": "class", "OPERATOR": 0, "VALUE": "light"}.items():
        second.addParameterSources(name, [fixed(value)])
    output = QgsProcessingModelOutput("light")
    output.setChildId("light")
    output.setChildOutputName("OUTPUT")
    second.setModelOutputs({"light": output})
    for child in (first, second):
        model.addChildAlgorithm(child)
    made = str(tmp_path / "light.gpkg")
    results, done = model.run({"light:light": made}, QgsProcessingContext(), QgsProcessingFeedback(), {}, False)
    assert done and rows(made, "name") == [("b",)], results
    for side, count in ((10, 20), (20, 6)):
        parameters = {"INPUT": image, "MODEL": "tones", "SIZE": side, "OUTPUT": str(tmp_path / f"{side}.gpkg")}
        assert run("sceneclassification", parameters)[0]["SCENES"] == count
