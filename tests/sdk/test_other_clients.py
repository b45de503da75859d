"""The older major of OpenAI's Python SDK, its Node SDKs, and LiteLLM."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from editor.pages import api_docs
from tests import pictures
from tests.sdk.conftest import Door
from tests.site import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
HERE = Path(__file__).resolve().parent
CLIENTS = ROOT / ".venv" / "clients"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_the_major_before_the_newest(door: Door, photo_file: Path, tmp_path: Path) -> None:
    said = run(
        sys.executable,
        HERE / "program.py",
        door.base_url,
        door.key,
        photo_file,
        cwd=tmp_path,
        PYTHONPATH=str(CLIENTS / "openai-2"),
    )
    assert said.startswith("2.")


LITELLM = """
import sys, litellm
answer = litellm.image_edit(
    model="openai/freeai-lite", image=open(sys.argv[3], "rb"), prompt="black and white",
    api_base=sys.argv[1], api_key=sys.argv[2],
)
assert answer.data[0].b64_json, answer
print("done")
"""


@pytest.mark.skipif(
    not (CLIENTS / "litellm").exists() and not os.environ.get("CI"), reason="LiteLLM is installed in CI only"
)
def test_litellm_edits_through_its_openai_provider(door: Door, photo_file: Path, tmp_path: Path) -> None:
    path = str(CLIENTS / "litellm")
    arguments = (door.base_url, door.key, photo_file)
    environment = {"PYTHONPATH": path, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    assert "done" in run(sys.executable, "-c", LITELLM, *arguments, cwd=tmp_path, **environment)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Node's packages, pinned by their hashes, in a folder of their own."""
    folder = tmp_path_factory.mktemp("node")
    for file in (HERE / "node").iterdir():
        shutil.copy(file, folder)
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
    return folder


@pytest.mark.node
@pytest.mark.parametrize("package", ["openai", "openai-6"])
def test_node(door: Door, packages: Path, photo_file: Path, package: str) -> None:
    mask = np.full((200, 320, 4), 255, np.uint8)
    mask[:, :160, 3] = 0
    mask_file = photo_file.with_name("mask.png")
    mask_file.write_bytes(pictures.png(mask))
    said = run("node", "edit.mjs", package, door.base_url, door.key, photo_file, mask_file, cwd=packages)
    assert said.endswith("done")


@pytest.mark.node
def test_the_javascript_of_the_docs_runs_as_it_stands(door: Door, packages: Path, photo_file: Path) -> None:
    shutil.copy(photo_file, packages / "photo.jpg")
    (packages / "snippet.mjs").write_text(api_docs.snippet("mjs", door.site.url, door.key))
    run("node", "snippet.mjs", cwd=packages)
    assert (packages / "edited.jpg").read_bytes()[:2] == b"\xff\xd8"
