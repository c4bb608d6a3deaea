"""Semantic segmentation of one raster with any model."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterBand, QgsProcessingParameterRasterLayer

from ..engine.card import ModelCard, match_bands
from ..engine.errors import MismatchError, RsdlError
from . import layers, settings
from . import parameters as shared
from .inference import InferenceAlgorithm, Plan, raster, use_bands
from .text import tr


class SemanticSegmentation(InferenceAlgorithm):
    """rsdl:semanticsegmentation: a class for every pixel of a raster."""

    NAME = "semanticsegmentation"

    def title(self):
        return tr("Semantic segmentation")

    def help(self):
        return tr(
            "Gives every pixel of a raster a class with a trained network. Takes any size, data type and "
            "coordinate "
            "system; nodata stays nodata.\n\nThe model is the name of an installed one (see 'List models'), "
            "or the path "
            "of a model folder, a .zip of one, or an .onnx file that carries its card or Deepness metadata. "
            "Its bands "
            "are found by the raster's band descriptions, else taken in order if there are as many, else "
            "chosen in "
            "'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,classification,onnx,land cover,semantic").split(",")

    def inputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterLayer("INPUT", tr("Raster")),
                tr(
                    "The raster to map: any layer that QGIS can open, web maps included (they need an area "
                    "to map)."
                ),
            ),
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed model, or path of a model folder, .zip or .onnx file. Default: the "
                    "one whose "
                    "bands the raster has by description, if there is just one."
                ),
            ),
            shared.described(
                QgsProcessingParameterBand("BANDS", tr("Bands"), None, "INPUT", True, True),
                tr(
                    "Band numbers from 1, in the order in which the model takes them. Default: found by "
                    "description."
                ),
                advanced=True,
            ),
        ]

    def output_label(self):
        return tr("Classes")

    def plan(self, parameters, context):
        layer = raster(self, parameters, "INPUT", context)
        if layer is None:
            raise RsdlError(tr("INPUT is empty: choose the raster to map."))
        chosen = None
        if parameters.get("BANDS") not in (None, "", []):
            chosen = tuple(self.parameterAsInts(parameters, "BANDS", context))
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        path, card = settings.store().find(name) if name else self._fitting(layer)
        if not takes_one_image(card):
            raise RsdlError(
                tr("Model '{model}' is not for one image: it takes {inputs} ({task}).").format(
                    model=card.name,
                    task=card.task,
                    inputs=", ".join(
                        f"{item.role or item.name} {date}" for item in card.inputs for date in item.dates
                    ),
                ),
                tr("Choose another model, or the algorithm made for it, such as 'Flood mapping'."),
            )
        wanted = card.inputs[0]
        notes = () if name else (tr("Model: {model}").format(model=card.title),)
        return Plan(path, card, {wanted.name: [use_bands("INPUT", layer, wanted, chosen, "BANDS")]}, notes)

    @staticmethod
    def _fitting(layer):
        """The installed model whose bands the layer has by description, if there is just one."""
        descriptions = [text for _, text in layers.data_bands(layer)]
        fitting, names = [], []
        for name, path, card in settings.store().list():
            if not takes_one_image(card):
                continue
            names.append(name)
            try:
                match_bands(card.inputs[0], descriptions, -1)
            except MismatchError:
                continue
            fitting.append((path, card))
        if len(fitting) == 1:
            return fitting[0]
        raise RsdlError(
            tr(
                "No model is chosen, and {count} of the installed ones fit this raster by its band "
                "descriptions."
            ).format(count=len(fitting)),
            tr("Choose one in MODEL: {names}, or the path of a model.").format(
                names=", ".join(names) or tr("none installed")
            ),
        )


def takes_one_image(card: ModelCard) -> bool:
    """Whether the model segments one image of one date."""
    return card.task == "segmentation" and len(card.inputs) == 1 and len(card.inputs[0].dates) == 1
