"""Making one head of two that belong together: "brighten the shadows", "warmer colours".

Each rule looks for one such pair in a clause and returns the clause with one head fewer,
or unchanged. What no rule joins stays apart, and the grammar decides what to make of it.
"""

from collections.abc import Callable
from dataclasses import replace

from editor.engines.lite.clauses import Clause, without
from editor.engines.lite.senses import Form, Kind, Sense, Token

_DIRECTIONS = (Kind.RAISE, Kind.LOWER, Kind.REMOVE, Kind.MORE, Kind.LESS)


def merged(clause: Clause) -> Clause:
    """The clause with the heads joined that mean one thing."""
    if clause.first(Kind.ZONE) is not None:
        clause = _deeper_shadows(clause)
    for join in _RULES:
        if len(clause.heads) > 1:
            clause = join(clause)
    return clause


def _deeper_shadows(clause: Clause) -> Clause:
    """ "Deeper shadows" are darker ones; there is nothing else to be deeper about them."""
    zone = clause.first(Kind.ZONE)
    deeper = next((word for word in clause.all(Kind.MORE) if word.text == "deeper"), None)
    if zone is None or deeper is None or len(clause.heads) > 1:
        return clause
    return _one_for_two(clause, zone, deeper, Sense(Kind.QUALITY, zone.sense.value, -1, form=Form.DONE))


_TAMED = {"shadows": 1, "highlights": -1}
"""Which way a zone goes that is to be softer: towards the middle."""


def _zone_with_quality(clause: Clause) -> Clause:
    """ "Brighten the shadows", "softer highlights", "the shadows are too harsh"."""
    zones, qualities = clause.all(Kind.ZONE), clause.all(Kind.QUALITY)
    if len(zones) != 1 or len(qualities) != 1:
        return clause
    zone, quality = zones[0], qualities[0]
    name, scale = zone.sense.value, quality.sense.value
    if scale == "brightness":
        return _one_for_two(clause, quality, zone, replace(quality.sense, value=name))
    if scale == "sharpness" and quality.sense.sign < 0:
        return _one_for_two(clause, zone, quality, Sense(Kind.QUALITY, name, _TAMED[name], form=Form.DONE))
    if scale == "contrast" and quality.sense.sign > 0:
        return _one_for_two(clause, quality, zone, replace(quality.sense, value=name, sign=-_TAMED[name]))
    return clause


def _quality_of_property(clause: Clause) -> Clause:
    """ "A warmer colour temperature", "flatten the contrast": the noun only names the scale again."""
    qualities, properties = clause.all(Kind.QUALITY), clause.all(Kind.PROPERTY)
    if len(qualities) != 1 or len(properties) != 1 or clause.has(*_DIRECTIONS):
        return clause
    quality, scale = qualities[0], properties[0]
    same = scale.sense.value == quality.sense.value
    return without(clause, [scale]) if same and scale.sense.sign > 0 else clause


def _one_of_the_same(clause: Clause) -> Clause:
    """ "Halftone dots as in a newspaper" names one effect twice."""
    seen: set[str] = set()
    kept: list[Token] = []
    for token in clause.tokens:
        if token.kind is not Kind.EFFECT or token.sense.value == "style" or token.sense.value not in seen:
            kept.append(token)
        if token.kind is Kind.EFFECT:
            seen.add(token.sense.value)
    return Clause(clause.joint, tuple(kept))


def _faces_in_some_way(clause: Clause) -> Clause:
    """ "Anonymise the faces by pixelating them" wants them pixelated, and nothing else."""
    hidden = next((head for head in clause.heads if head.sense.value == "blur@faces"), None)
    if hidden is None:
        return clause
    blurs = [head for head in clause.heads if head.kind is Kind.QUALITY and head.sense.value == "blur"]
    if blurs:
        return without(clause, blurs)
    if not any(head.sense.value == "pixelate" for head in clause.heads):
        return clause
    faces = Token(hidden.text, Sense(Kind.NOUN, "faces"))
    return Clause(clause.joint, tuple(faces if token is hidden else token for token in clause.tokens))


def _way_of_painting(clause: Clause) -> Clause:
    """ "An oil painting in the style of Monet", "a drawing in ink"."""
    painted = [head for head in clause.heads if head.sense.value in ("oil", "sketch", "watercolor")]
    if len(painted) == 1 and any(head.sense.value == "style" for head in clause.heads):
        return without(clause, painted)
    plain = [head for head in clause.heads if head.text in _PLAINLY_DRAWN]
    drawn = any(head.sense.value in _DRAWN for head in clause.heads if head not in plain)
    return without(clause, plain) if len(plain) == 1 and drawn else clause


_PLAINLY_DRAWN = frozenset({"drawing", "sketch", "painting", "painted", "drawn by hand"})
_DRAWN = frozenset({"ink", "watercolor", "oil", "cartoon", "sketch", "style"})


def _cutout_on_color(clause: Clause) -> Clause:
    """ "Isolate the subject on a white background" keeps a background: a white one."""
    cutouts = [head for head in clause.heads if head.sense.value == "cutout@background"]
    return without(clause, cutouts) if clause.has(Kind.COLOR) else clause


_OF_COLOR = frozenset({"vibrance", "saturation", "warmth", "dullness", "fading"})


def _color_of_what(clause: Clause) -> Clause:
    """ "Warmer colours", "a blue colour": the word "colour" adds nothing."""
    hues = [head for head in clause.all(Kind.PROPERTY) if head.sense.value == "saturation"]
    dull = [quality for quality in clause.all(Kind.QUALITY) if quality.sense.value == "dullness"]
    if len(hues) == 1 and len(dull) == 1:  # dull colours want life; the light is not spoken of
        sense = replace(dull[0].sense, value="vibrance", sign=-dull[0].sense.sign)
        return _one_for_two(clause, dull[0], hues[0], sense)
    told = clause.has(Kind.COLOR, Kind.COLORISH) or any(
        quality.sense.value in _OF_COLOR for quality in clause.all(Kind.QUALITY)
    )
    return without(clause, hues) if hues and told else clause


_MOODS: dict[str, frozenset[tuple[str, int]]] = {
    "golden": frozenset({("warmth", 1), ("brightness", 1)}),
    "dusk": frozenset({("brightness", -1), ("gloom", 1)}),
    "night": frozenset({("brightness", -1), ("warmth", -1)}),
    "cinematic": frozenset({("gloom", 1), ("drama", 1)}),
    "vintage": frozenset({("fading", 1), ("warmth", 1)}),
    "film": frozenset({("fading", 1)}),
    "vignette": frozenset({("brightness", -1)}),
}
"""What an effect brings with it: "warm golden light" is no second wish."""


def _mood_of_effect(clause: Clause) -> Clause:
    effects = clause.all(Kind.EFFECT)
    if len(effects) != 1 or clause.has(Kind.TOO, Kind.NOT, Kind.LESS):
        return clause
    brought = _MOODS.get(effects[0].sense.value, frozenset())
    plain = [
        quality
        for quality in clause.all(Kind.QUALITY)
        if quality.sense.form is Form.PLAIN and (quality.sense.value, quality.sense.sign) in brought
    ]
    is_light = bool(brought) and not clause.has(*_DIRECTIONS)
    lights = [head for head in clause.all(Kind.PROPERTY) if head.sense.value == "brightness" and is_light]
    return without(clause, [*plain, *lights])


_RULES: tuple[Callable[[Clause], Clause], ...] = (
    _one_of_the_same,
    _zone_with_quality,
    _faces_in_some_way,
    _way_of_painting,
    _cutout_on_color,
    _color_of_what,
    _quality_of_property,
    _mood_of_effect,
)


def _one_for_two(clause: Clause, kept: Token, dropped: Token, sense: Sense) -> Clause:
    """The clause with one token of this sense in the place of two."""
    one = Token(f"{kept.text} {dropped.text}", sense)
    tokens = tuple(one if token is kept else token for token in clause.tokens if token is not dropped)
    return Clause(clause.joint, tokens)
