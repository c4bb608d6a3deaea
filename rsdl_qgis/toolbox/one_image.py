"""What algorithms share that map one raster with any model of a task."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingParameterBand, QgsProcessingParameterRasterLayer, QgsRasterLayer

from ..engine.card import ModelCard, match_bands
from ..engine.errors import MismatchError, RsdlError
from . import layers, settings
from . import parameters as shared
from .inference import InferenceAlgorithm, Plan, raster, use_bands
from .text import tr


class OneImageAlgorithm(InferenceAlgorithm):
    """Maps a raster with a model that takes one image of one date. A child says for which task, ``TASK``."""

    TASK = ""

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
                self.TASK,
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

    def plan(self, parameters, context):
        layer = raster(self, parameters, "INPUT", context)
        if layer is None:
            raise RsdlError(tr("INPUT is empty: choose the raster to map."))
        chosen = None
        if parameters.get("BANDS") not in (None, "", []):
            chosen = tuple(self.parameterAsInts(parameters, "BANDS", context))
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        path, card = settings.store().find(name) if name else self._fitting(layer)
        if card.task != self.TASK:
            raise RsdlError(
                tr("Model '{model}' is for {task}, and this is for {wanted}.").format(
                    model=card.name, task=card.task, wanted=self.TASK
                ),
                tr("Choose another model, or the algorithm made for it, such as 'Flood mapping'."),
            )
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

    def _fitting(self, layer: QgsRasterLayer) -> tuple[Path, ModelCard]:
        """The installed model whose bands the layer has by description, if there is just one."""
        descriptions = [text for _, text in layers.data_bands(layer)]
        fitting, names = [], []
        for name, path, card in settings.store().list():
            if card.task != self.TASK or not takes_one_image(card):
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
    """Whether the model maps one image of one date."""
    return len(card.inputs) == 1 and len(card.inputs[0].dates) == 1
