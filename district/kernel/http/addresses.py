"""Where a request comes from, for rate limits."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

# One household has a whole /64; counting single addresses would count nothing.
_IPV6_PREFIX_BITS = 64


def client_address(request: HttpRequest | Request) -> str:
    """The caller's address, as our own proxies saw it; an IPv6 address stands for its /64.

    Of X-Forwarded-For only the entries our proxies have written count, from the right:
    whatever stands left of them anybody can write.
    """
    forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    addresses = [entry.strip() for entry in forwarded_for if entry.strip()]
    addresses.append(request.META.get("REMOTE_ADDR", ""))
    entry = addresses[-1 - min(settings.TRUSTED_PROXIES, len(addresses) - 1)]
    try:
        address = ipaddress.ip_address(entry)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_PREFIX_BITS), strict=False))
    return str(address)
