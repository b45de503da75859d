"""What a moderator decided, about whom or what, and why. Rows are never changed or deleted (a trigger)."""

from django.db import models
from django.utils import timezone

from freeai.common import ids


def new_decision_id() -> str:
    return ids.new("dec")


class Decision(models.Model):
    """One action of a moderator's."""

    class Kind(models.TextChoices):
        UPHOLD = "uphold", "Upheld"
        OVERTURN = "overturn", "Overturned, run again for free"
        DISMISS = "dismiss", "Dismissed"
        TAKE_DOWN = "take_down", "Taken down"
        SUSPEND = "suspend", "Suspended"
        BAN = "ban", "Banned"
        LIFT = "lift", "Block lifted"
        LOOK = "look", "Looked at a picture"

    id = models.CharField(
        primary_key=True, max_length=ids.LENGTH_MAX, default=new_decision_id, editable=False
    )
    kind = models.CharField(max_length=9, choices=Kind.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="decisions")
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="decisions")
    edit = models.ForeignKey(
        "editor.Edit", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(name="decision_on_owner", fields=["owner", "-created_at"])]
        permissions = [("moderate", "Can decide on appeals, reports and owners")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.edit_id or self.owner_id}"
