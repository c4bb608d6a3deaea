"""The checkpoint of a training, replaced only when the new one is complete, so that there is always a valid one."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from ...errors import OutputError
from ...feedback import Report
from ...job.memory import ran_out

ASKED = "asked"  # key in a checkpoint: the settings of the training, by name


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write tensors and plain values. The previous checkpoint stays until the new one is complete.

    OutputError when it cannot be written, for example to a full disk.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            torch.save(dict(state), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except (OSError, RuntimeError) as error:  # PyTorch raises its own error after that of the disk
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise OutputError(
            f"The checkpoint of the training cannot be written to {path}: {_reason(error)}.",
            "Free some space and start the same training again: it resumes after the last saved epoch.",
        ) from None


def load_checkpoint(path: Path | None, asked: Mapping[str, Any], report: Report) -> dict[str, Any] | None:
    """The checkpoint that ``save_checkpoint`` wrote for a training with the same settings; None when there is none.

    ``asked``: the settings, plain values by name. Logs a warning when the file is damaged or its settings differ.
    """
    if path is None or not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        before = dict(state[ASKED])
    except Exception as error:  # a damaged file can fail in any way
        if ran_out(error):
            raise
        report.log("warning", f"{path} is damaged, so the training starts again.")
        return None
    changed = differences(before, asked)
    if changed:
        report.log("warning", f"{path} is of another training ({changed}), so this one starts again.")
        return None
    return dict(state)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The differences of two sets of values, as 'learning_rate was 0.1 and is 0.2'; '' when there are none."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return ", ".join(_difference(name, before.get(name), now.get(name)) for name in names)


def _difference(name: str, before: Any, now: Any) -> str:
    plain = (str, int, float, type(None))
    return f"{name} was {before} and is {now}" if isinstance(before, plain) and isinstance(now, plain) else name


def _reason(error: BaseException) -> str:
    if isinstance(error.__context__, OSError):
        error = error.__context__
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return "the disk is full" if full else error.strerror or str(error)
    return str(error).splitlines()[0]
