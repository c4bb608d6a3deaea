"""TensorBoard's event files: what each epoch came to, so that trainings can be watched and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from ...errors import OutputError

EVENTS = "tensorboard"  # folder beside a model's files
FLUSHED = 1  # seconds until what was written is on disk
UNLIMITED = 0  # a disk that is full must not stop a training at a queue
CURVES = {  # of an epoch's record: TensorBoard's name; {}: the metric's
    "loss": "train/loss",
    "score": "valid/{}",
    "rate": "train/rate",
    "waited": "seconds/waiting for data",
    "seconds": "seconds/epoch",
}


class EventWriter:
    """Writes an event file in ``folder``, which is made if need be; each epoch is on disk after a second or so.

    ``first``: the number of the first epoch that will be written. Epochs of that number and later in the folder's other
    files, from a training that was stopped, are void. ``metric``: what the score is called. OutputError where it cannot
    be written.
    """

    def __init__(self, folder: Path, first: int = 0, metric: str = "score"):
        self.folder, self.metric = folder, metric
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # a name of its own: two files begun in one second would else be one
            options = {"max_queue": UNLIMITED, "flush_secs": FLUSHED, "filename_suffix": f".{first:06d}"}
            self._writer = SummaryWriter(str(folder), purge_step=first, **options)
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
            for key, name in CURVES.items():
                if record.get(key) is not None:
                    name = name.format(self.metric).replace(" ", "_")
                    self._writer.add_scalar(name, record[key], record["number"])
            self._writer.flush()
        except OSError as error:
            raise self._problem(error) from None

    def close(self) -> None:
        """No epoch can be written any more."""
        try:
            self._writer.close()
        except OSError as error:
            raise self._problem(error) from None

    def _problem(self, error: OSError) -> OutputError:
        problem = f"TensorBoard's events cannot be written to {self.folder}: {error.strerror}."
        return OutputError(problem, "Choose another output, or free some space.")


def write_events(folder: Path, history: Iterable[Mapping[str, Any]], metric: str = "score") -> None:
    """Write all epochs of a training, the first of them first."""
    with EventWriter(folder, 0, metric) as writer:
        for record in history:
            writer.epoch(record)
