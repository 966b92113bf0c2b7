"""Whom a rate limit counts."""

import pytest
from django.test import RequestFactory

from district.kernel.http.addresses import client_address


def seen_as(remote: str, forwarded: str | None, proxies: int, settings) -> str:
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", None, 0, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", 0, "203.0.113.9"),  # anybody can write the header
        ("10.0.0.2", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.3", 2, "198.51.100.1"),
        ("10.0.0.2", None, 1, "10.0.0.2"),
        ("10.0.0.2", "198.51.100.1", 3, "198.51.100.1"),
        ("10.0.0.2", " , ,198.51.100.1 ,", 1, "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", None, 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", None, 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", None, 0, "203.0.113.9"),
        ("10.0.0.2", "<script>", 1, "unknown"),
        ("", None, 0, "unknown"),
        ("10.0.0.2", "fe80::1%eth0", 1, "fe80::/64"),
    ],
)
def test_the_address_our_own_proxies_saw(remote, forwarded, proxies, expected, settings):
    assert seen_as(remote, forwarded, proxies, settings) == expected
