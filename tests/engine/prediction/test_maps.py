"""Whole jobs, without a process between: rasters in, files out; odd rasters right, or a sentence before any work."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine, from_origin

from rsdl_qgis.engine.cards.card import Input, Scaling
from rsdl_qgis.engine.errors import InputError, MismatchError, ModelError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.files.locks import held
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

ODD = {
    "rotated": {"transform": Affine(8, 6, 500_000, 6, -8, 4_100_000)},
    "geographic": {"crs": "EPSG:4326", "transform": from_origin(21, 38, 1e-4, 1e-4)},
    "no CRS": {"crs": None},
}


def checkers(height=70, width=90, dtype="uint8"):
    """Two bands; band 1 is 200 in 7-pixel squares, 50 between them."""
    rows, cols = np.indices((height, width))
    bright = np.where((rows // 7 + cols // 7) % 2, 200, 50)
    return np.stack([bright, np.full_like(bright, 120)]).astype(dtype)


def predict(model, image, tmp_path, report=None, **arguments):
    inputs = arguments.pop("inputs", {"image": [{"path": str(image)}]})
    output = arguments.pop("output", str(tmp_path / "map.tif"))
    job = {"model": str(model), "inputs": inputs, "output": output, "device": "cpu", "threads": 1, **arguments}
    return run_predict(job, report or Report())


def classes(path):
    with rasterio.open(path) as raster:
        return raster.read(1)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
@pytest.mark.parametrize("tile_size", [None, 32])
def test_a_map_is_right_for_every_type_and_tiling(model, make_raster, tmp_path, dtype, tile_size):
    image = checkers(dtype=dtype)
    result = predict(model, make_raster(image), tmp_path, tile_size=tile_size)
    assert np.array_equal(classes(result["output"]), image[0] > 100)
    assert [c["pixels"] for c in result["classes"]] == [(image[0] == 50).sum(), (image[0] == 200).sum()]
    assert result["classes"][1]["area_m2"] == pytest.approx((image[0] == 200).sum() * 100)


@pytest.mark.parametrize("odd", list(ODD))
def test_odd_georeferencing_is_kept(model, make_raster, tmp_path, odd, recwarn):
    image = checkers()
    path = make_raster(image, **ODD[odd])
    result = predict(model, path, tmp_path, probabilities=str(tmp_path / "p.tif"), polygons=str(tmp_path / "p.gpkg"))
    with rasterio.open(path) as source, rasterio.open(result["output"]) as made:
        assert made.transform == source.transform and made.crs == source.crs
        assert np.array_equal(made.read(1), image[0] > 100)
    recwarn.clear()


@pytest.mark.parametrize(("x", "y"), [(1, 1), (-1, -1), (-1, 1)], ids=["south-up", "west-right", "both"])
def test_mirrored_rasters_are_seen_and_mapped_north_up(model, make_raster, tmp_path, x, y, recwarn):
    image = checkers()
    stored = image[:, :: -1 if y > 0 else 1, :: -1 if x < 0 else 1]
    left, top = 500_000 + (900 if x < 0 else 0), 4_100_000 - (700 if y > 0 else 0)
    path = make_raster(np.ascontiguousarray(stored), transform=Affine(10 * x, 0, left, 0, 10 * y, top))
    result = predict(model, path, tmp_path, polygons=str(tmp_path / "p.gpkg"))
    with rasterio.open(result["output"]) as made:
        assert made.transform == from_origin(500_000, 4_100_000, 10, 10)
        assert np.array_equal(made.read(1), image[0] > 100)
    recwarn.clear()


@pytest.mark.parametrize("shape", [(1, 60), (60, 1), (5, 5), (1, 1)])
def test_strips_and_rasters_smaller_than_a_tile(model, make_raster, tmp_path, shape):
    image = checkers(*shape)
    assert np.array_equal(classes(predict(model, make_raster(image), tmp_path)["output"]), image[0] > 100)


def test_nodata_nan_and_the_users_own_nodata(model, make_raster, tmp_path):
    image = checkers(dtype="float32")
    image[1, :10] = -1  # the file's nodata, in the other band
    image[0, 20, 20:30] = np.nan
    image[0, 40, :] = 77  # the person's
    path = make_raster(image, nodata=-1)
    result = predict(model, path, tmp_path, inputs={"image": [{"path": str(path), "nodata": 77}]})
    made = classes(result["output"])
    expected = np.where(image[0] > 100, 1, 0)
    expected[:10], expected[20, 20:30], expected[40] = 255, 255, 255
    assert np.array_equal(made, expected)


def test_an_all_nodata_raster_gives_an_all_nodata_map(model, make_raster, tmp_path):
    class Listening(Report):
        said = ""

        def log(self, level, message):
            self.said += message

    report = Listening()
    path = make_raster(np.zeros((2, 40, 40), "uint8"), nodata=0)
    result = predict(model, path, tmp_path, report, polygons=str(tmp_path / "p.gpkg"))
    assert (classes(result["output"]) == 255).all() and result["tiles"] == 0
    assert "No valid pixel" in report.said


def test_the_extent_and_the_mask_limit_the_map(model, make_raster, tmp_path):
    path = make_raster(checkers())
    mask = {"type": "Polygon", "coordinates": [[[500_300, 4_200_000], [500_500, 4_200_000], [500_500, 4_199_300],
            [500_300, 4_199_300], [500_300, 4_200_000]]]}  # fmt: skip
    features = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": mask}]}
    features["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    (tmp_path / "mask.geojson").write_text(json.dumps(features))
    extent = [500_200, 4_199_600, 500_600, 4_199_900]
    result = predict(model, path, tmp_path, extent=extent, mask=str(tmp_path / "mask.geojson"))
    with rasterio.open(result["output"]) as made:
        assert (made.height, made.width) == (30, 40)
        assert tuple(made.bounds) == (500_200, 4_199_600, 500_600, 4_199_900)
        inside = made.read(1) != 255
    assert inside[:, 10:30].all() and not inside[:, :10].any() and not inside[:, 30:].any()


def test_the_output_says_how_it_was_made(model, make_raster, tmp_path):
    result = predict(model, make_raster(checkers()), tmp_path)
    with rasterio.open(result["output"]) as made:
        tags = made.tags()
        assert made.nodata == 255 and made.colormap(1)[1][:3] == (0xEE, 0xEE, 0)
    assert tags["RSDL_MODEL"] == "bright"
    assert json.loads(tags["RSDL_RUN"])["arguments"]["model"] == str(model)


def test_probabilities_sum_to_one_where_valid(model, make_raster, tmp_path):
    image = checkers()
    image[:, :5] = 0
    result = predict(model, make_raster(image, nodata=0), tmp_path, probabilities=str(tmp_path / "p.tif"))
    with rasterio.open(result["probabilities"]) as made:
        assert made.descriptions == ("dark", "bright")
        values = made.read(masked=True)
    assert values.mask[:, :5].all() and np.allclose(values.sum(0).compressed(), 1, atol=1e-5)


BAD = {
    "few bands": (MismatchError, r"1 band\(s\) were chosen.*takes 2"),
    "no file": (InputError, "There is no file"),
    "no raster": (InputError, "cannot be opened"),
    "coarse": (MismatchError, "pixels of 100 m.*trained at 10 m"),
    "no model": (ModelError, "no model 'nothing'"),
    "no folder": (OutputError, "There is no folder"),
    "over itself": (OutputError, "one of the files to be read"),
    "one date": (MismatchError, r"takes 1 raster\(s\)"),
    "tile": (InputError, "TILE_SIZE=32"),
    "overlap": (InputError, "smaller OVERLAP"),
    "extent": (InputError, "overlap"),
}


@pytest.mark.parametrize("problem", list(BAD))
def test_what_cannot_be_done_is_said_and_nothing_is_left(model, make_raster, tmp_path, problem):
    path = make_raster(checkers(), **({"transform": from_origin(0, 0, 100, 100)} if problem == "coarse" else {}))
    (tmp_path / "text.tif").write_text("no raster")
    out = tmp_path / "out"
    out.mkdir()
    arguments = {
        "few bands": {"inputs": {"image": [{"path": str(path), "bands": [1]}]}},
        "no file": {"inputs": {"image": [{"path": str(tmp_path / "nowhere.tif")}]}},
        "no raster": {"inputs": {"image": [{"path": str(tmp_path / "text.tif")}]}},
        "no folder": {"output": str(out / "no" / "map.tif")},
        "over itself": {"output": str(path)},
        "one date": {"inputs": {"image": [{"path": str(path)}] * 2}},
        "tile": {"tile_size": 30},
        "overlap": {"tile_size": 32, "overlap": 20},
        "extent": {"extent": [0, 0, 10, 10]},
    }.get(problem, {})
    kind, words = BAD[problem]
    with pytest.raises(kind, match=words):
        predict("nothing" if problem == "no model" else model, path, out, **arguments)
    assert list(out.iterdir()) == []


def test_a_raster_with_the_wrong_number_of_bands_is_refused(model, make_raster, tmp_path):
    with pytest.raises(MismatchError, match=r"needs 2 band\(s\).*has 1"):
        predict(model, make_raster(checkers()[:1]), tmp_path)


def test_values_that_an_8_bit_model_cannot_mean_are_refused(make_raster, tmp_path, with_card):
    from tests.engine.conftest import Threshold

    bands = with_card().inputs[0].bands
    card = with_card(inputs=(Input("image", bands, scaling=Scaling(divisor=255.0)),))
    export_onnx(Threshold(), card, tmp_path / "bytes.onnx")
    with pytest.raises(MismatchError, match=r"values up to 4000.*takes 0 to 255"):
        predict(tmp_path / "bytes.onnx", make_raster(checkers(dtype="uint16") * 20), tmp_path)


@pytest.mark.parametrize(
    ("factor", "offset", "warned"),
    [(1, 0, False), (257, 0, True), (1 / 255, 0, True), (0.02, 130, False), (0, 128, False), (0, 5, True)],
)
def test_values_unlike_those_of_training_are_reported(make_raster, tmp_path, with_card, factor, offset, warned):
    """16 bits, or 0 to 1, for a model of bytes; not a dull picture near the mean of training."""
    from tests.engine.conftest import Threshold

    bands, scaling = with_card().inputs[0].bands, Scaling(mean=((130.0, 120.0),), std=((50.0, 60.0),))
    export_onnx(Threshold(), with_card(inputs=(Input("image", bands, scaling=scaling),)), tmp_path / "bytes.onnx")
    values = np.random.default_rng(0).uniform(0, 255, (2, 60, 60)) * factor + offset
    warnings = []

    class Listening(Report):
        def log(self, level, message):
            warnings.extend([message] if level == "warning" else [])

    predict(tmp_path / "bytes.onnx", make_raster(values.astype("float32")), tmp_path, Listening())
    assert any("was trained on values around 130" in text for text in warnings) == warned


def test_resampling_needs_a_pixel_size(make_raster, tmp_path, with_card):
    from tests.engine.conftest import Threshold

    export_onnx(Threshold(), with_card(resolution=None), tmp_path / "any.onnx")
    with pytest.raises(MismatchError, match="knows no pixel size"):
        predict(tmp_path / "any.onnx", make_raster(checkers()), tmp_path, resample=True)


def test_a_model_for_another_task_is_refused(make_raster, tmp_path, with_card):
    from tests.engine.conftest import Threshold

    export_onnx(Threshold(), with_card(task="classification"), tmp_path / "scenes.onnx")
    with pytest.raises(MismatchError, match="for classification"):
        predict(tmp_path / "scenes.onnx", make_raster(checkers()), tmp_path)


@pytest.mark.parametrize("apart", [False, True])
def test_dates_that_do_not_share_a_stretch_are_reported_once(make_raster, tmp_path, with_card, apart):
    from tests.engine.conftest import Threshold

    scaling = Scaling("robust", pooled=True, clip=(-1, 3))
    pair = Input("image", with_card().inputs[0].bands, ("before", "after"), "sentinel-2", scaling)
    export_onnx(Threshold(), with_card(inputs=(pair,)), tmp_path / "pair.onnx")
    before, after = checkers(), checkers(dtype="uint16")
    after[0] = after[0] * 40 + 4000 if apart else after[0]
    paths = [{"path": str(make_raster(image, f"{i}.tif"))} for i, image in enumerate((before, after))]
    said = []

    class Listening(Report):
        def log(self, level, message):
            said.append((level, message))

    predict(tmp_path / "pair.onnx", None, tmp_path, Listening(), inputs={"image": paths})
    warnings = [text for level, text in said if level == "warning"]
    assert len(warnings) == apart
    assert not apart or ("sentinel-2" in warnings[0] and "(red)" in warnings[0] and "each date" in warnings[0])


def test_a_coarse_raster_is_resampled_when_asked(model, make_raster, tmp_path):
    path = make_raster(checkers(), transform=from_origin(500_000, 4_200_000, 40, 40))
    with pytest.raises(MismatchError) as refused:
        predict(model, path, tmp_path)
    assert "(RESAMPLE)" in refused.value.hint
    far = make_raster(checkers(), "far.tif", transform=from_origin(500_000, 4_200_000, 90, 90))
    with pytest.raises(MismatchError) as refused:
        predict(model, far, tmp_path)
    assert refused.value.hint.startswith("RESAMPLE bridges no more than 4")
    result = predict(model, path, tmp_path, resample=True)
    with rasterio.open(result["output"]) as made:
        assert made.res == (10, 10) and made.shape == (280, 360)


def test_an_ending_that_is_not_known_is_said_before(model, make_raster, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(OutputError, match="no known vector ending"):
        predict(model, make_raster(checkers()), out, output=str(out / "map.tif"), polygons=str(out / "p.unknown"))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", ["map.tif", "p.gpkg"])
def test_of_two_jobs_that_write_one_file_the_second_is_refused_at_once(model, make_raster, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    with held([out / name]), pytest.raises(OutputError, match=f"Another job .*is writing '{name}' now"):
        predict(model, make_raster(checkers()), out, output=str(out / "map.tif"), polygons=str(out / "p.gpkg"))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("step", ["add", "close"])
def test_what_is_whole_stays_where_a_later_output_fails(model, make_raster, tmp_path, monkeypatch, step):
    def fails(*_, **__):
        raise OutputError("The disk is full.", "Free space.")

    monkeypatch.setattr(f"rsdl_qgis.engine.vector.tracing.polygonize.Polygonizer.{step}", fails)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(OutputError) as caught:
        predict(model, make_raster(checkers()), out, output=str(out / "map.tif"), polygons=str(out / "p.gpkg"))
    assert str(caught.value) == f"The disk is full. Free space. {out / 'map.tif'} is whole and stays."
    assert {path.name for path in out.iterdir()} == {"map.tif", "map.tif.aux.xml"}
    with rasterio.open(out / "map.tif") as made:
        assert set(np.unique(made.read())) == {0, 1}


def test_a_map_is_made_two_tiles_at_once(model, make_raster, tmp_path, in_pairs):
    image = checkers(64, 96)
    result = predict(model, make_raster(image), tmp_path, tile_size=32, overlap=0, threads=4)
    assert np.array_equal(classes(result["output"]), image[0] > 100)
    assert in_pairs == [4] * result["tiles"] == [4] * 6


def test_bands_are_found_by_their_description(model, make_raster, tmp_path):
    image = checkers()
    path = make_raster(np.stack([image[1], image[1], image[0]]), descriptions=("NIR", "green", "Red"))
    result = predict(model, path, tmp_path)
    assert np.array_equal(classes(result["output"]), image[0] > 100)
