"""What the transformer is told: the edit prompt as tokens, read with its picture.

Tokenisation is piecewise, as in training: chunks are tokenised apart, so a merge never crosses them. Each
character inside quotes is a chunk of its own and is flagged: the model spells quoted words letter by letter.
"""

import re
from typing import Any

import torch
from torch import Tensor

from editor.engines.diffusion.qwen_vl import IMAGE_PAD, SEEN, Patches, QwenVL, chat
from editor.engines.step1x.config import EDIT_PREFIX, PREFIX_DROP_TOKENS, TEXT_TOKENS_MAX, BadArguments
from editor.engines.step1x.transformer import TextCondition

_QUOTE = re.compile(r'"([^"]*)"|“([^”]*)”|["“].*', re.DOTALL)
"""A quote and what it holds; last, one that never closes."""


def encode(reader: QwenVL, prompt: str, patches: Patches, size: tuple[int, int]) -> TextCondition:
    """Read an edit prompt with its picture; remembered. size: of the edit, in pixels."""

    def read() -> TextCondition:
        tokens, quotes = tokenize(render_edit(prompt), reader.tokenizer, image_tokens=patches.tokens)
        # What is cut off afterwards need not be read: no token sees a later one.
        kept = slice(PREFIX_DROP_TOKENS, PREFIX_DROP_TOKENS + TEXT_TOKENS_MAX)
        places = reader.positions(tokens, [patches], skip_zero=True)[..., : kept.stop].to(reader.device)
        ids = torch.tensor([tokens[: kept.stop]], device=reader.device)
        embeds = reader.embed(ids, [patches])
        states = reader.language(inputs_embeds=embeds, position_ids=places, use_cache=False)[0]
        where = text_ids(places[0, 0, kept], (ids[0] == reader.image_id)[kept], patches.grid, size)
        quoted = torch.tensor([quotes[kept]], device=reader.device)
        return TextCondition(states[:, kept], embeds[:, kept], quoted, where)

    condition: TextCondition = reader.remembered(("text", patches.key, prompt, size), read)
    return condition


def render_edit(prompt: str) -> str:
    """Return the one user turn the encoder reads. No space before "Picture 1:": so it was trained."""
    return chat("You are a helpful assistant.", f"{EDIT_PREFIX} {prompt}Picture 1: {SEEN}")


def tokenize(rendered: str, tokenizer: Any, *, image_tokens: int) -> tuple[list[int], list[int]]:
    """Tokenise piecewise; the picture's mark becomes `image_tokens` marks.

    Returns the ids, and for each a 1 if it lies inside quotes.
    """
    marks = {token.content: number for number, token in tokenizer.added_tokens_decoder.items()}
    pieces = split_marks(rendered, list(marks))
    if pieces.count(IMAGE_PAD) != 1:
        raise BadArguments("The prompt contains a mark that stands for a picture.", param="prompt")
    ids, quoted, offset = list[int](), list[int](), 0
    for piece in pieces:
        chunks = [(piece, False)] if piece in marks else split_quotes(piece, len(EDIT_PREFIX) - offset)
        for chunk, is_quoted in chunks:
            new = [marks[chunk]] if chunk in marks else tokenizer.encode(chunk, add_special_tokens=False)
            ids += new * image_tokens if chunk == IMAGE_PAD else new
            quoted += [int(is_quoted)] * (len(ids) - len(quoted))
        offset += len(piece)
    return ids, quoted


def split_marks(text: str, marks: list[str]) -> list[str]:
    """Split a text on marks, which are kept as pieces; at each place the longest mark wins."""
    found = "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
    return [piece for piece in re.split(f"({found})", text) if piece]


def split_quotes(text: str, ignore: int) -> list[tuple[str, bool]]:
    """Split into (chunk, is_quoted); the first `ignore` characters hold no quotes.

    An opening quote ends its chunk, each character up to the closing one stands alone, and the closing quote
    begins the next chunk. One that never closes is an ordinary character.
    """
    chunks, begun = list[tuple[str, bool]](), 0
    for quote in _QUOTE.finditer(text, max(0, ignore)):
        opened = quote.start() + 1
        if text[begun:opened] == "“":  # as published: lost where nothing precedes it
            begun = opened
        if quote.lastindex:
            chunks += [(text[begun:opened], False)] if begun < opened else []
            chunks += [(character, True) for character in quote[quote.lastindex]]
            begun = quote.end() - 1
    return [*chunks, (text[begun:], False)] if text[begun:] else chunks


def text_ids(temporal: Tensor, is_image: Tensor, grid: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Return the transformer's positions of the text tokens, (T, 3) float32.

    Text lies on a line that ends at -1; a vision token also lies where it looks, in latent coordinates.
    temporal, is_image: (T,). Source: SPEC of the model, §4, as published.
    """

    def across(cells: int, side: int) -> Tensor:
        pixel = (28 * torch.arange(cells, dtype=torch.float64) + 13.5) * (side - 1) / (28 * cells - 1)
        return ((pixel - 11) / 16).float().to(temporal.device)

    out = torch.zeros(len(temporal), 3, device=temporal.device)
    out[:, 0] = (temporal - (temporal.max() + 1)).float()
    where = torch.cartesian_prod(across(grid[0], size[1]), across(grid[1], size[0]))
    out[is_image, 1:] = where[: int(is_image.sum())]
    return out
