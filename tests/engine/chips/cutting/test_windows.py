"""Where windows lie: all of an area once, and no more than needed."""

from __future__ import annotations

import numpy as np
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.chips.cutting.windows import boxes_inside, cells, groups, spans
from rsdl_qgis.engine.raster.grid import Grid, Window, pixel_boxes

GRID = Grid(None, Affine(10, 0, 500, 0, -10, 900), 100, 130)
WHOLE = Window(0, 0, 100, 130)


@given(st.integers(0, 50), st.integers(1, 400), st.integers(0, 50), st.integers(16, 64))
@settings(max_examples=200, deadline=None)
def test_each_pixel_is_labelled_once_and_read_from_within_the_raster(first, length, more, size):
    limit = first + length + more
    found = spans(first, length, limit, size, 0)
    counts = np.zeros(limit + size, int)
    for span in found:
        assert span.start <= span.low < span.high <= span.start + size
        assert span.start >= 0 and (span.start + size <= limit or limit < size)
        counts[span.low : span.high] += 1
    assert (counts[first : first + length] == 1).all()
    if length > size:
        assert counts.sum() == length and len(found) == -(-length // size)


def test_windows_share_what_was_asked_for():
    found = spans(0, 100, 100, 32, 8)
    assert [span.start for span in found] == [0, 23, 45, 68]
    assert sum(span.high - span.low for span in found) == 100 + 3 * 8


def test_boxes_are_the_pixels_that_rectangles_touch():
    outlines = np.array([[500, 880, 520, 900], [505, 871, 506, 879], [510, 890, 510, 890], [-1e12, 0, 1e12, 1]])
    found = pixel_boxes(GRID, outlines)
    assert found[:3].tolist() == [[0, 0, 2, 2], [2, 0, 3, 1], [1, 1, 2, 2]]
    assert boxes_inside(found, WHOLE)[3].tolist() == [89, 0, 90, 130]
    assert boxes_inside(found, Window(2, 0, 10, 10)).tolist() == [[2, 0, 3, 1]]


def test_only_windows_that_meet_a_box_are_taken():
    everything = cells(GRID, WHOLE, None, 32, 0)
    assert len(everything) == 4 * 5
    boxes = np.array([[0, 0, 1, 1], [90, 100, 99, 129], [20, 20, 30, 30]])
    found = {(rows.start, cols.start) for rows, cols in cells(GRID, WHOLE, boxes, 32, 0)}
    assert found == {
        (rows.start, cols.start)
        for rows, cols in everything
        for top, left, bottom, right in boxes
        if rows.low < bottom and rows.high > top and cols.low < right and cols.high > left
    }
    assert len(found) == 6


def test_groups_are_windows_that_do_not_touch():
    boxes = np.array([[0, 0, 5, 5], [40, 0, 41, 1], [95, 125, 96, 126], [0, 95, 1, 96]])
    found = cells(GRID, WHOLE, boxes, 32, 0)
    assert groups(found, 32) == 3 and groups(cells(GRID, WHOLE, None, 32, 0), 32) == 1 and groups([], 32) == 0
