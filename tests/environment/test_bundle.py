"""Bundles: what they are for is checked before anything is installed, and all of it is installed with hashes."""

from __future__ import annotations

import json
import sys

import pytest

from rsdl_qgis import environment
from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.environment.bundle import ABOUT, LIST, start_bundle, system
from rsdl_qgis.environment.requirements import lock_file, lock_hash


@pytest.fixture
def bundle(tmp_path):
    """A bundle for this computer, without its wheels; ``bundle(**about)`` changes what it says of itself."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / LIST).write_text(lock_file("predict", "cpu").read_text())

    def write(**changed):
        about = {"step": "predict", "build": "cpu", "lock": lock_hash("predict", "cpu"), "system": system()}
        about["python"] = list(sys.version_info[:2])
        (folder / ABOUT).write_text(json.dumps({**about, **changed}))
        return folder

    return write


def test_all_of_it_is_installed_without_an_index_and_with_hashes(uv, bundle):
    folder = bundle()
    environment.setup(Report(), "train", wheels=folder)  # the bundle has what it has
    assert environment.managed_step() == "predict"
    (install,) = [call for call in uv.log() if call["command"] == "install"]
    assert {"--no-index", "--require-hashes", "--no-deps", str(folder), str(folder / LIST)} <= set(install["arguments"])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"system": "win32-amd64"}, "is for win32-amd64"),
        ({"lock": "x"}, "another version of the plugin"),
        ({"python": [3, 99]}, r"Python 3\.99"),
        ({"step": "fly"}, "cannot be read"),
        ({"python": 3}, "cannot be read"),
    ],
)
def test_a_bundle_that_is_not_for_here_is_refused(uv, bundle, changed, words):
    with pytest.raises(RsdlError, match=words):
        environment.setup(Report(), wheels=bundle(**changed))
    assert not environment.managed_folder().exists()


def test_a_bundle_is_not_written_among_other_things(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RsdlError, match="something else"):
        start_bundle(tmp_path)
