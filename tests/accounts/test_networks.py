"""Whose address counts, and which addresses are one network."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from accounts.networks import network_of


def network(address: str, forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return network_of(RequestFactory().get("/", REMOTE_ADDR=address, headers=headers))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.7", "203.0.113.250"),
        ("2001:db8:1:2300::1", "2001:db8:1:23ff:ffff::2"),
        ("::ffff:203.0.113.7", "203.0.113.9"),
    ],
)
def test_neighbours_are_one_network(one: str, other: str) -> None:
    assert network(one) == network(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("203.0.113.7", "203.0.114.7"), ("2001:db8:1:2300::1", "2001:db8:1:2400::1")]
)
def test_others_are_not(one: str, other: str) -> None:
    assert network(one) != network(other)


def test_what_a_visitor_writes_into_the_header_is_ignored() -> None:
    assert network("203.0.113.7", forwarded="198.51.100.1") == network("203.0.113.7")


def test_behind_our_own_proxy_the_address_it_saw_counts(settings: LazySettings) -> None:
    settings.PROXIES = 1
    assert network("10.0.0.1", forwarded="6.6.6.6, 203.0.113.7") == network(
        "10.0.0.1", forwarded="203.0.113.9"
    )
    settings.PROXIES = 2
    seen = network("10.0.0.1", forwarded="6.6.6.6, 203.0.113.7, 10.0.0.2")
    settings.PROXIES = 0
    assert seen == network("203.0.113.7")


@pytest.mark.parametrize("address", ["", "unix", "not an address"])
def test_a_peer_without_an_address_has_no_network(address: str) -> None:
    assert network(address) == ""
