"""The model card: what a model takes and gives. Standard library only, so that QGIS can read it.

On disk it is a STAC Item of the Machine Learning Model extension (MLM 1.5) with ``rsdl:`` properties for what MLM has
no term for. Every exported ONNX carries the same item in its metadata under the key ``rsdl:card``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import MismatchError
from ..tables.axes import AXIS
from ..tables.tasks import task_of
from .domain import Domain
from .steps import Step

MLM_SCHEMA = "https://stac-extensions.github.io/mlm/v1.5.0/schema.json"
ONNX_FILE = "model.onnx"
WEIGHTS_FILE = "weights.safetensors"
CARD_FILE = "model.json"
CARD_KEY = "rsdl:card"  # of an ONNX file's metadata
METHODS = ("linear", "robust", "steps")  # of Scaling
ACTIVATIONS = ("softmax", "sigmoid", "identity")
ENGINES = ("onnx", "torch")
VALID = "valid"  # last input of a network for time series: which dates count


@dataclass(frozen=True)
class Band:
    """A band by its usual name, and the other names that rasters give it."""

    name: str
    aliases: tuple[str, ...] = ()

    def matches(self, description: str | None) -> bool:
        """Whether a raster's band description names this band.

        'B11', 'b11', 'S2 B11 (SWIR 1)', 'Sigma0_VV_db', 'L7 (0.66 micrometers)'.
        """
        if not description:
            return False
        words = re.findall("[a-z0-9]+", description.lower())
        names = [re.findall("[a-z0-9]+", name.lower()) for name in (self.name, *self.aliases)]
        joined = {"".join(name) for name in names}
        if not joined.isdisjoint(words) or "".join(words) in joined:
            return True
        return any(f" {' '.join(name)} " in f" {' '.join(words)} " for name in names if name)


@dataclass(frozen=True)
class Scaling:
    """How raster values become what the network saw in training.

    ``robust``: each band of each date by the ``low`` and ``high`` percentiles of the raster's own valid pixels to
    0..1, clipped to ``clip``; ``pooled``: of a band's dates together, so that changes between them stay visible.
    ``linear``: values divided by ``divisor``. Then, for both, minus ``mean``, over ``std`` (dates x bands).
    ``decibel``: the training data was backscatter in dB, linear backscatter is converted first.
    ``steps``: by the formula in ``steps`` (``cards.steps``), then minus ``mean``, over ``std``.
    """

    method: str = "linear"
    low: float = 2.0
    high: float = 98.0
    pooled: bool = False
    clip: tuple[float, float] | None = None
    divisor: float = 1.0
    mean: tuple[tuple[float, ...], ...] = ()
    std: tuple[tuple[float, ...], ...] = ()
    decibel: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Input:
    """One named input: a sensor, its dates and bands. ``nodata``: a stored number that is such in its rasters, too.

    ``level``: the reflectance of its training data, ``surface`` or ``top of the atmosphere``; '' where it is not known.
    """

    name: str
    bands: tuple[Band, ...]
    dates: tuple[str, ...] = ("image",)
    role: str = ""
    scaling: Scaling = field(default_factory=Scaling)
    nodata: float | None = None
    level: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        """(dates, bands)."""
        return len(self.dates), len(self.bands)


@dataclass(frozen=True)
class Class:
    """A class: its value in the class raster, its name, its colour as '#rrggbb'."""

    value: int
    name: str
    color: str


@dataclass(frozen=True)
class Tiling:
    """How a raster is cut for the network, in pixels.

    ``size``: of training; ``any_size``: other sizes, multiples of ``multiple``, work too; ``overlap``: the least of two
    tiles, by default; ``memory``: bytes the network needs for each pixel it runs, from which the largest tile follows.
    """

    size: int = 256
    overlap: int = 32
    multiple: int = 32
    any_size: bool = True
    memory: int = 600


def usual_overlap(size: int, any_size: bool, boxes: bool = False) -> int:
    """The least overlap in pixels of tiles, where nothing states it; ``size``: of the tile, or of training.

    For ``boxes``, 64: a smaller object is whole in one of two tiles. For maps, tiles of any size are chosen so that
    they share about 50 pixels, and those of a fixed 512 pixels share as many (docs/notes/tiles.md).
    """
    if boxes:
        return min(64, size // 4)
    return min(Tiling.overlap, size // 4) if any_size else size * 3 // 32


@dataclass(frozen=True)
class ModelCard:
    """What a model takes and gives. ``resolution`` in metres a pixel; ``resolution_tolerance`` is a factor.

    ``classes`` are empty for a regression, whose numbers are in ``unit`` and lay in ``value_range`` in training;
    ``values`` names the numbers of a pixel where there are several, and ``output_scale`` multiplies them.
    """

    name: str
    title: str
    inputs: tuple[Input, ...]
    classes: tuple[Class, ...]
    task: str = "segmentation"
    network: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    keywords: tuple[str, ...] = ()
    tiling: Tiling = field(default_factory=Tiling)
    resolution: float | None = None
    resolution_tolerance: float = 2.0
    activation: str = "softmax"  # of the network's output: softmax, sigmoid or identity; the ONNX has it inside
    temperature: float = 1.0  # what logits are divided by, so that probabilities are right; the ONNX has it inside
    threshold: float | None = None  # two classes: the second one's least probability; None = the likeliest class
    thresholds: tuple[float, ...] = ()  # the least probability of each label of a scene, or of each class of a map
    unit: str = ""
    value_range: tuple[float, float] | None = None
    values: tuple[str, ...] = ()
    output_scale: float = 1.0
    background: int | None = None  # the class that is not drawn as polygons
    half_precision: bool = True  # on a GPU
    axes: str = "NTCHW"  # of images as ONNX inputs; foreign models take NCHW
    output: str = ""  # what a foreign ONNX file gives, where its graph does not say: see ``runtime.onnx_form``
    iou: float | None = None  # of boxes: the overlap from which on one suppresses another
    output_index: int | None = None  # which of a foreign file's outputs counts, from 0; None: the first that fits
    domain: Domain | None = None  # what the training data looked like
    engine: str = "onnx"  # the faster one on a CPU, onnx or torch, as measured when the model was written
    sha256: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nodata(self) -> float:
        """Nodata of the map: of classes 255, or 65535 past 254 classes (DESIGN, validity); of numbers NaN."""
        if not self.classes:
            return math.nan
        return 255 if max(c.value for c in self.classes) < 255 else 65535

    @property
    def rule(self) -> float | tuple[float, ...] | None:
        """What ``evaluation.decision`` takes as the threshold of classes: one a class, or of the second of two."""
        return self.thresholds or (self.threshold if len(self.classes) == 2 else None)

    @property
    def channels(self) -> int:
        """Channels of the network's output: one a class, or one a number."""
        return len(self.classes) or len(self.values) or 1

    @property
    def tensors(self) -> dict[str, tuple[str, ...]]:
        """The network's inputs in order, and the axes of each."""
        if task_of(self.task).series:
            series = {item.name: ("batch", "time", "bands") for item in self.inputs}
            return {**series, VALID: ("batch", "time")}
        return {item.name: tuple(AXIS[letter] for letter in self.axes) for item in self.inputs}


RGB = ("red", "green", "blue")  # the bands of an RGB image


def channel_bands(count: int) -> tuple[Band, ...]:
    """The bands of a model that does not name them; three are red, green and blue."""
    shown = RGB if count == len(RGB) else ()
    return tuple(Band(f"channel {i + 1}", shown[i : i + 1]) for i in range(count))


def match_bands(
    wanted: Input, descriptions: Sequence[str | None], count: int, colours: Sequence[str] = ()
) -> tuple[int, ...]:
    """The raster bands (from 1) that are the input's bands: by description, else by colour, else in order when the
    counts agree.

    ``colours``: what each band shows by the file's colour interpretation: red, green, blue and so on, or ''.
    MismatchError names what the model needs and what the raster has.
    """
    filled = [text or colour for text, colour in zip(descriptions, colours)]
    for texts in (descriptions, filled, colours):
        if found := _named(wanted, texts):
            return found
    if count == len(wanted.bands):
        return tuple(range(1, count + 1))
    needs = ", ".join(band.name for band in wanted.bands)
    has = ", ".join(text or f"band {i + 1}" for i, text in enumerate(descriptions)) or f"{count} bands"
    raise MismatchError(
        f"The model needs {len(wanted.bands)} band(s) of {wanted.role or wanted.name} ({needs}), "
        f"and the raster has {count}: {has}.",
        "Choose another raster, or its bands by number in that order, where they are asked for.",
    )


def palette_bands(wanted: Input) -> tuple[int, ...]:
    """Which of red (1), green (2) and blue (3) an input's bands are; () where they are not."""
    return _named(wanted, RGB)


def _named(wanted: Input, texts: Sequence[str | None]) -> tuple[int, ...]:
    """The bands (from 1) that the texts name, one for each of the input's; () where they do not."""
    found = []
    for band in wanted.bands:
        hits = [i + 1 for i, text in enumerate(texts) if band.matches(text)]
        if len(hits) > 1:
            exact = [i for i in hits if (texts[i - 1] or "").strip().lower() == band.name.lower()]
            hits = exact or hits[:1]
        found += hits
    return tuple(found) if len(found) == len(wanted.bands) else ()
