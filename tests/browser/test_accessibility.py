"""No page, in any state, light or dark, wide or narrow, breaks a rule of WCAG 2.2 AA that axe can see."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import pictures
from tests.browser.conftest import NewPage

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "garden.jpg"
    path.write_bytes(pictures.encoded(pictures.photo(600, 400), "JPEG", quality=90))
    return path


def assert_no_violation(page: Page, where: str) -> None:
    found = Axe().run(page, options=RULES)
    told = [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
    assert told == [], where


# Contrast does not depend on the shape, nor layout on the scheme: two of the four pairs see all.
@pytest.mark.parametrize(("scheme", "shape"), [("light", WIDE), ("dark", PHONE)], ids=["wide", "phone"])
def test_no_page_breaks_a_rule(
    new_page: NewPage, photo_file: Path, scheme: str, shape: dict[str, Any]
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", **shape)
    for address in (
        "/",
        "/models/",
        "/models/step1x-edit/",
        "/account/?tab=history",
        "/pricing/",
        "/api/",
        "/account/login/",
        "/account/signup/",
        "/nowhere/",
    ):
        page.goto(address)
        assert_no_violation(page, address)
    page.evaluate("document.querySelectorAll('.site-menu').forEach((menu) => { menu.open = true; })")
    assert_no_violation(page, "menu")
    page.goto("/models/freeai-lite/")
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    assert_no_violation(page, "everything unfolded")
    page.set_input_files("#image", photo_file)
    page.wait_for_selector("[data-state=ready]")
    assert_no_violation(page, "ready")
    page.fill("#prompt", "put a dragon on the roof")
    page.click("#submit")
    page.wait_for_selector(".notice")
    assert_no_violation(page, "refused")
    page.fill("#prompt", "black and white")
    page.click("#submit")
    page.wait_for_selector("[data-state=done]")
    page.wait_for_selector("[role=slider]")
    assert_no_violation(page, "done")
    page.goto("/account/?tab=history")
    page.locator(".tile details").evaluate("(fold) => { fold.open = true; }")
    assert_no_violation(page, "history")
    page.goto("/account/?tab=tokens")
    assert_no_violation(page, "tokens")


def test_progress_is_told_to_those_who_do_not_see_it(new_page: NewPage, photo_file: Path) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto("/")
    page.evaluate(
        """() => {
            window.told = [];
            new MutationObserver(() => told.push(document.getElementById("announce").textContent))
                .observe(document.getElementById("announce"), { childList: true });
        }"""
    )
    page.set_input_files("#image", photo_file)
    page.wait_for_selector("[data-state=ready]")
    page.fill("#prompt", "black and white")
    page.click("#submit")
    expect(page.locator("#announce")).to_have_text("Done. The result is here.", timeout=20_000)
    told = page.evaluate("told")
    assert "The picture is ready" in told
    assert page.get_attribute("#announce", "aria-live") == "polite"


def test_every_target_is_at_least_24_pixels(new_page: NewPage, photo_file: Path) -> None:
    page = new_page(**PHONE)
    page.goto("/models/freeai-lite/")
    page.set_input_files("#image", photo_file)
    page.wait_for_selector("[data-state=ready]")
    page.fill("#prompt", "black and white")
    page.click("#submit")
    page.wait_for_selector("[role=slider]")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, select, [role=slider], a.button, nav a")]
            .map((target) => [target.outerHTML.slice(0, 80), target.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
            .map(([html]) => html)"""
    )
    assert small == []
