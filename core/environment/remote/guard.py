"""Which servers may be asked, and which addresses may be connected to.

An address typed by a person, or sent by a server as a redirect, is not to be trusted:
it may point into the network that Gyre runs in. So only hosts that the operator listed
are asked, outside hosts only by https, and the address behind a name is checked before
the connection is made to that very address.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from core.errors import InputError, SourceError, SourceRefused

__all__ = [
    "HostEntry",
    "Target",
    "check_addresses",
    "check_url",
    "parse_hosts",
    "public_url",
    "resolve",
]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Longest URL taken; servers commonly refuse longer ones (assumption).
_MAX_URL = 8000
_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
#: Parts of the names of query values that are never shown or logged.
_SECRET = re.compile(r"token|key|secret|passw|pwd|sig|auth|credential", re.IGNORECASE)
#: NAT64 (RFC 6052): an IPv4 address lies in the last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class HostEntry:
    """A server the operator allows.

    ``port`` None means the usual port of https, or any port on loopback.
    """

    host: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL in its parts; ``path`` holds the query too."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    is_loopback: bool

    @property
    def host_header(self) -> str:
        """Host and, unless it is the usual one, port."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def parse_hosts(text: str) -> tuple[HostEntry, ...]:
    """Read the allow-list of the settings.

    Parameters
    ----------
    text : str
        ``HOST`` or ``HOST:PORT``, separated by commas; an IPv6 address in brackets.

    Raises
    ------
    InputError
        If an entry is no plain host name, or names a port that cannot be.
    """
    entries = []
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        try:
            split = urlsplit(f"//{part}")
            host, port = _host_of(split), split.port
            _check_host_name(host)
        except (ValueError, SourceRefused) as error:
            raise InputError(
                f"forcing_hosts: {part[:80]!r} is not HOST or HOST:PORT ({error})"
            ) from error
        if split.path or split.query or "@" in part or port == 0:
            raise InputError(f"forcing_hosts: {part[:80]!r} is not HOST or HOST:PORT")
        entries.append(HostEntry(host, port))
    return tuple(entries)


def check_url(url: str, allowed: Sequence[HostEntry]) -> Target:
    """Take a URL apart and refuse it unless the operator allows its server.

    Raises
    ------
    SourceRefused
        With the reason in words; a password in the URL is never repeated.
    """
    split = _split(url)
    host = _host_of(split)
    _check_host_name(host)
    port = _port_of(split)
    loopback = _is_loopback_name(host)
    if split.scheme == "http" and not loopback:
        raise SourceRefused(f"{host}: only https is allowed outside this machine")
    if not any(_matches(entry, host, port, loopback) for entry in allowed):
        listed = ", ".join(sorted({entry.host for entry in allowed})) or "none"
        raise SourceRefused(
            f"{host}:{port} is not in the setting forcing_hosts (listed: {listed})"
        )
    address = _as_address(host)
    if address is not None:
        check_addresses(host, [str(address)], loopback=loopback)
    path = urlunsplit(("", "", split.path or "/", split.query, ""))
    name = f"[{host}]" if ":" in host else host
    netloc = name if port == _PORTS[split.scheme] else f"{name}:{port}"
    clean = urlunsplit((split.scheme, netloc, split.path or "/", split.query, ""))
    return Target(clean, split.scheme, host, port, path, loopback)


def check_addresses(host: str, addresses: Sequence[str], *, loopback: bool) -> None:
    """Refuse addresses that do not belong to the outside world.

    One bad address refuses all of them: a name that points both outside and inside is
    how a rebinding attack begins.

    Parameters
    ----------
    host : str
        Named in the error.
    addresses : sequence of str
        What the name stands for.
    loopback : bool
        True if the host was listed as this machine; then only loopback passes.

    Raises
    ------
    SourceRefused
        If an address is private, link-local, multicast, reserved or otherwise special.
    """
    for text in addresses:
        for address in _embedded(ipaddress.ip_address(text.partition("%")[0])):
            if loopback and address.is_loopback:
                continue
            if loopback or not address.is_global or _is_special(address):
                kind = _kind_of(address)
                raise SourceRefused(f"{host} leads to {text}, {kind}: refused")


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host name.

    Raises
    ------
    SourceError
        If the name is unknown or no name server answers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:  # socket.gaierror among them
        raise SourceError(f"the name {host} was not found: {error.strerror}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_url(url: str) -> str:
    """Return a URL that may be shown and logged: no password, no key, no fragment."""
    try:
        split = urlsplit(url)
        netloc = split.netloc.rpartition("@")[2]
    except ValueError:
        return "(unreadable URL)"
    query = split.query
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(_SECRET.search(name) for name, _ in pairs):
        query = urlencode([(k, "***" if _SECRET.search(k) else v) for k, v in pairs])
    return urlunsplit((split.scheme, netloc, split.path, query, ""))


def _split(url: str) -> SplitResult:
    if len(url) > _MAX_URL:
        raise SourceRefused(f"URL of {len(url)} characters, at most {_MAX_URL}")
    # urlsplit drops tabs and newlines without a word, so look before it does.
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise SourceRefused(
            "URL with a space, control or non-ASCII character; percent-encode it"
        )
    try:
        split = urlsplit(url)
    except ValueError as error:
        raise SourceRefused(f"not a URL: {error}") from error
    if split.scheme not in _PORTS:
        raise SourceRefused(
            f"expected a URL with https://, got {split.scheme[:20] or 'no scheme'!r}"
        )
    if "@" in split.netloc:
        raise SourceRefused("URL with a user name or password; these are not used")
    return split


def _host_of(split: SplitResult) -> str:
    """Host in its one spelling: small letters, no last dot, short IPv6."""
    host = (split.hostname or "").removesuffix(".")
    address = _as_address(host) if ":" in host else None
    return host if address is None else str(address)


def _port_of(split: SplitResult) -> int:
    try:
        port = split.port
    except ValueError as error:
        raise SourceRefused(f"not a port: {error}") from error
    if port == 0:
        raise SourceRefused("port 0 cannot be asked")
    return port or _PORTS[split.scheme]


def _check_host_name(host: str) -> None:
    if ":" in host:
        if _as_address(host) is None or "%" in host:
            raise SourceRefused(f"not an IPv6 address: {host[:80]!r}")
        return
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise SourceRefused(f"not a host name: {host[:80]!r}")
    # 127.1, 0x7f000001, 0177.0.0.1 and 2130706433 all mean 127.0.0.1 to a system
    # resolver; only the plain four-number form is taken.
    if _NUMERIC.fullmatch(labels[-1]) and _as_address(host) is None:
        raise SourceRefused(
            f"{host[:80]!r} is a number; write an address as four decimal numbers"
        )


def _as_address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback_name(host: str) -> bool:
    address = _as_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _matches(entry: HostEntry, host: str, port: int, loopback: bool) -> bool:
    if entry.host != host:
        return False
    if entry.port is None:
        return loopback or port == _PORTS["https"]
    return entry.port == port


def _embedded(address: _Address) -> list[_Address]:
    """Return the address and any IPv4 address that is packed in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    packed: list[_Address] = [address]
    if address.sixtofour is not None:
        packed.append(address.sixtofour)
    if address.teredo is not None:
        packed.extend(address.teredo)
    if address in _NAT64:
        packed.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return packed


def _is_special(address: _Address) -> bool:
    return (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)
    )


def _kind_of(address: _Address) -> str:
    if address.is_loopback:
        return "this machine"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_private:
        return "a private address"
    if address.is_global and not _is_special(address):
        return "an outside address where this machine was expected"
    return "a reserved address"
