"""Jobs that are wrong somewhere: one outcome each, never a fault of ours, and nothing is written but where they say."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rsdl_qgis.engine import __main__ as worker
from rsdl_qgis.engine.job.arguments import OPERATIONS
from rsdl_qgis.paths import plugin_version

from .mutations import mutated, odd_values, plausible, written
from .sound_jobs import TARGET, sound_jobs

JOBS = int(os.environ.get("RSDL_MUTATED_JOBS", "1000"))
SEED = int(os.environ.get("RSDL_MUTATION_SEED", "1"))
PATIENCE = 4.0  # seconds, after which a job is cancelled: a long training is no fault
BESIDE = re.compile(r"\.(aux\.xml|stac\.json|run\.json)$")  # ends of files that go with an output
LONG = 120.0  # seconds that a sound job may take, in which libraries are loaded
MEMORY = 12 << 30  # bytes of address space: what asks for more is told that there is none


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("robust")


@pytest.fixture(scope="module")
def sound(folder):
    (folder / "data").mkdir()
    return sound_jobs(folder / "data")


@pytest.fixture(autouse=True)
def apart(folder, monkeypatch):
    """Where relative paths, models and temporary files of the jobs are; memory has an end."""
    for name in ("here", "home", "temporary"):
        (folder / name).mkdir(exist_ok=True)
    monkeypatch.chdir(folder / "here")
    monkeypatch.setenv("RSDL_HOME", str(folder / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(folder / "temporary"))
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def texts_of(job: bytes) -> list[str]:
    """The texts that a job gives as values."""
    texts: list[str] = []

    def seen(value: Any) -> Any:
        found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        texts.extend(item for item in found if isinstance(item, str))
        for item in found:
            seen(item)

    with suppress(ValueError, RecursionError):
        seen(json.loads(job))
    return texts


def unasked(here: Path, job: bytes) -> list[str]:
    """What lies in the working folder, which is emptied, though no text of the job is a relative path to it."""
    found = list(here.iterdir())
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    stems = [Path(text).parts[0] for text in texts_of(job) if Path(text).parts]
    return [path.name for path in found if not any(path.name.lstrip(".").startswith(stem) for stem in stems)]


def changed(before: dict[str, tuple[int, int]], folder: Path, job: bytes) -> list[str]:
    """The files that are other than before, though the job does not name them once, as where it writes to."""
    texts, after = texts_of(job), files_of(folder)
    other = [path for path in before.keys() | after if before.get(path) != after.get(path)]
    return [path for path in other if texts.count(BESIDE.sub("", path)) != 1]


def outcome(file: Path, patience: float = PATIENCE) -> dict:
    """The one outcome of a job."""
    stream, stop = io.StringIO(), threading.Event()
    timer = threading.Timer(patience, stop.set)
    timer.start()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in the worker, where they go to its stderr
        status = worker.handle([str(file)], worker.EventReport(stream, stop), stop)
    timer.cancel()
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    (last,) = [event for event in events if event["event"] in ("result", "error")]
    assert last is events[-1]
    assert status == (0 if last["event"] == "result" else 3 if last["kind"] == "cancelled" else 1)
    return last


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "describe"])
def test_sound_jobs_are_sound(sound, folder, operation):
    for number, arguments in enumerate(sound[operation]):
        target = folder / f"sound-{operation}-{number}"
        target.mkdir()
        job = {"version": plugin_version(), "operation": operation, "arguments": arguments}
        (folder / "job.json").write_text(json.dumps(job).replace(TARGET, str(target)))
        last = outcome(folder / "job.json", LONG)
        assert last["event"] == "result", last


def jobs_of(sound: dict[str, list], paths: list[str], chance: random.Random) -> Iterator[bytes]:
    """Mutated jobs: by turns wrong in form, and right in form but of values that may not go together."""
    odd = odd_values(paths)
    names = [name for name in OPERATIONS for _ in range(1 if name == "describe" else 12)]
    for number in range(JOBS):
        operation = names[number % len(names)]
        job = {"version": plugin_version(), "operation": operation, "arguments": chance.choice(sound[operation])}
        if number % 2:
            yield written(mutated(job, odd, chance), chance)
        else:
            arguments = plausible(job["arguments"], OPERATIONS[operation], paths, chance)
            yield json.dumps({**job, "arguments": arguments}).encode()


def test_mutated_jobs_end_in_a_sentence(sound, folder, capfd):
    """One outcome each, no internal error; what the jobs read is as it was, and nothing lies where none wrote to."""
    data = files_of(folder / "data")
    shutil.copytree(folder / "data", folder / "kept")
    paths = [str(folder / "data"), str(folder / "here"), *sorted(data)]
    kinds: Counter[str] = Counter()
    faults = []
    for number, made in enumerate(jobs_of(sound, paths, random.Random(SEED))):
        target = folder / f"target{number}"
        target.mkdir()
        job = made.replace(TARGET.encode(), str(target).encode())
        (folder / "job.json").write_bytes(job)
        last = outcome(folder / "job.json")
        kind = last["event"] if last["event"] == "result" else last["kind"]
        kinds[kind] += 1
        trace = capfd.readouterr().err[-1500:]
        if kind in ("internal_error", "environment_error") or (kind != "result" and not last["message"].strip()):
            faults.append(f"{last['message']}\n    {job[:1500].decode(errors='replace')}\n{trace}")
        lost = changed(data, folder / "data", job) + unasked(folder / "here", job)
        faults += [f"{path} was written by {job!r}" for path in lost]
        if files_of(folder / "data") != data:
            shutil.rmtree(folder / "data")
            shutil.copytree(folder / "kept", folder / "data")
        shutil.rmtree(target)
    with capfd.disabled():
        print(f"\n{JOBS} mutated jobs: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:40])
