"""What the toolbox's tests share: a provider, made-up models and rasters, and a worker that does as it is
told.
"""

from __future__ import annotations

import gc
import inspect
import json
import os
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest
from osgeo import gdal, osr
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject, QgsSettings

from rsdl_qgis.environment import worker as starting
from tools.headless import prepare, program

from .qgis_versions import saved_batch
from .waiting import wait_until

sys.path.append("/usr/share/qgis/python/plugins")  # the modules of QGIS's own plugin 'processing'

gdal.UseExceptions()  # as newer releases of QGIS do

MODELS = Path(__file__).parent / "make_models.py"
FAKE = Path(__file__).parent / "fake_worker.py"
WARM = Path(__file__).parent / "warm_worker.py"
BOOTSTRAP = starting.BOOTSTRAP


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_qgis(qgis_app):
    """What tests leave is collected while QGIS is there; later it may crash, and the report would be lost."""
    yield
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)
    # What is raised through QGIS's own code is kept by the bindings, with all that its frames hold: layers, too.
    for kept in [item for item in gc.get_objects() if isinstance(item, BaseException)]:
        traceback.clear_frames(kept.__traceback__)
        kept.__traceback__ = None
    for frame in [item for item in gc.get_objects() if isinstance(item, FrameType)]:
        if not frame.f_code.co_flags & inspect.CO_GENERATOR:  # a fixture waits in one
            with suppress(RuntimeError):  # it is running
                frame.clear()
    gc.collect()


@pytest.fixture(scope="session")
def worker_python() -> str:
    python = os.environ.get("RSDL_PYTHON")
    assert python, "Set RSDL_PYTHON to a Python with the worker's libraries (make test does)."
    return python


@pytest.fixture(scope="session")
def models(worker_python, tmp_path_factory) -> Path:
    """A folder with models whose result is known: see make_models.py."""
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([worker_python, str(MODELS), str(folder)], check=True)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch, qgis_app):
    """A user folder and settings of the test's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("RSDL_HOME", str(folder))
    QgsSettings().remove("rsdl")
    yield folder
    QgsSettings().remove("rsdl")


def bootstrap_of(script: Path) -> str:
    """The bootstrap with a script in the engine's place."""
    engine = 'runpy.run_module("rsdl_qgis.engine", run_name="__main__", alter_sys=True)'
    assert engine in BOOTSTRAP
    return BOOTSTRAP.replace(engine, f"runpy.run_path({str(script)!r}, run_name='__main__')")


@pytest.fixture(scope="session")
def warm_worker(worker_python, tmp_path_factory) -> str:
    """The socket of a worker that has loaded its libraries: see warm_worker.py."""
    place = str(tmp_path_factory.mktemp("warm") / "socket")
    with subprocess.Popen(
        [worker_python, "-I", "-u", str(WARM), place],
        env=starting.worker_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        yield place
        process.stdin.close()


@pytest.fixture
def warm(warm_worker, monkeypatch):
    """Jobs of this process are the real worker's, which has its libraries already; tests of qgis_process start it
    afresh.
    """
    monkeypatch.setenv("RSDL_WARM", warm_worker)
    monkeypatch.setattr(starting, "BOOTSTRAP", bootstrap_of(WARM))


@pytest.fixture
def known_models(models, monkeypatch):
    """Only the made-up models are installed."""
    from rsdl_qgis.engine.cards.store import Store
    from rsdl_qgis.toolbox import settings

    monkeypatch.setattr(settings, "store", lambda: Store([models]))
    return models


@pytest.fixture(scope="session")
def plugin(qgis_app):
    """The plugin as qgis_process loads it, beside QGIS's own algorithms."""
    from qgis.analysis import QgsNativeAlgorithms

    from rsdl_qgis.plugin import Plugin

    registry = QgsApplication.processingRegistry()
    if registry.providerById("native") is None:
        native = QgsNativeAlgorithms()
        assert registry.addProvider(native)
    plugin = Plugin(None)
    yield plugin
    if registry.providerById("rsdl") is not None:
        plugin.unload()


@pytest.fixture
def provider(plugin, warm):
    """The provider, registered once for all tests, unless one of another folder has taken it off."""
    registry = QgsApplication.processingRegistry()
    if registry.providerById("rsdl") is None:
        plugin.initProcessing()
    return registry.providerById("rsdl")


class Feedback(QgsProcessingFeedback):
    """Keeps what it is told; ``cancel_at``: text of a message at which it cancels."""

    def __init__(self, cancel_at: str = ""):
        super().__init__(False)
        self.said: list[tuple[str, str]] = []
        self.cancel_at = cancel_at

    def _keep(self, kind, text):
        self.said.append((kind, text))
        if self.cancel_at and self.cancel_at in text:
            self.cancel()

    def pushInfo(self, info):
        self._keep("info", info)

    def pushWarning(self, warning):
        self._keep("warning", warning)

    def reportError(self, error, fatalError=False):
        self._keep("error", error)

    def pushDebugInfo(self, info):
        self._keep("debug", info)

    def setProgressText(self, text):
        self._keep("progress", text)

    def text(self) -> str:
        return "\n".join(text for _, text in self.said)


@pytest.fixture
def feedback():
    return Feedback()


@pytest.fixture
def make_feedback():
    return Feedback


@pytest.fixture
def run(provider):
    """Runs an algorithm as Processing does: check first, then run; (results, context)."""

    def run(name, parameters, feedback=None, context=None):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"rsdl:{name}")
        context = context or QgsProcessingContext()
        sound, text = algorithm.checkParameterValues(parameters, context)
        assert sound, text
        results, done = algorithm.run(parameters, context, feedback or Feedback(), catchExceptions=False)
        assert done
        return results, context

    return run


@pytest.fixture
def project(qgis_app):
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def processing(provider, project, monkeypatch):
    """QGIS's plugin 'processing', which knows that there is no main window."""
    from processing.core.Processing import Processing
    from processing.gui import BatchPanel, ParametersPanel, Postprocessing

    Processing.initialize()
    for module in (BatchPanel, ParametersPanel, Postprocessing):
        monkeypatch.setattr(module, "iface", None, raising=False)


@pytest.fixture
def dialog(processing):
    """A dialog of an algorithm with parameters set, as a person would set them, and shown."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    opened = []

    def dialog(name, parameters):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"rsdl:{name}")
        window = AlgorithmDialog(algorithm)
        opened.append(window)
        window.resize(900, 700)
        window.setParameters(parameters)
        window.show()
        QgsApplication.processEvents()
        return window

    yield dialog
    for window in opened:
        window.close()
        window.deleteLater()


@pytest.fixture
def batch(processing, monkeypatch, tmp_path):
    """Runs rows of parameters in the dialog for batches, as loaded from the file that it saves."""
    from processing.gui import BatchAlgorithmDialog, BatchPanel

    file = tmp_path / "batch.json"
    monkeypatch.setattr(BatchPanel.QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    opened = []

    def batch(name, given) -> list[dict]:
        file.write_text(json.dumps(saved_batch(BatchPanel.BatchPanel, given)))
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"rsdl:{name}")
        window = BatchAlgorithmDialog.BatchAlgorithmDialog(algorithm)
        opened.append(window)
        window.show()  # one that is not there is gone when its last row is done
        window.mainWidget().checkLoadLayersOnCompletion.setChecked(True)
        window.mainWidget().load()
        ended = []
        monkeypatch.setattr(window, "createSummaryTable", lambda results, errors: ended.append((results, errors)))
        window.runButton().click()
        wait_until(lambda: ended)
        assert not ended[0][1], ended
        return [one["results"] for one in ended[0][0]]

    yield batch
    for window in opened:
        window.close()
        window.deleteLater()


@pytest.fixture(scope="session")
def profile(worker_python, tmp_path_factory):
    """QGIS's environment variables for a profile of its own, with the plugin; made once, as it takes seconds."""
    home = tmp_path_factory.mktemp("user")
    return prepare(tmp_path_factory.mktemp("config"), RSDL_HOME=str(home), RSDL_PYTHON=worker_python)


@pytest.fixture(scope="module")
def environment(profile, tmp_path_factory):
    """That of a user with no model of their own."""
    return {**profile, "RSDL_HOME": str(tmp_path_factory.mktemp("user"))}


@pytest.fixture
def qgis_process(environment):
    """Runs qgis_process in the ``environment`` of the module; (exit status, what it said)."""

    def qgis_process(*arguments, text=None):
        done = subprocess.run(
            [program(), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            input=text,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return qgis_process


@pytest.fixture
def refusal(provider):
    """The sentence with which an algorithm refuses parameters."""

    def refusal(name, parameters):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"rsdl:{name}")
        sound, text = algorithm.checkParameterValues(parameters, QgsProcessingContext())
        assert not sound
        return text

    return refusal


@pytest.fixture
def asked(warm, monkeypatch, tmp_path):
    """The engine is fake_worker.py, which keeps the job that it was given: ``asked()`` is its arguments."""
    path = tmp_path / "asked.json"
    monkeypatch.setenv("RSDL_PYTHON", sys.executable)
    monkeypatch.setenv("RSDL_ASKED", str(path))
    monkeypatch.setattr(starting, "BOOTSTRAP", bootstrap_of(FAKE))

    def asked(operation="train"):
        job = json.loads(path.read_text(encoding="utf-8"))
        assert job["operation"] == operation
        return job["arguments"]

    return asked


@pytest.fixture
def write_raster():
    """Writes a GeoTIFF from rows of numbers, one table a band."""
    numpy = pytest.importorskip("numpy")

    def write(
        path,
        bands,
        *,
        kind=gdal.GDT_Float32,
        transform=(500_000, 10, 0, 4_600_000, 0, -10),
        epsg=32634,
        nodata=None,
        descriptions=(),
        options=(),
    ):
        arrays = [numpy.asarray(band) for band in bands]
        height, width = arrays[0].shape
        file = gdal.GetDriverByName("GTiff").Create(str(path), width, height, len(arrays), kind, list(options))
        file.SetGeoTransform(transform)
        if epsg:
            reference = osr.SpatialReference()
            reference.ImportFromEPSG(epsg)
            file.SetProjection(reference.ExportToWkt())
        for number, array in enumerate(arrays, 1):
            band = file.GetRasterBand(number)
            band.WriteArray(array)
            if nodata is not None:
                band.SetNoDataValue(nodata)
            if number <= len(descriptions):
                band.SetDescription(descriptions[number - 1])
        file = None
        return str(path)

    return write


@pytest.fixture
def read_raster():
    """The bands of a raster as an array."""

    def read(path):
        return gdal.Open(str(path)).ReadAsArray()

    return read
