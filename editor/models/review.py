"""What people are to look at: flags of the gates, appeals of owners, and what owners declared."""

from django.db import models
from django.utils import timezone

from freeai.common import ids


def new_flag_id() -> str:
    return ids.new("flag")


def new_appeal_id() -> str:
    return ids.new("appeal")


class Flag(models.Model):
    """Something a gate saw and let pass, or refused by pixels: for the moderators' queue."""

    class Kind(models.TextChoices):
        SOURCE_CONTENT = "source_content", "The picture looks sexual"
        RESULT_CONTENT = "result_content", "The result looks sexual"
        OWN_WATERMARK = "own_watermark", "A mark was declared to be the owner's"

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_flag_id, editable=False)
    edit = models.ForeignKey("editor.Edit", on_delete=models.CASCADE, related_name="flags")
    source = models.ForeignKey("editor.Source", on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    score = models.FloatField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # A second attempt at the same edit sees the same things.
            models.UniqueConstraint(name="flag_once_per_edit", fields=["edit", "kind"]),
        ]
        indexes = [models.Index(name="flag_newest", fields=["-created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.edit_id}"


class Appeal(models.Model):
    """An owner's word against a refusal. What a moderator makes of it is a decision's row, not this one."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_appeal_id, editable=False)
    edit = models.OneToOneField("editor.Edit", on_delete=models.CASCADE, related_name="appeal")
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="appeals")
    reason = models.CharField(max_length=1000, blank=True)
    keeps_source = models.BooleanField()
    """The owner agreed that picture and mask are kept for the review."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(name="appeal_newest", fields=["-created_at"])]

    def __str__(self) -> str:
        return f"appeal of {self.edit_id}"


class Declaration(models.Model):
    """An owner's statement that a mark is theirs: who, when, and in which words."""

    edit = models.OneToOneField(
        "editor.Edit", primary_key=True, on_delete=models.CASCADE, related_name="declaration"
    )
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="declarations")
    version = models.PositiveSmallIntegerField()
    wording = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"declaration for {self.edit_id}"
