"""A checkpoint on disk: found, checked, and loaded part by part.

The files are what the published repository has: model_index.json and the folders scheduler, vae,
text_encoder, processor, transformer. Nothing depends on the class names written in them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers.utils.logging
import torch
import transformers.utils.logging
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from editor.engines import hub
from editor.engines.checkpoints import BadCheckpoint, read_config, read_header, shards
from editor.engines.step1x.transformer import Step1XTransformer

REPOSITORY = "stepfun-ai/Step1X-Edit-v1p2"
PARTS: dict[str, Any] = {
    "transformer": Step1XTransformer,
    "text_encoder": Qwen2_5_VLForConditionalGeneration,
    "vae": AutoencoderKL,
}
Say = Callable[[str], None]


@dataclass(slots=True)
class Parts:
    """The loaded components, on the CPU."""

    transformer: Step1XTransformer
    text_encoder: Any
    vae: Any
    tokenizer: Any
    image_processor: Any
    scheduler: Any


def locate(weights: str, say: Say = lambda _: None) -> Path:
    """Return the checkpoint's folder; the name of a hub repository is fetched, or found, in its cache."""
    if Path(weights).is_dir() or weights.count("/") != 1 or weights.startswith((".", "/", "~")):
        return Path(weights)
    say(f"looking for {weights}")
    return hub.cached(weights)


def check(folder: Path) -> dict[str, int]:
    """Return the bytes of tensors per part; raises BadCheckpoint naming the file that is wrong.

    Reads headers only: seconds for the full checkpoint.
    """
    for library in (diffusers.utils.logging, transformers.utils.logging):
        quiet: Any = library
        quiet.set_verbosity_error()  # they warn of keys of a config that other releases wrote
        quiet.disable_progress_bar()
    read_config(folder / "model_index.json")
    read_config(folder / "scheduler/scheduler_config.json")
    words = _words(folder)
    for file in {*words.glob("*.json"), words / "tokenizer_config.json", words / "preprocessor_config.json"}:
        read_config(file)
    if not any((words / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise BadCheckpoint(f"{words / 'tokenizer.json'} is missing.")
    sizes = {}
    for part in PARTS:
        read_config(folder / part / "config.json")
        headers = [read_header(file) for file in shards(folder / part)]
        sizes[part] = sum(count for _, count in headers)
        if part == "transformer":
            _compare(
                {name: facts["shape"] for header, _ in headers for name, facts in header.items()}, folder
            )
    return sizes


def load(folder: Path, *, dtype: torch.dtype, say: Say = lambda _: None) -> Parts:
    """Load all parts in one dtype; `say` hears what is being loaded. Raises BadCheckpoint."""
    check(folder)
    loaded: list[Any] = []
    for number, part in enumerate(PARTS, 1):
        say(f"loading {part.replace('_', ' ')} ({number}/{len(PARTS)})")
        loaded.append(_part(folder / part, PARTS[part], dtype))
    maker: Any = FlowMatchEulerDiscreteScheduler
    loaded += [one.from_pretrained(_words(folder)) for one in (AutoTokenizer, Qwen2VLImageProcessorPil)]
    loaded.append(maker.from_config(read_config(folder / "scheduler/scheduler_config.json")))
    return Parts(*loaded)


def meta_transformer(config: dict[str, Any]) -> Step1XTransformer:
    """Return the transformer without memory for its weights."""
    maker: Any = Step1XTransformer
    with torch.device("meta"):
        model: Step1XTransformer = maker.from_config(config)
    return model


def _words(folder: Path) -> Path:
    """Return where tokenizer and image processor are: some copies keep them with the text encoder only."""
    is_elsewhere = (
        not (folder / "processor").is_dir() and (folder / "text_encoder/tokenizer_config.json").is_file()
    )
    return folder / ("text_encoder" if is_elsewhere else "processor")


def _part(folder: Path, maker: Any, dtype: torch.dtype) -> Any:
    name = "dtype" if maker is Qwen2_5_VLForConditionalGeneration else "torch_dtype"
    try:
        model, told = maker.from_pretrained(folder, output_loading_info=True, **{name: dtype})
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise BadCheckpoint(f"{folder} cannot be loaded: {error}") from error
    if told["missing_keys"]:
        missing = sorted(told["missing_keys"])
        raise BadCheckpoint(f"{folder} lacks {len(missing)} tensors: {missing[0]}.")
    return model.eval().requires_grad_(requires_grad=False)


def _compare(found: dict[str, list[int]], folder: Path) -> None:
    """Raise BadCheckpoint unless the tensors are exactly those of the transformer its config describes."""
    part = folder / "transformer"
    try:
        model = meta_transformer(read_config(part / "config.json"))
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadCheckpoint(f"{part / 'config.json'} describes no Step1X-Edit transformer.") from error
    wanted = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise BadCheckpoint(f"{part}: {len(wrong)} tensors are not Step1X-Edit v1p2's, first {wrong[0]}.")
