"""What a prediction job asks for, checked before any work starts.

A job's arguments become a request once, by the table of ``job.arguments``, and the request is what is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, ClassVar, Optional, TypeVar, Union

from ..job.arguments import OPERATIONS, checked
from ..products.quality import Quality
from ..raster.grid import Bounds
from ..runtime.onnx_form import Form
from ..tables.orders import NEWEST
from ..vector.masks import PolygonMask
from ..vector.tracing.polygon_shape import PolygonShape
from ..vector.vector_file import VectorFile

R = TypeVar("R", bound="PredictRequest")
Numbers = tuple[int, ...]
Nodata = Union[float, tuple[Optional[float], ...], None]


@dataclass(frozen=True)
class AskedRaster:
    """A raster or product as a job names it. None: as the file says; ``nodata``: one number, or one (or None) a
    band.
    """

    path: str
    bands: Numbers | None = None
    nodata: Nodata = None
    palette: bool = False  # whether its colours are read instead of its numbers
    quality: Quality | None = None  # pixels that are left out
    order: str = NEWEST  # of the scenes of a mosaic

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> AskedRaster:
        return cls(
            spec["path"],
            _numbers(spec.get("bands")),
            _nodata(spec.get("nodata")),
            bool(spec.get("palette")),
            Quality.of(spec.get("quality")),
            spec.get("order") or NEWEST,
        )


@dataclass(frozen=True)
class AskedLayer:
    """A layer of a series as a job names it. ``descriptions``: of its bands; '' and (): as the file says."""

    path: str
    bands: Numbers | None = None
    nodata: Nodata = None
    name: str = ""
    descriptions: tuple[str, ...] = ()
    date: str = ""
    quality: Quality | None = None  # pixels that are left out
    order: str = NEWEST  # of the scenes of a mosaic

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> AskedLayer:
        return cls(
            spec["path"],
            _numbers(spec.get("bands")),
            _nodata(spec.get("nodata")),
            spec.get("name") or "",
            tuple(spec.get("descriptions") or ()),
            spec.get("date") or "",
            Quality.of(spec.get("quality")),
            spec.get("order") or NEWEST,
        )


@dataclass(frozen=True)
class MapFiles:
    """The files of a map; None is not made. ``measure``: of the uncertainty, see ``evaluation.uncertainty``;
    ``domain``: the distance from the training data, see ``prediction.domain``; ``sure``: whether polygons have the mean
    probability of their class.
    """

    output: str
    probabilities: str | None = None
    polygons: str | None = None
    uncertainty: str | None = None
    measure: str = "entropy"
    domain: str | None = None
    shape: PolygonShape = field(default_factory=PolygonShape)
    sure: bool = False
    separate: tuple[str, ...] = ()  # classes whose objects are told apart, by name or value
    neck: float = 0.7

    def of(self, form: Form | None) -> MapFiles:
        """Those of a network; polygons have no probability where it gives none. ``form``: of its file."""
        return replace(self, sure=bool(self.polygons) and not (form is not None and form.gives_classes))


@dataclass(frozen=True)
class SceneFiles:
    """The files of classified scenes; None is not made."""

    output: str
    raster: str | None = None


@dataclass(frozen=True)
class PredictRequest:
    """What every operation that predicts takes. None: as the model says, or as the memory and the machine allow.

    ``asked``: the job's arguments as they came, for the metadata of the outputs alone. ``extent``: xmin, ymin,
    xmax, ymax, in ``extent_crs`` (None: the raster's). ``resample``: to the model's pixel size. ``scheduler``: the
    address of a Dask scheduler whose workers run the network. ``cut``: see ``tiling.Plan.of``.
    """

    operation: ClassVar[str]

    asked: Mapping[str, Any]
    model: str
    output: str
    extent: Bounds | None
    extent_crs: str | None
    mask: PolygonMask | None
    resample: bool
    resampling: str
    grid: str  # of several rasters: first, last or finest
    normalize: str
    device: str
    engine: str
    threads: int | None
    tile_size: int | None
    overlap: int | None
    batch_size: int | None
    scheduler: str | None
    cut: Mapping[str, Any] | None
    stac: bool  # whether an Item is written beside each output

    @classmethod
    def of(cls: type[R], arguments: Mapping[str, Any]) -> R:
        """The request in a job's arguments. InputError for the first that is missing, unknown or invalid."""
        asked = checked(cls.operation, arguments)
        given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[cls.operation].items()}
        names = [item.name for item in fields(cls) if item.name != "asked"]
        return cls(asked=asked, **{name: READERS[name](given) if name in READERS else given[name] for name in names})


@dataclass(frozen=True)
class ImageRequest(PredictRequest):
    """A job on images with the inputs of the model: ``inputs``, for each its rasters, one a date."""

    inputs: Mapping[str, tuple[AskedRaster, ...]]


@dataclass(frozen=True)
class MapRequest(ImageRequest):
    """The job "predict". ``tta``: see ``runtime.augmented``; ``passes``: see ``runtime.dropout``."""

    operation = "predict"

    tta: str
    passes: int
    probabilities: str | None
    uncertainty: str | None
    uncertainty_measure: str
    polygons: str | None
    domain: str | None
    shape: PolygonShape
    separate_objects: list[str] | None
    neck: float

    @property
    def files(self) -> MapFiles:
        return MapFiles(
            self.output,
            self.probabilities,
            self.polygons,
            self.uncertainty,
            self.uncertainty_measure,
            self.domain,
            self.shape,
            separate=tuple(self.separate_objects or ()),
            neck=self.neck,
        )


@dataclass(frozen=True)
class ObjectRequest(ImageRequest):
    """The job "detect": ``confidence`` and ``iou`` from 0 to 1, sizes of the longer side in metres."""

    operation = "detect"

    confidence: float | None
    iou: float | None
    suppression: str
    min_size: float | None
    max_size: float | None


@dataclass(frozen=True)
class SceneRequest(ImageRequest):
    """The job "classify_scenes": ``features`` are polygons or points (None: a grid), ``size`` is in pixels; ``tta``:
    see ``runtime.augmented``; ``passes``: see ``runtime.dropout``.
    """

    operation = "classify_scenes"

    tta: str
    passes: int
    features: VectorFile | None
    size: int | None
    raster: str | None

    @property
    def files(self) -> SceneFiles:
        return SceneFiles(self.output, self.raster)


@dataclass(frozen=True)
class EmbedRequest(ImageRequest):
    """The job "embed_image": ``features`` as of scenes; ``size`` of a patch and ``stride`` are in pixels; ``dates``: of
    the rasters, as typed; ``storage``: the type of a raster's numbers.
    """

    operation = "embed_image"

    features: VectorFile | None
    size: int | None
    stride: int | None
    dates: str
    storage: str


@dataclass(frozen=True)
class SeriesRequest(PredictRequest):
    """The job "predict_series"; for ``layout``, ``dates`` and ``bands`` see ``series.layers``, for ``scale`` and
    ``wrapped`` ``radiometry.encoding``. ``batch_size``: in series.
    """

    operation = "predict_series"

    layers: tuple[AskedLayer, ...]
    layout: str
    dates: str
    bands: Numbers
    scale: float | None
    wrapped: str
    probabilities: str | None
    uncertainty: str | None
    uncertainty_measure: str
    polygons: str | None
    shape: PolygonShape
    separate_objects: list[str] | None
    neck: float

    @property
    def files(self) -> MapFiles:
        return MapFiles(
            self.output,
            self.probabilities,
            self.polygons,
            self.uncertainty,
            self.uncertainty_measure,
            shape=self.shape,
            separate=tuple(self.separate_objects or ()),
            neck=self.neck,
        )


def _numbers(given: Any) -> Numbers | None:
    return None if given is None else tuple(given)


def _engine(asked: str, passes: int) -> str:
    """The engine that was asked for; with dropout, for which there is one alone, that one."""
    return "torch" if passes > 1 and asked in ("auto", "card") else asked


def _nodata(given: Any) -> Nodata:
    return tuple(given) if isinstance(given, (list, tuple)) else given


def _rasters(given: Mapping[str, Any]) -> dict[str, tuple[AskedRaster, ...]]:
    return {name: tuple(map(AskedRaster.of, specs)) for name, specs in given["inputs"].items()}


READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {  # of arguments that a request holds in another form
    "device": lambda given: given["device"] or "auto",
    "engine": lambda given: _engine(given["engine"], given.get("passes", 1)),
    "extent": lambda given: None if given["extent"] is None else tuple(given["extent"]),
    "mask": PolygonMask.of,
    "features": partial(VectorFile.argument, name="features"),
    "inputs": _rasters,
    "shape": PolygonShape.of,
    "layers": lambda given: tuple(map(AskedLayer.of, given["layers"])),
    "dates": lambda given: given["dates"] or "",
    "bands": lambda given: tuple(given["bands"] or ()),
}
