"""Data sets as chip folders: on made-up files laid out as the real ones, and on the real ones where they are."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rsdl_qgis.engine.chips.folder import IGNORE, read_chips
from rsdl_qgis.engine.errors import InputError
from tools.datasets import make_chips
from tools.datasets.burned_area import NEIGHBOURS, TEST, VALID
from tools.datasets.forest import BLOCK
from tools.datasets.ombria import scene_names, split

from . import data_sets

REAL = Path(os.environ.get("RSDL_DATA", ""))
needs_data = pytest.mark.skipif(not os.environ.get("RSDL_DATA"), reason="needs the data sets in RSDL_DATA")


def chips_of(recipe, data, folder):
    """The chip folder of a recipe, as it is read again; the splits' sizes."""
    make_chips(recipe, data, folder)
    found = read_chips(folder)
    return found, Counter(chip.split for chip in found.chips)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for name in ("ombria", "forest", "burned_area", "ucmerced", "landsat_change", "matogrosso", "s2_landcover"):
        getattr(data_sets, name)(folder)
    return folder


class TestOmbria:
    def test_dates_and_sensors_are_read_in_place_and_flood_is_1(self, data, tmp_path):
        inputs = {"s1": ["after"], "s2": ["before", "after"]}
        folder, parts = chips_of({"dataset": "ombria", "inputs": inputs}, data, tmp_path)
        assert parts == {"train": 4, "valid": 2}
        images, label = folder.images(folder.chips[0]), folder.label(folder.chips[0])
        assert {name: array.shape for name, array in images.items()} == {"s1": (1, 1, 32, 32), "s2": (2, 3, 32, 32)}
        assert images["s2"][0, 0, :16].mean() > 90 > images["s2"][1, 0, :16].mean()
        assert label[:16].min() == 1 and label[16:].max() == 0
        assert sorted(p.name for p in tmp_path.iterdir()) == ["chips.json", "samples.csv"]
        assert [item.role for item in folder.inputs] == ["sentinel-1", "sentinel-2"]

    def test_scenes_of_a_block_stay_in_one_part(self):
        scenes = [f"{i:04d}" for i in range(1, 788)]
        train, held_out = split(scenes)
        assert not set(train) & set(held_out) and len(train) + len(held_out) == len(scenes)
        assert {int(s) // 8 for s in train}.isdisjoint({int(s) // 8 for s in held_out})
        assert 0.04 < len(held_out) / len(scenes) < 0.1

    def test_the_test_part_comes_only_when_asked_for(self, data, tmp_path):
        _, parts = chips_of({"dataset": "ombria", "inputs": {"s1": ["after"]}, "with_test": True}, data, tmp_path)
        assert parts["test"] == 1

    def test_images_alone_to_distil_from(self, data, tmp_path):
        recipe = {"dataset": "ombria", "inputs": {"s1": ["after"]}, "labelled": False}
        folder, _ = chips_of(recipe, data, tmp_path)
        assert folder.labels == "none" and folder.classes == ()

    @pytest.mark.parametrize("inputs", [{"s3": ["after"]}, {"s1": ["during"]}, {"s1": []}])
    def test_what_it_does_not_have_is_refused(self, data, tmp_path, inputs):
        with pytest.raises(InputError, match="OMBRIA has no input"):
            make_chips({"dataset": "ombria", "inputs": inputs}, data, tmp_path)

    @needs_data
    def test_the_real_one(self, tmp_path):
        recipe = {"dataset": "ombria", "inputs": {"s2": ["after"]}, "with_test": True}
        folder, parts = chips_of(recipe, REAL, tmp_path)
        assert parts == {"train": 592, "valid": 32, "test": 70}
        assert np.unique(folder.label(folder.chips[0])).tolist() == [0, 1]
        assert len(scene_names(REAL / "ombria" / "test")) == 70


class TestForest:
    def test_labels_bounds_and_zones(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "forest"}, data, tmp_path)
        assert parts["test"] == 12 and parts["train"] + parts["valid"] == 24
        names = [item.name for item in folder.classes]
        label = folder.label(folder.chips[0])
        assert (label[:2] == IGNORE).all() and names[label[5, 2]] == "other" and names[label[5, 20]] == "forest"
        assert {chip.source for chip in folder.chips} == {"EPSG:32633", "EPSG:32634"}
        assert all(folder.sources[chip.source].crs == chip.source for chip in folder.chips)
        assert np.ptp(folder.chips[0].bounds[::2]) == 320

    def test_blocks_are_held_out_whole(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "forest", "valid": 0.3, "with_test": False}, data, tmp_path)
        assert set(parts) == {"train", "valid"} and 0.3 * 24 <= parts["valid"] <= 0.3 * 24 + 2

        def blocks(split):
            return {(c.source, *(int((c.bounds[i] + c.bounds[i + 2]) / 2 // BLOCK) for i in (0, 1)))
                    for c in folder.part(split)}  # fmt: skip

        assert blocks("train").isdisjoint(blocks("valid"))
        assert len({chip.place for chip in folder.chips}) == len(blocks("train") | blocks("valid"))

    def test_few_labelled_tiles_are_a_seeded_draw_of_all(self, data, tmp_path):
        drawn = {}
        for seed in (0, 0, 1):
            folder, parts = chips_of({"dataset": "forest", "few": 10, "seed": seed}, data, tmp_path)
            assert parts == {"train": 8, "valid": 2, "test": 12}
            names = [chip.name for chip in folder.chips if chip.split != "test"]
            assert drawn.setdefault(seed, names) == names
        assert drawn[0] != drawn[1]
        with pytest.raises(InputError, match="cannot be drawn"):
            make_chips({"dataset": "forest", "few": 40}, data, tmp_path)

    @needs_data
    def test_the_real_one(self, tmp_path):
        folder, parts = chips_of({"dataset": "forest"}, REAL, tmp_path)
        assert parts == {"train": 397, "valid": 71, "test": 117}
        assert folder.label(folder.chips[0]).shape == (201, 201)
        assert gap(folder.part("train"), folder.part("valid")) > 0 < gap(folder.part("train"), folder.part("test"))


def gap(ones, others):
    """Metres between the nearest tiles of one zone."""
    return min(
        max(a.bounds[0] - b.bounds[2], b.bounds[0] - a.bounds[2], a.bounds[1] - b.bounds[3], b.bounds[1] - a.bounds[3])
        for a in ones
        for b in others
        if a.source == b.source
    )


class TestBurnedArea:
    def test_wrongly_dated_fires_are_left_out(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "burned_area"}, data, tmp_path)
        assert {chip.name for chip in folder.chips} == set(data_sets.FIRES) - {
            "5-6_CASCADE_CREEK_20200817",
            "APACHE_20240624",
        }
        assert parts == {"train": 3, "valid": 2, "test": 2}
        image = folder.images(folder.chips[0])["s2"]
        assert image.shape == (1, 5, 40, 40) and image.mask[0, :, 0, 0].all() and image.mask.sum() == 5

    def test_pairs_are_of_fires_with_an_image_before(self, data, tmp_path):
        folder, _ = chips_of({"dataset": "burned_area", "dates": ["before", "after"]}, data, tmp_path)
        assert [chip.name for chip in folder.chips] == list(data_sets.FIRES)[:4]
        before, after = folder.images(folder.chips[0])["s2"][:, 3, 8:24, 8:24].mean((1, 2))
        assert before - after > 1000
        with pytest.raises(InputError, match="no dates 'before'"):
            make_chips({"dataset": "burned_area", "dates": ["before"]}, data, tmp_path)

    def test_a_fire_near_others_is_always_trained_on(self):
        assert not (set(TEST) | set(VALID)) & set(NEIGHBOURS) and not set(TEST) & set(VALID)

    @needs_data
    def test_the_real_one(self, tmp_path):
        both = {"dates": ["before", "after"]}
        assert chips_of({"dataset": "burned_area"}, REAL, tmp_path)[1] == {"train": 14, "valid": 4, "test": 6}
        folder, parts = chips_of({"dataset": "burned_area", **both}, REAL, tmp_path)
        assert parts == {"train": 6, "valid": 2, "test": 3}
        for chip in folder.chips:
            assert folder.label(chip).shape == folder.images(chip)["s2"].shape[-2:]


def test_what_is_not_there_is_said(tmp_path):
    for recipe, match in (
        ({"dataset": "ombria", "inputs": {"s1": ["after"]}}, "no masks"),
        ({"dataset": "forest"}, "no tiles"),
        ({"dataset": "burned_area"}, "index.csv"),
        ({"dataset": "marsh"}, "no data set 'marsh'"),
        ({"dataset": "forest", "folds": 5}, "no option 'folds'"),
    ):
        with pytest.raises(InputError, match=match):
            make_chips(recipe, tmp_path, tmp_path / "chips")


class TestUcmerced:
    def test_each_class_has_as_large_a_share_of_every_part_and_twins_stay_together(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "ucmerced"}, data, tmp_path)
        assert parts == {"train": 21 * 15, "valid": 21, "test": 21 * 4} and folder.labels == "class"
        assert set(Counter((chip.label, chip.split) for chip in folder.chips).values()) == {15, 1, 4}
        for seed in range(8):
            other, _ = chips_of({"dataset": "ucmerced", "seed": seed}, data, tmp_path)
            of = {chip.name: chip for chip in other.chips}
            assert of["airplane01"].split == of["airplane02"].split and of["airplane02"].place == "airplane01"
        assert [chip.split for chip in other.chips] != [chip.split for chip in folder.chips]

    def test_labels_are_those_of_the_table_in_the_same_split(self, data, tmp_path):
        single, _ = chips_of({"dataset": "ucmerced"}, data, tmp_path / "single")
        several, _ = chips_of({"dataset": "ucmerced", "multilabel": True}, data, tmp_path / "several")
        assert several.labels == "classes" and several.label(several.chips[0]).tolist() == [1, 1, *[0] * 15]
        assert [(c.name, c.split) for c in several.chips] == [(c.name, c.split) for c in single.chips]

    def test_fewer_to_train_with_leave_the_other_parts_as_they_are(self, data, tmp_path):
        whole, _ = chips_of({"dataset": "ucmerced"}, data, tmp_path / "whole")
        few, parts = chips_of({"dataset": "ucmerced", "few": 3}, data, tmp_path / "few")
        assert parts == {"train": 63, "valid": 21, "test": 84}
        names = [{c.name for c in folder.chips if c.split != "train"} for folder in (whole, few)]
        assert names[0] == names[1]


class TestLandsatChange:
    def test_one_place_trains_the_other_tests(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "landsat_change", "test": ["nanjing"]}, data, tmp_path)
        assert {c.name.split()[0] for c in folder.chips if c.split == "test"} == {"nanjing"}
        assert {c.name.split()[0] for c in folder.chips if c.split != "test"} == {"taizhou"}
        assert parts["train"] > 2 * parts["valid"] > 0
        images = folder.images(folder.chips[0])["image"]
        assert images.shape == (2, 6, 32, 32) and set(np.unique(folder.label(folder.chips[0]))) <= {0, 1, IGNORE}
        assert folder.sample(folder.part("test")[0].source)["image"].shape[:2] == (2, 6)

    def test_blocks_of_the_same_place_test(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "landsat_change", "test": ["taizhou"]}, data, tmp_path)
        assert {c.name.split()[0] for c in folder.chips} == {"taizhou"} and min(parts.values()) > 0

    def test_a_place_that_there_is_not_is_refused(self, data, tmp_path):
        with pytest.raises(InputError, match="no place 'wuhan'"):
            make_chips({"dataset": "landsat_change", "train": ["wuhan"]}, data, tmp_path)


class TestMatogrosso:
    def test_a_place_is_in_one_part_and_its_series_are_pixels(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "matogrosso"}, data, tmp_path)
        assert sum(parts.values()) == 90 and parts["test"] == 18 and parts["valid"] == 9
        assert folder.inputs[0].dates[:2] == ("2013-09-14", "2013-09-30") and len(folder.inputs[0].dates) == 23
        for number in (0, 7):
            chip = folder.chips[number]
            assert folder.images(chip)["modis"].shape == (23, 2, 1, 2)
            assert np.allclose(folder.images(chip)["modis"][:, 1], number + 0.1)
        names = [folder.classes[i].name for i in folder.label(folder.chips[10])[0]]
        assert names == ["Forest", "Pasture"]

    def test_other_bands_and_one_that_there_is_not(self, data, tmp_path):
        folder, _ = chips_of({"dataset": "matogrosso", "bands": ["MIR"]}, data, tmp_path)
        assert np.allclose(folder.images(folder.chips[3])["modis"], 3.3)
        with pytest.raises(InputError, match="no band 'SWIR'"):
            make_chips({"dataset": "matogrosso", "bands": ["SWIR"]}, data, tmp_path)


class TestLandCover:
    def test_the_commonest_class_is_the_chips_and_parts_are_the_files(self, data, tmp_path):
        folder, parts = chips_of({"dataset": "s2_landcover", "bands": ["B8A", "B1"]}, data, tmp_path)
        assert parts == {"train": 40, "valid": 8, "test": 12}
        assert [chip.label for chip in folder.chips[:2]] == ["water", "trees"]
        assert folder.images(folder.chips[3])["s2"][0, :, 0, 0].tolist() == [308, 300]
        assert [band.name for band in folder.inputs[0].bands] == ["B8A", "B1"]

    def test_a_share_is_drawn_of_each_class_and_other_parts_stay(self, data, tmp_path):
        drawn = [
            chips_of({"dataset": "s2_landcover", "share": 0.1, "seed": seed}, data, tmp_path / str(seed))
            for seed in (0, 0, 1)
        ]
        for folder, parts in drawn:
            assert parts == {"train": 4, "valid": 8, "test": 12}
            assert Counter(c.label for c in folder.chips if c.split == "train") == {"water": 2, "trees": 2}
        names = [[chip.name for chip in folder.chips] for folder, _ in drawn]
        assert names[0] == names[1] != names[2]
        _, least = chips_of({"dataset": "s2_landcover", "share": 0.001}, data, tmp_path / "least")
        assert least["train"] == 2

    @pytest.mark.parametrize(
        ("option", "said"), [({"bands": ["SWIR"]}, "no band 'SWIR'"), ({"share": 0}, "A share of 0")]
    )
    def test_what_there_is_not_is_refused(self, data, tmp_path, option, said):
        with pytest.raises(InputError, match=said):
            make_chips({"dataset": "s2_landcover", **option}, data, tmp_path)
