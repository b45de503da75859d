"""Settings read from the environment: odd values stop the start, secrets stay secret."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.checks import run_checks
from django.utils import timezone

from freeai import env
from freeai.common import ids


def test_absent_and_empty_mean_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEAI_EMPTY", "")
    for name in ("FREEAI_ABSENT", "FREEAI_EMPTY"):
        assert env.text(name, "a") == "a"
        assert env.integer(name, 7) == 7
        assert env.flag(name, default=True)
        assert env.words(name, "a, b,") == ["a", "b"]


@pytest.mark.parametrize(("written", "meant"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_yes_and_no(monkeypatch: pytest.MonkeyPatch, written: str, meant: bool) -> None:
    monkeypatch.setenv("FREEAI_X", written)
    assert env.flag("FREEAI_X", default=not meant) is meant


def test_odd_values_stop_the_start_and_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEAI_X", "hunter2")
    reads: list[Callable[[], object]] = [
        lambda: env.integer("FREEAI_X", 1),
        lambda: env.flag("FREEAI_X", default=True),
    ]
    for read in reads:
        with pytest.raises(env.BadEnvironment) as stopped:
            read()
        assert "FREEAI_X" in str(stopped.value)
        assert "hunter2" not in str(stopped.value)
    monkeypatch.setenv("FREEAI_X", "0")
    with pytest.raises(env.BadEnvironment, match="at least 1"):
        env.integer("FREEAI_X", 5, least=1)


def test_a_secret_is_made_once_and_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets" / "one"
    made = env.secret("FREEAI_X", kept_in=file)
    assert len(made) > 40
    assert env.secret("FREEAI_X", kept_in=file) == made
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == ["one"]
    monkeypatch.setenv("FREEAI_X", "given")
    assert env.secret("FREEAI_X", kept_in=file) == "given"


@pytest.mark.parametrize(
    ("changes", "check_id"),
    [
        ({"WORKER_BEAT_SECONDS": 10, "WORKER_SILENT_SECONDS": 15}, "freeai.E001"),
        ({"REQUEST_BYTES_MAX": 1000}, "freeai.E002"),
        ({"SUPPORT_EMAIL": ""}, "freeai.W001"),
    ],
)
def test_impossible_settings_are_told_at_start(
    settings: LazySettings, changes: dict[str, object], check_id: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert check_id in {message.id for message in run_checks(include_deployment_checks=True)}


def test_the_defaults_are_possible() -> None:
    assert [message for message in run_checks() if str(message.id).startswith("freeai")] == []


def test_ids_say_what_they_are_and_sort_by_time() -> None:
    made = [ids.new("edit") for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all(one.startswith("edit_") and len(one) == 31 for one in made)
    assert ids.made_at(made[0]) <= ids.made_at(made[-1])
    assert abs((ids.made_at(made[-1]) - timezone.now()).total_seconds()) < 60
    with pytest.raises(ValueError, match="edit_nobody"):
        ids.made_at("edit_nobody")
