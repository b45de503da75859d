"""Words for the styles that the optional style network knows."""

from collections.abc import Iterator

from editor.engines.lite.senses import Kind, Sense
from editor.engines.lite.vocabulary.lists import listed

ARTISTS = {
    "Van Gogh": """
        van gogh, vincent van gogh, van goghs, van gogh's, like starry night, like the starry night,
        in the style of starry night, in the style of the starry night, starry night style, as the starry
        night, post impressionist, post impressionism, vangogh
    """,
    "impressionist": """
        impressionist, impressionistic, impressionism, monet, claude monet, monets, monet's, renoir
    """,
    "expressionist": """
        expressionist, expressionistic, expressionism, munch, edvard munch, like the scream, in the
        style of the scream, kirchner, munch's
    """,
    "ukiyo-e": """
        ukiyo e, ukiyoe, hokusai, hiroshige, like the great wave, in the style of the great wave,
        japanese woodblock,
        japanese woodblock print, japanese woodcut, japanese print, woodblock print, hokusai's
    """,
    "pop art": "pop art, popart, lichtenstein, roy lichtenstein, warhol, andy warhol",
    "candy": "candy coloured, candy colored, candy colours, candy colors, candy colour, candy color,"
    " candy style, in the candy style",
    "woodcut": "woodcut, wood cut, engraving, etching, engraved, etched, linocut, woodcut print, copperplate",
    "fauvist": "fauvist, fauvism, fauve, matisse, henri matisse, franz marc, derain, wild colours, matisse's",
    "crayon": """
        crayon drawing, crayon style, in crayon, in crayons, with crayons, drawn with crayons, wax
        crayon drawing,
        in wax crayon, in coloured pencil, in colored pencil, in coloured pencils, in colored pencils,
        with coloured pencils, with colored pencils, coloured pencil drawing, colored pencil drawing,
        like crayon,
        as a crayon
    """,
    "red chalk": "red chalk, sanguine, red chalk drawing",
    "fresco": "fresco, fresco painting, as a mural, like a mural, like a fresco, as a wall painting",
}
"""By the style's name; each may be followed by "painting" and the like, or said as "a painting by …"."""

_PAINTINGS = ("painting", "print", "artwork", "picture", "drawing", "canvas")


def styles() -> Iterator[tuple[str, Sense]]:
    """Every phrase for a style."""
    for style, words in ARTISTS.items():
        for word in listed(words):
            sense = Sense(Kind.EFFECT, "style", color=style)
            yield word, sense
            for sort in _PAINTINGS:
                yield f"{word} {sort}", sense
                yield f"{sort} by {word}", sense
