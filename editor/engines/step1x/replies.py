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
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class BadReply(Exception):
    """The reply is not in the form that was asked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do after a candidate: stop, go on from it with a prompt, or start anew."""

    is_done: bool
    next_prompt: str | None


def reflection(reply: str) -> str:
    """Return a well-formed reflection, cut to start at its think mark; raises BadReply."""
    start = reply.find(_THINK)
    if start < 0:
        raise BadReply("no think mark")
    text = reply[start:]
    if text.count(_THINK) != 1 or len(_TAG.findall(reply)) != 1 or not _TAG.search(text):
        raise BadReply("not exactly one verdict after one think mark")
    return text


def verdict(text: str) -> Verdict:
    """Read a reflection; one in the wrong form counts as failed: the next try starts anew."""
    tags = list(_TAG.finditer(text))
    if not text.startswith(_THINK) or text.count(_THINK) != 1 or len(tags) != 1:
        return Verdict(is_done=False, next_prompt=None)
    kind = tags[0].group(1)
    if kind == "Reflection":
        return Verdict(is_done=False, next_prompt=text[tags[0].end() :])
    return Verdict(is_done=kind in {"Success", "Others"}, next_prompt=None)


def first_object(reply: str) -> dict[str, Any]:
    """Return the JSON object in a reply, from its first brace to its last; raises BadReply."""
    found = _OBJECT.search(reply)
    try:
        value = json.loads(found.group()) if found else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadReply("no JSON object")
    return value


def prior(reply: str) -> tuple[float, str]:
    """Return (score, reason) of a consistency check, the score capped by what it found wrong."""
    facts = first_object(reply)
    score = _number(facts.get("raw_score", 0))
    score = min(10.0, max(0.0, score * 10 if score <= 1 else score))
    major, minor, omissions, invented = (
        int(_number(facts.get(key, 0)))
        for key in ("major_conflicts", "minor_conflicts", "omissions", "hallucinations")
    )
    meets = str(facts.get("meets_instruction", "")).lower()
    caps = {"no": 2.0, "partial": 5.0}.get(meets, 10.0), 5.0 if major >= 2 else 8.0 if major else 10.0
    score = min(score, *caps, 7.0 if omissions or invented else 10.0)
    if (major or minor or omissions or invented or meets in {"no", "partial"}) and score >= 9:
        score = 8.9
    return round(score, 4), str(facts.get("reason", ""))


def marks(reply: str) -> dict[str, Any]:
    """Return {"score": [numbers 0..10], "reasoning": text} of a judgement; raises BadReply."""
    facts = first_object(re.sub(r"```(?:json)?", "", reply))
    score, reasoning = facts.get("score"), facts.get("reasoning")
    if not isinstance(score, list) or not score or reasoning is None:
        raise BadReply("no list of scores, or no reasoning")
    if any(not 0 <= _number(one) <= 10 for one in score):
        raise BadReply("a score is out of range")
    return {"score": score, "reasoning": str(reasoning)}


def is_complete_object(text: str) -> bool:
    """Tell whether the text already holds one whole JSON object, so that no more needs to be written."""
    start = text.find("{")
    if start < 0 or not text.rstrip().endswith("}"):
        return False
    try:
        json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return False
    return True


def best(judged: list[tuple[dict[str, Any], dict[str, Any], str]]) -> int:
    """Return the number of the candidate to show: (score1, score2, reflection) of each, in order.

    The product of both judgements' lowest marks wins; of equals one that was called a success, then
    the later one.
    """
    values = [
        (min(first["score"]) * min(second["score"]), "<#Success>" in text, number)
        for number, (first, second, text) in enumerate(judged)
    ]
    return max(values)[2]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadReply("not a number")
    try:
        number = float(value)
    except ValueError:
        raise BadReply("not a number") from None
    if not math.isfinite(number):
        raise BadReply("not a number")
    return number
