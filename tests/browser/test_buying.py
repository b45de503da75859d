"""A member buys a pack with a card, spends of it, and returns the rest."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.payments import PaymentServer, running_payments
from tests.site import Site, running_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a long sentence of hers"


@pytest.fixture
def payments() -> Iterator[PaymentServer]:
    with running_payments() as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, payments: PaymentServer) -> Iterator[Site]:
    with running_site(
        tmp_path,
        FREEAI_STRIPE_SECRET_KEY=payments.api_key,
        FREEAI_STRIPE_WEBHOOK_SECRET=payments.webhook_secret,
        FREEAI_STRIPE_API_BASE=payments.url,
        FREEAI_STRIPE_CHECKOUT_ORIGIN=payments.url,
        FREEAI_DAILY_TOKENS_MEMBER="100",
    ) as site:
        payments.deliver_to(f"{site.url}/billing/stripe/")
        make = (
            "from tests import members; members.make('mia@example.com')"  # confirmed, as after a mail's link
        )
        done = site.manage("shell", "-c", make)
        assert done.returncode == 0, done.stderr
        yield site


@pytest.fixture
def page(chromium: Browser, shop: Site) -> Iterator[Page]:
    context = chromium.new_context(base_url=shop.url, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_a_member_buys_a_pack_spends_and_returns_the_rest(
    page: Page, shop: Site, payments: PaymentServer
) -> None:
    page.goto("/pricing/")
    page.get_by_role("link", name="Sign in to buy for $5", exact=True).click()
    page.fill("[name=login]", "mia@example.com")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Buy for $5", exact=True).click()
    page.wait_for_url(re.compile(r"/pay/cs_test_"))
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_label("Expiry").fill("12/99")
    page.get_by_label("CVC").fill("123")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label("Expiry").fill("12/99")
    page.get_by_label("CVC").fill("123")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url(re.compile(r"/billing/purchases/pur_\w+/"))
    purchase = page.url
    expect(page.locator("main")).to_contain_text("You have 200,100 tokens now")
    page.get_by_role("link", name="Tokens", exact=True).click()
    expect(page.get_by_label("What you have")).to_contain_text("200,000")

    for wish in ("warmer", "black and white"):
        page.goto("/")
        page.locator("#use-sample").click()
        expect(page.locator("#workspace")).to_have_attribute("data-state", "ready", timeout=30_000)
        expect(page.locator("#submit")).to_contain_text("100 tokens")
        page.fill("#prompt", wish)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#workspace")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(page.locator("#outcome")).to_contain_text("100 tokens, from your paid ones")

    page.goto(purchase)
    expect(page.locator("main")).to_contain_text("You get the price of the 199,900 tokens that are left")
    page.get_by_role("button", name="Return for $4.99").click()
    expect(page.locator("body")).to_contain_text("Returned: 199,900 tokens for $4.99.")
    payments.wait_delivered()
    assert [(paid.amount, paid.amount_refunded) for paid in payments.payments()] == [(500, 499)]
    assert shop.manage("reconcile").stdout == "clean\n"
