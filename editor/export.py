"""Everything an owner has, as one zip that is written while it is sent.

    account.json  edits.json  sources.json  batches.json  shares.json  …  tokens.csv
    pictures/sources/…  pictures/masks/…  pictures/results/…

Rows come from the database page by page and pictures one at a time, so that it needs as much memory
for a million edits as for one. Secrets are not in it: of keys we have only hashes.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from accounts.models import ApiKey, Owner
from billing import purchases, purses, statement
from editor.models import Batch, BatchFile, Edit, Share, Source, WebhookDelivery

PAGE = 500
README = """What FreeAI has of you, as of {now}.

account.json      your account and your balance
edits.json        every edit in your history: words, settings, times, price
sources.json      every picture you uploaded: name, size, what it said about rights
purchases.json    packs you bought
keys.json         your API keys (their secrets are not stored, so they are not here)
webhooks.json     addresses that were told about your edits
batches.json      folders you had edited; batch_files.json: their files
shares.json       edits you showed to others
ratings.json, appeals.json, declarations.json: what you said of models, refusals and marks
tokens.csv        every movement of your tokens
pictures/         the pictures that are still stored; the others have been deleted on time
"""

_HIDDEN = {"owner", "worker", "lease_until", "hold", "deleted_at", "secret_hash"}


class _Sink(io.RawIOBase):
    """What a zip is written into, and taken out of again at once: it cannot be sought, only drained."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


def stream(owner: Owner) -> Iterator[bytes]:
    """Yield the zip of one owner's data."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, parts, method in _contents(owner):
            entry = zipfile.ZipInfo(name, date_time=datetime.now(UTC).timetuple()[:6])
            entry.compress_type = method
            with archive.open(entry, "w") as file:
                for part in parts:
                    file.write(part)
                    yield sink.drain()
        yield sink.drain()
    yield sink.drain()


def _contents(owner: Owner) -> Iterator[tuple[str, Iterable[bytes], int]]:
    """Yield each file of the zip: its name, its bytes piece by piece, and how to pack it."""
    edits = Edit.objects.visible_to(owner).newest_first()
    batches = Batch.objects.visible_to(owner)
    keys = ApiKey.objects.filter(owner=owner).order_by("created_at")
    told = WebhookDelivery.objects.filter(edit__in=edits).order_by("created_at")
    bought = [_fields(purchase) for purchase in purchases.of_owner(owner)]
    now = datetime.now(UTC).isoformat(timespec="minutes")
    rows: list[tuple[str, Iterable[bytes]]] = [
        ("README.txt", [README.format(now=now).encode()]),
        ("account.json", [_json(_account(owner))]),
        ("edits.json", _rows(edits)),
        ("sources.json", _rows(_sources(owner))),
        ("keys.json", _rows(keys)),
        ("webhooks.json", _rows(told)),
        ("batches.json", _rows(batches.newest_first())),
        ("batch_files.json", _rows(BatchFile.objects.filter(batch__in=batches).order_by("id"))),
        ("shares.json", _rows(Share.objects.filter(edit__in=edits).order_by("created_at"))),
        ("ratings.json", _rows(owner.ratings.order_by("id"))),
        ("appeals.json", _rows(owner.appeals.order_by("id"))),
        ("declarations.json", _rows(owner.declarations.order_by("created_at"))),
        ("purchases.json", [_json(bought)]),
        ("tokens.csv", (line.encode() for line in statement.as_csv(owner))),
    ]
    for name, parts in rows:
        yield name, parts, zipfile.ZIP_DEFLATED
    for stored, name in _pictures(owner):
        yield name, _file(stored), zipfile.ZIP_STORED


def _sources(owner: Owner) -> QuerySet[Source]:
    return (
        Source.objects.filter(owner=owner)
        .exclude(status=Source.Status.PENDING)
        .order_by("-created_at", "-id")
    )


def _account(owner: Owner) -> dict[str, Any]:
    balance = purses.balance(owner)
    member = {"email": owner.user.email, "signed_up_at": owner.user.created_at} if owner.user else {}
    tokens = {"daily": balance.daily, "paid": balance.paid, "held": balance.held, "debt": balance.debt}
    return {"id": owner.pk, "since": owner.created_at, **member, "tokens": tokens}


def _pictures(owner: Owner) -> Iterator[tuple[str, str]]:
    """Yield each stored picture with its name in the zip; both are known from the rows alone."""
    for source in _sources(owner).iterator(PAGE):
        if source.is_open:
            stem = PurePath(source.name).stem
            yield source.file_name, f"pictures/{source.file_name}".replace(source.pk, _plain(source.pk, stem))
    for edit in Edit.objects.visible_to(owner).filter(purged_at=None).newest_first().iterator(PAGE):
        if edit.has_mask and edit.expires_at > datetime.now(UTC):
            yield edit.mask_name, f"pictures/{edit.mask_name}"
        if edit.has_result:
            yield edit.result_name, f"pictures/{edit.result_name}"


def _plain(pk: str, stem: str) -> str:
    """Return an id with the words people know it by, safe as a file name everywhere."""
    kept = "".join(char if char.isalnum() or char in "-_ " else "_" for char in stem).strip()
    return f"{pk} {kept}" if kept else pk


def _file(name: str) -> Iterator[bytes]:
    """Yield a stored picture; nothing if it has been deleted on time since the zip was begun."""
    try:
        with default_storage.open(name) as file:
            yield from iter(partial(file.read, 262_144), b"")
    except FileNotFoundError:
        return


def _rows(rows: QuerySet[Any]) -> Iterator[bytes]:
    yield b"[\n"
    comma = b""
    for row in rows.iterator(PAGE):
        yield comma + _json(_fields(row))
        comma = b",\n"
    yield b"\n]\n"


def _fields(row: Model) -> dict[str, Any]:
    fields = row._meta.concrete_fields  # noqa: SLF001 - public in Django's documentation, whatever its name
    names = (field.attname for field in fields if field.name not in _HIDDEN)
    return {name: getattr(row, name) for name in names}


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
