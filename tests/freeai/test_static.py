"""Static files come whole, compressed where they are text, and in part for who asks for a part."""

import gzip
from pathlib import Path

from asgiref.sync import async_to_sync
from django.contrib.staticfiles import finders
from django.test import AsyncClient, Client

STYLE = "css/tokens.css"


def stored(name: str) -> Path:
    found = finders.find(name)
    assert isinstance(found, str)
    return Path(found)


def a_picture() -> str:
    """Return the name of a picture of ours, as it is asked for."""
    folder = stored("img")
    picture = next(path for path in sorted(folder.rglob("*")) if path.suffix in (".jpg", ".webp", ".png"))
    return f"img/{picture.relative_to(folder)}"


def test_a_picture_comes_whole_and_is_no_stream() -> None:
    name = a_picture()
    answer = async_to_sync(AsyncClient().get)(f"/static/{name}")
    assert (answer.status_code, answer.streaming) == (200, False)
    assert answer.content == stored(name).read_bytes()
    assert answer["Content-Type"].startswith("image/")
    assert int(answer["Content-Length"]) == len(answer.content)


def test_text_is_compressed(client: Client) -> None:
    answer = client.get(f"/static/{STYLE}", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == stored(STYLE).read_bytes()


def test_a_part_is_a_part(client: Client) -> None:
    name = a_picture()
    answer = client.get(f"/static/{name}", headers={"range": "bytes=2-5"})
    assert (answer.status_code, answer.content) == (206, stored(name).read_bytes()[2:6])


def test_a_known_version_is_not_sent_again(client: Client) -> None:
    first = client.get(f"/static/{STYLE}")
    again = client.get(f"/static/{STYLE}", headers={"if-modified-since": first["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
