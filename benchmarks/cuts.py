"""Every byte of an exchange as the place where the line breaks: `python -m benchmarks.faults cuts`.

OpenAI's own SDK sends an edit through a proxy that cuts its first connection after N bytes of the
request or of the answer, for every N there is; the SDK then retries as it always does. At the end
there must be one edit and one charge for each, and clean books.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import openai

from tests import pictures
from tests.cutting import Cut, Proxy
from tests.site import Site, running_site

AT_ONCE = 8
PRICE = 100
PHOTO = pictures.png(np.full((32, 32, 3), 90, np.uint8))
"""Of few bytes, because each of them costs an edit."""
ENVIRONMENT = {
    "FREEAI_EXTRA_ENGINES": "test-invert=tests.engines:Invert",
    "FREEAI_SERVE_ENGINES": "test-invert",
    "FREEAI_REQUESTS_PER_MINUTE": "1000000",
    "FREEAI_QUEUED_EDITS_MAX": "100000",
    "FREEAI_WORKER_SILENT_SECONDS": "600",  # a busy machine is not what is looked at here
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all cuts."""

    exchanges: int
    failures: list[str]
    edits_by_seed: Counter[int]
    spent: int
    books: str

    @property
    def is_right(self) -> bool:
        once = set(self.edits_by_seed.values()) == {1} and len(self.edits_by_seed) == self.exchanges
        return once and not self.failures and self.spent == PRICE * self.exchanges and self.books == "clean"


def run(stride: int) -> None:
    """Cut at every `stride`-th byte and print what came of it."""
    with running_site(Path(tempfile.mkdtemp(prefix="freeai-cuts-")), **ENVIRONMENT) as site:
        began = time.perf_counter()
        outcome = cut_everywhere(site, stride)
        seconds = time.perf_counter() - began
    each = dict(Counter(outcome.edits_by_seed.values()))
    print(f"{outcome.exchanges:,} exchanges in {seconds:.0f} s; so many edits each: {each}")
    print(f"spent {outcome.spent:,} tokens ({PRICE} each); books {outcome.books}")
    for failure in outcome.failures[:20]:
        print(failure)
    sys.exit(0 if outcome.is_right else 1)


def cut_everywhere(site: Site, stride: int) -> Outcome:
    """Let the SDK send one edit per cut, and count what the site made of them."""
    key = site.manage("mint_key", "cuts@example.org", "--tokens", "10000000").stdout.strip()
    proxy = Proxy(site.port)
    client = openai.OpenAI(base_url=f"{site.url}/v1", api_key=key)  # and the tries it makes by itself
    try:
        with proxy.cutting(None) as (port, traffic):
            _edit(client, port, seed=0)
            whole = (traffic.up, traffic.down)
        cuts = list(places(*whole, stride))
        print(f"request {whole[0]:,} bytes, answer {whole[1]:,} bytes, {len(cuts):,} cuts")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = list(pool.map(lambda job: _one(client, proxy, *job), enumerate(cuts, start=1)))
        made, spent = _counted(client, site)
    finally:
        client.close()
        proxy.stop()
    books = site.manage("reconcile").stdout.strip()
    return Outcome(len(cuts) + 1, [one for one in told if one], made, spent, books)


def places(up: int, down: int, stride: int) -> Iterable[Cut]:
    """Return every place of the exchange; both ends of either way are always among them."""
    yield from (Cut("up", after) for after in sorted({*range(0, up + 1, stride), up - 1, up}))
    yield from (Cut("down", after) for after in sorted({*range(0, down, stride), down - 1}))


def _one(client: openai.OpenAI, proxy: Proxy, seed: int, cut: Cut) -> str:
    with proxy.cutting(cut) as (port, traffic):
        try:
            _edit(client, port, seed)
        except openai.OpenAIError as error:
            return f"{cut}: {error!r}"
        return "" if traffic.connections > 1 else f"{cut}: nothing was cut"


def _edit(client: openai.OpenAI, port: int, seed: int) -> None:
    through = client.with_options(base_url=f"http://127.0.0.1:{port}/v1")
    # A fixed width keeps all exchanges equally long.
    answer = through.images.edit(
        model="test-invert", image=PHOTO, prompt="invert it", extra_body={"seed": f"{seed:07d}"}
    )
    assert answer.data is not None
    assert answer.data[0].b64_json


def _counted(client: openai.OpenAI, site: Site) -> tuple[Counter[int], int]:
    made: Counter[int] = Counter()
    spent = 0
    page = client.get("/edits?limit=100", cast_to=httpx.Response).json()
    while True:
        made.update(one["seed"] for one in page["data"])
        spent += sum(one["tokens"]["price"] for one in page["data"] if one["tokens"]["state"] != "released")
        if not page["has_more"]:
            return made, spent
        page = client.get(f"/edits?limit=100&after={page['last_id']}", cast_to=httpx.Response).json()
