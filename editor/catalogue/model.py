"""What the catalogue knows of one model.

Words are English here and are put into the reader's language where they are shown
(`{% translate %}`), so that programs get the same words whoever asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from editor.engines.base import Quality

QUALITIES: tuple[Quality, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Model:
    """What a model is called, who runs it, what it costs and what to say about it."""

    slug: str
    name: str
    engine: str
    summary: str
    prices: Mapping[str, int]
    auto_quality: Quality = "high"
    has_qualities: bool = True
    can_think: bool = False
    aliases: tuple[str, ...] = ()
    maker: str = ""
    licence: str = ""
    licence_url: str = ""
    is_premium: bool = False
    provider: str = ""
    """Who sees the picture, for a premium model."""
    data_agreement_url: str = ""
    needs_gpu: bool = False
    strengths: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    pairs_with: str = ""
    faq: tuple[tuple[str, str], ...] = ()

    def quality(self, asked: str) -> Quality:
        """Return the quality that `asked` means here: "auto" and "" mean the model's own."""
        for quality in QUALITIES:
            if quality == asked:
                return quality
        return self.auto_quality

    @property
    def price_of_auto(self) -> int:
        """The price of one image when no quality is asked for."""
        return self.prices[self.auto_quality]

    def unit_tokens(self, quality: Quality, *, thinking: bool | None = None) -> int:
        """Return the price of one image in tokens; with thinking it is that of the best quality."""
        return self.prices["high" if thinking and self.can_think else quality]
