"""The README's commands are run as they stand, on a small scene in place of the demo's."""

import csv
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from osgeo import gdal, ogr

from tools import headless

gdal.UseExceptions()
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder like the repository after ``make demo``, and QGIS with the plugin switched on."""
    folder = tmp_path_factory.mktemp("readme")
    scene = [os.environ["RSDL_PYTHON"], "-m", "tools.scene", folder / "demo", "--size", "300"]
    subprocess.run(scene, cwd=ROOT, check=True)
    (folder / "rsdl_qgis").symlink_to(ROOT / "rsdl_qgis")
    programs = folder / "bin"
    programs.mkdir()
    (programs / "qgis_process").symlink_to(headless.program())
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return folder, headless.prepare(folder / "profile", PATH=path, RSDL_HOME=str(folder / "home"))


@pytest.mark.parametrize("command", COMMANDS, ids=["plain", "json", "assess", "train", "model"])
def test_command_makes_the_files_it_names(place, command):
    folder, environment = place
    outputs = re.findall(r"(?:OUTPUT|POLYGONS|MAP|REPORT|TABLE)=([\w./]+)", command)
    assert outputs
    if "assessmap" in command and not (folder / "demo/flood.tif").exists():  # the first command's, when run alone
        test_command_makes_the_files_it_names(place, COMMANDS[0])
    shell = ["bash", "-e", "-o", "pipefail", "-c", command]
    done = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    if "--json" in command:
        assert 0 < json.loads(done.stdout)["results"]["FLOODED_SHARE"] < 1
    for output in outputs:
        if "assessmap" in command:
            assert_tells_the_accuracy(folder / output)
        elif "trainsegmentation" in command:
            assert_was_trained(folder / output)
        else:
            assert_is_a_flood_map(folder / output)


def assert_is_a_flood_map(path):
    if path.suffix == ".gpkg":
        layer = ogr.Open(str(path))
        assert layer.GetLayer(0).GetFeatureCount() > 0
        assert layer.GetLayer(0).FindFieldIndex("area_m2", True) >= 0
    else:
        values = set(gdal.Open(str(path)).ReadAsArray().ravel().tolist())
        assert values == {0, 1, 255}


def assert_was_trained(path):
    if path.is_dir():
        assert {"model.json", "model.onnx", "weights.safetensors"} <= {file.name for file in path.iterdir()}
    elif path.suffix == ".tif":
        assert {0, 1} >= set(gdal.Open(str(path)).ReadAsArray().ravel().tolist()) - {255}
    else:
        assert "Evaluation method" in path.read_text(encoding="utf-8")


def assert_tells_the_accuracy(path):
    text = path.read_text(encoding="utf-8")
    assert "flooded" in text
    if path.suffix == ".csv":
        rows = list(csv.DictReader(text.splitlines()))
        assert all(0.5 < float(row["f1"]) <= 1 for row in rows) and len(rows) == 2
    else:
        assert "Confusion matrix" in text


def test_every_way_to_run_it_is_shown():
    assert len(COMMANDS) == 5
    for way in ("rsdl:floodmapping", "rsdl:assessmap", "rsdl:trainsegmentation", "--json", ".model3"):
        assert any(way in command for command in COMMANDS)


def test_targets_named_are_in_the_makefile():
    named = set(re.findall(r"make ([a-z-]+)", README))
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert named - {"help"} <= {line.split()[0] for line in listed.splitlines()}
