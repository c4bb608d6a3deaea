"""Evaluating by samples: every metric against its definition, intervals over places, thresholds, the worst samples."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from sklearn import metrics as sk

from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.evaluation.confusion import map_scores, mean_scores
from rsdl_qgis.engine.evaluation.results import ranked
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.evaluate.samples import (
    choose_threshold,
    choose_thresholds,
    evaluate,
    network_run,
    predicted_classes,
    predictions,
    quick_score,
)

from .. import made_samples as made

SIZES = ((12, 10), (12, 10), (8, 16), (12, 10), (5, 5))
PLACES = ["north", "north", "south", "", "east"]
KINDS = {
    "maps": ("classes", 3, "softmax", lambda: made.maps(sizes=SIZES, places=PLACES)),
    "scenes": ("classes", 3, "softmax", made.scenes),
    "labels": ("labels", 4, "sigmoid", made.pictures),
    "numbers": ("numbers", 0, "identity", lambda: made.numbers(SIZES, PLACES)),
}


def evaluated(what, threshold=None, samples=None, **changes):
    kind, count, activation, usual = KINDS[what]
    run = network_run(made.Bands(), activation)
    return evaluate(run, samples or usual(), kind, made.classes(count), threshold, **changes)


def answers(samples):
    """(truth, first band or most likely class) of all labelled pixels of maps, with places."""
    pairs = zip(samples.images, samples.labels)
    flat = [(label.ravel(), image[0].reshape(image.shape[1], -1)) for image, label in pairs]
    known = [truth != IGNORE for truth, _ in flat]
    return [(truth[k], bands[:, k].argmax(0)) for (truth, bands), k in zip(flat, known)]


def of_pairs(truth, given):
    """The metrics of some pixels of three classes."""
    return map_scores(sk.confusion_matrix(truth, given, labels=[0, 1, 2]))


@pytest.mark.parametrize("batch_size", [None, 1, 3])
def test_metrics_of_maps_are_those_of_all_labelled_pixels_together_and_of_each_sample(batch_size):
    evaluation = evaluated("maps", batch_size=batch_size)
    parts = answers(KINDS["maps"][3]())
    truth, given = (np.concatenate(column) for column in zip(*parts))
    confusion = sk.confusion_matrix(truth, given, labels=[0, 1, 2])
    scores, metrics = map_scores(confusion), evaluation.values()
    means = mean_scores(of_pairs(*pair).scene for pair in parts)
    np.testing.assert_array_equal(evaluation.confusion, confusion)
    assert evaluation.main == ("mean IoU", pytest.approx(scores.mean_iou))
    assert metrics == {
        "mean IoU": pytest.approx(scores.mean_iou),
        "overall accuracy": pytest.approx(sk.accuracy_score(truth, given)),
        "kappa": pytest.approx(sk.cohen_kappa_score(truth, given)),
        "macro F1": pytest.approx(sk.f1_score(truth, given, average="macro")),
        "frequency-weighted IoU": pytest.approx(scores.frequency_weighted_iou),
        "mean IoU, mean over samples": pytest.approx(means.mean_iou),
        "overall accuracy, mean over samples": pytest.approx(means.pixel_accuracy),
        "frequency-weighted IoU, mean over samples": pytest.approx(means.frequency_weighted_iou),
    }
    for i, item in enumerate(evaluation.per_class()):
        found = [item["figures"][title].value for title in ("precision", "recall", "F1", "IoU")]
        single = scores.classes[i]
        assert found == pytest.approx([single.users_accuracy, single.producers_accuracy, single.f1, single.iou])
        assert (item["name"], item["support"]) == (f"class {i}", (truth == i).sum())
    assert evaluation.scores.tolist() == pytest.approx([of_pairs(*pair).mean_iou for pair in parts])


def test_intervals_of_maps_come_from_drawing_places():
    evaluation = evaluated("maps")
    parts, index = answers(KINDS["maps"][3]()), evaluation.places.index
    assert index.tolist() == [0, 0, 1, 2, 3]
    random, means = np.random.default_rng(0), []
    for _ in range(600):
        chosen = [part for place in random.integers(0, 4, 4) for part, p in zip(parts, index) if p == place]
        truth, given = (np.concatenate(column) for column in zip(*chosen))
        means.append(of_pairs(truth, given).mean_iou)
    value, low, high = evaluation.metrics()["mean IoU"]
    assert (low, high) == pytest.approx(np.percentile(means, (2.5, 97.5)), abs=0.01) and low < value < high
    assert all(f.low <= f.value <= f.high for item in evaluation.per_class() for f in item["figures"].values())


def test_metrics_of_scenes():
    evaluation, samples = evaluated("scenes"), made.scenes()
    bands = samples.images[:, 0, :, 0, 0]
    given = bands.argmax(1)
    assert evaluation.main == ("macro F1", pytest.approx(sk.f1_score(samples.labels, given, average="macro")))
    assert list(evaluation.values()) == ["macro F1", "overall accuracy", "kappa"]
    np.testing.assert_array_equal(evaluation.confusion, sk.confusion_matrix(samples.labels, given))
    probability = torch.from_numpy(bands).softmax(1).numpy()[np.arange(30), samples.labels]
    np.testing.assert_allclose(evaluation.scores, probability, rtol=1e-5)
    assert ranked(evaluation) == np.argsort(probability).tolist()
    assert evaluation.own(7) == ("probability of its class", pytest.approx(probability[7], rel=1e-5))


def test_metrics_of_several_labels():
    evaluation, samples = evaluated("labels", [0.5, 0.3, 0.5, 0.8]), made.pictures()
    probabilities = torch.from_numpy(samples.images[:, 0, :, 0, 0]).sigmoid().numpy()
    given = probabilities >= [0.5, 0.3, 0.5, 0.8]
    expected = sk.f1_score(samples.labels, given, average="samples", zero_division=1)
    assert evaluation.main == ("mean F1 per picture", pytest.approx(expected))
    assert evaluation.values()["mAP"] == pytest.approx(sk.average_precision_score(samples.labels, probabilities))
    recall = [item["figures"]["recall"].value for item in evaluation.per_class()]
    assert recall == pytest.approx(sk.recall_score(samples.labels, given, average=None))
    assert [item["support"] for item in evaluation.per_class()] == samples.labels.sum(0).tolist()
    value, low, high = evaluation.metrics()["mAP"]
    assert low < value < high and evaluation.confusion is None
    assert evaluated("labels").main[1] == evaluated("labels", 0.5).main[1] != evaluation.main[1]


def test_metrics_of_numbers():
    evaluation, samples = evaluated("numbers"), KINDS["numbers"][3]()
    truth = np.concatenate([label[np.isfinite(label)] for label in samples.labels])
    given = np.concatenate([im[0, 0][np.isfinite(label)] for im, label in zip(samples.images, samples.labels)])
    assert evaluation.main == ("R2", pytest.approx(sk.r2_score(truth, given), rel=1e-5))
    metrics = evaluation.metrics()
    assert metrics["RMSE"].value == pytest.approx(sk.root_mean_squared_error(truth, given), rel=1e-5)
    assert metrics["bias"].low < metrics["bias"].value == pytest.approx((given - truth).mean(), rel=1e-4)
    assert evaluation.per_class() == [] and evaluation.confusion is None
    errors = [np.sqrt(np.nanmean((im[0, 0] - label) ** 2)) for im, label in zip(samples.images, samples.labels)]
    assert ranked(evaluation) == np.argsort(-np.array(errors)).tolist()
    assert evaluation.own(3) == ("RMSE", pytest.approx(errors[3], rel=1e-5))
    pairs = dict(zip(evaluation.scatter["reference"], evaluation.scatter["predicted"]))
    assert len(pairs) == len(truth) and pairs[float(truth[7])] == pytest.approx(given[7], rel=1e-5)


def test_of_many_numbers_some_pairs_are_kept():
    samples = made.numbers(((64, 64),) * 3)
    evaluation = evaluate(network_run(made.Bands(), "identity"), samples, "numbers", ())
    known = [np.isfinite(label).sum() for label in samples.labels]
    assert sum(known) > 8000 and len(evaluation.scatter["reference"]) == 2000
    assert evaluation.found.sums[:, 0].tolist() == known


def test_everything_found_can_be_written_as_json():
    for what in KINDS:
        plain = json.loads(json.dumps(evaluated(what).plain(), allow_nan=False))
        main = evaluated(what).main
        assert plain["figures"][main[0]][0] == main[1] and len(plain["figures"][main[0]]) == 3
        assert "1000 draws" in plain["intervals"] and (plain["confusion"] is None) == (what in ("labels", "numbers"))
        assert (plain["scatter"] is None) == (what != "numbers")
    one = evaluate(network_run(made.Bands(), "softmax"), made.maps(sizes=((6, 6),) * 2), "classes", made.classes(3))
    assert one.plain()["figures"]["mean IoU"][1:] == [None, None] and "from 2 places" in one.plain()["intervals"]
    assert one.per_class()[0]["figures"]["IoU"].value > 0


@pytest.mark.parametrize("what", KINDS)
def test_the_quick_score_is_the_main_metric(what):
    kind, count, _, samples = KINDS[what]
    network = made.Bands()
    score = quick_score(network, samples(), kind, count)
    assert score == pytest.approx(evaluated(what).main[1], abs=1e-6)
    assert quick_score(network, samples(), kind, count, batch_size=2) == pytest.approx(score, abs=1e-6)


def test_the_quick_score_of_numbers_ranks_whatever_they_are():
    samples = made.numbers()
    samples.labels = [np.where(np.isnan(label), label, 5) for label in samples.labels]
    score = quick_score(made.Bands(), samples, "numbers", 0)
    assert score == pytest.approx(-rmse_of(samples)) and score < 0
    samples.images[0] = np.full_like(samples.images[0], np.nan)
    assert quick_score(made.Bands(), samples, "numbers", 0) == -np.inf


def rmse_of(samples):
    return evaluate(network_run(made.Bands(), "identity"), samples, "numbers", ()).values()["RMSE"]


def test_a_network_is_run_in_evaluation_mode_without_gradients():
    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 1).half(), torch.nn.Dropout(0.9))

        def forward(self, image):
            assert torch.is_inference_mode_enabled() and not self.training
            return self.layers(image[:, 0])

    network = Scaled()
    image = torch.randn(2, 1, 2, 8, 8)
    run = network_run(network, "softmax")
    first = run([image])
    assert first.dtype == np.float32 and first.shape == (2, 3, 8, 8)
    np.testing.assert_array_equal(first, run([image]))
    np.testing.assert_allclose(first.sum(1), 1, rtol=1e-5)
    expected = network.layers[0](image[:, 0]).sigmoid().detach().numpy()
    np.testing.assert_allclose(network_run(network, "sigmoid")([image]), expected, atol=1e-6)
    assert network_run(torch.nn.Flatten(0, 1), "identity")([image[:, :, :1]]).shape == (2, 8, 8)


def test_samples_are_ranked_worst_first_and_those_without_a_label_are_left_out():
    samples = made.maps(sizes=((6, 6),) * 5)
    for i, wrong in enumerate((0, 20, 0, 36, 20)):
        samples.labels[i] = np.zeros((6, 6), np.uint8)
        samples.images[i] = np.zeros((1, 3, 6, 6))
        samples.images[i][0, 1].flat[:wrong] = 9
    samples.labels[2][:] = IGNORE
    evaluation = evaluate(network_run(made.Bands(), "softmax"), samples, "classes", made.classes(3))
    assert ranked(evaluation) == [3, 1, 4, 0]
    assert np.isnan(evaluation.scores[2]) and evaluation.names[3] == "sample 3"
    means = evaluation.values()["mean IoU, mean over samples"]
    assert means == pytest.approx((0 + 16 / 36 + 16 / 36 + 1) / 4)


def test_predictions_of_some_samples():
    samples = made.maps(sizes=SIZES)
    found = list(predictions(network_run(made.Bands(), "softmax"), samples, [4, 0]))
    assert [index for index, _, _ in found] == [4, 0]
    for index, output, label in found:
        np.testing.assert_array_equal(label, samples.labels[index])
        np.testing.assert_array_equal(predicted_classes(output[None])[0], samples.images[index][0].argmax(0))


def test_the_second_of_two_classes_is_given_from_its_threshold_on():
    probabilities = np.array([[[0.75, 0.5, 0.45]], [[0.25, 0.5, 0.55]]], np.float32)[None]
    assert predicted_classes(probabilities)[0].tolist() == [[0, 0, 1]]
    assert predicted_classes(probabilities, 0.5)[0].tolist() == [[0, 1, 1]]
    assert predicted_classes(probabilities, 0.25)[0].tolist() == [[1, 1, 1]]


def two_classes():
    """Maps of two classes of which the second needs a low probability, of samples of different sizes."""
    samples = made.maps(2, ((30, 30), (8, 8), (8, 8), (10, 10)))
    for image in samples.images:
        image[0, 1] -= 1.2
    return samples


@pytest.mark.parametrize("per_sample", [False, True])
def test_the_threshold_is_the_best_of_all_that_are_tried(per_sample):
    samples, run = two_classes(), network_run(made.Bands(), "softmax")
    title = "mean IoU, mean over samples" if per_sample else "mean IoU"
    tried = {
        round(t, 2): evaluate(run, samples, "classes", made.classes(2), float(round(t, 2))).values()[title]
        for t in np.arange(0.05, 0.96, 0.05)
    }
    threshold, score = choose_threshold(run, samples, per_sample)
    assert score == pytest.approx(max(tried.values())) and tried[threshold] == max(tried.values())
    assert threshold < 0.45 and score > tried[0.5]


def test_the_threshold_of_scenes_is_chosen_by_macro_f1():
    samples, run = made.scenes(2), network_run(made.Bands(), "softmax")
    samples.images[:, :, 1] -= 1.2
    threshold, score = choose_threshold(run, samples)
    assert evaluate(run, samples, "classes", made.classes(2), threshold).main == ("macro F1", pytest.approx(score))
    assert score > evaluate(run, samples, "classes", made.classes(2)).main[1]


def test_one_class_alone_does_not_move_the_threshold():
    samples, run = two_classes(), network_run(made.Bands(), "softmax")
    samples.labels = [np.where(label == 1, 0, label) for label in samples.labels]
    assert choose_threshold(run, samples)[0] == 0.5
    samples.labels = [np.full_like(label, IGNORE) for label in samples.labels]
    assert choose_threshold(run, samples, per_sample=True) == (0.5, 0)


def test_thresholds_of_labels_are_chosen_for_each():
    samples, run = made.pictures(number=80), network_run(made.Bands(), "sigmoid")
    samples.images[:, :, 1] -= 2
    thresholds = choose_thresholds(run, samples)
    assert len(thresholds) == 4 and thresholds[1] < 0.4
    better = evaluate(run, samples, "labels", made.classes(4), thresholds).values()["macro F1"]
    assert better > evaluate(run, samples, "labels", made.classes(4)).values()["macro F1"]


def test_what_does_not_fit_is_refused():
    run = network_run(made.Bands(), "softmax")
    with pytest.raises(ValueError, match="predicts 3 classes, and the samples have 2"):
        evaluate(run, made.maps(3), "classes", made.classes(2))
    with pytest.raises(ValueError, match="for two classes, and there are 3"):
        evaluate(run, made.maps(3), "classes", made.classes(3), 0.5)
    with pytest.raises(ValueError, match="2 thresholds for 3 classes"):
        evaluate(run, made.maps(3), "classes", made.classes(3), (0.5, 0.5))


def test_evaluation_can_be_cancelled_and_says_how_far_it_is():
    class Listening(Report):
        def __init__(self, stop):
            self.stop, self.fractions = stop, []

        def progress(self, fraction, message=""):
            self.fractions.append(fraction)

        def cancelled(self):
            return len(self.fractions) == self.stop

    run, samples, three = network_run(made.Bands(), "softmax"), made.maps(), made.classes(3)
    stopped, whole = Listening(2), Listening(99)
    with pytest.raises(Cancelled):
        evaluate(run, samples, "classes", three, batch_size=1, report=stopped)
    evaluate(run, samples, "classes", three, batch_size=1, report=whole)
    assert stopped.fractions == pytest.approx([1 / 6, 2 / 6])
    assert whole.fractions == pytest.approx([i / 6 for i in range(1, 7)])
    with pytest.raises(Cancelled):
        quick_score(made.Bands(), samples, "classes", 3, report=Listening(0))


def test_series_are_evaluated_with_their_valid_dates():
    class Series(made.Given):
        def __getitem__(self, index):
            (series,), label = super().__getitem__(index)
            return [series, torch.arange(5) < 1 + index % 5], label

    torch.manual_seed(0)
    network = build_network("lstm", {"image": (5, 2)}, 3, hidden=4, layers=1)
    samples = Series(np.random.default_rng(0).normal(0, 1, (20, 5, 2)), np.arange(20) % 3)
    evaluation = evaluate(network_run(network, "softmax"), samples, "classes", made.classes(3))
    alone = []
    for i in range(20):
        images, _ = samples[i]
        alone.append(network(images[0][None, : 1 + i % 5], images[1][None, : 1 + i % 5])[0].argmax().item())
    np.testing.assert_array_equal(evaluation.confusion, sk.confusion_matrix(np.arange(20) % 3, alone, labels=[0, 1, 2]))
    assert quick_score(network, samples, "classes", 3) == pytest.approx(evaluation.main[1])


def broken(what):
    """The kind, the classes, a run that gives NaN for the first sample of a batch, and the samples."""
    kind, count, activation, samples = KINDS[what]
    run = network_run(made.Bands(), activation)

    def broken_run(images):
        output = run(images).copy()
        output[:1] = np.nan
        return output

    return kind, made.classes(count), broken_run, samples()


@pytest.mark.parametrize("what", ["maps", "scenes"])
def test_what_is_not_finite_is_missed_and_never_the_first_class(what):
    kind, classes, run, samples = broken(what)
    evaluation = evaluate(run, samples, kind, classes, batch_size=1)
    assert evaluation.confusion.sum() == 0
    found = evaluation.per_class()
    assert sum(item["support"] for item in found) > 0 and not any(item["figures"]["recall"].value for item in found)
    assert predicted_classes(np.array([[np.nan, 0.2], [0.5, 0.8]])).tolist() == [IGNORE, 1]


def test_labels_that_are_not_finite_are_not_given():
    kind, classes, run, samples = broken("labels")
    evaluation = evaluate(run, samples, kind, classes, batch_size=1)
    assert all(not item["figures"]["recall"].value for item in evaluation.per_class())
    assert all(0 < value < 1 for value in choose_thresholds(run, samples, batch_size=1))


def test_no_threshold_makes_a_class_of_what_is_not_finite():
    samples = two_classes()

    def run(images):
        output = network_run(made.Bands(), "softmax")(images)[:, :2].copy()
        output[:] = np.nan
        return output

    assert choose_threshold(run, samples)[1] == 0


@pytest.mark.parametrize("what", ["maps", "scenes", "labels", "numbers"])
def test_a_network_that_is_not_finite_has_the_worst_score(what):
    kind, count, _, samples = KINDS[what]

    class Broken(torch.nn.Module):
        def forward(self, image):
            return made.Bands().eval()(image) * torch.nan

    assert quick_score(Broken(), samples(), kind, count) == -np.inf
