"""Arithmetic of the sampler: functions on tensors, without state. Source: Step1X-Edit v1p2, as published.

B batch, S tokens of the target, C channels of a token; any float dtype where none is named.
"""

import torch
from torch import Tensor


def image_ids(grid: tuple[int, int]) -> Tensor:
    """Return positions of target then reference tokens: (2S, 3) float32; the first axis tells them apart."""
    columns, rows = (torch.arange(float(count)) for count in grid)
    return torch.cartesian_prod(torch.arange(2.0), rows, columns)


def shift(tokens: int, scheduler: dict[str, float]) -> float:
    """Return mu, linear in the number of target tokens, by the scheduler's own numbers."""
    low, high = scheduler["base_image_seq_len"], scheduler["max_image_seq_len"]
    slope = (scheduler["max_shift"] - scheduler["base_shift"]) / (high - low)
    return tokens * slope + scheduler["base_shift"] - slope * low


def guide(cond: Tensor, neg: Tensor, *, scale: float, power: float, tamed: bool) -> Tensor:
    """Combine both branches' velocities, (B, S, C); `tamed` divides long differences by n^power.

    n is the difference's length per token; where it is at most 1 nothing is divided.
    """
    difference = cond - neg
    if not tamed:
        return neg + scale * difference
    length = torch.norm(difference, p=2, dim=2, keepdim=True)
    return neg + difference * scale / torch.where(length > 1.0, length**power, torch.ones_like(length))
