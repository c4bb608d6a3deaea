"""rsdl:timeseriesclassification, through the real worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsDateTimeRange, QgsRasterLayer, QgsRasterRange
from qgis.PyQt.QtCore import QDateTime

from ..qgis_versions import result_of

DATES = ("2013-09-14", "2013-10-16", "2013-11-17")  # of the model 'peak'
CUBE = np.random.default_rng(0).permutation(3 * 2 * 20 * 30).reshape(3, 2, 20, 30) % 997 / 10
CLASSES = CUBE.sum(1).argmax(0) + 1


@pytest.fixture
def by_date(tmp_path, write_raster):
    """Rasters of both variables, one a date."""

    def write(names=("2016-09-13", "2016-10-16", "2016-11-17"), cube=CUBE, descriptions=("NDVI", "EVI"), **profile):
        return [
            write_raster(tmp_path / f"scene {name}.tif", image, descriptions=descriptions, **profile)
            for name, image in zip(names, cube)
        ]

    return write


@pytest.fixture
def by_variable(tmp_path, write_raster):
    """Rasters of all dates, one a variable."""

    def write(cube=CUBE, **profile):
        return [
            write_raster(tmp_path / f"{name}.tif", cube[:, v], descriptions=[f"{name} {d}" for d in DATES], **profile)
            for v, name in enumerate(("NDVI", "EVI"))
        ]

    return write


@pytest.fixture
def out(tmp_path):
    return {"MODEL": "peak", "OUTPUT": str(tmp_path / "out.tif")}


def test_layers_are_dates_in_any_order(run, known_models, by_date, out, tmp_path, read_raster, feedback):
    probabilities, polygons = str(tmp_path / "p.tif"), tmp_path / "p.gpkg"
    parameters = {**out, "LAYERS": by_date()[::-1], "PROBABILITIES": probabilities, "POLYGONS": str(polygons)}
    results, _ = run("timeseriesclassification", {**parameters, "TILE_SIZE": 32, "BATCH_SIZE": 50}, feedback)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), CLASSES)
    np.testing.assert_allclose(read_raster(probabilities).sum(0), 1, atol=1e-5)
    shown = QgsRasterLayer(probabilities, "probabilities")
    assert shown.renderer().type() == "singlebandpseudocolor" and shown.renderer().usesBands() == [1]
    assert results["MODEL_NAME"] == "peak" and polygons.is_file()
    assert "3 year(s) later" in feedback.text()
    assert not [text for kind, text in feedback.said if kind == "warning"]


def test_layers_are_variables(run, known_models, by_variable, out, read_raster):
    parameters = {**out, "MODEL": "", "LAYERS": by_variable()[::-1], "LAYOUT": "variables"}
    results, _ = run("timeseriesclassification", parameters)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), CLASSES)
    assert results["MODEL_NAME"] == "peak"


def test_dates_are_typed_and_bands_chosen(run, known_models, by_date, out, read_raster, feedback):
    cube = np.concatenate([CUBE[:, :1] * 0, CUBE[:, ::-1]], 1)
    layers = by_date("cab", cube, ())
    parameters = {**out, "LAYERS": layers, "BANDS": "3,2", "DATES": "2020-09-14/P32D"}
    results, _ = run("timeseriesclassification", parameters, feedback)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), CLASSES)
    parameters = {**out, "LAYERS": layers[::-1], "BANDS": "3,2", "DATES": ",".join(reversed(DATES))}
    results, _ = run("timeseriesclassification", parameters)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), CLASSES)


def test_what_a_person_sets_in_layers_counts(run, known_models, by_date, out, read_raster):
    """A date in the temporal properties of each, and a nodata value."""
    cube = CUBE.copy()
    cube[1, 1, :7] = 555
    layers = []
    for date, path in zip(DATES, by_date("cab", cube)):
        layer = QgsRasterLayer(path, f"made 2020-01-01 {path}")
        day = QDateTime.fromString(date, "yyyy-MM-dd")
        layer.temporalProperties().setFixedTemporalRange(QgsDateTimeRange(day, day.addDays(1)))
        layer.temporalProperties().setIsActive(True)
        layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(555, 555)])
        layers.append(layer)
    results, _ = run("timeseriesclassification", {**out, "LAYERS": layers[::-1]})
    expected = np.where((np.arange(3) == 1)[:, None, None] & (np.arange(20) < 7)[:, None], -1, CUBE.sum(1))
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), expected.argmax(0) + 1)


def test_numbers_are_scaled_and_wrapped_ones_negative(run, known_models, by_variable, out, read_raster):
    numbers = np.rint(CUBE * 100).astype("int64") - 30
    assert (numbers < 0).any()
    layers = by_variable(numbers % 65536, kind=gdal.GDT_UInt16)
    parameters = {**out, "LAYERS": layers, "LAYOUT": "variables", "SCALE": 0.01}
    results, _ = run("timeseriesclassification", parameters)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), CLASSES)
    results, _ = run("timeseriesclassification", {**parameters, "WRAPPED": "keep"})
    made = read_raster(results["OUTPUT"])
    wrapped = (numbers < 0).any((0, 1))
    assert (made != CLASSES)[wrapped].any() and (made == CLASSES)[~wrapped].all()


def test_extent_limits_the_map(run, known_models, by_date, out, read_raster):
    extent = "500050,500200,4599850,4599950 [EPSG:32634]"
    results, _ = run("timeseriesclassification", {**out, "LAYERS": by_date(), "EXTENT": extent})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), CLASSES[5:15, 5:20])


def test_result_has_the_models_classes(run, known_models, by_date, out, tmp_path):
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    project = QgsProject()
    context = QgsProcessingContext()
    context.setProject(project)
    target = QgsProcessingOutputLayerDefinition(out["OUTPUT"], project)
    results, _ = run("timeseriesclassification", {**out, "LAYERS": by_date(), "OUTPUT": target}, context=context)
    details = context.layerToLoadOnCompletionDetails(results["OUTPUT"])
    assert details.name == "Test peak"
    layer = QgsRasterLayer(results["OUTPUT"], "map")
    details.postProcessor().postProcessLayer(layer, context, None)
    assert [item.label for item in layer.renderer().classes()] == list(DATES)


def test_what_the_worker_refuses_is_told(run, known_models, by_date, by_variable, out):
    from qgis.core import QgsProcessingException

    for layers, layout, words in (
        (by_date(("2014-04-01", "2014-04-17", "2014-05-01")), "dates", "none of them lies near the model's"),
        (by_variable()[:1], "variables", "takes 2 variable"),
    ):
        with pytest.raises(QgsProcessingException, match=words):
            run("timeseriesclassification", {**out, "LAYERS": layers, "LAYOUT": layout})
    assert not Path(out["OUTPUT"]).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"LAYERS": []}, ["LAYERS and LAYERS_PRODUCTS are empty"]),
        ({"LAYERS": ["none.tif"]}, ["LAYERS"]),
        ({"MODEL": "bright"}, ["'bright' is for segmentation", "for time-series", "'Semantic segmentation'"]),
        ({"MODEL": "nothing"}, ["no model 'nothing'", "peak"]),
        ({"DATES": "2013-09-14, 2013-10-16"}, ["names 2 date(s), and there are 3"]),
        ({"DATES": "in May"}, ["'in' is not a date"]),
        ({"BANDS": "1,5"}, ["BANDS names band 5", "2 band(s)"]),
        ({"BANDS": "1,²"}, ["is not a list of band numbers"]),
        ({"BANDS": "x"}, ["'x' is not a list of band numbers"]),
        ({"DEVICE": "gpu"}, ["gpu", "cuda:N"]),
        ({"OUTPUT": "out.gpkg"}, [".tif"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, by_date, out, changes, words):
    text = refusal("timeseriesclassification", {**out, "LAYERS": by_date(), **changes})
    assert all(word in text for word in words), text


def test_other_algorithms_name_it(refusal, known_models, by_date, out):
    text = refusal("semanticsegmentation", {"INPUT": by_date()[0], **out})
    assert "'peak' is for time-series" in text and "'Time-series classification'" in text


def test_without_a_model_that_fits_it_says_which_there_are(refusal, by_date, out, tmp_path, monkeypatch):
    from rsdl_qgis.engine.cards.store import Store
    from rsdl_qgis.toolbox import settings

    monkeypatch.setattr(settings, "store", lambda: Store([tmp_path]))
    text = refusal("timeseriesclassification", {**out, "MODEL": "", "LAYERS": by_date()})
    assert "0 of the installed models are for time series" in text and "none installed" in text


def test_runs_in_a_graphical_model(provider, known_models, by_date, out, read_raster, feedback):
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterMultipleLayers,
    )

    from rsdl_qgis.toolbox import compat

    model = QgsProcessingModelAlgorithm("series", "test")
    model.addModelParameter(
        QgsProcessingParameterMultipleLayers("rasters", "Rasters", compat.RASTERS),
        QgsProcessingModelParameter("rasters"),
    )
    step = QgsProcessingModelChildAlgorithm("rsdl:timeseriesclassification")
    step.setChildId("map")
    step.addParameterSources("LAYERS", [QgsProcessingModelChildParameterSource.fromModelParameter("rasters")])
    step.addParameterSources("MODEL", [QgsProcessingModelChildParameterSource.fromStaticValue("peak")])
    made = QgsProcessingModelOutput("classes", "classes")
    made.setChildId("map")
    made.setChildOutputName("OUTPUT")
    step.setModelOutputs({"classes": made})
    model.addChildAlgorithm(step)
    results, done = model.run({"rasters": by_date(), "map:classes": out["OUTPUT"]}, QgsProcessingContext(), feedback)
    assert done and result_of(results, "map:classes") == out["OUTPUT"]
    np.testing.assert_array_equal(read_raster(out["OUTPUT"]), CLASSES)


def test_clouds_of_a_date_are_left_out(run, refusal, known_models, by_date, out, tmp_path, read_raster, write_raster):
    cloud = np.zeros((20, 30), bool)
    cloud[:8, 5:20] = True
    cube = np.where((np.arange(3) == 1)[:, None, None, None] & cloud, np.nan, CUBE)
    run("timeseriesclassification", {**out, "LAYERS": by_date(cube=cube)})
    expected = read_raster(out["OUTPUT"])
    given = {**out, "LAYERS": by_date()}
    clear, cloudy = (
        write_raster(tmp_path / name / "a_SCL_20m.tif", [np.where(where, 9, 4)], kind=gdal.GDT_Byte)
        for name, where in (("clear", cloud & False), ("cloudy", cloud))
        if (tmp_path / name).mkdir() is None
    )
    run("timeseriesclassification", {**given, "QUALITY_RASTERS": [clear, cloudy, clear], "QUALITY": ["cloud"]})
    np.testing.assert_array_equal(read_raster(out["OUTPUT"]), expected)
    assert (expected != CLASSES).any()
    for changes, words in (
        ({"QUALITY": "cloud"}, "has no quality band"),
        ({"QUALITY_RASTERS": [clear, cloudy], "QUALITY": "cloud"}, "has 2 layers, and there are 3 rasters"),
    ):
        assert words in refusal("timeseriesclassification", {**given, **changes})


def test_files_of_each_date_are_products(run, refusal, known_models, out, tmp_path, read_raster, write_raster):
    found = [
        ";".join(
            write_raster(tmp_path / f"x_{day}_{name}.tif", [image[v]], descriptions=("",))
            for v, name in enumerate(("NDVI", "EVI"))
        )
        for day, image in zip(("20160913", "20161016", "20161117"), CUBE)
    ]
    given = {**out, "LAYERS_PRODUCTS": found[::-1]}
    run("timeseriesclassification", given)
    np.testing.assert_array_equal(read_raster(out["OUTPUT"]), CLASSES)
    for changes, words in (
        ({"LAYOUT": "variables"}, "A product is of one date"),
        ({"LAYERS_PRODUCTS": [*found[:2], "/nowhere"]}, "LAYERS_PRODUCTS: there is no file or folder /nowhere"),
        ({"LAYERS_PRODUCTS": [*found[:2], found[0].replace("NDVI", "EVI")]}, "LAYERS_PRODUCTS: "),
    ):
        assert words in refusal("timeseriesclassification", {**given, **changes})
