"""One accepted call of the API: what it asked, told by a fingerprint, and the edits it made.

    open → complete          its edits exist; a retry attaches to them
    open → (gone)            it was refused before any edit; a retry starts anew

Written before intake, so that a retry that comes while the first try still works finds it.
"""

from django.db import models
from django.utils import timezone

from freeai.common import ids


def new_request_id() -> str:
    return ids.new("req")


class ApiRequest(models.Model):
    """Who asked for what, once."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_request_id, editable=False)
    api_key = models.ForeignKey("accounts.ApiKey", on_delete=models.CASCADE, related_name="requests")
    idempotency_key = models.CharField(max_length=255, null=True)
    fingerprint = models.CharField(max_length=64)
    is_retry = models.BooleanField(default=False)
    """Made by a retry whose first try has not been seen: it may still be on its way."""
    is_complete = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="api_request_once", fields=["api_key", "idempotency_key"]),
        ]
        indexes = [
            models.Index(name="api_request_again", fields=["api_key", "fingerprint", "-created_at"]),
            models.Index(name="api_request_old", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return self.pk
