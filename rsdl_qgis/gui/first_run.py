"""What a person is shown when QGIS starts and the worker's environment is not there: a message with a button."""

from __future__ import annotations

from qgis.core import Qgis
from qgis.PyQt.QtWidgets import QPushButton

from ..engine.errors import RsdlError
from ..toolbox import settings
from ..toolbox.text import tr
from .options import open_setup


def offer_setup(iface):
    """Shows the message where there is no environment that can be used; the message's item, or None."""
    try:
        settings.worker_python()
        return None
    except RsdlError as error:
        text = error.message
    bar = iface.messageBar()
    item = bar.createMessage(tr("RSDL"), text)
    button = QPushButton(tr("Set up environment…"))

    def clicked():
        bar.popWidget(item)
        open_setup()

    button.clicked.connect(clicked)
    item.layout().addWidget(button)
    bar.pushWidget(item, Qgis.MessageLevel.Info)
    return item
