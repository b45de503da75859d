"""`/batch/` without script, and who may see what."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Owner, User
from editor import batch_files, batches, runner
from editor.models import Batch, Edit, Worker
from editor.policy import lexicon
from tests import members, pictures

pytestmark = pytest.mark.django_db

PHOTO = pictures.png(pictures.photo(48, 40))


@pytest.fixture(autouse=True, scope="module")
def words_are_compiled() -> None:
    """A web process has done so before its first wish (`freeai.asgi`); it takes some seconds."""
    lexicon.languages()


@pytest.fixture
def mona(db: None) -> User:
    return members.make("mona@example.org")


@pytest.fixture
def browser(mona: User) -> Client:
    client = Client()
    client.force_login(mona)
    return client


@pytest.fixture
def batch(mona: User, worker_for: Callable[[str], Worker]) -> Batch:
    worker_for("test-invert")
    owner = Owner.objects.get_or_create(user=mona)[0]
    draft = batches.open_draft(owner, name="Holidays")
    for name in ("one.png", "two.png"):
        batch_files.receive(draft, PHOTO, name=name, sent_bytes=len(PHOTO))
    return draft


def upload(name: str, data: bytes = PHOTO) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_a_visitor_is_told_what_it_is(client: Client) -> None:
    page = client.get("/batch/")
    assert "Sign in to start a batch" in text(page)
    assert client.post("/batch/").status_code == 302
    assert Owner.objects.count() == 0


def test_a_plain_form_goes_all_the_way(browser: Client, worker_for: Callable[[str], Worker]) -> None:
    worker_for("test-invert")
    files = [upload("one.png"), upload("notes.txt", b"milk"), upload("two.png")]
    page = browser.post("/batch/", {"image": files}, follow=True)
    assert "1 file cannot be used" in text(page)
    assert "notes.txt" in text(page)
    assert "2 pictures × 100 tokens" in text(page)
    batch = Batch.objects.get()
    wish = {"prompt": "invert it", "model": "test-invert", "quality": "auto", "part": "all"}
    page = browser.post(reverse("batch-start", args=[batch.pk]), wish, follow=True)
    assert "0 of 2 done" in text(page)
    runner.work("test-invert")
    page = browser.get(batch.get_absolute_url())
    assert "2 of 2 done" in text(page)
    assert "Download 2 results" in text(page)


def test_the_price_of_a_start_is_told_before(browser: Client, batch: Batch) -> None:
    page = browser.get(batch.get_absolute_url())
    assert "Edit 2 pictures · 200 tokens" in text(page)
    wish = {"prompt": "warmer", "model": "step1x-edit", "quality": "medium"}
    deal = browser.post(reverse("batch-wish", args=[batch.pk]), wish)
    assert "2 pictures × 500 tokens" in text(deal)
    assert "warmer" in text(browser.get(batch.get_absolute_url()))


def test_a_refused_start_keeps_everything(browser: Client, batch: Batch) -> None:
    page = browser.post(reverse("batch-start", args=[batch.pk]), {"model": "test-invert", "part": "all"})
    assert page.status_code == 400
    assert "Say in a few words what should change." in text(page)
    assert "one.png" in text(page)
    assert Edit.objects.count() == 0


def test_names_in_the_list_that_match_no_file_are_listed(browser: Client, batch: Batch) -> None:
    lists = {"text": "one.png,warmer\nthree.png,colder"}
    page = browser.post(reverse("batch-prompts", args=[batch.pk]), lists, follow=True)
    assert "1 name matches no file here" in text(page)
    assert "three.png" in text(page)
    file = upload("list.csv", b"one.png,warmer")
    page = browser.post(reverse("batch-prompts", args=[batch.pk]), {"file": file}, follow=True)
    assert "no file here" not in text(page)
    page = browser.post(reverse("batch-prompts", args=[batch.pk]), {"text": "one.png"})
    assert page.status_code == 400
    assert "Line 1 is not" in text(page)


def test_a_script_sends_one_file_with_its_path(browser: Client, batch: Batch) -> None:
    address = reverse("batch-files", args=[batch.pk])
    sent = {"image": upload("x.png"), "name": "in/deep/x.png", "bytes": len(PHOTO)}
    answer = browser.post(address, sent, headers={"accept": "application/json"})
    assert answer.status_code == 201
    assert answer.json()["name"] == "in/deep/x.png"
    assert answer.json()["file"][1] == "ready"
    huge = {"name": "huge.png", "bytes": 50_000_000}
    answer = browser.post(address, huge, headers={"accept": "application/json"})
    assert answer.json()["file"][1] == "bad"


def test_the_live_grid_costs_the_same_for_any_number_of_files(
    browser: Client, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batches.keep_wish(batch, prompt="invert it", model="test-invert", quality="auto")
    batches.start(batch)
    address = reverse("batch-status", args=[batch.pk])
    with django_assert_num_queries(5):  # session, user, owner, batch, and all of its files
        first = browser.get(address).json()
    assert (first["asked"], first["ended"], first["is_over"]) == (2, 0, False)
    for number in range(20):
        batch_files.receive(batch, PHOTO, name=f"{number}.png", sent_bytes=len(PHOTO))
    runner.work("test-invert")
    with django_assert_num_queries(5):
        state = browser.get(address).json()
    assert (state["head"], state["is_over"], len(state["files"])) == ("2 of 2 done", True, 22)


def test_a_file_is_taken_out(browser: Client, batch: Batch) -> None:
    file = batch.files.get(name="one.png")
    browser.post(reverse("batch-remove", args=[batch.pk, file.pk]))
    assert list(batch.files.values_list("name", flat=True)) == ["two.png"]


def test_deleting_forgets_the_batch(browser: Client, batch: Batch) -> None:
    page = browser.post(reverse("batch-delete", args=[batch.pk]), follow=True)
    assert "The batch is deleted" in text(page)
    assert browser.get(batch.get_absolute_url()).status_code == 404
