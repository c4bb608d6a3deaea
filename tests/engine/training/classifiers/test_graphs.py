"""Estimators as ONNX models: the same probabilities as scikit-learn's, for images and for series."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard
from rsdl_qgis.engine.errors import InputError, ModelError
from rsdl_qgis.engine.training.classifiers import methods, onnx_model
from rsdl_qgis.engine.training.classifiers.methods import check_counts, fitted

RANDOM = np.random.default_rng(0)
PARAMETERS = {
    "svm-rbf": {"cost": 100.0, "gamma": 0.2},
    "svm-linear": {"cost": 1.0},
    "random-forest": {"trees": 12, "leaf": 2},
    "gradient-boosting": {"trees": 12, "leaf": 5},
}


def card_of(task, classes):
    inputs = (
        Input("x", (Band("a"), Band("b"), Band("c")), ("p", "q")),
        Input("y", (Band("d"),), ("p", "q")),
    )
    names = tuple(Class(i, f"class {i}", "#000000") for i in range(classes))
    return ModelCard("made", "made", inputs, names, task=task, network="svm")


def session_of(model):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return lambda inputs: session.run(None, inputs)[0]


@pytest.mark.parametrize("task", ["segmentation", "time-series"])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("method", PARAMETERS)
def test_probabilities_are_scikit_learns(method, classes, task):
    labels = np.arange(400) % classes
    values = (RANDOM.normal(size=(400, 8)) + labels[:, None] * 0.5).astype(np.float32)
    estimator = fitted(method, PARAMETERS[method], 0, 1, values, labels)
    others = (RANDOM.normal(size=(500, 8)) * 3).astype(np.float32)
    card = card_of(task, classes)
    run = session_of(onnx_model.onnx_model(estimator, card))
    assert onnx_model.difference(estimator, run, np.concatenate([values, others]), card) < 1e-5
    found = run(onnx_model.inputs_of(others, card))
    shape = (500, classes) if task == "time-series" else (1, classes, 1, 500)
    assert found.shape == shape
    assert found.dtype == np.float32


def test_features_of_an_image_lie_where_its_pixels_are():
    labels = np.arange(300) % 2
    values = RANDOM.normal(size=(300, 8)).astype(np.float32)
    values[:, 5] += labels * 9  # the second date's third band of x is after its others
    estimator = fitted("random-forest", {"trees": 5, "leaf": 1}, 0, 1, values, labels)
    card = card_of("segmentation", 2)
    x = RANDOM.normal(size=(2, 2, 3, 5, 7)).astype(np.float32)
    x[1, 1, 2, 3, 4] = 9
    y = np.zeros((2, 2, 1, 5, 7), np.float32)
    second = session_of(onnx_model.onnx_model(estimator, card))({"x": x, "y": y})[:, 1]
    assert second.shape == (2, 5, 7)
    assert np.unravel_index(second.argmax(), second.shape) == (1, 3, 4)


def test_a_model_that_differs_is_refused():
    labels = np.arange(60) % 2
    values = RANDOM.normal(size=(60, 8)).astype(np.float32)
    estimator = fitted("svm-linear", {"cost": 1.0}, 0, 1, values, labels)
    card = card_of("time-series", 2)
    run = session_of(onnx_model.onnx_model(estimator, card))
    with pytest.raises(ModelError, match="differ"):
        onnx_model.difference(estimator, lambda inputs: run(inputs) + 1e-4, values, card)


def test_dates_that_are_not_valid_count_as_zero():
    labels = np.arange(60) % 2
    values = RANDOM.normal(size=(60, 8)).astype(np.float32)
    estimator = fitted("svm-linear", {"cost": 1.0}, 0, 1, values, labels)
    card = card_of("time-series", 2)
    inputs = onnx_model.inputs_of(values, card)
    inputs["valid"][:, 0] = False
    empty = values.copy()
    empty[:, :3] = empty[:, 6] = 0
    found = session_of(onnx_model.onnx_model(estimator, card))(inputs)
    np.testing.assert_allclose(found, estimator.predict_proba(empty), atol=1e-5)


def test_a_class_with_too_few_pixels_is_named():
    with pytest.raises(InputError, match=r"'reeds' has 2 training"):
        check_counts("svm-rbf", np.array([0, 0, 0, 1, 1]), ["water", "reeds"])
    check_counts("random-forest", np.array([0, 0, 0, 1, 1]), ["water", "reeds"])


def test_given_parameters_are_not_tried():
    assert list(methods.candidates("svm-rbf", {"cost": 5.0, "gamma": 1.0}, 8)) == [{"cost": 5.0, "gamma": 1.0}]
    assert len(list(methods.candidates("svm-rbf", {"cost": 5.0}, 8))) == len(methods.GAMMAS)
    assert list(methods.candidates("random-forest", {"leaf": 3.0}, 8)) == [{"trees": methods.TREES, "leaf": 3}]
