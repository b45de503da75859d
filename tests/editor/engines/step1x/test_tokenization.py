"""How quotes split a prompt into chunks; the recorded prompts prove the rest."""

import pytest

from editor.engines.step1x.text_encoder import split_marks, split_quotes


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("plain", [("plain", False)]),
        ('say "ab" now', [('say "', False), ("a", True), ("b", True), ('" now', False)]),
        ("say “ab” now", [("say “", False), ("a", True), ("b", True), ("” now", False)]),
        ('an "open end', [('an "open end', False)]),
        ('“a" b” c', [("a", True), ('"', True), (" ", True), ("b", True), ("” c", False)]),
        ('x "a“b"', [('x "', False), ("a", True), ("“", True), ("b", True), ('"', False)]),
        ("it's", [("it's", False)]),
        ('""', [('"', False), ('"', False)]),
        ("", []),
    ],
)
def test_each_quoted_character_stands_alone(text: str, chunks: list[tuple[str, bool]]) -> None:
    assert split_quotes(text, 0) == chunks


def test_what_lies_in_the_prefix_is_no_quote() -> None:
    assert split_quotes('a"b" "c"', 5) == [('a"b" "', False), ("c", True), ('"', False)]


def test_the_longest_mark_wins() -> None:
    assert split_marks("a<x>b<x><y>", ["<x><y>", "<x>"]) == ["a", "<x>", "b", "<x><y>"]
