"""What networks of named bands and months are told about their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...cards.card import Input
from ...dates import months_of
from ...networks import NETWORKS, option_names


def told(
    name: str, options: Mapping[str, Any], inputs: Sequence[Input], asked: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A network's options with ``bands`` and ``months`` of these inputs, where it has such options.

    ``bands``: the names of all inputs' bands, in order. ``months``: of each date, 1 to 12, where all dates' names have
    one. An encoder that is an option of the network is told of them in its own options. ``asked``: what a person gives,
    which stays; what ``options`` have from a base model does not.
    """
    known, longest = option_names(name), max(inputs, key=lambda item: len(item.dates))
    found = {"bands": [band.name for item in inputs for band in item.bands], "months": months_of(longest.dates)}
    kept = {key: value for key, value in options.items() if key not in found}
    encoder = str(options.get("encoder") or next(iter(NETWORKS[name].choices.get("encoder", ())), ""))
    if "encoder_options" in known and encoder in NETWORKS:
        inner = told(encoder, options.get("encoder_options") or {}, inputs, (asked or {}).get("encoder_options"))
        kept |= {"encoder_options": inner} if inner else {}
        asked = {key: value for key, value in (asked or {}).items() if key != "encoder_options"}
    return {**kept, **{key: value for key, value in found.items() if value and key in known}, **(asked or {})}
