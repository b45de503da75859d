"""Fetch from an address that a stranger named, without reaching anything that is not public.

The name is resolved once, every address it has must be public, and the connection goes to
the address that was checked: a name that changes its mind in between changes nothing. Each
redirect is a new connection and is checked again. One deadline covers everything.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
from django.conf import settings

from freeai.common.errors import InvalidInput

REDIRECTS_MAX = 3
PORTS = {443, 8443}
STEP_SECONDS = 5.0
_NAT64 = ip_network("64:ff9b::/96")
_AGENT = "FreeAI (+https://github.com/freeai)"


class CannotFetch(InvalidInput):
    code = "image_url_unreachable"


def fetch(url: str, *, bytes_max: int, media: str) -> bytes:
    """Return what an https address answers, if its type starts with `media`. Raises CannotFetch."""
    deadline = time.monotonic() + settings.FETCH_SECONDS
    backend = PublicOnly(deadline)
    with httpcore.ConnectionPool(network_backend=backend, retries=0) as pool:
        for _hop in range(REDIRECTS_MAX + 1):
            require_address(url)
            try:
                with pool.stream("GET", url, headers=_headers(url), extensions=_timeouts()) as response:
                    if response.status not in {301, 302, 303, 307, 308}:
                        return _body(response, bytes_max, media, deadline)
                    url = urljoin(url, _header(response, b"location"))
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                raise CannotFetch("This address did not answer in time.") from error
            except (httpcore.UnsupportedProtocol, UnicodeError, ValueError, ssl.SSLError) as error:
                raise CannotFetch("This address cannot be used.") from error
    raise CannotFetch("This address redirects too often.")


def post(url: str, body: bytes, *, headers: dict[str, str]) -> int:
    """Send a body to an https address and return its status; redirects are not followed.

    Raises CannotFetch.
    """
    require_address(url)
    backend = PublicOnly(time.monotonic() + settings.FETCH_SECONDS)
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    sent += [(b"Host", urlsplit(url).netloc.encode()), (b"User-Agent", _AGENT.encode())]
    sent += [(b"Content-Length", str(len(body)).encode())]
    try:
        with (
            httpcore.ConnectionPool(network_backend=backend, retries=0) as pool,
            pool.stream("POST", url, headers=sent, content=body, extensions=_timeouts()) as response,
        ):
            return response.status
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise CannotFetch("This address did not answer in time.") from error
    except (httpcore.UnsupportedProtocol, UnicodeError, ValueError, ssl.SSLError) as error:
        raise CannotFetch("This address cannot be used.") from error


def require_address(url: str) -> None:
    """Refuse what is not a plain https address. Raises CannotFetch."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise CannotFetch("This address cannot be read.") from error
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise CannotFetch("Give a plain https address, without user or password.")
    if f"{parts.hostname}:{port}" in settings.FETCH_TRUSTED and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or (port or 443) not in PORTS:
        raise CannotFetch("Only https addresses on port 443 are fetched.")


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, whatever it is wrapped in."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.teredo is not None:
            return False
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class PublicOnly(httpcore.SyncBackend):
    """Opens connections to public addresses only, and gives each wait what is left of the deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = _resolve(host, port)
        stream = super().connect_tcp(address, port, _left(self._deadline, timeout), local_address)
        return _Hurried(stream, self._deadline)

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise CannotFetch("This address cannot be used.")


class _Hurried(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline, so that a slow drip ends too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        safe = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Hurried(safe, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolve(host: str, port: int) -> str:
    """Return one checked address of a name. Raises CannotFetch if any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CannotFetch("This address cannot be found.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if f"{host}:{port}" not in settings.FETCH_TRUSTED and not all(map(is_public, addresses)):
        raise CannotFetch("This address is not on the public internet.")
    return addresses[0]


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return min(left, timeout if timeout is not None else STEP_SECONDS)


def _body(response: httpcore.Response, bytes_max: int, media: str, deadline: float) -> bytes:
    if response.status != 200:
        raise CannotFetch(f"This address answered {response.status}.")
    kind = _header(response, b"content-type").lower()
    if not kind.startswith((media, "application/octet-stream", "binary/octet-stream")):
        raise CannotFetch("This address does not lead to a picture.")
    received = bytearray()
    for chunk in response.iter_stream():
        received += chunk
        if len(received) > bytes_max:
            break  # the reader of these bytes refuses them by their size, in its own words
        _left(deadline, None)
    return bytes(received)


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


def _headers(url: str) -> dict[bytes | str, bytes | str]:
    return {
        "Host": urlsplit(url).netloc,
        "User-Agent": _AGENT,
        "Accept": "image/*",
        "Accept-Encoding": "identity",
    }


def _timeouts() -> dict[str, Any]:
    steps = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
    return {"timeout": steps}
