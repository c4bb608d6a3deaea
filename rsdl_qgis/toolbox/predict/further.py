"""Parameters of predictions beyond what is mapped: how certain it is, in which orientations it is seen, STAC Items."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from ...engine.job.arguments import OPERATIONS
from ...engine.job.common import MEASURES, NECK, SHAPE, VARIANTS
from ...engine.job.table import Argument
from .. import compat
from .. import parameters as shared
from ..text import tr

Read = Callable[..., Any]  # (algorithm, parameters, name, context) -> value


def further(operation: str, outputs: Collection[str]) -> Mapping[str, tuple[QgsProcessingParameterDefinition, Read]]:
    """The parameters that an operation takes, by their names, and how each is read. ``outputs``: of the algorithm."""
    found: dict[str, tuple[QgsProcessingParameterDefinition, Read]] = {}
    if "UNCERTAINTY" in outputs:
        found["UNCERTAINTY_MEASURE"] = uncertainty_measure(), _word(MEASURES)
    if "tta" in OPERATIONS[operation]:
        found["TTA"] = augmentation_at_test_time(), _word(VARIANTS)
        found["PASSES"] = passes(OPERATIONS[operation]["passes"]), shared.number
    if "POLYGONS" in outputs:
        found.update(polygon_shape(tr("Polygons: ")))
        found["SEPARATE_OBJECTS"] = separate_objects(), _names
        found["NECK"] = _sometimes(neck(tr("Polygons: "))), QgsProcessingAlgorithm.parameterAsDouble
    found["STAC"] = stac(), QgsProcessingAlgorithm.parameterAsBoolean
    return found


def polygon_shape(label: str = "") -> dict[str, tuple[QgsProcessingParameterDefinition, Read]]:
    """SIMPLIFY, MIN_AREA, FILL_HOLES, REGULARIZE: how polygons are shaped. ``label``: before their names."""
    simplify = shared.number_of(
        SHAPE["simplify"],
        "SIMPLIFY",
        _label(label, tr("simplify borders (pixels)")),
        tr(
            "Tolerance in pixels, 0 to 10: borders are no longer drawn along the sides of pixels. A border that two "
            "classes share stays shared, without gaps or overlaps. 1.5 is a good value for maps of land cover. "
            "Default: 0, along the sides."
        ),
    )
    area = shared.number_of(
        SHAPE["min_area"],
        "MIN_AREA",
        _label(label, tr("minimum area (m²)")),
        tr(
            "Smaller patches, of the background too, are taken into the class that they share most of their border "
            "with; those that lie in nodata alone are left out. 0 or more. Default: 0, all patches stay."
        ),
    )
    holes = shared.number_of(
        SHAPE["fill_holes"],
        "FILL_HOLES",
        _label(label, tr("fill holes up to (m²)")),
        tr(
            "Patches of background or nodata no larger than this that lie within one class are filled with it. 0 or "
            "more. Default: 0, none."
        ),
    )
    regularize = shared.described(
        QgsProcessingParameterBoolean("REGULARIZE", _label(label, tr("right angles")), False, True),
        tr(
            "Yes: outlines get right angles along their main direction, for buildings. An outline that would change "
            "too much stays as it is. Outlines that touch one another may overlap then. Default: no."
        ),
        advanced=True,
    )
    number, word = QgsProcessingAlgorithm.parameterAsDouble, QgsProcessingAlgorithm.parameterAsBoolean
    return {
        "SIMPLIFY": (_sometimes(simplify), number),
        "MIN_AREA": (_sometimes(area), number),
        "FILL_HOLES": (_sometimes(holes), number),
        "REGULARIZE": (regularize, word),
    }


def separate_objects():
    """SEPARATE_OBJECTS: classes whose objects are drawn apart where they touch."""
    text = tr(
        "Classes, by name or value, whose objects are drawn as polygons of their own also where they touch, such as "
        "buildings, fields or tree crowns: their areas are divided at necks and where their probability is low "
        "(watershed). Several are divided by commas. Polygons have a number (id) then. Default: none."
    )
    label = tr("Polygons: classes whose objects are separated")
    parameter = QgsProcessingParameterString("SEPARATE_OBJECTS", label, None, False, True)
    return shared.described(parameter, text, advanced=True)


def neck(label: str = "", advanced: bool = True):
    """NECK: where objects are divided. ``label``: before its name."""
    text = tr(
        "Two parts are two objects where the neck between them is narrower than this share of the narrower part, 0 to "
        "1. More divides more; 0 divides nothing. Default: 0.7."
    )
    return shared.number_of(NECK, "NECK", _label(label, tr("widest neck")), text, advanced)


def _names(algorithm: QgsProcessingAlgorithm, parameters, name: str, context) -> list[str] | None:
    """Names divided by commas; None for none."""
    found = [part for part in map(str.strip, shared.text_of(algorithm, parameters, name, context).split(",")) if part]
    return found or None


def _label(before: str, name: str) -> str:
    """A parameter's label; one that stands alone begins with a capital."""
    return before + name if before else name[:1].upper() + name[1:]


def uncertainty():
    """UNCERTAINTY: a raster of how uncertain the classes are."""
    return shared.described(
        QgsProcessingParameterRasterDestination("UNCERTAINTY", tr("Uncertainty"), None, True, False),
        tr(
            "GeoTIFF (.tif) with the uncertainty of each pixel's class, from 0 (certain) to 1, computed from the class "
            "probabilities as UNCERTAINTY_MEASURE says; nodata is -1. It is the model's own view: a model can be "
            "certain and wrong. Only created if requested."
        ),
    )


def uncertainty_measure():
    """UNCERTAINTY_MEASURE: what the uncertainty is."""
    text = tr(
        "How uncertainty is measured. entropy: the entropy of the class probabilities, divided by its maximum (1: all "
        "classes are equally probable). margin: 1 minus the difference between the two highest class probabilities (1: "
        "two classes are equally probable). Default: entropy."
    )
    return _sometimes(shared.choice("UNCERTAINTY_MEASURE", tr("Measure of uncertainty"), text, MEASURES))


def domain():
    """DOMAIN: a raster of how far the images are from the training data."""
    return shared.described(
        QgsProcessingParameterRasterDestination("DOMAIN", tr("Distance from the training data"), None, True, False),
        tr(
            "GeoTIFF (.tif) with the distance of the images from the model's training data, in blocks of 32 pixels: 0 "
            "is their mean, and from 1 on it is larger than for 99 % of the validation data, so that the map should "
            "not be trusted there without a check (the Mahalanobis distance of means, spreads, roughness and "
            "correlations of the bands, divided by that limit); nodata is -1. The model's card has to have its "
            "domain. Only created if requested."
        ),
    )


def augmentation_at_test_time():
    """TTA: the variants in which the network sees each image."""
    text = tr(
        "The network sees each image in several orientations, and the results are averaged. none: once. flips: also "
        "mirrored, 4 times in all. turns: also turned by 90, 180 and 270 degrees, 4 times. all: both, 8 times. The "
        "network takes 4 or 8 times as long. Results are often a little more accurate where directions do not matter; "
        "shadows and radar images have a direction. Default: none."
    )
    return _sometimes(shared.choice("TTA", tr("Test-time augmentation"), text, VARIANTS))


def passes(argument: Argument):
    """PASSES: how often the network sees each image with dropout."""
    text = tr(
        "Monte-Carlo dropout: the network sees each image so many times, each time without other parts of it, and the "
        "results are averaged; the uncertainty then shows what the network is not sure of, too. 1: once, with all of "
        "it. 10 to 50 are usual, and take so many times as long. It needs a network with dropout, its weights "
        "(weights.safetensors) and the environment for training. The same job gives the same result. Default: 1."
    )
    return _sometimes(shared.number_of(argument, "PASSES", tr("Passes with dropout"), text))


def stac():
    """STAC: an Item beside each output."""
    return shared.described(
        QgsProcessingParameterBoolean("STAC", tr("Write STAC Items"), False, True),
        tr(
            "Yes: beside each result a STAC Item is written (the file's name with .stac.json at its end), for "
            "catalogues: where it lies, its bands and classes, how it was made, and links to the model and the images. "
            "Default: no."
        ),
        advanced=True,
    )


def _sometimes(parameter: QgsProcessingParameterDefinition):
    """The parameter as an optional one: models that were made before it was there stay sound."""
    parameter.setFlags(parameter.flags() | compat.OPTIONAL)
    return parameter


def _word(words: Sequence[str]) -> Read:
    """How a choice is read; the first of its words where it is left empty."""

    def read(algorithm: QgsProcessingAlgorithm, parameters, name: str, context) -> str:
        return algorithm.parameterAsEnumString(parameters, name, context) or words[0]

    return read
