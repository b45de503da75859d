"""Sharing is opt-in, ends with the picture, and can be ended before; reports reach a person."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.models import Owner
from editor import merging
from editor.models import Edit, Report, Share, Source
from tests import members
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(submit: Submit) -> Edit:
    return run(submit(prompt="invert my secret garden"))


def shared(browser: Client, edit: Edit, **choices: str) -> Share:
    browser.post(f"/edits/{edit.pk}/share", choices)
    return Share.objects.get(edit=edit, revoked_at=None)


def test_nothing_is_shared_unless_asked_for(edit: Edit) -> None:
    assert Share.objects.count() == 0


def test_anybody_with_the_address_sees_it(alices_browser: Client, client: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit)
    page = client.get(f"/s/{share.pk}/")
    words = page.content.decode()
    assert page.status_code == 200
    assert "This picture was edited with AI" in words
    assert "test-invert" in words
    assert "secret garden" not in words
    assert f'property="og:image" content="http://testserver/s/{share.pk}/card"' in words
    assert 'name="robots" content="noindex' in words
    for part in ("", "result", "source", "card"):
        answer = client.get(f"/s/{share.pk}/{part}")
        assert answer.status_code == 200, part
        assert answer["X-Robots-Tag"].startswith("noindex")
        assert "max-age=3600" not in answer["Cache-Control"]
    assert Owner.objects.count() == 1


def test_only_what_was_chosen_is_shown(alices_browser: Client, client: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit, shows="result", shows_prompt="1")
    assert "secret garden" in client.get(f"/s/{share.pk}/").content.decode()
    assert f"/s/{share.pk}/source" not in client.get(f"/s/{share.pk}/").content.decode()
    assert client.get(f"/s/{share.pk}/source").status_code == 404


def gone(share: Share, client: Client) -> bool:
    return all(client.get(f"/s/{share.pk}/{part}").status_code == 404 for part in ("", "result", "card"))


def test_a_revoked_share_is_gone_and_a_new_one_has_a_new_address(
    alices_browser: Client, client: Client, edit: Edit
) -> None:
    share = shared(alices_browser, edit)
    assert shared(alices_browser, edit, shows="result").pk == share.pk
    alices_browser.post(f"/edits/{edit.pk}/unshare")
    assert gone(share, client)
    assert shared(alices_browser, edit).pk != share.pk
    assert gone(share, client)


def test_a_share_ends_with_its_picture(alices_browser: Client, client: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit)
    Edit.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert gone(share, client)
    alices_browser.post(f"/edits/{edit.pk}/share")
    assert gone(share, client)


def test_a_deleted_edit_is_not_shared(alices_browser: Client, client: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit)
    alices_browser.post(f"/edits/{edit.pk}/delete")
    assert gone(share, client)


def test_a_blocked_member_s_shares_are_gone(alices_browser: Client, client: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit)
    user = members.make("alice@example.org")
    merging.merge(edit.owner, Owner.objects.create(user=user))
    assert client.get(f"/s/{share.pk}/").status_code == 200  # it came along, under its old address
    assert Edit.objects.get().expires_at == edit.created_at + timedelta(days=7)
    user.is_active = False
    user.save()
    assert gone(share, client)


def test_a_picture_before_that_is_gone_leaves_the_result(
    alices_browser: Client, client: Client, edit: Edit
) -> None:
    share = shared(alices_browser, edit)
    Source.objects.update(status="expired")
    assert client.get(f"/s/{share.pk}/").status_code == 200
    assert client.get(f"/s/{share.pk}/source").status_code == 404


def test_a_report_reaches_the_queue(alices_browser: Client, client: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit)
    page = client.post(f"/s/{share.pk}/report", {"reason": "person", "text": "that is me"}, follow=True)
    assert "A person looks at it" in page.content.decode()
    report = Report.objects.get()
    assert (report.share, report.reason, report.text) == (share, "person", "that is me")
    assert report.network
    assert "127.0.0.1" not in report.network
    page = client.post(f"/s/{share.pk}/report", {"reason": "boring"})
    assert page.status_code == 400
    assert Report.objects.count() == 1


def test_one_network_cannot_flood_the_queue(
    alices_browser: Client, client: Client, edit: Edit, settings: LazySettings
) -> None:
    settings.REPORTS_PER_HOUR = 2
    share = shared(alices_browser, edit)
    answers = [client.post(f"/s/{share.pk}/report", {"reason": "other"}).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    elsewhere = client.post(f"/s/{share.pk}/report", {"reason": "other"}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302
    Report.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert client.post(f"/s/{share.pk}/report", {"reason": "other"}).status_code == 302


def test_the_owner_finds_the_link_on_the_edit(alices_browser: Client, edit: Edit) -> None:
    share = shared(alices_browser, edit)
    assert f"http://testserver/s/{share.pk}/" in alices_browser.get(edit.get_absolute_url()).content.decode()
