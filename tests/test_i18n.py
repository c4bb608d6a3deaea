"""Translations: complete, and read by Qt. Runs in QGIS's Python."""

import re
import string
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QTranslator

from rsdl_qgis.engine.tables.metrics import METRICS
from tools import i18n

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def texts():
    return i18n.collect(ROOT / "rsdl_qgis")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(texts, language):
    known = i18n.read_ts(i18n.source_file(language))
    assert [text for text in texts if not known.get(text)] == []
    assert [text for text in known if text not in texts] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_translations_keep_the_names_of_values(language):
    def names(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    for text, translated in i18n.read_ts(i18n.source_file(language)).items():
        assert names(text) == names(translated), text


def test_greek_is_greek():
    known = i18n.read_ts(i18n.source_file("el"))
    latin = [t for t in known.values() if len(t) > 12 and not re.search("[α-ωά-ώ]", t, re.IGNORECASE)]
    assert latin == []


def test_qt_reads_what_is_compiled(tmp_path):
    texts = {"Area to map": "Περιοχή", "two\nlines & <tags>": "δύο\nγραμμές & <σημάδια>", "not yet": ""}
    i18n.write_ts(tmp_path / "t_el.ts", "el", texts)
    assert i18n.read_ts(tmp_path / "t_el.ts") == texts
    (tmp_path / "t_el.qm").write_bytes(i18n.to_qm("el", texts.items()))
    translator = QTranslator()
    assert translator.load(str(tmp_path / "t_el.qm"))
    for text, translated in texts.items():
        assert (translator.translate(i18n.CONTEXT, text) or "") == translated
    assert not translator.translate(i18n.CONTEXT, "unknown")


def test_a_text_that_is_put_together_is_refused(tmp_path):
    (tmp_path / "module.py").write_text('tr(f"{x} files")')
    with pytest.raises(SystemExit, match=r"module\.py:1: tr\(\) needs a literal"):
        i18n.collect(tmp_path)


def test_texts_of_the_engines_tables_are_collected_too(texts, tmp_path):
    assert {text for metric in METRICS.values() for text in (metric.label, metric.meaning) if text} <= set(texts)
    (tmp_path / "module.py").write_text("translatable(x)")
    with pytest.raises(SystemExit, match=r"module\.py:1: translatable\(\) needs a literal"):
        i18n.collect(tmp_path)


def test_texts_are_found_once_and_in_order(tmp_path):
    (tmp_path / "module.py").write_text('tr("b")\nself.tr("a" " c")\ntr("b")\nother("d")')
    assert i18n.collect(tmp_path) == ["b", "a c"]
