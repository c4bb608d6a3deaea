"""What algorithms share that map one raster with any model of a task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsProcessingParameterRasterLayer, QgsRasterLayer

from ...engine.cards.card import ModelCard
from ...engine.errors import RsdlError
from .. import compat, settings
from .. import parameters as shared
from ..products import given_raster
from ..text import tr
from ..worker.layers import RasterUse
from .base import InferenceAlgorithm, Plan, use_bands
from .model_choice import fitting_model, named_model, takes_one_image


class OneImageAlgorithm(InferenceAlgorithm):
    """Maps a raster with a model that takes one image of one date. A child says for which task, ``TASK``."""

    STACKS = False  # whether it takes models of several layers

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
            *([_further_layers()] if self.STACKS else []),
            shared.bands(),
        ]

    def plan(self, parameters, context):
        others = shared.layer_list(self, parameters, "LAYERS", context) if self.STACKS else []
        if others:
            return self._stack(parameters, context, others)
        layer = given_raster(self, parameters, "INPUT", context)
        if layer is None:
            raise RsdlError(tr("INPUT and PRODUCT are empty. Choose the raster to map, or a product."))
        chosen = shared.chosen_bands(self, parameters, "BANDS", context)
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        if name:
            path, card = self.named(name)
        else:
            path, card = fitting_model(self._takes, [layer])
        wanted = card.inputs[0]
        notes = () if name else (tr("Model: {model}").format(model=card.title),)
        return Plan(path, card, {wanted.name: [self.use(path, card, layer, chosen)]}, notes)

    def use(self, path: Path, card: ModelCard, layer: QgsRasterLayer, chosen: Sequence[int] | None) -> RasterUse:
        """The layer with the bands that a model takes of it; RsdlError if they do not fit."""
        return use_bands("INPUT", layer, card.inputs[0], chosen, "BANDS")

    def named(self, name) -> tuple[Path, ModelCard]:
        """The model of that name or path; RsdlError if it is of another kind."""
        return named_model(name, self.TASK, self._takes, tr("one image"))

    def _stack(self, parameters, context, others) -> Plan:
        """INPUT and the other layers, as a model of several inputs takes them: in the order of its inputs and dates."""
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        if not name:
            raise RsdlError(tr("LAYERS are given and MODEL is empty. Choose the model that takes several layers."))
        given = [given_raster(self, parameters, "INPUT", context), *others]
        path, card = settings.store().find(name)
        wanted = [(item, date) for item in card.inputs for date in item.dates]
        if card.task != self.TASK or len(wanted) != len(given) or None in given:
            raise RsdlError(
                tr("Model '{model}' is for {task} and takes {inputs}, and {count} layer(s) are given.").format(
                    model=card.name,
                    task=card.task,
                    inputs=", ".join(f"{item.role or item.name} {date}" for item, date in wanted),
                    count=len([layer for layer in given if layer is not None]),
                ),
                tr("Give them in INPUT and LAYERS, in that order, or choose another model."),
            )
        if shared.is_given(parameters, "BANDS"):
            raise RsdlError(tr("BANDS is for one layer, and there are several. Leave BANDS or LAYERS empty."))
        inputs: dict[str, list[RasterUse]] = {}
        for (item, _), layer in zip(wanted, given):
            inputs.setdefault(item.name, []).append(use_bands("LAYERS", layer, item, None, "BANDS"))
        return Plan(path, card, inputs)

    def _takes(self, card: ModelCard) -> bool:
        return card.task == self.TASK and takes_one_image(card)


def _further_layers():
    """LAYERS: of models that take a stack of several."""
    return shared.several_layers(
        "LAYERS",
        tr("Further layers"),
        compat.RASTERS,
        tr(
            "For a model of a stack of several layers: those after the first, which is INPUT, in the order in which "
            "the model was trained. The map has the grid of INPUT. Default: none."
        ),
    )
