"""rsdl:assessdetections, through the real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

LEFT, TOP = 500_000, 4_600_000


def boxes(name, rows, fields=("class:string", "score:double"), crs="EPSG:32634", kind="Polygon"):
    """A memory layer of squares of 10 m in places 20 m apart, (place, width of 10, attributes) each."""
    columns = "&".join(f"field={text}" for text in fields)
    layer = QgsVectorLayer(f"{kind}?crs={crs}&{columns}", name, "memory")
    move = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:32634"), layer.crs(), QgsProject.instance())
    for place, width, *values in rows:
        feature = QgsFeature(layer.fields())
        x = LEFT + 20 * place
        shape = QgsGeometry.fromRect(QgsRectangle(x, TOP, x + width, TOP + 10))
        shape = shape if kind == "Polygon" else shape.centroid()
        shape.transform(move)
        feature.setGeometry(shape)
        feature.setAttributes(values)
        layer.dataProvider().addFeature(feature)
    return layer


def truth(**options):
    return boxes("truth", [(i, 10, "ship") for i in range(4)], ["class:string"], **options)


def found():
    return boxes("found", [(0, 10, "ship", 0.9), (1, 9, "ship", 0.8), (7, 10, "ship", 0.7), (2, 4, "ship", 0.6)])


@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:4326"])
def test_figures_and_all_outputs(run, tmp_path, feedback, crs):
    names = (("REPORT", "r.html"), ("TABLE", "t.csv"), ("MATCHES", "m.gpkg"))
    files = {name: str(tmp_path / file) for name, file in names}
    results, _ = run("assessdetections", {"PREDICTED": found(), "REFERENCE": truth(crs=crs), **files}, feedback)
    assert {name: results[name] for name in files} == files
    counts = ("OBJECTS", "DETECTIONS", "HITS", "MISSES", "FALSE_ALARMS")
    assert [results[name] for name in counts] == [4, 4, 2, 2, 2]
    assert results["PRECISION"] == results["RECALL"] == results["F1"] == 0.5
    assert results["RECALL_LOW"] <= 0.5 <= results["RECALL_HIGH"]
    assert results["AP50"] == pytest.approx(51 / 101) and 0 < results["AP"] < results["AP50"]
    assert "AP50" in Path(files["REPORT"]).read_text(encoding="utf-8") and "2 hits" in feedback.text()
    layer = QgsVectorLayer(files["MATCHES"], "m", "ogr")
    outcomes = sorted(feature["outcome"] for feature in layer.getFeatures())
    assert outcomes == ["false alarm", "false alarm", "hit", "hit", "miss", "miss"]
    assert layer.renderer().classAttribute() == "outcome"


def test_the_layer_is_styled_by_what_became_of_each(qgis_app):
    from rsdl_qgis.toolbox.assess.assessdetections import OUTCOMES, outcomes

    layer = boxes("m", [(0, 10, "hit")], ["outcome:string"])
    outcomes(layer)
    renderer = layer.renderer()
    assert isinstance(renderer, QgsCategorizedSymbolRenderer) and renderer.classAttribute() == "outcome"
    assert [item.value() for item in renderer.categories()] == [value for value, _, _ in OUTCOMES]


def test_least_score_area_and_own_fields(run):
    given = {"PREDICTED": found(), "REFERENCE": truth(), "CONFIDENCE": 0.75}
    results, _ = run("assessdetections", given)
    assert (results["HITS"], results["FALSE_ALARMS"]) == (2, 0) and results["AP50"] == pytest.approx(51 / 101)
    area = {"EXTENT": f"{LEFT - 5},{LEFT + 15},{TOP - 5},{TOP + 15} [EPSG:32634]"}
    results, _ = run("assessdetections", {**given, **area})
    assert results["OBJECTS"] == 1 and results["F1"] == 1
    other = boxes("other", [(i, 10, 7, i == 3, 5) for i in range(4)], ["kind:integer", "crowd:integer", "sure:integer"])
    named = boxes("named", [(0, 10, "7", 1.0)], ["kind:string", "p:double"])
    fields = {"PREDICTED_FIELD": "kind", "REFERENCE_FIELD": "kind", "SCORE_FIELD": "p", "IGNORE_FIELD": "crowd"}
    results, _ = run("assessdetections", {"PREDICTED": named, "REFERENCE": other, **fields})
    assert results["OBJECTS"] == 3 and results["HITS"] == 1


@pytest.mark.parametrize(("changes", "text"), [
    ({"SCORE_FIELD": "nothing"}, "'found' has no field 'nothing'"),
    ({"SCORE_FIELD": "class"}, "'class' of 'found' holds no numbers"),
    ({"REPORT": "/tmp/r.txt"}, "has to end in .html"),
    ({"MATCHES": "/tmp/m.tif"}, "has to end in .gpkg"),
])  # fmt: skip
def test_what_cannot_be_is_refused_before_the_work(refusal, changes, text):
    assert text in refusal("assessdetections", {"PREDICTED": found(), "REFERENCE": truth(), **changes})
