"""DOFA: Xiong, Wang, Zhang, Stewart, Hanna, Borth, Papoutsis, Le Saux, Camps-Valls, Zhu (2024), arXiv:2403.15356."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from . import vit
from .layers.wavelengths import WIDTH, Generator, Residual, start_evenly, wave_codes, wavelengths_of
from .vit import ViT

SCALE = 0.01  # of kernels and of the bias


class Wavelengths(nn.Module):
    """The patches of an image, by kernels that are made from its bands' wavelengths (micrometres).

    The image is padded by a pixel, as in the paper's code.

    forward: (N, bands, H, W) -> (N, width, H / patch, W / patch).
    """

    def __init__(self, wavelengths: Sequence[float], width: int, patch: int):
        super().__init__()
        self.patch, self.width = patch, width
        self.weight_generator = Generator(patch**2 * width, width)
        self.fclayer = Residual(WIDTH, F.relu)
        start_evenly(self, 0.01)
        self.register_buffer("waves", wave_codes([1000 * wave for wave in wavelengths], WIDTH // 2), persistent=False)

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
    Without classes (0) it is a body, as ``ViT``; its patches are then normalised each.

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
        waves = wavelengths_of(bands, wavelengths, inputs)
        self.conv_proj = Wavelengths(waves, self.form.width, self.form.patch)
        self.encoder.ln = nn.Identity()
        self.norm = nn.LayerNorm(self.form.width, eps=1e-6, elementwise_affine=False)

    def mapped(self, patches: Tensor) -> Tensor:
        return self.norm(patches)

    def pooled(self, tokens: Tensor) -> Tensor:
        return self.norm(super().pooled(tokens))


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the names of the published files as they are here; what only the training needed is left out."""
    beside = ("mask_token", "projector.", "norm.", "fc_norm.", "decoder")
    kept = {
        name.replace("patch_embed.", "conv_proj.", 1): v for name, v in state.items() if not name.startswith(beside)
    }
    return vit.published_names(kept)
