"""What an edit cost, in words: which purse paid what, what came back and why."""

from django import template
from django.utils.timesince import timeuntil

from billing.purses import Balance
from editor.models import Edit

register = template.Library()

_BACK = {
    Edit.Status.FAILED: "the edit failed",
    Edit.Status.REFUSED: "the wish was not carried out",
    Edit.Status.CANCELED: "you canceled",
}


@register.filter
def cost(edit: Edit) -> str:
    """Return one sentence without a full stop; "" for an edit from before there were tokens."""
    hold = edit.hold
    if hold is None:
        return ""
    if hold.status == "placed":
        return f"{hold.amount:,} tokens set aside, {_from(hold)}"
    if hold.status == "captured":
        return f"{hold.amount:,} tokens, {_from(hold)}"
    why = "nothing changed" if edit.error_code == "no_change" else _BACK[Edit.Status(edit.status)]
    if not hold.expired:
        return f"Nothing charged: {hold.amount:,} tokens went back {_into(hold)}, because {why}"
    return f"{hold.returned:,} tokens went back, {hold.expired:,} of a day that was over expired"


@register.filter
def until_renewal(balance: Balance) -> str:
    """Return how long it is until the pool is new."""
    return timeuntil(balance.renews_at)


def _from(hold: "object") -> str:
    daily, paid = getattr(hold, "daily", 0), getattr(hold, "paid", 0)
    if daily and paid:
        return f"{daily:,} from the free pool and {paid:,} paid ones"
    if paid:
        return "from your paid ones"
    return "from the free pool" if daily else "given by us"


def _into(hold: "object") -> str:
    daily, paid = getattr(hold, "daily", 0), getattr(hold, "paid", 0)
    if daily and paid:
        return "to both purses"
    if paid:
        return "to your paid ones"
    return "to the free pool" if daily else "to us"
