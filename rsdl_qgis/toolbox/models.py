"""The installed models from the toolbox: list, describe, import."""

from __future__ import annotations

import json

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
)

from ..engine.cards.card import ModelCard
from ..engine.cards.names import as_model_name
from ..engine.cards.stac_mlm import to_item
from ..engine.cards.store import own_folder
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


class ImportModel(RsdlAlgorithm):
    """rsdl:importmodel: installs a model from a file."""

    NAME = "importmodel"
    GROUP = "models"

    def title(self):
        return tr("Import model")

    def help(self):
        return tr(
            "Installs a model archive (.zip) or an .onnx file with a model card or Deepness metadata among your "
            "models, so that it can be chosen by name. Weights that an .onnx file stores in files beside it are "
            "installed too. A name that another model has is refused unless REPLACE is set. A model cannot run code of "
            "its own."
        )

    def initAlgorithm(self, configuration=None):
        self.addParameter(
            shared.described(
                QgsProcessingParameterFile("INPUT", tr("Model file"), fileFilter=tr("Models (*.zip *.onnx)")),
                tr("A model folder packed as a .zip archive, or an .onnx file."),
            )
        )
        self.addParameter(
            shared.described(
                QgsProcessingParameterBoolean("REPLACE", tr("Replace a model of the same name"), False),
                tr(
                    "Yes: the new model takes the name. A model of yours with that name is deleted once the new one is "
                    "installed; one of the plugin, or in a folder named in the settings, stays but is no longer used. "
                    "No: a name that another model has is refused. Default: no."
                ),
            )
        )
        self.addOutput(QgsProcessingOutputString("MODEL", tr("Name of the model")))

    def problem(self, parameters, context):
        settings.store().check_free(*self._chosen(parameters, context))
        return ""

    def _chosen(self, parameters, context) -> tuple[str, bool]:
        """The file, and whether a model of its name gives way."""
        replace = self.parameterAsBoolean(parameters, "REPLACE", context)
        return self.parameterAsFile(parameters, "INPUT", context), replace

    def processAlgorithm(self, parameters, context, feedback):
        store = settings.store()
        before = store.list()
        try:
            path, card = store.install(*self._chosen(parameters, context))
        except RsdlError as error:
            raise QgsProcessingException(str(error)) from None
        except OSError as error:
            raise QgsProcessingException(
                tr(
                    "The model cannot be installed: {reason}. Free disk space, or check the permissions of the folder."
                ).format(reason=error.strerror or error)
            ) from None
        name = as_model_name(card.name)
        feedback.pushInfo(describe(card))
        if path.parent != own_folder():
            feedback.pushInfo(tr("The same model is already installed: {path}.").format(path=path))
            return {"MODEL": name}
        feedback.pushInfo(tr("Installed in {path}.").format(path=path))
        for known, hidden, _ in before:
            if known == name and hidden.parent != path.parent:
                feedback.pushInfo(
                    tr("'{model}' is now the new model. {hidden} stays where it is, but is no longer used.").format(
                        model=name, hidden=hidden
                    )
                )
        return {"MODEL": name}


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
