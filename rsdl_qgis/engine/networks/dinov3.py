"""DINOv3: Siméoni, Vo, Seitzer et al. (2025), arXiv:2508.10104."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .layers.pyramid import OnPatches
from .layers.transformer import Mlp
from .stages import Flow
from .vit import POOLS

PATCH = 16  # pixels
STORAGE = 4  # tokens without a place, beside the class token
BASE = 100.0  # longest period of the positions, in halves of an image's side
FIRST = 1e-5  # scale of the layers at the start


@dataclass(frozen=True)
class Form:
    """The numbers of a variant."""

    width: int
    layers: int
    heads: int


VARIANTS: dict[str, Form] = {"s16": Form(384, 12, 6), "b16": Form(768, 12, 12), "l16": Form(1024, 24, 16)}


class Rotations(nn.Module):
    """Sine and cosine (rows * columns, width of a head) by which queries and keys are turned: of a patch's row and
    column, each from -1 to 1 over the image, at several periods (rotary positions; Su et al. 2021, arXiv:2104.09864).
    """

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("periods", BASE ** (2 * torch.arange(width // 4) / (width // 2)))

    def forward(self, rows: int, columns: int) -> tuple[Tensor, Tensor]:
        down, across = (2 * (torch.arange(n, device=self.periods.device) + 0.5) / n - 1 for n in (rows, columns))
        down, across = (2 * math.pi * side[:, None] / self.periods for side in (down, across))  # (side, periods)
        turn = torch.cat([down[:, None] + 0 * across[None], across[None] + 0 * down[:, None]], 2).flatten(0, 1)
        turn = torch.cat([turn, turn], 1)
        return turn.sin(), turn.cos()


class Attention(nn.Module):
    """Multi-head self-attention; queries and keys of patches, which come last, are turned by their places.

    forward: (N, L, width), sine and cosine (patches, width / heads) -> as the first.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
        query, _, value = self.qkv.bias.chunk(3)  # keys have none
        joined = F.linear(x, self.qkv.weight, torch.cat([query, torch.zeros_like(query), value]))
        query, key, value = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in joined.chunk(3, 2))
        query, key = (turned(part, sine, cosine) for part in (query, key))
        x = F.scaled_dot_product_attention(query, key, value)
        return self.proj(x.transpose(1, 2).flatten(2))


def turned(x: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
    """Vectors (N, heads, L, C) with the patches turned; the class token and the storage stay."""
    first, patches = x[:, :, : 1 + STORAGE], x[:, :, 1 + STORAGE :]
    one, other = patches.chunk(2, 3)
    return torch.cat([first, patches * cosine + torch.cat([-other, one], 3) * sine], 2)


class Scale(nn.Module):
    """Each channel by a number of its own. forward: (..., width), same."""

    def __init__(self, width: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), FIRST))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class Block(nn.Module):
    """Attention and dense layers, normalised before, scaled and added after. forward: as ``Attention``."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.ls1 = Scale(width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width, 4 * width)
        self.ls2 = Scale(width)

    def forward(self, x: Tensor, sine: Tensor, cosine: Tensor) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x), sine, cosine))
        return x + self.ls2(self.mlp(self.norm2(x)))


class Patches(nn.Module):
    """Square patches of an image. forward: (N, C, H, W) -> (N, width, H / 16, W / 16)."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, PATCH, PATCH)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x)


class DINOv3(OnPatches):
    """The transformer of DINOv3 over all dates and inputs stacked as bands: rotary positions, storage tokens.

    Siméoni, Vo, Seitzer et al. (2025), arXiv:2508.10104. Parameters are named as in Meta's files, which need
    ``published_names`` first. ``variant`` is a key of ``VARIANTS``; its numbers can be changed by name. ``pool``: the
    head is given the class token, or the mean of the patches. Without classes (0) it is a body, whose ``stages`` are a
    pyramid on the patches of the last layer.

    Differs from the paper: no stochastic depth, and no shifts of the positions in training.

    forward: (N, T, C, H, W) an input -> (N, classes); H and W multiples of 16. ModelError where there is no such
    variant, or its numbers do not fit each other.
    """

    flow = Flow(
        encoder=("patch_embed|cls_token|storage_tokens|rope_embed", r"blocks\.(\d+)", "norm|map"),
        decoder=("pyramid",),  # no published weights have it, so it is trained where the encoder is frozen
        head=("head",),
    )

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "s16",
        width: int | None = None,
        layers: int | None = None,
        heads: int | None = None,
        pool: str = "token",
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no DINOv3 '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        if pool not in POOLS:
            raise ModelError(f"There is no pool '{pool}'.", f"Choose one of: {', '.join(POOLS)}.")
        asked = {"width": width, "layers": layers, "heads": heads}
        form = replace(VARIANTS[variant], **{key: value for key, value in asked.items() if value is not None})
        if form.width % (4 * form.heads):
            raise ModelError(
                f"A width of {form.width} cannot be divided among {form.heads} heads.",
                "Choose a width that is a multiple of four times the heads.",
            )
        self.pool = pool
        self.patch_embed = Patches(sum(dates * bands for dates, bands in inputs.values()), form.width)
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, form.width))
        self.storage_tokens = nn.Parameter(0.02 * torch.randn(1, STORAGE, form.width))
        self.rope_embed = Rotations(form.width // form.heads)
        self.blocks = nn.ModuleList(Block(form.width, form.heads) for _ in range(form.layers))
        self.norm = nn.LayerNorm(form.width)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)
        self.end(form.width, classes, PATCH)

    def encoded(self, image: Tensor) -> Tensor:
        """An image (N, C, H, W) as the tokens (N, 1 + STORAGE + patches, width) of the last layer."""
        rows, columns = (side // PATCH for side in image.shape[-2:])
        patches = self.patch_embed(image).flatten(2).transpose(1, 2)
        beside = (token.expand(patches.shape[0], -1, -1) for token in (self.cls_token, self.storage_tokens))
        x = torch.cat([*beside, patches], 1)
        sine, cosine = self.rope_embed(rows, columns)
        for block in self.blocks:
            x = block(x, sine, cosine)
        return self.norm(x)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32 of a body, with ``stage_widths`` channels."""
        rows, columns = (side // PATCH for side in x.shape[-2:])
        patches = self.encoded(x)[:, 1 + STORAGE :]
        return self.pyramid(self.map(patches.transpose(1, 2).unflatten(2, (rows, columns))))

    def forward(self, *inputs: Tensor) -> Tensor:
        tokens = self.encoded(torch.cat([x.flatten(1, 2) for x in inputs], 1))
        return self.head(tokens[:, 0] if self.pool == "token" else tokens[:, 1 + STORAGE :].mean(1))


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` of Meta's files without what only the training needed; biases that a mask hides are 0."""
    beside = ("mask_token", "local_cls_norm.", "dino_head.", "ibot_head.")
    plain = {name.removeprefix("backbone."): value for name, value in state.items()}
    found = {n: v for n, v in plain.items() if not n.startswith(beside) and not n.endswith(".bias_mask")}
    for name, mask in plain.items():
        own = name.removesuffix("_mask")
        if name.endswith(".qkv.bias_mask") and own in found:
            found[own] = torch.where(mask == 1, found[own], 0.0)
    return {n: v.float() if isinstance(v, Tensor) and v.is_floating_point() else v for n, v in found.items()}
