"""The keys tab: mint, rotate, revoke. A secret is shown in the answer that made it, and never again."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import keys, owners
from accounts.models import ApiKey, Owner
from editor import catalogue, key_limits, webhooks
from editor.models import WebhookDelivery
from freeai.common.errors import InvalidInput, NotFound
from freeai.common.language import told

DELIVERIES_SHOWN = 20


class KeyForm(forms.Form):
    """What a new key may do."""

    name = forms.CharField(max_length=60, label="Name", help_text="Where it is used, such as “website”.")
    expires_on = forms.DateField(
        required=False,
        label="Expires after",
        help_text="The last day it works (UTC). Empty: never.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    monthly_tokens = forms.IntegerField(
        required=False, min_value=1, label="Tokens a month", help_text="Empty: no limit of its own."
    )
    models = forms.MultipleChoiceField(required=False, label="Models")
    is_test = forms.BooleanField(required=False, label="Test key: never billed, for building an integration")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(model.slug, model.name) for model in catalogue.models()]
        self.fields["models"] = forms.MultipleChoiceField(choices=choices, required=False, label="Models")

    def clean_expires_on(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if day < timezone.now().date():
            raise forms.ValidationError("This day is over.")
        return datetime.combine(day, time.max, UTC)

    def limits(self) -> dict[str, Any]:
        """Return the cleaned fields as `keys.mint` wants them."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "expires_at": data["expires_on"],
            "monthly_tokens": data["monthly_tokens"],
            "models": data["models"],
            "is_test": data["is_test"],
        }


@login_required
@never_cache
def keys_tab(request: HttpRequest) -> HttpResponse:
    """All keys of the member, and the form for a new one."""
    return _page(request, KeyForm())


@login_required
@require_POST
@never_cache
def mint(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            minted = keys.mint(owners.find_or_make(request), **form.limits())
        except InvalidInput as refusal:
            form.add_error(None, told(refusal.message))
        else:
            return _page(request, KeyForm(), minted=minted, status=201)
    return _page(request, form, status=400)


@login_required
@require_POST
@never_cache
def rotate(request: HttpRequest, key_id: str) -> HttpResponse:
    """Make a successor of a key and show it; the old one goes on for a day."""
    return _page(request, KeyForm(), minted=keys.rotate(_key(request, key_id)), status=201)


@login_required
@require_POST
def revoke(request: HttpRequest, key_id: str) -> HttpResponseBase:
    """End a key now."""
    keys.revoke(_key(request, key_id))
    messages.success(request, "The key is revoked. Nothing can use it any more.")
    return redirect(f"{reverse('account')}?tab=keys")


@login_required
@require_POST
def resend(request: HttpRequest, delivery_id: str) -> HttpResponseBase:
    """Send a webhook once more."""
    mine = WebhookDelivery.objects.filter(edit__owner=owners.find(request))
    webhooks.resend(get_object_or_404(mine, pk=delivery_id))
    messages.success(request, "It is sent again in a moment.")
    return redirect(f"{reverse('account')}?tab=keys")


@login_required
@require_POST
def rotate_secret(request: HttpRequest) -> HttpResponseBase:
    """Sign webhooks with a new secret; the old one signs too for a day."""
    webhooks.rotate_secret(owners.find_or_make(request))
    messages.success(request, "Webhooks are signed with a new secret, and with the old one for 24 hours.")
    return redirect(f"{reverse('account')}?tab=keys")


def _key(request: HttpRequest, key_id: str) -> ApiKey:
    try:
        return keys.find(key_id, owners.find(request))
    except NotFound:
        raise Http404 from None


def _page(
    request: HttpRequest, form: KeyForm, *, minted: keys.Minted | None = None, status: int = 200
) -> HttpResponse:
    owner: Owner | None = owners.find(request)
    mine = ApiKey.objects.filter(owner=owner, revoked_at=None).order_by("-created_at") if owner else []
    context = {
        "tab": "keys",
        "form": form,
        "minted": minted,
        "deliveries": _deliveries(owner),
        "webhook_secret": webhooks.secrets_of(owner)[0] if owner else None,
        "keys": [(key, key_limits.used_this_month(key)) for key in mine],
    }
    return render(request, "accounts/keys.html", context, status=status)


def _deliveries(owner: Owner | None) -> list[WebhookDelivery]:
    if owner is None:
        return []
    mine = WebhookDelivery.objects.filter(edit__owner=owner).select_related("edit")
    return list(mine.order_by("-created_at")[:DELIVERIES_SHOWN])
