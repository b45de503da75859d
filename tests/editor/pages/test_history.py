"""The history: found, paged, kept, deleted, and a batch is one row of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Owner
from editor import history
from editor.models import Batch, Edit, Source
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def edit_of(owner: Owner, source: Source, age_minutes: float, **fields: object) -> Edit:
    """Write an edit that ended, without the work."""
    known = {"prompt": "warmer", "model": "freeai-lite", "status": "succeeded"} | fields
    made_at = NOW - timedelta(minutes=age_minutes)
    return Edit.objects.create(
        request_id="req",
        owner=owner,
        source=source,
        engine="freeai-lite",
        quality="high",
        seed=1,
        output_format_name="png",
        price_tokens=100,
        attempt=1,
        created_at=made_at,
        finished_at=made_at,
        expires_at=made_at + timedelta(hours=24),
        **known,
    )


def ids(page: history.Page) -> list[str]:
    return [row.pk for row in page.rows]


def test_pages_are_turned_both_ways(alice: Owner, photo: Source) -> None:
    made = [edit_of(alice, photo, age).pk for age in range(60)]
    everything = history.Asked()
    first = history.page(alice, everything)
    assert (ids(first), first.newer) == (made[:24], None)
    second = history.page(alice, everything, after=first.older)
    assert ids(second) == made[24:48]
    last = history.page(alice, everything, after=second.older)
    assert (ids(last), last.older) == (made[48:], None)
    assert ids(history.page(alice, everything, before=last.newer)) == made[24:48]
    top = history.page(alice, everything, before=second.newer)
    assert (ids(top), top.newer) == (made[:24], None)


def test_edits_of_one_moment_are_neither_lost_nor_doubled(alice: Owner, photo: Source) -> None:
    made = sorted((edit_of(alice, photo, 1).pk for _ in range(30)), reverse=True)
    first = history.page(alice, history.Asked())
    assert ids(first) + ids(history.page(alice, history.Asked(), after=first.older)) == made


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (history.Asked(words="SNOW roof"), {"snow"}),
        (history.Asked(words="snow sea"), set()),
        (history.Asked(model="step1x-edit"), {"big"}),
        (history.Asked(status="failed"), {"failed"}),
        (history.Asked(favourites=True), {"liked"}),
        (history.Asked(until=(NOW - timedelta(days=3)).date()), {"old"}),
        (history.Asked(since=(NOW - timedelta(days=1)).date(), status="failed"), {"failed"}),
        (history.Asked(words="%"), set()),
    ],
)
def test_everything_is_found_again(
    asked: history.Asked, found: set[str], alice: Owner, bob: Owner, photo: Source
) -> None:
    named = {
        "snow": edit_of(alice, photo, 1, prompt="Make it snow on the roof"),
        "big": edit_of(alice, photo, 2, model="step1x-edit"),
        "failed": edit_of(alice, photo, 3, status="failed", error_code="edit_failed"),
        "liked": edit_of(alice, photo, 4, is_favourite=True),
        "old": edit_of(alice, photo, 5000),
    }
    edit_of(bob, photo, 1, prompt="snow roof", is_favourite=True, model="step1x-edit", status="failed")
    by_id = {edit.pk: name for name, edit in named.items()}
    assert {by_id[pk] for pk in ids(history.page(alice, asked))} == found


def test_a_search_stops_and_says_how_far_it_looked(
    alice: Owner, photo: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "SPAN", 10)
    made = [edit_of(alice, photo, age, prompt="snow" if age == 25 else "sun") for age in range(30)]
    asked = history.Asked(words="snow")
    looked = history.page(alice, asked)
    assert (ids(looked), looked.looked_back_to) == ([], made[10].created_at)
    looked = history.page(alice, asked, after=looked.older)
    assert (ids(looked), looked.looked_back_to) == ([], made[21].created_at)
    looked = history.page(alice, asked, after=looked.older)
    assert (ids(looked), looked.looked_back_to) == ([made[25].pk], None)


def test_a_batch_is_one_row_that_opens_to_its_edits(
    alices_browser: Client, alice: Owner, photo: Source
) -> None:
    batch = Batch.objects.create(owner=alice, name="Holidays", started_at=NOW)
    for age in range(3):
        edit_of(alice, photo, age, prompt=f"picture {age}", batch=batch)
    page = alices_browser.get("/account/?tab=history").content.decode()
    assert page.count('<li class="tile"') == 1
    assert batch.get_absolute_url() in page
    page = alices_browser.get(f"/account/?tab=history&batch={batch.pk}").content.decode()
    assert page.count('<li class="tile"') == 3


def test_a_page_costs_the_same_whatever_is_on_it(
    alices_browser: Client, alice: Owner, photo: Source, django_assert_max_num_queries: object
) -> None:
    def queries(address: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            assert alices_browser.get(address).status_code == 200
        return len(captured)

    addresses = ("/account/?tab=history", "/account/?tab=history&q=warm&status=succeeded")
    batch = Batch.objects.create(owner=alice, name="One", started_at=NOW)
    edit_of(alice, photo, 1)
    few = [queries(address) for address in addresses]
    for age in range(40):
        edit_of(alice, photo, age)
        Batch.objects.create(owner=alice, name="More", started_at=NOW, created_at=NOW)
        edit_of(alice, photo, age, batch=batch)
    assert [queries(address) for address in addresses] == few
    assert max(few) <= 9


def test_a_favourite_is_kept_and_let_go(alices_browser: Client, submit: Submit) -> None:
    edit = run(submit())
    address = reverse("edit-favourite", args=[edit.pk])
    answer = alices_browser.post(address, {"next": "/account/?tab=history&q=x"})
    assert answer["Location"] == "/account/?tab=history&q=x"
    assert Edit.objects.get().is_favourite
    answer = alices_browser.post(address, {"next": "https://elsewhere.example/"})
    assert answer["Location"] == edit.get_absolute_url()
    assert not Edit.objects.get().is_favourite


def test_many_are_deleted_together_and_only_one_s_own(
    alices_browser: Client, bob: Owner, submit: Submit, photo: Source
) -> None:
    mine = [run(submit()).pk for _ in range(2)]
    his = edit_of(bob, photo, 1)
    page = alices_browser.post("/edits/delete", {"edit": [*mine, his.pk]}, follow=True)
    assert "2 edits are deleted" in page.content.decode()
    assert list(Edit.objects.filter(deleted_at=None).values_list("pk", flat=True)) == [his.pk]
    page = alices_browser.post("/edits/delete", {}, follow=True)
    assert "Select the edits" in page.content.decode()


def test_odd_addresses_show_the_first_page(alices_browser: Client, submit: Submit) -> None:
    run(submit())
    for query in ("after=zzz", "before=%00", "status=nonsense", "since=yesterday&after=MjAy", "q=%00"):
        assert alices_browser.get(f"/account/?tab=history&{query}").status_code == 200
