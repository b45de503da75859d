"""Closing an account and deleting everything: at once, complete, safe to be killed, and the books add up."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test import Client

from accounts import keys
from accounts.models import ApiKey, Owner, User
from billing import ledger, purses
from billing.ledger import Account, Kind, Move
from editor import edits, leaving, retention, runner, settlement, shares, sources
from editor.models import Batch, BatchFile, Decision, Edit, Source, Worker
from freeai.common.errors import NotAuthenticated
from tests import members
from tests.conftest import Submit, run
from tests.editor.test_retention import names_in_storage
from tests.editor.test_retention_kills import Killed, axe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_earlier_tries(settings: LazySettings) -> None:
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests


@pytest.fixture
def alice(db: None) -> Owner:
    owner = Owner.objects.create(user=members.make("alice@example.org"))
    ledger.credit(owner, Move(Kind.GRANT, 5_000, Account.GRANTS, Account.PAID, "grant:1"))
    return owner


@pytest.fixture
def alices_browser(alice: Owner) -> Client:
    browser = Client()
    browser.force_login(alice.user)  # type: ignore[arg-type]
    return browser


@pytest.fixture
def waiting_and_done(submit: Submit) -> tuple[Edit, Edit]:
    done = run(submit())
    return submit(), done


def close(browser: Client, password: str = members.PASSWORD) -> int:
    return browser.post("/account/close/", {"password": password}).status_code


def test_a_closed_account_is_gone_at_once_and_the_books_still_add_up(
    alice: Owner, alices_browser: Client, waiting_and_done: tuple[Edit, Edit]
) -> None:
    key = keys.mint(alice, name="my phone")
    paid = purses.balance(alice).paid
    assert close(alices_browser) == 302
    assert alices_browser.get("/account/?tab=settings").status_code == 302
    with pytest.raises(NotAuthenticated):
        keys.verify(key.text)
    assert not User.objects.exists()
    assert names_in_storage() == []
    assert set(Edit.objects.values_list("prompt", "status")) == {("", "succeeded"), ("", "canceled")}
    assert set(Source.objects.values_list("name", "status")) == {("", "expired")}
    assert ApiKey.objects.get().name == ""
    alice.refresh_from_db()
    assert (alice.user, alice.closed_at is not None) == (None, True)
    assert (purses.balance(alice).held, purses.balance(alice).paid) == (0, paid)
    assert settlement.reconcile_all() == []
    assert retention.check().is_clean
    assert mail.outbox[-1].to == ["alice@example.org"]
    assert "paid tokens were left" in str(mail.outbox[-1].body)


def test_shares_and_batches_are_gone_too(
    alice: Owner, alices_browser: Client, client: Client, submit: Submit, photo: Source
) -> None:
    edit = run(submit())
    shared = shares.share(edit, shows_source=True, shows_prompt=True)
    batch = Batch.objects.create(owner=alice, name="Holiday", prompt="warmer", prompts={"a.png": "colder"})
    BatchFile.objects.create(batch=batch, name="us at home.png", sent_bytes=1, source=photo, state="due")
    assert client.get(shared.get_absolute_url()).status_code == 200
    close(alices_browser)
    assert client.get(shared.get_absolute_url()).status_code == 404
    batch.refresh_from_db()
    assert (batch.name, batch.prompt, batch.prompts, batch.deleted_at is None) == ("", "", {}, False)
    assert not BatchFile.objects.exists()


def test_who_works_here_is_asked_to_lay_that_down_first(alice: Owner, alices_browser: Client) -> None:
    User.objects.update(is_staff=True)
    assert close(alices_browser) == 403
    assert User.objects.get().owner == alice


def test_decisions_of_a_former_moderator_stay_without_their_name(
    alice: Owner, bob: Owner, alices_browser: Client
) -> None:
    assert alice.user is not None
    Decision.objects.create(kind=Decision.Kind.DISMISS, by=alice.user, owner=bob, reason="nothing in it")
    assert close(alices_browser) == 302
    user = User.objects.get()
    assert (user.is_active, "alice" in user.email, user.has_usable_password()) == (False, False, False)
    assert Decision.objects.get().by == user
    assert alices_browser.get("/account/?tab=settings").status_code == 302
    assert members.make("alice@example.org").is_active


def test_every_other_browser_is_signed_out_too(alice: Owner, alices_browser: Client) -> None:
    other = Client()
    other.force_login(alice.user)  # type: ignore[arg-type]
    close(alices_browser)
    assert other.get("/account/?tab=settings").status_code == 302


def test_the_address_can_sign_up_anew_and_owns_nothing_of_before(
    alice: Owner, alices_browser: Client, waiting_and_done: tuple[Edit, Edit]
) -> None:
    close(alices_browser)
    again = Client()
    again.force_login(members.make("alice@example.org"))
    page = again.get("/account/?tab=history").content.decode()
    assert "No edits yet" in page
    assert purses.balance(Owner.objects.filter(user__email="alice@example.org").first()).paid == 0


def test_a_wrong_password_closes_nothing_and_cannot_be_guessed(alice: Owner, alices_browser: Client) -> None:
    assert close(alices_browser, "a guess") == 403
    assert User.objects.filter(email="alice@example.org").exists()
    assert [close(alices_browser, "a guess") for _ in range(5)][-1] == 429
    assert close(alices_browser) == 429
    assert mail.outbox == []


def test_nobody_closes_an_account_without_signing_in(client: Client, alice: Owner) -> None:
    assert close(client) == 302
    assert User.objects.exists()


def test_a_running_edit_ends_and_its_worker_leaves_nothing(
    alice: Owner, alices_browser: Client, submit: Submit, worker_for: Callable[[str], Worker]
) -> None:
    edit = submit()
    claimed = edits.claim(edit.pk, worker_for("test-invert"))
    assert claimed is not None
    close(alices_browser)
    runner.run(claimed)
    edit.refresh_from_db()
    assert (edit.status, purses.balance(alice).held) == ("canceled", 0)
    assert names_in_storage() == []
    assert settlement.reconcile_all() == []


def test_killed_at_any_step_the_rest_is_done_by_the_sweep(
    alice: Owner, waiting_and_done: tuple[Edit, Edit], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alice.user is not None
    step = 0
    while User.objects.exists():
        step += 3
        try:
            with axe(step, monkeypatch):
                leaving.close_account(alice.user, members.PASSWORD)
        except Killed:
            assert settlement.reconcile_all() == []
            assert retention.check().missing == []
    assert step > 15
    retention.sweep()
    assert retention.check().is_clean
    assert names_in_storage() == []
    assert settlement.reconcile_all() == []


def test_bytes_left_by_a_kill_after_closing_are_taken_by_the_sweep(
    alice: Owner, waiting_and_done: tuple[Edit, Edit], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alice.user is not None
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", lambda name: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            leaving.close_account(alice.user, members.PASSWORD)
    assert not User.objects.exists()
    assert names_in_storage() != []
    retention.sweep()
    assert names_in_storage() == []
    assert retention.check().is_clean


def test_deleting_everything_keeps_the_account_and_its_tokens(
    alice: Owner, bob: Owner, alices_browser: Client, waiting_and_done: tuple[Edit, Edit], photo_bytes: bytes
) -> None:
    kept = sources.receive(photo_bytes, name="bobs.png", owner=lambda: bob)
    assert alices_browser.post("/account/data/delete", {"sure": "on"}).status_code == 302
    assert names_in_storage() == [kept.file_name]
    assert not Edit.objects.visible_to(alice).exists()
    assert purses.balance(alice).held == 0
    assert purses.balance(alice).paid == 5_000
    assert alices_browser.get("/account/?tab=settings").status_code == 200
    assert settlement.reconcile_all() == []


def test_without_the_box_ticked_nothing_is_deleted(
    alices_browser: Client, alice: Owner, waiting_and_done: tuple[Edit, Edit]
) -> None:
    page = alices_browser.post("/account/data/delete", follow=True).content.decode()
    assert "Nothing was deleted" in page
    assert Edit.objects.visible_to(alice).count() == 2


def test_a_stranger_s_wish_deletes_nothing_of_alice_s(
    bobs_browser: Client, client: Client, alice: Owner, waiting_and_done: tuple[Edit, Edit]
) -> None:
    bobs_browser.post("/account/data/delete", {"sure": "on"})
    assert client.post("/account/data/delete", {"sure": "on"}).status_code == 404
    assert Edit.objects.visible_to(alice).count() == 2
    assert not [edit for edit in Edit.objects.all() if edit.deleted_at]
