"""What Prometheus reads: the line as it is, for the operator alone."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from editor.models import Edit
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db

TOKEN = "metrics-of-the-house"


def scraped(client: Client) -> dict[str, float]:
    """Return every sample of a scrape by its name and labels."""
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["content-type"].startswith("text/plain")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.fixture(autouse=True)
def operator(settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.parametrize("shown", ["", f"Bearer {TOKEN}x", TOKEN, "Bearer ", "Bearer ü"])
def test_who_does_not_show_the_token_finds_no_such_page(client: Client, shown: str) -> None:
    assert client.get("/metrics", headers={"authorization": shown}).status_code == 404


def test_without_a_token_set_nobody_is_let_in(client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_the_line_is_counted_as_it_is(client: Client, submit: Submit) -> None:
    first = submit(prompt="the secret garden")
    submit()
    Edit.objects.filter(pk=first.pk).update(queued_at=timezone.now() - timedelta(seconds=90))
    seen = scraped(client)
    assert seen['freeai_edits{engine="test-invert",status="queued"}'] == 2
    assert 90 <= seen['freeai_oldest_wait_seconds{engine="test-invert"}'] < 120
    assert seen['freeai_workers{busy="no",engine="test-invert"}'] == 1
    run(first)
    seen = scraped(client)
    assert 'freeai_edits{engine="test-invert",status="queued"}' not in seen
    assert seen['freeai_edits_ended_lately{engine="test-invert",status="succeeded"}'] == 2
    page = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content
    assert b"garden" not in page


def test_a_promise_not_kept_is_above_zero(client: Client, submit: Submit) -> None:
    edit = run(submit())
    assert scraped(client)["freeai_bytes_overdue"] == 0
    Edit.objects.filter(pk=edit.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    assert scraped(client)["freeai_bytes_overdue"] == 1
    assert scraped(client)["freeai_holds_outlived"] == 0
    Edit.objects.filter(pk=submit().pk).update(status="failed", finished_at=timezone.now())
    assert scraped(client)["freeai_holds_outlived"] == 1
