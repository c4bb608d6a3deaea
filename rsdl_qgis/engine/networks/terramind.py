"""TerraMind: Jakubik, Yang, Blumenstiel et al. (ICCV 2025), arXiv:2504.11171."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .layers.earth_bands import band_names, grouped
from .layers.pyramid import OnPatches
from .layers.transformer import attended
from .stages import Flow

PATCH = 16  # pixels
PLACES = 14  # patches a side of the images of its training
LONGEST = 10_000.0  # base of the code of a place
LEVELS = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B10", "B11", "B12")
MODALITIES: Mapping[str, tuple[str, ...]] = {  # with their bands, in the weights' order
    "sen2l2a": tuple(band for band in LEVELS if band != "B10"),
    "sen2l1c": LEVELS,
    "sen2rgb": ("B4", "B3", "B2"),
    "sen1grd": ("VV", "VH"),
    "sen1rtc": ("VV", "VH"),
    "dem": ("elevation",),
}
BANDS = (*LEVELS, "VV", "VH", "elevation")


@dataclass(frozen=True)
class Form:
    """The numbers of a variant."""

    width: int
    layers: int
    heads: int


VARIANTS: dict[str, Form] = {"b16": Form(768, 12, 12)}


class Embedding(nn.Module):
    """Patches of some bands of a modality as tokens; the others of its bands are as if they were 0.

    forward: (N, channels, H, W), codes of places (patches, width) -> (N, patches, width), row by row.
    """

    def __init__(self, count: int, width: int, channels: Sequence[int], places: Sequence[int]):
        super().__init__()
        self.proj = nn.Conv2d(count, width, PATCH, PATCH, bias=False)
        self.mod_emb = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.channels, self.places = list(channels), list(places)

    def forward(self, x: Tensor, codes: Tensor) -> Tensor:
        patches = F.conv2d(x[:, self.channels], self.proj.weight[:, self.places], stride=PATCH)
        return patches.flatten(2).transpose(1, 2) + self.mod_emb + codes


class Attention(nn.Module):
    """Multi-head self-attention without biases. forward: (N, L, width), same."""

    def __init__(self, form: Form):
        super().__init__()
        self.heads = form.heads
        self.qkv = nn.Linear(form.width, 3 * form.width, bias=False)
        self.proj = nn.Linear(form.width, form.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(attended(self.qkv(x), self.heads))


class Gated(nn.Module):
    """Dense layers of which one is the gate of the other (SwiGLU, arXiv:2002.05202). forward: (N, L, width), same."""

    def __init__(self, width: int):
        super().__init__()
        hidden = 2 * (4 * width) // 3
        self.fc1 = nn.Linear(width, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, width, bias=False)
        self.fc3 = nn.Linear(width, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.silu(self.fc1(x)) * self.fc3(x))


class Block(nn.Module):
    """Attention and dense layers, normalised before, added after. forward: (N, L, width), same."""

    def __init__(self, form: Form):
        super().__init__()
        self.norm1 = norm(form.width)
        self.attn = Attention(form)
        self.norm2 = norm(form.width)
        self.mlp = Gated(form.width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def norm(width: int) -> nn.LayerNorm:
    """A layer norm without bias."""
    return nn.LayerNorm(width, eps=1e-6, bias=False)


class TerraMind(OnPatches):
    """TerraMind's encoder: the patches of each sensor are tokens of their own, of one transformer.

    Jakubik, Yang, Blumenstiel et al. (ICCV 2025), arXiv:2504.11171. Its published weights load by name
    (``PRETRAINED=terramind-b16``). ``bands``: the name of each band of the inputs, in order. Known are those of
    Sentinel-2, VV and VH of Sentinel-1 (dB), and elevation (m); bands of a sensor that lack are as if they were 0.
    Other bands, and all where there are no names, are tokens of a further kind, whose weights are new. ``optical``:
    the layer of Sentinel-2's bands, "l2a", "l1c" or "rgb"; by default "l1c" with B10, "rgb" for B4, B3 and B2 alone,
    else "l2a". ``radar``: "grd" or "rtc". A patch's features are the mean of its tokens, of all dates, each seen by
    itself; the head is given the mean of the patches. Without classes (0) it is a body, whose ``stages`` are a pyramid
    on them.

    Differs from the paper: the encoder alone; the mean over dates; further bands.

    forward: (N, T, C, H, W) an input, the same T -> (N, classes); H and W multiples of 16. ModelError where there is no
    such variant or layer, or names of bands or dates do not fit.
    """

    flow = Flow(
        encoder=(r"embeddings", r"encoder\.(\d+)", "encoder_norm|map"),
        decoder=("other_embed", "pyramid"),  # of no published weights, so trained where the encoder is frozen
        head=("head",),
    )
    band_groups: Mapping[str, tuple[str, ...]] = {band: (band,) for band in BANDS}  # its layers are of named bands

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "b16",
        bands: Sequence[str] = (),
        optical: str = "",
        radar: str = "grd",
        width: int | None = None,
        layers: int | None = None,
        heads: int | None = None,
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no TerraMind '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        if len({dates for dates, _ in inputs.values()}) > 1:
            raise ModelError("TerraMind takes as many dates of all inputs.", "Choose the same dates.")
        asked = {"width": width, "layers": layers, "heads": heads}
        form = replace(VARIANTS[variant], **{key: value for key, value in asked.items() if value is not None})
        if form.width % 4 or form.width % form.heads:
            problem = f"A width of {form.width} does not fit {form.heads} heads and the code of a place."
            raise ModelError(problem, "Choose a multiple of 4 and of the heads.")
        self.shapes = list(inputs.values())
        groups = grouped(band_names(bands, sum(count for _, count in self.shapes)), self.band_groups)
        self.embeddings = nn.ModuleDict()
        found = {band: channels[0] for band, channels in groups.whole.items()}
        for name in modalities_of(found, optical, radar):
            own = [(found[band], i) for i, band in enumerate(MODALITIES[name]) if band in found]
            self.embeddings[name] = Embedding(len(MODALITIES[name]), form.width, *zip(*own))
        if other := groups.other:
            self.other_embed = Embedding(len(other), form.width, other, range(len(other)))
        self.encoder = nn.ModuleList(Block(form) for _ in range(form.layers))
        self.encoder_norm = norm(form.width)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
        self.register_buffer("codes", place_codes(PLACES, form.width), persistent=False)
        self.end(form.width, classes, PATCH)

    def encoded(self, images: Tensor) -> Tensor:
        """Images (N, T, C, H, W) as the features (N, width, H / 16, W / 16) of their patches."""
        dates, (rows, columns) = images.shape[1], (side // PATCH for side in images.shape[-2:])
        codes = self.codes
        if (rows, columns) != (PLACES, PLACES):
            codes = F.interpolate(codes, (rows, columns), mode="bicubic", align_corners=False)
        codes, x = codes.flatten(2).transpose(1, 2), images.flatten(0, 1)
        kinds = [*self.embeddings.values(), *([self.other_embed] if hasattr(self, "other_embed") else [])]
        x = torch.cat([kind(x, codes) for kind in kinds], 1)
        for block in self.encoder:
            x = block(x)
        x = self.encoder_norm(x).unflatten(1, (len(kinds), -1)).mean(1)  # (N * T, patches, width)
        return x.unflatten(0, (-1, dates)).mean(1).transpose(1, 2).unflatten(2, (rows, columns))

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32 of a body, with ``stage_widths`` channels."""
        parts = x.split([dates * bands for dates, bands in self.shapes], 1)
        images = [part.unflatten(1, shape) for part, shape in zip(parts, self.shapes)]
        return self.pyramid(self.map(self.encoded(torch.cat(images, 2))))

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.head(self.encoded(torch.cat(inputs, 2)).mean((2, 3)))


def modalities_of(bands: Sequence[str] | Mapping[str, int], optical: str, radar: str) -> list[str]:
    """The modalities of which these bands are some. ModelError where there is no such layer of a sensor, or none of
    its bands.
    """
    for key, value, allowed in (("optical", optical, ("", "l2a", "l1c", "rgb")), ("radar", radar, ("grd", "rtc"))):
        if value not in allowed:
            problem = f"There is no {key} '{value}' of TerraMind."
            raise ModelError(problem, f"Choose one of: {', '.join(filter(None, allowed))}.")
    of_optical = set(bands) & set(LEVELS)
    usual = "l1c" if "B10" in of_optical else "rgb" if of_optical == {"B2", "B3", "B4"} else "l2a"
    layer = f"sen2{optical or usual}"
    if lacking := sorted(of_optical - set(MODALITIES[layer])):
        problem = f"The band {lacking[0]} is none of those of TerraMind's '{layer.removeprefix('sen2')}'."
        raise ModelError(problem, "Leave out the band, or choose another 'optical'.")
    return [name for name in (layer, f"sen1{radar}", "dem") if set(MODALITIES[name]) & set(bands)]


def place_codes(count: int, width: int) -> Tensor:
    """The code (1, width, count, count) of places: sines and cosines of the row, then of the column."""
    steps = LONGEST ** -(torch.arange(width // 4) / (width // 4))
    angles = torch.arange(count)[:, None] * steps
    code = torch.cat([angles.sin(), angles.cos()], 1).T  # (width / 2, count)
    down, across = code[:, :, None].expand(-1, -1, count), code[:, None].expand(-1, count, -1)
    return torch.cat([down, across])[None]


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` of the published file as it is here: the encoder, and the patches of images of its sensors."""
    found = {}
    for name, value in state.items():
        part = name.removeprefix("encoder_embeddings.untok_")
        if part != name:
            kind, _, rest = part.partition("@224.")
            if rest == "proj.weight" and kind in MODALITIES:  # (width, rows * columns * bands)
                value = value.unflatten(1, (PATCH, PATCH, -1)).permute(0, 3, 1, 2).contiguous()
            if rest in ("proj.weight", "mod_emb") and kind in MODALITIES:
                found[f"embeddings.{kind}.{rest}"] = value
        elif not name.startswith(("encoder_embeddings.", "decoder", "mask_token")) and not _is_zero(name):
            found[name] = value
    return found


def _is_zero(name: str) -> bool:
    """Whether a tensor is the bias of a norm, which is 0 and not trained."""
    return name.startswith("encoder") and name.endswith(("norm1.bias", "norm2.bias", "encoder_norm.bias"))
