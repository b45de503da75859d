"""Turns of English phrase, put more plainly before they are read word by word."""

import re
import tomllib
from functools import cache
from pathlib import Path


def plainer(prompt: str) -> str:
    """The prompt with the turns that english.toml lists put more plainly."""
    for pattern, plain in _turns():
        prompt = pattern.sub(plain, prompt)
    return prompt


@cache
def _turns() -> tuple[tuple[re.Pattern[str], str], ...]:
    table = tomllib.loads((Path(__file__).parent / "english.toml").read_text(encoding="utf-8"))
    turns = []
    for pattern, plain in table["rewrites"]:
        spelt = pattern
        for name, meant in table["names"].items():
            spelt = spelt.replace(f"{{{name}}}", meant)
        turns.append((re.compile(f"(?i){spelt}"), plain))
    return tuple(turns)
