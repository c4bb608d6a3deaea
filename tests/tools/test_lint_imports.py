from pathlib import Path

import pytest

from tools.lint_imports import check

ROOT = Path(__file__).parents[2]
MODULES = (
    *("__init__", "plugin", "environment", "paths", "gui/__init__", "toolbox/__init__", "toolbox/worker", "cli/main"),
    *("engine/__init__", "engine/jobs", "engine/errors", "engine/cards/card", "engine/networks/__init__"),
    *("engine/prediction/loop", "engine/raster/source", "engine/training/loop/fit", "engine/training/samples/data"),
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
        ("engine/prediction/loop", "import qgis.core"),
        ("engine/prediction/loop", "def f():\n    from qgis.core import QgsRasterLayer"),
        ("environment", "from PyQt5.QtCore import QObject"),
        ("engine/prediction/loop", "from ...toolbox import worker"),
        ("toolbox/worker", "from ..plugin import Plugin"),
        ("environment", "from .toolbox import worker"),
        ("toolbox/worker", "from ..engine.prediction import loop"),
        ("toolbox/worker", "def f():\n    from ..engine.prediction.loop import predict"),
        ("toolbox/worker", "import numpy"),
        ("toolbox/worker", "if True:\n    import torch"),
        ("engine/cards/card", "import torch"),
        ("engine/networks/__init__", "from torch import nn"),
        ("engine/__init__", "import onnxruntime"),
        ("engine/prediction/loop", "import rasterio"),
        ("engine/prediction/loop", "def f():\n    import pyogrio"),
        ("engine/prediction/loop", "from ..training.loop import fit"),
        ("engine/prediction/loop", "def f():\n    from .. import jobs"),
        ("engine/raster/source", "from ..prediction.loop import x"),
        ("engine/cards/card", "from .. import networks"),
        ("engine/errors", "from .cards import card"),
        ("cli/main", "from ..toolbox import worker"),
        ("cli/main", "from qgis.core import x"),
        ("toolbox/worker", "from ..cli import main"),
        ("engine/jobs", "def f():\n    from ..cli import main"),
    ],
)
def test_crossing_it_is_found(package, module, text):
    complaints = package(module, text)
    assert len(complaints) == 1
    assert complaints[0].startswith("rsdl_qgis." + module.replace("/", ".").replace(".__init__", ""))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("toolbox/worker", "import json\nfrom qgis.core import QgsRasterLayer\nfrom ..engine.cards.card import x"),
        ("toolbox/worker", "def f():\n    import numpy"),
        ("plugin", "from .toolbox import worker\nfrom .gui import x"),
        ("engine/prediction/loop", "import numpy\nfrom ..raster import source\nfrom ...paths import x"),
        ("engine/raster/source", "import rasterio\nfrom ..errors import x\nfrom .. import networks"),
        ("engine/jobs", "from .training.loop import fit"),
        ("engine/training/loop/fit", "from ..samples import data"),
        ("engine/cards/card", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"),
        ("engine/networks/__init__", "def build():\n    import torch"),
        ("cli/main", "import click\nfrom ..engine import jobs\nfrom ..paths import x"),
    ],
)
def test_keeping_it_is_not(package, module, text):
    assert package(module, text) == []


def test_a_library_loaded_through_another_module_is_found(package):
    package("toolbox/worker", "from ..engine.tables.metrics import x")
    package("engine/tables/metrics", "from ..files.text import x")
    complaints = package("engine/files/text", "import numpy")
    assert complaints == ["rsdl_qgis.engine.files.text:1: numpy would be loaded into QGIS"]


@pytest.mark.parametrize(
    ("one", "text", "other", "back"),
    [
        ("engine/cards/card", "from .schema import x", "engine/cards/schema", "def f():\n    from .card import x"),
        (
            "engine/training/loop/fit",
            "from ..samples import x",
            "engine/training/samples/units",
            "from ..loop import y",
        ),
    ],
)
def test_a_circle_is_found(package, one, text, other, back):
    for folder in ("loop", "samples"):
        package(f"engine/training/{folder}/__init__", "")
    assert package(one, text) == []
    (complaint,) = package(other, back)
    assert "in a circle" in complaint
