"""Samples of chips: scaled as their source, nothing valid where an input is not, labels to match, counted and drawn."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, Scaling
from rsdl_qgis.engine.chips.folder import IGNORE, Chip, ChipFolder, Source
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.samples.chips import (
    OFTENEST,
    ChipSamples,
    SeriesSamples,
    balanced_draws,
    class_counts,
    open_samples,
)

CLASSES = (Class(1, "forest", "#00ff00"), Class(2, "other", "#888888"))
OPTICAL = Input("s2", (Band("red"), Band("nir")))
RADAR = Input("s1", (Band("VV"),), dates=("before", "after"))
ROBUST = Scaling("robust", low=0, high=100, mean=((0.5,),), std=((0.5,),))


@pytest.fixture
def folder(tmp_path, make_raster):
    """Three chips of 8 x 6 px: two inputs, a label raster of 1, 2 and, unlabelled, 0."""
    random = np.random.default_rng(0)
    chips = []
    for i in range(3):
        make_raster(random.integers(1, 200, (2, 8, 6)).astype("uint8"), f"s2-{i}.tif", nodata=0)
        make_raster(random.normal(-15, 3, (2, 8, 6)).astype("float32"), f"s1-{i}.tif")
        make_raster(random.integers(0, 3, (1, 8, 6)).astype("uint8"), f"label-{i}.tif", nodata=0)
        chips.append(
            Chip(f"chip {i}", {"s2": (f"s2-{i}.tif",), "s1": (f"s1-{i}.tif",)}, f"label-{i}.tif", place="AAB"[i])
        )
    return ChipFolder(tmp_path, "segmentation", (OPTICAL, RADAR), CLASSES, tuple(chips))


def of_scenes(folder, labels, texts):
    chips = tuple(replace(chip, label=text) for chip, text in zip(folder.chips, texts))
    return replace(folder, task="classification", labels=labels, chips=chips)


def test_images_are_scaled_and_labels_are_indexes(folder):
    inputs = (replace(OPTICAL, scaling=Scaling(mean=((100, 50),), std=((10, 20),))), RADAR)
    samples = ChipSamples(folder, folder.chips, inputs)
    (optical, radar), label = samples[1]
    raw = folder.images(folder.chips[1])
    assert optical.dtype == radar.dtype == torch.float32 and radar.shape == (2, 1, 8, 6)
    assert np.allclose(optical[0, 1], (raw["s2"].data[0, 1] - 50.0) / 20, atol=1e-5)
    assert np.allclose(radar, raw["s1"].data)
    assert label.dtype == torch.long and label.tolist() == folder.label(folder.chips[1]).tolist()
    assert set(label.unique().tolist()) == {0, 1, IGNORE}
    assert len(samples) == 3 and samples.names == ["chip 0", "chip 1", "chip 2"] and samples.places == ["A", "A", "B"]
    assert ChipSamples(folder, [replace(folder.chips[0], place="")], inputs).places == ["chip 0"]


def test_a_pixel_that_is_not_valid_in_one_band_is_0_in_all_inputs_and_has_no_label(folder, make_raster):
    optical = np.full((2, 8, 6), 7, "uint8")
    optical[1, :3, :2] = 0  # nodata
    radar = np.full((2, 8, 6), -9, "float32")
    radar[1, 7, 5] = np.nan
    make_raster(optical, "s2-0.tif", nodata=0)
    make_raster(radar, "s1-0.tif")
    make_raster(np.ones((1, 8, 6), "uint8"), "label-0.tif", nodata=0)
    samples = ChipSamples(folder, folder.chips, folder.inputs)
    images, label = samples[0]
    invalid = torch.zeros(8, 6, dtype=torch.bool)
    invalid[:3, :2] = invalid[7, 5] = True
    assert torch.equal(label == IGNORE, invalid) and (label[~invalid] == 0).all()
    for image in images:
        assert torch.equal((image == 0).all(0).all(0), invalid) and (image != 0)[..., ~invalid].all()
    assert torch.equal(samples.label(0), label)
    numbers = replace(folder, labels="number", task="regression", classes=())
    make_raster(np.full((1, 8, 6), 2.5, "float32"), "label-0.tif")
    label = ChipSamples(numbers, numbers.chips, numbers.inputs)[0][1]
    assert label.dtype == torch.float32 and torch.equal(label.isnan(), invalid) and (label[~invalid] == 2.5).all()


def test_dense_samples_are_made_a_multiple_at_the_lower_right(folder):
    plain, padded = (ChipSamples(folder, folder.chips, folder.inputs, multiple=m) for m in (1, 4))
    (image, _), label = padded[0]
    assert image.shape == (1, 2, 8, 8) and label.shape == (8, 8) and padded.multiple == 4
    assert torch.equal(image[..., :6], plain[0][0][0]) and (image[..., 6:] == 0).all()
    assert torch.equal(label[:, :6], plain[0][1]) and (label[:, 6:] == IGNORE).all()
    numbers = replace(folder, labels="number", classes=())
    assert ChipSamples(numbers, numbers.chips, folder.inputs, multiple=4)[0][1][:, 6:].isnan().all()


def test_scenes_are_brought_to_one_size(folder, make_raster):
    single = of_scenes(folder, "class", ["other", "forest", "other"])
    make_raster(np.full((2, 20, 16), 90, "uint8"), "s2-1.tif")
    make_raster(np.full((2, 20, 16), -9, "float32"), "s1-1.tif")
    samples = ChipSamples(single, single.chips, single.inputs, side=12)
    for i, expected in enumerate([1, 0, 1]):
        (optical, radar), label = samples[i]
        assert optical.shape == (1, 2, 12, 12) and radar.shape == (2, 1, 12, 12)
        assert label.dtype == torch.long and label.ndim == 0 and label == expected == samples.label(i)
    assert torch.allclose(samples[1][0][0], torch.tensor(90.0))
    several = of_scenes(folder, "classes", ["other;forest", "", "forest"])
    samples = ChipSamples(several, several.chips, several.inputs, side=12)
    assert [samples[i][1].tolist() for i in range(3)] == [[1, 1], [0, 0], [1, 0]]


def test_what_is_not_valid_does_not_spread_over_a_scene(folder, make_raster):
    optical = np.full((2, 8, 6), 50, "uint8")
    optical[:, :, :3] = 0
    make_raster(optical, "s2-0.tif", nodata=0)
    scenes = of_scenes(folder, "class", ["other"] * 3)
    (image, radar), _ = ChipSamples(scenes, scenes.chips, scenes.inputs, side=4)[0]
    assert (
        torch.allclose(image[..., 2:], torch.tensor(50.0))
        and (image[..., :2] == 0).all()
        and (radar[..., :2] == 0).all()
    )


def test_images_without_labels_say_where_they_are_valid(folder, make_raster):
    optical = np.full((2, 8, 6), 7, "uint8")
    optical[:, 2] = 0
    make_raster(optical, "s2-0.tif", nodata=0)
    bare = replace(folder, labels="none", classes=(), chips=tuple(replace(c, label="") for c in folder.chips))
    label = ChipSamples(bare, bare.chips, bare.inputs)[0][1]
    assert (label[2] == IGNORE).all() and label.eq(0).sum() == 42
    scene = ChipSamples(bare, bare.chips, bare.inputs, side=4)[0][1]
    assert scene.ndim == 0 and scene == 0


class Counting(ChipFolder):
    """A chip folder that counts what is asked for."""

    def sample(self, source):
        self.asked.append(source)
        return super().sample(source)

    def images(self, chip):
        self.asked.append(chip.name)
        return super().images(chip)


def counting(folder, **changes):
    known = {field.name: getattr(folder, field.name) for field in fields(folder)}
    made = Counting(**{**known, **changes})
    object.__setattr__(made, "asked", [])
    return made


def one_input(folder, **changes):
    inputs = (replace(OPTICAL, bands=OPTICAL.bands[:1], scaling=ROBUST),)
    chips = tuple(replace(chip, images={"s2": chip.images["s2"]}) for chip in folder.chips)
    return counting(folder, **{"inputs": inputs, "chips": chips, **changes})


def test_samples_that_fit_are_read_once_and_are_the_same_however_they_are_used(folder):
    made = one_input(folder)
    fresh = ChipSamples(made, made.chips, made.inputs)
    room = sum(part.nbytes for part in (*fresh[0][0], fresh[0][1])) * 2 + 100  # for two of the three
    kept = ChipSamples(made, made.chips, made.inputs, room=room)
    for _ in range(3):
        for i in range(3):
            (image,), label = kept[i]
            assert torch.equal(image, fresh[i][0][0]) and torch.equal(label, fresh[i][1])
            image.zero_(), label.zero_()
    made.asked.clear()
    for i in (0, 1, 2, 2):
        kept[i]
    assert made.asked == ["chip 2", "chip 2"]


def flat(make_raster, index, values):
    """A chip whose lines have these values."""
    make_raster(np.repeat(np.array(values, "uint8"), 6).reshape(1, -1, 6), f"s2-{index}.tif", nodata=0)


def test_the_stretch_is_that_of_the_source_found_once(folder, make_raster, tmp_path):
    flat(make_raster, 0, [100] * 8)
    flat(make_raster, 1, [150] * 8)
    pixels = np.array([[[[50, 250, 3]]]], "uint8")
    np.savez(tmp_path / "scene.npz", **{"s2": pixels, "s2.mask": pixels == 3})
    chips = tuple(replace(chip, images={"s2": chip.images["s2"]}, source="scene") for chip in folder.chips)
    cut = one_input(folder, chips=chips, sources={"scene": Source("Scene", sample="scene.npz")})
    samples = ChipSamples(cut, cut.chips[:2], cut.inputs)
    for _ in range(3):  # 50 to 250 is 0 to 1, then minus 0.5, over 0.5
        assert torch.allclose(samples[0][0][0], torch.tensor(-0.5))
        assert torch.allclose(samples[1][0][0], torch.tensor(0.0), atol=1e-6)
    assert cut.asked.count("scene") == 1 and cut.asked.count("chip 0") == 3


def test_a_source_without_a_sample_is_known_by_its_chips_and_a_chip_without_a_source_by_itself(folder, make_raster):
    for index, values in enumerate(([10] * 4 + [20] * 4, [30] * 8, [60] * 4 + [80] * 4)):
        flat(make_raster, index, values)
    split = one_input(folder)
    chips = tuple(replace(chip, source=source) for chip, source in zip(split.chips, ("scene", "scene", "")))
    mixed = counting(split, chips=chips, sources={"scene": Source("Scene")})
    samples = ChipSamples(mixed, mixed.chips[1:], mixed.inputs)  # chip 0 counts, though it is in another part
    assert torch.allclose(samples[0][0][0], torch.tensor(1.0))  # the highest of 10 to 30
    assert torch.allclose(samples[1][0][0].aminmax().min, torch.tensor(-1.0)) and samples[1][0][0].max() == 1
    first = len(mixed.asked)
    samples[0], samples[1]
    assert mixed.asked[first:] == ["chip 1", "chip 2"]


def test_values_that_need_no_stretch_are_not_looked_at_beforehand(folder):
    plain = counting(folder)
    ChipSamples(plain, plain.chips, plain.inputs)[0]
    assert plain.asked == ["chip 0"]


def test_files_that_do_not_fit_one_another_are_refused(folder, make_raster):
    make_raster(np.ones((1, 8, 5), "uint8"), "label-0.tif")
    make_raster(np.ones((2, 8, 7), "float32"), "s1-1.tif")
    samples = ChipSamples(folder, folder.chips, folder.inputs)
    with pytest.raises(InputError, match=r"Of chip 'chip 0' its label has 8 x 5 pixels, and the image 8 x 6\."):
        samples[0]
    with pytest.raises(InputError, match=r"Of chip 'chip 1' 's1' has 8 x 7 pixels, and the image 8 x 6\."):
        class_counts(ChipSamples(folder, folder.chips[1:], folder.inputs))


def test_each_task_has_its_samples(folder, make_raster):
    dense = open_samples(folder, folder.chips, folder.inputs, "segmentation", side=4, multiple=4)
    assert dense[0][0][0].shape == (1, 2, 8, 8)
    scenes = of_scenes(folder, "class", ["other"] * 3)
    assert open_samples(scenes, scenes.chips, scenes.inputs, "classification", side=4)[0][0][0].shape == (1, 2, 4, 4)
    series = replace(folder, task="time-series", inputs=(RADAR,))
    assert isinstance(open_samples(series, series.chips, series.inputs, "time-series"), SeriesSamples)


def test_labelled_pixels_are_counted(folder, make_raster):
    label = np.zeros((1, 8, 6), "uint8")
    label[0, 0], label[0, 1, :2] = 1, 2
    make_raster(label, "label-0.tif", nodata=0)
    optical = np.ones((2, 8, 6), "uint8")
    optical[:, 0, 0] = 0
    make_raster(optical, "s2-0.tif", nodata=0)  # under a label
    counts = class_counts(ChipSamples(folder, folder.chips[:1], folder.inputs, multiple=16))
    assert counts.tolist() == [[5, 2]]
    scenes = of_scenes(folder, "class", ["other", "forest", "other"])
    assert class_counts(ChipSamples(scenes, scenes.chips, scenes.inputs)).tolist() == [[0, 1], [1, 0], [0, 1]]
    several = of_scenes(folder, "classes", ["other;forest", "", "forest"])
    assert class_counts(ChipSamples(several, several.chips, several.inputs)).tolist() == [[1, 1], [0, 0], [1, 0]]
    numbers = replace(folder, labels="number", classes=())
    assert class_counts(ChipSamples(numbers, numbers.chips[:1], numbers.inputs)).tolist() == [[7]]  # its nodata is 0


def test_rare_classes_are_drawn_oftener_but_not_beyond_measure():
    common = np.tile([100.0, 0.0], (18, 1))
    draws = balanced_draws(np.concatenate([common, [[100, 16], [0, 64]]]))
    assert draws.sum() == pytest.approx(20) and np.allclose(draws[:18], draws[0])
    assert draws[19] > draws[18] > 2 > 1 > draws[0] > 0.5
    # half even, a quarter for either class: by the root of the pixels, 4 to 8 of the rare one
    assert draws[19] - draws[18] == pytest.approx(20 / 2 * (0.5 * (8 - 4) / 12 - 0.5 / 19))
    single = np.zeros((100, 2))
    single[:, 0], single[0] = 9, (0, 9)
    draws = balanced_draws(single)
    assert (
        draws[0] == pytest.approx(OFTENEST) and draws.sum() == pytest.approx(100) and np.allclose(draws[1:], draws[1])
    )
    assert np.allclose(balanced_draws(np.eye(2).repeat(5, 0)), 1)  # even already


def test_samples_without_a_label_are_not_drawn_unless_there_are_no_others():
    draws = balanced_draws(np.array([[0, 0, 0], [3, 0, 0], [0, 2, 0], [0, 0, 0]]))  # a class that nobody has
    assert draws.tolist() == [0, 2, 2, 0]
    lonely = np.zeros((20, 2))
    lonely[7] = 1
    assert balanced_draws(lonely)[7] == pytest.approx(20)
    assert balanced_draws(np.zeros((3, 2))).tolist() == [1, 1, 1]
