"""What algorithms share that map one raster with any model of a task."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterBand, QgsProcessingParameterRasterLayer

from ...engine.cards.card import ModelCard
from ...engine.errors import RsdlError
from .. import parameters as shared
from ..text import tr
from .base import InferenceAlgorithm, Plan, raster, use_bands
from .model_choice import fitting_model, named_model, takes_one_image


class OneImageAlgorithm(InferenceAlgorithm):
    """Maps a raster with a model that takes one image of one date. A child says for which task, ``TASK``."""

    def inputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterLayer("INPUT", tr("Raster")),
                tr("The raster to map: any raster layer that QGIS can open. Web maps need an area to map."),
            ),
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file. "
                    "Default: the installed model whose bands match the raster's band descriptions, if exactly one "
                    "does."
                ),
                self.TASK,
            ),
            shared.described(
                QgsProcessingParameterBand("BANDS", tr("Bands"), None, "INPUT", True, True),
                tr(
                    "Band numbers, from 1, in the order in which the model takes them. Default: matched by band "
                    "descriptions."
                ),
                advanced=True,
            ),
        ]

    def plan(self, parameters, context):
        layer = raster(self, parameters, "INPUT", context)
        if layer is None:
            raise RsdlError(tr("INPUT is empty. Choose the raster to map."))
        chosen = shared.chosen_bands(self, parameters, "BANDS", context)
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        if name:
            path, card = named_model(name, self.TASK, self._takes, tr("one image"))
        else:
            path, card = fitting_model(self._takes, [layer])
        wanted = card.inputs[0]
        notes = () if name else (tr("Model: {model}").format(model=card.title),)
        return Plan(path, card, {wanted.name: [use_bands("INPUT", layer, wanted, chosen, "BANDS")]}, notes)

    def _takes(self, card: ModelCard) -> bool:
        return card.task == self.TASK and takes_one_image(card)
