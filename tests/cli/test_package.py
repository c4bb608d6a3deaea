"""The engine as a package: the wheel holds what it needs, and maps as the repository does in an empty environment."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.paths import plugin_version

ROOT = Path(__file__).parents[2]
MADE_HERE = ("engine.json",)  # beside a model: what runs it fastest on this computer
PIP = ("-m", "pip", "--disable-pip-version-check", "-q")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    at_hand = ("--no-build-isolation",) if find_spec("hatchling") else ()  # else pip fetches it
    command = [sys.executable, *PIP, "wheel", "--no-deps", *at_hand, "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_engine_and_the_models_and_nothing_of_qgis(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.startswith("rsdl_qgis-")]
    models = {f"{path.parent.name}/{path.name}" for path in ROOT.glob("models/*/*") if path.name not in MADE_HERE}
    assert {name.removeprefix("rsdl_qgis/models/") for name in names if name.startswith("rsdl_qgis/models/")} == models
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "rsdl_qgis" / "engine").rglob("*.py")}
    assert code < set(names) and "rsdl_qgis/metadata.txt" in names
    tops = {name.split("/")[1] for name in names}
    assert tops == {"__init__.py", "paths.py", "engine", "cli", "models", "metadata.txt"}


def test_it_maps_in_an_empty_environment_as_here(wheel, tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    place = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    (place / "libraries.pth").write_text(f"{Path(np.__file__).parents[1]}\n{Path(rasterio.__file__).parents[1]}\n")
    python = Path(sysconfig.get_path("scripts", vars={"base": str(environment)})) / "python"
    # pip of the environment of the tests installs into the empty one
    install = ["--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, *PIP, *install], check=True)
    values = np.random.default_rng(0).integers(0, 255, (3, 12, 12)).repeat(8, 1).repeat(8, 2).astype("uint8")
    profile = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 10, 10), "dtype": "uint8"}
    with rasterio.open(tmp_path / "image.tif", "w", "GTiff", 96, 96, 3, **profile) as file:
        file.write(values)
    rsdl = python.with_name("rsdl")
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(rsdl), "predict", "forest", "image.tif", "map.tif", "-q"]
    done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    arguments = {"model": "forest", "inputs": {"image": [{"path": str(tmp_path / "image.tif")}]}}
    OPERATIONS["predict"]({**arguments, "output": str(tmp_path / "here.tif")}, Report())
    with rasterio.open(tmp_path / "map.tif") as there, rasterio.open(tmp_path / "here.tif") as here:
        np.testing.assert_array_equal(there.read(), here.read())
        assert there.profile == here.profile
    code = "import rsdl_qgis; print(rsdl_qgis.__file__)"
    command = [str(python), "-c", code]
    where = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=True).stdout
    assert Path(where.strip()).is_relative_to(environment)
    said = subprocess.run([str(rsdl), "--version"], capture_output=True, text=True, check=True).stdout
    assert plugin_version() in said


def test_every_library_that_the_package_imports_is_declared(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (about,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        text = archive.read(about).decode()
    declared = {name.lower() for name in re.findall(r"^Requires-Dist: ([\w-]+)", text, re.MULTILINE)}
    assert {"click", "numpy", "torch", "dask"} <= declared and "Provides-Extra: cluster" in text
    used = set()
    for path in [*(ROOT / "rsdl_qgis" / "engine").rglob("*.py"), *(ROOT / "rsdl_qgis" / "cli").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                used.add(str(node.module).split(".")[0])
    used -= {"tensorflow", "tf2onnx"}  # of interop/saved_model, which runs in an environment of its own
    used -= {"litert_torch", "ai_edge_litert", "ai_edge_quantizer"}  # of exporting/tflite, likewise
    packages = {"sklearn": "scikit-learn"}  # of modules by another name
    assert {packages.get(name, name).lower() for name in used - set(sys.stdlib_module_names)} <= declared
