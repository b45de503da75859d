"""Arithmetic of the sampler: functions on tensors, without state.

B batch, S tokens of the target, C = 4c channels of a token, c latent channels; any float dtype where none is
named. Source, where none is named: Step1X-Edit v1p2, as published.
"""

import torch
from torch import Tensor

PRESERVE_REACH = 0.8
PRESERVE_MIX = 0.2
"""How far `preserve` moves a step's guess, and the finished pixels, towards the source (1) or away (0).
The pixels' part is small, or two exposures would show; it makes the dial monotonic on any picture."""


def pack(latents: Tensor) -> Tensor:
    """Fold each 2 x 2 patch of latents into one token: (B, c, H, W) to (B, H/2 · W/2, 4c).

    Channel n of pixel (2i+di, 2j+dj) becomes channel n·4 + di·2 + dj of token (i, j).
    """
    batch, channels, high, wide = latents.shape
    patches = latents.reshape(batch, channels, high // 2, 2, wide // 2, 2)
    return patches.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def unpack(tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """Undo `pack` for a grid of (columns, rows) tokens: (B, S, 4c) to (B, c, 2 rows, 2 columns)."""
    patches = tokens.reshape(len(tokens), grid[1], grid[0], -1, 2, 2)
    return patches.permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)


def image_ids(grid: tuple[int, int]) -> Tensor:
    """Return positions of target then reference tokens: (2S, 3) float32; the first axis tells them apart."""
    rows, columns = torch.meshgrid(torch.arange(grid[1]), torch.arange(grid[0]), indexing="ij")
    target = torch.stack([torch.zeros_like(rows), rows, columns], dim=-1).reshape(-1, 3).float()
    return torch.cat([target, target + torch.tensor([1.0, 0.0, 0.0])])


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


def lean(velocity: Tensor, latents: Tensor, source: Tensor, *, sigma: float, preserve: float) -> Tensor:
    """Bend a velocity, (B, S, C), so that its guess of the end leans to the source (preserve > 0.5) or away.

    guess = x - sigma · v. It moves by a share of its distance to the source that fades with sigma: strong
    while the layout forms, nothing at the end. At 0.5 the velocity is returned untouched. Source: our own.
    """
    if preserve == 0.5:
        return velocity
    share = PRESERVE_REACH * (2 * preserve - 1) * sigma
    guess = latents.float() - sigma * velocity.float()
    return (velocity.float() - share * (source.float() - guess) / sigma).to(velocity.dtype)


def mix(picture: Tensor, source: Tensor, preserve: float) -> Tensor:
    """Move finished pixels, (1, 3, H, W), towards the source or away from it; untouched at 0.5. Source: our
    own.
    """
    return picture + PRESERVE_MIX * (2 * preserve - 1) * (source - picture.clamp(-1, 1))


def noised(source: Tensor, noise: Tensor, sigma: float) -> Tensor:
    """Return the source, (B, S, C), as it would look at this sigma of the schedule, in its own type."""
    return ((1 - sigma) * source.float() + sigma * noise.float()).to(source.dtype)


def preview_fit(latents: Tensor, picture: Tensor) -> Tensor:
    """Return the (c+1, 3) float32 map from latents to colours that fits the source best, by least squares.

    latents: (1, c, h, w) of the source; picture: (1, 3, H, W), -1..1. For any VAE's weights. Source: our own.
    """
    small = torch.nn.functional.adaptive_avg_pool2d(picture.float(), (latents.shape[2], latents.shape[3]))
    samples = _with_one(latents)
    ridge = 1e-3 * len(samples) * torch.eye(samples.shape[1], device=samples.device)
    colours = small.flatten(2)[0].T.to(samples.device)
    fit: Tensor = torch.linalg.solve(samples.T @ samples + ridge, samples.T @ colours)
    return fit


def preview(latents: Tensor, fit: Tensor) -> Tensor:
    """Return a rough picture of latents (1, c, h, w): (h, w, 3) uint8. Source: our own."""
    colours = (_with_one(latents) @ fit).reshape(*latents.shape[2:], 3)
    return ((colours.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()


def _with_one(latents: Tensor) -> Tensor:
    return torch.nn.functional.pad(latents.float().flatten(2)[0].T, (0, 1), value=1.0)
