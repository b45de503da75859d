"""OpenAI's own Python SDK, unmodified: only the address and the key are ours."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from PIL import Image

from editor.pages import api_docs
from tests import pictures
from tests.sdk.conftest import Door

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def client(door: Door) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=door.base_url, api_key=door.key) as one:
        yield one


def shown(answer: Any) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(answer.data[0].b64_json)))


def spent(client: openai.OpenAI) -> int:
    balance: dict[str, Any] = client.get("/balance", cast_to=httpx.Response).json()
    return int(110_000 - balance["daily"]["available"] - balance["paid"]["available"] - balance["held"])


@pytest.mark.parametrize("way", ["file", "bytes", "list", "tuple"])
def test_a_picture_may_be_given_in_every_way(client: openai.OpenAI, photo_file: Path, way: str) -> None:
    data = photo_file.read_bytes()
    ways: dict[str, Any] = {
        "file": photo_file,
        "bytes": data,
        "list": [data],
        "tuple": ("photo.jpg", data, "image/jpeg"),
    }
    answer = client.images.edit(
        model="FreeAI Lite", image=ways[way], prompt="black and white", size="1024x1024"
    )
    assert shown(answer).size == (320, 200)
    assert answer.usage is not None
    assert answer.usage.total_tokens == 100


def test_mask_n_and_links(client: openai.OpenAI, photo_file: Path) -> None:
    mask = np.full((200, 320, 4), 255, np.uint8)
    mask[:, :160, 3] = 0
    answer = client.images.edit(
        model="test-invert",
        image=photo_file,
        mask=pictures.png(mask),
        prompt="invert it",
        n=2,
        response_format="url",
        output_format="png",
    )
    assert answer.data is not None
    assert len(answer.data) == 2
    fetched = httpx.get(str(answer.data[0].url))
    after = np.asarray(Image.open(BytesIO(fetched.content)).convert("RGB"))
    before = np.asarray(Image.open(BytesIO(photo_file.read_bytes())).convert("RGB"))
    assert np.array_equal(after[:, 168:], before[:, 168:])
    assert not np.array_equal(after[:, :150], before[:, :150])


def test_streaming_shows_the_picture_getting_ready(client: openai.OpenAI, photo_file: Path) -> None:
    stream = client.images.edit(
        model="test-slow", image=photo_file, prompt="slow 30", stream=True, partial_images=2
    )
    kinds = [event.type for event in stream]
    assert kinds[-1] == "image_edit.completed"
    assert "image_edit.partial_image" in kinds


def test_a_stream_that_fails_raises(client: openai.OpenAI, photo_file: Path) -> None:
    stream = client.images.edit(model="test-broken", image=photo_file, prompt="x", stream=True)
    with pytest.raises(openai.APIError) as failed:
        list(stream)
    assert failed.value.code == "edit_failed"


def test_errors_are_the_sdk_s_own(client: openai.OpenAI, door: Door, photo_file: Path) -> None:
    cases: list[tuple[type[openai.APIStatusError], dict[str, Any], str]] = [
        (openai.NotFoundError, {"model": "nothing", "prompt": "x"}, "model_not_found"),
        (openai.BadRequestError, {"prompt": "put a dragon on the roof"}, "instruction_not_supported"),
        (openai.BadRequestError, {"prompt": "x", "extra_body": {"promt": "y"}}, "invalid_request"),
        (openai.InternalServerError, {"model": "test-broken", "prompt": "x"}, "edit_failed"),
    ]
    for kind, fields, code in cases:
        with pytest.raises(kind) as refused:
            client.images.edit(**{"model": "freeai-lite", **fields}, image=photo_file)
        assert refused.value.code == code
        assert str(refused.value.request_id).startswith("req_")
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=door.base_url, api_key="sk-free-x.y").models.list()
    with pytest.raises(openai.InternalServerError) as away:
        client.with_options(max_retries=0).images.edit(model="step1x-edit", image=photo_file, prompt="x")
    assert away.value.code == "model_unavailable"


def test_models_can_be_listed(client: openai.OpenAI) -> None:
    assert {model.id for model in client.models.list()} >= {"freeai-lite", "step1x-edit"}
    assert client.models.retrieve("Step1X-Edit v1p2").id == "step1x-edit"


def test_retries_by_the_sdk_charge_once(client: openai.OpenAI, photo_file: Path) -> None:
    """The call waits 3 s here, the edit takes longer: the SDK retries until it is there."""
    before = spent(client)
    answer = client.with_options(max_retries=5).images.edit(
        model="test-slow", image=photo_file, prompt="slow 100"
    )
    assert answer.data is not None
    assert spent(client) - before == 100


def test_a_client_that_gives_up_loses_nothing(client: openai.OpenAI, photo_file: Path) -> None:
    before = spent(client)
    hurried = client.with_options(timeout=1.0, max_retries=0)
    with pytest.raises(openai.APITimeoutError):
        hurried.images.edit(model="test-slow", image=photo_file, prompt="slow 40", extra_body={"seed": 41})
    newest = client.get("/edits?limit=1", cast_to=httpx.Response).json()["data"][0]
    assert newest["seed"] == 41
    with httpx.stream(
        "GET",
        f"{client.base_url}edits/{newest['id']}/events",
        headers={"Authorization": f"Bearer {client.api_key}"},
        timeout=60,
    ) as events:
        events.read()
    done = client.get(f"/edits/{newest['id']}", cast_to=httpx.Response).json()
    assert (done["status"], done["tokens"]["state"]) == ("succeeded", "charged")
    assert client.get(f"/edits/{newest['id']}/result", cast_to=httpx.Response).status_code == 200
    assert spent(client) - before == 100


def test_the_snippet_of_the_docs_runs_as_it_stands(door: Door, photo_file: Path, tmp_path: Path) -> None:
    program = tmp_path / "edit.py"
    program.write_text(api_docs.snippet("py", door.site.url, door.key))
    done = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Image.open(BytesIO((tmp_path / "edited.jpg").read_bytes())).size == (320, 200)


def test_the_curl_of_the_docs_runs_as_it_stands(door: Door, photo_file: Path, tmp_path: Path) -> None:
    command = api_docs.snippet("sh", door.site.url, door.key)
    done = subprocess.run(
        ["bash", "-c", f"{command} -sS"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"url"' in done.stdout, done.stdout
