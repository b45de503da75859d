"""The language model at work on an edit: rewrite the wish, judge a candidate, say what to do next.

Bounded: a number of calls and of seconds per edit. When they are used up, a wish stays as it was and a
candidate counts as judged "failed", so that the best one so far is shown. Seeded: same edit, same thoughts.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from PIL import Image

from editor.engines.checkpoints import BadCheckpoint
from editor.engines.diffusion.qwen_vl import SEEN, chat
from editor.engines.step1x import replies
from editor.engines.step1x.config import Step1XConfig
from editor.engines.step1x.preprocess import without_marks

KINDS = ("reformat", "describe", "score_json", "reflect", "score1", "score2")
CALLS_PER_CANDIDATE = 5
WORDS_MAX = 2000  # characters of a wish or a reply that go into a question; a site's limit is no longer


class Call(NamedTuple):
    """One question: the rendered chat and its pictures, in order."""

    kind: str
    rendered: str
    images: list[Image.Image]
    seed: int


Voice = Callable[[list[Call], Callable[[str], bool]], list[str]]
"""Answers calls side by side, each until it is complete. The pipeline's is the model; tests script one."""


class Judgement(NamedTuple):
    """What the thinker found about one candidate."""

    reflection: str
    score1: dict[str, Any]
    score2: dict[str, Any]


def read_prompts(file: str = "") -> Mapping[str, Any]:
    """Return the wording by kind of call, ours or an operator's; raises BadCheckpoint naming the file."""
    path = Path(file) if file else Path(__file__).with_name("prompts.toml")
    keys = ("images", "images_first", "system", "user")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return {kind: {key: table[kind][key] for key in keys} for kind in KINDS}
    except (OSError, ValueError, KeyError) as error:
        raise BadCheckpoint(f"{path} lacks the thinker's prompts: {error}") from error


def language(instruction: str) -> str:
    """Return the language to answer in, by the name the published templates use."""
    return "中文" if sum("\u4e00" <= one <= "\u9fff" for one in instruction) > 1 else "英文"


def render(prompt: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return the chat as the model's template renders it, pictures as marks."""
    system, user = prompt["system"], prompt["user"]
    for name, value in words.items():
        safe = without_marks(value)[:WORDS_MAX]
        system, user = (text.replace("{" + name + "}", safe) for text in (system, user))
    marks = SEEN * len(prompt["images"])
    return chat(system, marks + user if prompt["images_first"] else user + marks)


class Thinker:
    """Asks, reads, asks again within the budget. One instance per edit."""

    def __init__(
        self, voice: Voice, prompts: Mapping[str, Any], config: Step1XConfig, source: Image.Image, seed: int
    ) -> None:
        self._voice, self._prompts, self._source = voice, prompts, source
        self._seed, self._asked, self._tries = seed, 0, config.thinker_tries_max
        self._calls, self._until = config.thinker_calls_max, monotonic() + config.thinker_seconds_max

    def can_ask(self, calls: int) -> bool:
        """Tell whether so many calls are left, and time."""
        return calls <= self._calls and monotonic() <= self._until

    def rewrite(self, wish: str) -> str:
        """Return the wish as a precise instruction; unchanged if the thinker has nothing to say."""
        return self._ask({"reformat": str.strip}, {"instruction": wish}, self._source)["reformat"] or wish

    def judge(self, edited: Image.Image, instruction: str) -> Judgement:
        """Describe and score (side by side), compare, then reflect: three rounds for five calls."""
        words, nothing = {"instruction": instruction}, {"score": [0, 0], "reasoning": ""}
        first = self._ask({"describe": str, "score1": replies.marks, "score2": replies.marks}, words, edited)
        text = None
        if first["describe"] is not None:
            words["description"] = first["describe"]
            prior = self._ask({"score_json": replies.prior}, words, edited)["score_json"]
            if prior is not None:
                words |= {"prior_score": str(prior[0]), "prior_reason": prior[1]}
                text = self._ask({"reflect": replies.reflection}, words, edited)["reflect"]
        scores = (first["score1"] or nothing, first["score2"] or nothing)
        return Judgement(text or replies.FAILURE_REFLECTION, *scores)

    def _ask(
        self, readers: Mapping[str, Callable[[str], Any]], words: Mapping[str, str], edited: Image.Image
    ) -> dict[str, Any]:
        """Ask questions side by side until each reply can be read; None where it never could."""
        answers: dict[str, Any] = dict.fromkeys(readers)
        for _ in range(self._tries):
            open_ = [kind for kind, answer in answers.items() if answer is None]
            if not open_ or not self.can_ask(len(open_)):
                break
            self._calls -= len(open_)
            is_json = all(kind.startswith("score") for kind in open_)
            calls = [self._call(kind, words, edited) for kind in open_]
            texts = self._voice(calls, replies.is_complete_object if is_json else lambda _: False)
            for kind, text in zip(open_, texts, strict=True):
                answers[kind] = replies.read(readers[kind], text)
        return answers

    def _call(self, kind: str, words: Mapping[str, str], edited: Image.Image) -> Call:
        prompt = self._prompts[kind]
        images = [self._source if which == "source" else edited for which in prompt["images"]]
        self._asked += 1
        digest = hashlib.sha256(f"{self._seed} {kind} {self._asked}".encode()).digest()
        rendered = render(prompt, {"language": language(words["instruction"]), **words})
        return Call(kind, rendered, images, int.from_bytes(digest[:7], "big"))
