"""Which program a zip archive is of."""

from __future__ import annotations

import re
from pathlib import Path

from ..cards.archive import is_zip, opened_zip


def is_torchscript(path: Path) -> bool:
    """Whether a ``.pt`` or ``.pth`` file is a TorchScript archive, not a pickle."""
    if not is_zip(path):
        return False
    with opened_zip(path) as archive:
        return any(re.fullmatch(r"[^/]+/constants\.pkl", name) for name in archive.namelist())
