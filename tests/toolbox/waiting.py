"""Waiting for what QGIS does on the side."""

from __future__ import annotations

from collections.abc import Callable

from qgis.PyQt.QtCore import QEventLoop, QTimer

PATIENCE = 120  # seconds for a run


def wait_until(done: Callable[[], object]) -> None:
    """Lets QGIS work until ``done``, in a loop of events as its own, or until patience is at its end."""
    loop, often, once = QEventLoop(), QTimer(), QTimer()
    often.timeout.connect(lambda: done() and loop.quit())
    often.start(10)
    once.setSingleShot(True)
    once.timeout.connect(loop.quit)
    once.start(PATIENCE * 1000)
    loop.exec()
    assert done(), "it did not come to an end"
