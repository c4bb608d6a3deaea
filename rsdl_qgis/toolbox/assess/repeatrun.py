"""A result made again, and compared with what was made then."""

from __future__ import annotations

import re
from pathlib import Path

from qgis.core import (
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProviderRegistry,
)

from ...engine.errors import RsdlError
from ...engine.job.common import CHANGED
from .. import parameters as shared
from .. import settings
from ..algorithm import RsdlAlgorithm
from ..text import tr
from ..worker.client import make_job, run_job


class RepeatRun(RsdlAlgorithm):
    """rsdl:repeatrun: makes a result again and says whether it is the same."""

    NAME = "repeatrun"
    GROUP = "assess"

    def title(self):
        return tr("Repeat a run")

    def help(self):
        return tr(
            "Makes a result of this plugin again and compares it, to the bit. Every raster and vector layer that the "
            "plugin writes carries its run: the operation with all settings, the model and the hashes of its files, "
            "the inputs with size, time and a hash, and the versions, device and processor. Model and inputs are "
            "looked up first; what is missing or has changed is told. Then the same operation runs again, its results "
            "are written to a folder, and each is compared with the one made then, so far as it is still there: "
            "identical, or the share of pixels or features that differ and the largest difference, with the versions "
            "and devices that are different now.\n\nResults are the same to the bit with the same versions on the "
            "same kind of processor. A run whose layer was not a file (unsaved edits, filters, web maps) read a copy "
            "that is gone; save the layer as a file and name it in 'Moved paths'. Trained models are not made again "
            "here: their folders keep how they were trained."
        )

    def tags(self):
        return tr("reproducibility,provenance,history,again,compare,verify,audit").split(",")

    def initAlgorithm(self, configuration=None):
        for parameter in self._own():
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputBoolean("IDENTICAL", tr("Identical to the bit")))
        self.addOutput(QgsProcessingOutputNumber("DIFFERING", tr("Pixels or features that differ (%)")))
        self.addOutput(QgsProcessingOutputNumber("LARGEST", tr("Largest difference")))
        self.addOutput(QgsProcessingOutputString("REPEATED", tr("The result made again")))
        self.addOutput(QgsProcessingOutputString("DIFFERENCES", tr("What is different now, one per line")))

    def _own(self) -> list:
        return [
            shared.described(
                QgsProcessingParameterMapLayer("INPUT", tr("Result")),
                tr("A raster or vector layer that an algorithm of this plugin has written, or its file."),
            ),
            shared.described(
                QgsProcessingParameterString("PLACES", tr("Moved paths"), None, True, True),
                tr(
                    "Where files are that have moved since: the beginning of the old path, '=' and the new one, such "
                    "as /old/data=/new/data; several on lines of their own. Default: nothing has moved."
                ),
            ),
            shared.choice(
                "CHANGED",
                tr("Changed inputs"),
                tr(
                    "What happens where the model or an input is not what it was. refuse: nothing is run, and the "
                    "changes are listed. run: it is run nevertheless, and the changes are logged. Default: refuse."
                ),
                CHANGED,
                advanced=False,
            ),
            shared.described(
                shared.editable(QgsProcessingParameterString("DEVICE", tr("Device"), None, False, True), "devices"),
                tr("Processor that runs the network, as in prediction. Default: the one that made the result."),
                advanced=True,
            ),
            shared.described(
                QgsProcessingParameterFolderDestination("OUTPUT", tr("Folder for the repeated results")),
                tr("The results are written here under their names. It may not hold what the run reads."),
            ),
        ]

    def problem(self, parameters, context):
        self._path(parameters, context)
        places_in(shared.text_of(self, parameters, "PLACES", context))
        text = shared.device_problem(self, parameters, context)
        if not text:
            settings.worker_python()
        return text

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        self._file = self._path(parameters, context)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        folder = shared.fixed_path(parameters.get("OUTPUT")) or QgsProcessingUtils.generateTempFilename("again")
        arguments = {
            "path": self._file,
            "output": str(Path(folder).absolute()),
            "places": places_in(shared.text_of(self, parameters, "PLACES", context)),
            "changed": self.parameterAsEnumString(parameters, "CHANGED", context),
            "device": shared.text_of(self, parameters, "DEVICE", context) or None,
        }
        Path(arguments["output"]).parent.mkdir(parents=True, exist_ok=True)
        result = run_job(make_job("repeat", arguments), feedback)
        feedback.pushInfo(
            tr("Identical to the bit.") if result["identical"] else tr("Not identical: see the warnings above.")
        )
        largest = [item["largest"] for item in result["compared"] if item["largest"] is not None]
        return {
            "OUTPUT": result["output"],
            "IDENTICAL": result["identical"],
            "DIFFERING": 100 * max((item["differing"] for item in result["compared"]), default=0.0),
            "LARGEST": max(largest, default=0.0),
            "REPEATED": result["made"],
            "DIFFERENCES": "\n".join([*result["changed"], *result["differences"]]),
        }

    def _path(self, parameters, context) -> str:
        """The file of INPUT; RsdlError where it is none."""
        layer = self.parameterAsLayer(parameters, "INPUT", context)
        if layer is None or not layer.isValid():
            raise RsdlError(tr("INPUT: '{value}' is not a layer that QGIS can open.").format(value=parameters["INPUT"]))
        parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
        path, name = parts.get("path"), parts.get("layerName")
        if not path or not Path(path).is_file():
            raise RsdlError(
                tr("INPUT: '{layer}' is not a file.").format(layer=layer.name()),
                tr("Choose a result that was written to a file."),
            )
        return f"{path}|layername={name}" if name else path


def places_in(text: str) -> list[dict[str, str]]:
    """The moved paths in a text, 'old=new' in each line; RsdlError says what is wrong."""
    found = []
    for line in filter(None, map(str.strip, re.split(r"[\r\n]+", text))):
        old, _, new = line.partition("=")
        if not old.strip() or not new.strip():
            raise RsdlError(
                tr("PLACES: '{line}' is no moved path.").format(line=line),
                tr("Write the beginning of the old path, '=', and the new one."),
            )
        found.append({"old": old.strip(), "new": new.strip()})
    return found
