"""Run edits: claim one, hold its lease, let the engine work, frame the result, finish.

    claim → source and mask → gates → engine ┃ frame → gates → encode → store → succeed

Behind a slow engine the right half happens while the next edit's left half does, one edit at most.
Everything slow happens outside transactions. Killed between any two lines, the lease
runs out and the sweep takes the edit back; what had been written lies under the
attempt's own name and goes when the edit's bytes go.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connection

from editor import edits, gates, masks, queue, results, sources
from editor.engines import registry
from editor.engines.base import (
    Canceled,
    EditOutput,
    EditRequest,
    EngineError,
    Heavy,
    NotUnderstood,
    OutOfMemory,
    Pixels,
    Plane,
    Progress,
    Quality,
    Refused,
)
from editor.imaging import encoding, frame, intake, provenance
from editor.models import Edit, Worker
from freeai.common.errors import PolicyRefusal, UserError
from freeai.common.logging import describe
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)
T = TypeVar("T")

PREVIEW_SIDE_MAX = 384
REPORT_SECONDS = 0.5
"""Progress is written at most this often (DESIGN §3: twice a second)."""
CANCEL_SECONDS = 0.2
"""The owner's wish to stop is looked up at most this often."""

FAILED = _("The edit failed on our side. Nothing was charged. Try again, or try other words.")

_QUALITIES: Mapping[str, Quality] = {"low": "low", "medium": "medium", "high": "high"}


class Hand:
    """The worker process itself: which engines it serves, and whether it should stop."""

    def __init__(self) -> None:
        self.workers: dict[str, Worker] = {}
        self.is_draining = False
        self.safer: Mapping[str, str] = {}
        """What the next process should do otherwise, once this one has run out of memory."""


hand = Hand()


class Behind:
    """Finishes what a slow engine drew while it draws the next: in a thread, one edit at a time.

    Leaving the block waits for the last. Raises what finishing raised.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="finish")
        self._last: Future[None] | None = None

    def __enter__(self) -> "Behind":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()
        if self._last is not None:
            self._last.result()

    def take(self, finish: Callable[[], None]) -> None:
        """Finish soon; returns when the edit before is finished."""
        before, self._last = self._last, self._thread.submit(self._run, finish)
        if before is not None:
            before.result()

    @staticmethod
    def _run(finish: Callable[[], None]) -> None:
        try:
            finish()
        finally:
            connection.close()


def work(engine: str) -> int:
    """Run this engine's edits until none waits; returns how many were run.

    Safe to call twice, late or never: what there is to do stands in the database.
    """
    worker = hand.workers[engine]
    done = 0
    with Behind() as behind:
        while not hand.is_draining and (edit := queue.claim_next(engine, worker)):
            if not done:
                Worker.objects.filter(pk=worker.pk).update(is_busy=True)
            run(edit, behind)
            done += 1
    if done:
        Worker.objects.filter(pk=worker.pk).update(is_busy=False)
    return done


def run(edit: Edit, behind: Behind | None = None) -> None:
    """Run one claimed edit to one of its ends, whatever happens on the way.

    behind: where what a slow engine drew is finished, after this has returned.
    """
    log.info("edit.claimed", extra={"edit_id": edit.pk, "attempt": edit.attempt, "engine": edit.engine})
    with ExitStack() as held:
        lease = held.enter_context(Lease(edit))
        held.enter_context(_leaving_nothing_if_lost(edit))
        drawn = _carry_out(edit, partial(_draw, edit, lease))
        if drawn is not None:
            finish = partial(_finish, edit, drawn)
            if behind is not None and drawn.is_slow:
                behind.take(partial(_with, held.pop_all(), finish))
            else:
                finish()


def _with(held: ExitStack, finish: Callable[[], None]) -> None:
    with held:
        finish()


@contextmanager
def _leaving_nothing_if_lost(edit: Edit) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except edits.LeaseLost:
        log.warning("edit.lease_lost", extra={"edit_id": edit.pk, "attempt": edit.attempt})
        results.drop(edit)
    else:
        seconds = round(time.monotonic() - began, 3)
        log.info("edit.ended", extra={"edit_id": edit.pk, "seconds": seconds})


def _carry_out(edit: Edit, half: Callable[[], T]) -> T | None:
    """Do one half of an edit. The one place that catches everything: a failed edit must end as failed.

    Returns None if it has ended. Raises LeaseLost.
    """
    began = time.monotonic()

    def spent() -> int:
        return int((time.monotonic() - began) * 1000)

    try:
        return half()
    except edits.LeaseLost:
        raise
    except Canceled:
        edits.stop(edit, engine_ms=spent())
    except (NotUnderstood, Refused, PolicyRefusal) as refusal:
        code, message = _told(refusal)
        edits.refuse(edit, code=code, message=message, engine_ms=spent())
    except UserError as refusal:
        edits.fail(edit, code=refusal.code, message=refusal.message, engine_ms=spent())
    except Exception as error:  # noqa: BLE001  (not raised again: the next edit must not wait for a new bell)
        log.error("edit.failed", extra={"edit_id": edit.pk, "error": describe(error)})
        results.drop(edit)
        if isinstance(error, OutOfMemory):
            hand.safer, hand.is_draining = error.safer, True
        if not (isinstance(error, EngineError) and error.retryable and edits.hand_back(edit)):
            edits.fail(edit, code="edit_failed", message=FAILED, engine_ms=spent())
    return None


def _told(refusal: NotUnderstood | Refused | PolicyRefusal) -> tuple[str, str]:
    """Return a refusal's public code and what its owner reads."""
    if isinstance(refusal, NotUnderstood):
        return "instruction_not_supported", refusal.message
    if isinstance(refusal, Refused):
        return refusal.code, gates.refusal_in_words(refusal.code)
    return refusal.code, refusal.message


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an engine made of an edit, and what finishing it needs."""

    basis: results.Basis
    alpha: Plane | None
    output: EditOutput
    gate: gates.Gate
    engine_ms: int
    is_slow: bool


def _draw(edit: Edit, lease: "Lease") -> Drawn:
    file = sources.read_file(edit.source)
    image, alpha = intake.read_pixels(file)
    mask = masks.read(edit)
    engine = registry.engine(edit.engine)
    is_slow = isinstance(engine, Heavy)
    gate = gates.Gate(edit, image)
    gate.begin(mask, engine_is_slow=is_slow)
    began = time.monotonic()
    output = engine.edit(_request(edit, lease, image, alpha, mask))
    engine_ms = int((time.monotonic() - began) * 1000)
    return Drawn(results.Basis(file, image, mask), alpha, output, gate, engine_ms, is_slow)


def _finish(edit: Edit, drawn: Drawn) -> None:
    """Make a result of what was drawn, and end the edit. Raises LeaseLost."""
    outcome = _carry_out(edit, partial(_outcome, edit, drawn))
    if outcome is not None:
        edits.succeed(edit, outcome)


def _outcome(edit: Edit, drawn: Drawn) -> edits.Outcome:
    output, basis = drawn.output, drawn.basis
    framed = frame.lay_over(
        basis.image,
        output.image,
        source_alpha=drawn.alpha,
        output_alpha=output.alpha,
        mask=basis.mask,
        is_in_frame=output.is_in_frame,
    )
    if framed.is_unchanged:
        raise NoChange(_("Nothing visible changed, so nothing was charged. Try other words."))
    drawn.gate.judge(framed.image)
    return edits.Outcome(
        changed=framed.changed,
        outside_max_diff=framed.outside_max_diff,
        result_bytes=results.keep(edit, framed, basis),
        output_format=edit.output_format,
        engine_ms=drawn.engine_ms,
        reasoning=output.reasoning,
    )


class NoChange(UserError):
    """The result equals the source; the edit fails and is free."""

    code = "no_change"


def _request(
    edit: Edit, lease: "Lease", image: Pixels, alpha: Plane | None, mask: Plane | None
) -> EditRequest:
    return EditRequest(
        image=image,
        alpha=alpha,
        mask=mask,
        prompt=edit.prompt,
        negative_prompt=edit.negative_prompt,
        seed=edit.seed,
        quality=_QUALITIES[edit.quality],
        preserve=edit.preserve,
        thinking=edit.thinking,
        report=lease.report,
        review_prompt=lambda words: gates.review_prompt(edit, words),
    )


class Lease:
    """Keeps a claimed edit ours while the engine works, and carries its reports.

    A thread renews the lease four times in its length, on its own connection. When the
    lease is lost, the engine learns it at its next report.
    """

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._is_lost = False
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{edit.pk}", daemon=True)
        self._reported_at = 0.0
        self._asked_at = 0.0

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def report(self, progress: Progress) -> None:
        """Write progress now and then; raises Canceled at the owner's wish, LeaseLost if it is lost."""
        if self._is_lost:
            raise edits.LeaseLost(self._edit.pk)
        now = time.monotonic()
        if now - self._asked_at >= CANCEL_SECONDS:
            self._asked_at = now
            if edits.is_cancel_requested(self._edit):
                raise Canceled
        if now - self._reported_at >= REPORT_SECONDS:
            self._reported_at = now
            preview = None if progress.preview is None else _preview(progress.preview)
            edits.report(
                self._edit, phase=progress.phase, step=progress.step, steps=progress.steps, preview=preview
            )

    def _renew(self) -> None:
        try:
            while not self._is_over.wait(settings.LEASE_SECONDS / 4):
                try:
                    self._is_lost = not edits.renew(self._edit)
                except DatabaseError:
                    log.warning("edit.renewal_missed", extra={"edit_id": self._edit.pk})
        finally:
            connection.close()


def _preview(pixels: Pixels) -> bytes:
    return provenance.label(encoding.thumbnail(pixels, None, side_max=PREVIEW_SIDE_MAX))
