"""A language model that says what it is told to: the random one's last layer is replaced.

Everything else is the product's: words are sampled one by one, read, judged and reviewed.
"""

from typing import Any

import torch
from torch import Tensor, nn

from editor.engines.diffusion.qwen_vl import QwenVL

CALM = "<#Think> It is as it was asked for.<#Success>"


def judged(reflection: str) -> list[list[str]]:
    """Return the three rounds of one candidate's judgement."""
    score = '{"score": [8, 8], "reasoning": "fine"}'
    prior = '{"raw_score": 9, "meets_instruction": "yes", "reason": "good"}'
    return [["A garden.", score, score], [prior], [reflection]]


class Tongue(nn.Module):
    """Gives each round's replies token by token, whatever the model makes of the question.

    rounds: the replies of questions that are asked side by side, in the order of their asking.
    """

    def __init__(self, reader: QwenVL, rounds: list[list[str]]) -> None:
        super().__init__()
        self._end = int(reader.tokenizer.eos_token_id)
        self._words = reader.model.config.text_config.vocab_size
        self._rounds = [[reader.tokenizer.encode(reply) for reply in replies] for replies in rounds]
        self._round, self._step = -1, 0

    def hear(self, _: nn.Module, args: tuple[Any, ...], given: dict[str, Any]) -> None:
        """Notice a new round: its questions come whole, its words one by one."""
        if given.get("use_cache") and given["inputs_embeds"].shape[1] > 1:
            self._round, self._step = self._round + 1, -1

    def forward(self, states: Tensor) -> Tensor:
        self._step += 1
        scores = torch.full((len(states), self._words), -1e4)
        for row, reply in enumerate(self._rounds[self._round]):
            scores[row, reply[self._step] if self._step < len(reply) else self._end] = 1e4
        return scores


def give(reader: QwenVL, rounds: list[list[str]]) -> None:
    """Let a loaded model say these replies, round by round."""
    tongue = Tongue(reader, rounds)
    reader.model.lm_head = tongue
    reader.language.register_forward_pre_hook(tongue.hear, with_kwargs=True)
