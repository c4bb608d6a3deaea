"""What a model's training data looked like, so that other data are told from it. Standard library only.

The statistics are those of ``radiometry.domain``: of blocks of pixels, as the network sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PER_BAND = 3  # mean, spread and roughness
LARGEST = 512  # statistics: a model of more has no domain
NUMBERS = 1024  # of all components together: what a card may grow by


@dataclass(frozen=True)
class Domain:
    """The distribution of d block statistics in training, and the distance within which nearly all lie.

    ``mean`` and ``std``: (d,) of the statistics; ``components``: (k, d), principal components of the standardised
    ones, with their ``variances`` (k,); ``rest``: variance along every other direction. ``limit``: the Mahalanobis
    distance that the fraction ``within`` of the validation blocks do not exceed. ``flattest``: the largest
    ``radiometry.flatness`` of a training image; None where images are not stretched by their own percentiles.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    components: tuple[tuple[float, ...], ...]
    variances: tuple[float, ...]
    rest: float
    limit: float
    within: float
    flattest: float | None = None


def pairs_of(shapes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The bands that are correlated with one another: neighbours of one date, and a band with itself a date later.

    ``shapes``: (dates, bands) of each input; bands are counted through all dates and inputs.
    """
    found, first = [], 0
    for dates, bands in shapes:
        numbers = range(first, first + dates * bands)
        found += [(n, n + 1) for n in numbers if (n - first + 1) % bands]
        found += [(n, n + bands) for n in numbers if n + bands in numbers]
        first = numbers.stop
    return found


def statistics_count(shapes: Sequence[tuple[int, int]]) -> int:
    """How many statistics a block of a model's inputs has; ``shapes``: (dates, bands) of each."""
    return PER_BAND * sum(dates * bands for dates, bands in shapes) + len(pairs_of(shapes))


def components_kept(count: int) -> int:
    """How many principal components a card keeps of so many statistics."""
    return min(count, max(1, NUMBERS // count))
