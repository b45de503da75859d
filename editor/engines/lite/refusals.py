"""What a person is told when an instruction is not understood: what, why, and what works."""

from typing import TYPE_CHECKING

from editor.engines.lite.senses import Token
from freeai.common.sentences import Sentence
from freeai.common.sentences import sentence as _

if TYPE_CHECKING:
    from editor.engines.base import NotUnderstood

ABILITIES = _(
    "It can change light and colour (brighter, warmer, a blue tint, golden hour, night), make a photo black"
    " and white, vintage or cinematic, blur, sharpen or denoise it, turn it into a sketch, a watercolour, a"
    " cartoon or a painting in the style of Van Gogh and others, blur faces, replace a written word, blur,"
    " recolour or remove the background; with a mask it can also remove, fill or recolour what lies under it."
)

_BEYOND = {
    "objects": _("FreeAI Lite cannot add, replace or move things in a picture."),
    "frame": _("FreeAI Lite never changes the frame: it cannot crop, turn or resize."),
    "text": _(
        "FreeAI Lite adds no text, but can replace a written word: “change 'SALE' to 'OPEN'”; to remove some,"
        " give a mask over it and say “remove this”."
    ),
    "scenes": _("FreeAI Lite cannot change the weather, the season, the time of day or the place."),
    "light": _("FreeAI Lite cannot change where the light comes from, or how soft it is."),
    "people": _("FreeAI Lite cannot change faces, bodies or expressions; it can blur or pixelate faces."),
    "background": _(
        "FreeAI Lite cannot put another scene behind a subject; it can blur, colour or remove the background."
    ),
}


def _not_understood(message: Sentence) -> "NotUnderstood":
    from editor.engines.base import NotUnderstood  # noqa: PLC0415  the contract brings numpy; the web need not

    return NotUnderstood(message)


def unknown(token: Token) -> "NotUnderstood":
    return _not_understood(_("FreeAI Lite did not understand “%(word)s”.", word=token.text).then(ABILITIES))


def beyond(token: Token) -> "NotUnderstood":
    if token.sense.value == "styles":
        reason = _("FreeAI Lite does not know the style “%(word)s”.", word=token.text)
    else:
        reason = _BEYOND[token.sense.value]
    return _not_understood(reason.then(ABILITIES))


def needs_mask(token: Token) -> "NotUnderstood":
    return _not_understood(
        _(
            "FreeAI Lite cannot find “%(word)s” in a picture by itself. Give a mask over it,"
            " or ask for a change to the whole picture.",
            word=token.text,
        )
    )


def needs_mask_to_recolor(color: str) -> "NotUnderstood":
    if color.rpartition(" ")[2] in ("black", "white", "grey", "gray", "silver"):
        return _not_understood(
            _(
                "To make something %(color)s, give a mask over it first. For the whole picture, ask"
                " for “brighter”, “darker” or “black and white”.",
                color=color,
            )
        )
    return _not_understood(
        _(
            "To make something %(color)s, give a mask over it first. For the whole picture, ask for"
            " “a %(color)s tint”.",
            color=color,
        )
    )


def unclear(reason: Sentence) -> "NotUnderstood":
    return _not_understood(
        _("FreeAI Lite is not sure what you mean: %(reason)s.", reason=reason).then(ABILITIES)
    )


def nothing_to_do() -> "NotUnderstood":
    return _not_understood(_("FreeAI Lite found nothing to do in this instruction.").then(ABILITIES))


def adds_objects(token: Token) -> "NotUnderstood":
    return _not_understood(
        _("FreeAI Lite cannot add “%(word)s”: it adds no new objects.", word=token.text).then(ABILITIES)
    )


def part_missing(purpose: str) -> "NotUnderstood":
    return _not_understood(
        _(
            "FreeAI Lite cannot %(purpose)s on this server: a part for that is not installed.",
            purpose=purpose,
        ).then(ABILITIES)
    )


def inside_out() -> "NotUnderstood":
    return _not_understood(
        _(
            "FreeAI Lite works inside the mask and leaves the rest alone: mask"
            " what should change, and ask without “except” or “outside”."
        )
    )
