"""TensorBoard event files: the results of each epoch, to watch and compare trainings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from ...errors import OutputError

EVENTS = "tensorboard"  # folder beside a model's files
FLUSHED = 1  # seconds until events are on disk
UNLIMITED = 0  # queue size: a full disk must not block the training
CURVES = {  # key of an epoch's record: TensorBoard's tag; {}: the metric
    "loss": "train/loss",
    "score": "valid/{}",
    "rate": "train/rate",
    "waited": "seconds/waiting for data",
    "seconds": "seconds/epoch",
}


class EventWriter:
    """Writes an event file in ``folder``, which is made where needed; each epoch is on disk after about a second.

    ``first``: the number of the first epoch to be written. Epochs from that number on in the folder's other files, of a
    stopped training, are discarded. ``metric``: the title of the score. OutputError where it cannot be written.
    """

    def __init__(self, folder: Path, first: int = 0, metric: str = "score"):
        self.folder, self.metric = folder, metric
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # a suffix, since two files of the same second would have one name
            options = {"max_queue": UNLIMITED, "flush_secs": FLUSHED, "filename_suffix": f".{first:06d}"}
            self._writer = SummaryWriter(str(folder), purge_step=first, **options)
        except OSError as error:
            raise self._problem(error) from None

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def epoch(self, record: Mapping[str, Any]) -> None:
        """Write an epoch's record: ``number``, ``loss``, ``score``, ``rate``, ``waited`` and ``seconds``."""
        try:
            for key, name in CURVES.items():
                if record.get(key) is not None:
                    name = name.format(self.metric).replace(" ", "_")
                    self._writer.add_scalar(name, record[key], record["number"])
            self._writer.flush()
        except OSError as error:
            raise self._problem(error) from None

    def close(self) -> None:
        """Close the file."""
        try:
            self._writer.close()
        except OSError as error:
            raise self._problem(error) from None

    def _problem(self, error: OSError) -> OutputError:
        problem = f"TensorBoard's events cannot be written to {self.folder}: {error.strerror}."
        return OutputError(problem, "Choose another output, or free some space.")


def write_events(folder: Path, history: Iterable[Mapping[str, Any]], metric: str = "score") -> None:
    """Write all epochs of a training."""
    with EventWriter(folder, 0, metric) as writer:
        for record in history:
            writer.epoch(record)
