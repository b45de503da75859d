"""Where weights lie, and what is done to them once at load: each option measured in benchmarks/step1x.py.

26 % of the transformer's weights only ever multiply one vector per step. `Modulations` applies them ahead
for all steps of an edit, streaming one matrix at a time, and keeps them off the device.
"""

import contextlib
import copy
import importlib.util
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.hooks.first_block_cache import FirstBlockCacheConfig
from diffusers.hooks.group_offloading import apply_group_offloading
from torch import Tensor, nn

from editor.engines.step1x.config import Form, Memory, Step1XConfig
from editor.engines.step1x.transformer import Branch, Step1XTransformer, TextCondition
from freeai.common.errors import ServiceError

GB = 10**9
MEMORIES: tuple[Memory, ...] = ("resident", "model", "group")
SAFER: dict[Memory, Memory] = {"resident": "model", "model": "group", "group": "group", "auto": "group"}
"""What to fall back to when memory ran out."""
_WORK_BYTES = (2 * 4096 + 450) * 120_000  # tokens at 1024 px; SPEC of the model: 0.12 MB each at batch 1
_DECODE_BYTES = 2 * GB  # VAE at 1024 x 1024, bfloat16


class CannotPlace(ServiceError):
    """The machine lacks what an option needs; the message says which."""

    code = "cannot_place"


class _Slot(nn.Module):
    """Stands where a modulation matrix was and returns its row for the current step."""

    def __init__(self, row: Tensor) -> None:
        super().__init__()
        self._row, self.table = row, torch.empty(0)

    def forward(self, _: Tensor) -> Tensor:
        return self.table.index_select(0, self._row)


class Modulations:
    """All adaLN matrices of the blocks, kept on the host; tables of their results on the device."""

    def __init__(self, transformer: Step1XTransformer, device: torch.device) -> None:
        self._row = torch.zeros(1, dtype=torch.long, device=device)
        self._pairs: list[tuple[_Slot, nn.Linear]] = []
        for block in (*transformer.transformer_blocks, *transformer.single_transformer_blocks):
            for norm in (getattr(block, name, None) for name in ("norm1", "norm1_context", "norm")):
                if isinstance(linear := getattr(norm, "linear", None), nn.Linear):
                    self._pairs.append((_Slot(self._row), linear))
                    setattr(norm, "linear", self._pairs[-1][0])  # noqa: B010  (norm is of several types)

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

    def select(self, row: int) -> None:
        """Let the slots answer for this row of the tables."""
        self._row.fill_(row)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where weights stay between uses, in which form, and the device's bytes an edit needs at its peak."""

    memory: Memory
    weights: Form
    precompute_modulations: bool
    peak_bytes: int


def plan(
    transformer_bytes: int,
    encoder_bytes: int,
    free_bytes: int,
    *,
    shares: tuple[float, ...],
    forms: tuple[Form, ...] = ("full",),
    memories: tuple[Memory, ...] = MEMORIES,
) -> Plan:
    """Choose for the memory that is free: the first that fits, the finest form first, then the fastest.

    transformer_bytes, encoder_bytes: at two bytes per weight. shares: of the transformer that may lie on the
    device, 1 with its modulations. If nothing fits, the way that needs least.
    """
    ways = sorted(itertools.product(forms, memories, shares), key=lambda way: way[1] == "group")
    for form, memory, share in ways:
        kept = min(shares) if memory == "group" else share
        bytes_per_weight = 1.0 if form == "full" else 0.5
        core, encoder = transformer_bytes * kept * bytes_per_weight, encoder_bytes * bytes_per_weight
        # Layers of the published model: one works while the next is on its way.
        blocks = 2 * max(core / 57, encoder / 28)
        peak = {
            "resident": core + encoder + max(_WORK_BYTES, _DECODE_BYTES),
            "model": max(core + _WORK_BYTES, encoder + _WORK_BYTES, _DECODE_BYTES),
            "group": blocks + max(_WORK_BYTES, _DECODE_BYTES),
        }[memory]
        made = Plan(memory, form, kept < 1, int(peak))
        if made.peak_bytes <= free_bytes:
            break
    return made


class Card:
    """One device's copy of the transformer. It answers for its own guidance branches."""

    def __init__(self, transformer: Step1XTransformer, device: torch.device, *, precompute: bool) -> None:
        self.transformer, self.device = transformer, device
        self.modulations = Modulations(transformer, device) if precompute else None
        self._branches: list[Branch] = []

    def hoist(self, texts: list[TextCondition], reference: Tensor, ids: Tensor) -> None:
        """Compute what does not depend on the step. texts: one TextCondition per branch of this card."""
        source, places = reference.to(self.device), ids.to(self.device)
        self._branches = [self.transformer.branch(text.to(self.device), source, places) for text in texts]

    def prepare(self, times: list[Tensor]) -> None:
        """Apply the modulations for all steps, if they are kept off the device."""
        if self.modulations and self._branches:
            vectors = (
                self.transformer.time_vector(one, t.to(self.device)) for t in times for one in self._branches
            )
            self.modulations.prepare(torch.cat(list(vectors)))

    @torch.no_grad()
    def velocity(self, latents: Tensor, time: Tensor, *, step: int) -> list[Tensor]:
        """Return each branch's velocity, (1, S, C). latents: (1, S, C); time: (1,)."""
        out, here = [], latents.to(self.device)
        for number, branch in enumerate(self._branches):
            if self.modulations:
                self.modulations.select(step * len(self._branches) + number)
            if self.transformer.is_cache_enabled and step + number == 0:
                self.transformer._reset_stateful_cache()  # noqa: SLF001  (an edit starts afresh)
            with self.transformer.cache_context(f"branch{number}"):
                whole = self.transformer(here, time.to(self.device), branch)
            out.append(whole[:, : latents.shape[1]].to(latents.device))
        return out


class Placement:
    """Brings each part to the device when it is needed and, unless all fit, away again."""

    def __init__(self, config: Step1XConfig, transformer: Step1XTransformer, encoder: Any, vae: Any) -> None:
        self.device, self._encoder = torch.device(config.device), encoder
        self.chosen = self._choose(config, transformer)
        self.memory = self.chosen.memory
        _quantise(self.chosen.weights, self.device, transformer, encoder)
        transformer.trims_last_block = config.trim_last_block and not config.first_block_cache
        devices = [self.device, *([torch.device(config.guidance_device)] if config.guidance_device else [])]
        copies = [transformer, *(copy.deepcopy(transformer) for _ in devices[1:])]
        precompute = self.chosen.precompute_modulations
        self.cards = [Card(*pair, precompute=precompute) for pair in zip(copies, devices, strict=True)]
        for card in self.cards:
            _speed_up(config, card.transformer)
        self._parts: dict[str, list[tuple[Any, torch.device]]] = {
            "transformer": [(card.transformer, card.device) for card in self.cards],
            "encoder": [(encoder, self.device)],
            "vae": [(vae, self.device)],
        }
        self._settle()

    def parameters(self) -> int:
        """Weights of the transformer that must lie on its device while it works."""
        return sum(one.numel() for one in self.cards[0].transformer.parameters())

    @contextlib.contextmanager
    def at_hand(self, name: str) -> Iterator[Any]:
        """Give one part ("transformer", "encoder", "vae") on its device for the length of a block."""
        parts = self._parts[name]
        is_moving = self.memory == "model" or (self.memory == "group" and name == "vae")
        if is_moving:
            for part, device in parts:
                part.to(device)
        try:
            yield parts[0][0]
        finally:
            if is_moving and self.device.type != "cpu":
                for part, _ in parts:
                    part.to("cpu")
                torch.cuda.empty_cache()

    def _choose(self, config: Step1XConfig, transformer: Step1XTransformer) -> Plan:
        """Fill in what the operator left to us, by the memory that is free."""
        whole, encoder = (
            sum(one.numel() for one in part.parameters()) for part in (transformer, self._encoder)
        )
        modulations = sum(one.numel() for name, one in transformer.named_parameters() if is_modulation(name))
        light, device = 1 - modulations / whole, self.device
        return plan(
            2 * whole,
            2 * encoder,
            torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else sys.maxsize,
            shares={None: (1.0, light), True: (light,), False: (1.0,)}[config.precompute_modulations],
            forms=_forms(device) if config.weight_format == "auto" else (config.weight_format,),
            memories=MEMORIES if config.memory == "auto" else (config.memory,),
        )

    def _settle(self) -> None:
        for name, parts in self._parts.items():
            for part, device in parts:
                if self.memory == "group" and name != "vae":
                    offload: Any = apply_group_offloading
                    offload(part, device, offload_type="leaf_level", use_stream=device.type == "cuda")
                elif self.memory == "resident":
                    part.to(device)


def is_modulation(name: str) -> bool:
    """Tell whether a weight of this name is of an adaLN matrix inside the blocks."""
    return "blocks." in name and ".norm" in name and ".linear." in name


def _forms(device: torch.device) -> tuple[Form, ...]:
    """Return the forms of weights that this machine can use, the finest first."""
    if device.type != "cuda" or importlib.util.find_spec("torchao") is None:
        return ("full",)
    return "full", "fp8" if torch.cuda.get_device_capability(device) >= (8, 9) else "int8"


def _speed_up(config: Step1XConfig, transformer: Any) -> None:
    if config.attention_backend:
        transformer.set_attention_backend(config.attention_backend)
    if config.compile_blocks:
        transformer.compile_repeated_blocks()
    if config.first_block_cache:
        transformer.enable_cache(FirstBlockCacheConfig(config.first_block_cache))


def _quantise(form: Form, device: torch.device, transformer: Any, encoder: Any) -> None:
    """Store the blocks' and the language model's matrices in 8 bits; norms and embedders stay."""
    if form == "full":
        return
    try:
        from torchao import quantization as ao  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise CannotPlace(f"{form} weights need torchao: pip install torchao") from error
    if form == "fp8" and (device.type != "cuda" or torch.cuda.get_device_capability(device) < (8, 9)):
        raise CannotPlace("fp8 weights need a card of compute capability 8.9 or newer; int8 does not.")
    int8 = ao.Int8WeightOnlyConfig()
    how = int8 if form == "int8" else ao.Float8DynamicActivationFloat8WeightConfig()
    for blocks in (transformer.transformer_blocks, transformer.single_transformer_blocks):
        ao.quantize_(blocks, how, filter_fn=_is_heavy)
    ao.quantize_(encoder.model.language_model.layers, int8, filter_fn=_is_heavy)


def _is_heavy(module: nn.Module, name: str) -> bool:
    return isinstance(module, nn.Linear) and "norm" not in name
