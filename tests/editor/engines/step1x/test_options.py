"""Options that promise the same picture keep it; the others change it a little. On other sizes too."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from editor.engines.diffusion.placement import CannotPlace
from editor.engines.step1x.cards import is_modulation
from editor.engines.step1x.config import Sampling
from editor.engines.step1x.pipeline import Step1XPipeline
from tests import pictures
from tests.editor.engines.step1x import tiny
from tests.editor.engines.step1x.conftest import pipeline

PHOTO = Image.fromarray(pictures.photo(90, 66))
PLAIN = {"precompute_modulations": False, "trim_last_block": False, "hoist": False, "cache_embeds": 0}


def latents(pipe: Step1XPipeline, prompt: str = 'write "HI" on it') -> NDArray[np.float32]:
    dials = Sampling(num_inference_steps=3, size_level=96)
    size = (96, 80)
    with torch.no_grad(), pipe._kernels():
        texts = pipe.encode_prompt(PHOTO, [prompt, ""], size)
        job = pipe.prepare_latents(PHOTO, size, torch.Generator("cpu").manual_seed(3))
        *_, out = pipe.steps(job, texts, dials)
    return out.numpy()


@pytest.fixture(scope="module")
def plain(checkpoint: Path) -> NDArray[np.float32]:
    return latents(pipeline(checkpoint, **PLAIN))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {**PLAIN, "precompute_modulations": True},
        {**PLAIN, "trim_last_block": True},
        {**PLAIN, "hoist": True},
        {**PLAIN, "cache_embeds": 8},
        {**PLAIN, "memory": "model"},
        {**PLAIN, "memory": "group"},
        {**PLAIN, "attention_backend": "native"},
        {"memory": "group"},
        {"guidance_device": "cpu"},
        {"guidance_device": "cpu", "precompute_modulations": True, "memory": "model"},
    ],
    ids=str,
)
def test_lossless_options_make_the_same_picture(
    checkpoint: Path, plain: NDArray[np.float32], options: dict[str, object]
) -> None:
    assert float(np.abs(latents(pipeline(checkpoint, **options)) - plain).max()) < 1e-4


def test_a_tight_first_block_cache_changes_nothing_and_a_loose_one_little(
    checkpoint: Path, plain: NDArray[np.float32]
) -> None:
    tight = latents(pipeline(checkpoint, first_block_cache=1e-9))
    assert float(np.abs(tight - plain).max()) < 1e-4
    loose = pipeline(checkpoint, first_block_cache=10.0)
    first = latents(loose)
    assert float(np.abs(first - plain).max()) > 1e-4
    assert np.array_equal(latents(loose), first)  # nothing of one edit is left for the next


def test_the_first_block_cache_keeps_the_branches_apart_on_two_devices_too(checkpoint: Path) -> None:
    one, two = (
        latents(pipeline(checkpoint, first_block_cache=10.0, guidance_device=other)) for other in ("", "cpu")
    )
    assert float(np.abs(one - two).max()) < 1e-4


@pytest.mark.parametrize("memory", ["resident", "model", "group"])
def test_weights_in_8_bits_change_the_picture_a_little(
    checkpoint: Path, plain: NDArray[np.float32], memory: str
) -> None:
    out = latents(pipeline(checkpoint, weight_format="int8", memory=memory))
    assert 1e-4 < float(np.abs(out - plain).max()) < 0.05 * float(np.abs(plain).max())


def test_what_the_machine_cannot_do_is_said(checkpoint: Path) -> None:
    with pytest.raises(CannotPlace, match="int8 does not"):
        pipeline(checkpoint, weight_format="fp8")


def test_precomputed_modulations_leave_weights_off_the_device(checkpoint: Path) -> None:
    whole, light = (
        pipeline(checkpoint, precompute_modulations=choice).cards[0].transformer for choice in (False, True)
    )
    modulations = sum(one.numel() for name, one in whole.named_parameters() if is_modulation(name))
    assert modulations > 0
    assert light.num_parameters() + modulations == whole.num_parameters()


def test_a_checkpoint_without_text_mapping_and_with_one_shard_works(tmp_path: Path) -> None:
    folder = tiny.build(
        tmp_path / "other", mapping=False, shards=1, transformer=tiny.sizes(mapping=False, layers=2, heads=2)
    )
    out = latents(pipeline(folder))
    assert np.isfinite(out).all()


def test_quoted_letters_reach_the_transformer_only_through_the_mapping(checkpoint: Path) -> None:
    pipe = pipeline(checkpoint)
    assert float(np.abs(latents(pipe) - latents(pipe, "write 'HI' on it")).max()) > 1e-4
