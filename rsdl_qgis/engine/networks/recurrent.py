"""Recurrent networks over the dates of a pixel: Elman's simple one, LSTM, and LSTM in both directions."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .layers.calendar import calendar_of, on_calendar
from .stages import Flow


class ToFront(nn.Module):
    """The valid dates moved to the front, in their order, and how many they are; other values become 0.

    forward: x (N, T, C), valid (N, T) -> (N, T, C), (N,). Whatever stood at a date that is not valid is gone, NaN
    included.
    """

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        x = torch.where(valid[..., None], x, torch.zeros_like(x))
        kept = valid.long()
        place = torch.where(valid, kept.cumsum(1), kept.sum(1, keepdim=True) + (1 - kept).cumsum(1)) - 1
        front = torch.zeros_like(x).scatter(1, place[..., None].expand_as(x), x)  # no sort: older ONNX Runtimes run it
        return front, kept.sum(1)


def take(x: Tensor, dates: Tensor) -> Tensor:
    """x (N, T, C), dates (N, K) -> (N, K, C): at each sequence's own dates."""
    return x.gather(1, dates[..., None].expand(-1, -1, x.shape[2]))


def backwards(x: Tensor, count: Tensor) -> Tensor:
    """The first ``count`` (N,) dates of each sequence in reverse order; the values after them are undefined.

    x (N, T, C) -> (N, T, C). Done twice it gives the first ``count`` dates back.
    """
    dates = torch.arange(x.shape[1], device=x.device)
    return take(x, (count[:, None] - 1 - dates).clamp(min=0))


def read_at(states: Tensor, places: Tensor, count: Tensor) -> Tensor:
    """states (N, T, C), places (N, K) -> (N, K, C): 0 where a place is not one of the first ``count`` (N,)."""
    inside = (places >= 0) & (places < count[:, None])
    return take(states, places.clamp(0, states.shape[1] - 1)) * inside[..., None]


class Recurrence(nn.Module):
    """Layers of recurrent cells over the valid dates of each sequence, as if the others did not exist.

    ``cell`` is ``nn.RNN`` or ``nn.LSTM``. forward: x (N, T, C), valid (N, T) -> (N, directions * hidden): the last
    layer's state after a sequence's last valid date and, for the backward direction, after its first; zeros where no
    date is valid. With ``dates`` the states at each of so many dates, one after another, (N, dates * directions *
    hidden): a date that is not valid has the state as it was, 0 before any. It works in single precision under
    autocast too.
    """

    def __init__(
        self,
        cell: type[nn.RNN] | type[nn.LSTM],
        channels: int,
        hidden: int,
        layers: int,
        dropout: float,
        bidirectional: bool,
        dates: int = 0,
    ):
        super().__init__()
        self.dates = dates
        sizes = [channels] + [hidden * (2 if bidirectional else 1)] * (layers - 1)
        self.to_front = ToFront()
        self.forth = nn.ModuleList(cell(size, hidden, batch_first=True) for size in sizes)
        self.back = nn.ModuleList(cell(size, hidden, batch_first=True) for size in sizes if bidirectional)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):  # many a processor cannot run an LSTM in bfloat16
            x, valid = x.float(), valid.bool()
            if self.dates:
                x, valid = on_calendar(x, valid, self.dates)
            return self._states(x, valid)

    def _states(self, x: Tensor, valid: Tensor) -> Tensor:
        x, count = self.to_front(x, valid)
        for layer, cell in enumerate(self.forth):
            states = [cell(x)[0]]  # (N, T, hidden)
            if self.back:
                states.append(backwards(self.back[layer](backwards(x, count))[0], count))
            x = self.dropout(torch.cat(states, 2))
        until = valid.long().cumsum(1) if self.dates else count[:, None]  # valid dates up to where it is read
        since = until - valid.long() if self.dates else torch.zeros_like(until)  # and before it
        read = [read_at(state, place, count) for state, place in zip(states, (until - 1, since))]
        return self.dropout(torch.cat(read, 2).flatten(1))


class RNN(nn.Module):
    """A simple recurrent network: a state updated by every date, and a linear layer on the last state.

    Elman (Cognitive Science 1990), doi:10.1207/s15516709cog1402_1. A date that is not valid leaves the state as it
    was, so that gaps and padding, wherever they stand and whatever is written there, never change the output. Inputs
    are stacked as bands.

    Differs from the paper: the state goes through a hyperbolic tangent; there is one output a sequence, after its
    last date; back-propagation goes through all dates; ``layers`` and ``dropout`` (after each layer) are free. With
    ``every_date`` the linear layer reads the states of all dates of one calendar, as many as the network is built for.

    forward: (N, T, C) an input, valid (N, T) -> (N, classes); any T from 1 on, with ``every_date`` up to that many.
    With no valid date the logits are those of the state 0.
    """

    flow = Flow(encoder=("recurrence",), head=("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        hidden: int = 128,
        layers: int = 1,
        dropout: float = 0.2,
        every_date: bool = False,
    ):
        super().__init__()
        channels, dates = sum(bands for _, bands in inputs.values()), calendar_of(inputs) if every_date else 0
        self.recurrence = Recurrence(nn.RNN, channels, hidden, layers, dropout, bidirectional=False, dates=dates)
        self.head = nn.Linear(hidden * max(dates, 1), classes)

    def forward(self, *inputs_and_valid: Tensor) -> Tensor:
        *inputs, valid = inputs_and_valid
        return self.head(self.recurrence(torch.cat(inputs, 2), valid))


class LSTM(nn.Module):
    """Long short-term memory over the dates, in one direction or both, and a linear layer on the last states.

    Hochreiter, Schmidhuber (Neural Computation 1997), doi:10.1162/neco.1997.9.8.1735; ``bidirectional``: Graves,
    Schmidhuber (Neural Networks 2005), doi:10.1016/j.neunet.2005.06.042. A date that is not valid leaves the states as
    they were, so that gaps and padding, wherever they stand and whatever is written there, never change the output.
    Inputs are stacked as bands.

    Differs from the paper: cells have forget gates (Gers, Schmidhuber, Cummins 2000, doi:10.1162/089976600300015015)
    and no peepholes; there is one output a sequence, from the state after its last date (and, backwards, after its
    first); ``layers`` and ``dropout`` (after each layer) are free. With ``every_date`` the linear layer reads the
    states of all dates of one calendar, as many as the network is built for.

    forward: (N, T, C) an input, valid (N, T) -> (N, classes); any T from 1 on, with ``every_date`` up to that many.
    With no valid date the logits are those of the state 0.
    """

    flow = Flow(encoder=("recurrence",), head=("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        hidden: int = 128,
        layers: int = 1,
        dropout: float = 0.2,
        bidirectional: bool = False,
        every_date: bool = False,
    ):
        super().__init__()
        channels, dates = sum(bands for _, bands in inputs.values()), calendar_of(inputs) if every_date else 0
        self.recurrence = Recurrence(nn.LSTM, channels, hidden, layers, dropout, bidirectional, dates)
        self.head = nn.Linear(hidden * (2 if bidirectional else 1) * max(dates, 1), classes)

    def forward(self, *inputs_and_valid: Tensor) -> Tensor:
        *inputs, valid = inputs_and_valid
        return self.head(self.recurrence(torch.cat(inputs, 2), valid))
