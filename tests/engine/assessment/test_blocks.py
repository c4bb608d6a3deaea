"""Confidence intervals of maps, by spatial blocks."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from affine import Affine

from rsdl_qgis.engine.assessment import blocks as assess_blocks
from rsdl_qgis.engine.assessment.blocks import (
    BlockCounts,
    Blocks,
    BlockTable,
    Lattice,
    accuracy_variance,
    smallest_side,
)
from rsdl_qgis.engine.raster.grid import Grid, Window

from .test_maps import ORIGIN, centre, compare, square, vector, write_features

CORRECT = 0.8  # overall accuracy of the simulated maps
SIDE = 160  # their pixels along a side


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def patchy(rng, patch, shape=(SIDE, SIDE), accuracy=CORRECT):
    """Whether each pixel is right: squares of ``patch`` pixels are so as a whole, wherever these begin."""
    rows, columns = (np.arange(n) + int(rng.integers(patch)) for n in shape)
    right = rng.random((rows.max() // patch + 1, columns.max() // patch + 1)) < accuracy
    return right[np.ix_(rows // patch, columns // patch)]


def table_of(predicted, reference, cell):
    """Counts of a map of two classes in blocks of ``cell`` pixels."""
    row, column = (places // cell for places in np.indices(predicted.shape))
    places = (row, column, predicted, reference)
    shape = (row.max() + 1, column.max() + 1, 2, 2)
    counts = np.bincount(np.ravel_multi_index(places, shape).ravel(), minlength=int(np.prod(shape)))
    found = np.column_stack([np.zeros(len(counts), int), *np.unravel_index(np.arange(len(counts)), shape), counts])
    return BlockTable(found[counts > 0], 2)


def pixel_interval(right):
    """The interval from drawing pixels one by one."""
    return np.random.default_rng(0).binomial(right.size, right.mean(), 1000) / right.size


@pytest.mark.parametrize("patch", [1, 4, 8])
def test_intervals_cover_the_true_accuracy_where_errors_are_patchy(rng, patch):
    runs, covered, of_pixels = 80, 0, 0
    for _ in range(runs):
        right = patchy(rng, patch)
        reference = rng.integers(0, 2, right.shape)
        blocks = Blocks.chosen(table_of(np.where(right, reference, 1 - reference), reference, 4))
        _, low, high = blocks.rates().overall["overall_accuracy"]
        covered += low <= CORRECT <= high
        low, high = np.percentile(pixel_interval(right), (2.5, 97.5))
        of_pixels += low <= CORRECT <= high
    assert covered / runs >= 0.88  # of 95 %
    assert of_pixels / runs < 0.6 or patch == 1


def test_larger_patches_of_errors_make_larger_blocks_and_wider_intervals(rng):
    reference = rng.integers(0, 2, (SIDE, SIDE))
    found = []
    for patch in (1, 4, 16):
        right = patchy(rng, patch)
        blocks = Blocks.chosen(table_of(np.where(right, reference, 1 - reference), reference, 4))
        _, low, high = blocks.rates().overall["overall_accuracy"]
        found.append((high - low, blocks.level))
    assert found[0][0] < found[1][0] < found[2][0] and found[2][1] >= 2
    right = np.arange(SIDE)[:, None] < np.where(np.arange(SIDE) >= 0, CORRECT * SIDE, 0)  # all errors on one side
    assert Blocks.chosen(table_of(np.where(right, reference, 1 - reference), reference, 4)).growing


def test_the_variance_is_that_of_means_where_blocks_are_of_one_size(rng):
    hits = rng.integers(0, 11, 50)
    counts = np.stack([np.column_stack([hits, hits * 0]), np.column_stack([hits * 0 + 10, hits * 0])], 1)
    assert accuracy_variance(counts) == pytest.approx(np.var(hits / 10, ddof=1) / 50)
    assert accuracy_variance(counts[:1]) == 0


def test_the_blocks_of_a_lattice_hold_every_pixel_once():
    lattice = Lattice.of(Grid("EPSG:32634", Affine(10, 0, *ORIGIN[:1], 0, -10, ORIGIN[1]), 50, 70), 70)
    assert (lattice.width, lattice.height) == (7, 7) and lattice.side(0) == pytest.approx(70)
    assert lattice.pixels(4) == (70, 50)  # not more than the grid has
    seen = np.full((50, 70), -1)
    for window in (Window(0, 0, 17, 70), Window(17, 0, 33, 31), Window(17, 31, 33, 39)):
        part = seen[window.row : window.row + window.height, window.col : window.col + window.width]
        for (row, column), places in lattice.parts(window):
            assert (part[places] == -1).all()
            part[places] = 10 * row + column
    rows, columns = np.indices(seen.shape)
    np.testing.assert_array_equal(seen, 10 * (rows // 7) + columns // 7)
    x, y = ORIGIN[0] + 10 * columns.ravel() + 5, ORIGIN[1] - 10 * rows.ravel() - 5
    for (row, column), index in lattice.cells(x, y, "EPSG:32634"):
        assert (seen.ravel()[index] == 10 * row + column).all()
    assert smallest_side([1600.0, 4800.0]) == 2


def test_blocks_are_put_together_where_there_are_too_many_counts(rng, monkeypatch):
    cells = [(row, column) for row in range(16) for column in range(16)]
    parts = [(cell, rng.integers(-5, 5, 30), rng.integers(100, 103, 30), rng.integers(1, 9, 30)) for cell in cells]
    whole, few = BlockCounts(), BlockCounts()
    for part in parts:
        whole.add(*part)
    expected = whole.rows()
    monkeypatch.setattr(assess_blocks, "MOST_COUNTS", 600)
    for part in parts:
        few.add(*part)
    rows = few.rows()
    assert whole.level == 0 and few.level >= 2 and len(rows) <= 600
    joined = {}
    for row, column, p, r, n in expected.tolist():
        key = row >> few.level, column >> few.level, p, r
        joined[key] = joined.get(key, 0) + n
    assert {tuple(row[:4]): row[4] for row in rows.tolist()} == joined


def test_the_result_report_and_table_say_the_intervals_and_their_blocks(make_raster, tmp_path, rng):
    reference = rng.integers(0, 3, (1, 120, 160)).astype("uint8")
    predicted = np.where(patchy(rng, 8, (120, 160)), reference, 2 - reference).astype("uint8")
    reference[0, :30] = 255
    out = {"report": str(tmp_path / "r.html"), "table": str(tmp_path / "t.csv")}
    paths = make_raster(predicted, "p.tif"), make_raster(reference, "r.tif", nodata=255)
    result = compare(*paths, **out)
    blocks = result["blocks"]
    assert blocks["unit"] == "m" and blocks["pixels"] == [round(blocks["side"] / 10)] * 2
    rows, columns = (np.arange(n) // blocks["pixels"][0] for n in (120, 160))
    assert blocks["count"] == len(np.unique(rows[30:])) * len(np.unique(columns))  # those with a reference
    for name, (low, high) in result["intervals"].items():
        assert low <= result["figures"][name] <= high and high - low < 0.3, name
    for item in result["classes"]:
        assert all(item["intervals"][name][0] <= item[name] <= item["intervals"][name][1] for name in ("f1", "iou"))
    text = f"{blocks['count']} spatial blocks of {blocks['side']:.4g} m"
    assert text in result["drawn"] and "seed 0" in result["drawn"] and "doi:10.1111/ecog.02881" in result["drawn"]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    low, high = result["intervals"]["kappa"]
    assert text in page and f"Kappa ({low:.4f} to {high:.4f})" in page
    low, high = result["classes"][0]["intervals"]["iou"]
    assert f"{low:.4f} to {high:.4f}" in page
    with open(out["table"], encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert float(row["iou_low"]) == low and float(row["iou_high"]) == high
    assert int(row["blocks"]) == blocks["count"] and float(row["block_side_m"]) == blocks["side"]
    assert [int(row[name]) for name in ("block_columns", "block_rows")] == blocks["pixels"]
    again = compare(*paths)
    assert again["intervals"] == result["intervals"] and again["classes"] == result["classes"]


def test_too_few_blocks_say_so_and_have_no_interval(make_raster, tmp_path):
    path = make_raster(np.array([[[0, 1, 1], [1, 0, 1]]], "uint8"), "p.tif")
    other = make_raster(np.array([[[0, 1, 1], [1, 1, 1]]], "uint8"), "r.tif")
    result = compare(path, other, report=str(tmp_path / "r.html"))
    assert result["figures"]["overall_accuracy"] == 5 / 6
    assert set(map(tuple, result["intervals"].values())) == {(None, None)}
    assert all(ends == [None, None] for item in result["classes"] for ends in item["intervals"].values())
    assert result["drawn"].startswith("No intervals: what was compared lies in 6 blocks of 10 m")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "No intervals" in page and "kappa (" not in page


def test_blocks_of_several_maps_lie_within_maps(make_raster, rng):
    maps, references = [], []
    for i in range(30):
        reference = rng.integers(0, 2, (1, 16, 16)).astype("uint8")
        right = rng.random() < CORRECT  # the whole map, so that only maps are independent
        maps.append(make_raster(reference if right else 1 - reference, f"p{i}.tif"))
        references.append(make_raster(reference, f"r{i}.tif"))
    result = compare(maps, references)
    low, high = result["intervals"]["overall_accuracy"]
    assert result["blocks"]["count"] == 30 and result["blocks"]["pixels"] == [16, 16]
    accuracy = result["figures"]["overall_accuracy"]
    expected = np.percentile(np.random.default_rng(1).binomial(30, accuracy, 20_000) / 30, (2.5, 97.5))
    np.testing.assert_allclose([low, high], expected, atol=0.04)
    assert "Each block lies in one map" in result["drawn"]


def test_points_and_small_references_in_a_large_map_have_blocks_of_their_own_ground(make_raster, tmp_path, rng):
    truth = rng.integers(0, 2, (300, 300)).astype("uint8")
    path = make_raster(np.where(rng.random(truth.shape) < CORRECT, truth, 1 - truth).astype("uint8")[None], "p.tif")
    points = [("Point", centre(c, r), {"c": int(truth[r, c])}) for c in range(40) for r in range(40)]
    reference = vector(write_features(tmp_path / "p.geojson", points), "c")
    result = compare(path, reference)
    assert result["unit"] == "points" and result["blocks"]["count"] >= 25 and result["blocks"]["side"] <= 100
    assert result["intervals"]["overall_accuracy"][0] > 0.7
    shapes = [("Polygon", square(20 * i, 0, 10, 40), {"c": i % 2}) for i in range(3)]
    result = compare(path, vector(write_features(tmp_path / "r.geojson", shapes), "c"))
    assert result["blocks"]["count"] >= 25 and result["blocks"]["side"] < 150
    drawn = vector(write_features(tmp_path / "d.geojson", shapes), "c")
    assert compare(drawn, reference)["blocks"]["unit"] == "m"


def test_the_blocks_hold_just_what_the_matrix_counts(make_raster, rng, monkeypatch):
    tables = []
    chosen = Blocks.chosen
    monkeypatch.setattr(Blocks, "chosen", lambda table: tables.append(table) or chosen(table))
    reference, predicted = (rng.integers(0, 5, (1, 90, 110)).astype("uint8") for _ in range(2))
    predicted[0, :, 50] = 9
    result = compare(make_raster(predicted, "p.tif", nodata=9), make_raster(reference, "r.tif"))
    matrix = np.zeros((5, 5), np.int64)
    np.add.at(matrix, (tables[0].rows[:, 4], tables[0].rows[:, 3]), tables[0].rows[:, 5])
    assert matrix.tolist() == result["confusion"] and matrix.sum() == 90 * 109
    for level in range(4):
        hits, of_reference, of_map = tables[0].blocks(level).sum(0)
        assert hits.tolist() == matrix.diagonal().tolist()
        assert of_reference.tolist() == matrix.sum(1).tolist() and of_map.tolist() == matrix.sum(0).tolist()
