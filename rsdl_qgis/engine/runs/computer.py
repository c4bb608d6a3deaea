"""What a job runs on: versions of libraries, and the computer."""

from __future__ import annotations

import os
import platform
import re
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

LIBRARIES = re.compile(r"numpy|rasterio|pyogrio|shapely|onnxruntime(-.+)?|torch|openvino")


def libraries() -> dict[str, str]:
    """Versions of Python and of the libraries that results depend on."""
    told = (item.metadata for item in metadata.distributions())  # which is read each time that it is asked for
    found = {str(one["Name"]).lower(): one["Version"] for one in told}
    return {"python": platform.python_version(), **{n: v for n, v in sorted(found.items()) if LIBRARIES.fullmatch(n)}}


def computer() -> dict[str, Any]:
    """The system, the kind of processor and how many cores there are; nothing that tells whose it is."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": processor(),
        "cores": os.cpu_count(),
    }


def processor() -> str:
    """The kind of processor, as the system calls it; '' where it does not say."""
    with suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        if named := re.search(r"model name\s*:\s*(.+)", text):
            return named[1].strip()
    return platform.processor()
