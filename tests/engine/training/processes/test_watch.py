"""Two processes begin and end together: whatever ends one ends both, and one outcome is told, by the first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .several import ended, started

ENDS = {  # how -> exit status of the first process, and of the second; the outcome's kind; what is in its message
    "done": (0, 0, "result", ""),
    "error": (1, 1, "output_error", "The disk of the second process is full."),
    "bug": (1, 1, "internal_error", "ZeroDivisionError: a bug"),
    "cancelled": (3, 3, "cancelled", "cancelled"),
    "killed": (1, -9, "lost_process", "One of the 2 processes of the job is gone"),
    "killed while the first is busy": (1, -9, "lost_process", "One of the 2 processes of the job is gone"),
}


@pytest.mark.parametrize("how", ENDS)
def test_they_end_together_with_one_outcome(how):
    *statuses, kind, words = ENDS[how]
    (first, told, log), (second, silent, other_log) = ended(started(2, Path(__file__).with_name("ends.py"), how))
    assert [first, second] == statuses, log + other_log
    assert silent == ""
    (event,) = map(json.loads, told.splitlines())
    assert kind == (event["event"] if how == "done" else event["kind"])
    assert words in event.get("message", "")
    if how == "done":
        assert event == {"event": "result", "first": {"from": 0}, "all": [0, 1]}
