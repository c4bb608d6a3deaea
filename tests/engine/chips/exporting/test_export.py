"""Chips in the formats of other programs, read again by the importers and by pycocotools: nothing is lost."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.boxes.detections import turned
from rsdl_qgis.engine.boxes.oriented import is_upright
from rsdl_qgis.engine.chips.exporting.export import WRITERS
from rsdl_qgis.engine.chips.exporting.folders import folder_names
from rsdl_qgis.engine.chips.exporting.objects import joined, regions
from rsdl_qgis.engine.chips.folder import IGNORE, read_chips
from rsdl_qgis.engine.chips.importing.boxes import import_boxes
from rsdl_qgis.engine.chips.importing.images import import_folder
from rsdl_qgis.engine.chips.prepare import run_export_chips
from rsdl_qgis.engine.errors import InputError, OutputError
from rsdl_qgis.engine.tables.chip_formats import CHIP_FORMATS

from ...training.layers import Log, box, noise, pixels, point, raster, source, vector

SIDE = 128
SPLIT = {"valid": 0.2, "test": 0.2, "chip_size": 32}
RINGS = ((6, 6), (38, 6), (6, 38), (38, 38))  # columns and rows of squares with a hole
NAMES = ("ship's crane", 'Kai: "östlich", 7')


def ring(col, row):
    parts = box(col, row, col + 20, row + 20), box(col + 4, row + 6, col + 14, row + 14)
    return {"type": "Polygon", "coordinates": [line for part in parts for line in part["coordinates"]]}


def turned_box(col, row, width, height, degrees):
    places = np.array([[col, row]], float), np.array([[width, height]], float), np.radians([degrees])
    corners = [pixels(corner)[0] for corner in turned(*places)[0].tolist()]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """Rasters, and labels of them."""
    root = tmp_path_factory.mktemp("layers")
    places = [(row, col) for row in range(0, SIDE, 16) for col in range(0, SIDE, 16)]
    objects = [(box(c + 1.25, r + 2, c + 9, r + 9.5), NAMES[i % 2]) for i, (r, c) in enumerate(places)]
    objects += [(box(30, 5, 34, 11), NAMES[0]), (box(30.5, 80, 40, 90), NAMES[0])]  # parts of both are in two chips
    halves = [(box(0, 0, SIDE, 60), "grass"), (box(0, 70, SIDE, SIDE), "water"), (box(40, 40, 50, 50), "water")]
    rings = [
        *((ring(*place), "yard") for place in RINGS),
        (box(30, 30, 33, 40), "yard"),
        (box(70, 20, 120, 60), "lake"),
        (box(10, 70, 88, 120), "lake"),
        (box(90, 70, 125, 110), "yard"),
    ]
    dark = noise((3, SIDE, SIDE))
    dark[:, :3, :3] = 0
    return {
        "colour": raster(root / "colour.tif", dark, names=("red", "green", "blue"), nodata=0),
        "later": raster(root / "later.tif", noise((3, SIDE, SIDE), seed=1), names=("red", "green", "blue")),
        "bands": raster(root / "bands.tif", noise((5, SIDE, SIDE), "uint16"), nodata=0),
        "objects": vector(root / "objects.geojson", objects),
        "turned": vector(
            root / "turned.geojson", [(turned_box(c + 9, r + 8, 11, 5, 7 * c + r), NAMES[c > 60]) for r, c in places]
        ),
        "halves": vector(root / "halves.geojson", halves),
        "few": vector(
            root / "few.geojson", [(box(32 * i + 5, 32 * i + 5, 32 * i + 9, 32 * i + 9), NAMES[0]) for i in range(4)]
        ),
        "rings": vector(root / "rings.geojson", rings),
        "scenes": vector(root / "scenes.geojson", [(point(c + 8, r + 8), NAMES[c > 60]) for r, c in places[::3]]),
        "heights": vector(root / "heights.geojson", [(box(0, 0, 60, SIDE), 1.5), (box(60, 0, SIDE, SIDE), -7.25)]),
    }


@pytest.fixture(scope="module")
def cut():
    """The chip folders that were cut so far, by job."""
    return {}


@pytest.fixture
def export(tmp_path, layers, cut):
    """Exports layers in a format, to tmp_path / "out"; returns the chip folder that is exported from them otherwise."""

    def run(task, form, labels, image="colour", log=None, **arguments):
        images = [layers[name] for name in image.split()]
        job = {"task": task, "sources": [source(*images)], "labels": [layers[labels]], **SPLIT, **arguments}
        key = json.dumps(job)
        if key not in cut:
            cut[key] = tmp_path / "chips"
            run_export_chips({**job, "output": str(cut[key])}, Log())
        result = run_export_chips({**job, "format": form, "output": str(tmp_path / "out")}, log or Log())
        chips = read_chips(cut[key])
        used = [chip for chip in chips.chips if chip.split]
        assert result["chips"] == len(used) > 4 and {chip.split for chip in used} == {"train", "valid", "test"}
        assert not list((tmp_path / "out").glob(".*"))
        return chips

    return run


def images_are_the_same(chips, again):
    """The splits, the pixels, their validity, the names of bands and the places of all chips that are in a split."""
    before = {chip.name: chip for chip in chips.chips if chip.split}
    assert {chip.name: chip.split for chip in again.chips} == {name: chip.split for name, chip in before.items()}
    assert [b.name for i in again.inputs for b in i.bands] == [b.name for i in chips.inputs for b in i.bands]
    for chip in again.chips:
        old, new = chips.images(before[chip.name])["image"], again.images(chip)["image"]
        assert (old.mask == new.mask).all() and old.dtype == new.dtype and (old == new).all()
        assert chip.bounds == before[chip.name].bounds
    return before


def boxes_of(chips, chip):
    label = chips.label(chip)
    return sorted((chips.classes[int(row[4])].name, *row[[0, 1, 2, 3, 5]].round(6).tolist()) for row in label)


@pytest.mark.parametrize(
    ("form", "image"), [("coco", "colour"), ("voc", "colour"), ("yolo", "colour"), ("coco", "bands")]
)
def test_boxes(export, tmp_path, form, image):
    log = Log()
    chips = export("detection", form, "objects", image, log)
    again = import_boxes(tmp_path / "out", tmp_path / "again", Log(), form)
    before = images_are_the_same(chips, again)
    difficult = 0
    for chip in again.chips:
        wanted = boxes_of(chips, before[chip.name])
        difficult += sum(bool(item[-1]) for item in wanted)
        assert boxes_of(again, chip) == [item for item in wanted if form != "yolo" or not item[-1]]
    told = f"warning: {difficult} difficult objects are left out: FORMAT=yolo cannot mark them."
    assert difficult and (told in log.said) == (form == "yolo")
    assert any("5 band(s) of the type uint16, so they are GeoTIFF" in text for text in log.said) == (image == "bands")
    assert {path.suffix for path in (tmp_path / "out").rglob("s*_*.*")} & {".png", ".tif"} == {
        ".png" if image == "colour" else ".tif"
    }


@pytest.mark.parametrize("form", ["dota", "yolo-obb", "coco"])
def test_oriented_boxes_return_to_the_digit(export, layers, tmp_path, form):
    log = Log()
    chips = export("detection", form, "turned", log=log)
    again = import_boxes(tmp_path / "out", tmp_path / "again", Log(), form.partition("-")[0])
    before, angles = images_are_the_same(chips, again), 0
    for chip in again.chips:
        old = before[chip.name]
        kept = chips.label(old)[:, 5] == 0 if form == "yolo-obb" else np.ones(len(chips.label(old)), bool)
        np.testing.assert_array_equal(again.corners(chip), chips.corners(old)[kept])
        np.testing.assert_array_equal(again.label(chip)[:, :4], chips.label(old)[kept, :4])
        angles += sum(not is_upright(quad) for quad in again.corners(chip))
        names = [chips.classes[int(row[4])].name for row in chips.label(old)[kept]]
        found = [again.classes[int(row[4])].name for row in again.label(chip)]
        assert found == [name.replace(" ", "-") if form == "dota" else name for name in names]
    assert angles > 10 and any("gets hyphens" in text for text in log.said) == (form == "dota")


def test_pictures_without_objects_are_kept(export, tmp_path):
    chips = export("detection", "yolo", "few", unlabelled="background")
    empty = [chip for chip in chips.chips if chip.split and not chip.label]
    again = import_boxes(tmp_path / "out", tmp_path / "again", Log())
    assert empty and {c.name for c in empty} <= {c.name for c in again.chips if not c.label}


def test_the_folders_that_programs_look_for(export, tmp_path):
    chips = export("detection", "voc", "objects")
    out = tmp_path / "out"
    named = (out / "ImageSets" / "Main" / "val.txt").read_text().split()
    assert named == [chip.name for chip in chips.part("valid")]
    assert all((out / "JPEGImages" / f"{name}.png").is_file() for name in named)


def test_data_yaml_is_yaml(export, tmp_path):
    yaml = pytest.importorskip("yaml")
    export("detection", "yolo", "objects", "bands")
    about = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
    assert set(about["names"]) == {0, 1} and set(about["names"].values()) == set(NAMES) and about["channels"] == 5
    assert [about[split] for split in ("train", "val", "test")] == ["images/train", "images/val", "images/test"]


class TestOutlines:
    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
    @pytest.mark.parametrize("background", [True, False])
    def test_coco_gives_the_map_again(self, export, tmp_path, background):
        coco = pytest.importorskip("pycocotools.coco")
        log = Log()
        ground = {"unlabelled": "background", "background_name": "ground"} if background else {}
        chips = export("segmentation", "coco", "rings", "later", log, **ground)
        assert any("pixels are unlabelled. FORMAT=coco cannot mark them" in text for text in log.said) != background
        rings = 0
        for split, folder in (("train", "train"), ("valid", "val"), ("test", "test")):
            about = coco.COCO(str(tmp_path / "out" / "annotations" / f"instances_{folder}.json"))
            known = {item["id"]: item["name"] for item in about.loadCats(about.getCatIds())}
            assert sorted(known.values()) == ["lake", "yard"]
            by_name = {Path(item["file_name"]).stem: item for item in about.loadImgs(about.getImgIds())}
            assert set(by_name) == {chip.name for chip in chips.part(split)}
            for chip in chips.part(split):
                label = chips.label(chip)
                names = np.array([*(item.name for item in chips.classes), *[""] * (256 - len(chips.classes))])[label]
                found = np.full(label.shape, "ground" if background else "", names.dtype)
                for item in about.loadAnns(about.getAnnIds(by_name[chip.name]["id"])):
                    mask = about.annToMask(item).astype(bool)
                    assert item["area"] == mask.sum() > 0 and item["iscrowd"] == 0
                    x, y, width, height = item["bbox"]
                    assert mask.any(0).nonzero()[0][[0, -1]].tolist() == [x, x + width - 1]
                    assert mask.any(1).nonzero()[0][[0, -1]].tolist() == [y, y + height - 1]
                    rings += item["area"] < width * height
                    found[mask] = known[item["category_id"]]
                assert (found == names).all()
        assert rings

    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
    def test_yolo_gives_the_map_again(self, export, tmp_path):
        mask = pytest.importorskip("pycocotools.mask")
        chips = export("segmentation", "yolo-seg", "rings", "later", unlabelled="background")
        lake, yard = [i for i, item in enumerate(chips.classes) if item.value]
        for chip in chips.part("train"):
            label = chips.label(chip)
            found = np.zeros(label.shape, np.uint8)
            for line in (tmp_path / "out" / "labels" / "train" / f"{chip.name}.txt").read_text().splitlines():
                number, *values = line.split()
                ring = [float(value) * label.shape[i % 2 == 0] for i, value in enumerate(values)]
                part = mask.decode(mask.merge(mask.frPyObjects([ring], *label.shape)))
                found[part.astype(bool)] = (lake, yard)[int(number)]
            assert (found == label).all()

    def test_holes_are_joined_to_what_lies_above(self):
        outer = [(0, 0), (9, 0), (9, 9), (0, 9)]
        upper, lower = [(3, 2), (3, 4), (5, 4), (5, 2)], [(4, 6), (4, 7), (6, 7), (6, 6)]
        ring = joined(outer, [lower, upper])
        assert ring[:4] == [(0, 0), (3, 0), (3, 2), (3, 4)] and ring.count((4, 4)) == 2 and ring[-1] == (0, 9)
        area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1])) / 2
        assert area == 81 - 4 - 2

    @pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
    def test_the_outlines_of_any_map(self, tmp_path):
        """Regions that touch themselves and one another at corners, holes in holes: a picture of noise."""
        mask = pytest.importorskip("pycocotools.mask")
        for seed in range(20):
            label = (np.random.default_rng(seed).random((23, 17)) < 0.6).astype(np.uint8)
            label[seed % 5 :: 7] = IGNORE
            found = np.full(label.shape, IGNORE, np.uint8)
            for item in regions(label, [0, 1]):
                ring = [float(value) for corner in item.ring for value in corner]
                part = mask.decode(mask.frPyObjects([ring], *label.shape)[0]).astype(bool)
                assert part.sum() == item.area and (found[part] == IGNORE).all()
                found[part] = item.index
            assert (found == label).all()


class TestMasks:
    def test_a_map(self, export, tmp_path):
        chips = export("segmentation", "masks", "halves")
        again = import_folder(tmp_path / "out", "segmentation")
        before = images_are_the_same(chips, again)
        assert again.classes == chips.classes and again.stored == ()
        labels = [(again.label(chip), chips.label(before[chip.name])) for chip in again.chips]
        assert all((new == old).all() for new, old in labels) and any((new == IGNORE).any() for new, _ in labels)

    def test_pairs(self, export, tmp_path):
        chips = export("change", "masks", "halves", "colour later", unlabelled="background")
        assert sorted(path.name for path in (tmp_path / "out" / "train").iterdir()) == ["A", "B", "label"]
        again = import_folder(tmp_path / "out", "change")
        before = images_are_the_same(chips, again)
        assert again.classes == chips.classes
        assert all((again.label(chip) == chips.label(before[chip.name])).all() for chip in again.chips)

    def test_numbers(self, export, tmp_path):
        chips = export("regression", "masks", "heights", "bands")
        again = import_folder(tmp_path / "out", "regression")
        before = images_are_the_same(chips, again)
        for chip in again.chips:
            np.testing.assert_array_equal(again.label(chip), chips.label(before[chip.name]))

    def test_values_of_16_bits(self, tmp_path, layers):
        shapes = [(box(0, 0, SIDE, 60), 7), (box(0, 70, SIDE, SIDE), 3000)]
        labels = vector(tmp_path / "codes.geojson", shapes)
        job = {"task": "segmentation", "sources": [source(layers["colour"])], "labels": [labels], **SPLIT}
        run_export_chips({**job, "format": "masks", "output": str(tmp_path / "out")}, Log())
        again = import_folder(tmp_path / "out", "segmentation")
        assert [item.value for item in again.classes] == [7, 3000]
        with rasterio.open(next((tmp_path / "out" / "train" / "masks").iterdir())) as file:
            assert set(np.unique(file.read())) <= {7, 3000, 65_535} and file.nodata == 65_535

    def test_a_list_that_does_not_name_the_classes_is_not_used(self, export, tmp_path):
        export("segmentation", "masks", "halves")
        (tmp_path / "out" / "classes.csv").write_text("value,name,color\n1,grass,#ffffff\n8,water,#000000\n")
        again = import_folder(tmp_path / "out", "segmentation")
        assert [item.name for item in again.classes] == ["class 1", "class 2"]


def test_scenes(export, tmp_path):
    log = Log()
    chips = export("classification", "folders", "scenes", chip_size=16, log=log)
    again = import_folder(tmp_path / "out", "classification")
    before = images_are_the_same(chips, again)
    names = {NAMES[0]: NAMES[0], NAMES[1]: "Kai- -östlich-, 7"}
    assert all(names[before[chip.name].label] == chip.label for chip in again.chips)
    assert any("is called 'Kai- -östlich-, 7', as no folder can have its name" in text for text in log.said)


def test_folders_of_classes_have_names_of_their_own():
    assert folder_names(["a/b", "a-b", "A:B", "..", "x."]) == {
        "a-b": "a-b", "a/b": "a-b-2", "A:B": "A-B-3", "..": "-", "x.": "x-",
    }  # fmt: skip


@pytest.mark.parametrize(("task", "form", "labels", "words"), [
    ("segmentation", "yolo", "halves", "FORMAT=yolo cannot hold chips for segmentation.*coco or yolo-seg or masks"),
    ("segmentation", "folders", "halves", "FORMAT=folders cannot hold"),
    ("detection", "masks", "objects", "FORMAT=masks cannot hold.*chips or coco or yolo or yolo-obb or dota or voc"),
    ("classification", "coco", "scenes", "FORMAT=coco cannot hold.*chips or folders"),
    ("detection", "yolo-pose", "objects", "yolo-pose"),
])  # fmt: skip
def test_a_format_that_does_not_fit_is_refused_before_anything_is_cut(tmp_path, layers, task, form, labels, words):
    job = {"task": task, "sources": [source(layers["colour"])], "labels": [layers[labels]], **SPLIT}
    with pytest.raises(InputError) as caught:
        run_export_chips({**job, "format": form, "output": str(tmp_path / "out")}, Log())
    assert re.search(words, f"{caught.value.message} {caught.value.hint}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("changes", "words"), [
    ({"labels": []}, "chips without labels"),
    ({"multilabel": True, "task": "classification"}, "scenes of several classes"),
])  # fmt: skip
def test_what_no_other_format_holds(tmp_path, layers, changes, words):
    job = {"task": "detection", "sources": [source(layers["colour"])], "labels": [layers["scenes"]], **SPLIT, **changes}
    with pytest.raises(InputError, match=words):
        run_export_chips({**job, "format": "folders", "output": str(tmp_path / "out")}, Log())


def test_several_images_a_chip_are_refused(tmp_path, layers):
    inputs = {"s1": [layers["colour"]], "s2": [layers["bands"]]}
    sources = [{"title": "both", "inputs": inputs}]
    job = {"task": "segmentation", "sources": sources, "labels": [layers["halves"]], **SPLIT}
    with pytest.raises(InputError, match="one image a chip, and these chips have 2"):
        run_export_chips({**job, "format": "masks", "output": str(tmp_path / "out")}, Log())


def test_a_folder_of_another_format_is_given_and_nothing_is_overwritten(export, tmp_path):
    """What was imported is exported; a chip folder is replaced, what another format has written is not."""
    chips = export("detection", "coco", "objects")
    given = {"task": "detection", "chips": str(tmp_path / "out"), "split": "chips"}
    run_export_chips({**given, "format": "voc", "output": str(tmp_path / "voc")}, Log())
    about = json.loads((tmp_path / "out" / "annotations" / "instances_val.json").read_text(encoding="utf-8"))
    listed = (tmp_path / "voc" / "ImageSets" / "Main" / "val.txt").read_text().split()
    assert sorted(listed) == sorted(Path(item["file_name"]).stem for item in about["images"])
    before = sorted((tmp_path / "voc").rglob("*"))
    with pytest.raises(OutputError, match="is not empty"):
        run_export_chips({**given, "format": "voc", "output": str(tmp_path / "voc")}, Log())
    assert sorted((tmp_path / "voc").rglob("*")) == before
    shutil.copytree(chips.path, tmp_path / "old")
    run_export_chips({**given, "format": "yolo", "output": str(tmp_path / "old")}, Log())
    assert (tmp_path / "old" / "data.yaml").is_file() and not (tmp_path / "old" / "chips.json").exists()


def test_every_format_has_a_writer():
    assert {*WRITERS, "chips"} == set(CHIP_FORMATS)
