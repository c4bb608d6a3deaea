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
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from ..engine.errors import Cancelled, RsdlError
from ..engine.feedback import Report
from ..environment import (
    ALL_STEPS,
    CONVERTERS,
    DEVICES,
    STEPS,
    check,
    managed_folder,
    managed_state,
    managed_step,
    setup,
)
from ..environment.hardware import find_gpu
from ..environment.network import redacted
from ..paths import PACKAGE, plugin_version, user_folder, without_home
from . import compat, network, settings
from .algorithm import RsdlAlgorithm
from .parameters import choice, described, fixed_path, is_given
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
            "QGIS. Needed once, and after an update of the plugin that asks for it. The step 'predict' is enough for "
            "every map and every assessment: 0.11 GB to download, 0.35 GB on disk. 'train' adds PyTorch for trainings: "
            "0.4 GB to download and 1.4 GB on disk for the CPU, 3 GB and 6 GB with CUDA. 'tensorflow' makes another "
            "environment beside it, which only the import of TensorFlow SavedModels needs: 0.35 GB and 1.5 GB; "
            "'tflite' one that only the export to TensorFlow Lite needs: 0.4 GB and 1.7 GB, on Linux and Apple's Macs; "
            "their folders may be removed afterwards. An environment that works is "
            "left unchanged, and the old one stays until the new one works. QGIS's proxy and certificates and the "
            "settings of pip and uv (such as PIP_INDEX_URL) are respected."
        )

    def tags(self):
        return tr("install,python,worker,dependencies,pytorch,onnx,offline,bundle,cuda").split(",")

    def initAlgorithm(self, configuration=None):
        step = managed_step()
        device = tr(
            "auto: libraries for CUDA where there is an NVIDIA GPU with a driver that they fit, else for the CPU; the "
            "log says what was found. cpu: works on any computer. cuda: also where no GPU is found. Default: auto."
        )
        self.addParameter(
            choice(
                "STEP",
                tr("Step"),
                tr(
                    "predict: to make maps and to assess them. train: also to train networks. tensorflow: another "
                    "environment, to import SavedModels of TensorFlow. tflite: another, to export models to "
                    "TensorFlow Lite. Default: what there is."
                ),
                sorted(ALL_STEPS, key=lambda name: name != (step or STEPS[0])),
                advanced=False,
            )
        )
        self.addParameter(choice("DEVICE", tr("Device"), device, DEVICES, advanced=False))
        self.addParameter(
            described(
                QgsProcessingParameterFile("WHEELS", tr("Install from bundle"), compat.FOLDER, "", None, True),
                tr("Installs from this folder, without a network: a bundle, or .whl files. Default: download."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterFolderDestination("BUNDLE", tr("Bundle to write"), None, True, False),
                tr(
                    "Folder to write everything into that another computer of the same kind needs to install without a "
                    "network connection; the environment here is then made from it. Default: none."
                ),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString("INDEX_URL", tr("Package index"), None, False, True),
                tr("Address of a package index of your own. Default: the public one, or what pip is set to."),
                advanced=True,
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterBoolean("ANEW", tr("Reinstall"), False),
                tr("Installs the environment again even if it works. Default: no."),
                advanced=True,
            )
        )
        flavour = QgsProcessingParameterString("FLAVOUR", tr("Hardware (older name)"), None, False, True)
        flavour.setFlags(flavour.flags() | compat.HIDDEN)
        self.addParameter(described(flavour, tr("Of models saved by older versions: STEP=train with this DEVICE.")))
        self.addOutput(QgsProcessingOutputString("PYTHON", tr("Python of the environment")))

    def problem(self, parameters, context):
        wheels = self.parameterAsString(parameters, "WHEELS", context)
        if wheels and not any(Path(wheels).glob("*.whl")):
            return tr("The folder {folder} holds no .whl files. Choose another, or leave it empty.").format(
                folder=wheels
            )
        if wheels and self._bundle(parameters):
            return tr("WHEELS and BUNDLE are both given: a bundle is made of what is downloaded. Leave one empty.")
        flavour = self.parameterAsString(parameters, "FLAVOUR", context)
        if flavour and flavour not in DEVICES:
            return tr("FLAVOUR is {flavour}; it was cpu or cuda. Use DEVICE instead.").format(flavour=flavour)
        return ""

    def _bundle(self, parameters) -> str:
        return fixed_path(parameters.get("BUNDLE")) if is_given(parameters, "BUNDLE") else ""

    def processAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        if settings.python_setting():
            feedback.pushWarning(
                tr(
                    "The plugin's settings name another Python ({python}). It is used instead of this environment "
                    "until that setting is cleared."
                ).format(python=settings.python_setting())
            )
        step = self.parameterAsEnumString(parameters, "STEP", context)
        device = self.parameterAsEnumString(parameters, "DEVICE", context)
        flavour = self.parameterAsString(parameters, "FLAVOUR", context)
        if flavour:
            step, device = "train", flavour
            feedback.pushWarning(
                tr("STEP and DEVICE have replaced FLAVOUR: {step}, {device}.").format(step=step, device=device)
            )
        bundle = self._bundle(parameters)
        try:
            with network.variables() as variables:
                python = setup(
                    FeedbackReport(feedback),
                    step,
                    device,
                    wheels=self.parameterAsString(parameters, "WHEELS", context) or None,
                    bundle=bundle or None,
                    index_url=self.parameterAsString(parameters, "INDEX_URL", context).strip(),
                    anew=self.parameterAsBoolean(parameters, "ANEW", context),
                    network=variables,
                )
        except Cancelled:
            raise QgsProcessingException(
                tr("The installation was cancelled; what was there before is unchanged.")
            ) from None
        except RsdlError as error:
            raise QgsProcessingException(str(error)) from None
        return {"PYTHON": str(python), **({"BUNDLE": bundle} if bundle else {})}


class Diagnostics(RsdlAlgorithm):
    """rsdl:diagnostics: versions, paths, models, devices and a tiny network run, as one text."""

    NAME = "diagnostics"
    GROUP = "environment"

    def title(self):
        return tr("Diagnostics")

    def help(self):
        return tr(
            "Collects what a bug report needs in one text: versions, paths, devices, installed models, and whether a "
            "tiny network runs on each device with each engine. Your home folder, your name and passwords are left out."
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
        text = without_secrets("\n".join(lines))
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
    converters = [(step, managed_folder(step)) for step in CONVERTERS]
    return [
        f"RSDL {plugin_version()} at {PACKAGE}",
        f"QGIS {Qgis.QGIS_VERSION}, Python {platform.python_version()} ({sys.executable})",
        f"System: {platform.platform()}",
        f"GPU: {find_gpu()}",
        f"User folder: {user_folder()}",
        f"Managed environment: {managed_folder()}",
        *(f"Environment '{step}': {folder} ({managed_state(folder)})" for step, folder in converters),
        f"Settings: {chosen}, models={settings.model_folders() or '-'}",
    ]


def _models() -> list[str]:
    listing = settings.store().scan()
    found = [f"Model: {name} ({card.task}) at {path}" for name, path, card in listing.models]
    return [*(found or ["Model: none installed"]), *(f"Not usable: {problem.text}" for problem in listing.problems)]


def _worker(feedback) -> list[str]:
    try:
        python = settings.worker_python()
        lines = [
            f"Worker: {python.path} ({python.source}), step {managed_step() if python.source == 'managed' else '-'}"
        ]
        lines += [f"  {name} {version}" for name, version in check(python.path).items()]
    except RsdlError as error:
        return [f"Worker: {error}"]
    try:
        result = run_job(make_job("describe", {}), feedback)
    except QgsProcessingException as error:
        if feedback.isCanceled():
            raise
        return [*lines, f"Worker test failed: {error}"]
    checks = result.pop("network_check", {})
    lines += [f"  {name}: {value}" for name, value in result.items()]
    return [*lines, *(f"  {device}: {engine} {text}" for device, by in checks.items() for engine, text in by.items())]


def without_secrets(text: str) -> str:
    """A report without the home folder, the user's name in paths, and passwords in addresses."""
    return redacted(without_home(text))
