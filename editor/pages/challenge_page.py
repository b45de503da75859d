"""A piece of work for a browser whose network uploads very much."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import brakes


@require_GET
@never_cache
def challenge(request: HttpRequest) -> JsonResponse:
    """Answer with a fresh challenge."""
    return JsonResponse(brakes.challenge())
