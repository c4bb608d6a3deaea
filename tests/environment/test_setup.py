"""The environment: made beside the old one, checked, put in its place; what stops it leaves the old one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rsdl_qgis import environment
from rsdl_qgis.engine.errors import Cancelled, RsdlError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.environment.folder import MARKER, read_marker
from rsdl_qgis.process import group_options, kill_group, lines

ROOT = Path(__file__).parents[2]


def leftovers(home):
    return [path.name for path in home.iterdir() if path.name not in ("worker", "uv", "python")]


def test_made_found_and_left_alone(uv, home, keeping):
    with pytest.raises(RsdlError, match="Set up environment"):
        environment.find_python()
    report = keeping()
    python = environment.setup(report)
    assert environment.find_python() == environment.WorkerPython(python, "managed")
    assert python.is_relative_to(home) and leftovers(home) == []
    assert environment.check(python)["numpy"] and report.fractions == sorted(report.fractions)
    assert "200 MB to download" in report.text()
    (install,) = [call for call in uv.log() if call["command"] == "install"]
    assert "--require-hashes" in install["arguments"] and "sha256" in install["files"][0]
    assert "torch" not in install["files"][0]
    made = python.parent.stat().st_mtime_ns
    environment.setup(keeping())
    assert python.parent.stat().st_mtime_ns == made
    next(environment.managed_folder().rglob("rasterio.py")).unlink()
    with pytest.raises(RsdlError, match="rasterio"):
        environment.check(python)
    environment.setup(keeping())
    assert environment.check(python)["rasterio"]


def test_train_adds_torch_and_covers_predict(uv, keeping):
    environment.setup(Report())
    python = environment.setup(Report(), "train")
    assert environment.managed_step() == "train" and environment.check(python, "train")["torch"]
    count = len(uv.log())
    environment.setup(Report(), "predict")
    assert len(uv.log()) == count and environment.managed_step() == "train"


@pytest.mark.parametrize(
    ("step", "told", "library", "version"),
    [
        ("tensorflow", "TensorFlow, in an environment of its own", "tf2onnx", ("tensorflow", "2.21.0")),
        ("tflite", "LiteRT, in an environment of its own", "litert_torch", ("litert-torch", "0.10.0")),
    ],
)
def test_what_converts_has_an_environment_of_its_own_for_the_cpu(
    uv, home, keeping, monkeypatch, step, told, library, version
):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    worker = environment.setup(Report(), "train", "cpu")
    before = len(uv.log())
    report = keeping()
    python = environment.setup(report, step, "cuda")  # no driver is looked for
    assert python.is_relative_to(home / step) and f"{told}, converts models on the CPU" in report.text()
    assert "200 MB to download" in report.text()
    installs = [call for call in uv.log()[before:] if call["command"] == "install"]
    assert "--require-hashes" in installs[0]["arguments"] and "\ntorch==" not in installs[0]["files"][0]
    made_by = [argument for call in installs[1:] for argument in call["arguments"] if argument.startswith("torch")]
    assert made_by == (["torch==2.13.0"] if step == "tflite" else [])
    name, number = version
    assert environment.check(python, step)[name] == number
    assert environment.find_python().path == worker and environment.managed_step() == "train"
    marker = read_marker(home / step)
    assert (marker["step"], marker["build"]) == (step, "cpu")
    count = len(uv.log())
    environment.setup(Report(), step)
    assert len(uv.log()) == count
    next((home / step).rglob(f"{library}.py")).unlink()
    with pytest.raises(RsdlError, match=library):
        environment.check(python, step)
    environment.setup(Report(), step)
    assert environment.check(python, step)[name] == number


def test_what_is_told_to_be_downloaded_is_what_is_installed(uv):
    environment.setup(Report())
    (told,) = [call for call in uv.log() if call["command"] == "compile"]
    (installed,) = [call for call in uv.log() if call["command"] == "install"]
    assert told["files"] == installed["files"]
    assert "--no-deps" in told["arguments"] and "--no-deps" in installed["arguments"]


def test_torch_comes_from_pytorchs_own_index(uv, keeping):
    environment.setup(keeping(), "train", "cpu")
    first, second = [call for call in uv.log() if call["command"] == "install"]
    assert "torch==" not in first["files"][0] and "nvidia" not in first["files"][0] and "sympy" in first["files"][0]
    assert second["arguments"][-1].startswith("torch==")
    assert second["arguments"][second["arguments"].index("--torch-backend") + 1] == "cpu"


def test_the_ordinary_index_is_used_after_saying_how_large_it_is(uv, keeping):
    uv(fail={"dry-run": "error: Failed to fetch: x"}, packages={"torch": 900_000_000, "nvidia-cublas": 400_000_000})
    report = keeping()
    environment.setup(report, "train", "cpu")
    warning = next(text for level, text in report.said if level == "warning")
    assert "1,300 MB to download" in warning and "6,000 MB on disk" in warning
    (install,) = [call for call in uv.log() if call["command"] == "install"]
    assert "nvidia" in install["files"][0] and "--require-hashes" in install["arguments"]


def test_a_build_of_torch_that_needs_no_more_is_taken_from_an_index_of_ones_own(uv, keeping):
    uv(fail={"dry-run": "error: Failed to fetch: x"}, packages={"torch": 200_000_000, "sympy": 6_000_000})
    environment.setup(keeping(), "train", "cpu")
    first, second = [call for call in uv.log() if call["command"] == "install"]
    assert "nvidia" not in first["files"][0] and second["arguments"][-1].startswith("torch==")
    assert "--torch-backend" not in second["arguments"]


def test_other_requirements_are_noticed(uv):
    environment.setup(Report())
    marker = environment.managed_folder() / MARKER
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "lock": "other"}))
    with pytest.raises(RsdlError, match="older plugin"):
        environment.find_python()
    environment.setup(Report())
    assert environment.managed_state(environment.managed_folder()) == "ready"


@pytest.mark.parametrize(
    ("text", "state", "step"),
    [
        ("{", "missing", ""),
        ("[1]", "missing", ""),
        ('{"flavour": "cpu", "requirements": "x"}', "outdated", "train"),
        ('{"step": "fly", "build": "cpu", "lock": "x"}', "outdated", ""),
        ('{"step": ["predict"], "build": {}, "lock": 3}', "outdated", ""),
    ],
)
def test_an_unknown_marker_is_repaired(uv, text, state, step):
    environment.setup(Report())
    folder = environment.managed_folder()
    (folder / MARKER).write_text(text)
    assert environment.managed_state(folder) == state and environment.managed_step() == step
    environment.setup(Report())
    assert environment.managed_state(folder) == "ready"


def test_a_symlinked_folder_stays_one(uv, home, tmp_path):
    home.mkdir()
    (home / "worker").symlink_to(tmp_path / "disk" / "worker")
    for anew in (False, True):
        python = environment.setup(Report(), anew=anew)
        assert (home / "worker").is_symlink() and python == home / "worker" / "bin" / "python" and python.is_file()
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["worker"]


def test_a_folder_with_other_things_is_not_touched(uv, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(RsdlError, match="something else"):
        environment.setup(Report(), folder=mine)
    assert (mine / "thesis.txt").exists()


def test_the_old_environment_stays_until_the_new_one_works(uv, home):
    python = environment.setup(Report())
    before = read_marker(home / "worker")
    for told in ({"fail": {"install": "error: no idea"}}, {"without": ["rasterio"]}, {"fail": {"venv": "dns error"}}):
        uv(**told)
        with pytest.raises(RsdlError):
            environment.setup(Report(), anew=True, wheels=no_wheels(home.parent))
        assert environment.check(python) == before["versions"] and leftovers(home) == []


def no_wheels(folder):
    """Where pip, which follows a uv that fails, finds nothing."""
    (folder / "none").mkdir(exist_ok=True)
    return folder / "none"


@pytest.mark.parametrize(
    ("printed", "words", "hint"),
    [
        ("Failed to fetch: `https://u:p@x/`\n  dns error", "cannot be reached", "proxy"),
        ("error: Hash mismatch for `numpy==2`" + "\n  sha256:0" * 100, "hash differs", "Try again"),
        (f"  Expected sha256 {64 * '0'}\n       Got        {64 * 'e'}", "hash differs", "Try again"),
        ("error: No space left on device (os error 28)", "disk is full", "Free space"),
        ("error: No solution found when resolving", "not to be had", "bundle"),
    ],
)
def test_failures_are_told_without_passwords(uv, home, keeping, printed, words, hint):
    uv(fail={"install": printed})
    report = keeping()
    with pytest.raises(RsdlError, match=words) as caught:
        environment.setup(report)
    assert hint in caught.value.hint and "u:p@" not in str(caught.value) + report.text()
    assert leftovers(home) == [] and not (home / "worker").exists()


def test_files_of_an_index_of_ones_own_may_be_others(uv, keeping):
    uv(fail={"install": "error: Hash mismatch for `numpy`"}, hashes_only=True)
    report = keeping()
    environment.setup(report, index_url="https://mine.example/simple")
    assert any(level == "warning" and "same versions" in text for level, text in report.said)
    last = [call for call in uv.log() if call["command"] == "install"][-1]
    assert "https://mine.example/simple" in last["arguments"] and "sha256" not in last["files"][0]
    assert "numpy==" in last["files"][0]


def test_too_little_disk_is_told_before_anything_is_downloaded(uv, monkeypatch, home):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**7))
    with pytest.raises(RsdlError, match="10 MB free"):
        environment.setup(Report())
    assert leftovers(home) == []


def test_cancelling_ends_the_installer_and_its_children(uv, home, keeping):
    uv(hang="install")
    report = keeping(cancel_at="hanging")
    with pytest.raises(Cancelled):
        environment.setup(report)
    for pid in map(int, uv.pids.read_text().split()):
        assert wait_for(lambda pid=pid: not alive(pid), 2)
    assert not (home / "worker").exists() and leftovers(home) == []


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def started():
    code = "from rsdl_qgis.environment.__main__ import main; import sys; sys.exit(main(['--setup', '--anew']))"
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("command", ["venv", "install"])
def test_a_set_up_that_is_killed_is_repaired_by_the_next(uv, home, command):
    python = environment.setup(Report())
    uv(hang=command)
    process = started()
    assert wait_for(uv.pids.exists)
    with pytest.raises(RsdlError, match=f"Another set-up works on this environment now.*{process.pid}"):
        environment.setup(Report(), anew=True)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for pid in map(int, uv.pids.read_text().split()):
        os.kill(pid, signal.SIGKILL)
    assert environment.check(python)  # the old one
    assert leftovers(home)
    uv()
    environment.setup(Report(), anew=True)
    assert environment.check(python) and leftovers(home) == []


# What a set-up calls at ten points of its way, and the time that it calls it: it is killed just before.
POINTS = [
    ("setup", "_work", 1),
    ("setup", "find_uv", 1),
    ("installers.Uv", "create", 1),
    ("setup", "install_libraries", 1),
    ("installers.Uv", "install", 1),
    ("setup", "check", 1),
    ("setup", "write_marker", 1),
    ("setup", "_put", 1),
    ("setup", "_renamed", 2),  # the old one has gone, the new one is not there yet
    ("setup", "remove", 2),  # the new one is there, the old one not removed
]
KILLED = """
import importlib, os, signal, sys
from rsdl_qgis.environment.__main__ import main
(path, name, time), calls = {point}, []
module, _, owner = path.partition(".")
module = importlib.import_module("rsdl_qgis.environment." + module)
owner = getattr(module, owner) if owner else module
real = getattr(owner, name)
def kill(*arguments, **options):
    calls.append(1)
    if len(calls) == time:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **options)
setattr(owner, name, kill)
main(["--setup", "--anew"])
"""


@pytest.mark.parametrize("point", POINTS, ids=lambda point: "-".join(map(str, point)))
def test_killed_at_ten_points_it_leaves_an_environment_or_says_that_there_is_none(uv, home, point):
    python = environment.setup(Report())
    code = KILLED.format(point=point)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    if point[1] == "_renamed":
        with pytest.raises(RsdlError, match="not set up yet"):
            environment.find_python()
    else:
        assert environment.find_python().path == python and environment.check(python)
    assert leftovers(home)
    environment.setup(Report())
    assert environment.check(python) and leftovers(home) == []


@pytest.fixture
def pythons(monkeypatch, programs):
    """``pythons(*texts)``: the computer has these Pythons alone, which tell such versions, and no uv."""

    def only(*told):
        found = [programs(f"python-{i}", f"#!/bin/sh\n{text}\n") for i, text in enumerate(told)]
        monkeypatch.setattr("rsdl_qgis.environment.pythons._candidates", lambda: [str(path) for path in found])
        monkeypatch.setattr("rsdl_qgis.environment.installers.shutil.which", lambda name: None)

    return only


OFFLINE = "dns error: failed to lookup address information: Temporary failure in name resolution"
OLD = "echo 3 9 1 1 1"  # Python 3.9 with pip and venv, as in QGIS 3.22 on Windows
OLD_OFFLINE = f'case "$*" in *"pip install"*) echo "{OFFLINE}"; exit 1;; *) {OLD};; esac'


@pytest.mark.parametrize(
    ("found", "words", "hint"),
    [
        ([], r"No Python 3\.10 to 3\.14 with venv was found on this computer\.$", "Install Python.*or uv"),
        (["echo 3 11 0 1 0"], r"Found: .*\(3\.11, without venv\)", "python3-venv"),
        ([OLD_OFFLINE], "package index cannot be reached", "bundle"),
    ],
    ids=["no Python", "without venv", "3.9 offline"],
)
def test_no_python_to_make_it_from_and_no_uv(pythons, home, no_pip_settings, found, words, hint):
    pythons(*found)
    with pytest.raises(RsdlError) as caught:
        environment.setup(Report())
    assert re.search(words, caught.value.message) and re.search(hint, caught.value.hint)
    assert leftovers(home) == []


@pytest.mark.parametrize("told", [[], [OLD]], ids=["no Python", "3.9"])
def test_uv_brings_a_python_where_there_is_none_that_fits(uv, monkeypatch, programs, keeping, told):
    found = [str(programs("python-old", f"#!/bin/sh\n{text}\n")) for text in told]
    monkeypatch.setattr("rsdl_qgis.environment.pythons._candidates", lambda: found)
    report = keeping()
    environment.setup(report)
    assert "uv downloads one" in report.text()
    venv = next(call["arguments"] for call in uv.log() if call["command"] == "venv")
    assert "--managed-python" in venv and venv[venv.index("--python") + 1] == ">=3.10,<3.15"
    uv(fail={"venv": "error: Failed to download https://x/python-build-standalone/cpython.tar.gz: dns error"})
    with pytest.raises(RsdlError, match=r"no Python 3\.10 to 3\.14, and uv could not download one"):
        environment.setup(Report(), anew=True)
    assert environment.check(environment.find_python().path)


def test_pip_follows_a_uv_that_fails(uv, home, keeping):
    uv(fail={"venv": "something new"})
    report = keeping()
    with pytest.raises(RsdlError):  # pip finds nothing here
        environment.setup(report, wheels=no_wheels(home.parent))
    assert any(level == "warning" and "something new" in text and "pip" in text for level, text in report.said)


def test_order_of_pythons(monkeypatch, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("")
    monkeypatch.setenv("RSDL_PYTHON", str(tmp_path / "b"))
    assert environment.find_python(str(tmp_path / "a")).source == "setting"
    assert environment.find_python().source == "RSDL_PYTHON"
    with pytest.raises(RsdlError, match=r"settings.*nowhere"):
        environment.find_python("/nowhere")


def test_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "rsdl_qgis.environment"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Run 'Set up environment' first.")


def test_a_grandchild_that_keeps_the_pipe_does_not_hold_us():
    code = "import subprocess, sys; print('hello', flush=True); subprocess.Popen(['sleep', '30'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, **group_options())
    assert [line for line in lines(process) if line] == ["hello"]
    os.killpg(process.pid, 9)
    kill_group(process)
