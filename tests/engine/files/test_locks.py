"""Two jobs never write one output, and what is left of jobs that are gone goes with the next one."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.files.locks import ABANDONED, MARK, held, owner, remove_leftovers

ROOT = Path(__file__).parents[3]
GONE = 4_194_304  # no process has this number: it is above the largest


@pytest.fixture
def other():
    """Another process that holds an output, and has begun to write it."""
    started = []

    def other(target):
        code = (
            f"import sys, time; sys.path.insert(0, {str(ROOT)!r})\n"
            "from rsdl_qgis.engine.files.locks import held\nimport os\nfrom pathlib import Path\n"
            "from rsdl_qgis.engine.files.names import hidden\n"
            f"target = Path({str(target)!r})\n"
            "with held([target]):\n"
            "    hidden(target, f'{os.getpid()}.part.tif').touch()\n"
            "    hidden(target, f'{os.getpid()}.part').mkdir()\n"
            "    print('held', flush=True)\n    time.sleep(60)\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield other
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_job_is_refused_at_once_and_told_who_writes(tmp_path, other):
    process = other(tmp_path / "o.tif")
    told = rf"Another job \(process {process.pid} on .*\) is writing 'o\.tif' now, in"
    with pytest.raises(OutputError, match=told), held([tmp_path / "p.tif", tmp_path / "o.tif"]):
        raise AssertionError
    with held([tmp_path / "p.tif"]):
        assert (tmp_path / f".o.tif.{process.pid}.part.tif").exists()  # what is being written is left alone


def test_within_a_process_too(tmp_path):
    with held([tmp_path / "o.tif"]), pytest.raises(OutputError, match="is writing"), held([tmp_path / "o.tif"]):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []


def test_by_another_way_to_the_folder(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with held([tmp_path / "real" / "o.tif"]), pytest.raises(OutputError), held([tmp_path / "link" / "o.tif"]):
        raise AssertionError


@pytest.mark.parametrize("name", ["o.tif", "p.gpkg"])
def test_what_a_killed_job_left_goes_with_the_next_one_in_that_folder(tmp_path, other, name):
    process = other(tmp_path / "o.tif")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(list(tmp_path.iterdir())) == 3
    with held([tmp_path / name]):
        assert [path.name for path in tmp_path.iterdir()] == [f".{name}.lock"]
    assert list(tmp_path.iterdir()) == []


def test_what_the_plugin_removes_of_a_worker_that_it_killed(tmp_path, other):
    process = other(tmp_path / "o.tif")
    work = tmp_path / "o.tif.training" / "best"
    work.mkdir(parents=True)
    (work / f".x.{process.pid}.part").touch()
    (tmp_path / ".o.tif.1.part.tif").touch()
    process.kill()
    process.wait()
    remove_leftovers(tmp_path / "o.tif", process.pid)
    assert {path.name for path in tmp_path.iterdir()} == {"o.tif.training", ".o.tif.1.part.tif"}
    assert list(work.iterdir()) == []


def left(folder, computer, age=0.0, pid=GONE):
    (folder / ".o.tif.lock").write_text(f"{MARK} {pid} {computer}\n")
    part = folder / f".o.tif.{pid}.part.tif"
    part.touch()
    os.utime(part, (time.time() - age, time.time() - age))
    return part


def test_of_another_computer_only_what_is_old_goes(tmp_path):
    part = left(tmp_path, "elsewhere")
    with held([tmp_path / "o.tif"]):
        assert part.exists()
    part = left(tmp_path, "elsewhere", 2 * ABANDONED)
    with held([tmp_path / "x.tif"]):
        assert not part.exists()


def test_a_number_that_another_process_has_now_does_not_keep_a_part(tmp_path):
    part = left(tmp_path, platform.node(), pid=os.getppid())
    with held([tmp_path / "o.tif"]):
        assert not part.exists()


def test_without_a_lock_only_what_names_no_process_that_lives(tmp_path):
    gone, lives = (tmp_path / f".o.tif.{pid}.part.tif" for pid in (GONE, os.getppid()))
    for path in (gone, lives):
        path.touch()
    with held([tmp_path / "o.tif"]):
        assert lives.exists() and not gone.exists()


def test_what_is_not_ours_stays(tmp_path):
    names = [".o.tif.notes.part", ".x.lock", ".o.tif.old", f"o.tif.{GONE}.part", f".other.tif.{GONE}.part.tif"]
    names += [".o.tif.part", ".o.tif.part.tif", ".o.tif.part.lock"]
    inner = [".my.partners.csv", ".parts", f".x.{GONE}.parts", f"x.{GONE}.part"]
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / "o.tif.training").mkdir()
    for name in inner:
        (tmp_path / "o.tif.training" / name).write_text("mine")
    with held([tmp_path / "o.tif"]):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {*names, "o.tif.training"}
    assert {path.name for path in (tmp_path / "o.tif.training").iterdir()} == set(inner)


def test_a_lock_of_another_program_is_neither_written_nor_removed(tmp_path):
    lock, elsewhere = tmp_path / ".o.tif.lock", tmp_path / "notes.txt"
    for text in ("4711", f"{MARK} of someone"):
        lock.write_text(text)
        with pytest.raises(OutputError, match=r"\.o\.tif\.lock is no lock of this plugin"), held([tmp_path / "o.tif"]):
            raise AssertionError
        assert lock.read_text() == text
    lock.unlink()
    elsewhere.write_text("mine")
    lock.symlink_to(elsewhere)
    with pytest.raises(OutputError, match="is no lock"), held([tmp_path / "o.tif"]):
        raise AssertionError
    assert elsewhere.read_text() == "mine" and lock.is_symlink()


def test_a_lock_that_was_not_written_to_its_end_is_taken(tmp_path):
    for content in (b"", bytes(30)):
        (tmp_path / ".o.tif.lock").write_bytes(content)
        with held([tmp_path / "o.tif"]):
            assert owner(tmp_path / ".o.tif.lock") == (os.getpid(), platform.node())
        assert list(tmp_path.iterdir()) == []


def test_a_lock_names_its_process(tmp_path):
    with held([tmp_path / "o.tif"]):
        assert owner(tmp_path / ".o.tif.lock") == (os.getpid(), platform.node())
    assert owner(tmp_path / ".o.tif.lock") is None


def test_a_disk_without_locks_does_not_stop_a_job_and_nothing_is_removed(tmp_path, monkeypatch):
    from rsdl_qgis.engine.files import locks

    def unknown(file):
        raise OSError(38, "not implemented")

    monkeypatch.setattr(locks, "_lock", unknown)
    part = left(tmp_path, platform.node())
    with held([tmp_path / "o.tif"]):
        assert part.exists()
