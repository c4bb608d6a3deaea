"""QGIS's proxy and certificates as environment variables, for installers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from qgis.core import QgsApplication, QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

from ..environment.installers import PYTORCH

CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")


@contextmanager
def variables() -> Iterator[dict[str, str]]:
    """The variables, of which a file of certificates is there as long as they are used."""
    found = proxy_variables()
    pem = _own_certificates()
    if not pem:
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="rsdl-certificates-") as folder:
        path = Path(folder, "certificates.pem")
        path.write_bytes(pem)
        yield {**found, **dict.fromkeys(CERTIFICATES, str(path))}


def proxy_variables() -> dict[str, str]:
    """HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY as QGIS's options say; none where they say none."""
    settings = QgsSettings()
    if not settings.value("proxy/proxyEnabled", False, type=bool):
        return {}
    address = _address(_proxy(settings))
    if not address:
        return {}
    found = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), address)
    excluded = [_host(url) for url in settings.value("proxy/noProxyUrls", [], type=list) or []]
    before = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    without = ",".join(filter(None, [before, *excluded]))
    return {**found, **({"NO_PROXY": without, "no_proxy": without} if without else {})}


def _proxy(settings: QgsSettings) -> QNetworkProxy:
    """The proxy that QGIS uses, with its name and password; of the system's the one for what installers ask."""
    if settings.value("proxy/proxyType", "", type=str) == "DefaultProxy":  # the system's
        found = QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(PYTORCH)))
        return found[0] if found else QNetworkProxy()
    manager = QgsNetworkAccessManager.instance()
    manager.setupDefaultProxyAndCache()  # as the settings are now, with those of the authentication
    return manager.fallbackProxy()


def _address(proxy: QNetworkProxy) -> str:
    schemes = {QNetworkProxy.ProxyType.Socks5Proxy: "socks5h"}
    if proxy.type() == QNetworkProxy.ProxyType.NoProxy or not proxy.hostName():
        return ""
    user = quote(proxy.user(), safe="")
    password = f":{quote(proxy.password(), safe='')}" if proxy.password() else ""
    name = f"{user}{password}@" if user else ""
    host = f"[{proxy.hostName()}]" if ":" in proxy.hostName() else proxy.hostName()
    return f"{schemes.get(proxy.type(), 'http')}://{name}{host}:{proxy.port()}"


def _host(url: str) -> str:
    return QUrl.fromUserInput(str(url)).host() or str(url)


def _own_certificates() -> bytes:
    """All certificates that QGIS trusts, where a person has added some; they hold the system's, too."""
    manager = QgsApplication.authManager()
    if manager is None or manager.isDisabled() or not (manager.extraFileCAs() or manager.databaseCAs()):
        return b""
    return bytes(manager.trustedCaCertsPemText())
