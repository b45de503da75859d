"""A real site and a real browser. Chromium is the system's own; CI has it for certain."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.site import Site, running_site

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium the browser tests say so in one line; in CI that is a failure instead."""
    if _chromium() is None and not os.environ.get("CI"):
        missing = pytest.mark.skip(reason="no Chromium on PATH")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as one:
        yield one


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder only: Playwright keeps an event loop running in the main thread
    while it is open, and other tests start loops of their own."""
    path = _chromium()
    assert path is not None, "browser tests need Chromium"
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, site: Site) -> Iterator[NewPage]:
    """Open pages, each in a browser of its own (nobody's cookies); fails on any script or policy error."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(**options: object) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(base_url=site.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _is_ours(line.text) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


def _is_ours(line: str) -> bool:
    return "Content Security Policy" in line or "Uncaught" in line


def _chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
