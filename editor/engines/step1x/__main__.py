"""`python -m editor.engines.step1x PHOTO "prompt" --weights DIR -o OUT`: the model alone.

Writes the picture and prints one JSON line; a named error on standard error and exit 2 otherwise.
--raw writes what the published pipeline writes for these arguments: the parity door.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from editor.engines import hub, photos
from editor.engines.base import Progress
from editor.engines.diffusion import placement
from editor.engines.step1x import preprocess, weights
from editor.engines.step1x.config import BadArguments, Sampling, Step1XConfig
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.thinker import read_prompts
from freeai.common.errors import FreeAIError


def main(arguments: list[str] | None = None) -> int:
    """Run one edit; returns the exit status."""
    try:
        facts = _run(_parser().parse_args(arguments))
    except FreeAIError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return 2
    except torch.OutOfMemoryError:
        sys.stderr.write("out_of_memory: the device's memory ran out; try --memory model or group.\n")
        return 2
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    return 0


def _run(options: argparse.Namespace) -> dict[str, Any]:
    began, image, prompts = time.monotonic(), photos.read(options.photo), read_prompts(options.prompts)
    wish = _wish(options, image)
    config = Step1XConfig(device=options.device, dtype=options.dtype, memory=options.memory)
    placement.device_named(config.device)  # asked before gigabytes are read
    parts = weights.load(hub.locate(options.weights, _say), dtype=config.dtype, say=_say)
    pipeline = Step1XPipeline(parts, config)
    loaded = time.monotonic()

    def finish(edited: Image.Image) -> Image.Image:
        return edited.resize(image.size) if options.raw else edited

    made = Flow(pipeline, prompts, report=_progress, finish=finish).run(wish)
    edited, framing = np.asarray(made.images[made.final_index]), time.monotonic()
    result = (edited, None) if options.raw else photos.laid_over(image, edited, wish.mask)
    photos.write(options.output, *result)
    seconds = {"loading": loaded - began, **made.seconds, "framing": time.monotonic() - framing}
    return {
        "seed": options.seed,
        "source_size": image.size,
        "edit_size": pipeline.edit_size(image, options.size_level),
        "size": image.size,
        "seconds": {phase: round(value, 3) for phase, value in seconds.items()},
        "peak_memory_bytes": placement.peak_bytes(pipeline.device),
        "memory": pipeline.placement.memory,
        "reasoning": made.in_words(),
        "judgements": [one._asdict() for one in made.judgements],
    }


def _wish(options: argparse.Namespace, image: Image.Image) -> Wish:
    prompt = preprocess.wish(options.prompt)
    mask = None if options.mask is None else np.asarray(photos.read(options.mask).convert("L"))
    if mask is not None and mask.shape != (image.height, image.width):
        raise BadArguments("The mask has another size than the photo.", param="mask")
    chosen = {name: value for name, value in vars(options).items() if name in Sampling.__slots__}
    dials = Sampling(**chosen, exact_time=not options.raw)
    shown, words = (image, options.prompt) if options.raw else (image.convert("RGB"), prompt)
    return Wish(shown, words, options.seed, dials, options.thinking, options.reflection, mask)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{progress.phase} {progress.step}/{progress.steps}   ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m editor.engines.step1x", description=__doc__)
    add, dials, yes_no = parser.add_argument, Sampling(), argparse.BooleanOptionalAction
    add("photo", type=Path)
    add("prompt")
    add("--weights", required=True, help="a folder, or a repository on the hub")
    add("-o", "--output", type=Path, required=True)
    add("--seed", type=int, default=0)
    add("--steps", type=int, default=dials.num_inference_steps, dest="num_inference_steps")
    for name in set(Sampling.__slots__) - {"num_inference_steps", "exact_time"}:
        value = getattr(dials, name)
        add("--" + name.replace("_", "-"), type=type(value), default=value)
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
