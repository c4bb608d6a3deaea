"""The command rsdl: what it runs, what it says and how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from rsdl_qgis.cli.execute import TextReport
from rsdl_qgis.cli.options import HELP, WrongUsage, predicting_arguments
from rsdl_qgis.cli.predict import predict_job
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.paths import plugin_version

ROOT = Path(__file__).parents[2]


def rsdl(*arguments, cwd=ROOT, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rsdl_qgis.cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=cwd, timeout=300, check=False, **options
    )


@pytest.fixture
def picture(tmp_path):
    """Writes a smooth picture of bands: its path."""

    def write(name="image.tif", count=3, side=96, seed=0):
        coarse = np.random.default_rng(seed).uniform(20, 200, (count, side // 8, side // 8))
        profile = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 10, 10), "dtype": "uint8"}
        with rasterio.open(tmp_path / name, "w", "GTiff", side, side, count, **profile) as file:
            file.write(coarse.repeat(8, 1).repeat(8, 2).astype("uint8"))
        return str(tmp_path / name)

    return write


def pixels(path):
    with rasterio.open(path) as file:
        return file.read()


def test_a_prediction_gives_what_the_worker_gives(picture, tmp_path):
    image, output = picture(), tmp_path / "a.tif"
    done = rsdl("predict", "forest", image, output, "--tile-size", 64, "--probabilities", tmp_path / "p.tif")
    assert done.returncode == 0, done.stderr
    arguments = {"model": "forest", "inputs": {"image": [{"path": image}]}, "output": str(tmp_path / "b.tif")}
    OPERATIONS["predict"]({**arguments, "tile_size": 64}, Report())
    np.testing.assert_array_equal(pixels(output), pixels(tmp_path / "b.tif"))
    assert pixels(tmp_path / "p.tif").shape[0] == 2
    assert f"output: {output}" in done.stdout.splitlines()
    assert "ONNX Runtime" in done.stderr or "torch" in done.stderr.lower()


def test_several_rasters_in_order_or_by_name():
    in_order = predict_job("flood-s1s2", ["a", "b", "c", "d"], "o.tif", ["s2=3,2,1"], "0", {"overlap": "16"})
    names = ["s2_after=d", "s1_before=a", "s1_after=b", "s2_before=c"]
    assert predict_job("flood-s1s2", names, "o.tif", ["s2=3,2,1"], "0", {"overlap": "16"}) == in_order
    assert in_order["operation"] == "predict" and in_order["arguments"] == {
        "model": "flood-s1s2",
        "output": "o.tif",
        "overlap": 16,
        "inputs": {
            "s1": [{"path": "a", "nodata": 0}, {"path": "b", "nodata": 0}],
            "s2": [{"path": "c", "bands": [3, 2, 1], "nodata": 0}, {"path": "d", "bands": [3, 2, 1], "nodata": 0}],
        },
    }


def test_every_kind_of_model_becomes_its_job():
    series = predict_job("crops-matogrosso", ["a.tif", "b.tif"], "o.tif", ["1 2"], None, {"dates": "x", "scale": "0.5"})
    assert series["operation"] == "predict_series" and series["arguments"]["bands"] == [1, 2]
    assert series["arguments"]["layers"] == [{"path": "a.tif", "name": "a"}, {"path": "b.tif", "name": "b"}]
    assert (series["arguments"]["dates"], series["arguments"]["scale"]) == ("x", 0.5)
    given = {"confidence": "0.5", "extent": "0,-1.5,2,3", "resample": True}
    objects = predict_job("planes", ["a.tif"], "o.gpkg", [], None, given)["arguments"]
    assert (objects["confidence"], objects["extent"], objects["resample"]) == (0.5, [0, -1.5, 2, 3], True)
    assert predict_job("scenes-ucmerced", ["a.tif"], "o.gpkg", [], None, {"size": "64"})["arguments"]["size"] == 64


def test_what_is_left_out_is_said_of_every_raster():
    left_out = {"words": "cloud,shadow", "path": None, "values": "1 2"}
    job = predict_job("flood-s2", ["a.SAFE", "b.SAFE"], "o.tif", [], None, {}, left_out)["arguments"]
    quality = {"words": ["cloud", "shadow"], "values": [1, 2]}
    assert job["inputs"]["s2"] == [{"path": name, "quality": quality} for name in ("a.SAFE", "b.SAFE")]
    for wrong, words in (({"words": "fog"}, "--quality"), ({"path": "q.tif"}, "does not say what is left out")):
        with pytest.raises(WrongUsage, match=words):
            predict_job("forest", ["a"], "o.tif", [], None, {}, wrong)


def test_the_order_of_scenes_is_said_of_every_raster():
    job = predict_job("flood-s2", ["a.SAFE;b.SAFE", "c.SAFE;d.SAFE"], "o.tif", [], None, {}, order="clearest")
    assert [spec["order"] for spec in job["arguments"]["inputs"]["s2"]] == ["clearest", "clearest"]
    with pytest.raises(WrongUsage, match="no INPUT is a product"):
        predict_job("forest", ["a.tif"], "o.tif", [], None, {}, order="oldest")


@pytest.mark.parametrize(
    ("model", "rasters", "bands", "given", "words"),
    [
        ("forest", ["a", "b"], [], {}, "takes 1 raster"),
        ("flood-s2", ["s2_before=a", "b"], [], {}, "Some INPUTs"),
        ("flood-s2", ["s2_before=a", "s2_before=b"], [], {}, "'s2_before' is given twice"),
        ("flood-s2", ["s2_before=a"], [], {}, "'s2_after' is missing"),
        ("flood-s1s2", ["a", "b", "c", "d"], ["1"], {}, "does not say of which input"),
        ("flood-s2", ["a", "b"], ["s1=1"], {}, "no input 's1'"),
        ("flood-s2", ["a", "b"], ["1", "2"], {}, "given twice"),
        ("flood-s2", ["a", "b"], ["x"], {}, "--bands"),
        ("crops-matogrosso", ["a"], ["1", "2"], {}, "more than once"),
        ("forest", ["a"], [], {"tile_size": "0"}, "--tile-size cannot be 0"),
        ("forest", ["a"], [], {"tile_size": "large"}, "--tile-size cannot be 'large'"),
        ("forest", ["a"], [], {"extent": "1,2,3"}, "--extent"),
        ("forest", ["a"], [], {"confidence": "0.5"}, "--confidence is not for this model"),
    ],
)
def test_wrong_usage_is_said(model, rasters, bands, given, words):
    with pytest.raises(WrongUsage, match=words) as caught:
        predict_job(model, rasters, "o.tif", bands, None, given)
    assert caught.value.hint


def test_every_argument_of_a_prediction_is_an_option():
    assert HELP.keys() == predicting_arguments().keys()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["predict", "forest", "a.tif"], 2, "Missing argument"),
        (["predict", "forest", "a.tif", "b.tif", "c.tif"], 2, "takes 1 raster"),
        (["predict", "forest", "a.tif", "b.tif", "--grid", "x"], 2, "--grid"),
        (["predict", "forest", "missing.tif", "b.tif"], 1, "missing.tif"),
        (["predict", "nowhere", "a.tif", "b.tif"], 1, "There is no model 'nowhere'."),
        (["models", "nowhere"], 1, "There is no model 'nowhere'."),
        (["run", "missing.json"], 1, "missing.json"),
        (["run", "missing.zip"], 1, "missing.zip"),
        (["run", "missing.json", "--map", "x"], 2, "--map x is not FROM=TO"),
        (["run", "missing.json", "--output", "no/where"], 1, "no folder no/where"),
        (["fly"], 2, "No such command"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_a_status(tmp_path, arguments, status, words):
    done = rsdl(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr and "Traceback" not in done.stderr


def test_events_as_json(picture, tmp_path):
    done = rsdl("predict", "forest", picture(), tmp_path / "a.tif", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and done.stderr == ""
    assert events[0] == {"event": "hello", "version": plugin_version(), "python": sys.version.split()[0]}
    assert {"progress", "log"} <= {event["event"] for event in events}
    assert events[-1]["event"] == "result" and events[-1]["output"] == str(tmp_path / "a.tif")
    done = rsdl("predict", "forest", "a", "b", "c", "--json")
    assert done.returncode == 2 and json.loads(done.stdout.splitlines()[-1])["kind"] == "wrong_usage"


def test_a_saved_job_with_other_places(picture, tmp_path):
    image = picture()
    arguments = {"model": "forest", "inputs": {"image": [{"path": "/elsewhere/image.tif"}]}, "output": "/x/map.tif"}
    (tmp_path / "job.json").write_text(json.dumps({"operation": "predict", "arguments": arguments}))
    (tmp_path / "out").mkdir()
    maps = ("--map", f"/elsewhere={Path(image).parent}")
    done = rsdl("run", tmp_path / "job.json", *maps, "--output", tmp_path / "out", "--quiet")
    assert done.returncode == 0 and done.stderr.count("\n") == 1
    assert "less like the training data of 'forest'" in done.stderr  # noise: warnings are not silenced
    assert pixels(tmp_path / "out" / "map.tif").shape == (1, 96, 96)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_a_terminal_gives_way_to_lines(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    result = io.StringIO()
    report = TextReport(result, threading.Event())
    report.progress(0.5, "tile 1 of 2")
    report.log("info", "a note")
    report.log("warning", "take care")
    report.event("result", output="a.tif", empty=None, classes=[{"value": 1, "name": "b"}], timing={"run": 1.23456789})
    said = sys.stderr.getvalue()
    assert f"\r[{'#' * 12}{'-' * 12}]  50 %  tile 1 of 2" in said
    assert "\r\033[Ka note\n" in said and "\r\033[KWarning: take care\n" in said and said.endswith("\r\033[K")
    assert result.getvalue() == "output: a.tif\nclasses: value 1, name b\ntiming.run: 1.23457\n"


def test_training_without_its_libraries_says_what_to_install(capsys):
    TextReport(io.StringIO(), threading.Event()).event("error", kind="environment_error", message="No torch.", hint="x")
    assert 'Error: No torch.\nInstall it: pip install "rsdl-qgis[train]"' in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_and_leaves_nothing(picture, tmp_path, number):
    image = picture(side=4000)
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-m", "rsdl_qgis.cli", "predict", "forest", image, str(tmp_path / "out" / "a.tif")]
    command += ["--json", "--tile-size", "64", "--threads", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        timer = threading.Timer(120, process.kill)
        timer.start()
        for line in process.stdout:
            if "tile" in json.loads(line).get("message", ""):
                process.send_signal(number)
                break
        *_, last = process.stdout
        assert process.wait() == 3 and json.loads(last)["kind"] == "cancelled", process.stderr.read()
        timer.cancel()
    assert list((tmp_path / "out").iterdir()) == []


def test_models_are_listed_and_described():
    done = rsdl("models")
    names = {line.split()[0] for line in done.stdout.splitlines()}
    assert done.returncode == 0 and names >= {path.parent.name for path in ROOT.glob("models/*/model.json")}
    assert {item["name"] for item in json.loads(rsdl("models", "--json").stdout)} == names
    lines = rsdl("models", "flood-s1s2").stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("INPUT")] == [
        *("s1_before", "s1_after", "s2_before", "s2_after")
    ]
    assert json.loads(rsdl("models", "forest", "--json").stdout)["properties"]["mlm:name"] == "forest"


def test_diagnostics_and_version():
    done = rsdl("diagnostics")
    assert done.returncode == 0 and "libraries.numpy: " in done.stdout
    assert '\nnetwork_check.cpu: {"ONNX Runtime": "ok", "PyTorch": "ok"}\n' in done.stdout
    assert rsdl("--version").stdout.strip() == f"rsdl, version {plugin_version()}"


def test_help_loads_no_heavy_library():
    code = "import sys, rsdl_qgis.cli.main; print({'numpy', 'rasterio', 'onnxruntime', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"
