"""What is free, what packs and edits cost, and what becomes of money when something fails."""

from collections.abc import Callable

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import owners
from billing import pricing, purchases, purses
from editor import catalogue

Page = Callable[[HttpRequest], HttpResponseBase]

# The answer to "Buy" leads to the provider's page, and browsers ask whether a form may go there.
to_payment_page: Callable[[Page], Page] = csp_update({"form-action": [settings.STRIPE_CHECKOUT_ORIGIN]})


@require_GET
@to_payment_page
def show(request: HttpRequest) -> HttpResponse:
    """The pricing page; without a payment provider it says that nothing is sold here."""
    prices = [
        {
            "slug": model.slug,
            "name": model.name,
            "tokens": [pricing.quote(model.unit_tokens(quality)) for quality in catalogue.QUALITIES],
        }
        for model in catalogue.models()
    ]
    context = {
        "section": "pricing",
        "packs": purchases.packs(),
        "prices": prices,
        "balance": purses.balance(owners.find(request)),
        "member_pool": settings.DAILY_TOKENS_MEMBER,
        "visitor_pool": settings.DAILY_TOKENS_VISITOR,
        "refund_days": settings.REFUND_DAYS,
    }
    return render(request, "billing/pricing.html", context)
