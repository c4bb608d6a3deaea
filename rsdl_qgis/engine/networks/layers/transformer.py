"""Layers of a vision transformer in which some tokens are hidden, and sine codes of positions, months and places."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def dense(width_in: int, width_out: int) -> nn.Linear:
    """A dense layer with Glorot's weights and no bias at the start."""
    layer = nn.Linear(width_in, width_out)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def attended(joined: Tensor, heads: int) -> Tensor:
    """Attention of queries, keys and values that stand beside one another: (N, L, 3 * width) -> (N, L, width)."""
    query, key, value = joined.unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4).unbind()  # (N, heads, L, …) each
    return F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    """Multi-head self-attention, its parameters named as in ``nn.MultiheadAttention``. forward: (N, L, width), same."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(3 * width, width)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = dense(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(attended(F.linear(x, self.in_proj_weight, self.in_proj_bias), self.heads))


class Attention(nn.Module):
    """Multi-head self-attention; ``joint``: query, key and value are one layer, ``qkv``, else three.

    forward: x (N, L, width), seen (N, L) bool or None -> (N, L, width); tokens that are not seen are attended by none.
    """

    def __init__(self, width: int, heads: int, joint: bool):
        super().__init__()
        self.heads, self.joint = heads, joint
        if joint:
            self.qkv = nn.Linear(width, 3 * width)
        else:
            self.q, self.k, self.v = (nn.Linear(width, width) for _ in range(3))
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        parts = self.qkv(x).chunk(3, 2) if self.joint else (self.q(x), self.k(x), self.v(x))
        query, key, value = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts)
        mask = None if seen is None else seen[:, None, None]
        x = F.scaled_dot_product_attention(query, key, value, mask)  # (N, heads, L, width / heads)
        return self.proj(x.transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Two dense layers with GELU between, applied to each token. forward: (N, L, width), same."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    """Attention and dense layers, normalised before, added after. forward: as ``Attention``."""

    def __init__(self, width: int, heads: int, joint: bool, growth: int = 4):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, joint)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width, growth * width)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        x = x + self.attn(self.norm1(x), seen)
        return x + self.mlp(self.norm2(x))


def initial_weights(network: nn.Module) -> None:
    """Linear layers after Glorot, without bias at the start."""
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)


def positions(length: int, width: int, base: float) -> Tensor:
    """The code (length, width) of places in a sequence: sine and cosine in turn (Vaswani et al. 2017)."""
    angles = torch.arange(length)[:, None] / base ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


def month_codes(width: int) -> Tensor:
    """The code (12, width) of each month: sine and cosine of its place in the year, each ``width / 2`` times."""
    angles = torch.arange(12) * (2 * torch.pi / 12)
    return torch.stack([angles.sin(), angles.cos()]).repeat_interleave(width // 2, 0).T.contiguous()


def places(rows: int, columns: int, step: float, width: int) -> Tensor:
    """The code (rows, columns, width) of places ``step`` apart: of the column, then of the row, half of it each."""
    column, row = (sines(torch.arange(count) * step, width // 2) for count in (columns, rows))
    return torch.cat([column[None].expand(rows, -1, -1), row[:, None].expand(-1, columns, -1)], 2)


def sines(at: Tensor, width: int) -> Tensor:
    """The code (N, width) of numbers (N,): their sines, then their cosines, at wavelengths up to 100 times 2 pi."""
    angles = at[:, None] / 10000 ** (torch.arange(width // 2) / (2 * width))
    return torch.cat([angles.sin(), angles.cos()], 1)


class Months(nn.Module):
    """The code of each month, which is not trained. forward: months (...) from 0 -> (..., width)."""

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("weight", month_codes(width))

    def forward(self, months: Tensor) -> Tensor:
        return self.weight[months]


def mean_of(tokens: Tensor, seen: Tensor) -> Tensor:
    """The mean (N, width) of tokens (N, L, width) over those seen (N, L); 0 where none is."""
    weight = seen[..., None].to(tokens.dtype)
    return (tokens * weight).sum(1) / weight.sum(1).clamp(min=1)
