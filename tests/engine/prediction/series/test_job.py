"""Whole jobs over series of rasters: known answers, clouds, other dates and layouts, memory."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin

from rsdl_qgis.engine.cards.card import Band, Input, Tiling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.errors import Cancelled, InputError, MismatchError, ModelError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.request import AskedLayer
from rsdl_qgis.engine.prediction.series.job import series_runtime
from rsdl_qgis.engine.prediction.series.layers import read_series
from rsdl_qgis.engine.prediction.series.sample import used_layers
from rsdl_qgis.engine.prediction.series.season import in_order
from rsdl_qgis.engine.raster.source import Layer
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from .greatest import ALL, APART, CLASSES, DATES, SERIES, Greatest, Heard, answer, classes, run


@pytest.mark.parametrize("inputs", [(), APART], ids=["one input", "an input a variable"])
def test_both_layouts_serve_both_kinds_of_models(greatest, by_date, by_variable, cube, tmp_path, inputs):
    model, report = greatest(*inputs), Heard()
    result = run(model, by_date(cube), tmp_path, report)
    assert np.array_equal(classes(result["output"]), answer(cube))
    counts = np.bincount(answer(cube).ravel(), minlength=4)[1:]
    assert [c["pixels"] for c in result["classes"]] == counts.tolist()
    result = run(model, by_variable(cube), tmp_path, report, layout="variables")
    assert np.array_equal(classes(result["output"]), answer(cube)) and report.warnings() == []


@pytest.mark.parametrize(("tile", "batch"), [(None, None), (8, 7), (64, 1000)])
def test_the_map_does_not_depend_on_tiles_and_batches(greatest, by_date, cube, tmp_path, tile, batch):
    result = run(greatest(), by_date(cube), tmp_path, tile_size=tile, batch_size=batch)
    assert np.array_equal(classes(result["output"]), answer(cube))
    assert result["tiles"] == {None: 1, 8: 12, 64: 1}[tile]


def test_two_tiles_are_mapped_at_once(greatest, by_date, cube, tmp_path, in_pairs):
    result = run(greatest(), by_date(cube), tmp_path, tile_size=8, threads=2)
    assert np.array_equal(classes(result["output"]), answer(cube)) and in_pairs == [2] * 12


def test_a_file_is_one_layer_however_many_dates_it_has(by_variable, cube, with_card):
    layers = by_variable(cube)
    asked = [AskedLayer(layer["path"]) for layer in layers]
    series = read_series(asked, "variables", with_card(task="time-series", inputs=SERIES))
    places, chosen = used_layers(series, replace(in_order(2), used=(2, 0)))
    assert places == ((("0", 1), ("1", 1)), (("0", 0), ("1", 0)))
    assert chosen == {str(i): Layer(layer["path"], (1, 3), stored=True) for i, layer in enumerate(layers)}


def test_layers_in_any_order_with_dates_give_the_same_map(greatest, by_date, cube, tmp_path):
    layers = by_date(cube, [date.replace("2013", "2016") for date in DATES])
    report = Heard()
    result = run(greatest(), layers[::-1], tmp_path, report)
    assert np.array_equal(classes(result["output"]), answer(cube)) and not report.warnings()
    assert any("3 year(s) later" in text for _, text in report.lines)


def test_without_dates_the_order_counts_and_the_log_says_so(greatest, make_raster, cube, tmp_path):
    layers = [{"path": str(make_raster(image, f"{i}.tif", ALL))} for i, image in enumerate(cube)]
    report = Heard()
    result = run(greatest(), layers, tmp_path, report)
    assert np.array_equal(classes(result["output"]), answer(cube))
    assert any("in order" in text and "not known" in text for text in report.warnings())
    with pytest.raises(MismatchError, match=r"takes 3 dates, there are 2, and the dates of the layers are not known"):
        run(greatest(), layers[:2], tmp_path)
    result = run(greatest(), layers[::-1], tmp_path, dates=", ".join(reversed(DATES)))
    assert np.array_equal(classes(result["output"]), answer(cube))


def test_a_model_that_names_no_dates_takes_them_in_order(greatest, by_date, cube, tmp_path):
    names = tuple(f"date {i}" for i in (1, 2, 3))
    model, report = greatest(Input("x", (Band("NDVI"), Band("EVI")), names)), Heard()
    result = run(model, by_date(cube)[::-1], tmp_path, report)
    assert np.array_equal(classes(result["output"]), answer(cube))
    assert ["does not say its dates" in text for text in report.warnings()] == [True]


def test_clouds_and_missing_dates_are_left_out_pixel_by_pixel(greatest, by_date, cube, tmp_path):
    cube[0, :, :5] = 99  # would win
    cube[0, 1, :5] = -1  # but one band is cloudy
    cube[:, 0, 10:12, 3:9] = -1  # no date at all
    result = run(greatest(), by_date(cube, nodata=-1), tmp_path, probabilities=str(tmp_path / "p.tif"))
    expected = answer(np.where((cube == -1).any(1, keepdims=True), -1000, cube))
    expected[10:12, 3:9] = 255
    assert np.array_equal(classes(result["output"]), expected)
    with rasterio.open(result["probabilities"]) as made:
        values = made.read(masked=True)
    assert np.array_equal(values.mask[0], expected == 255) and np.allclose(values.sum(0).compressed(), 1, atol=1e-5)
    report = Heard()
    result = run(greatest(), by_date(cube, nodata=-1)[:2], tmp_path, report)  # the last date has no layer
    without = np.where((cube == -1).any(1, keepdims=True), -1000, cube)
    without[2] = -1000
    later = np.where((without[0, 0] == -1000) & (without[1, 0] == -1000), 255, answer(without))
    assert np.array_equal(classes(result["output"]), later)
    assert "1 of the model's 3 dates have no layer: 2013-11-17." in report.warnings()


def test_a_date_without_a_layer_is_interpolated(greatest, by_date, cube, tmp_path):
    cube[1] = (cube[0] + cube[2]) / 2 + 50  # would win everywhere, but is not given
    report = Heard()
    layers = by_date(cube)
    result = run(greatest(), [layers[0], layers[2]], tmp_path, report)
    cube[1] -= 50
    assert np.array_equal(classes(result["output"]), answer(cube)) and not report.warnings()


def test_the_users_own_nodata_of_each_band(greatest, by_variable, cube, tmp_path):
    cube[1, 0, :4] = 77
    cube[0, 0, :4] = 77
    layers = by_variable(cube)
    layers[0]["nodata"] = [None, 77, None]  # of the second date alone
    masked = np.where((cube == 77)[:, :1] & (np.arange(3) == 1)[:, None, None, None], -1000, cube)
    result = run(greatest(), layers, tmp_path, layout="variables")
    assert np.array_equal(classes(result["output"]), answer(masked))


def test_other_dates_are_interpolated(greatest, by_date, cube, tmp_path):
    """Given half-way between the model's dates, each value is the mean of its neighbours."""
    model = greatest(Input("modis", (Band("NDVI"), Band("EVI")), DATES))
    given = ("2013-08-29", "2013-09-30", "2013-11-01", "2013-12-03")
    cube = np.concatenate([cube, cube[:1, :, ::-1]]).astype("float32")
    cloudy = cube.copy()
    cloudy[1, 0, :6] = np.nan
    result = run(model, by_date(cloudy, given), tmp_path)
    means = (cube[:-1] + cube[1:]) / 2
    # between September and November is a gap of 64 days, two of the model's steps: bridged; for the model's first date
    # the later neighbour is then 64 days away from the earlier one, too
    line = cube[0, :, :6] + (cube[2, :, :6] - cube[0, :, :6]) * np.array([16, 48])[:, None, None, None] / 64
    means[:2, :, :6] = line
    assert np.array_equal(classes(result["output"]), answer(means))
    with rasterio.open(result["output"]) as made:
        told = json.loads(made.tags()["RSDL_DATES"])
    assert told == {date: list(given[i : i + 2]) for i, date in enumerate(DATES)}


def test_layers_on_other_grids_are_brought_to_the_first_ones(greatest, make_raster, cube, tmp_path):
    coarse = cube[:, :, ::2, ::2].repeat(2, 2).repeat(2, 3)  # squares of 2 x 2 pixels
    layers = [{"path": str(make_raster(coarse[0], f"{DATES[0]}.tif", ALL))}]
    other = {"transform": from_origin(500_000, 4_200_000, 5, 5)}
    fine = coarse[1].repeat(2, 1).repeat(2, 2)
    layers.append({"path": str(make_raster(fine, f"{DATES[1]}.tif", ALL, **other))})
    layers.append({"path": str(make_raster(coarse[2, :, :, :10], f"{DATES[2]}.tif", ALL))})  # covers a third
    expected = answer(coarse)
    expected[:, 10:] = answer(coarse[:2])[:, 10:]
    assert np.array_equal(classes(run(greatest(), layers, tmp_path)["output"]), expected)


def test_extent_mask_polygons_and_provenance(greatest, by_date, cube, tmp_path):
    shape = {"type": "Polygon", "coordinates": [[[500_050, 4_199_800], [500_150, 4_199_800], [500_150, 4_200_000],
                                                 [500_050, 4_200_000], [500_050, 4_199_800]]]}  # fmt: skip
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    features = [{"type": "Feature", "properties": {}, "geometry": shape}]
    (tmp_path / "mask.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    result = run(
        greatest(),
        by_date(cube),
        tmp_path,
        extent=[500_000, 4_199_900, 500_300, 4_200_000],
        mask=str(tmp_path / "mask.geojson"),
        polygons=str(tmp_path / "p.gpkg"),
    )
    expected = answer(cube)[:10]
    expected[:, :5], expected[:, 15:] = 255, 255
    assert np.array_equal(classes(result["output"]), expected) and (tmp_path / "p.gpkg").is_file()
    with rasterio.open(result["output"]) as made:
        tags = made.tags()
        assert made.colormap(1)[1][:3] == (0, 0, 0) and made.nodata == 255
    assert json.loads(tags["RSDL_RUN"])["operation"] == "predict_series"
    assert json.loads(tags["RSDL_DATES"]) == {date: [date] for date in DATES}
    assert json.loads(tags["RSDL_READINGS"])[f"scene_{DATES[0]}.tif"] == [[1.0, 0.0, 0]]


# What training saw.


@pytest.mark.parametrize(("memory", "batch"), [(1000, 1024), (500_000, 440), (10**9, 1)])
def test_two_batches_fit_the_memory_budget(greatest, by_date, cube, tmp_path, memory, batch):
    report = Heard()
    run(greatest(tiling=Tiling(size=64, overlap=0, multiple=1, memory=memory)), by_date(cube), tmp_path, report)
    assert any(f"batches of {batch} series" in text for _, text in report.lines)


def test_pixels_without_a_valid_date_are_never_run(with_card):
    card = with_card(task="time-series", inputs=SERIES, classes=CLASSES)
    valid = np.random.default_rng(0).random((2, 3, 5, 4)) > 0.6
    series = np.where(valid[:, :, None], np.random.default_rng(1).normal(size=(2, 3, 2, 5, 4)), 0).astype("float32")
    seen = []

    def double(inputs):
        seen.append(len(inputs["valid"]))
        assert inputs["modis"].shape[1:] == (3, 2) and inputs["valid"].any(1).all()
        return inputs["modis"].sum(2)

    output = series_runtime(double, card, 7, Report())({"modis": series, "valid": valid})
    some = valid.any(1)
    assert sum(seen) == some.sum() and set(seen[:-1]) == {7}
    np.testing.assert_allclose(output, np.where(some[:, None], series.sum(2), 0))


def test_cancelling_stops_within_a_tile_and_leaves_nothing(greatest, by_date, cube, tmp_path):
    layers, model = by_date(cube), greatest()
    before = set(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        run(model, layers, tmp_path, Heard(patience=5), batch_size=10, probabilities=str(tmp_path / "p.tif"))
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1)])
def test_strips_and_single_pixels(greatest, by_date, tmp_path, shape):
    cube = np.random.default_rng(0).integers(1, 100, (3, 2, *shape)).astype("uint8")
    assert np.array_equal(classes(run(greatest(), by_date(cube), tmp_path)["output"]), answer(cube.astype(int)))


def test_all_nodata_is_all_nodata_in_the_map(greatest, by_date, cube, tmp_path):
    report = Heard()
    result = run(greatest(), by_date(cube * 0, nodata=0), tmp_path, report)
    assert (classes(result["output"]) == 255).all() and result["tiles"] == 0
    assert any("No valid date" in text for text in report.warnings())


def test_memory_does_not_grow_with_the_raster(greatest, make_raster, tmp_path):
    peaks = []
    for side in (300, 900):
        cube = np.random.default_rng(0).integers(1, 100, (3, 2, 60, 60)).astype("uint8")
        big = np.tile(cube, (1, 1, side // 60, side // 60))
        settings = {"tiled": True, "blockxsize": 64, "blockysize": 64}
        layers = [{"path": str(make_raster(i, f"{d}.tif", ALL, **settings))} for i, d in zip(big, DATES)]
        model = greatest()
        tracemalloc.start()
        made = run(model, layers, tmp_path, tile_size=64, batch_size=2048)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert np.array_equal(classes(made["output"])[:60, -60:], answer(cube.astype(int)))
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize(
    ("case", "kind", "words"),
    [
        ("task", MismatchError, "is for segmentation, and this maps time series"),
        ("season", MismatchError, "none of them lies near the model's"),
        ("scale", InputError, "SCALE cannot be 0"),
        ("over itself", OutputError, "one of the files to be read"),
        ("no folder", OutputError, "There is no folder"),
        ("coarse", MismatchError, "pixels of 10 m.*trained at 100 m"),
        ("none", InputError, "LAYERS has 0 members.*1 or more"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_left(greatest, by_date, cube, tmp_path, model, case, kind, words):
    chosen, given, layers = greatest(), {}, by_date(cube)
    if case == "task":
        chosen = model
    elif case == "season":
        layers = by_date(cube, ["2014-04-01", "2014-04-17", "2014-05-03"])
    elif case == "coarse":
        chosen = greatest(name="coarse")
        export_onnx(Greatest(), replace(read_card(chosen), resolution=100.0), chosen)
    else:
        layers = [] if case == "none" else layers
        given = {"scale": {"scale": 0.0}, "over itself": {"output": str(layers[0]["path"] if layers else "")},
                 "no folder": {"output": str(tmp_path / "no" / "map.tif")}}.get(case, {})  # fmt: skip
    before = set(tmp_path.iterdir())
    with pytest.raises(kind, match=words):
        run(chosen, layers, tmp_path, **given)
    assert set(tmp_path.iterdir()) == before


class Overflowing(Greatest):
    """NaN where the first band of the first date is 90 or more."""

    def forward(self, *inputs):
        return torch.where(inputs[0][:, :1, 0] >= 90, torch.nan, super().forward(*inputs))


def test_pixels_whose_numbers_are_not_finite_are_nodata_and_fail_the_job_past_half(by_date, cube, with_card, tmp_path):
    card = with_card(
        name="nan", task="time-series", inputs=(Input("modis", (Band("NDVI"), Band("EVI")), DATES),), classes=CLASSES,
        background=None, resolution=None,
    )  # fmt: skip
    export_onnx(Overflowing(), card, tmp_path / "nan.onnx")
    report = Heard()
    made = classes(run(tmp_path / "nan.onnx", by_date(cube), tmp_path, report)["output"])
    hole = cube[0, 0] >= 90
    assert np.array_equal(made, np.where(hole, 255, answer(cube))) and 0 < hole.sum() < 100
    assert any(f"no finite number for {hole.sum()} valid pixels of 600" in text for text in report.warnings())
    cube[0, 0, 5:] = 95
    with pytest.raises(ModelError, match="valid pixels of 600"):
        run(tmp_path / "nan.onnx", by_date(cube), tmp_path)
