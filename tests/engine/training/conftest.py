"""What the trainings of all tests do less of."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.runtime import engine_choice


@pytest.fixture(autouse=True, scope="module")
def one_round():
    """The engine of a new model is chosen by one run of each: here it may be either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_choice, "ROUNDS", 1)
        yield
