"""The same code on PostgreSQL and Redis, with several workers."""

import os
import signal
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.services.test_faults import eventually, submit_many
from tests.site import running_site

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(300)]


def count(url: str, condition: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM editor_edit WHERE {condition}").fetchone()
    assert row is not None
    return int(row[0])


def test_three_workers_share_the_line_and_run_each_edit_once(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    with running_site(
        tmp_path / "home",
        DATABASE_URL=postgres_url,
        FREEAI_BROKER_URL=redis_url,
        FREEAI_SERVE_ENGINES="test-slow,test-slow,test-slow",
        FREEAI_TEST_MARKS=str(marks),
    ) as site:
        eventually(lambda: len(site.pids_of("worker")) == 3, 30)
        submit_many(site, 30)
        eventually(lambda: count(postgres_url, "status = 'succeeded'") == 30, 60)
        runs = Counter(path.name.split("-")[0] for path in marks.iterdir())
        assert runs == {str(seed): 1 for seed in range(30)}
        workers = {path.name.split("-")[1] for path in marks.iterdir()}
        assert len(workers) > 1
        assert site.manage("retention", "--check").stdout == "clean\n"


def test_a_killed_worker_s_edit_is_finished_by_another(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    with running_site(
        tmp_path / "home",
        DATABASE_URL=postgres_url,
        FREEAI_BROKER_URL=redis_url,
        FREEAI_SERVE_ENGINES="test-slow,test-slow",
        FREEAI_LEASE_SECONDS="2",
        FREEAI_WORKER_BEAT_SECONDS="1",
    ) as site:
        submit_many(site, 12)
        eventually(lambda: count(postgres_url, "status = 'running'") > 0, 30)
        os.killpg(site.pids_of("worker")[0], signal.SIGKILL)
        eventually(lambda: count(postgres_url, "status = 'succeeded'") == 12, 60)
