"""Where labels would teach a model most."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterVectorDestination,
)

from ....engine.job.arguments import OPERATIONS
from ... import compat
from ... import parameters as shared
from ...results.place_style import of_places
from ...text import tr
from ...worker import vectors
from ..further import further
from ..one_image import OneImageAlgorithm

TABLE = OPERATIONS["suggest_labels"]


class SuggestLabels(OneImageAlgorithm):
    """rsdl:suggestlabels: the places whose labels would teach a model most, as points."""

    NAME = "suggestlabels"
    TASK = "segmentation"

    def title(self):
        return tr("Suggest labels")

    def help(self):
        return tr(
            "Suggests where to label next (active learning): the places of a raster at which a model is uncertain, and "
            "which differ from one another and from what is labelled already. Label what is around each point, train "
            "again, and ask again.\n\nThe model maps the raster, and the uncertainty of its classes is measured as "
            "UNCERTAINTY_MEASURE says. Places that are the most uncertain around them, at least DISTANCE apart, are "
            "candidates. Each next one suggested has the largest product of its uncertainty and of its distance to "
            "those before it and to LABELS: in the features of the model's encoder, where it has its weights, else on "
            "the ground.\n\nAreas of one class that the model maps wrongly but without doubt are not found: look at "
            "the map too."
        )

    def tags(self):
        return tr("active learning,labels,uncertainty,diversity,sampling,training,annotation,core-set").split(",")

    def operation(self):
        return "suggest_labels"

    def inputs(self):
        labels = shared.described(
            QgsProcessingParameterFeatureSource(
                "LABELS", tr("Existing labels"), [compat.POLYGONS, compat.POINTS], None, True
            ),
            tr(
                "Polygons or points that are labelled already: nothing is suggested within DISTANCE of them, and what "
                "looks like them is suggested later. Any coordinate system. Default: none."
            ),
        )
        number = shared.number_of(
            TABLE["number"],
            "NUMBER",
            tr("Number of places"),
            tr("How many places are suggested, at most: 1 to 10,000. Default: 20."),
            advanced=False,
        )
        distance = shared.number_of(
            TABLE["distance"],
            "DISTANCE",
            tr("Least distance (m)"),
            tr("From place to place, and from labels, in metres: 0 or more. Default: 32 pixels."),
            advanced=False,
        )
        given, model, bands = super().inputs()
        return [given, model, labels, number, distance, bands]

    def running(self):
        return [item for item in super().running() if item.name() != "SCHEDULER"]

    def output_label(self):
        return tr("Suggested places")

    def further(self):
        return {name: item for name, item in further(self.operation(), ("UNCERTAINTY",)).items() if name != "STAC"}

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterVectorDestination("OUTPUT", self.output_label(), compat.POINTS),
                tr(
                    "Points with 'rank', from 1, 'uncertainty', 0 to 1, and 'diversity', the distance to the places "
                    "before and the labels, in parts of the spread of all candidates, at most 2 (.gpkg, .geojson, "
                    ".shp or .fgb)."
                ),
            )
        ]

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        self.addOutput(QgsProcessingOutputNumber("SUGGESTED", tr("Places suggested")))
        self.addOutput(QgsProcessingOutputString("DIVERSITY", tr("Diversity of features, or on the ground")))

    def problem(self, parameters, context):
        text = super().problem(parameters, context)
        if not text and shared.is_given(parameters, "LABELS"):
            layer = vectors.layer_of(self, parameters, "LABELS", context)
            if layer is None or not layer.isValid():
                text = tr("{name}: '{value}' is not {kind} that QGIS can open.").format(
                    name="LABELS", value=parameters["LABELS"], kind=tr("a vector layer")
                )
            elif not vectors.chosen_have_geometry(self, parameters, "LABELS", context):
                text = tr("{name}: '{layer}' has no features with a geometry. Draw or select some.").format(
                    name="LABELS", layer=layer.name()
                )
        return text

    def prepareAlgorithm(self, parameters, context, feedback):
        self._labels = None
        if not super().prepareAlgorithm(parameters, context, feedback):
            return False
        if shared.is_given(parameters, "LABELS"):
            layer = vectors.layer_of(self, parameters, "LABELS", context)
            systems = vectors.systems(use.layer for use in self._plan.rasters())
            self._labels = vectors.PreparedVector(layer, context, systems, given=parameters["LABELS"])
        return True

    def options(self, parameters, context):
        given = shared.is_given(parameters, "DISTANCE")
        return {
            "number": shared.number(self, parameters, "NUMBER", context),
            "distance": self.parameterAsDouble(parameters, "DISTANCE", context) if given else None,
        }

    def _drawn(self):
        return [*super()._drawn(), self._labels]

    def _vectors(self, folder, steps):
        area = super()._vectors(folder, steps)
        steps.setCurrentStep(vectors.copied(self._mask))
        return {**area, **vectors.arguments("labels", self._labels, folder, steps)}

    def looks(self, card, result):
        return {"OUTPUT": (tr("{model}: suggested places").format(model=card.title), of_places())}

    def numeric_outputs(self, result, context):
        return {"SUGGESTED": result["suggested"], "DIVERSITY": result["diversity"]}
