"""One message to one address: that an edit has ended. Written with the edit, sent when it ends."""

from django.db import models
from django.utils import timezone

from freeai.common import ids


def new_message_id() -> str:
    return ids.new("msg")


class WebhookDelivery(models.Model):
    """Where to, how often it was tried, and what came of it. Its id is the message's id."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_message_id, editable=False)
    edit = models.OneToOneField("editor.Edit", on_delete=models.CASCADE, related_name="webhook")
    url = models.CharField(max_length=2000)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                name="webhook_due",
                fields=["next_at"],
                condition=models.Q(delivered_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def state(self) -> str:
        if self.delivered_at:
            return "delivered"
        return "given up" if self.given_up_at else "waiting"


class WebhookSecret(models.Model):
    """Which generation of an owner's signing secret is in use; the secret itself is derived, not kept."""

    owner = models.OneToOneField("accounts.Owner", primary_key=True, on_delete=models.CASCADE)
    generation = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)
