"""The edit prompt as tokens, piece by piece, exactly as the weights saw it in training.

Each character inside quotes becomes tokens of its own and is flagged: the model spells
quoted words letter by letter. Chunks are tokenised apart, so a merge never crosses them.
"""

from dataclasses import dataclass
from typing import Any

from editor.engines.step1x.config import EDIT_PREFIX, BadArguments

IMAGE_PAD = "<|image_pad|>"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids of a rendered prompt, and which of them lie inside quotes."""

    ids: list[int]
    quoted: list[int]


def render_edit(prompt: str) -> str:
    """Return the one user turn the encoder reads. No space before "Picture 1": so it was trained."""
    return (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        f"<|im_start|>user\n{EDIT_PREFIX} {prompt}Picture 1: <|vision_start|>{IMAGE_PAD}<|vision_end|>"
        "<|im_end|>\n<|im_start|>assistant\n"
    )


def tokenize(rendered: str, tokenizer: Any, *, image_tokens: int) -> Tokens:
    """Tokenise piecewise; the picture's mark becomes `image_tokens` marks."""
    marks = {token.content: number for number, token in tokenizer.added_tokens_decoder.items()}
    pieces = split_marks(rendered, sorted(marks, key=len, reverse=True))
    if sum(piece == IMAGE_PAD for piece in pieces) != 1:
        raise BadArguments("The prompt contains a mark that stands for a picture.", param="prompt")
    ids: list[int] = []
    quoted: list[int] = []
    offset = 0
    for piece in pieces:
        if piece in marks:
            new = [marks[piece]] * (image_tokens if piece == IMAGE_PAD else 1)
            ids += new
            quoted += [0] * len(new)
        else:
            for chunk, is_quoted in split_quotes(piece, ignore=max(0, len(EDIT_PREFIX) - offset)):
                new = tokenizer.encode(chunk, add_special_tokens=False)
                ids += new
                quoted += [int(is_quoted)] * len(new)
        offset += len(piece)
    return Tokens(ids, quoted)


def split_marks(text: str, marks: list[str]) -> list[str]:
    """Split a text on marks, which are kept as pieces; at each place the longest mark wins."""
    pieces = [text]
    for mark in marks:
        split: list[str] = []
        for piece in pieces:
            if piece in marks or mark not in piece:
                split.append(piece)
                continue
            for index, part in enumerate(piece.split(mark)):
                split += [mark, part] if index else [part]
        pieces = [piece for piece in split if piece]
    return pieces


def split_quotes(text: str, *, ignore: int) -> list[tuple[str, bool]]:
    """Split into (chunk, is_quoted); the first `ignore` characters hold no quotes.

    An opening quote ends its chunk, each character up to the closing one stands alone, and the closing
    quote begins the next chunk. What a quote that never closes would hold goes back to its chunk.
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
    elif held:
        chunks.append(("".join(held), False))
    if buffer:
        chunks.append((buffer, False))
    return chunks
