"""Fixtures of the payment server: `from tests.payments.fixtures import payments  # noqa: F401`."""

from collections.abc import Iterator

import pytest

from tests.payments.server import PaymentServer, running_payments


@pytest.fixture
def payments() -> Iterator[PaymentServer]:
    """Return a payment server of this test's own, which collects its events."""
    with running_payments() as server:
        yield server
