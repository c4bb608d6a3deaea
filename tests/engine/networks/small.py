"""For the sweep: options that make a network small, by its name in the table; a line without any is swept whole.

``LEARNS_BY_ITSELF``: what its own tests train, by the sweep's measure and to what it finds afterwards.
``ALIKE``: lines that differ from another one in depth, width or patches alone; what needs no second try is tried there.
"""

from __future__ import annotations

from typing import Any

UNET = {"widths": (8, 8, 8, 8, 8)}
PLAIN = {"widths": (8, 8, 8, 8, 8), "hidden": 32, "dropout": 0.0}
SIAMESE = {"widths": (4, 8, 8, 8), "dropout": 0.0}
VIT = {"size": 32, "patch": 8, "width": 24, "layers": 2, "heads": 3, "mlp": 48}
FASTER_RCNN = {
    "body_width": 8,
    "width": 32,
    "units": 64,
    "anchor_sizes": (8, 16, 24, 32, 48),
    "proposals": 40,
    "candidates": 40,
    "sampled_anchors": 64,
    "sampled_boxes": 64,
}
LITE = {"width": 0.25, "dropout": 0.0}
DOFA = {"size": 32, "width": 24, "layers": 2, "heads": 3, "mlp": 48}
CLAY = {"width": 24, "layers": 2, "heads": 3}
DINOV3 = {"width": 24, "layers": 2, "heads": 3}
SWIN = {"width": 8, "layers": (1, 2, 1, 1), "heads": (1, 2, 2, 4), "window": 4}
GALILEO = {"width": 32, "layers": 1, "heads": 4}
YOLO = {"width": 0.125, "depth": 0.33}

SMALL: dict[str, dict[str, Any]] = {
    "unet": UNET,
    "unet-light": UNET,
    "unet-encoder": {"encoder": "resnet18", "encoder_options": {"width": 4}, "widths": (4, 4, 4, 4, 4)},
    "unetpp": UNET,
    "segnet": {"widths": (8, 8, 8, 8, 8)},
    "unet3d": {"widths": (4, 4, 8, 8)},
    "unet4d": UNET,
    "ombrianet": {**UNET, "stem": 2},
    "alexnet": PLAIN,
    "vgg16": PLAIN,
    "vgg19": PLAIN,
    "vgg16-bn": PLAIN,
    "vgg19-bn": PLAIN,
    "googlenet": {"width": 0.125, "dropout": 0.0, "auxiliary_dropout": 0.0},
    "resnet18": {"width": 4},
    "resnet34": {"width": 4},
    "resnet50": {"width": 4},
    "resnet101": {"width": 4},
    "resnet152": {"width": 4},
    "densenet121": {"growth": 4},
    "densenet169": {"growth": 4},
    "densenet201": {"growth": 4},
    "efficientnet-lite0": LITE,
    "efficientnet-lite1": LITE,
    "efficientnet-lite2": LITE,
    "mobilenet-v2": LITE,
    "mobilenet-v3-large": LITE,
    "mobilenet-v3-small": LITE,
    "vit-b16": VIT,
    "vit-b32": VIT,
    "vit-small": VIT,
    "vit-s16": VIT,
    "vit-l16": VIT,
    "dofa-b16": DOFA,
    "dofa-l16": DOFA,
    "clay-base": CLAY,
    "clay-large": CLAY,
    "terramind-b16": DINOV3,
    "dinov3-s16": DINOV3,
    "dinov3-b16": DINOV3,
    "dinov3-l16": DINOV3,
    "swin-v2-t": SWIN,
    "swin-v2-b": SWIN,
    "galileo-nano": GALILEO,
    "galileo-tiny": GALILEO,
    "galileo-nano-map": GALILEO,
    "siamese-resnet50": {"width": 4},
    "fc-ef": SIAMESE,
    "fc-ef-res": {"widths": (4, 4, 8, 8, 8)},
    "fc-siam-conc": SIAMESE,
    "fc-siam-diff": SIAMESE,
    "changenet": {"depth": 18, "width": 4, "features": 4},
    "cdnet": {"width": 8},
    "fcn-pp": UNET,
    "unetpp-change": UNET,
    "siamese-resnet-unet": {"encoder": "resnet18", "width": 4},
    "rnn": {"hidden": 16, "dropout": 0.0},
    "lstm": {"hidden": 16, "dropout": 0.0},
    "bilstm": {"hidden": 16, "dropout": 0.0},
    "tempcnn": {"hidden": 8, "dense": 16, "dropout": 0.0},
    "presto": {"width": 32, "depth": 1, "heads": 4},
    "faster-rcnn": FASTER_RCNN,
    "faster-rcnn-small": FASTER_RCNN,
    "yolo-n": YOLO,
    "yolo-s": YOLO,
    "yolo-m": {**YOLO, "depth": 0.67},
    "yolo-n-obb": YOLO,
    "yolo-s-obb": YOLO,
    "yolo-m-obb": {**YOLO, "depth": 0.67},
}

ALIKE = {
    "unet-light", "vgg19", "vgg19-bn", "resnet34", "resnet101", "resnet152", "densenet169", "densenet201",
    "efficientnet-lite1", "efficientnet-lite2", "galileo-tiny",
    "mobilenet-v3-small", "vit-b32", "vit-small", "vit-s16", "vit-l16", "swin-v2-b", "dofa-l16", "clay-base",
    "dinov3-b16", "dinov3-l16", "faster-rcnn-small",
    "yolo-s", "yolo-m", "yolo-s-obb", "yolo-m-obb",
}  # fmt: skip

LEARNS_BY_ITSELF = {"faster-rcnn"}
