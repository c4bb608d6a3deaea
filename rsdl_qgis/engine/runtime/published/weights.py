"""Published weights under the names that the networks here give their parameters."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from torch import Tensor

from ....paths import user_folder
from ...errors import ModelError
from ...feedback import Report
from ...networks import NETWORKS
from ...networks import __name__ as networks_package
from ...published.addresses import ADDRESS, PUBLISHED
from .files import fetch, published_line, read_weights


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
    check_name(name)
    published = published_line(name)
    path = Path(name_or_path)
    if published and name in PUBLISHED:
        path = fetch(published, folder or user_folder() / "weights", report, base)
    return _our_names(read_weights(path), network or (published.network if published else ""))


def check_name(name: str) -> None:
    """ModelError for what is neither a name of ``PUBLISHED`` nor a file."""
    if name in PUBLISHED or Path(name).is_file():
        return
    near = get_close_matches(name.casefold(), PUBLISHED, 3)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    raise ModelError(
        f"There are no published weights '{name}', and no such file.",
        f"{meant}Choose one of {', '.join(PUBLISHED)}, or give the path of a .pth or .safetensors file.",
    )


def _our_names(state: dict[str, Tensor], network: str) -> dict[str, Tensor]:
    """``state`` with torchvision's names replaced by those of the network here, where they differ."""
    if not network:
        return state
    if network not in NETWORKS:
        raise ModelError(f"There is no network '{network}'.", f"Choose one of: {', '.join(NETWORKS)}.")
    module = import_module(f"{networks_package}.{NETWORKS[network].target.partition(':')[0]}")
    rename = getattr(module, "published_names", None)
    return dict(rename(state)) if rename else state
