"""One rule from probabilities to classes; what is not finite has none, is counted, and fails the job past half."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.decision import NONE, Lost, class_of
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.report import Report


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


def test_what_is_lost_is_told_and_fails_past_half():
    report = Log()
    lost = Lost("scenes", "no class")
    lost.tell(report)
    lost.add(0, 1)
    lost.tell(report)
    assert not report.said
    lost.add(1, 1)
    lost.tell(report)
    assert report.said == [("warning", "The network gave no finite number for 1 scenes of 2 (50 %): no class.")]
    lost.add(1, 1)
    with pytest.raises(ModelError, match=r"2 scenes of 3.*DEVICE=cpu.*scaling"):
        lost.tell(report)
