"""Products in place of raster layers, and quality bands, through the real worker with the shipped models."""

from __future__ import annotations

import json
import shutil
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsRasterLayer, QgsVectorLayer

from rsdl_qgis.toolbox import products

BANDS = {"B02": "B2", "B03": "B3", "B04": "B4", "B08": "B8", "B12": "B12"}
BURNED = np.zeros((64, 64), bool)
BURNED[10:50, 8:40] = True
CLOUD = np.zeros((64, 64), bool)
CLOUD[:20, :30] = True
RANDOM = np.random.default_rng(0)


def scene(burned):
    """Reflectance × 10,000 of a shrubland, or of it burned, as whole numbers."""
    green, black = (400, 600, 500, 2800, 1300), (350, 420, 450, 900, 2300)
    bands = [np.where(burned, b, g) + RANDOM.normal(0, 30, burned.shape) for g, b in zip(green, black)]
    return [np.rint(band).astype("uint16") for band in bands]


def safe(folder, arrays, write_raster, day):
    """A Sentinel-2 product of Level 2A of a new baseline, with a scene classification."""
    product = folder / f"S2A_MSIL2A_{day}_N0510_R011_T34TXX_{day}.SAFE"
    images = product / "GRANULE" / "L2A_T34TXX" / "IMG_DATA"
    for name, array in zip(BANDS, arrays):
        pixel = 20 if name == "B12" else 10
        where = images / f"R{pixel}m"
        where.mkdir(parents=True, exist_ok=True)
        stored = (array + 1000)[:: pixel // 10, :: pixel // 10]
        place = (500_000, pixel, 0, 4_600_000, 0, -pixel)
        write_raster(
            where / f"T34TXX_{day}_{name}_{pixel}m.jp2", [stored], kind=gdal.GDT_UInt16, transform=place, epsg=32634
        )
    classes = np.where(CLOUD[::2, ::2], 9, 4).astype("uint8")
    place = (500_000, 20, 0, 4_600_000, 0, -20)
    write_raster(images / "R20m" / f"T34TXX_{day}_SCL_20m.jp2", [classes], kind=gdal.GDT_Byte, transform=place)
    offsets = "".join(f'<BOA_ADD_OFFSET band_id="{i}">-1000</BOA_ADD_OFFSET>' for i in range(13))
    text = f"<a><PROCESSING_BASELINE>05.10</PROCESSING_BASELINE>{offsets}"
    (product / "MTD_MSIL2A.xml").write_text(f"{text}<BOA_QUANTIFICATION_VALUE>10000</BOA_QUANTIFICATION_VALUE></a>")
    return product


@pytest.fixture
def scenes(tmp_path, write_raster):
    """A product and a stack of each date, by the parameters that take them."""
    given = {}
    for date, burned, day in (("BEFORE", BURNED & False, "20230601T100000"), ("AFTER", BURNED, "20230801T100000")):
        arrays = scene(burned)
        given[f"{date}_PRODUCT"] = str(safe(tmp_path, arrays, write_raster, day))
        arrays[-1] = np.kron(arrays[-1][::2, ::2], np.ones((2, 2), "uint16"))
        path = tmp_path / f"{date}.tif"
        given[date] = write_raster(path, arrays, kind=gdal.GDT_UInt16, descriptions=tuple(BANDS.values()))
    return given


def only(scenes, *names):
    return {name: scenes[name] for name in names}


@pytest.mark.parametrize("dates", [("AFTER",), ("BEFORE", "AFTER")])
def test_a_product_is_mapped_as_a_stack_of_its_bands(run, scenes, tmp_path, read_raster, feedback, dates):
    more = {"RESAMPLING": "nearest"}
    stack, product = str(tmp_path / "stack.tif"), str(tmp_path / "product.tif")
    run("burnedarea", {**only(scenes, *dates), **more, "OUTPUT": stack})
    products = only(scenes, *(f"{date}_PRODUCT" for date in dates))
    results, _ = run("burnedarea", {**products, **more, "OUTPUT": product}, feedback)
    np.testing.assert_array_equal(read_raster(product), read_raster(stack))
    assert results["MODEL_NAME"] == ("burned-area" if len(dates) == 2 else "burned-area-after")
    assert (read_raster(product) == BURNED).mean() > 0.9
    assert "processing baseline 05.10" in feedback.text() and "(number - 1000)" in feedback.text()


def test_what_the_quality_band_marks_is_nodata(run, scenes, tmp_path, read_raster):
    given = {**only(scenes, "AFTER_PRODUCT"), "METHOD": "otsu", "OUTPUT": str(tmp_path / "out.tif")}
    run("burnedarea", {**given, "QUALITY": ["cloud", "cirrus"]})
    np.testing.assert_array_equal(read_raster(given["OUTPUT"]) == 255, CLOUD)
    assert (read_raster(given["OUTPUT"])[~CLOUD] == BURNED[~CLOUD]).all()


@pytest.mark.parametrize(("order", "burned"), [({}, True), ({"ORDER": "oldest"}, False)])
def test_products_divided_by_semicolons_are_one_map(
    run, refusal, scenes, tmp_path, read_raster, feedback, order, burned
):
    """What is under the clouds of both is not mapped; else the newest or the oldest counts."""
    both = f"{scenes['AFTER_PRODUCT']};{scenes['BEFORE_PRODUCT']}"
    job = {"AFTER_PRODUCT": both, "QUALITY": "cloud", "OUTPUT": str(tmp_path / "out.tif"), **order}
    found = read_raster(run("burnedarea", job, feedback)[0]["OUTPUT"])
    np.testing.assert_array_equal(found == 255, CLOUD)
    assert ((found == 1) & BURNED).sum() > 0.9 * (BURNED & ~CLOUD).sum() if burned else not (found == 1).any()
    assert f"Mosaic of 2 scenes, {order.get('ORDER', 'newest')} first" in feedback.text()
    if not order:
        problem = refusal("cloudmask", {"PRODUCT": both, "OUTPUT": str(tmp_path / "clouds.tif")})
        assert "2 scenes, each with a quality band of its own" in problem


def test_an_index_of_a_product_is_divided(run, scenes, tmp_path, read_raster):
    output = str(tmp_path / "out.tif")
    run("otsuthreshold", {"PRODUCT": scenes["AFTER_PRODUCT"], "INDEX": "NBR", "QUALITY": ["cloud"], "OUTPUT": output})
    np.testing.assert_array_equal(read_raster(output) == 255, CLOUD)
    assert (read_raster(output)[~CLOUD] == BURNED[~CLOUD]).all()


def test_a_server_that_does_not_answer_is_not_waited_for(refusal, tmp_path, monkeypatch):
    monkeypatch.setattr(products, "WAITING", {"GDAL_HTTP_TIMEOUT": "1"})
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/image.tif"
        text = refusal("burnedarea", {"AFTER_PRODUCT": address, "OUTPUT": str(tmp_path / "out.tif")})
    assert f"AFTER_PRODUCT: {address} does not answer" in text
    assert gdal.GetConfigOption("GDAL_HTTP_TIMEOUT") is None


def _doubled(product):
    band = next(product.rglob("*B04*.jp2"))
    shutil.copy(band, band.with_name(f"copy_{band.name}"))
    return product


def _cut_off(product):
    whole = product.with_suffix(".zip")
    with zipfile.ZipFile(whole, "w") as archive:
        for path in product.rglob("*"):
            archive.write(path, path.relative_to(product.parent))
    whole.write_bytes(whole.read_bytes()[:-200])
    return whole


def _without_metadata(product):
    next(product.glob("MTD*.xml")).unlink()
    return product


def _of_a_lost_asset(product):
    named = zip(("B02", "B03", "B04", "B08", "B12"), ("blue", "green", "red", "nir", "swir22"))
    assets = {b: {"href": f"lost_{b}.tif", "eo:bands": [{"name": b, "common_name": name}]} for b, name in named}
    item = product.parent / "item.json"
    item.write_text(json.dumps({"type": "Feature", "stac_version": "1.0.0", "id": "x", "assets": assets}))
    return item


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_doubled, "has band B04 twice"),
        (_cut_off, "cannot be opened as an archive"),
        (_without_metadata, "has no MTD_MSIL1C.xml or MTD_MSIL2A.xml"),
        (_of_a_lost_asset, "item.json names the file"),
    ],
)
def test_an_odd_product_is_told_of_in_the_dialog(refusal, scenes, tmp_path, change, words):
    product = str(change(Path(scenes["AFTER_PRODUCT"])))
    text = refusal("burnedarea", {"AFTER_PRODUCT": product, "OUTPUT": str(tmp_path / "out.tif")})
    assert text.startswith("AFTER_PRODUCT: ") and words in text, text


def test_a_cloud_mask_goes_into_a_map_of_another_raster(run, scenes, tmp_path, read_raster):
    mask, output = str(tmp_path / "mask.tif"), str(tmp_path / "out.tif")
    polygons = str(tmp_path / "mask.gpkg")
    results, _ = run("cloudmask", {"PRODUCT": scenes["AFTER_PRODUCT"], "OUTPUT": mask, "POLYGONS": polygons})
    np.testing.assert_array_equal(read_raster(mask) == 1, CLOUD[::2, ::2])
    assert results["POLYGONS"] == polygons and QgsVectorLayer(polygons).featureCount() > 0
    run("cloudmask", {"PRODUCT": scenes["AFTER_PRODUCT"], "OUTPUT": mask, "POLYGONS": polygons, "MIN_AREA": 1e9})
    assert {feature["class"] for feature in QgsVectorLayer(polygons).getFeatures()} <= {"clear"}
    given = {**only(scenes, "AFTER"), "METHOD": "otsu", "OUTPUT": output}
    run("burnedarea", {**given, "QUALITY_RASTER": mask, "QUALITY_VALUES": "1, 2"})
    np.testing.assert_array_equal(read_raster(output) == 255, CLOUD)


def test_layers_of_the_project_are_the_bands_of_one_image(run, scenes, tmp_path, read_raster, project):
    from pathlib import Path

    paths = sorted(Path(scenes["AFTER_PRODUCT"]).rglob("*_B*.jp2"))
    layers = [QgsRasterLayer(str(path), path.stem[-7:]) for path in paths]
    project.addMapLayers(layers)
    context = QgsProcessingContext()
    context.setProject(project)
    given = {"AFTER_PRODUCT": ";".join(layer.name() for layer in layers), "RESAMPLING": "nearest"}
    for name, parameters in (("layers", given), ("folder", {**given, **only(scenes, "AFTER_PRODUCT")})):
        run("burnedarea", {**parameters, "OUTPUT": str(tmp_path / f"{name}.tif")}, context=context)
    np.testing.assert_array_equal(*(read_raster(tmp_path / f"{name}.tif") for name in ("layers", "folder")))


@pytest.mark.parametrize("metadata", ["", "/MTD_MSIL2A.xml"])
def test_a_saved_job_has_the_files_of_the_product(run, scenes, tmp_path, metadata):
    bundle = str(tmp_path / "job.zip")
    given = {"AFTER_PRODUCT": scenes["AFTER_PRODUCT"] + metadata, "OUTPUT": "TEMPORARY_OUTPUT", "SAVE_INPUTS": "copies"}
    run("burnedarea", {**given, "SAVE_JOB": bundle})
    names = zipfile.ZipFile(bundle).namelist()
    assert any(name.endswith("_B12_20m.jp2") for name in names) and any(
        name.endswith("MTD_MSIL2A.xml") for name in names
    )


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("burnedarea", {"AFTER_PRODUCT": None}, ["AFTER and AFTER_PRODUCT are empty"]),
        ("burnedarea", {"AFTER": "the stack"}, ["AFTER and AFTER_PRODUCT are both given"]),
        ("burnedarea", {"AFTER_PRODUCT": "/nowhere"}, ["AFTER_PRODUCT: there is no file or folder /nowhere"]),
        ("burnedarea", {"AFTER_PRODUCT": ";"}, ["AFTER_PRODUCT: there is no file or folder ;"]),
        ("burnedarea", {"AFTER_PRODUCT": "an empty folder"}, ["AFTER_PRODUCT: empty is no product that is known"]),
        ("burnedarea", {"AFTER_PRODUCT": "no Item"}, ["AFTER_PRODUCT: ", "no.json is no STAC Item: it has no assets"]),
        ("otsuthreshold", {"AFTER_PRODUCT": None}, ["INPUT and PRODUCT are empty"]),
        ("burnedarea", {"QUALITY": "saturated,snow", "QUALITY_RASTER": "the stack"}, ["AFTER.tif does not say which"]),
        ("burnedarea", {"QUALITY_VALUES": "1;x"}, ["QUALITY_VALUES: '1;x' is no list"]),
        ("burnedarea", {"QUALITY_VALUES": "1"}, ["no quality band is"]),
        ("burnedarea", {"QUALITY_RASTER": "the stack"}, ["neither QUALITY nor QUALITY_VALUES"]),
        ("burnedarea", {"AFTER_PRODUCT": "without B12"}, ["AFTER_PRODUCT: ", "lacks B12"]),
        ("semanticsegmentation", {"AFTER_PRODUCT": None, "MODEL": "forest"}, ["INPUT and PRODUCT are empty"]),
        ("changedetection", {"MODEL": "change-flood"}, ["BEFORE and BEFORE_PRODUCT are empty"]),
        ("cloudmask", {"AFTER_PRODUCT": None}, ["INPUT and PRODUCT are empty"]),
        ("cloudmask", {"AFTER_PRODUCT": None, "INPUT": "the stack"}, ["AFTER.tif does not say which quality band"]),
    ],
)
def test_refuses_with_a_sentence(refusal, scenes, tmp_path, name, changes, words):
    from pathlib import Path

    given = {"OUTPUT": str(tmp_path / "out.tif"), **only(scenes, "AFTER_PRODUCT"), **changes}
    given = {key: scenes["AFTER"] if value == "the stack" else value for key, value in given.items()}
    if given["AFTER_PRODUCT"] == "an empty folder":
        (tmp_path / "empty").mkdir()
        given["AFTER_PRODUCT"] = str(tmp_path / "empty")
    elif given["AFTER_PRODUCT"] == "no Item":
        (tmp_path / "no.json").write_text("{}")
        given["AFTER_PRODUCT"] = str(tmp_path / "no.json")
    elif given["AFTER_PRODUCT"] == "without B12":
        next(Path(scenes["AFTER_PRODUCT"]).rglob("*_B12_20m.jp2")).unlink()
        given = {**given, "AFTER_PRODUCT": scenes["AFTER_PRODUCT"], "MODEL": "burned-area-after"}
    text = refusal(name, given)
    assert all(word in text for word in words), text
