"""The table of metrics: every metric has all its words, and is found by its id and its title."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.tables import metrics
from rsdl_qgis.engine.tables.metrics import METRICS, explained, metric_of

GROUPS = [name for name in vars(metrics) if name.startswith(("OF_", "MEANS_"))]


@pytest.mark.parametrize("group", GROUPS)
def test_metrics_that_are_outputs_have_a_label(group):
    assert all(METRICS[name].label for name in getattr(metrics, group))


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_metric_is_explained_and_found_by_its_title(metric):
    assert metric_of(metric.title) is metric_of(metric.title.upper()) is metric
    assert metric.meaning.endswith(".") and metric.better in ("higher", "lower", "zero")
    assert metric.form in ("number", "percent", "unit")


def test_other_titles_are_no_metric():
    assert metric_of("class AP50") is None


def test_headings_keep_capitals_within():
    headings = [METRICS[name].heading for name in ("mean_iou", "mean_ap", "users_accuracy", "r2", "bias")]
    assert headings == ["Mean IoU", "mAP", "User's accuracy", "R2", "Bias"]


def test_what_is_better_is_said_where_it_is_not_the_higher():
    texts = explained(("f1", "rmse", "bias"))
    assert texts["F1"] == METRICS["f1"].meaning
    assert texts["RMSE"].endswith("Lower is better.") and texts["Bias"].endswith("Best is 0.")
