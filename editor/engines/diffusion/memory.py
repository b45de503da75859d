"""How a model of several parts fits a card: planned from its sizes alone, whatever the model, without torch.

resident   all parts stay on the card
model      one part at a time, the others wait in main memory
group      layer by layer: one works while the next is on its way
"""

import itertools
from dataclasses import dataclass
from typing import Literal

Memory = Literal["auto", "resident", "model", "group"]
Form = Literal["auto", "full", "int8", "fp8"]
GB = 10**9
MEMORIES: tuple[Memory, ...] = ("resident", "model", "group")
SAFER: dict[Memory, Memory] = {"resident": "model", "model": "group", "group": "group", "auto": "group"}
"""What to fall back to when memory ran out."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """A model: bytes of its denoiser and text encoder at two bytes per weight, and the layers of each.

    shares: of the denoiser that may lie on the card, 1 for all of it; the most comes first.
    work_bytes, decode_bytes: what denoising and the VAE need besides weights, at their largest picture.
    """

    denoiser_bytes: int
    encoder_bytes: int
    layers: tuple[int, int]
    work_bytes: int
    decode_bytes: int
    shares: tuple[float, ...] = (1.0,)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where weights stay between uses, in which form, the denoiser's share, and the card's bytes at peak."""

    memory: Memory
    form: Form
    share: float
    peak_bytes: int


def plan(
    sizes: Sizes,
    free_bytes: int,
    *,
    forms: tuple[Form, ...] = ("full",),
    memories: tuple[Memory, ...] = MEMORIES,
) -> Plan:
    """Choose the first way that fits: not layer by layer if possible, then the finest form, then the fastest.

    If nothing fits, the way that needs least.
    """
    ways = sorted(itertools.product(forms, memories, sizes.shares), key=lambda way: way[1] == "group")
    for form, memory, share in ways:
        kept = min(sizes.shares) if memory == "group" else share
        made = Plan(memory, form, kept, _peak_bytes(sizes, memory, form, kept))
        if made.peak_bytes <= free_bytes:
            break
    return made


def _peak_bytes(sizes: Sizes, memory: Memory, form: Form, share: float) -> int:
    scale = 1.0 if form == "full" else 0.5
    denoiser, encoder = sizes.denoiser_bytes * share * scale, sizes.encoder_bytes * scale
    work = max(sizes.work_bytes, sizes.decode_bytes)
    if memory == "resident":
        return int(denoiser + encoder + work)
    if memory == "model":
        return int(max(max(denoiser, encoder) + sizes.work_bytes, sizes.decode_bytes))
    return int(2 * max(denoiser / sizes.layers[0], encoder / sizes.layers[1]) + work)
