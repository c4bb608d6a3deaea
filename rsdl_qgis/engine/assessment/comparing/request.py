"""The request of the job "compare_maps"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import InputError
from ..requests import MapLayer, MapRequest, Pair


@dataclass(frozen=True)
class CompareRequest:
    """Maps, of which the first is the one that the others are held against, and the reference.

    ``rules``: area and what counts as background, as in an assessment.
    """

    maps: tuple[MapLayer, ...]
    reference: MapLayer
    rules: MapRequest

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> CompareRequest:
        """The request in a job's arguments. InputError for what cannot be."""
        given = {name: value for name, value in arguments.items() if name not in ("report", "table")}
        rules = MapRequest.of({**given, "reference": [arguments["reference"]]})
        if len(rules.predicted) < 2:
            raise InputError("There is one map only.", "Choose two maps or more in PREDICTED.")
        return cls(rules.predicted, rules.reference[0], rules)

    @property
    def pairs(self) -> list[Pair]:
        """Each map with the reference."""
        return [Pair(layer, self.reference) for layer in self.maps]
