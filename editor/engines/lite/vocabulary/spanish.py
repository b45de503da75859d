"""The forms of Spanish verbs, with the pronouns that hang on them ("aclárala", "súbele")."""

from collections.abc import Mapping

_ENDINGS = {
    "ar": ("a", "e", "as", "es", "en", "ad", "ando", "emos", "ar"),
    "er": ("e", "a", "es", "as", "an", "ed", "iendo", "amos", "er"),
    "ir": ("e", "a", "es", "as", "an", "id", "iendo", "amos", "ir"),
}
_SPELT = {"c": "qu", "g": "gu", "z": "c"}
"""How the last letter of a stem in -ar is spelt before an e."""

_PRONOUNS = {"lo": "it", "la": "it", "los": "them", "las": "them", "le": "", "les": ""}


def forms(verbs: Mapping[str, str]) -> dict[str, str]:
    """Imperatives, subjunctives and gerunds of every infinitive, alone and with pronouns."""
    conjugated = dict(verbs)
    for verb, english in verbs.items():
        for form in _conjugated(verb):
            conjugated.setdefault(form, english)
    made = dict(conjugated)
    for form, english in conjugated.items():
        for pronoun, meant in _PRONOUNS.items():
            for person in ("", "me", "nos", "se"):
                made.setdefault(form + person + pronoun, f"{english} {meant}".strip())
        made.setdefault(form + "me", english)
    return made


def _conjugated(verb: str) -> list[str]:
    endings = _ENDINGS.get(verb[-2:], ())
    stem, spoken = verb[:-2], verb[:-2]
    if verb.endswith("ar") and stem[-1:] in _SPELT:
        spoken = stem[:-1] + _SPELT[stem[-1]]
    return [(spoken if ending[0] == "e" and verb.endswith("ar") else stem) + ending for ending in endings]
