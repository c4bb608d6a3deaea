"""ViT: Dosovitskiy, Beyer, Kolesnikov et al. (ICLR 2021), arXiv:2010.11929."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .layers.pyramid import Pyramid
from .layers.transformer import SelfAttention, dense
from .stages import Flow

POOLS = ("token", "mean")  # what the head is given


@dataclass(frozen=True)
class Form:
    """The numbers of a variant; ``size`` and ``patch`` are sides in pixels, ``mlp`` the hidden width of a layer."""

    size: int
    patch: int
    width: int
    layers: int
    heads: int
    mlp: int


VARIANTS: dict[str, Form] = {
    "b16": Form(size=224, patch=16, width=768, layers=12, heads=12, mlp=3072),
    "b32": Form(size=224, patch=32, width=768, layers=12, heads=12, mlp=3072),
    "small": Form(size=64, patch=8, width=192, layers=6, heads=3, mlp=768),
    "l16": Form(size=224, patch=16, width=1024, layers=24, heads=16, mlp=4096),
    "s16": Form(size=224, patch=16, width=384, layers=12, heads=6, mlp=1536),
}


def mlp(width: int, hidden: int, dropout: float) -> nn.Sequential:
    """The two dense layers of each encoder layer, applied to every patch alike."""
    return nn.Sequential(
        dense(width, hidden), nn.GELU(), nn.Dropout(dropout), dense(hidden, width), nn.Dropout(dropout)
    )


class EncoderLayer(nn.Module):
    """Attention and dense layers, normalised before, added after. forward: (N, L, width), same."""

    def __init__(self, form: Form, dropout: float):
        super().__init__()
        self.ln_1 = nn.LayerNorm(form.width, eps=1e-6)
        self.self_attention = SelfAttention(form.width, form.heads)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = nn.LayerNorm(form.width, eps=1e-6)
        self.mlp = mlp(form.width, form.mlp, dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.self_attention(self.ln_1(x)))
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    """The embedding of the positions and the layers.

    forward: tokens (N, 1 + patches, width), and positions (1, 1 + patches, width) in place of its own -> as the tokens.
    """

    def __init__(self, form: Form, dropout: float):
        super().__init__()
        places = 1 + (form.size // form.patch) ** 2
        self.pos_embedding = nn.Parameter(nn.init.normal_(torch.empty(1, places, form.width), std=0.02))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential()
        for i in range(form.layers):
            self.layers.add_module(f"encoder_layer_{i}", EncoderLayer(form, dropout))
        self.ln = nn.LayerNorm(form.width, eps=1e-6)

    def forward(self, x: Tensor, positions: Tensor | None = None) -> Tensor:
        return self.ln(self.layers(self.dropout(x + (self.pos_embedding if positions is None else positions))))


class ViT(nn.Module):
    """Vision transformer over all dates and inputs stacked as bands: square patches as a sequence, a class token.

    Dosovitskiy, Beyer, Kolesnikov et al. (ICLR 2021), arXiv:2010.11929. Parameters are named as torchvision names
    them; its published files need ``published_names`` first, and ``resize_positions`` for another image size.
    ``variant`` is a key of ``VARIANTS``; any number of it can be changed by name: ``size=96``, ``layers=2``, ….
    ``pool``: the head is given the class token, or the mean of the patches, as suits masked autoencoders. Without
    classes (0) it is a body, whose ``stages`` are a pyramid on the patches of the last layer; images then have any
    height and width that are multiples of the patch, and the positions are resized to them.

    Differs from the paper: the head is one layer from the start (the paper pre-trains with a hidden layer and then
    replaces it by one) and starts from small random weights instead of zeros; no dropout unless asked for; the small
    variant, for images of 64 px, is not the paper's.

    forward: (N, T, C, size, size) an input -> (N, classes); ``size`` is a multiple of ``patch``.
    ModelError when there is no such variant, its numbers do not fit each other, or an image has another size.
    """

    flow = Flow(
        encoder=(
            r"conv_proj|class_token|encoder\.(?:pos_embedding|dropout)",
            r"encoder\.layers\.encoder_layer_(\d+)",
            r"encoder\.ln|map",
        ),
        decoder=("pyramid",),  # no published weights have it, so it is trained where the encoder is frozen
        head=("heads",),
    )

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "small",
        dropout: float = 0.0,
        size: int | None = None,
        patch: int | None = None,
        width: int | None = None,
        layers: int | None = None,
        heads: int | None = None,
        mlp: int | None = None,
        pool: str = "token",
    ):
        super().__init__()
        if pool not in POOLS:
            raise ModelError(f"There is no pool '{pool}'.", f"Choose one of: {', '.join(POOLS)}.")
        self.pool = pool
        if variant not in VARIANTS:
            raise ModelError(f"There is no ViT '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        asked = {"size": size, "patch": patch, "width": width, "layers": layers, "heads": heads, "mlp": mlp}
        changes = {key: value for key, value in asked.items() if value is not None}
        self.form = form = replace(VARIANTS[variant], **changes)
        if form.size % form.patch:
            raise ModelError(f"Images of {form.size} px cannot be cut into patches of {form.patch} px.")
        if form.width % form.heads:
            raise ModelError(f"A width of {form.width} cannot be divided among {form.heads} heads.")
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.conv_proj = nn.Conv2d(channels, form.width, form.patch, form.patch)
        self.class_token = nn.Parameter(torch.zeros(1, 1, form.width))
        self.encoder = Encoder(form, dropout)
        nn.init.trunc_normal_(self.conv_proj.weight, std=(channels * form.patch**2) ** -0.5)
        if classes:
            head = dense(form.width, classes)
            self.heads: nn.Module = nn.Sequential(OrderedDict(head=head))
            nn.init.trunc_normal_(head.weight, std=0.02)
        else:
            self.heads = nn.Identity()
            self.map = nn.Identity()  # what the last layer gives, where features are taken
            self.pyramid = Pyramid(form.width, form.patch)
            self.stage_widths = self.pyramid.widths

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32 of a body, with ``stage_widths`` channels."""
        rows, columns = (side // self.form.patch for side in x.shape[-2:])
        positions = resize_positions(self.encoder.pos_embedding, rows, columns)
        patches = self.mapped(self.encoded(x, positions)[:, 1:])
        return self.pyramid(self.map(patches.transpose(1, 2).unflatten(2, (rows, columns))))

    def mapped(self, patches: Tensor) -> Tensor:
        """What the pyramid is made from, of the last layer's patches (N, patches, width)."""
        return patches

    def encoded(self, x: Tensor, positions: Tensor | None = None) -> Tensor:
        """An image (N, C, H, W) as the tokens (N, 1 + patches, width) of the last layer, the class token first."""
        patches = self.conv_proj(x).flatten(2).transpose(1, 2)  # (N, patches, width), row by row
        token = self.class_token.expand(patches.shape[0], -1, -1)
        return self.encoder(torch.cat([token, patches], 1), positions)

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, size, size)
        self._check(stacked)
        return self.heads(self.pooled(self.encoded(stacked)))

    def pooled(self, tokens: Tensor) -> Tensor:
        """What the head is given (N, width) of the tokens (N, 1 + patches, width)."""
        return tokens[:, 0] if self.pool == "token" else tokens[:, 1:].mean(1)

    def _check(self, images: Tensor) -> None:
        """ModelError unless ``images`` have the size of the positions; an export's example always does."""
        height, width = images.shape[-2:]
        if not torch.jit.is_tracing() and (height, width) != (self.form.size, self.form.size):
            raise ModelError(
                f"This ViT takes images of {self.form.size} x {self.form.size} px, and one has {width} x {height}.",
                "Build it for that size, or cut the images to its own.",
            )


PLACES = {  # in the files of timm, MAE and DINO -> here
    "cls_token": "class_token",  # nosec B105: names of tensors
    "pos_embed": "encoder.pos_embedding",
    "patch_embed.proj": "conv_proj",
    "norm": "encoder.ln",
    "head": "heads.head",
}
PARTS = {  # of a layer
    "norm1": "ln_1",
    "norm2": "ln_2",
    "attn.qkv.weight": "self_attention.in_proj_weight",
    "attn.qkv.bias": "self_attention.in_proj_bias",
    "attn.proj": "self_attention.out_proj",
    "mlp.fc1": "mlp.0",
    "mlp.fc2": "mlp.3",
    "mlp.linear_1": "mlp.0",  # torchvision's former names
    "mlp.linear_2": "mlp.3",
}
WITHIN = re.compile(r"^encoder\.(?=(?:blocks|cls_token|pos_embed|patch_embed|norm)(?:\.|$))")  # names in an encoder
DATED_SIZE = 224  # side in pixels of the images of files with patches in time


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the names of published files as they are here: torchvision's, timm's, and those of MAE and DINO.

    Of patches in time (Prithvi) the first date's are taken, with its positions. Decoders are left out. Values that are
    no tensors, such as names, stay as they are.
    """
    plain = {WITHIN.sub("", name): value for name, value in state.items()}
    found = {_place(k): v for k, v in plain.items() if not k.startswith(("decoder", "mask_token"))}
    kernel, places = found.get("conv_proj.weight"), found.get("encoder.pos_embedding")
    if isinstance(kernel, Tensor) and isinstance(places, Tensor) and kernel.ndim == 5 and kernel.numel():
        first = 1 + (DATED_SIZE // kernel.shape[-1]) ** 2
        found["conv_proj.weight"] = kernel[:, :, 0]  # of (width, bands, dates, h, w)
        found["encoder.pos_embedding"] = places[:, :first]
    return found


def _place(name: str) -> str:
    """The name here of a published parameter."""
    layer = re.match(r"(?:blocks\.|encoder\.layers\.encoder_layer_)(\d+)\.(.+)", name)
    places, rest = (PARTS, layer[2]) if layer else (PLACES, name)
    key = next((key for key in places if rest == key or rest.startswith(f"{key}.")), None)
    moved = rest if key is None else places[key] + rest[len(key) :]
    return f"encoder.layers.encoder_layer_{layer[1]}.{moved}" if layer else moved


def resize_positions(embedding: Tensor, rows: int, columns: int) -> Tensor:
    """The embedding of positions (1, 1 + n * n, width) for other patches: (1, 1 + rows * columns, width).

    Bicubic between the centres of the patches, smoothed where there are fewer; the class token's own stays. ModelError
    when the positions are no square.
    """
    token, places = embedding[:, :1], embedding[:, 1:]
    before = isqrt(places.shape[1])
    if before**2 != places.shape[1]:
        raise ModelError(f"An embedding of {places.shape[1]} positions and a class token is no square of patches.")
    grid = places.unflatten(1, (before, before))  # (1, n, n, width)
    down, across = (cubic_weights(side, before, grid) for side in (rows, columns))
    return torch.cat([token, torch.einsum("ai,bj,nijw->nabw", down, across, grid).flatten(1, 2)], 1)


def cubic_weights(new: int, old: int, like: Tensor) -> Tensor:
    """(new, old): the weight of each old number of a row in each new one, by the cubic kernel that keeps a linear ramp
    (Keys 1981, doi:10.1109/TASSP.1981.1163711), widened where there are fewer new ones. The same as torch's bicubic
    with ``antialias``, but it goes into ONNX with free sizes. ``like``: the type and device.
    """
    step = torch.as_tensor(old / new, dtype=like.dtype, device=like.device)
    centres = (torch.arange(new, dtype=like.dtype, device=like.device) + 0.5) * step
    places = torch.arange(old, dtype=like.dtype, device=like.device) + 0.5
    x = (places - centres[:, None]).abs() / step.clamp(min=1.0)
    near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    weights = torch.where(x < 1, near, torch.where(x < 2, far, 0.0))
    return weights / weights.sum(1, keepdim=True)
