"""The installed models from the toolbox: list, describe."""

from __future__ import annotations

import json

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
)

from ..engine.cards.card import ModelCard
from ..engine.cards.sheet import sheet_dict, sheet_lines
from ..engine.cards.stac_mlm import to_item
from ..engine.errors import RsdlError
from . import compat, settings
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .text import tr
from .worker.client import make_job, run_job


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
        self.addParameter(_report(tr("A page (.html) of all models: what each takes, and how good it is.")))
        self.addOutput(QgsProcessingOutputString("MODELS", tr("Model names, one per line")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of models")))
        self.addOutput(QgsProcessingOutputString("JSON", tr("Models (JSON)")))

    def problem(self, parameters, context):
        return _report_problem(parameters)

    def processAlgorithm(self, parameters, context, feedback):
        listing = settings.store().scan()
        models = listing.models
        for name, path, card in models:
            feedback.pushInfo(f"{name}: {card.title} ({card.task}) - {path}")
        for problem in listing.problems:
            feedback.pushWarning(tr("Not usable: {problem}").format(problem=problem.text))
        if not models:
            feedback.pushInfo(tr("No models are installed. 'Import model' installs one from a file."))
        report = self.parameterAsFileOutput(parameters, "REPORT", context)
        if report:
            run_job(make_job("list_models", {"folders": settings.model_folders(), "report": report}), feedback)
        told = [
            {"name": name, "title": card.title, "task": card.task, "path": str(path), **sheet_dict(card)}
            for name, path, card in models
        ]
        outputs = {"MODELS": "\n".join(name for name, _, _ in models), "COUNT": len(models)}
        return {**outputs, "JSON": json.dumps(told, ensure_ascii=False), **({"REPORT": report} if report else {})}


class DescribeModel(RsdlAlgorithm):
    """rsdl:describemodel: what a model takes and gives."""

    NAME = "describemodel"
    GROUP = "models"

    def title(self):
        return tr("Describe model")

    def help(self):
        return tr(
            "Describes a model: what it takes and gives, how good it is, where it is from, its licence and its limits, "
            "as text, as JSON and as a page with a picture of a result.\n\nGive a layer to know whether the model fits "
            "it: its bands, pixel size, coordinate system and values are looked at, and each reason is told."
        )

    def initAlgorithm(self, configuration=None):
        self.addParameter(_required(shared.model(tr("Model"), _model_help(), tasks="")))
        self.addParameter(
            shared.described(
                QgsProcessingParameterRasterLayer("LAYER", tr("Does it fit this layer?"), None, True),
                tr(
                    "A raster file. The log and the page say whether the model fits it, and why; the picture is of its "
                    "middle. Default: none."
                ),
            )
        )
        self.addParameter(_report(tr("A page (.html) on the model, with a picture of a result.")))
        self.addOutput(QgsProcessingOutputString("DESCRIPTION", tr("Description")))
        self.addOutput(QgsProcessingOutputString("CARD", tr("Model card (JSON)")))
        self.addOutput(QgsProcessingOutputString("JSON", tr("Description (JSON)")))
        self.addOutput(QgsProcessingOutputBoolean("FITS", tr("Fits the layer")))
        self.addOutput(QgsProcessingOutputString("REASONS", tr("Why it fits or does not, one reason per line")))

    def problem(self, parameters, context):
        settings.store().find(self.parameterAsString(parameters, "MODEL", context).strip())
        layer = self.parameterAsRasterLayer(parameters, "LAYER", context)
        if shared.is_given(parameters, "LAYER") and (layer is None or layer.providerType() != "gdal"):
            return tr("LAYER has to be a raster file. Choose another layer, or none.")
        return _report_problem(parameters)

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        layer = self.parameterAsRasterLayer(parameters, "LAYER", context)
        self._layer = {"path": layer.source()} if layer else None
        return True

    def processAlgorithm(self, parameters, context, feedback):
        try:
            path, card = settings.store().find(self.parameterAsString(parameters, "MODEL", context).strip())
        except RsdlError as error:
            raise QgsProcessingException(str(error)) from None
        text = f"{describe(card)}\n{path}"
        feedback.pushInfo(text)
        told = {"name": card.name, "title": card.title, "path": str(path), **sheet_dict(card)}
        outputs = {"DESCRIPTION": text, "CARD": json.dumps(to_item(card))}
        report = self.parameterAsFileOutput(parameters, "REPORT", context)
        if report or self._layer:
            given = {"model": str(path), "layer": self._layer, "report": report or None}
            found = run_job(make_job("describe_model", given), feedback)
            reasons = found["reasons"]
            told |= {"fits": found["fits"], "answer": found["answer"], "reasons": reasons}
            lines = [f"{reason['role']}, {reason['aspect']}: {reason['reason']}" for reason in reasons]
            feedback.pushInfo("\n".join(lines))
            outputs |= {"FITS": bool(found["fits"]), "REASONS": "\n".join(lines)} if self._layer else {}
            outputs |= {"REPORT": report} if report else {}
        return {**outputs, "JSON": json.dumps(told, ensure_ascii=False)}


def _report(text: str):
    kinds = tr("HTML files (*.html)")
    return shared.described(
        QgsProcessingParameterFileDestination("REPORT", tr("Report"), kinds, None, True, False), text
    )


def _report_problem(parameters) -> str:
    """What is wrong with the place of the page; RsdlError where there is no environment to make it."""
    text = shared.output_problem(shared.fixed_path(parameters.get("REPORT")), ("html", "htm"))
    if not text and any(shared.is_given(parameters, name) for name in ("REPORT", "LAYER")):
        settings.worker_python()
    return text


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
    lines += sheet_lines(card, ("How good it is", "Where it is from", "Limits"))
    return "\n".join(lines)


def _model_help() -> str:
    return tr("Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file.")


def _required(parameter):
    parameter.setFlags(parameter.flags() & ~compat.OPTIONAL)
    return parameter
