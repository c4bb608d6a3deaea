"""The plugin's settings, and what follows from them: the worker's Python and the installed models."""

from __future__ import annotations

from qgis.core import QgsSettings

from ..engine.cards.manifest import Entry, default_manifests, entries_of
from ..engine.cards.store import Store, default_folders
from ..engine.errors import TrainStepMissing
from ..environment import WorkerPython, find_python, managed_step

_PREFIX = "rsdl/"


def python_setting() -> str:
    """Path of the worker's Python; '' = RSDL_PYTHON or the managed environment."""
    return QgsSettings().value(_PREFIX + "python", "", type=str).strip()


def model_folders() -> list[str]:
    """Folders that are searched for models beside the plugin's and the user's."""
    return [line.strip() for line in QgsSettings().value(_PREFIX + "models", "", type=str).splitlines() if line.strip()]


def manifests() -> list[str]:
    """Manifests of models that can be fetched: the plugin's, and the person's addresses, files and folders."""
    return default_manifests(own_manifests())


def own_manifests() -> list[str]:
    """The person's manifests."""
    lines = QgsSettings().value(_PREFIX + "manifests", "", type=str).splitlines()
    return [line.strip() for line in lines if line.strip()]


def default_device() -> str:
    """The device that DEVICE starts with."""
    return QgsSettings().value(_PREFIX + "device", "", type=str).strip() or "auto"


def save(python: str, models: str, device: str, manifests: str = "") -> None:
    """Keeps the settings; ``models`` holds one folder a line, ``manifests`` one address, file or folder."""
    settings = QgsSettings()
    settings.setValue(_PREFIX + "python", python.strip())
    settings.setValue(_PREFIX + "models", models.strip())
    settings.setValue(_PREFIX + "device", device.strip())
    settings.setValue(_PREFIX + "manifests", manifests.strip())


def store() -> Store:
    """The installed models."""
    return Store(default_folders(model_folders()))


def fetchable() -> list[Entry]:
    """The models of the manifests that are not installed."""
    installed = {name for name, _, _ in store().list()}
    return [entry for entry in entries_of(manifests())[0] if entry.name not in installed]


def worker_python() -> WorkerPython:
    """The worker's Python; RsdlError says what is wrong when there is none."""
    return find_python(python_setting())


def training_python() -> WorkerPython:
    """The worker's Python for trainings; RsdlError says what is wrong when there is none, or it is for predicting."""
    python = worker_python()
    if python.source == "managed" and managed_step() == "predict":
        raise TrainStepMissing
    return python
