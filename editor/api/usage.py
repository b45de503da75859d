"""`/v1/balance` and `/v1/usage`: what the owner has, and what they spent on what."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing import purses
from editor.api import door
from editor.models import Edit

DAYS_MAX = 90


class Span(serializers.Serializer[Any]):
    """How many days back."""

    days = serializers.IntegerField(min_value=1, max_value=DAYS_MAX, default=30)


class Balance(door.ApiView):
    """Both purses at this moment."""

    def get(self, request: Request) -> Response:
        now = purses.balance(self.owner)
        return Response(
            {
                "object": "balance",
                "daily": {
                    "available": now.daily,
                    "pool": now.pool,
                    "renews_at": int(now.renews_at.timestamp()),
                },
                "paid": {"available": now.paid},
                "held": now.held,
            }
        )


class Usage(door.ApiView):
    """Tokens of succeeded edits by day, model and key, newest day first."""

    def get(self, request: Request) -> Response:
        span = Span(data=request.query_params)
        span.is_valid(raise_exception=True)
        since = timezone.now() - timedelta(days=span.validated_data["days"])
        made = Edit.objects.filter(owner=self.owner, status=Edit.Status.SUCCEEDED, created_at__gte=since)
        rows = (
            made.annotate(day=TruncDate("created_at"))
            .values("day", "model", "api_key_id")
            .annotate(edits=Count("id"), tokens=Sum("price_tokens"))
            .order_by("-day", "model", "api_key_id")
        )
        return Response(
            {
                "object": "list",
                "data": [
                    {
                        "object": "usage",
                        "day": row["day"].isoformat(),
                        "model": row["model"],
                        "key": row["api_key_id"],
                        "edits": row["edits"],
                        "tokens": row["tokens"],
                    }
                    for row in rows
                ],
                "has_more": False,
                "last_id": None,
            }
        )
