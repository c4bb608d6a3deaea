"""Presto: Tseng, Cartuyvels, Zvonkov, Purohit, Rolnick, Kerner (2023), arXiv:2304.14065."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ..errors import ModelError
from ..tables.earth_bands import GROUPS
from .layers.calendar import calendar_of, on_calendar
from .layers.earth_bands import Units, band_names, grouped, month_numbers, ndvi_of
from .layers.transformer import Block, Months, initial_weights, mean_of, positions
from .stages import Flow

STILL = "SRTM"  # one token for all dates
ADD = {"VV": 25.0, "VH": 25.0, "temperature_2m": -272.15}  # before the division; of others 0
DIVIDE = {
    **dict.fromkeys(("VV", "VH"), 25.0),
    **dict.fromkeys(("B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12"), 10_000.0),
    "temperature_2m": 35.0,
    "total_precipitation": 0.03,
    "elevation": 2000.0,
    "slope": 50.0,
    "NDVI": 1.0,
}
DATES = 24  # most dates: two years of months
BASE = 1000.0  # of the wavelengths of the code of a place in the sequence
Degrees = float  # of a latitude or longitude
NO_COVER = 9  # the class of Dynamic World that stands for none


class PrestoEncoder(nn.Module):
    """Presto's encoder: a token a group of bands and date, one of the place, the mean of those that are seen.

    ``groups``: the names of ``GROUPS`` that it takes; ``place``, ``cover``: whether it takes these; ``other``: how many
    further bands.

    forward: ``images`` (group -> (N, T, bands), in Presto's units), ``seen`` (group -> (N, T) bool), ``months`` (N, T)
    from 0; ``place`` (N, 3) as of ``on_sphere``; ``cover`` (N, T) class of Dynamic World, ``NO_COVER``
    for none; ``other`` (N, T, bands), with ``seen["other"]`` -> (N, width). What is not seen never changes the output.
    """

    flow = Flow(
        encoder=(r"(?!blocks|norm|other)\w+", r"blocks\.(\d+)", "norm"),
        decoder=(r"other_\w+",),  # no published weights have it, so it is trained where the encoder is frozen
    )
    band_groups = GROUPS  # its first layers are those of named bands, and not adapted to others

    def __init__(
        self,
        groups: Sequence[str] = tuple(GROUPS),
        place: bool = True,
        cover: bool = True,
        other: int = 0,
        width: int = 128,
        depth: int = 2,
        heads: int = 8,
    ):
        super().__init__()
        quarter = width // 4
        self.register_buffer("pos_embed", positions(DATES, width // 2, BASE)[None])
        self.month_embed = Months(quarter)
        self.eo_patch_embed = nn.ModuleDict({name: nn.Linear(len(GROUPS[name]), width) for name in groups})
        if place:
            self.latlon_embed = nn.Linear(3, width)
        if cover:
            self.dw_embed = nn.Embedding(NO_COVER + 1, width)
        if groups or cover:
            self.channel_embed = nn.Embedding(len(GROUPS) + 1, quarter)
        if other:
            self.other_embed = nn.Linear(other, width)
            self.other_channel = nn.Parameter(torch.zeros(quarter))
        self.blocks = nn.ModuleList(Block(width, heads, True) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        initial_weights(self)

    def forward(
        self,
        images: Mapping[str, Tensor],
        seen: Mapping[str, Tensor],
        months: Tensor,
        place: Tensor | None = None,
        cover: Tensor | None = None,
        other: Tensor | None = None,
    ) -> Tensor:
        month = self.month_embed(months)
        code = self.pos_embed[:, : months.shape[1]].expand(months.shape[0], -1, -1)
        parts = []
        if place is not None:
            parts.append((self.latlon_embed(place)[:, None], torch.ones_like(months[:, :1], dtype=torch.bool)))
        for number, name in enumerate(GROUPS):
            if name in images:
                channel, still = self.channel_embed.weight[number], name == STILL
                dates = slice(0, 1) if still else slice(None)
                own = torch.zeros_like(month[:, dates]), torch.zeros_like(code[:, dates])
                token = self.eo_patch_embed[name](images[name][:, dates])
                parts.append((token + coded(channel, *(own if still else (month, code))), seen[name][:, dates]))
        if cover is not None:
            token = self.dw_embed(cover) + coded(self.channel_embed.weight[len(GROUPS)], month, code)
            parts.append((token, cover != NO_COVER))
        if other is not None:
            parts.append((self.other_embed(other) + coded(self.other_channel, month, code), seen["other"]))
        x, known = (torch.cat([part[i] for part in parts], 1) for i in (0, 1))
        heard = known | ~known.any(1, keepdim=True)  # where nothing is seen, attention still has a sum
        for block in self.blocks:
            x = block(x, heard)
        return self.norm(mean_of(x, known))


def on_sphere(place: Tensor) -> Tensor:
    """Latitude and longitude in degrees (..., 2) as a point of the unit sphere (..., 3)."""
    lat, lon = torch.deg2rad(place).unbind(-1)
    return torch.stack([lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()], -1)


def coded(channel: Tensor, month: Tensor, code: Tensor) -> Tensor:
    """The code (N, T, width) of tokens of a group: of the month, of the group itself, of the place in the sequence."""
    return torch.cat([month, channel.expand(*code.shape[:2], -1), code], 2)


class Presto(nn.Module):
    """Presto: a transformer over the months of a pixel, seen by several sensors, and a linear layer on its output.

    Tseng, Cartuyvels, Zvonkov, Purohit, Rolnick, Kerner (2023), arXiv:2304.14065. Its published weights load by name
    (``PRETRAINED=presto``). ``bands``: the name of each band of the inputs, in order. Known are Sentinel-1 VV, VH (dB),
    Sentinel-2 B2 to B8A, B11, B12 (reflectance x 10,000), temperature_2m (K), total_precipitation (m), elevation (m),
    slope (degrees), NDVI; they come in groups, and a group of which a band lacks is hidden as in training. NDVI is
    computed from B8 and B4 where it is not given. Other bands, and bands of incomplete groups, are one further
    token, which is new. ``months``: of each date, 1 to 12; by default from January on. ``latlon``: latitude and
    longitude in degrees, one for all pixels; without it, no place is given. At most 24 dates.

    Differs from the paper: dates that are not valid are hidden; the month of each date may be given, and dates need not
    be a month apart; no token of the place where it is not given, and none of Dynamic World's classes; further bands.

    forward: (N, T, C) an input, valid (N, T) -> (N, classes); T at most ``dates``, or more with none valid behind them.
    ModelError for more than 24 dates, and names or months that are not as many as bands or dates.
    """

    flow = Flow(encoder=("encoder",), head=("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        bands: Sequence[str] = (),
        months: Sequence[int] = (),
        latlon: Sequence[Degrees] = (),
        width: int = 128,
        depth: int = 2,
        heads: int = 8,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.dates = calendar_of(inputs)
        if self.dates > DATES:
            raise ModelError(f"Presto takes at most {DATES} dates, and there are {self.dates}.", "Choose fewer dates.")
        names = band_names(bands, sum(count for _, count in inputs.values()))
        self.groups = grouped(names, GROUPS)
        self.units = Units(names)
        taken = [*self.groups.whole, *(["NDVI"] if self.groups.ndvi else [])]
        self.encoder = PrestoEncoder(taken, bool(latlon), False, len(self.groups.other), width, depth, heads)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)
        self.register_buffer("months", torch.tensor(month_numbers(months, self.dates)), persistent=False)
        self.register_buffer("place", on_sphere(torch.tensor([list(latlon)])) if latlon else None, persistent=False)

    def forward(self, *inputs_and_valid: Tensor) -> Tensor:
        *inputs, valid = inputs_and_valid
        x, valid = on_calendar(torch.cat(inputs, 2), valid.bool(), self.dates)
        raw = self.units(x)
        images = {
            name: torch.cat([presto_units(raw[..., c : c + 1], band) for c, band in zip(channels, GROUPS[name])], 2)
            for name, channels in self.groups.whole.items()
        }
        if self.groups.ndvi:
            images["NDVI"] = ndvi_of(raw, self.groups.ndvi)
        seen = dict.fromkeys((*images, "other"), valid)
        place = self.place.expand(x.shape[0], -1) if self.place is not None else None
        other = x[..., list(self.groups.other)] if self.groups.other else None
        months = self.months.expand(x.shape[0], -1)
        return self.head(self.dropout(self.encoder(images, seen, months, place, other=other)))


def presto_units(raw: Tensor, band: str) -> Tensor:
    """A band's physical values as Presto takes them."""
    return (raw + ADD.get(band, 0.0)) / DIVIDE[band]


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` without the decoder that only the training by masking needs."""
    return {name: value for name, value in state.items() if not name.startswith("decoder.")}
