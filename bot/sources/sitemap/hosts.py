"""Whose addresses are whose: a site's hosts, and which of their addresses may be asked."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_of(page: str, hosts: frozenset[str]) -> bool:
    """Whether a page's address is one of these hosts'; any host's, where none is known."""
    try:
        parts = urlsplit(page)
        host = host_of(page)
    except ValueError:
        return False
    if not parts.netloc:
        return page.startswith("/")  # such as a site that was built without its address
    if parts.scheme not in {"http", "https"}:
        return False
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return not hosts or host in hosts or twin in hosts or _name(host) in hosts & LOOPBACK


def host_of(url: str) -> str:
    """The host with its port, if that is not the scheme's own."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = (parts.hostname or "").rstrip(".")
    return name if port in {None, 80, 443} else f"{name}:{port}"


def _name(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


def secure(url: str) -> str:
    """The address on https, except for this machine's."""
    is_plain = url[:5].lower() == "http:" and not is_secure(url)
    return f"https:{url[5:]}" if is_plain else url


def is_secure(url: str) -> bool:
    """Whether nobody on the way can change what is there. This machine needs no https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
