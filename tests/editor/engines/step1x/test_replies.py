"""The grammar of the thinker's replies."""

import pytest

from editor.engines.step1x import replies
from editor.engines.step1x.replies import BadReply


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("<#Think> fine <#Success>", (True, None)),
        ("<#Think> hm <#Others>", (True, None)),
        ("<#Think> broken <#Failed>", (False, None)),
        ("<#Think> more <#Reflection> Add a lamp.", (False, " Add a lamp.")),
        ("no mark <#Success>", (False, None)),
        ("<#Think> a <#Success> <#Failed>", (False, None)),
        ("<#Think> a <#Think> b <#Success>", (False, None)),
    ],
)
def test_a_verdict_says_how_to_go_on(text: str, verdict: tuple[bool, str | None]) -> None:
    assert replies.verdict(text) == verdict


def test_words_before_the_think_mark_are_cut() -> None:
    assert replies.reflection("Sure! <#Think> ok <#Success>") == "<#Think> ok <#Success>"
    for bad in ("", "<#Think> ok", "<#Success> <#Think>", "<#Think> <#Failed> <#Success>"):
        with pytest.raises(BadReply):
            replies.reflection(bad)


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ('{"raw_score": 9, "meets_instruction": "yes"}', 9.0),
        ('{"raw_score": 0.8, "meets_instruction": "yes"}', 8.0),
        ('{"raw_score": 12}', 10.0),
        ('{"raw_score": 9, "meets_instruction": "no"}', 2.0),
        ('{"raw_score": 9, "meets_instruction": "partial"}', 5.0),
        ('{"raw_score": 9, "major_conflicts": 2}', 5.0),
        ('{"raw_score": 9, "major_conflicts": 1}', 8.0),
        ('{"raw_score": 9, "omissions": 1}', 7.0),
        ('Here: {"raw_score": "6.5"} done', 6.5),
    ],
)
def test_a_score_is_capped_by_what_it_found(facts: str, score: float) -> None:
    assert replies.prior(facts)[0] == score


def test_minor_conflicts_keep_a_score_below_nine() -> None:
    assert replies.prior('{"raw_score": 10, "minor_conflicts": 1}')[0] < 9


BAD_MARKS = ("[]", '"8"', "[11]", "[true]", "[NaN]", '[1], "more"')


@pytest.mark.parametrize(
    "reply",
    ["", "{", "[1]", '{"score": [1]}', *(f'{{"score": {bad}, "reasoning": ""}}' for bad in BAD_MARKS)],
)
def test_marks_that_cannot_be_compared_are_no_marks(reply: str) -> None:
    with pytest.raises(BadReply):
        replies.marks(reply)


def test_marks_may_stand_in_a_fence() -> None:
    assert replies.marks('```json\n{"score": [8, 7], "reasoning": "r"}\n```')["score"] == [8, 7]


def test_a_reply_ends_with_its_object() -> None:
    assert replies.is_complete_object('say {"a": {"b": 1}}')
    assert not replies.is_complete_object('{"a": {"b": 1}')
    assert not replies.is_complete_object("no object }")


def judged(*values: tuple[int, int, str]) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    return [(text, {"score": [first, 10]}, {"score": [10, second]}) for first, second, text in values]


def test_the_best_candidate_wins_then_a_success_then_the_later() -> None:
    assert replies.best(judged((4, 6, "<#Success>"), (5, 6, ""))) == 1
    assert replies.best(judged((6, 4, "<#Success>"), (4, 6, ""))) == 0
    assert replies.best(judged((6, 4, ""), (4, 6, ""))) == 1
    assert replies.best(judged((6, 4, "<#Success>"), (4, 6, "<#Success>"))) == 1
