"""Collect the texts to translate into ``i18n/*.ts``, compile them to ``.qm``: ``python3 -m tools.i18n``.

With ``--compile`` it only compiles. A text is a literal in a call ``tr("…")``, or
``translatable("…")`` in a table of the engine. New texts come into each
``.ts`` as unfinished, texts that are gone leave it, what was translated stays. Qt's own tools read both
files; none of them is needed.
"""

from __future__ import annotations

import ast
import struct
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONTEXT = "RSDL"
MARKS = ("tr", "translatable")  # functions whose argument is a text to translate
LANGUAGES = ("el",)
HEADER = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
LANGUAGE, HASHES, MESSAGES = 0xA7, 0x42, 0x69  # sections of a .qm
END, TRANSLATION, SOURCE, CONTEXT_NAME, COMMENT = 1, 3, 6, 7, 8  # fields of a message


def main() -> int:
    if sys.argv[1:] == ["--compile"]:
        compile_all()
        return 0
    texts = collect(ROOT / "rsdl_qgis")
    missing = 0
    for language in LANGUAGES:
        path = source_file(language)
        known = read_ts(path) if path.exists() else {}
        write_ts(path, language, {text: known.get(text, "") for text in texts})
        untranslated = [text for text in texts if not known.get(text)]
        missing += len(untranslated)
        print(f"{path}: {len(texts) - len(untranslated)} of {len(texts)} translated")
        print(*(f"  {text}\n" for text in untranslated), sep="", end="")
    compile_all()
    return 1 if missing else 0


def collect(folder: Path) -> list[str]:
    """Every text in the modules of a folder, each once, in order; SystemExit if one is not a literal."""
    texts: dict[str, None] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and called(node) in MARKS and node.args):
                continue
            text = node.args[0]
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                raise SystemExit(f"{path}:{node.lineno}: {called(node)}() needs a literal text.")
            texts[text.value] = None
    return list(texts)


def called(node: ast.Call) -> str:
    """The last part of the called name."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def source_file(language: str) -> Path:
    """The translations into a language."""
    return ROOT / "i18n" / f"rsdl_qgis_{language}.ts"


def read_ts(path: Path) -> dict[str, str]:
    """Text to translation; '' where it is unfinished."""
    found = {}
    for message in ET.parse(path).iter("message"):
        translation = message.find("translation")
        done = translation is not None and translation.get("type") is None
        found[message.findtext("source", "")] = (translation.text or "") if done else ""
    return found


def write_ts(path: Path, language: str, translations: dict[str, str]) -> None:
    """Write a ``.ts``; a text with an empty translation is marked unfinished."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for text, translated in translations.items():
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = text
        state = {} if translated else {"type": "unfinished"}
        ET.SubElement(message, "translation", state).text = translated
    ET.indent(root, " ")
    text = HEADER + ET.tostring(root, encoding="unicode", short_empty_elements=False) + "\n"
    path.write_text(text, encoding="utf-8")


def compile_all() -> list[Path]:
    """Compile every ``.ts`` beside itself; the ``.qm`` files."""
    compiled = []
    for path in sorted((ROOT / "i18n").glob("*.ts")):
        language = path.stem.rpartition("_")[2]
        path.with_suffix(".qm").write_bytes(to_qm(language, read_ts(path).items()))
        compiled.append(path.with_suffix(".qm"))
    return compiled


def to_qm(language: str, translations: Iterable[tuple[str, str]]) -> bytes:
    """The translations in Qt's binary form: hashes of the texts, sorted, each with where its message is."""
    messages, hashes = b"", []
    for text, translated in translations:
        if not translated:
            continue
        source = text.encode()
        hashes.append((elf_hash(source), len(messages)))
        messages += field(TRANSLATION, translated.encode("utf-16-be"))
        messages += field(COMMENT, b"") + field(SOURCE, source) + field(CONTEXT_NAME, CONTEXT.encode())
        messages += bytes([END])
    table = b"".join(struct.pack(">II", *pair) for pair in sorted(hashes))
    return MAGIC + field(LANGUAGE, language.encode()) + field(HASHES, table) + field(MESSAGES, messages)


def field(tag: int, content: bytes) -> bytes:
    """A tag, a length, the content."""
    return struct.pack(">BI", tag, len(content)) + content


def elf_hash(text: bytes) -> int:
    """The ELF hash, as Qt looks texts up by; never 0."""
    value = 0
    for byte in text:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high
    return value or 1


if __name__ == "__main__":
    sys.exit(main())
