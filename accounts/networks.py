"""Which network a request comes from, known by a keyed hash only: no address is stored or logged."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

PREFIX_V4 = 24
PREFIX_V6 = 56
"""What one household or small office usually has (DESIGN §5)."""


def network_of(request: HttpRequest) -> str:
    """Return a hash that is the same for all addresses of one network; "" if the peer has no address."""
    try:
        address = ip_address(client_address(request))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = PREFIX_V4 if address.version == 4 else PREFIX_V6
    network = str(ip_network((address, prefix), strict=False))
    return hmac.new(settings.SECRET_KEY.encode(), network.encode(), hashlib.sha256).hexdigest()[:32]


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address: the peer's, or what the outermost of our own proxies saw.

    Each of PROXIES proxies appends the address it saw to X-Forwarded-For, so that one counts
    from the right: what a visitor writes there themselves stands further left and is ignored.
    """
    if settings.PROXIES:
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= settings.PROXIES:
            return seen[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
