"""Is the process up, can it do its work, and how is the house? For load balancers and operators."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from editor import metrics as house
from editor import workers


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and somebody serves at least one model."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        served = sorted(workers.served_engines())
    except DatabaseError:
        return JsonResponse({"status": "database away"}, status=503)
    if not served:
        return JsonResponse({"status": "no worker yet"}, status=503)
    return JsonResponse({"status": "ok", "engines": served})


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The operator's figures, for whoever shows METRICS_TOKEN as a bearer; others find no such page."""
    shown = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    return HttpResponse(generate_latest(house.registry()), content_type=CONTENT_TYPE_LATEST)
