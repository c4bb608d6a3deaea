"""Folders of images as other programs have them, taken as chip folders."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from rsdl_qgis.engine.chips.folder import IGNORE, read_chips, write_chips
from rsdl_qgis.engine.chips.importing.images import Files, import_class_folders, import_folder, import_images
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report

from ...training.layers import NORTH_UP, noise, raster


def picture(path, values, **profile):
    """A PNG, JPEG or WebP (bands, rows, columns) that is not georeferenced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    driver = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}[path.suffix]
    count, height, width = values.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver=driver, count=count, height=height, width=width, dtype="uint8", **profile
        ) as file:
            file.write(values.astype("uint8"))


def mask_of(values):
    """A mask (1, 12, 16) of values in its rows: two rows each."""
    mask = np.zeros((1, 12, 16), "uint8")
    for i, value in enumerate(values):
        mask[0, 2 * i : 2 * i + 2] = value
    return mask


def pairs(root, count=3, values=(0, 1, 2), split=""):
    for i in range(count):
        picture(root / split / "images" / f"s{i}.jpg", noise((3, 12, 16), seed=i))
        picture(root / split / "masks" / f"s{i}.png", mask_of(values))


def parts_of(root):
    return Files({"image": {"image": root / "images"}}, root / "masks")


class TestPairs:
    def test_images_and_masks_of_one_name_are_chips_and_stay_where_they_are(self, tmp_path):
        pairs(tmp_path / "data")
        picture(tmp_path / "data" / "images" / "without.jpg", noise((3, 12, 16)))
        folder = import_folder(tmp_path / "data", "segmentation")
        assert [c.name for c in folder.chips] == ["s0", "s1", "s2"]
        assert folder.chips[0].images == {"image": ("images/s0.jpg",)} and folder.chips[0].label == "masks/s0.png"
        assert [b.name for b in folder.inputs[0].bands] == ["red", "green", "blue"]
        assert folder.size == folder.largest == 16
        assert [c.value for c in folder.classes] == [0, 1, 2] and folder.stored == ()
        assert folder.label(folder.chips[0])[:, 0].tolist() == [0, 0, 1, 1, 2, 2, *[0] * 6]
        assert folder.images(folder.chips[0])["image"].shape == (1, 3, 12, 16)
        assert all(chip.bounds is None for chip in folder.chips)
        (tmp_path / "chips").mkdir()
        elsewhere = import_images([parts_of(tmp_path / "data")], "segmentation", folder=tmp_path / "chips")
        write_chips(elsewhere)
        again = read_chips(tmp_path / "chips")
        assert (again.label(again.chips[1]) == folder.label(folder.chips[1])).all()

    def test_255_beside_classes_counted_from_0_is_not_labelled(self, tmp_path):
        pairs(tmp_path / "void", values=(0, 1, 255))
        folder = import_folder(tmp_path / "void", "segmentation")
        assert [c.value for c in folder.classes] == [0, 1] and folder.stored == ()
        assert folder.label(folder.chips[0])[:, 0].tolist() == [0, 0, 1, 1, IGNORE, IGNORE, *[0] * 6]
        pairs(tmp_path / "greys", values=(0, 128, 255))
        greys = import_folder(tmp_path / "greys", "segmentation")
        assert len(greys.classes) == 3 and greys.label(greys.chips[0])[:, 0].tolist()[:6] == [0, 0, 1, 1, 2, 2]

    def test_images_without_a_mask_are_logged(self, tmp_path):
        pairs(tmp_path)
        picture(tmp_path / "images" / "without.jpg", noise((3, 12, 16)))
        logged = []
        report = Report()
        report.log = lambda level, message: logged.append((level, message))
        import_folder(tmp_path, "segmentation", report)
        assert ("warning", "1 images have no mask and are left out, such as 'without'.") in logged

    @pytest.mark.parametrize("options", [{}, {"nbits": 1}])
    def test_black_and_white_masks_are_background_and_object(self, tmp_path, options):
        for i in range(2):
            picture(tmp_path / "images" / f"{i}.png", noise((1, 12, 16), seed=i))
            white = 1 if options else 255
            picture(tmp_path / "masks" / f"{i}.png", mask_of([white]), **options)
        folder = import_folder(tmp_path, "segmentation")
        assert [(c.value, c.name) for c in folder.classes] == [(0, "background"), (1, "object")]
        assert folder.label(folder.chips[0])[:3, 0].tolist() == [1, 1, 0]
        write_chips(folder)
        again = read_chips(folder.path)
        assert (again.label(again.chips[0]) == folder.label(folder.chips[0])).all()

    def test_georeferenced_images_have_their_place(self, tmp_path):
        raster(tmp_path / "images" / "a.tif", noise((2, 12, 16), "float32"), names=("B3", "B8"))
        raster(tmp_path / "images" / "b.tif", noise((2, 12, 16), "float32"), crs=None, transform=Affine.identity())
        for name in "ab":
            picture(tmp_path / "masks" / f"{name}.png", mask_of([1]))
        folder = import_folder(tmp_path, "segmentation")
        first, second = folder.chips
        assert first.bounds == (NORTH_UP.c, NORTH_UP.f - 120, NORTH_UP.c + 160, NORTH_UP.f)
        assert folder.sources[first.source].crs and second.bounds is None and second.source == ""
        assert [b.name for b in folder.inputs[0].bands] == ["B3", "B8"] and folder.resolution == pytest.approx(10)

    def test_numbers_for_a_regression(self, tmp_path):
        picture(tmp_path / "images" / "a.png", noise((1, 12, 16)))
        values = noise((1, 12, 16)).astype("float32") / 7
        raster(tmp_path / "masks" / "a.tif", values)
        folder = import_folder(tmp_path, "regression")
        assert folder.labels == "number" and (folder.label(folder.chips[0]) == values[0]).all()

    def test_unequal_sizes_name_the_file(self, tmp_path):
        pairs(tmp_path)
        picture(tmp_path / "masks" / "s1.png", np.zeros((1, 12, 15), "uint8"))
        with pytest.raises(InputError, match=r"s1\.png is 15 x 12 pixels and .*s1\.jpg 16 x 12"):
            import_folder(tmp_path, "segmentation")

    def test_other_bands_name_the_file(self, tmp_path):
        pairs(tmp_path)
        picture(tmp_path / "images" / "s1.jpg", noise((1, 12, 16)))
        with pytest.raises(InputError, match=r"s1\.jpg has 1 band\(s\) and .*s0\.jpg 3"):
            import_folder(tmp_path, "segmentation")

    def test_coloured_masks_are_refused(self, tmp_path):
        pairs(tmp_path)
        picture(tmp_path / "masks" / "s0.png", noise((3, 12, 16)))
        with pytest.raises(InputError, match="are colours of 3 bands"):
            import_folder(tmp_path, "segmentation")

    @pytest.mark.parametrize(("change", "message"), [
        (lambda root: [p.unlink() for p in (root / "masks").iterdir()], "No image has a mask of the same name"),
        (lambda root: pairs(root, values=()), r"have 1 value\(s\)"),
        (lambda root: picture(root / "images" / "s1.png", noise((3, 12, 16))), "have the same name"),
    ])  # fmt: skip
    def test_what_cannot_be_used(self, tmp_path, change, message):
        pairs(tmp_path)
        change(tmp_path)
        with pytest.raises(InputError, match=message):
            import_folder(tmp_path, "segmentation")


class TestDates:
    def folders(self, root, names=("A", "B", "label")):
        for i in range(3):
            for name in names[:2]:
                picture(root / name / f"{i}.png", noise((3, 12, 16), seed=i))
            picture(root / names[2] / f"{i}.png", mask_of([255]))

    def test_before_after_and_what_changed(self, tmp_path):
        self.folders(tmp_path)
        folder = import_folder(tmp_path, "change")
        assert folder.task == "change" and folder.inputs[0].dates == ("before", "after")
        assert folder.chips[0].images == {"image": ("A/0.png", "B/0.png")}
        assert [(c.value, c.name) for c in folder.classes] == [(0, "unchanged"), (1, "changed")]
        assert folder.images(folder.chips[0])["image"].shape == (2, 3, 12, 16)

    def test_several_sensors_and_images_that_miss_a_date(self, tmp_path):
        self.folders(tmp_path)
        self.folders(tmp_path / "radar")
        (tmp_path / "A" / "1.png").unlink()
        images = {
            "s2": {"before": tmp_path / "A", "after": tmp_path / "B"},
            "s1": {"after": tmp_path / "radar" / "B"},
        }
        parts = [Files(images, tmp_path / "label", "train")]
        whole = import_images(parts, "change", folder=tmp_path)
        assert [c.name for c in whole.chips] == ["0", "2"] and {c.split for c in whole.chips} == {"train"}
        assert whole.chips[1].images == {"s2": ("A/2.png", "B/2.png"), "s1": ("radar/B/2.png",)}


class TestScenes:
    def classes(self, root, names=("river", "forest"), count=3):
        for name in names:
            for i in range(count):
                picture(root / name / f"{name}{i}.webp", noise((3, 12 + i, 16)))

    @pytest.mark.parametrize(("folders", "expected"), [
        (("0", "1"), [(0, "0"), (1, "1")]),
        (("01", "2"), [(1, "01"), (2, "2")]),
        (("a;b", "c  d"), [(1, "a,b"), (2, "c d")]),
        (("Oak", "oak", "pine"), [(1, "Oak"), (2, "pine")]),
    ])  # fmt: skip
    def test_the_label_of_a_folder_is_its_class(self, tmp_path, folders, expected):
        self.classes(tmp_path, folders, 1)
        folder = import_class_folders(tmp_path)
        assert [(item.value, item.name) for item in folder.classes] == expected
        assert sorted({int(folder.label(chip)) for chip in folder.chips}) == list(range(len(expected)))

    def test_a_folder_a_class(self, tmp_path):
        self.classes(tmp_path)
        folder = import_class_folders(tmp_path)
        assert folder.labels == "class" and [(c.value, c.name) for c in folder.classes] == [(1, "forest"), (2, "river")]
        assert [c.label for c in folder.chips] == ["forest"] * 3 + ["river"] * 3
        assert folder.images(folder.chips[1])["image"].shape == (1, 3, 13, 16)

    def test_the_same_names_in_two_folders(self, tmp_path):
        for name in ("river", "forest"):
            picture(tmp_path / name / "1.png", noise((3, 12, 16)))
        assert [c.name for c in import_class_folders(tmp_path).chips] == ["forest-1", "river-1"]

    def test_one_folder_only(self, tmp_path):
        self.classes(tmp_path, ("river",))
        with pytest.raises(InputError, match="one folder of images only, 'river'"):
            import_class_folders(tmp_path)


class TestAnyFolder:
    def test_images_and_masks_divided_either_way(self, tmp_path):
        for split in ("train", "val", "test"):
            pairs(tmp_path / "first", 2, split=split)
            for kind in ("images", "masks"):
                source = tmp_path / "first" / split / kind
                target = tmp_path / "second" / kind / split
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(source)
        for root in (tmp_path / "first", tmp_path / "second"):
            folder = import_folder(root, "segmentation")
            assert [c.split for c in folder.chips] == ["train"] * 2 + ["valid"] * 2 + ["test"] * 2
            assert len({c.name for c in folder.chips}) == 6
            assert folder.label(folder.chips[5]).shape == (12, 16)

    def test_changes_and_scenes_are_known_by_their_folders(self, tmp_path):
        TestDates().folders(tmp_path / "change", ("before", "After", "MASK"))
        assert import_folder(tmp_path / "change", "change").inputs[0].dates == ("before", "after")
        for split in ("train", "valid"):
            TestScenes().classes(tmp_path / "scenes" / split)
        folder = import_folder(tmp_path / "scenes", "classification")
        assert {c.split for c in folder.chips} == {"train", "valid"} and len({c.name for c in folder.chips}) == 12

    def test_another_folder_is_none(self, tmp_path):
        (tmp_path / "stuff").mkdir()
        with pytest.raises(InputError, match=r"no folder of images that can be read as one.*'images' and 'masks'"):
            import_folder(tmp_path, "segmentation")
        with pytest.raises(InputError, match="There is no folder"):
            import_folder(tmp_path / "lost", "segmentation")


class TestUnlabelled:
    def test_images_side_by_side_need_no_labels_where_none_are_needed(self, tmp_path):
        for i in range(3):
            picture(tmp_path / f"s{i}.jpg", noise((3, 12, 16), seed=i))
        folder = import_folder(tmp_path, "classification", labelled=False)
        assert [c.name for c in folder.chips] == ["s0", "s1", "s2"] and folder.labels == "none"
        assert folder.images(folder.chips[1])["image"].shape == (1, 3, 12, 16) and folder.size == 16
        with pytest.raises(InputError, match="no images in folders of their classes"):
            import_folder(tmp_path, "classification")

    def test_those_of_each_split(self, tmp_path):
        for split in ("train", "val"):
            picture(tmp_path / split / "one.jpg", noise((3, 12, 16)))
        folder = import_folder(tmp_path, "segmentation", labelled=False)
        assert [(c.name, c.split) for c in folder.chips] == [("train-one", "train"), ("valid-one", "valid")]

    def test_labels_that_are_there_stay(self, tmp_path):
        TestScenes().classes(tmp_path)
        assert import_folder(tmp_path, "classification", labelled=False).labels == "class"
