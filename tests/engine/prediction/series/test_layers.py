"""Which layer and band is which variable at which date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.prediction.request import AskedLayer
from rsdl_qgis.engine.prediction.series.layers import read_series

DATES = ("2013-09-14", "2013-09-30", "2013-10-16")
INDICES = Input("modis", (Band("NDVI"), Band("EVI")), DATES)
APART = (Input("NDVI", (Band("Sinop NDVI 2013"),), DATES), Input("EVI", (Band("Sinop EVI 2013"),), DATES))


@pytest.fixture
def layer(make_raster):
    """A layer of a job: a raster of so many bands with these descriptions."""

    def make(file, count=None, texts=(), tags=None, **given):
        count = count or len(texts)
        path = make_raster(np.ones((count, 2, 2), "uint8"), file, descriptions=tuple(texts))
        with rasterio.open(path, "r+") as target:
            target.update_tags(**(tags or {}))
            for band, found in given.pop("band_tags", {}).items():
                target.update_tags(band, **found)
        return AskedLayer(str(path), **given)

    return make


@pytest.fixture
def taking(with_card):
    return lambda *inputs: with_card(task="time-series", inputs=inputs or (INDICES,))


def cells(series):
    return [item.cells for item in series.observations]


def test_layers_are_dates(layer, taking):
    names = ("b_20130930.tif", "c_20131016.tif", "a_20130914.tif")
    layers = [layer(name, texts=("EVI", "blue", "NDVI")) for name in names]
    for inputs in ((INDICES,), APART):
        series = read_series(layers, "dates", taking(*inputs))
        assert series.dates == DATES and not series.warnings
        assert cells(series) == [((2, 3), (2, 1)), ((0, 3), (0, 1)), ((1, 3), (1, 1))]


def test_layers_are_variables(layer, taking):
    evi = layer("evi.tif", texts=[f"EVI_{date}" for date in DATES])
    ndvi = layer("ndvi.tif", texts=[f"NDVI {date}" for date in reversed(DATES)])
    for inputs in ((INDICES,), APART):
        series = read_series([evi, ndvi], "variables", taking(*inputs))
        assert series.dates == DATES and not series.warnings
        assert cells(series) == [((1, 3), (0, 1)), ((1, 2), (0, 2)), ((1, 1), (0, 3))]


def test_a_layer_for_each_variable_of_each_date(layer, taking):
    layers = [layer(f"{name}_{date}.tif", 1) for name in ("EVI", "NDVI") for date in DATES]
    series = read_series(layers, "dates", taking())
    assert series.dates == DATES and cells(series) == [((n + 3, 1), (n, 1)) for n in range(3)]
    with pytest.raises(MismatchError, match="'NDVI_2013-10-16' and 'NDVI_2_2013-10-16' are of the same date"):
        read_series([*layers, layer("NDVI_2_2013-10-16.tif", 1)], "dates", taking())


def test_dates_come_from_where_they_are_said(layer, taking):
    def of(**given):
        made = []
        for i, date in enumerate(DATES):
            facts = {key: value(date) if callable(value) else value for key, value in given.items()}
            made.append(layer(f"{facts.pop('file', 'x')}{i}.tif", **{"texts": ("NDVI", "EVI"), **facts}))
        return read_series(made, "dates", taking()).dates

    assert of(name=lambda d: f"scene {d}") == DATES
    assert of(date=lambda d: d, name="1999-01-01") == DATES
    assert of(file=lambda d: f"S2A_MSIL2A_{d.replace('-', '')}T101021_") == DATES
    assert of(texts=lambda d: (f"NDVI {d}", f"EVI {d}")) == DATES
    named_by_month = {"name": lambda d: f"x{d[2:4]}_2020-{d[5:7]}"}
    assert of(**named_by_month, tags=lambda d: {"ACQUISITIONDATE": d}) == DATES
    assert of(band_tags=lambda d: {1: {"ACQUISITIONDATETIME": f"{d} 10:00"}}) == DATES
    assert of(tags={"TIFFTAG_DATETIME": "2020:01:01 00:00:00"}) == ()  # when they were made, all alike
    days = {"NETCDF_DIM_time": "15962"}, {"NETCDF_DIM_time": "15978"}, {"NETCDF_DIM_time": "15994"}
    units = {"time#units": "days since 1970-01-01"}
    made = [layer(f"{n}.tif", 3, tags=units, band_tags=dict(enumerate(days, 1))) for n in ("NDVI", "EVI")]
    assert read_series(made, "variables", taking()).dates == DATES


def test_months_are_dates_where_nothing_says_more(layer, taking):
    names = ("NDVI_2013-09", "NDVI_2013-10", "NDVI_2013-11")
    months = tuple(f"{name[-7:]}-01" for name in names)
    made = {"TIFFTAG_DATETIME": "2020:01:01 00:00:00"}
    layers = [layer(f"{name}.tif", texts=("NDVI", "EVI"), tags=made) for name in names]
    series = read_series(layers, "dates", taking())
    assert series.dates == months and not series.warnings
    evi, ndvi = (layer(f"{v}.tif", texts=[f"{v}_{name[-7:]}" for name in names]) for v in ("EVI", "NDVI"))
    assert read_series([evi, ndvi], "variables", taking()).dates == months


def test_dates_of_files_are_reported_to_be_such(layer, taking):
    def tags(date):
        return {"TIFFTAG_DATETIME": date.replace("-", ":") + " 00:00:00"}

    layers = [layer(f"x{i}.tif", texts=("NDVI", "EVI"), tags=tags(date)) for i, date in enumerate(DATES)]
    series = read_series(layers, "dates", taking())
    assert series.dates == DATES and len(series.warnings) == 1
    assert "'x0', 'x1', 'x2' are those on which the files were made" in series.warnings[0]
    assert read_series(layers, "dates", taking(), "2013-09-14/P16D").warnings == ()
    named = [replace(given, name=f"x_{date}") for given, date in zip(layers, DATES)]
    assert read_series(named, "dates", taking()).warnings == ()
    named[2] = replace(named[2], name="last")
    dates = [layer(f"y_{date}.tif", texts=("NDVI", "EVI")) for date in DATES[:2]]
    (warning,) = read_series([*dates, named[2]], "dates", taking()).warnings
    assert warning.startswith("The dates of 'last' are those")


def test_typed_dates_count_more(layer, taking):
    layers = [layer(f"x_2000010{i}.tif", texts=("NDVI", "EVI")) for i in (1, 2, 3)]
    typed = ",".join(reversed(DATES))
    series = read_series(layers, "dates", taking(), typed)
    assert series.dates == DATES and cells(series)[0] == ((2, 1), (2, 2))
    made = [layer(f"{name}.tif", 3) for name in ("NDVI", "EVI")]
    assert read_series(made, "variables", taking(), "2013-09-14/P16D").dates == DATES
    with pytest.raises(InputError, match="names 2 date"):
        read_series(layers, "dates", taking(), "2013-09-14, 2013-09-30")


def test_a_date_that_one_variable_lacks_is_left_out_and_reported(layer, taking):
    evi = layer("evi.tif", texts=[f"EVI_{date}" for date in DATES[1:]])
    ndvi = layer("ndvi.tif", texts=[f"NDVI_{date}" for date in DATES])
    series = read_series([ndvi, evi], "variables", taking())
    assert series.dates == DATES[1:] and cells(series)[0] == ((0, 2), (1, 1))
    assert "2013-09-14" in series.warnings[0]


def test_without_names_they_are_taken_in_order_with_a_warning(layer, taking):
    layers = [layer(f"{name}.tif", 2) for name in "cab"]
    series = read_series(layers, "dates", taking())
    assert series.dates == () and cells(series) == [((n, 1), (n, 2)) for n in range(3)]
    assert "'c', 'a', 'b' are not known" in series.warnings[0] and "NDVI, EVI" in series.warnings[1]
    series = read_series([layer("one.tif", 3), layer("two.tif", 3)], "variables", taking())
    assert cells(series) == [((0, n), (1, n)) for n in (1, 2, 3)] and len(series.warnings) == 2
    lone = Input("modis", (Band("NDVI"),), DATES)
    dated = layer("x.tif", texts=DATES)
    assert read_series([dated], "variables", taking(lone)).warnings == ()


def test_bands_by_number(layer, taking):
    layers = [layer(f"x_{date}.tif", 3) for date in DATES]
    assert cells(read_series(layers, "dates", taking(), bands=(3, 1)))[0] == ((0, 3), (0, 1))
    made = [layer(f"{name}.tif", texts=["mask", *(f"{name} {d}" for d in DATES)]) for name in ("NDVI", "EVI")]
    series = read_series(made, "variables", taking(), bands=(2, 3, 4))
    assert series.dates == DATES and cells(series)[0] == ((0, 2), (1, 2))


def test_layers_that_the_model_does_not_take_are_reported(layer, taking):
    made = [layer(f"{name}.tif", texts=[f"{name} {d}" for d in DATES]) for name in ("NIR", "EVI", "NDVI")]
    series = read_series(made, "variables", taking())
    assert cells(series)[0] == ((2, 1), (1, 1)) and series.warnings == (
        "Not used, as the model does not take them: 'NIR'.",
    )


@pytest.mark.parametrize(
    ("case", "kind", "words"),
    [
        ("one variable", MismatchError, r"takes 2 variable\(s\) \(NDVI, EVI\), and 1 layer"),
        ("counts", MismatchError, "different numbers of dates: 'NDVI' has 3, 'EVI' has 2"),
        ("apart", MismatchError, "no date in common"),
        ("twice", InputError, "Two bands of 'NDVI' are of 2013-09-14"),
        ("few bands", MismatchError, r"needs 2 band\(s\) of each date"),
        ("chosen", MismatchError, r"BANDS names 1 band\(s\), but the model takes 2"),
        ("no band", InputError, "has no band 7"),
        ("file", InputError, "There is no file"),
    ],
)
def test_what_does_not_fit_is_refused(layer, taking, tmp_path, case, kind, words):
    def variable(name, dates):
        return layer(f"{name}.tif", texts=[f"{name} {d}" for d in dates])

    def ndvi():
        return variable("NDVI", DATES)

    given = {
        "one variable": lambda: ([ndvi()], "variables"),
        "counts": lambda: ([ndvi(), layer("EVI.tif", 2)], "variables"),
        "apart": lambda: ([ndvi(), variable("EVI", ["2014-01-01", "2014-01-02"])], "variables"),
        "twice": lambda: ([variable("NDVI", [*DATES, DATES[0]]), variable("EVI", DATES)], "variables"),
        "few bands": lambda: ([layer("y_20130914.tif", 1)], "dates"),
        "chosen": lambda: ([layer("x_20130914.tif", 3)], "dates", taking(), "", (1,)),
        "no band": lambda: ([layer("x_20130914.tif", 3, bands=(7,))], "dates"),
        "file": lambda: ([AskedLayer(str(tmp_path / "nowhere.tif"))], "dates"),
    }[case]()
    with pytest.raises(kind, match=words):
        read_series(given[0], given[1], taking(), *given[3:])
