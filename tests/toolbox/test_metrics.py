"""Metrics as outputs of algorithms: their labels and meanings are those of the table."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.tables.metrics import (
    MEANS_OVER_MAPS,
    METRICS,
    OF_CERTAINTY,
    OF_DETECTIONS,
    OF_LABELS,
    OF_MAPS,
    OF_NUMBERS,
    OF_SCENES,
)

TRAINED = {
    "trainsegmentation": OF_MAPS,
    "trainchangedetector": OF_MAPS,
    "trainregression": OF_NUMBERS,
    "trainsceneclassifier": (*OF_SCENES, *OF_LABELS),
    "traintimeseriesclassifier": OF_SCENES,
    "traindetector": OF_DETECTIONS,
    "distilmodel": (*OF_MAPS, *OF_LABELS, *OF_NUMBERS),
}
ASSESSED = {
    "assessmap": (*OF_MAPS, *MEANS_OVER_MAPS, *OF_CERTAINTY),
    "assessscenes": (*OF_MAPS, "sample_f1", "micro_f1", "mean_ap"),
    "assessdetections": OF_DETECTIONS,
}


@pytest.mark.parametrize(("name", "metrics"), [*TRAINED.items(), *ASSESSED.items()])
def test_outputs_are_the_metrics_with_their_labels(provider, name, metrics):
    labels = {output.name(): output.description() for output in provider.algorithm(name).outputDefinitions()}
    assert {metric.upper(): METRICS[metric].label for metric in metrics}.items() <= labels.items()


@pytest.mark.parametrize(("name", "metrics"), TRAINED.items())
def test_the_help_of_training_says_what_the_metrics_mean(provider, name, metrics):
    text = provider.algorithm(name).shortHelpString()
    assert all(METRICS[metric].meaning in text for metric in metrics)
