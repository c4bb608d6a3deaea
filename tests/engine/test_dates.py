"""Dates in names and metadata, and as people type them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.dates import date_in, date_of, day_in, file_date, month_in, typed_dates, whole_series
from rsdl_qgis.engine.errors import InputError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NDVI_20160913.tif", "2016-09-13"),
        ("EVI_2013-09-14", "2013-09-14"),
        ("2013:09:14 10:15:00", "2013-09-14"),
        ("S2A_MSIL2A_20230415T101021_N0509_R022_T33UUP_20230415T163958", "2023-04-15"),
        ("LC08_L2SP_226068_20200817_20200826_02_T1", "2020-08-17"),
        ("LC82260682013241LGN00_B4", "2013-08-29"),
        ("MOD13Q1.A2013257.h12v10.061.hdf", "2013-09-14"),
        ("MOD13Q1.061__250m_NDVI_doy2013257_aid0001", "2013-09-14"),
        ("MYD13Q1_EVI_2012_366", "2012-12-31"),
        ("sinop_EVI_2013-09_2014-08_23dates", ""),
        ("A2013366", ""),
        ("tile 12345678", ""),
        ("20161399 2016-10-01", "2016-10-01"),
        ("2016-0913", ""),
        ("226068", ""),
        ("NDVI_2013-09", "2013-09-01"),
        ("NDVI201309.tif", "2013-09-01"),
        ("MOD13Q1_2013_09", "2013-09-01"),
        ("NDVI_2013-09 of 2013-09-14", "2013-09-14"),
        ("NDVI_14.09.2013.tif", "2013-09-14"),
        ("4.9.2013", "2013-09-04"),
        ("Sinop 2013-9-14", "2013-09-14"),
        ("20130914101500", "2013-09-14"),
        ("PLANET_201309141015_x", "2013-09-14"),
        ("L71119038_03820030206", "2003-02-06"),
        ("Resize (ETM+ Meta (Band 1):L5119038_03820030206_MTL.txt)", "2003-02-06"),
        ("LE71190382003037EDC00", "2003-02-06"),
        ("S2_T21LXF", ""),
        ("T201102_B04", ""),
        ("p226r068 L1TP_226_068", ""),
        ("h12v10.061", ""),
        ("product_v201309", ""),
        ("v2019.1.2", ""),
        ("v1.4.2013", ""),
        ("GDAL 3.1.4.2013", ""),
        ("2013.9.14.1", ""),
        ("32.13.2013", ""),
        ("2013-13", ""),
        ("2013-00", ""),
        ("197912", ""),
        ("tile_2048_10m", ""),
        ("tile_2048_1024", ""),
        ("2013-2014", ""),
        ("201309_201408", ""),
        ("20130914256199", ""),
        ("2013-9-145", ""),
        ("XL71119038_03820030206", ""),
        ("", ""),
    ],
)
def test_dates_in_texts(text, found):
    assert date_in(text) == found


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_is_found_however_it_is_written(day):
    joined = (f"x_{day:%Y%m%d}T1", f"{day:%Y%m%d}235959", f"L71119038_038{day:%Y%m%d}")
    divided = (day.isoformat(), f"{day:%Y.%m.%d}", f"{day:%d.%m.%Y}", f"{day.year}-{day.month}-{day.day}")
    for text in (*joined, *divided, f"M.A{day:%Y%j}.v", f"{day:%Y_%j}"):
        assert date_in(text) == day.isoformat()


@given(st.dates(date(1980, 1, 1), date(2099, 12, 31)))
def test_a_month_stands_for_its_first_day_and_only_without_a_day(day):
    first = day.replace(day=1).isoformat()
    for text in (f"NDVI_{day:%Y-%m}", f"NDVI{day:%Y%m}", f"x_{day:%Y_%m}_y"):
        assert month_in(text) == date_in(text) == first and day_in(text) == ""
        assert date_in(f"{text} 14.09.2013") == "2013-09-14"


def test_dates_in_metadata():
    assert date_of({"TIFFTAG_DATETIME": "2020:01:05 00:00:00", "ACQUISITIONDATETIME": "2019-12-30 10:00"}) == (
        "2019-12-30"
    )
    made = {"TIFFTAG_DATETIME": "2020:01:05 00:00:00"}
    assert (date_of(made), file_date(made), file_date({})) == ("", "2020-01-05", "")
    assert date_of({"RANGEBEGINNINGDATE": "2013-09-14"}) == "2013-09-14"
    days = {"time#units": "days since 1970-01-01 00:00:00"}
    assert date_of({"NETCDF_DIM_time": "15962"}, days) == "2013-09-14"
    assert date_of({"NETCDF_DIM_time": "24.5"}, {"time#units": "hours since 2000-01-01"}) == "2000-01-02"
    assert date_of({"NETCDF_DIM_time": "1"}, {"time#units": "fortnights since 2000-01-01"}) == ""
    assert date_of({"NETCDF_DIM_time": "15962"}, {"time#units": "days since 1970-1-1 0:0:0"}) == "2013-09-14"
    for name in ("t", "date", "day", "Time_1"):
        levels = {"NETCDF_DIM_level": "2", "level#units": "hPa"}
        assert date_of({**levels, f"NETCDF_DIM_{name}": "1"}, {f"{name}#units": "day since 2000-1-1"}) == "2000-01-02"
    assert date_of({"NETCDF_DIM_t": "1"}, {"time#units": "days since 2000-01-01"}) == ""
    assert date_of({"comment": "made on 2020-01-01"}) == ""


def test_typed_dates():
    assert typed_dates("  ", 3) == ()
    assert typed_dates("2013-09-14, 20130930;2013.10.16", 3) == ("2013-09-14", "2013-09-30", "2013-10-16")
    assert typed_dates("2013-09-14/P16D", 3) == ("2013-09-14", "2013-09-30", "2013-10-16")
    assert typed_dates("2020-01-31 / 1M", 3) == ("2020-01-31", "2020-02-29", "2020-03-31")
    assert typed_dates("2020-02-29/P1Y", 2) == ("2020-02-29", "2021-02-28")
    weeks = typed_dates("2020-01-01/P2W", 27)
    assert {date.fromisoformat(b) - date.fromisoformat(a) for a, b in zip(weeks, weeks[1:])} == {timedelta(14)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2013-09-14, yesterday", "'yesterday' is not a date"),
        ("2013-09-14, 2013-09-14", "names 2013-09-14 twice"),
        ("2013-09-14", r"names 1 date\(s\), and there are 2"),
        ("2013-09-14/16", "first date and a step"),
        ("soon/P1D", "first date and a step"),
        ("2013-09-14/P0D", "first date and a step"),
        ("2013-09-14/P9999Y", "beyond the year 9999"),
    ],
)
def test_what_is_typed_wrong_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        typed_dates(text, 2)


def test_a_series_takes_the_first_kind_that_tells_its_dates_apart():
    same, files, half = ("2020-01-01",) * 2, ("2019-05-01", "2019-06-01"), ("2019-05-02", "")
    assert whole_series([same, files, half]) == files
    assert whole_series([half, ("", "2019-06-02")]) == ("2019-05-02", "2019-06-02")
    assert whole_series([same]) == ("", "") and whole_series([("2020-01-01",)]) == ("2020-01-01",)
    assert whole_series([half, ("", "")]) == half
