"""Dates of rasters: in names, band descriptions and metadata, or typed by the user. Standard library only.

A date is a text, yyyy-mm-dd; '' where none is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from .errors import InputError

CALENDAR = (  # each with year, month and day, by name
    re.compile(r"(?<!\d)(?P<y>\d{4})([-_.:/]?)(?P<m>\d\d)\2(?P<d>\d\d)(?!\d)"),  # 2013-09-14, 20130914T101500
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?=(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}(?!\d))"),  # …101500
    re.compile(r"(?<![A-Za-z0-9])L\d{7,8}_\d{3}(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),  # L71119038_03820030206
    re.compile(r"(?<![\dvV.])(?P<y>\d{4})([-./])(?P<m>\d\d?)\2(?P<d>\d\d?)(?!\d|\.\d)"),  # 2013-9-14
    re.compile(r"(?<![\dvV.])(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})(?!\d|\.\d)"),  # 14.09.2013
)
DAY_OF_YEAR = re.compile(  # A2013257 of MODIS, doy2013257 of AppEEARS, 2013_257 and 2013-257
    r"(?:(?<![A-Za-z0-9])A|doy)(\d{4})(\d{3})(?!\d)|(?<!\d)(\d{4})[-_](\d{3})(?!\d)", re.IGNORECASE
)
OLD_LANDSAT = re.compile(r"(?<![A-Za-z0-9])L[A-Z]\d\d{6}(\d{4})(\d{3})[A-Z]{3}\d{2}")  # LC82260682013241LGN00
MONTH = re.compile(r"(?<![\dTvV])((?:19[89]|20\d)\d)([-_]?)(0[1-9]|1[0-2])(?![A-Za-z0-9]|\2\d)")  # 2013-09, 201309
EARLIEST, LATEST = 1900, 2100  # years: other numbers of eight digits are no dates
KEYS = (  # metadata of when an image was taken
    "acquisitiondatetime",
    "acquisitiondate",
    "dateacquired",
    "sensingtime",
    "datatakesensingstart",
    "productstarttime",
    "rangebeginningdate",
    "startdatetime",
    "datetime",
    "date",
)
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}  # of CF times
STEP = re.compile(r"P?(\d+)\s*([DWMY])", re.IGNORECASE)


def date_in(text: str) -> str:
    """The first date in a text, else the first day of the month that it names."""
    return day_in(text) or month_in(text)


def day_in(text: str) -> str:
    """The first date in a text: 'NDVI_20160913', 'S2A_MSIL2A_20230415T101021_…', 'MOD13Q1.A2013257.h12v10'."""
    for pattern in CALENDAR:
        for match in pattern.finditer(text):
            if found := _calendar(int(match["y"]), int(match["m"]), int(match["d"])):
                return found
    for pattern in (OLD_LANDSAT, DAY_OF_YEAR):
        for match in pattern.finditer(text):
            year, number = (int(group) for group in match.groups() if group)
            if found := _of_year(year, number):
                return found
    return ""


def month_in(text: str) -> str:
    """The first day of the one month that a text names: 'NDVI_2013-09', '201309'; '' where it names several."""
    found = {(year, month) for year, _, month in MONTH.findall(text)}
    return "-".join((*found.pop(), "01")) if len(found) == 1 else ""


def date_of(metadata: Mapping[str, str], common: Mapping[str, str] | None = None) -> str:
    """The date in GDAL's metadata of a raster or of a band, by the names that products give it.

    ``common``: the raster's, which says the unit of a netCDF band's dimension, such as NETCDF_DIM_time (CF: 'days since
    1970-01-01').
    """
    known = _plain(metadata)
    for key in KEYS:
        if found := date_in(known.get(key, "")):
            return found
    for key, value in metadata.items():
        _, dimension, name = key.partition("NETCDF_DIM_")
        if dimension and (found := _cf_time(value, (common or {}).get(f"{name}#units", ""))):
            return found
    return ""


def months_of(names: Sequence[str]) -> list[int]:
    """The month of each date, 1 to 12; [] where a name has none."""
    dates = [date_in(name) for name in names]
    return [int(date[5:7]) for date in dates] if all(dates) else []


def file_date(metadata: Mapping[str, str]) -> str:
    """The date in GDAL's metadata on which a TIFF was made: seldom the date of the image."""
    return day_in(_plain(metadata).get("tifftagdatetime", ""))


def typed_dates(text: str, count: int) -> tuple[str, ...]:
    """The dates that the user typed for ``count`` layers or bands, in their order; () for an empty text.

    Either all of them, divided by commas, or the first and the step: '2013-09-14/P16D' (D days, W weeks, M months, Y
    years). InputError for what is neither, dates that repeat, or another number of them.
    """
    if not text.strip():
        return ()
    start, slash, step = text.partition("/")
    if slash:
        return _stepped(start, step, count)
    words = [word for word in re.split(r"[,;\s]+", text.strip()) if word]
    found = tuple(date_in(word) for word in words)
    wrong = [word for word, known in zip(words, found) if not known]
    if wrong:
        raise InputError(f"DATES: '{wrong[0]}' is not a date.", "Write dates as 2013-09-14, divided by commas.")
    if len(set(found)) < len(found):
        twice = next(known for known in found if found.count(known) > 1)
        raise InputError(f"DATES names {twice} twice.", "Give each date once.")
    if len(found) != count:
        hint = "Give one for each, in their order, or the first and the step: 2013-09-14/P16D."
        raise InputError(f"DATES names {len(found)} date(s), and there are {count}.", hint)
    return found


def whole_series(kinds: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The dates of a series from the first kind of source that knows all of them and in which all differ.

    ``kinds``: dates by layer name, by file name, … Where no kind serves alone, each date is the first one known; ''
    where there is none, or all are the same.
    """
    found = [tuple(dates) for dates in kinds]
    for dates in found:
        if all(dates) and (len(set(dates)) > 1 or len(dates) == 1):
            return dates
    mixed = tuple(next((known for known in places if known), "") for places in zip(*found))
    return mixed if len(set(mixed)) > 1 or len(mixed) == 1 else ("",) * len(mixed)


def _stepped(start: str, step: str, count: int) -> tuple[str, ...]:
    first, match = date_in(start), STEP.fullmatch(step.strip())
    if not first or not match or not int(match[1]):
        problem = f"DATES: '{start}/{step}' is not a first date and a step."
        raise InputError(problem, "Write the first date, a stroke and the step, such as 2013-09-14/P16D or /P1M.")
    begin, number, unit = date.fromisoformat(first), int(match[1]), match[2].upper()
    try:
        if unit in "DW":
            days = number * (7 if unit == "W" else 1)
            return tuple((begin + timedelta(days * i)).isoformat() for i in range(count))
        months = number * (12 if unit == "Y" else 1)
        return tuple(_months_later(begin, months * i).isoformat() for i in range(count))
    except (OverflowError, ValueError):
        problem = f"DATES: {count} steps of {step.strip()} go beyond the year 9999."
        raise InputError(problem, "Check the step.") from None


def _months_later(begin: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    month = begin.month - 1 + months
    year, month = begin.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(1)).day
    return date(year, month, min(begin.day, last))


def _calendar(year: int, month: int, day: int) -> str:
    if not EARLIEST <= year <= LATEST:
        return ""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _of_year(year: int, number: int) -> str:
    """The date of a day of a year, from 1."""
    if not EARLIEST <= year <= LATEST or number < 1:
        return ""
    found = date(year, 1, 1) + timedelta(number - 1)
    return found.isoformat() if found.year == year else ""


def _plain(metadata: Mapping[str, str]) -> dict[str, str]:
    """With nothing but small letters in the keys."""
    return {re.sub(r"[^a-z]", "", key.lower()): value for key, value in metadata.items()}


def _cf_time(value: str, units: str) -> str:
    unit, _, since = units.partition(" since ")
    start = day_in(since)
    try:
        seconds = float(value) * UNITS[unit.strip().lower().removesuffix("s")]
        return (datetime.fromisoformat(start) + timedelta(seconds=seconds)).date().isoformat()
    except (KeyError, ValueError, OverflowError):
        return ""
