"""The grammar of the thinker's replies: what they mean, and when one is complete.

reflect   <#Think> … then exactly one of <#Success> <#Others> <#Failed> <#Reflection> prompt
scores    one JSON object
"""

import contextlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

FAILURE_REFLECTION = "<#Think> The process encountered repeated errors and could not complete.<#Failed>"
_THINK = "<#Think>"
_TAG = re.compile(r"<#(Reflection|Failed|Success|Others)>")


class BadReply(ValueError):
    """The reply is not in the form that was asked for."""


def read(reader: Callable[[str], Any], reply: str) -> Any:
    """Return what a reader makes of a reply; None if it is not in the form that was asked for."""
    with contextlib.suppress(BadReply):
        return reader(reply)
    return None


def reflection(reply: str) -> str:
    """Return a well-formed reflection, cut to start at its think mark; raises BadReply."""
    before, mark, after = reply.partition(_THINK)
    if not mark or _THINK in after or _TAG.search(before) or len(_TAG.findall(after)) != 1:
        raise BadReply("not exactly one verdict after one think mark")
    return mark + after


def verdict(text: str) -> tuple[bool, str | None]:
    """Return what a reflection means: whether to stop, and else the prompt to go on with, if it has one.

    One in the wrong form counts as failed: the next try starts anew.
    """
    tag = _TAG.search(text)
    if tag is None or not text.startswith(_THINK) or read(reflection, text) is None:
        return False, None
    return tag[1] in {"Success", "Others"}, text[tag.end() :] if tag[1] == "Reflection" else None


def first_object(reply: str) -> dict[str, Any]:
    """Return the JSON object in a reply, from its first brace to its last; raises BadReply."""
    try:
        value = json.loads(reply[reply.index("{") : reply.rindex("}") + 1])
    except (ValueError, RecursionError) as error:
        raise BadReply("no JSON object") from error
    return dict(value)


def prior(reply: str) -> tuple[float, str]:
    """Return (score, reason) of a consistency check, the score capped by what it found wrong."""
    facts = first_object(reply)
    score = _number(facts.get("raw_score", 0))
    score = min(10.0, max(0.0, score * 10 if score <= 1 else score))
    names = ("major_conflicts", "minor_conflicts", "omissions", "hallucinations")
    major, minor, omissions, invented = (int(_number(facts.get(name, 0))) for name in names)
    meets = str(facts.get("meets_instruction", "")).lower()
    caps = {"no": 2.0, "partial": 5.0}.get(meets, 10.0), 5.0 if major >= 2 else 8.0 if major else 10.0
    score = min(score, *caps, 7.0 if omissions or invented else 10.0, 8.9 if minor else 10.0)
    return round(score, 4), str(facts.get("reason", ""))


def marks(reply: str) -> dict[str, Any]:
    """Return {"score": [numbers 0..10], "reasoning": text} of a judgement; raises BadReply."""
    facts = first_object(reply)
    score, reasoning = facts.get("score"), facts.get("reasoning")
    if not isinstance(score, list) or not score or reasoning is None:
        raise BadReply("no list of scores, or no reasoning")
    if any(isinstance(one, str) or not 0 <= _number(one) <= 10 for one in score):
        raise BadReply("a score is no number from 0 to 10")
    return {"score": score, "reasoning": str(reasoning)}


def is_complete_object(text: str) -> bool:
    """Tell whether the text already holds one whole JSON object, so that no more needs to be written."""
    return text.rstrip().endswith("}") and read(first_object, text) is not None


def best(judged: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> int:
    """Return the number of the candidate to show: (reflection, score1, score2) of each, in order.

    The product of both judgements' lowest marks wins; of equals a success, then the later one.
    """
    values = [
        (min(first["score"]) * min(second["score"]), "<#Success>" in text, number)
        for number, (text, first, second) in enumerate(judged)
    ]
    return max(values)[2]


def _number(value: Any) -> float:
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
        int(number)  # neither infinite nor no number
    except (TypeError, ValueError, OverflowError) as error:
        raise BadReply("not a number") from error
    return number
