"""DOFA: Xiong, Wang, Zhang, Stewart, Hanna, Borth, Papoutsis, Le Saux, Camps-Valls, Zhu (2024), arXiv:2403.15356."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from ..tables.earth_bands import WAVELENGTHS, known_band
from . import vit
from .vit import SelfAttention, ViT

WIDTH = 128  # of what becomes a kernel
TOKENS = 128  # learnt ones, beside one a band
HIDDEN, HEADS = 2048, 4  # of the layer that mixes them
SCALE = 0.01  # of kernels and of the bias
LONGEST = 10_000.0  # base of the code of a wavelength
UNNAMED = (0.44, 2.2)  # micrometres, from which to which bands without a name are spread evenly


class Mixing(nn.Module):
    """A transformer layer, normalised after. forward: (N, L, width), same."""

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.self_attn = SelfAttention(width, heads)
        self.norm1 = nn.LayerNorm(width)
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.norm2 = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(x + self.self_attn(x))
        return self.norm2(x + self.linear2(F.gelu(self.linear1(x))))


class Residual(nn.Module):
    """Two dense layers beside what they are given. forward: (N, width), same."""

    def __init__(self, width: int):
        super().__init__()
        self.w1 = nn.Linear(width, width)
        self.w2 = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + F.relu(self.w2(F.relu(self.w1(x))))


class Generator(nn.Module):
    """Makes kernels and a bias from tokens of bands. forward: (bands, WIDTH) -> (bands, numbers), (width,)."""

    def __init__(self, numbers: int, width: int):
        super().__init__()
        self.weight_tokens = nn.Parameter(0.02 * torch.randn(TOKENS, WIDTH))
        self.bias_token = nn.Parameter(0.02 * torch.randn(1, WIDTH))
        self.transformer_encoder = nn.ModuleDict({"layers": nn.ModuleList([Mixing(WIDTH, HEADS, HIDDEN)])})
        self.fc_weight = nn.Linear(WIDTH, numbers)
        self.fc_bias = nn.Linear(WIDTH, width)

    def forward(self, waves: Tensor) -> tuple[Tensor, Tensor]:
        tokens = torch.cat([self.weight_tokens, waves, self.bias_token])
        (layer,) = self.transformer_encoder["layers"]
        mixed = layer(tokens[None])[0]
        return self.fc_weight(mixed[TOKENS:-1] + waves), self.fc_bias(mixed[-1])


class Wavelengths(nn.Module):
    """The patches of an image, by kernels that are made from its bands' wavelengths (micrometres).

    The image is padded by a pixel, as in the paper's code.

    forward: (N, bands, H, W) -> (N, width, H / patch, W / patch).
    """

    def __init__(self, wavelengths: Sequence[float], width: int, patch: int):
        super().__init__()
        self.patch, self.width = patch, width
        self.weight_generator = Generator(patch**2 * width, width)
        self.fclayer = Residual(WIDTH)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.constant_(module.bias, 0.01)
        angles = torch.outer(
            torch.tensor(list(wavelengths)) * 1000, LONGEST ** -(torch.arange(WIDTH // 2) / (WIDTH / 2))
        )
        self.register_buffer("waves", torch.cat([angles.sin(), angles.cos()], 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        kernels, bias = self.weight_generator(self.fclayer(self.waves))
        kernels = kernels.unflatten(1, (self.patch, self.patch, self.width)).permute(3, 0, 1, 2)
        return F.conv2d(x, kernels * SCALE, bias * SCALE, self.patch, 1)


class DOFA(ViT):
    """DOFA: a vision transformer whose first layer is made from the wavelengths of the bands, whichever these are.

    Xiong et al. (2024), arXiv:2403.15356. Its published weights load by name (``PRETRAINED=dofa-b16``). ``bands``: the
    name of each band of the inputs, in order; known are those of Sentinel-2 and, as VV and VH, of Sentinel-1.
    ``wavelengths``: of each band in micrometres, in place of names. Without either they are spread evenly from 0.44 to
    2.2. Several dates are bands of the same wavelengths. The head is given the mean of the patches, normalised.

    Differs from the paper: that last norm has no weights of its own, which the head has.

    forward: (N, T, C, size, size) an input -> (N, classes); ``size`` is a multiple of 16. ModelError as ``ViT``, and
    where the wavelength of a band is not known.
    """

    band_groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # its first layer is of any bands, and not adapted

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "b16",
        bands: Sequence[str] = (),
        wavelengths: Sequence[float] = (),
        dropout: float = 0.0,
        size: int | None = None,
        width: int | None = None,
        layers: int | None = None,
        heads: int | None = None,
        mlp: int | None = None,
    ):
        super().__init__(inputs, classes, variant, dropout, size, None, width, layers, heads, mlp, "mean")
        one_date = wavelengths_of(bands, wavelengths, sum(count for _, count in inputs.values()))
        counts = iter(one_date)
        of_inputs = [[next(counts) for _ in range(count)] * dates for dates, count in inputs.values()]
        self.conv_proj = Wavelengths([wave for of in of_inputs for wave in of], self.form.width, self.form.patch)
        self.encoder.ln = nn.Identity()
        self.norm = nn.LayerNorm(self.form.width, eps=1e-6, elementwise_affine=False)

    def pooled(self, tokens: Tensor) -> Tensor:
        return self.norm(super().pooled(tokens))


def wavelengths_of(bands: Sequence[str], wavelengths: Sequence[float], count: int) -> list[float]:
    """The wavelength of each of ``count`` bands in micrometres. ModelError where one is not known."""
    for given in (bands, wavelengths):
        if len(given) not in (0, count):
            raise ModelError(
                f"There are {count} bands, and {len(given)} names or wavelengths of bands.", "Give one a band."
            )
    if wavelengths:
        return list(wavelengths)
    found = [WAVELENGTHS.get(known_band(name, WAVELENGTHS)) for name in bands]
    if None in found:
        raise ModelError(
            f"The wavelength of the band '{bands[found.index(None)]}' is not known.",
            'Give those of all bands in micrometres: OPTIONS={"wavelengths": [0.49, 0.56, 0.665]}.',
        )
    (first, last), steps = UNNAMED, max(count - 1, 1)
    return [wave for wave in found if wave] or [first + (last - first) * i / steps for i in range(count)]


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the names of the published files as they are here; what only the training needed is left out."""
    beside = ("mask_token", "projector.", "norm.", "fc_norm.", "decoder")
    kept = {
        name.replace("patch_embed.", "conv_proj.", 1): v for name, v in state.items() if not name.startswith(beside)
    }
    return vit.published_names(kept)
