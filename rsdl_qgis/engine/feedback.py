"""How a job says how far it is, and hears that it should stop."""

from __future__ import annotations

from .errors import Cancelled


class Report:
    """What long work is given to speak through. This one is silent and never cancelled; the worker's writes events."""

    def progress(self, fraction: float, message: str = "") -> None:
        """``fraction`` of the job, 0..1, is done; ``message`` says what is being done now."""

    def log(self, level: str, message: str) -> None:
        """A sentence for the person's log; ``level`` is 'info', 'warning' or 'error'."""

    def cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return False

    def check(self) -> None:
        """Called between pieces of work. Raises Cancelled when the person asked to stop."""
        if self.cancelled():
            raise Cancelled("The job was cancelled.")


class Portion(Report):
    """A part of a job, from ``start`` to ``end`` of the whole's progress."""

    def __init__(self, whole: Report, start: float, end: float):
        self.whole, self.start, self.end = whole, start, end

    def progress(self, fraction: float, message: str = "") -> None:
        self.whole.progress(self.start + (self.end - self.start) * min(max(fraction, 0.0), 1.0), message)

    def log(self, level: str, message: str) -> None:
        self.whole.log(level, message)

    def cancelled(self) -> bool:
        return self.whole.cancelled()
