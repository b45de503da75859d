"""Checkpoints built on the spot: the published layout and classes, a few thousand random weights."""

import json
import random
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from editor.engines.step1x.transformer import Step1XTransformer

MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>")
SCHEDULER: dict[str, Any] = {
    "base_image_seq_len": 256,
    "base_shift": 0.5,
    "max_image_seq_len": 4096,
    "max_shift": 1.15,
    "shift": 3.0,
    "use_dynamic_shifting": True,
}


def sizes(width: int = 48, *, mapping: bool = True, layers: int = 1, heads: int = 3) -> dict[str, Any]:
    """Return a transformer config of other sizes than the recorded checkpoint's."""
    return {
        "attention_head_dim": 16,
        "axes_dims_rope": [4, 6, 6],
        "connector_depth": 1,
        "connector_heads_num": 2,
        "connector_hidden_size": 40,
        "connector_in_channels": width,
        "joint_attention_dim": 40,
        "num_attention_heads": heads,
        "num_layers": layers,
        "num_single_layers": layers + 1,
        "vector_in_dim": 24,
        **({"enable_text_token_mapping": True} if mapping else {}),
    }


def any_sizes(dice: random.Random) -> dict[str, Any]:
    """Return a transformer config of sizes nobody chose; keys that may be absent sometimes are."""
    axes = [2 * dice.randint(1, 4) for _ in range(3)]
    hidden = dice.choice([24, 40, 64])
    config: dict[str, Any] = {
        "_class_name": dice.choice(["Step1XEditTransformer2DModel", "SomethingElse"]),
        "attention_head_dim": sum(axes),
        "axes_dims_rope": axes,
        "connector_depth": dice.randint(1, 3),
        "connector_heads_num": dice.choice([1, 2, 4]),
        "connector_hidden_size": hidden,
        "connector_in_channels": 48,
        "joint_attention_dim": hidden,
        "num_attention_heads": dice.randint(1, 4),
        "num_layers": dice.randint(0, 3),
        "num_single_layers": dice.randint(0, 3),
        "timestep_in_dim": dice.choice([32, 64, 256]),
        "vector_in_dim": dice.choice([16, 96]),
    }
    if dice.random() < 0.7:
        config["enable_text_token_mapping"] = dice.random() < 0.5
    if dice.random() < 0.5:
        config |= {"guidance_embeds": False, "patch_size": 1, "out_channels": dice.choice([None, 64])}
    return config


def build(
    folder: Path,
    *,
    mapping: bool = True,
    shards: int = 2,
    transformer: dict[str, Any] | None = None,
    vae: dict[str, Any] | None = None,
) -> Path:
    """Write a whole checkpoint; returns its folder. Same arguments, same weights."""
    torch.manual_seed(7)
    config = transformer or sizes(mapping=mapping)
    _write_transformer(folder / "transformer", config, shards)
    _tokenizer().save_pretrained(folder / "processor")
    Qwen2VLImageProcessorPil().save_pretrained(folder / "processor")
    _text_encoder(config["connector_in_channels"]).save_pretrained(folder / "text_encoder")
    _vae(vae or {}).save_pretrained(folder / "vae")
    scheduler: Any = FlowMatchEulerDiscreteScheduler
    scheduler(**SCHEDULER).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text('{"_class_name": "AnyPipeline"}')
    return folder


def _write_transformer(folder: Path, config: dict[str, Any], shards: int) -> None:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    maker: Any = Step1XTransformer
    state = {name: _lively(tensor) for name, tensor in maker.from_config(config).state_dict().items()}
    names = sorted(state)
    weight_map: dict[str, str] = {}
    for number in range(shards):
        file = f"diffusion_pytorch_model-{number + 1:05}-of-{shards:05}.safetensors"
        part = {name: state[name] for name in names[number::shards]}
        save_file(part, folder / file)
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))


def _lively(tensor: torch.Tensor) -> torch.Tensor:
    """Gates that are not nearly closed: otherwise the blocks would hardly show."""
    return (tensor + 0.05 * torch.randn_like(tensor)).contiguous()


def _tokenizer() -> Any:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens([AddedToken(mark, normalized=False) for mark in MARKS])
    maker: Any = PreTrainedTokenizerFast
    return maker(tokenizer_object=core, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def _text_encoder(width: int) -> Any:
    ids = dict(zip(MARKS, range(256, 256 + len(MARKS)), strict=True))
    text = {
        "hidden_size": width,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "vocab_size": 272,
        "rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e6},
        "eos_token_id": ids["<|im_end|>"],
        "bos_token_id": None,
        "pad_token_id": ids["<|endoftext|>"],
    }
    vision = {
        "depth": 1,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_heads": 2,
        "out_hidden_size": width,
        "fullatt_block_indexes": [0],
    }
    config = Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids["<|image_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    model: Any = Qwen2_5_VLForConditionalGeneration(config)
    return model.eval()


def _vae(options: dict[str, Any]) -> Any:
    given: dict[str, Any] = {
        "block_out_channels": (8, 8, 16, 16),
        "norm_num_groups": 4,
        "latent_channels": 16,
        "scaling_factor": 0.3611,
        "shift_factor": 0.1159,
        "use_quant_conv": False,
        "use_post_quant_conv": False,
    } | options
    kinds, maker = len(given["block_out_channels"]), cast(Any, AutoencoderKL)
    down, up = ("DownEncoderBlock2D",) * kinds, ("UpDecoderBlock2D",) * kinds
    return maker(down_block_types=down, up_block_types=up, **given)
