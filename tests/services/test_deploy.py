"""The processes of deploy/compose.yaml, with its commands and variables, on servers of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from tests import object_storage, pictures
from tests.architecture.test_deploy import COMPOSE, OURS
from tests.site import ROOT, free_port

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(300)]

SITE = "pictures.example"
BUCKET = "pictures"
TOKEN = "figures"


def environment_of(service: str, home: Path, postgres: str, redis: str, bucket_server: str) -> dict[str, str]:
    """Return what Compose would give a service, with this machine's servers in place of its own."""
    secrets = {"FREEAI_SECRET_KEY": "s" * 60, "FREEAI_MARK_KEY": "m" * 60, "FREEAI_S3_BUCKET": BUCKET}
    told = {name: str(value) for name, value in OURS[service]["environment"].items()} | secrets
    told["FREEAI_ALLOWED_HOSTS"] = told["FREEAI_ALLOWED_HOSTS"].replace("${SITE:?}", SITE)
    told["FREEAI_TRUSTED_ORIGINS"] = told["FREEAI_TRUSTED_ORIGINS"].replace("${SITE}", SITE)
    told |= {"DATABASE_URL": postgres, "FREEAI_BROKER_URL": redis, "FREEAI_CACHE_URL": redis}
    told |= {"FREEAI_S3_ENDPOINT_URL": bucket_server, "FREEAI_S3_REGION": "us-east-1"}
    assert not [name for name, value in told.items() if "$" in value]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FREEAI_", "DJANGO_"))}
    return {**kept, **told, "FREEAI_HOME": str(home), "HOST": "127.0.0.1", "FREEAI_METRICS_TOKEN": TOKEN}


class Machines:
    """Each process with a home of its own, as in containers: they share no file."""

    def __init__(self, folder: Path, postgres: str, redis: str, bucket_server: str) -> None:
        self._folder, self._servers = folder, (postgres, redis, bucket_server)
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, service: str, *extra: str, port: int = 0) -> subprocess.Popen[bytes]:
        """Start a service's command; `extra` arguments go to its end."""
        home = self._folder / f"{service}-{len(self.running)}"
        environment = environment_of(service, home, *self._servers) | {"PORT": str(port or free_port())}
        words = [sys.executable, *OURS[service]["command"].split()[1:], *extra]
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        self.running.append(process)
        return process

    def finish(self, service: str, *words: str) -> str:
        """Run another command in a service's place; returns what it printed."""
        home = self._folder / f"{service}-once"
        environment = environment_of(service, home, *self._servers)
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.communicate()


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Machines]:
    with object_storage.running() as bucket_server:
        boto3.client("s3", endpoint_url=bucket_server, region_name="us-east-1").create_bucket(Bucket=BUCKET)
        some = Machines(tmp_path, postgres_url, redis_url, bucket_server)
        yield some
        some.stop()


def ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/readyz").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("not ready after 60 s")


def test_the_composed_site_edits_pictures(machines: Machines) -> None:
    assert COMPOSE["services"]["migrate"]["command"] == "python manage.py migrate"
    machines.finish("migrate", "migrate", "-v0")
    ports = free_port(), free_port()
    for port in ports:
        machines.start("web", port=port)
    machines.start("worker")
    machines.start("scheduler")
    key = machines.finish("web", "mint_key", "integrator@pictures.example", "--tokens", "1000").strip()
    # As the proxy would say it: the site believes that TLS has ended in front of it.
    said = {"host": SITE, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"}
    one, other = (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=said, timeout=60) for port in ports
    )
    with one, other:
        ready(one)
        ready(other)
        made = one.post(
            "/v1/images/edits",
            headers={"authorization": f"Bearer {key}"},
            files={"image": ("a.png", pictures.png(pictures.photo(96, 64)))},
            data={"prompt": "warmer", "model": "freeai-lite"},
        )
        assert made.status_code == 200, made.text
        edit_id = made.json()["freeai"]["edits"][0]["id"]
        # The other web process, which shares no disk with the first, hands out the same result.
        result = other.get(f"/v1/edits/{edit_id}/result", headers={"authorization": f"Bearer {key}"})
        assert result.status_code == 200
        assert result.content.startswith(b"\x89PNG")
        figures = other.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
        assert 'freeai_edits_ended_lately{engine="freeai-lite",status="succeeded"} 1.0' in figures
    assert machines.finish("web", "reconcile").strip() == "clean"
    assert machines.finish("web", "retention", "--check").strip() == "clean"
