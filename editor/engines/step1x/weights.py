"""A checkpoint on disk: found, checked, and loaded part by part.

The files are what the published repository has: model_index.json and the folders scheduler, vae,
text_encoder, processor, transformer. Nothing depends on the class names written in them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler
from safetensors import safe_open
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.utils import logging

from editor.engines import hub
from editor.engines.checkpoints import BadCheckpoint, read_config, read_header, shards
from editor.engines.step1x.transformer import Step1XTransformer

REPOSITORY = "stepfun-ai/Step1X-Edit-v1p2"
PARTS = ("transformer", "text_encoder", "vae")
_NEEDED = (
    "model_index.json",
    "scheduler/scheduler_config.json",
    "vae/config.json",
    "text_encoder/config.json",
    "transformer/config.json",
    "processor/preprocessor_config.json",
    "processor/tokenizer_config.json",
)
Say = Callable[[str], None]


@dataclass(slots=True)
class Parts:
    """The loaded components, on the CPU."""

    transformer: Step1XTransformer
    text_encoder: Any
    tokenizer: Any
    image_processor: Any
    vae: Any
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
    for name in _NEEDED:
        read_config(folder / name)
    for file in sorted((folder / "processor").glob("*.json")):
        read_config(file)
    if not any((folder / "processor" / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise BadCheckpoint(f"{folder / 'processor' / 'tokenizer.json'} is missing.")
    sizes = {}
    for part in PARTS:
        shapes: dict[str, tuple[int, ...]] = {}
        total = 0
        for file in shards(folder / part):
            header, count = read_header(file)
            shapes |= {name: tuple(facts["shape"]) for name, facts in header.items()}
            total += count
        sizes[part] = total
        if part == "transformer":
            _compare(shapes, folder / part)
    return sizes


def load(folder: Path, *, dtype: torch.dtype, say: Say = lambda _: None) -> Parts:
    """Load all parts in one dtype; `say` hears what is being loaded. Raises BadCheckpoint."""
    check(folder)
    say("loading scheduler and tokenizer (1/4)")
    maker: Any = FlowMatchEulerDiscreteScheduler
    scheduler = maker.from_config(read_config(folder / _NEEDED[1]))
    tokenizer = AutoTokenizer.from_pretrained(folder / "processor")
    image_processor = Qwen2VLImageProcessorPil.from_pretrained(folder / "processor")
    say("loading transformer (2/4)")
    transformer = _transformer(folder / "transformer", dtype)
    say("loading text encoder (3/4)")
    text_encoder = _text_encoder(folder / "text_encoder", dtype)
    say("loading VAE (4/4)")
    vae = _vae(folder / "vae", dtype)
    for module in (transformer, text_encoder, vae):
        module.requires_grad_(requires_grad=False)
    return Parts(transformer, text_encoder, tokenizer, image_processor, vae, scheduler)


def meta_transformer(config: dict[str, Any]) -> Step1XTransformer:
    """Return the transformer without memory for its weights."""
    with torch.device("meta"):
        return Step1XTransformer(config)


def _transformer(folder: Path, dtype: torch.dtype) -> Step1XTransformer:
    model = meta_transformer(read_config(folder / "config.json"))
    tensors = {name: tensor.to(dtype) for name, tensor in _tensors(folder)}
    model.load_state_dict(tensors, strict=True, assign=True)
    return model.eval()


def _text_encoder(folder: Path, dtype: torch.dtype) -> Any:
    maker: Any = Qwen2_5_VLForConditionalGeneration
    quiet: Any = logging
    quiet.set_verbosity_error()  # it warns of keys of a config that older releases wrote
    quiet.disable_progress_bar()
    try:
        model, told = maker.from_pretrained(folder, dtype=dtype, output_loading_info=True)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise BadCheckpoint(f"{folder} cannot be loaded: {error}") from error
    if told["missing_keys"]:
        raise BadCheckpoint(
            f"{folder} lacks {len(told['missing_keys'])} tensors: {min(told['missing_keys'])}."
        )
    return model.eval()


def _vae(folder: Path, dtype: torch.dtype) -> Any:
    maker: Any = AutoencoderKL
    with torch.device("meta"):
        vae = maker.from_config(read_config(folder / "config.json"))
    tensors = {name: tensor.to(dtype) for name, tensor in _tensors(folder)}
    try:
        vae.load_state_dict(tensors, strict=True, assign=True)
    except RuntimeError as error:
        raise BadCheckpoint(f"{folder} holds another VAE than its config.json says.") from error
    return vae.eval()


def _tensors(folder: Path) -> Iterator[tuple[str, torch.Tensor]]:
    for file in shards(folder):
        with safe_open(str(file), framework="pt") as opened:
            for name in opened.keys():  # noqa: SIM118  (not a mapping)
                yield name, opened.get_tensor(name)


def _compare(found: dict[str, tuple[int, ...]], part: Path) -> None:
    """Raise BadCheckpoint unless the tensors are exactly those of the transformer its config describes."""
    try:
        model = meta_transformer(read_config(part / "config.json"))
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadCheckpoint(f"{part / 'config.json'} describes no Step1X-Edit transformer.") from error
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise BadCheckpoint(f"{part}: {len(wrong)} tensors are not Step1X-Edit v1p2's, first {wrong[0]}.")
