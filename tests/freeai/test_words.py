"""Every sentence of the pages is there in every language, and what is compiled is what is written."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import to_locale

ROOT = Path(__file__).resolve().parent.parent.parent
OTHERS = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]
PLACES = re.compile(r"%\(\w+\)[sd]|<[^>]+>|&\w+;")


def files() -> list[tuple[str, str]]:
    return [(locale, domain) for locale in OTHERS for domain in ("django", "djangojs")]


@pytest.mark.parametrize(("locale", "domain"), files())
def test_nothing_is_left_untranslated_and_every_place_is_kept(locale: str, domain: str) -> None:
    written = polib.pofile(str(ROOT / "locale" / locale / "LC_MESSAGES" / f"{domain}.po"))
    assert len(written) > 50
    assert [entry.msgid for entry in written if not entry.translated() or entry.fuzzy] == []
    for entry in written:
        for words in entry.msgstr_plural.values() or [entry.msgstr]:
            asked = set(PLACES.findall(entry.msgid_plural or entry.msgid))
            assert set(PLACES.findall(words)) <= asked | set(PLACES.findall(entry.msgid)), entry.msgid
            if not entry.msgid_plural:
                assert set(PLACES.findall(words)) == asked, entry.msgid


@pytest.mark.parametrize(("locale", "domain"), files())
def test_what_is_compiled_is_what_is_written(locale: str, domain: str) -> None:
    folder = ROOT / "locale" / locale / "LC_MESSAGES"
    written, compiled = polib.pofile(str(folder / f"{domain}.po")), polib.mofile(str(folder / f"{domain}.mo"))
    assert {entry.msgid: entry.msgstr or entry.msgstr_plural for entry in written} == {
        entry.msgid: entry.msgstr or entry.msgstr_plural for entry in compiled
    }


def test_the_three_languages_know_the_same_sentences() -> None:
    known = {
        locale: {
            entry.msgid
            for domain in ("django", "djangojs")
            for entry in polib.pofile(str(ROOT / "locale" / locale / "LC_MESSAGES" / f"{domain}.po"))
        }
        for locale in OTHERS
    }
    first, *others = known.values()
    assert all(other == first for other in others)
