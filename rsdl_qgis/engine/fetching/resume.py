"""A file of known size and SHA-256 at an address, fetched in pieces; an interrupted one goes on where it ended.

Proxies are those of the environment. Only http and https are asked, also after a redirection.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from ..cards.archive import SPARE
from ..errors import ModelError
from ..feedback import Report
from ..files.text import shortened
from ..importing.fetch import AGENT, CHUNK, TIMEOUT, opener

TRIES = 3  # of a connection that ends early
PAUSE = 1.0  # seconds between them


def fetched_whole(address: str, target: Path, size: int, sha256: str, report: Report) -> Path:
    """The file at ``address`` as ``target``; its beginning, left by an earlier try, stays beside it till it is whole.

    ModelError where it cannot be fetched, or is another file: then nothing stays. Cancelled: what came stays.
    """
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    if part.is_file() and part.stat().st_size > size:
        part.unlink()
    missing = size - (part.stat().st_size if part.is_file() else 0)
    if missing + SPARE > shutil.disk_usage(target.parent).free:
        text = f"{shortened(address)} is of {size:,} bytes, and there is no room for it in {target.parent}."
        raise ModelError(text, "Free disk space.")
    for left in reversed(range(TRIES)):
        try:
            _fetch(address, part, size, report)
        except (urllib.error.URLError, TimeoutError, http.client.HTTPException, ConnectionError, ValueError) as error:
            problem = _problem(address, error)
            if isinstance(error, urllib.error.HTTPError) or not left:
                raise problem from None
        if part.is_file() and part.stat().st_size >= size:
            break
        if left:
            report.log("info", f"The connection ended after {_size(part):,} of {size:,} bytes; it is tried again.")
            time.sleep(PAUSE)
    if _size(part) < size:
        text = f"{shortened(address)} ended after {_size(part):,} of {size:,} bytes."
        raise ModelError(text, "Run it again: it goes on from there.")
    found = _sha256(part, report)
    if found != sha256.lower():
        part.unlink()
        raise ModelError(
            f"What is at {shortened(address)} is another file than the manifest says: its SHA-256 is {found[:12]}…, "
            f"not {sha256[:12].lower()}….",
            "Nothing was installed. Ask whoever keeps the manifest.",
        )
    part.replace(target)
    return target


def _fetch(address: str, part: Path, size: int, report: Report) -> None:
    """Append what is missing of a file; ModelError where the other side has another size."""
    have = _size(part)
    if have == size:
        return
    headers = {"User-Agent": AGENT, **({"Range": f"bytes={have}-"} if have else {})}
    with opener().open(urllib.request.Request(address, headers=headers), timeout=TIMEOUT) as answer:
        resumed = have and answer.status == 206 and _begins(answer) == have
        if have and not resumed:
            have = 0
        stated = int(answer.headers.get("Content-Length") or size - have)
        if have + stated != size:
            part.unlink(missing_ok=True)
            text = f"{shortened(address)} is of {have + stated:,} bytes, and the manifest says {size:,}."
            raise ModelError(text, "Nothing was installed. Ask whoever keeps the manifest.")
        with part.open("ab" if resumed else "wb") as file:
            while chunk := answer.read(CHUNK):
                report.check()
                have += len(chunk)
                if have > size:
                    break
                file.write(chunk)
                report.progress(have / size, f"Fetching {part.stem}: {have / 1e6:.1f} of {size / 1e6:.1f} MB")
    if have > size:
        part.unlink(missing_ok=True)
        raise ModelError(f"{shortened(address)} is of more than the {size:,} bytes that the manifest says.")


def _begins(answer: Any) -> int:
    """Where the bytes of a partial answer begin; -1 where it does not say."""
    kind, _, span = str(answer.headers.get("Content-Range") or "").partition(" ")
    first = span.partition("-")[0]
    return int(first) if kind == "bytes" and first.isdigit() else -1


def _problem(address: str, error: Exception) -> ModelError:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return ModelError(f"{shortened(address)} cannot be fetched: {error.code} {error.reason}.")
    why = str(getattr(error, "reason", "") or error) or type(error).__name__
    hint = "Check the address, the connection and the proxy. What came stays; run it again to go on."
    return ModelError(f"{shortened(address)} cannot be fetched: {shortened(why)}.", hint)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _sha256(path: Path, report: Report) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            report.check()
            digest.update(chunk)
    return digest.hexdigest()
