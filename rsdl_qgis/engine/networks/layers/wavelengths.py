"""A first layer whose kernels are made from the wavelengths of the bands, so that it serves any bands.

Xiong et al. (2024), arXiv:2403.15356 (DOFA).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ModelError
from ...tables.earth_bands import WAVELENGTHS, known_band
from .transformer import SelfAttention

WIDTH = 128  # of what becomes a kernel
TOKENS = 128  # learnt ones, beside one a band
HIDDEN, HEADS = 2048, 4  # of the layer that mixes them
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
    """Two dense layers, each with ``activation``, beside what they are given. forward: (N, width), same."""

    def __init__(self, width: int, activation: Callable[[Tensor], Tensor]):
        super().__init__()
        self.activation = activation
        self.w1 = nn.Linear(width, width)
        self.w2 = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.activation(self.w2(self.activation(self.w1(x))))


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


def wave_codes(waves: Sequence[float], last: int) -> Tensor:
    """The code (bands, WIDTH) of numbers: their sines, then their cosines, each at wavelengths from 2 pi on, of which
    the one of number ``last`` would be ``LONGEST`` times 2 pi.
    """
    angles = torch.outer(torch.tensor(list(waves)), LONGEST ** -(torch.arange(WIDTH // 2) / last))
    return torch.cat([angles.sin(), angles.cos()], 1)


def start_evenly(network: nn.Module, bias: float) -> None:
    """Linear layers after Glorot, with this bias."""
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.constant_(module.bias, bias)


def wavelengths_of(
    bands: Sequence[str],
    wavelengths: Sequence[float],
    inputs: Mapping[str, tuple[int, int]],
    known: Mapping[str, float] = WAVELENGTHS,
) -> list[float]:
    """The wavelength in micrometres of each channel of ``inputs``, whose dates are stacked as bands.

    ``bands``: the names of all inputs' bands at one date, ``known`` by their usual names; ``wavelengths``: in place of
    names; without either they are spread evenly. ModelError where one is not known.
    """
    counts = iter(_of_one_date(bands, wavelengths, sum(count for _, count in inputs.values()), known))
    of_inputs = [[next(counts) for _ in range(count)] * dates for dates, count in inputs.values()]
    return [wave for of in of_inputs for wave in of]


def _of_one_date(
    bands: Sequence[str], wavelengths: Sequence[float], count: int, known: Mapping[str, float]
) -> list[float]:
    for given in (bands, wavelengths):
        if len(given) not in (0, count):
            raise ModelError(
                f"There are {count} bands, and {len(given)} names or wavelengths of bands.", "Give one a band."
            )
    if wavelengths:
        return list(wavelengths)
    found = [known.get(known_band(name, known)) for name in bands]
    if None in found:
        raise ModelError(
            f"The wavelength of the band '{bands[found.index(None)]}' is not known.",
            'Give those of all bands in micrometres: OPTIONS={"wavelengths": [0.49, 0.56, 0.665]}.',
        )
    (first, last), steps = UNNAMED, max(count - 1, 1)
    return [wave for wave in found if wave] or [first + (last - first) * i / steps for i in range(count)]
