"""Nothing is fixed to one checkpoint: random sizes and options, end to end, through the command line."""

import json
import random
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from editor.engines.step1x import __main__ as alone
from editor.engines.step1x.__main__ import main
from editor.engines.step1x.config import Step1XConfig
from tests import pictures
from tests.editor.engines.step1x import tiny

VAES: list[dict[str, Any]] = [
    {},
    {"scaling_factor": 0.7, "shift_factor": 0.0, "layers_per_block": 2},
    {"block_out_channels": (8, 16, 16), "shift_factor": None},
    {"latent_channels": 8, "use_quant_conv": True, "use_post_quant_conv": True, "norm_num_groups": 2},
]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(pictures.photo(90, 62)).save(path)
    return path


def run(photo: Path, weights: Path, *more: str) -> tuple[int, Path]:
    out = photo.with_name("out.png")
    words = ["--weights", str(weights), "-o", str(out), "--device", "cpu", "--dtype", "float32"]
    return main([str(photo), 'write "HI" on it!', *words, "--steps", "2", "--size-level", "96", *more]), out


@pytest.fixture(scope="module")
def loud(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint whose guidance branches differ by more than 1, where the norm trick sets in."""
    folder = Path(shutil.copytree(checkpoint, tmp_path_factory.mktemp("loud") / "tiny"))
    for file in (folder / "transformer").glob("*.safetensors"):
        loud = {name: 20 * one if "proj_out" in name else one for name, one in load_file(file).items()}
        save_file(loud, file)
    return folder


@pytest.mark.parametrize("number", range(6))
def test_a_checkpoint_of_any_sizes_edits_a_picture(
    tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    dice = random.Random(number)
    config, vae = tiny.any_sizes(dice), VAES[number % len(VAES)]
    config["in_channels"] = 4 * int(vae.get("latent_channels", 16))
    if config.get("out_channels"):
        config["out_channels"] = config["in_channels"]
    folder = tiny.build(tmp_path / "any", transformer=config, vae=vae, shards=dice.randint(1, 4))
    results = []
    for raw in (["--raw"], []):
        status, out = run(photo, folder, *raw)
        told = json.loads(capsys.readouterr().out)
        assert status == 0
        assert told["size"] == [90, 62]
        results.append(np.asarray(Image.open(out)))
        assert results[-1].shape == (62, 90, 3)
    assert not np.array_equal(results[0], results[1])


@pytest.mark.parametrize(
    ("flags", "is_other"),
    [
        (["--seed", "1"], True),
        (["--steps", "3"], True),
        (["--true-cfg-scale", "1"], True),
        (["--true-cfg-scale", "3.5"], True),
        (["--size-level", "112"], True),
        (["--negative-prompt", "blurry"], True),
        (["--timesteps-truncate", "2000"], True),
        (["--process-norm-power", "0.1"], True),
        (["--preserve", "0.9"], True),
        (["--dtype", "bfloat16"], True),
        (["--no-thinking", "--no-reflection"], False),
        (["--memory", "model"], False),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_flag_of_the_command_line_is_heard(
    loud: Path, photo: Path, flags: list[str], *, is_other: bool
) -> None:
    pictures_ = []
    for words in ([], flags):
        status, out = run(photo, loud, "--raw", *words)
        assert status == 0
        pictures_.append(np.asarray(Image.open(out)))
    assert np.array_equal(pictures_[0], pictures_[1]) is not is_other


def test_thinking_reflection_and_a_mask_through_the_command_line(
    checkpoint: Path, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        alone, "Step1XConfig", partial(Step1XConfig, thinker_calls_max=7, thinker_tokens_max=8)
    )
    mask = Image.new("L", (90, 62))
    mask.paste(255, (45, 0, 90, 62))
    mask.save(file := photo.with_name("mask.png"))
    status, out = run(photo, checkpoint, "--thinking", "--reflection", "--mask", str(file))
    told = json.loads(capsys.readouterr().out)
    assert status == 0
    assert "rewritten_prompt" in told["reasoning"]
    assert {"loading", "thinking", "editing", "checking", "framing"} == set(told["seconds"])
    edited, source = np.asarray(Image.open(out)), np.asarray(Image.open(photo))
    assert np.array_equal(edited[:, :45], source[:, :45])
    assert not np.array_equal(edited[:, 45:], source[:, 45:])


def test_alpha_comes_back_in_the_frame_and_is_dropped_as_published(checkpoint: Path, photo: Path) -> None:
    image = Image.open(photo)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(photo)
    framed, raw = (np.asarray(Image.open(run(photo, checkpoint, *words)[1])) for words in ([], ["--raw"]))
    assert np.array_equal(framed[..., 3], np.asarray(image.getchannel("A")))
    assert raw.shape == (62, 90, 3)


def test_words_may_lie_with_the_text_encoder_only(checkpoint: Path, photo: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "other"))
    before = np.asarray(Image.open(run(photo, checkpoint, "--raw")[1]))
    for file in (folder / "processor").iterdir():
        shutil.move(file, folder / "text_encoder" / file.name)
    (folder / "processor").rmdir()
    assert np.array_equal(np.asarray(Image.open(run(photo, folder, "--raw")[1])), before)
