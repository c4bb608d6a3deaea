"""Predicted scenes against references: metrics equal scikit-learn's, however the features go together."""

from __future__ import annotations

import csv
import json
import struct
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from sklearn import metrics as sk

from rsdl_qgis.engine.assessment import scene_metrics
from rsdl_qgis.engine.assessment.scenes import run_assess_scenes
from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.vector import attributes

NAMES = np.array(["river", "forest", "dense residential", "harbor"], object)
COUNT = 60
CRS = "EPSG:32634"
DRIVERS = {".fgb": "FlatGeobuf", ".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}


class Listening(Report):
    def __init__(self, stop_at: str = ""):
        self.said: list[str] = []
        self.stop_at, self.stopped = stop_at, False

    def progress(self, fraction, message=""):
        assert 0 <= fraction <= 1 + 1e-9
        self.stopped |= bool(self.stop_at) and message.startswith(self.stop_at)

    def log(self, level, message):
        self.said.append(message)

    def cancelled(self):
        return self.stopped


def square(i, side=100.0, shift=0.0):
    """The i-th cell of a grid of ten columns, as WKB."""
    x, y = 500_000 + 100.0 * (i % 10) + shift, 4_600_000 - 100.0 * (i // 10) - shift
    corners = [(x, y), (x + side, y), (x + side, y - side), (x, y - side), (x, y)]
    return struct.pack("<BIII", 1, 3, 1, 5) + np.array(corners, "<f8").tobytes()


def point(i):
    return struct.pack("<BIdd", 1, 1, 500_050 + 100.0 * (i % 10), 4_599_950 - 100.0 * (i // 10))


def write(path, fields, geometry=None, crs=CRS, kind="Polygon", metadata=None):
    """A vector file of fields: name -> values; without ``geometry`` the features are cells of a grid."""
    values = {name: np.asarray(column) for name, column in fields.items()}
    count = len(next(iter(values.values())))
    shapes = np.empty(count, object)
    shapes[:] = [square(i) for i in range(count)] if geometry is None else geometry
    names = [name[:10] for name in values] if path.suffix == ".shp" else list(values)
    options = {"SPATIAL_INDEX": "NO"} if path.suffix == ".fgb" else {}  # which would change the order
    about = {"geometry_type": kind, "crs": crs, "driver": DRIVERS[path.suffix], "layer_metadata": metadata}
    pyogrio.raw.write(path, shapes, list(values.values()), names, **about, **options)
    return path


def compare(predicted, reference, listener=None, **arguments):
    """run_assess_scenes; a path alone is a layer."""
    sides = [{"path": str(side)} if isinstance(side, Path) else {**side} for side in (predicted, reference)]
    for side in sides:
        side.update({"path": str(side["path"])} if side.get("path") else {})
    return run_assess_scenes({"predicted": sides[0], "reference": sides[1], **arguments}, listener or Report())


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def classes(rng):
    """Predicted and true classes, as indices."""
    truth = rng.integers(0, 4, COUNT)
    return np.where(rng.random(COUNT) < 0.7, truth, rng.integers(0, 4, COUNT)), truth


@pytest.fixture
def labels(rng):
    """Probabilities with ties, what is given, and truth, of 40 features and 4 labels; some have none."""
    truth = (rng.random((40, 4)) < (0.5, 0.2, 0.1, 0.6)).astype(int)
    truth[0], truth[1] = 1, 0
    probabilities = np.clip(0.3 * truth + rng.random((40, 4)) * 0.7, 0, 1).round(1)
    given = (probabilities >= 0.5).astype(int)
    given[1] = 0
    return probabilities, given, truth


def joined(table):
    return np.array(["; ".join(NAMES[row > 0]) for row in table], object)


def labelled(labels, **more):
    """The fields of a layer as the scene classification writes it, with the truth."""
    probabilities, given, truth = labels
    own = {name.replace(" ", "_"): column for name, column in zip(NAMES, probabilities.T)}
    return {"class": joined(given), "score": probabilities.max(1), **own, "truth": joined(truth), **more}


def assert_sklearn(result, predicted, truth):
    """Every metric equals scikit-learn's, for (n,) indices of classes."""
    order = np.argsort(NAMES)
    assert [item["label"] for item in result["classes"]] == NAMES[order].tolist()
    np.testing.assert_array_equal(result["confusion"], sk.confusion_matrix(truth, predicted, labels=order))
    metrics, close = result["figures"], {"rel": 0, "abs": 1e-12}
    assert metrics["features"] == len(truth)
    assert metrics["overall_accuracy"] == pytest.approx(sk.accuracy_score(truth, predicted), **close)
    assert metrics["kappa"] == pytest.approx(sk.cohen_kappa_score(truth, predicted), **close)
    assert metrics["macro_f1"] == pytest.approx(sk.f1_score(truth, predicted, average="macro"), **close)
    for name, average in (("mean_iou", "macro"), ("fw_iou", "weighted")):
        assert metrics[name] == pytest.approx(sk.jaccard_score(truth, predicted, average=average), **close)
        assert result["intervals"][name][0] <= metrics[name] <= result["intervals"][name][1]
    ious = sk.jaccard_score(truth, predicted, labels=order, average=None)
    np.testing.assert_allclose([item["iou"] for item in result["classes"]], ious)
    assert metrics["sample_f1"] is None and metrics["mean_ap"] is None
    rates = sk.precision_recall_fscore_support(truth, predicted, labels=order)
    for name, values in zip(("users_accuracy", "producers_accuracy", "f1", "reference"), rates):
        np.testing.assert_allclose([item[name] for item in result["classes"]], values)


@pytest.mark.parametrize("piece", [7, 50_000])
@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson"])
def test_a_field_of_the_same_layer(tmp_path, classes, monkeypatch, ending, piece):
    monkeypatch.setattr(attributes, "PIECE", piece)
    predicted, truth = classes
    path = write(tmp_path / f"p{ending}", {"class": NAMES[predicted], "truth": NAMES[truth]})
    assert_sklearn(compare(path, {"field": "truth"}), predicted, truth)
    assert_sklearn(compare(path, {"path": path, "field": "truth"}), predicted, truth)


def test_names_in_another_case_and_numbers_of_the_same_classes(tmp_path, classes):
    predicted, truth = classes
    upper = np.array([f" {name.upper()} " for name in NAMES], object)
    fields = {"class": NAMES[predicted], "truth": upper[truth], "number": predicted, "text": truth.astype(str)}
    path = write(tmp_path / "p.fgb", fields)
    assert_sklearn(compare(path, {"field": "truth"}), predicted, truth)
    result = compare({"path": path, "field": "number"}, {"field": "text"})
    assert [item["value"] for item in result["classes"]] == [0, 1, 2, 3]
    assert result["figures"]["overall_accuracy"] == (predicted == truth).mean()


@pytest.mark.parametrize("piece", [9, 50_000])
def test_features_go_together_by_ids(tmp_path, classes, rng, monkeypatch, piece):
    monkeypatch.setattr(attributes, "PIECE", piece)
    predicted, truth = classes
    ids = 100 + np.arange(COUNT)
    own = write(tmp_path / "p.fgb", {"class": NAMES[predicted], "id": ids})
    mixed = rng.permutation(COUNT)
    other = write(tmp_path / "r.fgb", {"class": NAMES[truth][mixed], "scene": ids[mixed].astype(str)})
    result = compare({"path": own, "join": "id"}, {"path": other, "join": "scene"})
    assert_sklearn(result, predicted, truth)
    assert result["how"] == "joined by 'id' and 'scene'" and result["notes"] == []
    table = tmp_path / "r.csv"
    table.write_text("id,kind\n" + "".join(f"{i},{NAMES[t]}\n" for i, t in zip(ids, truth)))
    assert_sklearn(compare({"path": own, "join": "id"}, {"path": table, "field": "kind"}), predicted, truth)
    sides = [write(tmp_path / f"{i}.gpkg", {"class": NAMES[side]}) for i, side in enumerate((predicted, truth))]
    result = compare({"path": sides[0], "join": "fid"}, sides[1])  # what a GeoPackage counts features by
    assert_sklearn(result, predicted, truth)


def test_what_has_no_class_or_partner_or_several_is_left_out_and_counted(tmp_path):
    fields = {"class": ["a", "b", None, "a", "b", "a", "a", "b"], "id": [1, 2, 3, 4, 5, 6, 9, 2]}
    own = write(
        tmp_path / "p.fgb", {name: np.array(v, object if name == "class" else int) for name, v in fields.items()}
    )
    truth = {"kind": ["a", "a", "a", None, "a", "b", "a", "a", None, "b"], "id": [1, 2, 3, 4, 5, 5, 6, 6, 1, 77]}
    other = write(tmp_path / "r.fgb", {n: np.array(v, object if n == "kind" else int) for n, v in truth.items()})
    report = Listening()
    result = compare({"path": own, "join": "id"}, {"path": other, "field": "kind"}, report)
    assert result["left_out"] == {"unclassified": 1, "unmatched": 1, "unlabelled": 1, "unclear": 1}
    assert result["figures"]["features"] == 4 and result["figures"]["left_out"] == 4
    assert result["confusion"] == [[2, 2], [0, 0]]
    text = "\n".join(result["notes"])
    assert text == "\n".join(report.said)
    for words in (
        "no class in the prediction: 1 of 8 features",
        "no feature of the reference: 1 of 8 features",
        "no class in the reference: 1 of 8 features",
        "contradict one another: 1 of 8 features",
        "that belong to none of the prediction: 1.",
        "with the id of another one: 1;",
        "The reference has no features of: 'b'",
        "one class only (a)",
    ):
        assert words in text, words


@pytest.mark.parametrize("piece", [11, 50_000])
@pytest.mark.parametrize("crs", [CRS, "EPSG:4326", "EPSG:3857"])
def test_features_go_together_by_place(tmp_path, classes, rng, monkeypatch, crs, piece):
    monkeypatch.setattr(attributes, "PIECE", piece)
    predicted, truth = classes
    own = write(tmp_path / "p.fgb", {"class": NAMES[predicted]})
    mixed = rng.permutation(COUNT)
    other = tmp_path / "r.geojson"
    features = [feature([square(i, 90, 8), NAMES[truth[i]]], crs) for i in mixed]
    other.write_text(collection(features, crs))
    result = compare(own, {"path": other, "field": "kind"})
    assert_sklearn(result, predicted, truth)
    assert "holds a feature's middle" in result["how"]
    other.write_text(collection([feature([point(i), NAMES[truth[i]]], crs) for i in mixed], crs))
    result = compare(own, {"path": other, "field": "kind"})
    assert_sklearn(result, predicted, truth)
    assert "points of the reference" in result["how"]
    points = write(tmp_path / "q.fgb", {"class": NAMES[predicted]}, [point(i) for i in range(COUNT)], kind="Point")
    whole = write(tmp_path / "s.fgb", {"class": NAMES[truth]})
    assert_sklearn(compare(points, whole), predicted, truth)


def feature(given, crs):
    """A GeoJSON feature from WKB in UTM."""
    from rasterio.warp import transform_geom

    wkb, kind = given
    if struct.unpack_from("<I", wkb, 1)[0] == 1:
        geometry = {"type": "Point", "coordinates": struct.unpack_from("<dd", wkb, 5)}
    else:
        corners = np.frombuffer(wkb, "<f8", 10, 13).reshape(5, 2).tolist()
        geometry = {"type": "Polygon", "coordinates": [corners]}
    moved = geometry if crs == CRS else transform_geom(CRS, crs, geometry)
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": moved}


def collection(features, crs):
    named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}}
    return json.dumps({"type": "FeatureCollection", "crs": named, "features": features})


def test_by_place_what_lies_elsewhere_or_on_two_is_left_out(tmp_path):
    own = write(tmp_path / "p.fgb", {"class": np.array(["a", "a", "b", "b"], object)})
    shapes = [square(0), square(1), square(1, 80, 5), square(2), square(2, 80, 5), square(35)]
    kinds = np.array(["a", "a", "b", "a", "a", "b"], object)
    result = compare(own, write(tmp_path / "r.fgb", {"class": kinds}, shapes))
    assert result["left_out"] == {"unclassified": 0, "unmatched": 1, "unlabelled": 0, "unclear": 1}
    assert result["confusion"] == [[1, 1], [0, 0]]
    assert any("belong to none of the prediction: 1." in text for text in result["notes"])


@pytest.mark.parametrize("ending", [".fgb", ".shp"])
@pytest.mark.parametrize("piece", [7, 50_000])
def test_several_labels_equal_scikit_learn(tmp_path, labels, monkeypatch, ending, piece):
    monkeypatch.setattr(attributes, "PIECE", piece)
    probabilities, given, truth = labels
    fields = labelled(labels)
    if ending == ".shp":  # it cannot distinguish a text without labels from none
        fields["truth"] = joined(np.maximum(truth, truth.sum(1, keepdims=True) == 0))
        truth = np.maximum(truth, truth.sum(1, keepdims=True) == 0)
    result = compare(write(tmp_path / f"p{ending}", fields), {"field": "truth"}, multilabel=True)
    order, metrics = np.argsort(NAMES), result["figures"]
    assert metrics["features"] == 40 and metrics["overall_accuracy"] is None and result["confusion"] is None
    assert metrics["sample_f1"] == pytest.approx(sk.f1_score(truth, given, average="samples", zero_division=1))
    assert metrics["micro_f1"] == pytest.approx(sk.f1_score(truth, given, average="micro"))
    assert metrics["macro_f1"] == pytest.approx(sk.f1_score(truth, given, average="macro"))
    average = [sk.average_precision_score(truth[:, k], probabilities[:, k]) for k in order]
    assert metrics["mean_ap"] == pytest.approx(np.mean(average))
    rates = sk.precision_recall_fscore_support(truth, given)
    for name, values in zip(("precision", "recall", "f1", "reference"), rates):
        np.testing.assert_allclose([item[name] for item in result["classes"]], values[order])
    np.testing.assert_allclose([item["average_precision"] for item in result["classes"]], average)
    assert result["notes"] == []


def test_a_field_for_each_label(tmp_path, labels):
    _, given, truth = labels
    own = write(tmp_path / "p.fgb", {"class": joined(given), "id": np.arange(40)})
    marks = dict(zip(NAMES, truth.T.astype(float)))
    marks["river"] = np.where(np.arange(40) == 5, np.nan, marks["river"])
    other = write(tmp_path / "r.fgb", {**marks, "id": np.arange(40)})
    result = compare({"path": own, "join": "id"}, {"path": other, "field": NAMES.tolist()}, multilabel=True)
    kept = np.arange(40) != 5
    expected = sk.f1_score(truth[kept], given[kept], average="samples", zero_division=1)
    assert result["figures"]["sample_f1"] == pytest.approx(expected)
    assert result["left_out"]["unlabelled"] == 1
    assert result["figures"]["mean_ap"] is None
    assert any("no fields with the probabilities" in text for text in result["notes"])


def test_probabilities_are_found_by_what_the_layer_says_of_its_fields(tmp_path, labels):
    probabilities, _, truth = labels
    fields = labelled(labels)
    for i, name in enumerate(NAMES):
        fields[f"p{i}"] = fields.pop(name.replace(" ", "_"))
    said = {"RSDL_FIELDS": json.dumps({name: f"p{i}" for i, name in enumerate(NAMES)})}
    result = compare(write(tmp_path / "p.gpkg", fields, metadata=said), {"field": "truth"}, multilabel=True)
    expected = np.mean([sk.average_precision_score(truth[:, k], probabilities[:, k]) for k in range(4)])
    assert result["figures"]["mean_ap"] == pytest.approx(expected)


def test_probabilities_that_are_none_or_lack_are_reported(tmp_path, labels):
    probabilities, _, truth = labels
    fields = labelled(labels)
    fields["forest"] = fields["forest"] * 100
    fields["river"] = np.where(np.arange(40) == 3, np.nan, fields["river"])
    del fields["harbor"]
    result = compare(write(tmp_path / "p.fgb", fields), {"field": "truth"}, multilabel=True)
    assert result["figures"]["mean_ap"] == pytest.approx(sk.average_precision_score(truth[:, 2], probabilities[:, 2]))
    text = "\n".join(result["notes"])
    assert "left out of average precision: 'forest', 'river'" in text
    assert "mean over 1 of the 4 labels" in text


def test_classes_that_the_prediction_does_not_know_count_as_wrong_and_are_reported(tmp_path):
    fields = {"class": ["a", "a", "b", "b"], "truth": ["a", "ice", "b", "c"], "a": [0.5] * 4, "c": [0.2] * 4}
    path = write(
        tmp_path / "p.fgb", {n: np.array(v, object if isinstance(v[0], str) else float) for n, v in fields.items()}
    )
    result = compare(path, {"field": "truth"})
    assert result["figures"]["overall_accuracy"] == 0.5
    (text,) = result["notes"]
    assert (
        "'ice'. Features that have them, and count as wrong: 1." in text and "'c'" not in text
    )  # it has a field for c, and only did not give it


def test_intervals_hold_the_metric_and_are_those_of_drawing_features(tmp_path, classes, monkeypatch):
    predicted, truth = classes
    path = write(tmp_path / "p.fgb", {"class": NAMES[predicted], "truth": NAMES[truth]})
    result = compare(path, {"field": "truth"})
    low, high = result["intervals"]["overall_accuracy"]
    share = (predicted == truth).mean()
    drawn = np.random.default_rng(1).binomial(COUNT, share, 20_000) / COUNT
    np.testing.assert_allclose([low, high], np.percentile(drawn, (2.5, 97.5)), atol=1.01 / COUNT)
    for item in result["classes"]:
        assert item["intervals"]["f1"][0] <= item["f1"] <= item["intervals"]["f1"][1]
    again = compare(path, {"field": "truth"})
    assert again["intervals"] == result["intervals"]


def test_average_precision_has_an_interval_unless_features_are_too_many(tmp_path, labels, monkeypatch):
    path = write(tmp_path / "p.fgb", labelled(labels))
    result = compare(path, {"field": "truth"}, multilabel=True)
    low, high = result["intervals"]["mean_ap"]
    assert low < result["figures"]["mean_ap"] < high
    monkeypatch.setattr(scene_metrics, "MOST_RANKED", 30)
    few = compare(path, {"field": "truth"}, multilabel=True)
    assert few["figures"]["mean_ap"] == result["figures"]["mean_ap"]
    assert few["intervals"]["mean_ap"] == [None, None] and few["intervals"]["sample_f1"][0] is not None
    assert "None for average precision" in few["drawn"]


def test_two_features_have_metrics_and_no_intervals(tmp_path):
    path = write(tmp_path / "p.fgb", {"class": np.array(["a", "b"], object), "t": np.array(["a", "a"], object)})
    result = compare(path, {"field": "t"})
    assert result["figures"]["overall_accuracy"] == 0.5 and result["intervals"]["overall_accuracy"] == [None, None]
    assert result["drawn"].startswith("No intervals")


def test_the_report_and_the_table_say_everything(tmp_path, classes, labels):
    predicted, truth = classes
    odd = np.array(["bare & <b>soil</b>", "forest", "town", "sea"], object)
    path = write(tmp_path / "p.fgb", {"class": odd[predicted], "truth": odd[truth]})
    out = {"report": str(tmp_path / "r.html"), "table": str(tmp_path / "t.csv")}
    result = compare(path, {"field": "truth"}, **out)
    assert {name: result[name] for name in out} == out
    page = Path(out["report"]).read_text(encoding="utf-8")
    assert "<b>soil" not in page and "bare &amp; &lt;b&gt;soil" in page
    assert "http" not in page and "<script" not in page and "src=" not in page
    for text in ("Confusion matrix", "Producer's accuracy", "against the field truth", "RSDL 0.1.0", "95 % intervals"):
        assert text in page.replace("&#x27;", "'"), text
    assert f"{100 * result['figures']['overall_accuracy']:.2f}" in page
    rows = list(csv.DictReader(Path(out["table"]).read_text(encoding="utf-8").splitlines()))
    for i, (row, item) in enumerate(zip(rows, result["classes"])):
        assert float(row["f1"]) == item["f1"] and float(row["f1_low"]) == item["intervals"]["f1"][0]
        assert float(row["iou"]) == item["iou"] and float(row["iou_high"]) == item["intervals"]["iou"][1]
        assert int(row["predicted as forest"]) == result["confusion"][i][1]
    result = compare(write(tmp_path / "m.fgb", labelled(labels)), {"field": "truth"}, multilabel=True, **out)
    page = Path(out["report"]).read_text(encoding="utf-8")
    assert "Confusion matrix" not in page and "mAP" in page and f"{result['figures']['sample_f1']:.4f}" in page
    rows = list(csv.DictReader(Path(out["table"]).read_text(encoding="utf-8").splitlines()))
    assert float(rows[0]["average_precision"]) == result["classes"][0]["average_precision"]


BAD = {
    "no prediction": (InputError, "no prediction.*PREDICTED"),
    "no file": (InputError, "There is no file"),
    "empty layer": (InputError, "has no features"),
    "no such field": (InputError, "no field 'kind'.*Its fields: class"),
    "no such reference field": (InputError, "no field 'kind'"),
    "no reference field": (InputError, "REFERENCE_FIELD"),
    "no such id": (InputError, "no field 'id'"),
    "itself": (InputError, "'class' would be compared with itself"),
    "all empty": (InputError, "No feature of p.fgb has a class in 'class'"),
    "no id in common": (InputError, "an id in common.*'n' is compared with 'n'"),
    "elsewhere": (InputError, "has one of r.fgb at its place.*JOIN_FIELD"),
    "points on points": (InputError, "Neither .* has polygons.*JOIN_FIELD"),
    "table by place": (InputError, "table without geometry.*JOIN_FIELD"),
    "no CRS": (InputError, "no coordinate system"),
    "no class in common": (InputError, "no class in common: 'a', and 'z'"),
    "reference empty": (InputError, "nothing to compare.*its reference has none"),
    "numbers": (InputError, "so these are no classes"),
    "too many": (InputError, "class of p.fgb holds more than 1000 different values"),
    "several fields": (InputError, "PREDICTED_FIELD names 2 fields.*MULTILABEL"),
    "marks": (InputError, "'n' of .* holds 2.*1 where it is so"),
    "no marks": (InputError, "holds no numbers"),
    "no labels": (InputError, "No feature that can be compared has a label"),
    "output folder": (OutputError, "no folder"),
    "output over input": (OutputError, "one of the files to be read"),
    "output ending": (OutputError, "does not end in .html"),
}


@pytest.mark.parametrize("problem", list(BAD))
def test_what_cannot_be_done_is_said_and_nothing_is_left(tmp_path, problem):
    texts = np.array(["a", "b", "a"], object)
    fields = {"class": texts, "truth": texts[::-1], "n": np.arange(3)}
    if problem == "all empty":
        fields["class"] = np.array([None] * 3, object)
    if problem == "reference empty":
        fields["truth"] = np.array([None] * 3, object)
    if problem == "no labels":
        fields["class"] = fields["truth"] = np.array([""] * 3, object)
    if problem == "too many":
        fields = {"class": np.arange(1200).astype(str).astype(object), "truth": np.array(["a"] * 1200, object)}
    if problem == "numbers":
        fields["class"] = np.array([0.5, 1.5, 2.0])
    if problem == "no class in common":
        fields["class"], fields["truth"] = np.array(["a"] * 3, object), np.array(["z"] * 3, object)
    if problem == "empty layer":
        fields = {name: column[:0] for name, column in fields.items()}
    points = problem == "points on points"
    shapes = [point(i) for i in range(3)] if points else None
    own = write(tmp_path / "p.fgb", fields, shapes, kind="Point" if points else "Polygon")
    where = shapes or [square(i + (500 if problem == "elsewhere" else 0)) for i in range(3)]
    crs = None if problem == "no CRS" else CRS
    with pytest.warns(UserWarning, match="crs") if crs is None else nothing():
        other = write(
            tmp_path / "r.fgb", {"class": texts, "n": np.arange(3) + 7}, where, crs, "Point" if points else "Polygon"
        )
    table = tmp_path / "table.csv"
    table.write_text("class,n\na,1\n")
    pair = {
        "no prediction": ({}, {"field": "truth"}),
        "no file": (tmp_path / "nowhere.fgb", {"field": "truth"}),
        "no such field": ({"path": own, "field": "kind"}, {"field": "truth"}),
        "no such reference field": (own, {"field": "kind"}),
        "no reference field": (own, {}),
        "no such id": ({"path": own, "join": "id"}, other),
        "itself": (own, {"field": "class"}),
        "no id in common": ({"path": own, "join": "n"}, other),
        "elsewhere": (own, other),
        "points on points": (own, other),
        "table by place": (own, table),
        "no CRS": (own, other),
        "several fields": ({"path": own, "field": ["class", "n"]}, {"field": "truth"}),
        "marks": ({"path": own, "field": ["n", "n2"]}, {"field": "truth"}),
        "no marks": ({"path": own, "field": ["class", "n"]}, {"field": "truth"}),
    }.get(problem, (own, {"field": "truth"}))
    if problem == "marks":
        own = write(tmp_path / "p2.fgb", {**fields, "n2": np.arange(3)})
        pair = ({"path": own, "field": ["n", "n2"]}, {"field": "truth"})
    out = tmp_path / "out"
    out.mkdir()
    arguments = {
        "output folder": {"report": str(out / "no" / "r.html")},
        "output ending": {"report": str(out / "r.pdf")},
        "output over input": {"table": str(table)},
    }.get(problem, {"report": str(out / "r.html"), "table": str(out / "t.csv")})
    if problem == "output over input":
        pair = ({"path": own, "join": "n"}, table)
    kind, words = BAD[problem]
    with pytest.raises(kind, match=words):
        compare(*pair, multilabel=problem in ("marks", "no marks", "no labels"), **arguments)
    assert list(out.iterdir()) == []


def nothing():
    from contextlib import nullcontext

    return nullcontext()


def test_a_text_of_labels_without_multilabel_is_reported(tmp_path):
    texts = np.array(["a; b", "a", "b"], object)
    result = compare(write(tmp_path / "p.fgb", {"class": texts, "t": texts}), {"field": "t"})
    assert any("MULTILABEL=true" in text for text in result["notes"])


def test_cancelling_leaves_nothing(tmp_path, labels):
    path = write(tmp_path / "p.fgb", labelled(labels))
    out = tmp_path / "out"
    out.mkdir()
    for stage in ("Reading p.fgb", "Reading probabilities", "Drawing", "Writing"):
        with pytest.raises(Cancelled):
            compare(path, {"field": "truth"}, Listening(stage), multilabel=True, report=str(out / "r.html"))
        assert list(out.iterdir()) == []
