"""The contract between the product and whatever turns a picture into another.

An engine takes an `EditRequest` and returns an `EditOutput`. It knows nothing of
the web, of owners, of tokens or of files. It reads no settings: the registry hands
it a configuration. The same request and seed on the same hardware give the same
pixels. The exact frame is not an engine's business: `editor.imaging.frame` lays
whatever comes out over the source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from editor.imaging.pixels import Pixels, Plane
from freeai.common.sentences import Sentence

__all__ = [
    "Canceled",
    "EditOutput",
    "EditRequest",
    "Engine",
    "EngineError",
    "Heavy",
    "NotUnderstood",
    "OutOfMemory",
    "Phase",
    "Pixels",
    "Plane",
    "Progress",
    "Quality",
    "Refused",
]

Quality = Literal["low", "medium", "high"]
Phase = Literal["thinking", "editing", "checking"]


class EngineError(Exception):
    """An engine could not finish. `retryable` is the one bit the runner needs.

    The message is for operators' logs; a person is told "the edit failed".
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class OutOfMemory(EngineError):
    """The device's memory ran out. The edit may be tried again by a fresh process that asks for less.

    safer: options for the engine's loader that need less memory than the present ones.
    """

    def __init__(self, message: str, *, safer: Mapping[str, str]) -> None:
        super().__init__(message, retryable=True)
        self.safer = safer


class NotUnderstood(EngineError):
    """The engine understood the prompt to be beyond its means, before any work.

    The message is shown to the person: it says what the engine can do instead. Made with
    `freeai.common.sentences`, it is shown in their language.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, Sentence) else Sentence(message)


class Refused(Exception):
    """Raised by `EditRequest.review_prompt` for a prompt that breaks a rule; let it pass through.

    code: the public code of the refusal.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Canceled(Exception):
    """Raised by `EditRequest.report` when the owner has asked to stop; let it pass through."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an edit is: `step` of `steps` in `phase`, with an optional small picture."""

    phase: Phase
    step: int
    steps: int
    preview: Pixels | None = None


def _ignore(progress: Progress) -> None:
    """Nobody watches."""


def _allow(prompt: str) -> None:
    """Every prompt passes."""


@dataclass(frozen=True, slots=True)
class EditRequest:
    """What an engine is asked to do.

    image: the normalised source, (H, W, 3) uint8 sRGB.
    mask: (H, W) uint8, 255 = edit here, 0 = keep, between = feather; None = whole picture.
    alpha: the source's own transparency, (H, W) uint8; None = opaque.
    preserve: 0 lets the result deviate most, 1 keeps it closest; 0.5 is the model's own behaviour.
    report: call it at least once per second of work; it raises `Canceled` when the owner stops.
    review_prompt: call it with every prompt the engine writes for itself; it raises `Refused`.
    """

    image: Pixels
    prompt: str
    mask: Plane | None = None
    alpha: Plane | None = None
    negative_prompt: str = ""
    seed: int = 0
    quality: Quality = "high"
    preserve: float = 0.5
    thinking: bool | None = None
    report: Callable[[Progress], None] = _ignore
    review_prompt: Callable[[str], None] = _allow


@dataclass(frozen=True, slots=True)
class EditOutput:
    """What an engine made of it; any size, the frame module sees to the rest.

    image: (h, w, 3) uint8 sRGB.
    alpha: (h, w) uint8; None = as opaque as the source.
    reasoning: texts a person may read, by name ("plan", "rewritten_prompt", …).
    seconds: time spent, by phase.
    is_in_frame: the engine worked on the source's own pixels, so nothing can have drifted.
    """

    image: Pixels
    seed: int
    alpha: Plane | None = None
    reasoning: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    is_in_frame: bool = False


class Engine(Protocol):
    """Loaded once per worker, called for one edit at a time.

    What can be refused from words alone is refused before queueing: the registry may
    name a `check(prompt, *, has_mask) -> str` beside an engine, light enough for the
    web to import. It returns the plan in words or raises `NotUnderstood`.
    """

    def edit(self, request: EditRequest) -> EditOutput:
        """Carry out one edit. Raises `EngineError` or `Canceled`."""


@runtime_checkable
class Heavy(Protocol):
    """An engine that takes long to load and lives on a device."""

    @property
    def device_in_words(self) -> str:
        """The device and its memory, for the worker's row."""

    def warm_up(self) -> None:
        """Do once whatever makes a first edit slower than the next."""
