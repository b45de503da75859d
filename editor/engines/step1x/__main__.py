"""`python -m editor.engines.step1x PHOTO "prompt" --weights DIR -o OUT`: the model alone.

Writes the picture and prints one JSON line; a named error on standard error and exit 2 otherwise.
--raw writes what the published pipeline writes for these arguments: the parity door.
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from editor.engines.base import Plane, Progress
from editor.engines.step1x import preprocess, weights
from editor.engines.step1x.config import BadArguments, Sampling, Step1XConfig
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.thinker import read_prompts
from editor.imaging import frame
from freeai.common.errors import FreeAIError


def main(arguments: list[str] | None = None) -> int:
    """Run one edit; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        facts = _run(options)
    except FreeAIError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return 2
    except torch.OutOfMemoryError:
        sys.stderr.write("out_of_memory: the device's memory ran out; try --memory model or group.\n")
        return 2
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    return 0


def _run(options: argparse.Namespace) -> dict[str, Any]:
    began = time.monotonic()
    image, device, prompts = _open(options.photo), _device(options.device), read_prompts(options.prompts)
    wish = _wish(options, image)
    chosen = {name: getattr(options, name) for name in ("weights", "device", "dtype", "memory")}
    config = Step1XConfig(**chosen)
    parts = weights.load(weights.locate(config.weights, _say), dtype=getattr(torch, config.dtype), say=_say)
    pipeline = Step1XPipeline(parts, config)
    loaded = time.monotonic()

    def finish(edited: Image.Image) -> Image.Image:
        return edited.resize(image.size) if options.raw else edited

    made = Flow(pipeline, prompts, report=_progress, finish=finish).run(wish)
    edited, framing = made.images[made.final_index], time.monotonic()
    result = edited if options.raw else _framed(image, edited, wish.mask)
    _save(result, options.output)
    seconds = {"loading": loaded - began, **made.seconds, "framing": time.monotonic() - framing}
    return {
        "seed": options.seed,
        "source_size": image.size,
        "edit_size": pipeline.edit_size(image, options.size_level),
        "size": result.size,
        "seconds": {phase: round(value, 3) for phase, value in seconds.items()},
        "peak_memory_bytes": _peak_bytes(device),
        "memory": pipeline.placement.memory,
        "reasoning": made.in_words(),
        "judgements": [asdict(one) for one in made.judgements],
    }


def _wish(options: argparse.Namespace, image: Image.Image) -> Wish:
    prompt = preprocess.wish(options.prompt)
    mask = None if options.mask is None else np.asarray(_open(options.mask).convert("L"))
    if mask is not None and mask.shape != (image.height, image.width):
        raise BadArguments("The mask has another size than the photo.", param="mask")
    dials = Sampling(
        num_inference_steps=options.steps,
        true_cfg_scale=options.true_cfg_scale,
        size_level=options.size_level,
        negative_prompt=options.negative_prompt,
        timesteps_truncate=options.timesteps_truncate,
        process_norm_power=options.process_norm_power,
        preserve=options.preserve,
        exact_time=not options.raw,
    )
    shown, words = (image, options.prompt) if options.raw else (image.convert("RGB"), prompt)
    return Wish(shown, words, options.seed, dials, options.thinking, options.reflection, mask)


def _framed(image: Image.Image, edited: Image.Image, mask: Plane | None) -> Image.Image:
    alpha = np.asarray(image.getchannel("A")) if "A" in image.getbands() else None
    pixels = preprocess.to_pixels(image), preprocess.to_pixels(edited)
    framed = frame.lay_over(*pixels, source_alpha=alpha, mask=mask)
    result = Image.fromarray(framed.image)
    if framed.alpha is not None:
        result.putalpha(Image.fromarray(framed.alpha))
    return result


def _peak_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path)
        image.load()
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise BadArguments(f"{path} cannot be read as a picture.", param="image") from error
    if image.mode in {"RGB", "RGBA", "L"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError:
        raise BadArguments(f"There is no device of the name {name}.", param="device") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise BadArguments("This machine has no CUDA device that torch can use.", param="device")
    return device


def _save(result: Image.Image, path: Path) -> None:
    is_jpeg = path.suffix.lower() in {".jpg", ".jpeg"}
    settings: dict[str, Any] = {"quality": 95, "subsampling": 0} if is_jpeg else {}
    try:
        (result.convert("RGB") if is_jpeg else result).save(path, **settings)
    except (OSError, ValueError) as error:
        raise BadArguments(f"{path} cannot be written: {error}.", param="output") from error


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{progress.phase} {progress.step}/{progress.steps}   ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m editor.engines.step1x", description=__doc__)
    add, yes_no, dials = parser.add_argument, argparse.BooleanOptionalAction, Sampling()
    add("photo", type=Path)
    add("prompt")
    add("--weights", required=True, help="a folder, or a repository on the hub")
    add("-o", "--output", type=Path, required=True)
    add("--seed", type=int, default=0)
    add("--steps", type=int, default=dials.num_inference_steps)
    for name in (
        "true-cfg-scale",
        "size-level",
        "negative-prompt",
        "timesteps-truncate",
        "process-norm-power",
    ):
        value = getattr(dials, name.replace("-", "_"))
        add("--" + name, type=type(value), default=value)
    add("--preserve", type=float, default=dials.preserve)
    add("--thinking", action=yes_no, default=False)
    add("--reflection", action=yes_no, default=False)
    add("--mask", type=Path, help="white = edit here, black = keep")
    add("--prompts", default="", help="a TOML file with other words for the thinker")
    add("--dtype", choices=("float32", "bfloat16"), default="bfloat16")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--memory", choices=("auto", "resident", "model", "group"), default="auto")
    add("--raw", action="store_true", help="as published: no frame, resized to the source")
    return parser


if __name__ == "__main__":
    sys.exit(main())
