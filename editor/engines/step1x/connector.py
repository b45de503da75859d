"""The connector: turns the text encoder's states into what the transformer reads.

Two refiner blocks whose gates depend on the timestep, and a pooled vector. Module names are the
checkpoint's. What does not depend on the timestep is computed once per edit (`Pooled`).
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Pooled:
    """The step-constant part: pooled (1, 768), context (1, D), embedded tokens (1, T, D)."""

    pooled: Tensor
    context: Tensor
    tokens: Tensor


def sinusoid(time: Tensor, channels: int) -> Tensor:
    """Return the embedding of t in (0, 1]: (B, channels) float32, cosines then sines of 1000·t."""
    half = channels // 2
    frequencies = torch.exp(
        torch.arange(half, dtype=torch.float32, device=time.device) * (-9.210340371976184 / half)
    )
    # Multiplied in its own type: rounded time (bfloat16) is rounded once more, as published.
    angles = (time * 1000).float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def two_layers(first: str, second: str, *, channels: int, hidden: int, out: int) -> nn.Sequential:
    """Return Linear, SiLU, Linear under the checkpoint's names."""
    layers = {first: nn.Linear(channels, hidden), "act": nn.SiLU(), second: nn.Linear(hidden, out)}
    return nn.Sequential(OrderedDict(layers))


class _RefinerBlock(nn.Module):
    """Self-attention and MLP with gates only; no shift, no scale, no norm of queries and keys."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(hidden, eps=1e-6)
        self.self_attn_qkv = nn.Linear(hidden, hidden * 3)
        self.self_attn_proj = nn.Linear(hidden, hidden)
        self.norm2 = nn.LayerNorm(hidden, eps=1e-6)
        self.mlp = two_layers("fc1", "fc2", channels=hidden, hidden=hidden * 4, out=hidden)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden * 2))
        self._heads = heads

    def forward(self, states: Tensor, condition: Tensor) -> Tensor:
        gate1, gate2 = self.adaLN_modulation(condition)[:, None].chunk(2, dim=-1)
        qkv = self.self_attn_qkv(self.norm1(states)).unflatten(-1, (3, self._heads, -1))
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)
        states = states + gate1 * self.self_attn_proj(seen.transpose(1, 2).flatten(2))
        out: Tensor = states + gate2 * self.mlp(self.norm2(states))
        return out


class _Stream(nn.Module):
    def __init__(self, channels: int, hidden: int, heads: int, depth: int, time_channels: int) -> None:
        super().__init__()
        self.input_embedder = nn.Linear(channels, hidden)
        time_mlp = two_layers("0", "2", channels=time_channels, hidden=hidden, out=hidden)
        self.t_embedder = nn.ModuleDict({"mlp": time_mlp})
        self.c_embedder = two_layers("linear_1", "linear_2", channels=channels, hidden=hidden, out=hidden)
        blocks = nn.ModuleList(_RefinerBlock(hidden, heads) for _ in range(depth))
        self.individual_token_refiner = nn.ModuleDict({"blocks": blocks})


class Connector(nn.Module):
    """Text states (1, T, channels) to refined tokens (1, T, hidden) and a pooled vector."""

    def __init__(
        self, *, channels: int, hidden: int, heads: int, depth: int, time_channels: int, pooled: int
    ) -> None:
        super().__init__()
        self.S = _Stream(channels, hidden, heads, depth, time_channels)
        self.global_proj_out = nn.Linear(channels, pooled)
        self._time_channels = time_channels

    def pool(self, embedding: Tensor) -> Pooled:
        """Compute what does not depend on the timestep. Batch 1: no token is padding, all count."""
        mean = embedding.mean(dim=1)
        return Pooled(self.global_proj_out(mean), self.S.c_embedder(mean), self.S.input_embedder(embedding))

    def forward(self, fixed: Pooled, time: Tensor) -> Tensor:
        states = fixed.tokens
        embedded = sinusoid(time, self._time_channels).to(states.dtype)
        condition = self.S.t_embedder["mlp"](embedded) + fixed.context
        for block in cast(nn.ModuleList, self.S.individual_token_refiner["blocks"]):
            states = block(states, condition)
        return states
