"""The three gates on the line: what a prompt asks, what the picture carries, what the result lost.

The judges are pure and live in `editor.policy`; here they meet rows and settings. What is found on a
source is kept on its row, so that its next edit need not look again. A gate that cannot look, because
its package is not installed, says so in the log once and lets the others do their work.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import cast

from django.conf import settings

from editor.engines.base import Refused
from editor.imaging.lettering import ScannerMissing
from editor.imaging.pixels import Pixels, Plane
from editor.models import Declaration, Edit, Flag, Source
from editor.policy import content, lexicon, marks, prompt
from editor.policy.marks import Mark
from freeai.common.errors import PolicyRefusal
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)

DECLARATION_VERSION = 1
DECLARATION = (
    "The mark in this picture is mine, or its owner has allowed me to remove it. "
    "I know that this statement is kept with the edit."
)
"""The words an owner agrees to, in English as they are kept; a change of them is a new version."""

_TRIAL_ENGINE = "freeai-test"
"""Edits of test keys run in the web process and make nothing of a picture: no reader is loaded there."""
_looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gates")


class WatermarkRemoval(PolicyRefusal):
    """Somebody's mark would go, or is gone."""

    code = "watermark_removal"


def make_ready() -> None:
    """Have the words compiled that prompts are judged by: seconds, the first time."""
    lexicon.languages()


def refusal_of(wish: str, *, own_watermark: bool) -> PolicyRefusal | None:
    """Return why a prompt is refused, in words for its author; None if it may pass."""
    finding = prompt.review(wish, own_watermark=own_watermark)
    return None if finding is None else _refusal(finding.code)


def review_prompt(edit: Edit, words: str) -> None:
    """Judge what an engine wrote for itself, by the same rules. Raises `Refused`."""
    finding = None if edit.is_cleared else prompt.review(words, own_watermark=edit.own_watermark)
    if finding is not None:
        raise Refused(finding.code)


def refusal_in_words(code: str) -> str:
    """Return what its owner is told of a refusal by an engine's own prompt."""
    return _refusal(code).message


def declare(edit: Edit) -> None:
    """Keep the owner's statement with the edit, and let the moderators know. Within its transaction."""
    Declaration.objects.create(
        edit=edit, owner_id=edit.owner_id, version=DECLARATION_VERSION, wording=DECLARATION
    )
    flag(edit, Flag.Kind.OWN_WATERMARK, 1.0)


class Gate:
    """The picture's gates around one running edit: begin, before the engine; judge, after it.

    A slow engine works meanwhile, so the look at the source costs no time then. After a quick one the
    look is taken only if something that could be letters went away; its result's content is judged if
    anything came or went, since a change of tone alone makes no new picture.
    """

    def __init__(self, edit: Edit, image: Pixels) -> None:
        self._edit, self._source, self._image = edit, edit.source, image
        self._look: Future[tuple[Mark, ...]] | None = None
        self._scoring: Future[float] | None = None
        self._is_off = edit.engine == _TRIAL_ENGINE or edit.is_cleared

    def begin(self, mask: Plane | None, *, engine_is_slow: bool) -> None:
        """Judge the source before the engine sees it. Raises PolicyRefusal."""
        if self._is_off:
            return
        self._begin_scoring()
        if settings.CONTENT_MODE == "refuse":
            self._judge_source_content()
        if not self._looks_for_marks:
            return
        if mask is not None:
            self._refuse_covered(mask)
        elif engine_is_slow and self._source.marks is None:
            self._look = _looking.submit(_marks_of, self._image, self._source.rights)

    def judge(self, result: Pixels) -> None:
        """Judge the result before anything is made of it. Raises PolicyRefusal."""
        if self._is_off:
            return
        if settings.CONTENT_MODE == "flag":
            self._judge_source_content()
        has_lost = not marks.keeps_its_strokes(self._image, result)
        has_gained = not marks.keeps_its_strokes(result, self._image)
        if settings.CONTENT_MODE != "off" and (has_lost or has_gained):
            self._judge_content(_score(result), Flag.Kind.RESULT_CONTENT)
        if has_lost and self._looks_for_marks and marks.lost(self._marks(), self._image, result):
            raise _lost_mark()

    @property
    def _looks_for_marks(self) -> bool:
        return settings.MARK_GATE and not self._edit.own_watermark

    def _refuse_covered(self, mask: Plane) -> None:
        if marks.covered(self._marks(), mask):
            raise WatermarkRemoval(
                _(
                    "The painted area covers a watermark, a credit or a copyright notice. Paint around "
                    "it, or declare that the mark is yours. Nothing was charged."
                ),
                param="mask",
            )

    def _marks(self) -> tuple[Mark, ...]:
        """Return the source's marks, from its row if somebody has looked before."""
        if self._source.marks is None:
            found = self._look.result() if self._look else _marks_of(self._image, self._source.rights)
            self._source.marks = [mark.to_row() for mark in found]
            Source.objects.filter(pk=self._source.pk, status=Source.Status.READY).update(
                marks=self._source.marks
            )
        return tuple(Mark.from_row(row) for row in self._source.marks)

    def _begin_scoring(self) -> None:
        if settings.CONTENT_MODE != "off" and self._source.content_score is None:
            self._scoring = _looking.submit(_score, self._image)

    def _judge_source_content(self) -> None:
        if self._scoring is not None:
            self._source.content_score = self._scoring.result()
            Source.objects.filter(pk=self._source.pk).update(content_score=self._source.content_score)
        self._judge_content(self._source.content_score or 0.0, Flag.Kind.SOURCE_CONTENT)

    def _judge_content(self, score: float, kind: Flag.Kind) -> None:
        verdict = content.judge(
            score,
            mode=cast(content.Mode, settings.CONTENT_MODE),
            flag_above=settings.CONTENT_FLAG_PERCENT / 100,
            refuse_above=settings.CONTENT_REFUSE_PERCENT / 100,
        )
        if verdict == "pass":
            return
        flag(self._edit, kind, score)
        if verdict == "refuse":
            raise PolicyRefusal(
                _(
                    "This picture looks sexual to an automatic check, and such pictures are not edited "
                    "here. If that is wrong, appeal and a person will look. Nothing was charged."
                )
            )


def flag(edit: Edit, kind: Flag.Kind, score: float) -> None:
    """Put an edit on the moderators' list, once per kind."""
    Flag.objects.get_or_create(edit=edit, kind=kind, defaults={"source_id": edit.source_id, "score": score})


def _refusal(code: str) -> PolicyRefusal:
    if code == WatermarkRemoval.code:
        return WatermarkRemoval(
            _(
                "This wish would remove or hide a watermark, a logo, a credit or a sign of AI. Ask for "
                "something else, or declare that the mark is yours. Nothing was charged."
            ),
            param="prompt",
        )
    return PolicyRefusal(
        _(
            "Sexual pictures of minors, and undressing people, are never made here. If the wish was "
            "understood wrongly, say it in other words or appeal. Nothing was charged."
        ),
        param="prompt",
    )


def _lost_mark() -> WatermarkRemoval:
    return WatermarkRemoval(
        _(
            "The result lost a watermark, a credit or a copyright notice that the picture carries, so it "
            "was thrown away. Say what to change elsewhere, or declare that the mark is yours. Nothing "
            "was charged."
        ),
        param="image",
    )


def _marks_of(image: Pixels, rights: Mapping[str, str | bool]) -> tuple[Mark, ...]:
    """Return what the file claims and what is on the picture, where whom it names is looked for too."""
    claims = marks.claimed(rights)
    try:
        return (*claims, *marks.find(image, holders=marks.holders(rights)))
    except ScannerMissing:
        _warn_once("marks")
        return claims


def _score(image: Pixels) -> float:
    try:
        return content.score(image)
    except content.ClassifierMissing:
        _warn_once("content")
        return 0.0


@cache
def _warn_once(gate: str) -> None:
    log.warning("gate.blind", extra={"gate": gate})
