"""A member with a wallet, and a payment server that this site believes to be Stripe."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings

from accounts.models import Owner, User
from billing import purchases, reconcile
from billing.models import Purchase
from tests.payments import PaymentServer
from tests.payments.fixtures import payments

__all__ = ["payments"]

Buy = Callable[..., Purchase]


@pytest.fixture
def mia(db: None) -> Owner:
    """A member."""
    return Owner.objects.create(user=User.objects.create_user("mia@example.com"))


@pytest.fixture
def shop(payments: PaymentServer, settings: LazySettings) -> Iterator[PaymentServer]:
    """The payment server, with this site pointed at it. Books and provider must agree at the end."""
    settings.STRIPE_SECRET_KEY = payments.api_key
    settings.STRIPE_WEBHOOK_SECRET = payments.webhook_secret
    settings.STRIPE_API_BASE = payments.url
    yield payments
    assert reconcile.findings() == []
    assert reconcile.provider_findings() == []


@pytest.fixture
def begin(shop: PaymentServer, mia: Owner) -> Buy:
    """Begin to buy a pack; nothing is paid yet."""

    def make(price_cents: int = 500) -> Purchase:
        site = "http://127.0.0.1:9"
        purchases.start(
            mia, price_cents, success_url=lambda purchase_id: f"{site}/{purchase_id}", cancel_url=site
        )
        return Purchase.objects.latest("created_at")

    return make


@pytest.fixture
def buy(begin: Buy, shop: PaymentServer) -> Buy:
    """Buy a pack with a card that works."""

    def make(price_cents: int = 500) -> Purchase:
        purchase = begin(price_cents)
        shop.pay(purchase.checkout_id)
        purchases.follow(purchase.pk)
        return Purchase.objects.get(pk=purchase.pk)

    return make
