"""Estimators of scikit-learn by the names of the table of classifiers, and the parameters that are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, ModelError

FOLDS = 3  # of the training pixels, by which an SVM's scores become probabilities
COSTS = {"svm-rbf": (1.0, 10.0, 100.0), "svm-linear": (0.01, 0.1, 1.0, 10.0)}
GAMMAS = (1.0, 0.25)  # times 1 / number of features, which suits standardised ones
LEAVES = {"random-forest": (1, 2, 4), "gradient-boosting": (5, 20)}  # least training pixels of a leaf
TREES = 200

Parameters = Mapping[str, float]


def candidates(method: str, given: Parameters, features: int) -> Iterator[Parameters]:
    """The parameters to try: those ``given`` as they are, the others from a small grid."""
    if method in COSTS:
        costs = (given["cost"],) if "cost" in given else COSTS[method]
        if method == "svm-linear":
            yield from ({"cost": cost} for cost in costs)
            return
        gammas = (given["gamma"],) if "gamma" in given else tuple(factor / features for factor in GAMMAS)
        yield from ({"cost": cost, "gamma": gamma} for cost, gamma in product(costs, gammas))
        return
    leaves = (int(given["leaf"]),) if "leaf" in given else LEAVES[method]
    yield from ({"trees": int(given.get("trees", TREES)), "leaf": leaf} for leaf in leaves)


def estimator(method: str, parameters: Parameters, seed: int, threads: int) -> Any:
    """A new estimator without probabilities, which is fast to try."""
    library()
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.svm import SVC, LinearSVC

    make: Mapping[str, Callable[..., Any]] = {
        "svm-rbf": lambda cost, gamma: SVC(C=cost, gamma=gamma, cache_size=400),
        "svm-linear": lambda cost: LinearSVC(C=cost, dual=False, random_state=seed),
        "random-forest": lambda trees, leaf: RandomForestClassifier(
            trees, min_samples_leaf=leaf, random_state=seed, n_jobs=threads
        ),
        "gradient-boosting": lambda trees, leaf: HistGradientBoostingClassifier(
            max_iter=trees, min_samples_leaf=leaf, early_stopping=False, random_state=seed
        ),
    }
    return make[method](**parameters)


def fitted(method: str, parameters: Parameters, seed: int, threads: int, values: NDArray, classes: NDArray) -> Any:
    """An estimator with probabilities, fitted to ``values`` (n, features) float32 and ``classes`` (n,).

    Scores of support vector machines become probabilities by a sigmoid for each class, fitted on held-out folds of the
    training pixels (Platt 1999; several classes as in Zadrozny, Elkan 2002, doi:10.1145/775047.775151). InputError for
    a class with fewer pixels than there are folds.
    """
    made = estimator(method, parameters, seed, threads)
    if method in COSTS:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.model_selection import StratifiedKFold

        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        made = CalibratedClassifierCV(made, method="sigmoid", cv=folds, ensemble=False)
    return made.fit(values, classes)


def check_counts(method: str, classes: NDArray, names: list[str]) -> None:
    """InputError for a class with too few training pixels."""
    counts = np.bincount(classes, minlength=len(names))
    least = FOLDS if method in COSTS else 1
    for name, count in zip(names, counts):
        if count < least:
            raise InputError(
                f"Class '{name}' has {count} training pixel(s), and {least} at least are needed.",
                "Label more of it, leave it out, or divide the data otherwise (SPLIT, SEED).",
            )


def library() -> str:
    """The version of scikit-learn. ModelError where it is not installed."""
    try:
        import sklearn
    except ImportError:
        raise ModelError(
            "scikit-learn, which fits these classifiers, is not installed in the worker's environment.",
            "Run 'Set up environment' again; models that were fitted before still run without it.",
        ) from None
    return str(sklearn.__version__)
