"""Servers that production uses. Where one is missing its tests say so; in CI that is a failure."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

POSTGRES = "FREEAI_TEST_POSTGRES_URL"
REDIS = "FREEAI_TEST_REDIS_URL"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, variable in (("postgres", POSTGRES), ("redis", REDIS)):
            if item.get_closest_marker(marker) and not os.environ.get(variable) and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"{variable} is not set"))


@contextlib.contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make a database of its own on this server and give its address; gone afterwards."""
    name = f"freeai_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with fresh_database(os.environ[POSTGRES]) as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    return os.environ[REDIS]
