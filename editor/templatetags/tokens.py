"""What an edit cost, in words: which purse paid what, what came back and why; and what a row says."""

from django import template
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.purses import Balance
from editor.models import Edit
from freeai.common.language import told

register = template.Library()
register.filter("told", told)

_BACK: dict[str, Promise] = {
    Edit.Status.FAILED: gettext_lazy("the edit failed"),
    Edit.Status.REFUSED: gettext_lazy("the wish was not carried out"),
    Edit.Status.CANCELED: gettext_lazy("you canceled"),
}


@register.filter
def cost(edit: Edit) -> str:
    """Return one sentence without a full stop; "" for an edit from before there were tokens."""
    hold = edit.hold
    if hold is None:
        return ""
    if hold.status == "placed":
        words = _("%(amount)s tokens set aside, %(where)s")
        return words % {"amount": _number(hold.amount), "where": _from(hold)}
    if hold.status == "captured":
        return _("%(amount)s tokens, %(where)s") % {"amount": _number(hold.amount), "where": _from(hold)}
    why = _("nothing changed") if edit.error_code == "no_change" else _BACK[Edit.Status(edit.status)]
    if not hold.expired:
        words = _("Nothing charged: %(amount)s tokens went back %(where)s, because %(why)s")
        return words % {"amount": _number(hold.amount), "where": _into(hold), "why": why}
    words = _("%(returned)s tokens went back, %(expired)s of a day that was over expired")
    return words % {"returned": _number(hold.returned), "expired": _number(hold.expired)}


@register.filter
def until_renewal(balance: Balance) -> str:
    """Return how long it is until the pool is new."""
    return timeuntil(balance.renews_at)


def _number(tokens: int) -> str:
    return number_format(tokens, use_l10n=True, force_grouping=True)


def _from(hold: "object") -> str:
    daily, paid = getattr(hold, "daily", 0), getattr(hold, "paid", 0)
    if daily and paid:
        words = _("%(daily)s from the free pool and %(paid)s paid ones")
        return words % {"daily": _number(daily), "paid": _number(paid)}
    if paid:
        return _("from your paid ones")
    return _("from the free pool") if daily else _("given by us")


def _into(hold: "object") -> str:
    daily, paid = getattr(hold, "daily", 0), getattr(hold, "paid", 0)
    if daily and paid:
        return _("to both purses")
    if paid:
        return _("to your paid ones")
    return _("to the free pool") if daily else _("to us")
