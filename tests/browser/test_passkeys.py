"""Passkeys in a real browser with a virtual device: made, used, renamed, removed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.members import PASSWORD
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NONE_YET = "None yet."


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A browser that reaches the site by name: devices keep passkeys for names, not for addresses."""
    context = chromium.new_context(base_url=f"http://localhost:{site.port}")
    page = context.new_page()
    refused: list[str] = []
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on("console", lambda line: refused.append(line.text) if "Content Security" in line.text else None)
    yield page
    context.close()
    assert refused == []


@pytest.fixture
def device(page: Page) -> CDPSession:
    """A device that holds passkeys and lets its owner in without asking."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def make_member(site: Site, email: str) -> None:
    done = site.manage("shell", "-c", f"from tests import members; members.make('{email}')")
    assert done.returncode == 0, done.stderr


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/account/\?tab=|/2fa/"))


def confirm(page: Page) -> None:
    """Say the password once more, as changing how to sign in asks for."""
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"/$"))


def add_passkey(page: Page, name: str) -> None:
    page.goto("/account/2fa/webauthn/add/")
    if page.locator("[name=password]").count():
        confirm(page)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url(re.compile(r"recovery-codes"))


def test_a_passkey_opens_the_account_until_it_is_removed(page: Page, device: CDPSession, site: Site) -> None:
    make_member(site, "pia@example.org")
    sign_in(page, "pia@example.org")
    page.goto("/account/?tab=settings")
    expect(page.locator("main")).to_contain_text("None. One signs you in with your fingerprint")
    add_passkey(page, "Pia's laptop")
    sign_out(page)

    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/account/\?tab=history"))
    page.goto("/account/?tab=settings")
    expect(page.locator("main")).to_contain_text("pia@example.org")
    expect(page.locator("main")).to_contain_text("1 passkey signs you in without a password.")

    page.goto("/account/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Pia's laptop")
    page.get_by_role("link", name="Rename").click()
    page.get_by_role("link", name="use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.locator("main")).to_contain_text(NONE_YET)
    sign_out(page)
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("No account here has this passkey")


def test_with_a_passkey_the_password_alone_opens_nothing(page: Page, device: CDPSession, site: Site) -> None:
    make_member(site, "paul@example.org")
    sign_in(page, "paul@example.org")
    add_passkey(page, "Paul's phone")
    sign_out(page)
    sign_in(page, "paul@example.org")
    assert "/2fa/authenticate/" in page.url
    page.goto("/account/?tab=settings")
    assert "/2fa/authenticate/" in page.url, "half a sign-in is none"
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"/account/\?tab=history"))


def test_another_device_opens_nothing_and_a_device_that_refuses_says_so(
    page: Page, device: CDPSession, site: Site
) -> None:
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("That did not work")
    assert "/account/login/" in page.url
