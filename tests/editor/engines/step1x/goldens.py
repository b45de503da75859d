"""The recorded stages of the published pipeline, where a checkout has them beside it.

They are found by FREEAI_TEST_GOLDENS, or in ../shared/step1x/goldens. Without them the tests that
compare say so in one line; in CI that is a failure.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]
FOLDER = Path(os.environ.get("FREEAI_TEST_GOLDENS") or ROOT.parent / "shared" / "step1x" / "goldens")

needed = pytest.mark.skipif(
    not FOLDER.is_dir() and not os.environ.get("CI"), reason="no recorded stages: FREEAI_TEST_GOLDENS"
)


def cases(kind: str) -> list[Path]:
    """Return the folders of one kind of case; one that is missing on purpose if there are none."""
    return sorted(path for path in (FOLDER / kind).glob("*") if path.is_dir()) or [FOLDER / kind / "missing"]


def facts(case: Path, name: str = "case.json") -> dict[str, Any]:
    return json.loads((case / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def checkpoint(name: str) -> Path:
    return FOLDER / "ckpt" / name


def published_prompts() -> dict[str, Any]:
    """Return the thinker's published wording in the form of our own file."""
    table = json.loads((FOLDER.parent / "vlm_templates.json").read_text(encoding="utf-8"))
    return {kind: _prompt(table[kind]) for kind in table if isinstance(table[kind], list)}


def _prompt(messages: list[dict[str, Any]]) -> dict[str, Any]:
    content = messages[1]["content"]
    return {
        "images": [part["which"] for part in content if part["type"] == "image"],
        "images_first": content[0]["type"] == "image",
        "system": messages[0]["content"],
        "user": next(part["text"] for part in content if part["type"] == "text"),
    }
