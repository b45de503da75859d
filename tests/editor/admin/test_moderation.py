"""Moderation: what each decision does, who may make it, and that it stands in writing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import keys, roles
from accounts.models import Owner, User
from billing import purses
from editor import appeals, edits, gates, merging, moderation, queue, runner, settlement, sources
from editor.models import Decision, Edit, Flag, Report, Share, Source
from freeai.common.errors import Conflict, InvalidInput
from tests import members
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona() -> User:
    """Mona moderates."""
    return staff("mona@example.com", roles.MODERATOR)


def staff(email: str, *names: str) -> User:
    user = User.objects.create_user(email, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def refused(submit: Submit) -> Edit:
    """An edit of Alice's that was refused while it ran."""
    edit = submit()
    claimed = edits.claim(edit.pk, runner.hand.workers[edit.engine])
    assert claimed is not None
    edits.refuse(claimed, code="watermark_removal", message="…")
    return Edit.objects.get(pk=edit.pk)


def test_an_overturned_refusal_runs_again_and_costs_its_owner_nothing(
    refused: Edit, mona: User, alice: Owner
) -> None:
    before = purses.balance(alice)
    fresh = run(moderation.overturn(refused, by=mona, reason="Her own logo."))
    assert fresh.status == Edit.Status.SUCCEEDED
    assert fresh.is_cleared
    assert fresh.hold is not None
    assert (fresh.hold.goodwill, fresh.hold.daily) == (fresh.price_tokens, 0)
    assert purses.balance(alice) == before
    assert settlement.reconcile_all() == []
    with pytest.raises(Conflict):
        moderation.overturn(refused, by=mona, reason="Again.")
    assert Edit.objects.count() == 2


def test_only_a_refusal_is_overturned(submit: Submit, mona: User) -> None:
    with pytest.raises(Conflict):
        moderation.overturn(run(submit()), by=mona, reason="…")


def test_a_suspended_owner_starts_nothing_and_keeps_what_is_there(
    submit: Submit, alice: Owner, photo: Source, mona: User, alices_browser: Client
) -> None:
    done, waiting = run(submit()), submit()
    before = purses.balance(alice)
    moderation.suspend(alice, by=mona, reason="Stock pictures, three times.")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == ("refused", "account_suspended")
    assert purses.balance(alice).daily == before.daily + waiting.price_tokens
    assert alices_browser.get(reverse("edit-result", args=[done.pk])).status_code == 200
    answer = alices_browser.post(
        reverse("edits"), {"source": photo.pk, "prompt": "x", "model": "test-invert"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "account_suspended")
    moderation.lift(alice, by=mona, reason="She explained.")
    answer = alices_browser.post(
        reverse("edits"), {"source": photo.pk, "prompt": "x", "model": "test-invert"}
    )
    assert answer.status_code < 400
    assert settlement.reconcile_all() == []


def test_what_came_in_beside_the_block_is_not_claimed_and_ends(
    submit: Submit, alice: Owner, mona: User
) -> None:
    edit = submit()
    Owner.objects.filter(pk=alice.pk).update(block="suspended")  # the block that this submit did not see
    assert queue.claim_next(edit.engine, runner.hand.workers[edit.engine]) is None
    assert moderation.sweep() == 1
    edit.refresh_from_db()
    assert edit.status == Edit.Status.REFUSED
    assert settlement.reconcile_all() == []


def test_a_running_edit_of_a_banned_owner_is_stopped(submit: Submit, alice: Owner, mona: User) -> None:
    edit = submit()
    claimed = edits.claim(edit.pk, runner.hand.workers[edit.engine])
    assert claimed is not None
    moderation.ban(alice, by=mona, reason="Again.")
    assert edits.is_cancel_requested(claimed)


def test_a_blocked_member_s_keys_and_pages_are_refused_at_once(mona: User) -> None:
    member = Owner.objects.create(user=members.make("ann@example.com"))
    minted = keys.mint(member)
    headers = {"authorization": f"Bearer {minted.text}"}
    assert Client().get("/v1/balance", headers=headers).status_code == 200
    moderation.ban(member, by=mona, reason="…")
    answer = Client().get("/v1/balance", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "account_suspended")


def test_signing_in_is_no_way_out(alice: Owner, mona: User) -> None:
    member = Owner.objects.create(user=members.make("ann@example.com"))
    moderation.suspend(alice, by=mona, reason="…")
    merging.merge(alice, member)
    member.refresh_from_db()
    assert member.block == "suspended"


def test_a_taken_down_picture_is_gone_at_once_with_its_source(
    submit: Submit, mona: User, alices_browser: Client
) -> None:
    edit, second = run(submit()), run(submit())
    moderation.take_down(edit, by=mona, reason="Reported, rightly.")
    edit.refresh_from_db()
    for one in (edit, second):
        assert not default_storage.exists(one.result_name)
        assert alices_browser.get(reverse("edit-result", args=[one.pk])).status_code == 404
    assert not default_storage.exists(edit.source.file_name)
    assert alices_browser.get(edit.get_absolute_url()).status_code == 200


def test_taking_down_ends_what_runs_on_the_same_picture(submit: Submit, mona: User) -> None:
    done, running, waiting = run(submit()), submit(), submit()
    claimed = edits.claim(running.pk, runner.hand.workers[running.engine])
    assert claimed is not None
    moderation.take_down(done, by=mona, reason="Reported, rightly.")
    outcome = edits.Outcome(0.5, None, "png", 9, 1, {})
    with pytest.raises(edits.LeaseLost):
        edits.succeed(claimed, outcome)
    for edit in (running, waiting):
        edit.refresh_from_db()
        assert edit.status == Edit.Status.CANCELED
    assert settlement.reconcile_all() == []


@pytest.mark.parametrize("ending", ["taken down while it waits", "suspended while it runs", "their own"])
def test_only_the_owner_s_own_cancel_lets_the_share_of_a_day_that_is_over_expire(
    submit: Submit, alice: Owner, mona: User, ending: str
) -> None:
    with time_machine.travel("2026-03-01T23:50:00Z", tick=False):
        edit = submit()
        claimed = edits.claim(edit.pk, runner.hand.workers[edit.engine]) if "runs" in ending else None
        assert edit.hold is not None
        price = edit.hold.daily
    with time_machine.travel("2026-03-02T00:10:00Z", tick=False):
        fresh = purses.balance(alice).pool
        if ending == "their own":
            edits.cancel(edit)
        elif claimed is None:
            moderation.take_down(edit, by=mona, reason="Reported, rightly.")
        else:
            moderation.suspend(alice, by=mona, reason="Reported, rightly.")
            edits.stop(claimed)
        came_back = 0 if ending == "their own" else price
        assert purses.balance(alice).daily == fresh + came_back
    assert settlement.reconcile_all() == []


def test_every_decision_needs_a_reason_and_is_never_changed(alice: Owner, mona: User) -> None:
    with pytest.raises(InvalidInput):
        moderation.suspend(alice, by=mona, reason="  ")
    alice.refresh_from_db()
    assert alice.block == ""
    moderation.suspend(alice, by=mona, reason="Why.")
    decision = Decision.objects.get()
    assert (decision.by, decision.owner, decision.reason) == (mona, alice, "Why.")
    for change in (lambda: Decision.objects.update(reason="Other."), decision.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def decide(browser: Client, row: Owner | Edit, decision: str, reason: str = "Because.") -> int:
    kind = "accounts_owner" if isinstance(row, Owner) else "editor_edit"
    address = reverse(f"admin:{kind}_decide", args=[row.pk])
    return browser.post(address, {"decision": decision, "reason": reason}).status_code


def test_a_moderator_decides_from_the_page(refused: Edit, mona: User, alice: Owner) -> None:
    browser = browser_of(mona)
    page = browser.get(reverse("admin:editor_edit_change", args=[refused.pk])).content.decode()
    assert "Overturn: run it again for free" in page
    assert decide(browser, refused, "overturn") == 302
    assert decide(browser, alice, "suspend") == 302
    alice.refresh_from_db()
    assert alice.block == "suspended"
    page = browser.get(reverse("admin:accounts_owner_change", args=[alice.pk])).content.decode()
    assert "Because." in page
    assert decide(browser, alice, "delete_everything") == 404


def test_looking_at_a_picture_is_written_down(submit: Submit, mona: User) -> None:
    edit = run(submit())
    picture = reverse("admin:editor_edit_picture", args=[edit.pk, "source"])
    assert browser_of(mona).get(picture)["Content-Type"] == "image/png"
    assert Decision.objects.get().kind == "look"


LOOK = {
    "accounts_owner",
    "accounts_apikey",
    "editor_edit",
    "editor_decision",
    "billing_transfer",
    "billing_purse",
}
MAY_LOOK = {
    roles.MODERATOR: LOOK,
    roles.CASHIER: LOOK - {"editor_edit", "editor_decision"},
    "nobody": set(),
}


@pytest.mark.parametrize("role", MAY_LOOK)
def test_each_role_sees_its_own_and_no_more(role: str, refused: Edit, alice: Owner) -> None:
    browser = browser_of(staff("someone@example.com", role))
    seen = {name for name in LOOK if browser.get(reverse(f"admin:{name}_changelist")).status_code == 200}
    assert seen == MAY_LOOK[role]
    may_decide = role == roles.MODERATOR
    assert (decide(browser, alice, "suspend") == 302) == may_decide
    alice.refresh_from_db()
    assert (alice.block == "suspended") == may_decide
    picture = reverse("admin:editor_edit_picture", args=[refused.pk, "source"])
    assert (browser.get(picture).status_code == 200) == may_decide


def test_members_and_strangers_do_not_get_in(refused: Edit, alice: Owner) -> None:
    for browser in (Client(), browser_of(members.make("bob@example.com"))):
        for name in LOOK:
            assert browser.get(reverse(f"admin:{name}_changelist")).status_code == 302
        assert decide(browser, alice, "suspend") == 302
        assert (
            browser.get(reverse("admin:editor_edit_picture", args=[refused.pk, "source"])).status_code == 302
        )
    alice.refresh_from_db()
    assert alice.block == ""


def test_an_overturned_refusal_needs_its_picture(refused: Edit, mona: User) -> None:
    with (
        time_machine.travel(timezone.now() + timedelta(days=2)),
        pytest.raises(sources.SourceExpired),
    ):
        moderation.overturn(refused, by=mona, reason="Too late.")
    assert not Decision.objects.exists()


def queue_of(browser: Client) -> str:
    return browser.get(reverse("admin:review")).content.decode()


def test_appeals_reports_and_flags_wait_until_somebody_decides(
    refused: Edit, submit: Submit, mona: User, alice: Owner
) -> None:
    done = run(submit())
    appeals.file(refused, reason="It is my own logo.", keeps_source=True)
    share = Share.objects.create(edit=done)
    Report.objects.create(share=share, reason=Report.Reason.PERSON, text="That is me.")
    gates.flag(done, Flag.Kind.RESULT_CONTENT, 0.81)
    browser = browser_of(mona)
    page = queue_of(browser)
    for words in ("It is my own logo.", "That is me.", "0.81", "watermark_removal"):
        assert words in page
    assert page.index("Appeal</td>") < page.index("Report</td>") < page.index("Flag</td>")
    decide(browser, done, "dismiss")
    page = queue_of(browser)
    assert "That is me." not in page
    assert "It is my own logo." in page
    decide(browser, refused, "overturn")
    assert "Nothing waits." in queue_of(browser)


def test_the_queue_is_the_moderators_alone(refused: Edit) -> None:
    assert (
        browser_of(staff("cash@example.com", roles.CASHIER)).get(reverse("admin:review")).status_code == 403
    )
    assert Client().get(reverse("admin:review")).status_code == 302


def test_a_banned_owner_s_shares_are_gone(submit: Submit, mona: User, alice: Owner, client: Client) -> None:
    share = Share.objects.create(edit=run(submit()))
    assert client.get(share.get_absolute_url()).status_code == 200
    moderation.ban(alice, by=mona, reason="…")
    assert client.get(share.get_absolute_url()).status_code == 404
