"""Hold-and-settle pairs per second on PostgreSQL: ours, the plain Django way and bare psycopg, in one run.

    python -m benchmarks.ledger [--seconds 5] [--clients 16]

The peer does the same bookkeeping (hold, transfers, entries, the same tables and triggers) with
`select_for_update`, attribute arithmetic and `save`, as most Django ledgers do. Both run spread
over many owners and on one hot owner, in turns, each turn with fresh processes. Bare psycopg sends
our statements without Django: what it needs is the floor of this machine, which clients and server
share. Needs the server
named by FREEAI_TEST_POSTGRES_URL; works in a database of its own and drops it.
"""

import argparse
import functools
import multiprocessing
import os
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from urllib.parse import urlsplit

import psycopg

OWNERS = 256
PRICE = 100
FILL = 10**12
WARM_PAIRS = 8
"""Before the clock starts: connections, imports, plans."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of all clients came to."""

    pairs_per_second: float
    p50_ms: float
    p95_ms: float


def ours(owner_id: str) -> None:
    """One edit's money, the product's way."""
    from django.db import transaction

    from accounts.models import Owner
    from billing import ledger

    with transaction.atomic():
        hold = ledger.place_hold(Owner(pk=owner_id), PRICE, reference="edit_benchmark")
    with transaction.atomic():
        ledger.capture_hold(hold.pk)


def plain(owner_id: str) -> None:
    """The same, as one would write it first."""
    from django.db import transaction
    from django.utils import timezone

    from billing.models import Entry, Hold, Purse, Transfer
    from freeai.common import ids

    def book(purse: Purse, kind: str, source: str, target: str, key: str) -> None:
        move = Transfer.objects.create(
            id=ids.new("tx"),
            key=key,
            kind=kind,
            amount=PRICE,
            source=source,
            target=target,
            owner_id=owner_id,
        )
        for account, amount in ((source, -PRICE), (target, PRICE)):
            is_house = account == "revenue"
            Entry.objects.create(
                transfer=move,
                account=account,
                owner_id=owner_id,
                amount=amount,
                balance_after=None if is_house else getattr(purse, account),
                version=None if is_house else purse.version,
            )

    with transaction.atomic():
        purse = Purse.objects.select_for_update().get(pk=owner_id)
        if purse.daily < PRICE:
            raise RuntimeError("out of tokens")
        purse.daily -= PRICE
        purse.held += PRICE
        purse.held_daily += PRICE
        purse.version += 1
        purse.save()
        hold = Hold.objects.create(
            owner_id=owner_id, reference="edit_benchmark", amount=PRICE, daily=PRICE, daily_on=purse.daily_on
        )
        book(purse, "hold", "daily", "held", f"hold:{hold.pk}:daily")
    with transaction.atomic():
        hold = Hold.objects.select_for_update().get(pk=hold.pk)
        if hold.status != Hold.Status.PLACED:
            return
        purse = Purse.objects.select_for_update().get(pk=owner_id)
        purse.held -= PRICE
        purse.held_daily -= PRICE
        purse.version += 1
        purse.save()
        hold.status, hold.ended_at = Hold.Status.CAPTURED, timezone.now()
        hold.save()
        book(purse, "capture", "held", "revenue", f"capture:{hold.pk}")


@functools.cache
def bare_connection() -> psycopg.Connection:
    """Return this process's own connection, past Django."""
    connection = psycopg.connect(os.environ["DATABASE_URL"])
    connection.prepare_threshold = 5
    return connection


def bare(owner_id: str) -> None:
    """Our two statements and their commits, and nothing else."""
    from billing.ledger import at_once
    from freeai.common import ids

    connection = bare_connection()
    now = datetime.now(UTC)
    hold = ids.new("hold")
    facts = {"hold": hold, "owner": owner_id, "reference": "edit_benchmark", "amount": PRICE, "network": ""}
    facts |= {"today": now.date(), "now": now, "transfer": ids.new("tx"), "key": f"hold:{hold}:daily"}
    connection.execute(at_once.PLACE, facts)
    connection.commit()
    facts = {"hold": hold, "now": now, "transfer": ids.new("tx"), "key": f"capture:{hold}"}
    connection.execute(at_once.CAPTURE, facts)
    connection.commit()


WAYS: dict[str, Callable[[str], None]] = {"plain Django": plain, "ours": ours, "bare psycopg": bare}


def client(way: str, owner_ids: list[str], seconds: float, start: Barrier, out: "Queue[list[float]]") -> None:
    """Run pairs for a while in a process of its own; reports each pair's milliseconds."""
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()
    one = WAYS[way]
    for warming in owner_ids[:WARM_PAIRS]:
        one(warming)
    start.wait()
    times: list[float] = []
    until = time.perf_counter() + seconds
    turn = os.getpid()
    while (began := time.perf_counter()) < until:
        one(owner_ids[turn % len(owner_ids)])
        times.append((time.perf_counter() - began) * 1000)
        turn += 7
    out.put(times)


def measure(way: str, owner_ids: list[str], *, clients: int, seconds: float) -> Turn:
    """Let all clients work at once; returns their common rate and latencies."""
    context = multiprocessing.get_context("spawn")
    start, out = context.Barrier(clients), context.Queue()
    crowd = [
        context.Process(target=client, args=(way, owner_ids, seconds, start, out)) for _ in range(clients)
    ]
    for one in crowd:
        one.start()
    times = sorted(ms for _ in crowd for ms in out.get())
    for one in crowd:
        one.join()
    return Turn(len(times) / seconds, statistics.median(times), times[int(len(times) * 0.95)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    server = os.environ.get("FREEAI_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    name = f"freeai_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    os.environ["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["FREEAI_DAILY_TOKENS_VISITOR"] = str(FILL)
    try:
        compare(options)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def compare(options: argparse.Namespace) -> None:
    """Fill the purses, run all ways in turns, print medians and ratios, prove the books."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import Owner
    from billing import ledger, reconcile

    call_command("migrate", verbosity=0)
    owners = Owner.objects.bulk_create([Owner() for _ in range(OWNERS)])
    for owner in owners:
        ledger.ensure_purse(owner)
    ids = [owner.pk for owner in owners]
    connection.close()
    for title, some in (("spread over 256 owners", ids), ("one hot owner", ids[:1])):
        turns: dict[str, list[Turn]] = {way: [] for way in WAYS}
        for _ in range(options.rounds):
            for way in WAYS:
                turns[way].append(measure(way, some, clients=options.clients, seconds=options.seconds))
        rate = {way: statistics.median(turn.pairs_per_second for turn in turns[way]) for way in WAYS}
        print(f"{title}, {options.clients} clients:")
        for way, all_turns in turns.items():
            p50 = statistics.median(turn.p50_ms for turn in all_turns)
            p95 = statistics.median(turn.p95_ms for turn in all_turns)
            print(f"  {way:13} {rate[way]:7.0f} pairs/s   p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")
        ratio = rate["ours"] / rate["plain Django"]
        print(f"  ours / plain Django {ratio:.2f}, load {os.getloadavg()[0]:.1f}")
    print("reconcile:", reconcile.findings() or "clean")


if __name__ == "__main__":
    main()
