"""Edits of test keys: the whole line and every outcome, without a worker and without tokens.

They run in this very process. If it dies, the sweep ends what it left as `worker_lost`: such
an edit is made with one attempt left, because no worker would take it up again.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection

from accounts.models import Owner
from editor import edits, runner, submission, workers
from editor.models import Edit, Source
from freeai.common.errors import OutOfTokens

ENGINE = "freeai-test"
_hands = ThreadPoolExecutor(max_workers=2, thread_name_prefix="trial")


def submit(owner: Owner, source: Source, wish: submission.Wish) -> Edit:
    """Write a free edit for a test key. Raises what the real line would, OutOfTokens on demand."""
    if "test:out_of_tokens" in wish.prompt:
        raise OutOfTokens("This prompt asks for an empty purse. Nothing was charged.")
    edit = submission.draft(owner, source, wish)
    edit.engine = ENGINE
    edit.price_tokens = 0
    edit.attempt = settings.ATTEMPTS_MAX - 1
    edit.save(force_insert=True)
    return edit


def start(edit_ids: Iterable[str]) -> None:
    """Run these edits soon; returns at once. Call it after their transaction."""
    for edit_id in edit_ids:
        _hands.submit(_run, edit_id)


def _run(edit_id: str) -> None:
    try:
        worker = workers.enlist(ENGINE)
        claimed = edits.claim(edit_id, worker)
        if claimed is not None:
            runner.run(claimed)
        worker.delete()
    finally:
        connection.close()
