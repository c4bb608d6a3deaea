"""XML that comes from elsewhere: read without document types, so that no entity is expanded, no other file read."""

from __future__ import annotations

from xml.etree.ElementTree import (  # nosec B405: what is parsed is parsed here, without document types
    Element,
    ElementTree,
    ParseError,
    SubElement,
    TreeBuilder,
    XMLParser,
    indent,
    tostring,
)

__all__ = ["Element", "ElementTree", "SubElement", "XMLError", "parse_xml", "xml_text"]


class XMLError(ValueError):
    """A text is not XML that is read."""


class _NoTypes(TreeBuilder):
    """Builds a tree; refuses a document type, in which entities would be declared, as soon as it begins."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise XMLError(f"It declares a document type, '{name}', which is not read.")


def parse_xml(text: str | bytes) -> Element:
    """The root of an XML text; XMLError where it is none, or declares a document type."""
    parser = XMLParser(target=_NoTypes())  # nosec B314: no document type, so no entities
    try:
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as error:  # an encoding that is not known is a LookupError
        raise XMLError(str(error)) from None
    return root


def xml_text(root: Element) -> str:
    """The text of an element, a line for each one inside."""
    indent(root)
    return tostring(root, encoding="unicode") + "\n"
