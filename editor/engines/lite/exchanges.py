"""The wish to exchange a written word: "change 'SALE' to 'OPEN'", in four languages.

Such a wish quotes what no vocabulary can hold, so it is taken out of the prompt before
the grammar reads the rest. Quotation marks, capitals or a word such as "text" before it
must say which words are meant; every other word around them has to be a known one.
"""

import re
from dataclasses import dataclass

_PAIRS = (
    (r"“", r"[”“]"),
    (r"„", r"[“”]"),
    (r"«", r"»"),
    (r"‹", r"›"),
    (r"「", r"」"),
    (r"『", r"』"),
    (r"《", r"》"),
    (r"‘", r"’"),
    (r'"', r'"'),
    (r"(?<!\w)'", r"'(?!\w)"),
    (r"`", r"`"),
)
_QUOTED = re.compile("|".join(f"{opens}([^\\n]{{1,60}}?){closes}" for opens, closes in _PAIRS))

_CAPITALS = re.compile(
    r"(?<![\w\x02])[A-ZÄÖÜÑ][A-ZÄÖÜÑ0-9&!]+(?:[ -][A-ZÄÖÜÑ0-9][A-ZÄÖÜÑ0-9&!]+)*(?![\w\x03])"
)
_NO_WORDS = frozenset(
    {"PNG", "JPG", "JPEG", "HDR", "RGB", "BW", "B&W", "SW", "OK", "HD", "UHD", "RAW", "SVG"}
)

_TEXT = (
    "text|texts|word|words|lettering|writing|title|headline|caption|inscription|label|sign|name|number|price"
    "|slogan|date|schriftzug|aufschrift|beschriftung|wort|wörter|schrift|schild|titel|überschrift|zahl|preis"
    "|texto|palabra|palabras|letrero|cartel|rótulo|rotulo|título|titulo|número|numero|precio|letras|inscripción"
)
_INTO = "to|with|by|for|into|as|durch|zu|zum|in|mit|gegen|auf|por|a|con|en"
_INTO_CHINESE = "(?:改|换|替换|更换|变|修改|更改)(?:成|为|作)"
_NAMED = re.compile(
    rf"(?i)\b(?:{_TEXT})\b(?: says?| reads?| from| von| de)? (?P<old>[^\x02\x03,.;:]{{1,30}}?)"
    rf" (?P<into>{_INTO}) (?P<new>[^\x02\x03,.;:]{{1,30}}?)"
    r"(?= and (?:make|turn|also|then|increase|reduce|brighten|darken|blur|remove|sharpen|[a-z]+er)\b"
    r"|,| (?:on|in|at|auf|im|am|en) (?:the|dem|der|das|el|la)\b|(?: (?:um|aus|ersetzen|ändern))?[.!?,;]*$)"
)
_NAMED_CHINESE = re.compile(
    rf"(?P<before>(?:文字|字样|单词|字|标题|招牌上的))(?P<old>[^\x02\x03，。的]{{1,20}}?)(?P<into>{_INTO_CHINESE})(?P<new>[^\x02\x03，。]{{1,20}})"
)

_AROUND = frozenset(
    (
        f"{_TEXT}|{_INTO}|change|replace|swap|turn|rewrite|alter|edit|switch|substitute|correct|make|set|write"
        "|put|update|exchange|convert|modify|please|can|could|would|you|i|want|need|the|that|this|it|its|a|an"
        "|of|on|in|at|from|so|is|be|to|should|must|say|says|saying|read|reads|reading|there|where|instead"
        "|place|rather|than|my|your|all|every|picture|photo|image|poster|shirt|door|wall|board|shop|store"
        "|window|billboard|banner|box|bottle|book|cover|t-shirt|mug|cup|card|screen|menu|plate|bitte|ersetze"
        "|ersetzen|ändere|aendere|ändern|tausche|tauschen|austauschen|mach|mache|machen|schreib|schreibe"
        "|schreiben|wandle|aus|um|soll|sollte|stehen|steht|werden|wird|den|das|die|der|dem|statt|anstatt"
        "|anstelle|von|es|da|dort|dass|im|am|bild|foto|auf|plakat|kannst|du|könntest|ich|möchte|wo|heißen"
        "|cambia|cambiar|cambie|reemplaza|reemplazar|sustituye|sustituir|convierte|modifica|pon|poner|escribe"
        "|escribir|que|diga|dice|ponga|vez|lugar|donde|el|la|los|las|del|de|por|favor|foto|imagen|puedes"
        "|podrías|quiero|pancarta|puerta|haz|y"
    ).split("|")
)
_AROUND_CHINESE = re.compile(
    r"请|帮我|把|将|给我|用|的|上|里|中|图|图片|照片|画面|招牌|牌子|海报|文字|字样|单词|字|标题|写着|这个|那个|而不是|代替|取代|替换"
    rf"|{_INTO_CHINESE}|成|为|改|换|一下|，|。"
)
_NEW_FIRST = re.compile(
    r"(?i)\b(?:instead of|rather than|in place of|statt|anstatt|anstelle|en vez de|en lugar de)\b"
    r"|而不是|代替|取代|^替换$"
)
_OLD_FIRST = re.compile(
    rf"(?i)^(?:\W*\b(?:{_TEXT}|the|it|says?|should|must|now|so|that|reads?|soll|sollte|da|dort|el|la|pon|write|put|schreib\w*|escribe|que|diga|{_INTO})\b)*\W*$"
    rf"|^{_INTO_CHINESE}(?:文字|字样)?$"
)
_VERBS = re.compile(
    r"(?i)\b(?:change|replac|swap|turn|rewrit|alter|edit|switch|substitut|correct|make|write|updat|exchang|convert|modif|put"
    r"|should|must|says?\b|ersetz|änder|aender|tausch|mach|schreib|wandl|soll|cambi|reemplaz|sustitu|conviert|modific|escrib|pon\b|diga|statt|instead)"
    r"|改|换|替|代"
)


_PARTS = re.compile(
    r"(?P<before>[^\x02\x03]*)\x02(?P<a>[^\x03]*)\x03(?P<between>[^\x02]*)\x02(?P<b>[^\x03]*)\x03"
    r"(?P<after>.*)",
    re.DOTALL,
)
_NO_TEXT = re.compile(
    r"(?i)(?:the |a |an )?(?:colou?r|size|font|style|type|farbe|größe|schriftart|color|tamaño|fuente)s?"
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The written word, and what shall stand in its place."""

    old: str
    new: str


def taken_out(prompt: str) -> tuple[str, Exchange | None]:
    """The prompt without its exchange of words, and the exchange, if it holds exactly one."""
    marked = _marked(prompt)
    if marked.count("\x02") != 2:
        return prompt, None
    parts = _PARTS.fullmatch(marked)
    if parts is None:
        return prompt, None
    lead, before = _split_before(parts["before"])
    after, rest = _split_after(parts["after"])
    around = f"{before} {parts['between']} {after}"
    if not (_VERBS.search(around) and all(_is_known(part) for part in (before, parts["between"], after))):
        return prompt, None
    first, second = parts["a"].strip(), parts["b"].strip()
    turned = _NEW_FIRST.search(parts["between"])
    if (
        not (turned or _OLD_FIRST.search(parts["between"].strip()))
        or not (first and second)
        or first == second
    ):
        return prompt, None
    exchange = Exchange(second, first) if turned else Exchange(first, second)
    return f"{lead} {rest}".strip(), exchange


def _marked(prompt: str) -> str:
    """The prompt with the words that are meant between \\x02 and \\x03."""
    marked = _QUOTED.sub(lambda m: f"\x02{next(g for g in m.groups() if g is not None)}\x03", prompt)
    if "\x02" not in marked:
        for pattern in (_NAMED, _NAMED_CHINESE):
            found = pattern.search(marked)
            if found and not _NO_TEXT.fullmatch(found["old"]):
                old, new = found.span("old"), found.span("new")
                return (
                    f"{marked[: old[0]]}\x02{marked[slice(*old)]}\x03{marked[old[1] : new[0]]}"
                    f"\x02{marked[slice(*new)]}\x03{marked[new[1] :]}"
                )
    if marked.count("\x02") < 2 and not prompt.isupper():
        marked = _CAPITALS.sub(lambda m: m[0] if m[0] in _NO_WORDS else f"\x02{m[0]}\x03", marked)
    return marked


def _is_known(part: str) -> bool:
    if re.search(r"[\u3400-\u9fff]", part):
        return not _AROUND_CHINESE.sub("", part).strip()
    return all(word.casefold() in _AROUND for word in re.findall(r"[^\W_]+(?:-[^\W_]+)*", part))


def _split_before(text: str) -> tuple[str, str]:
    """What stands before the exchange: other wishes, and its own first words."""
    cut = [m.end() for m in re.finditer(r"(?i)[,;.]\s+|\b(?:and|und|y)\b\s+|，|并且?|然后", text)]
    for place in [0, *cut]:
        if _is_known(text[place:]):
            return re.sub(r"(?i)(?:\b(?:and|und|y)\b|[,;，并然后])\s*$", "", text[:place].strip()), text[
                place:
            ]
    return "", text


def _split_after(text: str) -> tuple[str, str]:
    for found in re.finditer(r"(?i)[,;.]\s+|\s+\b(?:and|und|y|then)\b\s+|，|并且?|然后", text):
        if _is_known(text[: found.start()]):
            return text[: found.start()], text[found.end() :]
    return text, ""
