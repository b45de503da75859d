"""Every recorded stage of the published pipeline, within the tolerances of its README."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from editor.engines.step1x import preprocess, sampling
from editor.engines.step1x.__main__ import main
from editor.engines.step1x.config import EDIT_PREFIX, ENCODER_PIXELS, Sampling
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.text_encoder import encode, render_edit, tokenize
from tests.editor.engines.step1x import goldens
from tests.editor.engines.step1x.conftest import pipeline

pytestmark = goldens.needed
EDITS = pytest.mark.parametrize("case", goldens.cases("edits"), ids=lambda path: path.name)
_pipelines: dict[str, Step1XPipeline] = {}


def loaded(name: str) -> Step1XPipeline:
    if name not in _pipelines:
        _pipelines[name] = pipeline(goldens.checkpoint(name))
    return _pipelines[name]


def close(ours: Tensor, recorded: Tensor, tolerance: float) -> None:
    assert ours.shape == recorded.shape
    assert float((ours.double() - recorded.double()).abs().max()) <= tolerance


def dials(facts: dict[str, float]) -> Sampling:
    return Sampling(
        num_inference_steps=int(facts["steps"]),
        true_cfg_scale=facts["true_cfg_scale"],
        size_level=int(facts["size_level"]),
        negative_prompt=str(facts.get("negative_prompt") or ""),
        timesteps_truncate=facts.get("timesteps_truncate", 0.93),
        process_norm_power=facts.get("process_norm_power", 0.4),
    )


@EDITS
def test_pictures_and_words_reach_the_model_as_recorded(case: Path) -> None:
    facts, stages = goldens.facts(case), load_file(case / "stages.safetensors")
    pipe, image = loaded(facts["ckpt"]), Image.open(case / "input.png")
    size = preprocess.edit_size(*image.size, int(facts["size_level"]))
    assert size == (facts["edit_width"], facts["edit_height"])
    shown = preprocess.encoder_image(image, size)
    close(torch.from_numpy(np.array(shown)), stages["vlm_image_u8"], 0)
    close(preprocess.vae_image(image, size), stages["vae_image"], 1e-5)
    patches = pipe.reader.patches(shown, ENCODER_PIXELS)
    rows = patches.pixels.double().sum(1)
    close(rows, stages["pixel_values_rowsum"], 2e-3)
    with torch.no_grad(), pipe._kernels():
        for branch, prompt in (("cond", facts["prompt"]), ("neg", dials(facts).negative_prompt)):
            if f"{branch}.input_ids" not in stages:
                continue
            ids, _ = tokenize(render_edit(prompt), pipe.reader.tokenizer, image_tokens=patches.tokens)
            assert ids == stages[f"{branch}.input_ids"][0].tolist()
            places = pipe.reader.positions(ids, [patches], skip_zero=True)
            assert torch.equal(places.int(), stages[f"{branch}.vlm_position_ids"])
            text = encode(pipe.reader, prompt, patches, size)
            close(text.embedding, stages[f"{branch}.embedding"], 1e-4)
            close(text.text_embeds, stages[f"{branch}.text_embeds"], 1e-4)
            assert torch.equal(text.quoted.int(), stages[f"{branch}.text_masks"])
            close(text.ids, stages[f"{branch}.txt_ids"], 1e-5)


@EDITS
def test_the_transformer_answers_as_recorded(case: Path) -> None:
    facts, stages = goldens.facts(case), load_file(case / "stages.safetensors")
    pipe = loaded(facts["ckpt"])
    plain = (
        pipeline(goldens.checkpoint(facts["ckpt"]), precompute_modulations=False, trim_last_block=False)
        .cards[0]
        .transformer
    )
    image = Image.open(case / "input.png")
    size = (int(facts["edit_width"]), int(facts["edit_height"]))
    ids = sampling.image_ids((size[0] // 16, size[1] // 16))
    assert torch.equal(ids, stages["img_ids"])
    out = []
    with torch.no_grad(), pipe._kernels():
        prompts = pipe.prompts(facts["prompt"], dials(facts))
        for branch, text in zip(("cond", "neg"), pipe.encode_prompt(image, prompts, size), strict=False):
            hoisted = plain.branch(text, stages["image_latents"], ids)
            time = stages[f"step0.{branch}.timestep"]
            close(hoisted.pooled, stages[f"step0.{branch}.connector_pooled"], 1e-4)
            close(plain.connect(hoisted, time), stages[f"step0.{branch}.connector_hidden"], 1e-4)
            out.append(plain(stages["init_latents"], time, hoisted))
            close(out[-1], stages[f"step0.{branch}.transformer_out"], 1e-4)
    if len(out) == 2:
        tokens = stages["init_latents"].shape[1]
        guided = sampling.guide(
            out[0][:, :tokens],
            out[1][:, :tokens],
            scale=dials(facts).true_cfg_scale,
            power=dials(facts).process_norm_power,
            tamed=True,
        )
        close(guided, stages["step0.guided_velocity"], 1e-3)


@EDITS
def test_latents_follow_the_recorded_path(case: Path) -> None:
    facts, stages = goldens.facts(case), load_file(case / "stages.safetensors")
    pipe, image = loaded(facts["ckpt"]), Image.open(case / "input.png")
    size = (int(facts["edit_width"]), int(facts["edit_height"]))
    with torch.no_grad(), pipe._kernels():
        prompts = pipe.prompts(facts["prompt"], dials(facts))
        texts = pipe.encode_prompt(image, prompts, size)
        job = pipe.prepare_latents(image, size, torch.Generator("cpu").manual_seed(facts["seed"]))
        close(job.source, stages["image_latents"], 1e-4)
        close(job.noise, stages["init_latents"], 1e-6)
        path = list(pipe.steps(job, texts, dials(facts)))
        close(torch.stack(path), stages["latents_per_step"], 1e-3)
        close(pipe.decode(path[-1], job.grid), stages["decoded"], 1e-3)
    timesteps, sigmas = pipe.schedule(job.noise.shape[1], int(facts["steps"]))
    close(timesteps, stages["timesteps"], 1e-3)
    close(sigmas, stages["sigmas"], 1e-6)


@EDITS
def test_the_parity_door_writes_the_recorded_picture(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = goldens.facts(case)
    chosen = {
        "--weights": goldens.checkpoint(facts["ckpt"]),
        "--output": tmp_path / "out.png",
        "--seed": facts["seed"],
        "--steps": facts["steps"],
        "--true-cfg-scale": facts["true_cfg_scale"],
        "--size-level": facts["size_level"],
        "--negative-prompt": facts.get("negative_prompt") or "",
        "--timesteps-truncate": facts.get("timesteps_truncate", 0.93),
        "--process-norm-power": facts.get("process_norm_power", 0.4),
        "--dtype": "float32",
        "--device": "cpu",
    }
    words = [str(word) for pair in chosen.items() for word in pair]
    assert main([str(case / "input.png"), facts["prompt"], *words, "--raw"]) == 0
    ours, recorded = (np.array(Image.open(file)) for file in (tmp_path / "out.png", case / "output.png"))
    assert ours.shape == recorded.shape
    assert int(np.abs(ours.astype(int) - recorded).max()) <= 2
    told = json.loads(capsys.readouterr().out)
    assert told["seed"] == facts["seed"]
    assert told["peak_memory_bytes"] > 0


def test_timesteps_round_as_published() -> None:
    pipe = loaded("tiny-a")
    table = json.loads((goldens.FOLDER.parent / "timesteps_1024.json").read_text())
    for steps, recorded in table.items():
        timesteps, _ = pipe.schedule(4096, int(steps))
        close(timesteps, torch.tensor(recorded["timesteps_fp32"]), 1e-2)
        seen = next(value for key, value in recorded.items() if "bf16" in key)
        assert (timesteps.bfloat16() / 1000).tolist() == recorded["bf16_timestep_over_1000"]
        seen = (timesteps.bfloat16() / 1000) * 1000
        assert seen.tolist() == recorded["bf16_times_1000_seen_by_embedders"]


def test_the_prefix_is_the_published_one() -> None:
    table = json.loads((goldens.FOLDER.parent / "vlm_templates.json").read_text(encoding="utf-8"))
    assert table["edit_prefix"] == EDIT_PREFIX
