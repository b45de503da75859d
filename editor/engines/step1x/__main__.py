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
from editor.engines.step1x.flow import Flow, Made, Wish
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.thinker import read_prompts
from editor.imaging import frame
from freeai.common.errors import FreeAIError


def main(arguments: list[str] | None = None) -> int:
    """Run one edit; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        with torch.inference_mode():
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
    image, mask = _open(options.photo), _mask(options.mask)
    config = Step1XConfig(
        weights=options.weights,
        device=options.device,
        dtype=options.dtype,
        memory=options.memory,
        prompts_file=options.prompts,
    )
    prompts = read_prompts(config.prompts_file)
    wish = _wish(options, image, mask)
    device = _device(options.device)
    parts = weights.load(weights.locate(config.weights, _say), dtype=getattr(torch, config.dtype), say=_say)
    pipeline = Step1XPipeline(parts, config)
    loaded = time.monotonic()

    def finish(edited: Image.Image) -> Image.Image:
        return edited.resize(image.size) if options.raw else edited

    made = Flow(pipeline, prompts, report=_progress, finish=finish).run(wish)
    thought = time.monotonic()
    chosen = made.images[made.final_index]
    result = chosen if options.raw else _framed(image, chosen, mask)
    _save(result, options.output)
    seconds = {"loading": loaded - began, "editing": thought - loaded, "framing": time.monotonic() - thought}
    return _facts(options, image, pipeline, made, seconds, device) | {"size": list(result.size)}


def _wish(options: argparse.Namespace, image: Image.Image, mask: Plane | None) -> Wish:
    prompt = options.prompt if options.raw else preprocess.without_marks(options.prompt).strip()
    if not prompt.strip():
        raise BadArguments("Say what should change.", param="prompt")
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
    shown = image if options.raw else image.convert("RGB")
    return Wish(shown, prompt, options.seed, dials, options.thinking, options.reflection, mask)


def _framed(image: Image.Image, edited: Image.Image, mask: Plane | None) -> Image.Image:
    has_alpha = "A" in image.getbands()
    alpha = np.asarray(image.getchannel("A")) if has_alpha else None
    framed = frame.lay_over(
        preprocess.to_pixels(image), preprocess.to_pixels(edited), source_alpha=alpha, mask=mask
    )
    result = Image.fromarray(framed.image)
    if framed.alpha is not None:
        result.putalpha(Image.fromarray(framed.alpha))
    return result


def _facts(
    options: argparse.Namespace,
    image: Image.Image,
    pipeline: Step1XPipeline,
    made: Made,
    seconds: dict[str, float],
    device: torch.device,
) -> dict[str, Any]:
    if device.type == "cuda":
        peak = torch.cuda.max_memory_allocated(device)
    else:
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {
        "seed": options.seed,
        "source_size": list(image.size),
        "edit_size": list(preprocess.edit_size(*image.size, options.size_level)),
        "seconds": {phase: round(value, 3) for phase, value in seconds.items()},
        "peak_memory_bytes": peak,
        "memory": pipeline.placement.memory,
        "reasoning": made.in_words(),
        "judgements": [asdict(one) for one in made.judgements],
    }


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path)
        image.load()
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise BadArguments(f"{path} cannot be read as a picture.", param="image") from error
    return (
        image if image.mode in {"RGB", "RGBA", "L"} else image.convert("RGBA" if "A" in image.mode else "RGB")
    )


def _mask(path: Path | None) -> Plane | None:
    return None if path is None else np.asarray(_open(path).convert("L"))


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
    try:
        if is_jpeg:
            result.convert("RGB").save(path, quality=95, subsampling=0)
        else:
            result.save(path)
    except (OSError, ValueError) as error:
        raise BadArguments(f"{path} cannot be written: {error}.", param="output") from error


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{progress.phase} {progress.step}/{progress.steps}   ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m editor.engines.step1x", description=__doc__)
    yes_no = argparse.BooleanOptionalAction
    parser.add_argument("photo", type=Path)
    parser.add_argument("prompt")
    parser.add_argument("--weights", required=True, help="a folder, or a repository on the hub")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=28)
    parser.add_argument("--true-cfg-scale", type=float, default=6.0)
    parser.add_argument("--size-level", type=int, default=1024)
    parser.add_argument("--negative-prompt", default="")
    parser.add_argument("--timesteps-truncate", type=float, default=0.93)
    parser.add_argument("--process-norm-power", type=float, default=0.4)
    parser.add_argument("--thinking", action=yes_no, default=False)
    parser.add_argument("--reflection", action=yes_no, default=False)
    parser.add_argument("--preserve", type=float, default=0.5)
    parser.add_argument("--mask", type=Path, help="white = edit here, black = keep")
    parser.add_argument("--prompts", default="", help="a TOML file with other words for the thinker")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="bfloat16")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--memory", choices=("auto", "resident", "model", "group"), default="auto")
    parser.add_argument("--raw", action="store_true", help="as published: no frame, resized to the source")
    return parser


if __name__ == "__main__":
    sys.exit(main())
