"""What pages answer, asked as a browser without JavaScript and as our own script."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Owner
from editor.models import Edit, Source, Worker
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)


def picture(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("garden.png", data, "image/png")


@pytest.mark.parametrize(
    "path", ["/", "/models/", "/models/freeai-lite/", "/account/", "/account/?tab=history"]
)
def test_looking_makes_no_owner(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert not Owner.objects.exists()
    assert "freeai_owner" not in answer.cookies


def test_an_unknown_model_is_not_found(client: Client) -> None:
    assert client.get("/models/nothing/").status_code == 404


def test_an_upload_makes_an_owner_and_a_cookie(client: Client, photo_bytes: bytes) -> None:
    answer = client.post("/sources/", {"image": picture(photo_bytes)})
    assert answer.status_code == 201
    source = Source.objects.get()
    assert answer.json() | {"expires_at": 0} == {
        "id": source.pk,
        "url": f"/sources/{source.pk}/image",
        "name": "garden.png",
        "width": 96,
        "height": 64,
        "original_width": 96,
        "original_height": 64,
        "has_alpha": False,
        "format": "png",
        "bytes": source.file_bytes,
        "expires_at": 0,
    }
    cookie = answer.cookies["freeai_owner"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.get(answer.json()["url"]).status_code == 200


def test_a_refused_upload_makes_no_owner(client: Client) -> None:
    answer = client.post("/sources/", {"image": picture(b"not a picture")})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "image_unsupported_format"
    assert not Owner.objects.exists()


def test_an_upload_without_a_file_says_what_to_do(client: Client) -> None:
    answer = client.post("/sources/", {})
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Choose a picture first.")


def test_picture_and_wish_in_one_post_lead_to_the_edit(
    client: Client, photo_bytes: bytes, worker_for: Callable[[str], Worker]
) -> None:
    worker_for("freeai-lite")
    answer = client.post("/models/freeai-lite/", {"image": picture(photo_bytes), "prompt": "warmer"})
    edit = Edit.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/edits/{edit.pk}/")
    assert client.get(answer["Location"]).status_code == 200
    run(edit)
    page = client.get(answer["Location"]).content.decode()
    assert f"/edits/{edit.pk}/result" in page


def test_a_refused_wish_comes_back_with_its_reason_and_keeps_the_picture(
    client: Client, photo_bytes: bytes, worker_for: Callable[[str], Worker]
) -> None:
    worker_for("freeai-lite")
    answer = client.post("/models/freeai-lite/", {"image": picture(photo_bytes), "prompt": "add a dog"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert Source.objects.get().pk in page
    assert "add a dog" in page
    assert not Edit.objects.exists()


def test_a_model_nobody_serves_says_so(client: Client, photo_bytes: bytes) -> None:
    answer = client.post("/models/step1x-edit/", {"image": picture(photo_bytes), "prompt": "snow"})
    assert answer.status_code == 503
    assert "not running" in answer.content.decode()


def test_the_download_is_named_after_the_upload(submit: Submit, alices_browser: Client) -> None:
    edit = run(submit())
    answer = alices_browser.get(f"{reverse('edit-result', args=[edit.pk])}?download=1")
    assert answer["Content-Disposition"] == 'attachment; filename="garden-edited.png"'
    assert answer["Cache-Control"].startswith("private")


def test_a_page_survives_its_picture(submit: Submit, alices_browser: Client) -> None:
    edit = run(submit())
    Edit.objects.update(expires_at=edit.created_at)
    Source.objects.update(expires_at=edit.created_at)
    assert alices_browser.get(edit.get_absolute_url()).status_code == 200
    assert alices_browser.get(reverse("edit-result", args=[edit.pk])).status_code == 404
    assert alices_browser.get(reverse("edit-changes", args=[edit.pk])).status_code == 404


def test_an_edit_of_a_model_that_left_the_catalogue_is_still_shown(
    submit: Submit, alices_browser: Client
) -> None:
    edit = run(submit())
    Edit.objects.update(model="gone-model")
    assert alices_browser.get(edit.get_absolute_url()).status_code == 200


def test_history_turns_its_pages(submit: Submit, alices_browser: Client) -> None:
    made = [submit().pk for _ in range(30)]
    first = alices_browser.get("/account/?tab=history")
    second = alices_browser.get(f"/account/?tab=history&after={first.context['page'].older}")
    shown = [edit.pk for page in (first, second) for edit in page.context["page"].rows]
    assert shown == made[::-1]
    assert second.context["page"].older is None


def test_retry_submits_the_same_wish(submit: Submit, alices_browser: Client) -> None:
    edit = run(submit(seed=3))
    answer = alices_browser.post(reverse("edit-retry", args=[edit.pk]))
    again = Edit.objects.exclude(pk=edit.pk).get()
    assert answer["Location"] == again.get_absolute_url()
    assert (again.prompt, again.seed) == (edit.prompt, 3)


def test_cancel_and_delete_by_plain_forms(submit: Submit, alices_browser: Client) -> None:
    edit = submit()
    alices_browser.post(reverse("edit-cancel", args=[edit.pk]))
    edit.refresh_from_db()
    assert edit.status == "canceled"
    answer = alices_browser.post(reverse("edit-delete", args=[edit.pk]), follow=True)
    assert "Deleted" in answer.content.decode()
    assert alices_browser.get(edit.get_absolute_url()).status_code == 404


def test_pages_carry_a_strict_policy(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_readiness_needs_a_worker(client: Client, worker_for: Callable[[str], Worker]) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    worker_for("test-echo")
    assert client.get("/readyz").json() == {"status": "ok", "engines": ["test-echo"]}
