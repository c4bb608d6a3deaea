"""Products and their quality bands in trainings: what the job says, and chips that the real worker cuts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from ..training_data import LEFT, TOP, layer_of

DAYS = ("20230801T100000", "20230601T100000")
CLOUD = np.zeros((48, 48), bool)
CLOUD[:8, :10] = True  # over three of eight rows of the first of two labels
RED = 500 + np.add.outer(np.arange(48) * 5, np.arange(48))


def safe(folder, write_raster, day, bands=("B04", "B08"), level="L2A"):
    """A Sentinel-2 product of a new baseline, on which the labels of ``layer_of`` lie."""
    product = folder / f"S2A_MSI{level}_{day}_N0510_R011_T34TXX_{day}.SAFE"
    images = product / "GRANULE" / f"{level}_T34TXX" / "IMG_DATA"
    (images / "R10m").mkdir(parents=True)
    (images / "R20m").mkdir()
    about = {"kind": gdal.GDT_UInt16, "transform": (LEFT, 10, 0, TOP, 0, -10), "epsg": 32634}
    for i, name in enumerate(bands):
        write_raster(images / "R10m" / f"T34TXX_{day}_{name}_10m.jp2", [RED + 1000 * (i + 1)], **about)
    about = {"kind": gdal.GDT_Byte, "transform": (LEFT, 20, 0, TOP, 0, -20), "epsg": 32634}
    write_raster(images / "R20m" / f"T34TXX_{day}_SCL_20m.jp2", [np.where(CLOUD[::2, ::2], 9, 4)], **about)
    kind, value = ("BOA", "BOA_QUANTIFICATION_VALUE") if level == "L2A" else ("RADIO", "QUANTIFICATION_VALUE")
    offsets = "".join(f'<{kind}_ADD_OFFSET band_id="{i}">-1000</{kind}_ADD_OFFSET>' for i in range(13))
    text = f"<a><PROCESSING_BASELINE>05.10</PROCESSING_BASELINE>{offsets}"
    (product / f"MTD_MSI{level}.xml").write_text(f"{text}<{value}>10000</{value}></a>")
    return str(product)


@pytest.fixture
def scenes(tmp_path, write_raster):
    return [safe(tmp_path, write_raster, day) for day in DAYS]


@pytest.fixture
def labels():
    return {"LABELS": [layer_of()], "CLASS_FIELD": "kind"}


def test_labelled_chips_hold_reflectance_and_no_clouds(run, scenes, labels, tmp_path, read_raster):
    labels["LABELS"] = [layer_of(values=(1, 2, 1, 2))]  # apart by more than a chip, first and last
    given = {**labels, "RASTERS_PRODUCTS": scenes[:1], "CHIP_SIZE": 16, "VALIDATION": 30, "TEST": 0, "BLOCK_SIZE": 16}
    seen = {}
    for name, changes in (("all", {}), ("clear", {"QUALITY": ["cloud"]})):
        run("exportchips", {**given, **changes, "OUTPUT": str(tmp_path / name)})
        rasters = [read_raster(path) for path in (tmp_path / name).rglob("*.tif")]
        seen[name] = sum(int((array == 1).sum()) for array in rasters if array.ndim == 2)
        images = [array[:2, ~np.isnan(array[0])] for array in rasters if array.ndim == 3]
        assert all((nir - red == 1000).all() for red, nir in images)
        assert np.isin(np.concatenate([red for red, _ in images]), RED).all()
    assert (seen["all"], seen["clear"]) == (128, 128 - 8 * 3)
    chips = json.loads((tmp_path / "all" / "chips.json").read_text())
    assert [item["level"] for item in chips["inputs"]] == ["surface"]


def test_the_model_says_of_which_level_its_products_were(run, scenes, tmp_path, write_raster, make_feedback):
    """From products to the finished card, and from there to a warning where a product is of another level."""
    top = [safe(tmp_path, write_raster, day, level="L1C") for day in DAYS]
    shape = {"NETWORK": "unet", "OPTIONS": '{"widths": [4, 8]}', "EPOCHS": 1, "CHIP_SIZE": 16, "TEST": 0}
    labels = {"LABELS": [layer_of(values=(1, 2, 1, 2))], "CLASS_FIELD": "kind", "VALIDATION": 30, "BLOCK_SIZE": 16}
    kinds = {"surface": scenes, "top of the atmosphere": top, None: [scenes[0], top[1]]}
    for number, (level, products) in enumerate(kinds.items()):
        feedback, output = make_feedback(), str(tmp_path / f"model{number}")
        given = {**labels, **shape, "RASTERS_PRODUCTS": products, "OUTPUT": output}
        trained, _ = run("trainsegmentation", given, feedback)
        card = json.loads(Path(trained["OUTPUT"], "model.json").read_text())
        assert card["properties"]["rsdl:inputs"]["image"].get("level") == level
        assert ("of different levels: L1C" in feedback.text()) == (level is None)
    for product, other in ((scenes[0], False), (top[0], True)):
        feedback = make_feedback()
        given = {"PRODUCT": product, "MODEL": str(tmp_path / "model0"), "OUTPUT": str(tmp_path / "map.tif")}
        run("semanticsegmentation", given, feedback)
        warned = [text for kind, text in feedback.said if kind == "warning" and "surface" in text]
        assert bool(warned) == other


def test_the_job_names_products_their_unit_and_quality(run, asked, scenes, labels):
    run("trainsegmentation", {**labels, "RASTERS_PRODUCTS": scenes, "QUALITY": "cloud,shadow"})
    job = asked("train")
    specs = [source["inputs"]["image"][0] for source in job["sources"]]
    assert [spec["path"] for spec in specs] == scenes and job["input_bands"] == {"image": ["B04 red", "B08 nir"]}
    assert all(spec["quality"] == {"words": ["cloud", "shadow"]} for spec in specs)
    assert {spec["unit"] for spec in specs} == {"reflectance x 10000"}


def test_the_job_says_the_order_of_the_scenes_of_a_mosaic(run, asked, scenes, labels):
    run("trainsegmentation", {**labels, "RASTERS_PRODUCTS": [";".join(scenes)], "ORDER": "oldest"})
    ((spec,),) = [source["inputs"]["image"] for source in asked("train")["sources"]]
    assert spec["order"] == "oldest" and "quality" not in spec


def test_products_of_a_series_are_in_the_order_of_their_dates(run, asked, scenes, labels):
    run("traintimeseriesclassifier", {**labels, "LAYERS_PRODUCTS": scenes, "QUALITY": ["cloud"]})
    job = asked("train")
    ((spec, later),) = [source["inputs"]["image"] for source in job["sources"]]
    assert (spec["path"], later["path"]) == (scenes[1], scenes[0]) and later["quality"] == {"words": ["cloud"]}
    assert job["input_dates"] == {"image": ["2023-06-01", "2023-08-01"]}


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("trainsegmentation", {"RASTERS_PRODUCTS": ["/nowhere"]}, "RASTERS_PRODUCTS: there is no file or folder"),
        ("trainsegmentation", {"QUALITY": ["cirrus"], "QUALITY_RASTERS": "the product"}, "does not say which quality"),
        ("trainsegmentation", {"QUALITY_RASTERS": "the product"}, "neither QUALITY nor QUALITY_VALUES"),
        ("trainsegmentation", {"CHIPS": "chips"}, "RASTERS_PRODUCTS, LABELS, CLASS_FIELD cannot be used with CHIPS"),
        ("exportchips", {"TASK": "time-series"}, "RASTERS_PRODUCTS cannot be used for time-series"),
        ("svmclassification", {"LAYERS_PRODUCTS": "the product", "LAYOUT": "variables"}, "Choose LAYOUT=dates"),
    ],
)
def test_refuses_with_a_sentence(refusal, scenes, labels, name, changes, words):
    band = str(next(Path(scenes[0]).rglob("*_B04_10m.jp2")))
    own = {"svmclassification": {}}.get(name, {"RASTERS_PRODUCTS": scenes[:1]})
    given = {**labels, **own, **changes}
    if given.get("LAYERS_PRODUCTS"):
        given["LAYERS_PRODUCTS"] = scenes[:1]
    if given.get("QUALITY_RASTERS"):
        given["QUALITY_RASTERS"] = [band]
    text = refusal(name, given)
    assert words in text, text
