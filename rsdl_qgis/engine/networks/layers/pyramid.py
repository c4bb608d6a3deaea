"""Maps at several strides from the one map of a plain transformer."""

from __future__ import annotations

from math import log2

from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ModelError

COARSEST, FINEST = 32, 2  # strides in pixels


class Pyramid(nn.Module):
    """Finer maps by transposed convolutions, coarser ones by pooling (ViTDet's simple feature pyramid).

    Li, Mao, Girshick, He (ECCV 2022), arXiv:2203.16527. Differs from the paper: each finer map is made from the one
    before it, and there is one at stride 2; no convolutions behind them, which the network on it has. ``stride``: of
    the map; ``coarsest``: of the last one; ``widths``: the channels of the maps that come out.

    forward: (N, width, H / stride, W / stride) -> the maps at strides 2, 4, 8 and so on. ModelError for a stride that
    is none of 2 to 32.
    """

    def __init__(self, width: int, stride: int, coarsest: int = COARSEST):
        super().__init__()
        if stride not in (2, 4, 8, 16, 32):
            problem = f"A network with patches of {stride} px has no maps at strides 2 to 32."
            raise ModelError(problem, "Choose patches of 2, 4, 8, 16 or 32 px.")
        finer, self.coarser = (round(log2(ratio)) for ratio in (stride / FINEST, coarsest / stride))
        made = [width >> i for i in range(finer + 1)]
        self.widths = (*reversed(made), *[width] * self.coarser)
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, 2) for a, b in zip(made, made[1:]))
        self.norms = nn.ModuleList(nn.LayerNorm(b, eps=1e-6) for b in made[1:])

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = [x]
        for up, norm in zip(self.up, self.norms):
            maps.insert(0, F.gelu(norm(up(maps[0]).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)))
        for _ in range(self.coarser):
            maps.append(F.max_pool2d(maps[-1], 2))
        return maps


class OnPatches(nn.Module):
    """A transformer on patches that ends in a linear layer, or without classes (0) is a body with a pyramid."""

    head: nn.Module
    stage_widths: tuple[int, ...]

    def end(self, width: int, classes: int, patch: int) -> None:
        """Add the end: ``width`` features of patches of ``patch`` pixels."""
        if classes:
            head = nn.Linear(width, classes)
            nn.init.trunc_normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)
            self.head = head
            return
        self.head = nn.Identity()
        self.map = nn.Identity()  # what the last layer gives, where features are taken
        self.pyramid = Pyramid(width, patch)
        self.stage_widths = self.pyramid.widths
