"""What has been read of an instruction so far, and how moves become steps."""

from dataclasses import dataclass, field, replace

from editor.engines.lite import refusals
from editor.engines.lite.clauses import Clause
from editor.engines.lite.contradictions import Promise
from editor.engines.lite.degrees import NO_DEGREE, Degree, amount_of
from editor.engines.lite.plan import Step, within_means
from editor.engines.lite.scales import Moves
from editor.engines.lite.senses import Kind, Token
from freeai.common.sentences import sentence as _

VERBS = (Kind.MAKE, Kind.REQUEST, Kind.RAISE, Kind.LOWER, Kind.REMOVE, Kind.FIX, Kind.PAINT)


@dataclass(slots=True)
class Reading:
    """What has been read so far."""

    has_mask: bool
    steps: list[Step] = field(default_factory=list)
    last: list[Step] = field(default_factory=list)  # what the previous clause added
    forbidden: list[Promise] = field(default_factory=list)
    stated: list[Moves] = field(default_factory=list)  # said of the picture, not yet a complaint
    complained: bool = False
    inherited: Kind | None = None  # a direction that the next noun shares: "more contrast and saturation"
    degree: Degree = NO_DEGREE
    negated: bool = False
    spared: str = ""  # what is to stay as it is
    topic: Token | None = None  # what "it" or "them" means: the scale, zone or region spoken of last
    region: str = ""  # what the present clause is about, to be found in the picture

    def add(self, steps: list[Step]) -> None:
        if self.region:
            steps = [step if step.region else replace(step, region=self.region) for step in steps]
        for step in steps:
            if not within_means(step):
                raise refusals.unclear(
                    _("%(percent)s %% is more than it can do well", percent=abs(round(step.amount * 100)))
                )
        self.steps += steps
        self.last = steps
        moved = {(step.operation, step.amount > 0) for step in steps}
        self.stated = [
            moves for moves in self.stated if moved.isdisjoint((name, amount > 0) for name, amount in moves)
        ]


def is_statement(clause: Clause) -> bool:
    """ "It is too dark", as opposed to "make it look dark"."""
    return clause.has(Kind.COPULA) and not clause.has(*VERBS, Kind.TOUCH)


def color_of(head: Token, moves: Moves) -> str:
    if moves[0][0] == "style":
        return head.sense.color
    return head.sense.value if moves[0][0] in ("tint", "recolor", "fill") else ""


def steps_of(moves: Moves, degree: Degree, *, color: str = "") -> list[Step]:
    if (degree.percent is not None or degree.times is not None) and len(moves) > 1:
        raise refusals.unclear(_("give a number for one thing at a time"))
    made = []
    for name, amount in moves:
        operation, _at, region = name.partition("@")
        made.append(Step(operation, amount_of(operation, amount, degree), color, region))
    return made
