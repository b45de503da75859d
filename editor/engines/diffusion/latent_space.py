"""The product's dials on latents, for every engine that denoises: `preserve`, the mask, and rough previews.

B batch, S tokens of the picture, C = 4c channels of a token, c latent channels; any float dtype where none is
named. Source, where none is named: our own.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from editor.imaging.pixels import Plane

PRESERVE_REACH = 0.8
PRESERVE_MIX = 0.2
"""How far `preserve` moves a step's guess, and the finished pixels, towards the source (1) or away (0).
The pixels' part is small, or two exposures would show; it makes the dial monotonic on any picture."""


def pack(latents: Tensor) -> Tensor:
    """Fold each 2 x 2 patch of latents into one token: (B, c, H, W) to (B, H/2 · W/2, 4c).

    Channel n of pixel (2i+di, 2j+dj) becomes channel n·4 + di·2 + dj of token (i, j). Source: FLUX.1.
    """
    return functional.pixel_unshuffle(latents, 2).flatten(2).transpose(1, 2)


def unpack(tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """Undo `pack` for a grid of (columns, rows) tokens: (B, S, 4c) to (B, c, 2 rows, 2 columns)."""
    return functional.pixel_shuffle(tokens.transpose(1, 2).reshape(len(tokens), -1, *grid[::-1]), 2)


def lean(velocity: Tensor, latents: Tensor, source: Tensor, *, sigma: float, preserve: float) -> Tensor:
    """Bend a velocity, (B, S, C), so that its guess of the end leans to the source (preserve > 0.5) or away.

    guess = x - sigma · v. It moves by a share of its distance to the source that fades with sigma: strong
    while the layout forms, nothing at the end. At 0.5 the velocity is returned untouched.
    """
    if preserve == 0.5:
        return velocity
    share = PRESERVE_REACH * (2 * preserve - 1) * sigma
    guess = latents.float() - sigma * velocity.float()
    return (velocity.float() - share * (source.float() - guess) / sigma).to(velocity.dtype)


def mix(picture: Tensor, source: Tensor, preserve: float) -> Tensor:
    """Move finished pixels, (1, 3, H, W), towards the source or away from it; untouched at 0.5."""
    return picture + PRESERVE_MIX * (2 * preserve - 1) * (source - picture.clamp(-1, 1))


def noised(source: Tensor, noise: Tensor, sigma: float) -> Tensor:
    """Return the source, (B, S, C), as it would look at this sigma of the schedule, in its own type."""
    return ((1 - sigma) * source.float() + sigma * noise.float()).to(source.dtype)


def latent_mask(mask: Plane, latents: Tensor) -> Tensor:
    """Return how much of each latent pixel may change: (1, S, 4c) float32, 0..1. latents: (1, c, h, w).

    A latent pixel sees its neighbours: it is free if any pixel it covers, or a neighbour's, is to be edited.
    The frame module guarantees the pixels outside.
    """
    plane = torch.from_numpy(mask.astype(np.float32) / 255)[None, None]
    covered = functional.adaptive_max_pool2d(plane, latents.shape[2:])
    grown = functional.max_pool2d(covered, 3, stride=1, padding=1)
    return pack(grown.expand(1, *latents.shape[1:])).to(latents.device)


def preview_fit(latents: Tensor, picture: Tensor) -> Tensor:
    """Return the (c+1, 3) float32 map from latents to colours that fits the source best, by least squares.

    latents: (1, c, h, w) of the source; picture: (1, 3, H, W), -1..1. For any VAE's weights.
    """
    samples = _with_one(latents)
    small = functional.adaptive_avg_pool2d(picture.float(), (latents.shape[2], latents.shape[3]))
    colours = small.flatten(2)[0].T.to(samples.device)
    ridge = 1e-3 * len(samples) * torch.eye(samples.shape[1], device=samples.device)
    fit: Tensor = torch.linalg.solve(samples.T @ samples + ridge, samples.T @ colours)
    return fit


def preview(latents: Tensor, fit: Tensor) -> Tensor:
    """Return a rough picture of latents (1, c, h, w): (h, w, 3) uint8."""
    colours = (_with_one(latents) @ fit).reshape(*latents.shape[2:], 3)
    return ((colours.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()


def _with_one(latents: Tensor) -> Tensor:
    return functional.pad(latents.float().flatten(2)[0].T, (0, 1), value=1.0)
