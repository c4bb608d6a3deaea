"""The table of networks: one line each, read without torch; a network is loaded when it is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ..errors import ModelError


@dataclass(frozen=True)
class Network:
    """What the table knows of a network without loading it; lengths in pixels."""

    title: str
    task: str
    target: str  # "module:class", the module inside this package
    paper: str  # DOI or arXiv number
    dates: int | None = None  # an input must have as many; None = any number
    bands: int = 3  # of the variant whose size the documentation states
    multiple: int = 1  # height and width of an input must be a multiple of this
    smallest: int = 0  # height and width must be at least this; 0 = ``multiple``
    size: int = 256  # default height and width; for a time series the number of dates
    any_size: bool = True  # whether it takes images of any size; else of the size it was built for
    oriented: bool = False  # of a detector: whether its boxes are turned
    options: Mapping[str, Any] = field(default_factory=dict)  # what makes this line this variant
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # further options, the default first


SEGMENTATION: dict[str, Network] = {
    "unet": Network("U-Net", "segmentation", "unet:UNet", "10.1007/978-3-319-24574-4_28", multiple=16),
    "unet-light": Network("U-Net light of the active-fire study", "segmentation", "unet:UNet", "10.1016/j.isprsjprs.2021.06.002", multiple=16, options={"widths": (16, 32, 64, 128, 256)}),
    "unet-encoder": Network("U-Net with a classification network as encoder", "segmentation", "unet_encoder:EncoderUNet", "10.1007/978-3-319-24574-4_28", multiple=32, choices={"encoder": ("resnet34", "resnet18", "resnet50", "resnet101", "resnet152", "vgg16", "vgg19", "vgg16-bn", "vgg19-bn", "densenet121", "densenet169", "densenet201", "efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2", "mobilenet-v2", "mobilenet-v3-large", "mobilenet-v3-small", "vit-s16", "vit-b16", "vit-l16", "swin-v2-t", "swin-v2-b", "dinov3-s16", "dinov3-b16", "dinov3-l16", "dofa-b16", "dofa-l16", "clay-base", "clay-large", "terramind-b16")}),
    "unetpp": Network("U-Net++", "segmentation", "unetpp:UNetPlusPlus", "10.1007/978-3-030-00889-5_1", multiple=16, choices={"deep_supervision": (False, True)}),
    "segnet": Network("SegNet", "segmentation", "segnet:SegNet", "10.1109/TPAMI.2016.2644615", multiple=32),
    "unet3d": Network("3D U-Net", "segmentation", "unet3d:UNet3D", "10.1007/978-3-319-46723-8_49", multiple=8, choices={"depth": ("dates", "bands")}),
    "unet4d": Network("4D U-Net", "segmentation", "unet4d:UNet4D", "10.3390/rs14030634", multiple=16),
    "galileo-nano-map": Network("Galileo nano, a map", "segmentation", "galileo:GalileoMap", "arXiv:2502.09356", bands=10, multiple=16, options={"variant": "nano"}),
    "ombrianet": Network("OmbriaNet", "segmentation", "ombrianet:OmbriaNet", "10.1109/JSTARS.2022.3155559", multiple=32),
}  # fmt: skip
ENCODERS: tuple[str, ...] = SEGMENTATION["unet-encoder"].choices["encoder"]  # classifiers that can be parts of others

CLASSIFICATION: dict[str, Network] = {
    "lenet5": Network("LeNet-5", "classification", "lenet:LeNet5", "10.1109/5.726791", bands=1, smallest=32, size=32, any_size=False),
    "alexnet": Network("AlexNet", "classification", "alexnet:AlexNet", "arXiv:1404.5997", smallest=63, size=224),
    "vgg16": Network("VGG-16", "classification", "vgg:VGG", "arXiv:1409.1556", smallest=32, size=224, options={"depth": 16}),
    "vgg19": Network("VGG-19", "classification", "vgg:VGG", "arXiv:1409.1556", smallest=32, size=224, options={"depth": 19}),
    "vgg16-bn": Network("VGG-16 with batch norm", "classification", "vgg:VGG", "arXiv:1409.1556", smallest=32, size=224, options={"depth": 16, "batch_norm": True}),
    "vgg19-bn": Network("VGG-19 with batch norm", "classification", "vgg:VGG", "arXiv:1409.1556", smallest=32, size=224, options={"depth": 19, "batch_norm": True}),
    "googlenet": Network("GoogLeNet", "classification", "googlenet:GoogLeNet", "10.1109/CVPR.2015.7298594", smallest=32, size=224),
    "resnet18": Network("ResNet-18", "classification", "resnet:ResNet", "10.1109/CVPR.2016.90", smallest=32, size=224, options={"depth": 18}),
    "resnet34": Network("ResNet-34", "classification", "resnet:ResNet", "10.1109/CVPR.2016.90", smallest=32, size=224, options={"depth": 34}),
    "resnet50": Network("ResNet-50", "classification", "resnet:ResNet", "10.1109/CVPR.2016.90", smallest=32, size=224, options={"depth": 50}),
    "resnet101": Network("ResNet-101", "classification", "resnet:ResNet", "10.1109/CVPR.2016.90", smallest=32, size=224, options={"depth": 101}),
    "resnet152": Network("ResNet-152", "classification", "resnet:ResNet", "10.1109/CVPR.2016.90", smallest=32, size=224, options={"depth": 152}),
    "densenet121": Network("DenseNet-121", "classification", "densenet:DenseNet", "10.1109/CVPR.2017.243", smallest=32, size=224, options={"depth": 121}),
    "densenet169": Network("DenseNet-169", "classification", "densenet:DenseNet", "10.1109/CVPR.2017.243", smallest=32, size=224, options={"depth": 169}),
    "densenet201": Network("DenseNet-201", "classification", "densenet:DenseNet", "10.1109/CVPR.2017.243", smallest=32, size=224, options={"depth": 201}),
    "efficientnet-lite0": Network("EfficientNet-Lite0", "classification", "efficientnet:EfficientNetLite", "arXiv:1905.11946", multiple=32, size=224, options={"variant": "lite0"}),
    "efficientnet-lite1": Network("EfficientNet-Lite1", "classification", "efficientnet:EfficientNetLite", "arXiv:1905.11946", multiple=32, size=256, options={"variant": "lite1"}),
    "efficientnet-lite2": Network("EfficientNet-Lite2", "classification", "efficientnet:EfficientNetLite", "arXiv:1905.11946", multiple=32, size=256, options={"variant": "lite2"}),
    "mobilenet-v2": Network("MobileNetV2", "classification", "mobilenet_v2:MobileNetV2", "10.1109/CVPR.2018.00474", smallest=32, size=224),
    "mobilenet-v3-large": Network("MobileNetV3, large", "classification", "mobilenet_v3:MobileNetV3", "10.1109/ICCV.2019.00140", smallest=32, size=224, options={"variant": "large"}),
    "mobilenet-v3-small": Network("MobileNetV3, small", "classification", "mobilenet_v3:MobileNetV3", "10.1109/ICCV.2019.00140", smallest=32, size=224, options={"variant": "small"}),
    "vit-b16": Network("ViT-B/16", "classification", "vit:ViT", "arXiv:2010.11929", multiple=16, size=224, any_size=False, options={"variant": "b16"}),
    "vit-b32": Network("ViT-B/32", "classification", "vit:ViT", "arXiv:2010.11929", multiple=32, size=224, any_size=False, options={"variant": "b32"}),
    "vit-s16": Network("ViT-S/16", "classification", "vit:ViT", "arXiv:2010.11929", multiple=16, size=224, any_size=False, options={"variant": "s16"}),
    "vit-l16": Network("ViT-L/16", "classification", "vit:ViT", "arXiv:2010.11929", multiple=16, size=224, any_size=False, options={"variant": "l16"}),
    "vit-small": Network("ViT, small", "classification", "vit:ViT", "arXiv:2010.11929", multiple=8, size=64, any_size=False, options={"variant": "small"}),
    "dofa-b16": Network("DOFA, ViT-B/16", "classification", "dofa:DOFA", "arXiv:2403.15356", bands=10, multiple=16, size=224, any_size=False, options={"variant": "b16"}),
    "dofa-l16": Network("DOFA, ViT-L/16", "classification", "dofa:DOFA", "arXiv:2403.15356", bands=10, multiple=16, size=224, any_size=False, options={"variant": "l16"}),
    "clay-base": Network("Clay, base", "classification", "clay:Clay", "10.57967/hf/1537", bands=10, multiple=8, size=256, options={"variant": "base"}),
    "clay-large": Network("Clay, large", "classification", "clay:Clay", "10.57967/hf/1537", bands=10, multiple=8, size=256, options={"variant": "large"}),
    "terramind-b16": Network("TerraMind, ViT-B/16", "classification", "terramind:TerraMind", "arXiv:2504.11171", bands=10, multiple=16, size=224, options={"variant": "b16"}),
    "dinov3-s16": Network("DINOv3, ViT-S/16", "classification", "dinov3:DINOv3", "arXiv:2508.10104", multiple=16, size=224, options={"variant": "s16"}),
    "dinov3-b16": Network("DINOv3, ViT-B/16", "classification", "dinov3:DINOv3", "arXiv:2508.10104", multiple=16, size=224, options={"variant": "b16"}),
    "dinov3-l16": Network("DINOv3, ViT-L/16", "classification", "dinov3:DINOv3", "arXiv:2508.10104", multiple=16, size=224, options={"variant": "l16"}),
    "swin-v2-t": Network("Swin V2-T", "classification", "swin:SwinV2", "arXiv:2111.09883", smallest=32, size=256, options={"variant": "t"}),
    "swin-v2-b": Network("Swin V2-B", "classification", "swin:SwinV2", "arXiv:2111.09883", smallest=32, size=256, options={"variant": "b"}),
    "galileo-nano": Network("Galileo nano", "classification", "galileo:Galileo", "arXiv:2502.09356", bands=10, multiple=4, size=16, any_size=False, options={"variant": "nano"}),
    "galileo-tiny": Network("Galileo tiny", "classification", "galileo:Galileo", "arXiv:2502.09356", bands=10, multiple=4, size=16, any_size=False, options={"variant": "tiny"}),
    "siamese-resnet50": Network("Siamese ResNet-50", "classification", "siamese_resnet:SiameseResNet", "10.1109/LGRS.2019.2894399", dates=2, smallest=32, size=224, options={"depth": 50}),
}  # fmt: skip

CHANGE: dict[str, Network] = {
    "fc-ef": Network("FC-EF", "change", "fcsiam:FCEF", "10.1109/ICIP.2018.8451652", dates=2, multiple=16),
    "fc-ef-res": Network("FC-EF-Res", "change", "fcsiam:FCEFRes", "10.1016/j.cviu.2019.07.003", dates=2, multiple=16),
    "fc-siam-conc": Network("FC-Siam-conc", "change", "fcsiam:FCSiamConc", "10.1109/ICIP.2018.8451652", dates=2, multiple=16),
    "fc-siam-diff": Network("FC-Siam-diff", "change", "fcsiam:FCSiamDiff", "10.1109/ICIP.2018.8451652", dates=2, multiple=16),
    "changenet": Network("ChangeNet", "change", "changenet:ChangeNet", "10.1007/978-3-030-11012-3_10", dates=2, multiple=32),
    "cdnet": Network("CDNet", "change", "cdnet:CDNet", "10.1007/s10514-018-9734-5", dates=2, smallest=16),
    "fcn-pp": Network("FCN-PP", "change", "fcnpp:FCNPP", "10.1109/LGRS.2018.2889307", dates=2, multiple=16),
    "unetpp-change": Network("U-Net++ on stacked dates", "change", "unetpp:UNetPlusPlus", "10.3390/rs11111382", dates=2, multiple=16, options={"deep_supervision": True}),
    "siamese-resnet-unet": Network("Siamese ResNet U-Net", "change", "siamese_resnet:SiameseResNetUNet", "10.1109/ICIP.2018.8451652", dates=2, multiple=32, choices={"encoder": ("resnet34", "resnet18", "resnet50", "resnet101", "resnet152", "efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2", "mobilenet-v2", "mobilenet-v3-large", "mobilenet-v3-small")}),
}  # fmt: skip

TIME_SERIES: dict[str, Network] = {
    "rnn": Network("Simple RNN", "time-series", "recurrent:RNN", "10.1207/s15516709cog1402_1", bands=4, size=23),
    "lstm": Network("LSTM", "time-series", "recurrent:LSTM", "10.1162/neco.1997.9.8.1735", bands=4, size=23),
    "bilstm": Network("Bidirectional LSTM", "time-series", "recurrent:LSTM", "10.1016/j.neunet.2005.06.042", bands=4, size=23, options={"bidirectional": True}),
    "tempcnn": Network("Temporal CNN", "time-series", "tempcnn:TempCNN", "10.3390/rs11050523", bands=4, size=23),
    "presto": Network("Presto", "time-series", "presto:Presto", "arXiv:2304.14065", bands=10, size=12),
}  # fmt: skip

BODIES = {
    "encoder": (
        "resnet",
        "efficientnet-lite0",
        "efficientnet-lite1",
        "efficientnet-lite2",
        "mobilenet-v2",
        "mobilenet-v3-large",
        "mobilenet-v3-small",
    )
}
DETECTION: dict[str, Network] = {
    "faster-rcnn": Network("Faster R-CNN, ResNet-50 FPN", "detection", "faster_rcnn:FasterRCNN", "10.1109/TPAMI.2016.2577031", multiple=32, size=640, choices=BODIES),
    "faster-rcnn-small": Network("Faster R-CNN, small backbone", "detection", "faster_rcnn:FasterRCNN", "10.1109/TPAMI.2016.2577031", multiple=32, size=640, options={"depth": 18, "width": 128}, choices=BODIES),
    "yolo-n": Network("YOLO, nano", "detection", "yolo:YOLO", "arXiv:2107.08430", multiple=32, size=640, options={"variant": "n"}),
    "yolo-s": Network("YOLO, small", "detection", "yolo:YOLO", "arXiv:2107.08430", multiple=32, size=640, options={"variant": "s"}),
    "yolo-m": Network("YOLO, medium", "detection", "yolo:YOLO", "arXiv:2107.08430", multiple=32, size=640, options={"variant": "m"}),
    "yolo-n-obb": Network("YOLO with oriented boxes, nano", "detection", "yolo_obb:OrientedYOLO", "arXiv:2106.06072", multiple=32, size=640, oriented=True, options={"variant": "n"}),
    "yolo-s-obb": Network("YOLO with oriented boxes, small", "detection", "yolo_obb:OrientedYOLO", "arXiv:2106.06072", multiple=32, size=640, oriented=True, options={"variant": "s"}),
    "yolo-m-obb": Network("YOLO with oriented boxes, medium", "detection", "yolo_obb:OrientedYOLO", "arXiv:2106.06072", multiple=32, size=640, oriented=True, options={"variant": "m"}),
}  # fmt: skip

COMMON_OPTIONS = {  # of every network of a task
    "coarsen": ("segmentation", "change"),
    "members": ("time-series",),
    "examples": ("classification",),
    "neighbours": ("classification",),
}
ALIASES = {"unet-10c": "unet", "unet-3c": "unet"}  # former names, in cards and jobs -> the network


class Table(dict[str, Network]):
    """The networks by name: an alias is found like a name, but not listed."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in ALIASES

    def __missing__(self, name: str) -> Network:
        return self[ALIASES[name]]

    def get(self, name: str, default: Any = None) -> Any:
        """The network of a name or an alias."""
        return super().get(ALIASES.get(name, name), default)


NETWORKS = Table({**SEGMENTATION, **CLASSIFICATION, **CHANGE, **TIME_SERIES, **DETECTION})


def build_body(name: str, inputs: Mapping[str, tuple[int, int]], **options: Any) -> Any:
    """A classification network without its head, to be part of another: its ``stages`` and ``stage_widths``.

    ``inputs``: (dates, bands) of each, which are stacked as bands in the image that its ``stages`` take.
    """
    return constructor(name)(inputs, 0, **{**NETWORKS[name].options, **options})


def constructor(name: str) -> Any:
    """The class of a network. ModelError where there is no such name."""
    if name not in NETWORKS:
        raise ModelError(f"There is no network '{name}'.", f"Choose one of: {', '.join(NETWORKS)}.")
    module, _, attribute = NETWORKS[name].target.partition(":")
    return getattr(import_module(f".{module}", __package__), attribute)
