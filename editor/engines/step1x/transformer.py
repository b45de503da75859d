"""The diffusion transformer: diffusers' own Flux blocks behind Step1X-Edit's connector.

Module names are the checkpoint's, and the blocks' are FLUX.1's, so the library's attention backends, caches,
offload and compilation work here too. Sequence order everywhere: text, target, reference.
"""

from collections import OrderedDict
from dataclasses import dataclass, fields
from typing import Any, cast

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.attention import AttentionMixin
from diffusers.models.attention_dispatch import dispatch_attention_fn
from diffusers.models.cache_utils import CacheMixin
from diffusers.models.embeddings import apply_rotary_emb, get_timestep_embedding
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.normalization import AdaLayerNormContinuous
from diffusers.models.transformers.transformer_flux import (
    FluxPosEmbed,
    FluxSingleTransformerBlock,
    FluxTransformerBlock,
)
from torch import Tensor, nn
from torch.nn import functional

_register: Any = register_to_config
_position: Any = FluxPosEmbed


@dataclass(frozen=True, slots=True)
class TextCondition:
    """What one prompt says: embedding, text_embeds (1, T, channels); quoted (1, T); ids (T, 3) float32."""

    embedding: Tensor
    text_embeds: Tensor
    quoted: Tensor
    ids: Tensor

    def to(self, device: torch.device) -> "TextCondition":
        """Return the same on a device."""
        return TextCondition(*(getattr(self, one.name).to(device) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Branch:
    """The step-constant part of one guidance branch: computed once per edit ("hoisted").

    pooled (1, P), context (1, D) and tokens (1, T, D) are the connector's; reference: (1, S, inner).
    """

    pooled: Tensor
    context: Tensor
    tokens: Tensor
    quoted: Tensor | None
    reference: Tensor
    rotary: tuple[Tensor, Tensor]


def _two_layers(first: str, second: str, *sizes: int) -> nn.Sequential:
    """Return Linear, SiLU, Linear under the checkpoint's names."""
    channels, hidden, out = sizes
    layers = {first: nn.Linear(channels, hidden), "act": nn.SiLU(), second: nn.Linear(hidden, out)}
    return nn.Sequential(OrderedDict(layers))


class _RefinerBlock(nn.Module):
    """Self-attention and MLP with gates only; no shift, no scale, no norm of queries and keys."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(hidden, eps=1e-6), nn.LayerNorm(hidden, eps=1e-6)
        self.self_attn_qkv = nn.Linear(hidden, hidden * 3)
        self.self_attn_proj = nn.Linear(hidden, hidden)
        self.mlp = _two_layers("fc1", "fc2", hidden, hidden * 4, hidden)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden * 2))
        self._heads = heads

    def forward(self, states: Tensor, condition: Tensor) -> Tensor:
        gate1, gate2 = self.adaLN_modulation(condition)[:, None].chunk(2, dim=-1)
        qkv = self.self_attn_qkv(self.norm1(states)).unflatten(-1, (3, self._heads, -1))
        seen = functional.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4))
        states = states + gate1 * self.self_attn_proj(seen.transpose(1, 2).flatten(2))
        return cast(Tensor, states + gate2 * self.mlp(self.norm2(states)))


def _connector(channels: int, hidden: int, heads: int, depth: int, time: int, pooled: int) -> nn.ModuleDict:
    stream: dict[str, nn.Module] = {
        "input_embedder": nn.Linear(channels, hidden),
        "t_embedder": nn.ModuleDict({"mlp": _two_layers("0", "2", time, hidden, hidden)}),
        "c_embedder": _two_layers("linear_1", "linear_2", channels, hidden, hidden),
        "individual_token_refiner": nn.ModuleDict(
            {"blocks": nn.ModuleList(_RefinerBlock(hidden, heads) for _ in range(depth))}
        ),
    }
    return nn.ModuleDict({"S": nn.ModuleDict(stream), "global_proj_out": nn.Linear(channels, pooled)})


class Step1XTransformer(ModelMixin, ConfigMixin, CacheMixin, AttentionMixin):  # type: ignore[misc]
    """Predicts the velocity of the target's tokens. Defaults are the published sizes."""

    _repeated_blocks = ["FluxTransformerBlock", "FluxSingleTransformerBlock"]
    trims_last_block = False

    @_register  # type: ignore[untyped-decorator]
    def __init__(  # noqa: PLR0913  (the checkpoint's own keys)
        self,
        *,
        in_channels: int = 64,
        out_channels: int | None = None,
        num_layers: int = 19,
        num_single_layers: int = 38,
        attention_head_dim: int = 128,
        num_attention_heads: int = 24,
        joint_attention_dim: int = 4096,
        timestep_in_dim: int = 256,
        vector_in_dim: int = 768,
        connector_in_channels: int = 3584,
        connector_hidden_size: int = 4096,
        connector_heads_num: int = 32,
        connector_depth: int = 2,
        axes_dims_rope: tuple[int, ...] = (16, 56, 56),
        enable_text_token_mapping: bool = False,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        inner, sizes = num_attention_heads * attention_head_dim, (num_attention_heads, attention_head_dim)
        channels, hidden = connector_in_channels, connector_hidden_size
        self.time_embed = _two_layers("in_layer", "out_layer", timestep_in_dim, inner, inner)
        self.vec_embed = _two_layers("in_layer", "out_layer", vector_in_dim, inner, inner)
        self.context_embedder = nn.Linear(joint_attention_dim, inner)
        self.x_embedder = nn.Linear(in_channels, inner)
        self.pos_embed = _position(theta=10000, axes_dim=list(axes_dims_rope))
        self.connector = _connector(
            channels, hidden, connector_heads_num, connector_depth, timestep_in_dim, vector_in_dim
        )
        if enable_text_token_mapping:
            self.text_token_mapping = nn.Linear(channels, hidden)
        double = (FluxTransformerBlock(inner, *sizes) for _ in range(num_layers))
        single = (FluxSingleTransformerBlock(inner, *sizes) for _ in range(num_single_layers))
        self.transformer_blocks = nn.ModuleList(double)
        self.single_transformer_blocks = nn.ModuleList(single)
        self.norm_out = AdaLayerNormContinuous(inner, inner, elementwise_affine=False, eps=1e-6)
        self.proj_out = nn.Linear(inner, out_channels or in_channels)
        self._time_channels = timestep_in_dim

    def branch(self, text: TextCondition, reference: Tensor, ids: Tensor) -> Branch:
        """Prepare one guidance branch. reference: (1, S, C) source tokens; ids: (2S, 3) float32."""
        stream, mapping = self._stream, getattr(self, "text_token_mapping", None)
        quoted = None
        if mapping is not None:
            quoted = mapping(text.text_embeds) * text.quoted[..., None].to(text.text_embeds.dtype)
        mean = text.embedding.mean(dim=1)  # batch 1: no token is padding, all count
        return Branch(
            self.connector["global_proj_out"](mean),
            stream["c_embedder"](mean),
            stream["input_embedder"](text.embedding),
            quoted,
            self.x_embedder(reference),
            cast(tuple[Tensor, Tensor], self.pos_embed(torch.cat([text.ids, ids]))),
        )

    def time_vector(self, branch: Branch, time: Tensor) -> Tensor:
        """Return what all modulations depend on: (1, inner)."""
        return cast(Tensor, self.time_embed(self._sinusoid(branch, time)) + self.vec_embed(branch.pooled))

    def connect(self, branch: Branch, time: Tensor) -> Tensor:
        """Refine a branch's tokens for this timestep: (1, T, D)."""
        stream = self._stream
        condition = stream["t_embedder"]["mlp"](self._sinusoid(branch, time)) + branch.context
        states = branch.tokens
        for block in stream["individual_token_refiner"]["blocks"]:
            states = block(states, condition)
        return states

    def forward(self, latents: Tensor, time: Tensor, branch: Branch) -> Tensor:
        """Return the velocity. latents: (1, S, C); time: (1,), in (0, 1].

        Returns (1, S, C) if the last block is trimmed, else (1, 2S, C): the reference's rows follow.
        """
        vector, text = self.time_vector(branch, time), self.connect(branch, time)
        text = self.context_embedder(text if branch.quoted is None else text + branch.quoted)
        image = torch.cat([self.x_embedder(latents), branch.reference], dim=1)
        inputs = {"temb": vector, "image_rotary_emb": branch.rotary}
        blocks: list[Any] = [*self.transformer_blocks, *self.single_transformer_blocks]
        trimmed = blocks.pop() if self.trims_last_block and len(self.single_transformer_blocks) else None
        for block in blocks:
            text, image = block(hidden_states=image, encoder_hidden_states=text, **inputs)
        if trimmed is not None:
            image = _target_only(trimmed, text, image, latents.shape[1], vector, branch.rotary)
        return cast(Tensor, self.proj_out(self.norm_out(image, vector)))

    @property
    def _stream(self) -> Any:
        return self.connector["S"]

    def _sinusoid(self, branch: Branch, time: Tensor) -> Tensor:
        # Multiplied in its own type: rounded time (bfloat16) is rounded once more, as published.
        embedded = get_timestep_embedding(
            time * 1000, self._time_channels, flip_sin_to_cos=True, downscale_freq_shift=0
        )
        return embedded.to(branch.pooled.dtype)


def _target_only(
    block: Any, text: Tensor, image: Tensor, tokens: int, vector: Tensor, rotary: tuple[Tensor, Tensor]
) -> Tensor:
    """Run the last single block for the target's tokens: all keys, but only their queries and MLP.

    text: (1, T, D); image: (1, 2S, D), any float dtype. Returns (1, S, D). Source: the block's own forward.
    """
    states = torch.cat([text, image], dim=1)
    target = slice(text.shape[1], text.shape[1] + tokens)
    normed, gate = block.norm(states, emb=vector)
    attn, mine = block.attn, normed[:, target]
    heads = (-1, attn.head_dim)
    query = attn.norm_q(attn.to_q(mine).unflatten(-1, heads))
    key = attn.norm_k(attn.to_k(normed).unflatten(-1, heads))
    value = attn.to_v(normed).unflatten(-1, heads)
    rotate: Any = apply_rotary_emb  # its annotations are narrower than what it takes
    query = rotate(query, (rotary[0][target], rotary[1][target]), sequence_dim=1)
    key = rotate(key, rotary, sequence_dim=1)
    backend = getattr(attn.processor, "_attention_backend", None)
    seen = dispatch_attention_fn(query, key, value, backend=backend).flatten(2, 3)
    both = torch.cat([seen.to(query.dtype), block.act_mlp(block.proj_mlp(mine))], dim=2)
    return cast(Tensor, states[:, target] + gate.unsqueeze(1) * block.proj_out(both))
