"""Jobs that several processes do, one after the other: ``python jobs.py PORT FILE PORT FILE…``, as torchrun starts it.

Each job connects them anew, by its port. The first process writes the events of all.
"""

from __future__ import annotations

import os
import sys
import threading

from rsdl_qgis.engine.__main__ import EventReport, carried_out, leave, read_job

if __name__ == "__main__":
    report = EventReport(os.fdopen(os.dup(1), "w"), threading.Event())
    statuses = []
    for port, file in zip(sys.argv[1::2], sys.argv[2::2]):
        os.environ["MASTER_PORT"] = port
        statuses.append(carried_out(lambda file=file: read_job([file]), report))
    leave(max(statuses))
