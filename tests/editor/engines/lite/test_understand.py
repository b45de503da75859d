"""An instruction is accounted for to its last word, or declined."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from editor.engines.base import NotUnderstood
from editor.engines.lite.plan import WORDINGS, Plan
from editor.engines.lite.understand import check, understand
from tests.editor.engines.lite import table
from tests.editor.engines.lite.table import LANGUAGES

INSTRUCTIONS = LANGUAGES["english"]


def lines(name: str) -> list[Any]:
    """The lines of this name in all languages."""
    return [line for language in LANGUAGES.values() for line in language.get(name, [])]


def operations(plan: Plan) -> str:
    """Operations in order, with the direction of those that have two: "exposure+ sepia"."""
    return " ".join(
        step.operation
        + ("" if WORDINGS[step.operation].least == 0 else "+" if step.amount > 0 else "-")
        + (f"@{step.region}" if step.region else "")
        for step in plan.steps
    )


def amount(prompt: str, *, has_mask: bool = False) -> float:
    """The amount of the only step."""
    (step,) = understand(prompt, has_mask=has_mask).steps
    return step.amount


@pytest.mark.parametrize(("prompt", "expected"), lines("understood"))
def test_a_possible_instruction_is_understood(prompt: str, expected: str) -> None:
    assert operations(understand(prompt, has_mask=False)) == expected


@pytest.mark.parametrize(("prompt", "expected"), lines("understood_painted"))
def test_with_a_painted_mask_things_may_be_named(prompt: str, expected: str) -> None:
    assert operations(understand(prompt, has_mask=True)) == expected


@pytest.mark.parametrize("prompt", lines("declined"))
def test_what_is_impossible_or_unsure_is_declined(prompt: str) -> None:
    with pytest.raises(NotUnderstood, match=r"FreeAI Lite|mask"):
        understand(prompt, has_mask=False)


@pytest.mark.parametrize("prompt", lines("declined_painted"))
def test_a_mask_does_not_make_everything_possible(prompt: str) -> None:
    with pytest.raises(NotUnderstood, match=r"FreeAI Lite|mask"):
        understand(prompt, has_mask=True)


def test_the_table_is_large_and_a_third_of_it_is_impossible() -> None:
    possible = len(lines("understood")) + len(lines("understood_painted"))
    impossible = len(lines("declined")) + len(lines("declined_painted"))
    assert possible + impossible >= 400
    assert impossible * 3 >= possible + impossible
    assert set(LANGUAGES) == {"english", "german", "spanish", "chinese"}


@pytest.mark.parametrize("name", ["held_out", "held_out_second", "held_out_third", "held_out_fourth"])
def test_instructions_once_held_out_stay_understood(name: str) -> None:
    sets = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    understood, possible = 0, 0
    for parts in sets.values():
        for part, some in parts.items():
            for line in some:
                read = _read(line if part.startswith("declined") else line[0], has_mask="painted" in part)
                if part.startswith("declined"):
                    assert read == "", line
                    continue
                possible += 1
                understood += sorted(read.split()) in [sorted(way.split()) for way in line[1].split(" | ")]
    assert understood >= 0.95 * possible


def _read(prompt: str, *, has_mask: bool) -> str:
    """The operations understood, "" where it is declined."""
    try:
        return operations(understand(prompt, has_mask=has_mask))
    except NotUnderstood:
        return ""


@pytest.mark.parametrize(
    "prompts",
    [
        ("a tiny bit brighter", "a bit brighter", "brighter", "much brighter", "extremely bright"),
        ("slightly darker", "darker", "a lot darker", "drastically darker"),
        ("a hint of contrast", "more contrast", "a lot more contrast"),
        ("a little bit warmer", "somewhat warmer", "warmer", "very warm"),
    ],
)
def test_stronger_words_mean_larger_amounts(prompts: tuple[str, ...]) -> None:
    amounts = [abs(amount(prompt)) for prompt in prompts]
    assert amounts == sorted(amounts)
    assert len(set(amounts)) == len(amounts)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("brighter by 30 %", 0.3),
        ("15% more contrast", 0.15),
        ("reduce the saturation by 40 percent", -0.4),
        ("contrast -10%", -0.1),
        ("twice as bright", 1.0),
        ("half the contrast", -0.5),
        ("twice as dark", -0.5),
        ("70% sepia", 0.7),
    ],
)
def test_numbers_are_taken_at_their_word(prompt: str, expected: float) -> None:
    assert amount(prompt) == pytest.approx(expected)


def test_an_afterthought_weakens_what_came_before() -> None:
    assert amount("warmer, but not too much") == pytest.approx(amount("warmer") / 2)


def test_a_number_at_the_end_of_a_list_is_for_the_whole_list() -> None:
    steps = understand("increase the brightness and contrast by 20%", has_mask=False).steps
    assert [step.amount for step in steps] == [0.2, 0.2]


def test_the_plan_is_told_in_plain_words() -> None:
    assert check("a bit warmer and 10% brighter", has_mask=False) == "warmer +15 %, brighter +10 %"
    assert check("cooler, in black and white", has_mask=False) == "black and white, cooler −30 %"
    assert check("make the dress dark red", has_mask=True) == "recoloured dark red"


def test_a_refusal_names_the_word_and_what_works() -> None:
    with pytest.raises(NotUnderstood, match=r"“qzx”.*It can change light and colour"):
        check("make it qzx", has_mask=False)
    with pytest.raises(NotUnderstood, match=r"cannot add “a dog”"):
        check("add a dog", has_mask=False)
    with pytest.raises(NotUnderstood, match=r"cannot find “the car”.*mask"):
        check("make the car darker", has_mask=False)
    with pytest.raises(NotUnderstood, match=r"a red tint"):
        check("make it red", has_mask=False)


@pytest.mark.parametrize(
    "word", ["print", "older", "carton", "bolder", "stretch", "contract", "nose", "worm"]
)
def test_real_words_are_not_taken_for_misspelt_ones(word: str) -> None:
    with pytest.raises(NotUnderstood):
        understand(f"make it {word}", has_mask=False)


@pytest.mark.parametrize("prompt", [p for p in INSTRUCTIONS["understood"] if "reword" not in p[1]][::3])
def test_an_unknown_word_anywhere_makes_it_decline(prompt: list[str]) -> None:
    words = prompt[0].split()
    for place in range(len(words) + 1):
        with pytest.raises(NotUnderstood):
            understand(" ".join([*words[:place], "zorptle", *words[place:]]), has_mask=False)


def test_understanding_loads_neither_numpy_nor_opencv() -> None:
    code = (
        "import sys; from editor.engines.lite.understand import check;"
        "assert check('warmer', has_mask=False) == 'warmer +30 %';"
        "print(sorted({'numpy', 'cv2', 'PIL'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_table_in_the_docs_is_fresh() -> None:
    document = table.DOCUMENT.read_text(encoding="utf-8")
    assert table.written(document) == document
