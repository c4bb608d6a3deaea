"""Trainings whose outcome is asserted: tried from several seeds (--seeds), and how near to its bound each came.

A test that takes ``training_seed`` is one of them (``-m trains``); ``make test-robust`` runs just those.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, metavar="N", help="train from so many seeds, and tell the margins")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    count = metafunc.config.getoption("seeds")
    if "training_seed" in metafunc.fixturenames and count > 1:
        metafunc.parametrize("training_seed", range(count), ids="seed{}".format, indirect=True, scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    if "training_seed" in getattr(item, "fixturenames", ()):
        item.add_marker("trains")


@pytest.fixture(scope="session")
def training_seed(request: pytest.FixtureRequest) -> int:
    """The seed of a training whose outcome is asserted."""
    return getattr(request, "param", 0)


@pytest.fixture
def reached(request: pytest.FixtureRequest) -> Callable[..., bool]:
    """``assert reached(what, value, above=bound)`` or ``below=bound``: whether a training came to that; keeps both."""

    def reached(what: str, value: float, above: float | None = None, below: float | None = None) -> bool:
        sign, bound = (">", above) if below is None else ("<", below)
        assert bound is not None
        request.node.user_properties.append(("reached", (request.node.originalname, what, float(value), sign, bound)))
        return value > bound if sign == ">" else value < bound

    return reached


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("seeds") == 1:
        return
    came_to: dict[tuple[str, str, str, float], list[float]] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, reached in report.user_properties:
            if name == "reached" and report.when == "call":
                test, what, value, sign, bound = reached
                came_to.setdefault((test, what, sign, bound), []).append(value)
    terminalreporter.section("the worst that trainings came to")
    for (test, what, sign, bound), values in sorted(came_to.items()):
        worst = min(values) if sign == ">" else max(values)
        terminalreporter.line(f"{test}: {what} {worst:.4g} {sign} {bound:g} ({len(values)} trainings)")
