"""Archives of models: what belongs to the model is unpacked, whole, and nothing else; the rest is refused in words."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections import namedtuple
from dataclasses import replace

import pytest

from rsdl_qgis.engine.cards import archive
from rsdl_qgis.engine.cards.archive import LARGEST_LIST, MOST_MEMBERS, is_zip, opened_archive
from rsdl_qgis.engine.cards.store import unpack
from rsdl_qgis.engine.errors import ModelError


def pack(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return path


CARD = ("x/model.json", b"{}")


@pytest.mark.parametrize("folder", ["", "x/", "a b/é/", "x\\", "x\\y\\"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_models_folder_is_unpacked_and_what_lies_beside_it_is_not(tmp_path, folder, method):
    others = [("__MACOSX/x/._model.onnx", b"\0"), (".DS_Store", b"\0"), ("y/Icon\r", b"")] if folder else []
    path = pack(tmp_path / "m.zip", [(f"{folder}model.json", b"{}"), (f"{folder}sub/w.data", b"w"), *others], method)
    into = unpack(path, tmp_path / "into")
    files = {str(file.relative_to(into)): file.read_bytes() for file in into.rglob("*") if file.is_file()}
    assert files == {"model.json": b"{}", os.path.join("sub", "w.data"): b"w"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil", "outside"), ("x/../../evil", "outside"), ("/evil", "outside"), ("C:/evil", "outside"),
        ("..\\evil", "outside"), ("C:\\evil", "outside"), ("x/con", "no name for a file"), ("x/NUL.txt", "no name"),
        ("x/a:b", "no name"), ("x/a.", "no name"), ("x/a ", "no name"), ("x/a\nb", "no name"), ("x//a", "no name"),
        ("x/" + "y" * 300, "more than 200"), ("x/Model.JSON", "in one place"), ("x/model.json/a", "in one place"),
        ("y/model.json", "holds 2"),
    ],
)  # fmt: skip
def test_members_that_are_not_unpacked(tmp_path, name, words):
    path = pack(tmp_path / "m.zip", [CARD, (name, b"x")])
    with pytest.raises(ModelError, match=words):
        unpack(path, tmp_path / "a" / "b" / "into")
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["m.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_member_twice_is_refused(tmp_path):
    path = pack(tmp_path / "m.zip", [CARD, ("x/model.onnx", b"1"), ("x/model.onnx", b"2")])
    with pytest.raises(ModelError, match="in one place"):
        unpack(path, tmp_path / "into")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path, kind):
    member = zipfile.ZipInfo("x/model.onnx")
    member.external_attr = (kind | 0o777) << 16
    path = pack(tmp_path / "m.zip", [CARD, (member, b"/etc/passwd")])
    with pytest.raises(ModelError, match="link or a device"):
        unpack(path, tmp_path / "into")


def patched(path, offset, value):
    """The archive with another byte in the entry of its first member, in the list at its end and before its data."""
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x01\x02") + offset] = value
    data[data.find(b"PK\x03\x04") + offset - 2] = value
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("offset", "value", "words"), [(8, 1, "encrypted"), (10, 97, "cannot be read"), (16, 0, "CRC")]
)
def test_encrypted_unknown_and_damaged_members_are_reported(tmp_path, offset, value, words):
    path = patched(pack(tmp_path / "m.zip", [CARD]), offset, value)
    with pytest.raises(ModelError, match=rf"m\.zip.*{words}"):
        unpack(path, tmp_path / "into")


def test_every_flipped_bit_is_read_or_reported(tmp_path):
    whole = pack(tmp_path / "m.zip", [CARD, ("x/model.onnx", bytes(range(64)))]).read_bytes()
    reported = []
    for at in range(len(whole)):
        (tmp_path / "m.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        try:
            unpack(tmp_path / "m.zip", tmp_path / f"into{at}")
        except ModelError as error:
            reported.append(str(error))
    assert len(reported) > len(whole) // 4 and all("m.zip" in text for text in reported)


def test_too_many_members(tmp_path):
    path = pack(tmp_path / "m.zip", [CARD, *((f"x/{i}", b"") for i in range(MOST_MEMBERS))])
    with pytest.raises(ModelError, match=f"at most {MOST_MEMBERS}"):
        unpack(path, tmp_path / "into")


def test_a_list_of_members_that_would_fill_the_memory_is_not_read(tmp_path):
    path = pack(tmp_path / "m.zip", [CARD, *((f"x/{i:0200}", b"") for i in range(3000))])
    with pytest.raises(ModelError, match=f"more than {MOST_MEMBERS} files"), opened_archive(path):
        pass


def test_a_long_card_that_is_not_compressed_is_read(tmp_path):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("x/model.json", b" " * (LARGEST_LIST + 1))
    with opened_archive(path) as opened:
        assert len(opened.marked(2 * LARGEST_LIST)) == LARGEST_LIST + 1


def test_a_card_of_any_size_is_not_read(tmp_path):
    path = pack(tmp_path / "m.zip", [("x/model.json", b" " * 5000)])
    with opened_archive(path) as opened, pytest.raises(ModelError, match="5000 bytes, more than 4000"):
        opened.marked(4000)


@pytest.mark.parametrize("limit", ["disk", "model"])
def test_what_there_is_no_room_for_is_not_unpacked(tmp_path, monkeypatch, limit):
    path = pack(tmp_path / "m.zip", [CARD, ("x/model.onnx", bytes(1000))])
    if limit == "disk":
        usage = namedtuple("usage", "total used free")
        monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: usage(0, 0, archive.SPARE + 1001))
    else:
        monkeypatch.setattr(archive, "MODEL", replace(archive.MODEL, size=1001))
    with pytest.raises(ModelError, match="unpacks to 1,002 bytes"):
        unpack(path, tmp_path / "into")
    assert not list(tmp_path.glob("into/*"))


def test_more_than_is_stated_is_never_written(tmp_path):
    path = pack(tmp_path / "m.zip", [("x/model.onnx", bytes(100_000)), CARD])
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02") + 24  # its size, unpacked
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        unpack(path, tmp_path / "into")
    assert sum(file.stat().st_size for file in (tmp_path / "into").rglob("*") if file.is_file()) <= 12


def test_a_damaged_end_that_names_other_disks_is_no_archive(tmp_path):
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("data.pkl", "")
    whole = path.read_bytes()
    locator = struct.pack("<4sLQL", b"PK\6\7", 3, 0, 4)  # of the record of a large archive: disk 3 of 4
    path.write_bytes(whole[:-22] + locator + whole[-22:])
    assert not is_zip(path)
