"""Addresses that stand for real ones are in metadata.txt alone, and the documentation lists them."""

import re
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The names that RFC 2606 sets aside, in an address of a site or of a person.
RESERVED = re.compile(r"(?://|@)(?:[\w.-]+\.)?(?:example(?:\.(?:com|org|net))?|invalid|test)\b(?![.-]\w)", re.I)
SOURCES = ("rsdl_qgis", "tools", "benchmarks", "docs", "models", "i18n", ".ci")
BINARY = {".onnx", ".pt", ".safetensors", ".jpg", ".png", ".qm", ".pyc", ".gpkg", ".tif"}


def texts():
    """(path, text) of what is read by people or programs; doubles of servers in tests are no placeholders."""
    paths = [path for folder in SOURCES for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*"))
    for path in paths:
        if path.is_file() and path.suffix not in BINARY:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def test_addresses_that_stand_for_others_are_recognized():
    found = ["https://rsdl.example/x", "me@rsdl.example", "http://example.org", "https://www.example.com/a", "//a.test"]
    others = ["https://arxiv.org", "KINDS[kind].example(index)", "https://example.github.io", "a // test_b"]
    assert all(map(RESERVED.search, found)) and not any(map(RESERVED.search, others))


def test_they_are_in_metadata_alone_and_listed():
    assert [str(path) for path, text in texts() if RESERVED.search(text)] == ["metadata.txt"]
    metadata = ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    names = {name for name, value in metadata["general"].items() if RESERVED.search(value)}
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"Placeholder addresses: (.*?)\.\s", design, re.DOTALL)
    assert names == set(re.findall(r"`(\w+)`", listed)) and names
