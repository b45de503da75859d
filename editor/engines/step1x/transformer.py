"""The diffusion transformer: diffusers' own Flux blocks behind Step1X-Edit's connector.

Module names are the checkpoint's, and the blocks' are FLUX.1's, so the library's attention backends, caches,
offload and compilation work here too. Sequence order everywhere: text, target, reference.
"""

from collections import OrderedDict
from typing import Any, NamedTuple

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

# The library's own annotations are missing, or narrower than what it takes.
_register: Any = register_to_config
_positions: Any = FluxPosEmbed
_rotate: Any = apply_rotary_emb


class TextCondition(NamedTuple):
    """What one prompt says: embedding, text_embeds (1, T, channels); quoted (1, T); ids (T, 3) float32."""

    embedding: Tensor
    text_embeds: Tensor
    quoted: Tensor
    ids: Tensor


class Branch(NamedTuple):
    """The step-constant part of one guidance branch: computed once per edit ("hoisted").

    pooled (1, P), context (1, D) and tokens (1, T, D) are the connector's; reference: (1, S, inner).
    """

    pooled: Tensor
    context: Tensor
    tokens: Tensor
    quoted: Tensor | float
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
        refined: Tensor = states + gate2 * self.mlp(self.norm2(states))
        return refined


def _connector(channels: int, hidden: int, heads: int, depth: int, time: int, pooled: int) -> nn.ModuleDict:
    refiner = {"blocks": nn.ModuleList(_RefinerBlock(hidden, heads) for _ in range(depth))}
    stream: dict[str, nn.Module] = {
        "input_embedder": nn.Linear(channels, hidden),
        "t_embedder": nn.ModuleDict({"mlp": _two_layers("0", "2", time, hidden, hidden)}),
        "c_embedder": _two_layers("linear_1", "linear_2", channels, hidden, hidden),
        "individual_token_refiner": nn.ModuleDict(refiner),
    }
    return nn.ModuleDict({"S": nn.ModuleDict(stream), "global_proj_out": nn.Linear(channels, pooled)})


class Step1XTransformer(ModelMixin, ConfigMixin, CacheMixin, AttentionMixin):  # type: ignore[misc]  # untyped
    """Predicts the velocity of the target's tokens. Defaults are the published sizes."""

    _repeated_blocks = ["FluxTransformerBlock", "FluxSingleTransformerBlock"]
    trims_last_block = False

    @_register  # type: ignore[untyped-decorator]  # the library's
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
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        inner, sizes = num_attention_heads * attention_head_dim, (num_attention_heads, attention_head_dim)
        self._time = time = timestep_in_dim
        self.time_embed = _two_layers("in_layer", "out_layer", time, inner, inner)
        self.vec_embed = _two_layers("in_layer", "out_layer", vector_in_dim, inner, inner)
        self.context_embedder = nn.Linear(joint_attention_dim, inner)
        self.x_embedder = nn.Linear(in_channels, inner)
        self.pos_embed = _positions(theta=10000, axes_dim=list(axes_dims_rope))
        streams = connector_in_channels, connector_hidden_size
        self.connector = _connector(*streams, connector_heads_num, connector_depth, time, vector_in_dim)
        if enable_text_token_mapping:
            self.text_token_mapping = nn.Linear(*streams)
        double = (FluxTransformerBlock(inner, *sizes) for _ in range(num_layers))
        single = (FluxSingleTransformerBlock(inner, *sizes) for _ in range(num_single_layers))
        self.transformer_blocks = nn.ModuleList(double)
        self.single_transformer_blocks = nn.ModuleList(single)
        self.norm_out = AdaLayerNormContinuous(inner, inner, elementwise_affine=False, eps=1e-6)
        self.proj_out = nn.Linear(inner, out_channels or in_channels)

    def branch(self, text: TextCondition, reference: Tensor, ids: Tensor) -> Branch:
        """Prepare one guidance branch. reference: (1, S, C) source tokens; ids: (2S, 3) float32."""
        mapping, stream = getattr(self, "text_token_mapping", None), self._stream
        quoted = mapping(text.text_embeds) * text.quoted[..., None].to(text.text_embeds) if mapping else 0.0
        mean = text.embedding.mean(dim=1)  # batch 1: no token is padding, all count
        return Branch(
            self.connector["global_proj_out"](mean),
            stream["c_embedder"](mean),
            stream["input_embedder"](text.embedding),
            quoted,
            self.x_embedder(reference),
            self.pos_embed(torch.cat([text.ids, ids])),
        )

    def time_vector(self, branch: Branch, time: Tensor) -> Tensor:
        """Return what all modulations depend on: (1, inner)."""
        vector: Tensor = self.time_embed(self._sinusoid(branch, time)) + self.vec_embed(branch.pooled)
        return vector

    def connect(self, branch: Branch, time: Tensor) -> Tensor:
        """Refine a branch's tokens for this timestep: (1, T, D)."""
        condition = self._stream["t_embedder"]["mlp"](self._sinusoid(branch, time)) + branch.context
        states = branch.tokens
        for block in self._stream["individual_token_refiner"]["blocks"]:
            states = block(states, condition)
        return states

    def forward(self, latents: Tensor, time: Tensor, branch: Branch) -> Tensor:
        """Return the velocity. latents: (1, S, C); time: (1,), in (0, 1].

        Returns (1, S, C) if the last block is trimmed, else (1, 2S, C): the reference's rows follow.
        """
        vector = self.time_vector(branch, time)
        text = self.context_embedder(self.connect(branch, time) + branch.quoted)
        image = torch.cat([self.x_embedder(latents), branch.reference], dim=1)
        inputs = {"temb": vector, "image_rotary_emb": branch.rotary}
        blocks: list[Any] = [*self.transformer_blocks, *self.single_transformer_blocks]
        trimmed = blocks.pop() if self.trims_last_block and len(self.single_transformer_blocks) else None
        for block in blocks:
            text, image = block(hidden_states=image, encoder_hidden_states=text, **inputs)
        if trimmed is not None:
            image = _target_only(trimmed, text, image, latents.shape[1], vector, branch.rotary)
        velocity: Tensor = self.proj_out(self.norm_out(image, vector))
        return velocity

    @property
    def _stream(self) -> Any:
        return self.connector["S"]

    def _sinusoid(self, branch: Branch, time: Tensor) -> Tensor:
        # Multiplied in its own type: rounded time (bfloat16) is rounded once more, as published.
        wave = get_timestep_embedding(time * 1000, self._time, flip_sin_to_cos=True, downscale_freq_shift=0)
        return wave.to(branch.pooled.dtype)


def _target_only(
    block: Any, text: Tensor, image: Tensor, tokens: int, vector: Tensor, rotary: tuple[Tensor, Tensor]
) -> Tensor:
    """Run the last single block for the target's tokens: all keys, but only their queries and MLP.

    text: (1, T, D); image: (1, 2S, D), any float dtype. Returns (1, S, D). Source: the block's own forward.
    """
    states, attn = torch.cat([text, image], dim=1), block.attn
    target, heads = slice(text.shape[1], text.shape[1] + tokens), (-1, attn.head_dim)
    normed, gate = block.norm(states, emb=vector)
    mine = normed[:, target]
    query = attn.norm_q(attn.to_q(mine).unflatten(-1, heads))
    query = _rotate(query, (rotary[0][target], rotary[1][target]), sequence_dim=1)
    key = _rotate(attn.norm_k(attn.to_k(normed).unflatten(-1, heads)), rotary, sequence_dim=1)
    value = attn.to_v(normed).unflatten(-1, heads)
    backend = getattr(attn.processor, "_attention_backend", None)  # where set_attention_backend keeps it
    seen = dispatch_attention_fn(query, key, value, backend=backend).flatten(2, 3)
    both = torch.cat([seen.to(query.dtype), block.act_mlp(block.proj_mlp(mine))], dim=2)
    out: Tensor = states[:, target] + gate.unsqueeze(1) * block.proj_out(both)
    return out
