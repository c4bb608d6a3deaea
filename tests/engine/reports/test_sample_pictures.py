"""Pictures of samples show what is there: bands by name, invalid pixels, classes and errors."""

from __future__ import annotations

import base64
import warnings

import numpy as np
import pytest
from rasterio.io import MemoryFile

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.reports import sample_pictures

CLASSES = (Class(10, "land", "#804000"), Class(20, "water", "#0000ff"))
RGB = ("red", "green", "blue")


def pixels(file: bytes) -> np.ndarray:
    """(H, W, 4) of a picture's file."""
    with warnings.catch_warnings(), MemoryFile(file) as memory:
        warnings.simplefilter("ignore")  # a picture lies nowhere
        with memory.open() as source:
            bands = source.read()
            if source.count == 1:
                table = source.colormap(1)
                return np.array([[table[int(i)] for i in row] for row in bands[0]])
    return np.moveaxis(np.concatenate([bands, np.full_like(bands[:1], 255)]), 0, 2)


def made(*bands: str, dates=("image",), name="image") -> Input:
    return Input(name, tuple(Band(band) for band in bands), dates)


def image(bands: int, side: int = 32, dates: int = 1) -> np.ma.MaskedArray:
    """Dark pixels and on their left bright ones."""
    values = np.full((dates, bands, side, side), 100.0, np.float32)
    values[..., : side // 2] = 900
    return np.ma.MaskedArray(values, np.zeros(values.shape, bool))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("B2", "B3", "B4", "B8"), [2, 1, 0]),
        (("blue", "green", "red"), [2, 1, 0]),
        (("B3", "B4", "B8", "B12"), [2, 1, 0]),  # no blue: infrared colour
        (("elevation", "slope", "wetness", "roughness"), [0, 1, 2]),
        (("one", "two"), [0]),
        (("VV", "VH", "ratio"), [0]),
        (("pan",), [0]),
    ],
)
def test_bands_are_found_by_name(names, shown):
    item = made(*names)
    assert sample_pictures.shown_bands((item,)) == (item, shown)


def test_aliases_count_and_colours_are_preferred_to_backscatter():
    radar = made("VV", "VH", name="s1")
    optical = Input("s2", (Band("nir", ("B8",)), Band("r", ("B4",)), Band("g", ("B3",)), Band("b", ("B2",))))
    assert sample_pictures.shown_bands((radar, optical)) == (optical, [1, 2, 3])


def test_each_band_is_drawn_in_its_colour():
    values = image(3)
    values[0, 0] = values[0, 0][:, ::-1]  # red is bright on the right, green and blue on the left
    found = pixels(sample_pictures.picture({"image": values}, (made(*RGB),)))
    assert (found[16, 28, :3] > (200, -1, -1)).all() and (found[16, 28, :3] < (256, 60, 60)).all()
    assert (found[16, 3, :3] > (-1, 200, 200)).all() and (found[16, 3, :3] < (60, 256, 256)).all()


def test_the_stretch_is_of_valid_pixels_and_invalid_ones_are_hatched():
    values = image(3)
    plain = pixels(sample_pictures.picture({"image": values}, (made(*RGB),)))
    values[..., :8, :8] = 1e6
    values[:, 1, :8, :8] = np.ma.masked  # one band is enough
    values.data[..., 24:, 24:] = np.nan
    found = pixels(sample_pictures.picture({"image": values}, (made(*RGB),)))
    for corner in (found[:6, :6, :3], found[26:, 26:, :3]):
        assert corner.mean() > 200 and corner.std() > 5  # light, in stripes
    assert np.abs(found[16:24, :, :3].astype(int) - plain[16:24, :, :3]).max() < 12


def test_backscatter_is_grey_and_linear_one_seen_in_decibel():
    sigma = np.full((1, 2, 32, 32), 0.01, np.float32)
    sigma[..., 11:21], sigma[..., 21:] = 0.1, 1.0
    found = pixels(sample_pictures.picture({"s1": np.ma.MaskedArray(sigma)}, (made("VV", "VH", name="s1"),)))
    assert np.ptp(found[..., :3], axis=2).max() <= 2
    assert found[16, 3, 0] < 20 and 100 < found[16, 16, 0] < 155 and found[16, 30, 0] > 235  # evenly spaced


def test_a_sample_without_a_valid_pixel_can_be_drawn():
    nothing = np.ma.masked_all((1, 3, 16, 16), np.float32)
    assert pixels(sample_pictures.picture({"image": nothing}, (made(*RGB),))).min() > 180


def test_large_samples_are_drawn_small_and_all_pictures_alike():
    values = image(3, side=401)
    labels = np.zeros((401, 401), np.uint8)
    labels[:, :200] = 1
    found = pixels(sample_pictures.picture({"image": values}, (made(*RGB),)))
    drawn = pixels(sample_pictures.class_picture(labels, CLASSES))
    assert found.shape == drawn.shape == (sample_pictures.WIDEST, sample_pictures.WIDEST, 4)
    assert found[80, 80, 0] > 230 and found[80, 95, 0] < 25
    assert tuple(drawn[80, 80, :3]) == (0, 0, 255) and tuple(drawn[80, 95, :3]) == (128, 64, 0)
    wide = np.ma.MaskedArray(np.arange(10 * 700, dtype=np.float32).reshape(1, 1, 10, 700))
    assert pixels(sample_pictures.picture({"image": wide}, (made("pan"),))).shape[:2] == (3, sample_pictures.WIDEST)


def test_classes_are_drawn_in_their_colours_and_what_is_not_labelled_is_transparent():
    found = pixels(sample_pictures.class_picture(np.array([[0, 1], [IGNORE, 0]], np.uint8), CLASSES))
    assert found.tolist() == [
        [[128, 64, 0, 255], [0, 0, 255, 255]],
        [[255, 255, 255, 0], [128, 64, 0, 255]],
    ]


def test_errors_are_strong_what_is_right_is_pale():
    reference = np.array([[0, 1, 1, IGNORE]], np.uint8)
    given = np.array([[0, 1, 0, 1]], np.uint8)
    land, water, wrong, unlabelled = pixels(sample_pictures.error_picture(reference, given, CLASSES))[0]
    assert tuple(land[:3]) == sample_pictures.pale("#804000") and tuple(water[:3]) == sample_pictures.pale("#0000ff")
    assert tuple(wrong) == (*sample_pictures.WRONG, 255) and unlabelled[3] == 0
    assert min(land[:3]) > 180 > min(wrong[:3])


def test_254_classes_leave_room_for_errors():
    many = [Class(i, str(i), f"#{i:02x}0000") for i in range(254)]
    reference, given = np.array([[0, 253]], np.uint8), np.array([[1, 253]], np.uint8)
    wrong, right = pixels(sample_pictures.error_picture(reference, given, many))[0]
    assert tuple(wrong[:3]) == sample_pictures.WRONG and tuple(right[:3]) == sample_pictures.pale("#fd0000")


def test_numbers_go_from_dark_to_light_and_errors_from_blue_to_red():
    reference = np.repeat(np.array([[0.0, 5.0, 10.0, np.nan]]), 8, 1).repeat(8, 0)
    found = pixels(sample_pictures.number_picture(reference, 0, 10))[4, 4::8, :3].astype(int)
    assert np.abs(found[:3] - [(68, 1, 84), (33, 145, 140), (253, 231, 37)]).max() < 12
    assert np.ptp(found[3]) < 30 and found[3].min() > 190  # stripes are light and grey
    given = reference + np.repeat([-3, 0, 3, 0], 8)
    low, right, high, lost = pixels(sample_pictures.difference_picture(reference, given, 3))[4, 4::8, :3].astype(int)
    assert low[2] - low[0] > 100 and high[0] - high[2] > 100 and right.min() > 235 and np.ptp(lost) < 30


def test_a_sample_has_all_pictures_of_its_kind():
    labels = np.zeros((32, 32), np.uint8)
    two = made(*RGB, dates=("before", "after"))
    images = {"image": image(3, dates=2)}
    images["image"][0] = 100  # nothing yet
    images["image"][0, :, 0] = 900
    found = sample_pictures.sample_pictures(images, (two,), labels, labels, CLASSES)
    assert list(found) == ["before", "image", "reference", "prediction", "error"]
    files = {kind: base64.b64decode(uri.split(",", 1)[1]) for kind, uri in found.items()}
    assert pixels(files["image"])[16, 3, 0] > 200 > 50 > pixels(files["before"])[16, 3, 0]
    assert found["reference"].startswith("data:image/png;base64,")
    assert found["image"].startswith("data:image/jpeg;base64,")
    assert list(sample_pictures.sample_pictures({"image": image(3)}, (made(*RGB),))) == ["image"]
    numbers = np.linspace(0, 1, 1024).reshape(32, 32)
    assert list(sample_pictures.sample_pictures({"image": image(1)}, (made("pan"),), numbers, numbers + 1)) == [
        "image", "reference", "prediction", "error"]  # fmt: skip
    nothing = np.full((32, 32), np.nan)
    assert len(sample_pictures.sample_pictures({"image": image(1)}, (made("pan"),), nothing, numbers)) == 4


def test_colours_that_are_none_are_grey():
    assert sample_pictures.rgb("red") == sample_pictures.rgb("#12") == sample_pictures.UNKNOWN
    assert sample_pictures.hexadecimal(sample_pictures.rgb("#0a80ff")) == "#0a80ff"
