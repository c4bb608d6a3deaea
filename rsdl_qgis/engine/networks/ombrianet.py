"""OmbriaNet: Drakonakis, Tsagkatakis, Fotiadou, Tsakalides (IEEE JSTARS 2022), doi:10.1109/JSTARS.2022.3155559."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from .layers.blocks import Decoder, Encoder
from .stages import Flow


class OmbriaNet(nn.Module):
    """One encoder a sensor and date; the skips of all encoders are joined in one decoder.

    With one input of one date it is a U-Net, with one input of two dates the paper's bitemporal network, with two
    inputs the multimodal one. Differs from the paper: ``stem`` 2 lets encoders and decoder work at half the
    resolution (a strided convolution in, a transposed one out), a quarter of the work; ``stem`` 1 is the paper's.
    forward: (N, T, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``stem * 2 ** (len(widths) - 1)``.
    """

    flow = Flow(encoder=(r"encoders\.[^.]+",), decoder=("decoder",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (16, 32, 64, 128, 256),
        stem: int = 1,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.multiple = stem * 2 ** (len(widths) - 1)
        self.encoders = nn.ModuleDict(
            {
                f"{name}_{date}": Encoder(bands, widths, stem, dropout)
                for name, (dates, bands) in inputs.items()
                for date in range(dates)
            }
        )
        self.decoder = Decoder(widths, len(self.encoders), classes, stem)

    def forward(self, *inputs: Tensor) -> Tensor:
        images = [x[:, date] for x in inputs for date in range(x.shape[1])]  # (N, C, H, W) each
        return self.decoder([encode(image) for encode, image in zip(self.encoders.values(), images)])
