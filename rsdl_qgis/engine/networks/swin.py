"""Swin V2: Liu, Hu, Lin et al. (CVPR 2022), arXiv:2111.09883; of Swin, Liu, Lin, Cao et al. (ICCV 2021)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .layers.pyramid import Pyramid
from .stages import Flow

PATCH = 4  # pixels
HOTTEST = math.log(100.0)  # the largest logarithm of a head's scale
FAR = -100.0  # added for pairs of different parts of a window
HIDDEN = 512  # width of the network that gives the position biases
TABLES = (".relative_coords_table", ".relative_position_index")  # in torchvision's files


@dataclass(frozen=True)
class Form:
    """The numbers of a variant: ``width`` of the first stage, blocks and heads of each, side of a window in patches."""

    width: int
    layers: tuple[int, ...]
    heads: tuple[int, ...]
    window: int = 8


VARIANTS: dict[str, Form] = {
    "t": Form(96, (2, 2, 6, 2), (3, 6, 12, 24)),
    "b": Form(128, (2, 2, 18, 2), (4, 8, 16, 32)),
}


class ChannelsLast(nn.Module):
    """forward: (N, C, H, W) -> (N, H, W, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1)


# Sizes of maps are handed on from the image's: an export with free sizes does not know them of a map that was cut into
# windows and joined again.


class WindowAttention(nn.Module):
    """Cosine attention within windows of ``window`` x ``window`` patches, with a bias by their distance.

    ``shifted``: windows are moved by half their side, round the map's edges; patches that are no neighbours then do not
    attend to each other. A map that is one window high (wide) is not moved in that direction. The map is padded to
    whole windows. forward: (N, H, W, width) with H and W, same.
    """

    def __init__(self, width: int, heads: int, window: int, shifted: bool):
        super().__init__()
        self.heads, self.window, self.shift = heads, window, window // 2 if shifted else 0
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.logit_scale = nn.Parameter(torch.full((heads, 1, 1), math.log(10.0)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, heads, bias=False))
        self.register_buffer("distances", distances(window), persistent=False)

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        below, right = -height % self.window, -width % self.window
        rows, columns = height + below, width + right
        down, across = (self.shift * (side > self.window) for side in (rows, columns))
        x = F.pad(x, (0, 0, 0, right, 0, below))
        bias = 16 * self.cpb_mlp(self.distances).sigmoid().permute(2, 0, 1)  # (heads, patches, patches)
        if self.shift:
            x = turned(turned(x, down, 1, rows), across, 2, columns)
            parts = self._parts(rows, down)[:, None] * 3 + self._parts(columns, across)
            own = in_windows(parts[None, :, :, None], self.window, rows, columns)[0, :, None, :, 0]
            bias = bias + torch.where(own[..., None] != own[:, :, None], FAR, 0.0)  # (windows, heads, patches, patches)
        count = (rows // self.window) * (columns // self.window)
        x = self._attended(in_windows(x, self.window, rows, columns), bias, count)
        x = out_of_windows(x, self.window, rows, columns)
        if self.shift:
            x = turned(turned(x, -down, 1, rows), -across, 2, columns)
        return x[:, :height, :width]

    def _parts(self, length: int, shift: int) -> Tensor:
        """The part (length,) of the map that rows or columns of the moved one come from."""
        place = torch.arange(length, device=self.distances.device)
        return (place >= length - self.window).long() + (place >= length - shift).long()

    def _attended(self, windows: Tensor, bias: Tensor, count: int) -> Tensor:
        """Windows (N, count, patches, width) after attention; ``bias``: of pairs (..., heads, patches, patches)."""
        patches, width = self.window**2, self.qkv.in_features
        query, _, value = self.qkv.bias.chunk(3)
        joined = F.linear(windows, self.qkv.weight, torch.cat([query, torch.zeros_like(query), value]))
        joined = joined.reshape(-1, count, patches, 3, self.heads, width // self.heads)
        query, key, value = joined.permute(3, 0, 1, 4, 2, 5).unbind()  # (N, count, heads, patches, width / heads) each
        scale = self.logit_scale.clamp(max=HOTTEST).exp()
        weights = (of_length_1(query) @ of_length_1(key).transpose(3, 4) * scale + bias).softmax(-1)
        return self.proj((weights @ value).transpose(2, 3).reshape(-1, count, patches, width))


def of_length_1(x: Tensor) -> Tensor:
    """Vectors (..., C) divided by their length."""
    return x / x.norm(dim=-1, keepdim=True).clamp(min=1e-12)


def in_windows(x: Tensor, side: int, rows: int, columns: int) -> Tensor:
    """(N, rows, columns, C) as windows, row by row: (N, windows, side * side, C)."""
    down, across, channels = rows // side, columns // side, x.shape[3]
    x = x.reshape(-1, down, side, across, side, channels).transpose(2, 3)
    return x.reshape(-1, down * across, side * side, channels)


def out_of_windows(x: Tensor, side: int, rows: int, columns: int) -> Tensor:
    """What ``in_windows`` was given."""
    channels = x.shape[3]
    x = x.reshape(-1, rows // side, columns // side, side, side, channels).transpose(2, 3)
    return x.reshape(-1, rows, columns, channels)


def turned(x: Tensor, by: int, axis: int, length: int) -> Tensor:
    """``x`` with what is ``by`` further along an axis, round its end. Unlike ``torch.roll`` it takes any ``by``."""
    return x.index_select(axis, (torch.arange(length, device=x.device) + by) % length)


def distances(window: int) -> Tensor:
    """From each patch of a window to each (patches, patches, 2): down and across, on a logarithmic scale."""
    along = torch.arange(window)
    places = torch.stack(torch.meshgrid(along, along, indexing="ij"), 2).flatten(0, 1)
    apart = (places[:, None] - places[None]) * (8 / (window - 1))
    return apart.sign() * (apart.abs() + 1).log2() / 3


class Block(nn.Module):
    """Attention and dense layers, normalised after, then added. forward: as ``WindowAttention``."""

    def __init__(self, width: int, heads: int, window: int, shifted: bool, dropout: float):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = WindowAttention(width, heads, window, shifted)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(4 * width, width),
            nn.Dropout(dropout),
        )

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        x = x + self.norm1(self.attn(x, height, width))
        return x + self.norm2(self.mlp(x))


class Merging(nn.Module):
    """Each four patches become one of twice the width; odd maps are padded.

    forward: (N, H, W, C) with H and W -> (N, H / 2, W / 2, 2 C).
    """

    halves = True

    def __init__(self, width: int):
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(2 * width)

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        x = F.pad(x, (0, 0, 0, width % 2, 0, height % 2))
        corners = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.norm(self.reduction(torch.cat(corners, 3)))


class SwinV2(nn.Module):
    """Swin transformer V2 over all dates and inputs stacked as bands: attention in windows, four stages of maps.

    Liu, Hu, Lin et al. (CVPR 2022), arXiv:2111.09883. Parameters are named as torchvision names them; its files need
    ``published_names`` first. ``variant`` is a key of ``VARIANTS``; its numbers can be changed by name. Without classes
    (0) it is a body, whose ``stages`` are the maps of its stages, and one at stride 2 made from the first.

    Differs from the paper: no stochastic depth; the position biases are scaled to the window that it is built with.

    forward: (N, T, C, H, W) an input -> (N, classes); any H and W from 32 on. ModelError where there is no such
    variant, its numbers do not fit each other, or a window is too small.
    """

    flow = Flow(
        encoder=(r"features\.(\d+)", "norm"),
        decoder=("pyramid",),  # no published weights have it, so it is trained where the encoder is frozen
        head=("head",),
    )

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "t",
        dropout: float = 0.0,
        width: int | None = None,
        layers: Sequence[int] | None = None,
        heads: Sequence[int] | None = None,
        window: int | None = None,
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no Swin V2 '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        asked: dict[str, Any] = {"width": width, "layers": layers, "heads": heads, "window": window}
        form = replace(VARIANTS[variant], **{key: value for key, value in asked.items() if value is not None})
        _check(form)
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.features = nn.Sequential(
            nn.Sequential(nn.Conv2d(channels, form.width, PATCH, PATCH), ChannelsLast(), nn.LayerNorm(form.width))
        )
        widths = [form.width << i for i in range(len(form.layers))]
        for i, (wide, count, several) in enumerate(zip(widths, form.layers, form.heads)):
            if i:
                self.features.append(Merging(wide // 2))
            blocks = (Block(wide, several, form.window, bool(j % 2), dropout) for j in range(count))
            self.features.append(nn.Sequential(*blocks))
        if classes:
            self.norm: nn.Module = nn.LayerNorm(widths[-1])
            self.head: nn.Module = nn.Linear(widths[-1], classes)
        else:
            self.norm = self.head = nn.Identity()
            self.pyramid = Pyramid(form.width, PATCH, PATCH)
            self.stage_widths = (*self.pyramid.widths, *widths[1:])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32 of a body, with ``stage_widths`` channels."""
        first, *rest = (x.permute(0, 3, 1, 2) for x in self.maps(x))
        return [*self.pyramid(first), *rest]

    def maps(self, x: Tensor) -> list[Tensor]:
        """What each of the four stages gives (N, H / stride, W / stride, width) for an image (N, C, H, W)."""
        height, width = (side // PATCH for side in x.shape[-2:])
        x, maps = self.features[0](x), []
        for layer in self.features[1:]:
            if isinstance(layer, Merging):
                x = layer(x, height, width)
                height, width = (height + 1) // 2, (width + 1) // 2
                continue
            for block in layer:
                x = block(x, height, width)
            maps.append(x)
        return maps

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.head(self.norm(self.maps(stacked)[-1]).mean((1, 2)))


def _check(form: Form) -> None:
    """ModelError where the numbers of a form do not fit each other."""
    if not len(form.layers) == len(form.heads) == 4:
        problem = (
            f"Swin V2 has 4 stages, and there are numbers of {len(form.layers)} (layers) and {len(form.heads)} (heads)."
        )
        raise ModelError(problem, "Give four of each.")
    for i, heads in enumerate(form.heads):
        if (form.width << i) % heads:
            raise ModelError(f"A width of {form.width << i} cannot be divided among {heads} heads.")
    if form.window < 2:
        raise ModelError("A window of Swin V2 has at least 2 patches a side.", "Choose a larger one.")


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` without the tables of distances, which follow from the window. Backbones of SatlasPretrain's own files,
    ``backbone.backbone.`` before their names, get the names here.
    """
    plain = {name.removeprefix("backbone.backbone."): value for name, value in state.items()}
    return {name: value for name, value in plain.items() if not name.endswith(TABLES)}
