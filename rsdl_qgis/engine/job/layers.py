"""How a job says which layers are read, and what of them. Standard library only."""

from __future__ import annotations

from ..tables.kinds import (
    LONGEST_TEXT,
    Boolean,
    Choice,
    Either,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Path,
    Text,
    TextThat,
    Whole,
)
from ..tables.orders import NAMES
from ..tables.quality import WORDS
from ..tables.sensors import DECIBEL, UNITS
from .table import Argument, Object, Table

LARGEST_BAND = 65_535


def _is_whole(text: str) -> bool:
    try:
        return len(text) <= LONGEST_TEXT and abs(int(text)) < 2**63
    except ValueError:
        return False


NUMBERED = TextThat(_is_whole, "a whole number")  # names of values by class

NODATA = Number(finite=False)
BANDS = ListOf(Whole(1, LARGEST_BAND), 1)
QUALITY: Table = {  # see products.quality
    "words": Argument(ListOf(Choice(WORDS))),
    "path": Argument(Path()),
    "values": Argument(ListOf(Whole(-(2**31), 2**31 - 1))),
}
RASTER: Table = {
    "path": Argument(Path("a raster, or a product: its folder, archive or files divided by ';'"), required=True),
    "bands": Argument(BANDS),
    "nodata": Argument(Either((NODATA, ListOf(Nullable(NODATA), 1)))),
    "palette": Argument(Boolean()),  # the colours of its values are read
    "quality": Argument(Object("pixels to leave out", QUALITY)),
    "order": Argument(Choice(NAMES)),  # of the scenes of a mosaic
    "title": Argument(Text()),
    "date": Argument(Text()),
    "key": Argument(Text()),  # stands for the path of a copy that was made for this job
}
QUALITY_SOURCE: Table = {**{name: RASTER[name] for name in ("path", "title", "key")}, "nodata": Argument(NODATA)}
VERSION: Table = {
    "path": Argument(Path(), required=True),
    "crs": Argument(Text(), required=True),
    "key": Argument(Text()),
}
VERSIONS = ListOf(Object("a layer in another coordinate system", VERSION))
LAYOUTS = ("dates", "variables")  # of a series: what a layer is, and its bands the other
WRAPPED = ("auto", "negative", "keep")  # which numbers of uint16 layers are read as negative
SERIES_RASTER: Table = {
    **RASTER,
    "name": Argument(Text()),
    "descriptions": Argument(ListOf(Text())),
}
LABELLED: Table = {
    **{name: argument for name, argument in RASTER.items() if name not in ("quality", "order")},
    "vector": Argument(Boolean()),
    "field": Argument(Text()),
    "place_field": Argument(Text()),
    "crs": Argument(Text()),
    "versions": Argument(VERSIONS),
    "names": Argument(MapOf(Text(), NUMBERED)),
    "colors": Argument(MapOf(Text())),
}
VECTOR: Table = {
    "path": Argument(Path(), required=True),
    "title": Argument(Text()),
    "crs": Argument(Text()),
    "versions": Argument(VERSIONS),
    "key": Argument(Text()),
}
FIELDS = Either((Text(), ListOf(Text())))
SCENES: Table = {**VECTOR, "field": Argument(FIELDS), "join": Argument(Text())}
OTHER_SCENES: Table = {**SCENES, "path": Argument(Path())}
OBJECTS: Table = {
    **VECTOR,
    "class_field": Argument(Text()),
    "score_field": Argument(Text()),
    "ignore_field": Argument(Text()),
}
INPUTS = MapOf(ListOf(Object("a raster", RASTER), 1))
CUT_RASTER: Table = {**RASTER, "unit": Argument(Choice((*UNITS, DECIBEL)))}  # that values of a product are brought to
CUT_INPUTS = MapOf(ListOf(Object("a raster", CUT_RASTER), 1))


def vector(name: str) -> Table:
    """A vector layer whose path is an argument of the job, and what else is told of it."""
    rest = {f"{name}_{key}": VECTOR[key] for key in ("crs", "versions", "key")}
    return {name: Argument(Path()), **rest}
