"""The books for people who may look: read-only, found by owner, edit and payment.

A moderator returns packs and grants tokens here; both go through the same functions as
everybody's, and the books keep who did it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from billing import grants, refunds
from billing.models import Entry, Hold, Lot, Purchase, Purse, Refund, StripeEvent, Transfer
from freeai.common.errors import FreeAIError

if TYPE_CHECKING:  # generic for the type checker only
    _Rows = admin.ModelAdmin[Any]
else:
    _Rows = admin.ModelAdmin

GOODWILL_TOKENS = 1_000
"""What one press of "Grant" gives: a high-quality edit of the flagship model."""


class ReadOnly(_Rows):
    """Shows rows and changes none."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Purse)
class PurseAdmin(ReadOnly):
    list_display = ("owner", "daily", "daily_on", "paid", "held", "debt")
    search_fields = ("owner__id", "owner__user__email")
    list_select_related = ("owner",)
    actions = ("grant_goodwill",)

    @admin.action(description=f"Grant {GOODWILL_TOKENS:,} tokens", permissions=["grant"])
    def grant_goodwill(self, request: HttpRequest, chosen: QuerySet[Purse]) -> None:
        """Put tokens into each chosen purse."""
        for purse in chosen.select_related("owner"):
            grants.grant(purse.owner, GOODWILL_TOKENS, by=str(request.user), note="Goodwill")
        messages.success(request, f"{GOODWILL_TOKENS:,} tokens granted to {len(chosen)}.")

    def has_grant_permission(self, request: HttpRequest) -> bool:
        """Money rights are of their own: a moderator without them only looks."""
        return request.user.has_perm("billing.add_lot")


@admin.register(Transfer)
class TransferAdmin(ReadOnly):
    list_display = ("created_at", "kind", "amount", "source", "target", "owner", "reference", "note")
    list_filter = ("kind", "created_at")
    search_fields = ("=id", "=key", "=reference", "=owner__id", "owner__user__email")
    list_select_related = ("owner",)


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = ("created_at", "account", "owner", "amount", "balance_after", "transfer")
    list_filter = ("account", "created_at")
    search_fields = ("=owner__id", "owner__user__email", "=transfer__reference", "=transfer__id")
    list_select_related = ("owner", "transfer")


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    list_display = ("created_at", "owner", "reference", "amount", "daily", "paid", "status", "ended_at")
    list_filter = ("status", "created_at")
    search_fields = ("=id", "=reference", "=owner__id", "owner__user__email")
    list_select_related = ("owner",)


@admin.register(Purchase)
class PurchaseAdmin(ReadOnly):
    list_display = ("created_at", "owner", "tokens", "price_cents", "status", "payment_id")
    list_filter = ("status", "created_at")
    search_fields = ("=id", "=payment_id", "=checkout_id", "=owner__id", "owner__user__email")
    list_select_related = ("owner",)
    actions = ("return_what_is_left", "return_the_whole_price")

    @admin.action(description="Return: the price of what is left", permissions=["refund"])
    def return_what_is_left(self, request: HttpRequest, chosen: QuerySet[Purchase]) -> None:
        """Return packs pro rata, however old they are."""
        _give_back(request, list(chosen), whole_price=False)

    @admin.action(description="Return: the whole price", permissions=["refund"])
    def return_the_whole_price(self, request: HttpRequest, chosen: QuerySet[Purchase]) -> None:
        """Return all that was paid, spent or not."""
        _give_back(request, list(chosen), whole_price=True)

    def has_refund_permission(self, request: HttpRequest) -> bool:
        """Whether this person may send money."""
        return request.user.has_perm("billing.add_refund")


def _give_back(request: HttpRequest, chosen: Sequence[Purchase], *, whole_price: bool) -> None:
    for purchase in chosen:
        try:
            refund = refunds.start(purchase, by=str(request.user), whole_price=whole_price)
        except FreeAIError as refusal:
            messages.error(request, f"{purchase}: {refusal.message}")
        else:
            messages.success(request, f"{purchase}: {refund.dollars}, {refund.get_status_display().lower()}.")


@admin.register(Refund)
class RefundAdmin(ReadOnly):
    list_display = ("created_at", "purchase", "tokens", "amount_cents", "status", "by", "reason")
    list_filter = ("status", "created_at")
    search_fields = ("=id", "=provider_id", "=purchase__id", "=purchase__owner__id")


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnly):
    list_display = ("received_at", "kind", "id", "handled_at", "failure")
    list_filter = ("kind", ("handled_at", admin.EmptyFieldListFilter))
    search_fields = ("=id",)


@admin.register(Lot)
class LotAdmin(ReadOnly):
    list_display = ("created_at", "owner", "tokens", "left")
    search_fields = ("=id", "=owner__id", "owner__user__email")
    list_select_related = ("owner",)
