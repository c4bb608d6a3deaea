"""How an installer reaches a package index: pip's configuration for uv, and no passwords in what is shown."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..process import TimeoutExpired, output
from .worker import worker_environment

_PASSWORD = re.compile(r"(?<=//)[^/@\s]+@")
_INDEXES = ("index-url", "extra-index-url", "find-links", "no-index")


def pip_settings(listed: str) -> dict[str, str]:
    """``pip config list`` as {option: value}; what is for other commands than ``install`` is left out."""
    settings = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in ("global", "install", ":env:"):
            settings[name] = str(ast.literal_eval(value))
    return settings


def read_pip_settings(python: str | Path | None) -> dict[str, str]:
    """The settings of the pip of a Python; without one those in the environment, which any pip would take."""
    if python is None:
        names = (name for name in os.environ if name.startswith("PIP_"))
        return {name[4:].lower().replace("_", "-"): os.environ[name] for name in names}
    try:
        done = output([str(python), "-I", "-m", "pip", "config", "list"], worker_environment(), 60)
        return {} if done.returncode else pip_settings(done.stdout)
    except (OSError, TimeoutExpired, ValueError, SyntaxError):
        return {}


def uv_variables(pip: Mapping[str, str]) -> dict[str, str]:
    """What pip is told, as environment variables for uv; what uv itself is told in the environment comes first."""
    several = pip.get("extra-index-url", "").split()
    values = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(several),
        "UV_INDEX_STRATEGY": "unsafe-best-match" if several else "",  # as pip: the best of all indexes
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_NO_INDEX": "1" if pip.get("no-index", "").lower() in ("1", "true", "yes", "on") else "",
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": pip.get("timeout") or pip.get("default-timeout", ""),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "HTTP_PROXY": pip.get("proxy", ""),
        "HTTPS_PROXY": pip.get("proxy", ""),
        "UV_SYSTEM_CERTS": "1",  # of companies whose proxies have certificates of their own
    }
    lower = {name.lower() for name in os.environ}
    return {name: value for name, value in values.items() if value and name.lower() not in lower}


def has_own_index(pip: Mapping[str, str]) -> bool:
    """Whether packages may come from elsewhere than the public index, so that files may differ from the locked ones."""
    names = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX")
    return any(pip.get(name) for name in _INDEXES) or any(os.environ.get(name) for name in names)


def redacted(text: str) -> str:
    """A text without the names and passwords in its addresses."""
    return _PASSWORD.sub("***@", text)
