"""What went wrong when an installer failed, in a sentence, from what it printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..engine.errors import RsdlError
from .network import redacted

OFFLINE = "Check the network and QGIS's proxy settings, or install from a bundle (WHEELS) made on another computer."


@dataclass(frozen=True)
class Cause:
    """A cause by its words, what is said of it, and whether the other installer may do better."""

    name: str
    words: str
    message: str
    hint: str
    is_final: bool = True


CAUSES = (  # the first that is found is told
    Cause(
        "disk",
        r"No space left|os error 28|Errno 28|os error 112|not enough space|disk quota|os error 122",
        "The disk is full.",
        "Free space, or set RSDL_HOME to a folder on another disk.",
    ),
    Cause(
        "hash",
        r"hash mismatch|do not match the hashes|Got +[0-9a-f]{64}|computed hash|no hashes? (?:are|is|were) available",
        "A downloaded file is not the one that this plugin was tested with: its hash differs.",
        "Try again. Where an index of your own has other files, name it as INDEX_URL: its files are taken as they are.",
    ),
    Cause(
        "certificate",
        r"invalid peer certificate|UnknownIssuer|CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        "The package index shows a certificate that is not trusted.",
        "Add your organisation's certificate in QGIS's options (Authentication), or to the system's.",
        False,
    ),
    Cause(
        "proxy",
        r"\b407\b|Proxy Authentication|ProxyError|Cannot connect to proxy|tunnel (?:error|connection failed)",
        "The proxy does not let the installer through.",
        "Check the proxy in QGIS's options (Network), with its name and password.",
        False,
    ),
    Cause(
        "python",
        r"No interpreter found|No download found for request|python-build-standalone|is not available in your platform",
        "This computer has no Python 3.10 to 3.14, and uv could not download one.",
        "Install Python 3.10 or newer (on Debian and Ubuntu also python3-venv), or name one in the settings.",
    ),
    Cause(
        "network",
        r"dns error|Failed to fetch|ConnectError|Connection refused|timed out|NewConnectionError|Max retries"
        r"|Temporary failure in name|Name or service not known|error sending request|Network is unreachable"
        r"|ConnectTimeout|No route to host",
        "The package index cannot be reached.",
        OFFLINE,
    ),
    Cause(
        "missing",
        r"No solution found|No matching distribution|not found in the|has no wheels|Could not find a version",
        "A package is not to be had in the version that this plugin needs.",
        "Check the index (INDEX_URL), or the folder of wheels: a bundle made by this plugin's version has all of them.",
    ),
)


class InstallerFailed(RsdlError):
    """An installer did not end well. ``cause``: its name in ``CAUSES``, '' where it is not known."""

    def __init__(self, message: str, hint: str, cause: str = "", is_final: bool = False):
        super().__init__(message, hint)
        self.cause, self.is_final = cause, is_final


def failure(program: str, code: int, tail: Sequence[str]) -> InstallerFailed:
    """The error for an installer's exit status and the last lines that it printed."""
    telling = [line.strip() for line in tail if line.strip() and not line.startswith(("WARNING", "warning"))]
    last = redacted(" / ".join(telling[-6:])[-300:])
    for cause in CAUSES:
        if re.search(cause.words, "\n".join(tail), re.IGNORECASE):
            return InstallerFailed(f"{cause.message} ({program}: {last})", cause.hint, cause.name, cause.is_final)
    hint = "Check the network connection and the disk, or give a folder of wheels."
    return InstallerFailed(f"{program} ended with code {code}: {last}", hint)
