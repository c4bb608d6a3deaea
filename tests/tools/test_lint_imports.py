from pathlib import Path

import pytest

from tools.lint_imports import check

ROOT = Path(__file__).parents[2]
MODULES = (
    *("__init__", "plugin", "environment", "paths", "gui/__init__", "toolbox/__init__", "toolbox/worker"),
    *("engine/__init__", "engine/card", "engine/errors", "engine/predict", "engine/networks/__init__"),
    *("engine/raster/__init__", "engine/raster/source"),
)


@pytest.fixture
def package(tmp_path):
    """A package of empty modules; call it with a module and its text to get the complaints."""

    def write(module, text):
        path = tmp_path / "rsdl_qgis" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return check(tmp_path)

    for module in MODULES:
        write(module, "")
    return write


def test_the_project_keeps_the_border():
    assert check(ROOT) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("engine/predict", "import qgis.core"),
        ("engine/predict", "def f():\n    from qgis.core import QgsRasterLayer"),
        ("environment", "from PyQt5.QtCore import QObject"),
        ("engine/predict", "from ..toolbox import worker"),
        ("toolbox/worker", "from ..plugin import Plugin"),
        ("environment", "from .toolbox import worker"),
        ("toolbox/worker", "from ..engine import predict"),
        ("toolbox/worker", "def f():\n    from ..engine.predict import predict"),
        ("toolbox/worker", "import numpy"),
        ("toolbox/worker", "if True:\n    import torch"),
        ("engine/card", "import torch"),
        ("engine/networks/__init__", "from torch import nn"),
        ("engine/__init__", "import onnxruntime"),
        ("engine/predict", "import rasterio"),
        ("engine/predict", "def f():\n    import pyogrio"),
    ],
)
def test_crossing_it_is_found(package, module, text):
    complaints = package(module, text)
    assert len(complaints) == 1
    assert complaints[0].startswith("rsdl_qgis." + module.replace("/", ".").replace(".__init__", ""))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("toolbox/worker", "import json\nfrom qgis.core import QgsRasterLayer\nfrom ..engine.card import x"),
        ("toolbox/worker", "def f():\n    import numpy"),
        ("plugin", "from .toolbox import worker\nfrom .gui import x"),
        ("engine/predict", "import numpy\nfrom .raster import source\nfrom ..paths import x"),
        ("engine/raster/source", "import rasterio"),
        ("engine/card", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"),
        ("engine/networks/__init__", "def build():\n    import torch"),
    ],
)
def test_keeping_it_is_not(package, module, text):
    assert package(module, text) == []


def test_a_library_loaded_through_another_module_is_found(package):
    package("engine/card", "from .predict import x")
    complaints = package("engine/predict", "import numpy")
    assert complaints == ["rsdl_qgis.engine.prediction.loop:1: numpy would be loaded into QGIS"]
