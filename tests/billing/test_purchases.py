"""Packs bought and returned at a real payment server: tokens and money always agree."""

import random
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Owner
from billing import ledger, purchases, purses, refunds, webhooks
from billing.models import Lot, Purchase, Refund, StripeEvent, Transfer
from freeai.common.errors import InvalidInput, NotAllowed, NotFound, PaymentProviderFailed
from tests.billing.conftest import Buy
from tests.payments import PaymentServer
from tests.payments.events import SignedEvent

pytestmark = pytest.mark.django_db


def spend(owner: Owner, tokens: int) -> None:
    with transaction.atomic():
        hold = ledger.place_hold(owner, tokens, reference="edit_x")
        ledger.capture_hold(hold.pk)


def deliver(event: SignedEvent) -> None:
    answer = Client().post(
        "/billing/stripe/",
        event.payload,
        content_type="application/json",
        headers={"Stripe-Signature": event.headers["Stripe-Signature"]},
    )
    assert answer.status_code == 200, answer.content


def paid_of(owner: Owner) -> int:
    return purses.balance(owner).paid


def test_a_paid_pack_is_credited(buy: Buy, mia: Owner) -> None:
    purchase = buy()
    assert (purchase.status, paid_of(mia)) == ("paid", 200_000)
    assert purchase.payment_id
    assert purchase.receipt_url


def test_a_page_that_was_not_paid_brings_nothing(begin: Buy, mia: Owner) -> None:
    purchase = begin()
    purchases.follow(purchase.pk)
    assert paid_of(mia) == 0
    assert purchases.of_owner(mia) == []


def test_an_expired_page_is_not_paid(begin: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = begin()
    shop.expire(purchase.checkout_id)
    purchases.follow(purchase.pk)
    purchase.refresh_from_db()
    assert (purchase.status, paid_of(mia)) == ("failed", 0)


def test_a_bank_debit_is_credited_when_the_bank_says_yes(begin: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = begin()
    shop.pay(purchase.checkout_id, method="us_bank_account")
    purchases.follow(purchase.pk)
    assert paid_of(mia) == 0
    shop.async_succeed(purchase.checkout_id)
    purchases.follow(purchase.pk)
    assert paid_of(mia) == 200_000


def test_a_bank_debit_that_bounces_brings_nothing(begin: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = begin()
    shop.pay(purchase.checkout_id, method="us_bank_account")
    shop.async_fail(purchase.checkout_id)
    purchases.follow(purchase.pk)
    purchase.refresh_from_db()
    assert (purchase.status, paid_of(mia)) == ("failed", 0)


def test_an_unspent_pack_is_returned_for_its_full_price(buy: Buy, shop: PaymentServer, mia: Owner) -> None:
    refund = refunds.start(buy(), by="owner")
    assert (refund.tokens, refund.amount_cents, refund.status) == (200_000, 500, "succeeded")
    assert paid_of(mia) == 0
    assert [payment.amount_refunded for payment in shop.payments()] == [500]


def test_a_pack_in_use_is_returned_pro_rata(buy: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = buy()
    spend(mia, 10_000 + 50_001)
    refund = refunds.start(purchase, by="owner")
    # 149,999 of 200,000 tokens are 374.9975 cents, rounded down.
    assert (refund.tokens, refund.amount_cents) == (149_999, 374)
    assert paid_of(mia) == 0


def test_a_spent_pack_cannot_be_returned(buy: Buy, mia: Owner) -> None:
    purchase = buy()
    spend(mia, 210_000)
    with pytest.raises(refunds.NotReturnable, match="Nothing of this pack is left"):
        refunds.start(purchase, by="owner")


def test_after_thirty_days_only_a_moderator_can_return_a_pack(
    buy: Buy, mia: Owner, settings: LazySettings
) -> None:
    purchase = buy()
    Purchase.objects.update(paid_at=timezone.now() - timedelta(days=settings.REFUND_DAYS, seconds=1))
    purchase.refresh_from_db()
    with pytest.raises(refunds.NotReturnable, match="time to return"):
        refunds.start(purchase, by="owner")
    assert refunds.start(purchase, by="mona@example.com", reason="kindness").amount_cents == 500


def test_a_moderator_can_give_the_whole_price_of_a_pack_in_use(
    buy: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = buy()
    spend(mia, 60_000)
    refund = refunds.start(purchase, by="mona@example.com", whole_price=True)
    assert (refund.tokens, refund.amount_cents) == (150_000, 500)
    assert shop.payments()[0].amount_refunded == 500


def test_a_pack_cannot_be_returned_twice(buy: Buy) -> None:
    purchase = buy()
    refunds.start(purchase, by="owner")
    with pytest.raises(refunds.NotReturnable):
        refunds.start(purchase, by="owner")


def test_tokens_come_back_when_the_bank_sends_the_money_back(
    buy: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = buy()
    shop.hold_refunds()
    refund = refunds.start(purchase, by="owner")
    assert (refund.status, paid_of(mia)) == ("sent", 0)
    shop.fail_refund(refund.provider_id)
    refunds.follow(purchase.pk)
    refund.refresh_from_db()
    assert (refund.status, paid_of(mia)) == ("failed", 200_000)
    refunds.follow(purchase.pk)
    assert paid_of(mia) == 200_000


def test_a_return_that_the_provider_remembers_as_a_failure_is_found(
    buy: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = buy()
    shop.answer_500("/v1/refunds", method="POST", does_work=True)
    refund = refunds.start(purchase, by="owner")
    assert (refund.status, paid_of(mia)) == ("succeeded", 0)
    assert shop.payments()[0].amount_refunded == 500


def test_a_return_whose_answer_was_lost_moves_the_money_once(
    buy: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = buy()
    # The library asks twice by itself, and then we look for the refund: break all three.
    for _ in range(4):
        shop.drop_next_response("/v1/refunds")
    refund = refunds.start(purchase, by="owner")
    assert (refund.status, paid_of(mia)) == ("reserved", 0)
    Refund.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert refunds.catch_up() == 1
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert shop.payments()[0].amount_refunded == 500


def test_a_purchase_whose_events_never_came_is_found(begin: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = begin()
    shop.pay(purchase.checkout_id)
    Purchase.objects.update(checked_at=timezone.now() - timedelta(minutes=6))
    assert purchases.catch_up() == 1
    assert paid_of(mia) == 200_000


def test_a_refund_made_at_the_provider_takes_its_tokens_back(
    buy: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = buy()
    shop.refund_outside(purchase.payment_id, 100)
    purchases.follow(purchase.pk)
    assert paid_of(mia) == 160_000
    assert refunds.start(Purchase.objects.get(pk=purchase.pk), by="owner").amount_cents == 400


def test_a_dispute_takes_everything_back_and_what_was_spent_is_a_debt(
    buy: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = buy()
    spend(mia, 10_000 + 50_000)
    dispute = shop.dispute(purchase.payment_id)
    purchases.follow(purchase.pk)
    assert (paid_of(mia), purses.balance(mia).debt) == (0, 50_000)
    shop.close_dispute(dispute, won=False)
    purchases.follow(purchase.pk)
    assert purses.balance(mia).debt == 50_000
    buy(1000)
    assert (paid_of(mia), purses.balance(mia).debt) == (370_000, 0)


def test_a_dispute_that_is_won_gives_the_tokens_back(buy: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = buy()
    dispute = shop.dispute(purchase.payment_id)
    purchases.follow(purchase.pk)
    assert paid_of(mia) == 0
    shop.close_dispute(dispute, won=True)
    purchases.follow(purchase.pk)
    purchase.refresh_from_db()
    assert (paid_of(mia), purchase.status) == (200_000, "paid")


@pytest.mark.parametrize("seed", range(6))
def test_events_twice_and_shuffled_and_mixed_with_a_return_count_once(
    seed: int, begin: Buy, shop: PaymentServer, mia: Owner
) -> None:
    order = random.Random(seed)
    first, second = begin(), begin(1000)
    shop.pay(first.checkout_id)
    shop.pay(second.checkout_id, method="us_bank_account")
    shop.async_succeed(second.checkout_id)
    early = shop.events()
    order.shuffle(early)
    for event in early:
        deliver(event)
    assert paid_of(mia) == 620_000
    refunds.start(Purchase.objects.get(pk=first.pk), by="owner")
    shop.refund_outside(Purchase.objects.get(pk=second.pk).payment_id, 250)
    everything = shop.events() * 2
    order.shuffle(everything)
    for event in everything:
        deliver(event)
    assert paid_of(mia) == 420_000 * 3 // 4
    assert Transfer.objects.filter(kind="purchase").count() == 2
    assert sum(payment.amount - payment.amount_refunded for payment in shop.payments()) == 750
    assert StripeEvent.objects.filter(handled_at=None).count() == 0


def test_an_event_that_could_not_be_followed_is_kept_and_handled_later(
    begin: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = begin()
    shop.pay(purchase.checkout_id)
    event = shop.events("checkout.session.completed")[0]
    for _ in range(2):
        shop.answer_500("/v1/checkout")
    with pytest.raises(PaymentProviderFailed):
        webhooks.receive(event.payload, event.headers["Stripe-Signature"])
    assert (paid_of(mia), StripeEvent.objects.get().failure) == (0, "payment_provider_failed")
    StripeEvent.objects.update(received_at=timezone.now() - timedelta(minutes=2))
    assert webhooks.catch_up() == 1
    assert paid_of(mia) == 200_000


def test_an_event_nobody_signed_is_not_even_kept(shop: PaymentServer) -> None:
    with pytest.raises(InvalidInput):
        webhooks.receive(b'{"id": "evt_1", "type": "checkout.session.completed"}', "t=1,v1=00")
    assert not StripeEvent.objects.exists()


def test_a_site_that_died_before_writing_the_page_down_still_credits_it(
    begin: Buy, shop: PaymentServer, mia: Owner
) -> None:
    purchase = begin()
    shop.pay(purchase.checkout_id)
    Purchase.objects.update(checkout_id="")
    deliver(shop.events("checkout.session.completed")[0])
    assert paid_of(mia) == 200_000


def test_visitors_and_unknown_packs_are_refused(shop: PaymentServer, alice: Owner, mia: Owner) -> None:
    with pytest.raises(NotAllowed):
        purchases.start(alice, 500, success_url=str, cancel_url="x")
    with pytest.raises(InvalidInput):
        purchases.start(mia, 123, success_url=str, cancel_url="x")


def test_without_a_provider_nothing_is_sold(mia: Owner) -> None:
    assert purchases.packs() == []
    with pytest.raises(InvalidInput):
        purchases.start(mia, 500, success_url=str, cancel_url="x")
    assert (purchases.catch_up(), refunds.catch_up(), webhooks.catch_up()) == (0, 0, 0)


def test_a_stranger_finds_no_purchase(buy: Buy, alice: Owner) -> None:
    purchase = buy()
    for owner in (alice, None):
        with pytest.raises(NotFound):
            purchases.find(purchase.pk, owner)


def test_tokens_held_while_a_pack_is_returned_stay_the_owner_s(buy: Buy, mia: Owner) -> None:
    purchase = buy()
    with transaction.atomic():
        hold = ledger.place_hold(mia, 15_000, reference="edit_x")
    refund = refunds.start(purchase, by="owner")
    assert (refund.tokens, refund.amount_cents) == (195_000, 487)
    with transaction.atomic():
        ledger.release_hold(hold.pk)
    assert paid_of(mia) == 5_000
    assert Lot.objects.get().left == 5_000
