"""Tables of boxes: what is written is read, and what is none is refused."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.chips.box_table import Box, read_boxes, write_boxes
from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.errors import InputError

from ..training.test_detectors import make_folder


def test_boxes_come_back_as_they_were(tmp_path):
    given = [Box(0.5, 1, 20.123456, 9, "a, b"), Box(-3, 1, 2, 2, "tree", difficult=True)]
    write_boxes(tmp_path / "b.csv", given)
    assert read_boxes(tmp_path / "b.csv") == given
    write_boxes(tmp_path / "b.csv", [])
    assert read_boxes(tmp_path / "b.csv") == []


def test_a_table_without_a_column_for_difficult_ones(tmp_path):
    (tmp_path / "b.csv").write_text("x1,y1,x2,y2,class\n1,2,3,4,tree\n")
    assert read_boxes(tmp_path / "b.csv") == [Box(1, 2, 3, 4, "tree")] and Box(5, 5, 3, 9, "a").area == 0


@pytest.mark.parametrize(("text", "message"), [
    ("x1,y1,x2,class\n", "no column 'y2'"),
    ("x1,y1,x2,y2,class\n1,2,three,4,tree\n", "not a table of boxes"),
    ("x1,y1,x2,y2,class\n1,2,nan,4,tree\n", "not a finite number"),
])  # fmt: skip
def test_what_is_no_table_of_boxes(tmp_path, text, message):
    (tmp_path / "b.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_boxes(tmp_path / "b.csv")


def test_chips_with_boxes_say_what_is_wrong_with_them(tmp_path):
    folder = make_folder(tmp_path / "chips", (3, 1, 0))
    again = read_chips(tmp_path / "chips")
    assert again.chips == folder.chips and again.label(again.chips[0]).shape == (2, 6)
    first = next(chip for chip in again.chips if chip.label)
    write_boxes(tmp_path / "chips" / first.label, [Box(1, 2, 3, 4, "whale")])
    with pytest.raises(InputError, match="of class 'whale'"):
        again.label(first)
    (tmp_path / "chips" / first.label).unlink()
    with pytest.raises(InputError, match="is not there"):
        read_chips(tmp_path / "chips")
