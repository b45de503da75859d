"""Does the time tell whose id it is? `python -m benchmarks.strangers [--rounds 300]`

A stranger asks, in turns, for somebody's edit and for one that never was; both are "not found",
and the medians of both, taken in one run, must lie within a tenth of each other.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests import pictures
from tests.site import running_site

NEVER = "edit_00000000000000000000000000"
ROUTES = (
    ("GET", "/v1/edits/{}"),
    ("GET", "/v1/edits/{}/result"),
    ("GET", "/v1/edits/{}/events"),
    ("POST", "/v1/edits/{}/cancel"),
    ("DELETE", "/v1/edits/{}"),
)
RATIO_MAX = 1.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    home = Path(tempfile.mkdtemp(prefix="freeai-bench-"))
    with running_site(home, FREEAI_REQUESTS_PER_MINUTE="1000000") as site:
        alice, bob = (site.manage("mint_key", f"{name}@example.org").stdout.strip() for name in "ab")
        with httpx.Client(base_url=site.url, timeout=60) as client:
            made = client.post(
                "/v1/images/edits",
                data={"prompt": "black and white", "model": "freeai-lite"},
                files={"image": pictures.png(pictures.photo(64, 48))},
                headers={"Authorization": f"Bearer {alice}"},
            ).json()["freeai"]["edits"][0]["id"]
            client.headers["Authorization"] = f"Bearer {bob}"
            ratios = [compare(client, method, path, made, rounds) for method, path in ROUTES]
    sys.exit(0 if all(1 / RATIO_MAX < ratio < RATIO_MAX for ratio in ratios) else 1)


def compare(client: httpx.Client, method: str, path: str, made: str, rounds: int) -> float:
    """Print both medians of one route and return their ratio."""
    times: dict[str, list[float]] = {made: [], NEVER: []}
    for number in range(2 * rounds):
        edit_id = (made, NEVER)[number % 2]
        began = time.perf_counter()
        assert client.request(method, path.format(edit_id)).status_code == 404
        times[edit_id].append(time.perf_counter() - began)
    theirs, never = (1000 * statistics.median(times[edit_id]) for edit_id in (made, NEVER))
    print(
        f"{method:<6} {path:<24} somebody's {theirs:6.2f} ms, nobody's {never:6.2f} ms: {theirs / never:.3f}"
    )
    return theirs / never


if __name__ == "__main__":
    main()
