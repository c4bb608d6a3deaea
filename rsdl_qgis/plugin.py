"""The plugin in QGIS: translation, provider and options page on and off."""

from __future__ import annotations

from contextlib import suppress

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .paths import plugin_file


class Plugin:
    """Made by QGIS with its interface, or with None under qgis_process, which calls ``initProcessing``
    only.
    """

    def __init__(self, iface):
        self._iface = iface
        self._provider = None
        self._options = None
        self._offer = None  # the message that offers to set the environment up
        self._translator = _translator(QgsApplication.locale())

    def initProcessing(self):
        """Adds the provider."""
        from .toolbox.provider import Provider

        self._provider = Provider()
        if QgsApplication.processingRegistry().addProvider(self._provider):
            self._provider.add_examples()
        else:
            self._provider = None

    def initGui(self):
        """Adds the provider and the options page; offers to set the environment up where there is none."""
        from .gui.first_run import offer_setup
        from .gui.options import OptionsFactory

        self.initProcessing()
        self._options = OptionsFactory()
        self._iface.registerOptionsWidgetFactory(self._options)
        self._offer = offer_setup(self._iface)

    def unload(self):
        """Takes everything off again."""
        if self._offer is not None:
            with suppress(RuntimeError):  # closed by the person, it is gone already
                self._iface.messageBar().popWidget(self._offer)
            self._offer = None
        if self._options is not None:
            self._iface.unregisterOptionsWidgetFactory(self._options)
            self._options = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None


def _translator(locale: str) -> QTranslator | None:
    """The translation for a locale such as 'el_GR', installed: of the country if there is one, else of the
    language.
    """
    for name in (locale, locale[:2]):
        path = plugin_file("i18n") / f"rsdl_qgis_{name}.qm"
        translator = QTranslator()
        if path.is_file() and translator.load(str(path)):
            QCoreApplication.installTranslator(translator)
            return translator
    return None
