"""A cloud mask from the quality band of a product."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingParameterEnum, QgsProcessingParameterRasterLayer

from ...engine.cards.card import Class, ModelCard
from ...engine.errors import RsdlError
from ...engine.job.arguments import OPERATIONS
from ...engine.products.collection import check_one
from ...engine.products.quality import Quality, flagged
from ...engine.tables.quality import CLASSES, WORDS
from .. import parameters as shared
from ..products import given_raster, product_of, product_text, with_products
from ..results import styles
from ..saving import saving_parameters
from ..text import tr
from ..worker.layers import RasterUse
from .base import InferenceAlgorithm, Plan
from .further import polygon_shape

OPERATION = "cloud_mask"
ARGUMENTS = OPERATIONS[OPERATION]


class CloudMask(InferenceAlgorithm):
    """rsdl:cloudmask: clouds, shadows and the like, as a quality band marks them."""

    NAME = "cloudmask"
    TAKES_PRODUCTS = False  # with words for what is left out: here they are what is mapped

    def title(self):
        return tr("Cloud mask")

    def help(self):
        return tr(
            "Maps what the quality band of a product marks: clouds, cirrus, cloud shadows, snow, water and saturated "
            "pixels, each as a class; everything else is clear. It reads the scene classification (SCL) of Sentinel-2 "
            "L2A, QA_PIXEL, QA_RADSAT and BQA of Landsat, Fmask and the usable data mask of PlanetScope, alone or in "
            "their product. No network is run.\n\nThe mask goes into other algorithms as 'Quality band' "
            "(QUALITY_RASTER) with the classes to leave out as QUALITY_VALUES: {classes}. In the graphical modeler it "
            "is a step before mapping."
        ).format(classes=", ".join(f"{value} {name}" for value, name in enumerate(CLASSES)))

    def tags(self):
        return tr("cloud,shadow,cirrus,snow,mask,quality,scl,qa_pixel,bqa,fmask,sentinel,landsat").split(",")

    def inputs(self):
        words = QgsProcessingParameterEnum("QUALITY", tr("What is mapped"), list(WORDS), True, None, True, True)
        return [
            shared.described(
                QgsProcessingParameterRasterLayer("INPUT", tr("Quality band")),
                tr("The quality band, called as in the product: …_SCL_20m.jp2, …_QA_PIXEL.TIF, …_BQA.TIF."),
            ),
            shared.described(
                words,
                tr(
                    "Words, divided by commas: {words}. Where several are true of a pixel, the first one counts. "
                    "Default: cloud, cirrus and shadow, where the quality band knows them."
                ).format(words=", ".join(WORDS)),
            ),
            shared.number_of(
                ARGUMENTS["grow"],
                "GROW",
                tr("Grow clouds and shadows (pixels)"),
                tr(
                    "Clouds, cirrus and shadows are wider by so many pixels of the quality band on all sides, 0 to 50, "
                    "as their borders are often missed. Default: 0."
                ),
                advanced=False,
            ),
        ]

    def running(self):
        return [shared.extent(), shared.mask(), shared.nodata()]

    def output_label(self):
        return tr("Cloud mask")

    def outputs(self):
        return [shared.class_raster(self.output_label()), shared.polygons()]

    def initAlgorithm(self, configuration=None):
        shape = [parameter for parameter, _ in self.further().values()]
        own = [*with_products(self.inputs()), *self.outputs(), *shape, *self.running()]
        for parameter in [*own, *saving_parameters()]:
            self.addParameter(parameter)

    def operation(self):
        return OPERATION

    def further(self):
        return polygon_shape(tr("Polygons: "))

    def plan(self, parameters, context):
        layer = given_raster(self, parameters, "INPUT", context)
        if layer is None:
            raise RsdlError(tr("INPUT and PRODUCT are empty. Choose a quality band, or a product that has one."))
        words = self._words(parameters, context)
        path = "" if product_text(layer) else layer.source().split("|")[0]
        check_one(product_of(layer))
        flagged(Quality(words or ("cloud",), path), product_of(layer))
        classes = tuple(Class(value, name, color) for value, (name, color) in enumerate(CLASSES.items()))
        card = ModelCard(OPERATION, tr("Cloud mask"), (), classes)
        return Plan(Path(), card, {"input": [RasterUse("INPUT", layer, (1,))]})

    def arguments(self, arguments, parameters, context):
        spec = arguments["inputs"]["input"][0]
        given = {name: value for name, value in arguments.items() if name in ARGUMENTS}
        return {
            **given,
            "input": {"path": spec["path"], "nodata": shared.nodata_of(self, parameters, context)},
            "words": list(self._words(parameters, context)) or None,
            "grow": shared.number(self, parameters, "GROW", context) or 0,
        }

    def looks(self, card, result):
        in_colours = styles.in_classes(result["classes"])
        return {
            "OUTPUT": (card.title, in_colours),
            "POLYGONS": (tr("{model}: polygons").format(model=card.title), in_colours),
        }

    def _words(self, parameters, context) -> tuple[str, ...]:
        return tuple(word for word in self.parameterAsEnumStrings(parameters, "QUALITY", context) if word)
