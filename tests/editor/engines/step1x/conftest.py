"""A checkpoint that is built on the spot, and pipelines on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from editor.engines.step1x import weights
from editor.engines.step1x.config import Step1XConfig
from editor.engines.step1x.engine import Step1XEngine
from editor.engines.step1x.pipeline import Step1XPipeline
from tests.editor.engines.step1x import tiny


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """One thread: these models are so small that more only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("step1x") / "tiny")


@pytest.fixture(scope="session")
def engine(checkpoint: Path) -> Step1XEngine:
    return Step1XEngine(
        Step1XConfig(weights=str(checkpoint), dtype="float32", thinker_calls_max=6, thinker_tokens_max=8)
    )


def pipeline(folder: Path, **options: object) -> Step1XPipeline:
    """Load a pipeline in float32 with these options."""
    config = Step1XConfig(weights=str(folder), dtype="float32", **options)  # type: ignore[arg-type]
    return Step1XPipeline(weights.load(folder, dtype="float32"), config)
