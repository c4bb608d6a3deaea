"""Blocks in files: what comes back is what was written, or nothing at all."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.prediction.blocks import tape
from rsdl_qgis.engine.prediction.blocks.tape import Damaged, Tape, is_whole, pieces

RANDOM = np.random.default_rng(0)
NAN = np.array([[0.0, np.nan]], np.float32).repeat(3, 0)
PIECES = [
    {"row": 3, "classes": RANDOM.integers(0, 5, (7, 9)).astype("uint8"), "valid": RANDOM.random((7, 9)) < 0.5},
    {"row": 10, "classes": np.full((70, 900), 255, "uint8"), "valid": np.ones((70, 900), bool), "nan": NAN[:, 1:]},
    {"pixels": [1.5, 0.1 + 0.2], "values": RANDOM.normal(size=(2, 3, 4)).astype("float32")[:, ::2], "nan": NAN},
    {"patches": RANDOM.integers(0, 2, (40, 3)).repeat(700, 1).astype("int16"), "mask": np.arange(9000) < 8000},
    {"empty": np.zeros((0, 4)), "labels": np.arange(4), "zeros": np.array([0.0, -0.0])},
    {},
]


@pytest.fixture
def block(tmp_path):
    made = Tape(tmp_path / "block", "mine")
    for piece in PIECES:
        made.write(piece)
    made.commit()
    return tmp_path / "block"


def test_pieces_come_back_to_the_bit(block):
    found = list(pieces(block, "mine"))
    assert is_whole(block, "mine") and [*block.parent.iterdir()] == [block] and len(found) == len(PIECES)
    for piece, other in zip(PIECES, found):
        assert set(piece) == set(other)
        for name, value in piece.items():
            if isinstance(value, np.ndarray):
                assert (other[name].dtype, other[name].shape) == (value.dtype, value.shape)
                assert other[name].tobytes() == value.tobytes()
            else:
                assert other[name] == value


def test_rows_of_one_value_take_little_room(tmp_path):
    made = Tape(tmp_path / "block", "mine")
    made.write({"classes": np.full((1000, 1000), 255, "uint8"), "values": np.full((1000, 1000), np.nan, "float32")})
    made.commit()
    assert (tmp_path / "block").stat().st_size < 20_000  # of 5 MB


@pytest.mark.parametrize("size", [0, 1, 13, 100, -20, -1])
def test_what_is_cut_off_is_not_whole(block, size):
    block.write_bytes(block.read_bytes()[:size])
    assert not is_whole(block, "mine")
    if size != -1:  # only its checksum is
        with pytest.raises(Damaged):
            list(pieces(block, "mine"))


@pytest.mark.parametrize("place", [20, 90, 300, -2])
def test_what_came_back_changed_is_not_whole(block, place):
    data = bytearray(block.read_bytes())
    data[place] ^= 1
    block.write_bytes(data)
    assert not is_whole(block, "mine")


def test_blocks_of_other_jobs_and_other_files_are_refused(block):
    assert not is_whole(block, "other") and not is_whole(block.with_name("none"), "mine")
    with pytest.raises(Damaged, match="of another job"):
        list(pieces(block, "other"))
    block.write_bytes(tape._first_line("mine") + (1 << 30).to_bytes(4, "little") + b"[]")
    with pytest.raises(Damaged, match="no block"):
        list(pieces(block, "mine"))


@pytest.mark.parametrize("head", [b"[]", b'{"plain": {}, "arrays": [["a", "|O", [1]]]}', b"?"])
def test_nothing_but_numbers_is_read(block, head):
    block.write_bytes(tape._first_line("mine") + len(head).to_bytes(4, "little") + head + bytes(100))
    with pytest.raises(Damaged):
        list(pieces(block, "mine"))


def test_objects_are_not_kept(tmp_path):
    made = Tape(tmp_path / "block", "mine")
    with pytest.raises(TypeError):
        made.write({"a": np.array([None])})
    made.discard()
    assert not [*tmp_path.iterdir()]
