"""Archives of other programs' models: what lies in them is found, several are told, and what is unsafe is refused."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from rsdl_qgis.engine.errors import ModelError, RsdlError
from rsdl_qgis.engine.importing.job import run_import
from tests.engine.interop.test_trees import saved, text
from tests.engine.runtime.test_foreign_networks import Listening

GIVEN = {"scaling": "none", "task": "segmentation"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def trees(tmp_path):
    return saved(tmp_path / "trees.txt", text()).read_bytes()


def packed(path, members):
    """An archive of (name, bytes), or (TarInfo, bytes)."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in members:
                made.writestr(name, data)
        return path
    with tarfile.open(path, {".gz": "w:gz", ".tgz": "w:gz", ".bz2": "w:bz2"}.get(path.suffix, "w")) as made:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = info.size or len(data)
            made.addfile(info, io.BytesIO(data))
    return path


def imported(path):
    return run_import({"input": str(path), **GIVEN}, Listening())


@pytest.mark.parametrize("name", ["crops.zip", "crops.tar", "crops.tar.gz", "crops.tar.bz2", "crops.tgz"])
def test_a_model_of_another_program_is_found(tmp_path, trees, name):
    made = imported(packed(tmp_path / name, [("a/README.md", b"of a model"), ("a/trees.txt", trees)]))
    assert made["model"] == "crops"


@pytest.mark.parametrize("name", ["two.zip", "two.tar.gz"])
def test_several_are_told(tmp_path, trees, name):
    for names in (("a/x.onnx", "b/y.onnx"), ("a/x.h5", "a/y.h5"), ("a/model.json", "b/model.json")):
        path = packed(tmp_path / name, [(inside, b"{}") for inside in names])
        with pytest.raises(ModelError, match=f"holds 2 models: {names[0]}, {names[1]}") as error:
            imported(path)
        assert "choose one" in error.value.hint


def entry(name, kind=tarfile.REGTYPE, link="", size=0):
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, size
    return made


HOSTILE = [
    ([("../trees.txt", b"x")], "outside the model's folder"),
    ([("/tmp/trees.txt", b"x")], "outside the model's folder"),
    ([(entry("trees.txt", tarfile.SYMTYPE, "/etc/passwd"), b"")], "a link or a device"),
    ([(entry("trees.txt", tarfile.LNKTYPE, "/etc/passwd"), b"")], "a link or a device"),
    ([(entry("trees.txt", tarfile.CHRTYPE), b"")], "a link or a device"),
    ([(entry("trees.txt", tarfile.FIFOTYPE), b"")], "a link or a device"),
    ([(f"{i}.txt", b"") for i in range(1001)], "more than 1000 files"),
    ([(entry("trees.txt", size=1 << 50), b"x")], "unpacks to more than|not as long as is stated"),
    ([("a\x07.txt", b"x")], "no name for a file"),
]


@pytest.mark.parametrize(("members", "said"), HOSTILE)
@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
def test_what_is_unsafe_in_a_tar_is_refused(tmp_path, members, said, ending):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / f"bad{ending}"
    mode = "w:gz" if ending.endswith("gz") else "w"
    with tarfile.open(path, mode) as made:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            stated, info.size = info.size, len(data)
            info.size = stated or len(data)
            if stated:  # more than there is
                made.fileobj.write(info.tobuf())
                continue
            made.addfile(info, io.BytesIO(data))
    with pytest.raises(RsdlError, match=said):
        imported(path)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "home") == ["in"]


def test_a_header_that_would_fill_the_memory_is_not_read(tmp_path):
    path = tmp_path / "bad.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x" * (1 << 22)}) as made:
        made.addfile(tarfile.TarInfo("a.txt"))
    with pytest.raises(ModelError, match="header is too long"):
        imported(path)


@pytest.mark.parametrize("name", ["cut.tar", "cut.tar.gz", "cut.tar.bz2"])
def test_what_is_cut_off_is_told(tmp_path, trees, name):
    data = packed(tmp_path / name, [("trees.txt", trees)]).read_bytes()
    whole = len(trees) + tarfile.BLOCKSIZE  # from here on a plain tar lacks zeros at most
    for share in range(20):
        length = len(data) * share // 20
        if name == "cut.tar" and length >= whole:
            break
        (tmp_path / name).write_bytes(data[:length])
        with pytest.raises(ModelError):
            imported(tmp_path / name)
