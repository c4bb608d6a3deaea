"""Figures of models on test parts: counted by hand, with what needs no network beside them."""

from __future__ import annotations

import numpy as np
import pytest

from tools.datasets import make_chips
from tools.evaluate_models import OTHER, best_threshold, burn_index, cell, confusion, judge, table, without_network

from . import data_sets


@pytest.fixture(scope="module")
def fires(tmp_path_factory):
    """{dates: chip folder}"""
    data = tmp_path_factory.mktemp("data")
    data_sets.burned_area(data)
    folders = {}
    for dates in (("after",), ("before", "after")):
        path = tmp_path_factory.mktemp("chips")
        folders[dates] = make_chips({"dataset": "burned_area", "dates": dates}, data, path)
    return folders


def test_what_is_mapped_as_no_class_is_wrong_and_what_has_no_label_does_not_count():
    label, mapped = np.array([[0, 0, 1, 1, 255]]), np.array([[0, 1, 1, OTHER, 1]], np.uint8)
    assert confusion(mapped, label, 2).tolist() == [[1, 1, 0], [0, 1, 1]]


def test_figures_by_hand(fires):
    folder = fires[("after",)]
    chips = folder.part("test")

    def half(chip):
        mapped = folder.label(chip).copy()
        mapped[8:16] = 0
        return mapped

    figures = judge(folder, chips, half)
    side, burned = 40 * 40, 16 * 16
    ious = (burned / 2) / burned, (side - burned) / (side - burned / 2)
    assert figures["IoU of burned"][0] == pytest.approx(ious[0])
    assert figures["mean IoU"][0] == pytest.approx(np.mean(ious), abs=1e-4)
    assert figures["overall accuracy"][0] == pytest.approx(1 - burned / 2 / side, abs=1e-4)
    assert judge(folder, chips, folder.label)["mean IoU"][0] == 1
    everywhere = judge(folder, chips, lambda chip: np.full((40, 40), OTHER, np.uint8))
    assert everywhere["overall accuracy"][0] == 0


@pytest.mark.parametrize("dates", [("after",), ("before", "after")])
def test_the_burn_ratio_finds_a_burn_and_its_threshold_comes_from_the_fires_trained_on(fires, dates):
    folder = fires[dates]
    chip = folder.part("test")[0]
    index = burn_index(folder, chip)
    assert index[0, 0] == -np.inf and index[10:20, 10:20].min() > index[30:, 30:].max()
    methods = without_network(folder)
    commonest, ratio = methods
    assert commonest == "all 'not burned'" and ratio.startswith("NBR" if len(dates) == 1 else "dNBR")
    assert judge(folder, [chip], methods[ratio])["mean IoU"][0] > 0.99
    assert judge(folder, [chip], methods[commonest])["IoU of burned"][0] == 0
    assert index[30:, 30:].max() < best_threshold(folder) < index[10:20, 10:20].min()


def test_the_table_has_intervals_where_there_are_any():
    assert cell([0.51234, 0.4, 0.6]) == "0.5123 (0.400 to 0.600)"
    assert cell([0.5, None, None]) == "0.5000" and cell([None, None, None]) == "none"
    assert table({"a": {"x": [0.5, None, None]}}).splitlines()[-1] == "| a | 0.5000 |"
