"""Is the process up, and can it do its work? For load balancers and operators."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

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
