"""How the dates of a series stand for a model's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.prediction.series.season import in_order, matched_season


def modis(year):
    """The composites of 16 days from September of a year to August of the next: they start anew each year."""
    starts = [*((year, n) for n in range(257, 366, 16)), *((year + 1, n) for n in range(1, 257, 16))]
    return [(date(y, 1, 1) + timedelta(n - 1)).isoformat() for y, n in starts]


MODEL = modis(2013)


def test_the_models_own_dates_are_taken_as_they_are():
    season = matched_season(MODEL, MODEL)
    assert (season.years, season.gap, season.nearest) == (0, 0, 0) and season.days == season.targets
    assert [season.sources(t) for t in season.targets] == [[j] for j in range(23)] and not season.missing


@pytest.mark.parametrize("year", [1999, 2012, 2015, 2016, 2023])
def test_a_model_of_one_season_serves_another_year(year):
    given = modis(year)
    season = matched_season(MODEL, [*given[5:], *given[:5]])
    assert season.years == 2013 - year and season.gap == 0 and not season.missing
    assert season.days == season.targets and [(j + 5) % 23 for j in season.used] == list(range(23))


def test_firsts_of_months_are_the_same_in_a_leap_year():
    months = [f"2015-{m:02d}-01" for m in range(1, 13)]
    season = matched_season(months, [text.replace("2015", "2016") for text in months])
    assert season.gap == 0 and season.days == season.targets


def test_a_date_without_a_layer_is_interpolated_and_two_in_a_row_are_missing():
    season = matched_season(MODEL, MODEL[:3] + MODEL[4:])
    assert not season.missing and season.gap == 32
    assert [season.sources(t) for t in season.targets[2:5]] == [[2], [2, 3], [3]]
    season = matched_season(MODEL, MODEL[:3] + MODEL[5:])
    assert season.missing == [3, 4]


def test_other_dates_are_interpolated_over_gaps_of_two_steps_and_taken_within_half_a_step():
    model = ["2020-03-01", "2020-03-11", "2020-03-21", "2020-03-31", "2020-04-10"]
    season = matched_season(model, ["2020-02-26", "2020-03-15", "2020-04-01"])
    days = [(date.fromordinal(d)).isoformat() for d in season.days]
    assert days == ["2020-02-26", "2020-03-15", "2020-04-01"] and (season.gap, season.nearest) == (20, 5)
    assert [season.sources(t) for t in season.targets] == [[0, 1], [0, 1], [1, 2], [1, 2], []]
    season = matched_season(model, ["2020-02-15", "2020-03-15", "2020-04-01"])
    assert [season.sources(t) for t in season.targets] == [[], [1], [1, 2], [1, 2], []]


def test_of_several_seasons_the_latest_that_fits_as_well_is_taken():
    long = [(date(2015, 1, 1) + timedelta(5 * i)).isoformat() for i in range(300)]  # to February 2019
    season = matched_season(MODEL, long)
    used = [long[j] for j in season.used]
    assert season.years == -4 and not season.missing
    assert "2017-08" <= used[0] < "2017-09-14" and "2018-08-29" < used[-1] < "2018-10"
    assert matched_season(MODEL, long[::-1]).days == season.days


def test_a_series_of_another_time_of_the_year_is_refused():
    summer, winter = ["2020-06-01", "2020-06-11"], ["2021-12-01", "2021-12-11"]
    with pytest.raises(MismatchError, match=r"2021-12-01 to 2021-12-11.*from 2020-06-01 to 2020-06-11"):
        matched_season(summer, winter)


@settings(max_examples=25)
@given(st.lists(st.dates(date(1980, 1, 1), date(2040, 1, 1)), min_size=1, max_size=8, unique=True), st.randoms())
def test_the_order_of_the_layers_does_not_matter(days, random):
    texts = [day.isoformat() for day in days]
    shuffled = random.sample(texts, len(texts))
    try:
        season = matched_season(MODEL, texts)
    except MismatchError:
        with pytest.raises(MismatchError):
            matched_season(MODEL, shuffled)
        return
    other = matched_season(MODEL, shuffled)
    assert other.days == season.days and other.years == season.years
    assert [shuffled[j] for j in other.used] == [texts[j] for j in season.used]
    for t in season.targets:
        assert all(abs(season.days[j] - t) <= max(season.gap, season.nearest) for j in season.sources(t))


def test_without_dates_the_order_counts():
    season = in_order(3)
    assert [season.sources(t) for t in season.targets] == [[0], [1], [2]] and season.used == (0, 1, 2)
