"""rsdl:floodmapping: which model takes which images, and the figures it gives."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsRasterLayer

RAMP = np.add.outer(np.arange(30) * 5.0, np.arange(36))  # 0..180


@pytest.fixture
def images(tmp_path, write_raster):
    low = RAMP * 0
    s2_names = [f"B{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8)] + ["B8A", "B9", "B11", "B12"]
    s2 = [RAMP if name == "B11" else low for name in s2_names]
    return {
        "S1_BEFORE": write_raster(tmp_path / "s1b.tif", [low], descriptions=("VV",)),
        "S1_AFTER": write_raster(tmp_path / "s1a.tif", [low, RAMP], descriptions=("VH", "VV")),
        "S2_BEFORE": write_raster(tmp_path / "s2b.tif", [low] * 12, descriptions=s2_names),
        "S2_AFTER": write_raster(tmp_path / "s2a.tif", s2, descriptions=s2_names),
    }


@pytest.mark.parametrize(
    ("given", "model"),
    [
        ("S1_BEFORE S1_AFTER S2_BEFORE S2_AFTER", "flood-s1s2"),
        ("S2_BEFORE S2_AFTER", "flood-s2"),
        ("S1_BEFORE S1_AFTER", "flood-s1"),
        ("S2_AFTER", "flood-s2-after"),
        ("S1_AFTER", "flood-s1-after"),
    ],
)
def test_images_choose_the_model(run, known_models, images, tmp_path, read_raster, given, model):
    chosen = {name: images[name] for name in given.split()}
    results, _ = run("floodmapping", {**chosen, "OUTPUT": str(tmp_path / "out.tif")})
    assert results["MODEL_NAME"] == model
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), RAMP > 100)
    assert results["FLOODED_AREA"] == pytest.approx((RAMP > 100).sum() * 100, rel=2e-3)
    assert results["FLOODED_SHARE"] == pytest.approx((RAMP > 100).mean(), rel=1e-6)


def test_says_which_image_is_not_used(run, known_models, images, tmp_path, feedback):
    del images["S1_BEFORE"]
    results, _ = run("floodmapping", {**images, "OUTPUT": str(tmp_path / "out.tif")}, feedback)
    assert results["MODEL_NAME"] == "flood-s2"
    assert any(level == "warning" and "S1_AFTER" in text and "Not used" in text for level, text in feedback.said)


def test_bands_by_number(run, known_models, tmp_path, write_raster, read_raster):
    plain = write_raster(tmp_path / "plain.tif", [RAMP * 0, RAMP * 0, RAMP, RAMP * 0, RAMP * 0])
    parameters = {"S2_AFTER": plain, "S2_BANDS": "3, 2,1", "OUTPUT": str(tmp_path / "out.tif")}
    results, _ = run("floodmapping", parameters)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), RAMP > 100)


@pytest.mark.parametrize(
    ("given", "extra", "words"),
    [
        ("", {}, ["S1_AFTER or S2_AFTER"]),
        ("S2_BEFORE", {}, ["S2_BEFORE is given without S2_AFTER"]),
        ("S2_AFTER", {"MODEL": "flood-s1s2"}, ["S1_AFTER, S1_BEFORE, S2_BEFORE"]),
        ("S2_AFTER", {"MODEL": "bright"}, ["bright", "does not map floods"]),
        ("S2_AFTER", {"S2_BANDS": "B11,B8,B3"}, ["B11,B8,B3", "11,8,3"]),
        ("S2_AFTER", {"S2_BANDS": "11,8"}, ["S2_BANDS", "2 band"]),
        ("S2_AFTER", {"S2_BANDS": "11,8,33"}, ["band 33", "12"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, images, tmp_path, given, extra, words):
    chosen = {name: images[name] for name in given.split()}
    text = refusal("floodmapping", {**chosen, **extra, "OUTPUT": str(tmp_path / "out.tif")})
    assert all(word in text for word in words), text


def test_bands_that_are_not_there(refusal, known_models, tmp_path, write_raster):
    plain = write_raster(tmp_path / "plain.tif", [RAMP] * 5)
    text = refusal("floodmapping", {"S2_AFTER": plain, "OUTPUT": str(tmp_path / "out.tif")})
    assert "S2_AFTER" in text
    assert "S2_BANDS" in text


def test_area_is_that_on_the_ground(run, known_models, tmp_path, write_raster):
    """In web mercator, at 60 degrees north, a pixel covers a quarter of what its map units say."""
    place = (2_500_000, 10, 0, 8_399_738, 0, -10)
    bright = write_raster(tmp_path / "m.tif", [RAMP + 200] * 3, transform=place, epsg=3857)
    results, _ = run("floodmapping", {"S2_AFTER": bright, "OUTPUT": str(tmp_path / "out.tif")})
    assert results["FLOODED_AREA"] == pytest.approx(RAMP.size * 100 / 4, rel=0.01)


def test_distance_from_the_training_data_and_passes_with_dropout(run, tmp_path, write_raster, read_raster, feedback):
    """The model that is shipped; lines of one pixel are like nothing that it has seen."""
    lines = np.random.default_rng(0).uniform(1, 3, (3, 64, 64))
    lines[:, 1::2] += 200
    image = write_raster(tmp_path / "lines.tif", list(lines), descriptions=("B11", "B8", "B3"))
    files = {"OUTPUT": str(tmp_path / "out.tif"), "DOMAIN": str(tmp_path / "far.tif")}
    results, _ = run("floodmapping", {"S2_AFTER": image, "DEVICE": "cpu", "PASSES": 2, **files}, feedback)
    far = read_raster(results["DOMAIN"])
    assert far.shape == (64, 64) and (far > 1).all()
    said = [text for level, text in feedback.said if level == "warning"]
    assert any("100.0% of the pixels are less like the training data of 'flood-s2-after'" in text for text in said)
    assert any("2 passes with dropout" in text for _, text in feedback.said)
    shown = QgsRasterLayer(results["DOMAIN"], "far")
    assert shown.renderer().classificationMin() == 0 and shown.renderer().classificationMax() == 2


def test_clouds_of_a_product_are_left_out_beside_radar_images(run, known_models, images, tmp_path, write_raster):
    cloud = np.zeros(RAMP.shape, bool)
    cloud[:9, :12] = True
    bands = {"B11": RAMP + 1, "B8A": RAMP * 0 + 1, "B08": RAMP * 0 + 1, "B03": RAMP * 0 + 1}
    arrays = {**bands, "SCL": np.where(cloud, 9, 4)}
    files = ";".join(write_raster(tmp_path / f"s2_{name}.tif", [array]) for name, array in arrays.items())
    given = {name: images[name] for name in ("S1_BEFORE", "S1_AFTER", "S2_BEFORE")}
    job = {"S2_AFTER_PRODUCT": files, "QUALITY": "cloud", "OUTPUT": str(tmp_path / "out.tif")}
    results, _ = run("floodmapping", {**given, **job})
    assert results["MODEL_NAME"] == "flood-s1s2"
    found = gdal.Open(results["OUTPUT"]).ReadAsArray()
    np.testing.assert_array_equal(found == 255, cloud)
    np.testing.assert_array_equal(found[~cloud], RAMP[~cloud] + 1 > 100)


def test_a_radar_product_is_calibrated_and_placed(run, tmp_path):
    """A lake in an image of Sentinel-1 in the geometry of the radar is water on a map in metres."""
    rows, cols = np.mgrid[0:128, 0:128]
    lake = np.hypot(rows - 64, cols - 64) < 30
    noise = np.random.default_rng(0).normal(1, 0.1, lake.shape)
    product = _radar(tmp_path, np.rint(np.where(lake, 40, 200) * noise).astype("uint16"))
    job = {"S1_AFTER_PRODUCT": str(product), "OUTPUT": str(tmp_path / "out.tif")}
    results, _ = run("floodmapping", job)
    assert results["MODEL_NAME"] == "flood-s1-after"
    raster = gdal.Open(results["OUTPUT"])
    assert "UTM zone 34N" in raster.GetProjection() and raster.GetGeoTransform()[1] == 10
    found = raster.ReadAsArray()
    assert set(np.unique(found)) == {0, 1, 255} and 0.7 < (found == 1).sum() / lake.sum() < 1.4


def _radar(folder, numbers):
    """A GRD product with VV, whose lines run to the south-west."""
    stem = "s1a-iw-grd-vv-20230601t100000"
    safe = folder / "S1A_IW_GRDH_1SDV_20230601T100000_20230601T100025_048.SAFE"
    (safe / "measurement").mkdir(parents=True)
    (safe / "annotation" / "calibration").mkdir(parents=True)
    height, width = numbers.shape
    file = gdal.GetDriverByName("GTiff").Create(
        str(safe / "measurement" / f"{stem}.tiff"), width, height, 1, gdal.GDT_UInt16
    )
    places = [(row, col) for row in (0, height / 2, height) for col in (0, width / 2, width)]
    points = [
        gdal.GCP(21 + 1.15e-4 * col - 2e-5 * row, 42 - 9e-5 * row - 2e-5 * col, 0, col, row) for row, col in places
    ]
    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    file.SetGCPs(points, degrees.ExportToWkt())
    file.WriteArray(numbers)
    file = None
    vectors = "".join(
        f"<calibrationVector><line>{line}</line><pixel>0 {width}</pixel><sigmaNought>400 400</sigmaNought>"
        "</calibrationVector>"
        for line in (0, height)
    )
    (safe / "annotation" / f"{stem}.xml").write_text(
        "<product><rangePixelSpacing>10</rangePixelSpacing><azimuthPixelSpacing>10</azimuthPixelSpacing></product>"
    )
    (safe / "annotation" / "calibration" / f"calibration-{stem}.xml").write_text(
        f"<calibration>{vectors}</calibration>"
    )
    return safe
