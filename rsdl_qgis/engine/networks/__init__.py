"""The table of networks: one line each, read without torch; a network is loaded when it is built.

Constructor contract: ``network(inputs, classes, **options)`` with ``inputs`` mapping an input's name to
``(dates, channels)``. Forward contract (segmentation): one tensor ``(N, T, C, H, W)`` an input, in that order, to
logits ``(N, classes, H, W)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..errors import ModelError


@dataclass(frozen=True)
class Network:
    """What the table knows of a network without loading it."""

    title: str
    task: str
    target: str  # "module:class", the module inside this package
    multiple: int  # height and width of an input must be a multiple of this, in pixels
    paper: str  # DOI


NETWORKS: dict[str, Network] = {
    "unet": Network("U-Net", "segmentation", "unet:UNet", 16, "10.1007/978-3-319-24574-4_28"),
    "ombrianet": Network("OmbriaNet", "segmentation", "ombrianet:OmbriaNet", 32, "10.1109/JSTARS.2022.3155559"),
}


def build_network(name: str, inputs: Mapping[str, tuple[int, int]], classes: int, **options: Any) -> Any:
    """A new network (``torch.nn.Module``) by its name in the table; ModelError when there is no such name."""
    if name not in NETWORKS:
        raise ModelError(f"There is no network '{name}'.", f"Choose one of: {', '.join(NETWORKS)}.")
    module, _, attribute = NETWORKS[name].target.partition(":")
    network = getattr(import_module(f".{module}", __name__), attribute)
    return network(inputs, classes, **options)
