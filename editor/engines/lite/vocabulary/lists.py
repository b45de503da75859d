"""Lists of words as they are written in the vocabularies: one string, commas between."""


def listed(text: str) -> list[str]:
    """The phrases of a list, with single blanks."""
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]
