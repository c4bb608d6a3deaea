"""TensorBoard's event files: what each epoch came to, so that trainings can be watched and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from time import time
from typing import Any

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.summary import scalar

from ..errors import OutputError

SCALARS = {  # of an epoch's record: TensorBoard's name, title ({}: the metric's), explanation
    "loss": ("train/loss", "Loss", "Mean over the epoch's training samples, varied as they are in training."),
    "score": ("valid/score", "{}", "Of the validation part, after the epoch; higher is better."),
    "rate": ("train/rate", "Learning rate", "At the end of the epoch."),
    "waited": ("time/waited", "Waiting for data", "Seconds of the epoch."),
    "seconds": ("time/epoch", "Time", "Seconds of the epoch."),
}


class EventWriter:
    """Writes an event file in ``folder``, which is made if need be; each epoch is on disk when ``epoch`` returns.

    ``first``: the number of the first epoch that will be written. Epochs of that number and later in the folder's other
    files, from a training that was stopped, are void. ``metric``: what the score is called. OutputError where it cannot
    be written.
    """

    def __init__(self, folder: Path, first: int = 0, metric: str = "Score"):
        self.folder, self.metric = folder, metric
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # a name of its own: two files begun in one second would else be one
            self._file = EventsWriter(str(folder / "events"), f".{first:06d}")
            start = SessionLog(status=SessionLog.START)
            self._file.write_event(Event(step=first, wall_time=time(), session_log=start))
            self._file.flush()
        except OSError as error:
            raise self._problem(error) from None

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def epoch(self, record: Mapping[str, Any]) -> None:
        """Write an epoch: its ``number``, and of ``loss``, ``score``, ``rate``, ``waited`` and ``seconds`` what the
        record has."""
        try:
            for key, (name, title, text) in SCALARS.items():
                if record.get(key) is not None:
                    value = scalar(name, record[key], title.format(self.metric), text)
                    self._file.write_event(Event(step=record["number"], wall_time=time(), summary=value))
            self._file.flush()
        except OSError as error:
            raise self._problem(error) from None

    def close(self) -> None:
        """No epoch can be written any more."""
        try:
            self._file.close()
        except OSError as error:
            raise self._problem(error) from None

    def _problem(self, error: OSError) -> OutputError:
        problem = f"TensorBoard's events cannot be written to {self.folder}: {error.strerror}."
        return OutputError(problem, "Choose another output, or free some space.")


def write_events(folder: Path, history: Iterable[Mapping[str, Any]], metric: str = "Score") -> None:
    """Write all epochs of a training, the first of them first."""
    with EventWriter(folder, 0, metric) as writer:
        for record in history:
            writer.epoch(record)
