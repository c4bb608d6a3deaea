"""What is a model's name, and the name nearest to any text."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.cards.names import LONGEST, as_model_name, check_model_name, is_model_name, is_safe_title
from rsdl_qgis.engine.errors import ModelError


@pytest.mark.parametrize("name", ["flood-s1s2", "a", "A_1.2", "Wälder", "δάσος", "-x", "a" * LONGEST])
def test_names(name):
    assert check_model_name(name) == as_model_name(name) or name == "-x"
    assert is_safe_title(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "a/b", "a\\b", "../a", "/a", "C:a", "a b", "a\0", "a\n", "CON", "nul.txt", "com1", "a.",
     "lpt¹.x", "a" * (LONGEST + 1), "a*"],
)  # fmt: skip
def test_no_names(name):
    assert not is_model_name(name)
    with pytest.raises(ModelError, match="is not a model's name"):
        check_model_name(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("model é", "model-é"),
        ("model e\u0301", "model-é"),  # as macOS writes it
        ("my model (2)", "my-model-2"),
        ("../../victim", "victim"),
        ("...", "model"),
        ("", "model"),
        ("con", "model-con"),
        ("x" * 300, "x" * LONGEST),
    ],
)
def test_the_nearest_name(text, name):
    assert as_model_name(text) == name and is_model_name(name)


@pytest.mark.parametrize(
    "title", ["../../victim", "/victim", "a\\b", "C:x", "", " ", ".", "..", ".x", "NUL", "a\0", "\ud800"]
)
def test_titles_that_are_paths_or_not_shown_are_not_safe(title):
    assert not is_safe_title(title)


def test_old_titles_stay_safe():
    assert is_safe_title("my model (2)") and is_safe_title("2020 δάσος")
