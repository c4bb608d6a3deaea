"""Accuracy and area from the answers at the points of an assessment sample."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterVectorLayer

from .. import compat
from .. import parameters as shared
from ..metrics import metric_labels
from ..text import tr
from ..worker import vectors
from .base import CSV, HTML, Assessment, SideLayer, field, missing_field, report, shown, table
from .class_rasters import band, class_raster, prepared, raster_problem

FIELDS = {  # option -> the field of a sample that it names
    "REFERENCE_FIELD": "reference",
    "PREDICTED_FIELD": "map_class",
    "STRATUM_FIELD": "stratum",
    "AREA_FIELD": "stratum_m2",
}
FILES = {"REPORT": HTML, "TABLE": CSV}
FIGURES = {
    **metric_labels(("overall_accuracy",)),
    "POINTS": lambda: tr("Points with an answer"),
    "UNANSWERED": lambda: tr("Points without an answer"),
    "AREA": lambda: tr("Area in all, m²"),
}


class EstimateArea(Assessment):
    """rsdl:estimatearea: how accurate a map is and how large its classes are, from a sample."""

    NAME = "estimatearea"
    OPERATION = "estimate_area"
    FORMATS = FILES
    METRICS = FIGURES
    INTERVALS = ("OVERALL_ACCURACY",)
    IN_AREA = False

    def title(self):
        return tr("Estimate area")

    def help(self):
        return tr(
            "Estimates the area of each class, and overall, user's and producer's accuracy of a map, with 95 % "
            "confidence intervals, from the answers at the points of 'Draw assessment sample'. Counting the pixels of "
            "a map gives areas that are as wrong as the map; these are not, and they say how sure they are.\n\nThe "
            "strata may be the map's classes (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015) or any others, as "
            "when one sample serves several maps (Stehman 2014, doi:10.1080/01431161.2014.930207): then choose the "
            "map in PREDICTED. Points without an answer are left out, and the report says what that takes for "
            "granted.\n\nPoints or polygons that somebody chose, such as training data, give no area and no interval: "
            "nothing is known of the places where nobody looked. A random sample that was drawn elsewhere will do, if "
            "each point has its stratum and that stratum's area in fields."
        )

    def tags(self):
        return tr("accuracy,area,confidence interval,olofsson,stehman,stratified,error matrix,validation").split(",")

    def own_parameters(self):
        return [
            shared.described(
                QgsProcessingParameterVectorLayer("SAMPLE", tr("Assessment sample"), [compat.POINTS]),
                tr("The points that were drawn, with answers in the field 'reference'."),
            ),
            class_raster(
                "PREDICTED",
                tr("Map"),
                tr(
                    "The map to assess, looked up at the points. Default: the one from which the points were drawn, "
                    "whose class each point has in its field 'map_class'."
                ),
                optional=True,
            ),
            self._field(
                "REFERENCE_FIELD",
                tr("Answers"),
                tr("The field with the number or name of the class that is there. Default: 'reference'."),
            ),
            self._field(
                "PREDICTED_FIELD",
                tr("Class of the map"),
                tr("The field with the map's class, where PREDICTED is empty. Default: 'map_class'."),
            ),
            self._field(
                "STRATUM_FIELD",
                tr("Stratum"),
                tr("The field with the stratum of each point, for samples drawn elsewhere. Default: 'stratum'."),
            ),
            self._field(
                "AREA_FIELD",
                tr("Area of the stratum"),
                tr(
                    "The field with the area of the whole stratum in square metres, the same at all of its points, "
                    "for samples drawn elsewhere. Default: 'stratum_m2'."
                ),
            ),
            shared.nodata(
                tr(
                    "A stored value to treat as nodata in the map, in addition to the nodata values that it declares. "
                    "Any number. Default: only the declared nodata."
                )
            ),
            band("PREDICTED", tr("Band of the map")),
            report(tr("A page (.html) with areas, accuracies, their intervals and the error matrix, in one file.")),
            table(
                tr(
                    "A table (.csv) with a row for each class: its area, its accuracies, their standard errors and "
                    "confidence intervals, and its part of the error matrix."
                )
            ),
        ]

    def _field(self, name, label, text):
        return field(name, label, "SAMPLE", text, advanced=name != "REFERENCE_FIELD")

    def layers_problem(self, parameters, context):
        sample = self.parameterAsVectorLayer(parameters, "SAMPLE", context)
        if sample.geometryType() != compat.POINT_GEOMETRY:
            return tr("SAMPLE: '{layer}' has no points. Choose the layer that 'Draw assessment sample' made.").format(
                layer=sample.name()
            )
        for option in FIELDS:
            name = shared.text_of(self, parameters, option, context)
            if name and (text := missing_field(sample, name)):
                return text
        layer = self.parameterAsRasterLayer(parameters, "PREDICTED", context)
        return raster_problem("PREDICTED", layer, self._band(parameters, context))

    def sides(self, parameters, context):
        sample = self.parameterAsVectorLayer(parameters, "SAMPLE", context)
        chosen = {own: shared.text_of(self, parameters, option, context) or own for option, own in FIELDS.items()}
        there = set(sample.fields().names())
        fields = [name for name in chosen.values() if name in there]
        source = vectors.PreparedVector(sample, context, vectors.systems([sample]), fields, whole=True)
        named = {own: source.field(name) for own, name in chosen.items() if name in there}
        found = {
            "SAMPLE": [SideLayer(source, {"title": sample.name(), "fields": {**chosen, **named}})],
            "PREDICTED": [],
        }
        layer = self.parameterAsRasterLayer(parameters, "PREDICTED", context)
        if layer is not None:
            nodata = shared.nodata_of(self, parameters, context)
            found["PREDICTED"] = [prepared("PREDICTED", layer, self._band(parameters, context), nodata)]
        return found

    def arguments(self, parameters, context, specs):
        return {"sample": specs["SAMPLE"][0], "map": specs["PREDICTED"][0] if specs["PREDICTED"] else None}

    def summary(self, result):
        figures, (low, high) = result["figures"], result["intervals"]["overall_accuracy"]
        return tr("{points} points with an answer: overall accuracy {accuracy}{interval}.").format(
            points=figures["points"],
            accuracy=shown(figures["overall_accuracy"]),
            interval="" if low is None else f" ({shown(low)} - {shown(high)})",
        )

    def _band(self, parameters, context) -> int:
        return shared.number(self, parameters, "PREDICTED_BAND", context) or 1
