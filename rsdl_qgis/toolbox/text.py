"""Translated text."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication


def tr(text: str) -> str:
    """The text in the user's language. Give it a literal; put values in afterwards with ``.format``."""
    return QCoreApplication.translate("RSDL", text)


def translated(text: str) -> str:
    """A text of the engine's tables, marked there by ``translatable``, in the user's language."""
    return QCoreApplication.translate("RSDL", text)
