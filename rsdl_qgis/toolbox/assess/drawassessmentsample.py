"""Points of a map at which a person looks what is there."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingParameterString, QgsProcessingParameterVectorDestination

from ...engine.job.class_values import is_shares
from ...engine.job.common import ACCURACIES, SAMPLING
from .. import compat
from .. import parameters as shared
from ..results import styles
from ..results.sample_style import REFERENCE, of_sample
from ..results.style_files import FORM, KEPT, keep_style
from ..text import tr
from ..worker import vectors
from .base import Assessment
from .class_rasters import band, class_raster, prepared, raster_problem

RASTERS = ("PREDICTED", "STRATA")
FILES = {"OUTPUT": shared.VECTOR_FORMATS}
FIGURES = {
    "POINTS": lambda: tr("Points that were drawn"),
    "STRATA": lambda: tr("Strata"),
    "AREA": lambda: tr("Area that the points stand for, m²"),
}


class DrawAssessmentSample(Assessment):
    """rsdl:drawassessmentsample: where to look, to know how accurate a map is and how large its classes are."""

    NAME = "drawassessmentsample"
    OPERATION = "draw_sample"
    FORMATS = FILES
    METRICS = FIGURES

    def title(self):
        return tr("Draw assessment sample")

    def help(self):
        return tr(
            "Draws random points of a map of classes, at which you then say what is there: in the field, or on images "
            "that are better than those the map was made from. 'Estimate area' makes the accuracy of the map and the "
            "area of each class from the answers, with 95 % confidence intervals, which no points that somebody chose "
            "can give.\n\nFill in the field 'reference' of each point; its form lists the classes and does not show "
            "what the map says. The points are in random order: if time runs out, answer them by 'id' and leave the "
            "rest empty. A point stands for the whole pixel that it lies in the middle of.\n\nBy default the points "
            "are stratified: each class of the map has its own, so that small classes have enough. All that the "
            "estimate needs, such as the area of each stratum, is kept in fields of the points, and so in any vector "
            "format. Areas are on the ellipsoid. Nodata is never drawn, and no pixel twice. The number of points "
            "follows from the standard error that is wanted (Olofsson et al. 2014, "
            "doi:10.1016/j.rse.2014.02.015), or is SIZE."
        )

    def tags(self):
        return tr("accuracy,validation,sampling,stratified,random,points,reference,olofsson,neyman,area").split(",")

    def own_parameters(self):
        return [*self._layers(), *self._numbers_of_points(), *self._rest(), self._output_parameter()]

    def _layers(self):
        return [
            class_raster(
                "PREDICTED",
                tr("Map"),
                tr("The map to assess: a raster with a whole number for each class. Its nodata is never drawn."),
            ),
            shared.choice(
                "DESIGN",
                tr("Design"),
                tr(
                    "stratified (default): a number of random pixels of each stratum. simple: random pixels of the "
                    "whole map. systematic: a square grid of points with a random start."
                ),
                SAMPLING["design"].kind.words,
                advanced=False,
            ),
        ]

    def _numbers_of_points(self):
        expected = QgsProcessingParameterString(
            "EXPECTED", tr("Expected user's accuracy"), SAMPLING["expected"].default, False, True
        )
        return [
            shared.number_of(
                SAMPLING["standard_error"],
                "STANDARD_ERROR",
                tr("Wanted standard error"),
                tr(
                    "Of overall accuracy: as many points are drawn as it takes, where SIZE is empty. The interval is "
                    "about twice that to either side. 0.0001 to 0.5. Default: 0.02."
                ),
                advanced=False,
            ),
            shared.described(
                expected,
                tr(
                    "The share of each class that is likely to be right, 0 to 1: one number for all, or a number for "
                    "some and one for all others, as in '1: 0.7, forest: 0.95, 0.85'. Used for the number of points "
                    "and by ALLOCATION=neyman. A guess makes no figure wrong. Default: 0.85."
                ),
            ),
            shared.whole(
                "SIZE",
                tr("Number of points"),
                tr("In all, 2 to 1,000,000. Default: as many as the wanted standard error takes."),
                *(SAMPLING["size"].kind.least, SAMPLING["size"].kind.largest, None),
                advanced=False,
            ),
            shared.choice(
                "ALLOCATION",
                tr("Allocation to strata"),
                tr(
                    "proportional (default): by the strata's areas in pixels. equal: as many of each, best for user's "
                    "accuracies. neyman: by area and expected accuracy, best for overall accuracy."
                ),
                SAMPLING["allocation"].kind.words,
                advanced=False,
            ),
            shared.whole(
                "MINIMUM",
                tr("Fewest points of a stratum"),
                tr(
                    "Small strata have at least that many, at the cost of the others where SIZE is given; 2 or more. "
                    "Default: 50, or an equal share of SIZE if that is less."
                ),
                *(SAMPLING["minimum"].kind.least, SAMPLING["minimum"].kind.largest, None),
            ),
        ]

    def _rest(self):
        return [
            class_raster(
                "STRATA",
                tr("Strata"),
                tr(
                    "A raster with a whole number for each stratum, such as regions or a map of change, on any grid; "
                    "it is looked up at the map's pixels. Default: the map's classes."
                ),
                optional=True,
            ),
            shared.extent(
                tr("Area to draw in"), tr("Only pixels in this rectangle are drawn. Default: the whole map.")
            ),
            shared.mask(
                tr("Mask polygons"),
                tr("Only pixels whose centre lies in these polygons are drawn. Default: no mask."),
            ),
            shared.number_of(
                SAMPLING["seed"],
                "SEED",
                tr("Seed"),
                tr(
                    "Of the random numbers, 0 or a larger whole number: the same seed draws the same points of the "
                    "same map. It is kept in the points. Default: 0."
                ),
            ),
            shared.nodata(
                tr(
                    "A stored value to treat as nodata in both rasters, in addition to the nodata values that they "
                    "declare. Any number. Default: only the declared nodata."
                )
            ),
            band("PREDICTED", tr("Band of the map")),
            band("STRATA", tr("Band of the strata")),
        ]

    def _output_parameter(self):
        return shared.described(
            QgsProcessingParameterVectorDestination("OUTPUT", tr("Assessment sample"), compat.POINTS),
            tr(
                "The points (.gpkg, .geojson, .shp or .fgb), with an empty field 'reference' to fill in. An existing "
                "file is overwritten, unless it has answers."
            ),
        )

    def layers_problem(self, parameters, context):
        text = ""
        for name in RASTERS:
            layer = self.parameterAsRasterLayer(parameters, name, context)
            text = text or raster_problem(name, layer, self._band(parameters, name, context))
        if self.parameterAsRasterLayer(parameters, "STRATA", context) and self._word(parameters, "DESIGN", context) != (
            SAMPLING["design"].default
        ):
            text = text or tr("STRATA is for stratified samples. Choose DESIGN=stratified, or leave STRATA empty.")
        expected = shared.text_of(self, parameters, "EXPECTED", context)
        if expected and not is_shares(expected):
            text = text or tr("EXPECTED is '{text}'. Give {wanted}.").format(text=expected, wanted=ACCURACIES.wanted)
        size, least = (shared.number(self, parameters, name, context) for name in ("SIZE", "MINIMUM"))
        if size and least and least > size:
            text = text or tr("MINIMUM = {least} is more than SIZE = {size}.").format(least=least, size=size)
        return text or answers_problem(shared.fixed_path(parameters.get("OUTPUT")))

    def sides(self, parameters, context):
        nodata = shared.nodata_of(self, parameters, context)
        given = {name: self.parameterAsRasterLayer(parameters, name, context) for name in RASTERS}
        return {
            name: [prepared(name, layer, self._band(parameters, name, context), nodata)] if layer is not None else []
            for name, layer in given.items()
        }

    def systems(self, parameters, context):
        return vectors.systems([self.parameterAsRasterLayer(parameters, "PREDICTED", context)])

    def arguments(self, parameters, context, specs):
        numbers = {name.lower(): shared.number(self, parameters, name, context) for name in ("SIZE", "MINIMUM", "SEED")}
        error = shared.is_given(parameters, "STANDARD_ERROR")
        return {
            "map": specs["PREDICTED"][0],
            "strata": specs["STRATA"][0] if specs["STRATA"] else None,
            "design": self._word(parameters, "DESIGN", context),
            "allocation": self._word(parameters, "ALLOCATION", context),
            "standard_error": self.parameterAsDouble(parameters, "STANDARD_ERROR", context) if error else None,
            "expected": shared.text_of(self, parameters, "EXPECTED", context) or None,
            **numbers,
        }

    def summary(self, result):
        return tr("Fill in the field 'reference' of the {points} points, then run 'Estimate area'.").format(
            points=result["figures"]["points"]
        )

    def finish(self, result, outputs, replaced, context, feedback):
        path = outputs["OUTPUT"] or ""
        style = of_sample(result["classes"])
        keep_style(path, style, "OUTPUT" in replaced, feedback, KEPT | FORM)
        label = self.parameterDefinition("OUTPUT").description()
        styles.show(context, path, label, label, tr("Accuracy"), style)

    def _band(self, parameters, name, context) -> int:
        return shared.number(self, parameters, f"{name}_BAND", context) or 1

    def _word(self, parameters, name, context) -> str:
        return self.parameterAsEnumString(parameters, name, context) or SAMPLING[name.lower()].default


def answers_problem(path: str) -> str:
    """A sentence where a file that would be overwritten holds answers, which are a person's work; '' otherwise."""
    layer = styles.opened(path) if path and Path(path).is_file() else None
    if layer is None or not layer.isSpatial() or REFERENCE not in layer.fields().names():
        return ""
    count = sum(not shared.is_null(feature[REFERENCE]) for feature in layer.getFeatures())
    if not count:
        return ""
    return tr("{path} holds {count} answers, which would be lost. Choose another file, or remove this one.").format(
        path=path, count=count
    )
