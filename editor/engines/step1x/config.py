"""Numbers and words that the weights expect, and the choices an operator or caller has.

`EDIT_PREFIX` is an interface constant of Step1X-Edit v1p2 (Apache-2.0, StepFun): the text encoder was tuned
on it, to the byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from editor.engines.base import Quality
from editor.engines.diffusion.memory import Form, Memory
from freeai.common.errors import InvalidInput

EDIT_PREFIX = (
    "Given a reference image and a user editing instruction.\n"
    "You need to understand the information of the reference image and the content of the editing "
    "instruction,\nand then generate a detailed description of the edited target image based on the "
    "reference image and the editing instruction. \nThe description should include the requirements in the "
    "editing instruction and try to closely match the content of the target image.\n"
    "The editing instruction is:"
)
PREFIX_DROP_TOKENS = 90  # of the rendered prefix; the first token kept is its last colon
TEXT_TOKENS_MAX = 2048
ENCODER_PIXELS = (256 * 28 * 28, 400 * 28 * 28)
"""Least and most pixels of a picture as the text encoder sees it; whatever the processor's file says."""
THINKER_PIXELS = (262_144, 802_816)
ASPECT_MAX = 8.0  # as at intake; at 200 the vision tower's own resizing gives up
CANDIDATES_MAX = 3  # edits one request may try with reflection on


class BadArguments(InvalidInput):
    """These arguments cannot be carried out."""


@dataclass(frozen=True, slots=True)
class Step1XConfig:
    """How a worker runs the model: what the registry hands over, all of it an operator's choice.

    memory, weight_format, precompute_modulations: "auto" and None decide by the memory that is free.
    guidance_device: a second device for the second guidance branch; "" runs both on one.
    thinker_calls_max, thinker_seconds_max: budget of the language model per edit. thinker_tries_max: per
    question; the published code tries 20 times, because it cuts replies short.
    prompts_file: TOML with the thinker's wording, in the form of `prompts.toml`; "" is ours.
    """

    weights: str = ""
    device: str = "cpu"
    guidance_device: str = ""
    dtype: Literal["float32", "bfloat16"] = "bfloat16"
    memory: Memory = "auto"
    weight_format: Form = "auto"
    precompute_modulations: bool | None = None
    hoist: bool = True
    trim_last_block: bool = True
    cache_embeds: int = 16
    compile_blocks: bool = False
    attention_backend: str = ""
    first_block_cache: float = 0.0
    size_level: int = 1024
    thinker_calls_max: int = 24
    thinker_seconds_max: float = 60.0
    thinker_tokens_max: int = 512
    thinker_tries_max: int = 3
    prompts_file: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """One edit's dials, in the published pipeline's own names and units.

    timesteps_truncate is compared with t in (0, 1000], as the published code does: 0.93 means "always".
    exact_time: keep latents and time in float32; False rounds both to the weights' type as published.
    """

    num_inference_steps: int = 28
    true_cfg_scale: float = 6.0
    size_level: int = 1024
    negative_prompt: str = ""
    timesteps_truncate: float = 0.93
    process_norm_power: float = 0.4
    preserve: float = 0.5
    exact_time: bool = False

    def __post_init__(self) -> None:
        limits = {"num_inference_steps": (1, 200), "size_level": (32, 2048), "preserve": (0, 1)}
        for name, (least, most) in limits.items():
            if not least <= getattr(self, name) <= most:
                raise BadArguments(f"{name} must be between {least} and {most}.", param=name)


PRESETS: Mapping[Quality, tuple[int, bool]] = {"low": (12, False), "medium": (28, False), "high": (50, True)}
"""What a quality means: steps, and whether the model thinks and checks its own work."""
