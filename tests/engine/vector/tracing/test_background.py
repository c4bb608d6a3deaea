import os
import threading

import numpy as np
import pyogrio
import pytest

from rsdl_qgis.engine.errors import Cancelled, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.vector.tracing import background
from rsdl_qgis.engine.vector.tracing.background import BackgroundPolygonizer
from rsdl_qgis.engine.vector.tracing.polygonize import Polygonizer

from ...conftest import NORTH_UP

CLASSES = [(0, "land", "#000000"), (1, "water", "#0000ff")]


@pytest.fixture
def polygonizer(tmp_path):
    (tmp_path / "out").mkdir()
    return Polygonizer(tmp_path / "out" / "p.gpkg", Grid("EPSG:32634", NORTH_UP, 12, 9), CLASSES, "uint8")


def test_rows_are_drawn_on_another_thread(polygonizer, tmp_path, monkeypatch):
    threads = []
    add = polygonizer.add
    monkeypatch.setattr(polygonizer, "add", lambda *given: (threads.append(threading.get_ident()), add(*given)))
    drawing = BackgroundPolygonizer(polygonizer, Report())
    rows = np.tile(np.array([0, 0, 0, 1, 1, 1, 0, 0, 0], np.uint8), (4, 1))
    for _ in range(3):
        drawing.add(rows)
    assert drawing.close() == 3
    assert len(threads) == 3 and threading.get_ident() not in threads
    assert pyogrio.read_info(tmp_path / "out" / "p.gpkg")["features"] == 3


def test_where_the_queue_is_full_adding_waits(polygonizer, monkeypatch):
    monkeypatch.setattr(background, "WAITING", 9)
    given, go_on, add = [], threading.Event(), polygonizer.add

    def slow(rows, report, probabilities):
        go_on.wait()
        add(rows, report, probabilities)

    monkeypatch.setattr(polygonizer, "add", slow)
    drawing = BackgroundPolygonizer(polygonizer, Report())

    def feed():
        for i in range(12):
            drawing.add(np.zeros((1, 9), np.uint8))
            given.append(i)

    feeder = threading.Thread(target=feed)
    feeder.start()
    feeder.join(0.3)
    assert feeder.is_alive() and len(given) <= 2  # one is being drawn, one waits
    go_on.set()
    feeder.join()
    assert drawing.close() == 1


def test_an_error_comes_up_at_the_end_and_leaves_nothing(polygonizer, tmp_path, monkeypatch):
    def fails(*_):
        raise OutputError("The disk is full.", "Free space.")

    monkeypatch.setattr(polygonizer._batches, "add", fails)
    monkeypatch.setattr(background, "WAITING", 9)
    drawing = BackgroundPolygonizer(polygonizer, Report())
    for _ in range(12):  # none of these waits for a thread that has ended
        drawing.add(np.zeros((1, 9), np.uint8))
    with pytest.raises(OutputError, match="The disk is full"):
        drawing.close()
    assert os.listdir(tmp_path / "out") == []


def test_aborting_leaves_nothing(polygonizer, tmp_path):
    drawing = BackgroundPolygonizer(polygonizer, Report())
    drawing.add(np.zeros((3, 9), np.uint8))
    drawing.abort()
    assert os.listdir(tmp_path / "out") == []
    drawing.add(np.zeros((3, 9), np.uint8))  # which does not wait, either


def test_cancelling_ends_the_drawing(polygonizer, tmp_path):
    class Stopped(Report):
        def cancelled(self):
            return True

    drawing = BackgroundPolygonizer(polygonizer, Stopped())
    drawing.add(np.zeros((12, 9), np.uint8))
    with pytest.raises(Cancelled):
        drawing.close()
    assert os.listdir(tmp_path / "out") == []
