"""Pictures and words before they meet the model: sizes, resizing, and text made harmless."""

import math
import re
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

from editor.engines.step1x.config import ASPECT_MAX, BadArguments

_SPECIAL = re.compile(r"<\|[^|>]{0,40}\|>|</?tool_call>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def edit_size(width: int, height: int, level: int, step: int = 16) -> tuple[int, int]:
    """Return the size to work at: about level² pixels, the source's aspect, sides in steps of a token."""
    if min(width, height) < 1 or max(width, height) > ASPECT_MAX * min(width, height):
        raise BadArguments(f"The picture's sides may differ by {ASPECT_MAX:g} times at most.", param="image")
    aspect = width / height
    if width > height:
        wide = math.ceil(math.sqrt(level * level * aspect))
        high = math.ceil(wide / aspect)
    else:
        high = math.ceil(math.sqrt(level * level / aspect))
        wide = math.ceil(high * aspect)
    if min(wide, high) < step:
        raise BadArguments("The size level is too small for a picture of this shape.", param="size_level")
    return wide // step * step, high // step * step


def without_marks(text: str) -> str:
    """Return the text without what the tokenizer would take for its own marks, or half characters."""
    text, before = _CONTROL.sub("", text), None
    while text != before:  # removing one mark may close another around it
        before, text = text, _SPECIAL.sub("", text)
    return text


def wish(prompt: str) -> str:
    """Return a person's prompt made harmless; raises BadArguments if nothing of it is left."""
    clean = without_marks(prompt).strip()
    if not clean:
        raise BadArguments("Say what should change.", param="prompt")
    return clean


def encoder_image(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return what the text encoder sees. Resized in its own mode, as published; RGB comes later."""
    return image.resize(size, Image.Resampling.LANCZOS).convert("RGB")


def vae_image(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Return what the VAE sees: (1, 3, H, W) float32, -1..1. Source: SPEC of the model, as published."""
    pixels = torch.from_numpy(np.array(image.convert("RGB"), np.float32) / 255).permute(2, 0, 1)[None]
    return functional.interpolate(pixels, size[::-1], mode="bilinear", antialias=True) * 2 - 1


def thinker_image(image: Image.Image) -> Image.Image:
    """Return what the thinker's own processor is given: fitted into 1024 px, then to steps of 28 px.

    Two resizes before the processor's third: the published chain, needed for equal pixels.
    """
    image = image.convert("RGB")
    if max(image.size) > 1024:
        image.thumbnail((1024, 1024), Image.Resampling.BICUBIC, reducing_gap=2)
        image.save(buffer := BytesIO(), "PNG")
        image = Image.open(buffer).convert("RGB")
    sides = smart_resize(image.height, image.width, min_pixels=4 * 28 * 28, max_pixels=16384 * 28 * 28)
    return image.resize(sides[::-1], Image.Resampling.BICUBIC)
