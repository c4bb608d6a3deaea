import json
from collections import Counter

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import transform as transform_points

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster import layer
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.layer import open_raster
from rsdl_qgis.engine.raster.source import Layer, RasterSource, _within_block, inspect, valid_pixels
from rsdl_qgis.engine.vector.masks import PolygonMask
from rsdl_qgis.engine.vector.vector_file import VectorFile

from ..conftest import NORTH_UP


def whole(source):
    return source.read(Window(0, 0, source.grid.height, source.grid.width))


def read(*layers, **options):
    with RasterSource({"a": layers}, **options) as source:
        return whole(source)["a"]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32", "float64", "int32"])
def test_values_and_type_come_back_and_nodata_is_masked(raster_file, rng, dtype):
    array = rng.integers(0, 100, (2, 20, 30)).astype(dtype)
    array[0, :4] = 7
    path = raster_file("a.tif", array, nodata=7)
    result = read(Layer(path))
    assert result.dtype == dtype
    assert result.shape == (1, 2, 20, 30)
    assert (result.data[0] == array).all()
    assert (result.mask[0] == (array == 7)).all()


def test_the_user_s_nodata_is_added_to_the_file_s(raster_file, rng):
    array = rng.integers(0, 5, (2, 20, 30)).astype("int16")
    path = raster_file("a.tif", array, nodata=0)
    assert (read(Layer(path, nodata=3)).mask[0] == ((array == 0) | (array == 3))).all()
    per_band = read(Layer(path, nodata=(3.0, 4.0))).mask[0]
    assert (per_band[0] == ((array[0] == 0) | (array[0] == 3))).all()
    assert (per_band[1] == ((array[1] == 0) | (array[1] == 4))).all()
    for never in (2.5, float("inf"), -float("inf")):  # no pixel of an integer raster is that
        assert (read(Layer(path, nodata=never)).mask[0] == (array == 0)).all()
    with pytest.raises(InputError, match="3 nodata values were given for 2 band"):
        read(Layer(path, nodata=(1, 2, 3)))


def test_nan_and_infinity_are_not_valid(raster_file, rng):
    array = rng.normal(size=(1, 8, 9)).astype("float32")
    array[0, 0, :3] = np.nan, np.inf, -np.inf
    assert (read(Layer(raster_file("a.tif", array))).mask[0] == ~np.isfinite(array)).all()


def test_a_nodata_value_that_float32_rounds_is_found(raster_file):
    array = np.full((1, 4, 4), -9999.9, "float32")
    assert read(Layer(raster_file("a.tif", array, nodata=-9999.9))).mask.all()


def test_alpha_masks_and_is_no_data_band(raster_file, rng):
    array = rng.integers(1, 255, (4, 8, 9)).astype("uint8")
    array[3] = 255 * (rng.random((8, 9)) < 0.5)
    path = raster_file("a.tif", array, alpha=True)
    result = read(Layer(path))
    assert result.shape[1] == 3
    assert (result.mask[0] == (array[3] == 0)).all()
    assert inspect(Layer(path)).bands == (1, 2, 3)


@pytest.mark.parametrize("bands", [None, (2,), (1, 2)])
def test_a_mask_file_beside_the_raster_counts(raster_file, rng, bands):
    array = rng.integers(0, 255, (2, 8, 9)).astype("uint8")
    valid = rng.random((8, 9)) < 0.5
    path = raster_file("a.tif", array, msk=valid)
    assert (read(Layer(path, bands)).mask[0] == ~valid).all()


def test_a_palette_is_read_as_its_values(raster_file, rng):
    array = rng.integers(0, 3, (1, 8, 9)).astype("uint8")
    path = raster_file("a.tif", array, colours={i: (80 * i, 0, 0, 255) for i in range(3)})
    assert (read(Layer(path)).data[0] == array).all()


def test_bands_are_chosen_by_number_in_the_order_given(raster_file, rng):
    array = rng.integers(0, 9, (3, 4, 5)).astype("uint8")
    path = raster_file("a.tif", array, names=("B2", "B3", "B4"))
    with RasterSource({"a": [Layer(path, (3, 1))]}) as source:
        assert (whole(source)["a"].data[0] == array[[2, 0]]).all()
        assert source.layers("a")[0].descriptions == ("B4", "B2")
        assert source.layers("a")[0].count == 2


@pytest.mark.parametrize(
    ("row", "col", "height", "width"), [(-3, -2, 30, 40), (5, 6, 4, 4), (15, 20, 64, 64), (100, 0, 4, 4)]
)
def test_a_window_may_stick_out_and_is_masked_there(raster_file, rng, row, col, height, width):
    array = rng.integers(1, 9, (1, 20, 30)).astype("uint8")
    with RasterSource({"a": [Layer(raster_file("a.tif", array))]}) as source:
        result = source.read(Window(row, col, height, width))["a"]
    big = np.pad(array, ((0, 0), (50, 150), (50, 150)))
    expected = big[:, 50 + row : 50 + row + height, 50 + col : 50 + col + width]
    assert (result.mask[0] == (expected == 0)).all()
    assert (result.data[0] == expected).all()


@pytest.mark.parametrize(
    "transform",
    [NORTH_UP, Affine(8, 6, 5e5, 6, -8, 4e6), Affine.identity()],
    ids=["north-up", "rotated", "not placed"],
)
@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (23, 17)])
def test_north_up_rotated_and_unplaced_rasters_of_any_shape_are_read_unchanged(raster_file, rng, transform, shape):
    array = rng.integers(0, 99, (1, *shape)).astype("uint16")
    with RasterSource({"a": [Layer(raster_file("a.tif", array, transform=transform))]}) as source:
        assert source.grid.transform.almost_equals(transform)
        assert (whole(source)["a"].data[0] == array).all()
        assert valid_pixels(source.read(Window(0, 0, *shape))).all()


def test_an_extent_crops_the_grid(raster_file, rng):
    array = rng.integers(0, 99, (1, 20, 30)).astype("uint8")
    path = raster_file("a.tif", array)
    extent = (500_050, 4_199_900, 500_100, 4_199_950)
    with RasterSource({"a": [Layer(path)]}, extent=extent) as source:
        assert source.grid.bounds == extent
        assert (whole(source)["a"].data[0] == array[:, 5:10, 5:10]).all()
        around = source.read(Window(-1, -1, 7, 7))["a"]
    assert around.mask[0, 0].sum() == 49 - 25  # the raster goes on, the area does not


def test_two_grids_whole_pixels_apart_are_not_resampled(raster_file, rng):
    array = rng.integers(1, 99, (1, 20, 30)).astype("uint8")
    first = raster_file("a.tif", array[:, 4:, 6:], transform=Affine(10, 0, 500_060, 0, -10, 4_199_960))
    second = raster_file("b.tif", array)
    with RasterSource({"a": [Layer(first)], "b": [Layer(second)]}) as source:
        arrays = whole(source)
    assert (arrays["a"].data == arrays["b"].data).all()


def plane(crs, transform, height, width, reference="EPSG:32634"):
    """A raster whose value is linear in the reference's coordinates: what bilinear resampling keeps."""
    cols, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x = transform.a * cols + transform.b * rows + transform.c
    y = transform.d * cols + transform.e * rows + transform.f
    x, y = transform_points(CRS.from_string(crs), CRS.from_string(reference), x.ravel(), y.ravel())
    value = (np.array(x) - 500_000) / 10 + (4_200_000 - np.array(y)) / 5
    return value.reshape(1, height, width).astype("float32")


@pytest.mark.parametrize(
    ("crs", "transform", "shape"),
    [
        ("EPSG:32634", Affine(7, 0, 499_700, 0, -7, 4_200_300), (200, 200)),
        ("EPSG:32634", Affine(7, 3, 499_500, 3, -7, 4_200_200), (250, 250)),
        ("EPSG:32634", Affine(31, 0, 499_800, 0, 31, 4_198_900), (50, 60)),
        ("EPSG:4326", Affine(1e-4, 0, 20.99, 0, -1e-4, 37.96), (300, 400)),
        ("EPSG:32635", Affine(10, 0, -28_000, 0, -10, 4_217_500), (200, 200)),
    ],
    ids=["finer", "rotated", "south-up coarser", "geographic", "other zone"],
)
def test_a_layer_on_another_grid_is_resampled_onto_the_first(raster_file, crs, transform, shape):
    first = raster_file("a.tif", plane("EPSG:32634", NORTH_UP, 60, 50))
    other = raster_file("b.tif", plane(crs, transform, *shape), crs=crs, transform=transform)
    with RasterSource({"a": [Layer(first)], "b": [Layer(other)]}) as source:
        arrays = whole(source)
        piece = source.read(Window(20, 10, 16, 16))
    assert not arrays["b"].mask.any()
    np.testing.assert_allclose(arrays["b"].data, arrays["a"].data, atol=0.2)  # 0.1 = a pixel's tenth
    np.testing.assert_allclose(piece["b"].data, arrays["b"].data[..., 20:36, 10:26], atol=0.1)


@pytest.mark.parametrize("nodata", ["file", "user", "nan", "msk"])
def test_nodata_never_bleeds_into_resampled_values(raster_file, rng, nodata):
    hole = np.zeros((1, 60, 60), bool)
    hole[:, 20:35, 25:40] = True
    array = np.full((1, 60, 60), 100, "float32")
    array[hole] = np.nan if nodata == "nan" else -9999
    options = {"nodata": -9999} if nodata == "file" else {"msk": ~hole[0]} if nodata == "msk" else {}
    other = raster_file("b.tif", array, transform=Affine(7, 1, 499_990, 1, -7, 4_200_010), **options)
    first = raster_file("a.tif", np.ones((1, 30, 30), "uint8"))
    layer = Layer(other, nodata=-9999 if nodata == "user" else None)
    with RasterSource({"a": [Layer(first)], "b": [layer]}) as source:
        result = whole(source)["b"]
    assert 40 < result.mask.sum() < 200  # 15 x 15 pixels of half the area are about 112
    np.testing.assert_allclose(result.compressed(), 100, atol=1e-3)


@pytest.mark.parametrize("ratio", [1.5, 2, 2.5, 3, 4])
@pytest.mark.parametrize("sign", [1, -1], ids=["north-up", "south-up"])
def test_parts_of_a_coarser_grid_are_the_same_as_all_of_it(raster_file, rng, ratio, sign):
    first = raster_file("a.tif", np.ones((1, 40, 40), "uint8"))
    size, pixel = int(40 * ratio) + 30, 10 / ratio
    top = 4_200_000 + 7 * pixel if sign > 0 else 4_200_000 + 7 * pixel - size * pixel
    place = Affine(pixel, 0, 500_000 - 7 * pixel, 0, -sign * pixel, top)
    other = raster_file("b.tif", rng.normal(0, 1, (1, size, size)).astype("float32"), transform=place)
    with RasterSource({"a": [Layer(first)], "b": [Layer(other)]}) as source:
        whole_one = whole(source)["b"].data
        piece = source.read(Window(13, 5, 16, 16))["b"].data
    np.testing.assert_allclose(piece, whole_one[..., 13:29, 5:21], atol=1e-5)


def test_a_finer_layer_is_averaged_over_each_pixel(raster_file, rng):
    fine = rng.normal(0, 1, (1, 90, 90)).astype("float32")
    first = raster_file("a.tif", np.ones((1, 20, 20), "uint8"), transform=Affine(30, 0, 500_040, 0, -30, 4_199_950))
    with RasterSource({"a": [Layer(first)], "b": [Layer(raster_file("b.tif", fine))]}) as source:
        result = whole(source)["b"].data[0, 0]
    blocks = fine[0, 5:65, 4:64].reshape(20, 3, 20, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(result, blocks, atol=1e-5)


PLACES = {  # resolution in metres, and where: the first is 10 m at 38 degrees north
    "first": ("EPSG:32634", NORTH_UP),
    "finer": ("EPSG:32634", Affine(5, 0, 500_000, 0, -5, 4_200_000)),
    "as fine": ("EPSG:32635", Affine(10, 0, -27_500, 0, -10, 4_217_100)),
    "degrees": ("EPSG:4326", Affine(1.02e-4, 0, 21, 0, -1.02e-4, 37.9475)),  # 9.0 by 11.3 m
    "mercator": ("EPSG:3857", Affine(11, 0, 2_337_709, 0, -11, 4_572_100)),  # 8.7 m on the ground
}


@pytest.mark.parametrize(
    ("order", "finest"),
    [
        (("first", "finer"), "finer"),
        (("finer", "first"), "finer"),
        (("first", "as fine"), "first"),
        (("as fine", "first"), "as fine"),
        (("first", "degrees"), "first"),
        (("first", "mercator"), "mercator"),
    ],
)
def test_the_grid_is_that_of_the_layer_asked_for(raster_file, order, finest):
    layers = {}
    for name in order:
        crs, transform = PLACES[name]
        layers[name] = Layer(raster_file(f"{name}.tif", np.ones((1, 60, 60), "uint8"), crs=crs, transform=transform))
    for grid, chosen in (("first", order[0]), ("last", order[1]), ("finest", finest)):
        with RasterSource({"a": list(layers.values())}, grid=grid) as source:
            assert source.grid.transform == PLACES[chosen][1]


def test_a_sample_is_of_the_ground_that_all_layers_share(raster_file, monkeypatch):
    rows, cols = np.mgrid[:300, :400]
    large = raster_file("a.tif", np.stack([rows, cols]).astype("uint16"))
    corner = raster_file("b.tif", np.ones((1, 300, 20), "uint8"), transform=Affine(10, 0, 500_500, 0, -10, 4_199_000))
    with RasterSource({"a": [Layer(large)], "b": [Layer(corner)]}) as source:
        for _ in ("in full", "in patches"):
            sample = source.sample(pixels=1000)
            assert sample["a"].shape[2:] == sample["b"].shape[2:]
            assert sample["a"][0, 0].min() >= 100 and sample["a"][0, 0].mean() == pytest.approx(200, abs=6)
            assert set(np.unique(sample["a"][0, 1])) <= set(range(50, 70))
            assert sample["b"].count() == sample["b"].size > 900
            monkeypatch.setattr("rsdl_qgis.engine.raster.source.LARGEST_FULL_SAMPLE", 100)


def test_resolution_resamples_everything_and_averages_going_down(raster_file, rng):
    array = rng.integers(0, 200, (1, 60, 90)).astype("uint16")
    with RasterSource({"a": [Layer(raster_file("a.tif", array, nodata=0))]}, resolution=30) as source:
        assert (source.grid.height, source.grid.width) == (20, 30)
        result = whole(source)["a"]
    blocks = np.ma.masked_equal(array, 0).reshape(20, 3, 30, 3).mean(axis=(1, 3))
    assert result.dtype == "uint16"
    np.testing.assert_allclose(result.data[0, 0], blocks, atol=0.5001)


def test_resolution_near_enough_leaves_the_pixels_alone(raster_file, rng):
    array = rng.integers(0, 200, (1, 20, 20)).astype("uint8")
    assert (read(Layer(raster_file("a.tif", array)), resolution=10.05).data[0] == array).all()


def test_finer_resolution_interpolates_but_not_a_palette(raster_file, rng):
    array = (100 * rng.integers(0, 3, (1, 20, 20))).astype("uint8")
    plain = read(Layer(raster_file("a.tif", array)), resolution=5)
    assert plain.shape == (1, 1, 40, 40)
    assert set(np.unique(plain.data)) > {0, 100, 200}
    colours = {i: (i, i, i, 255) for i in (0, 100, 200)}
    palette = read(Layer(raster_file("b.tif", array, colours=colours)), resolution=5)
    assert (palette.data[0, 0] == np.kron(array[0], np.ones((2, 2)))).all()


def test_dates_are_stacked_in_a_common_type(raster_file, rng):
    first = raster_file("a.tif", rng.integers(0, 9, (2, 8, 9)).astype("uint8"))
    second = raster_file("b.tif", rng.normal(size=(2, 8, 9)).astype("float32"))
    result = read(Layer(first), Layer(second))
    assert (result.shape, result.dtype) == ((2, 2, 8, 9), "float32")
    with pytest.raises(InputError, match="differ in their number of bands"):
        read(Layer(first), Layer(second, (1,)))


def write_polygons(path, polygons, crs="EPSG:32634"):
    features = [{"type": "Feature", "properties": {}, "geometry": p} for p in polygons]
    collection = {"type": "FeatureCollection", "features": features}
    collection["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(collection))
    return str(path)


def box(xmin, ymin, xmax, ymax):
    return [[xmin, ymin], [xmax, ymin], [xmax, ymax], [xmin, ymax], [xmin, ymin]]


def test_nothing_outside_the_polygons_is_valid(raster_file, tmp_path):
    path = raster_file("a.tif", np.ones((1, 30, 30), "uint8"))
    hole = box(500_120, 4_199_820, 500_140, 4_199_840)
    polygon = {"type": "Polygon", "coordinates": [box(500_100, 4_199_800, 500_200, 4_199_900), hole]}
    mask = write_polygons(tmp_path / "m.geojson", [polygon])
    expected = np.zeros((30, 30), bool)
    expected[10:20, 10:20] = True
    expected[16:18, 12:14] = False
    with RasterSource({"a": [Layer(path)]}, mask=PolygonMask(VectorFile(str(mask)))) as source:
        assert (valid_pixels(source.read(Window(0, 0, 30, 30))) == expected).all()
        assert not valid_pixels(source.read(Window(22, 22, 8, 8))).any()
        assert source.sample()["a"].count() == expected.sum()


def test_polygons_in_another_crs_are_reprojected(raster_file, tmp_path):
    path = raster_file("a.tif", np.ones((1, 30, 30), "uint8"))
    (w, e), (s, n) = transform_points(
        CRS.from_epsg(32634), CRS.from_epsg(4326), [500_100, 500_200], [4_199_800, 4_199_900]
    )
    mask = write_polygons(
        tmp_path / "m.geojson", [{"type": "MultiPolygon", "coordinates": [[box(w, s, e, n)]]}], "EPSG:4326"
    )
    with RasterSource({"a": [Layer(path)]}, mask=PolygonMask(VectorFile(str(mask)))) as source:
        valid = valid_pixels(source.read(Window(0, 0, 30, 30)))
    assert valid[11:19, 11:19].all()
    assert 90 <= valid.sum() <= 110


def test_valid_pixels_need_every_band_of_every_input():
    first = np.ma.masked_equal(np.array([[[[0, 1], [1, 1]]]]), 0)
    second = np.ma.masked_equal(np.array([[[[1, 1], [1, 1]], [[1, 0], [1, 1]]]]), 0)
    assert (valid_pixels({"a": first, "b": second}) == [[False, False], [True, True]]).all()
    assert valid_pixels({"a": np.ma.ones((1, 1, 2, 2))}).all()


def test_a_raster_without_a_valid_pixel(raster_file):
    path = raster_file("a.tif", np.zeros((1, 20, 20), "uint8"), nodata=0)
    with RasterSource({"a": [Layer(path)]}) as source:
        assert not valid_pixels(source.read(Window(0, 0, 20, 20))).any()
        assert source.sample()["a"].count() == 0


def test_a_sample_is_small_and_from_all_over(raster_file):
    rows, cols = np.mgrid[:600, :400]
    path = raster_file("a.tif", np.stack([rows, cols]).astype("uint16"), nodata=0)
    other = raster_file("b.tif", np.full((1, 300, 200), 5, "uint8"), transform=Affine(20, 0, 5e5, 0, -20, 4.2e6))
    with RasterSource({"a": [Layer(path)], "b": [Layer(other)]}) as source:
        sample = source.sample(pixels=2400)
    assert sample["a"].shape == (1, 2, 60, 40)
    assert sample["b"].shape == (1, 1, 60, 40)
    assert (sample["b"] == 5).all()
    assert not sample["b"].mask.any()
    np.testing.assert_allclose(sample["a"][0, 0].mean(), 300, atol=10)
    np.testing.assert_allclose(sample["a"][0, 1].mean(), 200, atol=10)


def test_a_large_raster_without_overviews_is_sampled_in_patches(raster_file, monkeypatch):
    monkeypatch.setattr("rsdl_qgis.engine.raster.source.LARGEST_FULL_SAMPLE", 1000)
    rows, _ = np.mgrid[:600, :400]
    path = raster_file("a.tif", rows[None].astype("uint16"))
    with RasterSource({"a": [Layer(path)]}) as source:
        sample = source.sample(pixels=6400)["a"]
    assert sample.size == 6400
    assert (sample.min(), sample.max()) == (0, 599)
    np.testing.assert_allclose(sample.mean(), 300, atol=5)  # a patch may move by half its side, into one block


def test_what_is_wrong_is_said(raster_file, tmp_path, rng):
    array = rng.integers(0, 9, (2, 8, 9)).astype("uint8")
    path = raster_file("a.tif", array)
    with pytest.raises(InputError, match="There is no file"):
        read(Layer(str(tmp_path / "none.tif")))
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(InputError, match="cannot be opened as a raster"):
        read(Layer(str(tmp_path / "text.tif")))
    with pytest.raises(InputError, match="has no band 3: it has 2 band"):
        read(Layer(path, (1, 3)))
    with pytest.raises(InputError, match="no coordinate system, but"):
        read(Layer(path), Layer(raster_file("b.tif", array, crs=None)))
    with pytest.raises(InputError, match="does not overlap"):
        read(Layer(path), Layer(raster_file("c.tif", array, transform=Affine(10, 0, 9e5, 0, -10, 4e6))))
    with pytest.raises(InputError, match="complex"):
        read(Layer(raster_file("d.tif", array.astype("complex64"))))
    with pytest.raises(InputError, match="no resampling 'fast'"):
        read(Layer(path), resampling="fast")


def test_a_truncated_file_is_named_when_it_is_read(raster_file, tmp_path, rng):
    path = raster_file("a.tif", rng.integers(0, 99, (1, 300, 300)).astype("uint16"), compress="deflate")
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"a\.tif cannot be (read at row|opened)"):
        read(Layer(path))


def test_rasters_without_any_crs_go_together(raster_file, rng):
    array = rng.integers(1, 99, (1, 20, 30)).astype("uint8")
    identity = {"crs": None, "transform": Affine.identity()}
    first = raster_file("a.tif", array, **identity)
    same = raster_file("b.tif", array, **identity)
    assert (read(Layer(first), Layer(same)).data == array).all()
    with pytest.raises(InputError, match="not georeferenced"):
        read(Layer(first), Layer(raster_file("c.tif", array[:, :9], **identity)))
    local = raster_file("d.tif", np.full((1, 20, 30), 5, "uint8"), crs=None, transform=Affine(2, 0, 0, 0, -2, 40))
    fine = raster_file("e.tif", np.full((1, 40, 60), 6, "uint8"), crs=None, transform=Affine(1, 0, 0, 0, -1, 40))
    result = read(Layer(local), Layer(fine))
    assert (result.data[1] == 6).all()
    assert not result.mask.any()


@pytest.mark.parametrize("first", range(91))
def test_a_patch_lies_in_one_block_near_where_it_should(first):
    moved = _within_block(first, 10, 32, 100)
    assert moved // 32 == (moved + 9) // 32
    assert abs(moved - first) <= 5 or (first > 90 - 5 and abs(moved - first) < 10)
    assert 0 <= moved <= 90


def test_a_patch_longer_than_a_block_stays_where_it_is():
    assert _within_block(7, 10, 4, 100) == 7


class TestCoarseReading:
    """Fewer pixels of a window, taken evenly; nothing beyond the grid."""

    def test_every_nth_pixel_of_a_window(self, raster_file):
        rows, cols = np.indices((400, 300))
        path = raster_file("a.tif", np.stack([rows, cols]).astype("int16"), nodata=-1)
        with RasterSource({"image": [Layer(path)]}) as source:
            made = source.read_coarse(Window(100, 60, 200, 120), 50, 40)["image"][0]
        assert made.shape == (2, 50, 40) and not made.mask.any()
        assert (np.diff(made[0], axis=0) == 4).all() and (np.diff(made[1], axis=1) == 3).all()
        assert 100 <= made[0].min() < 104 and 60 <= made[1].min() < 63

    def test_a_window_that_sticks_out_and_a_grid_that_was_cut(self, raster_file):
        path = raster_file("a.tif", np.full((1, 400, 400), 7, "uint8"))
        left, top = 500_000 + 10 * 100, 4_200_000 - 10 * 100
        with RasterSource({"image": [Layer(path)]}, extent=(left, top - 2000, left + 2000, top)) as source:
            assert (source.grid.height, source.grid.width) == (200, 200)
            made = source.read_coarse(Window(-100, 0, 400, 200), 40, 20)["image"][0, 0]
        assert made.mask[:10].all() and made.mask[30:].all() and not made.mask[10:30].any()
        assert (made[10:30] == 7).all()


def test_a_raster_of_many_bands_is_asked_once_about_them(raster_file, monkeypatch):
    path = raster_file("a.tif", np.zeros((40, 4, 4), "float32"), nodata=-1)
    asked = Counter()

    class Asked:
        """The open file, which counts what is asked of all of its bands."""

        def __init__(self, path):
            self._file = open_raster(path)

        def __getattr__(self, name):
            asked[name] += 1
            return getattr(self._file, name)

    monkeypatch.setattr(layer, "open_raster", Asked)
    with RasterSource({"a": [Layer(path)]}) as source:
        assert whole(source)["a"].shape == (1, 40, 4, 4)
    of_all = ("dtypes", "nodatavals", "mask_flag_enums", "descriptions", "colorinterp", "scales", "offsets")
    assert max(asked[name] for name in of_all) < 10
