"""rsdl:semanticsegmentation, through the real worker."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer, QgsVectorLayer

from rsdl_qgis.engine.errors import RsdlError

VALUES = np.add.outer(np.arange(40) * 4.0, np.arange(50))  # 0..205


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [VALUES, VALUES * 0], descriptions=("red", "nir"))


def test_maps_a_raster(run, known_models, image, tmp_path, read_raster, feedback):
    out = str(tmp_path / "out.tif")
    parameters = {"INPUT": image, "MODEL": "bright", "OUTPUT": out, "PROBABILITIES": str(tmp_path / "p.tif")}
    results, _ = run("semanticsegmentation", {**parameters, "POLYGONS": str(tmp_path / "p.gpkg")}, feedback)
    assert results["MODEL_NAME"] == "bright"
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), VALUES > 100)
    probabilities = read_raster(results["PROBABILITIES"])
    assert probabilities.shape == (2, *VALUES.shape)
    np.testing.assert_allclose(probabilities[1], VALUES > 100, atol=0.01)
    layer = QgsRasterLayer(results["PROBABILITIES"], "probabilities")
    shown = layer.renderer()
    assert (shown.type(), shown.usesBands()) == ("singlebandpseudocolor", [2])
    assert (shown.classificationMin(), shown.classificationMax()) == (0, 1)
    polygons = QgsVectorLayer(results["POLYGONS"], "polygons", "ogr")
    area = sum(feature["area_m2"] for feature in polygons.getFeatures() if feature["class"] == "bright")
    assert area == pytest.approx((VALUES > 100).sum() * 100, rel=2e-3)
    assert any("CPU" in text for _, text in feedback.said)


def test_tells_the_threshold_that_a_model_has(run, models, image, tmp_path, feedback):
    model = shutil.copytree(models / "bright", tmp_path / "bright")
    card = model / "model.json"
    about = json.loads(card.read_text(encoding="utf-8"))
    about["properties"]["rsdl:threshold"] = 0.25
    card.write_text(json.dumps(about), encoding="utf-8")
    run("semanticsegmentation", {"INPUT": image, "MODEL": str(model), "OUTPUT": str(tmp_path / "out.tif")}, feedback)
    assert "A pixel counts as bright from a probability of 0.25 on." in feedback.text()


def test_finds_bands_by_description_and_number(run, known_models, tmp_path, write_raster, read_raster):
    swapped = write_raster(tmp_path / "s.tif", [VALUES * 0, VALUES, VALUES * 0], descriptions=("nir", "red", "other"))
    plain = write_raster(tmp_path / "n.tif", [VALUES * 0, VALUES, VALUES * 0])
    for path, bands in ((swapped, None), (plain, [2, 1])):
        results, _ = run(
            "semanticsegmentation",
            {"INPUT": path, "MODEL": "bright", "BANDS": bands, "OUTPUT": str(tmp_path / "out.tif")},
        )
        np.testing.assert_array_equal(read_raster(results["OUTPUT"]), VALUES > 100)


def test_picks_the_model_that_fits_by_description(run, known_models, image, tmp_path):
    results, _ = run("semanticsegmentation", {"INPUT": image, "OUTPUT": str(tmp_path / "out.tif")})
    assert results["MODEL_NAME"] == "bright"


def test_extent_and_mask_limit_the_map(run, known_models, image, tmp_path, read_raster):
    mask = QgsVectorLayer("Polygon?crs=EPSG:32634", "mask", "memory")
    from qgis.core import QgsFeature, QgsGeometry, QgsProcessingContext, QgsRectangle

    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(500_100, 4_599_600, 500_200, 4_600_000)))
    mask.dataProvider().addFeature(feature)
    context = QgsProcessingContext()
    results, _ = run(
        "semanticsegmentation",
        {
            "INPUT": image,
            "MODEL": "bright",
            "EXTENT": "500100,500300,4599700,4599900 [EPSG:32634]",
            "MASK": mask,
            "OUTPUT": str(tmp_path / "out.tif"),
        },
        context=context,
    )
    result = read_raster(results["OUTPUT"])
    expected = (VALUES > 100)[10:30, 10:30].astype("uint8")
    expected[:, 10:] = 255
    np.testing.assert_array_equal(result, expected)


def test_model_of_one_file(run, models, image, tmp_path, read_raster):
    import shutil

    archive = shutil.make_archive(str(tmp_path / "bright"), "zip", models / "bright")
    for model in (archive, str(models / "bright")):
        results, _ = run("semanticsegmentation", {"INPUT": image, "MODEL": model, "OUTPUT": str(tmp_path / "out.tif")})
        np.testing.assert_array_equal(read_raster(results["OUTPUT"]), VALUES > 100)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"MODEL": "nothing"}, ["no model 'nothing'", "bright"]),
        ({"MODEL": "flood-s2"}, ["flood-s2", "sentinel-2 before", "'Flood mapping'"]),
        ({"MODEL": "grown"}, ["'grown' is for change", "for segmentation", "'Change detection'"]),
        ({"MODEL": "web"}, ["INPUT", "Red, Green, Blue", "BANDS"]),
        ({"BANDS": [1, 7]}, ["band 7", "2 band"]),
        ({"BANDS": [1]}, ["1 band", "red, nir"]),
        ({"DEVICE": "gpu"}, ["gpu", "cuda:N"]),
        ({"TILE_SIZE": 64, "OVERLAP": 40}, ["40", "64"]),
        ({"SCHEDULER": "10.0.0.5"}, ["'10.0.0.5'", "tcp://10.0.0.5:8786"]),
        ({"OUTPUT": "/no/such/folder/out.tif"}, ["/no/such/folder"]),
        ({"OUTPUT": "out.jpg"}, [".jpg"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, image, tmp_path, changes, words):
    text = refusal(
        "semanticsegmentation",
        {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "out.tif"), **changes},
    )
    assert all(word in text for word in words), text


def test_the_scheduler_is_in_the_job(run, known_models, image, tmp_path, monkeypatch):
    jobs = []

    def keeps(job, *_):
        jobs.append(job["arguments"]["scheduler"])
        raise RsdlError("Kept.")

    monkeypatch.setattr("rsdl_qgis.toolbox.predict.base.run_job", keeps)
    for given in ({"SCHEDULER": " tcp://here:1 "}, {}):
        with pytest.raises(QgsProcessingException, match="Kept"):
            run("semanticsegmentation", {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "o.tif"), **given})
    assert jobs == ["tcp://here:1", None]


def test_says_how_to_set_up(refusal, known_models, image, tmp_path, monkeypatch):
    monkeypatch.delenv("RSDL_PYTHON")
    text = refusal("semanticsegmentation", {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "o.tif")})
    assert "Set up environment" in text


def test_result_is_styled_and_named(run, known_models, image, tmp_path, feedback):
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    project = QgsProject()
    context = QgsProcessingContext()
    context.setProject(project)
    outputs = {
        name: QgsProcessingOutputLayerDefinition(str(tmp_path / file), project)
        for name, file in (("OUTPUT", "o.tif"), ("POLYGONS", "o.gpkg"))
    }
    results, _ = run("semanticsegmentation", {"INPUT": image, "MODEL": "bright", **outputs}, context=context)
    details = context.layersToLoadOnCompletion()
    loaded = {}
    for name, kind in (("OUTPUT", QgsRasterLayer), ("POLYGONS", QgsVectorLayer)):
        path = results[name]
        layer = kind(path, details[path].name)
        details[path].postProcessor().postProcessLayer(layer, context, feedback)
        loaded[name] = layer
    assert loaded["OUTPUT"].name() == "Test bright"
    assert [(c.value, c.label) for c in loaded["OUTPUT"].renderer().classes()] == [(0, "dark"), (1, "bright")]
    categories = loaded["POLYGONS"].renderer().categories()
    assert ("bright", "#1f78b4") in [(c.label(), c.symbol().color().name()) for c in categories]
