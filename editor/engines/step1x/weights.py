"""A checkpoint on disk: checked, and loaded part by part.

The files are what the published repository has: model_index.json and the folders scheduler, vae,
text_encoder, processor, transformer. Nothing depends on the class names written in them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import diffusers.utils.logging
import torch
import transformers.utils.logging
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from editor.engines import checkpoints
from editor.engines.checkpoints import BadCheckpoint
from editor.engines.step1x.transformer import Step1XTransformer

REPOSITORY = "stepfun-ai/Step1X-Edit-v1p2"
PARTS: dict[str, Any] = {
    "transformer": Step1XTransformer,
    "text_encoder": Qwen2_5_VLForConditionalGeneration,
    "vae": AutoencoderKL,
}


@dataclass(slots=True)
class Parts:
    """The loaded components, on the CPU."""

    transformer: Step1XTransformer
    text_encoder: Any
    vae: Any
    tokenizer: Any
    image_processor: Any
    scheduler: Any


def check(folder: Path) -> dict[str, int]:
    """Return the bytes of tensors per part; raises BadCheckpoint naming the file that is wrong.

    Reads headers only: seconds for the full checkpoint.
    """
    for library in (diffusers.utils.logging, transformers.utils.logging):
        quiet: Any = library
        quiet.set_verbosity_error()  # they warn of keys of a config that other releases wrote
        quiet.disable_progress_bar()
    found = checkpoints.check(folder, PARTS)
    part = found["transformer"]
    try:
        model = meta_transformer(part.config)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadCheckpoint(f"{folder / 'transformer/config.json'} is of another model.") from error
    shapes = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    names = shapes.keys() | part.shapes.keys()
    if wrong := sorted(name for name in names if shapes.get(name) != part.shapes.get(name)):
        raise BadCheckpoint(
            f"{folder / 'transformer'}: {len(wrong)} tensors are not Step1X-Edit v1p2's, first {wrong[0]}."
        )
    return {name: one.size_bytes for name, one in found.items()}


def load(folder: Path, *, dtype: str, say: Callable[[str], None] = lambda _: None) -> Parts:
    """Load all parts in one dtype; `say` hears what is being loaded. Raises BadCheckpoint."""
    check(folder)
    loaded: list[Any] = []
    for number, part in enumerate(PARTS, 1):
        say(f"loading {part.replace('_', ' ')} ({number}/{len(PARTS)})")
        loaded.append(_part(folder / part, PARTS[part], getattr(torch, dtype)))
    words, maker = checkpoints.words_folder(folder), cast(Any, FlowMatchEulerDiscreteScheduler)
    loaded += [one.from_pretrained(words) for one in (AutoTokenizer, Qwen2VLImageProcessorPil)]
    loaded.append(maker.from_pretrained(folder / "scheduler"))
    return Parts(*loaded)


def meta_transformer(config: dict[str, Any]) -> Step1XTransformer:
    """Return the transformer without memory for its weights."""
    maker: Any = Step1XTransformer
    with torch.device("meta"):
        model: Step1XTransformer = maker.from_config(config)
    return model


def _part(folder: Path, maker: Any, dtype: torch.dtype) -> Any:
    name = "dtype" if maker is Qwen2_5_VLForConditionalGeneration else "torch_dtype"
    try:
        model, told = maker.from_pretrained(folder, output_loading_info=True, **{name: dtype})
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise BadCheckpoint(f"{folder} cannot be loaded: {error}") from error
    if missing := sorted(told["missing_keys"]):
        raise BadCheckpoint(f"{folder} lacks {len(missing)} tensors: {missing[0]}.")
    return model.eval().requires_grad_(requires_grad=False)
