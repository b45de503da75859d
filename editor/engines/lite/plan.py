"""What was understood: the operations to carry out, how strongly, and in which order.

Pure data and words, no pixels: the web process imports this to tell a person the
plan before anything is queued. An amount is a share of the operation's full
strength (0.4 = 40 %); its sign is the direction.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One operation. `amount` is signed where the operation has two directions.

    color: what it works with, where it needs that: a colour, "blue to white", the name of a style, or
    the words "SALE → OPEN".
    region: what is to be found in the picture, "" for all of it; a colour means all that has it, and
    " without " takes something out of it: "subject without faces", " without sky".
    """

    operation: str
    amount: float
    color: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """How an operation is told to a person, and the largest amounts it accepts."""

    more: str
    less: str = ""
    most: float = 1.0
    least: float = 0.0


WORDINGS: dict[str, Wording] = {
    "remove": Wording("removed and filled in"),
    "reword": Wording("“{color}”"),
    "denoise": Wording("less noise"),
    "dehaze": Wording("less haze"),
    "balance": Wording("white balance corrected"),
    "enhance": Wording("light and colour enhanced"),
    "white_balance": Wording("warmer", "cooler", least=-1.0),
    "exposure": Wording("brighter", "darker", most=3.0, least=-0.9),
    "shadows": Wording("brighter shadows", "deeper shadows", least=-1.0),
    "highlights": Wording("brighter highlights", "softer highlights", least=-1.0),
    "contrast": Wording("more contrast", "less contrast", least=-1.0),
    "clarity": Wording("more clarity", "less clarity", least=-1.0),
    "saturation": Wording("more saturated", "less saturated", least=-1.0),
    "vibrance": Wording("more vivid", "less vivid", least=-1.0),
    "tint": Wording("{color} tint", "less {color}", least=-1.0),
    "recolor": Wording("recoloured {color}"),
    "fill": Wording("filled with {color}"),
    "night": Wording("night light"),
    "dusk": Wording("dusk light"),
    "golden": Wording("golden-hour light"),
    "cinematic": Wording("cinematic look"),
    "film": Wording("film look"),
    "invert": Wording("inverted"),
    "monochrome": Wording("black and white"),
    "sepia": Wording("sepia"),
    "vintage": Wording("vintage look"),
    "oil": Wording("oil painting"),
    "cartoon": Wording("cartoon"),
    "sketch": Wording("pencil sketch"),
    "style": Wording("in {color} style"),
    "ink": Wording("ink drawing"),
    "watercolor": Wording("watercolour"),
    "posterize": Wording("posterised"),
    "mosaic": Wording("mosaic"),
    "halftone": Wording("halftone print"),
    "blur": Wording("blurred"),
    "pixelate": Wording("pixelated"),
    "sharpen": Wording("sharper"),
    "grain": Wording("film grain"),
    "vignette": Wording("vignette"),
    "cutout": Wording("made transparent"),
}
"""Every operation, in the order in which they are carried out.

Repairs come first, so that nothing later amplifies what they would have taken away;
then light, colour, style; what imitates a lens or film lies on top of all that.
"""

MASK_ONLY = frozenset({"remove", "recolor", "fill"})
"""Operations that mean nothing without a painted mask or a region."""

TO = " → "
"""Stands between the word to be replaced and the new one."""

WITHOUT = " without "
"""Stands between a region and what is spared of it."""

WHOLE_ONLY = frozenset({"cutout"})
"""Operations that find their own region and mean nothing under a mask."""

_ORDER = {name: place for place, name in enumerate(WORDINGS)}


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one edit, in the order of `WORDINGS`."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> "Plan":
        """Bring steps into their order; of two that say the same, the stronger stays."""
        strongest: dict[tuple[str, str, str], Step] = {}
        for step in steps:
            key = (step.operation, step.color, step.region)
            if key not in strongest or abs(step.amount) > abs(strongest[key].amount):
                strongest[key] = step
        names = {step.operation for step in strongest.values()}
        return cls(tuple(sorted(strongest.values(), key=lambda step: _place(step.operation, names))))

    def in_words(self) -> str:
        """Tell the plan in plain words: "warmer +15 %, brighter +40 %"."""
        return ", ".join(_in_words(step) for step in self.steps)


def within_means(step: Step) -> bool:
    """Whether the amount lies in what the operation can do without breaking the picture."""
    wording = WORDINGS[step.operation]
    return wording.least <= step.amount <= wording.most


def _place(operation: str, names: set[str]) -> float:
    """A black and white picture is toned after it has lost its colours, not before."""
    if operation in {"white_balance", "tint"} and names & {"monochrome", "sepia", "sketch", "ink"}:
        return _ORDER["ink"] + 0.5
    return _ORDER[operation]


_REGIONS = frozenset({"background", "subject", "sky", "greenery", "faces"})


def _region_in_words(region: str) -> str:
    name, without, spared = region.partition(WITHOUT)
    told = name if name in _REGIONS else f"{name} parts" if name else "all"
    return f"{told} but the {spared}" if without else told


def _in_words(step: Step) -> str:
    wording = WORDINGS[step.operation]
    text = (wording.less if step.amount < 0 else wording.more).format(
        color=step.color.replace(TO, "” replaced by “")
    )
    if step.region:
        text = f"{_region_in_words(step.region)} {text}"
    percent = round(100 * step.amount)
    if wording.least < 0:
        return f"{text} {'+' if percent > 0 else '−'}{abs(percent)} %"
    return text if percent == 100 else f"{text} {percent} %"
