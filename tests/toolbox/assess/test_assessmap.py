"""rsdl:assessmap, through the real worker."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from tools.headless import program

from ..qgis_versions import result_of

UTM = "EPSG:32634"
LEFT, TOP = 500_000, 4_600_000
RNG = np.random.default_rng(3)
PREDICTED = RNG.integers(0, 3, (40, 50))
REFERENCE = np.where(RNG.random((40, 50)) < 0.7, PREDICTED, RNG.integers(0, 3, (40, 50)))
AGREEMENT = (PREDICTED == REFERENCE).mean()


@pytest.fixture
def rasters(tmp_path, write_raster):
    """Map and reference: three classes."""
    return (
        write_raster(tmp_path / "map.tif", [PREDICTED], kind=gdal.GDT_Byte, nodata=255),
        write_raster(tmp_path / "reference.tif", [REFERENCE], kind=gdal.GDT_Byte, nodata=255),
    )


def layer_of(kind, features, crs=UTM, fields="field=kind:integer"):
    """A memory layer of (geometry, attributes), given in UTM."""
    layer = QgsVectorLayer(f"{kind}?crs={crs}&{fields}", kind.lower(), "memory")
    move = QgsCoordinateTransform(QgsCoordinateReferenceSystem(UTM), layer.crs(), QgsProject.instance())
    for geometry, attributes in features:
        geometry.transform(move)
        feature = QgsFeature(layer.fields())
        feature.setGeometry(geometry)
        feature.setAttributes(attributes)
        layer.dataProvider().addFeature(feature)
    return layer


def points(crs="EPSG:4326"):
    """A point in every pixel, labelled by the reference."""
    rows, cols = np.indices(REFERENCE.shape)
    places = zip(cols.ravel(), rows.ravel(), REFERENCE.ravel())
    return layer_of(
        "Point",
        [(QgsGeometry.fromPointXY(QgsPointXY(LEFT + 10 * c + 5, TOP - 10 * r - 5)), [int(v)]) for c, r, v in places],
        crs,
    )


def rectangle(col, row, width, height):
    x, y = LEFT + 10 * col, TOP - 10 * row
    return QgsGeometry.fromRect(QgsRectangle(x, y - 10 * height, x + 10 * width, y))


def test_rasters_and_all_outputs(run, rasters, tmp_path, feedback):
    files = {name: str(tmp_path / file) for name, file in
             (("REPORT", "r.html"), ("TABLE", "t.csv"), ("IMAGE_TABLE", "i.csv"))}  # fmt: skip
    results, _ = run("assessmap", {"PREDICTED": [rasters[0]], "REFERENCE": [rasters[1]], **files}, feedback)
    assert {name: results[name] for name in files} == files
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT, abs=1e-12)
    assert results["PIXELS"] == 2000 and results["IMAGES"] == 1
    assert results["IMAGE_MEAN_IOU"] == results["MEAN_IOU"]
    for name in ("OVERALL_ACCURACY", "KAPPA", "MEAN_IOU", "FW_IOU", "MACRO_F1"):
        assert 0 < results[f"{name}_LOW"] <= results[name] <= results[f"{name}_HIGH"] < 1, name
    assert "spatial blocks of" in feedback.text()
    page = Path(files["REPORT"]).read_text(encoding="utf-8")
    assert f"{100 * AGREEMENT:.2f}" in page and rasters[0] in page
    assert Path(files["TABLE"]).read_text(encoding="utf-8").count("\n") == 4
    assert f"{AGREEMENT:.4f}" in feedback.text()


def test_a_temporary_report_and_a_single_layer_in_place_of_a_list(run, rasters):
    results, _ = run("assessmap", {"PREDICTED": rasters[0], "REFERENCE": rasters[1], "REPORT": "TEMPORARY_OUTPUT"})
    assert Path(results["REPORT"]).suffix == ".html" and Path(results["REPORT"]).exists()
    assert "TABLE" not in results


def test_points_in_another_crs(run, rasters):
    results, _ = run("assessmap", {"PREDICTED": [rasters[0]], "REFERENCE": [points()], "REFERENCE_FIELD": "kind"})
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT, abs=1e-12)
    assert results["PIXELS"] == 2000


def test_polygons_in_another_crs_against_a_map(run, rasters):
    labelled = layer_of("Polygon", [(rectangle(0, 0, 20, 10), [1]), (rectangle(30, 20, 10, 15), [2])], "EPSG:4326")
    parameters = {"PREDICTED": [rasters[0]], "REFERENCE": [labelled], "REFERENCE_FIELD": "kind"}
    results, _ = run("assessmap", parameters)
    hits = (PREDICTED[:10, :20] == 1).sum() + (PREDICTED[20:35, 30:40] == 2).sum()
    assert results["PIXELS"] == 350 and results["OVERALL_ACCURACY"] == pytest.approx(hits / 350)
    results, _ = run("assessmap", {**parameters, "UNLABELLED": "background"})
    rest = PREDICTED.copy()
    rest[:10, :20], rest[20:35, 30:40] = -1, -1
    assert results["PIXELS"] == 2000
    assert results["OVERALL_ACCURACY"] == pytest.approx((hits + (rest == 0).sum()) / 2000)


def test_polygons_as_the_map(run, rasters):
    drawn = layer_of("Polygon", [(rectangle(0, 0, 20, 10), []), (rectangle(30, 20, 10, 15), [])], fields="")
    parameters = {"PREDICTED": [drawn], "REFERENCE": [rasters[1]], "UNMAPPED": "background"}
    results, _ = run("assessmap", parameters)
    truth = np.zeros(REFERENCE.shape, int)
    truth[:10, :20], truth[20:35, 30:40] = 1, 1
    assert results["OVERALL_ACCURACY"] == pytest.approx((truth == REFERENCE).mean())


def test_extent_mask_and_bands(run, rasters, tmp_path, write_raster):
    stack = write_raster(tmp_path / "stack.tif", [PREDICTED * 0, REFERENCE], kind=gdal.GDT_Byte)
    mask = layer_of("Polygon", [(rectangle(0, 0, 25, 40), [1])], "EPSG:4326")
    results, _ = run(
        "assessmap",
        {
            "PREDICTED": [rasters[0]],
            "REFERENCE": [stack],
            "REFERENCE_BAND": 2,
            "EXTENT": f"{LEFT + 100},{LEFT + 400},{TOP - 200},{TOP - 50} [{UTM}]",
            "MASK": mask,
        },
    )
    part = np.s_[5:20, 10:25]
    assert results["PIXELS"] == 15 * 15
    assert results["OVERALL_ACCURACY"] == pytest.approx((PREDICTED[part] == REFERENCE[part]).mean())


def test_names_given_in_the_symbology_find_a_field_of_names(run, rasters):
    named = QgsRasterLayer(rasters[0], "my map")
    entries = [
        QgsPalettedRasterRenderer.Class(value, QColor("red"), name)
        for value, name in enumerate(("water", "forest", "town"))
    ]
    named.setRenderer(QgsPalettedRasterRenderer(named.dataProvider(), 1, entries))
    labelled = layer_of(
        "Polygon",
        [(rectangle(0, 0, 20, 10), ["Forest"]), (rectangle(30, 20, 10, 15), ["town"])],
        fields="field=c:string",
    )
    results, _ = run("assessmap", {"PREDICTED": [named], "REFERENCE": [labelled], "REFERENCE_FIELD": "c"})
    hits = (PREDICTED[:10, :20] == 1).sum() + (PREDICTED[20:35, 30:40] == 2).sum()
    assert results["OVERALL_ACCURACY"] == pytest.approx(hits / 350)


def test_filtered_layers_and_layers_whose_crs_was_set(run, rasters, tmp_path):
    every = points(UTM)
    path = str(tmp_path / "points.gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV3(every, path, QgsProject.instance().transformContext(), options)
    few = QgsVectorLayer(path, "few", "ogr")
    few.setSubsetString("kind > 0")
    results, _ = run("assessmap", {"PREDICTED": [rasters[0]], "REFERENCE": [few], "REFERENCE_FIELD": "kind"})
    assert results["PIXELS"] == (REFERENCE > 0).sum()
    wrong = tmp_path / "wrong.gpkg"
    every.setCrs(QgsCoordinateReferenceSystem("EPSG:32635"))
    QgsVectorFileWriter.writeAsVectorFormatV3(every, str(wrong), QgsProject.instance().transformContext(), options)
    corrected = QgsVectorLayer(str(wrong), "corrected", "ogr")
    corrected.setCrs(QgsCoordinateReferenceSystem(UTM))
    results, _ = run("assessmap", {"PREDICTED": [rasters[0]], "REFERENCE": [corrected], "REFERENCE_FIELD": "kind"})
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT, abs=1e-12)


def test_means_over_many_maps(run, rasters, tmp_path, write_raster):
    half = write_raster(tmp_path / "half.tif", [REFERENCE[:10]], kind=gdal.GDT_Byte)
    results, _ = run("assessmap", {"PREDICTED": [rasters[0], half], "REFERENCE": [rasters[1], rasters[1]]})
    assert results["IMAGES"] == 2
    assert results["IMAGE_ACCURACY"] == pytest.approx((AGREEMENT + 1) / 2)
    assert results["OVERALL_ACCURACY"] == pytest.approx((AGREEMENT * 2000 + 500) / 2500)


def test_a_raster_that_only_qgis_can_read_is_copied(run, rasters):
    layer = QgsRasterLayer(rasters[0], "map")
    provider = layer.dataProvider()
    provider.setUserNoDataValue(1, [QgsRasterRange(1, 2)])
    results, _ = run("assessmap", {"PREDICTED": [layer], "REFERENCE": [rasters[1]]})
    assert results["PIXELS"] == (PREDICTED == 0).sum()


def bad_layers(rasters, tmp_path):
    """Layers that cannot be used, by name."""
    lines = layer_of("LineString", [(QgsGeometry.fromWkt("LineString(500000 4599900, 500100 4599900)"), [1])])
    return {
        "points": points(UTM),
        "lines": lines,
        "plain": layer_of("Polygon", [(rectangle(0, 0, 5, 5), [])], fields=""),
        "kinds": layer_of("Polygon", [(rectangle(0, 0, 5, 5), [1])]),
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PREDICTED": ["/no/map.tif"]}, ["PREDICTED"]),
        ({"PREDICTED": "points"}, ["PREDICTED", "no polygons", "class raster"]),
        ({"REFERENCE": "lines"}, ["REFERENCE", "neither polygons nor points"]),
        ({"REFERENCE": "plain"}, ["REFERENCE_FIELD", "UNLABELLED=background"]),
        ({"PREDICTED": "plain"}, ["PREDICTED_FIELD", "UNMAPPED=background"]),
        ({"REFERENCE": "points"}, ["REFERENCE_FIELD", "'point'"]),
        ({"REFERENCE": "kinds", "REFERENCE_FIELD": "type"}, ["'type'", "kind"]),
        ({"REFERENCE_BAND": 3}, ["REFERENCE_BAND", "1 band"]),
        ({"PREDICTED": 2, "REFERENCE": 3}, ["2 maps", "3 references"]),
        ({"REPORT": "/no/such/folder/r.html"}, ["/no/such/folder"]),
        ({"TABLE": "table.xlsx"}, [".csv"]),
    ],
)
def test_refuses_with_a_sentence(refusal, rasters, tmp_path, changes, words):
    known = bad_layers(rasters, tmp_path)
    parameters = {"PREDICTED": [rasters[0]], "REFERENCE": [rasters[1]]}
    for name, value in changes.items():
        if isinstance(value, int) and name in parameters:
            value = parameters[name] * value
        parameters[name] = [known[value]] if isinstance(value, str) and value in known else value
    text = refusal("assessmap", parameters)
    assert all(word in text for word in words), text


def test_what_the_worker_finds_is_a_sentence_and_leaves_nothing(provider, rasters, tmp_path, write_raster, feedback):
    far = write_raster(tmp_path / "far.tif", [REFERENCE], kind=gdal.GDT_Byte, transform=(0, 10, 0, 0, 0, -10))
    out = tmp_path / "out"
    out.mkdir()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:assessmap")
    parameters = {"PREDICTED": [rasters[0]], "REFERENCE": [far], "REPORT": str(out / "r.html")}
    with pytest.raises(QgsProcessingException, match="does not overlap"):
        algorithm.run(parameters, QgsProcessingContext(), feedback, catchExceptions=False)
    assert list(out.iterdir()) == []


def test_in_a_model_after_a_prediction(provider, known_models, tmp_path, write_raster, feedback):
    """A map that a model makes is assessed in the same model, and its figure is the model's."""
    from rsdl_qgis.toolbox import compat

    values = np.add.outer(np.arange(40) * 4.0, np.arange(50))
    image = write_raster(tmp_path / "image.tif", [values, values * 0], descriptions=("red", "nir"))
    truth = write_raster(tmp_path / "truth.tif", [values > 90], kind=gdal.GDT_Byte)
    model = QgsProcessingModelAlgorithm("cycle", "test")
    for name, parameter in (
        ("image", QgsProcessingParameterRasterLayer("image", "image")),
        ("truth", QgsProcessingParameterMultipleLayers("truth", "truth", compat.MAP_LAYER)),
    ):
        model.addModelParameter(parameter, QgsProcessingModelParameter(name))
    source = QgsProcessingModelChildParameterSource
    predict = QgsProcessingModelChildAlgorithm("rsdl:semanticsegmentation")
    predict.setChildId("predict")
    predict.addParameterSources("INPUT", [source.fromModelParameter("image")])
    predict.addParameterSources("MODEL", [source.fromStaticValue("bright")])
    assess = QgsProcessingModelChildAlgorithm("rsdl:assessmap")
    assess.setChildId("assess")
    assess.addParameterSources("PREDICTED", [source.fromChildOutput("predict", "OUTPUT")])
    assess.addParameterSources("REFERENCE", [source.fromModelParameter("truth")])
    report = QgsProcessingModelOutput("report", "report")
    report.setChildId("assess")
    report.setChildOutputName("REPORT")
    assess.setModelOutputs({"report": report})
    for child in (predict, assess):
        model.addChildAlgorithm(child)
    parameters = {"image": image, "truth": [truth], "assess:report": str(tmp_path / "r.html")}
    results, done = model.run(parameters, QgsProcessingContext(), feedback)
    assert done, feedback.text()
    expected = ((values > 100) == (values > 90)).mean()
    page = Path(result_of(results, "assess:report")).read_text(encoding="utf-8")
    assert f"{100 * expected:.2f}" in page
    assert results["CHILD_RESULTS"]["assess"]["OVERALL_ACCURACY"] == pytest.approx(expected)


def test_qgis_process(environment, rasters, tmp_path, write_raster):
    half = write_raster(tmp_path / "half.tif", [REFERENCE[:10]], kind=gdal.GDT_Byte)
    labelled = tmp_path / "points.gpkg"
    options = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV3(
        points(), str(labelled), QgsProject.instance().transformContext(), options
    )

    def qgis_process(*arguments):
        command = [program(), "--json", "run", "rsdl:assessmap", "--", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout[done.stdout.index("{") :])["results"]

    report = tmp_path / "r.html"
    results = qgis_process(
        f"PREDICTED={rasters[0]}", f"REFERENCE={labelled}|layername=points", "REFERENCE_FIELD=kind", f"REPORT={report}"
    )
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT)
    assert report.exists()
    results = qgis_process(f"PREDICTED={rasters[0]}", f"PREDICTED={half}", f"REFERENCE={rasters[1]}")
    assert results["IMAGES"] == 2
    assert results["IMAGE_ACCURACY"] == pytest.approx((AGREEMENT + 1) / 2)


def test_certainty_beside_the_map(run, rasters, tmp_path, write_raster, feedback):
    uncertain = np.where(PREDICTED == REFERENCE, 0.2, 0.6) + RNG.normal(0, 0.01, PREDICTED.shape)
    layer = write_raster(tmp_path / "uncertainty.tif", [uncertain], kind=gdal.GDT_Float32, nodata=-1)
    given = {"PREDICTED": [rasters[0]], "REFERENCE": [rasters[1]], "REPORT": str(tmp_path / "r.html")}
    results, _ = run("assessmap", {**given, "CERTAINTY": [layer]}, feedback)
    assert results["AUROC_OF_ERRORS"] == 1 and 0 < results["AREA_UNDER_RISK_COVERAGE"] < 1 - AGREEMENT
    assert "AUROC of errors: 1.0000" in feedback.text()
    assert "Uncertainty and errors" in Path(given["REPORT"]).read_text(encoding="utf-8")
    results, _ = run("assessmap", {**given, "CERTAINTY": [layer], "CERTAINTY_KIND": "confidence"})
    assert results["AUROC_OF_ERRORS"] == 0
    results, _ = run("assessmap", given)
    assert results["AUROC_OF_ERRORS"] is None
    with pytest.raises(AssertionError, match="CERTAINTY has 2 layers, and PREDICTED 1 maps"):
        run("assessmap", {**given, "CERTAINTY": [layer, layer]})
