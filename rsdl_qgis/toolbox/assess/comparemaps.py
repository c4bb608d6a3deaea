"""Which of several maps is better, on one reference."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterMapLayer

from .. import parameters as shared
from ..text import tr
from .assessmap import AssessMap
from .base import CSV, HTML, area, report, table

FILES = {"REPORT": HTML, "TABLE": CSV}
FIGURES = {
    "DIFFERENCE": lambda: tr("Overall accuracy of the second map less that of the first (-1 to 1)"),
    "P_VALUE": lambda: tr("P-value of that difference, of points (0 to 1)"),
    "COMPARED": lambda: tr("Pixels or points that were compared"),
    "MAPS": lambda: tr("Maps that were compared"),
}


class CompareMaps(AssessMap):
    """rsdl:comparemaps: an assessment of maps on the same places, and of their differences."""

    NAME = "comparemaps"
    OPERATION = "compare_maps"
    FORMATS = FILES
    METRICS = FIGURES
    IN_CERTAINTY = False
    INTERVALS = ("DIFFERENCE",)

    def title(self):
        return tr("Compare maps")

    def help(self):
        return tr(
            "Answers whether a map is better than another: compares two or more maps of classes with one reference at "
            "the places where all of them have a class, and gives the difference of each from the first one in "
            "overall accuracy, kappa, mean IoU and F1, with 95 % confidence intervals. Where the interval of a "
            "difference holds 0, neither map is shown to be better.\n\nOn a reference raster or polygons the intervals "
            "are from a bootstrap over spatial blocks, the same ones for all maps. On points, McNemar's test (exact "
            "for few points) says how likely such a difference is by chance. On the points of 'Draw assessment "
            "sample' the difference is that of the area, each point counting for the ground it stands for.\n\nThe maps "
            "may have other grids and coordinate systems than the first one, at whose pixels all are looked up. "
            "Classes are matched as in 'Assess map'."
        )

    def tags(self):
        return tr("accuracy,mcnemar,difference,better,significance,bootstrap,benchmark,models,evaluate").split(",")

    def own_parameters(self):
        named = {parameter.name(): parameter for parameter in (*self._layers(), *self._rules(), *self._advanced())}
        named["PREDICTED"] = shared.described(
            named["PREDICTED"],
            tr(
                "Two maps or more: rasters with a whole number for each class, or polygons. The first one is what the "
                "others are compared with, as the map in use with new ones."
            ),
        )
        named["PREDICTED"].setDescription(tr("Maps"))
        named["REFERENCE"] = shared.described(
            QgsProcessingParameterMapLayer("REFERENCE", tr("Reference")),
            tr("The reference data of all maps: a class raster, polygons or points, in any coordinate system."),
        )
        del named["PIXEL_SIZE"]
        outputs = [
            report(tr("A page (.html) with the differences, the metrics of each map, and how sure they are.")),
            table(
                tr("A table (.csv) with a row for each map: its metrics, and the differences from the first map."),
                label=tr("Table of maps"),
            ),
        ]
        return [*named.values(), *area(), *outputs]

    def layers_problem(self, parameters, context):
        if len(self._chosen(parameters, "PREDICTED", context)) < 2:
            return tr("PREDICTED has one map. Choose two or more to compare.")
        return super().layers_problem(parameters, context)

    def arguments(self, parameters, context, specs):
        found = super().arguments(parameters, context, specs)
        return {
            **{name: value for name, value in found.items() if name != "pixel_size"},
            "reference": found["reference"][0],
        }

    def summary(self, result):
        return "\n".join(verdict(item) for item in result["differences"])


def verdict(item) -> str:
    """Whether a map is better than the first, in a line."""
    value, low, high = item["metrics"]["overall_accuracy"]
    words = {
        "better": tr("{map} is better than {first}: overall accuracy {value:+.4f} ({low:+.4f} to {high:+.4f})."),
        "worse": tr("{map} is worse than {first}: overall accuracy {value:+.4f} ({low:+.4f} to {high:+.4f})."),
        "undecided": tr(
            "{map} is not shown to be better or worse than {first}: overall accuracy {value:+.4f} ({low:+.4f} to "
            "{high:+.4f})."
        ),
        "": tr("{map} against {first}: overall accuracy {value:+.4f}, without an interval."),
    }
    return words[item["verdict"]].format(map=item["title"], first=item["against"], value=value, low=low, high=high)
