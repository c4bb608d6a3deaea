"""Clay v1.5: Clay Foundation (2024), doi:10.57967/hf/1537; its first layer is that of DOFA, arXiv:2403.15356."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from ..tables.earth_bands import WAVELENGTHS
from .layers.pyramid import OnPatches
from .layers.transformer import attended
from .layers.wavelengths import WIDTH, Generator, Residual, start_evenly, wave_codes, wavelengths_of
from .stages import Flow
from .vit import POOLS

PATCH = 8  # pixels
SCALE = 0.02  # of kernels
WAVES = {**WAVELENGTHS, "B2": 0.493, "B5": 0.704, "VV": 3.5, "VH": 4.0}  # as in its training: micrometres
PLACE_AND_TIME = 8  # numbers at the end of a position's code: week, hour, latitude, longitude, sine and cosine each
LONGEST = 10_000.0  # base of a position's code
USUAL = 10.0  # metres of a pixel
WEEKS, HOURS = 52, 24
Degrees = float  # of a latitude or longitude


@dataclass(frozen=True)
class Form:
    """The numbers of a variant; ``growth``: of the dense layers' width."""

    width: int
    layers: int
    heads: int
    growth: int


VARIANTS: dict[str, Form] = {"base": Form(768, 12, 12, 4), "large": Form(1024, 24, 16, 4)}


class Wavelengths(nn.Module):
    """The patches of an image, by kernels that are made from its bands' wavelengths (micrometres).

    forward: (N, bands, H, W) -> (N, width, H / 8, W / 8).
    """

    def __init__(self, wavelengths: Sequence[float], width: int):
        super().__init__()
        self.width = width
        self.weight_generator = Generator(PATCH**2 * width, width)
        self.fclayer = Residual(WIDTH, F.gelu)
        start_evenly(self, 0.0)
        self.register_buffer("waves", wave_codes(wavelengths, WIDTH // 2 - 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        kernels, bias = self.weight_generator(self.fclayer(self.waves))
        kernels = kernels.unflatten(1, (self.width, PATCH, PATCH)).transpose(0, 1)
        return F.conv2d(x, kernels * SCALE, bias, PATCH)


class Attention(nn.Module):
    """Multi-head self-attention without biases, normalised before. forward: (N, L, width), same."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.to_out(attended(self.to_qkv(self.norm(x)), self.heads))


class Layer(nn.Module):
    """Attention and dense layers, each added to what it is given. forward: (N, L, width), same."""

    def __init__(self, form: Form):
        super().__init__()
        hidden = form.growth * form.width
        self.attention = Attention(form.width, form.heads)
        self.mlp = nn.Sequential(
            nn.LayerNorm(form.width), nn.Linear(form.width, hidden), nn.GELU(), nn.Linear(hidden, form.width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(x)
        return x + self.mlp(x)


class Clay(OnPatches):
    """Clay v1.5: a transformer whose first layer is made from the bands' wavelengths, told of pixel size, date, place.

    Clay Foundation (2024), doi:10.57967/hf/1537. Its published weights load by name (``PRETRAINED=clay-v1.5``).
    ``bands``: the name of each band of the inputs, in order; known are those of Sentinel-2 and, as VV and VH (dB), of
    Sentinel-1. ``wavelengths``: of each band in micrometres, in place of names. Without either they are spread evenly
    from 0.44 to 2.2. Several dates are bands of the same wavelengths. ``resolution``: metres of a pixel. ``date``: such
    as "2020-07-15", or "2020-07-15 10:30" in UTC; ``latlon``: latitude and longitude in degrees; both for all images.
    What is not given is told as zeros, as in a fifth of the training. ``pool``: the head is given the class token, or
    the mean of the patches. Without classes (0) it is a body, whose ``stages`` are a pyramid on the patches of the last
    layer.

    Differs from the paper: that is, from its authors' code: the hour may be left out alone, and images need not be
    square.

    forward: (N, T, C, H, W) an input -> (N, classes); H and W multiples of 8. ModelError where there is no such
    variant, its numbers do not fit each other, or the wavelength of a band or the date is not known.
    """

    flow = Flow(
        encoder=("patch_embedding|cls_token", r"layers\.(\d+)", "norm|map"),
        decoder=("pyramid",),  # no published weights have it, so it is trained where the encoder is frozen
        head=("head",),
    )
    band_groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # its first layer is of any bands, and not adapted

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "large",
        bands: Sequence[str] = (),
        wavelengths: Sequence[float] = (),
        resolution: float = USUAL,
        date: str = "",
        latlon: Sequence[Degrees] = (),
        pool: str = "token",
        width: int | None = None,
        layers: int | None = None,
        heads: int | None = None,
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no Clay '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        if pool not in POOLS:
            raise ModelError(f"There is no pool '{pool}'.", f"Choose one of: {', '.join(POOLS)}.")
        asked = {"width": width, "layers": layers, "heads": heads}
        form = replace(VARIANTS[variant], **{key: value for key, value in asked.items() if value is not None})
        if form.width % form.heads or form.width % 4 or form.width < 2 * PLACE_AND_TIME:
            raise ModelError(
                f"A width of {form.width} does not fit {form.heads} heads and the code of a position.",
                "Choose a multiple of 4 and of the heads, at least 16.",
            )
        self.pool, self.resolution, self.width = pool, resolution, form.width
        self.patch_embedding = Wavelengths(wavelengths_of(bands, wavelengths, inputs, WAVES), form.width)
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, form.width))
        self.layers = nn.ModuleList(Layer(form) for _ in range(form.layers))
        self.norm = nn.LayerNorm(form.width)
        told = torch.tensor([*time_code(date), *place_code(latlon)])
        self.register_buffer("told", told, persistent=False)
        self.end(form.width, classes, PATCH)

    def encoded(self, image: Tensor) -> Tensor:
        """An image (N, C, H, W) as the tokens (N, 1 + patches, width) of the last layer, the class token first."""
        rows, columns = (side // PATCH for side in image.shape[-2:])
        x = self.patch_embedding(image).flatten(2).transpose(1, 2)  # (N, patches, width), row by row
        code = place_codes(rows, columns, self.width - PLACE_AND_TIME, self.resolution, self.told)
        x = x + torch.cat([code, self.told.expand(code.shape[0], -1)], 1)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32 of a body, with ``stage_widths`` channels."""
        rows, columns = (side // PATCH for side in x.shape[-2:])
        patches = self.encoded(x)[:, 1:].transpose(1, 2)
        return self.pyramid(self.map(patches.unflatten(2, (rows, columns))))

    def forward(self, *inputs: Tensor) -> Tensor:
        tokens = self.encoded(torch.cat([x.flatten(1, 2) for x in inputs], 1))
        return self.head(tokens[:, 0] if self.pool == "token" else tokens[:, 1:].mean(1))


def place_codes(rows: int, columns: int, width: int, resolution: float, like: Tensor) -> Tensor:
    """The code (rows * columns, width) of patches: sines and cosines of the column, then of the row, in steps of the
    pixel's size in metres. ``like``: the type and device.
    """
    count = width // 4
    steps = torch.arange(count, dtype=like.dtype, device=like.device) / (count - 1)
    steps = resolution * LONGEST ** (-2 * steps / width)
    down, across = (torch.arange(n, device=like.device)[:, None] * steps for n in (rows, columns))
    down, across = (torch.cat([angles.sin(), angles.cos()], 1) for angles in (down, across))
    return torch.cat([across[None] + 0 * down[:, None, :], down[:, None] + 0 * across[None]], 2).flatten(0, 1)


def time_code(date: str) -> list[float]:
    """The sine and cosine of the week in the year, and of the hour in the day; zeros for what is not given."""
    if not date:
        return [0.0] * 4
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        raise ModelError(f"'{date}' is no date.", "Give it as 2020-07-15, or 2020-07-15 10:30.") from None
    hour = circle(when.hour / HOURS) if len(date) > len("2020-07-15") else [0.0, 0.0]
    return [*circle(when.isocalendar()[1] / WEEKS), *hour]


def place_code(latlon: Sequence[float]) -> list[float]:
    """The sine and cosine of the latitude, and of the longitude (degrees); zeros where they are not given."""
    return [number for degrees in latlon for number in circle(degrees / 360)] or [0.0] * 4


def circle(share: float) -> list[float]:
    """The sine and cosine of a share of a circle."""
    return [math.sin(2 * math.pi * share), math.cos(2 * math.pi * share)]


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the names of the published checkpoint as they are here: of its encoder alone."""
    within = "model.encoder."
    whole = any(name.startswith(within) for name in state)
    inner = {n.removeprefix(within): v for n, v in state.items() if n.startswith(within)} if whole else state
    return {_place(name): value for name, value in inner.items()}


def _place(name: str) -> str:
    if name.startswith("patch_embedding."):
        for theirs, ours in (
            ("generator.encoder.", "generator.transformer_encoder."),
            (".l1.", ".w1."),
            (".l2.", ".w2."),
        ):
            name = name.replace(theirs, ours)
    name = name.removeprefix("transformer.")
    number, _, part = name.removeprefix("layers.").partition(".")
    if name.startswith("layers.") and part.startswith(("0.", "1.net.")):
        own = part.replace("0.", "attention.", 1) if part.startswith("0.") else part.replace("1.net.", "mlp.", 1)
        return f"layers.{number}.{own}"
    return name
