"""Taking one's data along, and light or dark: for the owner, for a stranger, for nobody."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.test import AsyncClient, Client

from accounts import keys, owners
from accounts.models import Owner
from editor import export
from editor.models import Edit
from tests import members
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)
TOKENS_CSS = Path(__file__).parents[3] / "static" / "css" / "tokens.css"


async def _fetch(client: AsyncClient) -> tuple[int, bytes]:
    answer: Any = await client.post("/account/data/export")
    if answer.status_code != 200:
        return answer.status_code, b""
    return 200, b"".join([part async for part in answer.streaming_content])


def exported(browser: Client) -> tuple[int, bytes]:
    client = AsyncClient()
    client.cookies = browser.cookies
    return async_to_sync(_fetch)(client)


def unpacked(owner: Owner) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export.stream(owner))))


def test_the_zip_holds_every_row_and_every_picture_of_the_owner(
    submit: Submit, alice: Owner, alices_browser: Client
) -> None:
    edit = run(submit(prompt="invert it, bitte schön"))
    status, data = exported(alices_browser)
    assert status == 200
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    told = json.loads(archive.read("edits.json"))
    assert [(one["id"], one["prompt"], one["status"]) for one in told] == [
        (edit.pk, "invert it, bitte schön", "succeeded")
    ]
    assert [one["name"] for one in json.loads(archive.read("sources.json"))] == ["garden.png"]
    assert json.loads(archive.read("account.json"))["id"] == alice.pk
    rows = list(csv.DictReader(io.StringIO(archive.read("tokens.csv").decode())))
    assert {row["for"] for row in rows} >= {edit.pk}
    with default_storage.open(edit.result_name) as file:
        assert archive.read(f"pictures/{edit.result_name}") == file.read()
    assert f"pictures/sources/{edit.source_id} garden.png" in archive.namelist()


def test_the_zip_of_a_member_names_keys_but_holds_no_secret(alice: Owner) -> None:
    Owner.objects.filter(pk=alice.pk).update(user=members.make("alice@example.org"))
    alice.refresh_from_db()
    minted = keys.mint(alice, name="my phone")
    archive = unpacked(alice)
    assert json.loads(archive.read("account.json"))["email"] == "alice@example.org"
    told = json.loads(archive.read("keys.json"))
    assert [one["name"] for one in told] == ["my phone"]
    secret = minted.text.split(".")[1]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert secret.encode() not in everything
    assert minted.key.secret_hash.encode() not in everything


def test_nothing_of_somebody_else_is_in_it(submit: Submit, bob: Owner, bobs_browser: Client) -> None:
    edit = run(submit())
    status, data = exported(bobs_browser)
    assert status == 200
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert not [name for name in archive.namelist() if name.startswith("pictures/")]
    assert edit.pk.encode() not in b"".join(archive.read(name) for name in archive.namelist())


def test_nobody_gets_nothing(client: Client) -> None:
    assert exported(client)[0] == 404
    assert client.get("/account/data/export").status_code == 405


def test_what_was_deleted_or_has_expired_is_not_in_it(submit: Submit, alice: Owner) -> None:
    edit = run(submit())
    default_storage.delete(edit.result_name)
    assert unpacked(alice).read(f"pictures/{edit.result_name}") == b""
    Edit.objects.filter(pk=edit.pk).update(purged_at=edit.created_at)
    assert f"pictures/{edit.result_name}" not in unpacked(alice).namelist()


def test_a_visitor_finds_export_and_deletion_a_crawler_finds_an_empty_page(
    submit: Submit, alices_browser: Client, client: Client
) -> None:
    run(submit())
    assert "Delete everything" in alices_browser.get("/account/?tab=data").content.decode()
    page = client.get("/account/?tab=data").content.decode()
    assert "Nothing is stored of you" in page
    assert "Delete everything" not in page
    assert owners.COOKIE not in client.cookies


@pytest.mark.parametrize(("theme", "shown"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_a_theme_is_in_the_first_line_of_the_next_page(client: Client, theme: str, shown: str) -> None:
    assert "data-theme" not in client.get("/").content.decode()
    answer = client.post("/theme/", {"theme": theme, "next": "/pricing/"})
    assert answer["Location"] == "/pricing/"
    assert shown in client.get("/").content.decode().splitlines()[1]
    client.post("/theme/", {"theme": "system"})
    assert "data-theme" not in client.get("/").content.decode()


def test_a_theme_leads_nowhere_else_and_brings_no_markup(client: Client) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"
    client.cookies["freeai_theme"] = '"><script>'
    assert "<script>" not in client.get("/").content.decode().splitlines()[1]


def test_dark_by_choice_is_dark_by_system() -> None:
    css = TOKENS_CSS.read_text()
    by_system = css[css.index('not([data-theme="light"])') :]
    by_choice = css[css.index(':root[data-theme="dark"]') :]
    colours = [re.findall(r"--[\w-]+: [^;]+;", block[: block.index("}")]) for block in (by_system, by_choice)]
    assert colours[0] == colours[1]
    assert len(colours[0]) > 10
