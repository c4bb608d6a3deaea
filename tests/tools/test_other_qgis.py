"""The tool that tries another QGIS, as far as it goes without being root and without the network."""

import os
from pathlib import Path

import pytest

from tools import other_qgis

DEBIAN = "http://mirror.example/debian/"


def test_debian_is_found_among_all_that_apt_knows():
    listed = (
        "Others||http://others.example/",
        "Debian|Debian-Security|http://security.example/",
        f"Debian|Debian|{DEBIAN}",
    )
    assert other_qgis.mirror_in("\n".join(listed)) == DEBIAN
    assert other_qgis.mirror_in("Ubuntu|Ubuntu|http://ubuntu.example/\n") == ""


def test_the_mirror_may_be_given_and_is_asked_for(monkeypatch):
    monkeypatch.setattr(other_qgis, "output", lambda *_: "")
    monkeypatch.delenv("DEBIAN_MIRROR", raising=False)
    with pytest.raises(SystemExit, match="DEBIAN_MIRROR="):
        other_qgis.debian_mirror()
    monkeypatch.setenv("DEBIAN_MIRROR", DEBIAN)
    assert other_qgis.debian_mirror() == DEBIAN


def test_pip_is_told_what_it_is_told_here():
    listed = (
        "global.cert='/etc/ca.crt'\ninstall.find-links='/wheels\\n/more'\nlist.format='json'\n:env:.cert='/my.crt'\n"
    )
    assert other_qgis.pip_variables(listed) == {"PIP_CERT": "/my.crt", "PIP_FIND_LINKS": "/wheels\n/more"}


def test_arguments_of_pytest_are_handed_on():
    assert other_qgis.divided(["3.44", "--", "-k", "a or b", "--", "x"]) == (["3.44"], ["-k", "a or b", "--", "x"])
    assert other_qgis.divided(["3.40"]) == (["3.40"], [])


def test_a_version_that_is_not_there_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["other_qgis", "3.30"])
    with pytest.raises(SystemExit):
        other_qgis.main()
    assert "'3.30'" in capsys.readouterr().err


def test_without_sudo_it_says_what_is_needed(monkeypatch):
    monkeypatch.setattr(other_qgis.shutil, "which", lambda name, path=None: name if name == "unshare" else None)
    monkeypatch.setattr(other_qgis.os, "geteuid", lambda: 1000)
    monkeypatch.setattr("sys.argv", ["other_qgis", "3.44"])
    with pytest.raises(SystemExit, match="as root, or install sudo"):
        other_qgis.main()


@pytest.fixture
def mounted(monkeypatch):
    """The commands that would be run."""
    commands = []
    monkeypatch.setattr(other_qgis, "run", lambda *command, env=None: commands.append(" ".join(map(str, command))))
    return commands


def test_the_machine_is_mounted_to_be_read_only(mounted, tmp_path):
    other_qgis.mount_machine(tmp_path)
    assert mounted[:2] == [f"mount --rbind / {tmp_path}/host", f"mount -o remount,bind,ro {tmp_path}/host"]
    assert mounted[2:] == [f"mount --rbind /{name} {tmp_path}/{name}" for name in ("dev", "proc", "sys")]


def test_both_trees_have_what_is_shared(mounted, tmp_path):
    root, file = tmp_path / "root", tmp_path / "pip.conf"
    file.write_text("")
    other_qgis.share(file, root)
    inside, host = (Path(f"{tree}{file}") for tree in (root, root / "host"))
    assert inside.is_file() and host.is_file()
    both = [(f"mount --bind {file} {target}", f"mount -o remount,bind,ro {target}") for target in (inside, host)]
    assert mounted == [*both[0], *both[1]]
    mounted.clear()
    other_qgis.share(tmp_path, root, at=Path("/settings"), writable=True)
    assert mounted == [f"mount --bind {tmp_path} {tree}/settings" for tree in (root, root / "host")]


def test_its_exit_status_is_the_tests_own():
    left = os.posix_spawnp("true", ["true"], {})  # by a program that ended
    assert other_qgis.run_as_first(("bash", "-c", 'sleep 0.2; exit "$STATUS"'), {"STATUS": "3"}) == 3
    with pytest.raises(ProcessLookupError):
        os.kill(left, 0)
