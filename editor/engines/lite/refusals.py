"""What a person is told when an instruction is not understood: what, why, and what works."""

from typing import TYPE_CHECKING

from editor.engines.lite.senses import Token

if TYPE_CHECKING:
    from editor.engines.base import NotUnderstood

ABILITIES = (
    "It can change light and colour (brighter, warmer, a blue tint, golden hour, night), make a photo black"
    " and white, vintage or cinematic, blur, sharpen or denoise it, turn it into a sketch, a watercolour, a"
    " cartoon or a painting in the style of Van Gogh and others, blur faces, replace a written word, blur,"
    " recolour or remove the background; with a mask it can also remove, fill or recolour what lies under it."
)

_BEYOND = {
    "objects": "cannot add, replace or move things in a picture",
    "frame": "never changes the frame: it cannot crop, turn or resize",
    "text": "adds no text, but can replace a written word: “change 'SALE' to 'OPEN'”; to remove some, give a"
    " mask over it and say “remove this”",
    "scenes": "cannot change the weather, the season, the time of day or the place",
    "light": "cannot change where the light comes from, or how soft it is",
    "people": "cannot change faces, bodies or expressions; it can blur or pixelate faces",
    "styles": "does not know the style “{word}”",
    "background": "cannot put another scene behind a subject; it can blur, colour or remove the background",
}


def _not_understood(message: str) -> "NotUnderstood":
    from editor.engines.base import NotUnderstood  # noqa: PLC0415  the contract brings numpy; the web need not

    return NotUnderstood(message)


def unknown(token: Token) -> "NotUnderstood":
    return _not_understood(f"FreeAI Lite did not understand “{token.text}”. {ABILITIES}")


def beyond(token: Token) -> "NotUnderstood":
    reason = _BEYOND[token.sense.value].format(word=token.text)
    return _not_understood(f"FreeAI Lite {reason}. {ABILITIES}")


def needs_mask(token: Token) -> "NotUnderstood":
    return _not_understood(
        f"FreeAI Lite cannot find “{token.text}” in a picture by itself. Give a mask over it,"
        " or ask for a change to the whole picture."
    )


def needs_mask_to_recolor(color: str) -> "NotUnderstood":
    if color.rpartition(" ")[2] in ("black", "white", "grey", "gray", "silver"):
        return _not_understood(
            f"To make something {color}, give a mask over it first. For the whole picture, ask"
            " for “brighter”, “darker” or “black and white”."
        )
    return _not_understood(
        f"To make something {color}, give a mask over it first. For the whole picture, ask for"
        f" “a {color} tint”."
    )


def unclear(reason: str) -> "NotUnderstood":
    return _not_understood(f"FreeAI Lite is not sure what you mean: {reason}. {ABILITIES}")


def nothing_to_do() -> "NotUnderstood":
    return _not_understood(f"FreeAI Lite found nothing to do in this instruction. {ABILITIES}")


def adds_objects(token: Token) -> "NotUnderstood":
    return _not_understood(f"FreeAI Lite cannot add “{token.text}”: it adds no new objects. {ABILITIES}")


def part_missing(purpose: str) -> "NotUnderstood":
    return _not_understood(
        f"FreeAI Lite cannot {purpose} on this server: a part for that is not installed. {ABILITIES}"
    )


def inside_out() -> "NotUnderstood":
    return _not_understood(
        "FreeAI Lite works inside the mask and leaves the rest alone: mask"
        " what should change, and ask without “except” or “outside”."
    )
