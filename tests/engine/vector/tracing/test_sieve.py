import numpy as np
import pytest

from rsdl_qgis.engine.vector.tracing import sieve as module
from rsdl_qgis.engine.vector.tracing.patches import Patches
from rsdl_qgis.engine.vector.tracing.sieve import Sieved, rounds

KNOWN = np.arange(256) < 10


def sieved(pixels, least=1, holes=0, filled=(), step=None):
    through = Sieved(rounds(pixels.shape[1], pixels.dtype, KNOWN, least, holes, filled))
    parts = np.split(pixels, range(step, len(pixels), step)) if step else [pixels]
    return np.concatenate([*(rows for part in parts for rows in through.add(part)), *through.close()])


def test_patches_are_connected_by_sides():
    patches = Patches.of(np.array([[1, 1, 2], [2, 1, 2], [1, 2, 2]], "uint8"))
    assert patches.labels.tolist() == [[0, 0, 1], [2, 0, 1], [3, 1, 1]]
    assert patches.values.tolist() == [1, 2, 2, 1]
    assert patches.sizes.tolist() == [3, 4, 1, 1]
    assert patches.tops.tolist() == [0, 0, 1, 2] and patches.bottoms.tolist() == [1, 2, 1, 2]


def test_a_small_patch_goes_to_what_it_shares_most_of_its_border_with():
    pixels = np.ones((9, 9), "uint8")
    pixels[:, 5:] = 2
    pixels[3:5, 3:5] = 3  # six sides on 1, two on 2
    pixels[0, 6] = 255  # no class: stays, and nothing goes to it
    found = sieved(pixels, 5)
    expected = np.where(pixels == 3, 1, pixels)
    assert (found == expected).all()
    assert (sieved(pixels, 4) == pixels).all()


def test_a_patch_without_a_neighbour_stays():
    pixels = np.full((5, 5), 255, "uint8")
    pixels[2, 2] = 1
    assert (sieved(pixels, 9) == pixels).all()


def test_holes_are_filled_where_one_class_is_around_them():
    pixels = np.ones((8, 12), "uint8")
    pixels[:, 8:] = 2
    pixels[2, 2] = 0  # within 1
    pixels[4:6, 4:6] = 255
    pixels[2, 7] = 0  # between 1 and 2
    pixels[0, 0] = 0  # at the edge of the map
    found = sieved(pixels, holes=1, filled=(0, 255))
    expected = pixels.copy()
    expected[2, 2] = 1
    assert (found == expected).all()
    expected[4:6, 4:6] = 1
    assert (sieved(pixels, holes=4, filled=(0, 255)) == expected).all()


@pytest.mark.parametrize("coarse", [1, 3])
def test_the_division_of_rows_does_not_matter(rng, monkeypatch, coarse):
    for _ in range(8):
        pixels = rng.integers(0, 4, (rng.integers(5, 40), rng.integers(3, 30)), "uint8").repeat(coarse, 1)
        pixels[rng.random(pixels.shape) < 0.05] = 255
        whole = sieved(pixels, 9, 5, (0, 255))
        for size, step in ((1, 1), (97, 5), (1, 7)):
            monkeypatch.setattr(module, "PIXELS", size)
            assert (sieved(pixels, 9, 5, (0, 255), step) == whole).all()
        monkeypatch.undo()
        assert ((whole == 255) <= (pixels == 255)).all()
