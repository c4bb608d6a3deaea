"""rsdl:fetchmodel: downloads and installs a model of a manifest."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterString,
)

from ..engine.cards.manifest import entries_of, entry_named, is_address
from . import network, settings
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .text import tr
from .worker.client import make_job, run_job


class FetchModel(RsdlAlgorithm):
    """rsdl:fetchmodel: downloads a model, or the lists of models."""

    NAME = "fetchmodel"
    GROUP = "models"

    def title(self):
        return tr("Download model")

    def help(self):
        return tr(
            "Downloads a model of a manifest, checks it by its size and SHA-256, and installs it among yours. What was "
            "interrupted goes on where it ended. QGIS's proxy settings and certificates are used.\n\nManifests are "
            "lists of models: the plugin may come with one, and addresses, files and folders of others are added in "
            "Settings → Options → RSDL. Without a model, the lists at addresses are fetched again, and what they offer "
            "is logged."
        )

    def tags(self):
        return tr("model,download,fetch,install,manifest,update,zoo,hub").split(",")

    def initAlgorithm(self, configuration=None):
        model = QgsProcessingParameterString("MODEL", tr("Model"), None, False, True)
        self.addParameter(
            shared.described(
                shared.editable(model, "fetchable", tr("none: fetch the lists again")),
                tr("Name of the model in a manifest. Default: none is fetched, but the lists of models are."),
            )
        )
        self.addParameter(
            shared.described(
                QgsProcessingParameterBoolean("REPLACE", tr("Replace a model of the same name"), False),
                tr("Yes: the new model takes the name of one that is installed. No: it is refused. Default: no."),
            )
        )
        self.addOutput(QgsProcessingOutputString("MODEL", tr("Name of the model")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of models in the lists")))

    def problem(self, parameters, context):
        name, places = shared.text_of(self, parameters, "MODEL", context), settings.manifests()
        if not places:
            return tr("There is no list of models. Add the address of a manifest in Settings → Options → RSDL.")
        kept = not any(map(is_address, places))
        if name and kept:
            entry_named(name, places)
        settings.worker_python()
        return ""

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        name, places = shared.text_of(self, parameters, "MODEL", context), settings.manifests()
        with network.variables() as variables:
            if not name or not _is_known(name, places):
                listed = run_job(make_job("fetch_manifests", {"manifests": places}), feedback, None, variables)
            if not name:
                for entry in settings.fetchable():
                    licence = entry.licence or tr("not stated")
                    text = tr("{name}: {title} ({size} MB, licence: {licence})")
                    feedback.pushInfo(
                        text.format(name=entry.name, title=entry.title, size=entry.megabytes, licence=licence)
                    )
                return {"MODEL": "", "COUNT": listed["count"]}
            given = {
                "name": name,
                "manifests": places,
                "replace": self.parameterAsBoolean(parameters, "REPLACE", context),
                "folders": settings.model_folders(),
            }
            result = run_job(make_job("fetch_model", given), feedback, None, variables)
        feedback.pushInfo(tr("Installed in {path}.").format(path=result["path"]))
        return {"MODEL": result["model"], "COUNT": len(entries_of(places)[0])}


def _is_known(name: str, places: list[str]) -> bool:
    """Whether a list that is kept here has a model of that name."""
    return any(entry.name == name for entry in entries_of(places)[0])
