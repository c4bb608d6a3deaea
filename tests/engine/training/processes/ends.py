"""A job of several processes that ends as its first argument says: ``python ends.py HOW``, as torchrun starts it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import torch

from rsdl_qgis.engine.__main__ import EventReport, error_fields, leave
from rsdl_qgis.engine.errors import Cancelled, OutputError
from rsdl_qgis.engine.training.processes import group, watch

RANK = int(os.environ["RANK"])
LONG = 10_000  # turns, of which one process leaves in the tenth


def work(how, report):
    """Steps in which the processes meet; in the tenth the second process does what ends the job."""
    for step in range(LONG):
        report.check()
        if step == 10 and RANK == 1:
            if how == "error":
                raise OutputError("The disk of the second process is full.", "Free some space.")
            if how == "bug":
                raise ZeroDivisionError("a bug")
            if how == "cancelled":
                os.kill(os.getpid(), signal.SIGTERM)
            if how in ("killed", "killed while the first is busy"):
                os.kill(os.getpid(), signal.SIGKILL)
        if step == 10 and how == "killed while the first is busy":
            threading.Event().wait(1000)  # hears of nothing, like a process that waits for another one's GPU
        if step == 20 and how == "done":
            return
        torch.distributed.all_reduce(torch.zeros(1))


@watch.over_processes
def job(arguments, report):
    work(arguments["how"], report)
    first = group.on_first(lambda: {"from": RANK})
    time.sleep(0.5 * RANK)
    return {"first": first, "all": group.gathered(RANK)}


if __name__ == "__main__":
    watch.GRACE = 3.0
    report = EventReport(os.fdopen(os.dup(1), "w"), threading.Event())
    try:
        report.event("result", **job({"how": sys.argv[1]}, report))
        leave(0)
    except Exception as error:
        report.event("error", **error_fields(error, None))
        leave(3 if isinstance(error, Cancelled) else 1)
