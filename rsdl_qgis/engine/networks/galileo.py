"""Galileo: Tseng, Fuller, Reil, Herzog, Beukema, Bastani, Green, Shelhamer, Kerner, Rolnick (ICML 2025)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from ..tables.earth_bands import SPACE_TIME
from .layers.earth_bands import Units, band_names, grouped, month_numbers, ndvi_of
from .layers.transformer import Block, Months, initial_weights, places, sines
from .stages import Flow

GROUPS = SPACE_TIME  # each is one token a patch and date
DATES = 24  # most dates
KERNEL = 8  # side of the stored kernels of patches, and of the largest patch, in pixels
USUAL = 10.0  # metres of a pixel


@dataclass(frozen=True)
class Form:
    """The numbers of a variant."""

    width: int
    layers: int
    heads: int


VARIANTS: dict[str, Form] = {"nano": Form(128, 4, 8), "tiny": Form(192, 12, 3)}


class PatchEmbed(nn.Module):
    """Square patches as tokens, by a stored kernel that is brought to their size by a pseudo-inverse.

    Beyer et al. (CVPR 2023), arXiv:2212.08013: the kernel of ``patch`` pixels is the one that sees in a patch what the
    stored one sees in the patch enlarged. forward: (N, bands, H, W) -> (N, H / patch, W / patch, width).
    """

    def __init__(self, bands: int, width: int, patch: int):
        super().__init__()
        self.patch = patch
        self.proj = nn.Conv2d(bands, width, KERNEL, KERNEL)
        self.register_buffer("smaller", kernel_map(patch), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        kernel = (self.proj.weight.flatten(2) @ self.smaller).unflatten(2, (self.patch, self.patch))
        return F.conv2d(x, kernel, self.proj.bias, self.patch).permute(0, 2, 3, 1)


def kernel_map(patch: int) -> Tensor:
    """What (KERNEL², patch²) takes a stored kernel to one of ``patch`` pixels: the pseudo-inverse of the resizing."""
    if patch == KERNEL:
        return torch.eye(KERNEL**2)
    with torch.device("cpu"):
        single = torch.eye(KERNEL**2).unflatten(1, (1, KERNEL, KERNEL))
        resized = F.interpolate(single, (patch, patch), mode="bicubic", antialias=True).flatten(1)
        return torch.linalg.pinv(resized).T.contiguous()


class GalileoEncoder(nn.Module):
    """Galileo's encoder of what varies in space and time: a token a group of bands, patch and date.

    ``size``, ``patch``: sides of the images and of a patch in pixels of ``resolution`` metres; ``groups``: the names of
    ``GROUPS`` that it takes; ``other``: how many further bands.

    forward: ``images`` (group -> (N, T, bands, size, size), scaled as in training), ``months`` (N or 1, T) from 0;
    ``other`` (N, T, bands, size, size) -> (N, rows, columns, T * groups, width).
    """

    flow = Flow(
        encoder=(r"(?!blocks|norm|other)\w+", r"blocks\.(\d+)", "norm"),
        decoder=(r"other_\w+",),  # no published weights have it, so it is trained where the encoder is frozen
    )
    band_groups = GROUPS  # its first layers are those of named bands, and not adapted to others

    def __init__(
        self,
        form: Form,
        size: int,
        patch: int,
        resolution: float = USUAL,
        groups: Sequence[str] = tuple(GROUPS),
        other: int = 0,
    ):
        super().__init__()
        quarter, side = form.width // 4, size // patch
        self.register_buffer("places", places(side, side, resolution * patch / USUAL, quarter), persistent=False)
        self.register_buffer("pos_embed", sines(torch.arange(DATES), quarter))
        self.month_embed = Months(quarter)
        if groups:
            self.s_t_channel_embed = nn.Parameter(torch.zeros(len(GROUPS), quarter))
        self.space_time_embed = nn.ModuleDict(
            {name: PatchEmbed(len(GROUPS[name]), form.width, patch) for name in groups}
        )
        if other:
            self.other_embed = PatchEmbed(other, form.width, patch)
            self.other_channel = nn.Parameter(torch.zeros(quarter))
        self.blocks = nn.ModuleList(Block(form.width, form.heads, False) for _ in range(form.layers))
        self.norm = nn.LayerNorm(form.width)
        initial_weights(self)

    def forward(self, images: Mapping[str, Tensor], months: Tensor, other: Tensor | None = None) -> Tensor:
        parts = [
            self._tokens(self.space_time_embed[name], self.s_t_channel_embed[number], images[name], months)
            for number, name in enumerate(GROUPS)
            if name in images
        ]
        if other is not None:
            parts.append(self._tokens(self.other_embed, self.other_channel, other, months))
        stacked = torch.stack(parts, 4)  # (N, rows, columns, T, groups, width)
        x = stacked.flatten(1, 4)
        for block in self.blocks:
            x = block(x)
        return self.norm(x).unflatten(1, stacked.shape[1:5]).flatten(3, 4)

    def _tokens(self, embed: nn.Module, channel: Tensor, images: Tensor, months: Tensor) -> Tensor:
        """A group's tokens (N, rows, columns, T, width) with the codes of group, date, month and place."""
        x = embed(images.flatten(0, 1)).unflatten(0, (-1, images.shape[1])).permute(0, 2, 3, 1, 4)
        shape = (months.shape[0], *self.places.shape[:2], months.shape[1], -1)
        codes = (
            channel.expand(shape),
            self.pos_embed[: months.shape[1]].expand(shape),
            self.month_embed(months)[:, None, None].expand(shape),
            self.places[None, :, :, None].expand(shape),
        )
        return x + torch.cat(codes, 4)


class Galileo(nn.Module):
    """Galileo: a transformer over the patches and dates of a scene, seen by several sensors, and a linear layer.

    Tseng, Fuller, Reil, Herzog, Beukema, Bastani, Green, Shelhamer, Kerner, Rolnick (ICML 2025), arXiv:2502.09356. The
    published weights load by name (``PRETRAINED=galileo-nano``). ``variant`` is a key of ``VARIANTS``; ``width`` and
    ``layers`` change its numbers. ``bands``: the name of each band of the inputs, in order. Known are Sentinel-1 VV, VH
    (dB), Sentinel-2 B2 to B8A, B11, B12 (reflectance x 10,000) and NDVI; they come in groups, and a group of which a
    band lacks is hidden as in training. NDVI is computed from B8 and B4 where it is not given. Other bands, and those
    of groups that are not whole, are one further token, which is new. ``months``: of each date, 1 to 12; by default
    from January on. ``patch``: side of a patch in pixels, 1 to 8; ``size``: of the image; ``resolution``: metres of a
    pixel. At most 24 dates.

    Differs from the paper: what does not vary in space and time at once (weather, elevation, land cover, place) is not
    taken, so always hidden; further bands.

    forward: (N, T, C, size, size) an input -> (N, classes). ModelError for more than 24 dates, a size that is no
    multiple of the patch, or names or months that are not as many as bands or dates.
    """

    flow = Flow(encoder=("encoder",), head=("head",))
    outputs: ClassVar[str] = "classes"

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "nano",
        bands: Sequence[str] = (),
        months: Sequence[int] = (),
        patch: int = 4,
        size: int = 16,
        resolution: float = USUAL,
        width: int | None = None,
        layers: int | None = None,
        heads: int | None = None,
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no Galileo '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        dates = max(count for count, _ in inputs.values())
        if dates > DATES or len({count for count, _ in inputs.values()}) > 1:
            raise ModelError(f"Galileo takes at most {DATES} dates, the same of all inputs.", "Choose fewer dates.")
        if patch > KERNEL or size % patch:
            raise ModelError(
                f"Images of {size} px cannot be cut into patches of {patch} px.",
                f"Choose a patch of at most {KERNEL} px, and a size that is a multiple of it.",
            )
        usual = VARIANTS[variant]
        form = Form(width or usual.width, layers or usual.layers, heads or usual.heads)
        names = band_names(bands, sum(count for _, count in inputs.values()))
        self.patch, self.size, self.classes = patch, size, classes
        if self.outputs == "map":
            self.multiple = size  # of height and width of an image
        self.groups = grouped(names, GROUPS)
        self.units = Units(names)
        taken = [*self.groups.whole, *(["NDVI"] if self.groups.ndvi else [])]
        self.encoder = GalileoEncoder(form, size, patch, resolution, taken, len(self.groups.other))
        self.head = nn.Linear(form.width, classes * (patch**2 if self.outputs == "map" else 1))
        self.register_buffer("months", torch.tensor([month_numbers(months, dates)]), persistent=False)

    def encoded(self, inputs: Sequence[Tensor]) -> Tensor:
        """Features (N, rows, columns, width): the mean of each patch's tokens."""
        x = torch.cat(list(inputs), 2)  # (N, T, C, H, W)
        raw = self.units(x.movedim(2, 4)).movedim(4, 2)
        images = {
            name: (raw if name == "NDVI" else (x + 2) / 4)[:, :, list(channels)]  # (value - m + 2s) / 4s
            for name, channels in self.groups.whole.items()
        }
        if self.groups.ndvi:
            images["NDVI"] = ndvi_of(raw.movedim(2, 4), self.groups.ndvi).movedim(4, 2)
        other = x[:, :, list(self.groups.other)] if self.groups.other else None
        return self.encoder(images, self.months, other).mean(3)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.head(self.encoded(inputs).mean((1, 2)))


class GalileoMap(Galileo):
    """Galileo with a linear layer on each patch, which gives the classes of its pixels.

    As ``Galileo``. The image is seen in windows of ``size`` pixels, each by itself, so that the work grows with the
    area alone.

    Differs from the paper: what does not vary in space and time at once (weather, elevation, land cover, place) is not
    taken, so always hidden; further bands.

    forward: (N, T, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``size``. ModelError as ``Galileo``.
    """

    outputs = "map"

    def forward(self, *inputs: Tensor) -> Tensor:
        count, (rows, columns) = inputs[0].shape[0], (side // self.size for side in inputs[0].shape[3:])
        x = self.head(self.encoded([self._windows(image) for image in inputs]))
        x = x.unflatten(3, (self.classes, self.patch, self.patch)).permute(0, 3, 1, 4, 2, 5)
        x = x.reshape(count, rows, columns, self.classes, self.size, self.size).permute(0, 3, 1, 4, 2, 5)
        return x.reshape(count, self.classes, rows * self.size, columns * self.size)

    def _windows(self, image: Tensor) -> Tensor:
        """(N, T, C, H, W) -> (N * windows, T, C, size, size), row by row."""
        image = image.unflatten(4, (-1, self.size)).unflatten(3, (-1, self.size))  # (N, T, C, rows, s, columns, s)
        return image.permute(0, 3, 5, 1, 2, 4, 6).flatten(0, 2)


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the names of the published files, which are those of the encoder, as they are here.

    What encodes other things than these networks take is left out.
    """
    beside = ("space_embed.", "time_embed.", "static_embed.", "sp_channel_embed", "t_channel_embed", "st_channel_embed")
    named = {name if name.startswith(("encoder.", "head.")) else f"encoder.{name}": v for name, v in state.items()}
    return {name: v for name, v in named.items() if not name.removeprefix("encoder.").startswith(beside)}
