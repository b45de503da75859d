"""The forms of German verbs, and separable ones put together again ("hell das Bild auf")."""

from collections.abc import Mapping

_PREFIXES = (
    *(
        "hinzu",
        "heraus",
        "herunter",
        "hoch",
        "runter",
        "rauf",
        "raus",
        "auf",
        "ab",
        "an",
        "aus",
        "ein",
        "nach",
    ),
    *("weg", "frei", "um", "zurueck", "zu", "fest", "weich", "scharf", "durch"),
)


def forms(verbs: Mapping[str, str]) -> dict[str, str]:
    """Imperatives, participles and infinitives with "zu" of every infinitive, with its English."""
    made: dict[str, str] = {}
    for verb, english in verbs.items():
        stem = _stem(verb)
        if not stem:
            continue
        prefix, base = _parted(stem)
        for ending in ("", "e", "t", "et", "st"):
            made.setdefault(stem + ending, english)
        if stem.endswith(("el", "er")):
            made.setdefault(f"{stem[:-2]}{stem[-1]}e", english)
        made.setdefault(f"{prefix}ge{base}t", english)
        if prefix:
            made.setdefault(f"{prefix}zu{verb[len(prefix) :]}", english)
    return made


def separated(verbs: Mapping[str, str]) -> list[list[str]]:
    """Rewrites that bring "hell das Bild auf" back to "aufhellen das Bild"."""
    found: list[list[str]] = []
    for verb in verbs:
        prefix, base = _parted(_stem(verb))
        if prefix:
            said = [base, base + "e", base + "t", base + "et", base + verb[len(prefix + base) :]]
            if base.endswith(("el", "er")):
                said.append(f"{base[:-2]}{base[-1]}e")
            pattern = rf"\b(?:{'|'.join(said)}) ((?:[^,.;!?]{{1,50}}? )??){prefix}(?= |$|[,.;!?])"
            found.append([pattern, rf"{verb} \1"])
    return found


def _stem(verb: str) -> str:
    """The stem of an infinitive, "" for anything else."""
    if verb.endswith(("eln", "ern")) and len(verb) > 5:
        return verb[:-1]
    return verb[:-2] if verb.endswith("en") and len(verb) > 4 else ""


def _parted(stem: str) -> tuple[str, str]:
    for prefix in _PREFIXES:
        if stem.startswith(prefix) and len(stem) - len(prefix) >= 3:
            return prefix, stem[len(prefix) :]
    return "", stem
