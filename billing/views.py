"""Money over HTTP: what is on sale, buying, returning, receipts, statements, and the provider's words."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts import owners
from billing import purchases, purses, refunds, statement, stripe_gateway, webhooks
from billing.models import Purchase
from freeai.common.api import error_response
from freeai.common.errors import FreeAIError, NotFound, PaymentProviderFailed, UserError
from freeai.common.language import told


@login_required
@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """Open a payment page and lead there."""
    owner = owners.find_or_make(request)
    try:
        price_cents = int(request.POST.get("pack", ""))
    except ValueError:
        price_cents = 0

    def page_of(purchase_id: str) -> str:
        return request.build_absolute_uri(reverse("purchase", args=[purchase_id]))

    home = request.build_absolute_uri(reverse("pricing"))
    try:
        page = purchases.start(owner, price_cents, success_url=page_of, cancel_url=home)
    except FreeAIError as refusal:
        messages.error(request, told(refusal.message))
        return redirect("pricing")
    response = HttpResponse(status=303)
    response["Location"] = page
    return response


@login_required
@require_GET
def purchase(request: HttpRequest, purchase_id: str) -> HttpResponse:
    """One purchase: where people land after paying, its receipt, and the way to return it."""
    found = _mine(request, purchase_id)
    if found.status == Purchase.Status.STARTED:
        found = _followed(found)
    context = {
        "tab": "tokens",
        "purchase": found,
        "pack": purchases.Pack(found.price_cents, found.tokens),
        "offer": refunds.offer(found) if refunds.is_within_window(found) else None,
        "refunds": found.refunds.order_by("-created_at"),
        "balance": purses.balance(found.owner),
    }
    return render(request, "billing/purchase.html", context)


@login_required
@require_POST
def give_back(request: HttpRequest, purchase_id: str) -> HttpResponse:
    """Return a pack."""
    found = _mine(request, purchase_id)
    try:
        refund = refunds.start(found, by=refunds.BY_OWNER)
    except UserError as refusal:
        messages.error(request, told(refusal.message))
    else:
        messages.success(request, f"Returned: {refund.tokens:,} tokens for {refund.dollars}.")
    return redirect("purchase", purchase_id=found.pk)


@require_GET
def statement_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole statement of whoever asks."""
    owner = owners.find(request)
    if owner is None:
        raise Http404
    lines = statement.as_csv(owner, purse=request.GET.get("purse", ""))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="freeai-tokens.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """What Stripe tells us. Anything but 2xx makes it come again."""
    if not stripe_gateway.is_configured():
        raise Http404
    try:
        webhooks.receive(request.body, request.headers.get("Stripe-Signature", ""))
    except FreeAIError as error:
        return error_response(error)
    return JsonResponse({"received": True})


def _mine(request: HttpRequest, purchase_id: str) -> Purchase:
    try:
        return purchases.find(purchase_id, owners.find(request))
    except NotFound:
        raise Http404 from None


def _followed(found: Purchase) -> Purchase:
    """Look at the payment now: people come back from paying sooner than events arrive."""
    try:
        purchases.follow(found.pk)
    except PaymentProviderFailed:
        return found
    return purchases.find(found.pk, found.owner)
