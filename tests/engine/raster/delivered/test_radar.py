"""Radar images: sigma0 by hand, GDAL's own warp of it, and a sentence for each way in which a product can be odd."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.warp import Resampling, reproject, transform

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.cards.steps import Step
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.products.matching import model_bands, unit_of
from rsdl_qgis.engine.products.table import read_product
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from tests.engine.products import made

VH_VV = Input("s1", (Band("VH"), Band("VV")), role="sentinel-1")


def opened(product, bands=(1, 2), resampling="nearest", unit="reflectance x 10000", **more):
    return RasterSource({"s1": [Layer(str(product), bands, unit=unit)]}, resampling=resampling, **more)


def whole(source):
    return source.read(Window(0, 0, source.grid.height, source.grid.width))["s1"][0]


def by_hand(band, noise):
    """(h, w): sigma0 in the geometry of the radar. A and noise of the made products are linear along both axes."""
    rows, cols = np.mgrid[0:60, 0:80]
    a = 100.0 + rows + cols
    power = made.radar_numbers(band) ** 2.0
    if noise:
        factor = np.where(cols >= 40, 1 + rows / 59, 1) if noise == "azimuth" else 1
        power = power - 10 * a * factor
    return np.maximum(power, 0) / a**2


def warped(values, grid, resampling):
    """GDAL's warp of an image by its points, in the system of the grid."""
    points = made.radar_points()
    xs, ys = transform("EPSG:4326", grid.crs, [p.x for p in points], [p.y for p in points])
    moved = [rasterio.control.GroundControlPoint(p.row, p.col, x, y) for p, x, y in zip(points, xs, ys)]
    out = np.zeros((2, grid.height, grid.width), "float32")
    valid = made.radar_numbers("vv") > 0
    reproject(
        np.stack([np.where(valid, values, 0), valid]).astype("float32"), out, gcps=moved, src_crs=grid.crs,
        dst_transform=grid.transform, dst_crs=grid.crs, resampling=resampling, tolerance=0.02, SRC_METHOD="GCP_TPS",
        XSCALE=1, YSCALE=1,
    )  # fmt: skip
    return np.ma.MaskedArray(out[0] / np.maximum(out[1], 1e-9), out[1] < 0.5)


@pytest.mark.parametrize(
    ("ipf", "names", "noise"), [("2.60", "short", "range"), ("3.40", "safe", "azimuth"), ("3.40", "cog", "azimuth")]
)
@pytest.mark.parametrize("resampling", ["nearest", "bilinear"])
def test_sigma0_is_that_of_the_annotation_on_the_grid_of_gdals_warp(tmp_path, ipf, names, noise, resampling):
    product = made.sentinel1(tmp_path, ipf, names)
    about = read_product(str(product))
    assert (about.sensor, about.level, about.date, [band.name for band in about.bands]) == (
        "sentinel-1", "GRD", "2016-06-12", ["VV", "VH"],
    )  # fmt: skip
    assert "noise removed" in about.notes[0] and "terrain correction" in about.notes[0]
    given = made.zipped(product) if ipf == "3.40" else product
    with opened(given, model_bands(VH_VV, about), resampling) as source:
        found, grid = whole(source), source.grid
    assert grid.transform.a == 10 and "UTM zone 18N" in grid.crs
    for band, array in zip(("vh", "vv"), found):
        expected = warped(by_hand(band, noise), grid, Resampling[resampling])
        assert 1 - expected.mask.mean() > 0.5
        np.testing.assert_array_equal(np.ma.getmaskarray(array), expected.mask)
        np.testing.assert_allclose(array.compressed(), expected.compressed(), rtol=2e-5)


def test_parts_are_those_of_the_whole_and_another_grid_is_reached_in_one_step(tmp_path):
    product = made.sentinel1(tmp_path)
    with opened(product, (1,), "bilinear") as source:
        all_of_it = whole(source)
        part = source.read(Window(17, 23, 20, 30))["s1"][0]
    np.testing.assert_array_equal(part.mask, all_of_it[:, 17:37, 23:53].mask)
    np.testing.assert_allclose(part.data, all_of_it.data[:, 17:37, 23:53], atol=0.05)
    with opened(product, (1,), resolution=40) as source:
        coarse = whole(source)
    inside = ~np.ma.getmaskarray(coarse)
    means = [all_of_it[0, r * 4 : r * 4 + 4, c * 4 : c * 4 + 4].mean() for r, c in zip(*np.nonzero(inside[0]))]
    assert inside.any() and abs(np.mean(coarse.compressed()) / np.mean(means) - 1) < 0.02


def test_values_come_in_db_where_the_card_says_that_training_saw_them_so(tmp_path):
    product = made.sentinel1(tmp_path)
    in_db = Scaling(mean=((-12.0, -18.0),), std=((4.0, 5.0),))
    step = Scaling("steps", steps=(Step("range", ((-25.0,), (0.0,))),))
    units = [
        unit_of(Input("s1", VH_VV.bands, scaling=one)) for one in (in_db, step, Scaling(mean=in_db.mean, decibel=True))
    ]
    assert units == ["dB", "dB", "reflectance"]  # a unit of reflectance changes no backscatter
    with opened(product) as source, opened(product, unit="dB") as other:
        linear, decibel = whole(source), whole(other)
    np.testing.assert_allclose(decibel.compressed(), 10 * np.log10(np.maximum(linear.compressed(), 1e-5)), rtol=1e-4)


def test_annotation_of_cloud_optimised_images_may_be_called_as_before(tmp_path):
    product = made.sentinel1(tmp_path, names="cog")
    before = read_product(str(product))
    for path in product.glob("annotation/**/*-cog.xml"):
        path.rename(path.with_name(path.name.replace("-cog", "")))
    assert read_product(str(product)) == before and before.bands[0].path.endswith("-001-cog.tiff")


def test_a_bare_manifest_stands_for_its_product(tmp_path):
    product = made.sentinel1(tmp_path / "sät 1")
    assert read_product(str(product / "manifest.safe")) == read_product(str(product))


def test_without_noise_or_a_polarisation_it_says_so(tmp_path):
    about = read_product(str(made.sentinel1(tmp_path, without=("noise", "vh"))))
    assert [band.name for band in about.bands] == ["VV"] and "noise not removed" in about.notes[0]
    with opened(tmp_path / about.title, (1,)) as source:
        expected = warped(by_hand("vv", ""), source.grid, Resampling.nearest)
        np.testing.assert_allclose(whole(source)[0].compressed(), expected.compressed(), rtol=2e-5)
    with pytest.raises(MismatchError, match=r"lacks VH of the bands .* it has: VV"):
        model_bands(VH_VV, about)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"without": ("annotation",)}, "lacks the annotation s1a-iw-grd-vv"),
        ({"without": ("calibration-",)}, "lacks the annotation calibration-s1a-iw-grd-vv"),
        ({"without": ("vv", "vh")}, "has no measurement"),
        ({"kind": "SLC"}, "of the kind SLC, and only Ground Range Detected"),
        ({"level": 0}, "states no sigmaNought that can be used"),
    ],
)
def test_odd_products_are_refused_with_a_sentence(tmp_path, changes, words):
    with pytest.raises(InputError, match=words):
        read_product(str(made.sentinel1(tmp_path, **changes)))


def test_an_image_without_points_is_refused(tmp_path):
    product = made.sentinel1(tmp_path, without=("points",))
    with pytest.raises(InputError, match="0 ground control points"):
        opened(product)
