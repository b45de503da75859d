"""A folder becomes edits: each file once, bad ones told, money exact, whatever dies in the middle."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from accounts.models import Owner
from billing import ledger, purses
from editor import archives, batch_files, batches, runner, settlement, submission, workers
from editor.models import Batch, BatchFile, Edit, Source, Worker
from editor.pages.batch_zip import entries_of
from freeai.common.errors import Conflict, InvalidInput, NotFound
from tests import members, pictures

pytestmark = pytest.mark.django_db

PHOTO = pictures.png(pictures.photo(48, 40))


@pytest.fixture
def mona(db: None) -> Owner:
    return Owner.objects.create(user=members.make("mona@example.org"))


@pytest.fixture
def batch(mona: Owner, worker_for: Callable[[str], Worker]) -> Batch:
    """A draft of Mona's, for a model that inverts at 100 tokens."""
    worker_for("test-invert")
    draft = batches.open_draft(mona, name="Holidays", announced=3)
    batches.keep_wish(draft, prompt="invert it", model="test-invert", quality="auto")
    return draft


def add(batch: Batch, *names: str, data: bytes = PHOTO) -> list[BatchFile]:
    return [batch_files.receive(batch, data, name=name, sent_bytes=len(data)) for name in names]


def states(batch: Batch) -> dict[str, str]:
    return dict(batch.files.values_list("name", "state"))


def work() -> None:
    runner.work("test-invert")


def test_a_folder_is_edited_file_by_file(batch: Batch, mona: Owner) -> None:
    add(batch, "a/one.png", "a/b/two.png", "three.png")
    assert batches.start(batch) == 3
    assert purses.balance(mona).held == 300
    work()
    assert batches.tally_of(batch) == batches.Tally(succeeded=3)
    assert {edit.rank for edit in batch.edits.all()} == {Edit.Rank.BATCH}
    assert purses.balance(mona).available == 10_000 - 300
    assert settlement.reconcile_all() == []


def test_a_bad_file_says_why_and_the_rest_go_on(batch: Batch, mona: Owner) -> None:
    add(batch, "good.png")
    add(batch, "notes.txt", data=b"buy milk")
    add(batch, "cut.png", data=PHOTO[:200])
    batch_files.receive(batch, None, name="huge.tif", sent_bytes=30 * 1024 * 1024)
    reasons = dict(batch.files.filter(state="refused").values_list("name", "reason_code"))
    assert reasons == {
        "notes.txt": "image_unsupported_format",
        "cut.png": "image_corrupt",
        "huge.tif": "image_too_large",
    }
    assert "30 MB; the limit is 10 MB" in batch.files.get(name="huge.tif").reason
    assert batches.start(batch) == 1
    assert purses.balance(mona).held == 100


def test_an_upload_that_was_cut_off_says_nothing_about_the_file(batch: Batch) -> None:
    for data in (None, b"", PHOTO[:100]):
        with pytest.raises(batch_files.CutOff):
            batch_files.receive(batch, data, name="one.png", sent_bytes=len(PHOTO))
    assert states(batch) == {}
    add(batch, "one.png")
    assert states(batch) == {"one.png": "ready"}


def test_a_file_sent_twice_is_one_file(batch: Batch) -> None:
    first, again = add(batch, "one.png", "one.png")
    assert first.pk == again.pk
    assert Source.objects.filter(status="ready").count() == 1
    other = pictures.png(pictures.photo(60, 40))
    add(batch, "one.png", data=other)
    assert batch.files.get().source.width == 60  # type: ignore[union-attr]
    assert Source.objects.filter(status="ready").count() == 1


def test_paths_stay_inside_the_folder() -> None:
    assert batch_files.clean_path("..\\../etc/./passwd") == "etc/passwd"
    assert batch_files.clean_path("/a//b\x00\n/c.png") == "a/b/c.png"
    assert batch_files.clean_path("../..") == "picture"


def test_a_batch_has_an_end(batch: Batch, settings: LazySettings) -> None:
    settings.BATCH_FILES_MAX = 2
    add(batch, "one.png", "two.png")
    with pytest.raises(batch_files.BatchFull):
        add(batch, "three.png")
    add(batch, "two.png")  # known, so it needs no room


def test_too_few_tokens_start_nothing_and_tell_what_would_go(batch: Batch, mona: Owner) -> None:
    add(batch, *(f"{number:02}.png" for number in range(5)))
    spend(mona, 10_000 - 250)
    with pytest.raises(batches.NotEnoughTokens, match="250 are missing") as refusal:
        batches.start(batch)
    assert refusal.value.affordable == 2
    assert set(states(batch).values()) == {"ready"}
    assert batches.start(batch, only_affordable=True) == 2
    work()
    assert list(states(batch).values()).count("ready") == 3


def spend(owner: Owner, tokens: int) -> None:
    """Let an owner have used so much today."""
    with transaction.atomic():
        hold = ledger.place_hold(owner, tokens, reference="edit_before")
    with transaction.atomic():
        ledger.capture_hold(hold.pk)


def test_starting_twice_makes_no_second_edit(batch: Batch, mona: Owner) -> None:
    add(batch, "one.png", "two.png")
    assert batches.start(batch) == 2
    with pytest.raises(InvalidInput):
        batches.start(batch)
    assert batches.go_on(batch, seconds=1) == 0
    assert (Edit.objects.count(), purses.balance(mona).held) == (2, 200)


def test_a_web_that_dies_in_the_middle_loses_no_file(batch: Batch, mona: Owner) -> None:
    add(batch, *(f"{number:02}.png" for number in range(6)))
    # Asked for, two written, and then the process is gone.
    BatchFile.objects.update(state=BatchFile.State.DUE)
    assert batches.go_on(batch, seconds=0) == 1
    assert batches.go_on(batch, seconds=0) == 1
    assert (Edit.objects.count(), purses.balance(mona).held) == (2, 200)
    assert batches.sweep() == 4
    assert batches.sweep() == 0
    assert set(states(batch).values()) == {"submitted"}
    assert (Edit.objects.count(), purses.balance(mona).held) == (6, 600)


def test_a_file_whose_edit_cannot_be_written_stays_asked_for(batch: Batch, mona: Owner) -> None:
    [file] = add(batch, "one.png")
    BatchFile.objects.update(state=BatchFile.State.DUE)

    def power_cut(edit: Edit) -> None:
        raise KeyboardInterrupt

    assert file.source is not None
    wish = submission.Wish(prompt="invert it", model="test-invert", batch=batch)
    with pytest.raises(KeyboardInterrupt):
        submission.submit_edit(mona, file.source, wish, also=power_cut)
    assert (Edit.objects.count(), purses.balance(mona).held) == (0, 0)
    assert batches.sweep() == 1


def test_tokens_spent_elsewhere_meanwhile_put_the_rest_back(batch: Batch, mona: Owner) -> None:
    add(batch, "one.png", "two.png", "three.png")
    BatchFile.objects.update(state=BatchFile.State.DUE)
    spend(mona, 10_000 - 150)
    assert batches.sweep() == 1
    assert sorted(states(batch).values()) == ["ready", "ready", "submitted"]
    batch.refresh_from_db()
    assert "tokens" in batch.note


def test_a_model_that_stops_makes_the_rest_wait(batch: Batch) -> None:
    add(batch, "one.png")
    BatchFile.objects.update(state=BatchFile.State.DUE)
    Worker.objects.update(is_ready=False)
    assert batches.sweep() == 0
    batch.refresh_from_db()
    assert "not running" in batch.note
    Worker.objects.update(is_ready=True)
    assert batches.sweep() == 1
    batch.refresh_from_db()
    assert batch.note == ""


def test_a_wish_beyond_the_model_starts_nothing(batch: Batch, worker_for: Callable[[str], Worker]) -> None:
    worker_for("freeai-lite")
    add(batch, "one.png")
    batches.keep_wish(batch, prompt="put a dragon on the roof", model="freeai-lite", quality="auto")
    with pytest.raises(submission.InstructionNotSupported):
        batches.start(batch)
    batches.keep_wish(batch, prompt="  ", model="freeai-lite", quality="auto")
    with pytest.raises(InvalidInput, match="few words"):
        batches.start(batch)
    batches.keep_wish(batch, prompt="warmer", model="step1x-edit", quality="auto")
    with pytest.raises(workers.ModelUnavailable):
        batches.start(batch)
    assert states(batch) == {"one.png": "ready"}


def test_the_rest_can_be_canceled_and_tried_again(batch: Batch, mona: Owner) -> None:
    add(batch, "one.png", "two.png", "three.png")
    batches.start(batch)
    assert batches.cancel_rest(batch) == 3
    assert batches.tally_of(batch) == batches.Tally(canceled=3)
    assert purses.balance(mona).held == 0
    assert batches.retry(batch) == 3
    work()
    assert batches.tally_of(batch) == batches.Tally(succeeded=3)
    assert Edit.objects.filter(batch=batch).count() == 6


def test_only_what_failed_is_tried_again(batch: Batch, worker_for: Callable[[str], Worker]) -> None:
    add(batch, "one.png", "two.png")
    batches.start(batch)
    work()
    failed = batch.edits.order_by("id").last()
    assert failed is not None
    Edit.objects.filter(pk=failed.pk).update(status="failed", error_code="edit_failed")
    kept = set(batch.edits.exclude(pk=failed.pk).values_list("pk", flat=True))
    assert batches.retry(batch) == 1
    assert set(batch.files.values_list("edit", flat=True)) > kept
    work()
    assert batches.tally_of(batch) == batches.Tally(succeeded=2)


def test_each_file_may_have_its_own_prompt(batch: Batch) -> None:
    add(batch, "Holidays/beach.png", "Holidays/party/cake.png", "Holidays/other.png")
    listed = batch_files.parse_prompts(
        'file,prompt\nBEACH.png,"warmer, brighter"\nparty/cake.png,sepia\ngone.png,x'
    )
    own, unmatched = batch_files.match_prompts(listed, batch.files.values_list("name", flat=True))
    assert own == {"Holidays/beach.png": "warmer, brighter", "Holidays/party/cake.png": "sepia"}
    assert unmatched == ["gone.png"]
    Batch.objects.update(prompts=listed)
    batch.refresh_from_db()
    batches.start(batch)
    prompts = dict(batch.files.values_list("name", "edit__prompt"))
    assert prompts == own | {"Holidays/other.png": "invert it"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.png\twarm\n\nb.png\tcold", {"a.png": "warm", "b.png": "cold"}),
        ("a.png;warm", {"a.png": "warm"}),
        ("\ufeffa.png,warm, and bright", {"a.png": "warm, and bright"}),
        ('"a, b.png","say ""hello"""', {"a, b.png": 'say "hello"'}),
        ("", {}),
    ],
)
def test_lists_of_prompts_come_in_many_shapes(text: str, found: dict[str, str]) -> None:
    assert batch_files.parse_prompts(text) == found


def test_a_line_without_a_prompt_is_named() -> None:
    with pytest.raises(batch_files.PromptsNotUnderstood, match="Line 2"):
        batch_files.parse_prompts("a.png,warm\nb.png")


def test_a_name_that_two_files_have_means_neither() -> None:
    own, unmatched = batch_files.match_prompts({"x.png": "warm"}, ["a/b/x.png", "a/c/x.png"])
    assert (own, unmatched) == ({}, ["x.png"])


def test_the_zip_has_every_result_under_its_own_name(batch: Batch) -> None:
    add(batch, "day/one.png", "day/ONE.png", "two.webp")
    jpeg = pictures.encoded(pictures.photo(48, 40), "JPEG")
    add(batch, "day/one.jpg", "three.JPEG", data=jpeg)
    add(batch, "broken.png", data=b"no")
    batches.start(batch)
    work()
    data = b"".join(archives.pieces(entries_of(batch)))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert sorted(names) == ["day/ONE.png", "day/one (2).png", "day/one.jpg", "three.JPEG", "two.png"]


def test_an_expired_draft_says_so_and_starts_nothing(batch: Batch) -> None:
    [file] = add(batch, "one.png")
    Source.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    BatchFile.objects.update(state=BatchFile.State.DUE)
    batches.sweep()
    file.refresh_from_db()
    assert (file.state, file.reason_code) == ("refused", "source_expired")
    add(batch, "one.png")  # the same file once more, now with its bytes
    assert states(batch) == {"one.png": "ready"}


def test_a_declined_file_is_asked_for_again_once_its_words_are_others(
    batch: Batch, worker_for: Callable[[str], Worker]
) -> None:
    worker_for("freeai-lite")
    add(batch, "one.png", "two.png")
    batches.keep_wish(batch, prompt="warmer", model="freeai-lite", quality="auto")
    batches.keep_prompts(batch, {"two.png": "put a dragon on the roof"})
    batches.start(batch)
    assert states(batch) == {"one.png": "submitted", "two.png": "refused"}
    batches.keep_prompts(batch, {"two.png": "colder"})
    assert states(batch) == {"one.png": "submitted", "two.png": "ready"}


def test_deleting_a_batch_leaves_no_byte_and_no_word(batch: Batch, mona: Owner) -> None:
    add(batch, "one.png", "two.png")
    batches.start(batch)
    work()
    add(batch, "late.png")
    batches.delete(batch)
    assert Source.objects.exclude(status="expired").count() == 0
    assert Edit.objects.visible_to(mona).count() == 0
    assert set(Edit.objects.values_list("prompt", flat=True)) == {""}
    with pytest.raises(NotFound):
        batches.find(batch.pk, mona)


def test_a_file_that_is_being_edited_cannot_be_taken_out(batch: Batch) -> None:
    add(batch, "one.png")
    batches.start(batch)
    with pytest.raises(Conflict):
        batch_files.remove(batch.files.get())
