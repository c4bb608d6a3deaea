"""rsdl:importmodel: what a person says of a bare ONNX file, by the parameters alone."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.paths import PACKAGE

FORMS = ("logits", "two outputs")
WRITE = (
    "import sys; from pathlib import Path; from tests.engine.runtime.foreign_networks import FORMS, write\n"
    "for form in sys.argv[2:]:\n"
    "    write(Path(sys.argv[1], f'{form}.onnx'), **{**FORMS[form], 'keys': {}})"
)
SAID = {
    "TASK": "segmentation",
    "BANDS": "nir",
    "CLASSES": "3 soil #010203, 7 water #0000ff",
    "SCALING": "/10000",
    "RESOLUTION": 10,
    "ACTIVATION": "softmax",
    "LAYOUT": "NCHW",
    "NODATA": "0",
    "NAME": "lakes",
}


@pytest.fixture(scope="module")
def networks(worker_python, tmp_path_factory):
    """A folder with an ONNX file of each form, which says nothing of itself."""
    folder = tmp_path_factory.mktemp("networks")
    subprocess.run([worker_python, "-c", WRITE, str(folder), *FORMS], cwd=PACKAGE.parent, check=True)
    return folder


@pytest.fixture
def bare(networks, tmp_path):
    """An ONNX file of one band and two classes."""
    return str(shutil.copy(networks / "logits.onnx", tmp_path / "net.onnx"))


def test_what_is_said_is_installed(run, home, bare, tmp_path):
    report = tmp_path / "report.html"
    results, _ = run("importmodel", {"INPUT": bare, **SAID, "REPORT": str(report)})
    assert results["MODEL"] == "lakes"
    card = Store().find("lakes")[1]
    item = card.inputs[0]
    assert (card.task, card.resolution, card.activation, card.axes) == ("segmentation", 10, "softmax", "NCHW")
    assert [(c.value, c.name, c.color) for c in card.classes] == [(3, "soil", "#010203"), (7, "water", "#0000ff")]
    assert [band.name for band in item.bands] == ["nir"] and item.nodata == 0
    page = report.read_text("utf-8")
    assert "given (BANDS)" in page and "given (SCALING)" in page and "data:image/png" in page


def test_a_folder_is_imported(run, home, bare, tmp_path):
    results, _ = run("importmodel", {"INPUT": str(tmp_path), **SAID})
    assert results["MODEL"] == "lakes" and Store().find("lakes")


def test_what_is_missing_is_asked_for_and_nothing_is_installed(refusal_at_run, home, bare):
    assert "SCALING" in refusal_at_run({"INPUT": bare})
    assert "takes" in refusal_at_run({"INPUT": bare, **SAID, "BANDS": "red, green"})
    assert not own_folder().exists() or not list(own_folder().iterdir())


@pytest.mark.parametrize("index", ["all", "1", 1])
def test_outputs_by_number_or_all_of_them(run, home, tmp_path, networks, index):
    path = shutil.copy(networks / "two outputs.onnx", tmp_path / "net.onnx")
    results, _ = run("importmodel", {"INPUT": str(path), "SCALING": "/255", "OUTPUT_INDEX": index})
    expected = ["net-y", "net-z"] if index == "all" else ["net"]
    assert results["MODEL"] == expected[0] and results["MODELS"] == ", ".join(expected)
    assert sorted(folder.name for folder in own_folder().iterdir()) == expected
    assert [Store().find(name)[1].output_index for name in expected] == ([0, 1] if index == "all" else [1])


@pytest.mark.parametrize(
    ("name", "text"), [("OUTPUT_INDEX", "both"), ("SCALING", "by magic"), ("CLASSES", "/no/such.qml"), ("NAME", "../x")]
)
def test_texts_that_cannot_be_read_are_refused_before_the_job(refusal, home, bare, name, text):
    assert refusal("importmodel", {"INPUT": bare, **SAID, name: text})


@pytest.fixture
def refusal_at_run(run):
    """Runs the algorithm, which has to fail, and gives the message."""
    from qgis.core import QgsProcessingException

    def fail(parameters):
        with pytest.raises(QgsProcessingException) as caught:
            run("importmodel", parameters)
        return str(caught.value)

    return fail
