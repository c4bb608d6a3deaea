"""The requests of the jobs that draw a sample and estimate from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import InputError
from ...job.common import SAMPLING
from ...job.table import some
from ...vector.vector_file import VectorFile
from ..requests import Area, MapLayer, title_of


@dataclass(frozen=True)
class DrawRequest:
    """What a sample is drawn from, and how; see ``SAMPLING`` for the defaults. ``size`` None: from the error."""

    layer: MapLayer
    strata: MapLayer | None
    area: Area
    output: str
    design: str
    allocation: str
    standard_error: float
    expected: str
    seed: int
    size: int | None = None
    minimum: int | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> DrawRequest:
        """The request in a job's arguments. InputError for what cannot be."""
        layers = {name: MapLayer.of(arguments[name]) for name in ("map", "strata") if arguments.get(name)}
        rest = [name for name in SAMPLING if name not in ("map", "strata")]
        given = {name: SAMPLING[name].default for name in rest} | some(SAMPLING, rest, arguments)
        if "strata" in layers and given["design"] != "stratified":
            raise InputError(
                f"STRATA is for stratified samples, and DESIGN is {given['design']}.",
                "Choose DESIGN=stratified, or leave STRATA empty.",
            )
        return cls(layers["map"], layers.get("strata"), Area.of(arguments), output=str(arguments["output"]), **given)

    @property
    def divided(self) -> bool:
        """Whether there are strata."""
        return self.design == "stratified"


@dataclass(frozen=True)
class SampleLayer:
    """The points of a sample; ``fields``: what its fields (``fields.NAMES``) are called in the file."""

    file: VectorFile
    title: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> SampleLayer:
        return cls(VectorFile.of(spec), title_of(spec), dict(spec.get("fields") or {}))

    @classmethod
    def reference(cls, layer: MapLayer) -> SampleLayer:
        """The points of a reference, whose class field has the answers."""
        return cls(layer.file, layer.title, {"reference": layer.class_field} if layer.class_field else {})

    def field(self, name: str) -> str:
        """The name in the file of one of the sample's fields."""
        return self.fields.get(name) or name
