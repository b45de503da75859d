"""The grammar of the thinker's replies: what they mean, and when one is complete.

reflect   <#Think> … then exactly one of <#Success> <#Others> <#Failed> <#Reflection> prompt
scores    one JSON object
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

FAILURE_REFLECTION = "<#Think> The process encountered repeated errors and could not complete.<#Failed>"
_THINK = "<#Think>"
_TAG = re.compile(r"<#(Reflection|Failed|Success|Others)>")


class BadReply(Exception):
    """The reply is not in the form that was asked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do after a candidate: stop, go on from it with a prompt, or start anew."""

    is_done: bool
    next_prompt: str | None


def reflection(reply: str) -> str:
    """Return a well-formed reflection, cut to start at its think mark; raises BadReply."""
    before, mark, after = reply.partition(_THINK)
    if not mark or _THINK in after or _TAG.search(before) or len(_TAG.findall(after)) != 1:
        raise BadReply("not exactly one verdict after one think mark")
    return mark + after


def verdict(text: str) -> Verdict:
    """Read a reflection; one in the wrong form counts as failed: the next try starts anew."""
    tags = list(_TAG.finditer(text))
    if not text.startswith(_THINK) or text.count(_THINK) != 1 or len(tags) != 1:
        return Verdict(is_done=False, next_prompt=None)
    kind = tags[0].group(1)
    following = text[tags[0].end() :] if kind == "Reflection" else None
    return Verdict(is_done=kind in {"Success", "Others"}, next_prompt=following)


def first_object(reply: str) -> dict[str, Any]:
    """Return the JSON object in a reply, from its first brace to its last; raises BadReply."""
    try:
        value = json.loads(reply[reply.index("{") : reply.rindex("}") + 1])
    except (ValueError, RecursionError) as error:
        raise BadReply("no JSON object") from error
    if not isinstance(value, dict):
        raise BadReply("no JSON object")
    return value


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
    try:
        first_object(text if text.rstrip().endswith("}") else "")
    except BadReply:
        return False
    return True


def best(judged: list[tuple[dict[str, Any], dict[str, Any], str]]) -> int:
    """Return the number of the candidate to show: (score1, score2, reflection) of each, in order.

    The product of both judgements' lowest marks wins; of equals one that was called a success, then the
    later one.
    """
    values = [
        (min(first["score"]) * min(second["score"]), "<#Success>" in text, number)
        for number, (first, second, text) in enumerate(judged)
    ]
    return max(values)[2]


def _number(value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise BadReply("not a number")
    return number
