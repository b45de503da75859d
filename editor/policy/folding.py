"""One spelling for what may be written in many: the texts that a prompt can be read as.

Case, accents, full-width and zero-width characters, letters of other alphabets that look Latin,
digits that stand for letters, letters stretched or spaced apart. Word lists go through `fold` too,
so that both sides agree. Nothing here knows what a word means.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

_DROPPED = {
    *range(0x0300, 0x0370),  # accents
    *range(0x064B, 0x0653),  # Arabic vowel signs
    0x0640,  # the Arabic lengthening stroke
    0x0670,
    0x093C,  # the dot under letters, which Hindi and Bengali write or leave out
    0x09BC,
    0x20E3,
    *range(0xFE00, 0xFE10),
}
_SAME = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ی": "ي",
        "ے": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ک": "ك",
        "ؤ": "و",
        "ئ": "ي",
        "’": "'",
        "‘": "'",
        "`": "'",
        "ł": "l",
        "ø": "o",
        "ı": "i",
        "đ": "d",
        "œ": "oe",
        "æ": "ae",
    }
)
_LOOKS_LATIN = str.maketrans(
    {
        **dict(zip("абвгԁеѕіїјкӏмнорԛгѕтуѵԝхһсүԍ", "abbrdesiijklmhopqrstyvwxhcyg", strict=True)),
        **dict(zip("αβεικμνορτυχωγη", "abeikmvoptuxwyn", strict=True)),
        **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)),
        **dict(zip("ɑɡⅼ∂ƒɩʀ", "agldfir", strict=True)),
    }
)
_LEET = str.maketrans("0345789@$€", "oeastbgase")
_LEET_CYRILLIC = (str.maketrans("034@6", "оеааб"), str.maketrans("034@6", "озчаб"))
_CYRILLIC = re.compile(r"[\u0430-\u0451]")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_LETTERED = re.compile(r"[^\W\d_]")
_CODED = re.compile(r"[\w@$€!|+]+")
_SPACED = re.compile(r"(?<!\w)(?:\w[\s.\-_*·|/]{1,3}){3,}\w(?!\w)")


def fold(text: str) -> str:
    """Return the plain spelling of a text: NFKC, no case, no accents, nothing invisible."""
    # NFKC would make a plain c of the circled one, which is a copyright sign.
    wide = unicodedata.normalize("NFKC", text.replace("ⓒ", "©").replace("Ⓒ", "©")).casefold()
    parts = unicodedata.normalize("NFD", wide)
    # Invisible characters join what they split; they are format characters, all but the soft hyphen's kin.
    kept = (char for char in parts if ord(char) not in _DROPPED and unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", "".join(kept)).translate(_SAME)


def readings(prompt: str) -> list[str]:
    """Return every text the prompt may be meant as, the plain one first; no text twice."""
    plain = fold(prompt)
    short = _STRETCHED.sub(r"\1", plain)
    latin = _as_latin(short)
    found = [plain, short, latin]
    found += [_CODED.sub(_decoder(one), latin) for one in ("i", "l")]
    if _CYRILLIC.search(short):
        found += [_CODED.sub(_decoder_cyrillic(signs), short) for signs in _LEET_CYRILLIC]
    found += [_SPACED.sub(_joined, text) for text in found[1:]]
    return list(dict.fromkeys(found))


def run_together(text: str) -> str:
    """Return the text with nothing between its letters, for words that were split to hide them."""
    return "".join(char for char in text if char.isalnum())


def is_spaced_apart(text: str) -> bool:
    """Tell whether a word, or all words, are spelt letter by letter."""
    return _SPACED.search(text) is not None


def _as_latin(text: str) -> str:
    return text.translate(_LOOKS_LATIN)


def _decoder(one: str) -> Callable[[re.Match[str]], str]:
    """Return what reads digits and signs inside a word as letters, the digit one as `one`."""
    signs = str.maketrans("1!|+6", f"{one}{one}{one}tb")

    def decoded(found: re.Match[str]) -> str:
        word = found[0]
        if not _LETTERED.search(word) or word.isalpha():
            return word  # a number stays a number
        core = word.rstrip("!|+") if word[:-1].isalpha() else word
        return core.translate(_LEET).translate(signs) + word[len(core) :]

    return decoded


def _decoder_cyrillic(signs: Mapping[int, int]) -> Callable[[re.Match[str]], str]:
    """Return what reads digits inside a word of Cyrillic letters as such letters."""
    return lambda found: found[0].translate(signs) if _CYRILLIC.search(found[0]) else found[0]


def _joined(letters: re.Match[str]) -> str:
    return run_together(letters[0])
