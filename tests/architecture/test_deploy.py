"""What stands in deploy/ is true of the code: it names what exists, and copies all that is needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.site import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"].startswith("freeai")}


def copied() -> list[str]:
    """Return the paths that the image takes over from the checkout."""
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith("COPY ")]


def test_every_service_runs_a_command_of_ours() -> None:
    assert set(OURS) == {"migrate", "web", "worker", "scheduler", "gpu"}
    for service in OURS.values():
        python, manage, command = service["command"].split()[:3]
        assert (python, manage) == ("python", "manage.py")
        assert command in get_commands()


@pytest.mark.parametrize("file", ["compose.yaml", "example.env", "alerts.yaml", "Dockerfile"])
def test_every_variable_is_documented(file: str) -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    named = set(re.findall(r"\bFREEAI_[A-Z0-9_]+|\bDATABASE_URL\b", (DEPLOY / file).read_text()))
    assert [name for name in sorted(named) if f"`{name}`" not in documented] == []


def test_alarms_watch_figures_that_exist() -> None:
    source = (ROOT / "editor" / "metrics.py").read_text()
    watched = set(re.findall(r"freeai_([a-z_]+)", (DEPLOY / "alerts.yaml").read_text()))
    assert watched
    assert [name for name in sorted(watched) if f'"{name}"' not in source] == []


def test_the_image_has_all_that_the_site_needs(tmp_path: Path) -> None:
    for path in copied():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, target)
        else:
            shutil.copy(ROOT / path, target)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FREEAI_", "DJANGO_"))}
    environment = {
        **kept,
        "FREEAI_HOME": str(tmp_path / "home"),
        "FREEAI_BEHIND_TLS": "yes",
        "FREEAI_SECRET_KEY": "0123456789" * 6,
        "FREEAI_SUPPORT_EMAIL": "help@pictures.example",
    }
    for command in (["migrate", "-v0"], ["check", "--deploy"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    # What is left to say is what only the operator can know.
    assert set(re.findall(r"\(([a-z_]+\.[A-Z]\d+)\)", done.stderr)) == {"freeai.W003"}
