"""The bands of encoders of the Earth in a stack, and their values in physical units.

Networks here take values with mean 0 and standard deviation 1. These encoders want physical units, so a band that they
know is brought back by its usual mean and standard deviation; the inputs of their published weights are scaled by the
same two, so that nothing is lost, and rasters of other units look like usual ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...errors import ModelError
from ...tables.earth_bands import MOMENTS, known_band, whole_groups


@dataclass(frozen=True)
class Groups:
    """Which channels of a stack are which bands: the groups that are whole, by name, and the ``other`` channels.

    ``ndvi``: the channels of B8 and B4, where NDVI is asked for and has no channel of its own.
    """

    whole: Mapping[str, tuple[int, ...]]
    other: tuple[int, ...]
    ndvi: tuple[int, int] | None


def grouped(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Groups:
    """The channels of each of ``groups`` (name -> its bands) in a stack of bands of these names.

    A group of which a band lacks is left out, as in the papers, and its channels are among the others; so are bands
    that no group has, and bands named twice.
    """
    whole = whole_groups(names, groups)
    used = {channel for channels in whole.values() for channel in channels}
    of_index = whole_groups(names, {"NDVI": ("NDVI",), "bands": ("B8", "B4")}) if "NDVI" in groups else {}
    other = tuple(channel for channel in range(len(names)) if channel not in used)
    near_and_red = of_index.get("bands") if "NDVI" not in of_index else None
    return Groups(whole, other, (near_and_red[0], near_and_red[1]) if near_and_red else None)


class Units(nn.Module):
    """Values of mean 0 and standard deviation 1 to physical units; of the bands that ``MOMENTS`` has no line for, same.

    ``names``: of the last axis. forward: (..., C), same.
    """

    def __init__(self, names: Sequence[str]):
        super().__init__()
        moments = torch.tensor([MOMENTS.get(known_band(name), (0.0, 1.0)) for name in names])
        self.register_buffer("mean", moments[:, 0], persistent=False)
        self.register_buffer("std", moments[:, 1], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.std + self.mean


def ndvi_of(raw: Tensor, channels: tuple[int, int]) -> Tensor:
    """NDVI (..., 1) from B8 and B4 in ``raw`` (..., C); 0 where their sum is not positive."""
    near, red = (raw[..., channel : channel + 1] for channel in channels)
    total = near + red
    index = (near - red) / torch.where(total > 0, total, 1.0)
    return torch.where(total > 0, index.clamp(-1, 1), 0.0)


def band_names(bands: Sequence[str], channels: int) -> list[str]:
    """A name a channel: ``bands``, of one date of all inputs. ModelError where there are more or fewer."""
    if len(bands) not in (0, channels):
        raise ModelError(
            f"There are {channels} bands, and {len(bands)} names of bands: {', '.join(bands)}.",
            "Give one name a band in the option 'bands', or leave it out.",
        )
    return list(bands) or [""] * channels


def month_numbers(months: Sequence[int], dates: int) -> list[int]:
    """The month of each date from 0: ``months``, from 1, or one after another from January.

    ModelError where there are more or fewer than dates, or one is not 1 to 12.
    """
    if len(months) not in (0, dates) or max(months, default=1) > 12:
        raise ModelError(
            f"There are {dates} dates, and the months are {', '.join(map(str, months))}.",
            "Give the month of each date, 1 to 12, in the option 'months', or leave it out.",
        )
    return [month - 1 for month in months] if months else [date % 12 for date in range(dates)]
