"""A page that shows one edit to anybody who has its address, and what people report of it."""

import secrets

from django.db import models
from django.urls import reverse
from django.utils import timezone

from editor.models.edit import Edit


def new_share_id() -> str:
    """Return 128 random bits: unlike our other ids it tells nothing, not even when it was made."""
    return secrets.token_urlsafe(16)


class ShareQuerySet(models.QuerySet["Share"]):
    def open(self) -> "ShareQuerySet":
        """Shares that show something now: not revoked, the edit neither deleted nor past its window."""
        return self.filter(
            revoked_at=None,
            edit__status=Edit.Status.SUCCEEDED,
            edit__deleted_at=None,
            edit__purged_at=None,
            edit__expires_at__gt=timezone.now(),
            edit__owner__block="",
        )


class Share(models.Model):
    """Opt-in, per edit, at most one open at a time. It ends with the edit's window, or when revoked.

    It belongs to whoever owns the edit, and moves with it.
    """

    id = models.CharField(primary_key=True, max_length=32, default=new_share_id, editable=False)
    edit = models.ForeignKey(Edit, on_delete=models.CASCADE, related_name="shares")
    shows_source = models.BooleanField(default=True)
    shows_prompt = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="share_once_per_edit", fields=["edit"], condition=models.Q(revoked_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    def get_absolute_url(self) -> str:
        return reverse("share", args=[self.pk])


class Report(models.Model):
    """Somebody says that a shared picture should not be there. Moderators decide (DESIGN §10)."""

    class Reason(models.TextChoices):
        PERSON = "person", "It shows me or somebody I know, without consent"
        RIGHTS = "rights", "It uses a picture that is not theirs"
        SEXUAL = "sexual", "It is sexual or violent"
        CHILD = "child", "It harms a child"
        DECEIT = "deceit", "It is made to deceive"
        OTHER = "other", "Something else"

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    text = models.TextField(blank=True)
    network = models.CharField(max_length=32, blank=True)
    """Where it came from (`accounts.networks`), so that one network cannot flood the queue."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(name="report_by_network", fields=["network", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.share_id}"
