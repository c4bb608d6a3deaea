"""Text from files, as it is shown and written."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.files.text import counted, lines, one_line, shortened


@pytest.mark.parametrize("text", ["roof", " two  blanks ", "δάσος", "=1+1", "<b>", "日本"])
def test_what_can_be_printed_stays_as_it_is(text):
    assert one_line(text) == text == lines(text)


@pytest.mark.parametrize("bad", ["\0", "\x0b", "\x1b[31m", "\x85", "\u2028", "\u202e", "\ud800", "\uffff", "\ufdd0"])
def test_what_xml_and_files_cannot_hold_becomes_a_blank(bad):
    assert one_line(f"a{bad}b").encode("utf-8") and one_line(f"a{bad}b").startswith("a ")
    assert lines(f"a\n\t{bad}b").startswith("a\n\t ")


def test_ends_of_lines_are_kept_in_long_texts_alone():
    assert one_line("a\r\n\tb") == "a b" and lines("a\r\n\tb") == "a\n\tb"


def test_shortened():
    assert shortened("x" * 100, 10) == "xxxxxxxxx…" and shortened("a\nb") == "a b"


def test_one_is_no_plural():
    assert [counted(n, "patch", "es") for n in (0, 1, 2)] == ["0 patches", "1 patch", "2 patches"]
    assert counted(1, "tile") == "1 tile" and counted(3, "tile") == "3 tiles"
