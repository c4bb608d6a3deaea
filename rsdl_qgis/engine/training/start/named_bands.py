"""What networks of named bands and months are told about their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...cards.card import Input
from ...dates import months_of
from ...networks import option_names


def told(
    name: str, options: Mapping[str, Any], inputs: Sequence[Input], asked: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A network's options with ``bands`` and ``months`` of these inputs, where it has such options.

    ``bands``: the names of all inputs' bands, in order. ``months``: of each date, 1 to 12, where all dates' names have
    one. ``asked``: what a person gives, which stays; what ``options`` have from a base model does not.
    """
    known, longest = option_names(name), max(inputs, key=lambda item: len(item.dates))
    found = {"bands": [band.name for item in inputs for band in item.bands], "months": months_of(longest.dates)}
    kept = {key: value for key, value in options.items() if key not in found}
    return {**kept, **{key: value for key, value in found.items() if value and key in known}, **(asked or {})}
