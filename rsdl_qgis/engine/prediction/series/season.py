"""Matching the dates of a series with the dates that a model was trained on. Standard library only.

A model of one season serves the same season of any year: the series is moved by whole years, each day keeping its
number in the year, to where it gives the most of the model's dates. A series that then has all of the model's dates, to
a day (of a leap year), and no others, is taken as it is. Else the value at a model's date is interpolated linearly in
time between the nearest valid dates around it, if these lie at most ``LONGEST_GAP`` of the model's steps apart; else it
is that of the nearest valid date within ``NEAREST`` of a step; else the date is missing, as a cloudy one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from ...errors import MismatchError

LONGEST_GAP, NEAREST = 2.0, 0.5  # of the median time between the model's dates
LONE_STEP = 16  # days, for a model of one date
LEAP = 1  # days by which the same dates of two years may differ


@dataclass(frozen=True)
class Season:
    """The dates of a series, brought to a model's: all in days.

    ``targets``: the model's dates; ``days``: those of the series in use, in order, and ``used`` which of the given ones
    they are; ``years``: by how many they were moved. ``gap`` and ``nearest``: what may be interpolated over, and how
    far away a lone date may be; both 0 where the series has just the model's dates, which are taken as they are.
    """

    targets: tuple[int, ...]
    days: tuple[int, ...]
    used: tuple[int, ...]
    gap: float = 0.0
    nearest: float = 0.0
    years: int = 0

    def before(self, target: int) -> list[int]:
        """Which of ``days`` are not after a target, and near enough to matter; the nearest first."""
        reach = max(self.gap, self.nearest)
        near = [j for j, day in enumerate(self.days) if 0 <= target - day <= reach]
        return sorted(near, key=lambda j: (target - self.days[j], j))

    def after(self, target: int) -> list[int]:
        """Which of ``days`` are not before a target, and near enough to matter; the nearest first."""
        reach = max(self.gap, self.nearest)
        near = [j for j, day in enumerate(self.days) if 0 <= day - target <= reach]
        return sorted(near, key=lambda j: (self.days[j] - target, j))

    def sources(self, target: int) -> list[int]:
        """Which of ``days`` a target is made of where all are valid; none where it is missing."""
        before, after = self.before(target)[:1], self.after(target)[:1]
        if before and after and self.days[after[0]] - self.days[before[0]] <= self.gap:
            return before if self.days[before[0]] == target else [*before, *after]
        near = [j for j in (*before, *after) if abs(self.days[j] - target) <= self.nearest]
        return sorted(near, key=lambda j: abs(self.days[j] - target))[:1]

    @property
    def missing(self) -> list[int]:
        """Which of the model's dates the series does not have."""
        return [t for t, target in enumerate(self.targets) if not self.sources(target)]


def in_order(count: int) -> Season:
    """The season of a series whose dates are the model's by their order alone."""
    return Season(tuple(range(count)), tuple(range(count)), tuple(range(count)))


def matched_season(model: Sequence[str], given: Sequence[str]) -> Season:
    """How the dates of a series stand for a model's; all are yyyy-mm-dd.

    Of the moves by whole years it is the one that gives the most of the model's dates, then the one whose dates are the
    nearest to them (on average, in quarters of the model's step), then the latest season. MismatchError where no date
    can stand for any.
    """
    wanted = [date.fromisoformat(text) for text in model]
    dates = [date.fromisoformat(text) for text in given]
    most = max(wanted).year - min(dates).year + 1
    least = min(wanted).year - max(dates).year - 1
    step = _step(wanted)
    seasons = [_moved(wanted, dates, years, step) for years in range(least, most + 1)]
    best = min(seasons, key=lambda season: (len(season.missing), _distance(season, step), season.years))
    if len(best.missing) == len(wanted):
        raise MismatchError(
            f"The series has dates from {min(given)} to {max(given)}, and none of them lies near the model's, which go "
            f"from {min(model)} to {max(model)}, in any year.",
            "Give a series of the same time of the year, or its right dates in DATES.",
        )
    return best


def _step(wanted: Sequence[date]) -> float:
    """The median time between dates, in days."""
    ordered = sorted(wanted)
    steps = [(later - earlier).days for earlier, later in zip(ordered, ordered[1:])]
    return max(median(steps), 1) if steps else LONE_STEP


def _moved(wanted: Sequence[date], dates: Sequence[date], years: int, step: float) -> Season:
    targets = tuple(day.toordinal() for day in wanted)
    gap, nearest = LONGEST_GAP * step, NEAREST * step
    days = {j: _years_later(day, years) for j, day in enumerate(dates)}
    inside = {j for j, day in days.items() if min(targets) - nearest <= day <= max(targets) + nearest}
    same = {j: next((target for target in targets if abs(days[j] - target) <= LEAP), None) for j in inside}
    if step > 2 * LEAP and None not in same.values():
        days |= {j: target for j, target in same.items() if target is not None}
        if set(targets) <= set(same.values()):
            gap = nearest = 0.0
    near = [j for j, day in days.items() if any(abs(day - target) <= max(gap, nearest) for target in targets)]
    used = sorted(near, key=lambda j: (days[j], j))
    return Season(targets, tuple(days[j] for j in used), tuple(used), gap, nearest, years)


def _years_later(day: date, years: int) -> int:
    """The day of the same number in a year so many years later: composites of n days begin again each year."""
    if not 1 <= day.year + years <= 9998:
        return day.toordinal() + round(365.2425 * years)
    number = day.timetuple().tm_yday
    return (date(day.year + years, 1, 1) + timedelta(number - 1)).toordinal()


def _distance(season: Season, step: float) -> int:
    """Quarters of the model's step between its dates and the nearest of those they are made of, on average."""
    nearest = [min(abs(season.days[j] - t) for j in found) for t in season.targets if (found := season.sources(t))]
    return int(4 * sum(nearest) / len(nearest) / step) if nearest else 0
