"""Money over HTTP: what its owner sees, and what strangers and unsigned words get."""

import csv
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from accounts.models import Owner, User
from billing.models import Purchase
from editor.models import Edit
from tests.billing.conftest import Buy
from tests.conftest import Submit, run
from tests.payments import PaymentServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mias_browser(mia: Owner) -> Client:
    browser = Client()
    assert mia.user is not None
    browser.force_login(mia.user)
    return browser


def test_without_a_provider_the_pricing_page_says_so(client: Client) -> None:
    page = client.get("/pricing/").content.decode()
    assert "Nothing is sold on this server" in page
    assert "3,000" in page
    assert "10,000" in page


def test_a_visitor_is_led_to_sign_in_before_buying(shop: PaymentServer, client: Client) -> None:
    page = client.get("/pricing/").content.decode()
    assert "Sign in to buy for $5" in page
    answer = client.post("/billing/buy", {"pack": "500"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_member_is_led_to_the_payment_page(shop: PaymentServer, mias_browser: Client) -> None:
    page = mias_browser.get("/pricing/")
    assert "Buy for $20" in page.content.decode()
    assert "form-action 'self' https://checkout.stripe.com" in page["Content-Security-Policy"]
    answer = mias_browser.post("/billing/buy", {"pack": "2000"})
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{shop.url}/pay/")
    assert Purchase.objects.get().tokens == 880_000


@pytest.mark.parametrize("pack", ["", "1", "-500", "many"])
def test_a_pack_that_is_not_on_sale_is_refused_in_words(
    pack: str, shop: PaymentServer, mias_browser: Client
) -> None:
    page = mias_browser.post("/billing/buy", {"pack": pack}, follow=True).content.decode()
    assert "This pack is not on sale." in page
    assert not Purchase.objects.exists()


def test_coming_back_from_paying_shows_the_tokens_at_once(
    begin: Buy, shop: PaymentServer, mias_browser: Client
) -> None:
    purchase = begin()
    shop.pay(purchase.checkout_id)
    page = mias_browser.get(f"/billing/purchases/{purchase.pk}/").content.decode()
    assert "You have 210,000 tokens now" in page
    assert "Return for $5" in page


def test_a_member_returns_a_pack_with_one_click(buy: Buy, mias_browser: Client) -> None:
    purchase = buy()
    page = mias_browser.post(f"/billing/purchases/{purchase.pk}/return", follow=True).content.decode()
    assert "Returned: 200,000 tokens for $5." in page
    again = mias_browser.post(f"/billing/purchases/{purchase.pk}/return", follow=True).content.decode()
    assert "left to return" in again or "being returned already" in again


def test_a_stranger_sees_and_returns_nothing(buy: Buy, bob: Owner, client: Client) -> None:
    purchase = buy()
    other = Client()
    other.force_login(User.objects.create_user("bob@example.com"))
    for browser, status in ((other, 404), (client, 302)):
        assert browser.get(f"/billing/purchases/{purchase.pk}/").status_code == status
        assert browser.post(f"/billing/purchases/{purchase.pk}/return").status_code == status
    assert not purchase.refunds.exists()


def test_the_webhook_refuses_what_is_not_signed(shop: PaymentServer, client: Client) -> None:
    answer = client.post("/billing/stripe/", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


def test_there_is_no_webhook_without_a_provider(client: Client) -> None:
    assert client.post("/billing/stripe/", b"{}", content_type="application/json").status_code == 404


def test_the_tokens_tab_shows_purses_holds_and_movements(
    submit: Submit, alices_browser: Client, worker_for: Callable[..., object]
) -> None:
    run(submit())
    waiting = submit()
    page = alices_browser.get("/account/?tab=tokens").content.decode()
    for words in (
        "2,800",
        "of 3,000",
        "Set aside for",
        waiting.pk,
        "Spent in the last 30 days",
        "New daily pool",
    ):
        assert words in page


def test_the_tokens_tab_of_nobody_shows_the_pool_that_waits(client: Client) -> None:
    page = client.get("/account/?tab=tokens").content.decode()
    assert "3,000" in page
    assert "Nothing has moved yet" in page


def test_the_statement_can_be_filtered_and_paged(
    submit: Submit, alices_browser: Client, settings: LazySettings
) -> None:
    settings.DAILY_TOKENS_VISITOR = 10_000
    for _ in range(32):
        submit()
    first = alices_browser.get("/account/?tab=tokens&purse=daily")
    assert len(first.context["rows"]) == 30
    rest = alices_browser.get(f"/account/?tab=tokens&purse=daily&before={first.context['next']}")
    assert len(rest.context["rows"]) == 3
    assert not alices_browser.get("/account/?tab=tokens&purse=paid").context["rows"]
    assert alices_browser.get("/account/?tab=tokens&purse=x&before=x").status_code == 200


def test_the_statement_as_csv_has_every_movement_with_its_balance(
    submit: Submit, alices_browser: Client, bobs_browser: Client
) -> None:
    edit = run(submit())
    answer = alices_browser.get("/billing/statement.csv")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))  # type: ignore[attr-defined]
    assert [(row["what"], row["tokens"], row["balance_after"], row["for"]) for row in rows] == [
        ("Set aside for an edit", "-100", "2900", edit.pk),
        ("New daily pool", "3000", "3000", ""),
    ]
    others = bobs_browser.get("/billing/statement.csv")
    assert b"".join(others.streaming_content).count(b"\n") == 1  # type: ignore[attr-defined]


def test_nobody_has_no_statement(client: Client) -> None:
    assert client.get("/billing/statement.csv").status_code == 404


def test_an_edit_s_page_says_what_it_cost_and_what_came_back(submit: Submit, alices_browser: Client) -> None:
    done, broken = run(submit()), run(submit("test-broken"))
    assert "100 tokens, from the free pool" in alices_browser.get(f"/edits/{done.pk}/").content.decode()
    page = alices_browser.get(f"/edits/{broken.pk}/").content.decode()
    assert "100 tokens went back to the free pool, because the edit failed" in page
    state = alices_browser.get(f"/edits/{broken.pk}/status").json()
    assert state["tokens"] == {"price": 100, "daily": 100, "paid": 0, "state": "returned", "expired": 0}


def test_the_button_says_the_price_and_the_line_below_what_there_is(
    submit: Submit, alices_browser: Client
) -> None:
    submit()
    page = alices_browser.get("/").content.decode()
    assert '<span id="price-tokens">100</span> tokens' in page
    assert "2,900 tokens" in page


def test_who_is_out_of_tokens_is_told_what_is_missing(
    submit: Submit, alices_browser: Client, settings: LazySettings
) -> None:
    settings.DAILY_TOKENS_VISITOR = 150
    edit = submit()
    wish = {"source": edit.source_id, "prompt": "invert it", "model": "test-invert"}
    answer = alices_browser.post("/edits/", wish)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "insufficient_quota"
    assert "costs 100 tokens and you have 50" in answer.json()["error"]["message"]
    assert Edit.objects.count() == 1
