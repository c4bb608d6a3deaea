"""One rule from probabilities to classes; what is not finite has none, is counted, and fails the job past half."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.evaluation.decision import NONE, Lost, class_of, labels_of
from rsdl_qgis.engine.evaluation.multilabel import CANDIDATES
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.class_map import SegmentationCollector
from rsdl_qgis.engine.prediction.request import MapFiles
from rsdl_qgis.engine.prediction.scenes.collector import chosen
from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.training.evaluate.samples import choose_threshold, evaluate, predicted_classes

from ..training.made_samples import Given

CARD = ModelCard(
    "any", "Any", (Input("image", (Band("red"),)),), tuple(Class(i, f"c{i}", "#111111") for i in range(3)), "none",
    tiling=Tiling(size=16, overlap=0, multiple=1),
)  # fmt: skip
PROBABILITY = st.sampled_from([0.0, 0.25, 0.5, np.nextafter(np.float32(0.5), np.float32(0)), 1.0, *CANDIDATES[:40:8]])
ANY = PROBABILITY | st.floats(0, 1, width=32) | st.sampled_from([np.nan, np.inf])


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


def test_the_likeliest_of_equals_the_first():
    assert class_of(np.array([[0.2, 0.4], [0.5, 0.4], [0.3, 0.2]])).tolist() == [1, 0]
    assert class_of(np.array([[0.5, 0.4, 0.6], [0.5, 0.6, 0.4]])).tolist() == [0, 1, 0]


def test_the_second_of_two_from_its_threshold_on():
    both = np.array([[0.75, 0.5, 0.45], [0.25, 0.5, 0.55]])
    assert class_of(both, 0.25).tolist() == [1, 1, 1] and class_of(both, 0.5).tolist() == [0, 1, 1]


@given(p=st.lists(st.floats(0, 1, width=32), min_size=1), threshold=st.none() | st.floats(0, 1))
def test_the_second_alone_says_the_same(p, threshold):
    p = np.array(p, np.float32)
    alone, both = class_of(p[None], threshold), class_of(np.stack([1 - p, p]), threshold)
    assert np.array_equal(alone, both)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_class(value):
    for count in (1, 2, 3):
        values = np.full((count, 2), 0.9)
        values[-1, 1] = value
        assert class_of(values)[1] == NONE != class_of(values)[0]
    assert class_of(np.array([[0.9, value], [0.1, 0.1]]).T, axis=1).tolist() == [0, NONE]


@pytest.mark.parametrize(
    ("given", "found"),
    [((0.2, 0.7, 0.1), 1), ((0.2, 0.5, 0.3), 2), ((0.3, 0.5, 0.2), 0), ((0.6, 0.3, 0.1), 0), ((0.1, 0.6, 0.3), 1)],
)
def test_of_classes_that_reach_their_thresholds_the_likeliest_else_the_first(given, found):
    for least in ((0.5, 0.6, 0.3), [0.9, 0.6, 0.3]):
        assert class_of(np.float32(given), least) == found


def test_labels_are_given_each_from_its_threshold_on():
    values = np.array([[0.5, 0.2, 0.9], [0.49, np.nan, np.inf]], np.float32)
    assert labels_of(values).tolist() == [[True, False, True], [False] * 3]
    assert labels_of(values, (0.6, 0.2, 0.9)).tolist() == [[False, True, True], [False] * 3]


def mapped(probabilities, card, folder):
    """The classes of pixels of a map that is made of probabilities (N, K) -> (N,); NONE for nodata."""
    count = len(probabilities)
    grid, files = Grid(None, Affine(1, 0, 0, 0, -1, 0), 1, count), MapFiles(str(folder / "map.tif"))
    collector = SegmentationCollector(card, grid, files, (1, count), 0, Report())
    collector.class_sink.write = lambda row, values: written.append(values[0, 0].astype(int))
    written = []
    part = SegmentationCollector.blend(card, grid, files, (1, count), 0).part(None, collector.take)
    part.add(Window(0, 0, 1, count), probabilities.T[:, None], np.ones((1, count), bool))
    part.close()
    collector.abort()
    return np.where(written[0] == card.nodata, NONE, written[0])


def given_ones(images):
    """What is given for samples of one pixel: their bands."""
    return images[0][:, 0, :, 0, 0].numpy()


def of_training(probabilities, threshold):
    found = predicted_classes(probabilities, threshold)
    return np.where(found == IGNORE, NONE, found.astype(int))


def of_scenes(probabilities, card):
    """As the collector of scenes, which passes those that are not finite."""
    return [chosen(row, card)[0] if np.isfinite(row).all() else NONE for row in probabilities]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=8),
    count=st.sampled_from([2, 3]),
    threshold=st.none() | st.sampled_from(CANDIDATES),
)
def test_maps_scenes_and_training_decide_alike(rows, count, threshold, tmp_path):
    """Of two classes that exclude each other the first has what the second lacks to 1."""
    values = np.array(rows, np.float32)[:, :count]
    if count == 2:
        values[:, 0] = 1 - values[:, 1]
    card = replace(CARD, classes=CARD.classes[:count], threshold=threshold if count == 2 else None)
    found = of_training(values, card.threshold).tolist()
    assert mapped(values, card, tmp_path).tolist() == found == of_scenes(values, card)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=8),
       thresholds=st.just(()) | st.tuples(*[st.sampled_from(CANDIDATES)] * 3))  # fmt: skip
def test_scenes_and_training_give_labels_alike(rows, thresholds):
    values = np.array(rows, np.float32)
    given = labels_of(values, thresholds)
    card = replace(CARD, activation="sigmoid", thresholds=thresholds)
    assert [sorted(chosen(row, card)) for row in values] == [np.flatnonzero(row).tolist() for row in given]
    samples = Given(values[:, None, :, None, None], given.astype(np.float32))
    found = evaluate(
        lambda images: images[0][:, 0, :, 0, 0].numpy(), samples, "labels", CARD.classes, thresholds or None
    )
    assert (found.scores == 1).all()


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(PROBABILITY, st.integers(0, 1)), min_size=2, max_size=12))
def test_a_threshold_is_chosen_by_what_it_decides(rows):
    second, labels = np.array([row[0] for row in rows], np.float32), [row[1] for row in rows]
    samples = Given(np.stack([1 - second, second], 1)[:, None, :, None, None], labels)

    threshold, score = choose_threshold(given_ones, samples)
    if len(set(labels)) == 2:
        tried = {t: evaluate(given_ones, samples, "classes", CARD.classes[:2], t).main[1] for t in CANDIDATES}
        assert score == pytest.approx(tried[threshold]) == pytest.approx(max(tried.values()))


def test_what_is_lost_is_reported_and_fails_past_half():
    report = Log()
    lost = Lost("scenes", "no class")
    lost.log(report)
    lost.add(0, 1)
    lost.log(report)
    assert not report.said
    lost.add(1, 1)
    lost.log(report)
    assert report.said == [("warning", "The network gave no finite number for 1 scenes of 2 (50 %): no class.")]
    lost.add(1, 1)
    with pytest.raises(ModelError, match=r"2 scenes of 3.*DEVICE=cpu.*scaling"):
        lost.log(report)
