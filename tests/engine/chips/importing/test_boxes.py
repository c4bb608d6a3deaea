"""Pictures with boxes of other programs: the same objects from each format, and what is wrong left out and told."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.chips.importing.box_formats import yolo_names
from rsdl_qgis.engine.chips.importing.boxes import import_boxes
from rsdl_qgis.engine.chips.prepare import run_export_chips
from rsdl_qgis.engine.errors import InputError

from ...training.layers import Log

SIDE = (40, 30)  # width and height
OBJECTS = {
    "one": [((4, 5, 14, 12), "ship"), ((20, 6, 26, 20), "crane")],
    "two": [((0, 0, 8, 9), "crane")],
    "none": [],
}


def picture(path):
    """A picture that lies apart from those of other names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(0).integers(0, 255, (3, SIDE[1], SIDE[0])).astype("uint8")
    with rasterio.open(
        path, "w", driver="GTiff", count=3, width=SIDE[0], height=SIDE[1], dtype="uint8", crs="EPSG:32634",
        transform=rasterio.Affine(0.5, 0, 1000 * sum(map(ord, path.stem)), 0, -0.5, 0),
    ) as file:  # fmt: skip
        file.write(values)


def voc(root, name, boxes, size=SIDE, extra=""):
    rows = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{a}</xmin><ymin>{b}</ymin><xmax>{c}</xmax><ymax>{d}</ymax></bndbox>"
        "</object>"
        for (a, b, c, d), label in boxes
    )
    shape = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>"
    (root / f"{name}.xml").write_text(f"<annotation><filename>{name}.tif</filename>{shape}{rows}{extra}</annotation>")


def dota(root, name, boxes, end="\n"):
    lines = [f"{a} {b} {c} {b} {c} {d} {a} {d} {label} 0" for (a, b, c, d), label in boxes]
    (root / f"{name}.txt").write_text("imagesource:x\ngsd:0.3\n" + end.join(lines))


def yolo(root, name, boxes):
    rows = []
    for (a, b, c, d), label in boxes:
        middle = ((a + c) / 2 / SIDE[0], (b + d) / 2 / SIDE[1])
        rows.append(f"{['crane', 'ship'].index(label)} {middle[0]} {middle[1]} {(c - a) / SIDE[0]} {(d - b) / SIDE[1]}")
    (root / f"{name}.txt").write_text("\n".join(rows))


def coco(root, objects, **more):
    images, annotations = [], []
    for number, (name, boxes) in enumerate(objects.items()):
        images.append({"id": number, "file_name": f"{name}.tif", "width": SIDE[0], "height": SIDE[1]})
        for (a, b, c, d), label in boxes:
            kind = ["crane", "ship"].index(label)
            annotations.append({"image_id": number, "bbox": [a, b, c - a, d - b], "category_id": kind})
    categories = [{"id": 0, "name": "crane"}, {"id": 1, "name": "ship"}]
    about = {"images": images, "annotations": annotations, "categories": categories, **more}
    (root / "instances.json").write_text(json.dumps(about))


def make(root, form, objects=OBJECTS):
    for name in objects:
        picture(root / "images" / f"{name}.tif")
    folder = root / "labels"
    folder.mkdir(exist_ok=True)
    if form == "coco":
        coco(root, objects)
    else:
        for name, boxes in objects.items():
            {"voc": voc, "dota": dota, "yolo": yolo}[form](folder, name, boxes)
    if form == "yolo":
        (root / "data.yaml").write_text("nc: 2\nnames: ['crane', 'ship']\n")


def found(folder):
    """The boxes of each picture by name, as the importer wrote them."""
    chips = read_chips(folder.path)
    names = [item.name for item in chips.classes]
    return {
        chip.name: sorted((tuple(round(v, 3) for v in row[:4]), names[int(row[4])]) for row in rows.tolist())
        for chip, rows in ((chip, chips.label(chip)) for chip in chips.chips)
    }


@pytest.mark.parametrize("form", ["coco", "voc", "dota", "yolo"])
def test_every_format_gives_the_same_objects(tmp_path, form):
    make(tmp_path / "data", form)
    folder = import_boxes(tmp_path / "data", tmp_path / "chips", Log())
    assert found(folder) == {name: sorted(boxes) for name, boxes in OBJECTS.items()}
    assert folder.note["format"] == form and folder.resolution == 0.5 and not folder.note["dirt"]
    assert [chip.label == "" for chip in folder.chips if chip.name == "none"] == [True]


@pytest.mark.parametrize("form", ["voc", "dota", "yolo", "coco"])
def test_folders_are_splits_and_pictures_of_one_name_are_apart(tmp_path, form):
    for split in ("train", "val", "test"):
        make(tmp_path / "data" / split, form, {"one": OBJECTS["one"]})
    folder = import_boxes(tmp_path / "data", tmp_path / "chips")
    assert sorted(chip.split for chip in folder.chips) == ["test", "train", "valid"]
    assert len({chip.name for chip in folder.chips}) == 3 and all(len(boxes) == 2 for boxes in found(folder).values())


def test_yolo_folders_inside_images_and_labels(tmp_path):
    for split in ("train", "val"):
        picture(tmp_path / "images" / split / "a.tif")
        (tmp_path / "labels" / split).mkdir(parents=True)
        yolo(tmp_path / "labels" / split, "a", OBJECTS["two"])
    folder = import_boxes(tmp_path, tmp_path / "chips")
    assert [(chip.split, len(folder.label(chip))) for chip in folder.chips] == [("train", 1), ("valid", 1)]
    assert folder.classes[0].name == "class 0"


def test_unusable_annotations_are_left_out_counted_and_logged(tmp_path):
    boxes = [
        ((4, 5, 14, 12), "Tree"),
        ((4, 5, 14, 12), "Tree"),
        ((16, 5, 24, 12), "Tree\\"),
        ((26, 5, 34, 12), ""),
        ((7, 7, 7, 9), "Tree"),
        ((20, 20, 10, 25), "Tree"),
        ((38, 2, 60, 20), "Tree"),
        ((34, 20, 44, 28), "Tree"),
        (("x", 20, 44, 28), "Tree"),
    ]
    make(tmp_path / "data", "voc", {"one": boxes, "two": []})
    voc(tmp_path / "data" / "labels", "two", [((1, 1, 5, 5), "Tree")], size=(99, 99))
    voc(tmp_path / "data" / "labels", "lost", [((1, 1, 5, 5), "Tree")])
    report = Log()
    folder = import_boxes(tmp_path / "data", tmp_path / "chips", report)
    (chip,) = folder.chips
    label = folder.label(chip)
    assert label[:, :4].tolist() == [[4, 5, 14, 12], [16, 5, 24, 12], [26, 5, 34, 12], [34, 20, 40, 28]]
    assert label[:, 5].tolist() == [0, 0, 1, 0] and [item.name for item in folder.classes] == ["Tree"]
    problems = {name.split(",")[0]: count for name, count in folder.note["dirt"].items()}
    assert problems == {
        "duplicate boxes": 1,
        "names with stray characters": 1,
        "boxes without a name": 1,
        "boxes narrower than a pixel": 2,
        "boxes that lie outside their image": 1,
        "boxes with a corner that is not a number": 1,
        "images of another size than their annotation says": 1,
        "annotations without an image": 1,
    }
    assert sum("warning" in line for line in report.said) == len(problems)


def test_lines_of_dota_that_run_into_each_other_are_divided(tmp_path):
    make(tmp_path / "data", "dota")
    dota(tmp_path / "data" / "labels", "one", OBJECTS["one"], end="")
    (tmp_path / "data" / "labels" / "two.txt").write_text("1 2 3\n0 0 8 0 8 9 0 9 crane 1\n")
    folder = import_boxes(tmp_path / "data", tmp_path / "chips")
    assert found(folder) == {name: sorted(boxes) for name, boxes in OBJECTS.items()}
    two = next(chip for chip in folder.chips if chip.name == "two")
    assert folder.label(two)[0, 5] == 1 and sum(folder.note["dirt"].values()) == 2


def test_coco_with_a_category_0_that_nothing_names_and_what_else_is_wrong(tmp_path):
    make(tmp_path / "data", "coco")
    annotations = [
        {"image_id": 0, "bbox": [4, 5, 10, 7], "category_id": 0},
        {"image_id": 0, "bbox": [20, 6, 6, 14], "category_id": 7},
        {"image_id": 0, "category_id": 7},
        {"image_id": 55, "bbox": [4, 5, 10, 7], "category_id": 7},
        {"image_id": 1, "bbox": [0, 0, 8, 9], "category_id": 7, "iscrowd": 1},
    ]
    images = [{"id": 0, "file_name": "one.tif"}, {"id": 1, "file_name": "two.tif"}, {"id": 2, "file_name": "gone.tif"}]
    coco(tmp_path / "data", {}, images=images, annotations=annotations, categories=[{"id": 7, "name": "ship"}])
    folder = import_boxes(tmp_path / "data", tmp_path / "chips")
    labels = {chip.name: folder.label(chip).tolist() for chip in folder.chips}
    assert labels["one"] == [[4, 5, 14, 12, 0, 1], [20, 6, 26, 20, 0, 0]]  # the first has no name: not judged by
    assert labels["two"] == [[0, 0, 8, 9, 0, 1]] and len(labels) == 2 and sum(folder.note["dirt"].values()) == 4


def test_turned_boxes_become_the_rectangle_around_them(tmp_path):
    make(tmp_path / "data", "yolo", {"one": []})
    (tmp_path / "data" / "labels" / "one.txt").write_text("1 0.5 0.1 0.8 0.5 0.5 0.9 0.2 0.5")
    assert found(import_boxes(tmp_path / "data", tmp_path / "chips"))["one"] == [((8, 3, 32, 27), "ship")]


@pytest.mark.parametrize(("text", "names"), [
    ("names: [a, 'b c']\n", {0: "a", 1: "b c"}),
    ("nc: 2\nnames:\n  - a\n  - b\nval: x\n", {0: "a", 1: "b"}),
    ("names:\n  0: a\n  3: 'b'\n", {0: "a", 3: "b"}),
    ("nc: 2\n", {}),
])  # fmt: skip
def test_names_of_yolo_classes(tmp_path, text, names):
    (tmp_path / "data.yaml").write_text(text)
    assert yolo_names(tmp_path) == names


def test_without_annotations_or_boxes_there_is_a_sentence(tmp_path):
    picture(tmp_path / "data" / "one.tif")
    with pytest.raises(InputError, match="no images with boxes"):
        import_boxes(tmp_path / "data", tmp_path / "chips")
    with pytest.raises(InputError, match="no format 'xml'"):
        import_boxes(tmp_path / "data", tmp_path / "chips", form="xml")
    with pytest.raises(InputError, match="There is no folder"):
        import_boxes(tmp_path / "nowhere", tmp_path / "chips")
    voc(tmp_path / "data", "one", [((3, 3, 3, 3), "Tree")])
    with pytest.raises(InputError, match="No image has a usable box"):
        import_boxes(tmp_path / "data", tmp_path / "chips")


def test_they_are_exported_as_a_chip_folder_of_their_own(tmp_path):
    make(tmp_path / "data", "voc")
    asked = {"task": "detection", "chips": str(tmp_path / "data"), "output": str(tmp_path / "out"), "split": "files"}
    result = run_export_chips({**asked, "valid": 0.3}, Log())
    counts = {item["name"]: item["pixels"] for item in result["classes"]}
    assert result["chips"] == 3 and counts == {"crane": 2, "ship": 1}
    chips = read_chips(tmp_path / "out")
    assert sum(len(chips.label(chip)) for chip in chips.chips) == 3
