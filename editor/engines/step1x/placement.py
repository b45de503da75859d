"""Where weights lie, and what is done to them once at load: each option measured in benchmarks/step1x.py.

26 % of the transformer's weights only ever multiply one vector per step. `Modulations` applies them
ahead for all steps of an edit, streaming one matrix at a time, and keeps them off the device.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from editor.engines.step1x.config import Memory, Step1XConfig, Weight
from editor.engines.step1x.transformer import Step1XTransformer
from freeai.common.errors import ServiceError

GB = 10**9
SAFER: dict[Memory, Memory] = {"resident": "model", "model": "group", "group": "group", "auto": "group"}
"""What to fall back to when memory ran out."""
_ACTIVATION_BYTES_PER_TOKEN = 120_000  # SPEC of the model: about 0.12 MB per token at batch 1
_DECODE_BYTES = 2 * GB  # VAE at 1024 x 1024, bfloat16
_TOKENS = 2 * 4096 + 450


class CannotPlace(ServiceError):
    """The machine lacks what an option needs; the message says which."""

    code = "cannot_place"


class _Slot(nn.Module):
    """Stands where a modulation matrix was and returns its row for the current step."""

    def __init__(self, row: Tensor) -> None:
        super().__init__()
        self._row = row
        self.table: Tensor = torch.empty(0)

    def forward(self, _: Tensor) -> Tensor:
        return self.table.index_select(0, self._row)


class Modulations:
    """All adaLN matrices of the blocks, kept on the host; tables of their results on the device."""

    def __init__(self, transformer: Step1XTransformer) -> None:
        self.row = torch.zeros(1, dtype=torch.long)
        self._pairs: list[tuple[_Slot, nn.Linear]] = []
        for block in (*transformer.transformer_blocks, *transformer.single_transformer_blocks):
            for name in ("norm1", "norm1_context", "norm"):
                norm = getattr(block, name, None)
                if norm is not None:
                    slot = _Slot(self.row)
                    self._pairs.append((slot, norm.linear))
                    norm.linear = slot

    @property
    def parameters(self) -> int:
        """How many weights are kept off the device."""
        return sum(weight.numel() for _, linear in self._pairs for weight in linear.parameters())

    def prepare(self, vectors: Tensor) -> None:
        """Fill the tables for all steps and branches. vectors: (K, inner), on the device."""
        inputs = nn.functional.silu(vectors)
        for slot, linear in self._pairs:
            weight, bias = (one.to(vectors.device) for one in (linear.weight, linear.bias))
            slot.table = nn.functional.linear(inputs, weight, bias)

    def place(self, device: torch.device) -> None:
        """Move the row number, which all slots share, to the device."""
        self.row = self.row.to(device)
        for slot, _ in self._pairs:
            slot._row = self.row  # noqa: SLF001

    def select(self, row: int) -> None:
        """Let the slots answer for this row of the tables."""
        self.row.fill_(row)


@dataclass(frozen=True, slots=True)
class Plan:
    """Bytes an edit needs on the device at its peak, and where weights stay between uses."""

    memory: Memory
    weights: Weight
    peak_bytes: int


def plan(
    transformer_bytes: int, encoder_bytes: int, free_bytes: int, *, share_kept: float, weights: Weight
) -> Plan:
    """Choose where weights lie for the memory that is free.

    transformer_bytes, encoder_bytes: at two bytes per weight. share_kept: of the transformer, after
    modulations are moved off. The first arrangement that fits wins, the fastest first.
    """
    size = 1.0 if weights == "full" else 0.5
    core = transformer_bytes * share_kept * size
    encoder = encoder_bytes * size
    work = _TOKENS * _ACTIVATION_BYTES_PER_TOKEN
    both = int(core + encoder + max(work, _DECODE_BYTES))
    alone = int(max(core + work, encoder + work, _DECODE_BYTES))
    if both <= free_bytes:
        return Plan("resident", weights, both)
    if alone <= free_bytes:
        return Plan("model", weights, alone)
    block = max(core / 57, encoder / 28) * 2
    return Plan("group", weights, int(block + max(work, _DECODE_BYTES)))


class Placement:
    """Brings each part to the device when it is needed and, unless all fit, away again."""

    def __init__(self, config: Step1XConfig, transformer: Step1XTransformer, encoder: Any, vae: Any) -> None:
        self.device = torch.device(config.device)
        self._transformer, self._encoder, self._vae = transformer, encoder, vae
        self.modulations: Modulations | None = None
        self._quantise(config.weight_format)
        if config.precompute_modulations:
            self.modulations = Modulations(transformer)
            self.modulations.place(self.device)
        self.memory = config.memory if config.memory != "auto" else self._choose(config.weight_format)
        transformer.trims_last_block = config.trim_last_block and not config.first_block_cache
        self._speed_up(config)
        self._settle()

    def parameters(self) -> int:
        """Weights of the transformer that must lie on the device while it works."""
        return sum(one.numel() for one in self._transformer.parameters())

    @contextlib.contextmanager
    def at_hand(self, part: str) -> Iterator[Any]:
        """Give one part ("transformer", "encoder", "vae") on the device for the length of a block."""
        module = {"transformer": self._transformer, "encoder": self._encoder, "vae": self._vae}[part]
        is_moving = self.memory == "model" or (self.memory == "group" and part == "vae")
        if is_moving:
            module.to(self.device)
        try:
            yield module
        finally:
            if is_moving and self.device.type != "cpu":
                module.to("cpu")
                torch.cuda.empty_cache()

    def _choose(self, weights: Weight) -> Memory:
        if self.device.type != "cuda":
            return "resident"
        counts = [
            sum(one.numel() for one in part.parameters()) for part in (self._transformer, self._encoder)
        ]
        free, _ = torch.cuda.mem_get_info(self.device)
        return plan(2 * counts[0], 2 * counts[1], free, share_kept=1.0, weights=weights).memory

    def _settle(self) -> None:
        if self.memory == "resident":
            for part in (self._transformer, self._encoder, self._vae):
                part.to(self.device)
        elif self.memory == "group":
            from diffusers.hooks.group_offloading import apply_group_offloading  # noqa: PLC0415  (heavy, and rarely needed)

            for part in (self._transformer, self._encoder):
                apply_group_offloading(
                    part,
                    onload_device=self.device,
                    offload_device=torch.device("cpu"),
                    offload_type="leaf_level",
                    use_stream=self.device.type == "cuda",
                )

    def _quantise(self, weights: Weight) -> None:
        """Store the blocks' and the language model's matrices in 8 bits; norms and embedders stay."""
        if weights == "full":
            return
        try:
            from torchao.quantization import (  # noqa: PLC0415  (optional)
                Float8DynamicActivationFloat8WeightConfig,
                Int8WeightOnlyConfig,
                quantize_,
            )
        except ImportError as error:
            raise CannotPlace(f"{weights} weights need torchao: pip install torchao") from error
        if weights == "fp8" and (
            self.device.type != "cuda" or torch.cuda.get_device_capability(self.device) < (8, 9)
        ):
            raise CannotPlace("fp8 weights need a card of compute capability 8.9 or newer; int8 does not.")
        how = Int8WeightOnlyConfig() if weights == "int8" else Float8DynamicActivationFloat8WeightConfig()
        for blocks in (self._transformer.transformer_blocks, self._transformer.single_transformer_blocks):
            quantize_(blocks, how, filter_fn=_is_heavy)
        quantize_(self._encoder.model.language_model.layers, Int8WeightOnlyConfig(), filter_fn=_is_heavy)

    def _speed_up(self, config: Step1XConfig) -> None:
        blocks = [*self._transformer.transformer_blocks, *self._transformer.single_transformer_blocks]
        for block in blocks:
            if config.attention_backend:
                block.attn.processor._attention_backend = config.attention_backend  # noqa: SLF001
            if config.compile_blocks:
                block.compile()
        if config.first_block_cache:
            from diffusers.hooks.first_block_cache import (  # noqa: PLC0415
                FirstBlockCacheConfig,
                apply_first_block_cache,
            )
            from diffusers.hooks.hooks import HookRegistry  # noqa: PLC0415

            apply_first_block_cache(self._transformer, FirstBlockCacheConfig(config.first_block_cache))
            HookRegistry.check_if_exists_or_initialize(self._transformer)


@contextlib.contextmanager
def cache_context(module: nn.Module, name: str, *, is_first: bool) -> Iterator[None]:
    """Keep the first-block cache of one guidance branch apart from the other's; an edit starts afresh."""
    registry: Any = getattr(module, "_diffusers_hook", None)
    if registry is None:
        yield
        return
    from diffusers.hooks.hooks import CacheContext, _set_cache_context  # noqa: PLC0415

    if is_first:
        registry.reset_stateful_hooks()
    _set_cache_context(module, CacheContext(name))
    try:
        yield
    finally:
        _set_cache_context(module, None)


def _is_heavy(module: nn.Module, name: str) -> bool:
    return isinstance(module, nn.Linear) and "norm" not in name
