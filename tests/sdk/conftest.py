"""A real site with a real key, for clients that other people wrote."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import pictures
from tests.site import Site, running_site

ENVIRONMENT = {
    "FREEAI_SERVE_ENGINES": "freeai-lite,test-slow,test-broken,test-invert",
    "FREEAI_WAIT_SECONDS": "3",
    "FREEAI_REQUESTS_PER_MINUTE": "100000",
}


@dataclass(frozen=True, slots=True)
class Door:
    """A running site and a key that opens it."""

    site: Site
    key: str

    @property
    def base_url(self) -> str:
        return f"{self.site.url}/v1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Node its tests say so in one line; in CI that is a failure instead."""
    if shutil.which("node") and shutil.which("npm"):
        return
    if not os.environ.get("CI"):
        for item in items:
            if item.get_closest_marker("node"):
                item.add_marker(pytest.mark.skip(reason="no Node on PATH"))


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("site")

    with running_site(home, **ENVIRONMENT) as site:
        minted = site.manage("mint_key", "alice@example.org", "--tokens", "100000")
        assert minted.returncode == 0, minted.stderr
        yield Door(site, minted.stdout.strip())


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(pictures.encoded(pictures.photo(320, 200), "JPEG", quality=92))
    return path
