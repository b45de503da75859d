"""The table of instructions in docs/lite.md, written anew by `python -m tests.editor.engines.lite.table`."""

import tomllib
from pathlib import Path
from typing import Any

from editor.engines.base import NotUnderstood
from editor.engines.lite.understand import check

DOCUMENT = Path(__file__).parents[4] / "docs" / "lite.md"
START, END = "<!-- instructions -->", "<!-- /instructions -->"

LANGUAGES: dict[str, dict[str, list[Any]]] = tomllib.loads(
    (Path(__file__).parent / "instructions.toml").read_text(encoding="utf-8")
)


def table() -> str:
    """Every instruction of the file with what it is understood as; declined ones say so."""
    rows = ["| | mask | instruction | understood as |", "|---|---|---|---|"]
    for language, parts in LANGUAGES.items():
        for part, lines in parts.items():
            has_mask = part.endswith("painted")
            for line in lines:
                prompt = line if isinstance(line, str) else line[0]
                rows.append(
                    f"| {language} | {'yes' if has_mask else ''} | {prompt} | {_told(prompt, has_mask)} |"
                )
    return "\n".join(rows)


def _told(prompt: str, has_mask: bool) -> str:
    try:
        return check(prompt, has_mask=has_mask)
    except NotUnderstood:
        return "*declined*"


def written(document: str) -> str:
    """The document with a fresh table between its marks."""
    head, _, rest = document.partition(START)
    _, _, tail = rest.partition(END)
    return f"{head}{START}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
