"""The classes of masks: two of 0 and 255, several, noise, colours, and numbers that stand for nothing."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.chips.importing.images import import_folder
from rsdl_qgis.engine.chips.importing.mask_classes import mask_classes
from rsdl_qgis.engine.errors import InputError

from ...training.layers import Log


@pytest.fixture
def masks(tmp_path):
    """Masks (rows, columns) as files of a folder."""

    def write(*arrays, ending=".png", **profile):
        paths = []
        for i, array in enumerate(arrays):
            path = tmp_path / "masks" / f"s{i}{ending}"
            path.parent.mkdir(exist_ok=True)
            stack = array if array.ndim == 3 else array[None]
            about = {"count": len(stack), "height": stack.shape[1], "width": stack.shape[2], "dtype": stack.dtype}
            driver = "GTiff" if ending == ".tif" else "PNG"
            with rasterio.open(path, "w", driver=driver, **about, **profile) as file:
                file.write(stack)
            paths.append(path)
        return paths

    return write


def block(*values, dtype="uint8"):
    return np.array(values, dtype).repeat(8).repeat(8).reshape(-1, 8)


def classes(paths, task="segmentation", log=None):
    found, stored = mask_classes(paths, task, log or Log())
    return [(item.value, item.name) for item in found], stored


pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.mark.parametrize(("values", "dtype", "expected", "stored"), [
    ((0, 255), "uint8", [(0, "background"), (1, "object")], (0, 255)),
    ((0, 65_535), "uint16", [(0, "background"), (1, "object")], (0, 65_535)),
    ((0, 1), "uint8", [(0, "background"), (1, "object")], ()),
    ((1, 2, 255), "uint8", [(1, "class 1"), (2, "class 2")], ()),
    ((0, 128, 255), "uint8", [(0, "class 0"), (1, "class 128"), (2, "class 255")], (0, 128, 255)),
    ((1, 70_000), "int32", [(0, "class 1"), (1, "class 70000")], (1, 70_000)),
    ((-9999, 1, 2), "int32", [(1, "class 1"), (2, "class 2")], ()),
    ((-1, 0, 1), "int16", [(0, "class -1"), (1, "class 0"), (2, "class 1")], (-1, 0, 1)),
])  # fmt: skip
def test_values(masks, values, dtype, expected, stored):
    paths = masks(block(*values, dtype=dtype), ending=".tif")
    assert classes(paths) == (expected, stored)


def test_what_is_taken_otherwise_is_told(masks):
    log = Log()
    classes(masks(block(1, 2, 255), ending=".tif"), log=log)
    classes(masks(block(0, 128, 255), ending=".tif"), log=log)
    assert log.said == [
        "warning: 255 in the masks is taken as unlabelled.",
        "warning: The values of the masks are renumbered as classes: 0 is 0, 128 is 1, 255 is 2.",
    ]


def test_masks_of_different_numbers_for_the_same_are_refused(masks):
    with pytest.raises(InputError, match=r"s0.png holds 0 and 1, and .*s1.png 0 and 255"):
        classes(masks(block(0, 1), block(0, 255)))
    assert classes(masks(block(0, 1), block(0, 255), block(0, 1, 255)))[0] == [(0, "background"), (1, "object")]
    assert len(classes(masks(block(0, 1), block(0, 2), block(0, 3)))[0]) == 4


def test_every_mask_is_looked_at_for_colours(masks):
    grey, red = (np.stack([block(0, 255), block(0, other), block(0, other)]) for other in (255, 0))
    assert classes(masks(grey, grey))[1] == (0, 255)
    with pytest.raises(InputError, match=r"classes in .*s1.png are colours of 3 bands"):
        classes(masks(grey, red))


def picture(path, array, driver="PNG", colours=None, **profile):
    """An array (rows, columns) as a picture file."""
    path.parent.mkdir(exist_ok=True)
    plain = path.with_suffix(".plain.tif")
    height, width = array.shape
    with rasterio.open(plain, "w", driver="GTiff", count=1, height=height, width=width, dtype=array.dtype) as file:
        file.write(array, 1)
        if colours:
            file.write_colormap(1, colours)
    rasterio.shutil.copy(plain, path, driver=driver, **profile)
    plain.unlink()
    return path


@pytest.fixture
def ragged():
    """A mask of 0 and 255 whose borders do not follow the blocks of JPEG."""
    return np.where(np.random.default_rng(0).random((20, 20)) > 0.5, 255, 0).astype("uint8").repeat(3, 0).repeat(3, 1)


def test_noise_of_jpeg_is_refused_also_in_files_without_loss(masks, tmp_path, ragged):
    path = picture(tmp_path / "s.jpg", ragged, "JPEG", quality=60)
    with rasterio.open(path) as file:
        noisy = file.read(1)
    assert len(np.unique(noisy)) > 20
    for paths in ([path], masks(noisy)):
        with pytest.raises(InputError, match="as JPEG or smoothing leaves them") as refused:
            classes(paths)
        assert "PNG or TIFF" in refused.value.hint


def test_clean_jpeg_and_many_classes_are_taken(masks, tmp_path):
    path = picture(tmp_path / "s.jpg", block(*[0, 255] * 4), "JPEG", quality=75)
    assert classes([path])[1] == (0, 255)
    assert len(classes(masks(block(*range(21), 255)))[0]) == 21


def test_masks_of_one_bit_a_palette_and_upper_case(tmp_path):
    mask = np.tile(np.array([0, 1], "uint8").repeat(8), (8, 1))
    for i in range(2):
        picture(tmp_path / "images" / f"s{i}.PNG", np.full((8, 16), 90, "uint8"))
    picture(tmp_path / "masks" / "s0.PNG", mask, nbits=1)
    picture(tmp_path / "masks" / "s1.PNG", mask, colours={0: (0, 0, 0), 1: (200, 30, 60)})
    folder = import_folder(tmp_path, "segmentation")
    assert [(item.value, item.name) for item in folder.classes] == [(0, "background"), (1, "object")]
    assert len(folder.chips) == 2 and all((folder.label(chip) == mask).all() for chip in folder.chips)


def test_labels_are_those_of_the_values_in_the_files(masks, tmp_path):
    masks(block(1, 70_000, 2, dtype="int32"), ending=".tif")
    picture(tmp_path / "images" / "s0.png", np.zeros((24, 8), "uint8"))
    folder = import_folder(tmp_path, "segmentation")
    assert folder.label(folder.chips[0])[::8, 0].tolist() == [0, 2, 1] and IGNORE not in folder.label(folder.chips[0])


def test_masks_of_numbers(masks, tmp_path):
    masks(block(0.5, -9999, 3.4e38, dtype="float32"), ending=".tif")
    picture(tmp_path / "images" / "s0.png", np.zeros((24, 8), "uint8"))
    log = Log()
    folder = import_folder(tmp_path, "regression", log)
    assert np.isfinite(folder.label(folder.chips[0])).sum() == 64 and "-9999 (64 pixels)" in log.said[0]
    masks(np.stack([block(0, 1, 2), block(3, 4, 5), block(0, 0, 0)]))
    (tmp_path / "masks" / "s0.tif").unlink()
    with pytest.raises(InputError, match="colours of 3 bands"):
        import_folder(tmp_path, "regression")
