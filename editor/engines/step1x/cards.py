"""The transformer on its device, or on two: step-constant parts computed once, modulations ahead of time.

26 % of the transformer's weights only ever multiply one vector per step. `_Slot` holds their results for
all steps of an edit, computed by streaming one matrix at a time, and keeps the matrices off the device.
"""

import copy
from typing import Any

import torch
from diffusers.hooks.hooks import HookRegistry
from torch import Tensor, nn

from editor.engines.diffusion import memory, placement
from editor.engines.step1x.config import Step1XConfig
from editor.engines.step1x.transformer import Branch, Step1XTransformer, TextCondition

_WORK_BYTES = (2 * 4096 + 450) * 120_000  # tokens at 1024 px; SPEC of the model: 0.12 MB each at batch 1
_DECODE_BYTES = 2 * memory.GB  # VAE at 1024 x 1024, bfloat16


class _Slot(nn.Module):
    """Stands where a modulation matrix was and returns its row for the current step."""

    def __init__(self, matrix: nn.Linear, row: Tensor) -> None:
        super().__init__()
        self.matrix = (matrix,)  # in a tuple, so that its weights are not counted, nor moved, with ours
        self.row, self.table = row, torch.empty(0)

    def fill(self, inputs: Tensor) -> None:
        """Apply the matrix to all steps' vectors, (K, inner), on their device."""
        weight, bias = (one.to(inputs.device) for one in (self.matrix[0].weight, self.matrix[0].bias))
        self.table = nn.functional.linear(inputs, weight, bias)

    def forward(self, _: Tensor) -> Tensor:
        return self.table.index_select(0, self.row)


class Card:
    """One device's copy of the transformer. It answers for its own guidance branches."""

    def __init__(self, transformer: Step1XTransformer, device: torch.device, *, precompute: bool) -> None:
        self.transformer, self.device = transformer, device
        self._branches: list[Branch] = []
        self._row, self._slots = torch.zeros(1, dtype=torch.long, device=device), list[_Slot]()
        for name, matrix in list(transformer.named_modules()) if precompute else ():
            if is_modulation(f"{name}.weight"):
                self._slots.append(_Slot(matrix, self._row))
                transformer.set_submodule(name, self._slots[-1])

    def hoist(self, texts: list[TextCondition], reference: Tensor, ids: Tensor, times: list[Tensor]) -> None:
        """Compute what does not depend on the step, and the modulations of all steps if they lie elsewhere.

        texts: one TextCondition per branch of this card; times: (1,) each, none if they are applied already.
        """
        source, places = reference.to(self.device), ids.to(self.device)
        on_card = [TextCondition(*(one.to(self.device) for one in text)) for text in texts]
        self._branches = [self.transformer.branch(text, source, places) for text in on_card]
        if self._slots and self._branches and times:
            moments = [(one, time.to(self.device)) for time in times for one in self._branches]
            vectors = torch.cat([self.transformer.time_vector(*moment) for moment in moments])
            for slot in self._slots:
                slot.fill(nn.functional.silu(vectors))

    @torch.no_grad()
    def velocity(self, latents: Tensor, time: Tensor, *, step: int) -> list[Tensor]:
        """Return each branch's velocity, (1, S, C). latents: (1, S, C); time: (1,)."""
        out, here = [], latents.to(self.device)
        if self.transformer.is_cache_enabled and step == 0:  # an edit starts afresh
            HookRegistry.check_if_exists_or_initialize(self.transformer).reset_stateful_hooks()
        for number, branch in enumerate(self._branches):
            self._row.fill_(step * len(self._branches) + number)
            with self.transformer.cache_context(f"branch{number}"):
                whole = self.transformer(here, time.to(self.device), branch)
            out.append(whole[:, : latents.shape[1]].to(latents.device))
        return out


def place(
    config: Step1XConfig, transformer: Step1XTransformer, encoder: Any, vae: Any
) -> tuple[placement.Placement, list[Card]]:
    """Lay all parts where they fit, by the operator's choice or the memory that is free.

    Raises CannotPlace.
    """
    devices = [placement.device_named(one) for one in (config.device, config.guidance_device) if one]
    first, language = devices[0], encoder.model.language_model
    plan = memory.plan(
        sizes(transformer, encoder.num_parameters(), precompute=config.precompute_modulations),
        placement.free_bytes(first),
        forms=placement.forms(first) if config.weight_format == "auto" else (config.weight_format,),
        memories=memory.MEMORIES if config.memory == "auto" else (config.memory,),
    )
    blocks = transformer.transformer_blocks, transformer.single_transformer_blocks
    placement.quantise(plan.form, first, denoiser=blocks, encoder=language.layers)
    transformer.trims_last_block = config.trim_last_block and not config.first_block_cache
    copies = [transformer, *(copy.deepcopy(transformer) for _ in devices[1:])]
    cards = [Card(*pair, precompute=plan.share < 1) for pair in zip(copies, devices, strict=True)]
    for one in copies:
        placement.speed_up(
            one,
            backend=config.attention_backend,
            compiled=config.compile_blocks,
            first_block_cache=config.first_block_cache,
        )
    parts = {"encoder": [(encoder, first)], "vae": [(vae, first)]}
    everything = parts | {"transformer": [(card.transformer, card.device) for card in cards]}
    return placement.Placement(plan.memory, everything), cards


def is_modulation(name: str) -> bool:
    """Tell whether a weight of this name is of an adaLN matrix inside the blocks."""
    return "blocks." in name and ".norm" in name and ".linear." in name


def sizes(transformer: nn.Module, encoder_weights: int, *, precompute: bool | None = None) -> memory.Sizes:
    """Return what a memory plan is made from; layers and work are the published model's."""
    counts = {name: one.numel() for name, one in transformer.named_parameters()}
    whole = sum(counts.values())
    light = 1 - sum(count for name, count in counts.items() if is_modulation(name)) / whole
    shares = {None: (1.0, light), True: (light,), False: (1.0,)}[precompute]
    return memory.Sizes(2 * whole, 2 * encoder_weights, (57, 28), _WORK_BYTES, _DECODE_BYTES, shares)
