"""The edit prompt as tokens, piece by piece, exactly as the weights saw it in training.

Each character inside quotes becomes tokens of its own and is flagged: the model spells quoted words letter by
letter. Chunks are tokenised apart, so a merge never crosses them.
"""

import re
from typing import Any

from editor.engines.step1x.config import EDIT_PREFIX, BadArguments

IMAGE_PAD = "<|image_pad|>"
SEEN = f"<|vision_start|>{IMAGE_PAD}<|vision_end|>"


def chat(system: str, user: str) -> str:
    """Return one user turn as the model's template renders it, ready for the answer."""
    turns = f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n"
    return f"{turns}<|im_start|>assistant\n"


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
    tokens: list[tuple[int, int]] = []
    offset = 0
    for piece in pieces:
        if piece in marks:
            tokens += [(marks[piece], 0)] * (image_tokens if piece == IMAGE_PAD else 1)
        else:
            for chunk, is_quoted in split_quotes(piece, ignore=max(0, len(EDIT_PREFIX) - offset)):
                new = tokenizer.encode(chunk, add_special_tokens=False)
                tokens += [(one, int(is_quoted)) for one in new]
        offset += len(piece)
    return [one for one, _ in tokens], [is_quoted for _, is_quoted in tokens]


def split_marks(text: str, marks: list[str]) -> list[str]:
    """Split a text on marks, which are kept as pieces; at each place the longest mark wins."""
    found = "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
    return [piece for piece in re.split(f"({found})", text) if piece]


def split_quotes(text: str, *, ignore: int) -> list[tuple[str, bool]]:
    """Split into (chunk, is_quoted); the first `ignore` characters hold no quotes.

    An opening quote ends its chunk, each character up to the closing one stands alone, and the closing quote
    begins the next chunk. What a quote that never closes would hold goes back to its chunk.
    """
    chunks: list[tuple[str, bool]] = []
    held: list[str] = []
    buffer, closing = text[:ignore], ""
    for character in text[ignore:]:
        if closing and character == closing:
            chunks += [(one, True) for one in held]
            held, buffer, closing = [], character, ""
        elif closing:
            held.append(character)
        elif character == '"' or (character == "“" and buffer):
            chunks.append((buffer + character, False))
            buffer, closing = "", '"' if character == '"' else "”"
        elif character == "“":
            closing = "”"
        else:
            buffer += character
    if closing and chunks and not chunks[-1][1]:
        chunks[-1] = (chunks[-1][0] + "".join(held), False)
    else:
        buffer = "".join(held) or buffer
    return [*chunks, (buffer, False)] if buffer else chunks
