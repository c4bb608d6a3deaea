"""Paths in a run: the user's own folder is ``~``, and addresses come without what opens them."""

from __future__ import annotations

import os
import re

BEFORE = r"""(?:^|(?<=["':|>;])|(?<=/vsizip/)|(?<=/vsitar/)|(?<=/vsigzip/))"""  # what a path follows in a source
SECRETS = re.compile(
    r"(?i)(?P<user>(?<=://)[^/@\s]+@)"
    r"|(?<![a-z0-9])(?P<name>(?:password|passwd|pwd|token|access_token|sig|signature|secret|secret_access_key|api_?key"
    r"|apikey|credential|x-amz-[a-z-]+|x-goog-[a-z-]+)=)(?:'[^']*'|[^&\s'\";|<]+)"
)
LEFT_OUT = "***"


def portable(source: str) -> str:
    """A source as a run says it: the home folder as ``~``, without passwords and tokens."""
    text = SECRETS.sub(lambda found: "" if found["user"] else f"{found['name']}{LEFT_OUT}", source)
    home = os.path.expanduser("~")
    if len(home) <= 1:
        return text
    return re.sub(rf"{BEFORE}{re.escape(home)}(?=[/\\])", "~", text)


def here(source: str) -> str:
    """A source of a run on this computer."""
    home = os.path.expanduser("~")
    return re.sub(rf"{BEFORE}~(?=[/\\])", lambda _: home, source)


def lacks_secret(source: str) -> bool:
    """Whether something that opens a source was left out."""
    return f"={LEFT_OUT}" in source
