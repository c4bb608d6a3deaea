"""The table of classifiers that are fitted to single pixels, read by both sides. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Classifier:
    """A method: its title and paper, how many training pixels it takes by default and at most, and the names of the
    parameters that it heeds.
    """

    title: str
    source: str
    samples: int
    most: int
    heeds: tuple[str, ...]


CLASSIFIERS: Mapping[str, Classifier] = {
    "svm-rbf": Classifier(
        "support vector machine, RBF kernel", "Cortes, Vapnik 1995, doi:10.1007/BF00994018", 10_000, 50_000,
        ("cost", "gamma"),
    ),
    "svm-linear": Classifier(
        "support vector machine, linear", "Fan et al. 2008, LIBLINEAR, JMLR 9:1871", 50_000, 1_000_000, ("cost",)
    ),
    "random-forest": Classifier(
        "random forest", "Breiman 2001, doi:10.1023/A:1010933404324", 50_000, 500_000, ("trees", "leaf")
    ),
    "gradient-boosting": Classifier(
        "histogram gradient boosting", "Friedman 2001, doi:10.1214/aos/1013203451; bins as in LightGBM, Ke et al. 2017",
        50_000, 1_000_000, ("trees", "leaf"),
    ),
}  # fmt: skip
SHARES = ("proportional", "equal")  # how many training pixels of each class are drawn
