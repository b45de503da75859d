"""However often and however broken a request arrives: one edit, one hold, one charge."""

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks import cuts
from tests import pictures
from tests.site import Site, running_site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

AT_ONCE = 64
ROUNDS = 5
PHOTO = pictures.encoded(pictures.photo(64, 48), "JPEG", quality=85)


class Program:
    """A program with a key on one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        minted = site.manage("mint_key", "alice@example.org", "--tokens", "1000000")
        self.key = minted.stdout.strip()
        self.client = httpx.Client(
            base_url=f"{site.url}/v1",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0),
        )

    def close(self) -> None:
        self.client.close()

    def edit(self, seed: int, **headers: str) -> httpx.Response:
        data = {"prompt": "black and white", "model": "freeai-lite", "seed": str(seed)}
        return self.client.post("/images/edits", data=data, files={"image": PHOTO}, headers=headers)

    def made(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/edits?limit=100").json()["data"]
        return found

    def spent(self) -> int:
        now = self.client.get("/balance").json()
        return int(1_010_000 - now["daily"]["available"] - now["paid"]["available"] - now["held"])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    environment = {"FREEAI_REQUESTS_PER_MINUTE": "100000"}
    if request.param == "postgres":
        environment["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    with running_site(tmp_path / "home", **environment) as site, contextlib.closing(Program(site)) as one:
        yield one


def ask_at_once(program: Program, rounds: int) -> None:
    """Send 64 identical requests under one name at the same moment, round after round: one edit each."""
    for number in range(rounds):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            named = {"Idempotency-Key": f"round-{number}"}
            answers = list(pool.map(lambda _, named=named: program.edit(7, **named), range(AT_ONCE)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["freeai"]["edits"][0]["id"] for answer in answers}) == 1
    assert len(program.made()) == rounds
    assert program.spent() == 100 * rounds


def test_64_at_once_under_one_name_are_one_edit(program: Program) -> None:
    ask_at_once(program, ROUNDS)


def raw_request(program: Program, seed: int) -> bytes:
    """Return one call as it goes over the wire."""
    data = {"prompt": "black and white", "model": "freeai-lite", "seed": str(seed)}
    request = program.client.build_request("POST", "/images/edits", data=data, files={"image": PHOTO})
    lines = [b"POST /v1/images/edits HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join([*lines, b"", b""]) + request.read()


def send_and_hang_up(program: Program, wire: bytes, *, wait_for: int) -> None:
    """Send these bytes, read so many of the answer (0: not even wait), and hang up."""
    with socket.create_connection(("127.0.0.1", program.site.port)) as line:
        line.sendall(wire)
        if wait_for:
            line.settimeout(30)
            line.recv(wait_for)


def test_cut_anywhere_and_sent_again_is_charged_once(program: Program) -> None:
    whole = raw_request(program, 0)
    cuts = [1, 40, len(whole) // 4, len(whole) // 2, len(whole) - 40, len(whole) - 1]
    broken = [(cut, 0) for cut in cuts] + [(len(whole), 0), (len(whole), 1), (len(whole), 200)]
    for seed, (sent, wait_for) in enumerate(broken):
        send_and_hang_up(program, raw_request(program, seed)[:sent], wait_for=wait_for)
        answer = program.edit(seed, **{"x-stainless-retry-count": "1"})
        assert answer.status_code == 200, answer.text
    assert sorted(one["seed"] for one in program.made()) == list(range(len(broken)))
    assert program.spent() == 100 * len(broken)
    assert program.site.manage("reconcile").returncode == 0


def test_openai_s_sdk_cut_anywhere_retries_and_pays_once(tmp_path: Path) -> None:
    """Some places of the exchange; `python -m benchmarks.faults cuts` takes every byte."""
    with running_site(tmp_path / "home", **cuts.ENVIRONMENT) as site:
        outcome = cuts.cut_everywhere(site, stride=151)
    assert outcome.failures == []
    assert outcome.is_right, outcome
    assert outcome.exchanges > 15
