"""Sequences on a fixed calendar, for networks in which the position of a date has a meaning."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from ...errors import ModelError


def calendar_of(inputs: Mapping[str, tuple[int, int]]) -> int:
    """The number of dates of the calendar, from inputs of (dates, bands)."""
    return max(dates for dates, _ in inputs.values())


def on_calendar(x: Tensor, valid: Tensor, dates: int) -> tuple[Tensor, Tensor]:
    """x (N, T, C), valid (N, T) bool -> (N, dates, C), zero where not valid, and (N, dates).

    A shorter sequence is continued with dates that are not valid. ModelError when a date behind the last one is valid.
    """
    if not (torch.jit.is_tracing() or torch.compiler.is_exporting()) and valid[:, dates:].any():
        raise ModelError(f"The network is built for {dates} dates, and there are {valid.shape[1]}.")
    missing = dates - valid.shape[1]
    x = torch.where(valid[..., None], x, torch.zeros_like(x))
    return F.pad(x, (0, 0, 0, missing)), F.pad(valid, (0, missing))
