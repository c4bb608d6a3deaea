"""Chips divided into parts: neighbours never in two, shares and classes as asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.cutting.cutter import cut
from rsdl_qgis.engine.chips.cutting.request import CutRequest
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, Source
from rsdl_qgis.engine.chips.splitting.splits import SplitRequest, label_counts, split_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.grid import crs_of, project

from ...training.layers import Log, box, noise, raster, source, vector

UTM34, UTM35 = (crs_of(f"EPSG:326{zone}").to_wkt() for zone in (34, 35))
CLASSES = tuple(Class(i, name, "#000000") for i, name in enumerate(("a", "b", "c")))
SIDE = 640.0  # metres of a chip


def folder_of(chips, crs=UTM34, labels="raster"):
    """A folder of chips that are not on disk."""
    crs = crs if isinstance(crs, dict) else {chip.source: crs for chip in chips if chip.source}
    sources = {name: Source(name, wkt) for name, wkt in crs.items()}
    inputs = (Input("image", (Band("red"),)),)
    return ChipFolder(Path("/nowhere"), "segmentation", inputs, CLASSES, tuple(chips), labels, sources)


def grid(rows, cols, step=SIDE, source="scene", x=500_000.0, y=4_000_000.0):
    """Chips side by side (or overlapping, or apart), named after their row and column."""
    corners = {(r, c): (x + c * step, y + r * step) for r in range(rows) for c in range(cols)}
    return [
        Chip(f"{source}-{r}-{c}", {}, source=source, bounds=(a, b, a + SIDE, b + SIDE))
        for (r, c), (a, b) in corners.items()
    ]


def even(chips):
    """As many labelled pixels of class a in each chip, of b in every third, of c in the first few columns."""
    n = np.arange(len(chips))
    return np.column_stack([np.full(len(n), 100), np.where(n % 3, 0, 50), np.where(n % 17 < 4, 20, 0)]).astype(float)


def parts(folder):
    return {name: [c for c in folder.chips if c.split == name] for name in ("train", "valid", "test", "")}


def touch(first, second, tolerance=1.0):
    a, b = first.bounds, second.bounds
    return (
        a[0] <= b[2] + tolerance and b[0] <= a[2] + tolerance and a[1] <= b[3] + tolerance and b[1] <= a[3] + tolerance
    )


def check_apart(folder):
    """No chip of a part touches one of another."""
    used = [chip for chip in folder.chips if chip.split]
    for first, second in combinations(used, 2):
        assert first.split == second.split or not touch(first, second)


class TestBlocks:
    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("step", [SIDE, 0.75 * SIDE, 1.5 * SIDE])
    def test_neighbours_are_never_in_two_parts_and_shares_are_as_asked(self, step, seed):
        chips = grid(16, 17, step)
        counts = even(chips)
        folder, note = split_chips(folder_of(chips), SplitRequest("blocks", 0.2, 0.15, seed=seed), counts)
        check_apart(folder)
        held = {name: np.array([c.split == name for c in folder.chips]) for name in ("train", "valid", "test", "")}
        total = counts.sum(0)
        for name, share in (("valid", 0.2), ("test", 0.15)):
            assert counts[held[name]].sum() / total.sum() == pytest.approx(share, abs=0.05)
            assert (counts[held[name]].sum(0) > 0).all()
        assert (counts[held["train"]].sum(0) > 0).all()
        assert note.dropped == held[""].sum() and not note.warnings
        assert (note.dropped == 0) == (step > SIDE)
        assert note.dropped < 0.35 * len(chips)
        assert "blocks of" in note.text and ("left out" in note.text) == (note.dropped > 0)

    def test_a_block_is_in_one_part_and_a_place(self):
        folder, note = split_chips(folder_of(grid(12, 12)), SplitRequest("blocks", 0.25), even(grid(12, 12)))
        blocks = {}
        for chip in folder.chips:
            blocks.setdefault(chip.place, set()).add(chip.split)
        assert all(len(splits - {""}) <= 1 for splits in blocks.values())
        assert len(blocks) > 4 and f"by {len(blocks)} blocks" in note.text

    def test_the_same_seed_is_the_same_split(self):
        chips = grid(9, 9)
        first, second, other = (
            [c.split for c in split_chips(folder_of(chips), SplitRequest("blocks", seed=seed), even(chips))[0].chips]
            for seed in (1, 1, 2)
        )
        assert first == second != other

    def test_rasters_that_show_the_same_ground_are_one(self):
        chips = [*grid(8, 8, source="2019"), *grid(8, 8, source="2020", x=500_100.0)]
        folder, _ = split_chips(folder_of(chips), SplitRequest("blocks"), even(chips))
        check_apart(folder)
        assert {c.source for c in folder.chips if c.split == "valid"} == {"2019", "2020"}

    def test_so_are_rasters_in_two_coordinate_systems(self):
        """The right edge of one UTM zone in the coordinates of the next."""
        first = grid(8, 8, source="34", x=740_000.0)
        x, y = (np.array([[c.bounds[i], c.bounds[j]] for c in first]) for i, j in ((0, 2), (1, 3)))
        x, y = project(x, y, UTM34, UTM35)
        corners = [(a[0], b[0]) for a, b in zip(x, y)]
        second = [Chip(f"35-{a}-{b}", {}, source="35", bounds=(a, b, a + SIDE, b + SIDE)) for a, b in corners]
        chips = [*first, *second]
        folder, _ = split_chips(folder_of(chips, {"34": UTM34, "35": UTM35}), SplitRequest("blocks"), even(chips))
        for one, other in zip(folder.chips[:64], folder.chips[64:]):
            assert one.split == other.split or "" in (one.split, other.split)
        assert len(parts(folder)["valid"]) > 15

    def test_rasters_without_a_crs_are_apart_though_their_numbers_are_not(self):
        chips = [*grid(6, 6, source="a"), *grid(6, 6, source="b")]
        folder, _ = split_chips(folder_of(chips, {"a": None, "b": None}), SplitRequest("files", 0.5), even(chips))
        assert {len(found) for found in parts(folder).values()} == {36, 0}

    @pytest.mark.parametrize(("crs", "unit"), [(UTM34, 1.0), ("EPSG:4326", 111_412.0)])
    def test_the_size_of_blocks_is_in_metres(self, crs, unit):
        def moved(bounds):
            return tuple((v - o) / unit + p for v, o, p in zip(bounds, (5e5, 4e6) * 2, (20, 60) * 2))

        chips = [replace(chip, bounds=moved(chip.bounds)) for chip in grid(12, 24)]
        folder, note = split_chips(folder_of(chips, crs), SplitRequest("blocks", block_size=2 * SIDE), even(chips))
        assert "blocks of 1.28 km" in note.text
        by_place = {}
        for chip in folder.chips:
            by_place.setdefault(chip.place, []).append(chip)
        sizes = sorted({len(found) for found in by_place.values()})
        assert sizes[-1] == (4 if unit == 1 else 8)  # at 60° N a degree of longitude is half as many metres

    def test_blocks_that_are_too_large_are_made_smaller(self):
        chips = grid(8, 8)
        folder, note = split_chips(folder_of(chips), SplitRequest("blocks", block_size=50_000), even(chips))
        check_apart(folder)
        assert note.warnings == ("Blocks of 50000 m are too large to split these chips.",)

    @pytest.mark.parametrize(("rows", "cols", "step"), [(1, 1, SIDE), (1, 2, SIDE), (2, 2, SIDE), (3, 3, SIDE / 4)])
    def test_too_few_chips_apart_are_refused(self, rows, cols, step):
        chips = grid(rows, cols, step)
        with pytest.raises(InputError, match="too few separate chips"):
            split_chips(folder_of(chips), SplitRequest("blocks"), even(chips))

    @pytest.mark.parametrize(("labels", "words"), [("raster", "Label a larger area"), ("none", "larger rasters")])
    def test_what_too_few_chips_need_is_told_by_their_labels(self, labels, words):
        chips = replace(folder_of(grid(1, 1)), labels=labels)
        with pytest.raises(InputError, match=words):
            split_chips(chips, SplitRequest("blocks"), even(grid(1, 1)))

    def test_few_chips_are_divided_one_by_one(self):
        folder, note = split_chips(folder_of(grid(1, 3)), SplitRequest("blocks"), np.ones((3, 1)))
        assert sorted(c.split for c in folder.chips) == ["", "train", "valid"] and note.dropped == 1

    def test_a_class_that_a_part_lacks_is_said(self):
        chips = grid(8, 8)
        counts = even(chips)
        counts[:, 1:] = 0
        counts[27, 1] = 30
        folder, note = split_chips(folder_of(chips), SplitRequest("blocks"), counts)
        assert folder.chips[27].split == "train" and note.warnings == ("The validation split has no b.",)

    def test_points_far_from_one_another_are_divided_by_larger_squares(self):
        random = np.random.default_rng(0)
        places = random.uniform(0, 300_000, (400, 2))
        chips = [Chip(str(i), {}, source="s", bounds=(x, y, x + 10, y + 10)) for i, (x, y) in enumerate(places)]
        folder, note = split_chips(folder_of(chips), SplitRequest("blocks"), np.ones((400, 1)))
        assert 5 <= len({c.place for c in folder.chips}) <= 150 and not note.dropped
        assert len(parts(folder)["valid"]) == pytest.approx(80, abs=12)

    def test_chips_that_do_not_say_where_they_are(self):
        chips = [Chip(str(i), {}) for i in range(9)]
        with pytest.raises(InputError, match="have no geographic bounds"):
            split_chips(folder_of(chips), SplitRequest("blocks"), np.ones((9, 1)))
        folder, _ = split_chips(folder_of(chips), SplitRequest(), np.ones((9, 1)))  # each is a place of its own
        assert {len(found) for found in parts(folder).values()} == {7, 2, 0}

    def test_nothing_held_out_is_all_to_train_on(self):
        folder, _ = split_chips(folder_of(grid(2, 2)), SplitRequest("blocks", 0.0), np.ones((4, 1)))
        assert {c.split for c in folder.chips} == {"train"}


class TestOthers:
    def test_places_stay_together(self):
        chips = [replace(c, place=f"farm {i % 12}") for i, c in enumerate(grid(20, 6, 2 * SIDE))]
        folder, note = split_chips(folder_of(chips), SplitRequest("places"), even(chips))
        by_place = {}
        for chip in folder.chips:
            by_place.setdefault(chip.place, set()).add(chip.split)
        assert all(len(splits) == 1 for splits in by_place.values()) and len(by_place) == 12
        apart = sorted(place for place, splits in by_place.items() if splits == {"valid"})
        assert note.text == f"Split by 12 places. Validation: {', '.join(apart)}." and 1 <= len(apart) <= 3
        with pytest.raises(InputError, match="of one place"):
            split_chips(folder_of([replace(c, place="x") for c in chips]), SplitRequest("places"), even(chips))

    def test_pictures_from_nowhere_are_told_of(self):
        chips = [Chip(f"{i}", {}) for i in range(40)]
        _, note = split_chips(folder_of(chips), SplitRequest(), np.ones((40, 1)))
        assert note.text == "Split by 40 single images." and "parts of one image" in " ".join(note.warnings)
        _, scenes = split_chips(folder_of(chips, labels="boxes"), SplitRequest(), np.ones((40, 1)))
        assert not any("parts of one image" in text for text in scenes.warnings)

    def test_series_at_the_same_place_are_one(self):
        chips = [
            Chip(f"{year}-{i}", {}, source=year, bounds=(1000.0 * i, 0.0, 1000.0 * i + 10, 10.0))
            for year in ("2019", "2020")
            for i in range(40)
        ]
        folder, note = split_chips(folder_of(chips), SplitRequest("places"), np.ones((80, 1)))
        assert [c.split for c in folder.chips[:40]] == [c.split for c in folder.chips[40:]]
        assert note.text == "Split by 40 places." and not note.dropped

    def test_files_stay_together_and_have_blocks_for_places(self):
        chips = [c for i in range(5) for c in grid(6, 6, source=f"f{i}", x=500_000 + 10_000.0 * i)]
        folder, _ = split_chips(folder_of(chips), SplitRequest("files"), np.ones((180, 1)))
        found = parts(folder)
        assert {len(found["train"]), len(found["valid"])} == {144, 36}
        assert len({c.source for c in found["valid"]}) == 1 and 4 <= len({c.place for c in found["valid"]}) <= 6
        overlapping = [c for i in range(3) for c in grid(4, 4, source=f"f{i}", x=500_000 + 1_000.0 * i)]
        with pytest.raises(InputError, match="or all overlap"):
            split_chips(folder_of(overlapping), SplitRequest("files"), np.ones((48, 1)))

    def test_scenes_at_random_have_their_classes_in_each_part(self):
        chips = [Chip(str(i), {}, label="abc"[i % 3]) for i in range(90)]
        folder, note = split_chips(folder_of(chips, labels="class"), SplitRequest("random", 0.2, 0.1))
        counts = {name: [sum(c.label == k for c in found) for k in "abc"] for name, found in parts(folder).items()}
        assert counts == {"train": [21] * 3, "valid": [6] * 3, "test": [3] * 3, "": [0] * 3}
        assert note.text == "Split at random, by class."

    def test_chance_is_for_scenes_that_lie_apart_only(self):
        with pytest.raises(InputError, match="for scenes"):
            split_chips(folder_of(grid(4, 4)), SplitRequest("random"), np.ones((16, 1)))
        chips = [replace(c, label="abc"[i % 3]) for i, c in enumerate(grid(4, 4))]
        with pytest.raises(InputError, match="16 chips touch or overlap"):
            split_chips(folder_of(chips, labels="class"), SplitRequest("random"))


class TestAsTheChipsSay:
    def test_a_split_is_kept_and_leaks_are_said(self):
        chips = [replace(c, split="train" if i < 8 else "valid") for i, c in enumerate(grid(4, 4))]
        for how in (None, "chips"):
            folder, note = split_chips(folder_of(chips), SplitRequest(how), np.ones((16, 1)))
            assert list(folder.chips) == chips and note.warnings == (
                "8 chips touch chips of another split, so metrics may be too optimistic.",
            )
        again, _ = split_chips(folder_of(chips), SplitRequest("blocks", block_size=SIDE), np.ones((16, 1)))
        check_apart(again)

    def test_with_nothing_to_choose_by_some_to_train_on_are(self):
        chips = [replace(c, split="test" if i >= 90 else "train") for i, c in enumerate(grid(10, 10))]
        folder, note = split_chips(folder_of(chips), SplitRequest(None, 0.2, 0.4), np.ones((100, 1)))
        found = parts(folder)
        assert [c.name for c in found["test"]] == [c.name for c in chips[90:]]
        assert 12 <= len(found["valid"]) <= 24 and len(found["train"]) + len(found["valid"]) + note.dropped == 90
        check_apart(replace(folder, chips=tuple(found["train"] + found["valid"])))
        assert note.text.startswith("Split as the chips say")

    def test_chips_that_say_nothing(self):
        with pytest.raises(InputError, match="do not state which are for training"):
            split_chips(folder_of(grid(4, 4)), SplitRequest("chips"), np.ones((16, 1)))


@pytest.mark.parametrize(("arguments", "message"), [
    ({"split": "halves"}, "SPLIT cannot be 'halves'"),
    ({"valid": -0.1}, "VALID cannot be -0.1"),
    ({"valid": 0.5, "test": 0.5}, "leave too little"),
    ({"block_size": 0}, "BLOCK_SIZE cannot be 0"),
])  # fmt: skip
def test_requests_that_cannot_be(arguments, message):
    with pytest.raises(InputError, match=message):
        SplitRequest.of(arguments)


def test_labels_are_counted(tmp_path):
    spec = raster(tmp_path / "scene.tif", noise((1, 32, 96)))
    shapes = [(box(0, 0, 8, 8), 3), (box(32, 0, 64, 10), 7), (box(70, 0, 72, 2), 3)]
    layers = {"sources": [source(spec)], "labels": [vector(tmp_path / "l.geojson", shapes)]}
    request = CutRequest.of({"task": "segmentation", "chip_size": 32, **layers})
    folder = cut(request, tmp_path / "a", Log())
    assert label_counts(folder).tolist() == [[64, 0], [0, 320], [4, 0]]
    request = CutRequest.of({"task": "regression", "chip_size": 32, **layers})
    folder = cut(request, tmp_path / "b", Log())
    assert label_counts(folder).sum(1).tolist() == [64, 320, 4]
    assert (label_counts(folder)[1] != 0).argmax() > (label_counts(folder)[0] != 0).argmax()
    scenes = folder_of([Chip("x", {}, label="b"), Chip("y", {}, label="a")], labels="class")
    assert label_counts(scenes).tolist() == [[0, 1, 0], [1, 0, 0]]
    scenes = folder_of([Chip("x", {}, label="b;c"), Chip("y", {}, label="")], labels="classes")
    assert label_counts(scenes).tolist() == [[0, 1, 1], [0, 0, 0]]
    assert label_counts(folder_of([Chip("x", {})], labels="none")).tolist() == [[1]]
