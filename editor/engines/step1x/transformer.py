"""The diffusion transformer: diffusers' own Flux blocks behind Step1X-Edit's connector.

The blocks and their key names are FLUX.1's, so its attention backends, caches and compiled
forms work here too. Sequence order everywhere: text, target, reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from diffusers.models.attention_dispatch import dispatch_attention_fn
from diffusers.models.embeddings import apply_rotary_emb
from diffusers.models.normalization import AdaLayerNormContinuous
from diffusers.models.transformers.transformer_flux import (
    FluxPosEmbed,
    FluxSingleTransformerBlock,
    FluxTransformerBlock,
)
from torch import Tensor, nn

from editor.engines.step1x.connector import Connector, Pooled, sinusoid, two_layers

_DEFAULTS: dict[str, Any] = {
    "in_channels": 64,
    "out_channels": None,
    "num_layers": 19,
    "num_single_layers": 38,
    "attention_head_dim": 128,
    "num_attention_heads": 24,
    "joint_attention_dim": 4096,
    "timestep_in_dim": 256,
    "vector_in_dim": 768,
    "connector_in_channels": 3584,
    "connector_hidden_size": 4096,
    "connector_heads_num": 32,
    "connector_depth": 2,
    "axes_dims_rope": (16, 56, 56),
    "enable_text_token_mapping": False,
}
"""The published sizes, for keys that a checkpoint's config leaves out."""


@dataclass(frozen=True, slots=True)
class TextCondition:
    """What one prompt says, in the text encoder's terms; T tokens.

    embedding, text_embeds: (1, T, channels). quoted: (1, T), 1 for tokens inside quotes.
    ids: (T, 3) float32 positions.
    """

    embedding: Tensor
    text_embeds: Tensor
    quoted: Tensor
    ids: Tensor


@dataclass(frozen=True, slots=True)
class Branch:
    """The step-constant part of one guidance branch: computed once per edit ("hoisted")."""

    fixed: Pooled
    quoted_tokens: Tensor | None
    reference: Tensor
    rotary: tuple[Tensor, Tensor]


class Step1XTransformer(nn.Module):
    """Predicts the velocity of the target's tokens. Built from the checkpoint's config alone."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        sizes = {key: config.get(key, default) for key, default in _DEFAULTS.items()}
        heads, head_dim = sizes["num_attention_heads"], sizes["attention_head_dim"]
        inner = heads * head_dim
        channels, hidden = sizes["connector_in_channels"], sizes["connector_hidden_size"]
        self._time_channels: int = sizes["timestep_in_dim"]
        names, pooled = ("in_layer", "out_layer"), sizes["vector_in_dim"]
        self.time_embed = two_layers(*names, channels=self._time_channels, hidden=inner, out=inner)
        self.vec_embed = two_layers(*names, channels=pooled, hidden=inner, out=inner)
        self.context_embedder = nn.Linear(sizes["joint_attention_dim"], inner)
        self.x_embedder = nn.Linear(sizes["in_channels"], inner)
        self.pos_embed = FluxPosEmbed(theta=10000, axes_dim=list(sizes["axes_dims_rope"]))
        self.connector = Connector(
            channels=channels,
            hidden=hidden,
            heads=sizes["connector_heads_num"],
            depth=sizes["connector_depth"],
            time_channels=self._time_channels,
            pooled=pooled,
        )
        if sizes["enable_text_token_mapping"]:
            self.text_token_mapping = nn.Linear(channels, hidden)
        self.transformer_blocks = nn.ModuleList(
            FluxTransformerBlock(inner, heads, head_dim) for _ in range(sizes["num_layers"])
        )
        self.single_transformer_blocks = nn.ModuleList(
            FluxSingleTransformerBlock(inner, heads, head_dim) for _ in range(sizes["num_single_layers"])
        )
        self.norm_out = AdaLayerNormContinuous(inner, inner, elementwise_affine=False, eps=1e-6)
        self.proj_out = nn.Linear(inner, sizes["out_channels"] or sizes["in_channels"])
        self.trims_last_block = False

    def branch(self, text: TextCondition, reference: Tensor, ids: Tensor) -> Branch:
        """Prepare one guidance branch. reference: (1, S, C) source tokens; ids: (2S, 3)."""
        mapping = getattr(self, "text_token_mapping", None)
        quoted = None
        if mapping is not None:
            quoted = mapping(text.text_embeds) * text.quoted[..., None].to(text.text_embeds.dtype)
        rotary = self.pos_embed(torch.cat([text.ids.to(ids.device), ids]))
        fixed = self.connector.pool(text.embedding)
        return Branch(fixed, quoted, self.x_embedder(reference), cast(tuple[Tensor, Tensor], rotary))

    def time_vector(self, branch: Branch, time: Tensor) -> Tensor:
        """Return what all modulations depend on: (1, inner)."""
        pooled = branch.fixed.pooled
        embedded = self.time_embed(sinusoid(time, self._time_channels).to(pooled.dtype))
        return cast(Tensor, embedded + self.vec_embed(pooled))

    def forward(self, latents: Tensor, time: Tensor, branch: Branch) -> Tensor:
        """Return the velocity. latents: (1, S, C); time: (1,), in (0, 1].

        Returns (1, S, C) if the last block is trimmed, else (1, 2S, C): the reference's rows follow.
        """
        vector = self.time_vector(branch, time)
        text = self.connector(branch.fixed, time)
        if branch.quoted_tokens is not None:
            text = text + branch.quoted_tokens
        text = self.context_embedder(text)
        image = torch.cat([self.x_embedder(latents), branch.reference], dim=1)
        inputs = {"temb": vector, "image_rotary_emb": branch.rotary}
        for block in self.transformer_blocks:
            text, image = block(hidden_states=image, encoder_hidden_states=text, **inputs)
        whole, trimmed = self._single_blocks()
        for block in whole:
            text, image = block(hidden_states=image, encoder_hidden_states=text, **inputs)
        if trimmed is not None:
            image = _target_only(trimmed, text, image, latents.shape[1], vector, branch.rotary)
        out: Tensor = self.proj_out(self.norm_out(image, vector))
        return out

    def _single_blocks(self) -> tuple[list[nn.Module], FluxSingleTransformerBlock | None]:
        blocks = list(self.single_transformer_blocks)
        if not self.trims_last_block or not blocks:
            return blocks, None
        return blocks[:-1], cast(FluxSingleTransformerBlock, blocks[-1])


def _target_only(
    block: FluxSingleTransformerBlock,
    text: Tensor,
    image: Tensor,
    tokens: int,
    vector: Tensor,
    rotary: tuple[Tensor, Tensor],
) -> Tensor:
    """Run the last single block for the target's tokens: all keys, but only their queries and MLP."""
    start, states = text.shape[1], torch.cat([text, image], dim=1)
    target = slice(start, start + tokens)
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
    mlp = block.act_mlp(block.proj_mlp(mine))
    out = gate.unsqueeze(1) * block.proj_out(torch.cat([seen.to(query.dtype), mlp], dim=2))
    return cast(Tensor, states[:, target] + out)
