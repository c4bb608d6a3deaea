"""XML from elsewhere: trees of what is XML, and no document types, in which entities would be declared."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.files.xml import XMLError, parse_xml

LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_tree_is_read_in_any_encoding(encoding):
    root = parse_xml(f'<?xml version="1.0" encoding="{encoding}"?><a b="1"><c>é</c></a>'.encode(encoding))
    assert root.tag == "a" and root.get("b") == "1" and root.findtext("c") == "é"


@pytest.mark.parametrize("text", [LAUGHS, FILE, FILE.encode("utf-16"), "<!DOCTYPE html><html/>"])
def test_document_types_are_refused(text):
    with pytest.raises(XMLError, match="document type"):
        parse_xml(text)


@pytest.mark.parametrize("text", ["", "<a>", "<a>&x;</a>", b"\xff\x00", b'<?xml version="1.0" encoding="odd"?><a/>'])
def test_what_is_no_xml_is_said(text):
    with pytest.raises(XMLError):
        parse_xml(text)
