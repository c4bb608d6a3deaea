"""Files at addresses: fetched in pieces into a folder, of a size that is known or bounded, checked by their hash.

Proxies are those of the environment. Only http and https are asked, also after a redirection.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from ..cards.archive import LARGEST_MODEL, SPARE
from ..errors import ModelError
from ..feedback import Report
from ..files.text import shortened

SCHEMES = ("http", "https")
TIMEOUT = 30.0  # seconds without a byte
CHUNK = 1 << 18
AGENT = "rsdl_qgis"
SHA256_PREFIX = "1220"  # of a multihash: SHA-256, of 32 bytes
_NAME = re.compile(r"[^\w.-]+")


def is_address(text: str) -> bool:
    """Whether a text is the address of a file on the net."""
    return urllib.parse.urlsplit(text).scheme.lower() in SCHEMES


def fetched(address: str, folder: Path, report: Report, sha256: str = "", largest: int = LARGEST_MODEL) -> Path:
    """The file at an address, written into ``folder`` under its own name.

    ``sha256``: hexadecimal digits, '' where they are not known. ModelError where there is no such file, it is too
    large, ends early or is another one; Cancelled.
    """
    report.progress(0.0, f"Fetching {shortened(address)}")
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})
    try:
        with opener().open(request, timeout=TIMEOUT) as answer:
            target = folder / file_name(answer.url if Path(file_name(answer.url)).suffix else address)
            stated = int(answer.headers.get("Content-Length") or 0)
            _check_room(address, stated, folder, largest)
            digest, count = hashlib.sha256(), 0
            with target.open("xb") as file:
                while chunk := answer.read(CHUNK):
                    report.check()
                    count += len(chunk)
                    _check_room(address, count, None, largest)
                    digest.update(chunk)
                    file.write(chunk)
                    if stated:
                        report.progress(min(1.0, count / stated), f"Fetching {target.name}")
    except urllib.error.HTTPError as error:
        raise ModelError(f"{shortened(address)} cannot be fetched: {error.code} {error.reason}.") from None
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException, ConnectionError, ValueError) as error:
        why = str(getattr(error, "reason", "") or error) or type(error).__name__
        text = f"{shortened(address)} cannot be fetched: {shortened(why)}."
        raise ModelError(text, "Check the address, the connection and the proxy.") from None
    if stated and count != stated:
        raise ModelError(f"{shortened(address)} ended after {count:,} of {stated:,} bytes.", "Try again.")
    if sha256 and digest.hexdigest() != sha256.lower():
        raise ModelError(f"What is at {shortened(address)} is another file: its SHA-256 is not the stated one.")
    return target


def file_name(address: str) -> str:
    """The name of a file by its address, of plain characters."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(address).path)
    return _NAME.sub("-", path.rstrip("/").rsplit("/", 1)[-1]).strip(".-")[-100:] or "model"


def digest_of(checksum: object) -> str:
    """SHA-256 in hexadecimal digits from a multihash (the STAC file extension) or plain digits; '' for none."""
    text = str(checksum or "").lower().removeprefix("sha256:")
    text = text[len(SHA256_PREFIX) :] if len(text) == 68 and text.startswith(SHA256_PREFIX) else text
    return text if re.fullmatch("[0-9a-f]{64}", text) else ""


def opener() -> urllib.request.OpenerDirector:
    """What asks http and https alone, by the environment's proxies."""
    return urllib.request.build_opener(_SameKind)


class _SameKind(urllib.request.HTTPRedirectHandler):
    """Follows a redirection to http and https alone: not to a file of this computer."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if not is_address(newurl):
            raise urllib.error.URLError(f"it leads to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_room(address: str, size: int, folder: Path | None, largest: int) -> None:
    if size > largest:
        raise ModelError(f"{shortened(address)} is of {size:,} bytes, more than {largest:,}.")
    if folder and size + SPARE > shutil.disk_usage(folder).free:
        text = f"{shortened(address)} is of {size:,} bytes, and there is no room for it in {folder}."
        raise ModelError(text, "Free disk space.")
