"""The progress, log and cancellation of a job."""

from __future__ import annotations

from .errors import Cancelled


class Report:
    """Receives the progress and the log of a job, and says whether to stop. This one is silent and never cancelled."""

    def progress(self, fraction: float, message: str = "") -> None:
        """``fraction`` of the job, 0..1, is done; ``message`` says what is being done now."""

    def log(self, level: str, message: str) -> None:
        """A sentence for the user's log; ``level`` is 'info', 'warning' or 'error'."""

    def failed(self, error: Exception) -> None:
        """Tell at once that the job ended with an error, where it cannot tell itself any more."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return False

    def check(self) -> None:
        """Called between pieces of work. Raises Cancelled when the user asked to stop."""
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


class Unlogged(Portion):
    """A part of a job that is done again later, and then logged."""

    def log(self, level: str, message: str) -> None:
        """Nothing is logged."""
