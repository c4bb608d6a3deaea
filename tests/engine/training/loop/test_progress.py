"""The times of a training, by a clock that the test winds."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.loop import progress


@pytest.fixture
def now(monkeypatch):
    """Seconds, in a list of one."""
    seconds = [100.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: seconds[0])
    return seconds


class Told(Report):
    def progress(self, fraction, message=""):
        self.fraction, self.message = fraction, message


def test_waiting_is_what_the_batches_take_and_not_what_is_done_with_them(now):
    def batches():
        for _ in range(3):
            now[0] += 2
            yield "batch"

    timed = progress.Clock(Report(), 1, 3, 0, "score")
    for _ in timed.timed(batches()):
        now[0] += 5
    assert timed.times() == {"seconds": 21, "waited": 6}
    now[0] += 4
    list(timed.timed([]))
    assert timed.times() == {"seconds": 0, "waited": 0}


def test_what_is_left_is_reckoned_from_what_was_done_since_a_resume(now):
    told = Told()
    timed = progress.Clock(told, 10, 4, first=6, metric="mean IoU")
    assert not timed.due()
    now[0] += 60
    assert timed.due()
    timed.report_step(6, 2, 0.4123, [{"score": 0.7131}])  # half an epoch of four in a minute
    assert told.fraction == pytest.approx(0.65)
    assert told.message == "epoch 7 of 10, loss 0.412, mean IoU 0.713, about 7 min left"
    assert not timed.due()


def test_durations():
    assert [progress.duration(s) for s in (0, 89, 700, 5300, 9000)] == ["0 s", "89 s", "12 min", "88 min", "2.5 h"]
