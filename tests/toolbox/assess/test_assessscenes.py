"""rsdl:assessscenes, through the real worker."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterVectorLayer,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from tools.headless import program

NAMES = np.array(["river", "forest", "harbor"], object)
RNG = np.random.default_rng(3)
TRUTH = RNG.integers(0, 3, 40)
PREDICTED = np.where(RNG.random(40) < 0.7, TRUTH, RNG.integers(0, 3, 40))
AGREEMENT = (PREDICTED == TRUTH).mean()
MARKS = (RNG.random((40, 3)) < 0.4).astype(int)
GIVEN = np.where(RNG.random((40, 3)) < 0.8, MARKS, 1 - MARKS)


def layer_of(name, fields, rows, crs="EPSG:32634"):
    """A memory layer of squares in a row, each with its attributes; ``crs`` '': a table."""
    columns = "&".join(f"field={text}" for text in fields)
    layer = QgsVectorLayer(f"Polygon?crs={crs}&{columns}" if crs else f"NoGeometry?{columns}", name, "memory")
    for i, row in enumerate(rows):
        feature = QgsFeature(layer.fields())
        if crs:
            x = 500_000 + 100 * i
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, 4_600_000, x + 100, 4_600_100)))
        feature.setAttributes([value.item() if hasattr(value, "item") else value for value in row])
        layer.dataProvider().addFeature(feature)
    return layer


def scenes():
    rows = [(NAMES[p], NAMES[t], i) for i, (p, t) in enumerate(zip(PREDICTED, TRUTH))]
    return layer_of("scenes", ["class:string", "truth:string", "number:integer"], rows)


def saved(layer, path):
    options = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), QgsProject.instance().transformContext(), options)
    return str(path)


def picture_f1(given, held):
    count = given.sum(1) + held.sum(1)
    return np.where(count > 0, 2 * (given & held).sum(1) / np.maximum(count, 1), 1).mean()


def test_a_field_of_the_same_layer_and_all_outputs(run, tmp_path, feedback):
    files = {"REPORT": str(tmp_path / "r.html"), "TABLE": str(tmp_path / "t.csv")}
    results, _ = run("assessscenes", {"PREDICTED": scenes(), "REFERENCE_FIELD": "truth", **files}, feedback)
    assert {name: results[name] for name in files} == files
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT, abs=1e-12)
    assert results["FEATURES"] == 40 and results["LEFT_OUT"] == 0 and results["SAMPLE_F1"] is None
    assert results["OVERALL_ACCURACY_LOW"] < AGREEMENT < results["OVERALL_ACCURACY_HIGH"]
    assert results["SAMPLE_F1_LOW"] is None and results["SAMPLE_F1_HIGH"] is None
    own, true = (np.arange(3)[:, None] == side for side in (PREDICTED, TRUTH))
    shared = (own & true).sum(1) / (own | true).sum(1)
    assert results["MEAN_IOU"] == pytest.approx(np.mean(shared), abs=1e-12)
    assert results["FW_IOU"] == pytest.approx(np.bincount(TRUTH) @ shared / 40, abs=1e-12)
    assert f"{100 * AGREEMENT:.2f}" in Path(files["REPORT"]).read_text(encoding="utf-8")
    assert Path(files["TABLE"]).read_text(encoding="utf-8").count("\n") == 4
    assert f"{AGREEMENT:.4f}" in feedback.text() and f"mean IoU {np.mean(shared):.4f}" in feedback.text()


def test_the_layer_itself_as_the_reference_and_a_temporary_report(run, tmp_path):
    path = saved(scenes(), tmp_path / "scenes.gpkg")
    results, _ = run(
        "assessscenes",
        {"PREDICTED": path, "REFERENCE": path, "REFERENCE_FIELD": "truth", "REPORT": "TEMPORARY_OUTPUT"},
    )
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT)
    assert Path(results["REPORT"]).suffix == ".html" and Path(results["REPORT"]).exists()


def test_another_layer_by_ids_and_by_place(run):
    rows = [(NAMES[t], i) for i, t in enumerate(TRUTH)]
    table = layer_of("table", ["kind:string", "scene:integer"], rows[::-1], "")
    join = {"JOIN_FIELD": "number", "REFERENCE_JOIN_FIELD": "scene", "REFERENCE_FIELD": "kind"}
    results, _ = run("assessscenes", {"PREDICTED": scenes(), "REFERENCE": table, **join})
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT) and results["FEATURES"] == 40
    polygons = layer_of("truth", ["class:string", "scene:integer"], rows[:30])
    results, _ = run("assessscenes", {"PREDICTED": scenes(), "REFERENCE": polygons})
    assert results["OVERALL_ACCURACY"] == pytest.approx((PREDICTED == TRUTH)[:30].mean())
    assert results["FEATURES"] == 30 and results["LEFT_OUT"] == 10
    few = scenes()
    few.setSubsetString("number < 10")
    results, _ = run("assessscenes", {"PREDICTED": few, "REFERENCE_FIELD": "truth"})
    assert results["FEATURES"] == 10


def test_several_labels_in_texts_and_in_fields(run):
    texts = ["; ".join(NAMES[row > 0]) for row in GIVEN]
    truth = ["; ".join(NAMES[row > 0]) for row in MARKS]
    rows = [(a, b, *row, *p) for a, b, row, p in zip(texts, truth, MARKS.tolist(), (0.2 + 0.6 * GIVEN).tolist())]
    fields = ["class:string", "truth:string", *(f"is_{name}:integer" for name in NAMES)]
    layer = layer_of("scenes", [*fields, *(f"{name}:double" for name in NAMES)], rows)
    expected = picture_f1(GIVEN, MARKS)
    results, _ = run("assessscenes", {"PREDICTED": layer, "REFERENCE_FIELD": "truth", "MULTILABEL": True})
    assert results["SAMPLE_F1"] == pytest.approx(expected) and results["OVERALL_ACCURACY"] is None
    assert 0 < results["MEAN_AP"] <= 1 and results["FEATURES"] == 40
    fields = ["class:string", *(f"{name}:integer" for name in NAMES)]
    layer = layer_of("scenes", fields, [(a, *row) for a, row in zip(texts, MARKS.tolist())])
    results, _ = run("assessscenes", {"PREDICTED": layer, "REFERENCE_LABELS": NAMES.tolist(), "MULTILABEL": True})
    assert results["SAMPLE_F1"] == pytest.approx(expected) and results["MEAN_AP"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PREDICTED": "/no/scenes.gpkg"}, ["PREDICTED"]),
        ({"REFERENCE_FIELD": None}, ["REFERENCE_FIELD", "'scenes'"]),
        ({"PREDICTED_FIELD": "kind"}, ["no field 'kind'", "class, truth, number"]),
        ({"REFERENCE_FIELD": "kind"}, ["no field 'kind'"]),
        ({"REFERENCE_FIELD": "class"}, ["compared with itself"]),
        ({"JOIN_FIELD": "id"}, ["no field 'id'"]),
        ({"REFERENCE_LABELS": ["truth", "number"]}, ["REFERENCE_LABELS", "MULTILABEL"]),
        ({"REPORT": "/no/such/folder/r.html"}, ["/no/such/folder"]),
        ({"TABLE": "table.xlsx"}, [".csv"]),
    ],
)
def test_refuses_with_a_sentence(refusal, changes, words):
    text = refusal("assessscenes", {"PREDICTED": scenes(), "REFERENCE_FIELD": "truth", **changes})
    assert all(word in text for word in words), text


def test_what_the_worker_finds_is_a_sentence_and_leaves_nothing(provider, tmp_path, feedback):
    other = layer_of("other", ["class:string"], [("ice",)] * 40)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:assessscenes")
    parameters = {"PREDICTED": scenes(), "REFERENCE": other, "REPORT": str(tmp_path / "r.html")}
    with pytest.raises(QgsProcessingException, match="no class in common"):
        algorithm.run(parameters, QgsProcessingContext(), feedback, catchExceptions=False)
    assert list(tmp_path.iterdir()) == []


def test_in_a_model(provider, feedback):
    model = QgsProcessingModelAlgorithm("check", "test")
    model.addModelParameter(
        QgsProcessingParameterVectorLayer("scenes", "scenes"), QgsProcessingModelParameter("scenes")
    )
    source = QgsProcessingModelChildParameterSource
    child = QgsProcessingModelChildAlgorithm("rsdl:assessscenes")
    child.setChildId("assess")
    child.addParameterSources("PREDICTED", [source.fromModelParameter("scenes")])
    child.addParameterSources("REFERENCE_FIELD", [source.fromStaticValue("truth")])
    model.addChildAlgorithm(child)
    results, done = model.run({"scenes": scenes()}, QgsProcessingContext(), feedback)
    assert done, feedback.text()
    assert results["CHILD_RESULTS"]["assess"]["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT)


def test_qgis_process(environment, tmp_path):
    path, report = saved(scenes(), tmp_path / "scenes.gpkg"), tmp_path / "r.html"
    command = [program(), "--json", "run", "rsdl:assessscenes", "--"]
    command += [f"PREDICTED={path}", "REFERENCE_FIELD=truth", f"REPORT={report}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    assert results["OVERALL_ACCURACY"] == pytest.approx(AGREEMENT) and report.exists()
