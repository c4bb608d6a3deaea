"""What is known of a model besides its tensors: by a person, or by a file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..cards.card import Band, Class
from ..cards.given.bands import bands_of
from ..cards.given.classes import classes_of
from ..cards.given.scaling import steps_of
from ..cards.steps import Step
from ..errors import ModelError
from .seen import Seen, seen_in


@dataclass(frozen=True)
class Facts:
    """None, or empty: not known.

    ``steps``: of the scaling, () for none. ``activation``: what makes probabilities of the network's numbers; 'none'
    where they are such already. ``layout``: the axes of its images, a value of ``tables.axes.AXES``. ``values``: names
    of a regression's numbers. ``nodata``: a stored number of the rasters. ``seen``: values of the layer to try it on,
    which is no fact of the model.
    """

    name: str | None = None
    title: str | None = None
    description: str | None = None
    network: str | None = None
    task: str | None = None
    bands: tuple[Band, ...] = ()
    classes: tuple[Class, ...] = ()
    steps: tuple[Step, ...] | None = None
    resolution: float | None = None
    tile_size: int | None = None
    output_index: int | None = None
    activation: str | None = None
    layout: str | None = None
    nodata: float | None = None
    threshold: float | None = None
    values: tuple[str, ...] = ()
    seen: Seen | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Facts:
        """What a person says in the arguments of a job. InputError, which names the parameter, for what is unclear."""
        said: dict[str, Any] = {name: given.get(name) for name in PLAIN}
        return cls(
            **said,
            bands=bands_of(given.get("bands") or ""),
            classes=classes_of(given.get("classes") or ""),
            steps=steps_of(given["scaling"]) if given.get("scaling") else None,
            seen=seen_in(given["sample"]) if given.get("sample") and not given.get("scaling") else None,
        )

    def over(self, other: Facts) -> Facts:
        """These facts, and the other's where there are none. ModelError where both state the axes, and not the same."""
        if self.layout and other.layout and self.layout != other.layout:
            text = f"LAYOUT is {self.layout}, but the order of the axes is known by the file itself."
            raise ModelError(text, "Leave LAYOUT empty.")
        made = replace(other, **{name: getattr(self, name) for name in self.stated})
        return replace(made, seen=self.seen or other.seen)

    @property
    def stated(self) -> tuple[str, ...]:
        """The names of the facts that are known."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        known = (n for n, v in values.items() if v is not None and (v != () or n == "steps"))
        return tuple(name for name in known if name != "seen")


PLAIN = ("name", "task", "network", "resolution", "tile_size", "output_index", "activation", "layout", "nodata")
