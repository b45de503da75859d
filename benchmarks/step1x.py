"""Step1X-Edit's options one by one on the CPU: seconds, peak memory and the difference each makes.

    python benchmarks/step1x.py [--size-level 128] [--steps 3] [--threads 1]

A random model of about 60 million weights with the published proportions; every row is a process of
its own: a first edit, then the best of two of the same photo with new words, and the most memory that the
process held during these edits (of its loading too, where the system is not Linux). "plain" is everything
off. The last lines measure the text encoder against the plain call of the library, and print the memory
plan of the full-size model.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from PIL import Image

from editor.engines.diffusion.memory import GB, Form, plan
from editor.engines.step1x import cards, preprocess, text_encoder, weights
from editor.engines.step1x.config import ENCODER_PIXELS, Sampling, Step1XConfig
from editor.engines.step1x.pipeline import Step1XPipeline
from tests import pictures
from tests.editor.engines.step1x import tiny

OFF = {"precompute_modulations": False, "hoist": False, "trim_last_block": False, "cache_embeds": 0}
SHIPPED = {"precompute_modulations": True, "hoist": True, "trim_last_block": True, "cache_embeds": 16}
LOSSLESS: dict[str, dict[str, Any]] = {
    "plain": {},
    "precompute_modulations": {"precompute_modulations": True},
    "hoist": {"hoist": True},
    "trim_last_block": {"trim_last_block": True},
    "cache_embeds": {"cache_embeds": 16},
    "guidance on two devices": {"guidance_device": "cpu"},
    "attention native": {"attention_backend": "native"},
    "memory model": {"memory": "model"},
    "memory group": {"memory": "group"},
    "as shipped": SHIPPED,
    "compile_blocks": {"compile_blocks": True},
}
OPTIONS = LOSSLESS | {
    "int8 weights": {"weight_format": "int8"},
    "first_block_cache": {"first_block_cache": 10.0},
}
MODEL = {
    "attention_head_dim": 64,
    "axes_dims_rope": [8, 28, 28],
    "connector_depth": 2,
    "connector_heads_num": 4,
    "connector_hidden_size": 256,
    "connector_in_channels": 48,
    "joint_attention_dim": 256,
    "num_attention_heads": 8,
    "num_layers": 3,
    "num_single_layers": 7,
    "vector_in_dim": 64,
    "enable_text_token_mapping": True,
}
PUBLISHED_ENCODER = 8_290_000_000
CARDS_GB = (12, 16, 24, 48, 80)
FORMS: tuple[Form, ...] = ("full", "fp8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size-level", type=int, default=128)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--row", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.row:
        measure(options.row, options)
        return
    print(f"{options.threads} thread(s), {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as folder:
        options.folder = Path(folder)
        tiny.build(options.folder / "model", transformer=MODEL)
        compare(options)
        encoder(options.folder / "model")
    memory_plans()


def compare(options: argparse.Namespace) -> None:
    """Print one row per option."""
    print(
        f"{'option':26}{'first s':>9}{'again s':>9}{'ratio':>7}{'peak MB':>9}{'weights':>9}{'max diff':>10}"
    )
    plain: dict[str, Any] = {}
    for name in OPTIONS:
        given = {"size-level": options.size_level, "steps": options.steps, "threads": options.threads}
        words = [f"--{word}={value}" for word, value in given.items()]
        command = [sys.executable, __file__, "--row", name, f"--folder={options.folder}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name:26} not here: {(done.stderr.strip().splitlines() or ['?'])[-1][:80]}", flush=True)
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        plain = plain or row
        difference = distance(options.folder, name)
        print(
            f"{name:26}{row['first']:9.2f}{row['again']:9.2f}{row['again'] / plain['again']:7.2f}"
            f"{row['peak'] / 1e6:9.0f}{row['parameters'] / plain['parameters']:9.1%}{difference:10.1e}",
            flush=True,
        )
        if name in LOSSLESS:
            assert difference <= 1e-4, f"{name} promises the same picture"
        if name == "precompute_modulations":
            assert row["parameters"] <= 0.75 * plain["parameters"]
    print(f"transformer: {plain['parameters']:,} weights; load {os.getloadavg()[0]:.1f} at the end")


def distance(folder: Path, name: str) -> float:
    plain, other = (np.load(folder / f"{row}.npy") for row in ("plain", name))
    return float(np.abs(plain - other).max())


def measure(name: str, options: argparse.Namespace) -> None:
    """Run one option in this process: a first edit, then two of the same photo with new words."""
    torch.manual_seed(0)
    settings = Step1XConfig(dtype="float32", **(OFF | OPTIONS[name]))
    pipeline = Step1XPipeline(weights.load(options.folder / "model", dtype="float32"), settings)
    parameters = sum(one.numel() for one in pipeline.cards[0].transformer.parameters())
    photo = Image.fromarray(pictures.photo(320, 240))
    dials = Sampling(num_inference_steps=options.steps, size_level=options.size_level)
    forget_peak()
    seconds: list[float] = []
    for prompt in ("make it snow", "make it rain", "make it storm"):
        began = time.perf_counter()
        latents = edit(pipeline, photo, prompt, dials)
        seconds.append(time.perf_counter() - began)
    np.save(options.folder / f"{name}.npy", latents)
    peak = peak_bytes()
    print(
        json.dumps({"first": seconds[0], "again": min(seconds[1:]), "peak": peak, "parameters": parameters})
    )


def forget_peak() -> None:
    """Let the kernel begin anew with the most memory this process held; Linux only."""
    if (switch := Path("/proc/self/clear_refs")).exists():
        switch.write_text("5")


def peak_bytes() -> int:
    """Return the most memory held since; the system's own count for the whole life where it has no other."""
    if not (status := Path("/proc/self/status")).exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return 1024 * int(held.split()[1])


def edit(pipeline: Step1XPipeline, photo: Image.Image, prompt: str, dials: Sampling) -> Any:
    size = preprocess.edit_size(*photo.size, dials.size_level)
    with torch.no_grad():
        texts = pipeline.encode_prompt(photo, [prompt, ""], size)
        job = pipeline.prepare_latents(photo, size, torch.Generator("cpu").manual_seed(1))
        *_, latents = pipeline.steps(job, texts, dials)
        return latents.numpy()


def encoder(folder: Path) -> None:
    """Read two prompts with one photo: the library's own forward, as published, against ours."""
    parts = weights.load(folder, dtype="float32")
    reader = Step1XPipeline(parts, Step1XConfig(dtype="float32")).reader
    size = (512, 384)
    image = preprocess.encoder_image(Image.fromarray(pictures.photo(320, 240)), size)
    patches = reader.patches(image, ENCODER_PIXELS)

    def published() -> None:
        for prompt in ("make it snow", ""):
            rendered = text_encoder.render_edit(prompt)
            ids, _ = text_encoder.tokenize(rendered, reader.tokenizer, image_tokens=patches.tokens)
            places = reader.positions(ids, [patches], skip_zero=True)
            grid = patches.grid_thw
            parts.text_encoder.model.visual(patches.pixels, grid_thw=grid)
            parts.text_encoder(
                input_ids=torch.tensor([ids]), position_ids=places, pixel_values=patches.pixels,
                image_grid_thw=grid, output_hidden_states=True,
            )  # fmt: skip

    def ours() -> None:
        reader.forget()
        for prompt in ("make it snow", ""):
            text_encoder.encode(reader, prompt, patches, size)

    with torch.no_grad():
        slow, fast = (best_of(call) for call in (published, ours))
    print(f"\ntext encoder, two prompts: published {slow * 1e3:.0f} ms, ours {fast * 1e3:.0f} ms")


def best_of(call: Any) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times)


def memory_plans() -> None:
    """Print where the published model's weights would lie on each card, from a build without weights."""
    model = weights.meta_transformer({"enable_text_token_mapping": True})
    sizes = cards.sizes(model, PUBLISHED_ENCODER)
    print(
        f"\npublished transformer: {model.num_parameters():,} weights; {sizes.shares[-1]:.1%} on the device"
    )
    print(f"{'card GB':>8}{'weights':>9}{'memory':>10}{'share':>8}{'peak GB':>9}")
    for card in CARDS_GB:
        for form in FORMS:
            made = plan(sizes, int(0.95 * card * GB), forms=(form,))
            print(f"{card:8}{form:>9}{made.memory:>10}{made.share:8.0%}{made.peak_bytes / GB:9.1f}")


if __name__ == "__main__":
    main()
