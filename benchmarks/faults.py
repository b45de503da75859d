"""Faults at length: what the tests do a few times, hundreds of times, with the books proved after.

    python -m benchmarks.faults settles [--rounds 1000]
    python -m benchmarks.faults kills [--kills 200] [--edits 500]
    python -m benchmarks.faults cuts [--stride 1]
    python -m benchmarks.faults repeats [--rounds 100]

settles: rounds of 64 threads that end one hold at the same moment; exactly one may win each.
kills: workers of a site of its own are killed with -9 at random moments while edits run; every
edit must end once, no hold may outlive lease and sweep, and `reconcile` must be clean.
cuts: see `benchmarks.cuts`.
repeats: rounds of 64 identical API calls under one Idempotency-Key at the same moment; one edit and
one hold each. On SQLite, and on PostgreSQL if FREEAI_TEST_POSTGRES_URL names a server.
Settles run on DATABASE_URL if it is set, else on SQLite.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

LEASE_SECONDS = 2
WORKERS = 3


def settles(rounds: int) -> None:
    """Let 64 threads end the same hold, again and again."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from accounts.models import Owner
    from billing import grants, ledger, reconcile
    from tests.crowd import SIZE, crowd

    call_command("migrate", verbosity=0)
    owner = Owner.objects.create()
    grants.grant(owner, rounds * 100, by="benchmark")
    winners: Counter[int] = Counter()
    began = time.perf_counter()
    with crowd() as at_once:
        for number in range(rounds):
            with transaction.atomic():
                hold = ledger.place_hold(owner, 100, reference="edit_benchmark")

            def end(hold_id: str = hold.pk, number: int = number) -> bool:
                with transaction.atomic():
                    return (ledger.capture_hold if number % 2 else ledger.release_hold)(hold_id)

            winners[sum(at_once(end))] += 1
    seconds = time.perf_counter() - began
    print(f"{rounds:,} rounds of {SIZE} in {seconds:.0f} s; winners per round: {dict(winners)}")
    findings = reconcile.findings()
    print("reconcile:", findings or "clean")
    sys.exit(0 if not findings and set(winners) == {1} else 1)


def kills(count: int, edits: int) -> None:
    """Kill workers at random moments until `count` kills and `edits` edits are through."""
    from tests.services.test_faults import eventually, rows, submit_many
    from tests.site import running_site

    seed = random.randrange(10_000)
    moments = random.Random(seed)
    print(f"seed {seed}, {count} kills over {edits} edits, {WORKERS} workers, lease {LEASE_SECONDS} s")
    with running_site(
        Path(tempfile.mkdtemp(prefix="freeai-faults-")),
        FREEAI_SERVE_ENGINES=",".join(["test-slow"] * WORKERS),
        FREEAI_LEASE_SECONDS=str(LEASE_SECONDS),
        FREEAI_WORKER_BEAT_SECONDS="1",
        FREEAI_QUEUED_EDITS_MAX="10000",
    ) as site:
        submit_many(site, edits, steps=16)
        done = 0
        while done < count:
            time.sleep(moments.uniform(0.2, 2.0))
            alive = site.pids_of("worker")
            if alive:
                os.killpg(moments.choice(alive), signal.SIGKILL)
                done += 1
            waiting = rows(site, "SELECT count(*) FROM editor_edit WHERE status IN ('queued', 'running')")
            if int(waiting[0][0]) < WORKERS:
                submit_many(site, edits // 5, steps=16)
        eventually(
            lambda: not rows(site, "SELECT 1 FROM editor_edit WHERE status IN ('queued', 'running')"), 900
        )
        print("edits:", tally(rows(site, "SELECT status, count(*) FROM editor_edit GROUP BY 1")))
        print("holds:", tally(rows(site, "SELECT status, count(*) FROM billing_hold GROUP BY 1")))
        stuck = rows(site, "SELECT id FROM billing_hold WHERE status = 'placed'")
        ends = Counter(
            line.split("edit_id=")[1].split()[0] for line in site.log.splitlines() if "edit.ended" in line
        )
        twice = [edit_id for edit_id, times in ends.items() if times > 1]
        proof = site.manage("reconcile")
        print("stuck holds:", len(stuck), "ended twice:", len(twice), "reconcile:", proof.stdout.strip())
        sys.exit(1 if stuck or twice or proof.returncode else 0)


def repeats(rounds: int) -> None:
    """Let 64 identical calls arrive at once, on both databases."""
    from tests.services.conftest import POSTGRES, fresh_database
    from tests.services.test_idempotency import AT_ONCE, Program, ask_at_once
    from tests.site import running_site

    server = os.environ.get(POSTGRES)
    for name in ("SQLite", "PostgreSQL") if server else ("SQLite",):
        environment = {"FREEAI_REQUESTS_PER_MINUTE": "1000000"}
        with contextlib.ExitStack() as opened:
            if server and name == "PostgreSQL":
                environment["DATABASE_URL"] = opened.enter_context(fresh_database(server))
            home = Path(tempfile.mkdtemp(prefix="freeai-faults-"))
            site = opened.enter_context(running_site(home, **environment))
            program = opened.enter_context(contextlib.closing(Program(site)))
            began = time.perf_counter()
            ask_at_once(program, rounds)
            seconds = time.perf_counter() - began
            proof = site.manage("reconcile")
            print(
                f"{name}: {rounds} rounds of {AT_ONCE} in {seconds:.0f} s: {program.spent() // 100} edits "
                f"charged; reconcile: {proof.stdout.strip()}",
                flush=True,
            )
            if proof.returncode:
                sys.exit(1)


def tally(found: list[tuple[str, ...]]) -> str:
    """Return counted rows as people read them."""
    return ", ".join(f"{count} {status}" for status, count in found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    settling = what.add_parser("settles")
    settling.add_argument("--rounds", type=int, default=1000)
    killing = what.add_parser("kills")
    killing.add_argument("--kills", type=int, default=200)
    killing.add_argument("--edits", type=int, default=500)
    cutting = what.add_parser("cuts")
    cutting.add_argument("--stride", type=int, default=1)
    repeating = what.add_parser("repeats")
    repeating.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    if options.what == "cuts":
        from benchmarks import cuts

        cuts.run(options.stride)
    elif options.what == "settles":
        settles(options.rounds)
    elif options.what == "repeats":
        repeats(options.rounds)
    else:
        kills(options.kills, options.edits)


if __name__ == "__main__":
    main()
