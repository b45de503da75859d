"""Where the parts of a diffusion model lie, in which form, and what makes its transformer faster.

For any model of diffusers with a transformer, a text encoder and a VAE; which way is chosen says `memory`.
"""

import contextlib
import importlib.util
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from diffusers.hooks.first_block_cache import FirstBlockCacheConfig
from diffusers.hooks.group_offloading import apply_group_offloading
from torch import nn

from editor.engines.base import EngineError, OutOfMemory
from editor.engines.diffusion.memory import SAFER, Form, Memory
from freeai.common.errors import ServiceError


class CannotPlace(ServiceError):
    """The machine lacks what an option needs; the message says which."""

    code = "cannot_place"


class Placement:
    """Brings each part to its device when it is needed and, unless all fit, away again.

    parts: modules and their devices, by name. A part named "vae" is small and only ever moves as a whole.
    """

    def __init__(self, memory: Memory, parts: Mapping[str, list[tuple[Any, torch.device]]]) -> None:
        self.memory, self._parts = memory, parts
        for name, copies in parts.items():
            for part, device in copies:
                if memory == "group" and name != "vae":
                    offload: Any = apply_group_offloading
                    offload(part, device, offload_type="leaf_level", use_stream=device.type == "cuda")
                elif memory == "resident":
                    part.to(device)

    @contextlib.contextmanager
    def at_hand(self, name: str) -> Iterator[Any]:
        """Give one part on its device for the length of a block."""
        copies = self._parts[name]
        is_moving = self.memory == "model" or (self.memory == "group" and name == "vae")
        try:
            for part, device in copies if is_moving else ():
                part.to(device)
            yield copies[0][0]
        finally:
            for part, device in copies if is_moving else ():
                if device.type != "cpu":
                    part.to("cpu")
                    torch.cuda.empty_cache()


def device_named(name: str) -> torch.device:
    """Return a device that is there; raises CannotPlace."""
    try:
        device = torch.device(name)
    except RuntimeError:
        raise CannotPlace(f"There is no device of the name {name}.") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise CannotPlace("This machine has no CUDA device that torch can use.")
    return device


def free_bytes(device: torch.device) -> int:
    """Return the memory that is free on a card; main memory counts as endless."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else sys.maxsize


def peak_bytes(device: torch.device) -> int:
    """Return the most memory used so far: of a card by torch, of main memory by the process."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def in_words(device: torch.device, memory: Memory) -> str:
    """Return what an operator reads: the device, its memory, and how the weights lie."""
    if device.type != "cuda":
        return f"{device.type}, {memory}"
    facts = torch.cuda.get_device_properties(device)
    return f"{facts.name}, {facts.total_memory / 1e9:.0f} GB, {memory}"


@contextlib.contextmanager
def failures_of_a_device(memory: Memory) -> Iterator[None]:
    """Turn what a device says in a block into EngineError, or OutOfMemory with the next safer way."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemory("the device's memory ran out", safer={"memory": SAFER[memory]}) from error
    except torch.AcceleratorError as error:
        raise EngineError(f"the device failed: {error}", retryable=True) from error


def forms(device: torch.device) -> tuple[Form, ...]:
    """Return the forms of weights that are worth it on a device, the finest first."""
    if device.type != "cuda" or importlib.util.find_spec("torchao") is None:
        return ("full",)
    return "full", "fp8" if _knows_fp8(device) else "int8"


def quantise(form: Form, device: torch.device, *, denoiser: Iterable[nn.Module], encoder: nn.Module) -> None:
    """Store the matrices of the blocks given in 8 bits; norms stay, and an encoder never goes below int8.

    Raises CannotPlace.
    """
    if form == "full":
        return
    try:
        from torchao import quantization as ao  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise CannotPlace(f"{form} weights need torchao: pip install torchao") from error
    if form == "fp8" and not _knows_fp8(device):
        raise CannotPlace("fp8 weights need a card of compute capability 8.9 or newer; int8 does not.")
    int8 = ao.Int8WeightOnlyConfig()
    how = int8 if form == "int8" else ao.Float8DynamicActivationFloat8WeightConfig()
    for blocks in denoiser:
        ao.quantize_(blocks, how, filter_fn=_is_heavy)
    ao.quantize_(encoder, int8, filter_fn=_is_heavy)


def speed_up(transformer: Any, *, backend: str, compiled: bool, first_block_cache: float) -> None:
    """Switch on what diffusers offers: an attention backend, compiled blocks, the first-block cache."""
    if backend:
        transformer.set_attention_backend(backend)
    if compiled:
        transformer.compile_repeated_blocks()
    if first_block_cache:
        transformer.enable_cache(FirstBlockCacheConfig(first_block_cache))


def _knows_fp8(device: torch.device) -> bool:
    return device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 9)


def _is_heavy(module: nn.Module, name: str) -> bool:
    return isinstance(module, nn.Linear) and "norm" not in name
