"""The installed models from the toolbox: list, describe."""

from __future__ import annotations

import json

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
)

from ..engine.cards.card import ModelCard
from ..engine.cards.stac_mlm import to_item
from ..engine.errors import RsdlError
from . import compat, settings
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .text import tr


class ListModels(RsdlAlgorithm):
    """rsdl:listmodels: the names of the installed models."""

    NAME = "listmodels"
    GROUP = "models"

    def title(self):
        return tr("List models")

    def help(self):
        return tr(
            "Lists the installed models: the plugin's own, yours, and those in the folders named in the settings. "
            "Their names can be given as MODEL to other algorithms. Models that cannot be used are listed with the "
            "reason."
        )

    def initAlgorithm(self, configuration=None):
        self.addOutput(QgsProcessingOutputString("MODELS", tr("Model names, one per line")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of models")))

    def processAlgorithm(self, parameters, context, feedback):
        listing = settings.store().scan()
        models = listing.models
        for name, path, card in models:
            feedback.pushInfo(f"{name}: {card.title} ({card.task}) - {path}")
        for problem in listing.problems:
            feedback.pushWarning(tr("Not usable: {problem}").format(problem=problem.text))
        if not models:
            feedback.pushInfo(tr("No models are installed. 'Import model' installs one from a file."))
        return {"MODELS": "\n".join(name for name, _, _ in models), "COUNT": len(models)}


class DescribeModel(RsdlAlgorithm):
    """rsdl:describemodel: what a model takes and gives."""

    NAME = "describemodel"
    GROUP = "models"

    def title(self):
        return tr("Describe model")

    def help(self):
        return tr("Describes a model: the bands it takes, resolution, classes, how it was trained and its accuracy.")

    def initAlgorithm(self, configuration=None):
        self.addParameter(_required(shared.model(tr("Model"), _model_help(), tasks="")))
        self.addOutput(QgsProcessingOutputString("DESCRIPTION", tr("Description")))
        self.addOutput(QgsProcessingOutputString("CARD", tr("Model card (JSON)")))

    def problem(self, parameters, context):
        settings.store().find(self.parameterAsString(parameters, "MODEL", context).strip())
        return ""

    def processAlgorithm(self, parameters, context, feedback):
        try:
            path, card = settings.store().find(self.parameterAsString(parameters, "MODEL", context).strip())
        except RsdlError as error:
            raise QgsProcessingException(str(error)) from None
        text = f"{describe(card)}\n{path}"
        feedback.pushInfo(text)
        return {"DESCRIPTION": text, "CARD": json.dumps(to_item(card))}


def describe(card: ModelCard) -> str:
    """A model card in a few lines."""
    lines = [f"{card.name}: {card.title}"]
    if card.description:
        lines.append(card.description)
    options = ", ".join(f"{name} {value}" for name, value in card.options.items())
    network = f"{card.network or '-'}{f' ({options})' if options else ''}"
    lines.append(tr("Task: {task}, network: {network}").format(task=card.task, network=network))
    for item in card.inputs:
        bands = ", ".join(band.name for band in item.bands)
        text = tr("Input {role}: {bands}; dates: {dates}")
        lines.append(text.format(role=item.role or item.name, bands=bands, dates=", ".join(item.dates)))
    if card.resolution:
        lines.append(tr("Resolution: {metres} m per pixel").format(metres=f"{card.resolution:.6g}"))
    if card.classes:
        names = ", ".join(f"{c.value} {c.name}" for c in card.classes)
        lines.append(tr("Classes: {classes}").format(classes=names))
    else:
        lines.append(tr("Predicts continuous values; unit: {unit}").format(unit=card.unit or "-"))
    if card.temperature != 1:
        lines.append(tr("Temperature of the probabilities: {temperature}").format(temperature=f"{card.temperature:g}"))
    if card.threshold is not None:
        lines.append(tr("Decision threshold: {threshold}").format(threshold=f"{card.threshold:g}"))
    if card.thresholds:
        each = ", ".join(f"{c.name} {value:g}" for c, value in zip(card.classes, card.thresholds))
        lines.append(tr("Decision threshold: {threshold}").format(threshold=each))
    if card.provenance:
        lines.append(json.dumps(dict(card.provenance), ensure_ascii=False, default=str))
    return "\n".join(lines)


def _model_help() -> str:
    return tr("Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file.")


def _required(parameter):
    parameter.setFlags(parameter.flags() & ~compat.OPTIONAL)
    return parameter
