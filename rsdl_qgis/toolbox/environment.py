"""The worker's environment from the toolbox: set it up, and diagnose it."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)

from ..engine.errors import Cancelled, RsdlError
from ..engine.feedback import Report
from ..environment import FLAVOURS, check, managed_folder, setup
from ..paths import PACKAGE, plugin_version, user_folder
from . import compat, settings
from .algorithm import RsdlAlgorithm
from .parameters import choice, described
from .text import tr
from .worker.client import make_job, run_job


class FeedbackReport(Report):
    """A Report that writes to Processing's feedback."""

    def __init__(self, feedback):
        self._feedback = feedback

    def progress(self, fraction, message=""):
        self._feedback.setProgress(100 * fraction)
        if message:
            self._feedback.setProgressText(message)

    def log(self, level, message):
        show = {"warning": self._feedback.pushWarning, "error": self._feedback.reportError}
        show.get(level, self._feedback.pushInfo)(message)

    def cancelled(self):
        return self._feedback.isCanceled()


class SetupEnvironment(RsdlAlgorithm):
    """rsdl:setupenvironment: installs or repairs the worker's Python environment."""

    NAME = "setupenvironment"
    GROUP = "environment"

    def title(self):
        return tr("Set up environment")

    def help(self):
        return tr(
            "Installs or repairs the Python environment that networks run in, in your user folder and separate from "
            "QGIS. Needed once, and after an update of the plugin that asks for it. Downloads about 1 GB, or installs "
            "from a folder of wheels without a network connection. An environment that works is left unchanged. The "
            "settings of pip and uv (such as PIP_INDEX_URL) are respected."
        )

    def tags(self):
        return tr("install,python,worker,dependencies,pytorch,onnx").split(",")

    def initAlgorithm(self, configuration=None):
        self.addParameter(
            choice(
                "FLAVOUR",
                tr("Hardware"),
                tr(
                    "cpu: works on any computer. cuda: for an NVIDIA GPU on Windows or Linux, a download of several "
                    "GB. Default: cpu."
                ),
                FLAVOURS,
                advanced=False,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFile("WHEELS", tr("Folder of wheels"), compat.FOLDER, "", None, True),
                tr("Installs from the .whl files in this folder, without a network connection. Default: download."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterBoolean("ANEW", tr("Reinstall"), False),
                tr("Installs the environment again even if it works. Default: no."),
                advanced=True,
            )
        )
        self.addOutput(QgsProcessingOutputString("PYTHON", tr("Python of the environment")))

    def problem(self, parameters, context):
        wheels = self.parameterAsString(parameters, "WHEELS", context)
        if wheels and not any(Path(wheels).glob("*.whl")):
            return tr("The folder {folder} holds no .whl files. Choose another, or leave it empty.").format(
                folder=wheels
            )
        return ""

    def processAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context)
        if settings.python_setting():
            feedback.pushWarning(
                tr(
                    "The plugin's settings name another Python ({python}). It is used instead of this environment "
                    "until that setting is cleared."
                ).format(python=settings.python_setting())
            )
        try:
            python = setup(
                FeedbackReport(feedback),
                self.parameterAsEnumString(parameters, "FLAVOUR", context),
                self.parameterAsString(parameters, "WHEELS", context) or None,
                anew=self.parameterAsBoolean(parameters, "ANEW", context),
            )
        except Cancelled:
            raise QgsProcessingException(tr("The installation was cancelled; nothing was kept of it.")) from None
        except RsdlError as error:
            raise QgsProcessingException(str(error)) from None
        return {"PYTHON": str(python)}


class Diagnostics(RsdlAlgorithm):
    """rsdl:diagnostics: versions, paths, models, devices and a tiny network run, as one text."""

    NAME = "diagnostics"
    GROUP = "environment"

    def title(self):
        return tr("Diagnostics")

    def help(self):
        return tr(
            "Collects what a bug report needs in one text: versions, paths, devices, installed models, and whether a "
            "tiny network runs. It contains the paths of your folders, and nothing else about you."
        )

    def tags(self):
        return tr("version,test,bug,report,gpu").split(",")

    def initAlgorithm(self, configuration=None):
        self.addParameter(
            described(
                QgsProcessingParameterFileDestination(
                    "OUTPUT", tr("Text file"), tr("Text files (*.txt)"), None, True, False
                ),
                tr("Text file to write. Default: the text is only shown in the log."),
            )
        )
        self.addOutput(QgsProcessingOutputString("REPORT", tr("Report")))

    def processAlgorithm(self, parameters, context, feedback):
        lines = [*_host(), *_models(), *_worker(feedback)]
        text = "\n".join(lines)
        feedback.pushInfo(text)
        path = self.parameterAsFileOutput(parameters, "OUTPUT", context) if parameters.get("OUTPUT") else ""
        if path:
            try:
                Path(path).write_text(text + "\n", encoding="utf-8")
            except OSError as error:
                raise QgsProcessingException(
                    tr("The text cannot be written to {path}: {reason}. Choose another file.").format(
                        path=path, reason=error
                    )
                ) from None
        return {"REPORT": text, **({"OUTPUT": path} if path else {})}


# The report itself is for those who read bug reports, so it is not translated.
def _host() -> list[str]:
    chosen = f"python={settings.python_setting() or '-'}, device={settings.default_device()}"
    return [
        f"RSDL {plugin_version()} at {PACKAGE}",
        f"QGIS {Qgis.QGIS_VERSION}, Python {platform.python_version()} ({sys.executable})",
        f"System: {platform.platform()}",
        f"User folder: {user_folder()}",
        f"Managed environment: {managed_folder()}",
        f"Settings: {chosen}, models={settings.model_folders() or '-'}",
    ]


def _models() -> list[str]:
    listing = settings.store().scan()
    found = [f"Model: {name} ({card.task}) at {path}" for name, path, card in listing.models]
    return [*(found or ["Model: none installed"]), *(f"Not usable: {problem.text}" for problem in listing.problems)]


def _worker(feedback) -> list[str]:
    try:
        python = settings.worker_python()
        lines = [f"Worker: {python.path} ({python.source})"]
        lines += [f"  {name} {version}" for name, version in check(python.path).items()]
    except RsdlError as error:
        return [f"Worker: {error}"]
    try:
        result = run_job(make_job("describe", {}), feedback)
    except QgsProcessingException as error:
        if feedback.isCanceled():
            raise
        return [*lines, f"Worker test failed: {error}"]
    return [*lines, *(f"  {name}: {value}" for name, value in result.items())]
