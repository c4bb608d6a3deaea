"""What networks of named bands and months are told about their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...cards.card import Input
from ...dates import date_in
from ...networks import option_names


def told(
    name: str, options: Mapping[str, Any], inputs: Sequence[Input], asked: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A network's options with ``bands`` and ``months`` of these inputs, where it has such options.

    ``bands``: the names of all inputs' bands, in order. ``months``: of each date, 1 to 12, where all dates' names have
    one. ``asked``: what a person gives, which stays; what ``options`` have from a base model does not.
    """
    known = option_names(name)
    found = {"bands": [band.name for item in inputs for band in item.bands], "months": months_of(inputs)}
    kept = {key: value for key, value in options.items() if key not in found}
    return {**kept, **{key: value for key, value in found.items() if value and key in known}, **(asked or {})}


def months_of(inputs: Sequence[Input]) -> list[int]:
    """The month of each date of the input with the most; [] where one's name has none."""
    dates = [date_in(name) for name in max(inputs, key=lambda item: len(item.dates)).dates]
    return [int(date[5:7]) for date in dates] if all(dates) else []
