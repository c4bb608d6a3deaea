"""A cloud mask from the quality band of a product, or by a model."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingParameterEnum,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ...engine.cards.card import Class, ModelCard
from ...engine.cards.given.clouds import classes_of_words, words_said
from ...engine.errors import RsdlError
from ...engine.job.arguments import OPERATIONS
from ...engine.job.common import OF_MASKS
from ...engine.products.collection import check_one
from ...engine.products.quality import Quality, flagged
from ...engine.tables.quality import CLASSES, WORDS
from .. import parameters as shared
from ..products import given_raster, product_of, product_text, with_products
from ..results import styles
from ..saving import saving_parameters
from ..text import tr
from ..worker.layers import RasterUse
from .base import InferenceAlgorithm, Plan, use_bands
from .further import polygon_shape
from .model_choice import named_model, takes_one_image

OPERATION = "cloud_mask"
ARGUMENTS = OPERATIONS[OPERATION]


class CloudMask(InferenceAlgorithm):
    """rsdl:cloudmask: clouds, shadows and the like, as a quality band marks them or a model finds them."""

    NAME = "cloudmask"
    TAKES_PRODUCTS = False  # with words for what is left out: here they are what is mapped

    def title(self):
        return tr("Cloud mask")

    def help(self):
        return tr(
            "Maps what the quality band of a product marks: clouds, cirrus, cloud shadows, snow, water and saturated "
            "pixels, each as a class; everything else is clear. It reads the scene classification (SCL) of Sentinel-2 "
            "L2A, QA_PIXEL, QA_RADSAT and BQA of Landsat, Fmask and the usable data mask of PlanetScope, alone or in "
            "their product.\n\nWith MODEL a network finds them in the image: any model for semantic segmentation "
            "that has a class of clouds, such as an imported one. Its classes are known by their names, or said in "
            "CLASSES. None is shipped.\n\nThe mask goes into other algorithms as 'Quality band' (QUALITY_RASTER) "
            "with the classes to leave out as QUALITY_VALUES: {classes}. In the graphical modeler it is a step before "
            "mapping."
        ).format(classes=", ".join(f"{value} {name}" for value, name in enumerate(CLASSES)))

    def tags(self):
        return tr("cloud,shadow,cirrus,snow,mask,quality,scl,qa_pixel,bqa,fmask,sentinel,landsat").split(",")

    def inputs(self):
        words = QgsProcessingParameterEnum("QUALITY", tr("What is mapped"), list(WORDS), True, None, True, True)
        return [
            shared.described(
                QgsProcessingParameterRasterLayer("INPUT", tr("Quality band or image")),
                tr(
                    "The quality band, called as in the product: …_SCL_20m.jp2, …_QA_PIXEL.TIF, …_BQA.TIF. With MODEL "
                    "the image."
                ),
            ),
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed model for semantic segmentation, or its path: it finds the clouds. Default: "
                    "none, the quality band says where they are."
                ),
            ),
            shared.described(
                QgsProcessingParameterString("CLASSES", tr("Classes of the model"), None, False, True),
                tr(
                    "Which classes of the model are clouds and the like, by name or value, such as: cloud=thick cloud, "
                    "thin cloud; shadow=3. Default: by their names."
                ),
                advanced=True,
            ),
            shared.bands(),
            shared.described(
                words,
                tr(
                    "Words, divided by commas: {words}. Where several are true of a pixel, the first one counts. "
                    "Default: cloud, cirrus and shadow, where the quality band knows them; all that a model knows."
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
        return [item for item in super().running() if item.name() != "SCHEDULER"]

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
        name = shared.text_of(self, parameters, "MODEL", context)
        if name:
            return self._plan_of(name, layer, words, parameters, context)
        given = [one for one in ("CLASSES", "BANDS") if shared.is_given(parameters, one)]
        if given:
            raise RsdlError(
                tr("{name} is for a model, and MODEL is empty.").format(name=given[0]),
                tr("Choose a model, or leave {name} empty.").format(name=given[0]),
            )
        path = "" if product_text(layer) else layer.source().split("|")[0]
        check_one(product_of(layer))
        flagged(Quality(words or ("cloud",), path), product_of(layer))
        classes = tuple(Class(value, name, color) for value, (name, color) in enumerate(CLASSES.items()))
        card = ModelCard(OPERATION, tr("Cloud mask"), (), classes)
        return Plan(Path(), card, {"input": [RasterUse("INPUT", layer, (1,))]})

    def _plan_of(self, name, layer, words, parameters, context) -> Plan:
        """The model and its image."""
        path, card = named_model(name, "segmentation", _takes, tr("one image"))
        classes_of_words(card, words, words_said(shared.text_of(self, parameters, "CLASSES", context)))
        wanted, chosen = card.inputs[0], shared.chosen_bands(self, parameters, "BANDS", context)
        return Plan(path, card, {wanted.name: [use_bands("INPUT", layer, wanted, chosen, "BANDS")]})

    def arguments(self, arguments, parameters, context):
        given = {name: value for name, value in arguments.items() if name in ARGUMENTS and name != "input"}
        given["words"] = list(self._words(parameters, context)) or None
        given["grow"] = shared.number(self, parameters, "GROW", context) or 0
        if shared.text_of(self, parameters, "MODEL", context):
            said = words_said(shared.text_of(self, parameters, "CLASSES", context))
            return {**given, "classes": said or None}
        spec = arguments["inputs"]["input"][0]
        nodata = shared.nodata_of(self, parameters, context)
        own = {name: value for name, value in given.items() if name not in (*OF_MASKS, "model", "inputs")}
        return {**own, "input": {"path": spec["path"], "nodata": nodata}}

    def looks(self, card, result):
        in_colours, title = styles.in_classes(result["classes"]), tr("Cloud mask")
        return {
            "OUTPUT": (title, in_colours),
            "POLYGONS": (tr("{model}: polygons").format(model=title), in_colours),
        }

    def _words(self, parameters, context) -> tuple[str, ...]:
        return tuple(word for word in self.parameterAsEnumStrings(parameters, "QUALITY", context) if word)


def _takes(card: ModelCard) -> bool:
    return card.task == "segmentation" and takes_one_image(card)
