"""Views of images: each a random crop, turned, mirrored, brighter or darker, with noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ...cards.card import Input
from ..samples.augment import Augmentation, strengths

VIEWS: Mapping[str, Augmentation] = {
    "standard": Augmentation(gain=0.2, offset=0.2, noise=0.05, zoom=2.0),
    "light": Augmentation(gain=0.1, offset=0.1, noise=0.02, zoom=1.5),
    "strong": Augmentation(gain=0.4, offset=0.4, noise=0.1, zoom=3.0),
}


def views(
    images: Sequence[Tensor],
    how: Augmentation,
    random: torch.Generator,
    inputs: Sequence[Input] = (),
    side: int | None = None,
) -> list[Tensor]:
    """A view of each sample of a batch, of the same place in all inputs.

    ``images``: scaled, (N, T, C, H, W) an input, square; the views are (N, T, C, side, side), of the images' own side
    by default. Of a view the side is at least ``1 / how.zoom`` of the image's; each band of each date has its own gain
    and offset, and all bands of an input have one more offset. ``how.flips``: turned by quarters, and mirrored. Pixels
    that are 0 in all bands are invalid, and stay 0. ``random``: a generator of the CPU. ``inputs``: of the images, for
    strengths by name and for dB.
    """
    places = _places(len(images[0]), how, random)
    return [_seen(image, places, strengths(how, inputs, i), random, side) for i, image in enumerate(images)]


def _places(count: int, how: Augmentation, random: torch.Generator) -> Tensor:
    """(count, 2, 3): what is seen of each image, as ``affine_grid`` takes it."""
    size = 1 - torch.rand(count, generator=random) * (1 - 1 / how.zoom)
    quarters = torch.randint(4, (count,), generator=random) * how.flips
    mirrored = 1 - 2 * torch.randint(2, (count,), generator=random) * how.flips
    shift = (torch.rand(count, 2, generator=random) * 2 - 1) * (1 - size)[:, None]
    cos, sin = (size * of(quarters * (math.pi / 2)) for of in (torch.cos, torch.sin))
    rows = torch.stack([cos * mirrored, -sin], 1), torch.stack([sin * mirrored, cos], 1)
    return torch.cat([torch.stack(rows, 1), shift[:, :, None]], 2)


def _seen(
    image: Tensor, places: Tensor, strength: tuple[float, float, float], random: torch.Generator, side: int | None
) -> Tensor:
    """The views (N, T, C, side, side) of an input (N, T, C, H, W)."""
    (n, dates, bands, height, _), (gain, offset, noise) = image.shape, strength
    flat = image.flatten(1, 2)
    where = F.affine_grid(places.to(flat), [n, 1, side or height, side or height], align_corners=False)
    seen = F.grid_sample(flat, where, padding_mode="reflection", align_corners=False)
    drawn = (torch.rand(3, n, dates * bands, 1, 1, generator=random) * 2 - 1).to(flat)
    seen = seen * (gain * drawn[0]).exp() + offset * (drawn[1] + drawn[2, :, :1])
    on_device = torch.Generator(flat.device).manual_seed(int(torch.randint(2**31, (), generator=random)))
    seen = seen + noise * torch.randn(seen.shape, generator=on_device, device=flat.device)
    there = (flat != 0).any(1, keepdim=True)
    if not there.all():
        seen = seen * F.grid_sample(there.to(flat), where, "nearest", "reflection", align_corners=False)
    return seen.unflatten(1, (dates, bands))
