"""The mask editor's answers: painted edits, results taken up again, things found by a click."""

from io import BytesIO

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from numpy.typing import NDArray
from PIL import Image

from editor import retention
from editor.models import Edit, Source
from tests import pictures
from tests.conftest import Submit, client_of, run, stored

pytestmark = pytest.mark.django_db(transaction=True)


def painted(mask: NDArray[np.uint8]) -> SimpleUploadedFile:
    """A mask as the editor sends it: transparent where the picture may change."""
    alpha = np.dstack([np.zeros((*mask.shape, 3), np.uint8), 255 - mask])
    return SimpleUploadedFile("mask.png", pictures.png(alpha), "image/png")


def half(height: int = 64, width: int = 96) -> NDArray[np.uint8]:
    mask = np.zeros((height, width), np.uint8)
    mask[:, : width // 2] = 255
    return mask


def test_only_what_is_painted_changes(submit: Submit, alices_browser: Client, photo: Source) -> None:
    submit()  # enlists the worker
    fields = {"source": photo.pk, "prompt": "invert", "model": "test-invert", "mask": painted(half())}
    answer = alices_browser.post(reverse("edits"), fields)
    assert answer.status_code == 201
    edit = run(Edit.objects.get(pk=answer.json()["id"]))
    assert np.array_equal(stored(edit.mask_name), half())
    before, after = stored(photo.file_name), stored(edit.result_name)
    assert np.array_equal(before[:, 48:], after[:, 48:])
    assert (before[:, :40] != after[:, :40]).any(axis=2).mean() > 0.9


def test_a_mask_of_another_size_is_refused(submit: Submit, alices_browser: Client, photo: Source) -> None:
    submit()
    fields = {"source": photo.pk, "prompt": "x", "model": "test-invert", "mask": painted(half(64, 64))}
    answer = alices_browser.post(reverse("edits"), fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "mask_mismatch")


def test_a_result_becomes_the_next_picture(submit: Submit, alices_browser: Client, photo: Source) -> None:
    Source.objects.update(rights={"copyright": "Alice"})
    photo.refresh_from_db()
    edit = run(submit())
    address = reverse("edit-continue", args=[edit.pk])
    answer = alices_browser.post(address, headers={"accept": "application/json"})
    made = Source.objects.get(pk=answer.json()["id"])
    assert np.array_equal(stored(made.file_name), stored(edit.result_name))
    assert (made.owner, made.name, made.continues, made.first) == (edit.owner, "garden.png", edit, photo)
    assert made.rights["copyright"] == "Alice"
    assert made.expires_at - made.created_at == photo.expires_at - photo.created_at
    again = alices_browser.post(address)
    assert again["Location"] == f"/models/test-invert/?source={made.pk}"
    to_paint = alices_browser.post(address, {"paint": "1"})
    assert to_paint["Location"] == f"/image/edit/?source={made.pk}"
    assert Source.objects.count() == 2


def test_versions_are_shown_in_a_line_and_to_their_owner_alone(
    submit: Submit, alices_browser: Client, bobs_browser: Client, photo: Source
) -> None:
    ids = [photo.pk]
    for _ in range(2):
        edit = run(submit(source=Source.objects.get(pk=ids[-1])))
        answer = alices_browser.post(
            reverse("edit-continue", args=[edit.pk]), headers={"accept": "application/json"}
        )
        ids.append(answer.json()["id"])
    page = alices_browser.get(f"/image/edit/?source={ids[1]}")
    assert [source.pk for source in page.context["versions"]] == ids
    stranger = bobs_browser.get(f"/image/edit/?source={ids[1]}")
    assert stranger.context["versions"] == []
    assert f"/sources/{ids[1]}" not in stranger.content.decode()
    assert bobs_browser.get(f"/image/edit/?edit={edit.pk}").status_code == 404


def test_deleting_an_edit_takes_the_copy_of_its_result_along(submit: Submit, alices_browser: Client) -> None:
    edit = run(submit())
    alices_browser.post(reverse("edit-continue", args=[edit.pk]))
    retention.delete(Edit.objects.get(pk=edit.pk), edit.owner)
    assert set(Source.objects.values_list("status", flat=True)) == {"expired"}
    assert retention.check().is_clean


def test_a_result_that_is_gone_cannot_be_taken_up(submit: Submit, alices_browser: Client) -> None:
    edit = run(submit())
    Edit.objects.update(expires_at=edit.created_at)
    assert alices_browser.post(reverse("edit-continue", args=[edit.pk])).status_code == 404


def test_the_thing_at_a_point_is_found(alice: object, alices_browser: Client) -> None:
    picture = np.full((300, 400, 3), (90, 140, 90), np.uint8)
    y, x = np.mgrid[0:300, 0:400]
    picture[(y - 150) ** 2 + (x - 120) ** 2 < 60**2] = (220, 60, 40)
    upload = SimpleUploadedFile("ball.png", pictures.png(picture), "image/png")
    source = alices_browser.post(reverse("sources"), {"image": upload}).json()
    answer = alices_browser.post(reverse("source-object", args=[source["id"]]), {"x": 120, "y": 150})
    assert answer.status_code == 200
    mask = np.asarray(Image.open(BytesIO(answer.content)))
    ball = (y - 150) ** 2 + (x - 120) ** 2 < 60**2
    assert mask.shape == (300, 400)
    assert ((mask > 127) & ball).sum() / ((mask > 127) | ball).sum() > 0.95


def test_a_point_that_is_none_is_refused(photo: Source, alices_browser: Client) -> None:
    answer = alices_browser.post(reverse("source-object", args=[photo.pk]), {"x": "left", "y": 1})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "x")


def test_looking_at_the_editor_makes_no_owner(client: Client) -> None:
    answer = client.get("/image/edit/?model=nothing")
    assert answer.status_code == 200
    assert "freeai_owner" not in answer.cookies


def test_thinking_costs_as_much_as_the_best_quality(submit: Submit, photo: Source) -> None:
    cheap = submit("step1x-edit", quality="low")
    thinking = submit("step1x-edit", quality="low", thinking=True)
    lite = submit("freeai-lite", prompt="warmer", quality="low", thinking=True)
    assert [edit.price_tokens for edit in (cheap, thinking, lite)] == [250, 1000, 100]
    assert client_of(photo.owner).get(thinking.get_absolute_url()).context["price"] == 1000
