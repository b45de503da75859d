"""An accepted upload, normalised (DESIGN §6).

    pending → ready → expired
    pending → (gone)      the bytes never arrived; the sweep removes the row

A source may be an edit's result, taken up again: it `continues` that edit, and `first` is the
upload its line of versions began with.

The row is written before its bytes and becomes ready after them, and bytes are
deleted before their row forgets them: no row points to nothing, and no byte is
without a row.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from freeai.common import ids

if TYPE_CHECKING:
    from accounts.models import Owner

_SUFFIX = {"image/png": "png", "image/jpeg": "jpg"}


def new_source_id() -> str:
    return ids.new("src")


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, owner: "Owner") -> "SourceQuerySet":
        """Sources this owner may see: their own, while the bytes exist."""
        return self.filter(owner=owner, status=Source.Status.READY, expires_at__gt=timezone.now())

    def versions_of(self, source: "Source") -> "SourceQuerySet":
        """The line of versions a source belongs to, oldest first."""
        first = source.first_id or source.pk
        return self.filter(models.Q(pk=first) | models.Q(first=first)).order_by("created_at", "id")


class Source(models.Model):
    """One normalised picture; several edits may share it."""

    class Status(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        EXPIRED = "expired"

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_source_id, editable=False)
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="sources")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=20)
    source_format = models.CharField(max_length=5)
    is_lossless = models.BooleanField()
    has_alpha = models.BooleanField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    original_width = models.PositiveIntegerField()
    original_height = models.PositiveIntegerField()
    file_bytes = models.PositiveIntegerField()
    rights = models.JSONField(default=dict)
    marks = models.JSONField(null=True)
    """Marks found on the pixels (`policy.marks`); None = nobody has looked yet."""
    content_score = models.FloatField(null=True)
    has_credentials = models.BooleanField(default=False)
    continues = models.ForeignKey(
        "editor.Edit", null=True, on_delete=models.SET_NULL, related_name="continued"
    )
    first = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="later")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = SourceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                name="source_with_bytes",
                fields=["expires_at"],
                condition=models.Q(status__in=["pending", "ready"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="source_status_known",
                condition=models.Q(status__in=["pending", "ready", "expired"]),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def file_name(self) -> str:
        """Where the bytes lie in storage, known from the row alone."""
        return f"sources/{self.pk}.{_SUFFIX[self.media_type]}"

    @property
    def credentials_name(self) -> str:
        """Where the content credentials that the upload came with lie, if it came with any."""
        return f"credentials/{self.pk}.c2pa"

    def byte_names(self) -> list[str]:
        """Every name in storage that this source may ever have written to."""
        return [self.file_name, *([self.credentials_name] if self.has_credentials else [])]

    @property
    def is_open(self) -> bool:
        """Whether the bytes may still be read."""
        return self.status == self.Status.READY and self.expires_at > timezone.now()
