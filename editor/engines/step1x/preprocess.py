"""Pictures and words before they meet the model: sizes, resizing, and text made harmless."""

import math
import re
from io import BytesIO
from typing import cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from editor.engines.step1x.config import ASPECT_MAX, SIDE_STEP_PX, BadArguments
from editor.imaging.pixels import Pixels, Plane

_SPECIAL = re.compile(r"<\|[^|>]{0,40}\|>|</?tool_call>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def edit_size(width: int, height: int, level: int) -> tuple[int, int]:
    """Return the size the model works at: about level² pixels, the source's aspect, sides of 16 px."""
    if min(width, height) < 1 or max(width, height) > ASPECT_MAX * min(width, height):
        raise BadArguments(f"The picture's sides may differ by {ASPECT_MAX:g} times at most.", param="image")
    aspect = width / height
    if width > height:
        wide = math.ceil(math.sqrt(level * level * aspect))
        high = math.ceil(wide / aspect)
    else:
        high = math.ceil(math.sqrt(level * level / aspect))
        wide = math.ceil(high * aspect)
    size = wide // SIDE_STEP_PX * SIDE_STEP_PX, high // SIDE_STEP_PX * SIDE_STEP_PX
    if min(size) == 0:
        raise BadArguments("The size level is too small for a picture of this shape.", param="size_level")
    return size


def without_marks(text: str) -> str:
    """Return the text without what the tokenizer would take for its own marks, or half characters."""
    text, before = _CONTROL.sub("", text), None
    while text != before:  # removing one mark may close another around it
        before, text = text, _SPECIAL.sub("", text)
    return text


def encoder_image(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return what the text encoder sees. Resized in its own mode, as published; RGB comes later."""
    return image.resize(size, Image.Resampling.LANCZOS).convert("RGB")


def vae_image(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Return what the VAE sees: (1, 3, H, W) float32, -1..1."""
    pixels = torch.from_numpy(np.array(image.convert("RGB"), np.float32) / 255).permute(2, 0, 1)[None]
    resized = functional.interpolate(
        pixels, size=(size[1], size[0]), mode="bilinear", antialias=True, align_corners=False
    )
    return resized * 2 - 1


def thinker_image(image: Image.Image) -> Image.Image:
    """Return what the thinker's own processor is given: fitted into 1024 px, then to steps of 28 px.

    Two resizes before the processor's third: the published chain, needed for equal pixels.
    """
    image = image.convert("RGB")
    if max(image.size) > 1024:
        image.thumbnail((1024, 1024), Image.Resampling.BICUBIC, reducing_gap=2)
        buffer = BytesIO()
        image.save(buffer, "PNG")
        image = Image.open(buffer).convert("RGB")
    high, wide = smart_size(image.height, image.width, least=4 * 28 * 28, most=16384 * 28 * 28)
    return image.resize((wide, high), Image.Resampling.BICUBIC)


def smart_size(height: int, width: int, *, least: int, most: int, factor: int = 28) -> tuple[int, int]:
    """Return (height, width) in steps of `factor` with an area within the limits (Qwen2-VL's rule)."""
    high, wide = round(height / factor) * factor, round(width / factor) * factor
    high, wide = max(factor, high), max(factor, wide)
    if high * wide > most:
        shrink = math.sqrt(height * width / most)
        high = max(factor, math.floor(height / shrink / factor) * factor)
        wide = max(factor, math.floor(width / shrink / factor) * factor)
    elif high * wide < least:
        grow = math.sqrt(least / (height * width))
        high = math.ceil(height * grow / factor) * factor
        wide = math.ceil(width * grow / factor) * factor
    return high, wide


def latent_mask(mask: Plane, size: tuple[int, int]) -> Tensor:
    """Return how much of each latent pixel may change, packed: (1, S, 64) float32, 0..1.

    A latent pixel covers 8 x 8 of the picture and sees its neighbours: it is free if any pixel it
    covers, or a neighbour's, is to be edited. The frame module guarantees the pixels outside.
    """
    plane = torch.from_numpy(mask.astype(np.float32) / 255)[None, None]
    high, wide = size[1] // 8, size[0] // 8
    covered = functional.adaptive_max_pool2d(plane, (high, wide))
    grown = functional.max_pool2d(covered, 3, stride=1, padding=1)
    from editor.engines.step1x.sampling import pack  # noqa: PLC0415

    return pack(grown.expand(1, 16, high, wide))


def to_pixels(image: Image.Image) -> Pixels:
    """Return the picture as (H, W, 3) uint8."""
    return cast(Pixels, np.asarray(image.convert("RGB")))
