"""The fields of a sample's points: all that an estimate needs travels with the points, in any vector format."""

from __future__ import annotations

from ...vector.scene_features import Field

REFERENCE = "reference"  # which the person fills in
FIELDS = (  # at most ten letters, for Shapefiles
    Field("id", "int32"),  # in random order
    Field(REFERENCE, "int32"),
    Field("map_class", "int32"),
    Field("map_name", "object"),
    Field("stratum", "int32"),
    Field("strat_name", "object"),
    Field("design", "object"),
    Field("incl_prob", "float64"),  # chance of each pixel of the stratum to be drawn
    Field("weight", "float64"),  # area that the point stands for, m²
    Field("pixel_m2", "float64"),
    Field("stratum_px", "int64"),  # pixels of the stratum
    Field("stratum_m2", "float64"),
    Field("stratum_n", "int32"),  # points drawn in it
    Field("total_m2", "float64"),  # area of all strata
    Field("seed", "int32"),
)
NAMES = tuple(field.name for field in FIELDS)
NEEDED = ("stratum", "stratum_m2")  # without these there is no estimate
